// SPDX-License-Identifier: Apache-2.0
// Reads what gcc, clang and the linker refuse, and which names do not exist.

import Domain

/// Reads errors such as `tests/mul.cpp:4:9: error: 'mul' was not declared in this scope`.
enum CppBuildErrors {
  static func errors(in output: String, projectRoot: String) -> [BuildError] {
    // gcc quotes with typographic marks where the locale has them.
    let text = output.replacing("\u{2018}", with: "'").replacing("\u{2019}", with: "'")
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    var errors: [BuildError] = []
    var object = ""
    for (index, line) in lines.enumerated() {
      if let error = compilerError(line, next: lines.dropFirst(index + 1).first ?? "", projectRoot)
      {
        errors.append(error)
      } else if let mark = line.firstRange(of: ": in function ") {
        object = String(line[..<mark.lowerBound].split(separator: " ").last ?? "")
      } else if let error = linkerError(line, source: source(ofObject: object, in: lines)) {
        errors.append(error)
      }
    }
    return withoutFollowUps(errors)
  }

  /// A name that does not exist makes the rest of its line unreadable.
  private static func withoutFollowUps(_ errors: [BuildError]) -> [BuildError] {
    var seen: Set<BuildError> = []
    return errors.filter { error in
      let isFollowUp =
        error.missing == nil && error.message.hasPrefix("expected ")
        && errors.contains {
          $0.missing != nil && $0.file == error.file && $0.line == error.line
        }
      return !isFollowUp && seen.insert(error).inserted
    }
  }

  // MARK: Compilers

  private static func compilerError(
    _ line: Substring, next: Substring, _ root: String
  ) -> BuildError? {
    guard let mark = line.firstRange(of: ": error: ") ?? line.firstRange(of: ": fatal error: ")
    else { return nil }
    let place = line[..<mark.lowerBound].split(separator: ":")
    guard place.count > 1, let number = Int(place[1]) else { return nil }
    let message = String(line[mark.upperBound...])
    return BuildError(
      file: relative(String(place[0]), to: root), line: number,
      missing: missing(message, source: next), message: Excerpt.line(message))
  }

  private static func relative(_ path: String, to root: String) -> String {
    if path.hasPrefix(root + "/") { return String(path.dropFirst(root.count + 1)) }
    return path.hasPrefix("/") || path.hasPrefix("..") ? "" : path
  }

  private static func missing(_ message: String, source: Substring) -> BuildError.MissingSymbol? {
    let quoted = message.split(separator: "'", omittingEmptySubsequences: false).enumerated()
      .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    func says(_ words: String...) -> Bool { words.contains(where: message.contains) }
    if says(": No such file or directory"), let colon = message.firstIndex(of: ":") {
      return header(String(message[..<colon]), source)
    }
    if says("' file not found"), let path = quoted.first { return header(path, source) }
    guard let first = quoted.first else { return nil }
    if says("' has no member named '"), quoted.count > 1, let name = quoted.last {
      return .init(symbol: name, place: .named(type(first)))
    }
    if says(
      "' is not a member of '", "no member named '", "no type named '", "no template named '"),
      quoted.count > 1
    {
      return .init(symbol: first, place: .named(type(quoted[1])))
    }
    if says("' in namespace '"), says("' does not name a "), quoted.count > 1 {
      return .init(symbol: first, place: .named(type(quoted[1])))
    }
    let isAnywhere = says(
      "was not declared in this scope", "has not been declared", "use of undeclared identifier '",
      "unknown type name '", "' does not name a type", "implicit declaration of function '",
      "call to undeclared function '", "' undeclared")
    guard isAnywhere else { return nil }
    return symbol(first)
  }

  /// `mul` of `mul`; `mul` in `calc` of `calc::mul`.
  private static func symbol(_ name: String) -> BuildError.MissingSymbol {
    let parts = name.split(separator: ":").map(String.init)
    guard parts.count > 1, let last = parts.last else {
      return .init(symbol: name, place: .unknown)
    }
    return .init(symbol: last, place: .named(parts.dropLast().joined(separator: "::")))
  }

  /// A header that is named alone and in quotes is looked for beside its file and in the project.
  private static func header(_ path: String, _ source: Substring) -> BuildError.MissingSymbol {
    let file = path.split(separator: "/").last ?? ""
    let isOwn = !path.contains("/") && source.contains("\"\(path)\"")
    return .init(
      symbol: String(file.prefix { $0 != "." }), place: isOwn ? .folder("") : .named(path))
  }

  /// `calc::Calc` of `const class calc::Calc<int>`.
  private static func type(_ text: String) -> String {
    String((text.prefix { $0 != "<" }.split { " *&".contains($0) }.last ?? "")[...])
  }

  // MARK: Linkers

  /// ``undefined reference to `calc::mul(int, int)'``, in the source file of the object that needs
  /// it.
  private static func linkerError(_ line: Substring, source: String) -> BuildError? {
    guard let mark = line.firstRange(of: "undefined reference to ") else { return nil }
    let name = line[mark.upperBound...].drop { "`'".contains($0) }.prefix { !"('`".contains($0) }
    return BuildError(
      file: source, line: 0, missing: symbol(String(name)),
      message: Excerpt.line(String(line[mark.lowerBound...])))
  }

  /// The source of `CMakeFiles/calc.dir/mul.cpp.o`, which CMake says with its folder when it builds
  /// it; empty where it was not built now.
  private static func source(ofObject object: String, in lines: [Substring]) -> String {
    guard object.hasSuffix(".o") else { return "" }
    for line in lines where line.contains("Building C") && line.hasSuffix(object) {
      let path = line.split(separator: " ").last ?? ""
      guard let folder = path.firstRange(of: "CMakeFiles/"),
        let target = path.firstRange(of: ".dir/")
      else { continue }
      return String(path[..<folder.lowerBound] + path[target.upperBound...].dropLast(2))
    }
    return ""
  }
}
