// SPDX-License-Identifier: Apache-2.0
// Finds the file that a program's name stands for.

import Glibc

enum ExecutableLookup {
  enum Result: Equatable {
    case found(String)
    /// ENOENT where there is no such file, EACCES where there is one that may not be executed.
    case missing(errno: Int32)
  }

  /// Looks up a program as a shell would, relative to the current directory. Empty entries of the
  /// search path, which would stand for that directory too, are skipped.
  ///
  /// - Parameter searchPath: the command's `PATH`; `/usr/bin:/bin` where it has none.
  static func find(_ program: String, searchPath: String?) -> Result {
    // The kernel gives the better answer for a path: it also knows scripts and formats.
    if program.utf8.contains(UInt8(ascii: "/")) { return .found(program) }
    var errno = ENOENT
    for directory in (searchPath ?? "/usr/bin:/bin").split(separator: ":") {
      let candidate = "\(directory)/\(program)"
      switch check(candidate) {
      case 0: return .found(candidate)
      case EACCES: errno = EACCES
      default: continue
      }
    }
    return .missing(errno: errno)
  }

  private static func check(_ path: String) -> Int32 {
    var information = stat()
    guard stat(path, &information) == 0 else { return errno }
    guard information.st_mode & S_IFMT == S_IFREG else { return EACCES }
    return access(path, X_OK) == 0 ? 0 : errno
  }
}
