// SPDX-License-Identifier: Apache-2.0
// Refs under compare-and-swap, against stale expectations and foreign locks.

import Domain
import Git
import Glibc
import TestKit
import Testing

@Suite struct ReferenceTests {
  @Test func `a ref is created once, and again only with the same target`() throws {
    let project = try TemporaryRepository()
    let first = try project.committed(["a": "1"])
    let second = try project.committed(["a": "2"])
    let repository = try project.open()
    let name = "refs/orchestrate/039/tasks/t1/red-1-7"
    try repository.createReference(name, to: first)
    try repository.createReference(name, to: first)
    #expect(
      reason { () throws(GitError) in try repository.createReference(name, to: second) } == .exists)
    #expect(try repository.reference(name) == first)
    #expect(try project.revision(name) == first.text)
  }

  @Test func `a stale expectation moves nothing`() throws {
    let project = try TemporaryRepository()
    let first = try project.committed(["a": "1"])
    let second = try project.committed(["a": "2"])
    let repository = try project.open()
    let name = "refs/heads/session/039"
    try repository.moveReference(name, to: first, expecting: nil)
    try repository.moveReference(name, to: second, expecting: first)
    #expect(
      reason { () throws(GitError) in
        try repository.moveReference(name, to: first, expecting: first)
      } == .modified)
    #expect(
      reason { () throws(GitError) in
        try repository.moveReference(name, to: first, expecting: nil)
      } == .exists)
    #expect(
      reason { () throws(GitError) in
        try repository.moveReference("refs/heads/none", to: first, expecting: second)
      } == .modified)
    #expect(try repository.reference(name) == second)
    #expect(try repository.reference("refs/heads/none") == nil)
  }

  @Test func `a ref that git moved and packed meanwhile is compared with what it is now`() throws {
    let project = try TemporaryRepository()
    let first = try project.committed(["a": "1"])
    let second = try project.committed(["a": "2"])
    let repository = try project.open()
    try repository.createReference("refs/orchestrate/a", to: first)
    try project.git("update-ref", "refs/orchestrate/a", second.text)
    try project.git("pack-refs", "--all")
    #expect(
      reason { () throws(GitError) in
        try repository.moveReference("refs/orchestrate/a", to: first, expecting: first)
      } == .modified)
    try repository.moveReference("refs/orchestrate/a", to: first, expecting: second)
    #expect(try project.revision("refs/orchestrate/a") == first.text)
  }

  @Test func `refs are listed by prefix and deleted by compare-and-swap`() throws {
    let project = try TemporaryRepository()
    let first = try project.committed(["a": "1"])
    let second = try project.committed(["a": "2"])
    let repository = try project.open()
    try repository.createReference("refs/orchestrate/039/b", to: second)
    try repository.createReference("refs/orchestrate/039/a", to: first)
    try repository.createReference("refs/orchestrate/040/a", to: first)
    let listed = try repository.references(under: "refs/orchestrate/039/")
    #expect(listed.map(\.name) == ["refs/orchestrate/039/a", "refs/orchestrate/039/b"])
    #expect(listed.map(\.target) == [first, second])
    #expect(
      reason { () throws(GitError) in
        try repository.deleteReference("refs/orchestrate/039/a", expecting: second)
      } == .modified)
    try repository.deleteReference("refs/orchestrate/039/a", expecting: first)
    try repository.deleteReference("refs/orchestrate/039/a", expecting: first)
    #expect(try repository.reference("refs/orchestrate/039/a") == nil)
  }

  @Test func `a lock that stays is reported, and one that goes is waited for`() throws {
    let project = try TemporaryRepository()
    let first = try project.committed(["a": "1"])
    let second = try project.committed(["a": "2"])
    let repository = try project.open()
    try repository.createReference("refs/orchestrate/a", to: first)
    let lock = project.path + "/.git/refs/orchestrate/a.lock"
    close(open(lock, O_CREAT | O_WRONLY, 0o600))
    let refusal = try #require(
      error { () throws(GitError) in
        try repository.moveReference("refs/orchestrate/a", to: second, expecting: first)
      })
    #expect(refusal.reason == .locked)
    var attempts = 0
    try repository.withRetryOnLock { () throws(GitError) in
      attempts += 1
      guard attempts == 3 else { throw refusal }
      unlink(lock)
    }
    #expect(attempts == 3)
    try repository.moveReference("refs/orchestrate/a", to: second, expecting: first)
  }

  @Test(arguments: ["refs/heads/a..b", "refs/heads/a b", "refs/heads/.a", "x", "refs/heads/a.lock"])
  func `a name that git forbids is refused`(name: String) throws {
    let project = try TemporaryRepository()
    let commit = try project.committed(["a": "1"])
    let repository = try project.open()
    #expect(
      reason { () throws(GitError) in try repository.createReference(name, to: commit) }
        == .invalidName)
  }

  @Test func `a ref to nothing is refused`() throws {
    let project = try TemporaryRepository()
    try project.committed(["a": "1"])
    let repository = try project.open()
    let none = try project.id(String(repeating: "0", count: 39) + "1")
    #expect(
      reason { () throws(GitError) in
        try repository.createReference("refs/orchestrate/a", to: none)
      } != nil)
    #expect(try repository.reference("refs/orchestrate/a") == nil)
  }

  @Test func `writers at the same ref lose no commit`() async throws {
    let project = try TemporaryRepository()
    let first = try project.committed(["a": "1"])
    try project.open().createReference("refs/orchestrate/race", to: first)
    let path = project.path
    try await withThrowingTaskGroup { group in
      for writer in 0..<4 {
        group.addTask { try Self.append(10, as: writer, to: "refs/orchestrate/race", in: path) }
      }
      try await group.waitForAll()
    }
    #expect(try project.git("rev-list", "--count", "refs/orchestrate/race") == "41\n")
  }

  private static func append(
    _ count: Int, as writer: Int, to name: String, in path: String
  ) throws(GitError) {
    let repository = try Repository(discoveringFrom: path)
    var done = 0
    while done < count {
      guard let current = try repository.reference(name) else { return }
      let next = try repository.createCommit(
        tree: try repository.tree(ofCommit: current), parents: [current],
        message: "\(writer) \(done)", identity: identity)
      do throws(GitError) {
        try repository.moveReference(name, to: next, expecting: current)
        done += 1
      } catch {
        guard error.reason == .modified else { throw error }
      }
    }
  }
}
