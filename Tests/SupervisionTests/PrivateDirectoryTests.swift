// SPDX-License-Identifier: Apache-2.0
// Folders of single runs: gone when the run is over, and after a crash as well.

import Glibc
import Supervision
import Testing

@Suite struct PrivateDirectoryTests {
  @Test func `what a killed process left is removed, and what is in use stays`() throws {
    let used = try PrivateDirectory()
    let left = try #require(
      used.path.split(separator: "-").last.map { used.path.dropLast($0.count) })
    let abandoned = left + "killed\(getpid())"
    #expect(mkdir(String(abandoned), 0o700) == 0)
    #expect(mkdir(abandoned + "/home", 0o700) == 0)
    try used.makeFolder("home")
    PrivateDirectory.removeLeftovers()
    #expect(access(String(abandoned), F_OK) != 0)
    #expect(access(used.path + "/home", F_OK) == 0)
    used.remove()
    #expect(access(used.path, F_OK) != 0)
  }
}
