// SPDX-License-Identifier: Apache-2.0
// The words of `node --test` with the options and the files told apart.

import Domain

/// A command that starts Node's test runner.
struct NodeCommand: Sendable {
  /// Everything before `--test`, reporters left out.
  private let start: [String]
  /// The options behind `--test`, reporters left out.
  private let options: [String]
  /// The files and patterns that it names.
  private let files: [String]

  init(_ words: [String]) {
    let test = words.firstIndex(of: "--test") ?? words.endIndex
    var options: [String] = []
    var files: [String] = []
    var rest = words[(test < words.endIndex ? test + 1 : test)...]
    start = Self.withoutReporters(words[..<test])
    while let word = rest.popFirst() {
      guard word.hasPrefix("-") else {
        files.append(word)
        continue
      }
      if word == "--" {
        files += rest
        break
      }
      let takesValue = Self.optionsWithValue.contains(word)
      let value = takesValue ? rest.popFirst().map { [$0] } ?? [] : []
      if !word.hasPrefix("--test-reporter") { options += [word] + value }
    }
    self.options = options
    self.files = files
  }

  /// The words with options added, and only the selected tests asked for where any are.
  func words(adding added: [String], selecting: [TestIdentity]?) -> [String] {
    guard let selecting, !selecting.isEmpty, selecting.allSatisfy({ !$0.file.isEmpty }) else {
      return start + ["--test"] + added + options + files
    }
    var patterns: [String] = []
    if selecting.allSatisfy({ !$0.isWholeFile }) {
      patterns = selecting.flatMap { Self.names(of: $0) }.map(Self.pattern)
    }
    return start + ["--test"] + added + options + Self.unique(patterns)
      + Self.unique(selecting.map(\.file))
  }

  /// What stands between the names of tests inside each other.
  static let separator = " > "

  private static func names(of identity: TestIdentity) -> [String] {
    let around = identity.suite.isEmpty ? [] : identity.suite.split(separator: separator)
    return around.map(String.init) + [identity.name]
  }

  private static func pattern(_ name: String) -> String {
    let special = #"\^$.*+?()[]{}|/"#
    return "--test-name-pattern=^"
      + name.map { special.contains($0) ? "\\\($0)" : String($0) }.joined() + "$"
  }

  private static func unique(_ words: [String]) -> [String] {
    var seen: Set<String> = []
    return words.filter { seen.insert($0).inserted }
  }

  private static func withoutReporters(_ words: ArraySlice<String>) -> [String] {
    var kept: [String] = []
    var rest = words
    while let word = rest.popFirst() {
      guard word.hasPrefix("--test-reporter") else {
        kept.append(word)
        continue
      }
      if !word.contains("=") { rest = rest.dropFirst() }
    }
    return kept
  }

  /// Node's options that may take their value from the next word.
  private static let optionsWithValue: Set<String> = [
    "-r", "--require", "--import", "--loader", "--experimental-loader", "-C", "--conditions",
    "--env-file", "--env-file-if-exists", "--test-reporter", "--test-reporter-destination",
    "--test-name-pattern", "--test-skip-pattern", "--test-concurrency", "--test-timeout",
    "--test-shard", "--test-isolation", "--test-coverage-include", "--test-coverage-exclude",
    "--test-coverage-lines", "--test-coverage-branches", "--test-coverage-functions",
    "--test-global-setup", "--input-type", "--max-old-space-size",
  ]
}
