// SPDX-License-Identifier: Apache-2.0
// `orchestrate rollback`: eight ways back, each with a rescue before it.

import Coordinator
import Documents
import Domain
import Glibc
import Store

enum RollbackCommand {
  static let spec = CommandSpec(
    ["rollback"], summary: "Go back, keeping what is left under a ref",
    discussion: """
      On your own files: `immediate` takes the checked-out branch back one commit, or to --to; \
      `emergency` drops everything that is not committed; `selective` and `module` take files and \
      folders back to the last commit, or to --to. Ignored files and .claude/ stay as they are.

      On a session, never touching your files: `phase` does a stage of a task again, `command` a \
      whole task, `quality` takes the session's branch back to where its tests pass, `complete` \
      ends the session and removes its branch.

      Before anything changes, everything as it is goes under a ref, untracked files included; \
      --undo brings it back. More than five rollbacks an hour need --force, and so does ending the \
      claim of a worker.
      """,
    examples: [
      Example("orchestrate rollback selective src/login.py", "One file, as last committed"),
      Example("orchestrate rollback immediate --dry-run", "What one commit back would change"),
      Example("orchestrate rollback phase --task task-3 --stage green", "Do green again"),
      Example("orchestrate rollback --undo", "As it was before the last rollback"),
    ],
    positionals: [
      Positional("type", RollbackKind.allCases.map(\.rawValue).joined(separator: ", "), .optional),
      Positional("path", "What to take back: selective, module", .variadic),
    ],
    options: [
      OptionSpec("to", .text("COMMIT"), help: "Where to go back to: a commit, a checkpoint"),
      OptionSpec("task", .text("ID"), help: "The task, for phase and command"),
      OptionSpec("stage", .text("STAGE"), help: "The stage to do again, for phase"),
      OptionSpec("session", .text("S"), help: "The session; the newest by default"),
      OptionSpec("undo", help: "Take the last rollback back"),
      OptionSpec("check", help: "Run the project's tests on what it leaves"),
    ] + UndoCommand.options
  ) { (invocation) throws(Problem) in
    let desk = OperationDesk(project: try ProjectAccess(invocation))
    let log = try await desk.log()
    let wish = try UndoCommand.wish(invocation)
    let report: OperationReport
    if invocation.flag("undo") {
      guard invocation.argument("type") == nil else {
        throw .usage("--undo takes no type", remedy: "orchestrate rollback --undo")
      }
      guard let last = log.nextRollbackUndo else { throw UndoCommand.nothing("rollback to undo") }
      report = try await desk.takeBack(last, as: .undo(of: last.number), wish)
    } else {
      report = try await roll(invocation, desk, wish)
    }
    var checks = report.checks
    if invocation.flag("check"), !wish.isDryRun { checks.append(try await desk.checkTests(report)) }
    return UndoCommand.tell(report, checks, invocation)
  }

  private static func roll(
    _ invocation: Invocation, _ desk: OperationDesk, _ wish: OperationWish
  ) async throws(Problem) -> OperationReport {
    switch try kind(invocation) {
    case let kind where kind.ground == .project:
      let order = try files(kind, invocation, root: desk.project.paths.root)
      return try await desk.rollback(order, wish)
    case .quality:
      let view = try SessionView(invocation)
      guard let commit = try checkpoint(invocation, view) else {
        return try await desk.rollbackToPassing(view.id, wish)
      }
      return try await desk.rollback(view.id, .quality, .quality(commit), wish)
    case let kind:
      let view = try SessionView(invocation)
      return try await desk.rollback(view.id, kind, try order(kind, invocation, view, wish), wish)
    }
  }

