// SPDX-License-Identifier: Apache-2.0
// The test runners that are known by name.

/// A test runner, as configurations, evidence and messages call it.
package enum RunnerName: String, Hashable, Sendable, CaseIterable {
  case pytest, unittest, node, swift, cargo, go, ctest, prove
  /// Whatever writes the Test Anything Protocol on standard output.
  case tap
  /// Whatever writes a JUnit report to a file.
  case junit
  /// Whatever ends with an exit code, of which nothing else is known.
  case exitCode = "exit-code"
}
