// SPDX-License-Identifier: Apache-2.0
// What a project's `.claude/config/project.json` says.

package import Domain

/// A project's configuration as written, with the defaults where it says nothing. Comments are
/// allowed in the file; `config/project.schema.json` describes it for editors.
package struct ProjectConfiguration: Hashable, Sendable {
  /// `fastapi`, `nextjs`, `swift`; `nil` where it was not said (S2-27).
  package let projectType: String?
  /// Starts the development server (S2-28).
  package let initScript: ConfiguredCommand?
  /// Whether the project works at all (S2-29).
  package let healthCheck: ConfiguredCommand?
  /// Runs every test (S2-30).
  package let testCommand: ConfiguredCommand?
  /// Runs the few tests that come before each feature (S2-31).
  package let smokeTest: ConfiguredCommand?
  /// The port of the development server (S2-32).
  package let devServerPort: Int?
  /// Variables that must be set; their values are never shown (S2-33).
  package let requiredEnvironment: [String]
  /// How long commands may take.
  package let timeouts: Timeouts
  /// How tests are run and read.
  package let tests: TestsSection
  /// The agents by the names that roles use.
  package let drivers: [String: DriverConfiguration]
  /// The driver of each role that has one; it is among `drivers`.
  package let roles: [Role: String]
  /// The gates that the file adds or changes, shipped ones of the same name underneath.
  package let gates: [GateDefinition]
  /// Which universal gates are asked as well; none by default.
  package let gateSets: GateSetsSection
  /// How many attempts, how long, how many at once.
  package let limits: LimitsSection
  /// Tokens and time.
  package let budget: BudgetLimits
  /// How proofs are made.
  package let proof: ProofSection
  /// What is repaired without being asked for.
  package let recovery: RecoverySection
  /// The file of the key that checkpoints are signed with; `nil` where none are.
  package let signingKey: String?
  /// Whether a session's own branch is rolled back to where its tests pass; so by default (M4).
  package let isRollbackAutomatic: Bool
  /// The patterns of documents; `ProjectConfiguration.documents` by default.
  package let documentPaths: [String]
  /// Variables that proofs get from the caller's environment.
  package let environment: [String]
  /// The file's `context` object, as written.
  package let context: JSONObject
  /// The whole file, keys that nobody knows included.
  package let root: JSONObject
  /// What was odd but could be read.
  package let warnings: [DocumentWarning]

  /// `timeout_seconds`.
  package struct Timeouts: Hashable, Sendable {
    /// 5 by default.
    package let healthCheck: Int
    /// 60 by default.
    package let smokeTest: Int
    /// 300 by default.
    package let fullTest: Int
  }

  /// `tests`.
  package struct TestsSection: Hashable, Sendable {
    /// The file of a test report that is read.
    package enum Report: String, Hashable, Sendable, CaseIterable {
      /// JUnit's XML, which most runners can write.
      case junit
      /// The Test Anything Protocol, on standard output.
      case tap
      /// The JSON lines of `go test -json`.
      case go
      /// Nothing but what the runner says at its end.
      case none
    }

    /// Runs every test; `testCommand` where it says nothing.
    package let command: ConfiguredCommand?
    /// Who runs the tests; `nil` lets the program find out.
    package let runner: RunnerName?
    /// How outcomes are read; `nil` lets the program find out.
    package let report: Report?
    /// Where the report is written, from the project's root.
    package let reportPath: String?
    /// The patterns of files that are tests; `nil` for the runner's own.
    package let paths: [String]?

    /// The runner that the kind of report asks for. A JUnit report whose place is not said is left
    /// to the runner that the command starts.
    package var reportRunner: RunnerName? {
      switch report {
      case .junit: reportPath == nil ? nil : .junit
      case .tap: .tap
      case .go: .go
      case .some(.none): .exitCode
      case nil: nil
      }
    }
  }

  /// `gate_sets`.
  package struct GateSetsSection: Hashable, Sendable {
    /// Of `gate run`, and of every workflow that is not named; `nil` for none.
    package let standard: GateSet?
    /// Of the tasks of each named workflow.
    package let byWorkflow: [String: GateSet]

    /// No set at all.
    package static let none = GateSetsSection(standard: nil, byWorkflow: [:])

    /// The set of a workflow's tasks; `nil` for none.
    package func set(of workflow: String) -> GateSet? { byWorkflow[workflow] ?? standard }
  }

  /// `limits`.
  package struct LimitsSection: Hashable, Sendable {
    /// How often a handoff may fail; 3 by default.
    package let attempts: Int
    /// A claim's lease; 900 s by default.
    package let leaseSeconds: Int
    /// How many tasks may be under way at once; 1 by default (S4-15).
    package let jobs: Int
    /// The longest that an agent may take; 30 min by default.
    package let agentMinutes: Int
    /// What must stay free on the store's disk for new work to begin; 64 MiB by default.
    package let diskReserveMiB: Int
  }

  /// `recovery`.
  package struct RecoverySection: Hashable, Sendable {
    /// Whether a run settles and repairs what an earlier one left; on by default (S3-44).
    package let isAutomatic: Bool
    /// Whether the rest is settled where something cannot be; on by default (S3-47).
    package let isPartial: Bool
  }

  /// `proof`.
  package struct ProofSection: Hashable, Sendable {
    /// How many runs must agree at verify; 2 by default.
    package let repeats: Int
    /// The share of hunks that may go unmissed, 0 to 1; 0.25 by default.
    package let unneededHunksShareMax: Double
    /// The longest that undoing hunks may take, in seconds; 120 by default.
    package let necessitySeconds: Int
    /// Folders that survive between proofs; none by default.
    package let keep: [String]
  }
}

/// A program that plays roles.
package struct DriverConfiguration: Hashable, Sendable {
  /// How it is reached.
  package enum Kind: Hashable, Sendable {
    /// An executable, as words.
    case command(argv: [String])
    /// A folder with what an agent once did.
    case recorded(folder: String)
  }

  /// How it is reached.
  package let kind: Kind
  /// The longest it may take; `limits.agentMinutes` where it says nothing.
  package let deadlineSeconds: Int?
  /// Variables that it gets from the caller's environment.
  package let environment: [String]
}
