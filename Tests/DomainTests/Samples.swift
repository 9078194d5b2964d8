// SPDX-License-Identifier: Apache-2.0
// The values that many claims are made about, named once.

import Domain
import FoundationEssentials
import Testing

extension ObjectID {
  /// An object whose name repeats one digit.
  static func sample(_ digit: Int) -> ObjectID {
    ObjectID(String(repeating: String(digit % 16, radix: 16), count: 40))!
  }
}

extension Fence {
  static let old = Fence(6)!
  static let held = Fence(7)!
  static let newer = Fence(8)!
}

extension BootInstant {
  static func at(_ milliseconds: Int, boot: String = "boot-a") -> BootInstant {
    BootInstant(bootID: boot, milliseconds: milliseconds)
  }
}

extension Lease {
  /// Ends at 1 000 ms of the first boot.
  static let sample = Lease(expires: .at(1_000), expiresAt: Timestamp(milliseconds: 9_000))
}

extension Claim {
  static func sample(_ fence: Fence = .held) -> Claim {
    Claim(
      fence: fence, worker: "worker-1", claimedAt: Timestamp(milliseconds: 8_000), lease: .sample)
  }
}

extension Submission {
  static let sample = Submission(
    tree: .sample(3), report: Digest.sha256(of: "report".utf8),
    submittedAt: Timestamp(milliseconds: 8_500))
}

extension Feedback {
  static func sample(_ attempt: Int) -> Feedback {
    Feedback(attempt: attempt, code: "TDD002", message: "refused \(attempt)", evidence: [])
  }
}

extension Workflow {
  static let full = sample([.design, .red, .green, .refactor, .verify, .review, .document])

  static func sample(_ stages: [Stage]) -> Workflow {
    do {
      return try Workflow(
        name: "sample", steps: stages.map { Step(stage: $0, role: .specialist) })
    } catch {
      preconditionFailure("the sample is no workflow: \(error)")
    }
  }
}

/// Expects that a value survives being written as JSON and read again, and is written alike then.
func expectRoundTrip<Value: Codable & Equatable>(
  _ value: Value, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys]
  let written = try encoder.encode(value)
  let read = try JSONDecoder().decode(Value.self, from: written)
  #expect(read == value, sourceLocation: sourceLocation)
  let again = try encoder.encode(read)
  #expect(again == written, sourceLocation: sourceLocation)
}

/// Reads a value from JSON.
func decoded<Value: Decodable>(_ type: Value.Type, _ json: String) throws -> Value {
  try JSONDecoder().decode(type, from: Data(json.utf8))
}
