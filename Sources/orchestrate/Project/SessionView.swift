// SPDX-License-Identifier: Apache-2.0
// One session as the commands that only look at it read it, beside a live coordinator or without.

import Coordinator
import Domain
import Store

struct SessionView: Sendable {
  let project: ProjectAccess
  let store: any SessionStore
  let record: SessionRecord

  /// The session that `--session` names, the newest by default.
  init(_ invocation: Invocation) throws(Problem) {
    try self.init(invocation, session: try Arguments.session(invocation.text("session")))
  }

  init(_ invocation: Invocation, session: SessionID?) throws(Problem) {
    project = try ProjectAccess(invocation)
    guard let store = try project.reader() else { throw Self.noSession }
    self.store = store
    let found: SessionRecord?
    do throws(StoreError) {
      if let session {
        found = try store.session(session)
      } else {
        found = try store.sessions().max { $0.updatedAt < $1.updatedAt }
      }
    } catch {
      throw Problem(error)
    }
    guard let found else { throw session.map(Self.neverStarted) ?? Self.noSession }
    record = found
  }

  private static func neverStarted(_ session: SessionID) -> Problem {
    Problem(
      code: "SESSION000", exit: .notFound, message: "session \(session) was never started",
      reason: "the store holds no such session", remedy: "orchestrate run session-\(session)")
  }

  private static let noSession = Problem(
    code: "SESSION000", exit: .notFound, message: "no session was ever started here",
    remedy: "orchestrate session list, then: orchestrate run SESSION")

  var id: SessionID { record.plan.session }

  func tasks() throws(Problem) -> [TaskRecord] {
    try read { (store) throws(StoreError) in try store.tasks(in: id) }
  }

  func task(_ task: TaskID) throws(Problem) -> TaskRecord {
    guard let found = try read({ (store) throws(StoreError) in try store.task(task, in: id) })
    else {
      throw Problem(
        code: "TASK000", exit: .notFound, message: "session \(id) has no task \(task)",
        remedy: "orchestrate task list --session \(id)")
    }
    return found
  }

  func handoffs() throws(Problem) -> [Handoff] {
    try read { (store) throws(StoreError) in try store.handoffs(in: id, states: nil) }
  }

  func handoff(_ handoff: HandoffID) throws(Problem) -> Handoff {
    guard let found = try read({ (store) throws(StoreError) in try store.handoff(handoff) }) else {
      throw Problem(
        code: "HANDOFF000", exit: .notFound, message: "there is no handoff \(handoff)",
        remedy: "orchestrate handoff list")
    }
    return found
  }

  func acceptances() throws(Problem) -> [AcceptanceRecord] {
    try read { (store) throws(StoreError) in try store.acceptances(in: id) }
  }

  func read<Value>(
    _ body: (any SessionStore) throws(StoreError) -> Value
  ) throws(Problem) -> Value {
    do throws(StoreError) {
      return try body(store)
    } catch {
      throw Problem(error)
    }
  }
}
