// SPDX-License-Identifier: Apache-2.0
// What the looking commands print as JSON, and the words and colours they use for states.

import Coordinator
import Documents
import Domain
import Service
import Store

enum Shapes {
  static func handoff(_ handoff: Handoff) -> JSONValue {
    [
      "id": .string(handoff.id.text),
      "session": .string(handoff.session.padded),
      "task": .string(handoff.task.text),
      "stage": .string(handoff.stage.rawValue),
      "role": .string(handoff.role.rawValue),
      "state": .string(handoff.state.name),
      "round": .integer(handoff.round),
      "attempt": .integer(handoff.attempt),
      "attemptsMax": .integer(handoff.attemptsMax),
      "losses": .integer(handoff.losses),
      "base": .string(handoff.base.text),
      "fence": handoff.claim.map { .integer($0.fence.number) } ?? .null,
      "worker": handoff.claim.map { .string($0.worker) } ?? .null,
      "leaseExpiresAt": handoff.claim.map { .string($0.lease.expiresAt.description) } ?? .null,
      "feedback": .array(
        handoff.feedback.map {
          [
            "attempt": .integer($0.attempt), "code": .string($0.code),
            "violation": RefusalCode(rawValue: $0.code)?.violation.map { .string($0) } ?? .null,
            "message": .string($0.message),
          ]
        }),
    ]
  }

  static func task(_ task: TaskRecord) -> JSONValue {
    [
      "id": .string(task.planned.id.text),
      "title": .string(task.planned.title),
      "agent": .string(task.planned.agent),
      "workflow": .string(task.planned.workflow.name),
      "state": .string(task.progress.state.name),
      "stage": stage(task).map { .string($0) } ?? .null,
      "detail": detail(task).map { .string($0) } ?? .null,
      "dependencies": .array(task.planned.dependencies.map { .string($0.text) }),
      "base": task.progress.base.map { .string($0.text) } ?? .null,
      "head": task.progress.head.map { .string($0.text) } ?? .null,
      "workedSeconds": .integer(task.workedMilliseconds / 1000),
      "estimatedMinutes": task.planned.estimatedMinutes.map { .integer($0) } ?? .null,
    ]
  }

  static func checkpoint(_ record: AcceptanceRecord) -> JSONValue {
    [
      "commit": .string(record.acceptance.checkpoint.text),
      "reference": .string(record.acceptance.reference),
      "handoff": .string(record.handoff.id.text),
      "task": .string(record.handoff.task.text),
      "stage": .string(record.handoff.stage.rawValue),
      "role": .string(record.handoff.role.rawValue),
      "attempt": .integer(record.handoff.attempt),
      "fence": .integer(record.acceptance.fence.number),
      "at": .string(record.at.description),
      "checks": .array(record.acceptance.checks.map(Wire.check)),
      "evidence": .array(record.acceptance.evidence.map { .string($0.hex) }),
    ]
  }

  static func session(_ record: SessionRecord, tasks: [TaskRecord]) -> JSONValue {
    var counts = JSONObject()
    for name in ["completed", "working", "merging", "pending", "blocked", "failed", "cancelled"] {
      counts[name] = .integer(tasks.count { $0.progress.state.name == name })
    }
    return [
      "session": .string(record.plan.session.padded),
      "title": .string(record.plan.title),
      "phase": .string(record.lifecycle.name),
      "health": .string(record.health.rawValue),
      "branch": .string("session/\(record.plan.session)"),
      "branchHead": .string(record.branchHead.text),
      "base": .string(record.plan.base.text),
      "segment": record.segment.map { .integer($0.number) } ?? .null,
      "startedAt": .string(record.startedAt.description),
      "endedAt": record.endedAt.map { .string($0.description) } ?? .null,
      "tasks": .object(counts),
    ]
  }

  /// The stage a task is at, or waits to go on with.
  static func stage(_ task: TaskRecord) -> String? {
    switch task.progress.state {
    case .working(let turn), .blocked(_, at: let turn?): turn.stage.rawValue
    case .merging: "merge"
    case .pending, .completed, .blocked, .failed, .cancelled: nil
    }
  }

  /// Why a task does not go on.
  static func detail(_ task: TaskRecord) -> String? {
    switch task.progress.state {
    case .blocked(let blockage, _): blockage.detail
    case .failed(let reason), .cancelled(let reason): reason
    case .pending, .working, .merging, .completed: nil
    }
  }

  static func ink(_ state: Handoff.State) -> TerminalStyle.Ink? {
    switch state {
    case .ready: nil
    case .claimed, .submitted: .cyan
    case .accepted: .green
    case .dead: .red
    case .cancelled: .dim
    }
  }

  static func ink(_ state: TaskProgress.State) -> TerminalStyle.Ink? {
    switch state {
    case .pending: .dim
    case .working, .merging: .cyan
    case .completed: .green
    case .blocked: .yellow
    case .failed: .red
    case .cancelled: .dim
    }
  }
}

extension Handoff.State {
  /// One word: `ready`, `claimed` …
  var name: String { HandoffStateName(self).rawValue }
}
