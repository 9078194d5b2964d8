// SPDX-License-Identifier: Apache-2.0
// JSON text to value, as strict as RFC 8259 and bounded in depth and size.

extension JSONValue {
  /// Reads a JSON text. A byte-order mark at its start is passed over.
  ///
  /// - Parameter allowingComments: whether `//` and `/* */` comments and a comma after the last
  ///   value are taken, as in files that people write; not by default.
  /// - Throws: `JSONSyntaxError` where the text is no JSON, a key occurs twice, values are nested
  ///   more than 200 deep or the text is longer than 64 MB.
  package init(
    parsing bytes: [UInt8], allowingComments: Bool = false
  ) throws(JSONSyntaxError) {
    var reader = JSONReader(bytes, allowsComments: allowingComments)
    self = try reader.document()
  }

  /// Reads a JSON text.
  ///
  /// - Throws: `JSONSyntaxError` as `init(parsing:allowingComments:)` for bytes.
  package init(parsing text: String, allowingComments: Bool = false) throws(JSONSyntaxError) {
    try self.init(parsing: Array(text.utf8), allowingComments: allowingComments)
  }
}

/// One pass over a JSON text.
struct JSONReader {
  static let depthMax = 200
  static let bytesMax = 64 << 20

  let bytes: [UInt8]
  let allowsComments: Bool
  var index = 0
  private var depth = 0

  init(_ bytes: [UInt8], allowsComments: Bool) {
    self.bytes = bytes
    self.allowsComments = allowsComments
  }

  mutating func document() throws(JSONSyntaxError) -> JSONValue {
    guard bytes.count <= Self.bytesMax else { throw error(.tooLarge(bytesMax: Self.bytesMax)) }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
    try skipSpace()
    let value = try value()
    try skipSpace()
    guard index == bytes.count else { throw unexpected("the end") }
    return value
  }

  // MARK: Values

  private mutating func value() throws(JSONSyntaxError) -> JSONValue {
    guard let byte = peek else { throw error(.ended(expected: "a value")) }
    switch byte {
    case UInt8(ascii: "{"):
      return try nested { (reader) throws(JSONSyntaxError) in try reader.object() }
    case UInt8(ascii: "["):
      return try nested { (reader) throws(JSONSyntaxError) in try reader.array() }
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func nested(
    _ body: (inout JSONReader) throws(JSONSyntaxError) -> JSONValue
  ) throws(JSONSyntaxError) -> JSONValue {
    depth += 1
    guard depth <= Self.depthMax else { throw error(.tooDeep(limit: Self.depthMax)) }
    let value = try body(&self)
    depth -= 1
    return value
  }

  private mutating func object() throws(JSONSyntaxError) -> JSONValue {
    index += 1
    var object = JSONObject()
    try skipSpace()
    while peek != UInt8(ascii: "}") {
      let start = index
      guard peek == UInt8(ascii: "\"") else { throw unexpected("a key in quotes") }
      let key = try string()
      try skipSpace()
      guard take(UInt8(ascii: ":")) else { throw unexpected("a colon") }
      try skipSpace()
      let value = try value()
      guard object.appendIfNew(key, value) else { throw error(.duplicateKey(key), at: start) }
      guard try separator(before: UInt8(ascii: "}")) else { break }
    }
    guard take(UInt8(ascii: "}")) else { throw unexpected("a comma or a closing brace") }
    return .object(object)
  }

  private mutating func array() throws(JSONSyntaxError) -> JSONValue {
    index += 1
    var elements: [JSONValue] = []
    try skipSpace()
    while peek != UInt8(ascii: "]") {
      elements.append(try value())
      guard try separator(before: UInt8(ascii: "]")) else { break }
    }
    guard take(UInt8(ascii: "]")) else { throw unexpected("a comma or a closing bracket") }
    return .array(elements)
  }

  /// Takes a comma and the space around it; whether there was one.
  private mutating func separator(before closing: UInt8) throws(JSONSyntaxError) -> Bool {
    try skipSpace()
    let comma = index
    guard take(UInt8(ascii: ",")) else { return false }
    try skipSpace()
    if peek == closing, !allowsComments { throw error(.trailingComma, at: comma) }
    return true
  }

  private mutating func word(
    _ word: StaticString, _ value: JSONValue
  ) throws(JSONSyntaxError) -> JSONValue {
    let length = word.utf8CodeUnitCount
    let matches =
      index + length <= bytes.count
      && (0..<length).allSatisfy { bytes[index + $0] == word.utf8Start[$0] }
    guard matches else { throw unexpected("a value") }
    index += length
    return value
  }

  private mutating func number() throws(JSONSyntaxError) -> JSONValue {
    guard let length = JSONNumber.length(in: bytes, from: index) else {
      throw unexpected("a value")
    }
    let digits = bytes[index..<index + length]
    index += length
    // `012` and `1x` would otherwise be read as a number with something after it.
    if let next = peek, next < 0x80,
      Unicode.Scalar(next).properties.isAlphabetic || next == 46
        || (48...57).contains(next)
    {
      index -= length
      throw error(.unexpected("a malformed number", expected: "a value"))
    }
    return .number(JSONNumber(checked: String(decoding: digits, as: UTF8.self)))
  }

  // MARK: Space

  private mutating func skipSpace() throws(JSONSyntaxError) {
    while let byte = peek {
      switch byte {
      case 0x20, 0x09, 0x0A, 0x0D: index += 1
      case UInt8(ascii: "/"): try skipComment()
      default: return
      }
    }
  }

  private mutating func skipComment() throws(JSONSyntaxError) {
    let start = index
    let next = index + 1 < bytes.count ? bytes[index + 1] : 0
    guard next == UInt8(ascii: "/") || next == UInt8(ascii: "*") else {
      throw unexpected("a value, a comma or the end")
    }
    guard allowsComments else { throw error(.comment) }
    index += 2
    if next == UInt8(ascii: "/") {
      while let byte = peek, byte != 0x0A { index += 1 }
      return
    }
    while index + 1 < bytes.count {
      if bytes[index] == UInt8(ascii: "*"), bytes[index + 1] == UInt8(ascii: "/") {
        index += 2
        return
      }
      index += 1
    }
    throw error(.unterminatedComment, at: start)
  }

  // MARK: Bytes

  var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard peek == byte else { return false }
    index += 1
    return true
  }

  private func unexpected(_ expected: String) -> JSONSyntaxError {
    guard let byte = peek else { return error(.ended(expected: expected)) }
    let length = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
    let character = String(decoding: bytes[index...].prefix(length), as: UTF8.self)
    let name = byte < 0x20 || byte == 0x7F ? "the byte \(byte)" : "'\(character)'"
    return error(.unexpected(name, expected: expected))
  }

  /// The error at a byte, the present one by default, as a line and a column for people.
  func error(_ reason: JSONSyntaxError.Reason, at place: Int? = nil) -> JSONSyntaxError {
    let before = bytes[..<min(place ?? index, bytes.count)]
    let line = before.count { $0 == 0x0A } + 1
    let start = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    let column = before[start...].count { $0 & 0xC0 != 0x80 } + 1
    return JSONSyntaxError(line: line, column: column, reason: reason)
  }
}
