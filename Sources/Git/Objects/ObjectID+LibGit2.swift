// SPDX-License-Identifier: Apache-2.0
// Object names, to and from libgit2's.

import CGit2
import Domain

extension ObjectID {
  /// The name that libgit2 gave.
  init(_ oid: git_oid) {
    let digits: [UInt8] = Array("0123456789abcdef".utf8)
    let text = withUnsafeBytes(of: oid) { bytes in
      String(unsafeUninitializedCapacity: 40) { buffer in
        for (index, byte) in bytes.prefix(20).enumerated() {
          buffer[index * 2] = digits[Int(byte >> 4)]
          buffer[index * 2 + 1] = digits[Int(byte & 15)]
        }
        return 40
      }
    }
    guard let id = ObjectID(text) else { preconditionFailure("forty hexadecimal digits") }
    self = id
  }

  /// The name as libgit2 takes it.
  var oid: git_oid {
    var oid = git_oid()
    // Forty hexadecimal digits always parse: an `ObjectID` holds nothing else.
    git_oid_fromstr(&oid, text)
    return oid
  }
}

/// Whether two names are the same.
func isSame(_ left: git_oid, _ right: git_oid) -> Bool {
  var left = left
  var right = right
  return git_oid_equal(&left, &right) != 0
}
