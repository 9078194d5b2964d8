// SPDX-License-Identifier: Apache-2.0
// Files are replaced whole, and nothing odd in their place is written through or waited for.

import Documents
import Glibc
import Testing

@Suite struct FileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `a file is written with the folders above it and nothing beside it`() throws {
    let path = folder.file("a/b/c.json")
    try AtomicFile.write(Array("one".utf8), to: path)
    try AtomicFile.write(Array("two".utf8), to: path)
    #expect(try readFile(path) == Array("two".utf8))
    #expect(try readFolder(folder.file("a/b")) == ["c.json"])
  }

  @Test func `a hint is replaced whole as well, and leaves nothing beside it`() throws {
    let path = folder.file("hints/hint")
    for text in ["one", "two"] {
      try AtomicFile.write(Array(text.utf8), to: path, durability: .processes)
    }
    #expect(try readFile(path) == Array("two".utf8))
    #expect(try readFolder(folder.file("hints")) == ["hint"])
  }

  @Test func `permissions stay, and are 0644 for a new file`() throws {
    func mode(_ path: String) -> mode_t {
      var status = stat()
      stat(path, &status)
      return status.st_mode & 0o7777
    }
    let path = folder.file("x")
    try AtomicFile.write([1], to: path)
    #expect(mode(path) == 0o644)
    chmod(path, 0o600)
    try AtomicFile.write([2], to: path)
    #expect(mode(path) == 0o600)
    try AtomicFile.write([3], to: path, mode: 0o755)
    #expect(mode(path) == 0o755)
  }

  @Test func `a symbolic link is not written through`() throws {
    let target = folder.file("target")
    try AtomicFile.write([1], to: target)
    let link = folder.file("link")
    #expect(symlink(target, link) == 0)
    #expect(throws: FileError(operation: "write", path: link, reason: .symbolicLink)) {
      try AtomicFile.write([2], to: link)
    }
    #expect(try readFile(target) == [1])
    #expect(try readFolder(folder.path) == ["link", "target"])
  }

  @Test func `a folder in a file's place is refused and nothing is left beside it`() throws {
    #expect(mkdir(folder.file("d"), 0o755) == 0)
    #expect(throws: FileError.self) { try AtomicFile.write([1], to: folder.file("d")) }
    #expect(try readFolder(folder.path) == ["d"])
    try AtomicFile.write([1], to: folder.file("file"))
    #expect(
      complaint { try AtomicFile.write([1], to: folder.file("file/x")) }.contains("directory"))
  }

  @Test func `adding to a file writes it whole`() throws {
    let path = folder.file("memory/decisions.md")
    try AtomicFile.append(Array("a\n".utf8), to: path)
    try AtomicFile.append(Array("b\n".utf8), to: path)
    #expect(try readFile(path) == Array("a\nb\n".utf8))
  }

  @Test func `many writers leave one whole file`() async throws {
    let path = folder.file("shared")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<16 {
        group.addTask {
          try AtomicFile.write([UInt8](repeating: UInt8(number), count: 50_000), to: path)
        }
      }
      try await group.waitForAll()
    }
    let bytes = try readFile(path)
    #expect(bytes.count == 50_000)
    #expect(Set(bytes).count == 1)
    #expect(try readFolder(folder.path) == ["shared"])
  }

  @Test func `what a killed process was writing is removed, and nothing else is`() throws {
    // Beyond the largest number that a process of Linux can have.
    let names = [
      ".orchestrate-4194305-1.tmp", ".orchestrate-\(getpid())-900.tmp", ".orchestrate-notes.tmp",
      "orchestrate-4194305-1.tmp", ".orchestrate-4194305-1.txt",
    ]
    for name in names { try AtomicFile.write([1], to: folder.file(name)) }
    #expect(symlink("/etc/hostname", folder.file(".orchestrate-4194305-2.tmp")) == 0)
    AtomicFile.removeLeftovers(in: folder.path)
    #expect(
      Set(try readFolder(folder.path)) == Set(names.dropFirst() + [".orchestrate-4194305-2.tmp"]))
    AtomicFile.removeLeftovers(in: folder.file("none"))
  }

  @Test func `a missing file is nil, a pipe and a long file are refused`() throws {
    #expect(try readFileIfPresent(folder.file("none")) == nil)
    #expect(try readFileIfPresent(folder.file("none/below")) == nil)
    #expect(throws: FileError.self) { try readFile(folder.file("none")) }
    #expect(mkfifo(folder.file("pipe"), 0o600) == 0)
    #expect(
      throws: FileError(operation: "read", path: folder.file("pipe"), reason: .notARegularFile)
    ) {
      try readFile(folder.file("pipe"))
    }
    try AtomicFile.write([1, 2, 3, 4], to: folder.file("long"))
    #expect(
      complaint { _ = try readFile(folder.file("long"), limit: 3) }.contains("longer than 3 bytes"))
    #expect(try readFile(folder.file("long"), limit: 4).count == 4)
  }

  @Test func `a file of the kernel that says it is empty is read`() throws {
    #expect(try readFile("/proc/self/status").starts(with: Array("Name:".utf8)))
  }

  @Test func `a folder that is not there has no names`() throws {
    #expect(try readFolder(folder.file("none")) == [])
  }
}
