// SPDX-License-Identifier: Apache-2.0
// What can go wrong with a session beside its work, and what is tried, in which order.

/// The four faults that a session recovers from by itself where it can (S0-26, S0-42, S0-59, S0-72).
package enum SessionFault: String, Hashable, Sendable, Codable, CaseIterable {
  /// It cannot be begun as its files ask for.
  case initialization = "SESSION001"
  /// What was written of its state cannot be read.
  case stateLoading = "SESSION002"
  /// The context window is full.
  case contextOverflow = "SESSION003"
  /// Work can neither be sealed in git nor handed on.
  case preservation = "SESSION004"

  /// What the process leaves with where nothing helped.
  package var exit: ExitCode {
    switch self {
    case .initialization: .session001
    case .stateLoading: .session002
    case .contextOverflow: .session003
    case .preservation: .session004
    }
  }

  /// What is tried, the first first.
  package var steps: [RecoveryStep] {
    switch self {
    case .initialization: [.startSimplified]
    case .stateLoading: [.rebuildFromJournal, .restoreCheckpoint]
    case .contextOverflow: [.compressAndOpenSegment]
    case .preservation: [.repeatOnce, .preserveFiles]
    }
  }
}

/// One thing that may help.
package enum RecoveryStep: String, Hashable, Sendable, Codable, CaseIterable {
  /// Begin with the tasks alone, without the prose beside them that cannot be read.
  case startSimplified = "start simplified"
  /// Write what the journal says, whatever the file said.
  case rebuildFromJournal = "rebuild from the journal"
  /// Begin tracking anew from the last checkpoint file.
  case restoreCheckpoint = "restore the last checkpoint"
  /// An emergency summary, then a new segment with an empty window.
  case compressAndOpenSegment = "compress the context and open a segment"
  /// Once more: what failed may have been somebody else's lock.
  case repeatOnce = "try once more"
  /// Put the files of the work into an archive outside git; the workspace itself is kept too.
  case preserveFiles = "preserve the files outside git"

  /// Whether its success brings the session back; else it only keeps what a person then needs.
  package var isRepair: Bool {
    switch self {
    case .startSimplified, .rebuildFromJournal, .restoreCheckpoint, .compressAndOpenSegment,
      .repeatOnce:
      true
    case .preserveFiles: false
    }
  }
}

/// The way of one fault: a step is tried, its outcome leads to the next step or to an end.
package struct Recovery: Hashable, Sendable {
  /// Where it stands.
  package enum State: Hashable, Sendable {
    /// This is to be tried now.
    case trying(RecoveryStep)
    /// This helped.
    case recovered(by: RecoveryStep)
    /// Only a person can go on; `kept` says whether their files are in safety.
    case manual(isKept: Bool)
    /// The project does not want anything repaired by itself (S3-44).
    case declined
  }

  /// What happened.
  package let fault: SessionFault
  /// Where it stands; only the inputs below move it.
  package private(set) var state: State
  /// What was tried in vain, and why, in order.
  package private(set) var failures: [String] = []

  /// - Parameter isAutomatic: whether anything may be tried without being asked for.
  package init(from fault: SessionFault, isAutomatic: Bool) {
    self.fault = fault
    state = isAutomatic ? .trying(fault.steps[0]) : .declined
  }

  /// What is to be tried now; `nil` at an end.
  package var next: RecoveryStep? {
    if case .trying(let step) = state { step } else { nil }
  }

  /// The step helped, or did all that it can.
  package mutating func succeeded() {
    guard case .trying(let step) = state else { return }
    state = step.isRepair ? .recovered(by: step) : .manual(isKept: true)
  }

  /// The step did not help.
  package mutating func failed(reason: String) {
    guard case .trying(let step) = state else { return }
    failures.append("\(step.rawValue): \(reason)")
    let rest = fault.steps.drop { $0 != step }.dropFirst()
    state = rest.first.map { .trying($0) } ?? .manual(isKept: false)
  }
}
