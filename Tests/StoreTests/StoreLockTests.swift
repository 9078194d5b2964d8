// SPDX-License-Identifier: Apache-2.0
// The writer's lock.

import Glibc
import Store
import TestKit
import Testing

@Suite struct StoreLockTests {
  private let directory: TemporaryDirectory
  private var path: String { directory.file("state/\(StoreLock.fileName)") }

  init() throws { directory = try TemporaryDirectory("lock") }

  @Test func `a lock that is held is not given again, and names its holder`() throws {
    let lock = try #require(try StoreLock.tryAcquire(path))
    #expect(try StoreLock.tryAcquire(path) == nil)
    #expect(StoreLock.holder(path) == Int(getpid()))
    #expect(lock.path == path)
  }

  @Test func `a lock goes with its last reference`() throws {
    var lock = try StoreLock.tryAcquire(path)
    #expect(lock != nil)
    lock = nil
    #expect(StoreLock.holder(path) == nil)
    #expect(try StoreLock.tryAcquire(path) != nil)
  }

  /// Between fork and exec a child has copies of all its parent's descriptors.
  @Test func `a lock that was let go is free while a child still has a copy of it`() throws {
    var lock = try StoreLock.tryAcquire(path)
    #expect(lock != nil)
    let copy = try #require(DescriptorCopy(of: path))
    lock = nil
    #expect(try withExtendedLifetime(copy) { try StoreLock.tryAcquire(path) } != nil)
  }

  @Test(arguments: ["", "1", "999999999 1", "1 0", "\(getpid()) 1", "nonsense and more", "-1 -1"])
  func `what a past or foreign process left in the file names no holder`(text: String) throws {
    _ = try StoreLock.tryAcquire(path)
    try write(text, to: path)
    #expect(StoreLock.holder(path) == nil)
    #expect(try StoreLock.tryAcquire(path) != nil)
  }

  @Test func `a lock nobody ever took has no holder`() {
    #expect(StoreLock.holder(path) == nil)
  }

  @Test func `a place that cannot hold a lock is named`() throws {
    try write("a file", to: directory.file("occupied"))
    #expect(throws: StoreError.self) {
      try StoreLock.tryAcquire(directory.file("occupied/lock"))
    }
    #expect(mkdir(directory.file("folder"), 0o700) == 0)
    let error = #expect(throws: StoreError.self) {
      try StoreLock.tryAcquire(directory.file("folder"))
    }
    guard case .cannotLock(directory.file("folder"), _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `the lock's directory is its owner's alone`() throws {
    _ = try StoreLock.tryAcquire(path)
    #expect(try mode(of: directory.file("state")) == 0o700)
    #expect(try mode(of: path) == 0o600)
  }
}

/// A file's permission bits.
func mode(of path: String) throws -> mode_t {
  var info = stat()
  try #require(stat(path, &info) == 0)
  return info.st_mode & 0o777
}

func write(_ text: String, to path: String) throws { try write(Array(text.utf8), to: path) }

func write(_ bytes: [UInt8], to path: String) throws {
  let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
  try #require(descriptor >= 0)
  defer { close(descriptor) }
  try #require(write(descriptor, bytes, bytes.count) == bytes.count)
}

func bytes(of path: String) throws -> [UInt8] {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  try #require(descriptor >= 0)
  defer { close(descriptor) }
  let size = Int(lseek(descriptor, 0, SEEK_END))
  return try [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
    count = pread(descriptor, buffer.baseAddress, size, 0)
    try #require(count == size)
  }
}
