// SPDX-License-Identifier: Apache-2.0
// What a check says: three values, the third of which never counts as the first.

/// pass · fail · did not run.
package enum Verdict: Hashable, Sendable, Codable {
  case pass
  case fail
  case didNotRun

  /// The verdict over several: a fail outweighs a check that did not run, which outweighs a pass.
  package static func combined(_ verdicts: some Sequence<Verdict>) -> Verdict {
    var worst = Verdict.pass
    for verdict in verdicts {
      switch (worst, verdict) {
      case (.fail, _), (_, .pass): continue
      case (_, .fail): worst = .fail
      case (_, .didNotRun): worst = .didNotRun
      }
    }
    return worst
  }

  /// `pass`, `fail`, `did not run`.
  package var words: String {
    switch self {
    case .pass: "pass"
    case .fail: "fail"
    case .didNotRun: "did not run"
    }
  }
}

/// How much a check's verdict binds (R12).
package enum Level: String, Hashable, Sendable, Codable, CaseIterable {
  /// Anything but a pass stops.
  case blocking
  /// A fail stops; a check that did not run is recorded as a limitation.
  case conditional
  /// Recorded only.
  case warn

  /// Whether this verdict at this level stops a transition.
  package func stops(_ verdict: Verdict) -> Bool {
    switch (self, verdict) {
    case (_, .pass), (.warn, _), (.conditional, .didNotRun): false
    case (.blocking, _), (.conditional, .fail): true
    }
  }
}

/// One check of a stage or a gate: what was asked, what was seen.
package struct Check: Hashable, Sendable, Codable {
  /// A stable name: `red.fails-by-assertion`, `gate.tests-pass`.
  package let name: String
  /// How much the verdict binds.
  package let level: Level
  /// What the check says.
  package let verdict: Verdict
  /// The code of the refusal it leads to, e.g. `TDD002`; `nil` for a pass.
  package let code: String?
  /// What was seen, in a sentence or a few; at most `messageMax` characters, since test names and
  /// paths in it come from whoever is being judged.
  package let message: String

  /// The violation that the code stands for, as M7 names it; `nil` for any other.
  package var violation: String? { code.flatMap(RefusalCode.init(rawValue:))?.violation }

  /// The longest message, in Unicode scalars.
  package static let messageMax = 4_000

  /// A check whose message is cut to `messageMax`.
  package init(name: String, level: Level, verdict: Verdict, code: String?, message: String) {
    self.name = name
    self.level = level
    self.verdict = verdict
    self.code = code
    self.message = Self.bounded(message)
  }

  /// A text cut to `messageMax`; what was cut shows as an ellipsis.
  static func bounded(_ text: String) -> String {
    guard text.unicodeScalars.count > messageMax else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.prefix(messageMax - 1))) + "…"
  }

  /// Whether it stops the transition that it was made for.
  package var stops: Bool { level.stops(verdict) }
}
