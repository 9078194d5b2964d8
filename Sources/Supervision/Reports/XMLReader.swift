// SPDX-License-Identifier: Apache-2.0
// Reads XML piece by piece: as much of it as test reports need, and nothing that could hurt.

/// A pull parser over bytes already at hand.
///
/// No document types, hence no entities but the five predefined ones; no name spaces, no
/// validation. Characters that XML forbids, which test runners let through, become U+FFFD.
struct XMLReader {
  static let byteLimit = 30_000_000
  static let depthLimit = 100

  enum Event: Equatable {
    /// An element begins. One that closes itself is followed by its end all the same.
    case start(name: String, attributes: [String: String])
    case end(name: String)
    /// Text as it stands between two tags, references resolved. It may come in several pieces.
    case text(String)
  }

  private let bytes: [UInt8]
  private var at = 0
  private var open: [String] = []
  private var hasRoot = false
  private var closesItself = false
  /// What is left of the CDATA section before `at`.
  private var section = 0..<0

  /// - Throws: `.tooLarge` or `.encoding`.
  init(_ bytes: [UInt8]) throws(ReportError) {
    guard bytes.count <= Self.byteLimit else { throw .tooLarge(bytes: bytes.count) }
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      throw .encoding("UTF-16")
    }
    self.bytes = bytes
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
    if let name = declaredEncoding, !["utf-8", "utf8", "us-ascii", "ascii"].contains(name) {
      throw .encoding(name)
    }
  }

  /// The next piece, or nil once the outermost element has ended.
  mutating func next() throws(ReportError) -> Event? {
    if closesItself {
      closesItself = false
      return .end(name: open.removeLast())
    }
    if let text = takeSection() { return .text(text) }
    while at < bytes.count {
      if bytes[at] != UInt8(ascii: "<") {
        if let text = try readText() { return .text(text) }
      } else if skip("<?") {
        try skipPast("?>")
      } else if skip("<!--") {
        try skipPast("-->")
      } else if skip("<![CDATA[") {
        let start = at
        try skipPast("]]>")
        guard !open.isEmpty else { throw malformed("text outside of the outermost element") }
        section = start..<(at - 3)
        if let text = takeSection() { return .text(text) }
      } else if skip("<!") {
        throw .documentType(line: line)
      } else if skip("</") {
        return try readEnd()
      } else {
        at += 1
        return try readStart()
      }
    }
    guard hasRoot, open.isEmpty else { throw .truncated }
    return nil
  }

  // MARK: Pieces

  /// Pieces of text end where a character does, and a reference: neither is cut in two. Long text
  /// comes in several, so that no more of it is in memory twice.
  private static let pieceLength = 1 << 16

  private func endOfPiece(_ range: Range<Int>) -> Int {
    guard range.count > Self.pieceLength else { return range.upperBound }
    var end = range.lowerBound + Self.pieceLength
    while end > range.lowerBound + 1, bytes[end] & 0xC0 == 0x80 { end -= 1 }
    let tail = bytes[max(range.lowerBound + 1, end - 12)..<end]
    if let reference = tail.lastIndex(of: UInt8(ascii: "&")),
      !bytes[reference..<end].contains(UInt8(ascii: ";"))
    {
      return reference
    }
    return end
  }

  private mutating func takeSection() -> String? {
    guard !section.isEmpty else { return nil }
    let end = endOfPiece(section)
    defer { section = end..<section.upperBound }
    return XMLText.decode(bytes[section.lowerBound..<end])
  }

  private mutating func readText() throws(ReportError) -> String? {
    let start = at
    let limit = open.isEmpty ? bytes.count : min(bytes.count, start + Self.pieceLength + 1)
    let next = bytes[start..<limit].firstIndex(of: UInt8(ascii: "<")) ?? limit
    at = open.isEmpty ? next : endOfPiece(start..<next)
    let piece = bytes[start..<at]
    if !open.isEmpty { return try resolve(piece) }
    guard piece.allSatisfy(XMLText.isSpace) else {
      throw malformed("text outside of the outermost element")
    }
    return nil
  }

  private mutating func readEnd() throws(ReportError) -> Event {
    let name = try readName()
    skipSpace()
    guard skip(">") else { throw at < bytes.count ? malformed("a tag without its >") : .truncated }
    guard open.last == name else { throw malformed("</\(name)> closes what it did not open") }
    open.removeLast()
    return .end(name: name)
  }

  private mutating func readStart() throws(ReportError) -> Event {
    if open.isEmpty && hasRoot { throw malformed("a second outermost element") }
    guard open.count < Self.depthLimit else { throw .tooDeep(line: line) }
    let name = try readName()
    var attributes: [String: String] = [:]
    while true {
      let hadSpace = skipSpace()
      guard at < bytes.count else { throw .truncated }
      if skip(">") { break }
      if skip("/>") {
        closesItself = true
        break
      }
      guard hadSpace else { throw malformed("no space before an attribute of <\(name)>") }
      let (key, value) = try readAttribute()
      guard attributes.updateValue(value, forKey: key) == nil else {
        throw malformed("<\(name)> has the attribute \(key) twice")
      }
    }
    open.append(name)
    hasRoot = true
    return .start(name: name, attributes: attributes)
  }

  private mutating func readAttribute() throws(ReportError) -> (String, String) {
    let key = try readName()
    skipSpace()
    guard skip("=") else { throw at < bytes.count ? malformed("\(key) has no value") : .truncated }
    skipSpace()
    guard at < bytes.count else { throw .truncated }
    let quote = bytes[at]
    guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
      throw malformed("the value of \(key) is not quoted")
    }
    guard let end = bytes[(at + 1)...].firstIndex(of: quote) else { throw .truncated }
    let value = bytes[(at + 1)..<end]
    guard !value.contains(UInt8(ascii: "<")) else { throw malformed("< in the value of \(key)") }
    at = end + 1
    return (key, try resolve(value))
  }

  private mutating func readName() throws(ReportError) -> String {
    let start = at
    while at < bytes.count, XMLText.isNameByte(bytes[at]) { at += 1 }
    guard at > start else { throw at < bytes.count ? malformed("a name is missing") : .truncated }
    return XMLText.decode(bytes[start..<at])
  }

  private func resolve(_ piece: ArraySlice<UInt8>) throws(ReportError) -> String {
    guard let text = XMLText.resolve(piece) else { throw malformed("an unknown & reference") }
    return text
  }

  // MARK: Moving on

  private mutating func skip(_ word: StaticString) -> Bool {
    let count = word.utf8CodeUnitCount
    guard bytes.count - at >= count else { return false }
    for offset in 0..<count where bytes[at + offset] != word.utf8Start[offset] { return false }
    at += count
    return true
  }

  private mutating func skipPast(_ word: StaticString) throws(ReportError) {
    let first = word.utf8Start[0]
    while let candidate = bytes[at...].firstIndex(of: first) {
      at = candidate
      if skip(word) { return }
      at += 1
    }
    throw .truncated
  }

  @discardableResult
  private mutating func skipSpace() -> Bool {
    let start = at
    while at < bytes.count, XMLText.isSpace(bytes[at]) { at += 1 }
    return at > start
  }

  private var line: Int { 1 + bytes[..<min(at, bytes.count)].count { $0 == UInt8(ascii: "\n") } }

  private func malformed(_ reason: String) -> ReportError {
    .malformed(line: line, reason: reason)
  }

  /// What the XML declaration says, in lower case.
  private var declaredEncoding: String? {
    let start = XMLText.decode(bytes.dropFirst(at).prefix(200))
    guard start.hasPrefix("<?xml"), let end = start.firstRange(of: "?>") else { return nil }
    let declaration = start[..<end.lowerBound]
    guard let key = declaration.firstRange(of: "encoding") else { return nil }
    let parts = declaration[key.upperBound...].split(maxSplits: 2, omittingEmptySubsequences: false)
    {
      $0 == "\"" || $0 == "'"
    }
    return parts.count > 1 ? parts[1].lowercased() : nil
  }
}

