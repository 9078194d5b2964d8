// SPDX-License-Identifier: Apache-2.0
// Gates as GitHub's workflow commands and step summary, within their limits.

import Domain

/// Annotations on standard output, and Markdown for the step's summary.
enum GitHubReporting {
  /// GitHub shows no more of each sort from one step.
  static let annotationsMax = 10
  /// GitHub refuses a longer summary of one step, in bytes.
  static let summaryMax = 1 << 20

  /// The annotations, a line each: at most `annotationsMax` errors, warnings and notices. Where
  /// there are more, the last one says how many.
  static func annotations(_ findings: GateFindings) -> [String] {
    let sorts: [(GateFindings.Severity, String)] = [
      (.error, "error"), (.warning, "warning"), (.note, "notice"),
    ]
    return sorts.flatMap { severity, command in
      let all = findings.findings.filter { $0.severity == severity }
      guard all.count > annotationsMax else { return all.map { line(command, $0) } }
      let rest = all.count - (annotationsMax - 1)
      return all.prefix(annotationsMax - 1).map { line(command, $0) }
        + ["::\(command) title=\(property("gates"))::\(data("and \(rest) more; see the summary"))"]
    }
  }

  /// The summary, cut at a line where it would be too long together with what is there already.
  static func summary(_ markdown: String, after bytesBefore: Int) -> String {
    let room = summaryMax - bytesBefore
    guard markdown.utf8.count > room else { return markdown }
    let end = "\n\n… cut: the whole report is longer than a summary may be.\n"
    var kept = ""
    for line in markdown.split(separator: "\n", omittingEmptySubsequences: false) {
      guard kept.utf8.count + line.utf8.count + 1 + end.utf8.count <= room else { break }
      kept += line + "\n"
    }
    return kept.isEmpty ? "" : kept + end
  }

  private static func line(_ command: String, _ finding: GateFindings.Finding) -> String {
    var properties = ["title=\(property("gate \(finding.gate)"))"]
    if let place = finding.location {
      properties = ["file=\(property(place.path))", "line=\(place.line)"] + properties
    }
    return "::\(command) \(properties.joined(separator: ","))::"
      + data(finding.message + (finding.excuse.map { "\n\($0)" } ?? ""))
  }

  /// The message of a command, as the runner's toolkit escapes it.
  private static func data(_ text: String) -> String { encoded(text, "%\r\n") }

  /// A property of a command: a message in which neither `:` nor `,` may stand.
  private static func property(_ text: String) -> String { encoded(text, "%\r\n:,") }

  /// Scalar by scalar: to the runner, an accent after a colon changes nothing about the colon.
  private static func encoded(_ text: String, _ special: String) -> String {
    var encoded = ""
    for scalar in text.unicodeScalars {
      guard special.unicodeScalars.contains(scalar) else {
        encoded.unicodeScalars.append(scalar)
        continue
      }
      let digits = String(scalar.value, radix: 16, uppercase: true)
      encoded += "%" + (digits.count < 2 ? "0" : "") + digits
    }
    return encoded
  }
}
