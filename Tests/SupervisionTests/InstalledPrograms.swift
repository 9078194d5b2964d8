// SPDX-License-Identifier: Apache-2.0
// Which test runners this machine has: the tests of the others are skipped by name.

import Glibc
import TestKit

/// A program that tests really run.
enum Installed {
  /// Its path, looked for where distributions put programs.
  static func program(_ name: String) -> String? {
    ["/usr/bin/", "/usr/local/bin/"].map { $0 + name }.first { access($0, X_OK) == 0 }
  }

  /// Reporters have been tried from Node 20 on.
  static let node = program("node").flatMap { path in
    InstalledVersion(of: path, path: "/usr/bin:/bin").map { $0 >= .init(20, 0) } == true
      ? path : nil
  }
  static let prove = program("prove")
  static let python = program("python3")
}
