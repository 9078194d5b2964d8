// SPDX-License-Identifier: Apache-2.0
// Asking gates of a folder: the commands are run, and their ends are judged by `Gate`.

package import Domain
package import Supervision

/// Runs gates.
package struct GateRunner: Sendable {
  private let settings: ProofSettings
  private let ledger: GateLedger
  private let files: GateLedgerFiles
  private let supervisor: Supervisor
  private let clock: Clock

  /// A runner.
  ///
  /// - Parameters:
  ///   - ledger: what people have put their names to, as read when the settings were.
  ///   - paths: where the files lie that attestations rest on.
  package init(
    settings: ProofSettings, ledger: GateLedger, paths: ProjectPaths, supervisor: Supervisor,
    clock: @escaping Clock
  ) {
    self.settings = settings
    self.ledger = ledger
    files = GateLedgerFiles(paths: paths)
    self.supervisor = supervisor
    self.clock = clock
  }

  /// What the gate says of the folder, once the base and the ledger have been looked at.
  ///
  /// - Parameter base: an earlier tree. What fails there in the same way does not stop; `nil`
  ///   excuses nothing.
  package func judge(_ gate: Gate, _ context: GateContext, base: GateBase?) async -> GateResult {
    var result = await ask(gate, context)
    if let base { result = await compare(result, with: base) }
    guard result.standing == .asMeasured else { return result }
    let attestation = result.wasAsked ? nil : ledger.attestation(of: gate.id)
    let (check, standing) = ledger.ruling(
      on: gate, result.check, wasAsked: result.wasAsked, at: clock().wall,
      present: files.present(attestation))
    return result.ruled(check, standing)
  }

  private func compare(_ now: GateResult, with base: GateBase) async -> GateResult {
    guard now.gate.canBeAskedOfBase else { return now }
    if case .coverage(let demand) = now.gate.question, let seen = now.coverage,
      now.check.verdict == .pass, demand.dropMax < 100
    {
      let earlier = await base.ask(now.gate)
      let observation = earlier.coverage ?? .didNotRun(earlier.check.message)
      return now.ruled(
        CoverageRules.judge(
          now.gate, demand, now: seen, base: .init(name: base.name, observation: observation)))
    }
    guard now.check.stops, now.check.verdict == .fail else { return now }
    let earlier = await base.ask(now.gate)
    switch BaseComparison.judge(now: now.sighting, base: earlier.sighting) {
    case .failsThereToo: return now.ruled(now.check, .failsOnBase(base.name))
    case .isNew(let reason):
      return now.ruled(now.check.adding("compared with \(base.name): \(reason)"))
    }
  }

  /// What was asked of the folder, and nothing else.
  package func ask(_ gate: Gate, _ context: GateContext) async -> GateResult {
    switch gate.question {
    case .command(let argv): await run(gate, argv, settings.deadline, context)
    case .noConsoleErrors(let argv, _): await run(gate, argv, settings.deadline, context)
    case .performance(let argv, let limit): await run(gate, argv, limit, context)
    case .coverage(let demand): await coverage(gate, demand, context)
    case .testsPass: await tests(gate, context)
    case .documentationUpdated: documentation(gate, context)
    case .microTaskSize(let limit): size(gate, limit, context)
    case .session(let question): session(gate, question, context)
    case .attestation(let reason): unasked(gate, "nobody has attested it, and \(reason)")
    case .notApplicable(let reason): unasked(gate, "not applicable: \(reason)")
    case .unanswerable(let reason): GateResult(gate: gate, check: gate.didNotRun(reason))
    }
  }

  private func run(
    _ gate: Gate, _ argv: [String], _ deadline: Duration, _ context: GateContext
  ) async -> GateResult {
    let startedAt = clock().wall
    let outcome = await supervisor.run(
      Command(
        argv: argv, workingDirectory: context.directory, environment: settings.environment,
        deadline: deadline, outputLimit: gate.readsOutput ? Self.outputMax : 1 << 20))
    var check = gate.check(outcome.ending(for: gate), output: outcome.text)
    if gate.readsOutput, check.verdict == .pass, outcome.isCut {
      check = gate.didNotRun("it printed more than can be looked through")
    }
    return GateResult(
      gate: gate, check: check,
      evidence: outcome.evidence(of: gate, argv, context, startedAt).record,
      duration: outcome.duration,
      objections: check.verdict == .fail
        ? PlacedObjection.all(in: outcome.text, root: context.directory) : [])
  }

  /// The most of each stream that is looked through for errors, in bytes.
  private static let outputMax = 16 << 20

  private func coverage(
    _ gate: Gate, _ demand: CoverageDemand, _ context: GateContext
  ) async -> GateResult {
    let startedAt = clock().wall
    let run = await CoverageRun.measure(
      demand, in: context.directory, environment: settings.environment,
      deadline: settings.deadline, supervisor: supervisor)
    return GateResult(
      gate: gate, check: CoverageRules.judge(gate, demand, now: run.observation, base: nil),
      evidence: run.outcome.evidence(of: gate, demand.command, context, startedAt).record,
      duration: run.outcome.duration, coverage: run.observation)
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
    return GateResult(
      gate: gate, check: check, evidence: evidence.record, duration: run.duration,
      tests: observation.outcomes)
  }

  private func documentation(_ gate: Gate, _ context: GateContext) -> GateResult {
    guard let changes = context.changes?.changes else {
      return GateResult(
        gate: gate, check: gate.didNotRun("there is no earlier commit to compare with"))
    }
    let code = changes.paths(in: [.implementation])
    let documents = changes.paths(in: [.documentation])
    let check =
      if code.isEmpty {
        gate.pass("no implementation was changed")
      } else if documents.isEmpty {
        gate.fail("implementation was changed and no document: \(listed(code))")
      } else {
        gate.pass("documents were changed: \(listed(documents))")
      }
    return GateResult(gate: gate, check: check)
  }

  private func size(_ gate: Gate, _ limit: Int, _ context: GateContext) -> GateResult {
    guard let lines = context.changes?.implementationLines else {
      return GateResult(
        gate: gate, check: gate.didNotRun("there is no earlier commit to compare with"))
    }
    let sentence = "\(lines) lines of implementation changed"
    return GateResult(
      gate: gate,
      check: lines < limit
        ? gate.pass(sentence)
        : gate.fail("\(sentence); fewer than \(limit) are allowed", code: .tooLarge))
  }

  private func session(
    _ gate: Gate, _ question: SessionQuestion, _ context: GateContext
  ) -> GateResult {
    guard let facts = context.session else {
      return unasked(gate, "no session was started here, whose record could be asked")
    }
    return GateResult(gate: gate, check: SessionGateRules.judge(gate, question, facts))
  }

  private func unasked(_ gate: Gate, _ reason: String) -> GateResult {
    GateResult(gate: gate, check: gate.didNotRun(reason), wasAsked: false)
  }
}

