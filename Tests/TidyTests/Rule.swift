// SPDX-License-Identifier: Apache-2.0
// What a rule is: a check, and a bad text that proves the check alive.

/// Something that a rule objects to.
struct Finding: Hashable, Sendable, CustomStringConvertible {
  let path: String
  /// From 1.
  let line: Int
  let message: String

  var description: String { "\(path):\(line): \(message)" }
}

/// A text that breaks a rule, so that a check which finds nothing any more is noticed.
struct Plant: Sendable {
  let files: [SourceText]
  /// Each as `path:line`.
  let offences: Set<String>

  /// Several files. A line that breaks the rule is marked by beginning with `»`, which is taken off
  /// before the check sees it.
  init(_ files: [(path: String, text: String)]) {
    var sources: [SourceText] = []
    var offences: Set<String> = []
    for file in files {
      var lines: [String] = []
      for line in file.text.split(separator: "\n", omittingEmptySubsequences: false) {
        if line.hasPrefix("»") { offences.insert("\(file.path):\(lines.count + 1)") }
        lines.append(line.hasPrefix("»") ? String(line.dropFirst()) : String(line))
      }
      sources.append(SourceText(path: file.path, text: lines.joined(separator: "\n")))
    }
    self.files = sources
    self.offences = offences
  }

  init(_ path: String, _ text: String) { self.init([(path, text)]) }
}

/// One rule of the house.
struct Rule: Sendable, CustomStringConvertible {
  /// As a sentence that is true of a tidy repository.
  let name: String
  let plant: Plant
  /// How many findings each file had when the rule came; it may not have more, and where it has
  /// fewer the number must follow.
  let debt: [String: Int]
  let check: @Sendable ([SourceText]) -> [Finding]

  var description: String { name }

  /// A rule that looks at several files at once.
  init(
    _ name: String, plant: Plant, debt: [String: Int] = [:],
    everything check: @escaping @Sendable ([SourceText]) -> [Finding]
  ) {
    self.name = name
    self.plant = plant
    self.debt = debt
    self.check = check
  }

  /// A rule that looks at one file at a time, and names the line and what is wrong with it.
  init(
    _ name: String, plant: Plant, debt: [String: Int] = [:],
    file check: @escaping @Sendable (SourceText) -> [(line: Int, message: String)]
  ) {
    self.init(name, plant: plant, debt: debt) { files in
      files.flatMap { file in
        check(file).map { Finding(path: file.path, line: $0.line, message: $0.message) }
      }
    }
  }

  static let all: [Rule] =
    importRules + declarationRules + concurrencyRules + layoutRules + fileRules
}
