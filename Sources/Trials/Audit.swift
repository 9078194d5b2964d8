// SPDX-License-Identifier: Apache-2.0
// What must hold after every crash.

import Domain
import Git
import Store

/// Compares what a session's runs told with what its store and repository hold.
struct Audit {
  /// Empty where nothing was lost and nothing is there twice.
  let problems: [String]

  init(of session: TrialSession, told: [String]) throws {
    var problems: [String] = []
    let report = try session.store.verifyJournal(.replay)
    problems += report.problems.map { "the store does not hold: \($0)" }
    let facts = try Self.facts(of: session, into: &problems)
    problems += told.filter { !facts.contains($0) }.map { "told, and not there: \($0)" }
    self.problems = problems
  }

  func require() throws {
    guard problems.isEmpty else {
      throw TrialError(description: problems.joined(separator: "\n"))
    }
  }

  /// The lines that may have been told, as the journal and the refs give them.
  private static func facts(
    of session: TrialSession, into problems: inout [String]
  ) throws -> Set<String> {
    let (store, repository) = (session.store, session.repository)
    var facts: Set<String> = []
    var (count, hash) = (0, JournalHead.start.hash)
    for entry in try store.entries(in: nil, after: 0, limit: .max) {
      if entry.sequence != count + 1 || entry.previousHash != hash {
        problems.append("entry \(entry.sequence) does not follow entry \(count)")
      }
      (count, hash) = (entry.sequence, entry.hash)
      switch entry.event {
      case .sessionPlanned: facts.insert("planned")
      case .handoffQueued(let handoff): facts.insert("queued \(handoff.id.ordinal)")
      case .handoffClaimed(let id, let claim, _):
        facts.insert("claimed \(id.ordinal) \(claim.fence)")
      case .handoffSubmitted(let id, _, let submission):
        facts.insert("submitted \(id.ordinal) \(submission.tree)")
      case .handoffAccepted(let handoff, let acceptance):
        let fact = "accepted \(handoff.id.ordinal) \(acceptance.checkpoint)"
        if !facts.insert(fact).inserted { problems.append("twice: \(fact)") }
        _ = try repository.tree(ofCommit: acceptance.checkpoint)
        if try repository.reference(acceptance.reference) != acceptance.checkpoint {
          problems.append("\(acceptance.reference) does not hold what was accepted")
        }
      case .branchMoved(let commit, _): facts.insert("published \(commit)")
      case .taskMoved(let id, let progress):
        if case .completed(let merge) = progress.state { facts.insert("merged \(id) \(merge)") }
      case .configurationRead, .lifecycleMoved, .segmentOpened, .segmentClosed, .healthChecked,
        .budgetChanged, .handoffReturned, .handoffCancelled, .usageReported, .noted:
        break
      }
    }
    facts.insert("published \(session.plan.base)")
    for (name, target) in try repository.references(under: "refs/orchestrate/") {
      facts.insert("sealed \(name) \(target)")
    }
    let accepted = try store.acceptances(in: session.plan.session).map(\.handoff.id)
    if Set(accepted).count != accepted.count { problems.append("one handoff was accepted twice") }
    return facts
  }
}
