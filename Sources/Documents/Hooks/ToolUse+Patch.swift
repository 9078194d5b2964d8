// SPDX-License-Identifier: Apache-2.0
// Codex's patches: which files they touch and what they add.

import Domain

extension ToolUse {
  /// Whether a patch may stand in a text. Bytes are compared: a search over characters looks up
  /// so many types at run time that every shell line would wait for it.
  static func mayHoldPatch(_ text: String) -> Bool {
    var rest = text.utf8[...]
    while let star = rest.firstIndex(of: UInt8(ascii: "*")) {
      if rest[star...].starts(with: "*** Begin Patch".utf8) { return true }
      rest = rest[star...].dropFirst()
    }
    return false
  }

  /// Reads the text between `*** Begin Patch` and `*** End Patch`.
  ///
  /// - Throws: `HookPayloadError` where it names no file.
  init(patch: String, in directory: String) throws(HookPayloadError) {
    var touches: [FileTouch] = []
    var added = ""
    for line in patch.split(whereSeparator: \.isNewline) {
      if line.hasPrefix("+") { added += line.dropFirst() + "\n" }
      guard line.hasPrefix("*** ") else { continue }
      let heading = line.dropFirst(4)
      if let file = heading.rest(after: "Add File: ") ?? heading.rest(after: "Update File: ") {
        touches.append(Self.touch(file, .writes, directory))
      } else if let file = heading.rest(after: "Delete File: ") {
        touches.append(Self.touch(file, .removes, directory))
      } else if let file = heading.rest(after: "Move to: ") {
        // What is updated under another name is gone under its own.
        if let moved = touches.popLast() {
          touches.append(FileTouch(path: moved.path, kind: .removes))
        }
        touches.append(Self.touch(file, .writes, directory))
      }
    }
    touches.removeAll { $0.path.utf8.count > LexicalPath.bytesMax }
    guard !touches.isEmpty else { throw HookPayloadError(reason: "the patch names no file") }
    self.init(touches: touches, texts: [added])
  }

  private static func touch(
    _ file: Substring, _ kind: FileTouch.Kind, _ directory: String
  ) -> FileTouch {
    var file = file
    while file.last?.isWhitespace == true { file.removeLast() }
    return FileTouch(path: LexicalPath.absolute(String(file), in: directory), kind: kind)
  }
}

extension Substring {
  fileprivate func rest(after prefix: String) -> Substring? {
    hasPrefix(prefix) ? dropFirst(prefix.count) : nil
  }
}
