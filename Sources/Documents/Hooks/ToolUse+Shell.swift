// SPDX-License-Identifier: Apache-2.0
// Which files the commands of a shell line name, by what the common ones do with their operands.

import Domain

extension ToolUse {
  /// Reads a script. What cannot be seen in its words (a program that writes, a path that is
  /// computed) is not seen: the proof of the submission sees it.
  init(script: String, in directory: String) {
    var reading = ShellReading(directory: directory)
    reading.run(script)
    var touches = reading.touches
    if Self.mayHoldPatch(script) {
      do throws(HookPayloadError) {
        touches += try ToolUse(patch: script, in: directory).touches
      } catch {
        // The words are there, but no patch: a search for them, for example.
      }
    }
    self.init(touches: touches, texts: [script])
  }

  /// Reads one command that was given as words.
  init(words: [String], in directory: String) {
    var reading = ShellReading(directory: directory)
    reading.run(ShellCommand(words: words))
    self.init(touches: reading.touches, texts: [words.joined(separator: " ")])
  }
}

/// One pass over a script; `cd` moves it.
private struct ShellReading {
  var touches: [FileTouch] = []
  private var directory: String
  private var depth = 0

  init(directory: String) { self.directory = directory }

  mutating func run(_ script: String) {
    // `sh -c` within `sh -c`: deeper than anybody writes it.
    guard depth < 4 else { return }
    depth += 1
    for command in ShellCommand.commands(of: script) { run(command) }
    depth -= 1
  }

  mutating func run(_ command: ShellCommand) {
    touch(command.outputs, .writes)
    touch(command.inputs, .reads)
    let words = Self.unwrapped(command.words[...])
    guard let program = words.first?.split(separator: "/").last else { return }
    let rest = Array(words.dropFirst())
    switch program {
    case "cd", "pushd":
      if let folder = operands(rest).first, folder.utf8.count < LexicalPath.bytesMax {
        directory = LexicalPath.absolute(folder, in: directory)
      }
    case "echo", "printf", "test", "[", "ls", "stat", "mkdir", "file", "which": break
    case "rm", "unlink", "rmdir", "shred": touch(operands(rest), .removes)
    case "tee", "touch", "truncate": touch(operands(rest), .writes)
    case "chmod", "chown": touch(operands(rest).dropFirst(), .writes)
    case "mv": move(operands(rest), .removes)
    case "cp", "install", "ln", "rsync": move(operands(rest), .reads)
    case "sed", "perl", "ruby": runEditor(rest)
    case "dd": runCopy(rest)
    case "find": runFind(rest)
    case "git": runGit(rest)
    case "sh", "bash", "dash", "zsh", "ksh": runShell(rest)
    case "eval": run(rest.joined(separator: " "))
    case _: touch(read(rest), .reads)
    }
  }

  private mutating func touch(_ paths: some Sequence<String>, _ kind: FileTouch.Kind) {
    touches += paths.filter { !$0.isEmpty && $0.utf8.count <= LexicalPath.bytesMax }.map {
      FileTouch(path: LexicalPath.absolute($0, in: directory), kind: kind)
    }
  }

  /// What stands before the command proper: assignments, keywords, programs that start others.
  private static func unwrapped(_ words: ArraySlice<String>) -> ArraySlice<String> {
    var words = words
    while let first = words.first {
      let isAssignment = first.prefix { $0 != "=" }.allSatisfy { $0.isLetter || $0 == "_" }
      switch first {
      case "sudo", "env", "nohup", "time", "command", "exec", "nice", "builtin", "xargs", "!", "{",
        "if", "then", "else", "elif", "do", "while", "until":
        words = words.dropFirst().drop { $0.hasPrefix("-") }
      case "timeout": words = words.dropFirst().drop { $0.hasPrefix("-") }.dropFirst()
      case _ where isAssignment && first.contains("="): words = words.dropFirst()
      case _: return words
      }
    }
    return words
  }

  private func operands(_ words: [String]) -> [String] {
    guard let end = words.firstIndex(of: "--") else {
      return words.filter { !$0.hasPrefix("-") || $0 == "-" }
    }
    return words[..<end].filter { !$0.hasPrefix("-") } + words[(end + 1)...]
  }

