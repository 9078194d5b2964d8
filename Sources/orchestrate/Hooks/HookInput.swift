// SPDX-License-Identifier: Apache-2.0
// Reads a payload to its end, or gives up while the agent still waits for the answer.

import Documents
import Glibc

enum HookInput {
  /// Agents end a hook that is silent for long, and take that for a pass.
  private static let patience = Duration.seconds(5)

  /// Reads a descriptor to its end.
  ///
  /// - Throws: `HookPayloadError` where it is a terminal, does not end in time, is longer than
  ///   `bytesMax` or cannot be read.
  static func read(_ descriptor: Int32, bytesMax: Int) throws(HookPayloadError) -> [UInt8] {
    guard isatty(descriptor) == 0 else {
      throw HookPayloadError(reason: "standard input is a terminal")
    }
    let deadline = ContinuousClock.now + patience
    var bytes: [UInt8] = []
    while bytes.count <= bytesMax {
      var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let left = (deadline - .now) / .milliseconds(1)
      let ready = poll(&waiting, 1, Int32(max(0, left)))
      if ready < 0, errno == EINTR { continue }
      guard ready != 0 else {
        throw HookPayloadError(reason: "the payload did not end within \(patience)")
      }
      let count = readOn(descriptor, to: &bytes)
      if count < 0, errno == EINTR || errno == EAGAIN { continue }
      guard count >= 0 else {
        throw HookPayloadError(
          reason: "standard input cannot be read: \(String(cString: strerror(errno)))")
      }
      if count == 0 { return bytes }
    }
    throw HookPayloadError(reason: "the payload is longer than \(bytesMax >> 20) MB")
  }

  /// Appends what one call reads. The buffer is only touched as far as something came: most
  /// payloads fill one page of it.
  private static func readOn(_ descriptor: Int32, to bytes: inout [UInt8]) -> Int {
    withUnsafeTemporaryAllocation(byteCount: 1 << 15, alignment: 1) { buffer in
      let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      if count > 0 { bytes.append(contentsOf: buffer[..<count]) }
      return count
    }
  }
}
