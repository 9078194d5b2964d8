// SPDX-License-Identifier: Apache-2.0
// A Unix stream socket that carries one JSON document a line.

import Documents
import Domain
import Glibc

/// What went wrong with a socket.
struct SocketError: Error, Sendable, CustomStringConvertible {
  let operation: String
  let errno: Int32

  var description: String { "\(operation): \(String(cString: strerror(errno)))" }
}

/// One end of a connection. Closed when it goes away.
final class LineConnection: Sendable {
  private let descriptor: Int32

  /// The longest line that is read: a packet or a report with room to spare.
  static let lineMax = 32 << 20

  init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// Ends a blocking read in another thread.
  func shutDown() { _ = Glibc.shutdown(descriptor, Int32(SHUT_RDWR)) }

  /// Blocks until a line came; `nil` at the end of the stream.
  func readLine() throws(SocketError) -> [UInt8]? {
    var line: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw SocketError(operation: "read", errno: errno)
      }
      if count == 0 { return line.isEmpty ? nil : line }
      line += buffer[..<count]
      if line.last == UInt8(ascii: "\n") {
        line.removeLast()
        return line
      }
      guard line.count <= Self.lineMax else {
        throw SocketError(operation: "read", errno: EMSGSIZE)
      }
    }
  }

  func write(_ json: JSONValue) throws(SocketError) {
    let bytes = Array(json.compactText.utf8) + [UInt8(ascii: "\n")]
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count < 0 {
        if errno == EINTR { continue }
        throw SocketError(operation: "write", errno: errno)
      }
      sent += count
    }
  }

  /// Whether the other end belongs to the user that we run as.
  var isFromOurUser: Bool {
    var credentials = PeerCredentials()
    var size = socklen_t(MemoryLayout<PeerCredentials>.size)
    return getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0
      && credentials.uid == getuid()
  }

  /// `struct ucred` of unix(7), which the C library's module leaves out.
  private struct PeerCredentials {
    var pid: Int32 = 0
    var uid: UInt32 = .max
    var gid: UInt32 = .max
  }
}

/// The address of a Unix socket.
enum UnixAddress {
  static func connect(to path: String) throws(SocketError) -> LineConnection {
    let descriptor = try makeSocket()
    guard withAddress(path, { Glibc.connect(descriptor, $0, $1) }) == 0 else {
      let error = SocketError(operation: "connect to \(path)", errno: errno)
      close(descriptor)
      throw error
    }
    return LineConnection(descriptor: descriptor)
  }

  /// Binds `path`, which only the holder of the store's lock does: what lies there is stale.
  static func listen(at path: String) throws(SocketError) -> Int32 {
    let descriptor = try makeSocket()
    unlink(path)
    let mask = umask(0o177)
    let bound = withAddress(path) { bind(descriptor, $0, $1) }
    let bindError = errno
    umask(mask)
    guard bound == 0, Glibc.listen(descriptor, 64) == 0 else {
      let error = SocketError(operation: "listen at \(path)", errno: bound == 0 ? errno : bindError)
      close(descriptor)
      throw error
    }
    return descriptor
  }

  private static func makeSocket() throws(SocketError) -> Int32 {
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let descriptor = socket(AF_UNIX, kind, 0)
    guard descriptor >= 0 else { throw SocketError(operation: "socket", errno: errno) }
    return descriptor
  }

  private static func withAddress(
    _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    let capacity = MemoryLayout.size(ofValue: address.sun_path)
    guard bytes.count < capacity else {
      errno = ENAMETOOLONG
      return -1
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }
}
