// SPDX-License-Identifier: Apache-2.0
// What was handed in and is still to be judged, because its proof could not be made.

package import Domain
import Store

extension Coordinator {
  /// Proves again what was handed in while a proof could not be made: git or a workspace failed, and
  /// only the worker was told. Then waits for a change. Where none comes, what a change should have
  /// set off may have failed half-way, a merge on a full disk for instance: it is done again.
  ///
  /// - Throws: `Problem` where it cannot be made now either; the next run tries once more.
  package func proveWhatWaits(in session: SessionID) async throws(Problem) {
    let seen = changeCount
    let waiting = try read { (store) throws(StoreError) in try store.submittedHandoffs() }
    for handoff in waiting where handoff.session == session && !proving.contains(handoff.id) {
      // Whoever launched its agent tries again by itself.
      if let claim = handoff.claim, attended[claim.fence] != nil { continue }
      do throws(Problem) {
        _ = try await settle(handoff.id)
      } catch {
        // Others proved it meanwhile.
        guard error.code == Problem.movedOn || error.exit == .leaseLost else { throw error }
      }
    }
    await change(after: seen, limit: isOutOfSpace ? .seconds(1) : .seconds(60))
    if changeCount == seen { try await advance(session) }
  }
}
