// SPDX-License-Identifier: Apache-2.0
// Rollbacks of a person's own files through the built program.

import Documents
import Supervision
import TestKit
import Testing

@Suite struct RollbackTests {
  private func said(_ outcome: CommandOutcome) -> Comment {
    "\(outcome.standardOutput.text)\(outcome.standardError.text)"
  }

  /// A second commit, and one of everything that is not committed.
  private func project() async throws -> ProjectFixture {
    let project = try await ProjectFixture()
    let made = await project.shell(
      """
      git config user.name t && git config user.email t@t && echo two >> README.md && \
      git commit -qam two && echo mine >> README.md && echo new > new.txt && chmod 755 new.txt && \
      ln -s README.md link
      """)
    #expect(made.termination == .exited(0), said(made))
    return project
  }

  private let look =
    "git rev-parse HEAD; git status --porcelain; cat README.md new.txt; stat -c %A new.txt link"

  @Test func `a rollback is shown, done, undone and redone`() async throws {
    let project = try await project()
    let before = await project.shell(look).standardOutput.text
    let shown = await project.orchestrate("rollback", "immediate", "--dry-run")
    #expect(shown.standardOutput.text.contains("changes  README.md"), said(shown))
    #expect(await project.shell(look).standardOutput.text == before)
    let done = await project.orchestrate("rollback", "immediate", "--reason", "it broke")
    #expect(done.termination == .exited(0), said(done))
    #expect(done.standardOutput.text.contains("logged: it broke"), said(done))
    let after = await project.shell(look).standardOutput.text
    #expect(!after.contains("mine"))
    let kept = await project.shell("git ls-tree --name-only refs/orchestrate/rescue/000001")
    #expect(kept.standardOutput.text.contains("new.txt"), said(kept))
    let undone = await project.orchestrate("rollback", "--undo")
    #expect(undone.termination == .exited(0), said(undone))
    #expect(await project.shell(look).standardOutput.text == before)
    let redone = await project.orchestrate("redo", "--json")
    #expect(redone.termination == .exited(0), said(redone))
    let document = try JSONValue(parsing: redone.standardOutput.text)
    #expect(document["title"]?.string == "redo 2")
    #expect(await project.shell(look).standardOutput.text == after)
  }

  @Test func `one that a kill interrupted is finished, or left alone where files changed since`()
    async throws
  {
    let project = try await project()
    _ = await project.orchestrate("rollback", "emergency")
    let after = await project.shell(look).standardOutput.text
    // As a kill right after the rescue leaves it.
    let torn = "git update-ref -d refs/orchestrate/operations/000001 && echo mine >> README.md"
    _ = await project.shell(torn)
    let recovered = await project.orchestrate("recover")
    #expect(recovered.standardOutput.text.contains("it is done now"), said(recovered))
    #expect(await project.shell(look).standardOutput.text == after)
    _ = await project.shell(torn + " && echo and another >> README.md")
    let left = await project.orchestrate("recover")
    #expect(left.standardOutput.text.contains("left as they are"), said(left))
    #expect(project.read("README.md")?.hasSuffix("and another\n") == true)
    let again = await project.orchestrate("recover")
    #expect(again.standardOutput.text.contains("nothing was left behind"), said(again))
  }

  private static let senseless: [(arguments: String, code: Int32)] = [
    ("rollback", 64), ("rollback immediately", 64), ("rollback selective", 64),
    ("rollback selective calc", 64), ("rollback module ../elsewhere", 64),
    ("rollback selective no-such-file", 66), ("rollback immediate --to x", 66),
    ("rollback emergency --force", 64), ("rollback phase", 66),
    ("rollback immediate --to HEAD", 77), ("undo", 4), ("redo", 4),
    ("rollback selective .git/config", 66),
  ]

  @Test func `what makes no sense is refused and changes nothing`() async throws {
    let project = try await project()
    let before = await project.shell(look).standardOutput.text
    for (arguments, code) in Self.senseless {
      let refused = await project.shell("$orchestrate \(arguments)")
      #expect(refused.termination == .exited(code), "\(arguments): \(said(refused))")
      #expect(refused.standardError.text.contains("try: "), said(refused))
    }
    #expect(await project.shell(look).standardOutput.text == before)
  }
}
