// SPDX-License-Identifier: Apache-2.0
// Reads what coverage tools report, whichever of three formats they write.

package import Domain

/// A coverage report as bytes.
package enum CoverageReport {
  /// The longest report that is read, in bytes.
  package static let byteLimit = XMLReader.byteLimit

  /// Reads a report.
  ///
  /// - Parameters:
  ///   - format: how it is written; `nil` to tell by its first bytes.
  ///   - root: the absolute path that files are made relative to.
  /// - Throws: `CoverageReportError` for bytes that are no whole report of that format. A report
  ///   that counts nothing is one: what it means is for a rule to say.
  package static func parse(
    _ bytes: [UInt8], format: CoverageFormat?, root: String
  ) throws(CoverageReportError) -> Coverage {
    guard bytes.count <= byteLimit else {
      throw .report(.tooLarge(bytes: bytes.count))
    }
    guard let format = format ?? detect(bytes) else { throw .unknownFormat }
    switch format {
    case .lcov: return try LCOVReport.parse(bytes, root: root)
    case .cobertura: return try CoberturaReport.parse(bytes, root: root)
    case .go: return try GoCoverProfile.parse(bytes, root: root)
    }
  }

  /// Which format the first bytes are of; `nil` for none that is known.
  static func detect(_ bytes: [UInt8]) -> CoverageFormat? {
    let start = String(decoding: bytes.prefix(64), as: UTF8.self)
      .drop { $0.isWhitespace || $0 == "\u{FEFF}" }
    if start.hasPrefix("<") { return .cobertura }
    if start.hasPrefix("mode:") { return .go }
    return ["TN:", "SF:", "#"].contains(where: start.hasPrefix) ? .lcov : nil
  }
}

/// Why a coverage report cannot be read.
package enum CoverageReportError: Error, Hashable, Sendable, CustomStringConvertible {
  /// It begins like none of the formats.
  case unknownFormat
  /// A line, from 1, that its format does not have.
  case line(Int, String)
  /// It ends before what it began is complete.
  case truncated
  /// It is XML, but of something else.
  case notCobertura(root: String)
  /// It is no XML that is read.
  case report(ReportError)

  package var description: String {
    switch self {
    case .unknownFormat: "the coverage report is neither lcov, Cobertura's XML nor a Go profile"
    case .line(let number, let what): "the coverage report's line \(number) \(what)"
    case .truncated: "the coverage report breaks off"
    case .notCobertura(let root):
      "the coverage report is not Cobertura's: its outermost element is <\(root)>"
    case .report(let error): "of the coverage, \(error)"
    }
  }
}

/// What a report has told so far, by file and line: a line that is told of twice counts once, with
/// the better of both.
struct CoverageTally {
  private struct File {
    /// Whether each line, or block of a line, was gone through, and how much it weighs.
    var lines: [String: (weight: Int, isCovered: Bool)] = [:]
    /// How many branches of each place were taken, and how many it has.
    var branches: [String: Coverage.Count] = [:]
  }

  private var files: [String: File] = [:]
  private let root: String

  /// - Parameter root: the absolute path that files are made relative to.
  init(root: String) { self.root = root }

  mutating func line(_ key: String, in path: String, weight: Int = 1, isCovered: Bool) {
    let before = files[relative(path), default: File()].lines[key]?.isCovered ?? false
    files[relative(path), default: File()].lines[key] = (weight, isCovered || before)
  }

  mutating func branches(_ key: String, in path: String, _ count: Coverage.Count) {
    let before = files[relative(path), default: File()].branches[key]
    guard (before?.covered ?? -1) < count.covered || (before?.total ?? -1) < count.total else {
      return
    }
    files[relative(path), default: File()].branches[key] = Coverage.Count(
      covered: max(count.covered, before?.covered ?? 0), total: max(count.total, before?.total ?? 0)
    )
  }

  var coverage: Coverage {
    var lines = Coverage.Count(covered: 0, total: 0)
    var branches = Coverage.Count(covered: 0, total: 0)
    var rows: [Coverage.File] = []
    for (path, file) in files.sorted(by: { $0.key < $1.key }) {
      var own = Coverage.Count(covered: 0, total: 0)
      for line in file.lines.values {
        own.total += line.weight
        own.covered += line.isCovered ? line.weight : 0
      }
      lines.total += own.total
      lines.covered += own.covered
      for count in file.branches.values {
        branches.total += count.total
        branches.covered += count.covered
      }
      rows.append(Coverage.File(path: path, lines: own))
    }
    return Coverage(lines: lines, branches: branches, files: rows)
  }

  private func relative(_ path: String) -> String {
    path.hasPrefix(root + "/") ? String(path.dropFirst(root.count + 1)) : path
  }
}
