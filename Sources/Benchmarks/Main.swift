// SPDX-License-Identifier: Apache-2.0
// The live process that `scripts/bench` measures: it does what it is told, line by line.

import Glibc

/// What a benchmark was asked to do and could not.
struct BenchmarkError: Error, CustomStringConvertible {
  let description: String
}

@main
struct Benchmarks {
  private static let usage = """
    usage: Benchmarks checkpoint PROJECT FOLDER    keep and restore files of a workspace in FOLDER
           Benchmarks gate ORCHESTRATE PROGRAM     start PROGRAM, plainly or for a gate
    Each reads what to do from standard input, a line each, and answers with a line when it is done.

    """

  static func main() async {
    let arguments = Array(CommandLine.arguments.dropFirst())
    do {
      switch (arguments.first, arguments.count) {
      case ("checkpoint", 3):
        try CheckpointBench(project: arguments[1], folder: arguments[2]).serve()
      case ("gate", 3):
        try await GateBench(supervising: arguments[1], program: arguments[2]).serve()
      default: throw BenchmarkError(description: usage)
      }
    } catch {
      let bytes = Array("\(error)\n".utf8)
      _ = write(STDERR_FILENO, bytes, bytes.count)
      exit(1)
    }
  }
}

/// One answer, which is read at once.
func answer(_ text: String) throws {
  let bytes = Array((text + "\n").utf8)
  guard write(STDOUT_FILENO, bytes, bytes.count) == bytes.count else {
    throw BenchmarkError(description: "nobody reads the answer")
  }
}
