// SPDX-License-Identifier: Apache-2.0
// The files in which a runner leaves its report.

import Glibc

/// Finds, deletes and reads reports. Only regular files count, and no symbolic link is followed:
/// the workspace belongs to whoever wrote the tests.
struct ReportFiles {
  let location: RunnerInvocation.Report
  let workspace: String

  /// Deletes what an earlier run left.
  ///
  /// - Throws: where a file resists, since it could pass for a new one.
  func removeStale() throws(SystemError) {
    for path in paths() where unlink(path) != 0 {
      throw SystemError(doing: "delete the earlier report \(path)", code: errno)
    }
  }

  /// What lies there now, in the order of the paths.
  ///
  /// - Throws: `.tooLarge`, counting all of them together.
  func readAll() throws(ReportError) -> [[UInt8]] {
    var reports: [[UInt8]] = []
    var total = 0
    for path in paths() {
      guard let bytes = read(path) else { continue }
      total += bytes.count
      guard total <= XMLReader.byteLimit else { throw .tooLarge(bytes: total) }
      reports.append(bytes)
    }
    return reports
  }

  private func paths() -> [String] {
    switch location {
    case .standardOutput: return []
    case .file(let path): return isRegular(path) ? [path] : []
    case .workspace(let pattern):
      var found: [String] = []
      var pending = [pattern.fixedDirectory]
      while let directory = pending.popLast() {
        for name in DirectoryNames.list(absolute(directory)) {
          let path = directory.isEmpty ? name : "\(directory)/\(name)"
          switch kind(of: absolute(path)) {
          case S_IFDIR: pending.append(path)
          case S_IFREG: if pattern.matches(path) { found.append(absolute(path)) }
          default: continue
          }
        }
      }
      return found.sorted()
    }
  }

  private func absolute(_ path: String) -> String {
    path.isEmpty ? workspace : "\(workspace)/\(path)"
  }

  private func isRegular(_ path: String) -> Bool { kind(of: path) == S_IFREG }

  private func kind(of path: String) -> mode_t {
    var information = stat()
    return lstat(path, &information) == 0 ? information.st_mode & S_IFMT : 0
  }

  /// One byte more than is allowed at most, which tells a report that is too large.
  private func read(_ path: String) -> [UInt8]? {
    // A pipe in the report's place must not hold us up.
    let raw = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard raw >= 0 else { return nil }
    let file = OwnedDescriptor(raw)
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    var bytes: [UInt8] = []
    while bytes.count <= XMLReader.byteLimit {
      let count = Glibc.read(file.raw, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { return nil }
      guard count > 0 else { break }
      bytes += buffer[..<count]
    }
    return bytes
  }
}
