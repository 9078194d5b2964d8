// SPDX-License-Identifier: Apache-2.0
// One row of the command table; parsing, help and completion are all read off it.

import Domain

/// A command line that works as written, and what it is for.
struct Example: Hashable, Sendable {
  /// Begins with `orchestrate`; at most 76 columns.
  let command: String
  let comment: String

  init(_ command: String, _ comment: String) {
    self.command = command
    self.comment = comment
  }
}

/// A word that a command takes by its place.
struct Positional: Hashable, Sendable {
  enum Arity: Hashable, Sendable {
    case required
    case optional
    /// Any number, none included; only in the last place.
    case variadic
  }

  /// Lower case; help shows it in capitals.
  let name: String
  let help: String
  let arity: Arity

  init(_ name: String, _ help: String, _ arity: Arity = .required) {
    self.name = name
    self.help = help
    self.arity = arity
  }
}

/// An option, `--name` and perhaps `-x`.
struct OptionSpec: Hashable, Sendable {
  /// What may follow the name.
  enum Value: Hashable, Sendable {
    case flag
    /// Any text; the placeholder stands for it in help. `DIR` and `FILE` are completed as such.
    case text(_ placeholder: String)
    /// `30s`, `5m`, `1h30m`, `500ms`; a bare number means seconds.
    case duration
    case integer(ClosedRange<Int>)
    case choice([String])
  }

  /// Without the dashes.
  let name: String
  let short: Character?
  let value: Value
  /// As it would be written; `nil` means absent (a flag: off).
  let standard: String?
  /// Whether it may be given more than once.
  let repeats: Bool
  /// The environment variable that stands in where the option is not given; `nil` for none.
  let environment: String?
  let help: String

  init(
    _ name: String, short: Character? = nil, _ value: Value = .flag,
    default standard: String? = nil,
    repeats: Bool = false, environment: String? = nil, help: String
  ) {
    self.name = name
    self.short = short
    self.value = value
    self.standard = standard
    self.repeats = repeats
    self.environment = environment
    self.help = help
  }

  /// What stands for the value in help; `nil` for a flag.
  var placeholder: String? {
    switch value {
    case .flag: nil
    case .text(let placeholder): placeholder
    case .duration: "DURATION"
    case .integer: "N"
    case .choice(let words): words.joined(separator: "|")
    }
  }

  /// `-C, --project DIR`, as help shows it.
  var signature: String {
    (short.map { "-\($0), " } ?? "") + "--\(name)" + (placeholder.map { " \($0)" } ?? "")
  }
}

/// A command: what it is called, what it takes, what it says about itself, and what it does.
struct CommandSpec: Sendable {
  /// `["handoff", "claim"]`.
  let path: [String]
  /// One line, no full stop, at most 58 columns.
  let summary: String
  /// Paragraphs, each on a line of its own; help wraps them. Empty by default.
  let discussion: String
  /// At least one; help begins with them.
  let examples: [Example]
  let positionals: [Positional]
  let options: [OptionSpec]
  let run: @Sendable (Invocation) async throws(Problem) -> ExitCode

  init(
    _ path: [String], summary: String, discussion: String = "", examples: [Example],
    positionals: [Positional] = [], options: [OptionSpec] = [],
    run: @escaping @Sendable (Invocation) async throws(Problem) -> ExitCode
  ) {
    self.path = path
    self.summary = summary
    self.discussion = discussion
    self.examples = examples
    self.positionals = positionals
    self.options = options
    self.run = run
  }

  /// `handoff claim`.
  var name: String { path.joined(separator: " ") }

  /// `orchestrate handoff claim --help`, the remedy for most wrong uses of the command.
  var helpCommand: String { "orchestrate \(name) --help" }

  /// Its own options first, then those of every command.
  var allOptions: [OptionSpec] { options + OptionSpec.global }
}

extension OptionSpec {
  /// What every command takes.
  static let global: [OptionSpec] = [
    OptionSpec(
      "json", environment: "ORCHESTRATE_JSON",
      help: "One JSON document on stdout; errors too, on stderr"),
    OptionSpec(
      "color", .choice(["auto", "always", "never"]), default: "auto",
      environment: "ORCHESTRATE_COLOR", help: "Whether to colour"),
    OptionSpec(
      "project", short: "C", .text("DIR"), environment: "ORCHESTRATE_PROJECT",
      help: "Run as if started in DIR"),
    OptionSpec("quiet", short: "q", help: "Leave out everything but results and errors"),
    OptionSpec("help", short: "h", help: "Show this help"),
  ]
}
