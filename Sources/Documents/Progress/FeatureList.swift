// SPDX-License-Identifier: Apache-2.0
// A project's features and how far each has come.

package import Domain

/// `.claude/progress/feature-list.json` (S2-10, S2-40): `{"features": […]}`, a bare array, or
/// arrays by what became of them, `{"completed": […], "pending": […]}`.
package struct FeatureList: Hashable, Sendable {
  /// A feature.
  package struct Feature: Hashable, Sendable {
    /// Its id; where it has none, its place in the list, from 1.
    package let id: String
    /// What it is.
    package let title: String
    /// How far it has come, as written.
    package let status: WrittenStatus
  }

  /// The features in the file's order.
  package let features: [Feature]
  /// What was odd but could be read.
  package let warnings: [DocumentWarning]

  /// Reads a list.
  ///
  /// - Throws: `DocumentError` where it has none of the three shapes.
  package init(
    parsing bytes: [UInt8], file: String, aliases: StatusAliases
  ) throws(DocumentError) {
    let root = try DocumentField(reading: bytes, file: file)
    var features: [Feature] = []
    var warnings: [DocumentWarning] = []
    for (entries, status) in try Self.lists(of: root, aliases) {
      for entry in try entries.elements("an array of features") {
        let feature = try Feature(
          entry, number: features.count + 1, listed: status, aliases: aliases)
        if feature.status.meaning == nil {
          warnings.append(
            entry.warning(
              "the status '\(feature.status.text)' is not known; it does not count as done"))
        }
        features.append(feature)
      }
    }
    self.features = features
    self.warnings = warnings
  }

  /// The arrays of a file, each with the status that its name gives.
  private static func lists(
    of root: DocumentField, _ aliases: StatusAliases
  ) throws(DocumentError) -> [(DocumentField, WrittenStatus?)] {
    if root.value.array != nil { return [(root, nil)] }
    if let features = try root.optional("features") { return [(features, nil)] }
    let named = try root.members().compactMap { key, field -> (DocumentField, WrittenStatus?)? in
      let word = key.lowercased().hasSuffix("_features") ? String(key.dropLast(9)) : key
      let status = aliases.status(of: word)
      guard field.value.array != nil, status.meaning != nil else { return nil }
      return (field, status)
    }
    guard !named.isEmpty else {
      throw try root.required("features", "the array of features").unexpected("an array")
    }
    return named
  }

  /// How many are done: tested, completed or cancelled.
  package var doneCount: Int { features.count { $0.status.isDone } }

  /// How many are made but not shown to work.
  package var untestedCount: Int { features.count { $0.status.meaning == .implemented } }

  /// How many are neither.
  package var pendingCount: Int { features.count - doneCount - untestedCount }

  /// What the list says as a whole; features that are merely implemented are not done (S2-11).
  package var status: FeatureStatus {
    FeatureStatus(total: features.count, pending: pendingCount, untested: untestedCount)
  }
}

extension FeatureList.Feature {
  init(
    _ entry: DocumentField, number: Int, listed: WrittenStatus?, aliases: StatusAliases
  ) throws(DocumentError) {
    if let text = entry.value.string {
      self.init(
        id: String(number), title: text,
        status: listed ?? WrittenStatus(text: "", meaning: .pending))
      return
    }
    let id = try entry.optional(anyOf: ["id", "feature_id"])
    let title = try entry.optional(anyOf: ["title", "name", "description"])
    let own = try aliases.status(of: entry)
    self.init(
      id: id.map { $0.value.string ?? $0.value.compactText } ?? String(number),
      title: try title?.string() ?? "",
      status: own ?? listed ?? WrittenStatus(text: "", meaning: .pending))
  }
}
