// SPDX-License-Identifier: Apache-2.0
// A project's `cargo test` command taken apart, to build and to run its tests.

/// The words of a `cargo test` command by what they are for.
struct CargoWords {
  /// `cargo`, with a toolchain where one is given.
  private var program: [String] = []
  /// Cargo's own options with their values.
  private var options: [[String]] = []
  /// The names that the command itself selects.
  private var filters: [String] = []
  /// What libtest is given.
  private var harness: [String] = []

  init(_ command: [String]) {
    let verb = command.firstIndex { $0 == "test" || $0 == "t" } ?? command.endIndex
    program = Array(command[..<verb])
    var rest = command[verb...].dropFirst()
    while let word = rest.popFirst() {
      if word == "--" {
        harness = rest.filter { !Self.noisy.contains($0) && $0 != "--nocapture" }
        break
      }
      guard word.hasPrefix("-") else {
        filters.append(word)
        continue
      }
      let takesValue = Self.withValue.contains(word)
      let option = takesValue ? [word] + [rest.popFirst()].compactMap { $0 } : [word]
      let isOurs = Self.noisy.contains(word) || word.hasPrefix("--message-format")
      if !isOurs { options.append(option) }
    }
  }

  /// Options that change what is printed, or that we give ourselves.
  private static let noisy: Set<String> = [
    "-q", "--quiet", "-v", "-vv", "--verbose", "--no-fail-fast", "--no-run",
  ]

  private static let withValue: Set<String> = [
    "-p", "--package", "--exclude", "-F", "--features", "--target", "--target-dir",
    "--manifest-path", "--profile", "-j", "--jobs", "--color", "--config", "-Z", "--bin",
    "--example", "--test", "--bench", "--lockfile-path", "--message-format",
  ]

  private static let targetSelectors: Set<String> = [
    "--lib", "--bins", "--bin", "--tests", "--test", "--examples", "--example", "--benches",
    "--bench", "--all-targets", "--doc",
  ]

  private func has(_ names: Set<String>) -> Bool {
    options.contains { names.contains(String($0[0].prefix { $0 != "=" })) }
  }

  /// Builds every test that the command would run, going on after an error; `nil` where the command
  /// runs documentation tests only.
  var build: [String]? {
    if has(["--doc"]) { return nil }
    let targets = has(Self.targetSelectors) ? [] : ["--tests"]
    let profile = has(["--profile", "--release", "-r"]) ? [] : ["--profile", "test"]
    return program + ["build"] + options.flatMap(\.self) + targets + profile
      + ["--keep-going", "--message-format=json"]
  }

  /// Runs all tests, or those that are named.
  func test(selecting names: [String]?) -> [String] {
    let targets = names == nil || has(Self.targetSelectors) ? [] : ["--tests"]
    let common =
      program + ["test"] + options.flatMap(\.self) + targets
      + ["--no-fail-fast", "--message-format=json"]
    guard let names else {
      return common + filters + (harness.isEmpty ? [] : ["--"] + harness)
    }
    return common + ["--"] + harness + ["--exact"] + names
  }
}
