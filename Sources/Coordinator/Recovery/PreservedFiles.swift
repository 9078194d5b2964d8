// SPDX-License-Identifier: Apache-2.0
// What is put into an archive when git can take nothing.

import Documents
import Domain
import Glibc

/// What an agent changed in its workspace, read without asking git, which may be what is broken.
struct PreservedFiles {
  /// Larger files stay in the workspace only, which is kept as well; the archive says so.
  private static let fileBytesMax = 32 << 20
  private static let filesMax = 20_000
  private static let depthMax = 64

  private let name: String
  private var entries: [StoredArchive.Entry] = []
  private var omitted: [String] = []

  /// Reads every file that was changed after the packet had been written, by the system's own stamp.
  init(_ slot: WorkspacePool.Slot, of handoff: Handoff, fence: Fence) {
    name =
      "session-\(handoff.session)-\(handoff.task.refComponent)-\(handoff.stage.rawValue)-\(fence).zip"
    var packet = stat()
    let since = lstat(slot.packet, &packet) == 0 ? packet.st_ctim : timespec()
    visit(slot.tree, "files", since, 0)
    for (name, path) in [("packet.json", slot.packet), ("report.json", slot.report)] {
      // A report that is not there, or cannot be read, is no reason to keep nothing.
      guard let bytes = try? readFile(path, limit: Self.fileBytesMax) else { continue }
      entries.append(.init(name: name, bytes: bytes, permissions: 0o644))
    }
    let text = """
      What lay in the workspace of \(handoff.id) (\(handoff.stage.rawValue) of \(handoff.task), \
      claim \(fence)) when git could not take it. It began on commit \(handoff.base).

      files/ holds every file that was changed since the claim, as it was. Once git can write again,
      'orchestrate checkpoint create --manual' seals the workspace itself; this archive is for the
      case that the workspace is lost, too.
      \(omitted.isEmpty ? "" : "\nLeft out:\n" + omitted.joined(separator: "\n"))

      """
    entries.append(.init(name: "README.txt", bytes: Array(text.utf8), permissions: 0o644))
  }

  /// Writes the archive to the first of some folders that takes it.
  ///
  /// - Returns: its path.
  func write(toFirstOf folders: [String]) throws(Problem) -> String {
    let archive = StoredArchive.bytes(of: entries)
    var failures: [String] = []
    for folder in folders {
      do throws(FileError) {
        try AtomicFile.write(archive, to: "\(folder)/\(name)")
        return "\(folder)/\(name)"
      } catch {
        failures.append("\(error)")
      }
    }
    throw Problem(
      code: "OUTPUT001", exit: .failure, message: "\(name) cannot be written",
      reason: failures.joined(separator: "; "))
  }

  private mutating func visit(_ folder: String, _ name: String, _ since: timespec, _ depth: Int) {
    guard depth < Self.depthMax else {
      omitted.append("\(name): too deep")
      return
    }
    for entry in directoryEntries(folder).sorted() where entry != ".git" {
      let (path, inside) = ("\(folder)/\(entry)", "\(name)/\(entry)")
      var status = stat()
      guard lstat(path, &status) == 0 else { continue }
      let isLater =
        (status.st_ctim.tv_sec, status.st_ctim.tv_nsec) >= (since.tv_sec, since.tv_nsec)
      switch status.st_mode & S_IFMT {
      case S_IFDIR: visit(path, inside, since, depth + 1)
      case S_IFREG: if isLater { take(path, inside, status) }
      default: if isLater { omitted.append("\(inside): no regular file") }
      }
    }
  }

  private mutating func take(_ path: String, _ inside: String, _ status: stat) {
    guard entries.count < Self.filesMax else {
      omitted.append("\(inside): one of too many")
      return
    }
    do throws(FileError) {
      entries.append(
        StoredArchive.Entry(
          name: inside, bytes: try readFile(path, limit: Self.fileBytesMax),
          permissions: UInt16(truncatingIfNeeded: status.st_mode & 0o777)))
    } catch {
      omitted.append("\(inside): \(error.sentence)")
    }
  }
}
