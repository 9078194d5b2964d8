// SPDX-License-Identifier: Apache-2.0
// `orchestrate handoff keep`: keeps work that goes on.

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
    let (claim, slot) = try held(invocation)
    let project = try ProjectAccess(invocation, directory: claim.project)
    let handoff = try handoff(claim, project)
    let paths = invocation.arguments("path")
    let kept: KeptWork
    do throws(WorkspaceError) {
      kept = try WorkspacePool(paths: project.paths).keep(
        paths.isEmpty ? nil : paths, of: slot, handoff, claim,
        seconds: SystemClock.make()().wall.seconds)
    } catch {
      guard error.isContent else { throw Problem(error) }
      throw Problem(
        code: "WORKSPACE003", exit: .badInput, message: "the files cannot be kept",
        reason: error.reason, remedy: "orchestrate handoff keep --help")
    }
    for note in kept.notes { invocation.remark(note) }
    guard invocation.wantsJSON else {
      let names = kept.changes.isEmpty ? "nothing changed" : listed(kept.changes.map(\.path))
      invocation.print("kept \(kept.commit.short): \(names)")
      return .done
    }
    let document: JSONValue = [
      "handoff": .string(handoff.id.text), "fence": .integer(claim.fence.number),
      "commit": .string(kept.commit.text), "reference": .string(kept.reference),
      "changes": .strings(kept.changes.map(\.path)), "notes": .strings(kept.notes),
    ]
    invocation.print(document.prettyText)
    return .done
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
