// SPDX-License-Identifier: Apache-2.0
// Worlds in which nothing may break, and five bugs that must not stay hidden.

import Glibc
import Simulation
import Synchronization
import Testing

@Suite struct SimulationTests {
  /// As many as a test run has time for; `scripts/simulate --seeds 10000` runs more.
  @Test(arguments: (0..<10).map { UInt64($0) })
  func `whatever goes wrong in a hundred worlds, nothing is lost, done twice or stuck`(
    hundred: UInt64
  ) {
    let outcome = Simulation().firstViolation(in: hundred * 100 + 1...hundred * 100 + 100)
    #expect(outcome == nil)
  }

  /// 8631: the lock of a rescue ref, left by a kill after the session had ended.
  @Test(arguments: [UInt64(8631)])
  func `a world that broke something once holds`(seed: UInt64) {
    #expect(Simulation().run(seed).violation == nil)
  }

  @Test func `nothing of the real process gets into a trace`() {
    let told = Mutex("")
    for seed in UInt64(1)...60 {
      _ = Simulation().run(seed) { line in told.withLock { $0 += line + "\n" } }
    }
    let text = told.withLock(\.self)
    #expect(text.contains("died with its coordinator"))
    #expect(!text.contains("run:\(getpid()):"))
  }

  @Test func `the same seed takes the same way, whatever ran before it`() {
    for seed in UInt64(1)...40 {
      let first = Simulation().run(seed)
      _ = Simulation().run(seed + 1000)
      #expect(Simulation().run(seed) == first)
    }
  }

  @Test func `two seeds take two ways`() {
    #expect(Set((1...100).map { Simulation().run($0).trace }).count == 100)
  }

  @Test func `worlds are troubled enough that most sessions need several runs`() {
    let outcomes = (1...100).map { Simulation().run($0) }
    #expect(outcomes.filter { $0.runs > 1 }.count > 40)
    #expect(outcomes.map(\.accepted).reduce(0, +) > 200)
  }

  @Test(arguments: PlantedBug.allCases)
  func `a bug that another project had does not stay hidden for a thousand seeds`(
    bug: PlantedBug
  ) throws {
    let found = try #require(Simulation(planting: bug).firstViolation(in: 1...1000))
    // It is the bug that was found, and no trouble of the seed.
    #expect(Simulation().run(found.seed).violation == nil)
    // What was found can be looked at again.
    #expect(Simulation(planting: bug).run(found.seed) == found)
    let violation = try #require(found.violation)
    #expect(Self.signs[bug]?.contains { violation.description.contains($0) } == true)
  }

  /// What shows each bug, in the words of the invariant that it breaks.
  private static let signs: [PlantedBug: [String]] = [
    .claimUnguarded: ["is claimed while another claim on it lives"],
    .reaperUnguarded: [
      "was reaped while its lease still ran", "after its acceptance", "while nobody held it",
      "was reaped while its work was being proved",
    ],
    .leaseOnWallClock: ["was reaped while its lease still ran", "after its lease had run out"],
    .acceptanceApart: ["with 0 open handoffs"],
    .locksOfOthers: ["was removed while its holder was at work"],
  ]
}
