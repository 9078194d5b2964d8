// SPDX-License-Identifier: Apache-2.0
// `orchestrate gate`: the configured gates, headlessly, on the present tree.

import Coordinator
import Documents
import Domain
import Git
import Service

enum GateCommand {
  static let specs = [run, list]

  static let run = CommandSpec(
    ["gate", "run"], summary: "Run the configured gates on the files as they are",
    discussion: """
      Needs no terminal and no session. Exits 0 when every gate lets the tree through, 10 when one \
      stops it, 4 when none is configured. A gate that did not run is never a pass.
      """,
    examples: [
      Example("orchestrate gate", "All of them"),
      Example("orchestrate gate --only tests-pass --junit gates.xml", "One, with a report for CI"),
    ],
    options: [
      OptionSpec("only", .text("ID"), repeats: true, help: "Only this gate; may be repeated"),
      OptionSpec("junit", .text("FILE"), help: "Also write a JUnit report"),
      OptionSpec(
        "base", .text("REV"), default: "HEAD~1", help: "What size and documents are compared with"),
    ]
  ) { (invocation) throws(Problem) in
    let project = try ProjectAccess(invocation)
    let settings = try project.settings()
    let gates = try select(settings.gates, invocation.texts("only"))
    let context = try context(project, settings, base: invocation.text("base") ?? "HEAD~1")
    let runner = GateRunner(
      settings: settings.proof, supervisor: .ownExecutable, clock: SystemClock.make())
    var results: [GateResult] = []
    for gate in gates {
      let result = await runner.ask(gate, context)
      results.append(result)
      if !invocation.wantsJSON { show(result, invocation) }
    }
    if let path = invocation.text("junit") { try write(GateReport.junit(results), to: path) }
    let stopped = results.filter(\.check.stops)
    if invocation.wantsJSON {
      invocation.print(json(results, passed: stopped.isEmpty).prettyText)
    } else if stopped.isEmpty {
      invocation.print("\(results.count) gates let this through")
    } else {
      invocation.print("stopped by \(listed(stopped.map(\.gate.id)))")
    }
    return stopped.isEmpty ? .done : .gateFailed
  }

  static let list = CommandSpec(
    ["gate", "list"], summary: "List the configured gates",
    examples: [Example("orchestrate gate list", "What would be asked, and how much it binds")]
  ) { (invocation) throws(Problem) in
    let gates = try ProjectAccess(invocation).settings().gates
    if invocation.wantsJSON {
      let rows: [JSONValue] = gates.map {
        ["id": .string($0.id), "level": .string($0.level.rawValue), "asks": .string($0.sentence)]
      }
      invocation.print(JSONValue.array(rows).prettyText)
      return .done
    }
    var table = TextTable(["gate", "level", "asks"])
    for gate in gates {
      table.add([.init(gate.id), .init(gate.level.rawValue), .init(gate.sentence)])
    }
    invocation.output.write(table.render(invocation.style), to: .data)
    return .done
  }

  private static func select(_ gates: [Gate], _ only: [String]) throws(Problem) -> [Gate] {
    guard !gates.isEmpty else {
      throw Problem(
        code: "GATE000", exit: .nothingMatched, message: "no gate is configured",
        reason: ".claude/config/project.json names neither gates nor a test command",
        remedy: "orchestrate init")
    }
    for id in only where !gates.contains(where: { $0.id == id }) {
      throw Problem(
        code: "GATE000", exit: .nothingMatched, message: "there is no gate \(id)",
        reason: "configured are \(listed(gates.map(\.id)))", remedy: "orchestrate gate list")
    }
    return only.isEmpty ? gates : gates.filter { only.contains($0.id) }
  }

  private static func context(
    _ project: ProjectAccess, _ settings: ProjectSettings, base: String
  ) throws(Problem) -> GateContext {
    do throws(GitError) {
      let repository = try Repository(discoveringFrom: project.paths.root)
      guard let head = try repository.head().commit else {
        return GateContext(directory: project.paths.root, tree: nil, changes: nil)
      }
      let tree = try repository.tree(ofCommit: head)
      let changes = try change(settings, repository, base: base, to: tree)
      return GateContext(directory: project.paths.root, tree: tree, changes: changes)
    } catch {
      throw Problem(error)
    }
  }

  /// What changed since `base`; `nil` in a repository with one commit.
  private static func change(
    _ settings: ProjectSettings, _ repository: Repository, base: String, to tree: ObjectID
  ) throws(GitError) -> ChangeSet? {
    let commit: ObjectID
    do throws(GitError) {
      commit = try repository.resolve(base)
    } catch {
      guard error.reason == .notFound, base == "HEAD~1" else { throw error }
      return nil
    }
    return try settings.proof.paths.changes(
      from: repository.tree(ofCommit: commit), to: tree, in: repository)
  }

  private static func show(_ result: GateResult, _ invocation: Invocation) {
    let check = result.check
    let ink: TerminalStyle.Ink =
      switch check.verdict {
      case .pass: .green
      case .fail: check.stops ? .red : .yellow
      case .didNotRun: .yellow
      }
    let lines = check.message.split(separator: "\n").map(String.init)
    invocation.print(
      "\(invocation.style.ink(check.verdict.words, ink))  \(result.gate.id) "
        + "(\(result.gate.level.rawValue), \(TimeInWords.brief(result.duration))): "
        + TerminalStyle.harmless(lines.first ?? ""))
    for line in lines.dropFirst() { invocation.print("      " + TerminalStyle.harmless(line)) }
  }

  private static func json(_ results: [GateResult], passed: Bool) -> JSONValue {
    [
      "passed": .bool(passed),
      "gates": .array(
        results.map { result in
          var document = Wire.check(result.check)
          document.set("id", .string(result.gate.id))
          document.set("durationMilliseconds", .integer(result.duration.wholeMilliseconds))
          document.set("stops", .bool(result.check.stops))
          document.set("evidence", result.evidence.map { .string($0.digest.hex) } ?? .null)
          return document
        }),
    ]
  }

  private static func write(_ text: String, to path: String) throws(Problem) {
    do throws(FileError) {
      try AtomicFile.write(Array(text.utf8), to: path)
    } catch {
      throw Problem(
        code: "OUTPUT001", exit: .failure, message: "\(path) cannot be written",
        reason: "\(error)")
    }
  }
}

extension Gate {
  /// What it asks, in words.
  var sentence: String {
    switch question {
    case .command(let argv): "\(argv.joined(separator: " ")) ends with exit 0"
    case .testsPass: "the project's tests pass"
    case .noConsoleErrors(let argv, let words):
      "\(argv.joined(separator: " ")) prints none of \(words.joined(separator: ", "))"
    case .performance(let argv, let limit):
      "\(argv.joined(separator: " ")) ends within \(TimeInWords.brief(limit))"
    case .documentationUpdated: "a document was changed where implementation was"
    case .microTaskSize(let limit): "fewer than \(limit) lines of implementation were changed"
    case .unanswerable(let reason): "cannot be asked: \(reason)"
    }
  }
}
