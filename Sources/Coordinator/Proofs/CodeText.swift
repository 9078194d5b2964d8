// SPDX-License-Identifier: Apache-2.0
// Which lines of a source file say something to the machine: comments and docstrings do not.

/// A source file without its comments, line by line.
///
/// Where it is in doubt, a line counts as code: a comment that is taken for code costs a run, code
/// that is taken for a comment would be looked at by nobody.
struct CodeText {
  /// As many as the file has, with comments and docstrings left out; strings stay.
  let lines: [String]

  init(_ text: String, path: String) {
    var scanner = CodeScanner(syntax: CommentSyntax(path: path))
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map {
      scanner.code(of: Array($0.utf8))
    }
  }

  /// Whether a line, from 1, holds code.
  func hasCode(_ line: Int) -> Bool {
    lines.indices.contains(line - 1) && lines[line - 1].contains { !$0.isWhitespace }
  }
}

/// How a language writes comments and strings.
struct CommentSyntax {
  /// What begins a comment that ends with its line.
  private(set) var line: [String] = []
  /// What begins and ends a comment over several lines.
  private(set) var block: (open: String, close: String)?
  /// The quotes of strings that end with their line at the latest.
  private(set) var quotes = "\""
  /// The quotes of strings that may go over several lines.
  private(set) var longQuotes: [String] = []
  /// Whether a long string that stands alone as a statement is a comment.
  private(set) var hasDocstrings = false

  init(path: String) {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let ending = name.split(separator: ".").last.map { $0.lowercased() } ?? ""
    switch ending {
    case "py", "pyi":
      line = ["#"]
      quotes = "\"'"
      longQuotes = ["\"\"\"", "'''"]
      hasDocstrings = true
    case "rb", "sh", "bash", "zsh", "pl", "pm", "r", "jl", "ex", "exs", "yml", "yaml", "toml",
      "cfg", "ini", "cmake", "mk":
      line = ["#"]
      quotes = "\"'"
    case "js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx":
      slashes(quotes: "\"'", longQuotes: ["`"])
    case "go": slashes(quotes: "\"'", longQuotes: ["`"])
    case "swift", "kt", "kts", "scala": slashes(quotes: "\"", longQuotes: ["\"\"\""])
    // A lifetime is no quote, and every string may go over several lines.
    case "rs": slashes(quotes: "", longQuotes: ["\""])
    case "c", "h", "cc", "cpp", "cxx", "hh", "hpp", "m", "mm", "java", "cs", "dart":
      slashes(quotes: "\"'", longQuotes: [])
    case "sql", "lua", "hs", "elm":
      line = ["--"]
      quotes = "\"'"
    default:
      if ["Makefile", "GNUmakefile", "CMakeLists.txt", "Dockerfile", "Gemfile"].contains(name) {
        line = ["#"]
      }
    }
  }

  private mutating func slashes(quotes: String, longQuotes: [String]) {
    line = ["//"]
    block = ("/*", "*/")
    self.quotes = quotes
    self.longQuotes = longQuotes
  }
}

/// Goes through a file line by line and remembers what is open at each line's end.
private struct CodeScanner {
  private enum State {
    case code
    case blockComment
    /// A string over several lines; a docstring's text is left out.
    case longString(quote: [UInt8], isDocstring: Bool)
  }

  let syntax: CommentSyntax
  private var state = State.code
  /// Open brackets: a string between them is no statement of its own.
  private var depth = 0
  /// Whether the line before goes on in this one.
  private var isContinued = false

  init(syntax: CommentSyntax) { self.syntax = syntax }

  mutating func code(of line: [UInt8]) -> String {
    var kept: [UInt8] = []
    var index = 0
    while index < line.count {
      switch state {
      case .blockComment:
        guard let close = syntax.block?.close.utf8, line[index...].starts(with: close) else {
          index += 1
          continue
        }
        index += close.count
        state = .code
      case .longString(let quote, let isDocstring):
        index = inString(line, index, quote, isDocstring, &kept)
      case .code:
        guard let next = inCode(line, index, &kept) else { return finish(kept) }
        index = next
      }
    }
    return finish(kept)
  }

  private mutating func finish(_ kept: [UInt8]) -> String {
    isContinued = kept.last == UInt8(ascii: "\\") || kept.last == UInt8(ascii: "=")
    return String(decoding: kept, as: UTF8.self)
  }

  private mutating func inString(
    _ line: [UInt8], _ index: Int, _ quote: [UInt8], _ isDocstring: Bool, _ kept: inout [UInt8]
  ) -> Int {
    let isEscape = line[index] == UInt8(ascii: "\\") && index + 1 < line.count
    let isEnd = !isEscape && line[index...].starts(with: quote)
    let length = isEscape ? 2 : isEnd ? quote.count : 1
    if isEnd { state = .code }
    if !isDocstring { kept += line[index..<index + length] }
    return index + length
  }

  /// The place after what was read; `nil` where a comment takes the rest of the line.
  private mutating func inCode(_ line: [UInt8], _ index: Int, _ kept: inout [UInt8]) -> Int? {
    let rest = line[index...]
    if syntax.line.contains(where: { rest.starts(with: $0.utf8) }) { return nil }
    let isFirst = !kept.contains { !Self.isBlank($0) }
    if let block = syntax.block, rest.starts(with: block.open.utf8) {
      let closes = Self.contains(rest.dropFirst(2), block.close)
      // In the middle of a line it may be anything, a regular expression for one.
      if isFirst || closes {
        state = .blockComment
        return index + block.open.utf8.count
      }
    }
    if let quote = syntax.longQuotes.first(where: { rest.starts(with: $0.utf8) }) {
      let isDocstring = syntax.hasDocstrings && isFirst && depth == 0 && !isContinued
      state = .longString(quote: Array(quote.utf8), isDocstring: isDocstring)
      if !isDocstring { kept += Array(quote.utf8) }
      return index + quote.utf8.count
    }
    if syntax.quotes.utf8.contains(line[index]) { return shortString(line, index, &kept) }
    switch line[index] {
    case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
    case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"): depth = max(0, depth - 1)
    default: break
    }
    kept.append(line[index])
    return index + 1
  }

  private func shortString(_ line: [UInt8], _ start: Int, _ kept: inout [UInt8]) -> Int {
    var index = start + 1
    while index < line.count, line[index] != line[start] {
      index += line[index] == UInt8(ascii: "\\") ? 2 : 1
    }
    let end = min(index + 1, line.count)
    kept += line[start..<end]
    return end
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
  }

  private static func contains(_ bytes: ArraySlice<UInt8>, _ text: String) -> Bool {
    let wanted = Array(text.utf8)
    return bytes.indices.contains { bytes[$0...].starts(with: wanted) }
  }
}