/// The characters of XML.
enum XMLText {
  static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
  }

  /// Wide enough for every name that occurs; what ends a name is what matters.
  static func isNameByte(_ byte: UInt8) -> Bool {
    byte >= 0x80 || (UInt8(ascii: "0")...UInt8(ascii: ":")).contains(byte)
      || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
      || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
      || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
  }

  /// Bytes as text; what is no UTF-8 or no character of XML becomes U+FFFD.
  static func decode(_ bytes: ArraySlice<UInt8>) -> String {
    let isClean = bytes.allSatisfy { $0 >= 0x20 || isSpace($0) }
    if isClean { return String(decoding: bytes, as: UTF8.self) }
    var text = ""
    let pieces = bytes.split(omittingEmptySubsequences: false) { $0 < 0x20 && !isSpace($0) }
    for piece in pieces {
      if piece.startIndex > bytes.startIndex { text += "\u{FFFD}" }
      text += String(decoding: piece, as: UTF8.self)
    }
    return text
  }

  /// Text with its references resolved, or nil where one is unknown.
  static func resolve(_ bytes: ArraySlice<UInt8>) -> String? {
    guard let first = bytes.firstIndex(of: UInt8(ascii: "&")) else { return decode(bytes) }
    var text = decode(bytes[..<first])
    var rest = bytes[first...]
    while rest.first != nil {
      guard let end = rest.prefix(12).firstIndex(of: UInt8(ascii: ";")),
        let scalar = character(rest[(rest.startIndex + 1)..<end])
      else { return nil }
      text.unicodeScalars.append(scalar)
      rest = rest[(end + 1)...]
      let next = rest.firstIndex(of: UInt8(ascii: "&")) ?? rest.endIndex
      text += decode(rest[..<next])
      rest = rest[next...]
    }
    return text
  }

  private static func character(_ name: ArraySlice<UInt8>) -> Unicode.Scalar? {
    switch String(decoding: name, as: UTF8.self) {
    case "lt": return "<"
    case "gt": return ">"
    case "amp": return "&"
    case "quot": return "\""
    case "apos": return "'"
    case let reference where reference.hasPrefix("#x"):
      return UInt32(reference.dropFirst(2), radix: 16).map(scalar)
    case let reference where reference.hasPrefix("#"):
      return UInt32(reference.dropFirst()).map(scalar)
    default: return nil
    }
  }

  private static func scalar(_ number: UInt32) -> Unicode.Scalar {
    let isForbidden = number < 0x20 && number != 0x09 && number != 0x0A && number != 0x0D
    guard !isForbidden, let scalar = Unicode.Scalar(number) else { return "\u{FFFD}" }
    return scalar
  }
}
