// SPDX-License-Identifier: Apache-2.0
// Implementations that speak of the test runner or of the task's tests: code behaves the same
// whoever runs it.

import Domain
import Git
import Supervision

extension StageProver {
  /// Whether lines that the task added to its implementation speak of the test runner. Words that
  /// the implementation used before the task are its own business: a plugin for the runner is one.
  func runnerMarks(_ question: StageQuestion, stage: String) async throws(ProofError) -> Check {
    let name = "\(stage).runner-marks"
    let (paths, words) = (settings.paths, settings.runner.runnerMarks)
    let (base, tree) = (question.taskBase, question.submission.tree)
    let found = try await asked { (repository) throws(GitError) in
      let set = try paths.changes(from: base, to: tree, in: repository)
      let changed = set.changes.filter { $0.group == .implementation && $0.kind != .deleted }
      let marks = words + Self.names(of: set.changes.paths(in: [.test]))
      guard !changed.isEmpty, !marks.isEmpty else { return [RunnerMark]() }
      var added: [RunnerMark] = []
      for hunk in try repository.hunks(from: base, to: tree, paths: changed.map(\.path)) {
        guard let text = try repository.text(at: hunk.path, inTree: tree) else { continue }
        added += RunnerMark.marks(marks, in: text, hunk, paths.regions(text, hunk.path))
      }
      guard !added.isEmpty else { return [] }
      var known: Set<String> = []
      for entry in try repository.entries(
        inTree: base, matching: { paths.group(of: $0) == .implementation })
      where entry.mode.isRegular {
        let text = String(decoding: try repository.contents(of: entry.id), as: UTF8.self)
        let code = CodeText(text, path: entry.path).lines.joined(separator: "\n")
        known.formUnion(marks.filter { SymbolGround.contains(code, word: $0) })
      }
      return added.filter { !known.contains($0.word) }
    }
    guard !found.isEmpty else {
      return Check(
        name: name, level: .blocking, verdict: .pass, code: nil,
        message: "the implementation speaks neither of its tests nor of what runs them")
    }
    let places = found.map { "\($0.path):\($0.line) says \($0.word)" }
    return Check(
      name: name, level: .blocking, verdict: .fail, code: RefusalCode.evidenceTampering.rawValue,
      message:
        "the implementation speaks of its tests or of what runs them, which it must not know: "
        + listed(places))
  }
}

extension StageProver {
  /// What the task's tests are called: code that opens its own tests knows what they expect.
  fileprivate static func names(of paths: [String]) -> [String] {
    paths.compactMap { path in
      let stem = (path.split(separator: "/").last ?? "").prefix { $0 != "." }
      let isTest =
        stem.hasPrefix("test_")
        || ["_test", "_tests", "_spec", "Test", "Tests", "Spec"]
          .contains { stem.hasSuffix($0) }
      return isTest && stem.count > 5 ? String(stem) : nil
    }
  }
}

/// A place where an implementation speaks of the test runner.
struct RunnerMark: Hashable, Sendable {
  let path: String
  let line: Int
  let word: String

  /// The words of `marks` in the lines that a hunk added, comments left out.
  ///
  /// - Parameters:
  ///   - text: the file as it is with the hunk.
  ///   - regions: its parts where it holds tests as well, which may speak of their runner.
  static func marks(
    _ marks: [String], in text: String, _ hunk: Hunk, _ regions: TestRegions? = nil
  ) -> [RunnerMark] {
    let code = CodeText(text, path: hunk.path)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let implementation = regions.map { Set($0.implementation.split(separator: "\n")) }
    let range =
      hunk.isWholeFile ? 1..<code.lines.count + 1 : hunk.newStart..<hunk.newStart + hunk.newCount
    return range.flatMap { line in
      guard code.lines.indices.contains(line - 1), lines.indices.contains(line - 1),
        implementation?.contains(lines[line - 1]) ?? true
      else { return [RunnerMark]() }
      let said = code.lines[line - 1]
      return marks.filter { SymbolGround.contains(said, word: $0) }
        .map { RunnerMark(path: hunk.path, line: line, word: $0) }
    }
  }
}
