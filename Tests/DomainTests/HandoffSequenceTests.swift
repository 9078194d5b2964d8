// SPDX-License-Identifier: Apache-2.0
// What holds for a handoff after any sequence of inputs, by any worker, at any time.

import Domain
import Testing

@Suite struct HandoffSequenceTests {
  @Test(arguments: 1...40 as ClosedRange<UInt64>)
  func `no sequence of inputs breaks what a handoff promises`(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var handoff = Handoff(
      id: HandoffSituation.id, task: TaskID("task-1")!, stage: .green, role: .specialist, round: 1,
      base: .sample(1), attemptsMax: Int.random(in: 1...4, using: &random))
    for _ in 0..<60 {
      let before = handoff
      let step = Step.random(using: &random)
      let isTaken = step.apply(to: &handoff)
      check(step, isTaken, before, handoff)
    }
    try expectRoundTrip(handoff)
  }

  private func check(_ step: Step, _ isTaken: Bool, _ before: Handoff, _ after: Handoff) {
    #expect(isTaken || after == before, "a rejected input changed a thing: \(step)")
    #expect((1...after.attemptsMax).contains(after.attempt))
    #expect(after.feedback.count <= Handoff.feedbackMax)
    #expect((0...Handoff.lossesMax).contains(after.losses))
    if step.needsFence, let claim = before.claim, claim.fence != step.fence {
      #expect(!isTaken, "a stale fence was listened to: \(step)")
    }
    if step.needsFence, before.claim == nil { #expect(!isTaken) }
    switch before.state {
    case .accepted, .cancelled: #expect(after == before, "an ended handoff came back: \(step)")
    case .dead: #expect(after == before || (step.kind == .revived && after.state == .ready))
    case .ready, .claimed, .submitted: break
    }
    if case .accepted = after.state, before.state != .accepted {
      guard case .submitted = before.state else {
        Issue.record("accepted without a submission: \(step)")
        return
      }
    }
    if after.attempt < before.attempt { #expect(step.kind == .revived) }
  }
}

/// A random input.
private struct Step {
  enum Kind: CaseIterable {
    case claimed, renewed, submitted, accepted, refused, failed, expired, released, cancelled
    case revived, lost
  }

  let kind: Kind
  let fence: Fence
  let now: BootInstant

  static func random(using random: inout SplitMix64) -> Step {
    let kinds = Kind.allCases + [.claimed, .claimed, .submitted, .submitted, .refused]
    // Cancelling ends the story, so it is drawn rarely.
    var kind = kinds.randomElement(using: &random)!
    if kind == .cancelled, Int.random(in: 0..<8, using: &random) > 0 { kind = .claimed }
    return Step(
      kind: kind, fence: [Fence.old, .held, .newer].randomElement(using: &random)!,
      now: .at(
        Int.random(in: 900...1_100, using: &random),
        boot: Int.random(in: 0..<10, using: &random) == 0 ? "boot-b" : "boot-a"))
  }

  /// Whether it speaks for a claim that is held already.
  var needsFence: Bool { ![.claimed, .cancelled, .revived].contains(kind) }

  func apply(to handoff: inout Handoff) -> Bool {
    let reason = Feedback.sample(handoff.attempt)
    do throws(HandoffRejection) {
      switch kind {
      case .claimed: try handoff.claimed(.sample(fence))
      case .renewed: try handoff.renewed(fence: fence, lease: .sample, at: now)
      case .submitted: try handoff.submitted(.sample, fence: fence, at: now)
      case .accepted: try handoff.accepted(fence: fence)
      case .refused: _ = try handoff.refused(fence: fence, feedback: reason)
      case .failed: _ = try handoff.failed(fence: fence, feedback: reason)
      case .expired: _ = try handoff.expired(fence: fence, at: now, feedback: reason)
      case .released: try handoff.released(fence: fence)
      case .cancelled: try handoff.cancelled()
      case .revived: try handoff.revived()
      case .lost: _ = try handoff.lost(fence: fence, feedback: reason)
      }
      return true
    } catch {
      return false
    }
  }
}
