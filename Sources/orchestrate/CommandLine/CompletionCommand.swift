// SPDX-License-Identifier: Apache-2.0
// `orchestrate completion`: a script that completes commands and options in a shell.

import Domain

/// Prints the completion script of a shell.
enum CompletionCommand {
  static let spec = CommandSpec(
    ["completion"], summary: "Print a completion script for bash, zsh or fish",
    examples: [
      Example(
        "source <(orchestrate completion bash)", "Complete in this bash, until it is closed"),
      Example(
        "orchestrate completion fish > ~/.config/fish/completions/orchestrate.fish",
        "Complete in every fish from now on"),
    ],
    positionals: [Positional("shell", "One of: bash, zsh, fish")],
    run: run)

  private static func run(_ invocation: Invocation) async throws(Problem) -> ExitCode {
    let name = try invocation.required("shell")
    guard let shell = CompletionScript.Shell(rawValue: name) else {
      throw .usage(
        "no completion for '\(name)'", reason: "the shells are bash, zsh and fish",
        remedy: "orchestrate completion bash")
    }
    invocation.output.write(
      CompletionScript(table: invocation.table).render(shell), to: .data)
    return .done
  }
}
