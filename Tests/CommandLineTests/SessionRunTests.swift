// SPDX-License-Identifier: Apache-2.0
// A session through the built program, from its files to its merged commits.

import Documents
import Glibc
import Supervision
import TestKit
import TestPacing
import Testing

private let hasPytest = access("/usr/lib/python3/dist-packages/pytest", F_OK) == 0

@Suite(.paced, .enabled(if: hasPytest, "Debian's python3-pytest is not installed"))
struct SessionRunTests {
  private func log(_ project: ProjectFixture, _ format: String) async -> String {
    await project.shell("git log --first-parent --format='\(format)' session/007")
      .standardOutput.text
  }

  private func said(_ outcome: CommandOutcome) -> Comment {
    "\(outcome.termination) \(outcome.standardOutput.text) \(outcome.standardError.text)"
  }

  @Test func `an honest session ends merged, and the user's files are untouched`() async throws {
    let project = try await ProjectFixture()
    let before = await project.shell("git rev-parse HEAD; md5sum .git/index; git status --short")
    let run = await project.orchestrate("run", "session-007")
    #expect(run.termination == .exited(0), said(run))
    #expect(await log(project, "%s").contains("merge(task-2): Divide"))
    let tests = await project.shell(
      "git worktree add -q ../merged session/007 && cd ../merged && "
        + "/usr/bin/python3 -m pytest -q -p no:cacheprovider")
    #expect(tests.standardOutput.text.contains("3 passed"), said(tests))
    let fsck = await project.shell("git fsck --strict --no-dangling")
    #expect(fsck.termination == .exited(0), said(fsck))
    _ = await project.shell("git worktree remove ../merged")
    let after = await project.shell("git rev-parse HEAD; md5sum .git/index; git status --short")
    #expect(before.standardOutput.text == after.standardOutput.text)
  }

  @Test func `every checkpoint names its evidence in its trailers`() async throws {
    let project = try await ProjectFixture()
    let run = await project.orchestrate("run", "7")
    #expect(run.termination == .exited(0), said(run))
    let trailers = await project.shell(
      "git for-each-ref --format='%(refname)' refs/orchestrate/007/tasks | while read ref; do "
        + "git log -1 --format='%(trailers:only)' $ref; echo; done")
    for key in ["Session: 007", "Task: task-1", "Stage: red", "Role: test-engineer", "Attempt: 1"] {
      #expect(trailers.standardOutput.text.contains("Orchestrate-\(key)"))
    }
    #expect(trailers.standardOutput.text.contains("Orchestrate-Gate: fail"))
    #expect(trailers.standardOutput.text.contains("Orchestrate-Gate: pass"))
  }

  @Test(arguments: [
    ("task-1/red/1", "passing-test", "TDD002"),
    ("task-1/green/1", "edit-test", "TDD006"),
    ("task-2/green/1", "break-other", "TDD008"),
    ("task-1/green/1", "nothing", "PROOF003"),
    ("task-2/green/1", "crash", "FAILED"),
    ("task-1/review/1", "reject", "REVIEW002"),
  ])
  func `a lie is refused for its reason, and the honest attempt after it is accepted`(
    place: String, lie: String, code: String
  ) async throws {
    let project = try await ProjectFixture(lies: [place: lie])
    let run = await project.orchestrate("run", "session-007")
    #expect(run.termination == .exited(0), said(run))
    #expect(run.standardError.text.contains(code), said(run))
    #expect(await log(project, "%s").contains("merge(task-2): Divide"))
  }