  /// Whatever a program that is not known might read: its words, and the values of its options.
  private func read(_ words: [String]) -> [String] {
    words.map { word in
      let value =
        word.hasPrefix("-")
        ? word.firstIndex(of: "=").map { String(word[word.index(after: $0)...]) } ?? "" : word
      return value.hasPrefix("@") ? String(value.dropFirst()) : value
    }
  }

  // MARK: Programs

  private mutating func move(_ operands: [String], _ kind: FileTouch.Kind) {
    guard let target = operands.last else { return }
    let sources = operands.dropLast()
    touch(sources, kind)
    touch([target], .writes)
    // Where the target is a folder, the files come to lie in it.
    touch(
      sources.compactMap { $0.split(separator: "/").last.map { "\(target)/\($0)" } }, .writes)
  }

  private mutating func runEditor(_ words: [String]) {
    let isInPlace = words.contains {
      $0.hasPrefix("-") && !$0.hasPrefix("--") && $0.dropFirst().prefix(3).contains("i")
        || $0.hasPrefix("--in-place")
    }
    var files: [String] = []
    var hasScript = false
    var takesValue = false
    for word in words {
      if takesValue {
        takesValue = false
      } else if word.hasPrefix("-"), word != "-" {
        takesValue = !word.hasPrefix("--") && (word.hasSuffix("e") || word.hasSuffix("f"))
        hasScript = hasScript || takesValue || word.hasPrefix("--expression")
      } else {
        files.append(word)
      }
    }
    touch(hasScript ? files[...] : files.dropFirst(), isInPlace ? .writes : .reads)
  }

  private mutating func runCopy(_ words: [String]) {
    for word in words {
      if word.hasPrefix("of=") { touch([String(word.dropFirst(3))], .writes) }
      if word.hasPrefix("if=") { touch([String(word.dropFirst(3))], .reads) }
    }
  }

  private mutating func runFind(_ words: [String]) {
    let places = words.prefix { !$0.hasPrefix("-") }
    if words.contains("-delete") { touch(places, .removes) }
    guard let at = words.firstIndex(where: { $0 == "-exec" || $0 == "-execdir" }) else { return }
    let command = words[(at + 1)...].prefix { $0 != ";" && $0 != "+" }
    run(ShellCommand(words: command.flatMap { $0 == "{}" ? Array(places) : [$0] }))
  }

  private mutating func runShell(_ words: [String]) {
    let option = words.firstIndex { $0.hasPrefix("-") && $0.contains("c") && !$0.hasPrefix("--") }
    if let option, option + 1 < words.count {
      run(words[option + 1])
    } else {
      touch(operands(words), .reads)
    }
  }

  private mutating func runGit(_ words: [String]) {
    var words = words[...]
    let outside = directory
    defer { directory = outside }
    while let option = words.first, option.hasPrefix("-") {
      words = words.dropFirst()
      guard option == "-C" || option == "-c", let value = words.popFirst() else { continue }
      if option == "-C" { directory = LexicalPath.absolute(value, in: directory) }
    }
    guard let verb = words.popFirst() else { return }
    let rest = Array(words)
    switch verb {
    case "rm": touch(operands(rest), .removes)
    case "mv": move(operands(rest), .removes)
    case "restore":
      let isIndexOnly = rest.contains("--staged") && !rest.contains("--worktree")
      if !isIndexOnly { touch(operands(rest), .writes) }
    case "checkout": touch(checkedOut(rest), .writes)
    case "add", "show", "diff", "hash-object": touch(operands(rest), .reads)
    case _: break
    }
  }

  /// The paths of a `git checkout`: those after `--`, else what looks more like a path than like a
  /// branch.
  private func checkedOut(_ words: [String]) -> [String] {
    if let end = words.firstIndex(of: "--") { return Array(words[(end + 1)...]) }
    if words.contains(where: { ["-b", "-B", "--orphan", "--detach"].contains($0) }) { return [] }
    return operands(words).filter { $0 == "." || $0.contains("/") || $0.contains(".") }
  }
}
