// SPDX-License-Identifier: Apache-2.0
// What the red rules must know of a project to tell an honest missing symbol from any other.

/// What is needed to tell whether a missing symbol is one that an honest test may miss.
package struct SymbolGround {
  /// The project's paths that are neither tests nor documents, the task's planned files among them.
  package let paths: Set<String>
  /// What the project's manifests call its packages, crates, modules and targets.
  package let names: Set<String>
  /// Whether the project's implementation speaks of a word as of its own: what it only loads is
  /// somebody else's.
  package let implementationOwns: (String) -> Bool
  /// Whether the project's implementation declares, or extends, something of that name.
  package let implementationDeclares: (String) -> Bool
  /// The text of the test files that the submission changed.
  package let testTexts: [String]

  /// A ground in which nothing is named by manifests or declared, unless said otherwise.
  package init(
    paths: Set<String>, names: Set<String> = [],
    implementationOwns: @escaping (String) -> Bool,
    implementationDeclares: @escaping (String) -> Bool = { _ in false }, testTexts: [String]
  ) {
    self.paths = paths
    self.names = names
    self.implementationOwns = implementationOwns
    self.implementationDeclares = implementationDeclares
    self.testTexts = testTexts
  }

  /// The ground without what the submission itself changed: no test stands in for the code that it
  /// is to drive, though it was planned among the task's files.
  func without(_ changes: [Change]) -> SymbolGround {
    SymbolGround(
      paths: paths.subtracting(changes.map(\.path)), names: names,
      implementationOwns: implementationOwns,
      implementationDeclares: implementationDeclares, testTexts: testTexts)
  }

  /// Whether an exception that was raised in `file` was raised by the code under test.
  func isImplementation(_ file: String) -> Bool { paths.contains(file) }
}

// MARK: What a runner misses

extension SymbolGround {
  /// Whether `symbol`, looked for in `module`, is the project's own and named by the tests.
  func isHonestlyMissing(symbol: String, module: String) -> Bool {
    testsName(symbol) && isOwn(module, symbol: symbol)
  }

  private func testsName(_ symbol: String) -> Bool {
    testTexts.contains { Self.contains($0, word: symbol) }
  }

  private func isOwn(_ module: String, symbol: String) -> Bool {
    if module == TestFailure.placeUnknown { return testsNameProject }
    let root = Self.firstComponent(module.isEmpty ? symbol : module)
    guard !root.isEmpty else { return false }
    if isNamedByPath(root) { return true }
    // Where the place itself is what is missing, its being spoken of does not make it the project's.
    return root != symbol && implementationOwns(root)
  }

  /// Where a runner does not say in what a symbol was missed: whether the tests name a file of the
  /// project, as they do to load it.
  private var testsNameProject: Bool {
    let words = Set(
      testTexts.flatMap { text in
        text.split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }
      })
    return paths.contains { path in
      let stem = (path.split(separator: "/").last ?? "").prefix { $0 != "." }
      return stem.count > 1 && words.contains(stem)
    }
  }

  /// Whether a folder of some path, or its file without ending, is called `root`.
  private func isNamedByPath(_ root: String) -> Bool {
    paths.contains { path in
      path.split(separator: "/").contains { $0 == root || $0.prefix { $0 != "." } == root }
    }
  }

  private static func firstComponent(_ module: String) -> String {
    String(module.drop { $0 == "." || $0 == "/" }.prefix { $0 != "." && $0 != "/" && $0 != ":" })
  }
}

// MARK: What a compiler misses

extension SymbolGround {
  /// Why an error of a compiler is no honest missing symbol; `nil` where it is one.
  ///
  /// - Parameter changedTests: the test files that the submission added or changed.
  func objection(to error: BuildError, changedTests: Set<String>) -> String? {
    let line = "\(error.place): \(error.message)"
    guard changedTests.contains(error.file) else {
      return "\(line) (not in a test file of this submission)"
    }
    guard let missing = error.missing else { return "\(line) (no symbol is missing)" }
    guard testsName(missing.symbol) else {
      return "\(line) (no test of this submission names \(missing.symbol))"
    }
    switch missing.place {
    case .unknown where testsLoadProject: return nil
    case .unknown: return "\(line) (the tests load nothing of this project)"
    // A name without a qualifier is looked for in the test's own package and nowhere else.
    case .folder: return nil
    case .named(let name) where isOwn(place: name): return nil
    case .named(let name):
      return "\(line) (\(name.isEmpty ? missing.symbol : name) is not this project's own)"
    }
  }

