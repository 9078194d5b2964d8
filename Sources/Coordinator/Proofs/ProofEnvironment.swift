// SPDX-License-Identifier: Apache-2.0
// The environment of one proof: a home and a temporary folder that no other run has seen.

import Domain
import FoundationEssentials
import Supervision

/// What a test leaves behind must not help the next run, and what an agent leaves in the user's home
/// must not start with a proof. So `HOME` and `TMPDIR` are fresh, and what toolchains keep in a home
/// is named to them one by one.
enum ProofEnvironment {
  /// The variables of a run whose home and temporary folder lie in `folder`.
  ///
  /// - Parameters:
  ///   - caller: the variables that are passed on, the user's `HOME` among them.
  ///   - shared: which of `HOME` and `TMPDIR` stay the caller's.
  ///   - folder: holds `home` and `tmp`.
  ///   - names: the names in a folder, none where there is no such folder.
  static func variables(
    passing caller: [String: String], sharing shared: Set<String>, folder: String,
    names: (String) -> Set<String>
  ) -> [String: String] {
    var variables = caller
    if !shared.contains("TMPDIR") { variables["TMPDIR"] = folder + "/tmp" }
    guard !shared.contains("HOME"), let home = caller["HOME"] else { return variables }
    variables["HOME"] = folder + "/home"
    for place in toolPlaces where caller[place.variable] == nil {
      let path = "\(home)/\(place.path)"
      if place.isMade || !names(path).isEmpty { variables[place.variable] = path }
    }
    let packages = userPackages(home, names)
    if !packages.isEmpty {
      let path = [caller["PYTHONPATH"]].compactMap { $0 } + packages
      variables["PYTHONPATH"] = path.joined(separator: ":")
      variables["PYTHONNOUSERSITE"] = "1"
    }
    return variables
  }

  private struct ToolPlace {
    let variable: String
    /// Below the home.
    let path: String
    /// Whether the tool makes the folder where there is none: a cache.
    var isMade = false
  }

  private static let toolPlaces = [
    ToolPlace(variable: "CARGO_HOME", path: ".cargo"),
    ToolPlace(variable: "RUSTUP_HOME", path: ".rustup"),
    ToolPlace(variable: "GOPATH", path: "go", isMade: true),
    ToolPlace(variable: "GOCACHE", path: ".cache/go-build", isMade: true),
    ToolPlace(variable: "PYENV_ROOT", path: ".pyenv"),
    ToolPlace(variable: "UV_CACHE_DIR", path: ".cache/uv"),
    ToolPlace(variable: "UV_PYTHON_INSTALL_DIR", path: ".local/share/uv/python"),
    ToolPlace(variable: "POETRY_CACHE_DIR", path: ".cache/pypoetry"),
    ToolPlace(variable: "WORKON_HOME", path: ".local/share/virtualenvs"),
    ToolPlace(variable: "NVM_DIR", path: ".nvm"),
    ToolPlace(variable: "VOLTA_HOME", path: ".volta"),
    ToolPlace(variable: "npm_config_cache", path: ".npm"),
    ToolPlace(variable: "ASDF_DATA_DIR", path: ".asdf"),
    ToolPlace(variable: "MISE_DATA_DIR", path: ".local/share/mise"),
    ToolPlace(variable: "RBENV_ROOT", path: ".rbenv"),
    ToolPlace(variable: "SWIFTLY_HOME_DIR", path: ".local/share/swiftly"),
    ToolPlace(variable: "GRADLE_USER_HOME", path: ".gradle"),
    ToolPlace(variable: "NUGET_PACKAGES", path: ".nuget/packages"),
    ToolPlace(variable: "DENO_DIR", path: ".cache/deno"),
    ToolPlace(variable: "BUN_INSTALL", path: ".bun"),
  ]

  /// Where the user installed Python packages, a test runner perhaps. As a plain search path, since
  /// what a user's site folder holds for start-up would run before every test.
  private static func userPackages(_ home: String, _ names: (String) -> Set<String>) -> [String] {
    let library = "\(home)/.local/lib"
    return names(library).filter { $0.hasPrefix("python3") }.sorted().reversed()
      .map { "\(library)/\($0)/site-packages" }
      .filter { folder in
        let found = names(folder)
        return !found.isEmpty && !found.contains { $0.prefix { $0 != "." } == "sitecustomize" }
      }
  }
}

/// The folder of one proof's home and temporary files.
struct ProofFolder {
  private let folder: PrivateDirectory

  /// - Throws: `SystemError` where it cannot be made.
  init() throws(SystemError) {
    folder = try PrivateDirectory()
    for name in ["home", "tmp"] { try folder.makeFolder(name) }
  }

  /// The variables of a run in it.
  func variables(_ settings: ProofSettings) -> [String: String] {
    ProofEnvironment.variables(
      passing: settings.environment, sharing: settings.sharedFolders, folder: folder.path
    ) { Set(directoryEntries($0)) }
  }

  /// Removes it and all it holds.
  func remove() { folder.remove() }
}
