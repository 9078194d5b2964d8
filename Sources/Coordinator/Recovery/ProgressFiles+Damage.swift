// SPDX-License-Identifier: Apache-2.0
// Which files of `.claude/progress/` cannot be read, and the state as the last checkpoint has it.

import Documents
import Domain
import Glibc

extension ProgressFiles {
  /// The files of ours that are there and cannot be used, the state first. What people keep, such as
  /// the feature list, is theirs to mend.
  func damaged() -> [DamagedFile] {
    let readings: [(String, () throws(Problem) -> Void)] = [
      ("state.json", { () throws(Problem) in _ = try state() }),
      ("checkpoint.json", { () throws(Problem) in _ = try checkpoint() }),
      ("file_history.json", { () throws(Problem) in _ = try recentFiles() }),
    ]
    return readings.compactMap { name, read in
      do throws(Problem) {
        try read()
        return nil
      } catch {
        return DamagedFile(path: "\(paths.progress)/\(name)", problem: error)
      }
    }
  }

  /// Whether there is a state file at all.
  var hasState: Bool { access("\(paths.progress)/state.json", F_OK) == 0 }

  /// The last checkpoint; `nil` where there is none.
  func checkpoint() throws(Problem) -> CheckpointDocument? {
    try document(paths.progress + "/checkpoint.json") { (bytes, file) throws(DocumentError) in
      try CheckpointDocument(parsing: bytes, file: file)
    }
  }

  /// Begins the state file anew with what the last checkpoint says (S0-42).
  ///
  /// - Throws: `Problem` where there is no checkpoint that says how many tasks were done.
  func restoreState(
    setAside: (String) throws(Problem) -> Void, at now: Timestamp
  ) throws(Problem) {
    guard let snapshot = try checkpoint()?.contextSnapshot,
      let total = snapshot["tasks_total"]?.int, let done = snapshot["tasks_done"]?.int
    else {
      throw Problem(
        code: "INPUT002", exit: .badInput, message: "there is no checkpoint to go back to")
    }
    var document = StateDocument(at: now, health: .unknown)
    let features = FeatureStatus(total: total, pending: max(0, total - done), untested: 0)
    document.moved(
      to: ProjectState(features: features, health: .unknown), at: now,
      reason: "restored from the last checkpoint")
    document.marked(
      isDirty: false, lastAction: "restored from the last checkpoint", at: now)
    let path = paths.progress + "/state.json"
    try setAside(path)
    try write(document.text, path)
  }
}
