// SPDX-License-Identifier: Apache-2.0
// What cargo prints on standard output: its messages as JSON, then what the tests print.

import Domain
import FoundationEssentials

/// One message of `--message-format=json`, as far as it is of use.
struct CargoMessage: Decodable {
  struct Target: Decodable {
    let kind: [String]
    let name: String
    let srcPath: String
  }

  let reason: String
  let target: Target?
  let message: RustDiagnostic?
  let executable: String?
  let success: Bool?
}

/// Cargo's standard output, taken apart.
struct CargoOutput {
  private var messages: [CargoMessage] = []
  /// Whether the build came to an end, and how; `nil` where cargo did not say.
  private var isBuilt: Bool?
  /// What came after the messages: the tests' own output.
  private(set) var text = ""

  /// Messages count only before the one that ends the build: tests may print what they like.
  init(_ bytes: [UInt8]) {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    var rest = bytes[...]
    while isBuilt == nil, rest.starts(with: #"{"reason":"#.utf8) {
      let line = rest.prefix { $0 != UInt8(ascii: "\n") }
      rest = rest[line.endIndex...].dropFirst()
      do {
        let message = try decoder.decode(CargoMessage.self, from: Data(line))
        messages.append(message)
        if message.reason == "build-finished" { isBuilt = message.success }
      } catch {
        // A kind of message that is none of ours.
        continue
      }
    }
    text = String(decoding: rest, as: UTF8.self)
  }

  /// The test programs that were built, and the source file that each begins with.
  var executables: [String: String] {
    var executables: [String: String] = [:]
    for message in messages {
      guard let path = message.executable, let target = message.target else { continue }
      executables[path] = target.srcPath
    }
    return executables
  }

  /// Every error of the compiler, each once; `nil` where the build did not fail.
  func buildErrors(projectRoot: String) -> [BuildError]? {
    guard isBuilt == false else { return nil }
    var seen: Set<BuildError> = []
    var errors: [BuildError] = []
    var followUps: [BuildError] = []
    for message in messages {
      guard let diagnostic = message.message, diagnostic.level.hasPrefix("error") else { continue }
      let found = diagnostic.buildErrors(target: message.target, projectRoot: projectRoot)
      for error in found where seen.insert(error).inserted {
        if diagnostic.isFollowUp { followUps.append(error) } else { errors.append(error) }
      }
    }
    // A type that cannot be told follows from a name that does not exist, where there is one.
    let missing = Set(errors.filter { $0.missing != nil }.map(\.file))
    return errors + followUps.filter { !missing.contains($0.file) }
  }
}

/// The test programs in the order in which cargo ran them, from what it says on standard error.
struct CargoPrograms {
  /// The source file that each test program begins with, relative to the project.
  private(set) var files: [String] = []
  /// How many crates had their documentation tested.
  private(set) var documented = 0

  /// - Parameter artifacts: source files by executable.
  init(standardError: String, artifacts: [String: String], projectRoot: String) {
    for line in standardError.split(whereSeparator: \.isNewline) {
      let words = line.drop { $0 == " " }
      if words.hasPrefix("Doc-tests ") { documented += 1 }
      // `Running unittests src/lib.rs (target/debug/deps/calc-0123456789abcdef)`
      guard words.hasPrefix("Running "), words.hasSuffix(")"),
        let open = words.ranges(of: " (").last
      else { continue }
      let executable = words[open.upperBound...].dropLast()
      let source = artifacts.first { $0.key == executable || $0.key.hasSuffix("/" + executable) }
      let shown = words[..<open.lowerBound].dropFirst("Running ".count)
      files.append(
        source.map { RustDiagnostic.relative($0.value, to: projectRoot) }
          ?? String(shown.split(separator: " ").last ?? ""))
    }
  }
}
