// SPDX-License-Identifier: Apache-2.0
// The port to the journal's copy in git.

package import Domain
import Signing
import Store

/// Keeps a session's journal and evidence where a clone takes them along.
package protocol Archive: Sendable {
  /// Brings the copy up to the session's newest entry.
  func write(_ session: SessionID) async throws(Problem)

  /// The same, if the copy's branch or phase is behind.
  ///
  /// - Returns: whether it was.
  func writeIfDue(_ session: SessionID) async throws(Problem) -> Bool
}

/// The copy in the project's own repository.
struct GitArchive: Archive {
  let store: any SessionStore
  let projectRoot: String
  let key: SigningKey?

  private func writer(_ session: SessionID) -> ArchiveWriter {
    ArchiveWriter(session: session, store: store, projectRoot: projectRoot, key: key)
  }

  func write(_ session: SessionID) async throws(Problem) {
    let writer = writer(session)
    try await offloaded { () throws(Problem) in try writer.write() }
  }

  func writeIfDue(_ session: SessionID) async throws(Problem) -> Bool {
    let writer = writer(session)
    return try await offloaded { () throws(Problem) in
      guard try writer.isDue() else { return false }
      try writer.write()
      return true
    }
  }
}
