// SPDX-License-Identifier: Apache-2.0
// What the coordinator tells whoever watches a session.

package import Domain

/// Something that happened, for people to see as it does. Nothing is decided by it.
package enum ProgressEvent: Sendable {
  case note(String)
  case warning(String)
  case healthChecked(HealthStatus, detail: String)
  case taskStarted(PlannedTask, number: Int, of: Int)
  case stageStarted(Handoff, worker: String)
  case stageProving(Handoff)
  case stageAccepted(Handoff, summary: String, checkpoint: ObjectID, duration: Duration)
  case stageRefused(Handoff, checks: [Check], willRetry: Bool, duration: Duration)
  case stageFailed(Handoff, reason: String, willRetry: Bool)
  case sentBack(TaskID, from: Stage, to: Stage, reason: String)
  case taskMerged(PlannedTask, commit: ObjectID, testsPassing: Int)
  case taskBlocked(TaskID, TaskProgress.Blockage)
  case segmentOpened(Segment, reason: String)
  case sessionMoved(SessionLifecycle)
}

/// Where progress is told to. Called on any thread, must not block.
package typealias ProgressListener = @Sendable (ProgressEvent) -> Void
