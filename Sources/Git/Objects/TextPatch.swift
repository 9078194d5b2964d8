// SPDX-License-Identifier: Apache-2.0
// The difference of two texts as people and `git apply` read it.

import CGit2

/// Differences of texts that lie in no repository.
package enum TextPatch {
  /// A unified diff with file headers; empty where nothing differs.
  ///
  /// - Parameters:
  ///   - old: the text before; `nil` for a file that is new.
  ///   - path: how the file is called in it.
  package static func unified(
    from old: String?, to new: String, path: String
  ) throws(GitError) -> String {
    try GitLibrary.start()
    var patch: OpaquePointer?
    var new = new
    var before = old ?? ""
    let code = before.withUTF8 { before in
      new.withUTF8 { after in
        git_patch_from_buffers(
          &patch, old == nil ? nil : before.baseAddress, old == nil ? 0 : before.count, path,
          after.baseAddress, after.count, path, nil)
      }
    }
    try check(code, "compare two versions of \(path)")
    defer { git_patch_free(patch) }
    var buffer = git_buf()
    try check(git_patch_to_buf(&buffer, patch), "write a diff of \(path)")
    defer { git_buf_dispose(&buffer) }
    return buffer.ptr.map { String(cString: $0) } ?? ""
  }
}
