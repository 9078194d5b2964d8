// SPDX-License-Identifier: Apache-2.0
// What is remembered of a workspace's files, read where it lies, and what a crash may leave of it.

import CGit2
import Domain
import FoundationEssentials
import Glibc
import TestKit
import Testing

@testable import Git

@Suite struct IndexFileTests {
  @Test func `entries are as libgit2 has them`() throws {
    let project = try TemporaryRepository()
    let long = String(repeating: "n", count: 200)
    try project.commit(["a": "1", "ä/b": "22", "ä.c": "333", "x/\(long)/y": "4", "x0": ""])
    let file = try #require(IndexFile(path: project.path + "/.git/index"))
    let listed = try project.git("ls-files", "-z", "--stage").split(separator: "\0")
    #expect(file.count == listed.count)
    for (position, line) in listed.enumerated() {
      let entry = file.entry(at: position)
      let mode = String(entry.mode, radix: 8)
      #expect("\(mode) \(ObjectID(entry.id).text) 0\t\(String(cString: entry.path))" == line)
      var status = stat()
      #expect(lstat("\(project.path)/\(String(cString: entry.path))", &status) == 0)
      #expect(entry.file_size == UInt32(status.st_size))
      #expect(entry.ino == UInt32(truncatingIfNeeded: status.st_ino))
      #expect(entry.mtime.seconds == Int32(status.st_mtim.tv_sec))
      #expect(entry.ctime.nanoseconds == UInt32(status.st_ctim.tv_nsec))
    }
  }

  @Test func `one with a merge's stages is left to libgit2`() throws {
    let project = try TemporaryRepository()
    let blob = try project.git("rev-parse", project.commit(["a": "1"]) + ":a").prefix(40)
    try Data("100644 \(blob) 1\tb\n".utf8)
      .write(to: URL(fileURLWithPath: project.container + "/stages"))
    let alias = "alias.i=!git update-index --index-info < \(project.container)/stages"
    #expect(try project.gitOutcome(["-c", alias, "i"]).code == 0)
    #expect(IndexFile(path: project.path + "/.git/index") == nil)
  }

  @Test(arguments: 0..<24)
  func `whatever a crash leaves of it, the files are read as they are`(kind: Int) throws {
    let project = try TemporaryRepository()
    let commit = try project.committed(["a": "1", "dir/b": "2", "dir/c": "3", "e": "5"])
    let repository = try project.open()
    do {
      let workspace = try project.workspace(repository)
      try workspace.switchTo(commit: commit, keeping: [])
      try workspace.write("changed", to: "dir/b")
    }
    let path = project.container + "/workspace/index"
    var bytes = [UInt8](try #require(FileManager.default.contents(atPath: path)))
    switch kind {
    case 0: unlink(path)
    case 1: bytes = []
    case 2: bytes.removeLast(bytes.count / 2)
    case 3: bytes = [UInt8](repeating: 0, count: bytes.count)
    case 4: bytes.replaceSubrange((bytes.count / 2)..., with: repeatElement(0, count: 40))
    default: bytes[(kind - 5) * bytes.count / 19] ^= 0x41
    }
    if kind > 0 { try Data(bytes).write(to: URL(fileURLWithPath: path)) }
    let captured = try project.workspace(repository).capture(excluding: [])
    #expect(captured.changes.map(\.path) == ["dir/b"])
    let again = try project.workspace(repository)
    #expect(try again.capture(excluding: []) == captured)
    try again.switchTo(commit: commit, keeping: [])
    #expect(try again.capture(excluding: []).changes == [])
  }
}
