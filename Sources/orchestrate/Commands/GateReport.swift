// SPDX-License-Identifier: Apache-2.0
// Gates as a JUnit report, in the variant that Jenkins and GitLab read.

import Coordinator
import Domain

enum GateReport {
  /// One test case a gate. A gate that stops is a failure, one that did not run an error where it
  /// stops and a skip where it does not. The message stands in the content too: GitLab reads only
  /// that.
  static func junit(_ results: [GateResult]) -> String {
    let failures = results.count { $0.check.stops && $0.check.verdict == .fail }
    let errors = results.count { $0.check.stops && $0.check.verdict == .didNotRun }
    let skipped = results.count { !$0.check.stops && $0.check.verdict == .didNotRun }
    let total = results.reduce(Duration.zero) { $0 + $1.duration }
    var lines = [
      #"<?xml version="1.0" encoding="UTF-8"?>"#,
      #"<testsuites>"#,
      #"  <testsuite name="orchestrate.gates" tests="\#(results.count)" failures="\#(failures)" "#
        + #"errors="\#(errors)" skipped="\#(skipped)" time="\#(seconds(total))">"#,
    ]
    for result in results { lines += testCase(result) }
    return (lines + ["  </testsuite>", "</testsuites>", ""]).joined(separator: "\n")
  }

  private static func testCase(_ result: GateResult) -> [String] {
    let open =
      #"    <testcase classname="orchestrate.gates" name="\#(escaped(result.gate.id))" "#
      + #"time="\#(seconds(result.duration))""#
    let check = result.check
    let message = escaped(check.message)
    let first = escaped(check.message.split(separator: "\n").first.map(String.init) ?? "")
    let element: String
    switch (check.verdict, check.stops) {
    case (.pass, _): return [open + "/>"]
    case (.fail, true): element = "failure"
    case (.didNotRun, true): element = "error"
    case (.didNotRun, false):
      return [open + ">", #"      <skipped message="\#(first)"/>"#, "    </testcase>"]
    case (.fail, false):
      return [open + ">", "      <system-out>warning: \(message)</system-out>", "    </testcase>"]
    }
    return [
      open + ">",
      #"      <\#(element) type="\#(check.code ?? "")" message="\#(first)">\#(message)</\#(element)>"#,
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
