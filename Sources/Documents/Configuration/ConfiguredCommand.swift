// SPDX-License-Identifier: Apache-2.0
// A command as configuration writes it, not yet split into words.

/// The three ways in which a project's configuration may write a command.
package enum ConfiguredCommand: Hashable, Sendable {
  /// One line, `pytest -q`; split into words by whoever runs it, and given to no shell.
  case text(String)
  /// Its words, `["pytest", "-q"]`.
  case words([String])
  /// A script for the shell, asked for by name: `{"shell": "cd api && make test"}`.
  case shell(String)

  private static let expected =
    #"a command: a line, an array of words, or {"shell": "…"}"#

  /// Reads a command.
  init(_ field: DocumentField) throws(DocumentError) {
    switch field.value {
    case .string: self = .text(try field.text(Self.expected))
    case .array:
      let words = try field.strings(Self.expected)
      guard let program = words.first, !program.isEmpty else {
        throw field.unexpected(Self.expected)
      }
      self = .words(words)
    case .object(let object):
      guard object.keys == ["shell"], let script = try field.optional("shell") else {
        throw field.unexpected(Self.expected)
      }
      self = .shell(try script.text("a script for the shell"))
    case .null, .bool, .number: throw field.unexpected(Self.expected)
    }
  }
}
