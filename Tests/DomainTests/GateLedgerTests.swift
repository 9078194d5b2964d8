// SPDX-License-Identifier: Apache-2.0
// What people's signatures do to a gate's answer, and what they cannot do.

import Domain
import Testing

@Suite struct GateLedgerTests {
  private let day = Timestamp(milliseconds: 1_700_000_000_000)
  private let digest = Digest.sha256(of: "spec".utf8)
  private let clarity = Gate(
    id: "clarity", level: .blocking, question: .attestation("no command can tell"))
  private let lint = Gate(id: "lint", level: .blocking, question: .command(["lint"]))

  private func attestation(_ gate: Gate, until: Timestamp? = nil) -> Attestation {
    Attestation(
      gate: gate.id, by: "Ada", at: day, until: until,
      evidence: [.init(path: "spec.md", digest: digest)], note: "")
  }

  private func waiver(_ gate: Gate, days: Int) -> Waiver {
    Waiver(
      gate: gate.id, by: "Ada", reason: "the vendor fixes it", at: day,
      until: day.advanced(by: .seconds(days * 86_400)))
  }

  private func ruling(
    _ ledger: GateLedger, on gate: Gate, _ check: Check, wasAsked: Bool = true, after days: Int = 1,
    present: [String: Digest] = [:]
  ) -> (check: Check, standing: GateStanding) {
    ledger.ruling(
      on: gate, check, wasAsked: wasAsked, at: day.advanced(by: .seconds(days * 86_400)),
      present: present)
  }

  @Test func `an attestation answers what nothing measures, while its evidence stays`() {
    let ledger = GateLedger(attestations: [attestation(clarity)])
    let open = clarity.didNotRun("nobody has attested it")
    let good = ruling(ledger, on: clarity, open, wasAsked: false, present: ["spec.md": digest])
    #expect(good.check.verdict == .pass)
    for present in [[:], ["spec.md": Digest.sha256(of: "other".utf8)]] {
      let void = ruling(ledger, on: clarity, open, wasAsked: false, present: present)
      #expect(void.check.verdict == .didNotRun)
      #expect(void.check.stops)
      #expect(void.check.message.contains("evidence has changed: spec.md"))
    }
  }

  @Test func `an attestation that is over counts for nothing`() {
    let ledger = GateLedger(
      attestations: [attestation(clarity, until: day.advanced(by: .seconds(86_400)))])
    let late = ruling(
      ledger, on: clarity, clarity.didNotRun("open"), wasAsked: false, after: 1,
      present: ["spec.md": digest])
    #expect(late.check.verdict == .didNotRun)
  }

  @Test func `nobody's word counts against what was measured`() {
    let ledger = GateLedger(attestations: [attestation(lint)])
    let measured = ruling(ledger, on: lint, lint.fail("exit 1"), present: ["spec.md": digest])
    #expect(measured.check.verdict == .fail)
    #expect(measured.standing == .asMeasured)
    let absent = ruling(ledger, on: lint, lint.didNotRun("not found"), present: ["spec.md": digest])
    #expect(absent.check.verdict == .didNotRun)
  }

  @Test func `a waiver takes the stop away and leaves the verdict`() {
    let ledger = GateLedger(waivers: [waiver(lint, days: 10)])
    for check in [lint.fail("exit 1"), lint.didNotRun("not found")] {
      let waived = ruling(ledger, on: lint, check)
      #expect(waived.check.verdict == check.verdict)
      #expect(waived.standing.excuses)
      #expect(waived.standing.words(waived.check).hasPrefix("waived by Ada until 2023-11-24"))
    }
    #expect(ruling(ledger, on: lint, lint.pass("exit 0")).standing == .asMeasured)
  }

  @Test func `an expired waiver counts for nothing and is shown`() {
    let expired = ruling(
      GateLedger(waivers: [waiver(lint, days: 10)]), on: lint, lint.fail("exit 1"), after: 10)
    #expect(!expired.standing.excuses)
    #expect(expired.check.stops)
    #expect(expired.check.message.contains("the waiver by Ada expired on 2023-11-24"))
  }

  @Test func `a waiver lasts ninety days at most`() {
    #expect(!waiver(lint, days: 90).isTooLong)
    #expect(waiver(lint, days: 91).isTooLong)
  }

  @Test func `what is not applicable stops nothing and passes nothing`() {
    let gate = Gate(id: "n", level: .blocking, question: .notApplicable("not here"))
    let ruled = ruling(GateLedger(), on: gate, gate.didNotRun("not here"), wasAsked: false)
    #expect(ruled.check.verdict == .didNotRun)
    #expect(ruled.standing.excuses)
  }

  // MARK: Moments

  @Test(arguments: ["2026-11-21T08:03:45Z", "2024-02-29T23:59:59Z", "1970-01-01T00:00:00Z"])
  func `a moment reads as it is written`(text: String) {
    #expect(Timestamp(written: text)?.description == text)
  }

  @Test func `a day ends where the next begins`() {
    #expect(Timestamp(written: "2026-02-28")?.description == "2026-03-01T00:00:00Z")
  }

  @Test(arguments: [
    "", "2026-02-30", "2026-13-01", "2026-1-1", "2026-11-21T24:00:00Z", "2026-11-21 08:03:45Z",
    "2026-11-21T08:03:45", "tomorrow", "2026-11-2x", "2026-11-21T08:61:45Z",
  ])
  func `what is no moment is none`(text: String) { #expect(Timestamp(written: text) == nil) }
}
