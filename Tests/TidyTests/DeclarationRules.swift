// SPDX-License-Identifier: Apache-2.0
// What declarations are called, that they are documented, and that somebody uses them.

/// A type declared in a file.
private struct TypeDeclaration {
  let line: Int
  let name: String
  let isAtFileScope: Bool
}

let typeKeywords: Set<String> = [
  "struct", "class", "enum", "actor", "protocol", "typealias",
]

/// Words of a line, split at everything that can't be part of a name.
func words(_ line: String) -> [String] {
  line.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init)
}

private func typeDeclarations(_ file: SourceText) -> [TypeDeclaration] {
  guard file.isSwift else { return [] }
  return file.code.enumerated().compactMap { index, line in
    let words = words(line)
    guard let at = words.firstIndex(where: typeKeywords.contains), at + 1 < words.count,
      // `class func`, `.actor`, `case protocol`: not declarations of a type.
      words[..<at].allSatisfy(isModifierOrAttribute), words[at + 1] != "func",
      words[at + 1] != "var"
    else { return nil }
    return TypeDeclaration(
      line: index + 1, name: words[at + 1], isAtFileScope: !line.hasPrefix(" "))
  }
}

/// What a file declares at file scope for other files to use.
private func sharedNames(_ file: SourceText) -> [TypeDeclaration] {
  let types = typeDeclarations(file).filter { declared in
    declared.isAtFileScope && !words(file.code[declared.line - 1]).contains("private")
  }
  guard types.isEmpty, file.isSwift else { return types }
  return file.code.enumerated().compactMap { index, line in
    let words = words(line)
    guard let at = words.firstIndex(where: { ["let", "var", "func"].contains($0) }),
      !line.hasPrefix(" "), !words.contains("private"), at + 1 < words.count
    else { return nil }
    return TypeDeclaration(line: index + 1, name: words[at + 1], isAtFileScope: true)
  }
}

/// What the extensions of a file add, by which other files use it; `nil` where one adds what is
/// used without being named: a conformance, an initializer, a subscript, an operator.
private func extensionMembers(_ file: SourceText) -> Set<String>? {
  var names: Set<String> = []
  var isInside = false
  for line in file.code {
    if !line.hasPrefix(" "), words(line).contains("extension") {
      // `extension A: B {`, but not `extension A where B: C {`.
      guard
        !line.prefix(upTo: line.firstRange(of: " where ")?.lowerBound ?? line.endIndex)
          .contains(":")
      else { return nil }
      isInside = true
    } else if line.hasPrefix("}") {
      isInside = false
    }
    // A member stands two columns in; what is deeper is its body.
    guard isInside, line.hasPrefix("  "), !line.hasPrefix("   ") else { continue }
    let words = words(line)
    guard let at = words.firstIndex(where: declarationKeywords.union(["case"]).contains),
      words[..<at].allSatisfy({ isModifierOrAttribute($0) || memberModifiers.contains($0) })
    else { continue }
    if words.contains("private") { continue }
    let isNamed = line.firstRange(of: words[at]).map { found in
      line[found.upperBound...].drop { $0 == " " || $0 == "`" }.first.map {
        $0.isLetter || $0 == "_"
      } ?? false
    }
    guard !["init", "subscript"].contains(words[at]), at + 1 < words.count, isNamed == true else {
      return nil
    }
    names.insert(words[at + 1])
  }
  return names
}

private let memberModifiers: Set<String> = [
  "static", "class", "mutating", "nonmutating", "discardableResult", "inlinable", "override",
  "consuming", "borrowing", "isolated", "async", "lazy", "set",
]

private func isModifierOrAttribute(_ word: String) -> Bool {
  [
    "package", "public", "internal", "fileprivate", "private", "final", "indirect", "nonisolated",
    "Suite", "serialized", "main", "dynamicMemberLookup", "unsafe", "MainActor", "suppressed",
  ].contains(word)
}

// MARK: Documentation

private let declarationKeywords: Set<String> = typeKeywords.union([
  "func", "var", "let", "init", "subscript", "associatedtype", "macro",
])

/// Conformances whose meaning the standard library documents.
private let documentedElsewhere = [
  "static func <", "static func ==", "var description", "func encode(", "init(from ", "func hash(",
  "init(stringLiteral ", "var hashValue", "func makeIterator(",
]

