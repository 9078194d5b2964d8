// SPDX-License-Identifier: Apache-2.0
// Why a text is no YAML that we read, and where.

/// A text that is no YAML, or uses parts of it that are refused: aliases, several documents, keys
/// that are not plain text, more than 10 000 values, more than 50 levels.
package struct YAMLSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The line, from 1.
  package let line: Int
  /// The column, from 1.
  package let column: Int
  /// What is wrong there.
  package let reason: String

  package var description: String { "line \(line), column \(column): \(reason)" }
}
