// SPDX-License-Identifier: Apache-2.0
// What is undone and redone next, and when an hour has had its rollbacks.

import Domain
import Testing

@Suite struct OperationLogTests {
  private static func operation(
    _ number: Int, _ act: Operation.Act, minutes: Int = 0
  ) -> Operation {
    Operation(
      number: number, at: Timestamp(milliseconds: minutes * 60_000), act: act, cause: .person,
      reason: "a test",
      change: .files(
        FilesChange(
          branch: nil, files: Shift(before: .sample(1), after: .sample(2)), index: nil,
          permissions: [:])))
  }

  private static func log(_ acts: Operation.Act...) -> OperationLog {
    OperationLog(acts.enumerated().map { operation($0.offset + 1, $0.element) })
  }

  private static let retry = Operation.Act.retry(TaskID("task-1")!)

  @Test func `undo walks back and redo walks forward, one operation at a time`() {
    let done = Self.log(.rollback(.phase), Self.retry)
    #expect(done.nextUndo?.number == 2)
    #expect(done.nextRedo == nil)
    let back = Self.log(.rollback(.phase), Self.retry, .undo(of: 2), .undo(of: 1))
    #expect(back.nextUndo == nil)
    #expect(back.nextRedo?.number == 4)
    let forward = Self.log(
      .rollback(.phase), Self.retry, .undo(of: 2), .undo(of: 1), .redo(of: 4))
    #expect(forward.nextUndo?.number == 5)
    #expect(forward.nextRedo?.number == 3)
  }

  @Test func `what is done anew forgets what could be redone`() {
    let log = Self.log(.rollback(.phase), .undo(of: 1), Self.retry)
    #expect(log.nextRedo == nil)
    #expect(log.nextUndo?.number == 3)
    #expect(log.isUndone(log.operations[0]))
    #expect(!log.isUndone(log.operations[2]))
  }

  @Test func `the last rollback is found behind other operations, and by its redo`() {
    #expect(Self.log(.rollback(.module), Self.retry).nextRollbackUndo?.number == 1)
    #expect(
      Self.log(.rollback(.module), .undo(of: 1), .redo(of: 2)).nextRollbackUndo?.number == 3)
    #expect(Self.log(Self.retry).nextRollbackUndo == nil)
  }

  @Test func `only rollbacks of the last hour count`() {
    let log = OperationLog([
      Self.operation(1, .rollback(.phase), minutes: 0),
      Self.operation(2, .rollback(.phase), minutes: 30),
      Self.operation(3, .undo(of: 2), minutes: 31),
      Self.operation(4, Self.retry, minutes: 32),
    ])
    #expect(log.rollbacks(inHourBefore: Timestamp(milliseconds: 59 * 60_000)) == 2)
    #expect(log.rollbacks(inHourBefore: Timestamp(milliseconds: 60 * 60_000)) == 1)
    #expect(log.rollbacks(inHourBefore: Timestamp(milliseconds: 91 * 60_000)) == 0)
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `undoing all and redoing all comes back to where it was`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var acts: [Operation.Act] = []
    func log() -> OperationLog {
      OperationLog(acts.enumerated().map { Self.operation($0.offset + 1, $0.element) })
    }
    for _ in 0..<30 {
      switch Int.random(in: 0..<4, using: &random) {
      case 0: acts.append(Self.retry)
      case 1: acts.append(.rollback(RollbackKind.allCases.randomElement(using: &random)!))
      case 2: if let next = log().nextUndo { acts.append(.undo(of: next.number)) }
      default: if let next = log().nextRedo { acts.append(.redo(of: next.number)) }
      }
    }
    let standing = acts.indices.filter { index in
      let log = log()
      return !log.isUndone(log.operations[index])
    }
    var undone = 0
    while let next = log().nextUndo {
      acts.append(.undo(of: next.number))
      undone += 1
    }
    for _ in 0..<undone { acts.append(.redo(of: log().nextRedo!.number)) }
    let after = log()
    #expect(standing == standing.filter { !after.isUndone(after.operations[$0]) })
    #expect(undone <= acts.count)
  }
}

@Suite struct BranchEvidenceTests {
  private func kind(_ head: Verdict, _ passing: ObjectID?, isOn: Bool = true) -> RollbackKind? {
    BranchEvidence(trigger: .test, head: head, passing: passing).rollback(isAutomatic: isOn)
  }

  @Test func `a branch goes back by itself only from a failure to what passes`() {
    #expect(kind(.fail, .sample(1)) == .quality)
    #expect(kind(.pass, .sample(1)) == nil)
    #expect(kind(.fail, .sample(1), isOn: false) == nil)
  }

  @Test func `tests that did not run, or pass nowhere, take nothing back`() {
    #expect(kind(.didNotRun, .sample(1)) == nil)
    #expect(kind(.fail, nil) == nil)
  }
}
