// SPDX-License-Identifier: Apache-2.0
// What the process tells its caller when it ends; scripts and agents branch on these numbers.

/// An exit code. The list is API: within a major version codes are added, never changed.
package enum ExitCode: Int32, Hashable, Sendable, CaseIterable {
  /// Done, the gate is green, or there was nothing to do.
  case done = 0
  /// Something failed that no other code describes.
  case failure = 1
  /// Only `orchestrate hook`: the tool call must not happen. Agents read 2 as a block (S2-36), so
  /// no other command may leave with it.
  case blockToolCall = 2
  /// Nothing matched: no handoff, no test, no task.
  case nothingMatched = 4
  /// A gate failed.
  case gateFailed = 10
  /// A task or a session failed.
  case workFailed = 11
  /// The evidence for a step of test-driven development was refused.
  case evidenceRefused = 12
  /// A budget of tokens, cost or time is spent.
  case budgetExhausted = 13
  /// A person must approve first.
  case approvalNeeded = 14
  /// Someone else moved it first: a merge, a checkpoint or a plan no longer fits.
  case conflict = 15
  /// The claim has ended; the worker must stop.
  case leaseLost = 16
  /// A part of what was asked for was done.
  case partialSuccess = 17
  /// The journal, an object or a digest is not what it was sealed as.
  case integrityFailure = 18
  /// SESSION001 was not recovered from.
  case session001 = 21
  /// SESSION002 was not recovered from.
  case session002 = 22
  /// SESSION003 was not recovered from.
  case session003 = 23
  /// SESSION004 was not recovered from.
  case session004 = 24
  /// The arguments make no command (`EX_USAGE`).
  case usage = 64
  /// An input file does not say what it should (`EX_DATAERR`).
  case badInput = 65
  /// Something named does not exist (`EX_NOINPUT`).
  case notFound = 66
  /// The coordinator, an agent or the store cannot be reached (`EX_UNAVAILABLE`).
  case unavailable = 69
  /// A fault of the program itself (`EX_SOFTWARE`).
  case internalFault = 70
  /// Time ran out; trying later may help (`EX_TEMPFAIL`).
  case timeout = 75
  /// The caller may not do this (`EX_NOPERM`).
  case denied = 77
  /// The configuration is wrong (`EX_CONFIG`).
  case badConfiguration = 78
  /// SIGINT; what was done so far is kept.
  case interrupted = 130
  /// SIGTERM; what was done so far is kept.
  case terminated = 143

  /// A few words for tables and help.
  package var meaning: String {
    switch self {
    case .done: "done"
    case .failure: "unclassified failure"
    case .blockToolCall: "only 'orchestrate hook': block the tool call"
    case .nothingMatched: "nothing matched: no handoff, no test, no task"
    case .gateFailed: "a gate failed"
    case .workFailed: "a task or session failed"
    case .evidenceRefused: "TDD evidence refused"
    case .budgetExhausted: "budget exhausted"
    case .approvalNeeded: "approval needed"
    case .conflict: "conflict: merge, checkpoint or stale plan"
    case .leaseLost: "lease lost: stop working"
    case .partialSuccess: "partial success"
    case .integrityFailure: "integrity failure"
    case .session001: "SESSION001 not recovered"
    case .session002: "SESSION002 not recovered"
    case .session003: "SESSION003 not recovered"
    case .session004: "SESSION004 not recovered"
    case .usage: "the arguments make no command"
    case .badInput: "bad input"
    case .notFound: "not found"
    case .unavailable: "coordinator, agent or store unavailable"
    case .internalFault: "internal fault"
    case .timeout: "timeout: try again later"
    case .denied: "denied"
    case .badConfiguration: "bad configuration"
    case .interrupted: "interrupted, state saved"
    case .terminated: "terminated, state saved"
    }
  }
}
