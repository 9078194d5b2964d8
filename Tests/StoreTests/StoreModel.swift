// SPDX-License-Identifier: Apache-2.0
// What a store should hold, kept in dictionaries and moved by the domain's machines alone.

import Domain
import Store
import TestKit

/// One step of a random history.
enum Step: CaseIterable {
  case queue, claim, claimAny, renew, submit, accept, refuse, fail, expire, release, cancel, revive
  case moveTask, pause, resume, use, wait, reboot

  /// Each once, and those that carry work along more often.
  static let draws =
    allCases + [.queue, .claimAny, .claimAny, .submit, .submit, .accept, .accept, .resume, .resume]
}

/// Why a step is refused: by what it expected, or because it does not follow.
enum Refusal: Equatable {
  case expectation, contradiction
}

/// A store's content by the rules, without a store.
struct StoreModel {
  let samples: [SamplePlan]
  let clock = ManualClock()
  var generator: SeededGenerator
  private(set) var handoffs: [HandoffID: Handoff] = [:]
  private(set) var tasks: [SessionID: [TaskID: TaskProgress]] = [:]
  private(set) var lifecycles: [SessionID: SessionLifecycle] = [:]
  private var fences: [Int: HandoffID] = [:]

  init(seed: UInt64) throws {
    generator = SeededGenerator(seed: seed)
    samples = [try SamplePlan(session: 7, tasks: 4), try SamplePlan(session: 8, tasks: 2)]
    for sample in samples {
      lifecycles[sample.session] = try SamplePlan.lifecycle(.execution)
      tasks[sample.session] = Dictionary(
        uniqueKeysWithValues: sample.plan.tasks.map { ($0.id, TaskProgress(workflow: $0.workflow)) }
      )
    }
  }

  // MARK: Draws

  mutating func drawSample() -> SamplePlan { samples[generator.index(below: samples.count)] }

  mutating func drawHandoff() -> Handoff? {
    handoffs.values.sorted { $0.id < $1.id }.randomElement(using: &generator)
  }

  /// Mostly the fence under which it is held; sometimes any that was ever given.
  mutating func drawFence(for handoff: Handoff) -> Fence {
    if let fence = handoff.claim?.fence, !generator.oneIn(5) { return fence }
    return Fence(1 + generator.index(below: fences.count + 1))!
  }

  mutating func drawRoles() -> Set<Role> {
    Set([Role.testEngineer, .specialist, .reviewer].filter { _ in generator.oneIn(2) })
  }

  // MARK: Claims

  var nextFence: Int { fences.count + 1 }

  func wasGiven(_ fence: Fence, for id: HandoffID) -> Bool { fences[fence.number] == id }

  /// The handoff that a claim must get: by session, plan and ordinal.
  func claimable(_ roles: Set<Role>, in session: SessionID?) -> Handoff? {
    handoffs.values.filter {
      $0.state == .ready && roles.contains($0.role) && (session == nil || session == $0.session)
        && lifecycles[$0.session]?.state == .active(.execution)
    }.min { (place($0), $0.id.ordinal) < (place($1), $1.id.ordinal) }
  }

  private func place(_ handoff: Handoff) -> Int {
    let tasks = samples.first { $0.session == handoff.session }?.plan.tasks ?? []
    return handoff.session.number * 1000 + (tasks.firstIndex { $0.id == handoff.task } ?? 0)
  }

  // MARK: What happened

  mutating func put(_ handoff: Handoff) {
    handoffs[handoff.id] = handoff
    if case .claimed(let claim) = handoff.state { fences[claim.fence.number] = handoff.id }
  }

  mutating func put(_ progress: TaskProgress, of task: TaskID, in session: SessionID) {
    tasks[session]?[task] = progress
  }

  mutating func put(_ lifecycle: SessionLifecycle, of session: SessionID) {
    lifecycles[session] = lifecycle
  }
}
