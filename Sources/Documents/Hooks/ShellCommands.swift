// SPDX-License-Identifier: Apache-2.0
// A shell's command line cut into simple commands: words and redirections, and nothing more.

/// One simple command of a script.
struct ShellCommand: Hashable {
  /// Its words, quotes and backslashes taken away; nothing is expanded.
  var words: [String] = []
  /// The files that its output goes to.
  var outputs: [String] = []
  /// The files that its input comes from.
  var inputs: [String] = []

  /// The simple commands of a script. This is no shell: substitutions end a command and begin
  /// another, and here-documents are passed over.
  static func commands(of script: String) -> [ShellCommand] {
    var reader = ShellReader(script)
    reader.readAll()
    return reader.commands
  }
}

private struct ShellReader {
  private enum Role {
    case word, output, input, delimiter, ignored
  }

  private(set) var commands: [ShellCommand] = []
  private let scalars: [Unicode.Scalar]
  private var index = 0
  private var command = ShellCommand()
  private var word: String.UnicodeScalarView?
  private var role = Role.word
  /// The ends of the here-documents whose bodies begin on the next line.
  private var delimiters: [String] = []

  init(_ script: String) { scalars = Array(script.unicodeScalars) }

  mutating func readAll() {
    while let scalar = next() {
      switch scalar {
      case " ", "\t", "\r": endWord()
      case "\n":
        endCommand()
        skipDocuments()
      case ";", "|", "(", ")", "`": endCommand()
      case "&": readAmpersand()
      case "'": readQuotation(until: "'", escapes: false)
      case "\"": readQuotation(until: "\"", escapes: true)
      case "\\":
        if let escaped = next(), escaped != "\n" { append(escaped) }
      case "#" where word == nil: while let scalar = peek, scalar != "\n" { skip(scalar) }
      case ">": readOutput()
      case "<": readInput()
      case "$" where peek == "(": endCommand()
      case _: append(scalar)
      }
    }
    endCommand()
  }

  // MARK: Pieces

  private var peek: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

  private mutating func next() -> Unicode.Scalar? {
    guard let scalar = peek else { return nil }
    index += 1
    return scalar
  }

  private mutating func skip(_ scalar: Unicode.Scalar) { if peek == scalar { index += 1 } }

  private mutating func append(_ scalar: Unicode.Scalar) {
    word = word ?? String.UnicodeScalarView()
    word?.append(scalar)
  }

  private mutating func readQuotation(until end: Unicode.Scalar, escapes: Bool) {
    word = word ?? String.UnicodeScalarView()
    while let scalar = next(), scalar != end {
      if escapes, scalar == "\\", let escaped = next() { append(escaped) } else { append(scalar) }
    }
  }

  private mutating func readAmpersand() {
    // `&> file` is both streams' redirection; any other ends a command.
    if peek == ">" { endWord() } else { endCommand() }
  }

  private mutating func readOutput() {
    dropDescriptor()
    skip(">")
    skip("|")
    if peek == "&" {
      // `>&2` copies a descriptor.
      skip("&")
      role = .ignored
    } else {
      role = .output
    }
  }

  private mutating func readInput() {
    dropDescriptor()
    guard peek == "<" else {
      role = peek == "&" ? .ignored : .input
      skip("&")
      // `<>` opens for both.
      if peek == ">" { role = .output }
      skip(">")
      return
    }
    skip("<")
    role = peek == "<" ? .ignored : .delimiter
    skip("<")
    if role == .delimiter { skip("-") }
  }

  /// The number before a redirection is no word.
  private mutating func dropDescriptor() {
    if let word, word.allSatisfy({ ("0"..."9").contains($0) }) { self.word = nil }
    endWord()
  }

  private mutating func endWord() {
    guard let word else { return }
    let text = String(word)
    self.word = nil
    switch role {
    case .word: command.words.append(text)
    case .output: command.outputs.append(text)
    case .input: command.inputs.append(text)
    case .delimiter: delimiters.append(text)
    case .ignored: break
    }
    role = .word
  }

  private mutating func endCommand() {
    endWord()
    if command != ShellCommand() { commands.append(command) }
    command = ShellCommand()
    role = .word
  }

  private mutating func skipDocuments() {
    for delimiter in delimiters {
      while index < scalars.count {
        let line = scalars[index...].prefix { $0 != "\n" }
        index = min(line.endIndex + 1, scalars.count)
        var text = String(String.UnicodeScalarView(line))
        while text.hasPrefix("\t") { text.removeFirst() }
        if text == delimiter { break }
      }
    }
    delimiters = []
  }
}
