// SPDX-License-Identifier: Apache-2.0
// The document stage: documents, or a reason why none.

import Domain
import Testing

@Suite struct DocumentRulesTests {
  @Test func `documents alone are accepted, with or without words`() {
    #expect(DocumentRules.judge(changes: [.document()], summary: "").isAccepted)
  }

  @Test(arguments: [Change.code(), .test("tests/test_x.py"), .configuration()])
  func `anything else is refused, with documents or without`(change: Change) {
    for changes in [[change], [.document(), change]] {
      let judgement = DocumentRules.judge(changes: changes, summary: "all of it is due")
      #expect(judgement.code == "PROOF002")
    }
  }

  @Test(arguments: [
    ("", false), ("   ", false), ("no need", false), ("nothing\nchanged\noutside", true),
    ("nothing users see", true),
  ])
  func `changing none takes a reason in words`(summary: String, isEnough: Bool) {
    let judgement = DocumentRules.judge(changes: [], summary: summary)
    #expect(judgement.isAccepted == isEnough)
    #expect(judgement.code == (isEnough ? nil : "DOCS001"))
  }
}
