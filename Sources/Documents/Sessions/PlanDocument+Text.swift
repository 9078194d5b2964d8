// SPDX-License-Identifier: Apache-2.0
// A plan from its Markdown and back.

import Domain

extension PlanDocument {
  /// Reads a plan. Headings may lack their emoji or be absent; what is not found is empty.
  package init(parsing text: String) {
    let outline = MarkdownOutline(text)
    self.init(
      session: sessionInTitle(of: outline),
      objectives: outline.section("objectives")?.items ?? [],
      tasks: outline.sections.compactMap(Self.task),
      executionOrder: (outline.section("execution order")?.items ?? []).map { Step($0) },
      risks: Self.risks(outline.section("risk")),
      successMetrics: outline.section("success metrics")?.checkboxes ?? [])
  }

  /// The plan as Markdown, in the template's order and headings.
  package var text: String {
    var lines = ["# Session \(session?.padded ?? "XXX") Plan", "", "## 🎯 Objectives"]
    lines += numberedList(objectives)
    lines += ["", "## 📋 Task Breakdown", ""]
    for task in tasks { lines += Self.lines(of: task) + [""] }
    lines += ["## 🔄 Execution Order"] + numberedList(executionOrder.map(\.text))
    lines += ["", "## ⚠️ Risk Mitigation"]
    for risk in risks {
      lines.append("- Risk: \(risk.risk)")
      if !risk.mitigation.isEmpty { lines.append("  Mitigation: \(risk.mitigation)") }
    }
    lines += ["", "## 📊 Success Metrics"] + successMetrics.map(\.line)
    return lines.joined(separator: "\n") + "\n"
  }

  // MARK: Reading

  /// `### Task 3: Name`, at any depth but the first.
  private static func task(_ section: MarkdownSection) -> Task? {
    guard let (number, name) = section.numbered("task") else { return nil }
    let fields = fields(of: section)
    func text(_ key: String) -> String { fields[key]?.joined(separator: ", ") ?? "" }
    return Task(
      number: number, name: name, agent: text("agent"),
      estimatedTime: text("estimated time"), dependencies: text("dependencies"),
      successCriteria: fields["success criteria"] ?? [], testCases: fields["test cases"] ?? [])
  }

  /// The `- **Key**: value` items, with the items that are indented below each.
  private static func fields(of section: MarkdownSection) -> [String: [String]] {
    var fields: [String: [String]] = [:]
    var key: String?
    for line in section.lines {
      guard let item = line.bullet else { continue }
      if item.indent == 0, let pair = keyAndValue(item.text) {
        key = pair.key
        fields[pair.key] = pair.value.isEmpty ? [] : [pair.value]
      } else if let key, item.indent > 0 {
        fields[key, default: []].append(item.text)
      }
    }
    return fields
  }

  private static func risks(_ section: MarkdownSection?) -> [Risk] {
    var risks: [Risk] = []
    for line in section?.lines ?? [] where !line.isCode {
      let text = line.bullet?.text ?? trimmed(line.text)
      guard let pair = keyAndValue(text) else { continue }
      if pair.key == "risk" {
        risks.append(Risk(pair.value, mitigation: ""))
      } else if pair.key == "mitigation", let last = risks.popLast() {
        risks.append(Risk(last.risk, mitigation: pair.value))
      }
    }
    return risks
  }

  // MARK: Writing

  private static func lines(of task: Task) -> [String] {
    var lines = ["### Task \(task.number): \(task.name)"]
    func add(_ key: String, _ values: [String]) {
      guard let first = values.first, !first.isEmpty else { return }
      if values.count == 1 {
        lines.append("- **\(key)**: \(first)")
      } else {
        lines.append("- **\(key)**:")
        lines += values.map { "  - \($0)" }
      }
    }
    add("Agent", [task.agent])
    add("Estimated Time", [task.estimatedTime])
    add("Dependencies", [task.dependencies])
    add("Success Criteria", task.successCriteria)
    add("Test Cases", task.testCases)
    return lines
  }
}

/// The session in a file's first heading, `# Session 039 Plan`.
func sessionInTitle(of outline: MarkdownOutline) -> SessionID? {
  let title = outline.sections.first { $0.level == 1 }?.title ?? ""
  for word in title.split(whereSeparator: \.isWhitespace) {
    if let session = SessionID(word) { return session }
  }
  return nil
}

/// `1. …`, `2. …`.
func numberedList(_ texts: [String]) -> [String] {
  texts.enumerated().map { "\($0.offset + 1). \($0.element)" }
}
