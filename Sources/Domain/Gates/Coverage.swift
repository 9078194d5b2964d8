// SPDX-License-Identifier: Apache-2.0
// How much of the code a run of the tests went through, and how much must it be.

/// What a coverage report counts. Shares are compared as whole numbers, so that none is rounded.
package struct Coverage: Hashable, Sendable {
  /// Covered and countable things of one sort.
  package struct Count: Hashable, Sendable {
    /// How many were gone through.
    package var covered: Int
    /// How many there are.
    package var total: Int

    package init(covered: Int, total: Int) {
      self.covered = covered
      self.total = total
    }

    /// The share in percent; 0 where there is nothing to cover.
    package var percent: Double { total == 0 ? 0 : 100 * Double(covered) / Double(total) }
  }

  /// One source file's lines.
  package struct File: Hashable, Sendable {
    /// As the report names it.
    package let path: String
    /// Its lines.
    package let lines: Count

    package init(path: String, lines: Count) {
      self.path = path
      self.lines = lines
    }
  }

  /// Lines; statements where the format counts those.
  package let lines: Count
  /// Branches; none where the report tells of none.
  package let branches: Count
  /// Each file with its lines, sorted by path.
  package let files: [File]

  package init(lines: Count, branches: Count, files: [File]) {
    self.lines = lines
    self.branches = branches
    self.files = files
  }

  /// `line 91.2 %, branch 85.0 %`; branches are left out where there are none.
  package var sentence: String {
    let line = "line \(Self.tenths(lines.percent)) %"
    return branches.total == 0 ? line : line + ", branch \(Self.tenths(branches.percent)) %"
  }

  /// A share cut, not rounded, to one decimal: 89.99 must not read as the 90 that it misses.
  package static func tenths(_ percent: Double) -> String {
    let tenths = Int(percent * 10)
    return "\(tenths / 10).\(tenths % 10)"
  }
}

/// The formats in which coverage is reported.
package enum CoverageFormat: String, Hashable, Sendable, CaseIterable {
  /// The records of `lcov`, gcov, Istanbul, llvm-cov.
  case lcov
  /// Cobertura's XML: coverage.py, gcovr, JaCoCo's converters.
  case cobertura
  /// What `go test -coverprofile` writes; it knows statements, and no branches.
  case go
}

/// What a coverage gate runs, where the report is, and how much it demands.
package struct CoverageDemand: Hashable, Sendable {
  /// Runs the tests and leaves the report.
  package let command: [String]
  /// The report's path, relative to the project.
  package let report: String
  /// How it is written; `nil` to tell by its first bytes.
  package let format: CoverageFormat?
  /// The least share of lines in percent; 90 by default (M2, M7).
  package let lineMin: Double
  /// The least share of branches in percent; 85 by default (M7).
  package let branchMin: Double
  /// Whether a report without branches is not enough: so where the project itself sets `branchMin`.
  package let needsBranches: Bool
  /// By how many points coverage may fall; 0 by default.
  package let dropMax: Double

  package init(
    command: [String], report: String, format: CoverageFormat?, lineMin: Double,
    branchMin: Double, needsBranches: Bool, dropMax: Double
  ) {
    self.command = command
    self.report = report
    self.format = format
    self.lineMin = lineMin
    self.branchMin = branchMin
    self.needsBranches = needsBranches
    self.dropMax = dropMax
  }

  /// The least share of lines where nothing else is said.
  package static let lineMinDefault = 90.0
  /// The least share of branches where nothing else is said.
  package static let branchMinDefault = 85.0
}
