// SPDX-License-Identifier: Apache-2.0
// Reads the reports that our own reporters write: a JSON line for each record, and one at the end.

import Domain
import FoundationEssentials

/// The lines of a report. The last says how many there are, so that one that breaks off is known.
enum ReporterLines {
  private struct End: Decodable {
    let end: Int
  }

  /// - Throws: `ReportError` for a report that is not whole, or not what a reporter writes.
  static func read<Record: Decodable>(
    _ bytes: [UInt8], as type: Record.Type
  ) throws(ReportError) -> [Record] {
    guard bytes.count <= XMLReader.byteLimit else { throw .tooLarge(bytes: bytes.count) }
    guard bytes.last == UInt8(ascii: "\n") else { throw .truncated }
    let lines = bytes.dropLast().split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    guard let last = lines.last, let end = try? JSONDecoder().decode(End.self, from: data(last))
    else { throw .truncated }
    guard end.end == lines.count - 1 else {
      throw .malformed(line: lines.count, reason: "lines are missing")
    }
    var records: [Record] = []
    records.reserveCapacity(lines.count - 1)
    let decoder = JSONDecoder()
    for (index, line) in lines.dropLast().enumerated() {
      do {
        records.append(try decoder.decode(type, from: data(line)))
      } catch {
        throw ReportError.malformed(line: index + 1, reason: "it is no record of a test")
      }
    }
    return records
  }

  /// Bytes that are no UTF-8 become U+FFFD: a test may print anything.
  private static func data(_ line: ArraySlice<UInt8>) -> Data {
    Data(String(decoding: line, as: UTF8.self).utf8)
  }
}

/// What a reporter says of one test. Without a name it stands for its whole file, which could not
/// be loaded.
struct ReporterRecord: Decodable {
  enum Outcome: String, Decodable {
    case passed, skipped, failed, errored
  }

  let file: String
  let suite: String
  let name: String
  let outcome: Outcome
  /// Whether an assertion did not hold.
  var assertion: Bool?
  /// The exception's message, its type first; or why the test was skipped.
  var message: String?
  var detail: String?
  /// The innermost file of the exception, relative to the project; empty outside of it.
  var at: String?

  var identity: TestIdentity { TestIdentity(file: file, suite: suite, name: name) }

  /// - Parameter cause: why it did not pass, asked only where it failed.
  func result(_ cause: (ReporterRecord) -> TestFailure.Cause) -> TestResult {
    let outcome: TestOutcome =
      switch outcome {
      case .passed: .passed
      case .skipped: .skipped(reason: Excerpt.line(message ?? ""))
      case .failed: .failed(failure(cause(self)))
      case .errored: .errored(failure(cause(self)))
      }
    return TestResult(identity: identity, outcome: outcome)
  }

  private func failure(_ cause: TestFailure.Cause) -> TestFailure {
    TestFailure(
      cause: cause, message: Excerpt.line(message ?? ""),
      detail: Excerpt.text(detail ?? "", limit: 8000))
  }
}
