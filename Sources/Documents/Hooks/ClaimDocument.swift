// SPDX-License-Identifier: Apache-2.0
// The small file beside a claim's workspace that a hook reads instead of the store.

package import Domain

/// What a hook has to know of a claim: `hook.json`, beside the folder that the agent works in and
/// so no part of what it hands in.
package struct ClaimDocument: Hashable, Sendable {
  /// The handoff that was claimed.
  package let handoff: HandoffID
  /// The claim's fence.
  package let fence: Fence
  /// The task that it belongs to.
  package let task: TaskID
  /// What is to be done.
  package let stage: Stage
  /// The user's project, where the claim is handed in.
  package let project: String
  /// Patterns of the files that hold tests.
  package let tests: [String]
  /// Patterns of the files that select or configure tests.
  package let testConfiguration: [String]
  /// The names of those among them that hold other things as well.
  package let sharedNames: [String]
  /// Patterns of documents.
  package let documents: [String]
  /// Patterns of what tools leave behind.
  package let litter: [String]

  package init(
    handoff: HandoffID, fence: Fence, task: TaskID, stage: Stage, project: String,
    tests: [String], testConfiguration: [String], sharedNames: [String], documents: [String],
    litter: [String]
  ) {
    self.handoff = handoff
    self.fence = fence
    self.task = task
    self.stage = stage
    self.project = project
    self.tests = tests
    self.testConfiguration = testConfiguration
    self.sharedNames = sharedNames
    self.documents = documents
    self.litter = litter
  }

  private static let schema = "orchestrate.hook/1"

  /// Reads the file.
  ///
  /// - Throws: `DocumentError` where anything is missing or of another shape: half of it would let
  ///   through what the other half forbids.
  package init(parsing bytes: [UInt8], file: String) throws(DocumentError) {
    let document = try DocumentField(reading: bytes, file: file)
    let schema = try document.required("schema", Self.schema)
    guard schema.value.string == Self.schema else { throw schema.unexpected(Self.schema) }
    handoff = try Self.read(document, "handoff", "a handoff, such as 039-17", HandoffID.init)
    task = try Self.read(document, "task", "a task's id", TaskID.init)
    stage = try document.required("stage", "a stage").choice(of: "stage", Stage.self)
    let number = try document.required("fence", "the claim's fence")
    guard let fence = Fence(try number.int(in: 1...Int.max)) else {
      throw number.unexpected("the claim's fence")
    }
    self.fence = fence
    project = try document.required("project", "the project's folder").text()
    func patterns(_ key: String) throws(DocumentError) -> [String] {
      try document.required(key, "an array of patterns").strings()
    }
    tests = try patterns("tests")
    testConfiguration = try patterns("testConfiguration")
    sharedNames = try patterns("sharedNames")
    documents = try patterns("documents")
    litter = try patterns("litter")
  }

  private static func read<Value>(
    _ document: DocumentField, _ key: String, _ expected: String, _ make: (String) -> Value?
  ) throws(DocumentError) -> Value {
    let field = try document.required(key, expected)
    guard let value = make(try field.string(expected)) else { throw field.unexpected(expected) }
    return value
  }

  /// The file's JSON.
  package var json: JSONValue {
    [
      "schema": .string(Self.schema), "handoff": .string(handoff.text),
      "fence": .integer(fence.number), "task": .string(task.text),
      "stage": .string(stage.rawValue), "project": .string(project), "tests": .strings(tests),
      "testConfiguration": .strings(testConfiguration), "sharedNames": .strings(sharedNames),
      "documents": .strings(documents), "litter": .strings(litter),
    ]
  }
}
