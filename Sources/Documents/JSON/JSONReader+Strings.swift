// SPDX-License-Identifier: Apache-2.0
// Strings and their escapes.

extension JSONReader {
  /// Reads the string whose opening quote comes next.
  mutating func string() throws(JSONSyntaxError) -> String {
    let opening = index
    index += 1
    let start = index
    // Most strings hold no escape and are taken as they stand.
    while let byte = peek, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
      guard byte >= 0x20 else { throw error(.controlCharacter(byte)) }
      index += 1
    }
    let plain = bytes[start..<index]
    if peek == UInt8(ascii: "\"") {
      index += 1
      return try text(plain, from: opening)
    }
    return try escapedString(from: opening, beginning: plain)
  }

  private mutating func escapedString(
    from opening: Int, beginning: ArraySlice<UInt8>
  ) throws(JSONSyntaxError) -> String {
    var buffer = Array(beginning)
    while let byte = peek {
      index += 1
      switch byte {
      case UInt8(ascii: "\""): return try text(buffer[...], from: opening)
      case UInt8(ascii: "\\"): try escape(into: &buffer)
      case 0..<0x20:
        index -= 1
        throw error(.controlCharacter(byte))
      default: buffer.append(byte)
      }
    }
    throw error(.ended(expected: "a closing quote"))
  }

  private mutating func escape(into buffer: inout [UInt8]) throws(JSONSyntaxError) {
    let backslash = index - 1
    guard let byte = peek else { throw error(.ended(expected: "a closing quote")) }
    index += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): buffer.append(byte)
    case UInt8(ascii: "b"): buffer.append(0x08)
    case UInt8(ascii: "f"): buffer.append(0x0C)
    case UInt8(ascii: "n"): buffer.append(0x0A)
    case UInt8(ascii: "r"): buffer.append(0x0D)
    case UInt8(ascii: "t"): buffer.append(0x09)
    case UInt8(ascii: "u"):
      let scalar = try unicodeScalar(backslash)
      buffer.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    default: throw error(.badEscape, at: backslash)
    }
  }

  private mutating func unicodeScalar(_ backslash: Int) throws(JSONSyntaxError) -> Unicode.Scalar {
    let first = try fourDigits(backslash)
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xDC00, index + 1 < bytes.count, bytes[index] == UInt8(ascii: "\\"),
      bytes[index + 1] == UInt8(ascii: "u")
    else { throw error(.loneSurrogate, at: backslash) }
    index += 2
    let second = try fourDigits(backslash)
    guard (0xDC00..<0xE000).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw error(.loneSurrogate, at: backslash) }
    return scalar
  }

  private mutating func fourDigits(_ backslash: Int) throws(JSONSyntaxError) -> UInt32 {
    guard index + 4 <= bytes.count else { throw error(.badEscape, at: backslash) }
    var value: UInt32 = 0
    for byte in bytes[index..<index + 4] {
      guard byte < 0x80, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw error(.badEscape, at: backslash)
      }
      value = value << 4 | UInt32(digit)
    }
    index += 4
    return value
  }

  private func text(_ bytes: ArraySlice<UInt8>, from opening: Int) throws(JSONSyntaxError) -> String
  {
    do throws(UTF8.ValidationError) {
      return String(copying: try UTF8Span(validating: bytes.span))
    } catch {
      throw self.error(.notUTF8, at: opening)
    }
  }
}
