// SPDX-License-Identifier: Apache-2.0
// What a tree holds, and how one tree becomes another.

import CGit2
package import Domain

/// What kind of thing a path of a tree is.
package enum FileMode: String, Hashable, Sendable, Codable {
  case file, executable, symlink
  /// Another repository's commit; its content is not in this one.
  case submodule

  init?(_ mode: UInt32) {
    switch mode {
    case GIT_FILEMODE_BLOB.rawValue, 0o100664: self = .file
    case GIT_FILEMODE_BLOB_EXECUTABLE.rawValue: self = .executable
    case GIT_FILEMODE_LINK.rawValue: self = .symlink
    case GIT_FILEMODE_COMMIT.rawValue: self = .submodule
    default: return nil
    }
  }

  var value: git_filemode_t {
    switch self {
    case .file: GIT_FILEMODE_BLOB
    case .executable: GIT_FILEMODE_BLOB_EXECUTABLE
    case .symlink: GIT_FILEMODE_LINK
    case .submodule: GIT_FILEMODE_COMMIT
    }
  }

  /// Whether there are lines in it that can be merged and undone one by one.
  package var isRegular: Bool {
    switch self {
    case .file, .executable: true
    case .symlink, .submodule: false
    }
  }
}

/// A file of a tree, anywhere below it.
package struct TreeEntry: Hashable, Sendable {
  /// From the tree's root, with `/` between components.
  package let path: String
  /// The blob; for a submodule its commit.
  package let id: ObjectID
  /// What the path is: a file, a link or a submodule.
  package let mode: FileMode

  package init(path: String, id: ObjectID, mode: FileMode) {
    self.path = path
    self.id = id
    self.mode = mode
  }
}

/// One step from a tree to another.
package enum TreeEdit: Hashable, Sendable {
  /// The path holds this blob afterwards; whatever was there, a folder too, is gone.
  case put(path: String, blob: ObjectID, mode: FileMode)
  /// Nothing is at the path afterwards. No error if nothing was.
  case remove(path: String)

  /// The path that is different afterwards, from the tree's root.
  package var path: String {
    switch self {
    case .put(let path, _, _), .remove(let path): path
    }
  }
}

/// What a path holds on one side of a change.
package struct FileVersion: Hashable, Sendable {
  /// The blob; for a submodule its commit.
  package let id: ObjectID
  /// What the path is: it can change while the content stays.
  package let mode: FileMode

  package init(id: ObjectID, mode: FileMode) {
    self.id = id
    self.mode = mode
  }
}

/// One path in which two trees differ. A rename is a deletion and an addition.
package struct FileChange: Hashable, Sendable {
  /// What happened to the path, with what it held on each side of the change.
  package enum Kind: Hashable, Sendable {
    case added(FileVersion)
    case modified(FileVersion, FileVersion)
    case deleted(FileVersion)
  }

  /// From the trees' root, with `/` between components.
  package let path: String
  /// Whether it came, changed or went.
  package let kind: Kind

  package init(path: String, kind: Kind) {
    self.path = path
    self.kind = kind
  }

  /// What the path held before; `nil` if it is new.
  package var old: FileVersion? {
    switch kind {
    case .added: nil
    case .modified(let old, _), .deleted(let old): old
    }
  }

  /// What the path holds now; `nil` if it is gone.
  package var new: FileVersion? {
    switch kind {
    case .added(let new), .modified(_, let new): new
    case .deleted: nil
    }
  }
}
