// SPDX-License-Identifier: Apache-2.0
// What about a repository works differently here, or not at all.

import CGit2
import Domain

/// Something about a repository that its user should know before a session starts.
package struct RepositoryLimitation: Hashable, Sendable {
  /// The limitations that are looked for.
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    case bare, partialClone, pathWithNewline, sparseCheckout, unreadableIndex, filters, submodules
    case shallow
  }

  /// Which of them it is, for whoever acts on it; the sentence is for people.
  package let kind: Kind
  /// What is so, and what follows from it.
  package let sentence: String
  /// What to do about it.
  package let remedy: String

  /// Whether no session can run in this repository.
  package var isBlocking: Bool {
    switch kind {
    case .bare, .partialClone, .pathWithNewline: true
    case .sparseCheckout, .unreadableIndex, .filters, .submodules, .shallow: false
    }
  }
}

extension Repository {
  /// Looks for everything that is known to work differently. Reads the whole tree of `HEAD`.
  ///
  /// Repositories that can't even be opened (SHA-256 names, for one) never get here:
  /// `init(discoveringFrom:)` says why.
  package func limitations() throws(GitError) -> [RepositoryLimitation] {
    var found: [RepositoryLimitation] = []
    if workingDirectory == nil { found.append(.bare) }
    if try isPartialClone() { found.append(.partialClone) }
    if objectsDirectory.utf8.contains(UInt8(ascii: "\n")) { found.append(.pathWithNewline) }
    if try isSparse() { found.append(.sparseCheckout) }
    if let limitation = unreadableIndex() { found.append(limitation) }
    if isShallow { found.append(.shallow) }
    guard let head = try head().commit else { return found }
    let special = try entries(inTree: tree(ofCommit: head)) { $0.hasSuffix(".gitattributes") }
    let filters = try filterNames(special)
    if !filters.isEmpty { found.append(.filters(filters)) }
    let tree = try tree(ofCommit: head)
    if try entry(at: ".gitmodules", inTree: tree) != nil { found.append(.submodules) }
    return found
  }

  private func isPartialClone() throws(GitError) -> Bool {
    var config: OpaquePointer?
    try check(git_repository_config_snapshot(&config, pointer), "read the configuration")
    defer { git_config_free(config) }
    var iterator: OpaquePointer?
    try check(
      git_config_iterator_glob_new(&iterator, config, #"^remote\..*\.promisor$"#),
      "read the configuration")
    defer { git_config_iterator_free(iterator) }
    var entry: UnsafeMutablePointer<git_config_entry>?
    return git_config_next(&entry, iterator) == 0
  }

  private func unreadableIndex() -> RepositoryLimitation? {
    guard workingDirectory != nil else { return nil }
    var index: OpaquePointer?
    let code = git_repository_index(&index, pointer)
    defer { git_index_free(index) }
    guard code < 0 else { return nil }
    return .unreadableIndex(GitError(code: code, operation: "read the index").message)
  }

  private func filterNames(_ attributes: [TreeEntry]) throws(GitError) -> [String] {
    var names: Set<String> = []
    for file in attributes where file.mode.isRegular {
      let text = String(decoding: try contents(of: file.id), as: UTF8.self)
      for line in text.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
        for word in line.split(whereSeparator: \.isWhitespace).dropFirst()
        where word.hasPrefix("filter=") {
          names.insert(String(word.dropFirst("filter=".count)))
        }
      }
    }
    return names.sorted()
  }
}

extension RepositoryLimitation {
  fileprivate static let bare = RepositoryLimitation(
    kind: .bare, sentence: "The repository has no working tree, so there is no project to work on.",
    remedy: "git clone it, and work in the clone")

  fileprivate static let partialClone = RepositoryLimitation(
    kind: .partialClone,
    sentence: "It is a partial clone: objects may be missing, and nothing here fetches them.",
    remedy: "git clone it without --filter")

  fileprivate static let pathWithNewline = RepositoryLimitation(
    kind: .pathWithNewline,
    sentence: "Its path contains a line break, so no workspace can name its objects.",
    remedy: "move the repository")

  fileprivate static let sparseCheckout = RepositoryLimitation(
    kind: .sparseCheckout,
    sentence: "It is a sparse checkout; workspaces hold all files, not only the chosen ones.",
    remedy: "nothing, or git sparse-checkout disable")

  fileprivate static func unreadableIndex(_ why: String) -> RepositoryLimitation {
    RepositoryLimitation(
      kind: .unreadableIndex,
      sentence: "Its index is split or sparse, so uncommitted changes can't be counted (\(why)).",
      remedy: "git update-index --no-split-index, or git sparse-checkout reapply --no-sparse-index")
  }

  fileprivate static let shallow = RepositoryLimitation(
    kind: .shallow, sentence: "It is a shallow clone; history ends early.",
    remedy: "git fetch --unshallow")

  fileprivate static func filters(_ names: [String]) -> RepositoryLimitation {
    RepositoryLimitation(
      kind: .filters,
      sentence:
        "Filters are not run (\(names.joined(separator: ", "))): workspaces hold the stored "
        + "content, and what agents write is stored as it is.",
      remedy: "keep filtered files out of what agents change")
  }

  fileprivate static let submodules = RepositoryLimitation(
    kind: .submodules, sentence: "Submodules are empty folders in workspaces.",
    remedy: "set up what the tests need of them in the workspace's setup command")
}
