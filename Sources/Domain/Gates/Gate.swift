// SPDX-License-Identifier: Apache-2.0
// A named question about a tree, with how much its answer binds (R12).

/// A gate, as a project configures it or as the universal catalogue has it.
package struct Gate: Hashable, Sendable {
  /// What is asked.
  package enum Question: Hashable, Sendable {
    /// Does this command end with exit 0? Compilers, linters, type checkers.
    case command([String])
    /// Do the project's tests pass, at least one of them?
    case testsPass
    /// Does this command's output show none of these words? The words are matched as written.
    case noConsoleErrors([String], words: [String])
    /// Does this command end with exit 0 within this time?
    case performance([String], within: Duration)
    /// Does the report that this command leaves show enough coverage, and no less than before?
    case coverage(CoverageDemand)
    /// Was a document changed, where implementation was?
    case documentationUpdated
    /// Are fewer lines changed than this, tests and documents left out?
    case microTaskSize(linesMax: Int)
    /// What does the session's own record show?
    case session(SessionQuestion)
    /// Nothing here measures it: only a person's attestation answers it. The text says what would.
    case attestation(String)
    /// It makes no sense here, for this reason.
    case notApplicable(String)
    /// It cannot be asked as it is configured; the text says what is missing.
    case unanswerable(String)
  }

  /// When it is asked of a piece of work.
  package enum Moment: String, Hashable, Sendable, CaseIterable {
    /// Before the work begins.
    case pre
    /// While it is done.
    case during
    /// Once it is done.
    case post
  }

  /// The name in the project's configuration; its check is called `gate.` and this.
  package let id: String
  /// How much its answer binds.
  package let level: Level
  /// When it is asked; afterwards by default.
  package let moment: Moment
  /// What it asks of a tree.
  package let question: Question
  /// The figures that it holds an answer against, each with where it comes from.
  package let thresholds: [GateThreshold]

  /// A gate that is asked afterwards and knows no figures, unless said otherwise.
  package init(
    id: String, level: Level, moment: Moment = .post, question: Question,
    thresholds: [GateThreshold] = []
  ) {
    self.id = id
    self.level = level
    self.moment = moment
    self.question = question
    self.thresholds = thresholds
  }
}

extension Gate {
  /// Whether a session's record answers it.
  package var asksSession: Bool {
    if case .session = question { true } else { false }
  }

  /// Whether it measures coverage.
  package var measuresCoverage: Bool {
    if case .coverage = question { true } else { false }
  }
}

/// A figure that an answer is held against.
package struct GateThreshold: Hashable, Sendable {
  /// The figure: `90`, `≤ 10`.
  package let value: String
  /// What it counts: `% of lines`.
  package let unit: String
  /// Where the figure comes from: a requirement, or the file that sets it.
  package let source: String

  package init(value: String, unit: String, source: String) {
    self.value = value
    self.unit = unit
    self.source = source
  }

  /// `90 % of lines (M2: coverage 90 %)`.
  package var sentence: String { "\(value) \(unit) (\(source))" }
}

/// What a session's own record is asked. It is all in the store: nobody's word counts.
package enum SessionQuestion: String, Hashable, Sendable, CaseIterable {
  /// Has every task that went past its design an accepted design?
  case designsAccepted
  /// Was a red stage accepted before each green one?
  case redBeforeGreen
  /// Did each agent's run stay within one context window?
  case windowKept
  /// Was all that was accepted handed in under the newest claim?
  case fencesHeld
  /// Is the journal's chain of hashes whole?
  case journalWhole
  /// Is the evidence of every accepted stage kept?
  case evidenceKept
  /// Was each stage done by the role that its workflow names?
  case rolesKept
}
