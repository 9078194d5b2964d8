// SPDX-License-Identifier: Apache-2.0
// Patterns for paths inside a project: test files, configuration, litter, reports.

/// A pattern for paths relative to a project.
///
/// - `*` stands for any characters but `/`, `?` for one of them, and `**` as a whole component for
///   any number of components (at the end: for at least one).
/// - A pattern without `/`, or with one at its end only, matches at any depth; a `/` at the
///   beginning or inside ties it to the project's root.
/// - A `/` at the end names a directory and matches everything inside it.
///
/// Upper and lower case differ. There are no character classes and no escapes: `[` is a bracket.
package struct PathPattern: Hashable, Sendable, CustomStringConvertible {
  /// As it was written.
  package let text: String

  private let names: PathNames
  /// The names that are compared: all but a `**` at the end, which stands for what is inside.
  private let comparedCount: Int
  private let matchesInside: Bool
  /// Whether it holds from the project's root on, and not at any depth.
  private let isTied: Bool

  /// Any text is a pattern; an empty one matches nothing.
  package init(_ text: String) {
    self.text = text
    names = PathNames(text)
    isTied = text.utf8.first == slash || names.bytes.contains(slash)
    let suffix: StaticString = "/**"
    matchesInside = names.bytes.count > 3 && names.bytes.suffix(3).elementsEqual(suffix.bytes)
    comparedCount = names.bytes.count - (matchesInside ? suffix.utf8CodeUnitCount : 0)
  }

  /// As it was written.
  package var description: String { text }

  /// Whether a path matches; one that ends in `/` is that of a directory itself. The time this
  /// takes grows with the product of the two lengths at worst.
  package func matches(_ path: String) -> Bool { matches(PathNames(path)) }

  /// The same for a path that many patterns are asked about.
  package func matches(_ path: PathNames) -> Bool {
    let bytes = path.bytes.span
    guard !bytes.isEmpty, !names.bytes.isEmpty else { return false }
    guard names.endsWithSlash else { return matches(bytes) }
    for index in bytes.indices where bytes[index] == slash {
      if matches(bytes.extracting(..<index)) { return true }
    }
    return path.endsWithSlash && matches(bytes)
  }

  private func matches(_ path: Span<UInt8>) -> Bool {
    guard matchesInside else { return matchesAll(path) }
    // What is inside matches; the directory itself does not.
    for index in path.indices where path[index] == slash {
      if matchesAll(path.extracting(..<index)) { return true }
    }
    return matchesAll(path.extracting(..<0))
  }

  /// Only the latest star is ever tried again: whatever an earlier one could take, a later one can
  /// take as well. That keeps hostile patterns from taking exponential time.
  private func matchesAll(_ path: Span<UInt8>) -> Bool {
    let pattern = names.bytes.span.extracting(..<comparedCount)
    var (at, name) = (0, 0)
    var retry: (at: Int, name: Int)? = isTied ? nil : (0, 0)
    while name < path.count {
      if at < pattern.count, pattern[at] == path[name] || isWildcard(pattern[at]) {
        let component = pattern.extracting(at..<pattern.endOfName(from: at))
        if component.isAnyDirectories {
          at += component.count + 1
          retry = (at, name)
          continue
        }
        let end = path.endOfName(from: name)
        if component.matchesName(path.extracting(name..<end)) {
          at += component.count + 1
          name = end + 1
          continue
        }
      }
      guard let star = retry else { return false }
      (at, name) = (star.at, path.endOfName(from: star.name) + 1)
      retry = (at, name)
    }
    while at < pattern.count {
      let component = pattern.extracting(at..<pattern.endOfName(from: at))
      guard component.isAnyDirectories else { return false }
      at += component.count + 1
    }
    return true
  }

  /// The directories that every matching path begins with, as far as the pattern spells them out;
  /// empty where it matches at any depth.
  var fixedDirectory: String {
    guard isTied else { return "" }
    let plain = names.bytes.prefix { !isWildcard($0) }
    return String(decoding: plain[..<(plain.lastIndex(of: slash) ?? 0)], as: UTF8.self)
  }
}

/// A path taken apart, so that asking many patterns about it takes it apart once.
package struct PathNames: Hashable, Sendable {
  /// Its components, those of `.` left out, a slash between each two.
  fileprivate let bytes: [UInt8]
  /// Whether it is that of a directory itself.
  fileprivate let endsWithSlash: Bool

  /// Bytes and not characters are what is compared: a slash with an accent on it is a slash to the
  /// file system.
  package init(_ path: String) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(path.utf8.count + 1)
    var start = 0
    for byte in path.utf8 {
      bytes.append(byte)
      if byte == slash { Self.end(&bytes, &start) }
    }
    endsWithSlash = path.utf8.last == slash
    if !endsWithSlash {
      bytes.append(slash)
      Self.end(&bytes, &start)
    }
    if !bytes.isEmpty { bytes.removeLast() }
    self.bytes = bytes
  }

  /// Drops the component that the last slash ended where it says nothing.
  private static func end(_ bytes: inout [UInt8], _ start: inout Int) {
    let isDot = bytes.count == start + 2 && bytes[start] == UInt8(ascii: ".")
    if bytes.count == start + 1 || isDot { bytes.removeSubrange(start...) }
    start = bytes.count
  }
}

// MARK: Bytes

private let slash = UInt8(ascii: "/")
private let star = UInt8(ascii: "*")
private let anyOne = UInt8(ascii: "?")

private func isWildcard(_ byte: UInt8) -> Bool { byte == star || byte == anyOne }

extension StaticString {
  fileprivate var bytes: UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount)
  }
}

extension Span<UInt8> {
  /// Where the name that begins at an index ends.
  fileprivate func endOfName(from start: Int) -> Int {
    var end = start
    while end < count, self[end] != slash { end += 1 }
    return end
  }

  fileprivate var isAnyDirectories: Bool { count == 2 && self[0] == star && self[1] == star }

  /// Whether a name matches this, a component of a pattern.
  fileprivate func matchesName(_ name: Span<UInt8>) -> Bool {
    var (at, next) = (0, 0)
    var retry: (at: Int, next: Int)?
    while next < name.count {
      if at < count, self[at] == star {
        at += 1
        retry = (at, next)
      } else if at < count, let length = length(at, of: name, from: next) {
        at += 1
        next += length
      } else if let star = retry {
        retry = (star.at, star.next + 1)
        (at, next) = (star.at, star.next + 1)
      } else {
        return false
      }
    }
    while at < count, self[at] == star { at += 1 }
    return at == count
  }

  /// How many bytes of a name the pattern's byte at an index takes: all of a scalar where it
  /// stands for any; `nil` where it takes none.
  private func length(_ at: Int, of name: Span<UInt8>, from start: Int) -> Int? {
    guard self[at] == anyOne, !name.continuesScalar(start) else {
      return self[at] == name[start] ? 1 : nil
    }
    var end = start + 1
    while end < name.count, name.continuesScalar(end) { end += 1 }
    return end - start
  }

  private func continuesScalar(_ index: Int) -> Bool { self[index] & 0xC0 == 0x80 }
}
