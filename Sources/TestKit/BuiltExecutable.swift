// SPDX-License-Identifier: Apache-2.0
// Finds the `orchestrate` that was built together with the tests that are running.

import FoundationEssentials
import Glibc

/// The executable under test.
package enum BuiltExecutable {
  /// The absolute path of `orchestrate` in the build folder from which the test bundle was loaded.
  ///
  /// The bundle is an argument of the test process; where it is not, that process lies in the
  /// build folder itself.
  package static var path: String {
    let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") }
    let places = [bundle, CommandLine.arguments.first, selfPath].compactMap { $0 }
    let candidates = places.map { place in
      URL(fileURLWithPath: place).deletingLastPathComponent().appending(path: "orchestrate").path
    }
    return candidates.first { access($0, X_OK) == 0 } ?? ".build/debug/orchestrate"
  }

  private static var selfPath: String? {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    guard count > 0 else { return nil }
    return String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
