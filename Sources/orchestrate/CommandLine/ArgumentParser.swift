// SPDX-License-Identifier: Apache-2.0
// Reads arguments against the command table: a command with typed values, or what is wrong.

import Domain

/// Looks a variable up in the environment; `nil` where it is not set.
typealias EnvironmentLookup = @Sendable (String) -> String?

/// A command's arguments, each checked and of its kind.
struct ParsedArguments: Sendable {
  let command: CommandSpec
  /// By option name; an option that was neither given, nor set, nor has a default is absent.
  let options: [String: [OptionValue]]
  /// By argument name.
  let words: [String: [String]]
}

/// What the arguments ask for.
enum Request: Sendable {
  case run(ParsedArguments)
  /// Help on the command or group at this path; the program's own where it is empty.
  case help([String])
}

/// Reads arguments from left to right. Words lead down the table until a command is reached; from
/// there on they are its arguments. The options of every command may stand anywhere before `--`.
struct ArgumentParser {
  let table: CommandTable
  let environment: EnvironmentLookup

  private var path: [String] = []
  private var command: CommandSpec?
  private var given: [String: [OptionValue]] = [:]
  private var words: [String] = []

  init(table: CommandTable, environment: @escaping EnvironmentLookup) {
    self.table = table
    self.environment = environment
  }

  /// - Throws: `Problem` with code `USAGE`, naming the argument and what may have been meant.
  static func parse(
    _ arguments: [String], table: CommandTable, environment: @escaping EnvironmentLookup
  ) throws(Problem) -> Request {
    var parser = ArgumentParser(table: table, environment: environment)
    return try parser.read(arguments)
  }

  private mutating func read(_ arguments: [String]) throws(Problem) -> Request {
    var rest = arguments[...]
    var optionsEnded = false
    while let argument = rest.popFirst() {
      if !optionsEnded, argument == "--" {
        optionsEnded = true
        command = command ?? table.runnable(at: path)
      } else if !optionsEnded, argument.hasPrefix("-"), argument != "-" {
        if argument == "--version", path.isEmpty {
          path = ["version"]
          command = table.command(at: path)
        } else {
          try readOption(argument, &rest)
        }
      } else {
        try readWord(argument)
      }
    }
    if given["help"] != nil { return .help(path) }
    guard let command = command ?? table.runnable(at: path) else { return .help(path) }
    return .run(
      ParsedArguments(
        command: command, options: try completed(for: command), words: try placed(for: command)))
  }

  private mutating func readWord(_ word: String) throws(Problem) {
    if command != nil {
      words.append(word)
      return
    }
    let deeper = path + [word]
    if table.node(at: deeper) != nil {
      path = deeper
      // A command with commands below it stays open: the next word may still lead down.
      command = table.children(of: path).isEmpty ? table.command(at: path) : nil
    } else if let runnable = table.runnable(at: path), !runnable.positionals.isEmpty {
      command = runnable
      words.append(word)
    } else {
      throw unknown(word)
    }
  }

  private mutating func readOption(
    _ argument: String, _ rest: inout ArraySlice<String>
  ) throws(Problem) {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let spelling = String(parts[0])
    let attached = parts.count == 2 ? String(parts[1]) : nil
    let option = try option(spelled: spelling)
    if option.value == .flag {
      if attached != nil {
        throw .usage(
          "\(spelling) takes no value, but got '\(argument)'", remedy: helpCommand)
      }
      given[option.name] = [.flag]
      return
    }
    let text: String
    if let attached {
      text = attached
    } else {
      text = try followingValue(of: option, spelling, &rest)
    }
    guard let value = option.parse(text) else {
      throw .usage(
        "'\(text)' is not a value of \(spelling)", reason: option.expectation, remedy: helpCommand)
    }
    if !option.repeats, given[option.name] != nil {
      throw .usage("\(spelling) is given twice", remedy: helpCommand)
    }
    given[option.name, default: []].append(value)
  }

