// SPDX-License-Identifier: Apache-2.0
// The reporters that the program carries, for runners that write no report of use to us.

import CPlatform

/// A reporter in the language of its runner. It lies in the run's private directory, so that no
/// project has to install it and none can change it.
enum ReporterScript: String {
  case node = "node_reporter.mjs"
  case prove = "prove_reporter.pl"
  case unittest = "unittest_reporter.py"

  /// Where it lies in a run whose report is written to `reportPath`.
  func path(beside reportPath: String) -> String {
    let folder = reportPath.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    return (folder + [Substring(rawValue)]).joined(separator: "/")
  }

  /// Its text.
  var bytes: [UInt8] {
    let reporter =
      switch self {
      case .node: orchestrate_reporter_node()
      case .prove: orchestrate_reporter_prove()
      case .unittest: orchestrate_reporter_unittest()
      }
    return Array(UnsafeBufferPointer(start: reporter.bytes, count: reporter.length))
  }
}
