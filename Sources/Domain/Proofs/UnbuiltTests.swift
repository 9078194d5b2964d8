// SPDX-License-Identifier: Apache-2.0
// Tests that a build which failed keeps out of sight: hidden, not lost.

extension TestOutcomes {
  /// What stands for tests that could not be built: a file, a suite or the whole suite.
  var unbuilt: Set<TestIdentity> {
    identities.filter { $0.isWholeFile && buildErrors(of: $0) != nil }
  }

  /// The tests of `earlier` that are not to be seen since they could not be built.
  func hidden(of earlier: TestOutcomes) -> Set<TestIdentity> {
    let unbuilt = unbuilt
    guard !unbuilt.isEmpty else { return [] }
    return earlier.identities.filter { test in
      byIdentity[test] == nil && unbuilt.contains { $0.covers(test) }
    }
  }

  /// The symbols for want of which `identity` could not be built.
  func missingSymbols(of identity: TestIdentity) -> Set<String> {
    Set((buildErrors(of: identity) ?? []).compactMap { $0.missing?.symbol })
  }

  private func buildErrors(of identity: TestIdentity) -> [BuildError]? {
    guard case .errored(let failure) = byIdentity[identity],
      case .notBuilt(let errors) = failure.cause
    else { return nil }
    return errors
  }
}
