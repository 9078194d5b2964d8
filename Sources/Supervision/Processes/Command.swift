// SPDX-License-Identifier: Apache-2.0
// What to run: words, place, environment, and the limits it runs under.

/// A command that is to run as a supervised process.
package struct Command: Sendable {
  /// The program and its arguments. A program name without `/` is looked up in the `PATH` of
  /// `environment`; one with `/` is relative to `workingDirectory`.
  package let argv: [String]
  /// An absolute path of a directory that exists.
  package let workingDirectory: String
  /// The whole environment: nothing of ours is inherited.
  package let environment: [String: String]
  /// Written to the command's standard input, which is then closed.
  package let standardInput: [UInt8]
  /// How long the command may run, the machine's sleep left out, before its whole tree is ended.
  package let deadline: Duration
  /// How long a tree that is asked to end may take before it is killed; 2 seconds by default.
  package let grace: Duration
  /// How many bytes of each output stream are kept, half of them from its beginning and half from
  /// its end; 1 MiB by default. The rest is counted and hashed only.
  package let outputLimit: Int

  /// A command with the defaults that its properties name. Words or variables that no process can
  /// be given make it end as `.notStarted`.
  package init(
    argv: [String], workingDirectory: String, environment: [String: String],
    standardInput: [UInt8] = [], deadline: Duration, grace: Duration = .seconds(2),
    outputLimit: Int = 1 << 20
  ) {
    self.argv = argv
    self.workingDirectory = workingDirectory
    self.environment = environment
    self.standardInput = standardInput
    self.deadline = deadline
    self.grace = grace
    self.outputLimit = outputLimit
  }

  /// Why no process can be given these words, or nil where one can.
  var malformation: String? {
    guard let program = argv.first, !program.isEmpty else { return "the command is empty" }
    if argv.contains(where: \.containsNUL) { return "a word of the command holds a NUL character" }
    if workingDirectory.containsNUL { return "the working directory holds a NUL character" }
    for (name, value) in environment {
      if name.isEmpty || name.utf8.contains(UInt8(ascii: "=")) {
        return "\"\(name)\" cannot name an environment variable"
      }
      if name.containsNUL || value.containsNUL {
        return "the environment variable \(name) holds a NUL character"
      }
    }
    return nil
  }
}

extension String {
  fileprivate var containsNUL: Bool { utf8.contains(0) }
}
