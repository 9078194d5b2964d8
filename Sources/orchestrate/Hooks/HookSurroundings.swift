// SPDX-License-Identifier: Apache-2.0
// Finds what holds where a tool is used: at most a state file and the file beside a workspace.

import Coordinator
import Documents
import Domain
import Glibc
import Supervision

/// The files that a hook reads, found from where the agent works and what it touches. No store, no
/// repository: every tool call of every agent waits for this.
struct HookSurroundings {
  /// The claim in whose workspace the agent works; `nil` where it works elsewhere.
  let ownClaim: (document: ClaimDocument, tree: String)?
  /// The project's state file with its bytes; `nil` where there is none.
  let state: (path: String, bytes: [UInt8])?
  /// What the rules go by.
  let ground: HookGround

  /// - Parameters:
  ///   - directory: where the agent works.
  ///   - touched: the files that its tool is about to touch.
  init(directory: String, touched: [String], environment: EnvironmentLookup) {
    var documents: [(document: ClaimDocument, tree: String)] = []
    var doubt: String?
    let launched = environment("ORCHESTRATE_PACKET").map(parentFolder)
    let places = [directory] + touched
    for folder in Self.unique((launched.map { [$0] } ?? []) + places.flatMap(Self.workspaces)) {
      do throws(DocumentError) {
        if let document = try Self.claim(in: folder) {
          documents.append((document, folder + "/tree"))
        } else if folder == launched {
          doubt = "\(folder)/hook.json is not there; the claim may have ended"
        }
      } catch {
        doubt = "\(error.file) cannot be used: \(error)"
      }
    }
    ownClaim = documents.first {
      $0.tree == launched.map { $0 + "/tree" }
        || LexicalPath.relative(directory, to: $0.tree) != nil
    }
    let found = Self.stateFile(directory, environment)
    var health = HookGround.Health.fine
    if let found {
      do throws(FileError) {
        let bytes = try readFile(found.path, limit: 4 << 20)
        state = (found.path, bytes)
        health = HookGround.Health(parsing: bytes, file: found.path)
      } catch {
        state = nil
        health = .unknowable(reason: "\(error)")
      }
    } else {
      state = nil
    }
    // A person who lets an agent mend the project says so when starting it.
    if environment("ORCHESTRATE_MEND") == "1" { health = .fine }
    ground = HookGround(
      claims: documents.map { OpenClaim($0.document, tree: $0.tree) }, doubt: doubt,
      project: found?.project, health: health)
  }

  /// The folders of workspaces that a path may lie in: those that hold a `tree` above it.
  private static func workspaces(above path: String) -> [String] {
    // Most of what a long shell line names lies nowhere near.
    guard (path + "/").contains("/tree/") else { return [] }
    return LexicalPath.ancestors(of: path).filter { $0.hasSuffix("/tree") }.map(parentFolder)
  }

  private static func unique(_ folders: [String]) -> [String] {
    var seen: [String] = []
    for folder in folders where !seen.contains(folder) { seen.append(folder) }
    return seen
  }

  private static func claim(in folder: String) throws(DocumentError) -> ClaimDocument? {
    let file = folder + "/hook.json"
    let bytes: [UInt8]?
    do throws(FileError) {
      bytes = try readFileIfPresent(file, limit: 1 << 20)
    } catch {
      throw DocumentError(file: file, place: .whole, fault: .unreadable(error))
    }
    guard let bytes else { return nil }
    return try ClaimDocument(parsing: bytes, file: file)
  }

  /// The nearest state file at or above the agent's folder, no further than its repository.
  private static func stateFile(
    _ directory: String, _ environment: EnvironmentLookup
  ) -> (project: String, path: String)? {
    for start in [directory, environment("CLAUDE_PROJECT_DIR")].compactMap({ $0 }) {
      for folder in LexicalPath.ancestors(of: start) {
        let path = (folder == "/" ? "" : folder) + "/.claude/progress/state.json"
        if access(path, F_OK) == 0 || errno != ENOENT && errno != ENOTDIR { return (folder, path) }
        if access(folder + "/.git", F_OK) == 0 { break }
      }
    }
    return nil
  }
}

/// The folder that a path lies in.
private func parentFolder(of path: String) -> String {
  LexicalPath.absolute("..", in: path)
}

extension OpenClaim {
  /// A claim as its file gives it, with the coordinator's own way of sorting paths.
  fileprivate init(_ document: ClaimDocument, tree: String) {
    let groups = PathGroups(
      tests: document.tests.map(PathPattern.init),
      testConfiguration: document.testConfiguration.map(PathPattern.init),
      documents: document.documents.map(PathPattern.init), litter: document.litter)
    let litter = document.litter.map(PathPattern.init)
    let shared = document.sharedNames
    self.init(
      tree: tree, handoff: document.handoff, fence: document.fence, task: document.task,
      stage: document.stage,
      group: { path in
        litter.contains { $0.matches(path) } ? nil : groups.group(of: path)
      },
      isShared: { path in shared.contains(String(path.split(separator: "/").last ?? "")) })
  }
}
