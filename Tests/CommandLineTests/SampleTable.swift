// SPDX-License-Identifier: Apache-2.0
// A command table with one of everything, and a way to run it in this process.

import Domain

@testable import orchestrate

/// A table with one of everything.
let sampleTable = CommandTable(
  summary: "A program to test with.",
  examples: [Example("orchestrate status", "How things stand")],
  commands: [
    CommandSpec(
      ["status"], summary: "Show how things stand",
      examples: [Example("orchestrate status", "All of it")],
      options: [OptionSpec("failed", help: "Only what failed")], run: report),
    CommandSpec(
      ["handoff", "claim"], summary: "Take the next handoff",
      discussion: "Waits for one where none is ready.\nWhat comes back is a packet.",
      examples: [
        Example("orchestrate handoff claim 39 --wait 30s", "Wait up to half a minute for work")
      ],
      positionals: [
        Positional("session", "Whose handoff"), Positional("role", "For which role", .optional),
      ],
      options: [
        OptionSpec("wait", short: "w", .duration, default: "0s", help: "How long to wait for one"),
        OptionSpec("fence", .integer(1...1000), help: "The fence"),
        OptionSpec("label", short: "l", .text("NAME"), repeats: true, help: "A label"),
        OptionSpec(
          "order", .choice(["oldest", "newest"]), default: "oldest",
          environment: "ORCHESTRATE_ORDER", help: "Which comes first"),
      ], run: report),
    CommandSpec(
      ["handoff", "list"], summary: "List handoffs",
      examples: [Example("orchestrate handoff list", "All of them")], run: report),
    CommandSpec(
      ["gate", "run"], summary: "Run the gates",
      examples: [Example("orchestrate gate run lint", "One of them")],
      positionals: [Positional("names", "Which", .variadic)],
      options: [OptionSpec("all", help: "Those that are off, too")], run: report),
    CommandSpec(
      ["gate", "list"], summary: "List the gates",
      examples: [Example("orchestrate gate list", "All of them")], run: report),
    CommandSpec(
      ["fail"], summary: "Fail", examples: [Example("orchestrate fail", "Always")], run: fail),
    VersionCommand.spec,
  ],
  groups: [
    CommandGroup(["handoff"], summary: "Take work and hand it back"),
    CommandGroup(["gate"], summary: "Run and list gates", standsFor: "run"),
  ])

private func report(_ invocation: Invocation) async throws(Problem) -> ExitCode {
  invocation.print(invocation.command.name)
  return .nothingMatched
}

private func fail(_ invocation: Invocation) async throws(Problem) -> ExitCode {
  throw Problem(
    code: "LEASE001", exit: .leaseLost, message: "the lease of 039/a is lost",
    reason: "it ran out at \u{1B}[31m12:00\nand was taken by \"bob\"",
    remedy: "orchestrate handoff list")
}

/// Runs the table in this process and returns what it wrote.
func outcome(
  of line: String, _ environment: [String: String] = [:]
) async throws -> (code: ExitCode, data: String, messages: String) {
  let data = try CapturedFile()
  let messages = try CapturedFile()
  let runner = CommandRunner(
    table: sampleTable, environment: { environment[$0] },
    output: Output(data: data.descriptor, messages: messages.descriptor))
  let code = await runner.main(arguments: line.split(separator: " ").map(String.init))
  return (code, data.text, messages.text)
}
