// SPDX-License-Identifier: Apache-2.0
// `orchestrate handoff keep` and `restore`: work that goes on is kept, and begun anew.

import Coordinator
import Documents
import Domain
import Git
import Glibc
import Store

enum HandoffKeepCommand {
  static let spec = CommandSpec(
    ["handoff", "keep"], summary: "Keep what lies in a claim's workspace so far",
    discussion: """
      For whoever holds a claim, called in the claim's workspace. The files are on the disk when \
      this returns, under a ref of the claim's own; nothing is proved and no task moves. With \
      paths, from the workspace's top, only they are looked at, which takes a few milliseconds \
      however large the project is; what was kept before of other files stays kept.
      """,
    examples: [
      Example("orchestrate handoff keep", "Everything that changed"),
      Example("orchestrate handoff keep src/a.py tests", "A file and a folder"),
    ],
    positionals: [Positional("path", "A file or folder; without one everything", .variadic)]
  ) { (invocation) throws(Problem) in
    let paths = invocation.arguments("path")
    let kept = try work(invocation) {
      (pool, slot, handoff, claim, seconds) throws(WorkspaceError) in
      try pool.keep(paths.isEmpty ? nil : paths, of: slot, handoff, claim, seconds: seconds)
    }
    tell(kept, as: "kept", invocation)
    return .done
  }

  static let restoring = CommandSpec(
    ["handoff", "restore"], summary: "Put files of a claim's workspace back as the claim began",
    discussion: """
      For whoever holds a claim, called in the claim's workspace. What lies at the paths is kept \
      first, as by handoff keep; then they hold what they held when the claim began, and nothing \
      where they held nothing; what git ignores in a folder goes with it. It takes a few \
      milliseconds however large the project is.
      """,
    examples: [Example("orchestrate handoff restore src/a.py tests", "Begin these anew")],
    positionals: [Positional("path", "A file or folder", .variadic)]
  ) { (invocation) throws(Problem) in
    let paths = invocation.arguments("path")
    guard !paths.isEmpty else {
      throw Problem(
        code: "USAGE001", exit: .usage, message: "no path is named",
        remedy: "orchestrate handoff restore --help")
    }
    let kept = try work(invocation) {
      (pool, slot, handoff, claim, seconds) throws(WorkspaceError) in
      let kept = try pool.keep(paths, of: slot, handoff, claim, seconds: seconds)
      try pool.restore(paths, of: slot, to: handoff.base)
      return kept
    }
    tell(kept, as: "restored, and kept before", invocation)
    return .done
  }

  /// Does something to the workspace in which the command was called, for whoever holds its claim.
  private static func work(
    _ invocation: Invocation,
    _ body: (WorkspacePool, WorkspacePool.Slot, Handoff, ClaimDocument, Int)
      throws(WorkspaceError) -> KeptWork
  ) throws(Problem) -> KeptWork {
    let (claim, slot) = try held(invocation)
    let project = try ProjectAccess(invocation, directory: claim.project)
    let handoff = try handoff(claim, project)
    do throws(WorkspaceError) {
      return try body(
        WorkspacePool(paths: project.paths), slot, handoff, claim,
        SystemClock.make()().wall.seconds)
    } catch {
      guard error.isContent else { throw Problem(error) }
      throw Problem(
        code: "WORKSPACE003", exit: .badInput, message: "the files cannot be kept",
        reason: error.reason, remedy: "orchestrate handoff keep --help")
    }
  }

  private static func tell(_ kept: KeptWork, as words: String, _ invocation: Invocation) {
    for note in kept.notes { invocation.remark(note) }
    guard invocation.wantsJSON else {
      let names = kept.changes.isEmpty ? "nothing changed" : listed(kept.changes.map(\.path))
      invocation.print("\(words) \(kept.commit.short): \(names)")
      return
    }
    let document: JSONValue = [
      "handoff": .string(kept.handoff.text), "commit": .string(kept.commit.text),
      "reference": .string(kept.reference), "changes": .strings(kept.changes.map(\.path)),
      "notes": .strings(kept.notes),
    ]
    invocation.print(document.prettyText)
  }

  /// The claim in whose workspace the command was called.
  private static func held(
    _ invocation: Invocation
  ) throws(Problem) -> (ClaimDocument, WorkspacePool.Slot) {
    let place = try place(invocation)
    for tree in LexicalPath.ancestors(of: place) where tree.hasSuffix("/tree") {
      let slot = WorkspacePool.Slot(name: "", directory: String(tree.dropLast("/tree".count)))
      guard let bytes = try bytes(of: slot.hook) else { continue }
      do throws(DocumentError) {
        return (try ClaimDocument(parsing: bytes, file: slot.hook), slot)
      } catch {
        throw unusable(slot.hook, "\(error)")
      }
    }
    throw Problem(
      code: "WORKSPACE004", exit: .notFound, message: "\(place) is in no workspace of a claim",
      reason: "there is no hook.json beside a folder called tree above it",
      remedy: "orchestrate handoff claim --help")
  }

  private static func place(_ invocation: Invocation) throws(Problem) -> String {
    guard let found = realpath(invocation.directory, nil) else {
      throw unusable(invocation.directory, String(cString: strerror(errno)))
    }
    defer { free(found) }
    return String(cString: found)
  }

  private static func bytes(of file: String) throws(Problem) -> [UInt8]? {
    do throws(FileError) {
      return try readFileIfPresent(file, limit: 1 << 20)
    } catch {
      throw unusable(file, "\(error)")
    }
  }

  private static func unusable(_ file: String, _ reason: String) -> Problem {
    Problem(
      code: "INPUT003", exit: .badInput, message: "\(file) cannot be used", reason: reason,
      remedy: "orchestrate status")
  }

  /// The handoff, if the claim still holds it.
  private static func handoff(
    _ claim: ClaimDocument, _ project: ProjectAccess
  ) throws(Problem) -> Handoff {
    let store = try project.reader()
    let found: Handoff?
    do throws(StoreError) {
      found = try store?.handoff(claim.handoff)
    } catch {
      throw Problem(error)
    }
    guard let found, found.claim?.fence == claim.fence else {
      throw .leaseLost(claim.handoff, claim.fence, held: found?.claim?.fence)
    }
    return found
  }
}
