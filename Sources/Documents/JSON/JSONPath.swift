// SPDX-License-Identifier: Apache-2.0
// Where in a JSON document something stands.

/// A place in a JSON document, written `tasks[3].files[0]`; the root is written `$`.
package struct JSONPath: Hashable, Sendable, CustomStringConvertible {
  /// One step down.
  package enum Step: Hashable, Sendable {
    case key(String)
    case index(Int)
  }

  /// The steps from the root.
  package let steps: [Step]

  /// A path from its steps; the root by default.
  package init(_ steps: [Step] = []) { self.steps = steps }

  /// The path one key further down.
  package func appending(_ key: String) -> JSONPath { JSONPath(steps + [.key(key)]) }

  /// The path one element further down.
  package func appending(_ index: Int) -> JSONPath { JSONPath(steps + [.index(index)]) }

  package var description: String {
    var text = ""
    for step in steps {
      switch step {
      case .index(let index): text += "[\(index)]"
      case .key(let key) where Self.isWord(key): text += text.isEmpty ? key : "." + key
      case .key(let key): text += "[\(JSONValue.string(key).compactText)]"
      }
    }
    return text.isEmpty ? "$" : text
  }

  private static func isWord(_ key: String) -> Bool {
    !key.isEmpty && key.utf8.count <= 80
      && key.unicodeScalars.allSatisfy {
        $0.properties.isAlphabetic || $0 == "_" || $0 == "-" || ("0"..."9").contains($0)
      }
  }
}

extension JSONPath: ExpressibleByArrayLiteral {
  /// A path of keys.
  package init(arrayLiteral elements: String...) { steps = elements.map { .key($0) } }
}
