// SPDX-License-Identifier: Apache-2.0
// The repository's own files, temporary folders, and a generator that repeats itself.

import Documents
import Glibc
import Testing

/// Files of the repository that these tests were built from.
enum RepositoryFiles {
  /// Three folders above this file.
  static let root: String = {
    let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    return parts.dropLast(3).joined(separator: "/")
  }()

  static func bytes(_ path: String) throws -> [UInt8] { try readFile(root + "/" + path) }

  static func text(_ path: String) throws -> String {
    String(decoding: try bytes(path), as: UTF8.self)
  }

  /// Every file of `agents/` and `config/`.
  static func shipped() throws -> ShippedFiles {
    var files: [String: [UInt8]] = [:]
    for folder in ["agents", "config", "config/workflows"] {
      for name in try readFolder("\(root)/\(folder)") where name.contains(".") {
        files["\(folder)/\(name)"] = try bytes("\(folder)/\(name)")
      }
    }
    return ShippedFiles(files)
  }

  static func statusAliases() throws -> StatusAliases {
    try StatusAliases(parsing: try bytes("config/statuses.json"), file: "config/statuses.json")
  }
}

/// A folder that is gone with the value.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    var template = Array("/tmp/orchestrate-documents-XXXXXX".utf8CString)
    try #require(mkdtemp(&template) != nil)
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  deinit { Self.remove(path) }

  func file(_ name: String) -> String { path + "/" + name }

  private static func remove(_ path: String) {
    for name in (try? readFolder(path)) ?? [] {
      let child = path + "/" + name
      if unlink(child) != 0 { remove(child) }
    }
    rmdir(path)
  }
}

/// SplitMix64: the same numbers in every run, so that a failure can be seen again.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// The error that `body` throws, as its sentence with file and place.
func complaint(_ body: () throws -> Void) -> String {
  do {
    try body()
    return "no error"
  } catch {
    return "\(error)"
  }
}
