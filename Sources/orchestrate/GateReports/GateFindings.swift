// SPDX-License-Identifier: Apache-2.0
// What a run of gates came to, as every report tells it.

import Coordinator
import Domain

/// The answers of a run of gates, and what each objects to. Every report is written from this, so
/// that none says more or less than another.
struct GateFindings: Sendable {
  /// How grave an objection is for the reader of a report.
  enum Severity: Hashable, Sendable {
    /// It stops the tree.
    case error
    /// It is recorded only.
    case warning
    /// It is excused, and by whom or what the text says.
    case note
  }

  /// One objection.
  struct Finding: Hashable, Sendable {
    let gate: String
    let severity: Severity
    let message: String
    /// Where it is; `nil` where the gate says nothing of that.
    let location: FilePlace?
    /// Who or what excuses it; `nil` where nothing does.
    let excuse: String?
    /// The same from run to run, and when lines move.
    let fingerprint: String

    /// Where it is shown: a reader that must have a place gets the file that made the gate be asked.
    var place: (path: String, line: Int) {
      location.map { ($0.path, $0.line) } ?? (".claude/config/project.json", 1)
    }
  }

  /// One gate.
  struct Row: Sendable {
    let gate: Gate
    let check: Check
    let standing: GateStanding
    let stops: Bool
    let duration: Duration
    let findings: [Finding]

    /// What was seen and on what grounds it counts, at length.
    var message: String { standing.words(check) }

    /// The first line of that.
    var headline: String {
      message.split(separator: "\n").first.map(String.init) ?? check.verdict.words
    }

    /// `pass`, `fail`, `did not run`; or on what grounds it does not matter.
    var word: String {
      switch standing {
      case .asMeasured: check.verdict.words
      case .attested: "attested"
      case .waived: "waived"
      case .notApplicable: "not applicable"
      case .failsOnBase: "fails on the base too"
      }
    }
  }

  /// When the run began.
  let startedAt: Timestamp
  /// In the order in which the gates were asked.
  let rows: [Row]

  /// - Parameter root: the absolute path that places in output are made relative to.
  init(_ results: [GateResult], startedAt: Timestamp, root: String) {
    self.startedAt = startedAt
    rows = results.map { result in
      Row(
        gate: result.gate, check: result.check, standing: result.standing, stops: result.stops,
        duration: result.duration, findings: GateObjections(result, root: root).findings)
    }
  }

  /// Every objection, in order.
  var findings: [Finding] { rows.flatMap(\.findings) }

  /// The gates that stop the tree.
  var stopping: [Row] { rows.filter(\.stops) }

  /// From the first gate to the last.
  var duration: Duration { rows.reduce(.zero) { $0 + $1.duration } }
}

/// What one gate objects to, as single findings.
private struct GateObjections {
  /// More than anybody reads of one gate.
  private static let most = 100

  let findings: [GateFindings.Finding]

  init(_ result: GateResult, root: String) {
    guard let severity = Self.severity(result) else {
      findings = []
      return
    }
    var seen: [String: Int] = [:]
    let objections = Self.objections(result, root: root).prefix(Self.most)
    findings = objections.map { objection in
      let print = [result.gate.id, objection.location?.path ?? "", objection.identity]
        .joined(separator: "\u{0}")
      // The same objection twice in one file is told apart by its order.
      seen[print, default: 0] += 1
      return GateFindings.Finding(
        gate: result.gate.id, severity: severity, message: objection.message,
        location: objection.location, excuse: Self.excuse(result.standing),
        fingerprint: Digest.sha256(of: "\(print)\u{0}\(seen[print] ?? 0)".utf8).hex)
    }
  }

  private struct Objection {
    /// What makes it the same as another run's: nothing that moves.
    let identity: String
    let message: String
    let location: FilePlace?
  }

  private static func severity(_ result: GateResult) -> GateFindings.Severity? {
    if result.stops { return .error }
    switch (result.standing, result.check.verdict) {
    case (.notApplicable, _), (_, .pass): return nil
    case (.waived, _), (.failsOnBase, _): return .note
    case (.asMeasured, _), (.attested, _): return .warning
    }
  }

  private static func excuse(_ standing: GateStanding) -> String? {
    switch standing {
    case .waived(let waiver): waiver.sentence
    case .failsOnBase(let base): "fails on \(base) too"
    case .asMeasured, .attested, .notApplicable: nil
    }
  }

  private static func objections(_ result: GateResult, root: String) -> [Objection] {
    let places = places(result, root: root)
    guard places.isEmpty else { return places }
    let message = result.standing.words(result.check)
    return [Objection(identity: result.check.verdict.words, message: message, location: nil)]
  }

  private static func places(_ result: GateResult, root: String) -> [Objection] {
    guard result.check.verdict == .fail else { return [] }
    if let tests = result.tests { return broken(tests, root: root) }
    switch (result.gate.question, result.coverage) {
    case (.coverage(let demand), .measured(let coverage)):
      return uncovered(coverage, demand, result.check.message)
    case (_, _):
      return result.objections.map {
        Objection(identity: $0.identity, message: $0.text, location: $0.location)
      }
    }
  }

  private static func broken(_ tests: TestOutcomes, root: String) -> [Objection] {
    tests.broken.sorted().map { identity in
      var location = FilePlace(path: identity.file, line: 1)
      switch tests[identity] {
      case .failed(let failure), .errored(let failure):
        let lines = (failure.detail + "\n" + failure.message).split(whereSeparator: \.isNewline)
        let named = lines.compactMap { PlacedObjection($0, root: root)?.location }
        // The innermost frame comes last; one in the test's own file says most.
        location = named.last { $0.path == identity.file } ?? location ?? named.last
      case .passed, .skipped, nil: break
      }
      return Objection(
        identity: identity.description, message: tests.sentence(identity), location: location)
    }
  }

  private static func uncovered(
    _ coverage: Coverage, _ demand: CoverageDemand, _ message: String
  ) -> [Objection] {
    let headline = Objection(identity: "coverage", message: message, location: nil)
    let files = coverage.files.filter { $0.lines.total > 0 && $0.lines.percent < demand.lineMin }
      .sorted { ($0.lines.percent, $0.path) < ($1.lines.percent, $1.path) }
    return [headline]
      + files.prefix(20).compactMap { file in
        guard let location = FilePlace(path: file.path, line: 1) else { return nil }
        return Objection(
          identity: "file",
          message: "\(Coverage.tenths(file.lines.percent)) % of \(file.lines.total) lines covered",
          location: location)
      }
  }
}
