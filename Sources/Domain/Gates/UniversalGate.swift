// SPDX-License-Identifier: Apache-2.0
// The universal quality gates (M2): what each demands, and how it is answered here.

/// A row of the universal catalogue.
package struct UniversalGate: Hashable, Sendable {
  /// What a gate looks after.
  package enum Category: String, Hashable, Sendable, CaseIterable {
    case foundational, development, coordination, documentation, analysis
  }

  /// How a gate is answered.
  package enum Answer: Hashable, Sendable {
    /// We look ourselves.
    case measured(Gate.Question)
    /// By the project's first gate of that kind; without one, by a person.
    case measuredByKind(MeasuringKind)
    /// By a gate of the project's own with the same id, which could run the example; without one, by
    /// a person.
    case measuredByProject(example: String)
    /// By a person, with evidence.
    case attested
    /// Not at all, for this reason.
    case notApplicable(String)

    /// How, in words for a table.
    package var sentence: String {
      switch self {
      case .measured(.session): "measured: the session's record"
      case .measured(.testsPass): "measured: the project's tests"
      case .measured: "measured: what was changed"
      case .measuredByKind(let kind):
        "measured by a gate of the kind `\(kind.rawValue)`, else attested"
      case .measuredByProject(let example):
        "measured by a gate of this name (\(example)), else attested"
      case .attested: "attested"
      case .notApplicable(let reason): "not applicable: \(reason)"
      }
    }
  }

  /// A kind of configured gate that answers a universal one.
  package enum MeasuringKind: String, Hashable, Sendable {
    case coverage, performance
  }

  /// Its name; `claude_4_` in front is left out.
  package let id: String
  /// What it looks after.
  package let category: Category
  /// When it is asked.
  package let moment: Gate.Moment
  /// How much its answer binds.
  package let level: Level
  /// What it demands, in a sentence.
  package let demand: String
  /// The figures that M2 and its modules name for it.
  package let thresholds: [GateThreshold]
  /// How it is answered.
  package let answer: Answer
}

/// A named choice of universal gates.
package enum GateSet: String, Hashable, Sendable, CaseIterable {
  case task, swarm, session
  /// Every gate there is.
  case `protocol`
  case docs

  /// The categories in it.
  package var categories: Set<UniversalGate.Category> {
    switch self {
    case .task: [.foundational, .development]
    case .swarm: [.foundational, .development, .coordination]
    case .session: [.foundational, .coordination]
    case .protocol: Set(UniversalGate.Category.allCases)
    case .docs: [.foundational, .documentation]
    }
  }

  /// Its gates, in the catalogue's order.
  package var gates: [UniversalGate] {
    UniversalGate.all.filter { categories.contains($0.category) }
  }
}

extension UniversalGate {
  /// The sets that it is in.
  package var sets: [GateSet] { GateSet.allCases.filter { $0.categories.contains(category) } }

  /// The gate that is asked, in a project with these gates of its own.
  ///
  /// One of the same id takes its place altogether: whoever writes it says what it asks and how
  /// much it binds. Its figures are those of whatever measures it.
  package func gate(in configured: [Gate]) -> Gate {
    if let own = configured.first(where: { $0.id == id }) { return own }
    switch answer {
    case .measured(let question): return asking(question)
    case .measuredByKind(let kind):
      if let own = configured.first(where: { $0.measuringKind == kind }) {
        return asking(own.question, thresholds: own.thresholds)
      }
      return asking(.attestation("the project has no gate of the kind \(kind.rawValue)"))
    case .measuredByProject(let example):
      return asking(
        .attestation("the project has no gate called \(id), such as \(example)"))
    case .attested: return asking(.attestation("no command can tell"))
    case .notApplicable(let reason): return asking(.notApplicable(reason))
    }
  }

  private func asking(_ question: Gate.Question, thresholds: [GateThreshold]? = nil) -> Gate {
    Gate(
      id: id, level: level, moment: moment, question: question,
      thresholds: thresholds ?? self.thresholds)
  }
}

extension Gate {
  /// Which universal gate's kind it is of, if any.
  fileprivate var measuringKind: UniversalGate.MeasuringKind? {
    switch question {
    case .coverage: .coverage
    case .performance: .performance
    case .command, .testsPass, .noConsoleErrors, .documentationUpdated, .microTaskSize, .session,
      .attestation, .notApplicable, .unanswerable:
      nil
    }
  }
}
