// SPDX-License-Identifier: Apache-2.0
// The arguments of `simulate`.

import Glibc
import Simulation

/// Arguments that cannot be understood.
struct UsageError: Error {
  let reason: String
}

struct SimulateOptions {
  private(set) var first: UInt64 = 1
  private(set) var count: UInt64 = 1000
  private(set) var seed: UInt64?
  private(set) var isTracing = false
  private(set) var bug: PlantedBug?
  private(set) var jobs = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))

  static let usage = """
    usage: simulate [--seeds COUNT] [--from SEED] [--jobs THREADS] [--plant T1|T3|T5|T10|T19]
           simulate --seed SEED [--trace] [--plant BUG]

    Runs the real coordinator in simulated worlds, 1000 by default. Exits with 1 where one broke
    something, and names the command that replays it.
    """

  init(_ arguments: ArraySlice<String>) throws(UsageError) {
    var rest = arguments
    while let option = rest.popFirst() {
      switch option {
      case "--seeds": count = try Self.number(option, &rest)
      case "--from": first = try Self.number(option, &rest)
      case "--seed": seed = try Self.number(option, &rest)
      case "--jobs": jobs = Int(clamping: max(1, try Self.number(option, &rest)))
      case "--trace": isTracing = true
      case "--plant":
        guard let name = rest.popFirst(), let bug = PlantedBug(rawValue: name) else {
          throw UsageError(reason: "--plant takes one of T1, T3, T5, T10 and T19")
        }
        self.bug = bug
      case "--help":
        print(Self.usage)
        exit(0)
      default: throw UsageError(reason: "there is no option \(option)")
      }
    }
    guard first.addingReportingOverflow(count).overflow == false else {
      throw UsageError(reason: "there are not so many seeds")
    }
  }

  private static func number(
    _ option: String, _ rest: inout ArraySlice<String>
  ) throws(UsageError) -> UInt64 {
    guard let text = rest.popFirst(), let number = UInt64(text) else {
      throw UsageError(reason: "\(option) takes a number")
    }
    return number
  }

  /// The command that runs a seed again.
  func replay(_ seed: UInt64) -> String {
    "scripts/simulate --seed \(seed) --trace" + (bug.map { " --plant \($0.rawValue)" } ?? "")
  }
}
