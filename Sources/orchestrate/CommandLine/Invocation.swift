// SPDX-License-Identifier: Apache-2.0
// What a command gets to work with: its parsed arguments, and where to write.

import Domain

/// A value that an option was given, already of its option's kind.
enum OptionValue: Hashable, Sendable {
  case flag
  case text(String)
  case integer(Int)
  case duration(Duration)
}

extension OptionSpec {
  /// Reads a written value; `nil` where it is not one of this option's. A flag reads the words
  /// that an environment variable may hold.
  func parse(_ text: String) -> OptionValue? {
    switch value {
    case .flag: ["1", "true", "yes"].contains(text.lowercased()) ? .flag : nil
    case .text: .text(text)
    case .duration: Duration(typed: text).map(OptionValue.duration)
    case .integer(let range): Int(text).flatMap { range.contains($0) ? .integer($0) : nil }
    case .choice(let words): words.contains(text) ? .text(text) : nil
    }
  }

  /// What a value must look like, for the message that refuses one.
  var expectation: String {
    switch value {
    case .flag: "it takes 1, true or yes; 0, false or no"
    case .text(let placeholder): "it takes \(placeholder)"
    case .duration: "it takes a duration such as 30s, 5m, 1h30m or 500ms"
    case .integer(let range) where range.upperBound == .max:
      "it takes a whole number from \(range.lowerBound)"
    case .integer(let range):
      "it takes a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .choice(let words): "it takes one of: \(words.joined(separator: ", "))"
    }
  }
}

/// A command with its arguments, checked against its row of the table.
struct Invocation: Sendable {
  let command: CommandSpec
  let table: CommandTable
  let output: Output
  /// How standard output may be dressed.
  let style: TerminalStyle
  let environment: EnvironmentLookup

  private let options: [String: [OptionValue]]
  private let words: [String: [String]]

  init(
    _ arguments: ParsedArguments, table: CommandTable, output: Output, style: TerminalStyle,
    environment: @escaping EnvironmentLookup
  ) {
    command = arguments.command
    options = arguments.options
    words = arguments.words
    self.table = table
    self.output = output
    self.style = style
    self.environment = environment
  }

  /// How standard error may be dressed.
  var messageStyle: TerminalStyle {
    TerminalStyle(
      choice: text("color").flatMap(TerminalStyle.Choice.init) ?? .auto, environment: environment,
      isTerminal: output.isTerminal(.messages), columns: output.columns(.messages))
  }

  /// Whether the caller wants JSON.
  var wantsJSON: Bool { flag("json") }

  /// Where the command works: the given project, or else the current directory.
  var directory: String { text("project") ?? "." }

  /// Whether the flag `--name` is on.
  func flag(_ name: String) -> Bool { !values(name).isEmpty }

  /// The text of `--name`, a default included.
  func text(_ name: String) -> String? { texts(name).last }

  /// Each text of an option that repeats, in the order given.
  func texts(_ name: String) -> [String] {
    values(name).compactMap { value in
      guard case .text(let text) = value else { return nil }
      return text
    }
  }

  /// The number of `--name`, a default included, within the option's range.
  func integer(_ name: String) -> Int? {
    guard case .integer(let number)? = values(name).last else { return nil }
    return number
  }

  /// The duration of `--name`, a default included.
  func duration(_ name: String) -> Duration? {
    guard case .duration(let duration)? = values(name).last else { return nil }
    return duration
  }

  /// An optional argument, by its name in the table.
  func argument(_ name: String) -> String? { arguments(name).first }

  /// A variadic argument's words, by its name in the table.
  func arguments(_ name: String) -> [String] {
    assert(command.positionals.contains { $0.name == name }, "no argument \(name)")
    return words[name] ?? []
  }

  /// A required argument. The parser has seen to it that it is there.
  /// - Throws: `Problem` with code `INTERNAL` where the table does not require it.
  func required(_ name: String) throws(Problem) -> String {
    guard let word = words[name]?.first else {
      throw Problem(
        code: "INTERNAL", exit: .internalFault,
        message: "'\(command.name)' reads the argument '\(name)', which its table does not require")
    }
    return word
  }

  /// Writes a line of data to standard output.
  func print(_ line: String) { output.write(line + "\n", to: .data) }

  /// Writes a line for people to standard error, unless they asked for quiet or for JSON.
  func remark(_ line: String) {
    if !flag("quiet"), !wantsJSON { output.write(line + "\n", to: .messages) }
  }

  private func values(_ name: String) -> [OptionValue] {
    assert(command.allOptions.contains { $0.name == name }, "no option --\(name)")
    return options[name] ?? []
  }
}
