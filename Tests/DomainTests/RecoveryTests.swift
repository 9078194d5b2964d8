// SPDX-License-Identifier: Apache-2.0
// The way of each fault of a session: which step follows which outcome, and how it ends.

import Domain
import Testing

@Suite struct RecoveryTests {
  /// Lets every step fail but those before which `succeeding` says otherwise.
  private func way(
    _ fault: SessionFault, succeeding: Set<RecoveryStep>
  ) -> (tried: [RecoveryStep], recovery: Recovery) {
    var recovery = Recovery(from: fault, isAutomatic: true)
    var tried: [RecoveryStep] = []
    while let step = recovery.next {
      tried.append(step)
      if succeeding.contains(step) {
        recovery.succeeded()
      } else {
        recovery.failed(reason: "no")
      }
    }
    return (tried, recovery)
  }

  @Test(arguments: SessionFault.allCases)
  func `every step is tried once, in order, and then a person is asked`(fault: SessionFault) {
    let (tried, recovery) = way(fault, succeeding: [])
    #expect(tried == fault.steps)
    #expect(recovery.state == .manual(isKept: false))
    #expect(recovery.failures.count == fault.steps.count)
    #expect(Set(fault.steps).count == fault.steps.count)
  }

  @Test(arguments: SessionFault.allCases)
  func `the first step that helps is the last that is tried`(fault: SessionFault) throws {
    for (index, step) in fault.steps.enumerated() {
      let (tried, recovery) = way(fault, succeeding: [step])
      #expect(tried == Array(fault.steps[...index]))
      let end: Recovery.State = step.isRepair ? .recovered(by: step) : .manual(isKept: true)
      #expect(recovery.state == end)
    }
  }

  @Test func `files that were preserved bring no session back`() {
    #expect(
      way(.preservation, succeeding: [.preserveFiles]).recovery.state == .manual(isKept: true))
  }

  @Test(arguments: SessionFault.allCases)
  func `where nothing may be repaired by itself, nothing is tried`(fault: SessionFault) {
    var recovery = Recovery(from: fault, isAutomatic: false)
    #expect(recovery.next == nil)
    recovery.succeeded()
    recovery.failed(reason: "no")
    #expect(recovery.state == .declined && recovery.failures.isEmpty)
  }

  @Test func `each fault has the exit code of its number`() {
    #expect(SessionFault.allCases.map(\.exit.rawValue) == [21, 22, 23, 24])
  }
}
