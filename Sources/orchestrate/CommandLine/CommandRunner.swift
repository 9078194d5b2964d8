// SPDX-License-Identifier: Apache-2.0
// From arguments to an exit code: parse, run, and say what went wrong.

import Domain
import Glibc

/// Runs one command of a table.
struct CommandRunner: Sendable {
  let table: CommandTable
  var environment: EnvironmentLookup = { name in getenv(name).map { String(cString: $0) } }
  var output = Output.standard

  /// Runs what `arguments` (without the program's name) ask for. Every `Problem` ends here, on
  /// standard error.
  func main(arguments: [String]) async -> ExitCode {
    do throws(Problem) {
      let code = try await run(arguments)
      if let reason = output.failureReason {
        throw Problem(
          code: "OUTPUT", exit: .failure, message: "the output could not be written in full",
          reason: reason)
      }
      return code
    } catch {
      report(error, arguments)
      return error.exit
    }
  }

  private func run(_ arguments: [String]) async throws(Problem) -> ExitCode {
    switch try ArgumentParser.parse(arguments, table: table, environment: environment) {
    case .help(let path):
      let help = HelpText(table: table, style: style(of: .data, arguments))
      output.write(help.render(path) ?? "", to: .data)
      return .done
    case .run(let parsed):
      let invocation = Invocation(
        parsed, table: table, output: output, style: style(of: .data, arguments),
        environment: environment)
      return try await parsed.command.run(invocation)
    }
  }

  private func report(_ problem: Problem, _ arguments: [String]) {
    let text =
      wantsJSON(arguments)
      ? ProblemRendering.renderJSON(problem)
      : ProblemRendering.lines(problem, style: style(of: .messages, arguments))
    output.write(text, to: .messages)
  }

  // Read apart from the parser: where the arguments are what is wrong, these must hold all the same.
  private func wantsJSON(_ arguments: [String]) -> Bool {
    if arguments.prefix(while: { $0 != "--" }).contains("--json") { return true }
    return ["1", "true", "yes"].contains(environment("ORCHESTRATE_JSON")?.lowercased() ?? "")
  }

  private func style(of stream: Output.Stream, _ arguments: [String]) -> TerminalStyle {
    TerminalStyle(
      choice: colorChoice(arguments), environment: environment,
      isTerminal: output.isTerminal(stream), columns: output.columns(stream))
  }

  private func colorChoice(_ arguments: [String]) -> TerminalStyle.Choice {
    let before = arguments.prefix { $0 != "--" }
    var written = environment("ORCHESTRATE_COLOR")
    for (index, argument) in before.enumerated() {
      if argument == "--color", index + 1 < before.count { written = before[index + 1] }
      if argument.hasPrefix("--color=") { written = String(argument.dropFirst("--color=".count)) }
    }
    return written.flatMap(TerminalStyle.Choice.init) ?? .auto
  }
}
