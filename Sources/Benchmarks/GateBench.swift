// SPDX-License-Identifier: Apache-2.0
// What asking a gate costs beyond its command.

import Coordinator
import Domain
import Glibc
import Supervision

/// Asks a gate whose command is a program, and starts the same program plainly.
struct GateBench {
  private let program: String
  private let runner: GateRunner
  private let gate: Gate
  private let context = GateContext(directory: "/", tree: nil, changes: nil)

  init(supervising executable: String, program: String) throws {
    self.program = program
    let tests = PytestRunner(command: ["/usr/bin/python3", "-m", "pytest"])
    let settings = ProofSettings(
      runner: tests, environment: ["PATH": "/usr/bin:/bin", "HOME": "/"], deadline: .seconds(60),
      repeats: 2, unneededHunksShareMax: 0.25, necessityDeadline: .seconds(60), parallelProofs: 1,
      keeping: [],
      paths: PathGroups(
        tests: tests.testPathPatterns, testConfiguration: tests.configurationPatterns,
        documents: [], litter: []),
      taskLinesMax: 100, taskLinesLevel: .blocking)
    runner = GateRunner(
      settings: settings, ledger: GateLedger(),
      paths: ProjectPaths(root: "/", environment: [:]),
      supervisor: Supervisor(executable: executable), clock: SystemClock.make())
    gate = Gate(id: "bench", level: .blocking, question: .command([program]))
  }

  /// A line is `plain` or `gate`.
  func serve() async throws {
    try answer("ready")
    while let line = readLine() {
      switch line {
      case "plain": try answer("\(try spawned())")
      case "gate":
        let result = await runner.judge(gate, context, base: nil)
        try answer(result.check.verdict == .pass ? "0" : result.check.message)
      default: throw BenchmarkError(description: "there is no '\(line)'")
      }
    }
  }

  /// Starts the program by `posix_spawn`, waits, and gives its exit code.
  private func spawned() throws -> Int32 {
    var pid: pid_t = 0
    let name = strdup(program)
    defer { free(name) }
    var arguments: [UnsafeMutablePointer<CChar>?] = [name, nil]
    guard posix_spawn(&pid, program, nil, nil, &arguments, environ) == 0 else {
      throw BenchmarkError(description: "\(program) cannot be started")
    }
    var status: Int32 = 0
    guard waitpid(pid, &status, 0) == pid else {
      throw BenchmarkError(description: "\(program) cannot be awaited")
    }
    return status
  }
}
