// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

/// Every Swift target is held to the same bar; each upcoming feature links to its proposal.
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),  // SE-0335
  .enableUpcomingFeature("InternalImportsByDefault"),  // SE-0409
  .enableUpcomingFeature("MemberImportVisibility"),  // SE-0444
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),  // SE-0461
  .treatAllWarnings(as: .error),
]

let package = Package(
  name: "orchestrate",
  products: [
    .executable(name: "orchestrate", targets: ["orchestrate"])
  ],
  targets: [
    // MARK: System libraries
    .systemLibrary(
      name: "CGit2", pkgConfig: "libgit2", providers: [.apt(["libgit2-dev"]), .brew(["libgit2"])]),
    .systemLibrary(
      name: "CSQLite", pkgConfig: "sqlite3",
      providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite"])]),
    .systemLibrary(
      name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"]), .brew(["libyaml"])]),
    .systemLibrary(
      name: "CSodium", pkgConfig: "libsodium",
      providers: [.apt(["libsodium-dev"]), .brew(["libsodium"])]),
    .systemLibrary(
      name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    .target(name: "CPlatform", cSettings: [.define("_GNU_SOURCE")]),
    .target(name: "CEarlySupervision", dependencies: ["CPlatform"]),

    // MARK: Values and rules
    .target(name: "Domain", swiftSettings: strict),

    // MARK: The edges, each apart from the others
    .target(name: "Documents", dependencies: ["Domain", "CYAML"], swiftSettings: strict),
    .target(name: "Store", dependencies: ["Domain", "CSQLite", "CZlib"], swiftSettings: strict),
    // Git's objects are deflated; libgit2 lends nobody its own zlib.
    .target(name: "Git", dependencies: ["Domain", "CGit2", "CZlib"], swiftSettings: strict),
    .target(
      name: "Supervision", dependencies: ["Domain", "CPlatform"],
      exclude: ["Reporters"],  // Carried by CPlatform.
      swiftSettings: strict),
    .target(name: "Signing", dependencies: ["Domain", "CSodium"], swiftSettings: strict),
    .target(
      name: "Agents", dependencies: ["Domain", "Documents", "Supervision"], swiftSettings: strict),

    // MARK: The loop and its doors
    .target(
      name: "Coordinator",
      dependencies: [
        "Domain", "Documents", "Store", "Git", "Supervision", "Signing", "Agents",
      ],
      swiftSettings: strict),
    .target(
      name: "Service", dependencies: ["Domain", "Documents", "Coordinator"], swiftSettings: strict),
    .executableTarget(
      name: "orchestrate",
      dependencies: [
        "Domain", "Documents", "Store", "Git", "Supervision", "Signing", "Agents", "Coordinator",
        "Service", "CPlatform", "CEarlySupervision",
      ],
      swiftSettings: strict),

    // MARK: Tests
    .target(name: "TestPacing", swiftSettings: strict),
    .target(
      name: "TestKit",
      dependencies: [
        "Domain", "Documents", "Store", "Git", "Supervision", "Agents", "Coordinator",
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "Trials", dependencies: ["Domain", "Store", "Git", "TestKit"],
      swiftSettings: strict),
    .executableTarget(
      name: "Benchmarks", dependencies: ["Domain", "Git", "Supervision", "Coordinator"],
      swiftSettings: strict),
    .target(
      name: "Simulation",
      dependencies: [
        "Domain", "Documents", "Store", "Git", "Supervision", "Agents", "Coordinator", "TestKit",
      ],
      swiftSettings: strict),
    .executableTarget(name: "Simulate", dependencies: ["Simulation"], swiftSettings: strict),
    .testTarget(name: "DomainTests", dependencies: ["Domain", "TestKit"], swiftSettings: strict),
    .testTarget(
      name: "DocumentsTests", dependencies: ["Documents", "Domain", "TestKit"],
      swiftSettings: strict),
    .testTarget(
      name: "StoreTests", dependencies: ["Store", "Domain", "TestKit", "TestPacing"],
      swiftSettings: strict),
    .testTarget(
      name: "GitTests", dependencies: ["Git", "Domain", "TestKit"], swiftSettings: strict),
    .testTarget(
      name: "SupervisionTests",
      dependencies: ["Supervision", "Domain", "CPlatform", "TestKit", "TestPacing"],
      exclude: ["Reports"],  // Read from the repository.
      swiftSettings: strict),
    .testTarget(
      name: "SigningTests", dependencies: ["Signing", "Domain", "TestKit"], swiftSettings: strict),
    .testTarget(
      name: "AgentsTests",
      dependencies: ["Agents", "Domain", "Documents", "Supervision", "TestKit", "TestPacing"],
      swiftSettings: strict),
    .testTarget(
      name: "CoordinatorTests",
      dependencies: [
        "Coordinator", "Domain", "Documents", "Store", "Git", "Supervision", "Agents", "TestKit",
        "TestPacing",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "CommandLineTests",
      dependencies: ["orchestrate", "Documents", "TestKit", "TestPacing"],
      swiftSettings: strict),
    .testTarget(
      name: "SimulationTests", dependencies: ["Simulation", "Store", "TestKit"],
      swiftSettings: strict),
    .testTarget(name: "TidyTests", dependencies: ["TestKit"], swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c2x
)
