// SPDX-License-Identifier: Apache-2.0
// What steers or records a session is not edited by those who are in it.

enum ProtectedFilesRule {
  /// Blocks changes of git's own folder, of the files that configure agents and their hooks, and of
  /// the coordinator's state. In a claim's workspace nothing of `.claude` is handed in at all.
  static func decide(_ use: ToolUse, on ground: HookGround) -> HookDecision {
    for touch in use.touches where touch.changes {
      let names = LexicalPath.names(of: touch.path)
      guard let instead = reason(names, touch, ground) else { continue }
      return .block(.protectedFiles, "\(touch.path) is not an agent's to edit.", instead: instead)
    }
    return .pass
  }

  private static func reason(
    _ names: [String], _ touch: FileTouch, _ ground: HookGround
  ) -> String? {
    if names.contains(".git") { return "Use git's own commands; never its files." }
    if let at = names.lastIndex(of: ".codex") {
      let isHooks = ["hooks.json", "config.toml", "hooks"].contains(at + 1, of: names)
      return isHooks || at + 1 == names.count ? configured : nil
    }
    guard let at = names.lastIndex(of: ".claude") else { return nil }
    if at + 1 == names.count { return configured }
    // Claude Code keeps its subagents' working trees there; their files are files like others.
    if names[at + 1] == "worktrees" { return nil }
    let isInWorkspace = ground.claims.contains {
      LexicalPath.relative(touch.path, to: $0.tree)?.hasPrefix(".claude/") == true
    }
    if isInWorkspace { return "Nothing under .claude/ is handed in from a workspace." }
    if ["settings.json", "settings.local.json", "hooks", "config"].contains(at + 1, of: names) {
      return configured
    }
    if names[at + 1] == "state" { return recorded }
    guard names[at + 1] == "progress" else { return nil }
    // People and agents keep the list of features; it may be edited, but not thrown away.
    let isFeatureList = names.last == "feature-list.json" && at + 3 == names.count
    return isFeatureList && touch.kind == .writes ? nil : recorded
  }

  private static let configured =
    "It configures the session that judges this work; ask the person who runs it."
  private static let recorded =
    "The coordinator computes it from what was proved; see: orchestrate status"
}

extension [String] {
  /// Whether the name at a place, if there is one, is among these.
  fileprivate func contains(_ index: Int, of names: [String]) -> Bool {
    names.indices.contains(index) && contains(names[index])
  }
}
