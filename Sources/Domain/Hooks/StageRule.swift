// SPDX-License-Identifier: Apache-2.0
// Which files the open stage may hand in: told before the edit, not after the submission.

/// A claim as a hook sees it: who holds what, and what each file of its workspace is.
package struct OpenClaim: Sendable {
  /// The folder that the claim's holder works in, absolute.
  package let tree: String
  /// The handoff that was claimed.
  package let handoff: HandoffID
  /// The claim's fence.
  package let fence: Fence
  /// The task that it belongs to.
  package let task: TaskID
  /// What is to be done.
  package let stage: Stage
  /// What a path of the tree is; `nil` for what tools leave behind and nobody hands in.
  package let group: @Sendable (_ path: String) -> Change.Group?
  /// Whether a file that is test configuration holds other things as well, so that not every edit
  /// of it is one of the tests.
  package let isShared: @Sendable (_ path: String) -> Bool

  package init(
    tree: String, handoff: HandoffID, fence: Fence, task: TaskID, stage: Stage,
    group: @escaping @Sendable (_ path: String) -> Change.Group?,
    isShared: @escaping @Sendable (_ path: String) -> Bool
  ) {
    self.tree = tree
    self.handoff = handoff
    self.fence = fence
    self.task = task
    self.stage = stage
    self.group = group
    self.isShared = isShared
  }
}

extension Stage {
  /// The groups of files that the stage may hand in.
  var handsIn: [Change.Group] {
    switch self {
    case .design, .review: []
    // Settings that new tests need may be added; whether they were is judged from what is handed in.
    case .red: [.test, .testConfiguration]
    case .verify: [.test]
    case .green, .refactor: [.implementation, .documentation]
    case .document: [.documentation]
    }
  }

  /// The rule that forbids a file of this group while the stage is open; `nil` where none does.
  func rule(against group: Change.Group) -> HookRule? {
    guard !handsIn.contains(group) else { return nil }
    switch self {
    case .red: return group == .implementation ? .testFirst : .stageFiles
    case .green, .refactor: return .frozenTests
    case .design, .verify, .review, .document: return .stageFiles
    }
  }
}

enum StageRule {
  /// Blocks a change of a file that the stage of its workspace may not hand in.
  static func decide(_ use: ToolUse, on ground: HookGround, by rule: HookRule) -> HookDecision {
    if let doubt = ground.doubt, use.touches.contains(where: \.changes) {
      return .block(
        rule, "nobody knows which stage is open here: \(doubt).",
        instead: "Stop, and let the person who runs the session look: orchestrate status")
    }
    for touch in use.touches where touch.changes {
      for claim in ground.claims {
        guard let path = LexicalPath.relative(touch.path, to: claim.tree),
          let group = group(of: path, touch, claim), claim.stage.rule(against: group) == rule
        else { continue }
        return .block(
          rule, seen(path.isEmpty ? "the whole tree" : path, group, claim),
          instead: instead(claim.stage))
      }
    }
    return .pass
  }

  /// The group that decides about a touch. A folder counts as the tests in it.
  private static func group(
    of path: String, _ touch: FileTouch, _ claim: OpenClaim
  ) -> Change.Group? {
    // Everything is touched: the tests among it too.
    if path.isEmpty { return claim.stage.handsIn.contains(.test) ? nil : .test }
    guard let group = claim.group(path) else { return nil }
    if group == .implementation, claim.group(path + "/any") == .test { return .test }
    if group == .testConfiguration, touch.kind == .writes, claim.isShared(path),
      claim.stage.handsIn.contains(.implementation)
    {
      return .implementation
    }
    return group
  }

  private static func seen(_ path: String, _ group: Change.Group, _ claim: OpenClaim) -> String {
    let what =
      switch group {
      case .test: "holds tests"
      case .testConfiguration: "decides which tests run and how"
      case .testRunner: "stands in for the test runner, or plugs into it"
      case .documentation: "is documentation"
      case .implementation: "is implementation"
      }
    return "\(path) \(what), and \(claim.task) is at \(claim.stage.rawValue) (\(claim.handoff))."
  }

  private static func instead(_ stage: Stage) -> String {
    switch stage {
    case .design: "The design stage changes no file; hand in the design in the report."
    case .red: "While red is open only tests are written; the code comes in green."
    case .green: "While green is open the tests are frozen; change the code until they pass."
    case .refactor: "While refactor is open the tests are frozen; change the code behind them."
    case .verify: "The verify stage only adds tests."
    case .review: "The review stage changes no file; hand in the findings in the report."
    case .document: "The document stage changes documents only."
    }
  }
}
