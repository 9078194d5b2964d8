// SPDX-License-Identifier: Apache-2.0
// Everything a session is run by, read once from the user's project.

package import Agents
package import Documents
package import Domain
import Store

/// The limits that bind claims and agents.
package struct WorkLimits: Hashable, Sendable {
  /// How many attempts of a handoff may fail; 3 by default.
  package let attemptsMax: Int
  /// A claim's lease; 15 minutes by default.
  package let leaseLength: Duration
  /// How many tasks may be under way at once; 1 by default (S4-15).
  package let jobs: Int
  /// The longest that an agent launched by us may take; 30 minutes by default.
  package let agentDeadline: Duration
  /// What must stay free on the store's disk for a claim to be granted; 64 MiB by default.
  package let diskReserveBytes: Int

  /// Limits; attempts and jobs are at least 1.
  package init(
    attemptsMax: Int, leaseLength: Duration, jobs: Int, agentDeadline: Duration,
    diskReserveBytes: Int = DiskReserve.standardBytes
  ) {
    self.attemptsMax = max(1, attemptsMax)
    self.leaseLength = leaseLength
    self.jobs = max(1, jobs)
    self.agentDeadline = agentDeadline
    self.diskReserveBytes = diskReserveBytes
  }
}

/// A project's settings. Agents never see the files that they were read from, and what a
/// submission changes there changes nothing here.
package struct ProjectSettings: Sendable {
  /// How work is proved.
  package let proof: ProofSettings
  /// The limits of claims and agents.
  package let limits: WorkLimits
  /// The limits of sessions that are planned from now on.
  package let budget: BudgetLimits
  /// The drivers that launch agents, by role; a role without one is served by polling agents only.
  package let drivers: [Role: any AgentDriver]
  /// The body of each role's prompt.
  package let prompts: [Role: String]
  /// Every workflow by its name, shipped and own.
  package let workflows: [String: Workflow]
  /// The gates that are configured; none by default but that the tests pass.
  package let gates: [Gate]
  /// Which universal gates are asked as well; none by default.
  package let gateSets: ProjectConfiguration.GateSetsSection
  /// What people have put their names to.
  package let ledger: GateLedger
  /// The digests of the files that the ledger was read from, by their paths; for the journal.
  package let ledgerDigests: [String: Digest]
  /// The words for statuses in the files that people keep.
  package let statusAliases: StatusAliases
  /// How health is checked.
  package let health: HealthSettings
  /// The command that runs the project's tests, as words, to show to agents.
  package let testCommand: [String]
  /// Why its runner was chosen, in half a sentence.
  package let runnerReason: String
  /// The configuration's bytes, and the digest that the journal names them by.
  package let body: String
  /// SHA-256 of `body`.
  package let digest: Digest
  /// What was odd but could be read anyway.
  package let warnings: [String]
  /// The file of the key that checkpoints and merges are signed with, absolute; `nil` where none
  /// are. The key itself is only read by whoever coordinates.
  package let signingKeyPath: String?
  /// What is repaired without being asked for.
  package let recovery: RecoverySettings
  /// Whether a session's own branch is rolled back to where its tests pass, without being asked.
  package let isRollbackAutomatic: Bool

  /// Settings from their parts; the digest is taken of the body. Without sets and a ledger unless
  /// said otherwise; nothing is signed, and rollbacks are automatic, by default.
  package init(
    proof: ProofSettings, limits: WorkLimits, budget: BudgetLimits,
    drivers: [Role: any AgentDriver], prompts: [Role: String], workflows: [String: Workflow],
    gates: [Gate], gateSets: ProjectConfiguration.GateSetsSection = .none,
    ledger: GateLedger = GateLedger(), ledgerDigests: [String: Digest] = [:],
    statusAliases: StatusAliases, health: HealthSettings, testCommand: [String],
    runnerReason: String, body: String, warnings: [String], signingKeyPath: String? = nil,
    recovery: RecoverySettings = RecoverySettings(), isRollbackAutomatic: Bool = true
  ) {
    self.proof = proof
    self.limits = limits
    self.budget = budget
    self.drivers = drivers
    self.prompts = prompts
    self.workflows = workflows
    self.gates = gates
    self.gateSets = gateSets
    self.ledger = ledger
    self.ledgerDigests = ledgerDigests
    self.statusAliases = statusAliases
    self.health = health
    self.testCommand = testCommand
    self.runnerReason = runnerReason
    self.body = body
    digest = Digest.sha256(of: body.utf8)
    self.warnings = warnings
    self.signingKeyPath = signingKeyPath
    self.recovery = recovery
    self.isRollbackAutomatic = isRollbackAutomatic
  }
}

/// What is repaired without being asked for (S3-44, S3-47).
package struct RecoverySettings: Hashable, Sendable {
  /// Whether a run settles and repairs what an earlier one left; else it ends with 11 and names the
  /// command that does. On by default.
  package let isAutomatic: Bool
  /// Whether what cannot be settled is passed over, so that the rest is. On by default.
  package let isPartial: Bool

  package init(isAutomatic: Bool = true, isPartial: Bool = true) {
    self.isAutomatic = isAutomatic
    self.isPartial = isPartial
  }
}

/// How a project's health is checked.
package struct HealthSettings: Hashable, Sendable {
  /// The command, as words; `nil` where the project names none.
  package let command: [String]?
  /// 5 s by default.
  package let deadline: Duration
  /// The names of environment variables that must be set; values are never shown.
  package let requiredEnvironment: [String]

  package init(command: [String]?, deadline: Duration, requiredEnvironment: [String]) {
    self.command = command
    self.deadline = deadline
    self.requiredEnvironment = requiredEnvironment
  }
}
