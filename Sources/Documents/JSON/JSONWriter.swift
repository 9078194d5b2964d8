// SPDX-License-Identifier: Apache-2.0
// JSON value to text, on one line or laid out for people.

extension JSONValue {
  /// The value on one line, without any space.
  package var compactText: String { JSONWriter.text(of: self, indent: nil) }

  /// The value laid out as Python's `json.dumps(value, indent=2, ensure_ascii=False)` does: one
  /// member or element a line, two spaces a level, no newline at the end.
  package var prettyText: String { JSONWriter.text(of: self, indent: "  ") }
}

/// How a JSON file is laid out, so that it is written again as it was found.
package struct JSONLayout: Hashable, Sendable {
  /// What a level is indented by; `nil` for a text on one line.
  package let indent: String?
  /// Whether the last line ends in a newline.
  package let endsInNewline: Bool

  /// Two spaces and a newline at the end: what is written where there was no file before.
  package static let standard = JSONLayout(indent: "  ", endsInNewline: true)

  /// A layout from its parts.
  package init(indent: String?, endsInNewline: Bool) {
    self.indent = indent
    self.endsInNewline = endsInNewline
  }

  /// The layout that a text has, going by its first indented line.
  package init(of text: [UInt8]) {
    endsInNewline = text.last == 0x0A
    let lines = text.split(separator: 0x0A)
    guard lines.count > 1 else {
      indent = nil
      return
    }
    let first = lines[1].prefix { $0 == 0x20 || $0 == 0x09 }
    indent = first.isEmpty ? "  " : String(decoding: first.prefix(16), as: UTF8.self)
  }

  /// A value in this layout.
  package func text(of value: JSONValue) -> String {
    JSONWriter.text(of: value, indent: indent) + (endsInNewline ? "\n" : "")
  }
}

/// One pass over a value.
struct JSONWriter {
  private var buffer: [UInt8] = []
  private let indent: [UInt8]?
  private var depth = 0

  static func text(of value: JSONValue, indent: String?) -> String {
    var writer = JSONWriter(indent: indent.map { Array($0.utf8) })
    writer.write(value)
    return String(decoding: writer.buffer, as: UTF8.self)
  }

  private init(indent: [UInt8]?) { self.indent = indent }

  private mutating func write(_ value: JSONValue) {
    switch value {
    case .null: buffer.append(contentsOf: "null".utf8)
    case .bool(let value): buffer.append(contentsOf: (value ? "true" : "false").utf8)
    case .number(let number): buffer.append(contentsOf: number.text.utf8)
    case .string(let text): write(text)
    case .array(let elements):
      list(elements, UInt8(ascii: "["), UInt8(ascii: "]")) { writer, element in
        writer.write(element)
      }
    case .object(let object):
      list(object.members, UInt8(ascii: "{"), UInt8(ascii: "}")) { writer, member in
        writer.write(member.key)
        writer.buffer.append(UInt8(ascii: ":"))
        if writer.indent != nil { writer.buffer.append(0x20) }
        writer.write(member.value)
      }
    }
  }

  private mutating func list<Item>(
    _ items: [Item], _ opening: UInt8, _ closing: UInt8, _ body: (inout JSONWriter, Item) -> Void
  ) {
    buffer.append(opening)
    depth += 1
    for (index, item) in items.enumerated() {
      if index > 0 { buffer.append(UInt8(ascii: ",")) }
      newline()
      body(&self, item)
    }
    depth -= 1
    if !items.isEmpty { newline() }
    buffer.append(closing)
  }

  private mutating func newline() {
    guard let indent else { return }
    buffer.append(0x0A)
    for _ in 0..<depth { buffer.append(contentsOf: indent) }
  }

  private mutating func write(_ text: String) {
    buffer.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): buffer += [UInt8(ascii: "\\"), byte]
      case 0x08: buffer.append(contentsOf: "\\b".utf8)
      case 0x09: buffer.append(contentsOf: "\\t".utf8)
      case 0x0A: buffer.append(contentsOf: "\\n".utf8)
      case 0x0C: buffer.append(contentsOf: "\\f".utf8)
      case 0x0D: buffer.append(contentsOf: "\\r".utf8)
      case 0..<0x20:
        let digits = String(byte, radix: 16)
        buffer.append(contentsOf: ("\\u00" + (byte < 16 ? "0" : "") + digits).utf8)
      default: buffer.append(byte)
      }
    }
    buffer.append(UInt8(ascii: "\""))
  }
}
