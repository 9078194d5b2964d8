// SPDX-License-Identifier: Apache-2.0
// Who is whose child, from /proc.

import Glibc

/// The processes of this machine at about one moment. It is no snapshot: a process may be born or
/// adopted while the table is read, so whoever needs them all reads it again.
struct ProcessTable {
  private var children: [pid_t: [pid_t]] = [:]
  private var ended: Set<pid_t> = []

  static func current() -> ProcessTable {
    var table = ProcessTable()
    for pid in DirectoryNames.list("/proc").compactMap({ pid_t($0) }) {
      guard let status = ProcessStatus(pid: pid) else { continue }
      table.children[status.parent, default: []].append(pid)
      if status.hasEnded { table.ended.insert(pid) }
    }
    return table
  }

  /// Every process below `pid`, those that have ended and wait to be reaped left out.
  func livingDescendants(of pid: pid_t) -> [pid_t] {
    var found: [pid_t] = []
    var pending = children[pid] ?? []
    while let next = pending.popLast() {
      if !ended.contains(next) { found.append(next) }
      pending += children[next] ?? []
    }
    return found
  }
}

/// What /proc/<pid>/stat says of a process.
struct ProcessStatus {
  let parent: pid_t
  /// In clock ticks since the machine started.
  let startTime: UInt64
  /// It has ended and only waits to be reaped.
  let hasEnded: Bool
  /// Whether a terminal controls it.
  let hasTerminal: Bool

  init?(pid: pid_t) {
    guard let bytes = ProcFile.read("/proc/\(pid)/stat") else { return nil }
    // The second field is the program's name, in parentheses, and may hold spaces and more
    // parentheses; the last one closes it.
    guard let name = bytes.lastIndex(of: UInt8(ascii: ")")) else { return nil }
    let fields = bytes[(name + 1)...].split(separator: UInt8(ascii: " "))
      .map { String(decoding: $0, as: UTF8.self) }
    guard fields.count > 19, let parent = pid_t(fields[1]), let start = UInt64(fields[19]) else {
      return nil
    }
    self.parent = parent
    startTime = start
    hasTerminal = fields[4] != "0"
    hasEnded = fields[0] == "Z" || fields[0] == "X"
  }
}

/// Files of /proc, whose size is not known before they are read.
enum ProcFile {
  /// At most a little more than the first `limit` bytes, 64 KiB by default; nil where it cannot be
  /// read.
  static func read(_ path: String, limit: Int = 65_536) -> [UInt8]? {
    let raw = open(path, O_RDONLY | O_CLOEXEC)
    guard raw >= 0 else { return nil }
    let file = OwnedDescriptor(raw)
    var buffer = [UInt8](repeating: 0, count: 4096)
    var bytes: [UInt8] = []
    while bytes.count < limit {
      let count = Glibc.read(file.raw, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { return nil }
      guard count > 0 else { return bytes }
      bytes += buffer[..<count]
    }
    return bytes
  }
}
