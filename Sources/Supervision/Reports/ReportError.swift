// SPDX-License-Identifier: Apache-2.0
// Why a test report cannot be read.

/// A report that is not what its runner promised. `line` counts from 1.
package enum ReportError: Error, Hashable, Sendable, CustomStringConvertible {
  case tooLarge(bytes: Int)
  /// It declares a document type, which could expand to anything.
  case documentType(line: Int)
  case encoding(String)
  case tooDeep(line: Int)
  /// It is not well formed.
  case malformed(line: Int, reason: String)
  /// It ends before its outermost element does.
  case truncated
  /// It is XML, but no JUnit report.
  case notJUnit(root: String)

  /// What is wrong with the report, and on which line where that is known.
  package var description: String {
    switch self {
    case .tooLarge(let bytes): "the report has \(bytes) bytes, more than \(XMLReader.byteLimit)"
    case .documentType(let line): "the report declares a document type (line \(line))"
    case .encoding(let name): "the report is written in \(name), not in UTF-8"
    case .tooDeep(let line):
      "the report nests more than \(XMLReader.depthLimit) deep (line \(line))"
    case .malformed(let line, let reason): "the report is malformed: \(reason) (line \(line))"
    case .truncated: "the report breaks off"
    case .notJUnit(let root): "the report is no JUnit report: its outermost element is <\(root)>"
    }
  }
}
