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

  private enum Component: Hashable {
    case anyDirectories
    case name([Unicode.Scalar])
  }

  private let components: [Component]
  private let namesDirectory: Bool

  /// Any text is a pattern; an empty one matches nothing.
  package init(_ text: String) {
    self.text = text
    let path = PathNames(text)
    let names = path.names
    namesDirectory = path.endsWithSlash
    let isTied = text.unicodeScalars.first == "/" || names.count > 1
    let parts = names.map { $0 == ["*", "*"] ? .anyDirectories : Component.name($0) }
    // No name is empty, so a pattern without any matches nothing.
    if names.isEmpty {
      components = [.name([])]
      return
    }
    components = isTied ? parts : [.anyDirectories] + parts
  }

  /// As it was written.
  package var description: String { text }

  /// Whether a path matches; one that ends in `/` is that of a directory itself. The time this
  /// takes grows with the product of the two lengths at worst.
  package func matches(_ path: String) -> Bool { matches(PathNames(path)) }

  /// The same for a path that many patterns are asked about.
  package func matches(_ path: PathNames) -> Bool {
    let names = path.names
    guard !names.isEmpty else { return false }
    guard namesDirectory else { return matches(names[...]) }
    let deepest = path.endsWithSlash ? names.count : names.count - 1
    return deepest > 0 && (1...deepest).contains { matches(names[..<$0]) }
  }

  private func matches(_ names: ArraySlice<[Unicode.Scalar]>) -> Bool {
    if case .anyDirectories? = components.last, components.count > 1 {
      // What is inside matches; the directory itself does not.
      let parents = Array(components.dropLast())
      return (0..<names.count).contains { Self.matchAll(parents, names.prefix($0)) }
    }
    return Self.matchAll(components, names)
  }

  private static func matchAll(
    _ components: [Component], _ names: ArraySlice<[Unicode.Scalar]>
  ) -> Bool {
    Wildcard.matches(
      components, Array(names), isStar: { $0 == .anyDirectories },
      matchesOne: { component, name in
        guard case .name(let pattern) = component else { return false }
        return Wildcard.matches(
          pattern, name, isStar: { $0 == "*" }, matchesOne: { $0 == "?" || $0 == $1 })
      })
  }
}

/// A path taken apart, so that asking many patterns about it takes it apart once.
package struct PathNames: Sendable {
  /// Its components, those of `.` left out.
  fileprivate let names: [[Unicode.Scalar]]
  /// Whether it is that of a directory itself.
  fileprivate let endsWithSlash: Bool

  /// Scalars and not characters are what is compared: a slash with an accent on it is a slash to
  /// the file system.
  package init(_ path: String) {
    var names: [[Unicode.Scalar]] = []
    var name: [Unicode.Scalar] = []
    func end() {
      if !name.isEmpty, name != ["."] { names.append(name) }
      name.removeAll()
    }
    for scalar in path.unicodeScalars {
      if scalar == "/" { end() } else { name.append(scalar) }
    }
    endsWithSlash = path.unicodeScalars.last == "/"
    end()
    self.names = names
  }
}

extension PathPattern {
  /// The directories that every matching path begins with, as far as the pattern spells them out;
  /// empty where it matches at any depth.
  var fixedDirectory: String {
    var names: [String] = []
    for component in components.dropLast() {
      guard case .name(let scalars) = component, !scalars.contains("*"), !scalars.contains("?")
      else { break }
      names.append(String(String.UnicodeScalarView(scalars)))
    }
    return names.joined(separator: "/")
  }
}

/// Matching with stars, over characters as over components.
private enum Wildcard {
  /// Only the latest star is ever tried again: whatever an earlier one could take, a later one can
  /// take as well. That keeps hostile patterns from taking exponential time.
  static func matches<Pattern, Element>(
    _ pattern: [Pattern], _ elements: [Element], isStar: (Pattern) -> Bool,
    matchesOne: (Pattern, Element) -> Bool
  ) -> Bool {
    var (at, element) = (0, 0)
    var retry: (at: Int, element: Int)?
    while element < elements.count {
      if at < pattern.count, isStar(pattern[at]) {
        at += 1
        retry = (at, element)
      } else if at < pattern.count, matchesOne(pattern[at], elements[element]) {
        at += 1
        element += 1
      } else if let star = retry {
        retry = (star.at, star.element + 1)
        (at, element) = (star.at, star.element + 1)
      } else {
        return false
      }
    }
    return pattern[at...].allSatisfy(isStar)
  }
}
