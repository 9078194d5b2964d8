// SPDX-License-Identifier: Apache-2.0
// Which test runners this machine has: the tests of the others are skipped by name.

import Glibc

/// A program that tests really run.
enum Installed {
  /// Its path, looked for where distributions put programs.
  static func program(_ name: String) -> String? {
    ["/usr/bin/", "/usr/local/bin/"].map { $0 + name }.first { access($0, X_OK) == 0 }
  }

  static let node = program("node")
  static let prove = program("prove")
  static let python = program("python3")
}