  @Test func `an older test that was disarmed by an added line is run as it was`() async throws {
    let project = try await ProjectFixture(lies: [
      "task-1/red/1": "disarm", "task-1/green/1": "break-other",
    ])
    let run = await project.orchestrate("run", "session-007")
    #expect(run.termination == .exited(0), said(run))
    #expect(
      run.standardError.text.contains("older tests, as they were before this task"), said(run))
    let kept = await project.shell("git show session/007:calc/basic.py")
    #expect(kept.standardOutput.text.contains("a + b"))
  }

  @Test func `an agent that never gets it right blocks its task, and the user is asked`()
    async throws
  {
    let project = try await ProjectFixture(lies: [
      "task-1/green/1": "nothing", "task-1/green/2": "edit-test", "task-1/green/3": "crash",
    ])
    let run = await project.orchestrate("run", "session-007")
    #expect(run.termination == .exited(17), said(run))
    let status = await project.orchestrate("status")
    #expect(status.standardOutput.text.hasPrefix("needs you"), said(status))
    #expect(status.standardOutput.text.contains("task-1"))
    try project.write("lies.json", "{}")
    let retry = await project.orchestrate("task", "retry", "task-1")
    #expect(retry.termination == .exited(0), said(retry))
    let again = await project.orchestrate("run", "session-007")
    #expect(again.termination == .exited(0), said(again))
  }

  @Test func `a run that is killed at any moment goes on and ends with the same commits`()
    async throws
  {
    let calm = try await ProjectFixture()
    let run = await calm.orchestrate("run", "session-007")
    #expect(run.termination == .exited(0), said(run))
    let trees = await calm.shell("git log --first-parent --format=%T session/007")

    let project = try await ProjectFixture()
    for delay in ["0.3", "0.9", "1.4", "2.1", "2.9"] {
      _ = await project.shell(
        "$orchestrate run session-007 >/dev/null 2>&1 & pid=$!; sleep \(delay); "
          + "kill -9 $pid 2>/dev/null; wait")
    }
    let last = await project.orchestrate("run", "session-007")
    #expect(last.termination == .exited(0), said(last))
    let ends = await project.shell("git log --first-parent --format=%T session/007")
    #expect(ends.standardOutput.text == trees.standardOutput.text)
    let doctor = await project.orchestrate("doctor", "--json")
    #expect(doctor.standardOutput.text.contains("the journal is whole"), said(doctor))
    let left = await project.shell("pgrep -fc \"$(basename \"${PWD%/*}\")/.*agent.p[y]\" || true")
    #expect(left.standardOutput.text.contains("0"), said(left))
  }

  /// The second is an empty database with SQLite's journal of the transaction that turns it to WAL,
  /// as a kill before the journal's end leaves them.
  @Test(arguments: [
    ": >.claude/state/orchestrate.db",
    """
    python3 -c "
    def write(name, bytes, size): open('.claude/state/' + name, 'wb').write(bytes.ljust(size, b'\\0'))
    page = b'SQLite format 3'.ljust(16, b'\\0') + bytes.fromhex('1000020200402020' '0000000100000001')
    page = page.ljust(92, b'\\0') + bytes.fromhex('00000001' '002e6301' '0d0000000010')
    write('orchestrate.db', page, 4096)
    write('orchestrate.db-journal', bytes.fromhex(
      'd9d505f920a163d7' '00000000' '53a29333' '00000000' '00000200' '00001000'), 512)
    "
    """,
  ])
  func `a store whose maker was killed before anything was in it keeps nobody out`(
    making: String
  ) async throws {
    let project = try await ProjectFixture()
    let made = await project.shell("mkdir -p .claude/state && \(making)")
    #expect(made.termination == .exited(0), said(made))
    let status = await project.orchestrate("session", "list")
    #expect(status.termination == .exited(0), said(status))
    let run = await project.orchestrate("run", "session-007")
    #expect(run.termination == .exited(0), said(run))
  }

  @Test func `an interrupted run is sealed, and goes on where it was`() async throws {
    let project = try await ProjectFixture()
    let stopped = await project.shell(
      "env --default-signal=INT $orchestrate run session-007 2>run.log & pid=$!; "
        + "until grep -q PASS run.log; do sleep 0.1; done; kill -INT $pid; wait $pid")
    #expect(stopped.termination == .exited(130), said(stopped))
    let status = await project.orchestrate("status")
    #expect(status.standardOutput.text.contains("paused"), said(status))
    let again = await project.orchestrate("run", "session-007")
    #expect(again.termination == .exited(0), said(again))
  }

  @Test func `the status of a session that was given more time says how much it has`()
    async throws
  {
    let project = try await ProjectFixture()
    let extended = await project.shell(
      """
      env --default-signal=INT $orchestrate run session-007 --no-launch 2>first.log & pid=$!
      until grep -q 'task-1' first.log; do sleep 0.1; done; kill -INT $pid; wait $pid
      $orchestrate run session-007 --no-launch --extend 1h 2>second.log & pid=$!
      until grep -q HEALTH second.log; do sleep 0.1; done; kill -9 $pid; wait $pid; exit 0
      """)
    #expect(extended.termination == .exited(0), said(extended))
    let status = await project.orchestrate("status")
    #expect(status.standardOutput.text.contains(" of 300m"), said(status))
    let document = await project.orchestrate("status", "--json")
    let budget = try JSONValue(parsing: Array(document.standardOutput.text.utf8))["budget"]
    #expect(budget?["sessionMinutesMax"]?.int == 300, said(document))
  }

  @Test func `agents that poll carry a session to its end, and do nothing twice`() async throws {
    let project = try await ProjectFixture()
    let loop = """
      field() {
        echo "$ticket" | python3 -c "import json, sys; t = json.load(sys.stdin); print($1)"
      }
      worker() {
        while true; do
          ticket=$($orchestrate handoff claim --wait 2s --json --worker "$1" 2>/dev/null)
          code=$?
          if [ $code -ne 0 ]; then
            $orchestrate status --json 2>/dev/null | grep -q '"phase": "completed"' && return 0
            continue
          fi
          read -r id fence < <(field 't["id"], t["fence"]')
          dir=$(field 't["workspace"]')
          report=$(mktemp)
          (cd "$dir" && field 'json.dumps(t["packet"])' |
            ORCHESTRATE_REPORT=$report "$OLDPWD/agent.py")
          $orchestrate handoff submit "$id" --fence "$fence" --report "$report" >/dev/null || true
        done
      }
      """
    let run = await project.shell(
      loop + "\n$orchestrate run session-007 --no-launch >/dev/null 2>run.log & run=$!\n"
        + "worker a & a=$!\nworker b & b=$!\nwait $run; code=$?\nwait $a $b\ncat run.log; exit $code"
    )
    #expect(run.termination == .exited(0), said(run))
    let accepted = await project.orchestrate("checkpoint", "list", "--json")
    let rows = try JSONValue(parsing: Array(accepted.standardOutput.text.utf8)).array ?? []
    #expect(rows.count == 12, said(accepted))
    let stages = rows.map { "\($0["task"]?.string ?? "")/\($0["stage"]?.string ?? "")" }
    #expect(Set(stages).count == stages.count)
  }
}
