// SPDX-License-Identifier: Apache-2.0
// The system calls that other targets rely on.

import CPlatform
import Glibc
import Testing

@Suite struct PlatformTests {
  @Test func `a local file system is not taken for a shared one`() {
    for path in ["/", "/proc", "/tmp"] {
      #expect(orchestrate_shared_file_system(path) == nil)
      #expect(errno == 0)
    }
    #expect(orchestrate_shared_file_system("/nonexistent/folder") == nil)
    #expect(errno == ENOENT)
  }

  @Test func `a lock keeps another open file out until it is given back`() {
    var template = "/tmp/orchestrate-lock-XXXXXX".utf8CString.map { $0 }
    let first = mkstemp(&template)
    let other = open(template, O_RDWR | O_CLOEXEC)
    defer {
      unlink(template)
      close(first)
      close(other)
    }
    #expect(orchestrate_lock_file(first, true, false) == 0)
    #expect(orchestrate_lock_file(other, true, false) == EWOULDBLOCK)
    #expect(orchestrate_unlock_file(first) == 0)
    #expect(orchestrate_lock_file(other, true, false) == 0)
  }

  @Test func `random bytes differ, and time since boot goes on`() {
    var (first, second) = ([UInt8](repeating: 0, count: 32), [UInt8](repeating: 0, count: 32))
    #expect(orchestrate_random(&first, 32) == 0 && orchestrate_random(&second, 32) == 0)
    #expect(first != second)
    let earlier = orchestrate_boot_time_nanoseconds()
    #expect(earlier > 0 && orchestrate_boot_time_nanoseconds() >= earlier)
  }

  @Test func `a program that is open for writing is not waited for once its start is called off`()
    throws
  {
    var program = "/tmp/orchestrate-busy-XXXXXX".utf8CString.map { $0 }
    let written = mkstemp(&program)
    defer {
      unlink(program)
      close(written)
    }
    try #require(fchmod(written, 0o755) == 0)
    var ends: [Int32] = [-1, -1]
    try #require(socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue), 0, &ends) == 0)
    defer { for end in ends { close(end) } }
    #expect(send(ends[1], "!", 1, 0) == 1)
    let none: [UnsafeMutablePointer<CChar>?] = [nil]
    var (pid, step) = (pid_t(0), Int32(0))
    let code = program.withUnsafeBufferPointer { path in
      none.withUnsafeBufferPointer { none in
        var request = orchestrate_spawn_request(
          path: path.baseAddress!, arguments: none.baseAddress!, environment: none.baseAddress!,
          working_directory: nil, input: -1, output: -1, error: -1, extra: -1,
          parent_death_signal: 0, announce_to: ends[0], announcement: 0)
        return orchestrate_spawn(&request, &pid, nil, &step)
      }
    }
    #expect(code == ECANCELED)
    #expect(step == Int32(ORCHESTRATE_SPAWN_EXECUTE))
  }
}
