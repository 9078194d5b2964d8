// SPDX-License-Identifier: Apache-2.0
// The two streams that a command writes to, whole lines at a time, and what became of it.

import Glibc
import Synchronization

/// Standard output and standard error. A reader that has gone away (`orchestrate log | head`) is
/// no error: what is still written to it is dropped, and `isClosed` tells those who would go on
/// for ever. Any other failure is kept for the end.
final class Output: Sendable {
  enum Stream: Hashable, Sendable {
    /// Results, and nothing else.
    case data
    /// What is said to people: remarks, progress, problems.
    case messages
  }

  /// File descriptors 1 and 2.
  static let standard = Output(data: STDOUT_FILENO, messages: STDERR_FILENO)

  private let data: Int32
  private let messages: Int32
  /// The `errno` that ended each stream.
  private let ends = Mutex(Ends())

  private struct Ends {
    var data: Int32?
    var messages: Int32?

    subscript(stream: Stream) -> Int32? {
      get {
        switch stream {
        case .data: data
        case .messages: messages
        }
      }
      set {
        switch stream {
        case .data: data = newValue
        case .messages: messages = newValue
        }
      }
    }
  }

  /// Borrows both descriptors; the caller closes them. SIGPIPE must be ignored or blocked.
  init(data: Int32, messages: Int32) {
    self.data = data
    self.messages = messages
  }

  private func descriptor(_ stream: Stream) -> Int32 {
    switch stream {
    case .data: data
    case .messages: messages
    }
  }

  /// Writes all of `text`, or as much as its reader takes. Texts written at the same time by
  /// several tasks don't mix.
  func write(_ text: String, to stream: Stream) {
    var text = text
    ends.withLock { ends in
      guard ends[stream] == nil else { return }
      ends[stream] = text.withUTF8 {
        Self.writeAll(UnsafeRawBufferPointer($0), to: descriptor(stream))
      }
    }
  }

  /// Whether nobody reads `stream` any more.
  func isClosed(_ stream: Stream) -> Bool { ends.withLock { $0[stream] == EPIPE } }

  /// Why not all data could be written, such as a full disk; `nil` where it was, or where its
  /// reader had seen enough.
  var failureReason: String? {
    guard let code = ends.withLock({ $0.data }), code != EPIPE else { return nil }
    return String(cString: strerror(code))
  }

  func isTerminal(_ stream: Stream) -> Bool { isatty(descriptor(stream)) == 1 }

  /// How wide the terminal behind `stream` is; 80 where it does not say.
  func columns(_ stream: Stream) -> Int {
    var size = winsize()
    guard ioctl(descriptor(stream), UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
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
