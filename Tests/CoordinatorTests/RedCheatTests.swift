// SPDX-License-Identifier: Apache-2.0
// Ways of getting a red stage that proves nothing, each with what refuses it.

import Domain
import TestKit
import TestPacing
import Testing

@testable import Coordinator

@Suite(.paced, .enabled(if: SessionFixture.hasPytest, "Debian's python3-pytest is not installed"))
struct RedCheatTests {
  private static let test = ProofCase.twiceTests.mapValues(Optional.some)
  private static let base = [
    "pytest.ini": "[pytest]\nmarkers =\n    slow: takes long\n", "fixtures/six.json": "6\n",
    "tests/test_later.py": "def test_later():\n    assert True\n",
  ]

  private static func beside(_ codes: Set<String>, _ files: [String: String?]) -> Cheat {
    Cheat(files.keys.sorted().joined(separator: " "), codes, test.merging(files) { $1 })
  }

  private static let cheats: [Cheat] = [
    beside(["TDD001"], ["calc/twice.py": "def twice(value):\n    return value * 2\n"]),
    beside(["TDD001"], ["docs/twice.py": "def twice(value):\n    return value * 2\n"]),
    beside(["TDD006"], ["pytest.ini": "[pytest]\naddopts = -k twice\n"]),
    beside(["TDD006"], ["pytest.ini": base["pytest.ini"]! + "addopts = -p calc.twice\n"]),
    beside(
      ["TDD006"],
      ["conftest.py": "def pytest_runtest_makereport(item, call):\n    return None\n"]),
    beside(["TDD006"], ["tests/iniconfig.py": "x = 1\n"]),
    beside(["TDD006"], ["usercustomize.py": "x = 1\n"]),
    beside(["TDD006"], ["fixtures/six.json": nil, "tests/six.json": "6\n"]),
    beside(["TDD006"], ["tests/test_later.py": nil]),
    Cheat(
      "a test that passes", ["TDD002"],
      ["tests/test_twice.py": "def test_twice():\n    assert True\n"]),
    Cheat(
      "a test that cannot be read", ["TDD002"],
      ["tests/test_twice.py": "def test_twice(:\n    assert False\n"]),
    Cheat(
      "a test that is skipped", ["TDD002"],
      [
        "tests/test_twice.py":
          "import pytest\n\n\n@pytest.mark.skip\ndef test_twice():\n    assert False\n"
      ]),
  ]

  @Test(arguments: cheats)
  func `a red that proves nothing is refused`(cheat: Cheat) async throws {
    let outcome = try await ProofCase(base: Self.base).prove(.red, cheat.files)
    #expect(
      cheat.codes.contains(outcome.judgement.code ?? "accepted"),
      "\(outcome.judgement.stopping.map { "\($0.name) \($0.code ?? "") \($0.message)" })")
  }

  private static let honest: [Cheat] = [
    beside([], [:]),
    beside(
      [], ["conftest.py": "import pytest\n\n\n@pytest.fixture\ndef three():\n    return 3\n"]),
    beside([], ["fixtures/three.json": "3\n", "tests/__snapshots__/twice.ambr": "6\n"]),
    beside([], ["pytest.ini": base["pytest.ini"]! + "    quick: does not\n"]),
  ]

  @Test(arguments: honest)
  func `new tests with what they need are accepted`(twin: Cheat) async throws {
    let outcome = try await ProofCase(base: Self.base).prove(.red, twin.files)
    #expect(
      outcome.judgement.isAccepted,
      "\(outcome.judgement.stopping.map { "\($0.name) \($0.code ?? "") \($0.message)" })")
  }
}
