// SPDX-License-Identifier: Apache-2.0
// Seed 002's block-if-broken: no feature work while the health check fails (S2-36).

enum BrokenRule {
  /// Blocks changes of files below a `src` folder of a broken project. Tests, scripts and
  /// configuration stay open, since that is where a health check is mended; so does a workspace,
  /// whose session was only begun because the project was sound or a person said so.
  static func decide(_ use: ToolUse, on ground: HookGround) -> HookDecision {
    guard let project = ground.project else { return .pass }
    let why: String
    switch ground.health {
    case .fine: return .pass
    case .broken: why = "the project is broken: its health check fails"
    case .unknowable(let reason): why = "nobody knows whether the project is broken: \(reason)"
    }
    for touch in use.touches where touch.changes && !isClaimed(touch, ground) {
      guard let path = LexicalPath.relative(touch.path, to: project),
        LexicalPath.names(of: path).contains("src")
      else { continue }
      return .block(
        .blockIfBroken, "\(path) was not edited; \(why).",
        instead: "Mend that first, then run: orchestrate enter")
    }
    return .pass
  }

  private static func isClaimed(_ touch: FileTouch, _ ground: HookGround) -> Bool {
    ground.claims.contains { LexicalPath.relative(touch.path, to: $0.tree) != nil }
  }
}
