// SPDX-License-Identifier: Apache-2.0
// Where a project keeps what the coordinator reads and writes.

import Domain
import Glibc

/// The places of one project. Paths are absolute and without a trailing slash.
package struct ProjectPaths: Hashable, Sendable {
  /// The user's working directory: the top of the git work tree.
  package let root: String
  /// Where workspaces are kept, outside the project so that no tool that looks upwards from one
  /// finds the user's files.
  package private(set) var workspaces: String

  /// - Parameter environment: `ORCHESTRATE_WORKSPACES` names the workspaces' parent; else they lie
  ///   under `XDG_STATE_HOME`, else `HOME/.local/state`, else in the project's own state folder.
  package init(root: String, environment: [String: String]) {
    self.root = root
    let key = String(Digest.sha256(of: root.utf8).hex.prefix(16))
    let parent =
      environment["ORCHESTRATE_WORKSPACES"]
      ?? environment["XDG_STATE_HOME"].map { $0 + "/orchestrate" }
      ?? environment["HOME"].map { $0 + "/.local/state/orchestrate" }
    workspaces = parent.map { "\($0)/\(key)" } ?? "\(root)/.claude/state/workspaces"
    runtime = environment["XDG_RUNTIME_DIR"] ?? "/tmp/orchestrate-\(getuid())"
    socketKey = key
  }

  /// The same project with workspaces in a folder of the caller's own, beside the usual ones: two
  /// processes never meet in one.
  package func withOwnWorkspaces(_ name: String) -> ProjectPaths {
    var paths = self
    paths.workspaces += "/" + name
    return paths
  }

  private let runtime: String
  private let socketKey: String

  /// The folder of everything that is ours and the agents': `.claude`.
  package var claude: String { root + "/.claude" }
  /// What git ignores: store, lock, socket.
  package var state: String { claude + "/state" }
  /// The store.
  package var database: String { state + "/orchestrate.db" }
  /// The one writer's lock.
  package var lock: String { state + "/orchestrate.lock" }
  /// State for people, `jq` and hooks.
  package var progress: String { claude + "/progress" }
  /// The sessions' documents.
  package var sessions: String { claude + "/sessions" }
  /// What outlives sessions.
  package var memory: String { claude + "/memory" }
  /// The project's own role prompts.
  package var agents: String { claude + "/agents" }
  /// The project's own workflows.
  package var workflows: String { claude + "/workflows" }
  /// What people have attested of gates.
  package var attestations: String { claude + "/gates/attestations.json" }
  /// Which gates people have waived.
  package var waivers: String { claude + "/gates/waivers.json" }
  /// `project.json`.
  package var configuration: String { claude + "/config/project.json" }

  /// The live coordinator's socket, beside the store; a Unix address holds only 107 bytes, so a
  /// long path moves it to the user's runtime folder.
  package var socket: String {
    let beside = state + "/orchestrate.sock"
    return beside.utf8.count < 100 ? beside : "\(runtime)/\(socketKey).sock"
  }
}
