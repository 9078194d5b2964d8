// SPDX-License-Identifier: Apache-2.0
// The YAML between two lines of dashes at the head of a Markdown file.

/// A Markdown file in two parts.
struct FrontMatter {
  /// The fields; empty where there is no front matter.
  let fields: JSONObject
  /// What stands below it, as it stands.
  let body: String
  /// What was odd about it.
  let warnings: [DocumentWarning]

  /// Splits a text. A front matter that is no YAML, such as one with a bare colon in a
  /// description, is read line by line, as the tools that such files are made for do.
  init(of text: String, file: String) {
    let text = text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text
    guard let parts = Self.split(text) else {
      self.init(fields: JSONObject(), body: text, warnings: [])
      return
    }
    let place: DocumentError.Place
    let problem: String
    do throws(YAMLSyntaxError) {
      let value = try YAMLReader.read(parts.head)
      if let fields = value.object ?? (value.isNull ? JSONObject() : nil) {
        self.init(fields: fields, body: parts.body, warnings: [])
        return
      }
      place = .line(1)
      problem = "\(value.inWords) stands where fields should be"
    } catch {
      // The first line of the file is the one with the dashes.
      place = .line(error.line + 1, column: error.column)
      problem = error.reason
    }
    let warning = DocumentWarning(
      file: file, place: place,
      message: "the front matter is no YAML (\(problem)); it was read line by line")
    self.init(fields: Self.lineByLine(parts.head), body: parts.body, warnings: [warning])
  }

  private init(fields: JSONObject, body: String, warnings: [DocumentWarning]) {
    self.fields = fields
    self.body = body
    self.warnings = warnings
  }

  /// The lines between the dashes and everything below; `nil` where there is no front matter.
  private static func split(_ text: String) -> (head: String, body: String)? {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    // A carriage return and a newline are one character, so such a file is split by it.
    let windows = text.split(separator: "\r\n", omittingEmptySubsequences: false)
    let (parts, newline) = windows.count > lines.count ? (windows, "\r\n") : (lines, "\n")
    func isDashes(_ line: Substring) -> Bool {
      line.hasPrefix("---") && line.dropFirst(3).allSatisfy(\.isWhitespace)
    }
    guard let first = parts.first, isDashes(first),
      let end = parts.dropFirst().firstIndex(where: isDashes)
    else { return nil }
    return (
      parts[1..<end].joined(separator: "\n"), parts[(end + 1)...].joined(separator: newline)
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
