// SPDX-License-Identifier: Apache-2.0
// What is on the disk before a ref leads to it; the crash matrix shows that it suffices.

import Domain
import Git
import Glibc
import TestKit
import Testing

@Suite struct DurabilityTests {
  @Test func `publishing makes every folder for objects at once`() throws {
    let project = try TemporaryRepository()
    let first = try project.committed(["a": "1"])
    try project.open().createReference("refs/orchestrate/039/a", to: first)
    for number in 0..<256 {
      let name = (number < 16 ? "0" : "") + String(number, radix: 16)
      #expect(access("\(project.path)/.git/objects/\(name)", F_OK) == 0, "\(name) is missing")
    }
    try project.git("fsck", "--strict")
  }

  @Test func `folders that git cleans away come back with the next ref`() throws {
    let project = try TemporaryRepository()
    let first = try project.committed(["a": "1"])
    let repository = try project.open()
    try repository.createReference("refs/orchestrate/039/tasks/a/red-1-1", to: first)
    try project.git("gc", "--quiet", "--prune=now")
    let blob = try repository.writeBlob(Array("two".utf8))
    let tree = try repository.tree(
      applying: [.put(path: "b", blob: blob, mode: .file)],
      to: try repository.tree(ofCommit: first))
    let second = try repository.createCommit(
      tree: tree, parents: [first], message: "two", identity: identity)
    try repository.createReference("refs/orchestrate/039/tasks/a/red-1-2", to: second)
    #expect(try project.revision("refs/orchestrate/039/tasks/a/red-1-2") == second.text)
    try project.git("fsck", "--strict")
  }

  @Test func `a name that git forbids leaves no folder behind`() throws {
    let project = try TemporaryRepository()
    let first = try project.committed(["a": "1"])
    let repository = try project.open()
    #expect(
      reason { () throws(GitError) in
        try repository.createReference("refs/orchestrate/../x/y", to: first)
      } == .invalidName)
    #expect(access(project.path + "/.git/refs/orchestrate", F_OK) != 0)
  }
}
