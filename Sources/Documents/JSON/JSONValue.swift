// SPDX-License-Identifier: Apache-2.0
// A JSON value that keeps the order of keys and the text of numbers.

/// Any JSON value. What was read is written again with its keys in order and its numbers as they
/// stood, so that a program can change one value of a person's file and leave the rest alone.
///
/// Two values are equal where they would be written alike: order and number text count.
package enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case number(JSONNumber)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)

  /// A whole number.
  package static func integer(_ value: Int) -> JSONValue { .number(JSONNumber(value)) }

  /// Texts, as an array of strings.
  package static func strings(_ texts: some Sequence<String>) -> JSONValue {
    .array(texts.map { .string($0) })
  }
}

// MARK: Looking in

extension JSONValue {
  /// The text of a string; `nil` for anything else.
  package var string: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// The value of a number that is whole and fits; `nil` for anything else.
  package var int: Int? {
    if case .number(let number) = self { number.int } else { nil }
  }

  /// The value of a number; `nil` for anything else.
  package var double: Double? {
    if case .number(let number) = self { number.double } else { nil }
  }

  /// `true` or `false`; `nil` for anything else.
  package var bool: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  /// The elements of an array; `nil` for anything else.
  package var array: [JSONValue]? {
    if case .array(let elements) = self { elements } else { nil }
  }

  /// The members of an object; `nil` for anything else.
  package var object: JSONObject? {
    if case .object(let members) = self { members } else { nil }
  }

  /// Whether this is `null`.
  package var isNull: Bool { self == .null }

  /// The member of that name; `nil` where there is none, or this is no object.
  package subscript(key: String) -> JSONValue? { object?[key] }

  /// The element at that place; `nil` where there is none, or this is no array.
  package subscript(index: Int) -> JSONValue? {
    guard let array, array.indices.contains(index) else { return nil }
    return array[index]
  }

  /// The value at the end of a path; `nil` where the path leads nowhere.
  package subscript(path: JSONPath) -> JSONValue? {
    var value = self
    for step in path.steps {
      let next: JSONValue? =
        switch step {
        case .key(let key): value[key]
        case .index(let index): value[index]
        }
      guard let next else { return nil }
      value = next
    }
    return value
  }

  /// What this is, in words for a message: `the string "many"`, `an object`.
  package var inWords: String {
    switch self {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .number(let number): "the number \(number.text.prefix(40))"
    case .string(let text):
      "the string "
        + JSONValue.string(text.count > 60 ? text.prefix(60) + "…" : text).compactText
    case .array: "an array"
    case .object: "an object"
    }
  }
}

// MARK: Literals

extension JSONValue: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByStringLiteral, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  /// `true` or `false`.
  package init(booleanLiteral value: Bool) { self = .bool(value) }

  /// A whole number.
  package init(integerLiteral value: Int) { self = .integer(value) }

  package init(stringLiteral value: String) { self = .string(value) }

  /// An array.
  package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }

  /// An object with its keys in the order written; of a repeated key the last value counts.
  package init(dictionaryLiteral elements: (String, JSONValue)...) {
    var object = JSONObject()
    for (key, value) in elements { object[key] = value }
    self = .object(object)
  }
}
