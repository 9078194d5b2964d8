// SPDX-License-Identifier: Apache-2.0
// What a change of a shared file means for the tests.

import Testing

@testable import Coordinator

@Suite struct TestSettingsTests {
  /// A file, its text before and after, and what that does to the tests.
  struct Case: CustomTestStringConvertible, Sendable {
    let path: String
    let old: String
    let new: String
    let effect: TestSettings.Effect

    init(_ path: String, _ old: String, _ new: String, _ effect: TestSettings.Effect) {
      self.path = path
      self.old = old
      self.new = new
      self.effect = effect
    }

    var testDescription: String { "\(path): \(old) → \(new)" }
  }

  private static let cargo = "[package]\nname = \"a\"\n[lib]\ntest = true\n[dependencies]\n"
  private static let package = """
    let package = Package(targets: [
      .target(name: "A"),
      .testTarget(name: "ATests", dependencies: ["A"]),
    ])
    """
  private static let cmake = """
    add_library(a a.cpp)
    enable_testing()
    add_executable(check_a check.cpp)
    add_test(NAME a COMMAND check_a)
    """

  private static let cases = [
    Case("pyproject.toml", "[project]\nname = 'a'\n", "[project]\nname = 'b'\n", .none),
    Case("pyproject.toml", "[project]\n", "[project]\nentry-points.pytest11.a = 'b'\n", .bent),
    Case("pyproject.toml", "", "[tool.uv.sources]\npytest = { path = 'evil' }\n", .extended),
    Case(
      "pyproject.toml", "[tool.pytest.ini_options]\naddopts = '-q'\n",
      "[tool.pytest.ini_options]\naddopts = '-q -k x'\n", .bent),
    Case(
      "pyproject.toml", "", "[tool.pytest.ini_options]\npythonpath = ['src']\n", .extended),
    Case("setup.cfg", "", "[options.entry_points]\nconsole_scripts =\n    a = b\n", .none),
    Case("setup.cfg", "", "[options.entry_points]\npytest11 =\n    a = b\n", .bent),
    Case("setup.py", "setup()\n", "setup(name='a')\n", .none),
    Case("setup.py", "setup()\n", "setup(entry_points={'pytest11': ['a = b']})\n", .bent),
    Case("tox.ini", "[testenv]\ncommands = pytest\n", "[testenv]\ncommands = true\n", .bent),
    Case("package.json", "{}", #"{"dependencies": {"a": "1"}}"#, .none),
    Case("package.json", #"{"scripts": {"start": "a"}}"#, #"{"scripts": {"start": "b"}}"#, .none),
    Case("package.json", #"{"scripts": {"test": "a"}}"#, #"{"scripts": {"test": "b"}}"#, .bent),
    Case(
      "package.json", #"{"scripts": {"test": "npm run x", "x": "a"}}"#,
      #"{"scripts": {"test": "npm run x", "x": "b"}}"#, .bent),
    Case("package.json", "{}", #"{"jest": {"testMatch": []}}"#, .bent),
    Case("package.json", "{}", #"{"devDependencies": {"jest": "file:evil"}}"#, .bent),
    Case("package.json", "{}", "{", .bent),
    Case("Cargo.toml", cargo, cargo + "serde = \"1\"\n", .none),
    Case("Cargo.toml", cargo, cargo.replacing("true", with: "false"), .bent),
    Case("Cargo.toml", cargo, cargo + "[[test]]\nname = \"b\"\n", .extended),
    Case("Cargo.toml", cargo, cargo + "[[test]]\nname = \"b\"\nharness = false\n", .bent),
    Case("Cargo.toml", cargo, "autotests = false\n" + cargo, .bent),
    Case("Cargo.toml", cargo, cargo + "[patch.crates-io]\nassert = { path = \"x\" }\n", .bent),
    Case("Package.swift", package, package.replacing("\"A\")", with: "\"A\", path: \"x\")"), .none),
    Case("Package.swift", package, package.replacing("[\"A\"]", with: "[]"), .bent),
    Case(
      "Package.swift", package,
      package.replacing("\n])", with: "\n  .testTarget(name: \"BTests\"),\n])"), .extended),
    Case("CMakeLists.txt", cmake, cmake.replacing("a a.cpp", with: "a a.cpp b.cpp"), .none),
    Case("CMakeLists.txt", cmake, cmake.replacing("check.cpp", with: "other.cpp"), .bent),
    Case("CMakeLists.txt", cmake, cmake.replacing("enable_testing()", with: ""), .bent),
    Case("CMakeLists.txt", cmake, cmake + "\nadd_test(NAME b COMMAND b_test)\n", .extended),
    Case(
      "CMakeLists.txt", cmake,
      cmake + "\nset_tests_properties(a PROPERTIES WILL_FAIL TRUE)\n", .bent),
    Case("go.mod", "module a\n", "module a\nrequire b v1\n", .none),
    Case("go.mod", "module a\n", "module a\nreplace (\n  b => ./evil\n)\n", .bent),
    Case("conftest.py", "", "@pytest.fixture\ndef a():\n    return 1\n", .extended),
    Case("conftest.py", "a = 1\n", "a = 2\n", .bent),
    Case(
      "conftest.py", "", "def pytest_collection_modifyitems(items):\n    items.clear()\n", .bent),
    Case(".cargo/config.toml", "", "[target.x]\nrunner = \"true\"\n", .bent),
    Case("jest.config.js", "a\n", "a\nb\n", .bent),
  ]

  @Test(arguments: cases)
  func `only the parts about tests count`(change: Case) {
    #expect(
      TestSettings.effect(of: change.path, from: change.old, to: change.new) == change.effect)
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
    "[project]\n\"\\u0065ntry-points\".pytest11.a = 'b'\n",
  ])
  func `however a test setting is written, it is seen`(text: String) {
    #expect(TestSettings.effect(of: "pyproject.toml", from: nil, to: text) != .none)
  }
}
