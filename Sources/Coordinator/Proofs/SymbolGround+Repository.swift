// SPDX-License-Identifier: Apache-2.0
// What the red rules must know of a project to tell an honest missing symbol from any other.

import Domain
import Git

extension StageProver {
  /// The most implementation files whose text is searched for a missing symbol's home.
  private static let searchedFilesMax = 20_000

  func symbolGround(
    _ question: StageQuestion, _ set: ChangeSet, _ after: TestObservation
  ) async throws(ProofError) -> SymbolGround {
    let wanted = Self.missingNames(after)
    let groups = settings.paths
    let tests = set.changes.filter { $0.group == .test && $0.kind != .deleted }.map(\.path)
    let found = try await asked { (repository) throws(GitError) in
      let entries = try repository.entries(inTree: question.stageBase) {
        groups.group(of: $0) == .implementation
      }
      var words: Set<String> = []
      if !wanted.isEmpty {
        for entry in entries.prefix(Self.searchedFilesMax) where entry.mode != .submodule {
          let text = String(decoding: try repository.contents(of: entry.id), as: UTF8.self)
          words.formUnion(wanted.filter { SymbolGround.contains(text, word: $0) })
          if words.count == wanted.count { break }
        }
      }
      var texts: [String] = []
      for path in tests {
        if let text = try repository.text(at: path, inTree: question.submission.tree) {
          texts.append(text)
        }
      }
      return (paths: entries.map(\.path), words: words, texts: texts)
    }
    return SymbolGround(
      paths: Set(found.paths).union(
        question.planned.files.filter { groups.group(of: $0) == .implementation }),
      implementationMentions: { found.words.contains($0) }, testTexts: found.texts)
  }

  /// The first components of the places in which symbols were missed.
  private static func missingNames(_ observation: TestObservation) -> Set<String> {
    guard let outcomes = observation.outcomes else { return [] }
    var names: Set<String> = []
    for outcome in outcomes.byIdentity.values {
      switch outcome {
      case .failed(let failure), .errored(let failure):
        if case .missingSymbol(_, let module) = failure.cause {
          names.insert(String(module.prefix { $0 != "." && $0 != "/" && $0 != ":" }))
        }
      case .passed, .skipped: continue
      }
    }
    names.remove("")
    return names
  }
}
