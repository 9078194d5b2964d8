// SPDX-License-Identifier: Apache-2.0
// YAML text to value, through libyaml's events.

import CYAML

/// Reads the part of YAML 1.2 that front matter uses.
///
/// Plain scalars become what the core schema makes of them (`null`, `~`, `true`, `false`, numbers
/// in JSON's grammar); everything else is a string, so `no`, `039` and `2025-07-11` stay texts.
struct YAMLReader: ~Copyable {
  static let depthMax = 50
  static let valuesMax = 10_000

  /// Ours, and never moved: libyaml keeps its address in it.
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  /// Ours; the parser reads from here, so it is freed after it.
  private let input: UnsafeMutableBufferPointer<UInt8>
  private var values = 0

  /// Reads one document; an empty one is `null`.
  ///
  /// - Throws: `YAMLSyntaxError` where libyaml refuses the text or it uses a part that is refused.
  static func read(_ text: String) throws(YAMLSyntaxError) -> JSONValue {
    var reader = try YAMLReader(text)
    return try reader.document()
  }

  private init(_ text: String) throws(YAMLSyntaxError) {
    let bytes = Array(text.utf8)
    input = .allocate(capacity: max(1, bytes.count))
    _ = input.initialize(from: bytes)
    parser = .allocate(capacity: 1)
    guard yaml_parser_initialize(parser) == 1 else {
      parser.deallocate()
      input.deallocate()
      throw YAMLSyntaxError(line: 1, column: 1, reason: "out of memory")
    }
    yaml_parser_set_input_string(parser, input.baseAddress, bytes.count)
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
    input.deallocate()
  }

  // MARK: Events

  /// What an event says, copied out of libyaml's memory.
  private struct Event {
    enum Kind {
      case scalar(String, isPlain: Bool)
      case sequenceStart, sequenceEnd, mappingStart, mappingEnd
      case alias, documentStart, streamEnd
      case other
    }

    let kind: Kind
    let line: Int
    let column: Int

    func error(_ reason: String) -> YAMLSyntaxError {
      YAMLSyntaxError(line: line, column: column, reason: reason)
    }
  }

  private mutating func next() throws(YAMLSyntaxError) -> Event {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else {
      let mark = parser.pointee.problem_mark
      throw YAMLSyntaxError(
        line: Int(mark.line) + 1, column: Int(mark.column) + 1,
        reason: parser.pointee.problem.map { String(cString: $0) } ?? "no YAML")
    }
    defer { yaml_event_delete(&event) }
    let kind: Event.Kind =
      switch event.type {
      case YAML_SCALAR_EVENT: Self.scalar(event.data.scalar)
      case YAML_SEQUENCE_START_EVENT: .sequenceStart
      case YAML_SEQUENCE_END_EVENT: .sequenceEnd
      case YAML_MAPPING_START_EVENT: .mappingStart
      case YAML_MAPPING_END_EVENT: .mappingEnd
      case YAML_ALIAS_EVENT: .alias
      case YAML_DOCUMENT_START_EVENT: .documentStart
      case YAML_STREAM_END_EVENT: .streamEnd
      default: .other
      }
    return Event(
      kind: kind, line: Int(event.start_mark.line) + 1, column: Int(event.start_mark.column) + 1)
  }

  private static func scalar(
    _ scalar: yaml_event_t.__Unnamed_union_data.__Unnamed_struct_scalar
  ) -> Event.Kind {
    let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
    return .scalar(
      String(decoding: bytes, as: UTF8.self), isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE)
  }

  // MARK: Values

  private mutating func document() throws(YAMLSyntaxError) -> JSONValue {
    var found: JSONValue?
    while true {
      let event = try next()
      switch event.kind {
      case .streamEnd: return found ?? .null
      case .other: continue
      case .documentStart:
        guard found == nil else { throw event.error("a second document begins here") }
        found = try value(try next(), depth: 1)
      case .scalar, .sequenceStart, .sequenceEnd, .mappingStart, .mappingEnd, .alias:
        throw event.error("a value stands outside of the document")
      }
    }
  }

  private mutating func value(_ event: Event, depth: Int) throws(YAMLSyntaxError) -> JSONValue {
    values += 1
    guard values <= Self.valuesMax else { throw event.error("more than \(Self.valuesMax) values") }
    guard depth <= Self.depthMax else {
      throw event.error("values are nested more than \(Self.depthMax) deep")
    }
    switch event.kind {
    case .scalar(let text, let isPlain): return isPlain ? Self.plain(text) : .string(text)
    case .sequenceStart: return try sequence(depth)
    case .mappingStart: return try mapping(depth)
    case .alias: throw event.error("aliases (*name) are refused")
    case .sequenceEnd, .mappingEnd, .documentStart, .streamEnd, .other:
      throw event.error("a value is missing")
    }
  }

  private mutating func sequence(_ depth: Int) throws(YAMLSyntaxError) -> JSONValue {
    var elements: [JSONValue] = []
    while true {
      let event = try next()
      if case .sequenceEnd = event.kind { return .array(elements) }
      elements.append(try value(event, depth: depth + 1))
    }
  }

  private mutating func mapping(_ depth: Int) throws(YAMLSyntaxError) -> JSONValue {
    var object = JSONObject()
    while true {
      let event = try next()
      switch event.kind {
      case .mappingEnd: return .object(object)
      case .scalar(let key, _):
        let value = try value(try next(), depth: depth + 1)
        guard object.appendIfNew(key, value) else {
          throw event.error("the key '\(key)' occurs twice")
        }
      case .sequenceStart, .sequenceEnd, .mappingStart, .alias, .documentStart, .streamEnd, .other:
        throw event.error("a key must be plain text")
      }
    }
  }

  private static func plain(_ text: String) -> JSONValue {
    switch text {
    case "", "~", "null", "Null", "NULL": .null
    case "true", "True", "TRUE": .bool(true)
    case "false", "False", "FALSE": .bool(false)
    default: JSONNumber(text).map { .number($0) } ?? .string(text)
    }
  }
}
