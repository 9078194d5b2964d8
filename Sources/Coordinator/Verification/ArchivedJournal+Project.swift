// SPDX-License-Identifier: Apache-2.0
// The journals that a project's git keeps, for a store that is to be made anew.

import Domain
import Git
package import Store

extension ArchivedJournal {
  /// The archive of every session that `refs/orchestrate` holds, as far as each can be read; none
  /// where the repository cannot be opened.
  package static func all(inProjectAt root: String) -> [ArchivedJournal] {
    do throws(GitError) {
      let repository = try Repository(discoveringFrom: root)
      return try SessionArchive.sessions(in: repository).compactMap { session in
        archive(of: session, in: repository)
      }
    } catch {
      return []
    }
  }

  private static func archive(
    of session: SessionID, in repository: Repository
  ) -> ArchivedJournal? {
    do throws(GitError) {
      guard let commit = try repository.reference(CheckpointReference.journal(session)) else {
        return nil
      }
      let archive = try SessionArchive(of: session, at: commit, in: repository)
      return ArchivedJournal(
        lines: archive.lines, documents: archive.documents.values.map { Document(body: $0) },
        evidence: Array(archive.evidence.values))
    } catch {
      return nil
    }
  }
}
