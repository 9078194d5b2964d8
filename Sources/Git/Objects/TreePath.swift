// SPDX-License-Identifier: Apache-2.0
// Which paths may enter a tree or a workspace.

/// A path of a tree, taken apart and found harmless.
struct TreePath {
  let components: [String]

  /// - Throws: `.invalidName` for a path that is empty, absolute, climbs, or has a component that
  ///   some file system takes for `.git`.
  init(_ path: String) throws(GitError) {
    let components = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard path.utf8.count < 4096, !path.utf8.contains(0),
      components.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." })
    else {
      throw GitError(
        .invalidName, operation: "use the path \(escaped(path))",
        message: "it is not a path inside the project")
    }
    guard !components.contains(where: Self.isGitDirectory) else {
      throw GitError(
        .invalidName, operation: "use the path \(escaped(path))",
        message: "it leads into a git directory")
    }
    self.components = components
  }

  var text: String { components.joined(separator: "/") }

  /// Whether some file system opens `.git` under this name: any case, trailing dots, spaces and
  /// streams (NTFS), its short name, or code points that HFS+ ignores.
  static func isGitDirectory(_ name: String) -> Bool {
    guard name.withCString(mayBeGitDirectory) else { return false }
    let visible = name.unicodeScalars.filter { !isIgnoredByHFS($0.value) }
    var folded = String(String.UnicodeScalarView(visible)).lowercased()
    if let colon = folded.firstIndex(of: ":") { folded = String(folded[..<colon]) }
    while folded.hasSuffix(".") || folded.hasSuffix(" ") { folded.removeLast() }
    // A backslash separates components on Windows.
    return folded.split(separator: "\\").contains { $0 == ".git" || $0 == "git~1" }
  }

  /// Whether a name has to be looked at more closely: it has the letters of `git` in a row, or some
  /// that are not ASCII. Most names of a project have neither, and this costs next to nothing.
  static func mayBeGitDirectory(_ name: UnsafePointer<CChar>) -> Bool {
    var at = 0
    while name[at] != 0 {
      if name[at] < 0 { return true }
      if name[at] | 0x20 == Self.letters.0, name[at + 1] | 0x20 == Self.letters.1,
        name[at + 2] | 0x20 == Self.letters.2
      {
        return true
      }
      at += 1
    }
    return false
  }

  private static let letters = (CChar(0x67), CChar(0x69), CChar(0x74))

  private static func isIgnoredByHFS(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x200c...0x200f, 0x202a...0x202e, 0x206a...0x206f, 0xfeff: true
    default: false
    }
  }
}

/// A name for a message: control characters are written out.
func escaped(_ text: String) -> String {
  var shown = ""
  for scalar in text.unicodeScalars {
    if scalar.value < 0x20 || scalar.value == 0x7f {
      shown += scalar.escaped(asASCII: true)
    } else {
      shown.unicodeScalars.append(scalar)
    }
  }
  return shown
}
