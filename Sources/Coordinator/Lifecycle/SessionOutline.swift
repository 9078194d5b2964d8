// SPDX-License-Identifier: Apache-2.0
// A session's title and objectives, from the prose beside its tasks.

import Documents
import Domain

/// What `session-NNN-plan.md` and `-context.md` say of the whole session.
struct SessionOutline {
  let title: String
  let objectives: [String]

  /// Reads what is there; both files may be missing.
  init(_ session: SessionID, in folder: SessionFolder) throws(Problem) {
    let plan = PlanDocument(parsing: try Self.text(folder.path(of: .plan, in: session)))
    let context = ContextDocument(parsing: try Self.text(folder.path(of: .context, in: session)))
    objectives = plan.objectives
    let names = [context.feature, plan.objectives.first ?? "", "Session \(session)"]
    title = names.first { !$0.isEmpty && $0 != "None" } ?? ""
  }

  /// That of a session of which nothing but its number is known.
  init(of session: SessionID) {
    title = "Session \(session)"
    objectives = []
  }

  private static func text(_ path: String) throws(Problem) -> String {
    do throws(FileError) {
      return String(decoding: try readFileIfPresent(path) ?? [], as: UTF8.self)
    } catch {
      throw Problem(
        code: "INPUT002", exit: .badInput, message: "\(path) cannot be read", reason: "\(error)")
    }
  }
}
