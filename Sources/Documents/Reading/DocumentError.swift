// SPDX-License-Identifier: Apache-2.0
// Why a file that people keep cannot be used: which file, where in it, and what is wrong.

package import Domain

/// What is wrong with a document, and where.
package struct DocumentError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Where in the document.
  package enum Place: Hashable, Sendable, CustomStringConvertible {
    /// The document as a whole.
    case whole
    /// A line, from 1, and a column where it is known.
    case line(Int, column: Int? = nil)
    /// A value of a JSON document or of a front matter.
    case path(JSONPath)

    package var description: String {
      switch self {
      case .whole: ""
      case .line(let line, let column): column.map { "\(line):\($0)" } ?? "\(line)"
      case .path(let path): " \(path)"
      }
    }
  }

  /// What is wrong.
  package enum Fault: Hashable, Sendable {
    /// The file cannot be read.
    case unreadable(FileError)
    /// The text does not follow its grammar.
    case syntax(String)
    /// Something that must be there is not; `expected` says what it should be.
    case missing(expected: String)
    /// Something else is there than should be.
    case unexpected(found: String, expected: String)
    /// An id that another place has already.
    case duplicate(String, first: JSONPath)
    /// A task depends on one that the document does not hold.
    case unknownDependency(String)
    /// Tasks wait for each other, each for the next and the last for the first.
    case cycle([TaskID])
    /// A name that nothing has; `known` lists those there are.
    case unknownName(String, what: String, known: [String])
    /// The stages make no workflow.
    case notAWorkflow(WorkflowRejection)
  }

  /// The file, as it was named to the reader.
  package let file: String
  /// Where in it.
  package let place: Place
  /// What is wrong there.
  package let fault: Fault

  /// An error from its parts.
  package init(file: String, place: Place, fault: Fault) {
    self.file = file
    self.place = place
    self.fault = fault
  }

  package var description: String {
    let place = place.description
    return "\(file)\(place.isEmpty || place.hasPrefix(" ") ? "" : ":")\(place): \(sentence)"
  }

  /// What is wrong, without file and place.
  package var sentence: String {
    switch fault {
    case .unreadable(let error): error.sentence
    case .syntax(let problem): problem
    case .missing(let expected): "\(expected) is missing"
    case .unexpected(let found, let expected): "expected \(expected), found \(found)"
    case .duplicate(let id, let first): "'\(id)' is taken: \(first) has it too"
    case .unknownDependency(let id): "no task is called '\(id)'"
    case .cycle(let tasks):
      "tasks wait for each other: "
        + (tasks + tasks.prefix(1)).map(\.text).joined(separator: " → ")
    case .unknownName(let name, let what, let known):
      "'\(name)' is no \(what)" + Self.suggestion(for: name, among: known)
    case .notAWorkflow(let rejection): rejection.sentence
    }
  }

  private static func suggestion(for name: String, among known: [String]) -> String {
    if let near = nearestName(to: name, among: known) { return "; did you mean '\(near)'?" }
    return known.isEmpty ? "" : "; known are \(known.joined(separator: ", "))"
  }
}

extension WorkflowRejection {
  /// Why, in a sentence.
  var sentence: String {
    switch self {
    case .empty: "a workflow needs a stage"
    case .repeated(let stage): "the stage \(stage.rawValue) occurs twice"
    case .outOfOrder(let stage, let before):
      "\(stage.rawValue) cannot come before \(before.rawValue)"
    case .missing(let stage, let neededBy):
      "\(neededBy.rawValue) needs \(stage.rawValue) before it"
    }
  }
}

/// Something odd that could be read anyway.
package struct DocumentWarning: Hashable, Sendable, CustomStringConvertible {
  /// The file, as it was named to the reader.
  package let file: String
  /// Where in it.
  package let place: DocumentError.Place
  /// What is odd, in a sentence.
  package let message: String

  /// A warning from its parts.
  package init(file: String, place: DocumentError.Place, message: String) {
    self.file = file
    self.place = place
    self.message = message
  }

  package var description: String {
    let place = place.description
    return "\(file)\(place.isEmpty || place.hasPrefix(" ") ? "" : ":")\(place): \(message)"
  }
}
