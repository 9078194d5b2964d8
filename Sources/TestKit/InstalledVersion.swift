// SPDX-License-Identifier: Apache-2.0
// Which version of a program this machine has, for tests that need a certain one.

import Glibc

/// The first two numbers of what `program --version` prints.
package struct InstalledVersion: Hashable, Comparable, Sendable {
  /// The part before the first point.
  package let major: Int
  /// The part after it.
  package let minor: Int

  package init(_ major: Int, _ minor: Int) {
    self.major = major
    self.minor = minor
  }

  /// Asks a program that is found in `path`; `nil` where it is not there or prints no version.
  package init?(of program: String, path: String) {
    guard let pipe = popen("PATH='\(path)' \(program) --version 2>/dev/null", "r") else {
      return nil
    }
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = fread(&buffer, 1, buffer.count, pipe)
    pclose(pipe)
    let words = String(decoding: buffer[..<count], as: UTF8.self).split(
      whereSeparator: \.isWhitespace)
    for word in words {
      let numbers = word.drop { !$0.isNumber }.split(separator: ".").map { Int($0) }
      if numbers.count >= 2, let major = numbers[0], let minor = numbers[1] {
        self.init(major, minor)
        return
      }
    }
    return nil
  }

  package static func < (left: InstalledVersion, right: InstalledVersion) -> Bool {
    (left.major, left.minor) < (right.major, right.minor)
  }
}
