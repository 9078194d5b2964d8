// SPDX-License-Identifier: Apache-2.0
// Work that its holder keeps before handing it in.

import Documents
import Supervision
import TestKit
import Testing

@Suite struct HandoffKeepTests {
  @Test func `a claim's holder keeps named files, then others, then everything`() async throws {
    let project = try await ProjectFixture()
    let claimed = await project.shell(
      "$orchestrate run 7 --no-launch >/dev/null 2>&1 & pid=$!; "
        + "$orchestrate handoff claim --wait 120s --json; kill -TERM $pid; wait $pid; true")
    let ticket = try JSONValue(parsing: claimed.standardOutput.text)
    let tree = try #require(ticket["workspace"]?.string)
    func keep(_ change: String, _ paths: String) async throws -> JSONValue {
      let outcome = await project.shell(
        "cd '\(tree)' && \(change) && $orchestrate handoff keep --json \(paths)")
      #expect(outcome.termination == .exited(0), "\(outcome.standardError.text)")
      return try JSONValue(parsing: outcome.standardOutput.text)
    }

    let first = try await keep(
      "echo '# kept' >> calc/basic.py && echo new > notes.md && mkdir x", "calc/basic.py")
    #expect(first["changes"] == ["calc/basic.py"])
    let second = try await keep("echo more > x/y", "x")
    #expect(second["changes"] == ["x/y"])
    let reference = try #require(second["reference"]?.string)
    #expect(reference == "refs/orchestrate/007/kept/task-1/design-1-1")
    let listing = await project.shell(
      "git diff --name-only HEAD '\(reference)'; git show '\(reference):calc/basic.py' | tail -1; "
        + "git fsck --strict --no-dangling")
    #expect(listing.standardOutput.text == "calc/basic.py\nx/y\n# kept\n")

    // What was taken back is taken back in what is kept, and of the rest nothing is lost.
    let third = try await keep("git checkout -q calc/basic.py && rm -r x", "calc x")
    #expect(third["changes"] == [])
    let all = try await keep("true", "")
    #expect(all["changes"] == ["notes.md"])
    let history = await project.shell("git rev-list --count HEAD..'\(reference)'")
    #expect(history.standardOutput.text == "4\n")

    // Begun anew, what was there is kept and nothing else is touched.
    let restored = await project.shell(
      "(cd '\(tree)' && echo wrong > calc/basic.py && echo gone > extra.py && "
        + "$orchestrate handoff restore calc/basic.py extra.py && git status --porcelain) && "
        + "git show '\(reference):calc/basic.py' '\(reference):extra.py'")
    #expect(restored.termination == .exited(0), "\(restored.standardError.text)")
    #expect(restored.standardOutput.text.hasSuffix("?? notes.md\nwrong\ngone\n"))
    let unnamed = await project.shell("cd '\(tree)' && $orchestrate handoff restore")
    #expect(unnamed.termination == .exited(64))

    let outside = await project.shell("cd '\(tree)' && $orchestrate handoff keep ../hook.json")
    #expect(outside.termination == .exited(65), "\(outside.standardError.text)")
    let elsewhere = await project.orchestrate("handoff", "keep")
    #expect(elsewhere.termination == .exited(66))
    _ = await project.orchestrate("handoff", "release", "007-1", "--fence", "1")
    let late = await project.shell("cd '\(tree)' && $orchestrate handoff keep")
    #expect(late.termination == .exited(66), "\(late.standardError.text)")
  }
}
