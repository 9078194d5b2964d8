// SPDX-License-Identifier: Apache-2.0
// The YAML between two lines of dashes at the head of a Markdown file.

/// A Markdown file in two parts.
struct FrontMatter {
  /// The fields; empty where there is no front matter.
  let fields: JSONObject
  /// What stands below it, as it stands.
  let body: String
  /// Why the front matter is no YAML and was read line by line; `nil` where it is.
  let fault: DocumentError?

  /// Splits a text. A front matter that is no YAML, such as one with a bare colon in a
  /// description, is read line by line, as the tools that such files are made for do.
  init(of text: String, file: String) {
    let text = text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text
    guard let parts = Self.split(text) else {
      self.init(fields: JSONObject(), body: text, fault: nil)
      return
    }
    do throws(DocumentError) {
      self.init(fields: try Self.yaml(parts.head, file), body: parts.body, fault: nil)
    } catch {
      self.init(fields: Self.lineByLine(parts.head), body: parts.body, fault: error)
    }
  }

  private init(fields: JSONObject, body: String, fault: DocumentError?) {
    self.fields = fields
    self.body = body
    self.fault = fault
  }

  private static func yaml(_ head: String, _ file: String) throws(DocumentError) -> JSONObject {
    let place: DocumentError.Place
    let problem: String
    do throws(YAMLSyntaxError) {
      let value = try YAMLReader.read(head)
      if let fields = value.object ?? (value.isNull ? JSONObject() : nil) { return fields }
      place = .line(1)
      problem = "\(value.inWords) stands where fields should be"
    } catch {
      // The first line of the file is the one with the dashes.
      place = .line(error.line + 1, column: error.column)
      problem = error.reason
    }
    throw DocumentError(
      file: file, place: place, fault: .syntax("the front matter is no YAML: \(problem)"))
  }

  /// The lines between the dashes and everything below; `nil` where there is no front matter.
  private static func split(_ text: String) -> (head: String, body: String)? {
    // A carriage return and a newline are one character.
    let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    func isDashes(_ line: Substring) -> Bool {
      line.hasPrefix("---") && line.dropFirst(3).allSatisfy(\.isWhitespace)
    }
    guard let first = lines.first, isDashes(first),
      let end = lines.dropFirst().firstIndex(where: isDashes)
    else { return nil }
    return (
      lines[1..<end].joined(separator: "\n"), lines[(end + 1)...].joined(separator: "\n")
    )
  }

  /// `key: value` a line; indented lines and lines without a key belong to the value above them.
  private static func lineByLine(_ head: String) -> JSONObject {
    var fields = JSONObject()
    var last: String?
    for line in head.split(separator: "\n") {
      if let colon = line.firstIndex(of: ":"), isKey(line[..<colon]) {
        let key = String(line[..<colon])
        fields[key] = .string(unquoted(trimmed(line[line.index(after: colon)...])))
        last = key
      } else if let last, let text = fields[last]?.string {
        let more = trimmed(line)
        fields[last] = .string(text.isEmpty ? more : text + "\n" + more)
      }
    }
    return fields
  }

  private static func isKey(_ text: Substring) -> Bool {
    !text.isEmpty && text.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
  }

  private static func unquoted(_ text: String) -> String {
    for quote in ["\"", "'"] where text.count >= 2 && text.hasPrefix(quote) && text.hasSuffix(quote)
    {
      return String(text.dropFirst().dropLast())
    }
    return text
  }
}

/// A text without the white space around it.
func trimmed(_ text: some StringProtocol) -> String {
  var text = Substring(text)
  while let first = text.first, first.isWhitespace { text.removeFirst() }
  while let last = text.last, last.isWhitespace { text.removeLast() }
  return String(text)
}
