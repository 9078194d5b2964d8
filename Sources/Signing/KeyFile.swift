// SPDX-License-Identifier: Apache-2.0
// Reading the files that keys are kept in.

import CSodium
import Glibc

/// Why a key cannot be used.
package struct KeyError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file that was to hold it.
  package let path: String
  /// What is wrong with it.
  package let reason: String
  /// The command that helps.
  package let remedy: String

  package var description: String { "the key \(path): \(reason)" }
}

/// libsodium's own setup, which is made once and may be asked for again.
func startSodium(_ path: String) throws(KeyError) {
  guard sodium_init() >= 0 else {
    throw KeyError(
      path: path, reason: "libsodium could not be set up", remedy: "orchestrate doctor")
  }
}

/// The text of a key's file.
///
/// - Throws: `KeyError` where it cannot be read, is no plain file, or is private and others than
///   its owner may read or write it.
func readKeyFile(_ path: String, isPrivate: Bool) throws(KeyError) -> String {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  guard descriptor >= 0 else {
    throw KeyError(
      path: path, reason: "it cannot be read: \(String(cString: strerror(errno)))",
      remedy: "ls -l \(path)")
  }
  defer { close(descriptor) }
  var status = stat()
  guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
    throw KeyError(path: path, reason: "it is no plain file", remedy: "ls -l \(path)")
  }
  guard !isPrivate || status.st_mode & 0o077 == 0 else {
    throw KeyError(
      path: path, reason: "others than its owner may read or write it",
      remedy: "chmod 600 \(path)")
  }
  var bytes = [UInt8](repeating: 0, count: 16 << 10)
  let count = read(descriptor, &bytes, bytes.count)
  guard count > 0, count < bytes.count else {
    throw KeyError(path: path, reason: "it holds no key", remedy: "ls -l \(path)")
  }
  return String(decoding: bytes.prefix(count), as: UTF8.self)
}
