// SPDX-License-Identifier: Apache-2.0
// Coverage reports as their producers write them, and those that are none.

import Domain
import Supervision
import TestKit
import TestPacing
import Testing

@Suite(.paced) struct CoverageReportTests {
  private func parse(_ text: String, _ format: CoverageFormat? = nil) throws -> Coverage {
    try CoverageReport.parse(Array(text.utf8), format: format, root: "/srv/calc")
  }

  // MARK: Recorded

  @Test func `a report of coverage_py in Cobertura's XML is counted line by line`() throws {
    let coverage = try parse(Self.coveragePyXML)
    #expect(coverage.lines == Coverage.Count(covered: 8, total: 11))
    #expect(coverage.branches == Coverage.Count(covered: 2, total: 4))
    #expect(coverage.files.map(\.path) == ["calc.py", "test_calc.py"])
  }

  @Test func `coverage_py says the same in lcov's records`() throws {
    let coverage = try parse(Self.coveragePyLCOV)
    #expect(coverage.lines == Coverage.Count(covered: 8, total: 11))
    #expect(coverage.branches == Coverage.Count(covered: 2, total: 4))
  }

  @Test func `gcovr names a document type, lists lines twice and is read all the same`() throws {
    let coverage = try parse(Self.gcovrXML)
    #expect(coverage.lines == Coverage.Count(covered: 2, total: 2))
    #expect(coverage.branches == Coverage.Count(covered: 1, total: 2))
  }

  @Test func `gcovr's lcov has absolute paths, versions and checksums`() throws {
    let coverage = try parse(Self.gcovrLCOV)
    #expect(coverage.lines == Coverage.Count(covered: 2, total: 2))
    #expect(coverage.branches == Coverage.Count(covered: 1, total: 2))
    #expect(coverage.files.map(\.path) == ["a.c"])
  }

  @Test func `a Go profile counts statements and no branches`() throws {
    let coverage = try parse(Self.goProfile)
    #expect(coverage.lines == Coverage.Count(covered: 2, total: 3))
    #expect(coverage.branches.total == 0)
  }

  // MARK: Merging

  @Test func `a file that is told of twice counts once, with the better of both`() throws {
    let coverage = try parse(
      "SF:a\nDA:1,0\nDA:2,1\nend_of_record\nTN:t\nSF:a\nDA:1,3\nDA:2,0\nend_of_record\n")
    #expect(coverage.lines == Coverage.Count(covered: 2, total: 2))
    let profile = try parse("mode: set\na.go:1.1,2.2 2 0\na.go:1.1,2.2 2 1\n")
    #expect(profile.lines == Coverage.Count(covered: 2, total: 2))
  }

  // MARK: Refused

  @Test(arguments: [
    ("SF:a\nDA:1,1\n", "breaks off"), ("SF:a\nDA:1\nend_of_record\n", "line 2 counts no line"),
    ("SF:a\nDA:1,-1\nend_of_record\n", "line 2 counts no line"),
    ("TN:\nDA:1,1\n", "line 2 is of no file"), ("SF:a\nSF:b\n", "line 2 begins a file"),
    ("SF:a\nrubbish\n", "line 2 is no lcov record"), ("hello", "neither lcov"),
    ("", "neither lcov"),
    ("mode: set\na.go:1.1,2.2 1 1\na.go:3.1,4.", "breaks off"),
    ("mode: set\na.go 1 1\n", "line 2 is no block"),
    ("mode: set\na.go:1.1,2.2 1 x\n", "line 2 is no block"),
    ("<coverage><class filename='a'><line number='1'/></class></coverage>", "no count of hits"),
    (
      "<coverage><class filename='a'><line number='1' hits='1' condition-coverage='50% (3/2)'/>"
        + "</class></coverage>", "counts its branches as"
    ),
    ("<coverage><class filename='a'>", "breaks off"), ("<testsuites/>", "not Cobertura's"),
    ("<!DOCTYPE c [<!ENTITY e 'x'>]><coverage/>", "declares a document type"),
  ])
  func `what is no whole report is refused, with the reason`(text: String, reason: String) {
    do throws(CoverageReportError) {
      _ = try CoverageReport.parse(Array(text.utf8), format: nil, root: "/r")
      Issue.record("it was read")
    } catch {
      #expect(error.description.contains(reason), "\(error)")
    }
  }

