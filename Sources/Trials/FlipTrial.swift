// SPDX-License-Identifier: Apache-2.0
// One changed bit in a store, again and again in one process.

import Domain
import Glibc
import Store
import TestKit

/// Changes one bit of a store's files, looks whether anybody notices, and makes the store anew.
struct FlipTrial {
  private enum Result: String {
    /// Everything that can be read is as before.
    case harmless
    /// It was noticed, and everything could be read again after a salvage.
    case repaired
    /// It was noticed, and something was lost, which the salvage told.
    case detected
    /// Something else is read, and nobody notices. Must not be.
    case silent
  }

  private let source: String
  private let work: String
  /// What is read of the store as it was.
  private let before: String

  /// - Parameter folder: holds `state`, a store that no process has open.
  init(folder: String) throws {
    source = folder + "/state"
    work = "\(folder)-flipped-\(getpid())"
    before = try Self.read(folder: Self.copied(source, to: work))
  }

  /// Changes the bits that `first` and the following numbers draw, and tells each as it is done: a
  /// process that dies names the number that killed it.
  ///
  /// - Parameter file: the file in `state` whose bits are changed.
  func run(_ file: String, seed: Int, first: Int, count: Int) throws {
    let content = try Self.bytes(of: "\(source)/\(file)")
    for number in first..<first + count {
      var chance = SeededGenerator(seed: UInt64(seed) &* 0x9e37_79b9 &+ UInt64(number))
      var changed = content
      let place = chance.index(below: content.count)
      changed[place] ^= 1 << UInt8(chance.index(below: 8))
      let folder = try Self.copied(source, to: work)
      try Self.write(changed, to: "\(folder)/state/\(file)")
      print("\(number) \(try result(in: folder).rawValue) \(place)")
      fflush(nil)
    }
    try Self.clear(work)
  }

  private func result(in folder: String) throws -> Result {
    if let after = try? Self.read(folder: folder) { return after == before ? .harmless : .silent }
    // A salvage that fails leaves the damaged store as it is, which says so.
    _ = try? StoreTrial(folder: folder).salvaged()
    return (try? Self.read(folder: folder)) == before ? .repaired : .detected
  }

  private static func read(folder: String) throws -> String {
    try StoreTrial(folder: folder).content()
  }

  // MARK: Files

  private static func copied(_ source: String, to folder: String) throws -> String {
    try clear(folder)
    for path in ["", "/state", "/state/backups"] {
      guard mkdir(folder + path, 0o700) == 0 else {
        throw TrialError(description: "cannot make \(folder + path)")
      }
    }
    for name in names(in: source) + names(in: source + "/backups").map({ "backups/" + $0 }) {
      try write(try bytes(of: "\(source)/\(name)"), to: "\(folder)/state/\(name)")
    }
    return folder
  }

  private static func clear(_ folder: String) throws {
    for path in ["/state/backups", "/state", ""] {
      for name in names(in: folder + path) { unlink("\(folder + path)/\(name)") }
      guard rmdir(folder + path) == 0 || errno == ENOENT else {
        throw TrialError(description: "cannot remove \(folder + path)")
      }
    }
  }

  /// The names of the files in a folder.
  private static func names(in folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      guard entry.pointee.d_type == DT_REG else { continue }
      names.append(
        withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        })
    }
    return names.sorted()
  }

  private static func bytes(of path: String) throws -> [UInt8] {
    guard let file = fopen(path, "re") else { throw TrialError(description: "no file \(path)") }
    defer { fclose(file) }
    fseek(file, 0, SEEK_END)
    var bytes = [UInt8](repeating: 0, count: ftell(file))
    rewind(file)
    guard fread(&bytes, 1, bytes.count, file) == bytes.count else {
      throw TrialError(description: "cannot read \(path)")
    }
    return bytes
  }

  private static func write(_ bytes: [UInt8], to path: String) throws {
    guard let file = fopen(path, "we") else { throw TrialError(description: "cannot make \(path)") }
    let count = fwrite(bytes, 1, bytes.count, file)
    guard fclose(file) == 0, count == bytes.count else {
      throw TrialError(description: "cannot write \(path)")
    }
  }
}
