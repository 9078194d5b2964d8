// SPDX-License-Identifier: Apache-2.0
// Work that can be neither sealed nor handed on: kept outside git, until a person seals it (SESSION004).

package import Documents
package import Domain
import Git
import Store

extension Coordinator {
  /// Hands in a claim's work, or goes on with the proof of what was handed in under it already.
  /// Where git can take nothing, it is tried once more, and then the files are preserved outside.
  ///
  /// - Throws: `Problem` with exit 16 where the claim has ended, 24 where the files had to be
  ///   preserved.
  package func handIn(
    _ id: HandoffID, fence: Fence, report: AgentReport?, reportBody: String?
  ) async throws(Problem) -> SubmissionResult {
    do throws(Problem) {
      return try await handInOnce(id, fence, report, reportBody)
    } catch {
      guard error.isOfGit, !Task.isCancelled else { throw error }
      let result: SubmissionResult? = try await overcome(.preservation, error, in: id.session) {
        (step) throws(Problem) in
        guard step == .repeatOnce else {
          try await preserve(id, fence)
          return nil
        }
        return try await handInOnce(id, fence, report, reportBody)
      }
      guard let result else { throw error }
      return result
    }
  }

  private func handInOnce(
    _ id: HandoffID, _ fence: Fence, _ report: AgentReport?, _ reportBody: String?
  ) async throws(Problem) -> SubmissionResult {
    if case .submitted(let claim, _) = try requireHandoff(id).state, claim.fence == fence,
      !proving.contains(id)
    {
      return try await settle(id)
    }
    return try await submit(id, fence: fence, report: report, reportBody: reportBody)
  }

  private func preserve(_ id: HandoffID, _ fence: Fence) async throws(Problem) {
    guard let slot = ports.workspaces.slot(of: id, fence: fence) else {
      throw Problem(
        code: "WORKSPACE002", exit: .notFound, message: "the workspace of \(id) is gone")
    }
    let path = try await ports.workspaces.preserve(
      slot, of: try requireHandoff(id), fence: fence)
    tell(.warning("the files of \(id) are kept in \(path)"))
  }

  // MARK: By hand

  /// What a checkpoint by hand sealed.
  package struct ManualCheckpoint: Hashable, Sendable {
    /// The refs that hold what lay in workspaces.
    package let references: [String]
    /// Handoffs whose workspaces could not be sealed.
    package let unsealed: [HandoffID]
  }

  /// Seals by hand what a session has that no ref holds yet: what lies in its workspaces, whoever is
  /// at work there, and its journal (S0-72).
  package func sealByHand(_ session: SessionID) async throws(Problem) -> ManualCheckpoint {
    _ = try requireSession(session)
    let before = try await rescues(of: session)
    var unsealed: [HandoffID] = []
    for held in ports.workspaces.heldSlots() + ports.workspaces.lostSlots()
    where held.handoff.session == session {
      let handoff = try requireHandoff(held.handoff)
      if await !keepContent(of: held.slot, handoff, held.fence) { unsealed.append(handoff.id) }
    }
    let references = try await rescues(of: session).subtracting(before).sorted()
    try record(
      session,
      [
        .noted(
          Note(
            kind: "checkpoint.manual",
            text: references.isEmpty ? "nothing new to seal" : references.joined(separator: " ")))
      ])
    await publish(session)
    return ManualCheckpoint(references: references, unsealed: unsealed)
  }

  private func rescues(of session: SessionID) async throws(Problem) -> Set<String> {
    let prefix = CheckpointReference.all(session)
    return try await git { (repository) throws(GitError) in
      Set(try repository.references(under: prefix).map(\.name))
    }
  }
}

extension Problem {
  /// Whether git, or the place where workspaces lie, could not do what was asked.
  var isOfGit: Bool { code == "GIT001" || code == "WORKSPACE001" }
}
