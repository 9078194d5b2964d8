// SPDX-License-Identifier: Apache-2.0
// The walk through a workspace's files that a capture makes.

import CGit2
import Domain

/// One walk through a workspace's files.
final class WorkspaceReading {
  static let ignoreFileBytesMax = 1_000_000
  private static let depthMax = 128
  private static let notesMax = 50
  private static let ignoreFile = BytePath(".gitignore")
  private static let gitDirectory = BytePath(".git")

  private let cache: StatCache
  private let project: Repository
  private let litter: IgnoreRules
  private let limits: CaptureLimits
  private var isSeen: [Bool]
  /// By position in the cache: whether the file was found as it was written, before the walk.
  private var isSettled: [Bool]
  private(set) var edits: [TreeEdit] = []
  private var noted: [String] = []
  private var notedCount = 0
  private var storedBytes = 0
  /// Files that hold what the tree holds though they are not certainly as they were written.
  private(set) var fresher: [(position: Int, status: FileStatus)] = []

  init(cache: StatCache, project: Repository, litter: IgnoreRules, limits: CaptureLimits) {
    self.cache = cache
    self.project = project
    self.litter = litter
    self.limits = limits
    isSeen = Array(repeating: false, count: cache.count)
    isSettled = isSeen
  }

  var notes: [String] {
    let more = notedCount - noted.count
    return noted.sorted() + (more > 0 ? ["and \(more) more were left out"] : [])
  }

  private func note(_ path: BytePath, _ why: String) {
    notedCount += 1
    if noted.count < Self.notesMax { noted.append("\(path.shown) was left out: \(why)") }
  }

  func run(_ root: Directory, _ rules: IgnoreRules) throws(GitError) {
    isSettled = cache.unchangedFiles(below: root)
    try read(root, .root, rules, isIgnored: false, depth: 0)
    try removeUnseen()
  }

  /// Reads only some paths, whose entries are all that the cache holds.
  func run(_ root: Directory, _ rules: IgnoreRules, only paths: [BytePath]) throws(GitError) {
    // What lies below another of the paths is read with that one.
    let wanted = Set(paths)
    for path in wanted where !path.ancestors.contains(where: wanted.contains) {
      try read(only: path, root, rules)
    }
    try removeUnseen()
  }

  private func read(
    only path: BytePath, _ root: Directory, _ rules: IgnoreRules
  ) throws(GitError) {
    var (folder, place, rules, isIgnored, depth) = (root, BytePath.root, rules, false, 0)
    let (folders, last) = path.parts
    for name in folders {
      if !isIgnored { try add(&rules, from: folder, place) }
      place = place.appending(name)
      guard let status = try folder.status(of: name), status.kind == .folder else { return }
      isIgnored = isIgnored || isUnwanted(place, status, rules)
      // What the base has there in the folder's place: a submodule stays as it was, a file is gone.
      if let entry = cache.position(of: place).flatMap(cache.entry) {
        guard entry.mode != .submodule, !isIgnored else { return }
      }
      folder = try folder.opening(name)
      depth += 1
    }
    if !isIgnored { try add(&rules, from: folder, place) }
    try read(last, in: folder, place, rules, isIgnored: isIgnored, depth: depth)
  }

  private func removeUnseen() throws(GitError) {
    for position in 0..<cache.count where !isSeen[position] {
      guard let (_, mode) = cache.entry(at: position), mode != .submodule else { continue }
      try add(.remove(path: try usable(cache.path(at: position), isTracked: true)))
    }
  }

  private func read(
    _ folder: Directory, _ path: BytePath, _ rules: IgnoreRules, isIgnored: Bool, depth: Int
  ) throws(GitError) {
    guard depth <= Self.depthMax else {
      throw GitError(
        .invalidName, operation: "read the folder \(path.shown)",
        message: "it is more than \(Self.depthMax) folders deep")
    }
    var rules = rules
    if !isIgnored { try add(&rules, from: folder, path) }
    let known = cache.entries(below: path)
    try folder.forEachName { (name) throws(GitError) in
      guard try !isUnchanged(name, in: folder, known) else { return }
      let name = BytePath(copying: name)
      guard !path.isRoot || name != Self.gitDirectory else { return }
      try read(name, in: folder, path, rules, isIgnored: isIgnored, depth: depth)
    }
  }

  /// Whether a name certainly leads to what the tree has there, which most names do; nothing more is
  /// then to be said of it.
  private func isUnchanged(
    _ name: UnsafePointer<CChar>, in folder: Directory, _ known: StatCache.FolderEntries
  ) throws(GitError) -> Bool {
    guard !TreePath.mayBeGitDirectory(name), let position = cache.position(of: name, in: known)
    else { return false }
    if !isSettled[position] {
      guard let status = try folder.status(of: name), cache.isUnchanged(status, at: position)
      else { return false }
    }
    isSeen[position] = true
    return true
  }

  /// Reads what one name of a folder leads to.
  private func read(
    _ name: BytePath, in folder: Directory, _ path: BytePath, _ rules: IgnoreRules,
    isIgnored: Bool, depth: Int
  ) throws(GitError) {
    let child = path.appending(name)
    guard let status = try folder.status(of: name) else { return }
    let isIgnored = isIgnored || isUnwanted(child, status, rules)
    if TreePath.isGitDirectory(name.shown) {
      note(child, "it is a git directory")
    } else if let position = cache.position(of: child) {
      try readTracked(position, name, child, status, in: folder, rules, isIgnored, depth)
    } else if status.kind == .folder {
      guard !isIgnored || cache.hasEntries(under: child) else { return }
      try read(try folder.opening(name), child, rules, isIgnored: isIgnored, depth: depth + 1)
    } else if !isIgnored {
      try readNew(name, child, status, in: folder)
    }
  }