/// Whether a line declares something for other targets to use.
private func declaresPackageSymbol(_ line: String) -> Bool {
  let words = words(line)
  guard let at = words.firstIndex(of: "package"),
    words[..<at].allSatisfy({ isModifierOrAttribute($0) || line.contains("@" + $0) }),
    let keyword = words[at...].first(where: { declarationKeywords.contains($0) || $0 == "import" })
  else { return false }
  // `package extension` passes its access on; its members are looked at one by one.
  return keyword != "import" && !documentedElsewhere.contains { line.contains($0) }
}

/// Whether what is declared on the line after `index` lines has a doc comment right above it or
/// above its attributes.
func isDocumented(_ file: SourceText, before index: Int) -> Bool {
  for line in file.lines[..<index].reversed() {
    let text = line.drop { $0 == " " }
    if text.hasPrefix("///") || text.hasPrefix("*/") || text.hasSuffix("*/") { return true }
    if !text.hasPrefix("@"), !text.hasPrefix("#if") { return false }
  }
  return false
}

/// Whether the initializer at a line only stores its parameters under their own names, so that the
/// documentation of the properties says all there is to say. One that fails or throws does more.
private func isMemberwiseInitializer(_ file: SourceText, at index: Int) -> Bool {
  let start = file.code[index].drop { $0 == " " }
  guard start.hasPrefix("package init(") else { return false }
  let indent = file.code[index].prefix { $0 == " " }
  let rest = file.code[index...]
  let end =
    start.hasSuffix("}") && start.contains("{")
    ? index : rest.firstIndex { $0 == indent + "}" } ?? index
  let text = rest[...end].joined(separator: "\n")
  guard let open = text.firstIndex(of: "{"), let close = text.lastIndex(of: "}"),
    !words(String(text[..<open])).contains(where: ["throws", "async"].contains)
  else { return false }
  let body = text[text.index(after: open)..<close].split(separator: "\n")
    .map { words in words.split(separator: " ").map(String.init) }.filter { !$0.isEmpty }
  return !body.isEmpty
    && body.allSatisfy { $0.count == 3 && $0[0] == "self." + $0[2] && $0[1] == "=" }
}

// MARK: Rules

private let bannedEndings = ["Manager", "Helper", "Helpers", "Utils", "Util"]

private func isBanned(_ name: String) -> Bool {
  name == "Handler" || bannedEndings.contains { name.hasSuffix($0) }
}

