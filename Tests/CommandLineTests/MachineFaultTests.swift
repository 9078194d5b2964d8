// SPDX-License-Identifier: Apache-2.0
// Crashes, stopped processes, jumping clocks and full disks, through the built program.

import Documents
import Glibc
import Supervision
import TestKit
import TestPacing
import Testing

private let hasPytest = access("/usr/lib/python3/dist-packages/pytest", F_OK) == 0

/// Whether the machine lets us do something that not every one does.
private func isPermitted(_ line: String) -> Bool { system("\(line) >/dev/null 2>&1") == 0 }

private let mayMount = isPermitted("unshare -m mount -t tmpfs none /mnt")
private let mayShiftTime = isPermitted("unshare -T --boottime 100 --fork true")

@Suite(.paced, .enabled(if: hasPytest, "Debian's python3-pytest is not installed"))
struct MachineFaultTests {
  private func said(_ outcome: CommandOutcome) -> Comment {
    "\(outcome.termination) \(outcome.standardOutput.text) \(outcome.standardError.text)"
  }

  /// A project with two tasks that only want to be documented, and an agent written in shell.
  private func project(
    agent: String, leaseSeconds: Int = 900, more: String = ""
  ) async throws -> ProjectFixture {
    let project = try await ProjectFixture(
      settings: """
        {
          "test_command": "/usr/bin/python3 -m pytest -q --tb=short",
          "drivers": {"shell": {"kind": "command", "argv": ["./agent.sh"]}},
          "roles": {"documenter": {"driver": "shell"}},
          "limits": {"leaseSeconds": \(leaseSeconds), "attempts": 9} \(more)
        }
        """)
    mkdir(project.root + "/.claude/workflows", 0o755)
    try project.write(
      ".claude/workflows/notes.md",
      "---\nname: notes\nstages: [{stage: document, role: documenter}]\n---\nNotes.\n")
    let tasks = ["task-1", "task-2"].map { id in
      """
      {"id": "\(id)", "title": "\(id)", "agent": "documenter", "status": "pending",
       "files": [], "tests": [], "blockers": [], "workflow": "notes"}
      """
    }
    try project.write(
      ".claude/sessions/session-007-tasks.json",
      "{\"sessionId\": \"007\", \"tasks\": [\(tasks.joined(separator: ", "))]}")
    try project.write(
      "agent.sh",
      """
      #!/bin/sh
      coordinator=$(awk '/^PPid:/{print $2}' /proc/$PPID/status)
      finish() { echo '{"summary": "no document is due"}' >"$ORCHESTRATE_REPORT"; exit 0; }
      \(agent)
      finish

      """)
    chmod(project.root + "/agent.sh", 0o755)
    return project
  }

  private func json(_ outcome: CommandOutcome) throws -> JSONValue {
    try JSONValue(parsing: Array(outcome.standardOutput.text.utf8))
  }

  private func handoff(_ project: ProjectFixture, _ ordinal: Int) async throws -> JSONValue {
    try json(await project.orchestrate("handoff", "show", "007-\(ordinal)", "--json"))
  }

  // MARK: Poison