  // MARK: Measuring

  private func measure(_ script: String, report: String = "out/c.info") async throws
    -> CoverageObservation
  {
    let project = try Project(["out/c.info": "SF:a\nDA:1,1\nend_of_record\n"])
    let demand = CoverageDemand(
      command: ["/bin/sh", "-c", script], report: report, format: nil, lineMin: 90, branchMin: 85,
      needsBranches: false, dropMax: 0)
    return await CoverageRun.measure(
      demand, in: project.path, environment: ["PATH": "/usr/bin:/bin"], deadline: .seconds(60),
      supervisor: Supervisor(executable: BuiltExecutable.path)
    ).observation
  }

  @Test func `the report that the command leaves is read, and only that one`() async throws {
    let written = try await measure("printf 'SF:b\\nDA:1,0\\nend_of_record\\n' > out/c.info")
    #expect(
      written
        == .measured(
          Coverage(
            lines: .init(covered: 0, total: 1), branches: .init(covered: 0, total: 0),
            files: [.init(path: "b", lines: .init(covered: 0, total: 1))])))
  }

  @Test(arguments: [
    "true", "no-such-tool", "exec ./out", "kill -9 $$", "exit 127", "exit 126",
    "echo rubbish > out/c.info", "mkdir out/c.info", "ln -s /etc/passwd out/c.info",
    "mkfifo out/c.info",
  ])
  func `an earlier report, a broken one and none at all did not run`(script: String) async throws {
    guard case .didNotRun = try await measure(script) else {
      Issue.record("\(script) ran")
      return
    }
  }

  @Test func `a report that a failing command leaves is not looked at`() async throws {
    let failed = try await measure("printf 'SF:b\\nDA:1,1\\nend_of_record\\n' > out/c.info; exit 1")
    #expect(failed == .failed("exit 1: nothing was printed"))
  }
}

// MARK: As their producers wrote them

extension CoverageReportTests {
  /// coverage.py 7.17.4: `coverage run --branch -m pytest`, `coverage xml`.
  fileprivate static let coveragePyXML = """
    <?xml version="1.0" ?>
    <coverage version="7.17.4" timestamp="1795625689229" lines-valid="11" lines-covered="8" \
    line-rate="0.7273" branches-valid="4" branches-covered="2" branch-rate="0.5" complexity="0">
      <!-- Generated by coverage.py: https://coverage.readthedocs.io/en/7.17.4 -->
      <!-- Based on http://cobertura.sourceforge.net/xml/coverage-04.dtd -->
      <sources>
        <source>/srv/calc</source>
      </sources>
      <packages>
        <package name="." line-rate="0.7273" branch-rate="0.5" complexity="0">
          <classes>
            <class name="calc.py" filename="calc.py" complexity="0" line-rate="0.625" \
    branch-rate="0.5">
              <methods/>
              <lines>
                <line number="1" hits="1"/>
                <line number="2" hits="1" branch="true" condition-coverage="50% (1/2)" \
    missing-branches="3"/>
                <line number="3" hits="0"/>
                <line number="4" hits="1" branch="true" condition-coverage="50% (1/2)" \
    missing-branches="6"/>
                <line number="5" hits="1"/>
                <line number="6" hits="0"/>
                <line number="9" hits="1"/>
                <line number="10" hits="0"/>
              </lines>
            </class>
            <class name="test_calc.py" filename="test_calc.py" complexity="0" line-rate="1" \
    branch-rate="1">
              <methods/>
              <lines>
                <line number="1" hits="1"/>
                <line number="4" hits="1"/>
                <line number="5" hits="1"/>
              </lines>
            </class>
          </classes>
        </package>
      </packages>
    </coverage>
    """

