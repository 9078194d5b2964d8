// SPDX-License-Identifier: Apache-2.0
// What concerns tests in the files that Python projects share among their tools.

/// The sections of `pyproject.toml` and `setup.cfg`.
enum PythonSections {
  /// An allow-list, since TOML has many ways to write a key: what is not known to be about
  /// something else may be about tests.
  @Sendable static func pyproject(_ name: String?) -> SectionedText.Relevance {
    guard let name, isKnown(name, harmless), !isEntryPoints(name) else { return .all }
    return .lines(namesRunner)
  }

  /// `console_scripts` begin no test.
  @Sendable static func setup(_ name: String?) -> SectionedText.Relevance {
    guard let name else { return .all }
    if name == "options.entry_points" { return .allBut(["console_scripts", "gui_scripts"]) }
    return pyproject(name)
  }

  /// Whether a line names the test runner, what it is made of, or where plugins are announced.
  @Sendable static func namesRunner(_ line: String) -> Bool {
    let text = line.lowercased()
    return ["pytest", "pluggy", "iniconfig", "unittest", "entry-points", "entry_points", "plugins"]
      .contains(where: text.contains)
  }

  private static func isEntryPoints(_ name: String) -> Bool {
    ["entry-points", "entry_points", "plugins", "sources"].contains(where: name.contains)
  }

  private static func isKnown(_ name: String, _ known: [String]) -> Bool {
    known.contains { name == $0 || name.hasPrefix($0 + ".") }
  }

  private static let harmless = [
    "project", "build-system", "dependency-groups", "tool.black", "tool.ruff", "tool.isort",
    "tool.mypy", "tool.pyright", "tool.setuptools", "tool.hatch.build", "tool.hatch.version",
    "tool.poetry", "tool.pdm", "tool.flit", "tool.uv", "metadata", "options", "bdist_wheel",
    "flake8", "mypy", "isort", "pycodestyle",
  ]
}
