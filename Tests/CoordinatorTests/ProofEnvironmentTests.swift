// SPDX-License-Identifier: Apache-2.0
// What a proof gets of the user's home.

import TestPacing
import Testing

@testable import Coordinator

@Suite(.paced) struct ProofEnvironmentTests {
  private func variables(
    sharing shared: Set<String> = [], _ folders: [String: Set<String>] = [:],
    _ more: [String: String] = [:]
  ) -> [String: String] {
    ProofEnvironment.variables(
      passing: ["HOME": "/u", "TMPDIR": "/t", "PATH": "/bin"].merging(more) { $1 },
      sharing: shared, folder: "/p"
    ) { folders[$0] ?? [] }
  }

  @Test func `home and temporary folder are the proof's own unless they are named`() {
    #expect(variables()["HOME"] == "/p/home")
    #expect(variables()["TMPDIR"] == "/p/tmp")
    #expect(variables(sharing: ["HOME", "TMPDIR"])["HOME"] == "/u")
    #expect(variables(sharing: ["HOME", "TMPDIR"])["TMPDIR"] == "/t")
    #expect(variables(sharing: ["HOME"])["CARGO_HOME"] == nil)
  }

  @Test func `toolchains find what they keep in the user's home`() {
    let found = variables(["/u/.cargo": ["bin"]], ["RUSTUP_HOME": "/r"])
    #expect(found["CARGO_HOME"] == "/u/.cargo")
    #expect(found["RUSTUP_HOME"] == "/r")
    #expect(found["GOCACHE"] == "/u/.cache/go-build")
    #expect(found["NVM_DIR"] == nil)
  }

  @Test func `packages of the user's are found, and what starts with Python there is not run`() {
    let library = "/u/.local/lib"
    let packages = "\(library)/python3.11/site-packages"
    let found = variables([library: ["python3.11"], packages: ["pytest", "usercustomize.py"]])
    #expect(found["PYTHONPATH"] == packages)
    #expect(found["PYTHONNOUSERSITE"] == "1")
    let hostile = variables([library: ["python3.11"], packages: ["pytest", "sitecustomize.py"]])
    #expect(hostile["PYTHONPATH"] == nil)
  }
}
