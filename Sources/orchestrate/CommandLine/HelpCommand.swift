// SPDX-License-Identifier: Apache-2.0
// `orchestrate help`: the table in words.

import Domain

/// Shows help on a command, a group, or the program.
enum HelpCommand {
  static let spec = CommandSpec(
    ["help"], summary: "Show help on a command",
    examples: [
      Example("orchestrate help version", "How to use one command"),
      Example("orchestrate help exit-codes", "What a script can read off the exit code"),
    ],
    positionals: [Positional("command", "The command's words; none for all of them", .variadic)],
    run: run)

  private static func run(_ invocation: Invocation) async throws(Problem) -> ExitCode {
    let path = invocation.arguments("command")
    let help = HelpText(table: invocation.table, style: invocation.style)
    if path == ["exit-codes"] {
      invocation.output.write(help.exitCodes(), to: .data)
      return .done
    }
    guard let text = help.render(path) else {
      // The parser knows what to say of words that lead nowhere.
      let request = try ArgumentParser.parse(
        path + ["--help"], table: invocation.table, environment: { _ in nil })
      if case .help(let nearest) = request, let text = help.render(nearest) {
        invocation.output.write(text, to: .data)
      }
      return .done
    }
    invocation.output.write(text, to: .data)
    return .done
  }
}
