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
  /// Whether the stage may hand in files of a group.
  func handsIn(_ group: Change.Group) -> Bool {
    switch self {
    case .design, .review: false
    // Settings that new tests need may be added; whether they were is judged from what is handed in.
    case .red: group == .test || group == .testConfiguration
    case .verify: group == .test
    case .green, .refactor: group == .implementation || group == .documentation
    case .document: group == .documentation
    }
  }

  /// The rule that forbids a file of this group while the stage is open; `nil` where none does.
  func rule(against group: Change.Group) -> HookRule? {
    guard !handsIn(group) else { return nil }
    switch self {
    case .red: return group == .implementation ? .testFirst : .stageFiles
    case .green, .refactor: return .frozenTests
    case .design, .verify, .review, .document: return .stageFiles
    }
  }
}

/// What the rules about stages have in common; which of them forbids a change is the stage's.
enum StageRule {
  /// A change of a file that the stage of its workspace may not hand in.
  struct Breach {
    let rule: HookRule
    let path: String
    let group: Change.Group
    let claim: OpenClaim
  }

  /// Every such change that a tool's use would make.
  static func breaches(by use: ToolUse, on ground: HookGround) -> [Breach] {
    var breaches: [Breach] = []
    for touch in use.touches where touch.changes {
      for claim in ground.claims {
        guard let path = LexicalPath.relative(touch.path, to: claim.tree),
          let group = group(of: path, touch, claim), let rule = claim.stage.rule(against: group)
        else { continue }
        breaches.append(Breach(rule: rule, path: path, group: group, claim: claim))
      }
    }
    return breaches
  }

  /// Blocks the first change that is a breach of the rule.
  static func decide(
    _ use: ToolUse, on ground: HookGround, by rule: HookRule, _ breaches: [Breach]
  ) -> HookDecision {
    if let doubt = ground.doubt, use.touches.contains(where: \.changes) {
      return .block(
        rule, "nobody knows which stage is open here: \(doubt).",
        instead: "Stop, and let the person who runs the session look: orchestrate status")
    }
    guard let breach = breaches.first(where: { $0.rule == rule }) else { return .pass }
    return .block(rule, seen(breach), instead: instead(breach.claim.stage))
  }

  /// The group that decides about a touch. A folder counts as the tests in it.
  private static func group(
    of path: String, _ touch: FileTouch, _ claim: OpenClaim
  ) -> Change.Group? {
    // Everything is touched: the tests among it too.
    if path.isEmpty { return claim.stage.handsIn(.test) ? nil : .test }
    guard let group = claim.group(path) else { return nil }
    if group == .implementation, claim.group(path + "/any") == .test { return .test }
    if group == .testConfiguration, touch.kind == .writes, claim.isShared(path),
      claim.stage.handsIn(.implementation)
    {
      return .implementation
    }
    return group
  }

  private static func seen(_ breach: Breach) -> String {
    let claim = breach.claim
    let path = breach.path.isEmpty ? "the whole tree" : breach.path
    let what =
      switch breach.group {
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
