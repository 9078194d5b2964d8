// SPDX-License-Identifier: Apache-2.0
// The compilers that the runners' tests need, where this machine has them.

import Domain
import Glibc
import Supervision
import TestKit

/// A toolchain and what its tools must be told, the home folder being another one.
struct Toolchain {
  let tool: String
  /// Beside the places that every `PATH` names.
  private let places: [String]
  /// What the tools look up in the home folder otherwise.
  private let homes: [String: String]

  static let cargo = Toolchain(
    tool: "cargo", places: ["\(home)/.cargo/bin"],
    homes: ["RUSTUP_HOME": "\(home)/.rustup", "CARGO_HOME": "\(home)/.cargo"])
  static let go = Toolchain(
    tool: "go", places: ["/usr/local/go/bin"], homes: ["GOCACHE": "\(home)/.cache/go-build"])
  static let cmake = Toolchain(tool: "cmake", places: [], homes: [:])
  static let swift = Toolchain(
    tool: "swift", places: ["/opt/swift/usr/bin", "/usr/share/swift/usr/bin"], homes: [:])

  private static var home: String { variable("HOME") ?? "/root" }

  private static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }

  var environment: [String: String] {
    let path = [Self.variable("PATH") ?? "/usr/bin:/bin"] + places
    let set = homes.map { ($0.key, Self.variable($0.key) ?? $0.value) }
    return Dictionary(uniqueKeysWithValues: set)
      .merging(["PATH": path.joined(separator: ":")]) { $1 }
  }

  var isInstalled: Bool {
    (environment["PATH"] ?? "").split(separator: ":").contains {
      access("\($0)/\(tool)", X_OK) == 0
    }
  }

  /// `cargo build --keep-going`, which tells of every error, came with 1.74.
  static let hasCargo =
    InstalledVersion(of: "cargo", path: cargo.environment["PATH"] ?? "")
    .map { $0 >= .init(1, 74) } ?? false
}

extension TestRun {
  /// What a compiler refused, where that is all that a run has to say.
  var buildErrors: [TestIdentity: [BuildError]] {
    guard case .ran(let results) = self else { return [:] }
    var errors: [TestIdentity: [BuildError]] = [:]
    for result in results {
      if case .errored(let failure) = result.outcome, case .notBuilt(let refused) = failure.cause {
        errors[result.identity] = refused
      }
    }
    return errors
  }
}

extension BuildError {
  /// `tests/mul.rs: mul in calc`, or the message where no name is missing.
  var brief: String {
    guard let missing else { return "\(file): \(message)" }
    let place =
      switch missing.place {
      case .unknown: "?"
      case .named(let name): name
      case .folder(let folder): "\(folder)/"
      }
    return "\(file): \(missing.symbol) in \(place)"
  }
}