  /// Whether a module, header, type or namespace is the project's own, going by its manifests, its
  /// paths and what its implementation declares. What it merely mentions may be anybody's.
  private func isOwn(place: String) -> Bool {
    if names.contains(where: { Self.isAt(place, orBelow: $0) }) { return true }
    let parts = place.split { $0 == "." || $0 == "/" || $0 == ":" }.map(String.init)
    guard let root = parts.first else { return false }
    // A type of somebody else's module may be called like one of ours.
    return isNamedByPath(root) || (parts.count == 1 && implementationDeclares(root))
  }

  /// Whether `place` is `name` or inside of it: `calc::ops` of `calc`, `example.com/calc/ops` of
  /// `example.com/calc`.
  private static func isAt(_ place: String, orBelow name: String) -> Bool {
    guard !name.isEmpty, place.hasPrefix(name) else { return false }
    return place.dropFirst(name.count).first.map { $0 == "." || $0 == "/" || $0 == ":" } ?? true
  }

  /// Whether a line of the tests that loads something loads something of the project.
  private var testsLoadProject: Bool {
    let own = names.union(paths.flatMap { $0.split(separator: "/").map(Self.stem) })
      .union(["super", "crate"])
    return testTexts.contains { text in
      text.split(whereSeparator: \.isNewline).contains { line in
        let words = line.split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }
        let load = words.firstIndex { Self.loadingWords.contains($0) }
        return load.map { words[($0 + 1)...].contains { own.contains(String($0)) } } ?? false
      }
    }
  }

  private static let loadingWords: Set<Substring> = [
    "import", "include", "use", "using", "require", "mod", "crate",
  ]

  private static func stem(_ part: Substring) -> String { String(part.prefix { $0 != "." }) }
}

// MARK: Words

extension SymbolGround {
  /// Whether `word` stands in `text` with no letter, digit or `_` next to it.
  package static func contains(_ text: String, word: String) -> Bool {
    contains(text, word: word) { _ in true }
  }

  /// Whether `text` declares something called `word`, or extends it, going by the keyword before
  /// the name.
  package static func declares(_ text: String, word: String) -> Bool {
    contains(text, word: word) { before in
      let keyword = before.reversed().drop { $0 == UInt8(ascii: " ") }.prefix(while: isWordByte)
      return declaringWords.contains(String(decoding: keyword.reversed(), as: UTF8.self))
    }
  }

  private static let declaringWords: Set<String> = [
    "actor", "class", "def", "enum", "extension", "fn", "func", "function", "impl", "interface",
    "mod", "module", "namespace", "package", "protocol", "record", "struct", "sub", "trait", "type",
    "typealias", "union", "using",
  ]

  /// Whether a line of `text` loads something that is called `word`.
  package static func loads(_ text: String, word: String) -> Bool {
    text.split(whereSeparator: \.isNewline).contains { line in
      let first = line.drop(while: \.isWhitespace).prefix { !$0.isWhitespace && $0 != "(" }
      return (loadingWords.contains(first) || first == "from") && contains(String(line), word: word)
    }
  }

  private static func contains(
    _ text: String, word: String, after isWanted: (ArraySlice<UInt8>) -> Bool
  ) -> Bool {
    guard !word.isEmpty else { return false }
    let haystack = Array(text.utf8)
    let needle = Array(word.utf8)
    guard haystack.count >= needle.count else { return false }
    for start in 0...(haystack.count - needle.count)
    where haystack[start] == needle[0]
      && haystack[start..<start + needle.count].elementsEqual(needle)
    {
      let end = start + needle.count
      let isFreeBefore = start == 0 || !isWordByte(haystack[start - 1])
      let isFreeAfter = end == haystack.count || !isWordByte(haystack[end])
      if isFreeBefore && isFreeAfter && isWanted(haystack[..<start].suffix(64)) { return true }
    }
    return false
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "_") || byte >= 0x80
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }
}

extension BuildError {
  /// `tests/mul.rs:12`, as far as it is known.
  fileprivate var place: String {
    let shown = file.isEmpty ? "outside of the project" : file
    return line > 0 ? "\(shown):\(line)" : shown
  }
}
