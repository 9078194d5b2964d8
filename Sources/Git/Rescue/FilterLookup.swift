// SPDX-License-Identifier: Apache-2.0
// Which paths git keeps through a filter, asked without reading the whole index.

import CGit2
import Domain

/// Asks libgit2 about a path's filter only where some attributes on the way to it name one: for each
/// question it would read the index, whose size is the project's.
final class FilterLookup {
  private let files: WorkingTree
  private let trees: [ObjectID]
  /// By folder: whether its own attributes name a filter.
  private var known: [BytePath: Bool] = [:]
  private static let attributes = BytePath(".gitattributes")

  /// - Parameter trees: whose attributes count beside those on the disk.
  init(_ files: WorkingTree, trees: [ObjectID]) {
    self.files = files
    self.trees = trees
  }

  /// The name of a path's filter; `nil` for none.
  func filter(of path: BytePath) throws(GitError) -> String? {
    guard try isSuspect(path) else { return nil }
    var value: UnsafePointer<CChar>?
    let code = path.withCString {
      git_attr_get(
        &value, files.repository.pointer, UInt32(GIT_ATTR_CHECK_FILE_THEN_INDEX), $0, "filter")
    }
    try check(code, "read the attributes of \(path.shown)")
    guard let value, git_attr_value(value) == GIT_ATTR_VALUE_STRING else { return nil }
    return String(cString: value)
  }

  private func isSuspect(_ path: BytePath) throws(GitError) -> Bool {
    var folder = BytePath.root
    if try namesFilter(folder) { return true }
    for name in path.parts.folders {
      folder = folder.isRoot ? name : folder.appending(name)
      if try namesFilter(folder) { return true }
    }
    return false
  }

  private func namesFilter(_ folder: BytePath) throws(GitError) -> Bool {
    if let answer = known[folder] { return answer }
    let path = folder.isRoot ? Self.attributes : folder.appending(Self.attributes)
    var texts: [[UInt8]] = []
    if let found = try files.found(at: path) { texts.append(found.bytes) }
    if folder.isRoot { texts += try ownAttributes() }
    for tree in trees {
      guard let version = try files.repository.version(at: path, inTree: tree),
        version.mode.isRegular
      else { continue }
      texts.append(try files.repository.contents(of: version.id))
    }
    let answer = texts.contains { String(decoding: $0, as: UTF8.self).contains("filter") }
    known[folder] = answer
    return answer
  }

  /// `info/attributes`, which is nobody's file of the project's.
  private func ownAttributes() throws(GitError) -> [[UInt8]] {
    let common = try Directory(path: files.repository.commonDirectory)
    guard try common.status(of: BytePath("info"))?.kind == .folder else { return [] }
    let name = BytePath("attributes")
    let found = try common.opening(BytePath("info")).contents(
      of: name, path: name, limit: WorkingTree.fileBytesMax)
    return found.map { [$0.bytes] } ?? []
  }
}