let declarationRules: [Rule] = [
  Rule(
    "names say what a thing is",
    plant: Plant([
      (
        "Sources/Store/LeaseBook.swift",
        """
        package struct LeaseBook {}
        »final class LeaseManager {}
        »  private enum PathUtils {}
        »private enum PathUtils {}
        »package typealias Handler = () -> Void
        let help = StringHelper.self
        """
      ),
      ("Sources/Store/GitHelpers.swift", "»// SPDX-License-Identifier: Apache-2.0"),
    ]),
    file: { file in
      let types = typeDeclarations(file).filter { isBanned($0.name) }
        .map { (line: $0.line, message: "'\($0.name)' says nothing; name the thing or the act") }
      let named = isBanned(file.stem) && !types.contains { $0.line == 1 }
      return types + (named ? [(1, "the file's name says nothing")] : [])
    }),
  Rule(
    "what other targets use is documented",
    plant: Plant([
      (
        "Sources/Domain/A.swift",
        """
        package import Other
        /// A.
        package struct A {
          /// Documented.
          @discardableResult
          package func good() -> Int { 1 }
        »  package let bare: Int
        »  package private(set) var count: Int
          // Not documentation.
        »  @inlinable package static func make() {}
          package init(bare: Int, count: Int) {
            self.bare = bare

            self.count = count
          }
          package init(
            bare: Int, count: Int = 0, names: [String] = []
          ) {
            self.bare = bare
            self.count = count
          }
          package init(one: Int) { self.one = one }
        »  package init(clamped: Int) {
            self.clamped = max(0, clamped)
          }
        »  package init(bare: Int) {
            self.bare = bare
            count = 1
          }
        »  package init(other: Int) {
            self.bare = other
          }
        »  package init() {
          }
        »  package init?(bare: Int) {
            self.bare = bare
          }
        »  package init(go: Int) { self.go = go; start() }
        »  package init(left: Int) throws(Problem) {
            self.left = left
          }
        »  package mutating func go() {}
        »  package enum Nested { case one }
          package var description: String { "package var text" }
          package static func < (left: A, right: A) -> Bool { true }
          package init(from decoder: any Decoder) throws {}
          package func encode(to encoder: any Encoder) throws {}
          package func hash(into hasher: inout Hasher) {}
          let package = 1
          var name: String { package.name }
        }
        """
      ),
      (
        "Sources/Domain/Bed.swift",
        """
        /// A.
        package protocol Bed: Sendable {
          /// Documented.
          var width: Int { get }
          /// Documented.
          func make(
            with: Int
          ) async
        »  package func foldsBare()
          func bare()
        }
        """
      ),
      (
        "Sources/Domain/Cot.swift",
        """
        /// A.
        package final class Cot<Wood>: Hashable, Domain.Bed where Wood: Sendable {
          package let width: Int
          package func make(with: Int) async {}
        »  package func bare() {}
        »  package func rock() {}
        »  package static func make() {}
          /// A.
          package struct Inner {
        »    package let width: Int
          }
        }
        /// A.
        package enum Hammock {
        »  package var width: Int { 1 }
        }
        """
      ),
      (
        "Sources/Domain/Cot+Made.swift",
        """
        extension Cot
        {
          package func make(
            with: Int
          ) async {}
        }
        extension Cot.Inner: Equatable {
        »  package func make() {}
        }
        """
      ),
      (
        "Sources/Other/Cot.swift",
        """
        /// A.
        package struct Cot: Bed {
        »  package let width: Int
        }
        """
      ),
    ]),
    everything: { files in
      let witnesses = ProtocolWitnesses(files)
      return files.filter { $0.isSwift && $0.target != nil }.flatMap { file in
        file.code.enumerated().compactMap { index, line in
          guard declaresPackageSymbol(line), !isDocumented(file, before: index),
            !isMemberwiseInitializer(file, at: index), !witnesses.contains(file, at: index)
          else { return nil }
          let declaration = line.drop { $0 == " " }.prefix { $0 != "{" && $0 != "=" }
          return Finding(
            path: file.path, line: index + 1, message: "undocumented: \(declaration.prefix(60))")
        }
      }
    }),
  Rule(
    "every file is used",
    plant: Plant([
      ("Sources/Domain/Used.swift", "struct Used {}\nprivate struct Inner {}"),
      ("Sources/Domain/User.swift", "@main\nstruct User { let used: Used }\n// Forgotten"),
      ("Sources/Domain/Forgotten.swift", "// A comment.\n»struct Forgotten {}\nenum Also {}"),
      ("Sources/Domain/Values.swift", "»let forgottenToo = 1\nprivate struct Used {}"),
      ("Tests/DomainTests/ATests.swift", "@Suite struct ATests { let a = \"Forgotten\" }"),
      (
        "Sources/Domain/Used+Called.swift",
        """
        extension Used {
          static func called() {}
          private func inner() { let callee = 1 }
        }
        """
      ),
      ("Sources/Domain/Caller.swift", "@main\nstruct Caller { let called = Used.called() }"),
      (
        "Sources/Domain/Used+Uncalled.swift",
        """
        »extension Used {
          package mutating func uncalled() { called() }
          private func called() {}
        }
        """
      ),
      ("Sources/Domain/Int+Empty.swift", "»extension Int {}\nstruct OnlyHere {}"),
      ("Sources/Domain/Used+Hashable.swift", "extension Used: Hashable {}"),
      ("Sources/Domain/Array+Used.swift", "»extension Array where Element: Hashable {\n}"),
      ("Sources/Domain/Used+Init.swift", "extension Used {\n  init(_ text: String) {}\n}"),
      ("Sources/Domain/Used+Sum.swift", "extension Used {\n  static func + (a: A) {}\n}"),
    ]),
    everything: { files in
      let mentions = files.map { file in Set(file.code.flatMap(words)) }
      return files.enumerated().compactMap { index, file in
        let isEntry = file.code.contains { $0.hasPrefix("@main") || $0.hasPrefix("@Suite") }
        guard file.isSwift, !isEntry, let added = extensionMembers(file) else { return nil }
        let declared = sharedNames(file)
        let extended = file.code.firstIndex { words($0).contains("extension") }
        guard let line = declared.first?.line ?? extended.map({ $0 + 1 }) else { return nil }
        let names = added.union(declared.map(\.name))
        let isUsed = files.indices.contains { other in
          other != index && !mentions[other].isDisjoint(with: names)
        }
        let message = "no other file uses \(names.sorted().prefix(3).joined(separator: ", "))"
        return isUsed
          ? nil
          : Finding(path: file.path, line: min(line, (extended ?? line) + 1), message: message)
      }
    }),
]
