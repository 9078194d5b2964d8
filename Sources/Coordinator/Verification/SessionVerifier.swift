// SPDX-License-Identifier: Apache-2.0
// Checking a session with nothing but what git holds of it.

package import Domain
package import Git
package import Signing
import Store

/// What to check, and how.
package struct VerificationOrder: Sendable {
  let runs: Bool
  let only: Set<ObjectID>?
  let keys: [VerifyingKey]
  let jobs: Int

  /// - Parameters:
  ///   - runs: whether claims are proved again, and not only held against their records.
  ///   - only: the commits whose claims are looked at; `nil` for all.
  ///   - keys: who must have signed; nobody where empty.
  ///   - jobs: how many claims are proved at once, at least 1.
  package init(runs: Bool, only: Set<ObjectID>?, keys: [VerifyingKey], jobs: Int) {
    self.runs = runs
    self.only = only
    self.keys = keys
    self.jobs = max(1, jobs)
  }
}

/// Checks sessions. Reads the repository's objects and refs, and changes nothing that anybody sees:
/// no ref, no working tree, no index, no store.
package struct SessionVerifier: Sendable {
  private let place: RehearsalPlace
  private let order: VerificationOrder
  private let tell: @Sendable (ClaimVerdict) -> Void

  /// - Parameter tell: gets each claim's verdict as it comes, on any thread.
  package init(
    _ place: RehearsalPlace, _ order: VerificationOrder,
    tell: @escaping @Sendable (ClaimVerdict) -> Void
  ) {
    self.place = place
    self.order = order
    self.tell = tell
  }

  /// The sessions that have an archive here, by number.
  package static func sessions(in repository: Repository) throws(GitError) -> [SessionID] {
    try SessionArchive.sessions(in: repository)
  }

  /// Checks one session.
  ///
  /// - Throws: `Problem` with exit 4 where the repository has no archive of it.
  package func verify(_ session: SessionID) async throws(Problem) -> SessionVerdict {
    let (read, head) = try await git { (repository) throws(GitError) in
      let now = try BranchInspection(session: session, repository: repository).snapshot()
      let archive = try now.archive.map { (id) throws(GitError) in
        try SessionArchive(of: session, at: id, in: repository)
      }
      return (archive, now.head)
    }
    guard let archive = read else {
      throw Problem(
        code: "VERIFY001", exit: .nothingMatched,
        message: "there is no journal of session \(session) in this repository",
        reason: "\(CheckpointReference.journal(session)) is written at a session's first merge",
        remedy: "git fetch origin 'refs/orchestrate/*:refs/orchestrate/*'")
    }
    await Rehearsal.sweep(place.paths)
    let walk: JournalWalk
    do throws(StoreError) {
      walk = try JournalWalk(archive)
    } catch {
      throw Problem(error)
    }
    let rehearsal = Rehearsal(place, archive: archive, store: walk.store)
    let result = await checked(archive, head, walk, rehearsal)
    await rehearsal.end()
    return try result.get()
  }

  private func checked(
    _ archive: SessionArchive, _ head: ObjectID?, _ walk: JournalWalk, _ rehearsal: Rehearsal
  ) async -> Result<SessionVerdict, Problem> {
    do throws(Problem) {
      var all: [SealedClaim] = []
      var proofs: [ClaimProof] = []
      let fault = try await walk.run { (claim) throws(Problem) in
        all.append(claim)
        guard order.only?.contains(claim.commit) ?? true else { return }
        proofs.append(try await prepared(claim, archive, walk.store, rehearsal))
      }
      let faults = archive.faults + (fault.map { [$0] } ?? [])
      let branch = try await branchFaults(
        archive.session, head, walk.store, Set(all.map(\.commit)))
      return .success(
        SessionVerdict(
          session: archive.session, entries: archive.lines.count, faults: faults + branch,
          claims: try await verdicts(proofs)))
    } catch {
      return .failure(error)
    }
  }

  // MARK: Claims

  /// What a claim's record turned out to be.
  private enum Finding: Sendable {
    case sound(Grounds)
    case faulty([String])
    /// It is written in another format.
    case foreign(Int)
  }

  /// Looks at a claim's record, and gets ready to prove it again.
  private func prepared(
    _ claim: SealedClaim, _ archive: SessionArchive, _ store: SQLiteStore, _ rehearsal: Rehearsal
  ) async throws(Problem) -> ClaimProof {
    let keys = order.keys
    let finding = try await git { (repository) throws(GitError) -> Finding in
      let inspection = RecordInspection(archive: archive, repository: repository, keys: keys)
      if let format = try inspection.foreignFormat(of: claim) {
        return .foreign(format)
      }
      let faults = try inspection.faults(of: claim)
      return faults.isEmpty ? .sound(inspection.grounds(of: claim)) : .faulty(faults)
    }
    let grounds: Grounds
    switch finding {
    case .sound(let found): grounds = found
    case .faulty(let faults): return ClaimProof(claim: claim, step: .settled(.forged(faults)))
    case .foreign(let format):
      throw Problem(
        code: "VERIFY005", exit: .badInput,
        message: "the records of session \(claim.session) cannot be checked",
        reason: "they have format \(format), and this is a program for format "
          + "\(CheckpointRecord.format)",
        remedy: format > CheckpointRecord.format
          ? "install a newer orchestrate, then: orchestrate verify \(claim.session)"
          : "check them with the orchestrate that wrote them: orchestrate verify \(claim.session)")
    }
    guard order.runs else { return ClaimProof(claim: claim, step: .settled(.onRecord)) }
    let record = try stored(store) { (store) throws(StoreError) in
      try store.session(claim.session)
    }
    guard let configuration = claim.configuration, let base = record?.plan.base else {
      return ClaimProof(
        claim: claim, step: .settled(.forged(["the journal names no configuration for it"])))
    }
    do throws(Problem) {
      let coordinator = try await rehearsal.coordinator(under: configuration, base: base)
      let question = try await ClaimProof.question(of: claim, coordinator)
      return ClaimProof(claim: claim, step: .due(question, grounds, coordinator, base: base))
    } catch {
      return ClaimProof(
        claim: claim, step: .settled(.notReproducible(error.reason ?? error.message)))
    }
  }

  /// Proves what is due, at most `jobs` at once, and keeps the order.
  private func verdicts(_ proofs: [ClaimProof]) async throws(Problem) -> [ClaimVerdict] {
    let tell = tell
    let jobs = order.jobs
    let results = await withTaskGroup(of: (Int, ClaimVerdict).self) { group in
      var results: [Int: ClaimVerdict] = [:]
      for (index, proof) in proofs.enumerated() {
        if index >= jobs, let (ended, verdict) = await group.next() { results[ended] = verdict }
        group.addTask {
          let verdict = await proof.verdict()
          tell(verdict)
          return (index, verdict)
        }
      }
      for await (index, verdict) in group { results[index] = verdict }
      return results
    }
    return proofs.indices.compactMap { results[$0] }
  }

  // MARK: The branch

  private func branchFaults(
    _ session: SessionID, _ head: ObjectID?, _ store: SQLiteStore, _ known: Set<ObjectID>
  ) async throws(Problem) -> [String] {
    let record = try stored(store) { (store) throws(StoreError) in try store.session(session) }
    guard let record else { return ["the journal plans no session \(session)"] }
    // A range is about its own commits only, and is held against every session's by the caller.
    guard order.only == nil else { return [] }
    return try await git { (repository) throws(GitError) in
      try BranchInspection(session: session, repository: repository).faults(
        of: head, base: record.plan.base, wanted: record.branchHead, known: known)
    }
  }

  private func stored<Value>(
    _ store: SQLiteStore, _ body: (SQLiteStore) throws(StoreError) -> Value
  ) throws(Problem) -> Value {
    do throws(StoreError) {
      return try body(store)
    } catch {
      throw Problem(error)
    }
  }

  private func git<Value: Sendable>(
    _ body: @escaping @Sendable (Repository) throws(GitError) -> Value
  ) async throws(Problem) -> Value {
    let root = place.paths.root
    do throws(GitError) {
      return try await offloaded { () throws(GitError) in
        try body(try Repository(discoveringFrom: root))
      }
    } catch {
      throw Problem(error)
    }
  }
}
