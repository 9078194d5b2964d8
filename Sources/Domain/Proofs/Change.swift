// SPDX-License-Identifier: Apache-2.0
// What a submission changed, sorted by what its stage may touch.

/// One changed path of a submission.
package struct Change: Hashable, Sendable, Codable {
  /// What became of the path.
  package enum Kind: String, Hashable, Sendable, Codable {
    case added, modified, deleted
  }

  /// What a path is, as the project's patterns say.
  package enum Group: String, Hashable, Sendable, Codable {
    /// A test, or something that only tests load: a fixture, a snapshot.
    case test
    /// A file that can select, deselect or reconfigure tests.
    case testConfiguration
    /// What stands in for the test runner, or plugs itself into it: no stage hands it in.
    case testRunner
    case documentation
    case implementation
  }

  /// Relative to the project.
  package let path: String
  /// What became of it.
  package let kind: Kind
  /// What it is, and so which stages may touch it.
  package let group: Group
  /// Whether a test lost lines that were there before, imports left out; a file to which lines were
  /// only added still says everything that it said. For test configuration also whether lines were
  /// added that decide which tests run.
  package let isRewritten: Bool

  /// A change; one that only adds lines unless said otherwise.
  package init(path: String, kind: Kind, group: Group, isRewritten: Bool = false) {
    self.path = path
    self.kind = kind
    self.group = group
    self.isRewritten = isRewritten
  }

  /// Whether an existing test may no longer say what it said.
  var bendsTest: Bool { group == .test && (kind == .deleted || isRewritten) }

  /// Whether test configuration gained what new tests need, and nothing else happened to it.
  package var extendsSettings: Bool {
    group == .testConfiguration && kind != .deleted && !isRewritten
  }

  /// Whether what selects, runs or reports tests is not what it was.
  var bendsSettings: Bool {
    switch group {
    case .testConfiguration: !extendsSettings
    case .testRunner: true
    case .test, .documentation, .implementation: false
    }
  }
}

extension Sequence<Change> {
  /// The paths of the named groups, sorted.
  package func paths(in groups: Set<Change.Group>) -> [String] {
    filter { groups.contains($0.group) }.map(\.path).sorted()
  }
}
