// SPDX-License-Identifier: Apache-2.0
// What an agent says of its work. Nothing in it moves a task; it is read for what it used, for a
// design's reasons and for a review's findings.

package import Domain

/// Why a report cannot be read: the file or stream, the place, and what should be there.
package typealias AgentReportError = DocumentError

/// An agent's report, a JSON object of which every key may be absent.
///
/// `{"summary": "…", "usage": {"inputTokens": 1, "outputTokens": 1, "costUSD": 0.1},
/// "design": {"problem": "…", "questions": [], "alternatives": [], "decision": "…",
/// "consequences": [], "risks": []}, "approved": true,
/// "findings": [{"severity": "major", "path": "a.py", "line": 3, "message": "…"}]}`
package struct AgentReport: Hashable, Sendable {
  /// What was done, or why nothing was.
  package let summary: String?
  /// What the run used; `nil` where the agent does not say.
  package let usage: Usage?
  /// The reasons of a design.
  package let design: DesignRecord?
  /// A review's verdict; `nil` where there is none.
  package let approved: Bool?
  /// A review's findings.
  package let findings: [ReviewFinding]
  /// The report itself as JSON on one line, unknown keys included.
  package let body: String

  /// Reads a report.
  ///
  /// - Throws: `AgentReportError` where the text is no JSON object or a key holds another shape
  ///   than it should.
  package static func parse(_ bytes: [UInt8]) throws(AgentReportError) -> AgentReport {
    try parse(bytes, file: "report")
  }

  /// Reads a report from a file; `nil` where there is no such file or it is empty.
  ///
  /// - Throws: `AgentReportError` where it cannot be read or is no report.
  package static func read(file: String) throws(AgentReportError) -> AgentReport? {
    let bytes: [UInt8]?
    do throws(FileError) {
      bytes = try readFileIfPresent(file)
    } catch {
      throw DocumentError(file: file, place: .whole, fault: .unreadable(error))
    }
    guard let bytes, bytes.contains(where: { $0 > 0x20 }) else { return nil }
    return try parse(bytes, file: file)
  }

  /// The report on the last line of an output that is a JSON object with a key of a report; `nil`
  /// where no line is. Other lines are an agent's own business.
  ///
  /// - Throws: `AgentReportError` where that line holds a key with the wrong shape.
  package static func lastLine(of output: String) throws(AgentReportError) -> AgentReport? {
    let lines = output.split { $0.isNewline }.suffix(linesMax)
    for line in lines.reversed() where beginsWithBrace(line) {
      guard let value = object(line), keys.contains(where: { value[$0] != nil }) else { continue }
      return try AgentReport(DocumentField(file: "output", value: value))
    }
    return nil
  }

  /// How many lines from the end are looked at.
  private static let linesMax = 1000

  private static let keys = ["summary", "usage", "design", "approved", "findings"]

  private static func beginsWithBrace(_ line: Substring) -> Bool {
    line.first { $0 != " " && $0 != "\t" } == "{"
  }

  private static func object(_ line: Substring) -> JSONValue? {
    do throws(JSONSyntaxError) {
      let value = try JSONValue(parsing: String(line))
      return value.object == nil ? nil : value
    } catch {
      // Not JSON: a line of the agent's log that begins with a brace.
      return nil
    }
  }

  private static func parse(
    _ bytes: [UInt8], file: String
  ) throws(DocumentError) -> AgentReport {
    try AgentReport(try DocumentField(reading: bytes, file: file))
  }

  private init(_ root: DocumentField) throws(DocumentError) {
    _ = try root.object()
    summary = try root.optional("summary")?.string()
    usage = try Self.usage(root)
    design = try Self.design(root)
    approved = try root.optional("approved")?.bool()
    findings = try (root.optional("findings")?.elements("an array of findings") ?? [])
      .map { (field) throws(DocumentError) in try Self.finding(field) }
    body = root.value.compactText
  }

  private static func usage(_ root: DocumentField) throws(DocumentError) -> Usage? {
    guard let usage = try root.optional("usage") else { return nil }
    let tokens = 0...1_000_000_000
    let cost = try usage.optional("costUSD")?.double(in: 0...1_000_000) ?? 0
    return Usage(
      inputTokens: try usage.optional("inputTokens")?.int(in: tokens) ?? 0,
      outputTokens: try usage.optional("outputTokens")?.int(in: tokens) ?? 0,
      costMicroUSD: Int((cost * 1_000_000).rounded()), isEstimated: false)
  }

  private static func design(_ root: DocumentField) throws(DocumentError) -> DesignRecord? {
    guard let design = try root.optional("design") else { return nil }
    func texts(_ key: String) throws(DocumentError) -> [String] {
      try design.optional(key)?.strings() ?? []
    }
    return DesignRecord(
      problem: try design.optional("problem")?.string() ?? "", questions: try texts("questions"),
      alternatives: try texts("alternatives"),
      decision: try design.optional("decision")?.string() ?? "",
      consequences: try texts("consequences"), risks: try texts("risks"))
  }

  private static func finding(_ field: DocumentField) throws(DocumentError) -> ReviewFinding {
    ReviewFinding(
      severity: try field.optional("severity")?.text() ?? "info",
      path: try field.optional("path")?.string() ?? "",
      line: try field.optional("line")?.int(in: 0...100_000_000) ?? 0,
      message: try field.required("message", "what was found").text())
  }
}
