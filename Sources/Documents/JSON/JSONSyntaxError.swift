// SPDX-License-Identifier: Apache-2.0
// Why a text is no JSON, and where.

/// A text that RFC 8259 does not take for JSON, or that goes beyond what is read.
package struct JSONSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong there.
  package enum Reason: Hashable, Sendable {
    /// The text ends where this should come.
    case ended(expected: String)
    /// Something else stands where this should come.
    case unexpected(String, expected: String)
    case duplicateKey(String)
    /// A character below U+0020 stands bare in a string.
    case controlCharacter(UInt8)
    case badEscape
    /// Half of a UTF-16 pair, which no text can hold.
    case loneSurrogate
    case notUTF8
    case unterminatedComment
    /// Comments are read in configuration files only.
    case comment
    case trailingComma
    case tooDeep(limit: Int)
    case tooLarge(bytesMax: Int)
  }

  /// The line, from 1.
  package let line: Int
  /// The character in the line, from 1.
  package let column: Int
  /// What is wrong there.
  package let reason: Reason

  package var description: String { "line \(line), column \(column): \(sentence)" }

  /// What is wrong, without the place.
  package var sentence: String {
    switch reason {
    case .ended(let expected): "the text ends where \(expected) should come"
    case .unexpected(let found, let expected): "\(found) stands where \(expected) should come"
    case .duplicateKey(let key): "the key \(JSONValue.string(key).compactText) occurs twice"
    case .controlCharacter(let byte): "a string holds a bare control character (\(byte))"
    case .badEscape: "a backslash in a string is followed by something that it cannot escape"
    case .loneSurrogate: "a \\u escape is half of a pair whose other half is missing"
    case .notUTF8: "the text is not UTF-8"
    case .unterminatedComment: "a comment that begins here never ends"
    case .comment: "comments are not allowed in this file"
    case .trailingComma: "a comma stands after the last value"
    case .tooDeep(let limit): "values are nested more than \(limit) deep"
    case .tooLarge(let bytesMax): "the text is longer than \(bytesMax) bytes"
    }
  }
}
