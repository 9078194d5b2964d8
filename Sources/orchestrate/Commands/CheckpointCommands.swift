// SPDX-License-Identifier: Apache-2.0
// `orchestrate checkpoint …`: the sealed stages of a session.

import Coordinator
import Documents
import Domain
import Git
import Store

enum CheckpointCommands {
  static let specs = [list, show, diff]

  private static let session = OptionSpec(
    "session", .text("S"), help: "The session; the newest by default")
  private static let id = Positional("id", "A checkpoint's commit, or the beginning of it")

  static let list = CommandSpec(
    ["checkpoint", "list"], summary: "List the sealed stages of a session",
    examples: [
      Example("orchestrate checkpoint list", "Of the newest session"),
      Example("orchestrate checkpoint list --task task-3", "Of one task"),
    ],
    options: [session, OptionSpec("task", .text("ID"), help: "Only of this task")]
  ) { (invocation) throws(Problem) in
    let view = try SessionView(invocation)
    let task = invocation.text("task")
    let records = try view.acceptances().filter { task == nil || $0.handoff.task.text == task }
    if invocation.wantsJSON {
      invocation.print(JSONValue.array(records.map(Shapes.checkpoint)).prettyText)
      return .done
    }
    var table = TextTable(["commit", "task", "stage", "role", "attempt", "sealed", "proof"])
    for record in records {
      let passed = record.acceptance.checks.filter { $0.verdict == .pass }
      table.add([
        .init(record.acceptance.checkpoint.short, .cyan), .init(record.handoff.task.text),
        .init(record.handoff.stage.rawValue), .init(record.handoff.role.rawValue),
        .init("\(record.handoff.attempt)"), .init(record.at.description),
        .init("\(passed.count) checks pass, \(record.acceptance.evidence.count) runs kept"),
      ])
    }
    invocation.output.write(table.render(invocation.style), to: .data)
    return .done
  }

  static let show = CommandSpec(
    ["checkpoint", "show"], summary: "Show a checkpoint with its checks and evidence",
    examples: [Example("orchestrate checkpoint show 1a2b3c4d5e", "What was run, and seen")],
    positionals: [id], options: [session]
  ) { (invocation) throws(Problem) in
    let view = try SessionView(invocation)
    let record = try find(view, try invocation.required("id"))
    var evidence: [Evidence] = []
    for digest in record.acceptance.evidence {
      let kept = try view.read { (store) throws(StoreError) in try store.evidence(digest) }
      if let found = kept?.evidence { evidence.append(found) }
    }
    if invocation.wantsJSON {
      var document = Shapes.checkpoint(record)
      document.set("runs", .array(evidence.map(run)))
      invocation.print(document.prettyText)
      return .done
    }
    invocation.print("commit    \(record.acceptance.checkpoint)")
    invocation.print("ref       \(record.acceptance.reference)")
    invocation.print(
      "stage     \(record.handoff.stage.rawValue) of \(record.handoff.task), attempt "
        + "\(record.handoff.attempt), fence \(record.acceptance.fence)")
    invocation.print("sealed    \(record.at)\n")
    for check in record.acceptance.checks {
      invocation.print("\(check.verdict.words)  \(check.name): \(check.message)")
    }
    for item in evidence {
      invocation.print("\n\(item.note)\n  \(item.command.joined(separator: " "))")
      invocation.print(
        "  \(item.ending) after \(TimeInWords.brief(.milliseconds(item.durationMilliseconds)))"
          + ", \(Self.counts(item))")
    }
    return .done
  }

  static let diff = CommandSpec(
    ["checkpoint", "diff"], summary: "Show what a checkpoint changed",
    examples: [Example("orchestrate checkpoint diff 1a2b3c4d5e", "A patch that git understands")],
    positionals: [id], options: [session]
  ) { (invocation) throws(Problem) in
    let view = try SessionView(invocation)
    let record = try find(view, try invocation.required("id"))
    let text: String
    do throws(GitError) {
      let repository = try Repository(discoveringFrom: view.project.paths.root)
      text = try repository.diffText(
        from: repository.tree(ofCommit: record.handoff.base),
        to: repository.tree(ofCommit: record.acceptance.checkpoint), paths: [])
    } catch {
      throw Problem(error)
    }
    if invocation.wantsJSON {
      var document = Shapes.checkpoint(record)
      document.set("diff", .string(text))
      invocation.print(document.prettyText)
    } else {
      invocation.output.write(text, to: .data)
    }
    return .done
  }

  private static func find(
    _ view: SessionView, _ prefix: String
  ) throws(Problem) -> AcceptanceRecord {
    let found = try view.acceptances().filter {
      prefix.count >= 4 && $0.acceptance.checkpoint.text.hasPrefix(prefix)
    }
    guard let record = found.first else {
      throw Problem(
        code: "CHECKPOINT000", exit: .notFound, message: "there is no checkpoint \(prefix)",
        remedy: "orchestrate checkpoint list")
    }
    guard found.count == 1 else {
      throw Problem.usage(
        "\(prefix) is the beginning of \(found.count) checkpoints",
        remedy: "orchestrate checkpoint list")
    }
    return record
  }

  private static func run(_ evidence: Evidence) -> JSONValue {
    [
      "kind": .string(evidence.kind.rawValue),
      "note": .string(evidence.note),
      "tree": evidence.tree.map { .string($0.text) } ?? .null,
      "command": .array(evidence.command.map { .string($0) }),
      "ending": .string(evidence.ending),
      "startedAt": .string(evidence.startedAt.description),
      "durationMilliseconds": .integer(evidence.durationMilliseconds),
      "outputDigest": evidence.outputDigest.map { .string($0.hex) } ?? .null,
      "tests": .string(counts(evidence)),
    ]
  }

  private static func counts(_ evidence: Evidence) -> String {
    switch evidence.tests {
    case .ran(let results):
      let outcomes = TestOutcomes(results)
      return "\(outcomes.passed.count) passed, \(outcomes.broken.count) failed"
    case .didNotRun(let reason): return "did not run: \(reason)"
    case nil: return "no tests"
    }
  }
}
