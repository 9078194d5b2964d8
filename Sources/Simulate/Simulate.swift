// SPDX-License-Identifier: Apache-2.0
// The program that runs seeds of the simulation: many at once, or one with its trace.

import Dispatch
import Glibc
import Simulation
import Synchronization

@main
struct Simulate {
  static func main() {
    let options: SimulateOptions
    do throws(UsageError) {
      options = try SimulateOptions(CommandLine.arguments.dropFirst())
    } catch {
      print("simulate: \(error.reason)\n\n\(SimulateOptions.usage)")
      exit(64)
    }
    let simulation = Simulation(planting: options.bug)
    if let seed = options.seed {
      let outcome = simulation.run(seed, tell: options.isTracing ? { @Sendable in print($0) } : nil)
      print(outcome.line)
      exit(outcome.violation == nil ? 0 : 1)
    }
    exit(campaign(simulation, options) ? 0 : 1)
  }

  /// Runs seeds on `jobs` threads; each world has a thread of its own.
  private static func campaign(_ simulation: Simulation, _ options: SimulateOptions) -> Bool {
    let totals = Mutex(Totals())
    let next = Atomic<UInt64>(options.first)
    let end = options.first + options.count
    let start = ContinuousClock.now
    DispatchQueue.concurrentPerform(iterations: options.jobs) { _ in
      while true {
        let seed = next.add(1, ordering: .relaxed).oldValue
        guard seed < end else { return }
        let outcome = simulation.run(seed)
        totals.withLock { $0.add(outcome) }
        if outcome.violation != nil {
          print("\(outcome.line)\n  replay: \(options.replay(seed))")
        }
      }
    }
    let seconds = (ContinuousClock.now - start).components.seconds
    return totals.withLock { totals in
      print(
        "\(options.count) seeds from \(options.first) in \(seconds) s: \(totals.steps) steps, "
          + "\(totals.runs) runs of the coordinator, \(totals.accepted) handoffs accepted, "
          + "\(totals.violations) seeds broke something; traces \(totals.trace)")
      return totals.violations == 0
    }
  }

  private struct Totals {
    var (steps, runs, accepted, violations) = (0, 0, 0, 0)
    /// The same whatever the order in which the seeds ended.
    var trace: UInt64 = 0

    mutating func add(_ outcome: Simulation.Outcome) {
      steps += outcome.steps
      runs += outcome.runs
      accepted += outcome.accepted
      if outcome.violation != nil { violations += 1 }
      trace &+= outcome.trace
    }
  }
}

extension Simulation.Outcome {
  fileprivate var line: String {
    "seed \(seed): \(violation.map { "BROKEN: \($0)" } ?? "holds"); \(steps) steps, \(runs) runs, "
      + "\(accepted) accepted, trace \(trace)"
  }
}
