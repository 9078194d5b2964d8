// SPDX-License-Identifier: Apache-2.0
// The files that were touched last.

/// `.claude/progress/file_history.json` (S2-13, S2-42): an array of paths or of objects with a
/// `path`, or the same under `files`.
package struct FileHistory: Hashable, Sendable {
  /// How many are kept.
  package static let pathsMax = 20

  /// The paths, newest first, each once, at most twenty.
  package let paths: [String]

  /// A history from its paths, newest first.
  package init(paths: [String]) {
    var seen: Set<String> = []
    self.paths = Array(paths.filter { seen.insert($0).inserted }.prefix(Self.pathsMax))
  }

  /// Reads a history.
  ///
  /// - Throws: `DocumentError` where it has neither shape.
  package init(parsing bytes: [UInt8], file: String) throws(DocumentError) {
    let root = try DocumentField(reading: bytes, file: file)
    let list = root.value.array != nil ? root : try root.required("files", "the array of files")
    let entries = try list.elements("an array of files")
    self.init(
      paths: try entries.map { (entry) throws(DocumentError) in
        if entry.value.string != nil { return try entry.text() }
        guard let path = try entry.optional(anyOf: ["path", "file", "file_path"]) else {
          throw entry.unexpected("a path, or an object with a path")
        }
        return try path.text()
      })
  }

  /// The history with these paths before the others.
  package func adding(_ newest: [String]) -> FileHistory { FileHistory(paths: newest + paths) }

  /// The history as an array.
  package var json: JSONValue { .strings(paths) }
}
