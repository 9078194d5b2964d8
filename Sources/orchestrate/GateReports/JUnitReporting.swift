// SPDX-License-Identifier: Apache-2.0
// Gates as JUnit XML, in the variant that Jenkins and GitLab read.

import Domain

/// One test case a gate. A gate that stops is a failure, one that did not run an error where it
/// stops; what does not stop is a skip with its reason. The message stands in the content too:
/// GitLab reads only that.
enum JUnitReporting {
  static func text(_ findings: GateFindings) -> String {
    let rows = findings.rows
    let failures = rows.count { $0.stops && $0.check.verdict == .fail }
    let errors = rows.count { $0.stops && $0.check.verdict == .didNotRun }
    let skipped = rows.count(where: isSkipped)
    let counts =
      #"tests="\#(rows.count)" failures="\#(failures)" errors="\#(errors)" "#
    let time = #"time="\#(seconds(findings.duration))""#
    var lines = [
      #"<?xml version="1.0" encoding="UTF-8"?>"#,
      #"<testsuites name="orchestrate" \#(counts)\#(time)>"#,
      #"  <testsuite name="orchestrate.gates" \#(counts)skipped="\#(skipped)" \#(time) "#
        + #"timestamp="\#(findings.startedAt.description.dropLast())">"#,
    ]
    for row in rows { lines += testCase(row) }
    return (lines + ["  </testsuite>", "</testsuites>", ""]).joined(separator: "\n")
  }

  private static func isSkipped(_ row: GateFindings.Row) -> Bool {
    !row.stops && row.check.verdict != .pass
  }

  private static func testCase(_ row: GateFindings.Row) -> [String] {
    let open =
      #"    <testcase classname="orchestrate.gates" name="\#(escaped(row.gate.id))" "#
      + #"time="\#(seconds(row.duration))""#
    let message = escaped(row.message)
    let first = escaped(row.headline)
    if isSkipped(row) {
      return [
        open + ">", #"      <skipped message="\#(first)"/>"#,
        "      <system-out>\(message)</system-out>", "    </testcase>",
      ]
    }
    guard row.stops else { return [open + "/>"] }
    let element = row.check.verdict == .fail ? "failure" : "error"
    return [
      open + ">",
      #"      <\#(element) type="\#(row.check.code ?? "")" message="\#(first)">"#
        + "\(message)</\(element)>",
      "    </testcase>",
    ]
  }

  private static func seconds(_ duration: Duration) -> String {
    let milliseconds = duration.wholeMilliseconds
    let fraction = String(milliseconds % 1000)
    return "\(milliseconds / 1000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
  }

  /// XML 1.0 text: the five special characters escaped, characters that it forbids replaced.
  private static func escaped(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "\t", "\n", "\r": escaped.unicodeScalars.append(scalar)
      case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF:
        escaped += "\u{FFFD}"
      case _: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
