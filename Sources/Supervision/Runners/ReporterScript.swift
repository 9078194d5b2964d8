// SPDX-License-Identifier: Apache-2.0
// The scripts that the program carries for test runners of other languages.

import CPlatform

/// A reporter, or a plugin, in the language of its runner. It lies in the run's private directory, so
/// that no project has to install it and none can change it.
enum ReporterScript: String {
  case node = "node_reporter.mjs"
  case prove = "prove_reporter.pl"
  case pytest = "pytest_workspace.py"
  case unittest = "unittest_reporter.py"

  /// Where it lies in a run whose report is written to `reportPath`.
  func path(beside reportPath: String) -> String { "\(Self.folder(of: reportPath))/\(rawValue)" }

  /// The private directory of a run whose report is written to `reportPath`.
  static func folder(of reportPath: String) -> String {
    reportPath.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      .joined(separator: "/")
  }

  /// Its text.
  var bytes: [UInt8] {
    let reporter =
      switch self {
      case .node: orchestrate_reporter_node()
      case .prove: orchestrate_reporter_prove()
      case .pytest: orchestrate_reporter_pytest()
      case .unittest: orchestrate_reporter_unittest()
      }
    return Array(UnsafeBufferPointer(start: reporter.bytes, count: reporter.length))
  }
}
