// SPDX-License-Identifier: Apache-2.0
// Faults of a session beside its work: what the rule says is tried, and what came of it is told.

import Documents
package import Domain
import Glibc
import Store

extension Coordinator {
  /// Tries what may help against a fault, one step after the other.
  ///
  /// - Parameters:
  ///   - cause: what was seen.
  ///   - session: where the recovery is written down; `nil` where there is no session yet.
  ///   - isAsked: whether a person asked for it, whatever the project's settings say.
  ///   - attempt: does a step; what it throws leads to the next one.
  /// - Throws: `Problem` with the fault's code, and its exit where nothing helped, or 11 where the
  ///   project wants nothing repaired by itself (S3-44).
  func overcome<Value>(
    _ fault: SessionFault, _ cause: Problem, in session: SessionID?, isAsked: Bool = false,
    _ attempt: (RecoveryStep) async throws(Problem) -> Value
  ) async throws(Problem) -> Value {
    var recovery = Recovery(
      from: fault, isAutomatic: isAsked || settings.recovery.isAutomatic)
    while let step = recovery.next {
      do throws(Problem) {
        let value = try await attempt(step)
        recovery.succeeded()
        guard case .recovered = recovery.state else { continue }
        tell(.warning("\(fault.rawValue): \(cause.message); what helped: \(step.rawValue)"))
        if let session { try write(step, against: fault, cause, in: session) }
        return value
      } catch {
        if error.isOfTheStore || Task.isCancelled { throw error }
        recovery.failed(reason: error.reason ?? error.message)
      }
    }
    throw .notOvercome(recovery, cause, setup: session.map(manualSetupPath))
  }

  private func write(
    _ step: RecoveryStep, against fault: SessionFault, _ cause: Problem, in session: SessionID
  ) throws(Problem) {
    guard try read({ (store) throws(StoreError) in try store.session(session) }) != nil else {
      return
    }
    try record(
      session,
      [
        .noted(
          Note(
            kind: "recovery.\(fault.rawValue)", text: "\(cause.message); helped: \(step.rawValue)"))
      ])
  }

  // MARK: SESSION001

  /// Plans a session by its files; where the prose beside its tasks cannot be read, without it.
  func planSimplifiedIfNeeded(
    _ session: SessionID, base: ObjectID,
    by planned: @Sendable (ObjectID) throws(Problem) -> SessionPlan
  ) async throws(Problem) -> (plan: SessionPlan, isSimplified: Bool) {
    do throws(Problem) {
      return (try planned(base), false)
    } catch {
      // What a person wrote and can be read but not understood is told as that.
      guard error.code == "INPUT002" else { throw error }
      let files = SessionFiles(paths: paths, settings: settings)
      let plan = try await overcome(.initialization, error, in: session) {
        (_) throws(Problem) in
        try files.plan(session, base: base, isSimplified: true)
      }
      return (plan, true)
    }
  }

  nonisolated func manualSetupPath(_ session: SessionID) -> String {
    SessionFolder(path: paths.sessions).path(of: .manualSetup, in: session)
  }

  /// Writes `session-NNN-manual-setup.md`: what could not be done, and how to do it by hand (S0-26).
  ///
  /// - Returns: the same problem, with that file as its remedy.
  package func askedToSetUp(
    _ session: SessionID, _ problem: Problem
  ) throws(Problem) -> Problem {
    let text = """
      \(Self.manualSetupTitle(session))

      \(problem.message)

      \(problem.reason ?? "")

      1. `orchestrate doctor` says what is missing; mend that first.
      2. `.claude/config/project.json` needs no more than how the tests are run:
         `{"test_command": "…"}`
      3. `.claude/sessions/\(session.fileStem)-tasks.json` is all that a session needs. Its plan.md
         and context.md are prose: a session begins without them.
      4. What was suggested: `\(problem.remedy ?? "orchestrate doctor")`
      5. `orchestrate run \(session)` begins anew. Nothing was lost: no work had begun.

      """
    try ports.projections.write(text, .manualSetup, of: session)
    return Problem(
      code: problem.code, exit: problem.exit, message: problem.message, reason: problem.reason,
      remedy: "\(problem.remedy ?? "orchestrate doctor"); by hand: \(manualSetupPath(session))")
  }

