// SPDX-License-Identifier: Apache-2.0
// Credentials are neither read nor written by agents.

enum SecretRule {
  /// Blocks every touch of a file that is named like a credential, and texts that hold one.
  static func decide(_ use: ToolUse) -> HookDecision {
    for touch in use.touches where isSecret(touch.path) {
      return .block(
        .secrets, "\(touch.path) is named like a file of credentials.",
        instead: "Work without it; a person can hand over what is needed by another way.")
    }
    for text in use.texts {
      guard let found = SecretText.first(in: text) else { continue }
      return .block(
        .secrets, "the text holds what looks like \(found).",
        instead: "Read it from the environment at run time instead of writing it down.")
    }
    return .pass
  }

  /// Names that hold nothing but credentials, wherever they lie.
  private static let names = [
    ".netrc", "_netrc", ".pgpass", ".git-credentials", ".htpasswd", ".pypirc",
    "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "id_ecdsa_sk", "id_ed25519_sk",
    "credentials", "credentials.json", "credentials.yml", "credentials.yaml", "credentials.toml",
    "credentials.ini", "credentials.xml", "credentials.txt", "credentials.csv",
  ]
  private static let endings = [".pem", ".p12", ".pfx", ".jks", ".keystore"]
  /// Templates that are kept in repositories to show which settings there are.
  private static let templates = ["example", "sample", "template", "dist", "defaults"]

  static func isSecret(_ path: String) -> Bool {
    guard let last = LexicalPath.names(of: path).last else { return false }
    let name = last.lowercased()
    if name == ".env" || name == ".envrc" { return true }
    if name.hasPrefix(".env.") || name.hasPrefix(".env-") || name.hasPrefix(".env*") {
      return !templates.contains { name.hasSuffix("." + $0) || name.hasSuffix("-" + $0) }
    }
    return names.contains(name) || endings.contains(where: name.hasSuffix)
  }
}
