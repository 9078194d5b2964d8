// SPDX-License-Identifier: Apache-2.0
// Reads what Rust's libtest prints: a block of lines for each test program.

import Domain

/// Output of libtest that does not hold together.
struct LibtestError: Error, Hashable {
  let reason: String
}

/// Reads the text of libtest. Every block must end with its own count, and the counts must agree
/// with the lines: what broke off, or was mixed with a test's own words, proves nothing.
enum LibtestReport {
  /// What stands for the suite of documentation tests.
  static let docSuite = "doc"

  /// The results of all blocks: first those of the test programs in their order, then those of the
  /// documentation tests, which name their files themselves.
  static func results(
    _ text: String, programs: CargoPrograms, projectRoot: String
  ) throws(LibtestError) -> [TestResult] {
    let blocks = try self.blocks(text)
    let files = programs.files
    let documented = blocks.count - files.count
    guard documented >= programs.documented, documented == 0 || programs.documented > 0 else {
      throw LibtestError(
        reason: "\(files.count) test programs ran, but \(blocks.count) reported in libtest's way")
    }
    var results: [TestResult] = []
    for (block, file) in zip(blocks, files) {
      results += block.lines.map { block.result($0, file: file) }
    }
    results += documentation(
      blocks[files.count...].flatMap { block in
        block.lines.map { ($0, block) }
      })
    return results
  }

  /// `src/lib.rs - ops::add (line 12)` is `ops::add` of its file; the line moves with the code, so
  /// several of one item are numbered instead.
  private static func documentation(_ lines: [(LibtestLine, LibtestBlock)]) -> [TestResult] {
    var counts: [TestIdentity: Int] = [:]
    return lines.map { line, block in
      let file = line.name.firstRange(of: " - ").map { line.name[..<$0.lowerBound] } ?? ""
      let item = line.name.dropFirst(file.isEmpty ? 0 : file.count + 3)
        .prefix(upTo: " (line ").trimmed
      let identity = TestIdentity(
        file: String(file), suite: docSuite, name: item.isEmpty ? "module" : item)
      let number = counts[identity, default: 0] + 1
      counts[identity] = number
      let name = number == 1 ? identity.name : "\(identity.name) #\(number)"
      return block.result(
        line, as: TestIdentity(file: String(file), suite: docSuite, name: name))
    }
  }

  private static func blocks(_ text: String) throws(LibtestError) -> [LibtestBlock] {
    var blocks: [LibtestBlock] = []
    var open: LibtestBlock?
    for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      if var block = open {
        let isOver = try block.take(line)
        if isOver { blocks.append(block) }
        open = isOver ? nil : block
      } else if let count = announced(line) {
        open = LibtestBlock(expected: count)
      } else if line.hasPrefix("test result: ") {
        throw LibtestError(reason: "a test program reported twice")
      }
    }
    guard open == nil else {
      throw LibtestError(reason: "a test program broke off before its last line")
    }
    return blocks
  }

  /// `running 3 tests`
  private static func announced(_ line: Substring) -> Int? {
    let words = line.split(separator: " ")
    guard words.count == 3, words[0] == "running", words[2].hasPrefix("test") else { return nil }
    return Int(words[1])
  }
}

/// One line of a test: `test ops::adds ... ok`.
struct LibtestLine: Hashable {
  enum Status: Hashable {
    case passed, failed
    case ignored(reason: String)
  }

  let name: String
  let status: Status

  init?(_ line: Substring) {
    guard line.hasPrefix("test "), let dots = line.firstRange(of: " ... ") else { return nil }
    let word = line[dots.upperBound...]
    switch word {
    case "ok": status = .passed
    case "FAILED": status = .failed
    case "ignored": status = .ignored(reason: "")
    case let word where word.hasPrefix("ignored, "):
      status = .ignored(reason: String(word.dropFirst("ignored, ".count)))
    case let word where word.hasPrefix("bench: "): status = .passed
    default: return nil
    }
    var name = line[..<dots.lowerBound].dropFirst("test ".count)
    for mark in [" - should panic", " - compile fail", " - compile"] where name.hasSuffix(mark) {
      name = name.dropLast(mark.count)
    }
    self.name = String(name)
  }
}

/// What one test program prints, from `running 3 tests` to `test result: ok. …`.
struct LibtestBlock {
  private let expected: Int
  private(set) var lines: [LibtestLine] = []
  /// What failing tests printed, by name.
  private var details: [String: String] = [:]
  private var section: String?

  init(expected: Int) { self.expected = expected }

  /// Takes a line; whether it was the last one.
  fileprivate mutating func take(_ line: Substring) throws(LibtestError) -> Bool {
    if lines.count < expected {
      if let test = LibtestLine(line) { lines.append(test) }
      // What else is printed meanwhile is a test's own.
      guard line.hasPrefix("test result: ") else { return false }
    }
    if line.hasPrefix("test result: ") {
      try checkCounts(line)
      return true
    }
    if line.hasPrefix("---- "), line.hasSuffix(" stdout ----") {
      section = String(line.dropFirst(5).dropLast(" stdout ----".count))
    } else if line == "failures:" {
      section = nil
    } else if let section {
      details[section, default: ""] += line + "\n"
    }
    return false
  }

  /// `test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 3 filtered out; …`
  private func checkCounts(_ line: Substring) throws(LibtestError) {
    func count(_ word: Substring) -> Int? {
      let words = line.split { " ;".contains($0) }
      return words.firstIndex(of: word).flatMap { $0 > 0 ? Int(words[$0 - 1]) : nil }
    }
    let failed = lines.count { $0.status == .failed }
    let passed = lines.count { $0.status == .passed }
    let isWhole =
      lines.count == expected && Set(lines.map(\.name)).count == expected
      && count("failed") == failed
      && count("passed").map { $0 + (count("measured") ?? 0) } == passed
      && count("ignored") == expected - passed - failed
    guard isWhole else {
      throw LibtestError(reason: "a test program's last line disagrees with the lines before it")
    }
  }

  /// The result of a test whose name holds its modules.
  fileprivate func result(_ line: LibtestLine, file: String) -> TestResult {
    let parts = line.name.split(separator: ":").map(String.init)
    return result(
      line,
      as: TestIdentity(
        file: file, suite: parts.dropLast().joined(separator: "::"), name: parts.last ?? ""))
  }

  fileprivate func result(_ line: LibtestLine, as identity: TestIdentity) -> TestResult {
    let outcome: TestOutcome =
      switch line.status {
      case .passed: .passed
      case .ignored(let reason): .skipped(reason: reason.isEmpty ? "ignored" : reason)
      case .failed: .failed(RustPanic.failure(of: details[line.name] ?? "", file: identity.file))
      }
    return TestResult(identity: identity, outcome: outcome)
  }
}

extension Substring {
  /// What stands before `end`; all of it where that does not occur.
  fileprivate func prefix(upTo end: String) -> Substring {
    firstRange(of: end).map { self[..<$0.lowerBound] } ?? self
  }

  fileprivate var trimmed: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
