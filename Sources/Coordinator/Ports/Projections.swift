// SPDX-License-Identifier: Apache-2.0
// The port to the files that people, scripts and hooks read. Nothing is decided by them.

package import Documents
package import Domain
package import Store

/// Writes what follows from the store.
package protocol Projections: Sendable {
  /// Brings the session's tasks file and the project's state up to date.
  func update(_ session: SessionRecord, _ tasks: [TaskRecord], at now: Timestamp) throws(Problem)

  /// Writes one of the session's documents whole.
  func write(
    _ text: String, _ file: SessionFolder.File, of session: SessionID
  ) throws(Problem)

  /// Adds a section to a file of the project's memory, unless the session has one there already.
  func remember(_ items: [String], under name: String, of session: SessionID) throws(Problem)
}

/// The files under a project's `.claude`.
struct ProjectFiles: Projections {
  let paths: ProjectPaths
  let settings: ProjectSettings

  func update(_ session: SessionRecord, _ tasks: [TaskRecord], at now: Timestamp) throws(Problem) {
    try SessionFiles(paths: paths, settings: settings)
      .update(session.plan.session, tasks.map(\.standing))
    try ProgressFiles(paths: paths, settings: settings).write(
      session: session, tasks: tasks, at: now)
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
