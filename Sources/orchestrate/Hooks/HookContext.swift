// SPDX-License-Identifier: Apache-2.0
// Where things stand, in the few lines that an agent begins its session with.

import Documents
import Domain

/// What is said at the start of an agent's session, and in its status line.
struct HookContext {
  private let claim: ClaimDocument?
  private let tree: String
  private let state: (path: String, bytes: [UInt8])?
  private let health: HookGround.Health

  init(_ surroundings: HookSurroundings) {
    claim = surroundings.ownClaim?.document
    tree = surroundings.ownClaim?.tree ?? ""
    state = surroundings.state
    health = surroundings.ground.health
  }

  /// A few lines; empty where there is neither a claim nor a state file.
  var text: String {
    if let claim {
      return """
        You hold handoff \(claim.handoff): \(claim.stage.rawValue) of \(claim.task), \
        fence \(claim.fence). Work in \(tree).
        What to do is in \(LexicalPath.absolute("../packet.json", in: tree)). The coordinator \
        proves what you hand in; nothing that is said about it counts.
        Agents that polled for it hand it in with: \(Self.submission(claim))
        """
    }
    switch health {
    case .unknowable(let reason):
      return "The project's state is not known: \(reason). See: orchestrate enter"
    case .broken:
      return "The project is BROKEN: its health check fails. Mend that before any feature; "
        + "then run: orchestrate enter"
    case .fine: return stateLine.map { "\($0). See: orchestrate status" } ?? ""
    }
  }

  /// One line of at most 120 characters; empty where there is nothing to say.
  var line: String {
    let line: String
    if let claim {
      line = "\(claim.handoff) \(claim.stage.rawValue) of \(claim.task)"
    } else {
      switch health {
      case .unknowable: line = "project state unknown"
      case .broken: line = "project BROKEN"
      case .fine: line = stateLine ?? ""
      }
    }
    return String(TerminalStyle.harmless(line).prefix(120))
  }

  private var stateLine: String? {
    guard let state else { return nil }
    do throws(DocumentError) {
      let document = try StateDocument(parsing: state.bytes, file: state.path)
      let last = document.lastAction.map { "; \($0.prefix(200))" } ?? ""
      return "Project state \(document.state.rawValue), health \(document.health.rawValue)\(last)"
    } catch {
      return "The project's state cannot be read: \(error)"
    }
  }

  /// The command by which a claim is handed in, from anywhere.
  static func submission(_ claim: ClaimDocument) -> String {
    let project = "'" + claim.project.replacing("'", with: "'\\''") + "'"
    return "orchestrate -C \(project) handoff submit \(claim.handoff) --fence \(claim.fence)"
  }
}
