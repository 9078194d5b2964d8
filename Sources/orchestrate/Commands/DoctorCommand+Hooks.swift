// SPDX-License-Identifier: Apache-2.0
// What can keep a registered hook from being asked: agents say nothing of it themselves.

import Documents
import Domain
import Glibc

extension DoctorCommand {
  /// Findings on the agents' hooks; one where none is registered.
  static func hooks(_ root: String, environment: EnvironmentLookup) -> [Finding] {
    var findings: [Finding] = []
    var registered: [HookRegistration] = []
    for agent in HookRegistration.allCases {
      do throws(DocumentError) {
        if try isRegistered(agent, root) { registered.append(agent) }
      } catch {
        findings.append(
          Finding(name: "hooks", status: .odd, detail: "\(agent.file) cannot be used: \(error)"))
      }
    }
    guard !registered.isEmpty else {
      return findings + [
        Finding(
          name: "hooks", status: .good,
          detail: "none is registered with an agent; see orchestrate init --hooks")
      ]
    }
    let names = registered.map(\.name).joined(separator: " and ")
    let isFound = isExecutable("orchestrate", in: environment("PATH") ?? "")
    findings.append(
      Finding(
        name: "hooks", status: isFound ? .good : .odd,
        detail: isFound
          ? "registered with \(names)"
          : "\(names) will not find 'orchestrate' in PATH, and goes on without its hooks",
        remedy: isFound ? nil : "put the folder of orchestrate into PATH"))
    if registered.contains(.codex) {
      findings.append(
        Finding(
          name: "hooks", status: .odd,
          detail: "Codex skips hooks that nobody trusted, without a word; "
            + "whether these are trusted cannot be seen from here",
          remedy: "codex, then /hooks"))
    }
    return findings
  }

  private static func isRegistered(
    _ agent: HookRegistration, _ root: String
  ) throws(DocumentError) -> Bool {
    let path = "\(root)/\(agent.file)"
    let bytes: [UInt8]?
    do throws(FileError) {
      bytes = try readFileIfPresent(path, limit: 4 << 20)
    } catch {
      throw DocumentError(file: path, place: .whole, fault: .unreadable(error))
    }
    return try bytes.map { (bytes) throws(DocumentError) in
      try agent.isRegistered(in: bytes, path: path)
    } ?? false
  }
}
