// SPDX-License-Identifier: Apache-2.0
// A small project to judge: two older tests, one new test file, one implementation file.

import Domain

extension Change {
  static func test(_ path: String, _ kind: Kind = .added) -> Change {
    Change(path: path, kind: kind, group: .test)
  }

  /// A test file of which lines that were there are gone.
  static func rewrittenTest(_ path: String) -> Change {
    Change(path: path, kind: .modified, group: .test, isRewritten: true)
  }

  static func code(_ path: String = "gantt/chart.py", _ kind: Kind = .modified) -> Change {
    Change(path: path, kind: kind, group: .implementation)
  }

  static func configuration(_ path: String = "pytest.ini") -> Change {
    Change(path: path, kind: .modified, group: .testConfiguration, isRewritten: true)
  }

  static func document(_ path: String = "README.md") -> Change {
    Change(path: path, kind: .modified, group: .documentation)
  }
}

extension TestIdentity: ExpressibleByStringLiteral {
  /// `tests/test_chart.py::test_width`; with no name after the colons it stands for the file.
  package init(stringLiteral text: String) {
    let parts = text.split(separator: "::", omittingEmptySubsequences: false).map(String.init)
    switch parts.count {
    case 1: self.init(file: "", suite: "", name: parts[0])
    case 2: self.init(file: parts[0], suite: "", name: parts[1])
    default: self.init(file: parts[0], suite: parts[1], name: parts[2])
    }
  }
}

extension TestOutcome {
  static let assertion = failed(.of(.assertion))
  static let skip = skipped(reason: "not today")

  static func missing(_ symbol: String, in module: String) -> TestOutcome {
    errored(.of(.missingSymbol(symbol: symbol, module: module)))
  }
}

extension TestFailure {
  static func of(_ cause: Cause) -> TestFailure {
    TestFailure(cause: cause, message: "assert 1 == 2", detail: "")
  }
}

/// Outcomes by test, as they are written in these tests.
typealias Results = KeyValuePairs<TestIdentity, TestOutcome>

extension TestObservation {
  static func saw(_ results: Results) -> TestObservation {
    .ran(results.map { TestResult(identity: $0.key, outcome: $0.value) })
  }

  static let silent = TestObservation.didNotRun(reason: "killed by signal 9")
}

extension TestOutcomes {
  init(_ results: Results) {
    self.init(results.map { TestResult(identity: $0.key, outcome: $0.value) })
  }
}

extension Judgement {
  /// The name, the level and the verdict of the check called `name`.
  func verdict(_ name: String) -> Verdict? { checks.first { $0.name == name }?.verdict }

  /// The names of what stops it.
  var stops: [String] { stopping.map(\.name) }

  /// Whether anything that it says mentions `text`.
  func mentions(_ text: String) -> Bool { checks.contains { $0.message.contains(text) } }
}

/// The two tests that the project had.
let olderA: TestIdentity = "tests/test_old.py::test_a"
let olderB: TestIdentity = "tests/test_old.py::test_b"
/// The tests that a red stage adds.
let newA: TestIdentity = "tests/test_chart.py::test_width"
let newB: TestIdentity = "tests/test_chart.py::test_height"
/// The file of these, where it cannot be loaded.
let newFile: TestIdentity = "tests/test_chart.py::"
