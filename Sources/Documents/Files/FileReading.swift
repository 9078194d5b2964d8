// SPDX-License-Identifier: Apache-2.0
// Whole files and folder listings, bounded.

import Glibc

/// Reads a whole file. Links are followed; folders, pipes and devices are refused, so that no name
/// an agent chose can block or never end.
///
/// - Parameter limit: the most bytes that are read; 64 MB by default.
/// - Throws: `FileError` where it is not there, no regular file, too long or cannot be read.
package func readFile(_ path: String, limit: Int = 64 << 20) throws(FileError) -> [UInt8] {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  guard descriptor >= 0 else { throw FileError("read", path) }
  defer { close(descriptor) }
  var status = stat()
  guard fstat(descriptor, &status) == 0 else { throw FileError("read", path) }
  guard status.st_mode & S_IFMT == S_IFREG else {
    throw FileError(operation: "read", path: path, reason: .notARegularFile)
  }
  return try readToEnd(descriptor, path, expecting: Int(status.st_size), limit: limit)
}

/// Reads a whole file; `nil` where there is none.
///
/// - Throws: `FileError` as `readFile`, except for a file that is not there.
package func readFileIfPresent(
  _ path: String, limit: Int = 64 << 20
) throws(FileError) -> [UInt8]? {
  do throws(FileError) {
    return try readFile(path, limit: limit)
  } catch {
    if error.errno == ENOENT || error.errno == ENOTDIR { return nil }
    throw error
  }
}

/// The names in a folder, sorted; empty where there is no such folder.
///
/// - Throws: `FileError` where the folder is there and cannot be read.
package func readFolder(_ path: String) throws(FileError) -> [String] {
  guard let folder = opendir(path) else {
    if errno == ENOENT || errno == ENOTDIR { return [] }
    throw FileError("list", path)
  }
  defer { closedir(folder) }
  var names: [String] = []
  while let entry = readdir(folder) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    if name != ".", name != ".." { names.append(name) }
  }
  return names.sorted()
}

private func readToEnd(
  _ descriptor: Int32, _ path: String, expecting size: Int, limit: Int
) throws(FileError) -> [UInt8] {
  var bytes: [UInt8] = []
  // Files of /proc say that they are empty; any file may grow while it is read.
  bytes.reserveCapacity(min(max(size, 0), limit) + 1)
  var buffer = [UInt8](repeating: 0, count: min(max(size, 4096), 1 << 20))
  while true {
    let count = read(descriptor, &buffer, buffer.count)
    if count == 0 { return bytes }
    guard count > 0 else {
      if errno == EINTR { continue }
      throw FileError("read", path)
    }
    bytes.append(contentsOf: buffer[..<count])
    guard bytes.count <= limit else {
      throw FileError(operation: "read", path: path, reason: .tooLarge(bytesMax: limit))
    }
  }
}
