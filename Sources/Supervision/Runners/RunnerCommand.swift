// SPDX-License-Identifier: Apache-2.0
// Recognises the test runner in the words of a command.

import Domain

/// A test command, with what merely starts it looked through.
struct RunnerCommand {
  /// The words to run: those that were given, or what they stand for (`npm test` for the script of
  /// `package.json`, a shell script for its only command).
  let words: [String]
  /// The runner that they start; `nil` where it cannot be told.
  let runner: RunnerName?
  /// What to configure where no runner is recognised.
  let advice: String

  init(_ words: [String], project: RunnerCatalogue.Project) {
    let plain = Self.unwrapped(words, project)
    self.words = plain
    runner = Self.recognise(plain)
    advice = Self.advice(plain, project)
  }

  // MARK: Recognition

  private typealias Words = ArraySlice<String>

  /// How each runner's own words begin. The first that fits is taken.
  private static let forms: [(runner: RunnerName, fits: @Sendable (Words) -> Bool)] = [
    (.pytest, { ["pytest", "py.test"].contains(program($0)) || runs(module: "pytest", $0) }),
    (.unittest, { runs(module: "unittest", $0) }),
    (.node, { program($0) == "node" && $0.contains("--test") }),
    (.prove, { program($0) == "prove" }),
    (.swift, { program($0) == "swift" && argument($0) == "test" }),
    (.cargo, { program($0) == "cargo" && arguments($0).contains("test") }),
    (.go, { program($0) == "go" && argument($0) == "test" }),
    (.ctest, { program($0) == "ctest" }),
  ]

  /// Programs that start what their further words name.
  private static let wrappers: Set<String> = [
    "env", "uv", "uvx", "poetry", "pdm", "pipenv", "rye", "hatch", "conda", "coverage", "npx",
    "pnpm", "yarn", "bunx", "carton", "nice", "ionice", "timeout", "time", "stdbuf", "xvfb-run",
    "direnv", "nix", "mise", "asdf", "c8", "nyc", "swiftly",
  ]

  private static func recognise(_ words: [String]) -> RunnerName? {
    let isWrapped = wrappers.contains(program(words[...]))
    for start in words.indices.prefix(isWrapped ? words.count : 1) {
      let rest = words[start...]
      if let form = forms.first(where: { $0.fits(rest) }) { return form.runner }
    }
    return nil
  }

  private static func program(_ words: Words) -> String {
    words.first?.split(separator: "/").last.map(String.init) ?? ""
  }

  private static func argument(_ words: Words) -> String? { arguments(words).first }

  /// The words behind the program that are no options: `+nightly` of cargo is none either.
  private static func arguments(_ words: Words) -> [String] {
    words.dropFirst().filter { !$0.hasPrefix("-") && !$0.hasPrefix("+") }
  }

  /// `python3 -W error -m unittest …`, by whatever Python.
  private static func runs(module: String, _ words: Words) -> Bool {
    guard ["python", "pypy", "coverage"].contains(where: program(words).hasPrefix) else {
      return false
    }
    return words.indices.dropLast().contains { words[$0] == "-m" && words[$0 + 1] == module }
  }

  // MARK: What words stand for

  private static func unwrapped(
    _ words: [String], _ project: RunnerCatalogue.Project
  ) -> [String] {
    if ["sh", "bash", "dash"].contains(program(words[...])), words.count == 3, words[1] == "-c" {
      return singleCommand(words[2]) ?? words
    }
    if startsPackageScript(words), let script = project.packageTestScript,
      let command = singleCommand(script), recognise(command) == .node
    {
      return command
    }
    return words
  }

  /// The words of a script that is one command and nothing else.
  private static func singleCommand(_ script: String) -> [String]? {
    do throws(CommandLineWordsError) {
      let words = try CommandLineWords.split(script)
      return words[0].contains("=") ? nil : words
    } catch {
      return nil
    }
  }

  /// `npm test`, `yarn run test`.
  private static func startsPackageScript(_ words: [String]) -> Bool {
    guard ["npm", "pnpm", "yarn"].contains(program(words[...])) else { return false }
    return [["test"], ["t"], ["run", "test"]].contains(arguments(words[...]))
  }

  // MARK: Advice

  static let generalAdvice =
    "let it write a JUnit report and set tests.report to \"junit\" and tests.reportPath, or name "
    + "the runner in tests.runner"

  private static func advice(_ words: [String], _ project: RunnerCatalogue.Project) -> String {
    let script = startsPackageScript(words) ? project.packageTestScript ?? "" : ""
    let named = (words + script.split(separator: " ").map(String.init)).map {
      $0.split(separator: "/").last.map(String.init) ?? $0
    }
    for (program, hint) in hints where named.contains(program) {
      return "\(hint), and set tests.report to \"junit\" and tests.reportPath to its report"
    }
    return generalAdvice
  }

  /// How known programs are made to write a JUnit report.
  private static let hints: [(program: String, hint: String)] = [
    ("jest", "add the reporter jest-junit"),
    ("vitest", "add --reporter=junit --outputFile=report.xml"),
    ("mocha", "add --reporter mocha-junit-reporter"),
    ("phpunit", "add --log-junit report.xml"),
    ("mvn", "use target/surefire-reports/*.xml"),
    ("gradle", "use build/test-results/test/*.xml"),
    ("gradlew", "use build/test-results/test/*.xml"),
    ("rspec", "add --format RspecJunitFormatter --out report.xml"),
    ("gotestsum", "add --junitfile report.xml"),
    ("nextest", "set profile.default.junit.path in .config/nextest.toml"),
    ("dotnet", "add --logger junit"),
    ("bats", "add --report-formatter junit"),
  ]
}
