// SPDX-License-Identifier: Apache-2.0
// An archive of ours is one that other programs open.

import Documents
import Glibc
import Testing

@Suite struct StoredArchiveTests {
  @Test func `another program finds every file as it was put in`() throws {
    let folder = try TemporaryFolder()
    let large = [UInt8]((0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
    let bytes = StoredArchive.bytes(of: [
      .init(name: "files/größe.txt", bytes: Array("naïve\n".utf8), permissions: 0o644),
      .init(name: "files/run", bytes: large, permissions: 0o755),
      .init(name: "empty", bytes: [], permissions: 0o600),
    ])
    try AtomicFile.write(bytes, to: folder.file("a.zip"))
    let script = """
      import sys, zipfile
      z = zipfile.ZipFile(sys.argv[1])
      assert z.testzip() is None
      assert z.namelist() == ["files/größe.txt", "files/run", "empty"], z.namelist()
      assert z.read("files/größe.txt").decode() == "naïve\\n"
      assert z.read("files/run") == bytes(i * 31 % 256 for i in range(100000))
      assert z.getinfo("files/run").external_attr >> 16 == 0o100755
      """
    let words: [String] = ["python3", "-c", script, folder.file("a.zip")]
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var pid: pid_t = 0
    try #require(posix_spawn(&pid, "/usr/bin/python3", nil, nil, &arguments, environ) == 0)
    var status: Int32 = 0
    waitpid(pid, &status, 0)
    #expect(status == 0)
  }

  @Test func `nothing at all is an archive too`() {
    #expect(StoredArchive.bytes(of: []).count == 22)
  }
}
