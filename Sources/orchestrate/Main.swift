// SPDX-License-Identifier: Apache-2.0
// The entry point: hands the arguments to the command table and leaves with its exit code.

import Domain
import Glibc
import Supervision

@main
struct Main {
  static func main() async {
    let arguments = Array(CommandLine.arguments.dropFirst())
    // The supervising process of a child takes this way, before anything else is set up.
    if arguments.first == "__supervise" { exit(superviseMain(Array(arguments.dropFirst()))) }
    Interruption.shared.begin()
    let code = await CommandRunner(table: .orchestrate).main(arguments: arguments)
    exit(code.rawValue)
  }
}

extension CommandTable {
  /// Every command of the program.
  static let orchestrate = CommandTable(
    summary: "Agents propose, the coordinator proves.",
    examples: [
      Example("orchestrate run session-039", "Carry a session to its end"),
      Example("orchestrate status", "What needs you, and how things stand"),
    ],
    commands: HandoffCommands.specs + [VersionCommand.spec])
}
