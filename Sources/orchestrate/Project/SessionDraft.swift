// SPDX-License-Identifier: Apache-2.0
// The four files that a new session begins with, from its objectives (S4-41 … S4-46).

import Coordinator
import Documents
import Domain
import Git

/// A session that is only an intention yet.
struct SessionDraft {
  let session: SessionID
  let taskIDs: [String]
  private let files: [(path: String, text: String)]

  /// - Throws: `Problem` where the folder or the repository cannot be read.
  init(
    objectives: [String], workflow: String?, hours: Int, paths: ProjectPaths,
    settings: ProjectSettings
  ) throws(Problem) {
    let folder = SessionFolder(path: paths.sessions)
    let number: SessionID?
    do throws(FileError) {
      number = try folder.next()
    } catch {
      throw Problem(
        code: "INPUT002", exit: .badInput, message: "the sessions cannot be read",
        reason: "\(error)")
    }
    guard let session = number else {
      throw Problem(
        code: "SESSION010", exit: .conflict, message: "every session number is in use",
        reason: "the highest is 999999")
    }
    self.session = session
    let minutes = max(10, hours * 60 / objectives.count / 2)
    let plan = PlanDocument(
      session: session, objectives: objectives,
      tasks: objectives.enumerated().map { index, objective in
        PlanDocument.Task(
          number: index + 1, name: objective, estimatedTime: "\(minutes) minutes",
          successCriteria: ["\(objective): shown by tests that failed before"],
          testCases: ["Should: \(objective)"])
      })
    let tasksPath = folder.path(of: .tasks, in: session)
    do throws(DocumentError) {
      let tasks = try TasksDocument(
        plan: plan, session: session, file: tasksPath, workflow: workflow,
        roles: try ShippedFiles.embedded.roleAliases(), aliases: settings.statusAliases)
      taskIDs = tasks.tasks.map(\.id.text)
      let context = Self.context(session, objectives, hours, tasks, paths)
      files = [
        (folder.path(of: .context, in: session), context.text),
        (folder.path(of: .plan, in: session), plan.text),
        (tasksPath, tasks.text),
        (folder.path(of: .tests, in: session), TestsDocument(for: plan).text),
      ]
    } catch {
      throw Problem(
        code: "INPUT003", exit: .badInput, message: "the session cannot be written down",
        reason: error.description)
    }
  }

  /// Writes the files.
  ///
  /// - Returns: their paths.
  func write() throws(Problem) -> [String] {
    do throws(FileError) {
      for file in files { try AtomicFile.write(Array(file.text.utf8), to: file.path) }
    } catch {
      throw Problem(
        code: "OUTPUT001", exit: .failure, message: "the session's files cannot be written",
        reason: "\(error)")
    }
    return files.map(\.path)
  }

  private static func context(
    _ session: SessionID, _ objectives: [String], _ hours: Int, _ tasks: TasksDocument,
    _ paths: ProjectPaths
  ) -> ContextDocument {
    let place = place(paths)
    let agents = Set(tasks.tasks.compactMap(\.agent)).sorted().joined(separator: ", ")
    return ContextDocument(
      session: session, branch: place.branch, lastCommit: place.commit, buildStatus: .notRun,
      testCoverage: "not measured", knownIssues: "", completed: "", pending: "", blockers: "",
      module: "", feature: objectives[0], priority: "", agents: agents, servers: "",
      timeBudget: "\(hours) hours")
  }

  /// The branch and its newest commit; empty where git cannot say.
  private static func place(_ paths: ProjectPaths) -> (branch: String, commit: String) {
    do throws(GitError) {
      let repository = try Repository(discoveringFrom: paths.root)
      switch try repository.head() {
      case .branch(let name, let commit): return (name, commit.short)
      case .detached(let commit): return ("", commit.short)
      case .unborn(let name): return (name, "")
      }
    } catch {
      return ("", "")
    }
  }
}
