// SPDX-License-Identifier: Apache-2.0
// Gates as SARIF 2.1.0, which code scanning and editors read.

import Documents
import Domain

/// One rule a gate, one result an objection. Results that a person or the base excuses are
/// suppressed, which keeps them in the file and out of the alerts.
enum SARIFReporting {
  static func text(_ findings: GateFindings) -> String {
    let results = findings.findings.map { result($0, findings) }
    let run: JSONValue = [
      "tool": [
        "driver": [
          "name": "orchestrate", "semanticVersion": .string(VersionCommand.version),
          "rules": .array(findings.rows.map(rule)),
        ]
      ],
      "invocations": [
        [
          "executionSuccessful": .bool(!findings.rows.contains { $0.stops && didNotRun($0) }),
          "startTimeUtc": .string(findings.startedAt.description),
        ]
      ],
      "columnKind": "unicodeCodePoints",
      "results": .array(results),
    ]
    let document: JSONValue = [
      "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0",
      "runs": [run],
    ]
    return document.prettyText + "\n"
  }

  private static func didNotRun(_ row: GateFindings.Row) -> Bool {
    row.check.verdict == .didNotRun
  }

  private static func rule(_ row: GateFindings.Row) -> JSONValue {
    [
      "id": .string(row.gate.id),
      "shortDescription": ["text": .string(row.gate.sentence)],
      "defaultConfiguration": ["level": .string(level(row.gate.level))],
      "properties": [
        "level": .string(row.gate.level.rawValue), "moment": .string(row.gate.moment.rawValue),
        "thresholds": .strings(row.gate.thresholds.map(\.sentence)),
      ],
    ]
  }

  private static func level(_ level: Level) -> String {
    switch level {
    case .blocking, .conditional: "error"
    case .warn: "warning"
    }
  }

  private static func result(
    _ finding: GateFindings.Finding, _ findings: GateFindings
  ) -> JSONValue {
    let place = finding.place
    let index = findings.rows.firstIndex { $0.gate.id == finding.gate } ?? 0
    var result: JSONValue = [
      "ruleId": .string(finding.gate), "ruleIndex": .integer(index),
      "level": .string(word(finding.severity)), "message": ["text": .string(finding.message)],
      "locations": [
        [
          "physicalLocation": [
            "artifactLocation": [
              "uri": .string(encoded(place.path)), "uriBaseId": "%SRCROOT%",
            ],
            "region": ["startLine": .integer(place.line)],
          ]
        ]
      ],
      "partialFingerprints": ["orchestrateGate/v1": .string(finding.fingerprint)],
    ]
    if let excuse = finding.excuse {
      result.set("suppressions", [["kind": "external", "justification": .string(excuse)]])
    }
    return result
  }

  private static func word(_ severity: GateFindings.Severity) -> String {
    switch severity {
    case .error: "error"
    case .warning: "warning"
    case .note: "note"
    }
  }

  /// A path as a relative URI (RFC 3986): all but the unreserved characters and `/` are encoded.
  private static func encoded(_ path: String) -> String {
    var encoded = ""
    for byte in path.utf8 {
      let isPlain =
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
        || "-._~/".utf8.contains(byte)
      let digits = String(byte, radix: 16, uppercase: true)
      encoded += isPlain ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + digits
    }
    return encoded
  }
}
