// SPDX-License-Identifier: Apache-2.0
// What manifests call the project's own, and what they call others'.

import Testing

@testable import Coordinator

@Suite struct ManifestNamesTests {
  @Test func `crates are called as the code writes them`() {
    let text = """
      [package]
      name = "calc-engine"
      version = "0.1.0"
      [lib]
      name= "calc"
      [dependencies]
      serde = "1"
      other = { package = "renamed", version = "1" }
      """
    #expect(ManifestNames.names(in: text, at: "Cargo.toml") == ["calc_engine", "calc"])
  }

  @Test func `a module is its path, and its last component as a package`() {
    let text = "// x\nmodule example.com/calc\n\ngo 1.19\nrequire example.com/other v1.0.0\n"
    #expect(ManifestNames.names(in: text, at: "a/go.mod") == ["example.com/calc", "calc"])
  }

  @Test func `what a package depends on is not its own`() {
    let text = """
      let package = Package(
        name: "calc",
        dependencies: [.package(name: "away", path: "../away")],
        targets: [
          .target(
            name: "Calc", dependencies: [.product(name: "ArgumentParser", package: "x")]),
          .testTarget(name: "CalcTests"),
        ])
      """
    #expect(ManifestNames.names(in: text, at: "Package.swift") == ["calc", "Calc", "CalcTests"])
  }

  @Test func `a CMake project names its libraries and programs`() {
    let text = "project(calc CXX)\nadd_library( engine src/a.cpp)\nadd_executable(tool)\n"
    #expect(ManifestNames.names(in: text, at: "CMakeLists.txt") == ["calc", "engine", "tool"])
  }

  @Test func `other files name nothing`() {
    #expect(ManifestNames.names(in: "name = \"x\"", at: "pyproject.toml").isEmpty)
  }
}
