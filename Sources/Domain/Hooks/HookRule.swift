// SPDX-License-Identifier: Apache-2.0
// The rules that a tool's use is held against before it happens, and what comes of it.

/// A rule, called as on the command line and in agents' configuration.
///
/// Hooks are help: they tell an agent early what the coordinator would refuse later. What is true
/// is proved from the files that are handed in, whatever a hook saw.
package enum HookRule: String, Hashable, Sendable, CaseIterable {
  /// Credentials are neither read nor written.
  case secrets
  /// What steers or records a session is not edited by those who are in it.
  case protectedFiles = "protected-files"
  /// No feature work while the project is broken (S2-36).
  case blockIfBroken = "block-if-broken"
  /// While red is open, no implementation.
  case testFirst = "test-first"
  /// While green or refactor is open, no test and nothing that selects tests.
  case frozenTests = "frozen-tests"
  /// Nothing else that the open stage may not hand in.
  case stageFiles = "stage-files"

  /// What the rule is for, in a line.
  package var summary: String {
    switch self {
    case .secrets: "credentials are neither read nor written"
    case .protectedFiles: "what steers a session is not edited from within"
    case .blockIfBroken: "no feature work while the health check fails"
    case .testFirst: "no implementation while red is open"
    case .frozenTests: "no test edited while green or refactor is open"
    case .stageFiles: "nothing that the open stage may not hand in"
    }
  }
}

/// What is to become of a tool's use.
package enum HookDecision: Hashable, Sendable {
  case pass
  /// It must not happen. The reason is one to three lines, for the agent.
  case block(reason: String)

  /// A block by a rule: what was seen, and what is right instead.
  static func block(_ rule: HookRule, _ seen: String, instead: String) -> HookDecision {
    .block(reason: "BLOCKED (\(rule.rawValue)): \(seen)\n\(instead)")
  }
}

/// What holds where a tool is used.
package struct HookGround: Sendable {
  /// What the project's state file says of its health.
  package enum Health: Hashable, Sendable {
    case fine
    case broken
    /// The file cannot be read or understood, so that nobody knows.
    case unknowable(reason: String)
  }

  /// The claims whose workspaces the tool's files may lie in.
  package let claims: [OpenClaim]
  /// Why the open stage is not known although there is one; `nil` where nothing is in doubt.
  package let doubt: String?
  /// The folder whose state file was found; `nil` where there is none.
  package let project: String?
  /// What it says; fine where there is none.
  package let health: Health

  package init(claims: [OpenClaim], doubt: String?, project: String?, health: Health) {
    self.claims = claims
    self.doubt = doubt
    self.project = project
    self.health = health
  }

  /// Holds a tool's use against some of the rules; the first that forbids it decides.
  package func decide(_ use: ToolUse, by rules: [HookRule] = HookRule.allCases) -> HookDecision {
    // To sort a path takes longest of all, so that the rules about stages share what it brings.
    lazy var breaches = StageRule.breaches(by: use, on: self)
    for rule in rules {
      let decision =
        switch rule {
        case .secrets: SecretRule.decide(use)
        case .protectedFiles: ProtectedFilesRule.decide(use, on: self)
        case .blockIfBroken: BrokenRule.decide(use, on: self)
        case .testFirst, .frozenTests, .stageFiles:
          StageRule.decide(use, on: self, by: rule, breaches)
        }
      if decision != .pass { return decision }
    }
    return .pass
  }
}
