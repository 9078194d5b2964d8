// SPDX-License-Identifier: Apache-2.0
// What a command printed on one stream: its beginning, its end, and the digest of all of it.

package import Domain

/// One output stream of a command, cut in the middle where it was longer than its limit.
package struct CapturedOutput: Hashable, Sendable {
  /// The stream's beginning: all of it where nothing was left out.
  package let head: [UInt8]
  /// The stream's end; empty where nothing was left out.
  package let tail: [UInt8]
  /// How many bytes were printed, those left out included.
  package let totalBytes: Int
  /// Over every byte that was printed.
  package let digest: Digest

  /// A stream on which nothing was printed.
  package static let empty = CapturedOutput(bytes: [], limit: 0)

  /// The capture of bytes already at hand, of which `limit` are kept.
  package init(bytes: [UInt8], limit: Int = 1 << 20) {
    var capture = OutputCapture(limit: limit)
    bytes.withUnsafeBytes { capture.take($0) }
    self = capture.output
  }

  fileprivate init(head: [UInt8], tail: [UInt8], totalBytes: Int, digest: Digest) {
    self.head = head
    self.tail = tail
    self.totalBytes = totalBytes
    self.digest = digest
  }

  /// How many bytes between head and tail were not kept.
  package var omittedBytes: Int { totalBytes - head.count - tail.count }

  /// What was kept as text: bytes that are not UTF-8 become U+FFFD, and a line says how much was
  /// left out.
  package var text: String {
    guard omittedBytes > 0 else { return String(decoding: head + tail, as: UTF8.self) }
    let head = String(decoding: head.prefix(upTo: endOfWholeCharacters), as: UTF8.self)
    let tail = String(decoding: tail.drop { $0 & 0xC0 == 0x80 }, as: UTF8.self)
    return "\(head)\n… \(omittedBytes) bytes left out …\n\(tail)"
  }

  /// The head's end without a character that the cut went through.
  private var endOfWholeCharacters: Int {
    guard let lead = head.lastIndex(where: { $0 & 0xC0 != 0x80 }) else { return head.count }
    let width =
      switch head[lead] {
      case 0xC0..<0xE0: 2
      case 0xE0..<0xF0: 3
      case 0xF0...: 4
      default: 1
      }
    return lead + width > head.count ? lead : head.count
  }
}

/// A stream being captured.
struct OutputCapture {
  private let headLimit: Int
  private let tailLimit: Int
  private var head: [UInt8] = []
  private var tail: [UInt8] = []
  private var totalBytes = 0
  private var hash = SHA256()

  init(limit: Int) {
    tailLimit = max(0, limit) / 2
    headLimit = max(0, limit) - tailLimit
  }

  mutating func take(_ bytes: UnsafeRawBufferPointer) {
    guard !bytes.isEmpty else { return }
    totalBytes += bytes.count
    hash.update(bytes)
    let room = min(headLimit - head.count, bytes.count)
    head.append(contentsOf: bytes[..<room])
    let rest = UnsafeRawBufferPointer(rebasing: bytes[room...])
    tail.append(contentsOf: rest.suffix(tailLimit))
    // Trimmed only once it has doubled, so that each byte is moved at most twice.
    if tail.count >= 2 * tailLimit { tail.removeFirst(tail.count - tailLimit) }
  }

  var output: CapturedOutput {
    CapturedOutput(
      head: head, tail: Array(tail.suffix(tailLimit)), totalBytes: totalBytes, digest: hash.digest)
  }
}
