// SPDX-License-Identifier: Apache-2.0
// The role prompts, workflows and tables that the program carries in itself.

import CPlatform
import Documents

extension ShippedFiles {
  /// What the compiler put in.
  static let embedded: ShippedFiles = {
    var files: [String: [UInt8]] = [:]
    for index in 0..<orchestrate_embedded_file_count() {
      let file = orchestrate_embedded_file_at(index)
      let bytes = UnsafeBufferPointer(start: file.bytes, count: file.length)
      files[String(cString: file.path)] = Array(bytes)
    }
    return ShippedFiles(files)
  }()
}
