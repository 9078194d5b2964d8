// SPDX-License-Identifier: Apache-2.0
// Looks up in the project what the red rules must know of it.

import Domain
import Git
import Supervision

extension StageProver {
  /// The most implementation files whose text is searched for a missing symbol's home.
  private static let searchedFilesMax = 20_000

  func symbolGround(
    _ question: StageQuestion, _ set: ChangeSet, _ after: TestObservation
  ) async throws(ProofError) -> SymbolGround {
    let wanted = MissingPlaces(after)
    let (groups, runner) = (settings.paths, settings.runner)
    let tests = set.changes.filter { $0.group == .test && $0.kind != .deleted }.map(\.path)
    let base = question.stageBase
    let found = try await asked { (repository) throws(GitError) in
      let entries = try repository.entries(inTree: base) { groups.group(of: $0) == .implementation }
      var home = SymbolHome(wanted: wanted)
      for entry in entries.prefix(Self.searchedFilesMax)
      where entry.mode != .submodule && !home.isComplete {
        home.search(String(decoding: try repository.contents(of: entry.id), as: UTF8.self))
      }
      var names: Set<String> = []
      for entry in try repository.entries(inTree: base, matching: Self.isManifest) {
        let text = String(decoding: try repository.contents(of: entry.id), as: UTF8.self)
        names.formUnion(ManifestNames.names(in: text, at: entry.path))
      }
      var texts: [String] = []
      for path in tests {
        guard let text = try repository.text(at: path, inTree: question.submission.tree) else {
          continue
        }
        // Of a file that holds both, only the tests say what the tests name.
        let parts =
          groups.group(of: path) == .implementation
          ? runner.testRegions(of: text, path: path) : nil
        texts.append(parts?.tests ?? text)
      }
      return (paths: entries.map(\.path), home: home, names: names, texts: texts)
    }
    return SymbolGround(
      paths: Set(found.paths).union(
        question.planned.files.filter { groups.group(of: $0) == .implementation }),
      names: found.names, implementationOwns: { found.home.isOwn($0) },
      implementationDeclares: { found.home.declared.contains($0) }, testTexts: found.texts)
  }

  private static func isManifest(_ path: String) -> Bool {
    path.split(separator: "/").last.map { ManifestNames.files.contains(String($0)) } ?? false
  }
}

/// The places in which symbols were missed.
private struct MissingPlaces {
  /// The first components of the places that a runner named.
  var roots: Set<String> = []
  /// The last components of the places that a compiler named.
  var types: Set<String> = []

  init(_ observation: TestObservation) {
    guard let outcomes = observation.outcomes else { return }
    for outcome in outcomes.byIdentity.values {
      switch outcome {
      case .failed(let failure), .errored(let failure): add(failure.cause)
      case .passed, .skipped: continue
      }
    }
    roots.remove("")
  }

  private mutating func add(_ cause: TestFailure.Cause) {
    switch cause {
    case .missingSymbol(_, let module):
      roots.insert(String(module.prefix { $0 != "." && $0 != "/" && $0 != ":" }))
    case .notBuilt(let errors):
      for error in errors {
        guard case .named(let place)? = error.missing?.place,
          let last = place.split(whereSeparator: { "./:".contains($0) }).last
        else { continue }
        types.insert(String(last))
      }
    case .assertion, .raised, .notLoadable, .unspecified: return
    }
  }
}

/// What the implementation was seen to do with the wanted places.
private struct SymbolHome {
  let wanted: MissingPlaces
  private var mentioned: Set<String> = []
  private var loaded: Set<String> = []
  private(set) var declared: Set<String> = []

  init(wanted: MissingPlaces) { self.wanted = wanted }

  /// Whether nothing that is still to be searched could change an answer.
  var isComplete: Bool { wanted.roots.union(wanted.types).isSubset(of: declared) }

  /// Whether the implementation speaks of a place as of its own: a package that it only loads is
  /// somebody else's.
  func isOwn(_ root: String) -> Bool {
    declared.contains(root) || (mentioned.contains(root) && !loaded.contains(root))
  }

  mutating func search(_ text: String) {
    mentioned.formUnion(wanted.roots.filter { SymbolGround.contains(text, word: $0) })
    loaded.formUnion(wanted.roots.filter { SymbolGround.loads(text, word: $0) })
    declared.formUnion(
      wanted.roots.union(wanted.types).filter { SymbolGround.declares(text, word: $0) })
  }
}
