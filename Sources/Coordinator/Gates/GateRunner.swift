// SPDX-License-Identifier: Apache-2.0
// Asking gates of a folder: the commands are run, and their ends are judged by `Gate`.

package import Domain
package import Supervision

/// What a gate may need to know beside the folder.
package struct GateContext: Sendable {
  /// The folder in which the gates' commands run.
  package let directory: String
  /// The tree in the folder, where it is known.
  package let tree: ObjectID?
  /// What changed since the base; `nil` where there is none to compare with.
  package let changes: ChangeSet?

  package init(directory: String, tree: ObjectID?, changes: ChangeSet?) {
    self.directory = directory
    self.tree = tree
    self.changes = changes
  }
}

/// One gate's answer.
package struct GateResult: Sendable {
  /// What was asked.
  package let gate: Gate
  /// What was answered.
  package let check: Check
  /// The run that shows it; `nil` for a gate that runs nothing.
  package let evidence: EvidenceRecord?
  /// How long its command took.
  package let duration: Duration

  package init(gate: Gate, check: Check, evidence: EvidenceRecord?, duration: Duration) {
    self.gate = gate
    self.check = check
    self.evidence = evidence
    self.duration = duration
  }
}

/// Runs gates.
package struct GateRunner: Sendable {
  private let settings: ProofSettings
  private let supervisor: Supervisor
  private let clock: Clock

  package init(settings: ProofSettings, supervisor: Supervisor, clock: @escaping Clock) {
    self.settings = settings
    self.supervisor = supervisor
    self.clock = clock
  }

  /// What was asked.
  package func ask(_ gate: Gate, _ context: GateContext) async -> GateResult {
    switch gate.question {
    case .command(let argv): await run(gate, argv, settings.deadline, context)
    case .noConsoleErrors(let argv, _): await run(gate, argv, settings.deadline, context)
    case .performance(let argv, let limit): await run(gate, argv, limit, context)
    case .testsPass: await tests(gate, context)
    case .documentationUpdated: plain(gate, documentation(gate, context))
    case .microTaskSize(let limit): plain(gate, size(gate, limit, context))
    case .unanswerable(let reason): plain(gate, gate.didNotRun(reason))
    }
  }

  private func run(
    _ gate: Gate, _ argv: [String], _ deadline: Duration, _ context: GateContext
  ) async -> GateResult {
    let startedAt = clock().wall
    let outcome = await supervisor.run(
      Command(
        argv: argv, workingDirectory: context.directory, environment: settings.environment,
        deadline: deadline))
    let output = outcome.standardOutput.text + outcome.standardError.text
    let check = gate.check(outcome.ending(for: gate), output: output)
    let evidence = Evidence(
      kind: .gate, tree: context.tree, command: argv, ending: outcome.termination.words,
      startedAt: startedAt, durationMilliseconds: outcome.duration.wholeMilliseconds,
      outputDigest: outcome.standardOutput.digest, output: output, tests: nil, note: gate.id)
    return GateResult(
      gate: gate, check: check, evidence: evidence.record, duration: outcome.duration)
  }

  private func tests(_ gate: Gate, _ context: GateContext) async -> GateResult {
    let startedAt = clock().wall
    let run = await runTests(
      settings.runner, in: context.directory, environment: settings.environment, selecting: nil,
      deadline: settings.deadline, supervisor: supervisor)
    let observation: TestObservation
    let check: Check
    switch run.run {
    case .ran(let results):
      let outcomes = TestOutcomes(results)
      observation = .ran(results)
      check =
        outcomes.broken.isEmpty && !outcomes.passed.isEmpty
        ? gate.pass(settings.runner.weakness ?? "\(outcomes.passed.count) tests pass")
        : gate.fail(
          outcomes.broken.isEmpty
            ? "no test passed" : "tests fail:\n\(outcomes.sentences(outcomes.broken))")
    case .didNotRun(let reason):
      observation = .didNotRun(reason: reason.description)
      check = gate.didNotRun(reason.description)
    }
    let evidence = Evidence(
      kind: .gate, tree: context.tree, command: run.command, ending: run.termination.words,
      startedAt: startedAt, durationMilliseconds: run.duration.wholeMilliseconds,
      outputDigest: run.outputDigest, output: run.output, tests: observation, note: gate.id)
    return GateResult(gate: gate, check: check, evidence: evidence.record, duration: run.duration)
  }

  private func documentation(_ gate: Gate, _ context: GateContext) -> Check {
    guard let changes = context.changes?.changes else {
      return gate.didNotRun("there is no earlier commit to compare with")
    }
    let code = changes.paths(in: [.implementation])
    let documents = changes.paths(in: [.documentation])
    if code.isEmpty { return gate.pass("no implementation was changed") }
    return documents.isEmpty
      ? gate.fail("implementation was changed and no document: \(listed(code))")
      : gate.pass("documents were changed: \(listed(documents))")
  }

  private func size(_ gate: Gate, _ limit: Int, _ context: GateContext) -> Check {
    guard let lines = context.changes?.implementationLines else {
      return gate.didNotRun("there is no earlier commit to compare with")
    }
    return lines < limit
      ? gate.pass("\(lines) lines of implementation changed")
      : gate.fail("\(lines) lines of implementation changed; fewer than \(limit) are allowed")
  }

  private func plain(_ gate: Gate, _ check: Check) -> GateResult {
    GateResult(gate: gate, check: check, evidence: nil, duration: .zero)
  }
}

extension CommandOutcome {
  fileprivate func ending(for gate: Gate) -> CommandEnding {
    switch termination {
    case .exited(let code): .exited(code)
    case .deadlineExceeded:
      // Too slow is the answer that a performance gate asks for; of any other it says nothing.
      if case .performance = gate.question { .exited(1) } else { .didNotRun(termination.words) }
    case .signalled, .cancelled, .notStarted, .supervisorLost: .didNotRun(termination.words)
    }
  }
}
