// SPDX-License-Identifier: Apache-2.0
// Code that no test misses, wherever it is put.

import Domain
import TestKit
import TestPacing
import Testing

@testable import Coordinator

@Suite(.paced, .enabled(if: SessionFixture.hasPytest, "Debian's python3-pytest is not installed"))
struct NecessityTests {
  private func findings(_ files: [String: String]) async throws -> [Check] {
    let project = try ProofCase(tests: ProofCase.twiceTests.merging(files) { $1 })
    return try await project.prove(.verify, [:]).judgement.checks
      .filter { $0.name.hasPrefix("verify.necessity") }
  }

  @Test func `a function that no test calls is found, in a new file too`() async throws {
    let unneeded = "\n\ndef thrice(value):\n    return value * 3\n"
    for files in [
      ["calc/twice.py": ProofCase.honest["calc/twice.py"]! + unneeded],
      [
        "calc/twice.py":
          "from calc.product import times\n\n\ndef twice(value):\n    return times(value, 2)\n",
        "calc/product.py": "def times(a, b):\n    return a * b\n" + unneeded
          + "\n\ndef fourfold(value):\n    return value * 4\n",
      ],
    ] {
      let checks = try await findings(files)
      #expect(checks.contains { $0.stops && $0.code == "TDD010" })
      #expect(checks.contains { $0.message.contains("calc/") })
    }
  }

  @Test func `what is no code is not asked about`() async throws {
    let checks = try await findings([
      "calc/twice.py":
        "\"\"\"Twice.\n\nAnd more.\n\"\"\"\n\n# A function.\n\n\ndef twice(value):\n"
        + "    \"\"\"Doubles.\"\"\"\n    # Multiplication.\n    return value * 2\n",
      "calc/notes.py": "# Nothing yet.\n",
    ])
    #expect(checks.allSatisfy { $0.verdict == .pass })
  }
}
