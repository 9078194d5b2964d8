// SPDX-License-Identifier: Apache-2.0
// Which untracked paths of a folder are ignored.

/// The ignore files that hold for a folder, from the outermost in.
struct IgnoreRules {
  private struct File {
    /// The folder it lies in, with a slash behind it; empty for the root.
    let prefix: [UInt8]
    let patterns: [IgnorePattern]
  }

  private var files: [File] = []

  /// Adds a file's rules, which win over those already there.
  mutating func add(_ content: [UInt8], in folder: BytePath) {
    let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]
    let text = content.starts(with: byteOrderMark) ? content.dropFirst(3) : content[...]
    let patterns = text.split(separator: UInt8(ascii: "\n")).compactMap { IgnorePattern($0) }
    guard !patterns.isEmpty else { return }
    files.append(
      File(prefix: folder.isRoot ? [] : folder.bytes + [UInt8(ascii: "/")], patterns: patterns))
  }

  /// Adds patterns that hold everywhere.
  mutating func add(_ patterns: [String]) {
    add(Array(patterns.joined(separator: "\n").utf8), in: .root)
  }

  /// Whether the last pattern that says something about a path ignores it. The folders above it
  /// are the caller's to ask about: nothing in an ignored one is brought back.
  func ignore(_ path: BytePath, isFolder: Bool) -> Bool {
    guard !files.isEmpty else { return false }
    let bytes = path.bytes
    for file in files.reversed() where bytes.starts(with: file.prefix) {
      let below = bytes[file.prefix.count...]
      if let last = file.patterns.last(where: { $0.matches(below, isFolder: isFolder) }) {
        return !last.isNegated
      }
    }
    return false
  }
}
