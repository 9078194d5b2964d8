// SPDX-License-Identifier: Apache-2.0
// One line of a `.gitignore`.

/// A pattern as `gitignore(5)` describes it.
///
/// Agents write these files, so matching never backtracks: it follows all places in the pattern at
/// once, in time proportional to pattern times path.
struct IgnorePattern {
  let isNegated: Bool
  private let matchesFoldersOnly: Bool
  /// Whether it is held against the whole path below its file, not only against the last name.
  private let isAnchored: Bool
  private let tokens: [Token]

  private enum Token {
    case byte(UInt8)
    /// `?`
    case anyInName
    case set(Set<UInt8>, isNegated: Bool)
    /// `*`
    case run
    /// `/**` at the end: anything below.
    case everything
    /// `**/`: any number of folders, none included.
    case folders
  }

  /// `nil` for an empty line, a comment, or a pattern that git does not understand either.
  init?(_ line: some Collection<UInt8>) {
    var text = Array(line)
    if text.last == UInt8(ascii: "\r") { text.removeLast() }
    while text.last == UInt8(ascii: " "), text.dropLast().last != UInt8(ascii: "\\") {
      text.removeLast()
    }
    guard let first = text.first, first != UInt8(ascii: "#") else { return nil }
    isNegated = first == UInt8(ascii: "!")
    if isNegated { text.removeFirst() }
    matchesFoldersOnly = text.last == UInt8(ascii: "/")
    if matchesFoldersOnly { text.removeLast() }
    isAnchored = text.contains(UInt8(ascii: "/"))
    if text.first == UInt8(ascii: "/") { text.removeFirst() }
    guard !text.isEmpty, let tokens = Self.parse(text) else { return nil }
    self.tokens = tokens
  }

  private static func parse(_ text: [UInt8]) -> [Token]? {
    var tokens: [Token] = []
    var at = 0
    while at < text.count {
      let startsName = at == 0 || text[at - 1] == UInt8(ascii: "/")
      switch text[at] {
      case UInt8(ascii: "*"):
        let end = text[at...].firstIndex { $0 != UInt8(ascii: "*") } ?? text.count
        let isDouble = end - at >= 2 && startsName
        if isDouble, end == text.count {
          tokens.append(.everything)
        } else if isDouble, text[end] == UInt8(ascii: "/") {
          tokens.append(.folders)
          at = end + 1
          continue
        } else {
          tokens.append(.run)
        }
        at = end
      case UInt8(ascii: "?"):
        tokens.append(.anyInName)
        at += 1
      case UInt8(ascii: "["):
        guard let (token, end) = parseSet(text, after: at) else { return nil }
        tokens.append(token)
        at = end
      case UInt8(ascii: "\\"):
        guard at + 1 < text.count else { return nil }
        tokens.append(.byte(text[at + 1]))
        at += 2
      case let byte:
        tokens.append(.byte(byte))
        at += 1
      }
    }
    return tokens
  }

  /// Parses `[a-z]` from its bracket on; gives the index behind it.
  private static func parseSet(_ text: [UInt8], after start: Int) -> (Token, Int)? {
    var at = start + 1
    guard at < text.count else { return nil }
    let isNegated = text[at] == UInt8(ascii: "!") || text[at] == UInt8(ascii: "^")
    if isNegated { at += 1 }
    var members: Set<UInt8> = []
    var isFirst = true
    while at < text.count {
      if text[at] == UInt8(ascii: "]"), !isFirst {
        return (.set(members, isNegated: isNegated), at + 1)
      }
      isFirst = false
      if text[at] == UInt8(ascii: "["), let (named, end) = namedClass(text, at) {
        members.formUnion(named)
        at = end
        continue
      }
      guard let (low, afterLow) = literal(text, at) else { return nil }
      at = afterLow
      // As git has it, a range that runs backwards still holds its first byte.
      members.insert(low)
      if at + 1 < text.count, text[at] == UInt8(ascii: "-"), text[at + 1] != UInt8(ascii: "]") {
        guard let (high, afterHigh) = literal(text, at + 1) else { return nil }
        if low <= high { members.formUnion(low...high) }
        at = afterHigh
      }
    }
    return nil
  }

  private static func literal(_ text: [UInt8], _ at: Int) -> (UInt8, Int)? {
    guard text[at] == UInt8(ascii: "\\") else { return (text[at], at + 1) }
    return at + 1 < text.count ? (text[at + 1], at + 2) : nil
  }

  private static func namedClass(_ text: [UInt8], _ at: Int) -> ([UInt8], Int)? {
    let names: [String: (UInt8) -> Bool] = [
      "alpha": { ($0 | 32) >= 97 && ($0 | 32) <= 122 },
      "digit": { (48...57).contains($0) },
      "alnum": { (48...57).contains($0) || (($0 | 32) >= 97 && ($0 | 32) <= 122) },
      "upper": { (65...90).contains($0) }, "lower": { (97...122).contains($0) },
      "space": { $0 == 32 || (9...13).contains($0) }, "blank": { $0 == 32 || $0 == 9 },
      "xdigit": { (48...57).contains($0) || (97...102).contains($0 | 32) },
      "punct": {
        (33...126).contains($0) && !(48...57).contains($0) && !(97...122).contains($0 | 32)
      },
    ]
    for (name, isMember) in names {
      let spelled = Array("[:\(name):]".utf8)
      if text[at...].starts(with: spelled) {
        return ((0..<128).filter(isMember), at + spelled.count)
      }
    }
    return nil
  }

  /// Whether the pattern says something about a path.
  ///
  /// - Parameter path: Below the folder that the pattern's file lies in.
  func matches(_ path: some BidirectionalCollection<UInt8>, isFolder: Bool) -> Bool {
    guard isFolder || !matchesFoldersOnly else { return false }
    if isAnchored { return follows(path) }
    let slash = path.lastIndex(of: UInt8(ascii: "/"))
    return follows(path[(slash.map { path.index(after: $0) } ?? path.startIndex)...])
  }

  private func follows(_ text: some Collection<UInt8>) -> Bool {
    var places = Set<Int>()
    enter(0, &places)
    for byte in text {
      var next = Set<Int>()
      for place in places where place < tokens.count { step(place, byte, &next) }
      if next.isEmpty { return false }
      places = next
    }
    return places.contains(tokens.count)
  }

  /// Adds a place, and those that follow without a byte.
  private func enter(_ place: Int, _ places: inout Set<Int>) {
    guard places.insert(place).inserted, place < tokens.count else { return }
    switch tokens[place] {
    case .run, .everything, .folders: enter(place + 1, &places)
    case .byte, .anyInName, .set: break
    }
  }

  private func step(_ place: Int, _ byte: UInt8, _ next: inout Set<Int>) {
    let slash = UInt8(ascii: "/")
    switch tokens[place] {
    case .byte(let expected): if byte == expected { enter(place + 1, &next) }
    case .anyInName: if byte != slash { enter(place + 1, &next) }
    case .set(let members, let isNegated):
      if byte != slash, members.contains(byte) != isNegated { enter(place + 1, &next) }
    case .run: if byte != slash { enter(place, &next) }
    case .everything: enter(place, &next)
    case .folders:
      // Staying inside a folder's name: what follows may only start behind a slash.
      if byte == slash { enter(place, &next) } else { next.insert(place) }
    }
  }
}
