// SPDX-License-Identifier: Apache-2.0
// The entry point: hands the arguments to the command table and leaves with its exit code.

import Domain
import Glibc

@main
struct Main {
  static func main() async {
    Interruption.shared.begin()
    let code = await CommandRunner(table: .orchestrate)
      .main(arguments: Array(CommandLine.arguments.dropFirst()))
    exit(code.rawValue)
  }
}

extension CommandTable {
  /// Every command of the program.
  static let orchestrate = CommandTable(
    summary: "Agents propose, the coordinator proves.",
    examples: [Example("orchestrate version", "Which version this is")],
    commands: [VersionCommand.spec])
}
