// SPDX-License-Identifier: Apache-2.0
// Gates as GitLab's code quality report.

import Documents
import Domain

/// One entry an objection, in the members that GitLab reads and no others.
enum GitLabReporting {
  static func text(_ findings: GateFindings) -> String {
    JSONValue.array(findings.findings.map(entry)).prettyText + "\n"
  }

  private static func entry(_ finding: GateFindings.Finding) -> JSONValue {
    let place = finding.place
    return [
      "description": .string(finding.message), "check_name": .string(finding.gate),
      "fingerprint": .string(finding.fingerprint), "severity": .string(word(finding.severity)),
      "location": [
        "path": .string(place.path), "lines": ["begin": .integer(place.line)],
      ],
    ]
  }

  private static func word(_ severity: GateFindings.Severity) -> String {
    switch severity {
    case .error: "critical"
    case .warning: "minor"
    case .note: "info"
    }
  }
}
