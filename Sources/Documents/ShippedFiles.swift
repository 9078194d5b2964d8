// SPDX-License-Identifier: Apache-2.0
// The roles, workflows and tables that come with the program.

package import Domain

/// The files of `agents/` and `config/` by their paths in the repository, such as
/// `config/workflows/bug-fix.md`. The program carries them in itself and hands them in.
package struct ShippedFiles: Hashable, Sendable {
  private let files: [String: [UInt8]]

  /// The files by their paths.
  package init(_ files: [String: [UInt8]]) { self.files = files }

  /// The paths, sorted.
  package var paths: [String] { files.keys.sorted() }

  /// The bytes of a file.
  ///
  /// - Throws: `DocumentError` where the program carries no such file.
  package func bytes(of path: String) throws(DocumentError) -> [UInt8] {
    guard let bytes = files[path] else {
      throw DocumentError(
        file: path, place: .whole,
        fault: .unknownName(path, what: "file that the program carries", known: paths))
    }
    return bytes
  }

  /// The words for statuses.
  ///
  /// - Throws: `DocumentError` where `config/statuses.json` is missing or damaged.
  package func statusAliases() throws(DocumentError) -> StatusAliases {
    try StatusAliases(parsing: try bytes(of: "config/statuses.json"), file: "config/statuses.json")
  }

  /// The names for roles.
  ///
  /// - Throws: `DocumentError` where `config/roles.json` is missing or damaged.
  package func roleAliases() throws(DocumentError) -> RoleAliases {
    try RoleAliases(parsing: try bytes(of: "config/roles.json"), file: "config/roles.json")
  }

  /// The gates.
  ///
  /// - Throws: `DocumentError` where `config/gates.json` is missing or damaged.
  package func gates() throws(DocumentError) -> [GateDefinition] {
    try GateCatalogue.parse(try bytes(of: "config/gates.json"), file: "config/gates.json")
  }

  /// The workflows, by their files' names.
  ///
  /// - Throws: `DocumentError` where one is damaged.
  package func workflows() throws(DocumentError) -> [WorkflowDocument] {
    let aliases = try roleAliases()
    var workflows: [WorkflowDocument] = []
    for path in paths where path.hasPrefix("config/workflows/") {
      let text = String(decoding: try bytes(of: path), as: UTF8.self)
      workflows.append(try WorkflowDocument.parse(text, file: path, aliases: aliases))
    }
    return workflows
  }

  /// The prompt of a role.
  ///
  /// - Throws: `DocumentError` where its file is missing.
  package func definition(of role: Role) throws(DocumentError) -> RoleDefinition {
    let path = "agents/\(role.rawValue).md"
    let text = String(decoding: try bytes(of: path), as: UTF8.self)
    return RoleDefinition(parsing: text, file: path)
  }
}
