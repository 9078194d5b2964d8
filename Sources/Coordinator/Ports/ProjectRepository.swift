// SPDX-License-Identifier: Apache-2.0
// The port to git: what the coordinator's decisions ask of the project's objects and refs.

package import Domain
package import Git

/// The project's objects and refs, as far as the coordinator decides by them. `Repository` says
/// what each member does and throws.
package protocol ProjectRepository {
  func head() throws(GitError) -> Head
  func tree(ofCommit id: ObjectID) throws(GitError) -> ObjectID
  func commitTime(_ id: ObjectID) throws(GitError) -> Int
  func isAncestor(_ ancestor: ObjectID, of id: ObjectID) throws(GitError) -> Bool
  func changes(from old: ObjectID?, to new: ObjectID) throws(GitError) -> [FileChange]
  func lineCounts(
    from old: ObjectID?, to new: ObjectID
  ) throws(GitError) -> [String: (added: Int, removed: Int)]
  func merge(
    base: ObjectID, ours: ObjectID, theirs: ObjectID
  ) throws(GitError) -> MergeOutcome
  func createCommit(
    tree: ObjectID, parents: [ObjectID], message: String, identity: CommitIdentity
  ) throws(GitError) -> ObjectID
  func reference(_ name: String) throws(GitError) -> ObjectID?
  func references(
    under prefix: String
  ) throws(GitError) -> [(name: String, target: ObjectID)]
  func missingObjects(of commit: ObjectID) throws(GitError) -> [ObjectID]
  func createReference(_ name: String, to id: ObjectID) throws(GitError)
  func moveReference(
    _ name: String, to id: ObjectID, expecting expected: ObjectID?
  ) throws(GitError)
  func removeStaleLocks(under prefix: String) -> [String]
}

extension Repository: ProjectRepository {}

extension ProjectRepository {
  /// Without a disk nothing is gone.
  package func missingObjects(of commit: ObjectID) throws(GitError) -> [ObjectID] { [] }
}

/// Where the project's repository is opened for each question.
package protocol RepositoryDoor: Sendable {
  /// Asks it without holding up other tasks.
  func ask<Value: Sendable>(
    _ body: @escaping @Sendable (any ProjectRepository) throws(GitError) -> Value
  ) async throws(GitError) -> Value

  /// Asks it on the calling thread, for short answers in the middle of a decision.
  func askAtOnce<Value>(
    _ body: (any ProjectRepository) throws(GitError) -> Value
  ) throws(GitError) -> Value
}

/// The repository that a folder belongs to.
struct RepositoryFolder: RepositoryDoor {
  let root: String

  func ask<Value: Sendable>(
    _ body: @escaping @Sendable (any ProjectRepository) throws(GitError) -> Value
  ) async throws(GitError) -> Value {
    try await offloaded { () throws(GitError) in try askAtOnce(body) }
  }

  func askAtOnce<Value>(
    _ body: (any ProjectRepository) throws(GitError) -> Value
  ) throws(GitError) -> Value {
    try body(try Repository(discoveringFrom: root))
  }
}

extension ProjectRepository {
  /// Makes a ref of the coordinator's own lead to a commit, wherever it led before. One that leads there
  /// already is looked at all the same: whoever made it may have been killed before it was durable.
  func settle(_ name: String, at commit: ObjectID) throws(GitError) {
    let found = try reference(name)
    if found == commit {
      try createReference(name, to: commit)
    } else {
      try moveReference(name, to: commit, expecting: found)
    }
  }
}
