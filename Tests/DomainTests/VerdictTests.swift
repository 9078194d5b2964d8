// SPDX-License-Identifier: Apache-2.0
// Three verdicts at three levels, and what several of them come to.

import Domain
import Testing

@Suite struct VerdictTests {
  private static let all: [Verdict] = [.pass, .fail, .didNotRun]

  @Test func `what did not run is never counted as a pass, in any order`() {
    for first in Self.all {
      for second in Self.all {
        for third in Self.all {
          let verdicts = [first, second, third]
          let expected: Verdict =
            verdicts.contains(.fail) ? .fail : verdicts.contains(.didNotRun) ? .didNotRun : .pass
          #expect(Verdict.combined(verdicts) == expected)
        }
      }
    }
    #expect(Verdict.combined([]) == .pass)
  }

  @Test(arguments: [
    (Level.blocking, Verdict.pass, false), (.blocking, .fail, true), (.blocking, .didNotRun, true),
    (.conditional, .pass, false), (.conditional, .fail, true), (.conditional, .didNotRun, false),
    (.warn, .pass, false), (.warn, .fail, false), (.warn, .didNotRun, false),
  ])
  func `each level stops what it should`(level: Level, verdict: Verdict, stops: Bool) {
    #expect(level.stops(verdict) == stops)
    let check = Check(name: "c", level: level, verdict: verdict, code: nil, message: "")
    #expect(check.stops == stops)
    #expect(Judgement(checks: [check]).isAccepted == !stops)
  }

  @Test func `a judgement in which nothing was checked accepts nothing`() {
    #expect(!Judgement().isAccepted)
    #expect(Judgement().code == nil)
  }

  @Test func `the first check that stops gives its code, and more can be added`() {
    var judgement = Judgement(checks: [
      Check(name: "a", level: .warn, verdict: .fail, code: "A", message: ""),
      Check(name: "b", level: .blocking, verdict: .pass, code: nil, message: ""),
    ])
    #expect(judgement.isAccepted)
    judgement.add([
      Check(name: "c", level: .blocking, verdict: .fail, code: "C", message: ""),
      Check(name: "d", level: .blocking, verdict: .didNotRun, code: "D", message: ""),
    ])
    #expect(judgement.code == "C")
    #expect(judgement.stopping.map(\.name) == ["c", "d"])
  }

  @Test func `a message is bounded, however long the names in it are`() {
    for text in [
      String(repeating: "x", count: 100_000), "e" + String(repeating: "\u{301}", count: 100_000),
    ] {
      let check = Check(name: "c", level: .warn, verdict: .pass, code: nil, message: text)
      #expect(check.message.unicodeScalars.count == Check.messageMax)
      #expect(check.message.hasSuffix("…"))
    }
    let whole = String(repeating: "x", count: Check.messageMax)
    #expect(
      Check(name: "c", level: .warn, verdict: .pass, code: nil, message: whole).message == whole)
  }

  @Test func `a list of names says how many it leaves out`() {
    let names = (0..<100_000).map { "n\($0)" }
    #expect(listed(names) == "n0, n1, n2, n3, n4, n5, n6, n7 and 99992 more")
    #expect(listed(names.prefix(8)) == "n0, n1, n2, n3, n4, n5, n6, n7")
    #expect(listed([String]()) == "")
    #expect(listed(["a", "b"], limit: 0) == " and 2 more")
  }

  @Test func `every code of a refusal is its own, and verdicts and levels survive being written`()
    throws
  {
    #expect(Set(RefusalCode.allCases.map(\.rawValue)).count == RefusalCode.allCases.count)
    for verdict in Self.all { try expectRoundTrip([verdict]) }
    for level in Level.allCases { try expectRoundTrip([level]) }
    #expect(Self.all.map(\.words) == ["pass", "fail", "did not run"])
  }
}
