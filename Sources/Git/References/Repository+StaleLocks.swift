// SPDX-License-Identifier: Apache-2.0
// Lock files that a killed process left: every later write to their refs would fail (T19).

// As much the home of `timespec` as Glibc: which of them is depends on what is compiled first.
import CGit2
import Glibc

extension Repository {
  /// How old a lock must be before it counts as left behind: many times what any write takes.
  private static let staleAfterSeconds = 2

  /// Removes the lock files below a prefix of refs that are the caller's alone, waiting until each
  /// is old enough that nobody can be at work under it.
  ///
  /// Only whoever holds the project's own lock may call this, for refs that nobody else writes.
  ///
  /// - Parameter prefix: such as `refs/orchestrate/039`, or one ref's name.
  /// - Returns: the names of the refs that are free again.
  package func removeStaleLocks(under prefix: String) -> [String] {
    let top = commonDirectory + "/"
    var freed: [String] = []
    for path in Self.locks(at: top + prefix) {
      while let age = Self.age(of: path), age < Self.staleAfterSeconds { usleep(100_000) }
      if unlink(path) == 0 {
        freed.append(String(path.dropFirst(top.count).dropLast(".lock".count)))
      }
    }
    return freed
  }

  /// `path.lock`, and every lock below the folder `path`.
  private static func locks(at path: String) -> [String] {
    var found = access(path + ".lock", F_OK) == 0 ? [path + ".lock"] : []
    guard let folder = opendir(path) else { return found }
    defer { closedir(folder) }
    while let entry = readdir(folder) {
      let kind = entry.pointee.d_type
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard name != ".", name != ".." else { continue }
      if kind == UInt8(DT_DIR) {
        found += locks(at: "\(path)/\(name)").filter { !found.contains($0) }
      } else if name.hasSuffix(".lock"), !found.contains("\(path)/\(name)") {
        found.append("\(path)/\(name)")
      }
    }
    return found
  }

  /// Seconds since it was made; `nil` when it is gone.
  private static func age(of path: String) -> Int? {
    var status = stat()
    guard lstat(path, &status) == 0 else { return nil }
    return max(0, time(nil) - status.st_mtim.tv_sec)
  }
}
