// SPDX-License-Identifier: Apache-2.0
// A path as the file system has it.

import Glibc

/// A path inside a workspace, in the bytes that the file system gave. It need not be UTF-8.
struct BytePath: Hashable {
  /// Ends with a NUL, as C wants it.
  private let terminated: [CChar]

  static let root = BytePath(terminated: [0])

  private init(terminated: [CChar]) { self.terminated = terminated }

  init(_ text: String) { terminated = Array(text.utf8CString) }

  /// Copies a C string.
  init(copying pointer: UnsafePointer<CChar>) {
    var length = 0
    while pointer[length] != 0 { length += 1 }
    terminated = Array(UnsafeBufferPointer(start: pointer, count: length + 1))
  }

  init(copying bytes: UnsafeBufferPointer<CChar>) { terminated = Array(bytes) + [0] }

  var isRoot: Bool { terminated.count == 1 }

  var bytes: [UInt8] { terminated.dropLast().map { UInt8(bitPattern: $0) } }

  /// `nil` unless the bytes are UTF-8.
  var text: String? {
    terminated.withUnsafeBufferPointer { buffer in
      buffer.baseAddress.flatMap { String(validatingCString: $0) }
    }
  }

  /// For messages: what isn't UTF-8 or can't be shown is written out.
  var shown: String {
    text.map(escaped)
      ?? bytes.map { byte in
        (0x20..<0x7f).contains(byte)
          ? String(UnicodeScalar(byte)) : "\\x" + String(byte, radix: 16)
      }.joined()
  }

  func appending(_ name: BytePath) -> BytePath {
    if isRoot { return name }
    var joined = terminated
    joined[joined.count - 1] = CChar(bitPattern: UInt8(ascii: "/"))
    joined += name.terminated
    return BytePath(terminated: joined)
  }

  /// The names of the folders above, outermost first, and the last name.
  var parts: (folders: [BytePath], name: BytePath) {
    let slash = CChar(bitPattern: UInt8(ascii: "/"))
    var names = terminated.dropLast().split(separator: slash).map {
      BytePath(terminated: Array($0) + [0])
    }
    let name = names.popLast() ?? .root
    return (names, name)
  }

  /// The folders above, outermost first, without the root.
  var ancestors: [BytePath] {
    var above: [BytePath] = []
    for name in parts.folders { above.append((above.last ?? .root).appending(name)) }
    return above
  }

  /// The path as a C string, valid for the duration of the call.
  func withCString<Value, Failure: Error>(
    _ body: (UnsafePointer<CChar>) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    // An array's own buffer lives as long as this call; the array always holds its NUL.
    try terminated.withUnsafeBufferPointer { (buffer) throws(Failure) -> Value in
      guard let start = buffer.baseAddress else { preconditionFailure("a NUL at least") }
      return try body(start)
    }
  }
}

extension BytePath: Comparable {
  /// By bytes, as git sorts paths.
  static func < (left: BytePath, right: BytePath) -> Bool {
    left.withCString { left in right.withCString { strcmp(left, $0) < 0 } }
  }
}
