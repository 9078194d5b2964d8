// SPDX-License-Identifier: Apache-2.0
// One seed, from the beginning of its world to the end of its session.

/// A session of the real coordinator in a world in which everything else is decided by a seed.
package struct Simulation: Sendable {
  /// What a seed came to.
  package struct Outcome: Hashable, Sendable {
    /// Which seed.
    package let seed: UInt64
    /// What was broken; `nil` where everything held.
    package let violation: Violation?
    /// A number over every choice and everything that happened: the same seed gives the same.
    package let trace: UInt64
    /// Jobs and timers that ran.
    package let steps: Int
    /// Runs of the coordinator, each but the first after a crash, a failure or an interruption.
    package let runs: Int
    /// Handoffs that were accepted.
    package let accepted: Int
  }

  private let bug: PlantedBug?

  /// - Parameter bug: what is broken on purpose; nothing by default.
  package init(planting bug: PlantedBug? = nil) { self.bug = bug }

  /// Runs a seed on the calling thread.
  ///
  /// - Parameter tell: gets what happens, a line each.
  package func run(_ seed: UInt64, tell: (@Sendable (String) -> Void)? = nil) -> Outcome {
    let world = World(seed: seed, bug: bug, tell: tell)
    let violation = world.run()
    return Outcome(
      seed: seed, violation: violation, trace: world.scheduler.trace.value,
      steps: world.scheduler.steps, runs: world.runs, accepted: world.checker.accepted.count)
  }

  /// The first of some seeds that breaks something; `nil` where none does.
  package func firstViolation(in seeds: ClosedRange<UInt64>) -> Outcome? {
    for seed in seeds {
      let outcome = run(seed)
      if outcome.violation != nil { return outcome }
    }
    return nil
  }
}
