// SPDX-License-Identifier: Apache-2.0
// A command on one line becomes words, or is refused where only a shell could run it.

import Supervision
import Testing

@Suite struct CommandLineWordsTests {
  @Test(arguments: [
    ("pytest -q --tb=short", ["pytest", "-q", "--tb=short"]),
    ("  a\tb  ", ["a", "b"]),
    ("echo 'two words' \"and three\"", ["echo", "two words", "and three"]),
    ("a'b'\"c\"d", ["abcd"]),
    ("x '' \"\"", ["x", "", ""]),
    (#"a\ b \* \'"#, ["a b", "*", "'"]),
    (#""a\"b\\c\d\$""#, [#"a"b\c\d$"#]),
    ("-k 'a | b && $c' \"*;\"", ["-k", "a | b && $c", "*;"]),
    ("test.py::test_x[1-ü] ~ # {a,b}", ["test.py::test_x[1-ü]", "~", "#", "{a,b}"]),
  ])
  func `quotes and backslashes mean what they mean to a shell`(text: String, words: [String]) throws
  {
    #expect(try CommandLineWords.split(text) == words)
  }

  @Test(arguments: Array("|&;<>()$`*?\n"))
  func `a character that a shell acts on is refused by name`(character: Character) {
    #expect(throws: CommandLineWordsError.metacharacter(character)) {
      try CommandLineWords.split("make a\(character)b")
    }
    let message = CommandLineWordsError.metacharacter(character).description
    #expect(message.contains(character == "\n" ? "a line break" : String(character)))
    #expect(message.contains(#"{"shell": "…"}"#) && message.contains("array"))
  }

  @Test func `substitution inside double quotes is refused too`() {
    #expect(throws: CommandLineWordsError.metacharacter("$")) {
      try CommandLineWords.split("echo \"$HOME\"")
    }
    #expect(throws: CommandLineWordsError.metacharacter("`")) {
      try CommandLineWords.split("echo \"`id`\"")
    }
  }

  @Test func `what is left open is refused`() {
    #expect(throws: CommandLineWordsError.unterminatedQuote("'")) {
      try CommandLineWords.split("a 'b")
    }
    #expect(throws: CommandLineWordsError.unterminatedQuote("\"")) {
      try CommandLineWords.split("a \"b\\\"")
    }
    #expect(throws: CommandLineWordsError.trailingBackslash) { try CommandLineWords.split("a \\") }
    #expect(throws: CommandLineWordsError.empty) { try CommandLineWords.split(" \t ") }
  }
}
