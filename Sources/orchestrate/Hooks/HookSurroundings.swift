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
    var ownClaim: (document: ClaimDocument, tree: String)?
    var claims: [OpenClaim] = []
    var doubt: String?
    let launched = environment("ORCHESTRATE_PACKET").map(parentFolder)
    let places = [directory] + touched
    for folder in Self.unique((launched.map { [$0] } ?? []) + places.flatMap(Self.workspaces)) {
      do throws(DocumentError) {
        if let document = try Self.claim(in: folder) {
          let tree = folder + "/tree"
          claims.append(OpenClaim(document, tree: tree))
          let isOwn = folder == launched || LexicalPath.relative(directory, to: tree) != nil
          if isOwn, ownClaim == nil { ownClaim = (document, tree) }
        } else if folder == launched {
          doubt = "\(folder)/hook.json is not there; the claim may have ended"
        }
      } catch {
        doubt = "\(error.file) cannot be used: \(error)"
      }
    }
    self.ownClaim = ownClaim
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
    ground = HookGround(claims: claims, doubt: doubt, project: found?.project, health: health)
  }

  /// The folders of workspaces that a path may lie in: those that hold a `tree` above it.
  private static func workspaces(above path: String) -> [String] {
    // Most of what a long shell line names lies nowhere near.
    var folders: [String] = []
    var rest = path.utf8[...]
    while let slash = rest.lastIndex(of: UInt8(ascii: "/")) {
      if rest[slash...].elementsEqual("/tree".utf8) {
        folders.append(slash == rest.startIndex ? "/" : String(Substring(rest[..<slash])))
      }
      rest = rest[..<slash]
    }
    return folders
  }

  private static func stateFile(above directory: String) -> (project: String, path: String)? {
    for project in LexicalPath.ancestors(of: directory) {
      let folder = project == "/" ? "" : project
      let path = folder + "/.claude/progress/state.json"
      if access(path, F_OK) == 0 || errno != ENOENT && errno != ENOTDIR { return (project, path) }
      if access(folder + "/.git", F_OK) == 0 { return nil }
    }
    return nil
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
    stateFile(above: directory)
      ?? environment("CLAUDE_PROJECT_DIR").flatMap { stateFile(above: $0) }
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
      isShared: { path in shared.contains(LexicalPath.names(of: path).last ?? "") })
  }
}