extension CommandOutcome {
  /// Whether not all of what was printed is at hand.
  fileprivate var isCut: Bool { standardOutput.omittedBytes + standardError.omittedBytes > 0 }

  /// Both streams, the second after the first.
  fileprivate var text: String { standardOutput.text + standardError.text }

  fileprivate func ending(for gate: Gate) -> CommandEnding {
    switch termination {
    case .exited(let code): .exited(code)
    case .deadlineExceeded:
      // Too slow is the answer that a performance gate asks for; of any other it says nothing.
      if case .performance = gate.question { .exited(1) } else { .didNotRun(termination.words) }
    case .signalled, .cancelled, .notStarted, .supervisorLost: .didNotRun(termination.words)
    }
  }

  fileprivate func evidence(
    of gate: Gate, _ argv: [String], _ context: GateContext, _ startedAt: Timestamp
  ) -> Evidence {
    Evidence(
      kind: .gate, tree: context.tree, command: argv, ending: termination.words,
      startedAt: startedAt, durationMilliseconds: duration.wholeMilliseconds,
      outputDigest: .sha256(of: (standardOutput.digest.hex + standardError.digest.hex).utf8),
      output: text, tests: nil, note: gate.id)
  }
}

extension Gate {
  /// Whether what its command prints is the answer.
  fileprivate var readsOutput: Bool {
    if case .noConsoleErrors = question { true } else { false }
  }
}

extension Check {
  /// The same with a line more to its message.
  fileprivate func adding(_ line: String) -> Check {
    Check(name: name, level: level, verdict: verdict, code: code, message: message + "\n" + line)
  }
}