  /// The next argument, unless it looks like an option: a forgotten value must not swallow one.
  private func followingValue(
    of option: OptionSpec, _ spelling: String, _ rest: inout ArraySlice<String>
  ) throws(Problem) -> String {
    guard let next = rest.first,
      !next.hasPrefix("-") || next == "-" || Int(next) != nil
    else {
      throw .usage(
        "\(spelling) needs a value",
        reason: rest.first.map {
          "'\($0)' looks like an option; write \(spelling)=\($0) if it is the value"
        } ?? option.expectation,
        remedy: helpCommand)
    }
    rest.removeFirst()
    return next
  }

  private mutating func option(spelled spelling: String) throws(Problem) -> OptionSpec {
    func find(_ options: [OptionSpec]) -> OptionSpec? {
      options.first { "--" + $0.name == spelling || $0.short.map { "-\($0)" } == spelling }
    }
    if let option = find(command?.allOptions ?? OptionSpec.global) { return option }
    if command == nil, let runnable = table.runnable(at: path),
      let option = find(runnable.allOptions)
    {
      command = runnable
      return option
    }
    let known = (command ?? table.runnable(at: path))?.allOptions ?? OptionSpec.global
    let meant =
      spelling.hasPrefix("--")
      ? Suggestion.nearest(to: String(spelling.dropFirst(2)), among: known.map(\.name)) : nil
    let place = (["orchestrate"] + path).joined(separator: " ")
    throw .usage(
      "unknown option '\(spelling)' for '\(place)'",
      reason: meant.map { "did you mean --\($0)?" }, remedy: helpCommand)
  }

  private func unknown(_ word: String) -> Problem {
    let place = (["orchestrate"] + path).joined(separator: " ")
    guard let meant = Suggestion.nearest(to: word, among: table.children(of: path)) else {
      return .usage(
        "unknown command '\(word)'", reason: "'\(place)' has no command of that name",
        remedy: helpCommand)
    }
    return .usage(
      "unknown command '\(word)'", reason: "did you mean '\(meant)'?", remedy: "\(place) \(meant)")
  }

  private var helpCommand: String {
    (["orchestrate"] + (command?.path ?? path) + ["--help"]).joined(separator: " ")
  }
}

extension ArgumentParser {
  /// What was given, filled up from the environment and then from defaults.
  private func completed(for command: CommandSpec) throws(Problem) -> [String: [OptionValue]] {
    var options = given
    for option in command.allOptions where options[option.name] == nil {
      if let value = try environmentValue(of: option) {
        options[option.name] = [value]
      } else if let value = option.standard.flatMap(option.parse) {
        options[option.name] = [value]
      }
    }
    return options
  }

  private func environmentValue(of option: OptionSpec) throws(Problem) -> OptionValue? {
    guard let variable = option.environment, let text = environment(variable), !text.isEmpty else {
      return nil
    }
    if option.value == .flag, ["0", "false", "no"].contains(text.lowercased()) { return nil }
    guard let value = option.parse(text) else {
      throw .usage(
        "'\(text)' in the environment variable \(variable) is not a value of --\(option.name)",
        reason: option.expectation, remedy: "unset \(variable)")
    }
    return value
  }

  /// The words in their places.
  private func placed(for command: CommandSpec) throws(Problem) -> [String: [String]] {
    var placed: [String: [String]] = [:]
    var rest = words[...]
    for positional in command.positionals {
      switch positional.arity {
      case .variadic:
        placed[positional.name] = Array(rest)
        rest = []
      case .required, .optional:
        if let word = rest.popFirst() {
          placed[positional.name] = [word]
        } else if positional.arity == .required {
          throw .usage(
            "'orchestrate \(command.name)' needs \(positional.name.uppercased())",
            reason: positional.help, remedy: command.helpCommand)
        }
      }
    }
    if let extra = rest.first {
      throw .usage(
        "'orchestrate \(command.name)' takes no argument '\(extra)'", remedy: command.helpCommand)
    }
    return placed
  }
}
