// SPDX-License-Identifier: Apache-2.0
// The stages that end on what is written down: design, review, documentation (R19, S0-20).

/// A decision as its author records it.
package struct DesignRecord: Hashable, Sendable, Codable {
  /// What has to be decided, and why.
  package let problem: String
  /// What its author asked before deciding.
  package let questions: [String]
  /// What could be done, the choice that was made included.
  package let alternatives: [String]
  /// What will be done.
  package let decision: String
  /// What follows from it, good and bad.
  package let consequences: [String]
  /// What could go wrong.
  package let risks: [String]

  package init(
    problem: String, questions: [String], alternatives: [String], decision: String,
    consequences: [String], risks: [String]
  ) {
    self.problem = problem
    self.questions = questions
    self.alternatives = alternatives
    self.decision = decision
    self.consequences = consequences
    self.risks = risks
  }
}

/// One thing that a reviewer found.
package struct ReviewFinding: Hashable, Sendable, Codable {
  /// `info`, `minor`, `major`, `critical`, as written; only the last two, `error`, `blocker`,
  /// `blocking`, `high`, `severe` and `fatal` stop an approval.
  package let severity: String
  /// The file that it is about, relative to the project; empty where none was named.
  package let path: String
  /// 0 where no line was named.
  package let line: Int
  /// What is wrong, in the reviewer's words.
  package let message: String

  package init(severity: String, path: String, line: Int, message: String) {
    self.severity = severity
    self.path = path
    self.line = line
    self.message = message
  }

  /// Whether it stops an approval.
  package var isSerious: Bool {
    let word = severity.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return ["major", "critical", "error", "blocker", "blocking", "high", "severe", "fatal"]
      .contains(word)
  }

  /// `gantt/chart.py:12: major: …`
  package var sentence: String {
    let place = path.isEmpty ? "" : line > 0 ? "\(path):\(line): " : "\(path): "
    return "\(place)\(severity): \(message)"
  }
}

/// The rules of the design stage.
package enum DesignRules {
  /// R19's minimum counts; they bind when the session's complexity is high and warn otherwise.
  package static let questionsMin = 5
  /// Fewest alternatives that differ.
  package static let alternativesMin = 3
  /// Fewest consequences that differ.
  package static let consequencesMin = 3
  /// The shortest time from claim to submission.
  package static let thinkingMin = Duration.seconds(30)

  /// - Parameter thinking: how long the claim was held.
  package static func judge(
    changes: [Change], record: DesignRecord?, thinking: Duration, complexity: Complexity
  ) -> Judgement {
    var judgement = Judgement()
    let foreign = changes.filter { $0.group != .documentation }.map(\.path).sorted()
    if foreign.isEmpty {
      judgement.pass("design.no-code", "no code and no test was changed")
    } else {
      judgement.fail(
        "design.no-code", .foreignFiles,
        "the design stage changes documents at most, but these were changed: \(listed(foreign))")
    }
    guard let record, isSaid(record.problem), isSaid(record.decision) else {
      judgement.fail(
        "design.record", .designIncomplete,
        "the report holds no design record with a problem and a decision")
      return judgement
    }
    judgement.pass("design.record", "decided: \(record.decision)")
    let level: Level = complexity == .high ? .blocking : .warn
    let counts = [
      ("questions", said(record.questions), questionsMin),
      ("alternatives", said(record.alternatives), alternativesMin),
      ("consequences", said(record.consequences), consequencesMin),
    ]
    for (name, count, minimum) in counts {
      if count >= minimum {
        judgement.pass("design.\(name)", "\(count) \(name)", level: level)
      } else {
        judgement.fail(
          "design.\(name)", .designIncomplete, "\(count) \(name); \(minimum) are asked for",
          level: level)
      }
    }
    if thinking >= thinkingMin {
      judgement.pass("design.thinking", "the claim was held for 30 s or more", level: level)
    } else {
      judgement.fail(
        "design.thinking", .designIncomplete,
        "the claim was held for \(thinking.wholeMilliseconds) ms; 30 s of thought are asked for",
        level: level)
    }
    return judgement
  }

  /// How many different things a list says: blanks and repetitions make up no number.
  private static func said(_ texts: [String]) -> Int {
    Set(
      texts.filter(isSaid).map {
        $0.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
      }
    ).count
  }
}

/// Whether a text is more than blanks.
private func isSaid(_ text: String) -> Bool { text.contains { !$0.isWhitespace } }

/// The rules of the review stage.
package enum ReviewRules {
  /// What a review leads to.
  package enum Result: Hashable, Sendable {
    /// The review itself is in order or not; its author hears of it.
    case judged(Judgement)
    /// The review is in order and turns the work down: it goes back to whoever made it.
    case turnedDown(Judgement, reason: String)
  }

  /// Judges a review.
  ///
  /// - Parameters:
  ///   - approved: the reviewer's word; `nil` where its report gives none.
  ///   - findings: what it found; a serious one turns the work down whatever the word is.
  package static func judge(
    changes: [Change], approved: Bool?, findings: [ReviewFinding]
  ) -> Result {
    var judgement = Judgement()
    if changes.isEmpty {
      judgement.pass("review.no-changes", "the reviewer changed no file")
    } else {
      judgement.fail(
        "review.no-changes", .foreignFiles,
        "a reviewer changes no files, but these were changed: "
          + listed(changes.map(\.path).sorted()))
    }
    guard let approved else {
      judgement.fail("review.verdict", .reviewMissing, "the report says neither approved nor not")
      return .judged(judgement)
    }
    let serious = findings.filter(\.isSerious)
    if approved && serious.isEmpty {
      judgement.pass("review.verdict", "approved with \(findings.count) findings")
      return .judged(judgement)
    }
    if !approved && !findings.contains(where: { isSaid($0.message) }) {
      judgement.fail(
        "review.verdict", .reviewMissing, "turned down, but no finding says what is wrong")
      return .judged(judgement)
    }
    guard judgement.isAccepted else { return .judged(judgement) }
    let reasons = (serious.isEmpty ? findings : serious).prefix(5).map(\.sentence)
    let reason = Check.bounded(reasons.joined(separator: "\n"))
    judgement.fail("review.verdict", .reviewRejected, "turned down:\n\(reason)")
    return .turnedDown(judgement, reason: reason)
  }
}

/// The rules of the document stage.
package enum DocumentRules {
  /// Judges what the document stage hands in: changed documents, or a `summary` that says why none
  /// had to change.
  package static func judge(changes: [Change], summary: String) -> Judgement {
    var judgement = Judgement()
    let foreign = changes.filter { $0.group != .documentation }.map(\.path).sorted()
    let documents = changes.paths(in: [.documentation])
    if !foreign.isEmpty {
      judgement.fail(
        "document.only-documents", .foreignFiles,
        "the document stage changes documents only, but these were changed: \(listed(foreign))")
    } else if !documents.isEmpty {
      judgement.pass("document.only-documents", "documents changed: \(listed(documents))")
    } else {
      judgement.reasonGiven(
        "document.only-documents", summary, for: "no document was changed",
        code: .documentationMissing)
    }
    return judgement
  }
}
