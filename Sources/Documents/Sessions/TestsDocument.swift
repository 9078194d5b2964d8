// SPDX-License-Identifier: Apache-2.0
// A session's test cases: what must hold before, what each feature shows, what must still hold.

package import Domain

/// `session-NNN-tests.md` (S4-37 … S4-40).
package struct TestsDocument: Hashable, Sendable {
  /// A test case of a feature.
  package struct Case: Hashable, Sendable {
    /// From 1.
    package let number: Int
    /// What it shows.
    package let name: String
    /// The language of its code, `javascript`; `nil` where it has no code.
    package let language: String?
    /// Its code, or its words where it has no code.
    package let body: String

    /// A case from its parts.
    package init(number: Int, name: String, language: String?, body: String) {
      self.number = number
      self.name = oneLine(name)
      self.language = language
      self.body = body
    }
  }

  /// The session that it names; `nil` where it names none.
  package let session: SessionID?
  /// What must hold before the session.
  package let before: [Checkbox]
  /// What its features show.
  package let cases: [Case]
  /// What must still hold.
  package let regression: [Checkbox]
  /// What must hold after it.
  package let after: [Checkbox]

  /// The boxes of the template (S4-37, S4-39, S4-40).
  package static let standardBefore = [
    Checkbox("Development server starts"), Checkbox("Existing tests pass"),
  ]
  /// The boxes of the template that must still hold.
  package static let standardRegression = [
    Checkbox("Previous features still work"), Checkbox("Performance not degraded"),
    Checkbox("No new console errors"), Checkbox("API backwards compatible"),
  ]
  /// The boxes of the template that must hold at the end.
  package static let standardAfter = [
    Checkbox("All new tests pass"), Checkbox("Coverage increased or maintained"),
    Checkbox("Build succeeds"), Checkbox("Deployment ready"),
  ]

  /// A document from its parts; the template's boxes by default.
  package init(
    session: SessionID?, cases: [Case], before: [Checkbox] = Self.standardBefore,
    regression: [Checkbox] = Self.standardRegression, after: [Checkbox] = Self.standardAfter
  ) {
    self.session = session
    self.cases = cases
    self.before = before
    self.regression = regression
    self.after = after
  }

  /// One case for each task of a plan, made of its test cases (S4-46).
  package init(for plan: PlanDocument) {
    self.init(
      session: plan.session,
      cases: plan.tasks.map { task in
        let lines = task.testCases.isEmpty ? task.successCriteria : task.testCases
        return Case(
          number: task.number, name: task.name, language: nil,
          body: lines.map { "- \($0)" }.joined(separator: "\n"))
      })
  }

  /// Reads a document; what is not found is empty.
  package init(parsing text: String) {
    let outline = MarkdownOutline(text)
    self.init(
      session: sessionInTitle(of: outline), cases: outline.sections.compactMap(Case.init),
      before: outline.section("pre-session tests")?.checkboxes ?? [],
      regression: outline.section("regression tests")?.checkboxes ?? [],
      after: outline.section("post-session tests")?.checkboxes ?? [])
  }

  /// The document as Markdown, in the template's order and headings.
  package var text: String {
    var lines = ["# Session \(session?.padded ?? "XXX") Test Cases", "", "## Pre-Session Tests"]
    lines += before.map(\.line) + ["", "## Feature Tests", ""]
    for testCase in cases { lines += testCase.lines + [""] }
    lines += ["## Regression Tests"] + regression.map(\.line)
    lines += ["", "## Post-Session Tests"] + after.map(\.line)
    return lines.joined(separator: "\n") + "\n"
  }
}

extension TestsDocument.Case {
  /// `### Test Case 2: Name`, with the first fenced code below it.
  init?(_ section: MarkdownSection) {
    guard let (number, name) = section.numbered("test case") else { return nil }
    let code = section.lines.drop { !$0.isCode }.prefix { $0.isCode }
    guard let opening = code.first else {
      self.init(number: number, name: name, language: nil, body: section.text)
      return
    }
    let mark = opening.text.drop { $0 == " " }.prefix { $0 == "`" || $0 == "~" }
    // A fence that never closes takes everything up to the end.
    let body = code.dropFirst().prefix { line in
      let text = trimmed(line.text)
      return !(text.hasPrefix(mark) && text.allSatisfy { $0 == mark.first })
    }
    self.init(
      number: number, name: name,
      language: trimmed(opening.text.drop { $0 == " " }.dropFirst(mark.count)),
      body: body.map(\.text).joined(separator: "\n"))
  }

  fileprivate var lines: [String] {
    let heading = "### Test Case \(number): \(name)"
    guard let language else { return body.isEmpty ? [heading] : [heading, body] }
    // A fence longer than any in the code.
    let longest = body.split { $0 != "`" }.map(\.count).max() ?? 0
    let fence = String(repeating: "`", count: max(3, longest + 1))
    return [heading, fence + language] + (body.isEmpty ? [] : [body]) + [fence]
  }
}
