// SPDX-License-Identifier: Apache-2.0
// The files of attestations and waivers: written, read back, and refused whole where odd.

import Documents
import Domain
import Testing

@Suite struct GateLedgerDocumentTests {
  private let at = Timestamp(milliseconds: 1_700_000_000_000)

  @Test func `what is written reads back the same`() throws {
    let attestations = [
      Attestation(
        gate: "a", by: "Ada \"x\"", at: at, until: nil,
        evidence: [.init(path: "docs/é.md", digest: .sha256(of: []))], note: "seen\ntwice"),
      Attestation(
        gate: "b", by: "Bo", at: at, until: at.advanced(by: .seconds(60)),
        evidence: [.init(path: "x", digest: .sha256(of: []))], note: ""),
    ]
    let text = GateLedgerDocument.text(of: attestations)
    #expect(
      try GateLedgerDocument.attestations(parsing: Array(text.utf8), file: "a.json") == attestations
    )
    let waivers = [
      Waiver(gate: "a", by: "Ada", reason: "r", at: at, until: at.advanced(by: .seconds(3600)))
    ]
    let written = GateLedgerDocument.text(of: waivers)
    #expect(try GateLedgerDocument.waivers(parsing: Array(written.utf8), file: "w.json") == waivers)
  }

  @Test func `a project without the files has signed nothing`() throws {
    #expect(try GateLedgerDocument.attestations(parsing: nil, file: "a.json").isEmpty)
    #expect(try GateLedgerDocument.waivers(parsing: nil, file: "w.json").isEmpty)
  }

  private static let waiver =
    #""gate": "g", "by": "A", "reason": "r", "at": "2026-01-01T00:00:00Z""#

  @Test(arguments: [
    ("[]", "w.json $: expected an object"),
    ("{}", "w.json waivers: the waivers is missing"),
    (#"{"waivers": [], "x": 1}"#, "w.json x: 'x' is no key here"),
    (#"{"waivers": [{\#(waiver)}]}"#, "w.json waivers[0].until: when the waiver ends is missing"),
    (
      #"{"waivers": [{\#(waiver), "until": "soon"}]}"#,
      "w.json waivers[0].until: expected a moment in UTC"
    ),
    (
      #"{"waivers": [{\#(waiver), "until": "2026-06-01"}]}"#,
      "w.json waivers[0].until: expected a day at most 90 days"
    ),
    (
      #"{"waivers": [{\#(waiver), "until": "2026-02-01", "untill": "2027-01-01"}]}"#,
      "w.json waivers[0].untill: 'untill' is no key here"
    ),
    (
      #"{"waivers": [{"gate": "g", "by": " ", "reason": "r", "at": "2026-01-01", "until": "2026-02-01"}]}"#,
      "w.json waivers[0].by: expected a string that is not empty"
    ),
    (
      #"{"waivers": [{\#(waiver), "until": "2026-02-01"}, {\#(waiver), "until": "2026-02-01"}]}"#,
      "w.json waivers[1].gate: 'g' is taken"
    ),
  ])
  func `one odd entry makes the whole file unusable, and is named`(text: String, complaint: String)
  {
    do throws(DocumentError) {
      _ = try GateLedgerDocument.waivers(parsing: Array(text.utf8), file: "w.json")
      Issue.record("it was read")
    } catch {
      #expect(error.description.hasPrefix(complaint), "\(error)")
    }
  }
}
