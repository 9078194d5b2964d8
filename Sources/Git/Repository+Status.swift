// SPDX-License-Identifier: Apache-2.0
// How much of the user's work is not committed yet.

import CGit2

extension Repository {
  /// How many files of the user's working tree differ from the last commit, untracked ones
  /// included; a folder of untracked files counts as one. Stops at 1000.
  ///
  /// Only reads: the user's index is neither refreshed nor written. Files that a sparse checkout
  /// leaves out are not counted as deleted.
  ///
  /// - Throws: `.unsupportedRepository` for a bare repository, a split or a sparse index.
  package func uncommittedChangeCount() throws(GitError) -> Int {
    let operation = "look for uncommitted changes"
    guard workingDirectory != nil else {
      throw GitError(
        .unsupportedRepository("it has no working tree"), operation: operation,
        message: "it has no working tree")
    }
    var options = git_status_options()
    try check(
      git_status_options_init(&options, UInt32(GIT_STATUS_OPTIONS_VERSION)), operation)
    options.show = GIT_STATUS_SHOW_INDEX_AND_WORKDIR
    options.flags =
      GIT_STATUS_OPT_INCLUDE_UNTRACKED.rawValue | GIT_STATUS_OPT_EXCLUDE_SUBMODULES.rawValue
    var list: OpaquePointer?
    try check(git_status_list_new(&list, pointer, &options), operation)
    defer { git_status_list_free(list) }
    let count = git_status_list_entrycount(list)
    guard try isSparse() else { return min(count, 1000) }
    let absent = GIT_STATUS_WT_DELETED.rawValue
    let present = (0..<count).lazy.filter { index in
      git_status_byindex(list, index).map { $0.pointee.status.rawValue != absent } ?? false
    }
    return present.prefix(1000).count
  }

  func isSparse() throws(GitError) -> Bool { try flag("core.sparseCheckout") }

  /// A setting of the repository's own configuration, or of this worktree's; false if unset.
  func flag(_ name: String) throws(GitError) -> Bool {
    var shared: OpaquePointer?
    try check(git_repository_config_snapshot(&shared, pointer), "read the configuration")
    defer { git_config_free(shared) }
    // libgit2 1.5 does not know of this file, in which `git sparse-checkout` keeps its setting.
    var own: OpaquePointer?
    let path = gitDirectory + "/config.worktree"
    try check(git_config_open_ondisk(&own, path), "read \(path)")
    defer { git_config_free(own) }
    for config in [own, shared] {
      var value: Int32 = 0
      let code = git_config_get_bool(&value, config, name)
      if code == GIT_ENOTFOUND.rawValue { continue }
      try check(code, "read the setting \(name)")
      return value != 0
    }
    return false
  }
}
