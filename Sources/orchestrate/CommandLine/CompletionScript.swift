// SPDX-License-Identifier: Apache-2.0
// Completion scripts, read off the command table.

/// Renders completion scripts. Each walks the typed words down the table, then offers the words and
/// options that may follow; where an option wants a value, its choices or the file system's names.
struct CompletionScript {
  enum Shell: String, CaseIterable, Sendable {
    case bash, zsh, fish
  }

  /// What the values of an option are completed with.
  private enum ValueSource {
    case words([String])
    case directories
    case files
    case nothing
  }

  let table: CommandTable

  func render(_ shell: Shell) -> String {
    switch shell {
    case .bash: bash()
    case .zsh: zsh()
    case .fish: fish()
    }
  }

  /// Every path that something can follow, the program itself first.
  private var paths: [[String]] {
    var paths: [[String]] = [[]]
    for command in table.commands {
      for length in 1...command.path.count {
        let path = Array(command.path.prefix(length))
        if !paths.contains(path) { paths.append(path) }
      }
    }
    return paths
  }

  private func options(at path: [String]) -> [OptionSpec] {
    table.runnable(at: path)?.allOptions ?? OptionSpec.global
  }

  private func spellings(_ option: OptionSpec) -> [String] {
    ["--" + option.name] + (option.short.map { ["-\($0)"] } ?? [])
  }
}

// MARK: bash, and zsh through the same walk

extension CompletionScript {
  private func bash() -> String {
    """
    # bash completion for orchestrate; load it with: source <(orchestrate completion bash)
    _orchestrate() {
      local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}"
      local path="" word index
      COMPREPLY=()
      for ((index = 1; index < COMP_CWORD; index++)); do
        word="${COMP_WORDS[index]}"
        case "$path/$word" in
    \(steps())
        esac
      done
      case "$path $previous" in
    \(valueCases(bashValues))
      esac
      case "$path" in
    \(wordCases { "COMPREPLY=($(compgen -W \(quoted($0)) -- \"$current\"))" })
      esac
    }
    complete -o default -F _orchestrate orchestrate

    """
  }

  private func zsh() -> String {
    """
    #compdef orchestrate
    # zsh completion for orchestrate; load it with: source <(orchestrate completion zsh)
    _orchestrate() {
      local previous="${words[CURRENT-1]}" at="" word
      for word in "${(@)words[2,CURRENT-1]}"; do
        case "$at/$word" in
    \(steps(variable: "at"))
        esac
      done
      case "$at $previous" in
    \(valueCases(zshValues))
      esac
      case "$at" in
    \(wordCases { "compadd -- \($0)" })
      esac
    }
    # Loaded by name from $fpath the file's body is the first call; otherwise it is being sourced.
    if [[ "$funcstack[1]" == _orchestrate ]]; then _orchestrate; else compdef _orchestrate orchestrate; fi

    """
  }

  /// One line for each word that leads further down.
  private func steps(variable: String = "path") -> String {
    paths.dropFirst().map { path in
      let before = key(Array(path.dropLast()))
      return
        "      \(quoted(before + "/" + path[path.count - 1]))) \(variable)=\(quoted(key(path))) ;;"
    }.joined(separator: "\n")
  }

  /// One line for each option that takes a value, at each path.
  private func valueCases(_ action: (ValueSource) -> String) -> String {
    var lines: [String] = []
    for path in paths {
      for option in options(at: path) {
        guard let source = source(of: option) else { continue }
        let patterns = spellings(option).map { quoted(key(path) + " " + $0) }
        lines.append("    \(patterns.joined(separator: "|"))) \(action(source)) ;;")
      }
    }
    return lines.joined(separator: "\n")
  }

  private func wordCases(_ action: (String) -> String) -> String {
    paths.map { path in
      let words = table.children(of: path) + options(at: path).flatMap(spellings)
      return "    \(quoted(key(path)))) \(action(words.joined(separator: " "))) ;;"
    }.joined(separator: "\n")
  }

  /// Where an option's values come from; `nil` for a flag.
  private func source(of option: OptionSpec) -> ValueSource? {
    switch option.value {
    case .flag: nil
    case .choice(let words): .words(words)
    case .text("DIR"): .directories
    case .text("FILE"): .files
    case .text, .duration, .integer: .nothing
    }
  }

  private func bashValues(_ source: ValueSource) -> String {
    let arguments =
      switch source {
      case .words(let words): "-W " + quoted(words.joined(separator: " "))
      case .directories: "-d"
      case .files: "-f"
      case .nothing: "-W ''"
      }
    return "COMPREPLY=($(compgen \(arguments) -- \"$current\")); return"
  }

  private func zshValues(_ source: ValueSource) -> String {
    switch source {
    case .words(let words): "compadd -- \(words.joined(separator: " ")); return"
    case .directories: "_files -/; return"
    case .files: "_files; return"
    case .nothing: "return"
    }
  }

  private func key(_ path: [String]) -> String { path.joined(separator: "/") }

  private func quoted(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
      + "'"
  }
}

// MARK: fish

extension CompletionScript {
  private func fish() -> String {
    var lines = [
      "# fish completion for orchestrate; load it with: orchestrate completion fish | source",
      "function __orchestrate_at",
      "  set -l words (commandline -opc | string match -v -- '-*')",
      "  set -e words[1]",
      "  test \"$words\" = \"$argv\"",
      "end",
      "function __orchestrate_below",
      "  set -l words (commandline -opc | string match -v -- '-*')",
      "  set -e words[1]",
      "  string match -q -- \"$argv*\" \"$words\"",
      "end",
      "complete -c orchestrate -f",
    ]
    for path in paths {
      let at = path.joined(separator: " ")
      for word in table.children(of: path) {
        lines.append(
          "complete -c orchestrate -n \(quoted("__orchestrate_at " + at)) -a \(word)"
            + " -d \(quoted(table.summary(of: path + [word])))")
      }
      guard let command = table.runnable(at: path) else { continue }
      lines += command.options.map { fishOption($0, condition: "__orchestrate_below " + at) }
    }
    lines += OptionSpec.global.map { fishOption($0, condition: nil) }
    return lines.joined(separator: "\n") + "\n"
  }

  private func fishOption(_ option: OptionSpec, condition: String?) -> String {
    var line = "complete -c orchestrate"
    if let condition { line += " -n \(quoted(condition))" }
    line += " -l \(option.name)"
    if let short = option.short { line += " -s \(short)" }
    switch option.value {
    case .flag: break
    case .choice(let words): line += " -x -a \(quoted(words.joined(separator: " ")))"
    case .text("DIR"), .text("FILE"): line += " -r -F"
    case .text, .duration, .integer: line += " -x"
    }
    return line + " -d \(quoted(option.help))"
  }
}
