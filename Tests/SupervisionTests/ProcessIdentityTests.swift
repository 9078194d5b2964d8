// SPDX-License-Identifier: Apache-2.0
// A process is recognised again, and another one of the same number is not taken for it.

import FoundationEssentials
import Glibc
import Supervision
import Testing

@Suite struct ProcessIdentityTests {
  @Test func `this process is alive and survives being written down`() throws {
    let identity = try #require(ProcessIdentity.current)
    #expect(identity.pid == getpid())
    #expect(identity.isAlive)
    let copy = try JSONDecoder().decode(
      ProcessIdentity.self, from: try JSONEncoder().encode(identity))
    #expect(copy == identity && copy.isAlive)
  }

  @Test(arguments: [("startTime", "1"), ("bootID", "\"another run of the machine\"")])
  func `the same number at another time is another process`(key: String, value: String) throws {
    let identity = try #require(ProcessIdentity.current)
    let (start, boot) =
      key == "startTime" ? (value, "\"\(identity.bootID)\"") : ("\(identity.startTime)", value)
    let json = "{\"pid\":\(identity.pid),\"startTime\":\(start),\"bootID\":\(boot)}"
    let other = try JSONDecoder().decode(ProcessIdentity.self, from: Data(json.utf8))
    #expect(!other.isAlive)
  }

  @Test func `a process that has ended is not alive, reaped or not`() throws {
    var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("sleep"), strdup("300"), nil]
    defer { for argument in arguments { free(argument) } }
    var pid: pid_t = 0
    try #require(posix_spawn(&pid, "/bin/sleep", nil, nil, &arguments, environ) == 0)
    let identity = try #require(ProcessIdentity(pid: pid))
    #expect(identity.isAlive)
    kill(pid, SIGKILL)
    var information = siginfo_t()
    waitid(P_PID, id_t(pid), &information, WEXITED | Int32(WNOWAIT))
    #expect(!identity.isAlive)
    waitpid(pid, nil, 0)
    #expect(!identity.isAlive)
    #expect(ProcessIdentity(pid: pid) != identity)
  }
}
