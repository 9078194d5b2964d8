// SPDX-License-Identifier: Apache-2.0
// Executables as agents: what they are given, what is read back, and how they end.

import Agents
import Documents
import Domain
import FoundationEssentials
import Glibc
import Supervision
import TestKit
import TestPacing
import Testing

@Suite(.paced) struct CommandDriverTests {
  private func assignment(
    in place: TemporaryDirectory, deadline: Duration = .seconds(20)
  ) throws -> Assignment {
    try FileManager.default.createDirectory(
      atPath: place.file("tree"), withIntermediateDirectories: true)
    return Assignment(
      packet: try PacketSample.packet(), workspace: place.file("tree"),
      packetPath: place.file("packet.json"), reportPath: place.file("report.json"),
      deadline: deadline)
  }

  private func run(
    _ script: String, in place: TemporaryDirectory, deadline: Duration = .seconds(20),
    environment: [String: String] = ["PATH": "/usr/bin:/bin", "HOME": "/h", "LANG": "C.UTF-8"]
  ) async throws -> AgentEnding {
    let driver = CommandDriver(
      name: "sh", argv: ["/bin/sh", "-c", script], environment: environment,
      supervisor: Supervisor(executable: BuiltExecutable.path))
    return await driver.run(try assignment(in: place, deadline: deadline))
  }

  private func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
  }

  @Test func `its environment is what was named and the handoff's own, nothing else`()
    async throws
  {
    let place = try TemporaryDirectory("driver")
    _ = try await run("env | sed 's/=.*//' | sort > names; pwd > where", in: place)
    let names = try text(place.file("tree/names")).split(separator: "\n").map(String.init)
    let own = [
      "ATTEMPT", "FENCE", "HANDOFF", "PACKET", "REPORT", "ROLE", "SESSION", "STAGE", "TASK",
    ].map { "ORCHESTRATE_" + $0 }
    // The shell itself sets the working directory.
    #expect(
      Set(names).subtracting(["PWD", "OLDPWD", "_", "SHLVL"])
        == Set(own + ["HOME", "LANG", "PATH"]))
    #expect(try text(place.file("tree/where")) == place.file("tree") + "\n")
  }

  @Test func `the packet arrives on standard input as JSON`() async throws {
    let place = try TemporaryDirectory("driver")
    _ = try await run("cat > got", in: place)
    let packet = try JSONValue(parsing: try text(place.file("tree/got")))
    #expect(packet == (try PacketSample.packet().json))
  }

  @Test func `a report is read from its file, else from the last line that is one`() async throws {
    let place = try TemporaryDirectory("driver")
    let line = #"{"summary": "from the line"}"#
    guard case .finished(let said) = try await run("echo log; echo '\(line)'; echo bye", in: place)
    else {
      Issue.record("it did not finish")
      return
    }
    #expect(said?.summary == "from the line")
    let file = #"{"summary": "from the file"}"#
    guard
      case .finished(let written) = try await run(
        "echo '\(line)'; echo '\(file)' > \"$ORCHESTRATE_REPORT\"", in: place)
    else {
      Issue.record("it did not finish")
      return
    }
    #expect(written?.summary == "from the file")
  }

  @Test func `an agent that fails still tells what it used and what it last said`() async throws {
    let place = try TemporaryDirectory("driver")
    let usage = #"{"usage": {"inputTokens": 7, "outputTokens": 2}}"#
    let ending = try await run("echo '\(usage)'; echo no network >&2; exit 3", in: place)
    guard case .failed(let reason, let report) = ending else {
      Issue.record("\(ending)")
      return
    }
    #expect(reason.contains("no network"))
    #expect(report?.usage?.inputTokens == 7)
  }

  @Test(
    arguments: [
      ("a FIFO", "mkfifo"), ("a folder", "mkdir"), ("a device", "ln -s /dev/zero"),
      ("1 GB", "truncate -s 1G"),
    ])
  func `a report that is no plain small file is refused at once`(
    what: String, make: String
  ) async throws {
    let place = try TemporaryDirectory("driver")
    let ending = try await run("\(make) \"$ORCHESTRATE_REPORT\"", in: place)
    guard case .failed(let reason, _) = ending else {
      Issue.record("\(what): \(ending)")
      return
    }
    #expect(reason.contains("report"))
  }

  @Test func `a report that is a link to elsewhere is not read`() async throws {
    let place = try TemporaryDirectory("driver")
    let secret = place.file("secret.json")
    try Data(#"{"summary": "secret"}"#.utf8).write(to: URL(fileURLWithPath: secret))
    let ending = try await run("ln -s '\(secret)' \"$ORCHESTRATE_REPORT\"", in: place)
    guard case .failed = ending else {
      Issue.record("\(ending)")
      return
    }
  }

  @Test func `the deadline ends the agent with everything it started`() async throws {
    let place = try TemporaryDirectory("driver")
    // Long enough for a busy machine to get the two processes started.
    let ending = try await run(
      "sleep 987654 & echo $! > pid; setsid sleep 987654 & echo $! >> pid; wait", in: place,
      deadline: .seconds(6))
    guard case .failed = ending else {
      Issue.record("\(ending)")
      return
    }
    let pids = try text(place.file("tree/pid")).split(separator: "\n").compactMap { pid_t($0) }
    #expect(pids.count == 2)
    for pid in pids { #expect(kill(pid, 0) != 0) }
  }

  @Test func `a program that is not there is a failure with a reason`() async throws {
    let place = try TemporaryDirectory("driver")
    let driver = CommandDriver(
      name: "none", argv: ["/nonexistent/agent"], environment: [:],
      supervisor: Supervisor(executable: BuiltExecutable.path))
    guard case .failed(let reason, let report) = await driver.run(try assignment(in: place)) else {
      Issue.record("it did not fail")
      return
    }
    #expect(!reason.isEmpty && report == nil)
  }
}
