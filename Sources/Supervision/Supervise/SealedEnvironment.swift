// SPDX-License-Identifier: Apache-2.0
// Carries a command's environment through the supervising process without it taking effect there.

import CPlatform
import Glibc

/// A command's `LD_PRELOAD` or `LD_LIBRARY_PATH` is meant for the command. Sealed, each variable
/// stands behind a character that starts no variable anyone reads, until the supervisor hands it
/// on (`supervise.c`).
enum SealedEnvironment {
  private static let seal = UInt8(ORCHESTRATE_ENVIRONMENT_SEAL)

  /// A command's `NAME=value` as it stands in its supervisor's environment.
  static func sealed(_ variable: String) -> [UInt8] { [seal] + Array(variable.utf8) }

  /// The supervisor's environment: the command's variables sealed, and the one of our own without
  /// which the supervisor might not find its libraries.
  static func seal(_ environment: [String: String]) -> [[UInt8]] {
    var strings = environment.map { sealed("\($0.key)=\($0.value)") }
    if let libraries = getenv("LD_LIBRARY_PATH") {
      strings.append(Array("LD_LIBRARY_PATH=".utf8) + bytes(of: libraries))
    }
    return strings
  }

  private static func bytes(of string: UnsafePointer<CChar>) -> [UInt8] {
    UnsafeRawBufferPointer(start: string, count: strlen(string)).map { $0 }
  }
}
