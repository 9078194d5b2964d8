// SPDX-License-Identifier: Apache-2.0
// The canonical JSON in which values are stored and hashed.

import Domain
import FoundationEssentials

/// Sorted keys, no escaped slashes, no line breaks: equal values have equal bytes.
package enum EventCoding {
  private static let encoder = {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
  }()
  private static let decoder = JSONDecoder()

  /// The canonical JSON of a value.
  package static func json(_ value: some Encodable) throws(StoreError) -> String {
    do {
      return String(decoding: try encoder.encode(value), as: UTF8.self)
    } catch {
      throw .contradiction(event: "\(type(of: value))", detail: "it cannot be written: \(error)")
    }
  }

  static func value<Value: Decodable>(
    _ type: Value.Type, from json: String, of source: @autoclosure () -> String
  ) throws(StoreError) -> Value {
    do {
      return try decoder.decode(type, from: Data(json.utf8))
    } catch {
      throw .corrupt(detail: "\(source()) does not read as \(type): \(error)")
    }
  }
}

extension EventCoding {
  /// The event's JSON. The two events that every handoff brings are written out here, in a tenth of
  /// the time; the contract holds them to the encoder's bytes.
  static func json(of event: SessionEvent) throws(StoreError) -> String {
    switch event {
    case .handoffClaimed(let id, let claim, let attempt)
    where isPlain(claim.worker) && isPlain(claim.lease.expires.bootID):
      let (lease, expires) = (claim.lease, claim.lease.expires)
      return #"{"handoffClaimed":{"_0":"\#(id.text)","_1":{"claimedAt":"#
        + #"\#(claim.claimedAt.milliseconds),"fence":\#(claim.fence.number),"lease":{"expires":"#
        + #"{"bootID":"\#(expires.bootID)","milliseconds":\#(expires.milliseconds)},"expiresAt":"#
        + #"\#(lease.expiresAt.milliseconds)},"worker":"\#(claim.worker)"},"attempt":\#(attempt)}}"#
    case .handoffSubmitted(let id, let fence, let submission):
      let report = submission.report.map { #""report":"\#($0.hex)","# } ?? ""
      return #"{"handoffSubmitted":{"_0":"\#(id.text)","_1":\#(fence.number),"_2":{\#(report)"#
        + #""submittedAt":\#(submission.submittedAt.milliseconds),"#
        + #""tree":"\#(submission.tree.text)"}}}"#
    case .sessionPlanned, .configurationRead, .lifecycleMoved, .segmentOpened, .segmentClosed,
      .healthChecked, .branchMoved, .budgetChanged, .taskMoved, .handoffQueued, .handoffClaimed,
      .handoffReturned, .handoffAccepted, .handoffCancelled, .usageReported, .noted:
      return try json(event)
    }
  }

  /// Whether a text stands in JSON as it is.
  private static func isPlain(_ text: String) -> Bool {
    text.utf8.allSatisfy { (0x20..<0x7f).contains($0) && $0 != 0x22 && $0 != 0x5c }
  }
}

/// An event with its text, which is made before the store's lock is taken, since it needs none.
struct EncodedEvent {
  let event: SessionEvent
  /// As the journal keeps it: a plan without its tasks.
  let stored: String
  /// As it is hashed.
  let whole: String
  /// A plan's tasks, in order, which go to rows of their own.
  let tasks: [(id: TaskID, body: String)]

  init(_ event: SessionEvent) throws(StoreError) {
    self.event = event
    guard case .sessionPlanned(let plan) = event else {
      stored = try EventCoding.json(of: event)
      whole = stored
      tasks = []
      return
    }
    var tasks: [(id: TaskID, body: String)] = []
    for task in plan.tasks { tasks.append((task.id, try EventCoding.json(task))) }
    stored = try EventCoding.json(SessionEvent.sessionPlanned(PlanSplice.plan(plan, with: [])))
    whole = PlanSplice.whole(stored, tasks: tasks.map(\.body))
    self.tasks = tasks
  }

  static func all(_ events: [SessionEvent]) throws(StoreError) -> [EncodedEvent] {
    var all: [EncodedEvent] = []
    for event in events { all.append(try EncodedEvent(event)) }
    return all
  }
}

/// A plan's event as it is stored: its tasks are kept once, in rows of their own, and put back
/// when the whole text is needed.
enum PlanSplice {
  /// No string of JSON can hold this, since a quote inside one is escaped.
  private static let emptyTasks = #""tasks":[]"#

  /// The event's text with `tasks`, each already JSON, in place of the empty list.
  static func whole(_ stored: String, tasks: [String]) -> String {
    guard let range = stored.firstRange(of: emptyTasks) else { return stored }
    return stored[..<range.lowerBound] + #""tasks":["# + tasks.joined(separator: ",") + "]"
      + stored[range.upperBound...]
  }

  /// The same plan with other tasks.
  static func plan(_ plan: SessionPlan, with tasks: [PlannedTask]) -> SessionPlan {
    SessionPlan(
      session: plan.session, title: plan.title, objectives: plan.objectives,
      complexity: plan.complexity, base: plan.base, tasks: tasks, budget: plan.budget)
  }
}

extension SessionEvent {
  /// The event's name, for messages.
  var name: String {
    switch self {
    case .sessionPlanned: "sessionPlanned"
    case .configurationRead: "configurationRead"
    case .lifecycleMoved: "lifecycleMoved"
    case .segmentOpened: "segmentOpened"
    case .segmentClosed: "segmentClosed"
    case .healthChecked: "healthChecked"
    case .branchMoved: "branchMoved"
    case .budgetChanged: "budgetChanged"
    case .taskMoved: "taskMoved"
    case .handoffQueued: "handoffQueued"
    case .handoffClaimed: "handoffClaimed"
    case .handoffSubmitted: "handoffSubmitted"
    case .handoffReturned: "handoffReturned"
    case .handoffAccepted: "handoffAccepted"
    case .handoffCancelled: "handoffCancelled"
    case .usageReported: "usageReported"
    case .noted: "noted"
    }
  }
}
