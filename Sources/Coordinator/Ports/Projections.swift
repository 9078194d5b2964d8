// SPDX-License-Identifier: Apache-2.0
// The port to the files that people, scripts and hooks read. Nothing is decided by them.

package import Documents
package import Domain
import Glibc
package import Store

/// Writes what follows from the store.
package protocol Projections: Sendable {
  /// Brings the session's tasks file and the project's state up to date.
  ///
  /// - Parameter tasks: reads the session's tasks, which takes a while where there are many.
  func update(
    _ session: SessionRecord, _ tasks: @escaping @Sendable () throws(Problem) -> [TaskRecord],
    at now: Timestamp
  ) async throws(Problem)

  /// Writes one of the session's documents whole.
  func write(
    _ text: String, _ file: SessionFolder.File, of session: SessionID
  ) throws(Problem)

  /// Adds a section to a file of the project's memory, unless the session has one there already.
  func remember(_ items: [String], under name: String, of session: SessionID) throws(Problem)

  /// The files of the project's state that are there and cannot be used.
  func damaged() -> [DamagedFile]
  /// Whether the project's state was ever written.
  var hasState: Bool { get }
  /// Moves a file out of the way under a free name beside it. Nothing is deleted.
  func setAside(_ path: String) throws(Problem)
  /// Begins the state anew with what the last checkpoint says (S0-42).
  func restoreState(at now: Timestamp) throws(Problem)
  /// Sets a session's tasks file aside where it cannot be read, and writes it anew by the plan.
  func mendTasks(of session: SessionRecord, _ tasks: [PlannedTask]) throws(Problem)
}

/// A file that cannot be read, or not as what it should be.
package struct DamagedFile: Hashable, Sendable {
  /// Where it lies.
  package let path: String
  /// What is wrong with it.
  package let problem: Problem
}

extension Projections {
  /// Files that nobody can damage are whole.
  package func damaged() -> [DamagedFile] { [] }
  /// Files that nobody can damage are there.
  package var hasState: Bool { true }
  /// There is nothing to set aside.
  package func setAside(_ path: String) throws(Problem) {}
  /// There is nothing to restore.
  package func restoreState(at now: Timestamp) throws(Problem) {}
  /// There is nothing to mend.
  package func mendTasks(of session: SessionRecord, _ tasks: [PlannedTask]) throws(Problem) {}
}

/// The files under a project's `.claude`.
struct ProjectFiles: Projections {
  let paths: ProjectPaths
  let settings: ProjectSettings

  func update(
    _ session: SessionRecord, _ tasks: @escaping @Sendable () throws(Problem) -> [TaskRecord],
    at now: Timestamp
  ) async throws(Problem) {
    try await offloaded { () throws(Problem) in
      let tasks = try tasks()
      try SessionFiles(paths: paths, settings: settings)
        .update(session.plan.session, tasks.map(\.standing))
      try progress.write(session: session, tasks: tasks, at: now)
    }
  }

  private var progress: ProgressFiles { ProgressFiles(paths: paths, settings: settings) }

  func damaged() -> [DamagedFile] { progress.damaged() }
  var hasState: Bool { progress.hasState }

  func restoreState(at now: Timestamp) throws(Problem) {
    try progress.restoreState(setAside: setAside, at: now)
  }

  func mendTasks(of session: SessionRecord, _ tasks: [PlannedTask]) throws(Problem) {
    let files = SessionFiles(paths: paths, settings: settings)
    do throws(Problem) {
      _ = try files.tasks(session.session)
    } catch {
      if error.isUnreadable {
        try setAside(SessionFolder(path: paths.sessions).path(of: .tasks, in: session.session))
      }
      try files.write(SessionPlan(session.plan, tasks: tasks))
    }
  }

  func setAside(_ path: String) throws(Problem) {
    for number in 1...999 {
      let name = "\(path).damaged-\(number)"
      var status = stat()
      guard lstat(name, &status) != 0 else { continue }
      if rename(path, name) == 0 || errno == ENOENT { return }
      break
    }
    throw Problem(
      code: "OUTPUT001", exit: .failure, message: "\(path) cannot be set aside",
      reason: String(cString: strerror(errno)))
  }

  func write(
    _ text: String, _ file: SessionFolder.File, of session: SessionID
  ) throws(Problem) {
    try SessionFiles(paths: paths, settings: settings)
      .write(text, SessionFolder(path: paths.sessions).path(of: file, in: session))
  }

  func remember(_ items: [String], under name: String, of session: SessionID) throws(Problem) {
    guard !items.isEmpty else { return }
    let path = "\(paths.memory)/\(name).md"
    let heading = "## Session \(session)"
    do throws(FileError) {
      let old = String(decoding: try readFileIfPresent(path) ?? [], as: UTF8.self)
      guard !old.split(separator: "\n").contains(Substring(heading)) else { return }
      let title = old.isEmpty ? "# \(name.prefix(1).uppercased() + name.dropFirst())\n" : ""
      let section =
        title + "\n\(heading)\n\n" + items.map { "- \($0)\n" }.joined()
      try AtomicFile.append(Array(section.utf8), to: path)
    } catch {
      throw Problem(
        code: "OUTPUT001", exit: .failure, message: "\(path) cannot be written",
        reason: "\(error)")
    }
  }
}
