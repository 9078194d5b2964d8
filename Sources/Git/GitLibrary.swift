// SPDX-License-Identifier: Apache-2.0
// libgit2's process-wide settings, made once.

import CGit2

/// The library as this product uses it: durable writes, and no configuration from outside the
/// repository at hand.
enum GitLibrary {
  /// The first code below zero of the calls that set the library up; 0 if all went well.
  private static let setUp: Int32 = {
    let steps: [() -> Int32] = [
      { git_libgit2_init() },
      orchestrate_git_enable_fsync,
      orchestrate_git_allow_extensions,
      orchestrate_git_forget_search_paths,
    ]
    for step in steps {
      let code = step()
      if code < 0 { return code }
    }
    return 0
  }()

  static func start() throws(GitError) { try check(setUp, "set up libgit2") }
}
