// SPDX-License-Identifier: Apache-2.0
// Paths by their spelling alone.

/// Paths by their spelling alone, byte by byte as the kernel reads them: a slash with an accent on
/// it is a slash. Bytes are also what a hook can afford, which every tool call waits for: whatever
/// is generic over strings looks its types up at run time.
package enum LexicalPath {
  /// The most bytes of a path that any file can have (Linux's `PATH_MAX`).
  package static let bytesMax = 4096

  private static let slash = UInt8(ascii: "/")
  private static let dot = UInt8(ascii: ".")

  /// The absolute path that `path` means in `directory`, without `.` and `..`.
  ///
  /// A path that begins with `~` or a variable leads somewhere else: it becomes a path of the root
  /// that no project has, its last names intact.
  package static func absolute(_ path: String, in directory: String) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(directory.utf8.count + path.utf8.count + 2)
    switch path.utf8.first {
    case slash, UInt8(ascii: "~"), UInt8(ascii: "$"): break
    default: append(directory, to: &bytes)
    }
    append(path, to: &bytes)
    return bytes.isEmpty ? "/" : String(decoding: bytes, as: UTF8.self)
  }

  /// Goes from a folder, `/` and a name for each step that leads to it, the way that `path` says.
  private static func append(_ path: String, to bytes: inout [UInt8]) {
    var start = bytes.count
    bytes.append(slash)
    for byte in path.utf8 {
      if byte == slash {
        end(&bytes, from: start)
        start = bytes.count
      }
      bytes.append(byte)
    }
    end(&bytes, from: start)
  }

  /// Takes the step that begins at an index: a name stays, `.` and `..` say where to go.
  private static func end(_ bytes: inout [UInt8], from start: Int) {
    switch bytes.count - start {
    case 1: break
    case 2 where bytes[start + 1] == dot: break
    case 3 where bytes[start + 1] == dot && bytes[start + 2] == dot:
      bytes.removeSubrange(start...)
      bytes.removeSubrange((bytes.lastIndex(of: slash) ?? 0)...)
      return
    default: return
    }
    bytes.removeSubrange(start...)
  }

  /// The path relative to `directory`, empty for the folder itself; `nil` where it lies outside.
  package static func relative(_ path: String, to directory: String) -> String? {
    guard path.utf8.starts(with: directory.utf8) else { return nil }
    if path.utf8.count == directory.utf8.count { return "" }
    let rest = path.utf8.dropFirst(directory == "/" ? 0 : directory.utf8.count)
    return rest.first == slash ? String(Substring(rest.dropFirst())) : nil
  }

  /// The folders from `path` up to the root, itself first.
  package static func ancestors(of path: String) -> [String] {
    var folders: [String] = []
    var rest = path.utf8[...]
    while let end = rest.lastIndex(where: { $0 != slash }) {
      let folder = rest[...end]
      folders.append(String(Substring(folder)))
      rest = folder[..<(folder.lastIndex(of: slash) ?? folder.startIndex)]
    }
    return folders + ["/"]
  }

  /// The names that a path is made of.
  package static func names(of path: String) -> [String] {
    var names: [String] = []
    var rest = path.utf8[...]
    while let start = rest.firstIndex(where: { $0 != slash }) {
      rest = rest[start...]
      let end = rest.firstIndex(of: slash) ?? rest.endIndex
      names.append(String(Substring(rest[..<end])))
      rest = rest[end...]
    }
    return names
  }
}
