// SPDX-License-Identifier: Apache-2.0
// The words that files use for statuses (R11).

package import Domain

/// A status as a file writes it, and what that means.
package struct WrittenStatus: Hashable, Sendable {
  /// The word in the file; empty where the file says nothing.
  package let text: String
  /// What it means; `nil` where nobody knows the word. Such a status is kept and never counts as
  /// done.
  package let meaning: TaskStatus?

  /// A status from its parts.
  package init(text: String, meaning: TaskStatus?) {
    self.text = text
    self.meaning = meaning
  }

  /// A status in its canonical word.
  package init(_ status: TaskStatus) { self.init(text: status.rawValue, meaning: status) }

  /// Whether nothing more is asked for.
  package var isDone: Bool { meaning?.isDone ?? false }
}

/// The table of words from `config/statuses.json`.
package struct StatusAliases: Hashable, Sendable {
  private let meanings: [String: TaskStatus]
  /// Keys that carry a status as `true` or `false`, in the order of the table.
  private let flags: [Flag]

  private struct Flag: Hashable {
    let key: String
    let status: TaskStatus
  }

  /// Reads the table.
  ///
  /// - Throws: `DocumentError` where it is no such table or a word stands for two statuses.
  package init(parsing bytes: [UInt8], file: String) throws(DocumentError) {
    let root = try DocumentField(reading: bytes, file: file)
    var meanings: [String: TaskStatus] = [:]
    for status in TaskStatus.allCases { meanings[Self.normal(status.rawValue)] = status }
    for (name, words) in try root.required("statuses", "the statuses").members() {
      let status = try Self.status(name, words)
      for word in try words.elements() {
        let text = Self.normal(try word.text())
        if let other = meanings[text], other != status {
          throw word.unexpected("a word that does not stand for \(other.rawValue) already")
        }
        meanings[text] = status
      }
    }
    self.meanings = meanings
    var flags: [Flag] = []
    for (key, field) in try root.optional("flags")?.members() ?? [] {
      flags.append(Flag(key: key, status: try Self.status(try field.string(), field)))
    }
    self.flags = flags
  }

  private static func status(
    _ name: String, _ field: DocumentField
  ) throws(DocumentError) -> TaskStatus {
    guard let status = TaskStatus(rawValue: name) else {
      throw field.unknown(name, "status", known: TaskStatus.allCases.map(\.rawValue))
    }
    return status
  }

  /// What a word means. Case, and whether words are joined by `-`, `_` or a space, do not matter.
  package func status(of text: String) -> WrittenStatus {
    WrittenStatus(text: text, meaning: meanings[Self.normal(text)])
  }

  /// What an entry says of itself: its `status`, else a flag such as `passes`; `nil` where it says
  /// nothing.
  ///
  /// - Throws: `DocumentError` where `status` is no string or a flag is neither true nor false.
  func status(of entry: DocumentField) throws(DocumentError) -> WrittenStatus? {
    if let field = try entry.optional("status") { return status(of: try field.string()) }
    for flag in flags {
      guard let field = try entry.optional(flag.key) else { continue }
      return WrittenStatus(try field.bool() ? flag.status : .pending)
    }
    return nil
  }

  private static func normal(_ text: String) -> String {
    let words = text.lowercased().split { $0 == "_" || $0 == "-" || $0.isWhitespace }
    return words.joined(separator: "_")
  }
}
