// SPDX-License-Identifier: Apache-2.0
// Tells from what a failing Go test printed why it failed.

import Domain

/// Reads `    calc_test.go:12: got 4, want 6`, or a panic and its stack.
enum GoFailure {
  /// - Parameter subtests: the output of subtests that failed: where the test itself says nothing,
  ///   it failed as the first of them did.
  static func failure(
    of output: String, subtests: [String], projectRoot: String
  ) -> TestFailure {
    let lines = output.split(separator: "\n")
    let detail = Excerpt.text(output, limit: 8000)
    if let panic = lines.firstIndex(where: isPanic) {
      return TestFailure(
        cause: .raised(type: "panic", file: innermostFile(lines[panic...], projectRoot)),
        message: Excerpt.line(String(lines[panic].drop(while: \.isWhitespace))), detail: detail)
    }
    if output.contains("race detected during execution of test") {
      return TestFailure(cause: .unspecified, message: "a data race was detected", detail: detail)
    }
    if let said = lines.first(where: isReport) {
      let message = Excerpt.line(String(said.drop(while: \.isWhitespace)))
      return TestFailure(cause: .assertion, message: message, detail: detail)
    }
    if let first = subtests.first {
      return failure(of: first, subtests: Array(subtests.dropFirst()), projectRoot: projectRoot)
    }
    // An example's output differs, or the test failed without a word.
    let last = lines.last { !isFrame($0) }.map(String.init) ?? "the test failed"
    return TestFailure(cause: .assertion, message: Excerpt.line(last), detail: detail)
  }

  /// What a skipped test says.
  static func reason(in output: String) -> String {
    let said = output.split(separator: "\n").first(where: isReport) ?? "skipped"
    return Excerpt.line(String(said.drop(while: \.isWhitespace)))
  }

  private static func isPanic(_ line: Substring) -> Bool {
    line.hasPrefix("panic: ") || line.hasPrefix("fatal error: ")
      || line.contains("test executed panic(nil) or runtime.Goexit")
  }

  private static func isFrame(_ line: Substring) -> Bool {
    line.hasPrefix("=== ") || line.drop { $0 == " " }.hasPrefix("--- ")
  }

  /// `    calc_test.go:12: …`, which only the test's own calls of `t` print.
  private static func isReport(_ line: Substring) -> Bool {
    guard line.hasPrefix("    "),
      let file = line.firstRange(of: ".go:"),
      line[..<file.lowerBound].drop(while: { $0 == " " }).allSatisfy({ !$0.isWhitespace })
    else { return false }
    let number = line[file.upperBound...].prefix(while: \.isNumber)
    return !number.isEmpty && line[number.endIndex...].hasPrefix(":")
  }

  /// The first frame of the stack that lies in the project, relative to it; empty where none does.
  private static func innermostFile(_ lines: ArraySlice<Substring>, _ root: String) -> String {
    for line in lines where line.hasPrefix("\t" + root + "/") {
      return String(line.dropFirst(root.count + 2).prefix { $0 != ":" })
    }
    return ""
  }
}
