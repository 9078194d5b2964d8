// SPDX-License-Identifier: Apache-2.0
// Which target may import what: dependencies point one way only.

/// The target table. Whoever adds a dependency to the manifest adds it here, and says why there.
let mayImport: [String: Set<String>] = [
  "Domain": [],
  "Documents": ["Domain", "CYAML", "CMark"],
  "Store": ["Domain", "CSQLite", "CPostgres", "CSodium", "CZlib"],
  "Signing": ["Domain", "CSodium"],
  "Git": ["Domain", "CGit2", "CZlib"],
  "Supervision": ["Domain", "CPlatform"],
  "Agents": ["Domain", "Documents", "Supervision"],
  "Coordinator": ["Domain", "Documents", "Store", "Git", "Supervision", "Signing", "Agents"],
  "Service": ["Domain", "Documents", "Coordinator", "CEvent"],
  "orchestrate": [
    "Domain", "Documents", "Store", "Git", "Supervision", "Signing", "Agents", "Coordinator",
    "Service", "CPlatform",
  ],
  "TestKit": [
    "Domain", "Documents", "Store", "Git", "Supervision", "Agents", "Coordinator", "Testing",
  ],
  "TestPacing": ["Testing"],
  "Trials": ["Domain", "Store", "Git", "TestKit"],
  "Benchmarks": ["Domain", "Git", "Supervision", "Coordinator"],
  "Simulation": [
    "Domain", "Documents", "Store", "Git", "Supervision", "Agents", "Coordinator", "TestKit",
  ],
  "Simulate": ["Simulation"],
]

/// What comes with the toolchain and is open to every target that does input or output.
let toolchainModules: Set<String> = [
  "Dispatch", "FoundationEssentials", "Glibc", "Synchronization",
]

/// The module that a line imports; `nil` where it imports none.
private func importedModule(_ line: String) -> String? {
  var words = line.split(separator: " ").map(String.init)
  while let first = words.first, first != "import" {
    let isModifier = ["package", "public", "internal", "fileprivate", "private"].contains(first)
    guard isModifier || first.hasPrefix("@") else { return nil }
    words.removeFirst()
  }
  guard words.count >= 2 else { return nil }
  let kinds = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
  let name = kinds.contains(words[1]) && words.count > 2 ? words[2] : words[1]
  return name.split(separator: ".").first.map(String.init)
}

private func imports(_ file: SourceText) -> [(line: Int, module: String)] {
  file.code.enumerated().compactMap { index, line in
    importedModule(line).map { (index + 1, $0) }
  }
}

let importRules: [Rule] = [
  Rule(
    "a target imports only what stands below it",
    plant: Plant([
      (
        "Sources/Store/Journal.swift",
        """
        import Glibc
        package import Domain
        »import Git
        »@preconcurrency import struct Agents.Packet
        let text = \"""
        import Coordinator
        \"""
        """
      ),
      ("Sources/Domain/Fence.swift", "»import Synchronization"),
      ("Sources/Service/Wire.swift", "import Documents\n»import Store"),
      ("Sources/Extra/Extra.swift", "»struct Extra {}"),
    ]),
    file: { file in
      guard file.isSwift, let target = file.target else { return [] }
      guard let allowed = mayImport[target] else {
        return [(1, "the target \(target) is not in the target table")]
      }
      let known = target == "Domain" ? allowed : allowed.union(toolchainModules)
      return imports(file).filter { !known.contains($0.module) && $0.module != "Foundation" }
        .map { ($0.line, "\(target) may not import \($0.module)") }
    }),
  Rule(
    "nothing imports Foundation",
    plant: Plant(
      "Tests/StoreTests/ATests.swift",
      """
      import FoundationEssentials
      »import Foundation
      »@preconcurrency import Foundation
      »import struct Foundation.Date
      // import Foundation
      """),
    file: { file in
      imports(file).filter { $0.module == "Foundation" }
        .map { ($0.line, "import FoundationEssentials, or Glibc, in place of Foundation") }
    }),
]
