// SPDX-License-Identifier: Apache-2.0
// Cobertura's XML, as coverage.py, gcovr, Istanbul and others write it.

import Domain

/// Reads the `<line>` elements of each `<class>`. The rates in the attributes above them are not
/// believed: the lines are counted.
enum CoberturaReport {
  static func parse(_ bytes: [UInt8], root: String) throws(CoverageReportError) -> Coverage {
    var reading = Reading(tally: CoverageTally(root: root))
    do throws(ReportError) {
      var reader = try XMLReader(withoutDocumentType(bytes))
      while let event = try reader.next() {
        switch event {
        case .start(let name, let attributes): reading.start(name, attributes)
        case .end(let name): reading.end(name)
        case .text: continue
        }
      }
    } catch {
      throw .report(error)
    }
    return try reading.finished()
  }

  /// Most writers name Cobertura's DTD. A name alone expands to nothing and is blanked out; a
  /// document type that declares anything stays, and is refused.
  private static func withoutDocumentType(_ bytes: [UInt8]) -> [UInt8] {
    let opening = Array("<!DOCTYPE".utf8)
    guard
      let start = bytes.prefix(4096).indices.first(where: { bytes[$0...].starts(with: opening) }),
      let end = bytes[start...].firstIndex(of: UInt8(ascii: ">")),
      !bytes[start...end].contains(UInt8(ascii: "["))
    else { return bytes }
    var blanked = bytes
    for index in start...end where blanked[index] != 0x0A { blanked[index] = 0x20 }
    return blanked
  }
}

/// A report half read.
private struct Reading {
  var tally: CoverageTally
  private var root: String?
  private var files: [String] = []
  private var faults: [CoverageReportError] = []

  init(tally: CoverageTally) { self.tally = tally }

  mutating func start(_ name: String, _ attributes: [String: String]) {
    if root == nil { root = name }
    switch name {
    case "class": files.append(attributes["filename"] ?? attributes["name"] ?? "")
    case "line":
      guard let file = files.last else { return }
      line(attributes, of: file)
    default: return
    }
  }

  mutating func end(_ name: String) { if name == "class" { files.removeLast() } }

  consuming func finished() throws(CoverageReportError) -> Coverage {
    guard root == "coverage" else { throw .notCobertura(root: root ?? "") }
    if let fault = faults.first { throw fault }
    return tally.coverage
  }

  private mutating func line(_ attributes: [String: String], of file: String) {
    guard let number = attributes["number"].flatMap({ Int($0) }),
      let hits = attributes["hits"].flatMap({ Int($0) }), hits >= 0
    else {
      faults.append(.line(0, "of \(file) has no number, or no count of hits"))
      return
    }
    tally.line("\(number)", in: file, isCovered: hits > 0)
    guard let condition = attributes["condition-coverage"] else { return }
    // `50% (1/2)`
    let counts = condition.split { $0 == "(" || $0 == "/" || $0 == ")" }.dropFirst()
      .compactMap { Int($0) }
    guard counts.count == 2, counts[0] >= 0, counts[0] <= counts[1] else {
      faults.append(.line(number, "of \(file) counts its branches as '\(condition.prefix(40))'"))
      return
    }
    tally.branches(
      "\(number)", in: file, Coverage.Count(covered: counts[0], total: counts[1]))
  }
}
