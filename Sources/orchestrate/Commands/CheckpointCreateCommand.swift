// SPDX-License-Identifier: Apache-2.0
// `orchestrate checkpoint create --manual`: seal by hand what no ref holds yet.

import Coordinator
import Documents
import Domain

enum CheckpointCreateCommand {
  static let spec = CommandSpec(
    ["checkpoint", "create"], summary: "Seal by hand what no ref holds yet",
    discussion: """
      Stages are sealed as they are accepted. When git could take nothing for a while (SESSION004), \
      this seals what lies in the session's workspaces, whoever is at work there, under rescue refs, \
      and puts the journal into git. Doing it twice does no harm.
      Exits 24 where something could not be sealed: its folder is kept.
      """,
    examples: [
      Example("orchestrate checkpoint create --manual", "After SESSION004, once git can write")
    ],
    options: [
      OptionSpec("manual", help: "By hand; there is no other way, and it must be said"),
      OptionSpec("session", .text("S"), help: "The session; the newest by default"),
    ]
  ) { (invocation) throws(Problem) in
    guard invocation.flag("manual") else {
      throw .usage(
        "checkpoints are made when a stage is accepted",
        remedy: "orchestrate checkpoint create --manual")
    }
    let view = try SessionView(invocation)
    let session = view.id
    let sealed = try await view.project.withCoordinator(
      settings: try view.project.settings(), tell: ProjectAccess.tellNobody, recovering: false
    ) { (coordinator) throws(Problem) in try await coordinator.sealByHand(session) }
    if invocation.wantsJSON {
      let document: JSONValue = [
        "session": .string(session.padded), "sealed": .strings(sealed.references),
        "unsealed": .array(sealed.unsealed.map { .string($0.text) }),
      ]
      invocation.print(document.prettyText)
    } else {
      for name in sealed.references { invocation.print("sealed    \(name)") }
      if sealed.references.isEmpty { invocation.print("refs hold everything already") }
    }
    guard sealed.unsealed.isEmpty else {
      throw Problem(
        code: SessionFault.preservation.rawValue, exit: .session004,
        message: "what lies in the workspaces of \(listed(sealed.unsealed)) could not be sealed",
        reason: "git could not take it; the folders are kept", remedy: "orchestrate doctor")
    }
    return .done
  }
}
