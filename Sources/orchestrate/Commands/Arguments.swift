// SPDX-License-Identifier: Apache-2.0
// Words of the command line, read into values that cannot be wrong.

import Coordinator
import Documents
import Domain
import Glibc

enum Arguments {
  static func session(_ text: String?) throws(Problem) -> SessionID? {
    guard let text else { return nil }
    guard let id = SessionID(text) else {
      throw .usage(
        "'\(text)' names no session", reason: "39, 039 and session-039 name the same one",
        remedy: "orchestrate session list")
    }
    return id
  }

  static func handoff(_ text: String) throws(Problem) -> HandoffID {
    guard let id = HandoffID(text) else {
      throw .usage(
        "'\(text)' names no handoff", reason: "one is called like 039-17",
        remedy: "orchestrate handoff list")
    }
    return id
  }

  static func task(_ text: String) throws(Problem) -> TaskID {
    guard let id = TaskID(text) else {
      throw .usage("'\(text)' names no task", remedy: "orchestrate task list")
    }
    return id
  }

  /// The roles that names in the wild stand for; all five where none is named.
  static func roles(_ names: [String]) throws(Problem) -> Set<Role> {
    guard !names.isEmpty else { return Set(Role.allCases) }
    var roles: Set<Role> = []
    let aliases: RoleAliases
    do throws(DocumentError) {
      aliases = try ShippedFiles.embedded.roleAliases()
    } catch {
      throw .defect(error, in: "the program's own files")
    }
    for name in names {
      guard let role = aliases.role(of: name) else {
        throw .usage(
          "'\(name)' names no role",
          reason: "there are \(listed(Role.allCases.map(\.rawValue))), and aliases of them",
          remedy: "orchestrate handoff claim --help")
      }
      roles.insert(role)
    }
    return roles
  }

  /// A path as typed in a folder, from the project's root.
  static func projectPath(
    _ typed: String, root: String, directory: String
  ) throws(Problem) -> String {
    let here = realpath(directory, nil).map { found in
      defer { free(found) }
      return String(cString: found)
    }
    var parts: [Substring] = []
    let whole = typed.hasPrefix("/") ? typed : "\(here ?? root)/\(typed)"
    for part in whole.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    let path = "/" + parts.joined(separator: "/")
    guard path.hasPrefix(root + "/") else {
      throw .usage(
        "\(typed) is not a path below \(root)", remedy: "orchestrate rollback --help")
    }
    return String(path.dropFirst(root.count + 1))
  }

  /// A file's text; `-` reads standard input.
  static func file(_ path: String) throws(Problem) -> String {
    let bytes: [UInt8]?
    do throws(FileError) {
      bytes = try readFileIfPresent(path == "-" ? "/dev/stdin" : path)
    } catch {
      throw Problem(
        code: "INPUT002", exit: .badInput, message: "\(path) cannot be read", reason: "\(error)")
    }
    guard let bytes else {
      throw Problem(code: "INPUT001", exit: .notFound, message: "there is no file \(path)")
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
