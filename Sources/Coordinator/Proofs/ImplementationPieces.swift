// SPDX-License-Identifier: Apache-2.0
// What a task added to its implementation, in the pieces that tests are asked about.

import Domain
import Git
import Supervision

extension StageProver {
  /// Files that no test can be expected to notice: what locks versions, and what steers git and
  /// editors. So it is with manifests, which describe a project and name what it depends on.
  private static let unwatched = [
    "*.lock", "package-lock.json", "pnpm-lock.yaml", "go.sum", "Package.resolved", ".gitignore",
    ".gitattributes", ".editorconfig", "LICENSE*",
  ].map { PathPattern($0) }

  /// The pieces of code that the task brought, changed or removed. Comments, blank lines and
  /// docstrings are none.
  func implementationPieces(_ question: StageQuestion) async throws(ProofError) -> [Hunk] {
    let paths = settings.paths
    let (base, tree) = (question.taskBase, question.submission.tree)
    return try await asked { (repository) throws(GitError) in
      let implementation = try paths.changes(from: base, to: tree, in: repository)
        .changes.paths(in: [.implementation])
        .filter { path in
          !TestSettings.isManifest(path) && !Self.unwatched.contains { $0.matches(path) }
        }
      guard !implementation.isEmpty else { return [] }
      var pieces: [Hunk] = []
      var sources: [String: FilePair] = [:]
      for hunk in try repository.hunks(from: base, to: tree, paths: implementation) {
        let pair: FilePair
        if let known = sources[hunk.path] {
          pair = known
        } else {
          pair = FilePair(
            path: hunk.path, old: try repository.text(at: hunk.path, inTree: base) ?? "",
            new: try repository.text(at: hunk.path, inTree: tree) ?? "", paths: paths)
          sources[hunk.path] = pair
        }
        guard pair.changesCode(hunk) else { continue }
        let parts = try repository.pieces(of: hunk, beginningAt: pair.starts(of: hunk), in: tree)
        pieces += parts.count == 1 ? parts : parts.filter(pair.changesCode)
      }
      return pieces
    }
  }
}

/// A file before and after, with what of it is code.
private struct FilePair {
  private let old: CodeText
  private let new: CodeText
  private let newLines: [String]
  /// The lines of inline tests, which are nobody's implementation.
  private let testLines: Set<String>

  init(path: String, old: String, new: String, paths: PathGroups) {
    self.old = CodeText(old, path: path)
    self.new = CodeText(new, path: path)
    newLines = new.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let regions = paths.regions(new, path)
    func lines(_ text: String?) -> Set<String> {
      Set((text ?? "").split(separator: "\n").map(String.init))
    }
    testLines = lines(regions?.tests).subtracting(lines(regions?.implementation))
  }

  /// Whether undoing a hunk leaves other code than there is.
  func changesCode(_ hunk: Hunk) -> Bool {
    let (before, after) = (code(old, oldRange(hunk)), code(new, newRange(hunk)))
    return before != after
  }

  func starts(of hunk: Hunk) -> [Int] {
    let range = newRange(hunk)
    guard range.count > 1 else { return [range.lowerBound] }
    return HunkPieces.starts(in: range, lines: newLines, code: new)
  }

  private func code(_ text: CodeText, _ range: Range<Int>) -> [String] {
    range.filter(text.hasCode).map { text.lines[$0 - 1] }
      .filter { !testLines.contains($0) && !ReleaseLine.statesVersion($0) }
  }

  private func newRange(_ hunk: Hunk) -> Range<Int> {
    hunk.isWholeFile ? 1..<new.lines.count + 1 : hunk.newStart..<hunk.newStart + hunk.newCount
  }

  private func oldRange(_ hunk: Hunk) -> Range<Int> {
    hunk.isWholeFile ? 1..<old.lines.count + 1 : hunk.oldStart..<hunk.oldStart + hunk.oldCount
  }
}

/// Lines that change with every release and that nothing else depends on.
enum ReleaseLine {
  /// Whether a line gives a name that ends in `version` a literal: `__version__ = "1.2.0"`,
  /// `const VERSION: &str = "1.2.0";`.
  static func statesVersion(_ line: String) -> Bool {
    let sides = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard sides.count == 2, !sides[0].hasSuffix("!"), !sides[1].hasPrefix("=") else { return false }
    let declared = sides[0].prefix { $0 != ":" }
    let name = declared.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.last ?? ""
    let value = sides[1].filter { !$0.isWhitespace && $0 != ";" && $0 != "," }
    guard name.lowercased().filter({ $0 != "_" }).hasSuffix("version"), let quote = value.first,
      quote == "\"" || quote == "'", value.last == quote, value.count > 2
    else { return false }
    return value.dropFirst().dropLast().allSatisfy {
      $0.isLetter || $0.isNumber || ".-+_".contains($0)
    }
  }
}