  /// The same run: `coverage lcov`.
  fileprivate static let coveragePyLCOV = """
    SF:calc.py
    DA:1,1
    DA:2,1
    DA:3,0
    DA:4,1
    DA:5,1
    DA:6,0
    DA:9,1
    DA:10,0
    LF:8
    LH:5
    FN:1,6,sign
    FNDA:1,sign
    FN:9,10,unused
    FNDA:0,unused
    FNF:2
    FNH:1
    BRDA:2,0,jump to line 3,0
    BRDA:2,0,jump to line 4,1
    BRDA:4,0,jump to line 5,1
    BRDA:4,0,jump to line 6,0
    BRF:4
    BRH:2
    end_of_record
    SF:test_calc.py
    DA:1,1
    DA:4,1
    DA:5,1
    LF:3
    LH:3
    FN:4,5,test_sign
    FNDA:1,test_sign
    FNF:1
    FNH:1
    end_of_record
    """

  /// gcovr 8.8: `gcovr --cobertura` over gcc's counters.
  fileprivate static let gcovrXML = """
    <?xml version='1.0' encoding='utf-8'?>
    <!DOCTYPE coverage \
      SYSTEM 'http://cobertura.sourceforge.net/xml/coverage-04.dtd'>
    <coverage line-rate="1.0" branch-rate="0.5" \
      lines-covered="2" lines-valid="2" branches-covered="1" branches-valid="2" \
      complexity="0.0" timestamp="1795625689" version="gcovr 8.8">
    <sources>
    <source>/srv/calc</source>
    </sources>
    <packages>
    <package name="" line-rate="1.0" branch-rate="0.5" complexity="0.0">
    <classes>
    <class name="a_c" filename="a.c" line-rate="1.0" branch-rate="0.5" complexity="0.0">
    <methods>
    <method name="sign" signature="" line-rate="1.0" branch-rate="0.5" complexity="0.0">
    <lines>
    <line number="1" hits="1" branch="true" condition-coverage="50% (1/2)">
    <conditions>
    <condition number="0" type="jump" coverage="50%"/>
    </conditions>
    </line>
    </lines>
    </method>
    <method name="main" signature="" line-rate="1.0" branch-rate="1.0" complexity="0.0">
    <lines>
    <line number="2" hits="1" branch="false"/>
    </lines>
    </method>
    </methods>
    <lines>
    <line number="1" hits="1" branch="true" condition-coverage="50% (1/2)">
    <conditions>
    <condition number="0" type="jump" coverage="50%"/>
    </conditions>
    </line>
    <line number="2" hits="1" branch="false"/>
    </lines>
    </class>
    </classes>
    </package>
    </packages>
    </coverage>
    """

  /// The same counters: `gcovr --lcov`.
  fileprivate static let gcovrLCOV = """
    TN:GCOVR_report
    SF:/srv/calc/a.c
    VER:b4013cb3071ed64d0744835d2d7215f5
    FN:1,sign
    FNDA:1,sign
    FN:2,main
    FNDA:1,main
    FNF:2
    FNH:2
    BRDA:1,0,0,-
    BRDA:1,0,1,1
    BRF:2
    BRH:1
    DA:1,1,b4c94660d1ca109d9ae1d814c44bd9ee
    DA:2,1,f03a1a856c3cfc043642f48437dffbba
    LH:2
    LF:2
    end_of_record
    """

  /// `go test -coverprofile`.
  fileprivate static let goProfile = """
    mode: set
    example.com/calc/calc.go:3.25,4.11 1 1
    example.com/calc/calc.go:7.2,7.12 1 1
    example.com/calc/calc.go:4.11,6.3 1 0

    """
}
