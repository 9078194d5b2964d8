// SPDX-License-Identifier: Apache-2.0
// When a session's journal and evidence go into git: at merges and at ends, off the hot path.

import Domain
import Store

extension Coordinator {
  /// Writes what is new of the session into its archive in git.
  ///
  /// What cannot be written is told and tried again the next time: the store stays the truth, and
  /// no work is lost.
  func publish(_ session: SessionID) async {
    do throws(Problem) {
      try await ports.archive.write(session)
    } catch {
      tell(
        .warning(
          "the journal of session \(session) is not in git: \(error.message)"
            + (error.reason.map { ", \($0)" } ?? "") + (error.remedy.map { " (\($0))" } ?? "")))
    }
  }

  /// Publishes the sessions whose merge or end came right before a crash.
  ///
  /// - Returns: the sessions whose archive was behind.
  func publishWhatIsDue() async throws(Problem) -> [SessionID] {
    var published: [SessionID] = []
    for record in try read({ (store) throws(StoreError) in try store.sessions() }) {
      do throws(Problem) {
        if try await ports.archive.writeIfDue(record.session) { published.append(record.session) }
      } catch {
        tell(.warning("the journal of session \(record.session) is not in git: \(error.message)"))
      }
    }
    return published
  }
}
