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
}
