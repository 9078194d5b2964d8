// SPDX-License-Identifier: Apache-2.0
// The name of a task, as its session's file writes it.

/// A task's id, verbatim from the session's file: not empty, at most 200 UTF-8 bytes, no control
/// characters. It is never used as a path or a ref name; `refComponent` is.
package struct TaskID: TextIdentifier {
  /// As the session's file writes it.
  package let text: String

  /// `nil` for a text that is empty, too long or holds control characters.
  package init?(_ text: String) {
    guard !text.isEmpty, text.utf8.count <= 200,
      !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7f })
    else { return nil }
    self.text = text
  }

  /// A name that is safe as one component of a ref or a path, and differs for different ids.
  ///
  /// An id of lower-case letters, digits, `-` and `_` stands for itself; any other keeps its safe
  /// characters and gains a dot, which the former never hold, and sixteen hexadecimal digits of its
  /// SHA-256, so that no two collide (git's ref names may hold `$(id)`, case-insensitive disks fold
  /// letters).
  package var refComponent: String {
    func isSafe(_ byte: UInt8) -> Bool {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"), UInt8(ascii: "_"):
        true
      default: false
      }
    }
    let bytes = Array(text.utf8)
    if bytes.count <= 64, bytes.allSatisfy(isSafe), bytes[0] != UInt8(ascii: "-") { return text }
    let kept = text.lowercased().utf8.map { isSafe($0) ? $0 : UInt8(ascii: "_") }.prefix(40)
    let digest = Digest.sha256(of: text.utf8).hex.prefix(16)
    return "x" + String(decoding: kept, as: UTF8.self) + "." + digest
  }
}
