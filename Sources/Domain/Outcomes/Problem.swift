// SPDX-License-Identifier: Apache-2.0
// The one shape in which anything that went wrong reaches a person, a script or an agent.

/// What went wrong, why, and what helps. Errors of the targets below become this once, at the top;
/// the command line, HTTP and MCP all carry the same code.
package struct Problem: Error, Hashable, Sendable {
  /// Stable across versions: `USAGE`, `LEASE001`, `SESSION003`.
  package let code: String
  /// What the process leaves with.
  package let exit: ExitCode
  /// What happened, and to what, in a sentence.
  package let message: String
  /// Why, or the evidence that shows it; `nil` where the message says it all.
  package let reason: String?
  /// The exact command that helps, one that never destroys anything; `nil` where none does.
  package let remedy: String?

  /// A problem from its parts; `reason` and `remedy` are left out by default.
  package init(
    code: String, exit: ExitCode, message: String, reason: String? = nil, remedy: String? = nil
  ) {
    self.code = code
    self.exit = exit
    self.message = message
    self.reason = reason
    self.remedy = remedy
  }

  /// The arguments make no command: code `USAGE`, exit 64.
  package static func usage(
    _ message: String, reason: String? = nil, remedy: String? = nil
  ) -> Problem {
    Problem(code: "USAGE", exit: .usage, message: message, reason: reason, remedy: remedy)
  }
}
