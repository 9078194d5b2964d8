// SPDX-License-Identifier: Apache-2.0
// The figures and places of a gate, each of which only its own kind reads.

package import Domain

/// What a gate's kind is set to; `nil` where nothing was written.
package struct GateLimits: Hashable, Sendable {
  /// `micro-task-size`: the most lines.
  package let linesMax: Int?
  /// `performance`: the longest that the command may take.
  package let secondsMax: Double?
  /// `no-console-errors`: what no line may hold.
  package let words: [String]?
  /// `coverage`: the report, from the project's root.
  package let report: String?
  /// `coverage`: how the report is written; `nil` to find out.
  package let format: CoverageFormat?
  /// `coverage`: the least share of lines in percent.
  package let lineMin: Double?
  /// `coverage`: the least share of branches in percent.
  package let branchMin: Double?
  /// `coverage`: by how many points it may fall.
  package let dropMax: Double?

  /// Which members each kind reads beside those of every gate.
  static func keys(of kind: GateKind) -> [String] {
    switch kind {
    case .microTaskSize: ["linesMax"]
    case .performance: ["secondsMax"]
    case .noConsoleErrors: ["words"]
    case .coverage: ["report", "format", "lineMin", "branchMin", "dropMax"]
    case .compiles, .testsPass, .documentationUpdated, .command: []
    }
  }

  /// Reads what a gate of this kind is set to; what is left out is as shipped.
  init(
    _ field: DocumentField, kind: GateKind, shipped: GateLimits?
  ) throws(DocumentError) {
    let keys = Self.keys(of: kind)
    func own(_ key: String) throws(DocumentError) -> DocumentField? {
      keys.contains(key) ? try field.optional(key) : nil
    }
    linesMax = try own("linesMax")?.int(in: 0...1_000_000) ?? shipped?.linesMax
    secondsMax = try own("secondsMax")?.double(in: 0.001...86_400) ?? shipped?.secondsMax
    words = try own("words")?.strings() ?? shipped?.words
    report =
      try own("report").map { (field) throws(DocumentError) in
        try ProjectConfiguration.path(field)
      } ?? shipped?.report
    format = try own("format")?.choice(of: "coverage format", CoverageFormat.self)
    lineMin = try own("lineMin")?.double(in: 0...100) ?? shipped?.lineMin
    branchMin = try own("branchMin")?.double(in: 0...100) ?? shipped?.branchMin
    dropMax = try own("dropMax")?.double(in: 0...100) ?? shipped?.dropMax
  }
}
