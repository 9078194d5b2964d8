// SPDX-License-Identifier: Apache-2.0
// `orchestrate init --hooks`: registers our hooks with agents' programs, after showing the diff.

import Coordinator
import Documents
import Domain
import Git
import Glibc

extension InitCommand {
  /// A configuration file as it would become.
  private struct Proposal {
    let agent: HookRegistration
    let path: String
    let text: String
    let diff: String

    var isChange: Bool { !diff.isEmpty }
  }

  /// Shows what would change in the agents' files, asks, and writes.
  static func registerHooks(_ invocation: Invocation, root: String) throws(Problem) -> ExitCode {
    let isRemoving = invocation.flag("remove")
    let proposals = try HookRegistration.allCases.map { (agent) throws(Problem) in
      try proposal(agent, root: root, isRemoving: isRemoving)
    }
    let changes = proposals.filter(\.isChange)
    if !invocation.wantsJSON {
      for proposal in proposals {
        invocation.print(
          proposal.isChange
            ? proposal.diff : "unchanged  \(proposal.agent.file) (\(proposal.agent.name))")
      }
    }
    let isWritten = changes.isEmpty ? false : try mayWrite(invocation)
    if isWritten { for change in changes { try write(change.text, to: change.path) } }
    conclude(invocation, proposals, isWritten: isWritten, isRemoving: isRemoving)
    return .done
  }

  private static func proposal(
    _ agent: HookRegistration, root: String, isRemoving: Bool
  ) throws(Problem) -> Proposal {
    let path = "\(root)/\(agent.file)"
    let bytes = try present(path)
    guard bytes != nil || !isRemoving else {
      return Proposal(agent: agent, path: path, text: "", diff: "")
    }
    let text = try changed(agent, bytes, path, isRemoving: isRemoving)
    let old = bytes.map { String(decoding: $0, as: UTF8.self) }
    return Proposal(
      agent: agent, path: path, text: text, diff: try difference(from: old, to: text, agent.file))
  }

  private static func present(_ path: String) throws(Problem) -> [UInt8]? {
    do throws(FileError) {
      return try readFileIfPresent(path, limit: 4 << 20)
    } catch {
      throw Problem(
        code: "INPUT002", exit: .badInput, message: "\(path) cannot be read", reason: "\(error)")
    }
  }

  private static func changed(
    _ agent: HookRegistration, _ bytes: [UInt8]?, _ path: String, isRemoving: Bool
  ) throws(Problem) -> String {
    do throws(DocumentError) {
      if isRemoving, let bytes { return try agent.removed(from: bytes, path: path) }
      return try agent.registered(in: bytes, path: path)
    } catch {
      throw Problem(
        code: "INPUT003", exit: .badInput, message: "\(error.file) is left as it is",
        reason: "its hooks cannot be changed: \(error)",
        remedy: "mend the file, then: orchestrate init --hooks")
    }
  }

  private static func difference(
    from old: String?, to new: String, _ file: String
  ) throws(Problem) -> String {
    do throws(GitError) {
      return try TextPatch.unified(from: old, to: new, path: file)
    } catch {
      throw .defect(error, in: "the comparison of two texts")
    }
  }

  /// Whether the changes are wanted: said with the command, or answered on the terminal.
  private static func mayWrite(_ invocation: Invocation) throws(Problem) -> Bool {
    if invocation.flag("dry-run") { return false }
    if invocation.flag("yes") { return true }
    guard !invocation.wantsJSON, isatty(STDIN_FILENO) == 1, invocation.output.isTerminal(.messages)
    else {
      throw Problem(
        code: "INIT001", exit: .approvalNeeded,
        message: "the agents' files were not changed",
        reason: "there is no terminal to ask on",
        remedy: "orchestrate init --hooks\(invocation.flag("remove") ? " --remove" : "") --yes")
    }
    invocation.output.write("write this? [y/N] ", to: .messages)
    return ["y", "yes"].contains(readLine()?.lowercased() ?? "")
  }

  private static func conclude(
    _ invocation: Invocation, _ proposals: [Proposal], isWritten: Bool, isRemoving: Bool
  ) {
    if invocation.wantsJSON {
      let files = proposals.map { proposal -> JSONValue in
        [
          "agent": .string(proposal.agent.name), "path": .string(proposal.agent.file),
          "diff": .string(proposal.diff), "written": .bool(isWritten && proposal.isChange),
        ]
      }
      invocation.print(JSONValue.array(files).prettyText)
      return
    }
    if isWritten {
      for proposal in proposals where proposal.isChange {
        invocation.print("wrote  \(proposal.agent.file)")
      }
    } else if proposals.contains(where: \.isChange) {
      invocation.print("nothing was written")
    }
    guard !isRemoving else { return }
    invocation.remark(
      """

      Both programs start 'orchestrate' from PATH and go on without it where it is not found.
      Codex skips hooks that nobody trusted, without a word: trust them with /hooks in codex.
      """)
  }
}
