// SPDX-License-Identifier: Apache-2.0
// The repository that these tests were built from, as files on disk.

import FoundationEssentials

/// Finds and reads the sources.
enum Repository {
  /// Three directories above this file.
  static let root: String = {
    let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    return parts.dropLast(3).joined(separator: "/")
  }()

  /// Every Swift and C file of `Sources` and `Tests`, in order of their paths; read once.
  static func sources() throws -> [SourceText] { try read.get() }

  private static let read = Result {
    try ["Sources", "Tests"].flatMap { folder in
      try FileManager.default.subpathsOfDirectory(atPath: root + "/" + folder).sorted()
        .filter { path in [".swift", ".c", ".h"].contains { path.hasSuffix($0) } }
        .map { try SourceText(path: folder + "/" + $0, text: contents(of: folder + "/" + $0)) }
    }
  }

  /// What stands at the top of the repository, files whose names begin with a dot left out.
  static func topLevel() throws -> Set<String> {
    Set(
      try FileManager.default.contentsOfDirectory(atPath: root).filter { !$0.hasPrefix(".") })
  }

  private static func contents(of path: String) throws -> String {
    try String(contentsOfFile: root + "/" + path, encoding: .utf8)
  }
}
