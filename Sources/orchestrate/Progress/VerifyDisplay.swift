// SPDX-License-Identifier: Apache-2.0
// What a person sees of a verification: a line for each claim, and what it comes to.

import Coordinator
import Documents
import Domain

/// Shows verdicts on standard output, each claim's as it comes.
final class VerifyDisplay: Sendable {
  private let invocation: Invocation

  init(_ invocation: Invocation) { self.invocation = invocation }

  /// Whether lines for people are wanted.
  private var isSilent: Bool { invocation.wantsJSON }

  func begin(_ session: SessionID) {
    guard !isSilent else { return }
    invocation.print(invocation.style.ink("session \(session)", .bold))
  }

  /// Shows one claim. May be called on any thread.
  @Sendable func show(_ claim: ClaimVerdict) {
    guard !isSilent else { return }
    let stage = claim.stage + String(repeating: " ", count: max(0, 8 - claim.stage.count))
    let (word, ink) = Self.word(claim.standing)
    let detail = "\(claim.commit.short) \(TimeInWords.brief(claim.duration))"
    let line = row(
      word, "\(stage) \(claim.task)  \(invocation.style.ink(detail, .dim))", ink)
    invocation.print(([line] + indented(claim.standing.reasons)).joined(separator: "\n"))
  }

  /// Shows what does not hold of a session as a whole.
  func finish(_ verdict: SessionVerdict) {
    guard !isSilent else { return }
    for fault in verdict.faults { invocation.print(row("FORGED", harmless(fault), .red)) }
    if verdict.faults.isEmpty {
      invocation.print(
        row("CHAIN", "\(verdict.entries) entries hold, and every commit is accounted for", nil))
    }
  }

  /// Shows what it all comes to.
  func summarise(_ verdicts: [SessionVerdict], strangers: [String], runs: Bool) {
    for stranger in strangers { invocation.print(row("FORGED", harmless(stranger), .red)) }
    let claims = verdicts.flatMap(\.claims)
    var counts: [String] = []
    for word in ["reproduced", "on record", "not reproduced", "not reproducible here", "forged"] {
      let count = claims.count { $0.standing.words == word }
      if count > 0 { counts.append("\(count) \(word)") }
    }
    let faults = verdicts.flatMap(\.faults).count + strangers.count
    if faults > 0 { counts.append("\(faults) faults beside") }
    let tail = runs ? "" : "; nothing was run"
    invocation.print("\(claims.count) claims: \(counts.joined(separator: ", "))\(tail)")
  }

  /// Everything as one document.
  static func json(_ verdicts: [SessionVerdict], strangers: [String]) -> JSONValue {
    [
      "sessions": .array(
        verdicts.map { verdict in
          [
            "session": .string(verdict.session.padded),
            "entries": .integer(verdict.entries),
            "faults": .strings(verdict.faults),
            "claims": .array(verdict.claims.map(claim)),
          ]
        }),
      "strangers": .strings(strangers),
    ]
  }

  private static func claim(_ claim: ClaimVerdict) -> JSONValue {
    [
      "commit": .string(claim.commit.text),
      "task": .string(claim.task.text),
      "stage": .string(claim.stage),
      "standing": .string(claim.standing.words),
      "reasons": .strings(claim.standing.reasons),
      "milliseconds": .integer(claim.duration.wholeMilliseconds),
    ]
  }

  private static func word(_ standing: Standing) -> (String, TerminalStyle.Ink?) {
    switch standing {
    case .reproduced: ("REPRODUCED", .green)
    case .onRecord: ("ON RECORD", nil)
    case .notReproduced: ("NOT REPRODUCED", .red)
    case .notReproducible: ("NOT HERE", .yellow)
    case .forged: ("FORGED", .red)
    }
  }

  private func indented(_ reasons: [String]) -> [String] {
    reasons.flatMap { $0.split(separator: "\n") }.map { "                \(harmless(String($0)))" }
  }

  private func row(_ word: String, _ text: String, _ ink: TerminalStyle.Ink?) -> String {
    let padded = String(repeating: " ", count: max(0, 14 - word.count)) + word
    return "\(ink.map { invocation.style.ink(padded, $0) } ?? padded)  \(text)"
  }

  private func harmless(_ text: String) -> String { TerminalStyle.harmless(text) }
}
