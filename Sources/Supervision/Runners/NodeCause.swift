// SPDX-License-Identifier: Apache-2.0
// Tells from Node's own words why a test did not pass, or why its file could not be loaded.

import Domain

/// Reads the cause of a failure out of a record that our reporter for Node wrote.
enum NodeCause {
  static func classify(_ record: ReporterRecord) -> TestFailure.Cause {
    if record.assertion == true { return .assertion }
    let message = record.message ?? ""
    if let missing = missingExport(message) ?? missingModule(message)
      ?? ScriptException.missingName(in: message)
    {
      return missing
    }
    if record.identity.isWholeFile { return .notLoadable(reason: Excerpt.line(message)) }
    guard let type = ScriptException.type(of: message) else { return .unspecified }
    return .raised(type: type, file: record.at ?? "")
  }

  /// `The requested module '../src/math.js' does not provide an export named 'mul'`, and what Node
  /// says of a CommonJS module: `Named export 'mul' not found. The requested module './math.cjs' …`.
  private static func missingExport(_ message: String) -> TestFailure.Cause? {
    guard let module = quoted(after: "The requested module ", in: message),
      let symbol = quoted(after: "does not provide an export named ", in: message)
        ?? quoted(after: "Named export ", in: message)
    else { return nil }
    return own(module) ? .missingSymbol(symbol: symbol, module: module) : nil
  }

  /// `Cannot find module 'src/math.js' imported from test/math.test.js`, `Cannot find module
  /// '../src/math.js'`; a package that is not installed is nothing that the project lacks.
  private static func missingModule(_ message: String) -> TestFailure.Cause? {
    guard let module = quoted(after: "Cannot find module ", in: message) else { return nil }
    // Modules that are imported are named by their path, those required as they were written.
    let isPath = message.contains("[ERR_MODULE_NOT_FOUND]") || own(module)
    guard isPath, let file = module.split(separator: "/").last else { return nil }
    let stem = file.prefix { $0 != "." }
    return stem.isEmpty ? nil : .missingSymbol(symbol: String(stem), module: module)
  }

  /// Whether a specifier leads to a file of the project, and to no package.
  private static func own(_ module: String) -> Bool {
    ["./", "../", "#"].contains(where: module.hasPrefix) || module == "." || module == ".."
  }

  private static func quoted(after words: String, in message: String) -> String? {
    guard let range = message.firstRange(of: words + "'") else { return nil }
    return String(message[range.upperBound...].prefix { $0 != "'" })
  }
}

/// An exception of a language with JavaScript's words, `TypeError: m.mul is not a function`.
enum ScriptException {
  /// The name that ends in `Error` or `Exception` and begins the message.
  static func type(of message: String) -> String? {
    let first = message.prefix { !$0.isWhitespace && $0 != ":" }
    let last = first.split { $0 == "." || $0 == "\\" || $0 == "/" }.last.map(String.init) ?? ""
    let isException = last.hasSuffix("Error") || last.hasSuffix("Exception")
    return last.count >= 5 && isException ? last : nil
  }

  /// `x.mul is not a function`, `(0 , _x.mul) is not a function`, `mul is not defined`: the last
  /// name is what is missing. Where it was looked for is not said.
  static func missingName(in message: String) -> TestFailure.Cause? {
    for ending in [" is not a function", " is not defined", " is not a constructor"] {
      guard let range = message.firstRange(of: ending) else { continue }
      let place = message[..<range.lowerBound].reversed().drop { $0 == ")" }
        .prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "$" }
      let symbol = String(place.reversed())
      if !symbol.isEmpty { return .missingSymbol(symbol: symbol, module: TestFailure.placeUnknown) }
    }
    return nil
  }
}
