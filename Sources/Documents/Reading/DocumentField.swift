// SPDX-License-Identifier: Apache-2.0
// A value of a document that knows where it stands, so that what is wrong with it can be named.

/// One value while a document is read. Every method that wants a shape throws an error that names
/// the file, the place and what should be there.
struct DocumentField: Sendable {
  let file: String
  let path: JSONPath
  let value: JSONValue

  init(file: String, path: JSONPath = JSONPath(), value: JSONValue) {
    self.file = file
    self.path = path
    self.value = value
  }

  /// The root of a JSON text.
  init(
    reading bytes: [UInt8], file: String, allowingComments: Bool = false
  ) throws(DocumentError) {
    do throws(JSONSyntaxError) {
      let value = try JSONValue(parsing: bytes, allowingComments: allowingComments)
      self.init(file: file, value: value)
    } catch {
      throw DocumentError(
        file: file, place: .line(error.line, column: error.column),
        fault: .syntax(error.sentence))
    }
  }

  // MARK: Going down

  /// The member of that name; `nil` where it is absent or `null`.
  ///
  /// - Throws: where this is no object.
  func optional(_ key: String) throws(DocumentError) -> DocumentField? {
    guard let member = try object()[key], !member.isNull else { return nil }
    return child(key, member)
  }

  /// The first of these members that is there and not `null`: spellings of one thing.
  func optional(anyOf keys: [String]) throws(DocumentError) -> DocumentField? {
    for key in keys {
      if let field = try optional(key) { return field }
    }
    return nil
  }

  /// The member of that name.
  func required(_ key: String, _ expected: String) throws(DocumentError) -> DocumentField {
    guard let field = try optional(key) else {
      throw DocumentError(
        file: file, place: .path(path.appending(key)), fault: .missing(expected: expected))
    }
    return field
  }

  func members() throws(DocumentError) -> [(key: String, field: DocumentField)] {
    try object().members.map { ($0.key, child($0.key, $0.value)) }
  }

  func elements(_ expected: String = "an array") throws(DocumentError) -> [DocumentField] {
    guard let elements = value.array else { throw unexpected(expected) }
    return elements.enumerated().map {
      DocumentField(file: file, path: path.appending($0.offset), value: $0.element)
    }
  }

  private func child(_ key: String, _ value: JSONValue) -> DocumentField {
    DocumentField(file: file, path: path.appending(key), value: value)
  }

  // MARK: Shapes

  func object() throws(DocumentError) -> JSONObject {
    guard let object = value.object else { throw unexpected("an object") }
    return object
  }

  func string(_ expected: String = "a string") throws(DocumentError) -> String {
    guard let text = value.string else { throw unexpected(expected) }
    return text
  }

  /// A string with something in it.
  func text(_ expected: String = "a string that is not empty") throws(DocumentError) -> String {
    let text = try string(expected)
    guard text.contains(where: { !$0.isWhitespace }) else { throw unexpected(expected) }
    return text
  }

  func strings(_ expected: String = "an array of strings") throws(DocumentError) -> [String] {
    guard let elements = value.array else { throw unexpected(expected) }
    var texts: [String] = []
    for (index, element) in elements.enumerated() {
      guard let text = element.string else {
        throw DocumentField(file: file, path: path.appending(index), value: element)
          .unexpected("a string")
      }
      texts.append(text)
    }
    return texts
  }

  func bool() throws(DocumentError) -> Bool {
    guard let value = value.bool else { throw unexpected("true or false") }
    return value
  }

  func int(in range: ClosedRange<Int>) throws(DocumentError) -> Int {
    guard let number = value.int, range.contains(number) else {
      throw unexpected("a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  func double(in range: ClosedRange<Double>) throws(DocumentError) -> Double {
    guard let number = value.double, range.contains(number) else {
      throw unexpected("a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// One of the names of an enumeration.
  func choice<Choice: RawRepresentable & CaseIterable>(
    of what: String, _ type: Choice.Type
  ) throws(DocumentError) -> Choice where Choice.RawValue == String {
    let name = try string("the name of a \(what)")
    guard let choice = Choice(rawValue: name) else {
      throw unknown(name, what, known: Choice.allCases.map(\.rawValue))
    }
    return choice
  }

  // MARK: What is wrong

  func unexpected(_ expected: String) -> DocumentError {
    fault(.unexpected(found: value.inWords, expected: expected))
  }

  func unknown(_ name: String, _ what: String, known: [String]) -> DocumentError {
    fault(.unknownName(name, what: what, known: known))
  }

  func fault(_ fault: DocumentError.Fault) -> DocumentError {
    DocumentError(file: file, place: .path(path), fault: fault)
  }

  func warning(_ message: String) -> DocumentWarning {
    DocumentWarning(file: file, place: .path(path), message: message)
  }

  /// A warning for each member whose name is not known here, with the name that was meant.
  func unknownKeys(known: [String]) throws(DocumentError) -> [DocumentWarning] {
    try members().filter { !known.contains($0.key) && $0.key != "$schema" }.map { key, field in
      let meant = nearestName(to: key, among: known).map { "; did you mean '\($0)'?" } ?? ""
      return field.warning("the key '\(key)' is not known and changes nothing\(meant)")
    }
  }
}

/// Reads a file for a document.
func readDocument(_ path: String) throws(DocumentError) -> [UInt8] {
  do throws(FileError) {
    return try readFile(path)
  } catch {
    throw DocumentError(file: path, place: .whole, fault: .unreadable(error))
  }
}
