// SPDX-License-Identifier: Apache-2.0
// A session's plan: objectives, tasks, order, risks, and what counts as success.

package import Domain

/// `session-NNN-plan.md`.
package struct PlanDocument: Hashable, Sendable {
  /// A task as the plan describes it.
  package struct Task: Hashable, Sendable {
    /// Its number in the plan, from 1.
    package let number: Int
    /// Its name.
    package let name: String
    /// Who handles it, as written; empty where it was not said.
    package let agent: String
    /// How long it should take, as written: `30 minutes`.
    package let estimatedTime: String
    /// What it needs, as written: `Tasks 3 and 4`.
    package let dependencies: String
    /// How it is known to be done.
    package let successCriteria: [String]
    /// How that is shown.
    package let testCases: [String]

    /// A task from its parts; what is left out was not said.
    package init(
      number: Int, name: String, agent: String = "", estimatedTime: String = "",
      dependencies: String = "", successCriteria: [String] = [], testCases: [String] = []
    ) {
      self.number = number
      self.name = oneLine(name)
      self.agent = oneLine(agent)
      self.estimatedTime = oneLine(estimatedTime)
      self.dependencies = oneLine(dependencies)
      self.successCriteria = successCriteria.map(oneLine).filter { !$0.isEmpty }
      self.testCases = testCases.map(oneLine).filter { !$0.isEmpty }
    }

    /// The minutes in `estimatedTime`: `45`, `45 min`, `1.5 hours`, `2h`; `nil` where there are
    /// none.
    package var estimatedMinutes: Int? { minutes(in: estimatedTime) }

    /// The numbers of the tasks that it needs; a task's own number is passed over.
    package var dependencyNumbers: [Int] {
      wholeNumbers(in: dependencies).filter { $0 != number }
    }
  }

  /// A line of the execution order.
  package struct Step: Hashable, Sendable {
    /// As written: `Task 4 (depends on 2, parallel with 3)`.
    package let text: String

    /// A step from its text.
    package init(_ text: String) { self.text = oneLine(text) }

    /// The task that it names first; `nil` where it names none.
    package var task: Int? { wholeNumbers(in: head).first }
    /// The tasks that it says this one depends on.
    package var dependsOn: [Int] { numbers(after: "depends on") }
    /// The tasks that it says may be done at the same time.
    package var parallelWith: [Int] { numbers(after: "parallel with") }
    /// Whether it says that others need this one.
    package var isPrerequisite: Bool { text.lowercased().contains("prerequisite") }

    private var head: String { String(text.prefix { $0 != "(" }) }

    private func numbers(after words: String) -> [Int] {
      let text = text.lowercased()
      guard let found = text.firstRange(of: words) else { return [] }
      let rest = text[found.upperBound...]
      let end = ["depends on", "parallel with", ")", ";"]
        .compactMap { rest.firstRange(of: $0)?.lowerBound }.min()
      return wholeNumbers(in: rest[..<(end ?? rest.endIndex)])
    }
  }

  /// What could go wrong, and what will be done about it.
  package struct Risk: Hashable, Sendable {
    /// What could go wrong.
    package let risk: String
    /// How it is handled; empty where it was not said.
    package let mitigation: String

    /// A risk from its parts.
    package init(_ risk: String, mitigation: String) {
      self.risk = oneLine(risk)
      self.mitigation = oneLine(mitigation)
    }
  }

  /// The session that it names; `nil` where it names none.
  package let session: SessionID?
  /// What the session is for.
  package let objectives: [String]
  /// Its tasks, in the plan's order.
  package let tasks: [Task]
  /// The order in which they are done.
  package let executionOrder: [Step]
  /// What could go wrong.
  package let risks: [Risk]
  /// What must be so at the end; ticked by gates only.
  package let successMetrics: [Checkbox]

  /// The four boxes that every plan ends on (S4-28).
  package static let standardMetrics = [
    Checkbox("All tests pass"), Checkbox("No console errors"),
    Checkbox("Performance targets met"), Checkbox("Documentation updated"),
  ]

  /// A plan from its parts.
  package init(
    session: SessionID?, objectives: [String], tasks: [Task], executionOrder: [Step] = [],
    risks: [Risk] = [], successMetrics: [Checkbox] = Self.standardMetrics
  ) {
    self.session = session
    self.objectives = objectives.map(oneLine).filter { !$0.isEmpty }
    self.tasks = tasks
    self.executionOrder = executionOrder
    self.risks = risks
    self.successMetrics = successMetrics
  }
}

/// The whole numbers in a text, each once, in order.
func wholeNumbers(in text: some StringProtocol) -> [Int] {
  var found: [Int] = []
  for word in text.split(whereSeparator: { !($0.isNumber && $0.isASCII) }) {
    if let number = Int(word), !found.contains(number) { found.append(number) }
  }
  return found
}

/// The minutes that a text speaks of, hours and minutes added up.
func minutes(in text: String) -> Int? {
  var total: Double?
  var rest = text.lowercased()[...]
  while let start = rest.firstIndex(where: { $0.isNumber && $0.isASCII }) {
    let digits = rest[start...].prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let after = rest[digits.endIndex...]
    // The later end of a range, `15-30 minutes`, is the one that counts.
    if after.hasPrefix("-") || after.hasPrefix("–") {
      rest = after.dropFirst()
      continue
    }
    let unit = after.drop { $0 == " " }
    let perUnit: Double = unit.hasPrefix("h") ? 60 : 1
    if let value = Double(digits), value < 100_000 { total = (total ?? 0) + value * perUnit }
    rest = after
  }
  return total.map { Int($0.rounded()) }
}
