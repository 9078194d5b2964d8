// SPDX-License-Identifier: Apache-2.0
// A session's title, objectives and complexity, from the prose beside its tasks.

import Documents
import Domain

/// What `session-NNN-plan.md` and `-context.md` say of the whole session.
struct SessionOutline {
  let title: String
  let objectives: [String]
  /// `nil` where neither file says.
  let complexity: Complexity?

  /// Reads what is there; both files may be missing.
  init(paths: ProjectPaths, session: SessionID) throws(Problem) {
    let stem = "\(paths.sessions)/\(session.fileStem)"
    let plan = try Self.text(stem + "-plan.md")
    let context = try Self.text(stem + "-context.md")
    objectives = Self.list(plan, under: "objectives")
    let focus = Self.field("Feature", in: context)
    title = focus ?? Self.heading(plan) ?? objectives.first ?? "Session \(session)"
    complexity = (Self.field("Complexity", in: plan) ?? Self.field("Complexity", in: context))
      .flatMap { Complexity(rawValue: $0.lowercased()) }
  }

  private static func text(_ path: String) throws(Problem) -> String {
    do throws(FileError) {
      return String(decoding: try readFileIfPresent(path) ?? [], as: UTF8.self)
    } catch {
      throw Problem(
        code: "INPUT002", exit: .badInput, message: "\(path) cannot be read", reason: "\(error)")
    }
  }

  /// The first heading, where it says more than which session it is.
  private static func heading(_ text: String) -> String? {
    guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("# ") }) else {
      return nil
    }
    guard let colon = line.firstIndex(of: ":") else { return nil }
    let rest = line[line.index(after: colon)...].drop { $0.isWhitespace }
    return rest.isEmpty ? nil : String(rest)
  }

  /// The items of the numbered or bulleted list under the heading that contains `word`.
  private static func list(_ text: String, under word: String) -> [String] {
    var isInside = false
    var items: [String] = []
    for line in text.split(separator: "\n") {
      if line.hasPrefix("#") {
        isInside = line.lowercased().contains(word)
      } else if isInside {
        let item = line.drop { $0.isNumber || "-*. \t[]".contains($0) }
        if !item.isEmpty, line.first.map({ $0.isNumber || $0 == "-" || $0 == "*" }) == true {
          items.append(String(item))
        }
      }
    }
    return items
  }

  /// The value of `- **Name**: value`, with or without the dressing.
  private static func field(_ name: String, in text: String) -> String? {
    for line in text.split(separator: "\n") {
      let plain = line.filter { $0 != "*" && $0 != "-" }.drop { $0 == " " }
      guard plain.hasPrefix(name + ":") else { continue }
      let value = plain.dropFirst(name.count + 1).drop { $0 == " " }
      if !value.isEmpty { return String(value) }
    }
    return nil
  }
}
