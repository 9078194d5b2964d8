// SPDX-License-Identifier: Apache-2.0
// The two streams that a command writes to, whole lines at a time, and what became of it.

import Glibc
import Synchronization

/// Standard output and standard error. A reader that has gone away (`orchestrate log | head`) is
/// no error: what is still written to it is dropped, and `isClosed` tells those who would go on
/// for ever. Any other failure is kept for the end.
final class Output: Sendable {
  enum Stream: Int, Hashable, Sendable {
    /// Results, and nothing else.
    case data = 0
    /// What is said to people: remarks, progress, problems.
    case messages = 1
  }

  /// File descriptors 1 and 2.
  static let standard = Output(data: STDOUT_FILENO, messages: STDERR_FILENO)

  private let descriptors: [Int32]
  /// The `errno` that ended each stream.
  private let ends = Mutex<[Int32?]>([nil, nil])

  /// Borrows both descriptors; the caller closes them. SIGPIPE must be ignored or blocked.
  init(data: Int32, messages: Int32) { descriptors = [data, messages] }

  /// Writes all of `text`, or as much as its reader takes. Texts written at the same time by
  /// several tasks don't mix.
  func write(_ text: String, to stream: Stream) {
    var text = text
    ends.withLock { ends in
      guard ends[stream.rawValue] == nil else { return }
      ends[stream.rawValue] = text.withUTF8 {
        Self.writeAll(UnsafeRawBufferPointer($0), to: descriptors[stream.rawValue])
      }
    }
  }

  /// Whether nobody reads `stream` any more.
  func isClosed(_ stream: Stream) -> Bool { ends.withLock { $0[stream.rawValue] == EPIPE } }

  /// Why not all data could be written, such as a full disk; `nil` where it was, or where its
  /// reader had seen enough.
  var failureReason: String? {
    guard let code = ends.withLock({ $0[Stream.data.rawValue] }), code != EPIPE else { return nil }
    return String(cString: strerror(code))
  }

  func isTerminal(_ stream: Stream) -> Bool { isatty(descriptors[stream.rawValue]) == 1 }

  /// How wide the terminal behind `stream` is; 80 where it does not say.
  func columns(_ stream: Stream) -> Int {
    var size = winsize()
    guard ioctl(descriptors[stream.rawValue], UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return 80
    }
    return Int(size.ws_col)
  }

  /// Returns the `errno` that stopped it; `nil` when all is written.
  private static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32? {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = Glibc.write(
        descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if count >= 0 {
        rest = rest.dropFirst(count)
      } else if errno == EAGAIN {
        // Someone made the descriptor non-blocking, which the two ends of a terminal share.
        var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&waiting, 1, -1)
      } else if errno != EINTR {
        return errno
      }
    }
    return nil
  }
}
