// SPDX-License-Identifier: Apache-2.0
// JSON is read strictly, written as Python writes it, and comes back as it was.

import Documents
import Testing

@Suite struct JSONTests {
  // MARK: Round trips

  @Test(arguments: 0..<200)
  func `any value comes back from its text`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let value = JSONValue.random(depth: 5, using: &generator)
    #expect(try JSONValue(parsing: value.compactText) == value)
    #expect(try JSONValue(parsing: value.prettyText) == value)
    #expect(try JSONValue(parsing: value.prettyText, allowingComments: true) == value)
    #expect(try JSONValue(parsing: value.prettyText).prettyText == value.prettyText)
  }

  @Test func `order, unknown keys and the text of numbers survive`() throws {
    let text = #"{"z":1.0,"a":1e400,"m":{"b":-0,"a":0.10},"":12345678901234567890}"#
    #expect(try JSONValue(parsing: text).compactText == text)
  }

  @Test func `pretty text is what json dumps with an indent of two writes`() throws {
    let value: JSONValue = [
      "a": [], "b": [:], "c": [1, [true, .null]],
      "d": ["e": "x\u{1}\u{7F}\u{8}\u{C}/é\u{2028}😀\\\""],
    ]
    let expected = """
      {
        "a": [],
        "b": {},
        "c": [
          1,
          [
            true,
            null
          ]
        ],
        "d": {
          "e": "x\\u0001\u{7F}\\b\\f/é\u{2028}😀\\\\\\""
        }
      }
      """
    #expect(value.prettyText == expected)
  }

  @Test func `a file that Python wrote is written the same`() throws {
    let text = try RepositoryFiles.text("config/project.schema.json")
    #expect(try JSONValue(parsing: text).prettyText + "\n" == text)
  }

  @Test func `a value keeps its indentation and its last newline`() throws {
    for text in ["{\n    \"a\": [\n        1\n    ]\n}\n", "{\n\t\"a\": 1\n}", "{\"a\":1}\n", "[]"]
    {
      let layout = JSONLayout(of: Array(text.utf8))
      #expect(layout.text(of: try JSONValue(parsing: text)) == text)
    }
  }

  @Test(arguments: 0..<200)
  func `setting a value changes that value and no other byte`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let value = JSONValue.object(["root": .random(depth: 4, using: &generator), "a\\\"b": 1])
    let layouts = [
      JSONLayout(indent: nil, endsInNewline: false), .standard,
      JSONLayout(indent: "\t", endsInNewline: true),
    ]
    let layout = try #require(layouts.randomElement(using: &generator))
    let before = layout.text(of: value)
    let path = try #require(value.paths.randomElement(using: &generator))
    let new = JSONValue.random(depth: 1, using: &generator)
    var text = JSONText(Array(before.utf8))
    let isSet = text.set(new, at: path)
    #expect(isSet)
    #expect(try JSONValue(parsing: text.text)[path] == new)
    if path.steps.isEmpty { return }
    let old = try #require(value[path])
    let isSetBack = text.set(old, at: path)
    #expect(isSetBack)
    #expect(text.text == before)
  }

  @Test(arguments: [
    (#"{"a":1}"#, #"{"a":1,"new":2}"#), ("{}", #"{"new":2}"#), ("{ \n}", "{\n  \"new\": 2\n}"),
    ("{\n\t\"a\" : [1]\n}\n", "{\n\t\"a\" : [1],\n\t\"new\" : 2\n}\n"),
    ("{\n  \"a\": {\"b\": 1}}", "{\n  \"a\": {\"b\": 1},\n  \"new\": 2}"),
  ])
  func `a new key is added in the way of the one before it`(text: String, expected: String) {
    var edited = JSONText(Array(text.utf8))
    let isSet = edited.set(2, at: ["new"])
    #expect(isSet)
    #expect(edited.text == expected)
  }

  @Test func `a path that leads nowhere sets nothing`() {
    var text = JSONText(Array(#"{"a":[1],"b":"x"}"#.utf8))
    for path: JSONPath in [["c", "d"], ["b", "d"], JSONPath([.key("a"), .index(1)])] {
      let isSet = text.set(2, at: path)
      #expect(!isSet)
    }
    #expect(text.text == #"{"a":[1],"b":"x"}"#)
    let isSet = text.set(2, at: JSONPath([.key("a"), .index(0)]))
    #expect(isSet)
    #expect(text.text == #"{"a":[2],"b":"x"}"#)
  }

  // MARK: What is taken

  @Test(arguments: [
    (#""\u00e9\u20ac\ud83d\ude00\/\b\f\n\r\t\"\\""#, "é€😀/\u{8}\u{C}\n\r\t\"\\"),
    (#""\u0000""#, "\0"), ("\"é😀\"", "é😀"), ("\u{FEFF}\"x\"", "x"),
  ])
  func `strings say what they say`(text: String, expected: String) throws {
    #expect(try JSONValue(parsing: text) == .string(expected))
  }

  @Test func `numbers are whole where their value is`() throws {
    let array = try #require(try JSONValue(parsing: "[1, 1.0, 1e2, 1.5, -0, 1e99]").array)
    #expect(array.map(\.int) == [1, 1, 100, nil, 0, nil])
    #expect(array.map(\.double) == [1, 1, 100, 1.5, 0, 1e99])
    #expect(JSONNumber(0.5)?.text == "0.5")
    #expect(JSONNumber(85.0)?.text == "85")
    #expect(JSONNumber(Double.nan) == nil)
    #expect(JSONNumber("01") == nil)
  }

  @Test func `comments and last commas are taken where they are allowed`() throws {
    let text = "// first\n{ /* a */ \"a\": [1, 2, /* b */ ], // c\n \"b\": 1, }\n// end"
    #expect(try JSONValue(parsing: text, allowingComments: true) == ["a": [1, 2], "b": 1])
    #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: text) }
  }

  @Test func `large objects find their members and refuse a second one of a name`() throws {
    let members = (0..<5000).map { "\"k\($0)\":\($0)" }.joined(separator: ",")
    var object = try #require(try JSONValue(parsing: "{\(members)}").object)
    #expect(object["k4999"] == 4999)
    object["k10"] = nil
    #expect(object["k10"] == nil)
    #expect(object["k11"] == 11)
    #expect(object.count == 4999)
    #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: "{\(members),\"k7\":1}") }
  }

  // MARK: What is refused

  @Test(arguments: [
    ("", "line 1, column 1: the text ends where a value should come"),
    ("{\"a\": 1,\n \"b\" 2}", "line 2, column 6: '2' stands where a colon should come"),
    ("[1, 2", "line 1, column 6: the text ends where a comma or a closing bracket should come"),
    ("[1 2]", "line 1, column 4: '2' stands where a comma or a closing bracket should come"),
    ("{\"é\": x}", "line 1, column 7: 'x' stands where a value should come"),
    ("{a: 1}", "line 1, column 2: 'a' stands where a key in quotes should come"),
    ("{\"a\": 1, \"a\": 2}", "line 1, column 10: the key \"a\" occurs twice"),
    ("[1,]", "line 1, column 3: a comma stands after the last value"),
    ("[1] []", "line 1, column 5: '[' stands where the end should come"),
    ("[01]", "line 1, column 2: a malformed number stands where a value should come"),
    ("[1.]", "line 1, column 2: '1' stands where a value should come"),
    ("[+1]", "line 1, column 2: '+' stands where a value should come"),
    ("[NaN]", "line 1, column 2: 'N' stands where a value should come"),
    ("\"a\nb\"", "line 1, column 3: a string holds a bare control character (10)"),
    ("\"abc", "line 1, column 5: the text ends where a closing quote should come"),
    (
      #""\x""#,
      "line 1, column 2: a backslash in a string is followed by something that it cannot escape"
    ),
    (
      #""\ud800x""#,
      "line 1, column 2: a \\u escape is half of a pair whose other half is missing"
    ),
    ("// a\n1", "line 1, column 1: comments are not allowed in this file"),
    ("tru", "line 1, column 1: 't' stands where a value should come"),
  ])
  func `what is no JSON is refused with its place`(text: String, expected: String) {
    #expect(complaint { _ = try JSONValue(parsing: text) } == expected)
  }

  @Test func `bytes that are no UTF-8 are refused`() {
    for bytes: [UInt8] in [
      [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
    ] {
      #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: bytes) }
    }
  }

  @Test func `depth is bounded`() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(try JSONValue(parsing: nested(200)).array != nil)
    #expect(complaint { _ = try JSONValue(parsing: nested(201)) }.contains("more than 200 deep"))
    #expect(complaint { _ = try JSONValue(parsing: nested(1_000_000)) }.contains("more than 200"))
  }

  @Test func `every cut of a text is refused or read, never trapped on`() throws {
    let bytes = Array(#"{"a":[1,-2.5e+3,"x\u00e9\ud83d\ude00",true,null],"é":{}}"#.utf8)
    for length in 0..<bytes.count {
      #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: Array(bytes[..<length])) }
    }
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<5000 {
      var mutated = bytes
      mutated[Int.random(in: 0..<bytes.count, using: &generator)] = .random(
        in: 0...255, using: &generator)
      if let value = try? JSONValue(parsing: mutated) {
        #expect(try JSONValue(parsing: value.compactText) == value)
      }
    }
  }

  // MARK: Looking in

  @Test func `paths lead to values and read well`() throws {
    let value: JSONValue = ["tasks": [["id": "a", "odd key": 1]]]
    let path = JSONPath([.key("tasks"), .index(0), .key("odd key")])
    #expect(value[path] == 1)
    #expect(path.description == #"tasks[0]["odd key"]"#)
    #expect(JSONPath().description == "$")
    #expect(value["tasks"]?[0]?["id"]?.string == "a")
    #expect(value["tasks"]?[1] == nil)
    #expect(value["tasks"]?["id"] == nil)
  }
}

extension JSONValue {
  /// The paths of this and everything below it.
  var paths: [JSONPath] {
    let below: [[JSONPath.Step]] =
      switch self {
      case .array(let elements):
        elements.enumerated().flatMap { index, element in
          element.paths.map { [.index(index)] + $0.steps }
        }
      case .object(let object):
        object.members.flatMap { member in
          member.value.paths.map { [.key(member.key)] + $0.steps }
        }
      case .null, .bool, .number, .string: []
      }
    return [JSONPath()] + below.map { JSONPath($0) }
  }

  /// A value with anything in it that JSON can say.
  static func random(depth: Int, using generator: inout SeededGenerator) -> JSONValue {
    switch Int.random(in: 0..<(depth > 0 ? 7 : 5), using: &generator) {
    case 0: .null
    case 1: .bool(.random(using: &generator))
    case 2: .integer(.random(in: .min ... .max, using: &generator))
    case 3: .number(JSONNumber(Double.random(in: -1e9...1e9, using: &generator)) ?? JSONNumber(0))
    case 4: .string(randomText(using: &generator))
    case 5:
      .array(
        (0..<Int.random(in: 0..<5, using: &generator)).map { _ in
          random(depth: depth - 1, using: &generator)
        })
    default: .object(randomObject(depth: depth - 1, using: &generator))
    }
  }

  private static func randomObject(
    depth: Int, using generator: inout SeededGenerator
  ) -> JSONObject {
    var object = JSONObject()
    for _ in 0..<Int.random(in: 0..<25, using: &generator) / 2 {
      object[randomText(using: &generator)] = random(depth: depth, using: &generator)
    }
    return object
  }

  private static func randomText(using generator: inout SeededGenerator) -> String {
    var text = ""
    for _ in 0..<Int.random(in: 0..<12, using: &generator) {
      let largest: UInt32 =
        [0x20, 0x80, 0xFFFF, 0x10_FFFF].randomElement(using: &generator) ?? 0x80
      if let scalar = Unicode.Scalar(UInt32.random(in: 0...largest, using: &generator)) {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}