  private nonisolated static func manualSetupTitle(_ session: SessionID) -> String {
    "# Session \(session): set it up by hand"
  }

  /// Removes that file once the session has begun: what it says is no longer so. One that a person
  /// put there, under another title, stays.
  package nonisolated func forgetManualSetup(of session: SessionID) {
    let path = manualSetupPath(session)
    guard let text = try? readFileIfPresent(path),
      text.starts(with: (Self.manualSetupTitle(session) + "\n").utf8)
    else { return }
    unlink(path)
  }

  // MARK: SESSION003

  /// The number of the segment that is open; 0 where none is.
  package func openSegment(of session: SessionID) throws(Problem) -> Int {
    try requireSession(session).segment?.number ?? 0
  }

  /// Writes an emergency summary and opens a segment with an empty window (S0-59, S2-61).
  ///
  /// - Throws: `Problem` with exit 23 where the summary cannot be written.
  package func compress(_ id: SessionID, isAsked: Bool) async throws(Problem) {
    let session = try requireSession(id)
    guard !session.lifecycle.isEnded else {
      throw Problem(
        code: "SESSION010", exit: .conflict, message: "session \(id) has ended",
        reason: "it has no window any more", remedy: "orchestrate status --session \(id)")
    }
    let percent = reading(session)?.windowPercent ?? 0
    let cause = Problem(
      code: SessionFault.contextOverflow.rawValue, exit: .session003,
      message: "\(percent) % of the window of session \(id) was used")
    try await overcome(.contextOverflow, cause, in: id, isAsked: isAsked) {
      (_) throws(Problem) in
      // The summary first: a segment is not closed before what it leaves is written.
      try writeSummary(id)
      try nextSegment(session, reason: "SESSION003: \(percent) % of the window was used")
    }
  }
}

extension Problem {
  /// Nothing helped against a fault, or nothing may be tried.
  fileprivate static func notOvercome(
    _ recovery: Recovery, _ cause: Problem, setup: String?
  ) -> Problem {
    let fault = recovery.fault
    let tried = recovery.failures.joined(separator: "; ")
    switch recovery.state {
    case .declined:
      return Problem(
        code: fault.rawValue, exit: .workFailed, message: cause.message,
        reason: (cause.reason.map { "\($0); " } ?? "")
          + "nothing is repaired by itself here (recovery.auto_recovery)",
        remedy: fault.asking)
    case .trying, .recovered, .manual:
      let isKept = recovery.state == .manual(isKept: true)
      return Problem(
        code: fault.rawValue, exit: fault.exit, message: cause.message,
        reason: [
          cause.reason, tried.isEmpty ? nil : "tried: \(tried)",
          isKept ? "its files are kept in .claude/emergency and in the workspace" : nil,
        ].compactMap { $0 }.joined(separator: "; "),
        remedy: fault.byHand(setup: setup))
    }
  }
}

extension SessionFault {
  /// The command by which a person asks for the repair.
  fileprivate var asking: String {
    switch self {
    case .initialization, .preservation: "orchestrate recover --type crash"
    case .stateLoading: "orchestrate recover"
    case .contextOverflow: "orchestrate recover --type context_overflow"
    }
  }

  /// What a person does where nothing helped.
  fileprivate func byHand(setup: String?) -> String {
    switch self {
    case .initialization: setup.map { "read \($0)" } ?? "orchestrate doctor"
    case .stateLoading: "orchestrate doctor"
    case .contextOverflow:
      "make .claude/sessions writable, then: orchestrate recover --type context_overflow"
    case .preservation: "orchestrate checkpoint create --manual, once git can write again"
    }
  }
}
