// SPDX-License-Identifier: Apache-2.0
// What people have put their names to: attestations and waivers of gates.

/// A person's word that a gate holds which nothing here measures, with what it rests on.
package struct Attestation: Hashable, Sendable {
  /// A file that the word rests on, as it was when the word was given.
  package struct File: Hashable, Sendable {
    /// Relative to the project.
    package let path: String
    /// SHA-256 of its bytes.
    package let digest: Digest

    package init(path: String, digest: Digest) {
      self.path = path
      self.digest = digest
    }
  }

  /// The gate's name.
  package let gate: String
  /// Who says so.
  package let by: String
  /// When it was said.
  package let at: Timestamp
  /// When it ends; `nil` for as long as the evidence stays as it is.
  package let until: Timestamp?
  /// Never empty.
  package let evidence: [File]
  /// What there is to add; empty where nothing is.
  package let note: String

  package init(
    gate: String, by: String, at: Timestamp, until: Timestamp?, evidence: [File], note: String
  ) {
    self.gate = gate
    self.by = by
    self.at = at
    self.until = until
    self.evidence = evidence
    self.note = note
  }

  /// Why it counts for nothing at that moment; `nil` where it counts.
  ///
  /// - Parameter present: the evidence's digests as the files are now; a file that is gone has none.
  package func objection(at now: Timestamp, present: [String: Digest]) -> String? {
    if let until, now >= until { return "it expired on \(until.day)" }
    let changed = evidence.filter { present[$0.path] != $0.digest }.map(\.path)
    return changed.isEmpty ? nil : "its evidence has changed: \(listed(changed))"
  }
}

/// A person's word that a gate which fails may be passed by, for a reason and for a while.
package struct Waiver: Hashable, Sendable {
  /// The gate's name.
  package let gate: String
  /// Who lets it pass.
  package let by: String
  /// Why.
  package let reason: String
  /// When it was given.
  package let at: Timestamp
  /// When it ends.
  package let until: Timestamp

  /// The longest that a waiver may last, in days: whatever is waived for longer is a rule.
  package static let daysMax = 90

  package init(gate: String, by: String, reason: String, at: Timestamp, until: Timestamp) {
    self.gate = gate
    self.by = by
    self.reason = reason
    self.at = at
    self.until = until
  }

  /// Whether it counts at that moment.
  package func holds(at now: Timestamp) -> Bool { now < until }

  /// Whether it would last longer than any may.
  package var isTooLong: Bool { until.since(at) > .seconds(Self.daysMax * 86_400) }

  /// `waived by Ada until 2026-12-01: the vendor fixes it`.
  package var sentence: String {
    "waived by \(by) until \(until.day): \(reason)"
  }
}

/// All that people have put their names to in one project. A gate has at most one of each.
package struct GateLedger: Hashable, Sendable {
  /// In the order of their file.
  package var attestations: [Attestation]
  /// In the order of their file.
  package var waivers: [Waiver]

  /// An empty ledger unless said otherwise.
  package init(attestations: [Attestation] = [], waivers: [Waiver] = []) {
    self.attestations = attestations
    self.waivers = waivers
  }

  /// The attestation of a gate, in force or not.
  package func attestation(of gate: String) -> Attestation? {
    attestations.last { $0.gate == gate }
  }

  /// The waiver of a gate, in force or not.
  package func waiver(of gate: String) -> Waiver? { waivers.last { $0.gate == gate } }
}

/// On what grounds an answer lets a tree through, or does not.
package enum GateStanding: Hashable, Sendable {
  /// The verdict says it all.
  case asMeasured
  /// A person's word is the answer.
  case attested(Attestation)
  /// A person lets it pass whatever the verdict.
  case waived(Waiver)
  /// It was not looked at here, for this reason.
  case notApplicable(String)
  /// The base, which this names, fails in the same way: seen there by ourselves.
  case failsOnBase(String)

  /// Whether it holds back what the verdict would stop.
  package var excuses: Bool {
    switch self {
    case .asMeasured, .attested: false
    case .waived, .notApplicable, .failsOnBase: true
    }
  }
}

extension GateLedger {
  /// What becomes of a gate's answer once the ledger is looked at.
  ///
  /// A waiver takes a stop away and leaves the verdict as it is. An attestation answers a gate
  /// which nothing here could ask; where something was measured, nobody's word counts against it.
  ///
  /// - Parameters:
  ///   - wasAsked: whether the gate was asked at all, as against having nothing to ask it with.
  ///   - present: the digests, as the files are now, of the evidence of the gate's attestation.
  package func ruling(
    on gate: Gate, _ check: Check, wasAsked: Bool, at now: Timestamp, present: [String: Digest]
  ) -> (check: Check, standing: GateStanding) {
    if case .notApplicable(let reason) = gate.question { return (check, .notApplicable(reason)) }
    var check = check
    if !wasAsked, let attestation = attestation(of: gate.id) {
      guard let objection = attestation.objection(at: now, present: present) else {
        return (
          gate.pass("attested by \(attestation.by): \(attestation.sentence)"),
          .attested(attestation)
        )
      }
      check = gate.didNotRun(
        "\(check.message); the attestation by \(attestation.by) counts for nothing: \(objection)")
    }
    guard check.stops, let waiver = waiver(of: gate.id) else { return (check, .asMeasured) }
    if waiver.holds(at: now) { return (check, .waived(waiver)) }
    let expired = "\(check.message)\nthe waiver by \(waiver.by) expired on \(waiver.until.day)"
    return (
      Check(
        name: check.name, level: check.level, verdict: check.verdict, code: check.code,
        message: expired), .asMeasured
    )
  }
}

extension Attestation {
  /// What it rests on, and what was added.
  package var sentence: String {
    listed(evidence.map(\.path)) + (note.isEmpty ? "" : " (\(note))")
  }
}

extension Timestamp {
  /// The day in UTC: `2026-11-21`.
  package var day: String { String(description.prefix(10)) }
}

extension GateStanding {
  /// On what grounds, with what was seen: `waived by Ada until 2026-12-01: …; exit 1`.
  package func words(_ check: Check) -> String {
    switch self {
    case .asMeasured, .attested: check.message
    case .notApplicable(let reason): "not applicable: \(reason)"
    case .waived(let waiver): "\(waiver.sentence); \(check.verdict.words): \(check.message)"
    case .failsOnBase(let base): "fails on \(base) too: \(check.message)"
    }
  }
}
