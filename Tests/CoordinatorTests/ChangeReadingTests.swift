// SPDX-License-Identifier: Apache-2.0
// Which lines of a shared configuration file may be about tests.

import Testing

@testable import Coordinator

@Suite struct ChangeReadingTests {
  @Test func `dependencies and linters are nobody's tests`() {
    let before = "[project]\nname = \"a\"\n\n[tool.ruff]\nline-length = 100\n"
    let after = "[project]\nname = \"a\"\ndependencies = [\"x\"]\n\n[tool.ruff]\nline-length = 90\n"
    #expect(PathGroups.testSections(before) == PathGroups.testSections(after))
  }

  @Test(arguments: [
    "[tool.pytest.ini_options]\naddopts = '-k nothing'\n",
    " [tool.pytest.ini_options]\naddopts = '-p evil'\n",
    "[tool]\npytest.ini_options.addopts = '-p evil'\n",
    "tool.pytest.ini_options.addopts = '-p evil'\n",
    "[tool.\"py\\u0074est\".ini_options]\naddopts = '-p evil'\n",
    "[tool]\npytest = {ini_options = {addopts = '-p evil'}}\n",
    "[tool:pytest]\naddopts = -p evil\n", "[testenv]\ncommands = true\n",
    "[project ]\n[tool.pytest.ini_options]\nx = 1\n",
  ])
  func `however a test setting is written, it is seen`(text: String) {
    #expect(PathGroups.testSections(text) != [])
  }
}
