// SPDX-License-Identifier: Apache-2.0
// Whether coverage is enough, and not lower than before.

import Domain
import Testing

@Suite struct CoverageRulesTests {
  private let gate = Gate(id: "coverage", level: .blocking, question: .testsPass)

  private func demand(needsBranches: Bool = false, dropMax: Double = 0) -> CoverageDemand {
    CoverageDemand(
      command: ["c"], report: "r", format: nil, lineMin: CoverageDemand.lineMinDefault,
      branchMin: CoverageDemand.branchMinDefault, needsBranches: needsBranches, dropMax: dropMax)
  }

  private func coverage(_ lines: (Int, Int), _ branches: (Int, Int) = (0, 0)) -> Coverage {
    Coverage(
      lines: .init(covered: lines.0, total: lines.1),
      branches: .init(covered: branches.0, total: branches.1), files: [])
  }

  private func check(
    _ now: CoverageObservation, base: CoverageObservation? = nil, _ demand: CoverageDemand? = nil
  ) -> Check {
    CoverageRules.judge(
      gate, demand ?? self.demand(), now: now,
      base: base.map { .init(name: "main", observation: $0) })
  }

  @Test func `the defaults are those of the requirements`() {
    #expect(check(.measured(coverage((90, 100), (85, 100)))).verdict == .pass)
    let line = check(.measured(coverage((8_999, 10_000), (85, 100))))
    #expect(line.code == RefusalCode.insufficientCoverage.rawValue)
    // 89.99 must not read as the 90 that it misses.
    #expect(line.message.contains("89.9 %"))
    #expect(check(.measured(coverage((90, 100), (84, 100)))).code == "TDD004")
  }

  @Test func `no report, no line and no demanded branch did not run`() {
    #expect(check(.didNotRun("no report")).verdict == .didNotRun)
    #expect(check(.measured(coverage((0, 0)))).verdict == .didNotRun)
    #expect(
      check(.measured(coverage((9, 9))), demand(needsBranches: true)).verdict == .didNotRun)
    #expect(check(.measured(coverage((9, 9)))).verdict == .pass)
    #expect(check(.failed("exit 1")).verdict == .fail)
  }

  @Test func `a share that fell by less than can be shown is lower all the same`() {
    let before = CoverageObservation.measured(coverage((999_999, 1_000_000)))
    let now = CoverageObservation.measured(coverage((999_998, 1_000_000)))
    #expect(check(now, base: before).code == "TDD004")
    #expect(check(now, base: before, demand(dropMax: 1)).verdict == .pass)
    #expect(check(before, base: now).verdict == .pass)
  }

  @Test func `where the base could not be measured, nothing is known of a fall`() {
    let now = CoverageObservation.measured(coverage((10, 10)))
    #expect(check(now, base: .didNotRun("no such tool")).verdict == .didNotRun)
    #expect(check(now, base: .failed("exit 1")).verdict == .didNotRun)
    #expect(check(now, base: .measured(coverage((0, 0)))).verdict == .pass)
  }

  @Test func `covered code that is gone altogether is a fall`() {
    let falls = CoverageRules.falls(
      from: coverage((5, 10), (2, 2)), to: coverage((5, 10)), named: "main", dropMax: 0)
    #expect(falls.count == 1)
    #expect(falls.first?.hasPrefix("branch") == true)
  }
}
