// SPDX-License-Identifier: Apache-2.0
// A damaged store, as a user meets it.

import Supervision
import TestKit
import TestPacing
import Testing

@Suite(.paced) struct SalvageTests {
  private func said(_ outcome: CommandOutcome) -> Comment {
    "\(outcome.standardOutput.text)\(outcome.standardError.text)"
  }

  /// Brings what the log still holds into the file, which is copied and damaged afterwards.
  private static let settle = """
    python3 -c 'import sqlite3
    store = sqlite3.connect(".claude/state/orchestrate.db")
    assert store.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
    store.close()'
    """

  /// Changes a letter of every submission that the journal holds.
  private static let damage = """
    python3 -c 'p = ".claude/state/orchestrate.db"; b = open(p, "rb").read()
    assert b"handoffSubmitted" in b
    open(p, "wb").write(b.replace(b"handoffSubmitted", b"handoffSubmittef"))'
    """

  @Test func `a damaged journal is told, made anew from a copy, and the session goes on`()
    async throws
  {
    let project = try await ProjectFixture()
    let run = await project.orchestrate("run", "session-007")
    #expect(run.termination == .exited(0), said(run))
    let copied = await project.shell(
      Self.settle + " && mkdir -p .claude/state/backups && "
        + "cp .claude/state/orchestrate.db .claude/state/backups/orchestrate-9999999999999.db")
    #expect(copied.termination == .exited(0), said(copied))
    let damaged = await project.shell(Self.damage)
    #expect(damaged.termination == .exited(0), said(damaged))
    let doctor = await project.orchestrate("doctor")
    #expect(doctor.standardOutput.text.contains("the journal is damaged"), said(doctor))

    let salvage = await project.orchestrate("recover", "--salvage")
    #expect(salvage.termination == .exited(0), said(salvage))
    #expect(salvage.standardOutput.text.contains("of them from copies"), said(salvage))
    let healthy = await project.orchestrate("doctor")
    #expect(healthy.standardOutput.text.contains("the journal is whole"), said(healthy))
    let again = await project.orchestrate("recover")
    #expect(again.termination == .exited(0), said(again))

    // A clone has the refs and nothing else.
    let gone = await project.shell("rm -r .claude/state")
    #expect(gone.termination == .exited(0), said(gone))
    let rebuilt = await project.orchestrate("recover", "--salvage")
    #expect(rebuilt.termination == .exited(0), said(rebuilt))
    #expect(rebuilt.standardOutput.text.contains("from the journal in git"), said(rebuilt))
    let whole = await project.orchestrate("doctor")
    #expect(whole.standardOutput.text.contains("the journal is whole"), said(whole))
    #expect(whole.standardOutput.text.contains("there is no copy of the store"), said(whole))
  }

  @Test func `without a store or a copy there is nothing to salvage`() async throws {
    let project = try await ProjectFixture()
    let salvage = await project.orchestrate("recover", "--salvage")
    #expect(salvage.termination == .exited(69), said(salvage))
  }
}
