// SPDX-License-Identifier: Apache-2.0
// What the coordinator saw when it ran something itself.

/// A run's tests by name, or why it counts as not having run.
package enum TestObservation: Hashable, Sendable, Codable {
  case ran([TestResult])
  case didNotRun(reason: String)
}

/// One thing that the coordinator did itself, and what came of it.
package struct Evidence: Hashable, Sendable, Codable {
  /// On what occasion it was gathered.
  package enum Kind: String, Hashable, Sendable, Codable {
    /// The project's tests before the change.
    case baseline
    case red
    case green
    case refactor
    case verify
    /// The task's tests, each made to fail: what does not fail there is lied about.
    case control
    /// A few tests run again, to see whether they do the same each time.
    case again
    /// One hunk undone, and the tests run.
    case necessity
    /// The tests of a merged tree.
    case merge
    /// A gate's command.
    case gate
    case health
    /// What an agent reported: a design, a review, a reason. Kept, but proof of nothing else.
    case report
  }

  /// On what occasion it was gathered.
  package let kind: Kind
  /// The tree that it ran on.
  package let tree: ObjectID?
  /// The argument vector; empty for a report.
  package let command: [String]
  /// How it ended, as a sentence: `exit 0`, `killed by signal 9`, `no answer within 300 s`.
  package let ending: String
  /// When it began, on the wall clock.
  package let startedAt: Timestamp
  /// How long it took.
  package let durationMilliseconds: Int
  /// SHA-256 over both output streams, whole.
  package let outputDigest: Digest?
  /// The output's head and tail.
  package let output: String
  /// What the tests said; `nil` where it was no run of tests.
  package let tests: TestObservation?
  /// What it shows, in a sentence.
  package let note: String

  package init(
    kind: Kind, tree: ObjectID?, command: [String], ending: String, startedAt: Timestamp,
    durationMilliseconds: Int, outputDigest: Digest?, output: String, tests: TestObservation?,
    note: String
  ) {
    self.kind = kind
    self.tree = tree
    self.command = command
    self.ending = ending
    self.startedAt = startedAt
    self.durationMilliseconds = durationMilliseconds
    self.outputDigest = outputDigest
    self.output = output
    self.tests = tests
    self.note = note
  }
}

/// Evidence as it is kept: its canonical bytes and their digest.
package struct EvidenceRecord: Hashable, Sendable, Codable {
  /// SHA-256 of `body`.
  package let digest: Digest
  /// That of the evidence, so that it can be chosen without reading the body.
  package let kind: Evidence.Kind
  /// The evidence as JSON with sorted keys.
  package let body: String

  /// The record of a body, of which it takes the digest.
  package init(kind: Evidence.Kind, body: String) {
    self.kind = kind
    self.body = body
    digest = Digest.sha256(of: body.utf8)
  }
}
