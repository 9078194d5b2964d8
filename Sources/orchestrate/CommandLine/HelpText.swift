// SPDX-License-Identifier: Apache-2.0
// Help, read off the command table: an example first, and never wider than 80 columns.

import Domain

/// Renders help for whatever stands at a path of the table.
struct HelpText {
  let table: CommandTable
  let style: TerminalStyle

  private static let columns = 80

  /// Help for the command or group at `path`, the program's own where it is empty; `nil` where
  /// there is nothing at `path`.
  func render(_ path: [String]) -> String? {
    if path.isEmpty { return program() }
    switch table.node(at: path) {
    case .command(let command): return page(command)
    case .group(let path): return group(path)
    case nil: return nil
    }
  }

  /// What each exit code means.
  func exitCodes() -> String {
    let rows = ExitCode.allCases.map { (String($0.rawValue), $0.meaning) }
    return section("Exit codes", rows)
  }

  private func program() -> String {
    let rows = table.children(of: []).map { ($0, table.summary(of: [$0])) }
    return [
      examples(table.examples), wrapped(table.summary),
      usage("orchestrate COMMAND [arguments] [options]"), section("Commands", rows),
      options(OptionSpec.global, "Options of every command"),
      "'orchestrate help COMMAND' says more of one; 'help exit-codes' lists those.\n",
    ].joined(separator: "\n")
  }

  private func group(_ path: [String]) -> String {
    let name = path.joined(separator: " ")
    let children = table.children(of: path)
    let rows = children.map { ($0, table.summary(of: path + [$0])) }
    let first = children.compactMap { table.command(at: path + [$0])?.examples.first }
    var parts = [
      examples(Array(first.prefix(3))), wrapped(sentence(table.summary(of: path))),
      usage("orchestrate \(name) COMMAND [arguments] [options]"), section("Commands", rows),
    ]
    if let word = table.group(at: path)?.standsFor {
      parts.append("'orchestrate \(name)' alone means 'orchestrate \(name) \(word)'.\n")
    }
    parts.append("'orchestrate help \(name) COMMAND' says more of one.\n")
    return parts.joined(separator: "\n")
  }

  private func page(_ command: CommandSpec) -> String {
    var parts = [examples(command.examples), wrapped(sentence(command.summary))]
    if !command.discussion.isEmpty {
      let paragraphs = command.discussion.split(separator: "\n", omittingEmptySubsequences: true)
      parts += paragraphs.map { wrapped(String($0)) }
    }
    parts.append(usage(usageLine(of: command)))
    if !command.positionals.isEmpty {
      parts.append(
        section("Arguments", command.positionals.map { ($0.name.uppercased(), $0.help) }))
    }
    if !command.options.isEmpty { parts.append(options(command.options, "Options")) }
    parts.append(options(OptionSpec.global, "Options of every command"))
    let below = table.children(of: command.path)
    if !below.isEmpty {
      parts.append(
        section("Commands below it", below.map { ($0, table.summary(of: command.path + [$0])) }))
    }
    return parts.joined(separator: "\n")
  }

  private func usageLine(of command: CommandSpec) -> String {
    var words = ["orchestrate", command.name]
    for positional in command.positionals {
      let name = positional.name.uppercased()
      switch positional.arity {
      case .required: words.append(name)
      case .optional: words.append("[\(name)]")
      case .variadic: words.append("[\(name) ...]")
      }
    }
    return (words + ["[options]"]).joined(separator: " ")
  }

  private func examples(_ examples: [Example]) -> String {
    let lines = examples.map { example in
      "  " + example.command + "\n"
        + TextWrap.lines(example.comment, width: Self.columns - 6)
        .map { style.ink("      " + $0, .dim) + "\n" }.joined()
    }
    return style.ink(examples.count == 1 ? "Example" : "Examples", .bold) + "\n" + lines.joined()
  }

  private func usage(_ line: String) -> String {
    style.ink("Usage", .bold) + "\n"
      + TextWrap.lines(line, width: Self.columns - 2, hanging: 2).map { "  \($0)\n" }.joined()
  }

  private func options(_ options: [OptionSpec], _ title: String) -> String {
    section(title, options.map { ($0.signature, help(of: $0)) })
  }

  private func help(of option: OptionSpec) -> String {
    var notes: [String] = []
    if let standard = option.standard { notes.append("default \(standard)") }
    if case .integer(let range) = option.value, range.upperBound != .max {
      notes.append("\(range.lowerBound) to \(range.upperBound)")
    }
    if option.repeats { notes.append("may be repeated") }
    if let variable = option.environment { notes.append("or \(variable)") }
    return option.help + (notes.isEmpty ? "" : " (\(notes.joined(separator: "; ")))")
  }

  /// Names on the left, what they are on the right, wrapped; a long name has a line of its own.
  private func section(_ title: String, _ rows: [(name: String, help: String)]) -> String {
    let widest = rows.map(\.name.count).filter { $0 <= 25 }.max() ?? 0
    let indent = widest + 4
    var text = style.ink(title, .bold) + "\n"
    for row in rows {
      let help = TextWrap.lines(row.help, width: Self.columns - indent)
      let margin = String(repeating: " ", count: indent)
      let pad = indent - 2 - row.name.count
      text += "  " + row.name
      text += pad >= 2 ? String(repeating: " ", count: pad) : "\n" + margin
      text += help.joined(separator: "\n" + margin) + "\n"
    }
    return text
  }

  private func wrapped(_ text: String) -> String {
    TextWrap.lines(text, width: Self.columns).map { $0 + "\n" }.joined()
  }

  private func sentence(_ summary: String) -> String {
    summary.hasSuffix(".") ? summary : summary + "."
  }
}

/// Breaks text into lines at its spaces.
enum TextWrap {
  /// Lines of at most `width` columns, those after the first indented by `hanging`; a word longer
  /// than that stays whole. Never empty.
  static func lines(_ text: String, width: Int, hanging: Int = 0) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      if line.isEmpty {
        line = String(word)
      } else if DisplayWidth.of(line) + 1 + DisplayWidth.of(word) <= width {
        line += " " + word
      } else {
        lines.append(line)
        line = String(repeating: " ", count: hanging) + word
      }
    }
    return lines + [line]
  }
}
