// SPDX-License-Identifier: Apache-2.0
// A JSON text in which single values are set, every other byte staying as a person wrote it.

/// A JSON text that was read without complaint. Setting a value touches that value's bytes only:
/// arrays on one line stay on one line, blank lines stay, numbers stay as written.
package struct JSONText: Hashable, Sendable {
  private var bytes: [UInt8]

  /// A text that `JSONValue(parsing:)` takes without comments; any other stays as it is whatever is
  /// set in it.
  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The text.
  package var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Sets the value at a path. Where only its last key is missing, that is added to its object, in
  /// the way of the member before it.
  ///
  /// - Returns: whether the path leads somewhere.
  @discardableResult
  package mutating func set(_ value: JSONValue, at path: JSONPath) -> Bool {
    if let range = range(of: path) {
      bytes.replaceSubrange(range, with: rendered(value, at: range.lowerBound))
      return true
    }
    guard case .key(let key)? = path.steps.last,
      let object = range(of: JSONPath(path.steps.dropLast())),
      bytes[object.lowerBound] == UInt8(ascii: "{")
    else { return false }
    add(key, value, to: object)
    return true
  }

  /// Takes a member out of its object, with the comma that it no longer needs. Nothing changes where
  /// the path leads to no member.
  package mutating func remove(at path: JSONPath) {
    guard case .key(let key)? = path.steps.last,
      let object = range(of: JSONPath(path.steps.dropLast()))
    else { return }
    var cursor = JSONCursor(bytes, at: object.lowerBound)
    var members: [JSONCursor.Member] = []
    cursor.eachMember {
      members.append($0)
      return true
    }
    guard let at = members.firstIndex(where: { JSONCursor.name(bytes[$0.key]) == key }) else {
      return
    }
    let member = members[at]
    if members.count == 1 {
      bytes.replaceSubrange(object, with: "{}".utf8)
    } else if at == 0 {
      bytes.removeSubrange(member.afterSeparator..<members[1].afterSeparator)
    } else {
      bytes.removeSubrange(members[at - 1].value.upperBound..<member.value.upperBound)
    }
  }

  private func range(of path: JSONPath) -> Range<Int>? {
    var cursor = JSONCursor(bytes)
    for step in path.steps {
      guard cursor.enter(step) else { return nil }
    }
    let start = cursor.index
    cursor.skipValue()
    return start < cursor.index ? start..<cursor.index : nil
  }

  private mutating func add(_ key: String, _ value: JSONValue, to object: Range<Int>) {
    var cursor = JSONCursor(bytes, at: object.lowerBound)
    var last: JSONCursor.Member?
    cursor.eachMember {
      last = $0
      return true
    }
    guard let last else {
      let only = rendered(.object([key: value]), at: object.lowerBound)
      bytes.replaceSubrange(object, with: only)
      return
    }
    let space = bytes[last.afterSeparator..<last.key.lowerBound]
    let colon = bytes[last.key.upperBound..<last.value.lowerBound]
    let name = JSONValue.string(key).compactText.utf8
    let text = rendered(value, at: last.key.lowerBound)
    bytes.insert(
      contentsOf: [UInt8(ascii: ",")] + space + Array(name) + colon + text,
      at: last.value.upperBound)
  }

  /// A value laid out as the text is, indented like the line on which `place` stands.
  private func rendered(_ value: JSONValue, at place: Int) -> [UInt8] {
    let text = JSONWriter.text(of: value, indent: JSONLayout(of: bytes).indent)
    let start = bytes[..<place].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    let margin = bytes[start..<place].prefix { $0 == 0x20 || $0 == 0x09 }
    return text.utf8.flatMap { $0 == 0x0A ? [$0] + margin : [$0] }
  }
}

/// A place in a JSON text that is known to be right.
private struct JSONCursor {
  /// A member of an object, as places in the text.
  struct Member {
    /// Just behind the brace or comma before it.
    let afterSeparator: Int
    let key: Range<Int>
    let value: Range<Int>
  }

  private let bytes: [UInt8]
  private(set) var index: Int

  /// At the root's value.
  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    index = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    skipSpace()
  }

  init(_ bytes: [UInt8], at index: Int) {
    self.bytes = bytes
    self.index = index
  }

  /// Goes to the value one step down; whether there is one.
  mutating func enter(_ step: JSONPath.Step) -> Bool {
    var found: Int?
    switch step {
    case .key(let key):
      let bytes = bytes
      eachMember { member in
        guard Self.name(bytes[member.key]) == key else { return true }
        found = member.value.lowerBound
        return false
      }
    case .index(let wanted):
      var count = 0
      eachElement { start in
        if count == wanted { found = start }
        count += 1
        return found == nil
      }
    }
    guard let found else { return false }
    index = found
    return true
  }

  /// Calls `body` with each member until it returns `false`.
  mutating func eachMember(_ body: (Member) -> Bool) {
    guard peek == UInt8(ascii: "{") else { return }
    repeat {
      index += 1
      let afterSeparator = index
      skipSpace()
      guard peek == UInt8(ascii: "\"") else { return }
      let keyStart = index
      skipValue()
      let key = keyStart..<index
      skipSpace()
      index += 1
      skipSpace()
      let start = index
      skipValue()
      let member = Member(afterSeparator: afterSeparator, key: key, value: start..<index)
      guard body(member) else { return }
      skipSpace()
    } while peek == UInt8(ascii: ",")
  }

  private mutating func eachElement(_ body: (Int) -> Bool) {
    guard peek == UInt8(ascii: "[") else { return }
    repeat {
      index += 1
      skipSpace()
      guard let byte = peek, byte != UInt8(ascii: "]") else { return }
      guard body(index) else { return }
      skipValue()
      skipSpace()
    } while peek == UInt8(ascii: ",")
  }

  mutating func skipValue() {
    var depth = 0
    repeat {
      guard let byte = peek else { return }
      switch byte {
      case UInt8(ascii: "\""): skipString()
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        index += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        index += 1
      case UInt8(ascii: ","), UInt8(ascii: ":"), 0x20, 0x09, 0x0A, 0x0D: index += 1
      default: skipWord()
      }
    } while depth > 0
  }

  private mutating func skipString() {
    index += 1
    while let byte = peek, byte != UInt8(ascii: "\"") {
      index += byte == UInt8(ascii: "\\") ? 2 : 1
    }
    index = min(index + 1, bytes.count)
  }

  private mutating func skipWord() {
    while let byte = peek, !"{}[],: \t\r\n\"".utf8.contains(byte) { index += 1 }
  }

  private mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || (0x09...0x0D).contains(byte) { index += 1 }
  }

  private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

  static func name(_ bytes: ArraySlice<UInt8>) -> String? {
    if !bytes.contains(UInt8(ascii: "\\")) {
      return String(decoding: bytes.dropFirst().dropLast(), as: UTF8.self)
    }
    var reader = JSONReader(Array(bytes), allowsComments: false)
    do throws(JSONSyntaxError) {
      return try reader.string()
    } catch {
      // Only a text that was never read can hold such a key; it matches nothing.
      return nil
    }
  }
}