  @Test
  func
    `an agent that always kills its coordinator is stopped at the fifth time, and the rest is done`()
    async throws
  {
    let project = try await project(
      agent: "if [ $ORCHESTRATE_TASK = task-1 ]; then kill -9 $coordinator; sleep 60; fi")
    let runs = await project.shell(
      "for i in 1 2 3 4 5 6 7 8; do $orchestrate run 7 >>run.log 2>&1; code=$?; echo $code; "
        + "[ $code = 137 ] || break; done")
    #expect(
      runs.standardOutput.text == String(repeating: "137\n", count: 5) + "17\n", said(runs))
    let poison = try await handoff(project, 1)
    #expect(poison["state"]?.string == "dead" && poison["losses"]?.int == 5)
    #expect(poison["feedback"]?.array?.last?["code"]?.string == "CRASH001")
    let tasks = try json(await project.orchestrate("task", "list", "--json")).array ?? []
    #expect(tasks.map { $0["state"]?.string } == ["blocked", "completed"], "\(tasks)")
    let retried = await project.orchestrate("recover", "--type", "tool_failure", "--json")
    #expect(try json(retried)["retried"]?.array?.count == 1, said(retried))
  }

  @Test func `what an agent left running when all its guards were killed is ended by the next run`()
    async throws
  {
    let project = try await project(
      agent: """
        if [ ! -e "$HOME/once" ]; then
          : >"$HOME/once"
          setsid sh -c 'trap "" TERM; while :; do date >>late.txt; sleep 0.1; done' &
          echo $! >"$HOME/stray"
          until [ -e late.txt ]; do sleep 0.05; done
          kill -9 $coordinator $PPID
          sleep 60
        fi
        """)
    // In one shell: what watches over this test's own commands would find the stray, too.
    let outcome = await project.shell(
      """
      $orchestrate run 7 >/dev/null 2>&1; echo "run $?"
      kill -0 $(cat ~/stray) && echo alive
      $orchestrate recover --json | python3 -c "import json, sys
      t = json.load(sys.stdin); print(t['strays'] > 0, len(t['returned']))"
      while kill -0 $(cat ~/stray) 2>/dev/null; do sleep 0.05; done; echo gone
      """)
    #expect(outcome.standardOutput.text == "run 137\nalive\nTrue 1\ngone\n", said(outcome))
    let run = await project.orchestrate("run", "7")
    #expect(run.termination == .exited(0), said(run))
    let rescue = await project.shell(
      "git for-each-ref --format='%(refname)' refs/orchestrate/007/rescue | head -1 | "
        + "xargs -I{} git show {}:late.txt | wc -l")
    #expect(Int(rescue.standardOutput.text.filter(\.isNumber)) ?? 0 > 0, said(rescue))
  }

  // MARK: Leases

  @Test
  func
    `a coordinator and an agent that stood still past the lease: the agent is ended, its work done again`()
    async throws
  {
    let project = try await project(
      agent: """
        if [ ! -e "$HOME/pids" ]; then
          trap '' TERM
          echo "$coordinator $$" >"$HOME/pids.new"; mv "$HOME/pids.new" "$HOME/pids"
          while :; do sleep 0.1; done
        fi
        """, leaseSeconds: 2)
    let run = await project.shell(
      "$orchestrate run 7 2>run.log & run=$!; until [ -e ~/pids ]; do sleep 0.05; done; "
        + "read -r coordinator agent <~/pids; kill -STOP $coordinator $agent; sleep 2.5; "
        + "kill -CONT $coordinator $agent; wait $run; code=$?; "
        + "kill -0 $agent 2>/dev/null && echo 'the agent lives'; cat run.log; exit $code")
    #expect(run.termination == .exited(0), said(run))
    #expect(!run.standardOutput.text.contains("the agent lives"))
    let first = try await handoff(project, 1)
    #expect(first["state"]?.string == "accepted" && first["attempt"]?.int == 1, said(run))
    #expect(first["losses"]?.int ?? 0 >= 1)
  }

  /// Starts the session for agents that poll, and lets one claim; prints `id fence`.
  private let claiming = """
    field() { python3 -c "import json, sys; t = json.load(sys.stdin); print($1)"; }
    claim() { $orchestrate handoff claim --wait 30s --json --worker "$1" | field 't["id"], t["fence"]'; }
    start() {
      $orchestrate run 7 --no-launch >/dev/null 2>&1 & run=$!
      until $orchestrate status --json 2>/dev/null | grep -q '"phase": "execution"'; do sleep 0.05; done
    }
    printf '{"summary": "no document is due"}' >report.json

    """

  @Test
  func `a worker that comes back after its lease is refused, and the second one's work stands`()
    async throws
  {
    let project = try await project(agent: ":", leaseSeconds: 1)
    let outcome = await project.shell(
      claiming
        + """
        start
        read -r id fence < <(claim first)
        kill -STOP $run; sleep 1.2; kill -CONT $run
        $orchestrate handoff submit $id --fence $fence --report report.json >/dev/null 2>&1; echo "late $?"
        $orchestrate handoff renew $id --fence $fence >/dev/null 2>&1; echo "renewal $?"
        while :; do
          read -r next second < <(claim second)
          $orchestrate handoff submit $next --fence $second --report report.json >/dev/null 2>&1 &&
            [ $next = $id ] && break
        done
        $orchestrate handoff submit $id --fence $fence --report report.json >/dev/null 2>&1; echo "later $?"
        kill -9 $run
        """)
    #expect(
      outcome.standardOutput.text == "late 16\nrenewal 16\nlater 16\n", said(outcome))
    let accepted = try json(await project.orchestrate("checkpoint", "list", "--json")).array ?? []
    #expect(accepted.filter { $0["task"]?.string == "task-1" }.count == 1)
  }

  @Test(.enabled(if: mayShiftTime, "time namespaces are not permitted here"))
  func `a machine that slept past the lease has lost it, and one that dozed has not`() async throws
  {
    let project = try await project(agent: ":", leaseSeconds: 600)
    let outcome = await project.shell(
      claiming
        + """
        start; kill -9 $run; wait
        read -r id fence < <(claim sleeper)
        renew() { unshare -T --boottime $1 --fork $orchestrate handoff renew $id --fence $fence; }
        renew 300 >/dev/null 2>&1; echo "dozed $?"
        renew 86400 >/dev/null 2>&1; echo "slept $?"
        """)
    #expect(outcome.standardOutput.text == "dozed 0\nslept 16\n", said(outcome))
  }

  // MARK: Recoveries

  @Test func `a recovery that is killed again and again ends as one that is not`() async throws {
    let project = try await project(agent: ":")
    let outcome = await project.shell(
      claiming
        + """
        start; kill -9 $run; wait 2>/dev/null
        read -r id fence < <(claim worker)
        $orchestrate handoff submit $id --fence $fence --report report.json >/dev/null 2>&1 & submit=$!
        until $orchestrate handoff show $id --json 2>/dev/null | grep -Eq '"state": "(submitted|accepted)"'
        do kill -0 $submit || break; sleep 0.01; done
        kill -9 $submit; wait 2>/dev/null
        for delay in 0.02 0.05 0.1; do
          $orchestrate recover >/dev/null 2>&1 & pid=$!; sleep $delay; kill -9 $pid; wait 2>/dev/null
        done
        $orchestrate recover >/dev/null; echo "recovered $?"
        $orchestrate handoff show $id --json | field 't["state"], t["attempt"]'
        $orchestrate recover
        $orchestrate doctor --json | grep -o 'the journal is whole'
        """)
    #expect(
      outcome.standardOutput.text
        == "recovered 0\naccepted 1\nnothing was left behind\nthe journal is whole\n",
      said(outcome))
  }

  @Test func `a damaged state is mended by recover, and where nothing is automatic only by it`()
    async throws
  {
    let project = try await project(
      agent: ":", more: ", \"recovery\": {\"auto_recovery\": false}")
    let outcome = await project.shell(
      claiming
        + """
        start; kill -9 $run; wait 2>/dev/null
        echo '{"state": "IMPLE' >.claude/progress/state.json
        $orchestrate run 7 >/dev/null 2>err.txt; echo "run $?"; grep -o 'orchestrate recover' err.txt
        $orchestrate enter >/dev/null 2>&1; echo "enter $?"
        $orchestrate recover --type crash --json | field 'len(t["rebuilt"])'
        python3 -c 'import json; print(json.load(open(".claude/progress/state.json"))["state"])'
        $orchestrate recover --type context_overflow --json | field 't["segment"]'
        $orchestrate run 7 >/dev/null 2>&1; echo "run $?"
        """)
    #expect(
      outcome.standardOutput.text
        == "run 11\norchestrate recover\nenter 65\n1\nIMPLEMENT\n2\nrun 0\n", said(outcome))
  }

  @Test func `a broken project is shown with the three ways on`() async throws {
    let project = try await project(agent: ":", more: ", \"health_check\": \"false\"")
    let broken = await project.orchestrate("recover", "--type", "broken")
    #expect(broken.termination == .exited(10), said(broken))
    let options = await project.orchestrate("recover", "--options", "--json")
    #expect(options.termination == .exited(0), said(options))
    let found = try json(options)
    #expect(found["blocked"]?.bool == true)
    #expect(
      found["options"]?.array?.map { $0["option"]?.string } == ["rollback", "manual", "force"])
  }

  // MARK: Space

  @Test(.enabled(if: mayMount, "mounting is not permitted here"))
  func `a run waits while the disk is nearly full, says so once, and goes on`() async throws {
    let project = try await project(agent: ":")
    let outcome = await project.shell(
      """
      unshare -m bash -c '
        disk=$(mktemp -d); mount -t tmpfs -o size=128m none $disk; cp -a . $disk/p; cd $disk/p
        fallocate -l 80M filler || exit 3
        $orchestrate run 7 >/dev/null 2>run.log & run=$!
        until grep -q "nothing new is begun" run.log; do
          kill -0 $run 2>/dev/null || { cat run.log; exit 4; }; sleep 0.05
        done
        sleep 1.5; kill -0 $run || exit 5
        rm filler; wait $run; code=$?
        grep -c "nothing new is begun" run.log; grep -c "the session goes on" run.log
        cd /; umount $disk; rmdir $disk; exit $code'
      """)
    #expect(outcome.termination == .exited(0), said(outcome))
    #expect(outcome.standardOutput.text == "1\n1\n", said(outcome))
  }
}
