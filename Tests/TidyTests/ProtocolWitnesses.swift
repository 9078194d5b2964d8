// SPDX-License-Identifier: Apache-2.0
// Which members say what a protocol of the same target has documented already.

/// What the protocols of each target document, and which types promise to do it.
struct ProtocolWitnesses {
  /// A type or a protocol, by the name that its own target knows it by.
  private struct Key: Hashable {
    let target: String
    let name: String
  }

  /// The documented requirements of each protocol, by name.
  private var requirements: [Key: Set<String>] = [:]
  /// What each type conforms to, in whichever file of its target that is said.
  private var conformances: [Key: Set<String>] = [:]

  init(_ files: [SourceText]) {
    for file in files where file.isSwift {
      guard let target = file.target else { continue }
      for (index, line) in file.code.enumerated() {
        guard let type = Self.openedType(line) else { continue }
        let key = Key(target: target, name: type.name)
        if type.isProtocol {
          requirements[key, default: []].formUnion(Self.documentedMembers(file, after: index))
        } else {
          conformances[key, default: []].formUnion(Self.inherited(file, at: index))
        }
      }
    }
  }

  /// Whether the line declares a member that the protocol of the same target, to which the type
  /// around it conforms, documents under the same name.
  func contains(_ file: SourceText, at index: Int) -> Bool {
    guard let target = file.target, let member = Self.memberName(file.code[index]),
      let type = Self.typeAround(file, index), !type.isProtocol
    else { return false }
    return conformances[Key(target: target, name: type.name), default: []].contains {
      requirements[Key(target: target, name: $0), default: []].contains(member)
    }
  }

  /// What a line begins the body of: `Slot` for `extension WorkspacePool.Slot: Sendable {`.
  private static func openedType(_ line: String) -> (name: String, isProtocol: Bool)? {
    let all = line.prefix { $0 != ":" && $0 != "<" && $0 != "{" }.split(separator: " ")
      .map(String.init)
    let opening = typeKeywords.union(["extension"]).subtracting(["typealias"])
    guard let at = all.firstIndex(where: opening.contains), at + 1 < all.count,
      // `class func`, `var actor`: not the beginning of a type.
      Set(all[...(at + 1)]).isDisjoint(with: ["func", "var", "let", "case", "import"])
    else { return nil }
    let name = all[at + 1].split(separator: ".").last.map(String.init) ?? ""
    return (name, all[at] == "protocol")
  }

  /// The names after the colon of the declaration that starts at a line, without their modules.
  private static func inherited(_ file: SourceText, at index: Int) -> Set<String> {
    var header = ""
    for line in file.code[index...] {
      header += line.prefix { $0 != "{" } + " "
      if line.contains("{") { break }
    }
    // The colon of `<Value: Sendable>` is not the one.
    var depth = 0
    let colon = header.firstIndex { character in
      if character == "<" { depth += 1 }
      if character == ">" { depth -= 1 }
      return depth == 0 && character == ":"
    }
    guard let colon else { return [] }
    let list = header[header.index(after: colon)...]
    let end = list.firstRange(of: " where ")?.lowerBound ?? list.endIndex
    return Set(
      list[..<end].split(separator: ",").compactMap { $0.split(separator: ".").last }
        .compactMap { words(String($0)).last })
  }

  /// The members of the protocol that begins at a line which have a doc comment.
  private static func documentedMembers(_ file: SourceText, after start: Int) -> Set<String> {
    guard !file.code[start].hasSuffix("}") else { return [] }
    let indent = file.code[start].prefix { $0 == " " }
    let body = file.code.indices[(start + 1)...].prefix { file.code[$0] != indent + "}" }
    return Set(
      body.compactMap { isDocumented(file, before: $0) ? memberName(file.code[$0]) : nil })
  }

  /// The name of the function or property that a line declares, if it belongs to the instances.
  private static func memberName(_ line: String) -> String? {
    let all = words(line)
    guard let at = all.firstIndex(where: ["func", "var", "let"].contains), at + 1 < all.count,
      !all[..<at].contains(where: ["static", "class"].contains)
    else { return nil }
    return all[at + 1]
  }

  /// The type or extension that a line stands in: the nearest that begins further to the left.
  private static func typeAround(
    _ file: SourceText, _ index: Int
  ) -> (name: String, isProtocol: Bool)? {
    var indent = file.code[index].prefix { $0 == " " }.count
    for line in file.code[..<index].reversed() where line.contains(where: { $0 != " " }) {
      let here = line.prefix { $0 == " " }.count
      guard here < indent else { continue }
      if let type = openedType(line) { return type }
      // The `{` and the `where` of a header that has several lines stand as far left as it does.
      indent = here + 1
    }
    return nil
  }
}
