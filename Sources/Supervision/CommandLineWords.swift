// SPDX-License-Identifier: Apache-2.0
// Splits a command that a person wrote on one line into words, without a shell.

/// A command on one line, as configuration files hold it: `pytest -q --tb=short`.
///
/// Quotes and backslashes mean what they mean to a shell. Whatever only a shell could do (pipes,
/// substitutions, patterns) is refused, so that no command means one thing here and another there.
package enum CommandLineWords {
  /// - Returns: at least one word.
  /// - Throws: `CommandLineWordsError` for text that only a shell could run, an open quote, or
  ///   text without a word.
  package static func split(_ text: String) throws(CommandLineWordsError) -> [String] {
    var splitter = Splitter(rest: text.unicodeScalars[...])
    try splitter.readAll()
    guard !splitter.words.isEmpty else { throw .empty }
    return splitter.words
  }
}

/// Why a line is no plain command.
package enum CommandLineWordsError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A character that a shell would act on.
  case metacharacter(Character)
  /// A quotation without its end.
  case unterminatedQuote(Character)
  /// A backslash with nothing behind it.
  case trailingBackslash
  /// There is no word in it.
  case empty

  /// What is wrong with the line and how to write it instead.
  package var description: String {
    switch self {
    case .metacharacter(let character):
      let name = character == "\n" ? "a line break" : "an unquoted \(character)"
      return "the command holds \(name), which only a shell understands; "
        + #"quote it, write the command as an array of words, or as {"shell": "…"}"#
    case .unterminatedQuote(let quote): return "the command opens a \(quote) and never closes it"
    case .trailingBackslash: return "the command ends in a backslash"
    case .empty: return "the command is empty"
    }
  }
}

private struct Splitter {
  var rest: Substring.UnicodeScalarView
  var words: [String] = []
  /// Nil between words; empty quotes make an empty word.
  private var word: String.UnicodeScalarView?

  init(rest: Substring.UnicodeScalarView) { self.rest = rest }

  mutating func readAll() throws(CommandLineWordsError) {
    while let scalar = rest.popFirst() {
      switch scalar {
      case " ", "\t": endWord()
      case "'": try readLiteral()
      case "\"": try readQuotation()
      case "\\": try readEscaped()
      case "|", "&", ";", "<", ">", "(", ")", "$", "`", "*", "?", "\n", "\r":
        throw .metacharacter(Character(scalar == "\r" ? "\n" : scalar))
      default: append(scalar)
      }
    }
    endWord()
  }

  private mutating func append(_ scalar: Unicode.Scalar) {
    word = word ?? String.UnicodeScalarView()
    word?.append(scalar)
  }

  private mutating func endWord() {
    if let word { words.append(String(word)) }
    word = nil
  }

  private mutating func readEscaped() throws(CommandLineWordsError) {
    guard let scalar = rest.popFirst() else { throw .trailingBackslash }
    // To a shell this joins two lines; here a command has one.
    if scalar == "\n" { throw .metacharacter("\n") }
    append(scalar)
  }

  private mutating func readLiteral() throws(CommandLineWordsError) {
    word = word ?? String.UnicodeScalarView()
    while let scalar = rest.popFirst() {
      if scalar == "'" { return }
      append(scalar)
    }
    throw .unterminatedQuote("'")
  }

  private mutating func readQuotation() throws(CommandLineWordsError) {
    word = word ?? String.UnicodeScalarView()
    while let scalar = rest.popFirst() {
      switch scalar {
      case "\"": return
      // A shell would substitute here too.
      case "$", "`": throw .metacharacter(Character(scalar))
      case "\\":
        guard let next = rest.popFirst() else { throw .unterminatedQuote("\"") }
        if !"\"\\$`".unicodeScalars.contains(next) { append(scalar) }
        append(next)
      default: append(scalar)
      }
    }
    throw .unterminatedQuote("\"")
  }
}
