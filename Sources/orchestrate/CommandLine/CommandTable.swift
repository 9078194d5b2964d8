// SPDX-License-Identifier: Apache-2.0
// Every command there is, and what is found under which words.

import Domain

/// Commands that share their first words: `handoff claim`, `handoff list`.
struct CommandGroup: Hashable, Sendable {
  let path: [String]
  /// One line, no full stop.
  let summary: String
  /// The last word of the command that the bare group stands for; `nil` to show help instead.
  let standsFor: String?

  init(_ path: [String], summary: String, standsFor: String? = nil) {
    self.path = path
    self.summary = summary
    self.standsFor = standsFor
  }
}

/// The table from which parsing, help and completion are read.
struct CommandTable: Sendable {
  /// What the program is, in a line.
  let summary: String
  /// What help begins with where no command is named.
  let examples: [Example]
  /// In the order in which help lists them; `help` and `completion` come last.
  let commands: [CommandSpec]
  let groups: [CommandGroup]

  init(
    summary: String, examples: [Example], commands: [CommandSpec], groups: [CommandGroup] = []
  ) {
    self.summary = summary
    self.examples = examples
    self.commands = commands + [CompletionCommand.spec, HelpCommand.spec]
    self.groups = groups
  }

  /// What a path of words leads to.
  enum Node {
    case command(CommandSpec)
    case group([String])
  }

  /// The command or group at exactly `path`; a command wins. `nil` where there is neither.
  func node(at path: [String]) -> Node? {
    if let command = command(at: path) { return .command(command) }
    return children(of: path).isEmpty ? nil : .group(path)
  }

  func command(at path: [String]) -> CommandSpec? { commands.first { $0.path == path } }

  func group(at path: [String]) -> CommandGroup? { groups.first { $0.path == path } }

  /// The words that may follow `path`, each once, in the table's order.
  func children(of path: [String]) -> [String] {
    var words: [String] = []
    for command in commands
    where command.path.count > path.count && command.path.starts(with: path) {
      let word = command.path[path.count]
      if !words.contains(word) { words.append(word) }
    }
    return words
  }

  /// The command that `path` itself runs: its own, or the one its group stands for.
  func runnable(at path: [String]) -> CommandSpec? {
    if let command = command(at: path) { return command }
    guard let word = group(at: path)?.standsFor else { return nil }
    return command(at: path + [word])
  }

  /// A line about whatever stands at `path`.
  func summary(of path: [String]) -> String {
    group(at: path)?.summary ?? command(at: path)?.summary
      ?? children(of: path).joined(separator: ", ")
  }
}

extension CommandTable {
  /// Everything in the table that contradicts itself or would not fit; empty in a sound one.
  /// A test asserts that, so that a wrong row never reaches a user.
  var faults: [String] {
    var faults: [String] = []
    var seen: Set<[String]> = []
    for command in commands {
      if !seen.insert(command.path).inserted { faults.append("\(command.name): listed twice") }
      faults += Self.faults(of: command).map { "\(command.name): \($0)" }
    }
    for group in groups {
      if children(of: group.path).isEmpty { faults.append("group \(group.path): no commands") }
      if let word = group.standsFor, command(at: group.path + [word]) == nil {
        faults.append("group \(group.path): stands for '\(word)', which it has not")
      }
    }
    if examples.isEmpty { faults.append("the program has no example") }
    return faults
  }

  private static func faults(of command: CommandSpec) -> [String] {
    var faults: [String] = []
    if command.path.isEmpty { faults.append("no name") }
    if command.examples.isEmpty { faults.append("no example") }
    if command.summary.count > 58 { faults.append("summary longer than 58 columns") }
    for example in command.examples where example.command.count > 76 {
      faults.append("example longer than 76 columns: \(example.command)")
    }
    for positional in command.positionals.dropLast() where positional.arity == .variadic {
      faults.append("'\(positional.name)' is variadic but not last")
    }
    let arities = command.positionals.map(\.arity)
    if let optional = arities.firstIndex(where: { $0 != .required }),
      arities[optional...].contains(.required)
    {
      faults.append("a required argument follows an optional one")
    }
    return faults + optionFaults(of: command)
  }

  private static func optionFaults(of command: CommandSpec) -> [String] {
    var faults: [String] = []
    var names: Set<String> = []
    for option in command.allOptions {
      let spellings = ["--" + option.name] + (option.short.map { ["-\($0)"] } ?? [])
      for spelling in spellings where !names.insert(spelling).inserted {
        faults.append("\(spelling) means two things")
      }
      if let standard = option.standard, option.parse(standard) == nil {
        faults.append("--\(option.name): its default '\(standard)' is not one of its values")
      }
    }
    return faults
  }
}