  /// The type that was named. Without one, --to names a checkpoint of a session or a commit.
  private static func kind(_ invocation: Invocation) throws(Problem) -> RollbackKind {
    if let word = invocation.argument("type") {
      if let kind = RollbackKind(rawValue: word) { return kind }
      throw .usage(
        "there is no rollback '\(word)'",
        reason: "there are \(listed(RollbackKind.allCases.map(\.rawValue)))",
        remedy: "orchestrate rollback --help")
    }
    guard let to = invocation.text("to") else {
      throw .usage(
        "say which rollback",
        reason: "there are \(listed(RollbackKind.allCases.map(\.rawValue)))",
        remedy: "orchestrate rollback --help")
    }
    guard try ProjectAccess(invocation).reader() != nil else { return .immediate }
    let sealed = try SessionView(invocation).acceptances()
    return sealed.contains { $0.acceptance.checkpoint.text.hasPrefix(to) } ? .phase : .immediate
  }

  // MARK: A person's files

  private static func files(
    _ kind: RollbackKind, _ invocation: Invocation, root: String
  ) throws(Problem) -> FilesRollback {
    let named = invocation.arguments("path")
    let wantsPaths = kind == .selective || kind == .module
    guard named.isEmpty != wantsPaths else {
      throw .usage(
        wantsPaths ? "say what to take back" : "rollback \(kind.rawValue) takes no paths",
        remedy: "orchestrate rollback \(wantsPaths ? "\(kind.rawValue) PATH" : "module PATH")")
    }
    if kind == .emergency, invocation.text("to") != nil {
      throw .usage(
        "rollback emergency goes back to the last commit",
        remedy: "orchestrate rollback immediate --to COMMIT")
    }
    var paths: [String] = []
    for path in named {
      let inside = try Arguments.projectPath(path, root: root, directory: invocation.directory)
      if kind == .selective, isFolder("\(root)/\(inside)") {
        throw .usage("\(path) is a folder", remedy: "orchestrate rollback module \(path)")
      }
      paths.append(inside)
    }
    return FilesRollback(kind: kind, target: invocation.text("to"), paths: paths)
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  // MARK: A session

  private static func order(
    _ kind: RollbackKind, _ invocation: Invocation, _ view: SessionView, _ wish: OperationWish
  ) throws(Problem) -> SessionRollback {
    switch kind {
    case .complete: return .complete(reason: wish.reason)
    case .command: return .command(try task(invocation, view))
    case .phase, .quality, .immediate, .module, .selective, .emergency:
      let stage = try invocation.text("stage").map(stage)
      guard let commit = try checkpoint(invocation, view) else {
        return .phase(try task(invocation, view), stage: stage, checkpoint: nil)
      }
      if let owner = try view.acceptances().first(where: { $0.acceptance.checkpoint == commit }) {
        return .phase(owner.handoff.task, stage: nil, checkpoint: commit)
      }
      return .phase(try task(invocation, view), stage: nil, checkpoint: commit)
    }
  }

  private static func stage(_ word: String) throws(Problem) -> Stage {
    guard let stage = Stage(rawValue: word) else {
      throw .usage(
        "there is no stage '\(word)'",
        reason: "there are \(listed(Stage.allCases.map(\.rawValue)))",
        remedy: "orchestrate rollback phase --help")
    }
    return stage
  }

  /// The commit that --to names: a checkpoint, or any that git knows.
  private static func checkpoint(
    _ invocation: Invocation, _ view: SessionView
  ) throws(Problem) -> ObjectID? {
    guard let to = invocation.text("to") else { return nil }
    let sealed = try view.acceptances().map(\.acceptance.checkpoint)
    let found = Set(sealed.filter { $0.text.hasPrefix(to) })
    if let one = found.first, found.count == 1 { return one }
    return try view.project.commit(to)
  }

  private static func task(
    _ invocation: Invocation, _ view: SessionView
  ) throws(Problem) -> TaskID {
    if let word = invocation.text("task") {
      return try view.task(try Arguments.task(word)).planned.id
    }
    let touched = try view.tasks().filter {
      if case .pending = $0.progress.state { false } else { true }
    }
    guard let only = touched.first, touched.count == 1 else {
      throw .usage(
        "say which task", reason: "\(listed(touched.map(\.planned.id))) were begun",
        remedy: "orchestrate rollback \(invocation.argument("type") ?? "phase") --task ID")
    }
    return only.planned.id
  }
}
