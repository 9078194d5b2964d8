// SPDX-License-Identifier: Apache-2.0
// Which lists of stages make a workflow: every subset and every pair is tried.

import Domain
import Testing

@Suite struct WorkflowTests {
  private static func workflow(_ stages: [Stage]) throws(WorkflowRejection) -> Workflow {
    try Workflow(
      name: "w", steps: stages.map { Workflow.Step(stage: $0, role: .specialist) })
  }

  @Test func `of all subsets in order, exactly those make one that can prove their code`() {
    for bits in 1..<(1 << Stage.allCases.count) {
      let stages = Stage.allCases.indices.filter { bits >> $0 & 1 == 1 }.map { Stage.allCases[$0] }
      let has = Set(stages)
      let codes = has.contains(.green) || has.contains(.refactor) || has.contains(.verify)
      let isWhole = has.isSuperset(of: [.red, .green])
      let isLegal = isWhole || (!codes && !has.contains(.red))
      if isLegal {
        #expect(throws: Never.self) { try Self.workflow(stages) }
      } else {
        #expect(throws: WorkflowRejection.self, "\(stages)") { try Self.workflow(stages) }
      }
    }
  }

  @Test func `of all pairs, none may repeat or go backwards`() {
    for earlier in Stage.allCases {
      for later in Stage.allCases {
        let positions = (
          Stage.allCases.firstIndex(of: earlier)!, Stage.allCases.firstIndex(of: later)!
        )
        if earlier == later {
          #expect(throws: WorkflowRejection.repeated(later)) {
            try Self.workflow([earlier, later])
          }
        } else if positions.0 > positions.1 {
          #expect(throws: WorkflowRejection.outOfOrder(earlier, before: later)) {
            try Self.workflow([earlier, later])
          }
        }
      }
    }
  }

  @Test func `an empty one is refused, and what is missing is named`() {
    #expect(throws: WorkflowRejection.empty) { try Self.workflow([]) }
    #expect(throws: WorkflowRejection.missing(.red, neededBy: .green)) {
      try Self.workflow([.green])
    }
    #expect(throws: WorkflowRejection.missing(.green, neededBy: .red)) {
      try Self.workflow([.red, .review])
    }
    #expect(throws: WorkflowRejection.missing(.red, neededBy: .verify)) {
      try Self.workflow([.verify])
    }
  }

  @Test func `each stage is followed by the next one in it, the last by none`() throws {
    let workflow = try Self.workflow([.red, .green, .document])
    #expect(workflow.first.stage == .red)
    #expect(workflow.step(after: .red)?.stage == .green)
    #expect(workflow.step(after: .green)?.stage == .document)
    #expect(workflow.step(after: .document) == nil)
    #expect(workflow.step(after: .review) == nil)
    #expect(workflow.role(of: .green) == .specialist)
    #expect(workflow.role(of: .design) == nil)
    for (index, stage) in Stage.allCases.enumerated() {
      for (place, other) in Stage.allCases.enumerated() {
        #expect(workflow.isAtOrBefore(stage, other) == (index <= place))
      }
    }
  }

  @Test func `a file cannot smuggle in a list of steps that is no workflow`() throws {
    try expectRoundTrip(Workflow.full)
    for stages in ["", #"{"stage":"green","role":"specialist"}"#] {
      #expect(throws: DecodingError.self) {
        try decoded(Workflow.self, #"{"name":"w","steps":[\#(stages)]}"#)
      }
    }
  }
}
