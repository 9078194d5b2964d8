// SPDX-License-Identifier: Apache-2.0
// `orchestrate version`: which build this is.

import Documents
import Domain

/// Says which version of the program runs.
enum VersionCommand {
  /// The version of this source tree, as semver.org writes them.
  static let version = "0.1.0"

  static let spec = CommandSpec(
    ["version"], summary: "Show which version this is",
    examples: [
      Example("orchestrate version", "Prints: orchestrate 0.1.0"),
      Example("orchestrate version --json", "The same for programs: {\"version\":\"0.1.0\"}"),
    ],
    run: run)

  private static func run(_ invocation: Invocation) async throws(Problem) -> ExitCode {
    let document: JSONValue = ["version": .string(version)]
    invocation.print(invocation.wantsJSON ? document.compactText : "orchestrate \(version)")
    return .done
  }
}
