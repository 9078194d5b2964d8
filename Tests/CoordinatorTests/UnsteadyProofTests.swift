// SPDX-License-Identifier: Apache-2.0
// Tests that do not do the same each time: whose they are decides what becomes of them.

import Domain
import FoundationEssentials
import TestKit
import TestPacing
import Testing

@testable import Coordinator

@Suite(.paced, .enabled(if: SessionFixture.hasPytest, "Debian's python3-pytest is not installed"))
struct UnsteadyProofTests {
  /// Python that does one thing the first time that any run comes by, and another ever after.
  private func once(_ first: String, then later: String) -> String {
    """
    import os


    def first():
        if os.path.exists("HERE/seen"):
            return False
        open("HERE/seen", "w").close()
        return True


    def twice(value):
        return (\(first)) if first() else (\(later))


    def add(a, b):
        return 0 if first() else a + b

    """
  }

  @Test func `a test that passes by luck is no proof`() async throws {
    let outcome = try await ProofCase().prove(
      .green, ["calc/twice.py": once("value * 2", then: "0")])
    #expect(outcome.judgement.code == "TDD009")
  }

  @Test func `what an earlier run left behind helps no later one`() async throws {
    for folder in ["tempfile.gettempdir()", "os.path.expanduser('~')"] {
      let outcome = try await ProofCase().prove(
        .green,
        [
          "calc/twice.py": """
          import os
          import tempfile


          def twice(value):
              mark = os.path.join(\(folder), "seen")
              if os.path.exists(mark):
                  return value * 2
              open(mark, "w").close()
              return 0

          """
        ])
      #expect(outcome.judgement.code == "TDD007")
    }
  }

  @Test func `an older test that the change made unsteady is refused`() async throws {
    let outcome = try await ProofCase().prove(
      .green,
      ProofCase.honest.mapValues(Optional.some).merging([
        "calc/basic.py": once("0", then: "value")
      ]) { $1 })
    #expect(outcome.judgement.code == "TDD009")
    #expect(outcome.judgement.stopping.contains { $0.message.contains("test_add") })
  }

  @Test func `an older test that the change broke is a regression`() async throws {
    let outcome = try await ProofCase().prove(
      .green,
      ProofCase.honest.mapValues(Optional.some).merging([
        "calc/basic.py": "def add(a, b):\n    return 0\n"
      ]) { $1 })
    #expect(outcome.judgement.code == "TDD008")
  }

  /// Fails every second time, the first time too.
  private let fickle = [
    "tests/test_basic.py": """
    import os


    def test_add():
        mark = "HERE/odd"
        if os.path.exists(mark):
            os.remove(mark)
        else:
            open(mark, "w").close()
            assert False

    """
  ]

  @Test func `an older test that is unsteady by itself is set aside, by name`() async throws {
    let project = try ProofCase(base: fickle)
    let outcome = try await project.prove(.green, ProofCase.honest.mapValues(Optional.some))
    #expect(outcome.judgement.isAccepted, "\(outcome.judgement.stopping)")
    let check = outcome.judgement.checks.first { $0.name == "green.quarantined" }
    #expect(check?.level == .warn)
    #expect(check?.message.contains("test_add") == true)
    #expect(outcome.evidence.contains { $0.kind == .again })
  }

  @Test func `a base that is red now and then is no red base`() async throws {
    let project = try ProofCase(base: fickle)
    let outcome = try await project.prove(.red, ProofCase.twiceTests.mapValues(Optional.some))
    #expect(outcome.judgement.isAccepted, "\(outcome.judgement.stopping)")
  }

  @Test func `a base that is always red is`() async throws {
    let project = try ProofCase(
      base: ["tests/test_basic.py": "def test_add():\n    assert False\n"])
    let outcome = try await project.prove(.red, ProofCase.twiceTests.mapValues(Optional.some))
    #expect(outcome.judgement.code == "TDD011")
  }

  @Test func `tests whose supervisor is killed are run again, in a folder that nothing writes in`()
    async throws
  {
    let test = """
      import os, signal, time
      from calc.twice import twice


      def test_twice():
          if not os.path.exists("HERE/killed"):
              open("HERE/killed", "w").close()
              os.kill(os.getppid(), signal.SIGKILL)
              time.sleep(60)
          assert twice(3) == 6

      """
    let proof = try ProofCase(tests: ["tests/test_twice.py": test])
    let outcome = try await proof.prove(.green, ProofCase.honest)
    #expect(outcome.judgement.isAccepted, "\(outcome.judgement)")
    #expect(FileManager.default.fileExists(atPath: proof.repository.container + "/killed"))
  }
}
