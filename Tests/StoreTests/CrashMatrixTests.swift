// SPDX-License-Identifier: Apache-2.0
// A few seconds of the crash matrix; `scripts/crash` runs all of it.

import FoundationEssentials
import Glibc
import TestKit
import TestPacing
import Testing

@Suite(.paced) struct CrashMatrixTests {
  @Test func `a session killed at any of its file calls loses nothing that was told`() throws {
    try run("kill --sample 8")
  }

  @Test func `nothing is told after a sync that failed, whoever made it`() throws {
    try run("error --calls fsync,fdatasync --sample 8")
  }

  private func run(_ arguments: String) throws {
    guard system("command -v strace git python3 >/dev/null") == 0, Self.mayTrace else {
      print("skipped: the crash matrix needs strace, git and python3, and leave to trace")
      return
    }
    let directory = try TemporaryDirectory("crash")
    let script =
      URL(fileURLWithPath: #filePath).deletingLastPathComponent().path
      + "/../../scripts/crash"
    let driver = URL(fileURLWithPath: BuiltExecutable.path).deletingLastPathComponent()
      .appending(path: "Trials").path
    let output = directory.file("output")
    let code = system(
      "'\(script)' \(arguments) --driver '\(driver)' >'\(output)' 2>&1")
    let text = String(decoding: try bytes(of: output), as: UTF8.self)
    print(text)
    #expect(code == 0, "\(text)")
  }

  private static var mayTrace: Bool { system("strace -o /dev/null true 2>/dev/null") == 0 }
}