  private func isUnwanted(_ path: BytePath, _ status: FileStatus, _ rules: IgnoreRules) -> Bool {
    let isFolder = status.kind == .folder
    return litter.ignore(path, isFolder: isFolder) || rules.ignore(path, isFolder: isFolder)
  }

  private func add(
    _ rules: inout IgnoreRules, from folder: Directory, _ path: BytePath
  ) throws(GitError) {
    guard let status = try folder.status(of: Self.ignoreFile), status.kind == .file,
      status.size <= Self.ignoreFileBytesMax
    else { return }
    let content = try folder.contents(
      of: Self.ignoreFile, path: path.appending(Self.ignoreFile), limit: Self.ignoreFileBytesMax)
    if let content { rules.add(content.bytes, in: path) }
  }

  /// Reads what is at a path of the base tree.
  private func readTracked(
    _ position: Int, _ name: BytePath, _ path: BytePath, _ status: FileStatus,
    in folder: Directory, _ rules: IgnoreRules, _ isIgnored: Bool, _ depth: Int
  ) throws(GitError) {
    guard let (id, mode) = cache.entry(at: position) else { return }
    if mode == .submodule {
      isSeen[position] = true
      return
    }
    if status.kind == .folder {
      // A folder took the file's place; the file is deleted, which not seeing it says.
      guard !isIgnored else { return }
      return try read(
        try folder.opening(name), path, rules, isIgnored: false, depth: depth + 1)
    }
    if cache.isUnchanged(status, at: position) {
      isSeen[position] = true
      return
    }
    guard let found = try content(name, path, status, in: folder) else { return }
    isSeen[position] = true
    if found.mode == mode, isSame(hash(found.bytes), id) {
      fresher.append((position, found.status))
    } else {
      try put(found.bytes, found.mode, at: try usable(path, isTracked: true))
    }
  }

  private func readNew(
    _ name: BytePath, _ path: BytePath, _ status: FileStatus, in folder: Directory
  ) throws(GitError) {
    guard let found = try content(name, path, status, in: folder) else { return }
    try put(found.bytes, found.mode, at: try usable(path, isTracked: false))
  }

  private typealias Content = (bytes: [UInt8], mode: FileMode, status: FileStatus)

  /// What a name holds; `nil` with a note where it is nothing that a tree can hold.
  private func content(
    _ name: BytePath, _ path: BytePath, _ status: FileStatus, in folder: Directory
  ) throws(GitError) -> Content? {
    switch status.kind {
    case .link:
      let target = try folder.target(ofLink: name)
      guard Self.staysInside(target, from: path) else {
        throw GitError(
          .invalidName, operation: "take \(path.shown)",
          message: "it is a link that leads out of the workspace")
      }
      return (target, .symlink, status)
    case .file:
      let found = try folder.contents(of: name, path: path, limit: limits.fileBytesMax)
      guard let (bytes, status) = found else { return nil }
      return (bytes, status.isExecutable ? .executable : .file, status)
    case .folder, .special:
      note(path, "it is neither a file nor a link")
      return nil
    }
  }

  /// Whether a link's target, followed by its letters from the link's folder, stays below the root:
  /// what lies elsewhere is not in git, and can change after it was proved.
  private static func staysInside(_ target: [UInt8], from path: BytePath) -> Bool {
    guard target.first != UInt8(ascii: "/") else { return false }
    var depth = path.bytes.split(separator: UInt8(ascii: "/")).count - 1
    for part in target.split(separator: UInt8(ascii: "/")) {
      if part.elementsEqual("..".utf8) {
        depth -= 1
      } else if !part.elementsEqual(".".utf8) {
        depth += 1
      }
      if depth < 0 { return false }
    }
    return true
  }

  private func put(_ bytes: [UInt8], _ mode: FileMode, at path: String) throws(GitError) {
    storedBytes += bytes.count
    guard storedBytes <= limits.totalBytesMax else {
      throw GitError(
        .tooMuchContent(limit: limits.totalBytesMax), operation: "read the workspace",
        message: "the files that differ have more than \(limits.totalBytesMax) bytes together; "
          + "add what is generated to .gitignore")
    }
    try add(.put(path: path, blob: try project.writeBlob(bytes), mode: mode))
  }

  private func add(_ edit: TreeEdit) throws(GitError) {
    guard edits.count < limits.changesMax else {
      throw GitError(
        .tooManyChanges(limit: limits.changesMax), operation: "read the workspace",
        message: "more than \(limits.changesMax) files differ; add what is generated to .gitignore")
    }
    edits.append(edit)
  }

  /// A changed path as text. A tracked one may have control characters: it has them already.
  private func usable(_ path: BytePath, isTracked: Bool) throws(GitError) -> String {
    let hasControls = path.bytes.contains { $0 < 0x20 || $0 == 0x7f }
    guard let text = path.text, isTracked || !hasControls else {
      throw GitError(
        .invalidName, operation: "read \(path.shown)",
        message: "its name is not UTF-8 or has control characters; rename it")
    }
    return text
  }
}
