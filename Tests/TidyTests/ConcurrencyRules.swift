// SPDX-License-Identifier: Apache-2.0
// Tasks that someone awaits, and promises to the compiler that say why they hold.

/// The files that may start a task which nobody's scope ends; each says there who ends it.
let mayStartTasks: Set<String> = [
  "Sources/orchestrate/Main.swift",
  // What is granted to a worker is made ready whoever was accepted before it.
  "Sources/Coordinator/Handoffs/Coordinator+Grant.swift",
  "Sources/Coordinator/Handoffs/WaitingClaims.swift",
  "Sources/Coordinator/Workspaces/Coordinator+Spares.swift",
  // A simulated process or worker ends as by a kill, or with its world.
  "Sources/Simulation/World/CoordinatorProcess.swift",
  "Sources/Simulation/World/World.swift",
]

/// Whether a line starts an unstructured task.
private func startsTask(_ line: String) -> Bool {
  guard let found = line.firstRange(of: "Task") else { return false }
  let before = line[..<found.lowerBound].last
  let isWord = before.map { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == ".") } ?? true
  var after = line[found.upperBound...]
  if isWord, after.hasPrefix(".detached") || after.hasPrefix(".immediate") { return true }
  if after.hasPrefix("<"), let close = after.lastIndex(of: ">") {
    after = after[after.index(after: close)...]
  }
  if isWord,
    after.drop(while: { $0 == " " }).hasPrefix("{") || after.hasPrefix("(priority")
      || after.hasPrefix("(executorPreference")
  {
    return !isDeclaration(line)
  }
  return startsTask(String(line[found.upperBound...]))
}

/// `extension Task {`, `struct Task {`.
private func isDeclaration(_ line: String) -> Bool {
  let words = line.split(separator: " ")
  return ["struct", "enum", "class", "actor", "extension"].contains { words.contains($0) }
}

/// Whether a comment on the line, or next to it, gives the reason.
private func givesReason(_ file: SourceText, at index: Int) -> Bool {
  let near = max(0, index - 1)...min(file.comments.count - 1, index + 1)
  if near.contains(where: { isPlainComment(file.comments[$0]) }) { return true }
  // A doc comment counts where it speaks of the promise.
  let above = file.comments[..<index].reversed().prefix { $0.contains("///") }
  return above.contains { $0.contains("Sendable") || $0.contains("unchecked") }
}

private func isPlainComment(_ comment: String) -> Bool {
  let text = comment.drop { $0 == " " }
  return text.hasPrefix("//") && !text.hasPrefix("///")
}

let concurrencyRules: [Rule] = [
  Rule(
    "no task is started that no scope awaits",
    plant: Plant(
      "Sources/Store/A.swift",
      """
      struct PlannedTask { let id: Int }
      enum Task { case one }
      func go() {
      »  Task { await run() }
      »  let task = Task<Void, Never> { await run() }
      »  Task.detached { await run() }
      »  Task(priority: .low) { await run() }
      »  let task = Task(executorPreference: executor) { await run() }
        for task in tasks { PlannedTask { task } }
        try await Task.sleep(for: .zero)
        // Task { in a comment }
      }
      """),
    file: { file in
      guard file.isSwift, !mayStartTasks.contains(file.path) else { return [] }
      return file.code.enumerated().filter { startsTask($0.element) }
        .map { ($0.offset + 1, "a task that nobody awaits; use a task group or async let") }
    }),
  Rule(
    "an unchecked promise gives its reason",
    plant: Plant(
      "Sources/Store/A.swift",
      """
      struct A {}

      »final class B: @unchecked Sendable {}

      // All access goes through the queue.
      final class C: @unchecked Sendable {}

      /// Holds a pointer.
      »final class D: @unchecked Sendable {

      }

      /// `Sendable` since the queue is the only one to touch it.
      final class E: @unchecked Sendable {
      }
      """),
    file: { file in
      file.code.enumerated()
        .filter { $0.element.contains("@unchecked Sendable") && !givesReason(file, at: $0.offset) }
        .map { ($0.offset + 1, "@unchecked Sendable without a // comment beside it that says why") }
    }),
]
