// SPDX-License-Identifier: Apache-2.0
// The names of a session's files, and the number of the next session.

package import Domain

/// `.claude/sessions`, whose names tell sessions apart.
package struct SessionFolder: Hashable, Sendable {
  /// A file that a session has.
  package enum File: String, Hashable, Sendable, CaseIterable {
    case context = "context.md"
    case plan = "plan.md"
    case tasks = "tasks.json"
    case tests = "tests.md"
    case completed = "completed.md"
    case review = "review.md"
    case summary = "summary.md"
    case metrics = "metrics.json"
    case manualSetup = "manual-setup.md"
  }

  /// The folder, without a slash at its end.
  package let path: String

  /// A folder; it need not exist.
  package init(path: String) { self.path = path }

  /// The path of a session's file: `…/session-039-plan.md`.
  package func path(of file: File, in session: SessionID) -> String {
    "\(path)/\(session.fileStem)-\(file.rawValue)"
  }

  /// The sessions that have a file, in order. Names that are no session's are passed over.
  ///
  /// - Throws: `FileError` where the folder is there and cannot be read.
  package func sessions() throws(FileError) -> [SessionID] {
    Set(try readFolder(path).compactMap(Self.session)).sorted()
  }

  /// The next free number: one more than the highest, 1 where there is none (S4-41). `nil` where
  /// the numbers are used up.
  ///
  /// - Throws: `FileError` where the folder is there and cannot be read.
  package func next() throws(FileError) -> SessionID? {
    SessionID(number: (try sessions().last?.number ?? 0) + 1)
  }

  /// `session-039-plan.md`, but also `session-039b-plan.md` and `Session-39.md`: a number in use
  /// is not given out again.
  private static func session(_ name: String) -> SessionID? {
    let lowered = name.lowercased()
    guard lowered.hasPrefix("session-") else { return nil }
    let rest = lowered.dropFirst("session-".count)
    let digits = rest.prefix { $0.isASCII && $0.isNumber }
    // A date, as in `session-2025-07-11.md`, is no number of a session.
    let after = rest.dropFirst(digits.count)
    if digits.count == 4, after.hasPrefix("-"), after.dropFirst().first?.isNumber == true {
      return nil
    }
    return SessionID(digits)
  }
}
