// SPDX-License-Identifier: Apache-2.0
// When tests count as red: new, failing for the right reason, with everything older intact.

/// What is needed to tell whether a missing symbol is one that an honest test may miss.
package struct SymbolGround {
  /// The project's paths that are neither tests nor documents, the task's planned files among them.
  package let paths: Set<String>
  /// Whether a word occurs in the project's implementation.
  package let implementationMentions: (String) -> Bool
  /// The text of the test files that the submission changed.
  package let testTexts: [String]

  package init(
    paths: Set<String>, implementationMentions: @escaping (String) -> Bool, testTexts: [String]
  ) {
    self.paths = paths
    self.implementationMentions = implementationMentions
    self.testTexts = testTexts
  }

  /// Whether `symbol`, looked for in `module`, is the project's own and named by the tests.
  func isHonestlyMissing(symbol: String, module: String) -> Bool {
    testTexts.contains { Self.contains($0, word: symbol) } && isOwn(module, symbol: symbol)
  }

  /// The ground without what the submission itself changed: no test stands in for the code that it
  /// is to drive, though it was planned among the task's files.
  func without(_ changes: [Change]) -> SymbolGround {
    SymbolGround(
      paths: paths.subtracting(changes.map(\.path)),
      implementationMentions: implementationMentions, testTexts: testTexts)
  }

  /// Whether an exception that was raised in `file` was raised by the code under test.
  func isImplementation(_ file: String) -> Bool { paths.contains(file) }

  private func isOwn(_ module: String, symbol: String) -> Bool {
    if module == TestFailure.placeUnknown { return testsNameProject }
    let root = Self.firstComponent(module.isEmpty ? symbol : module)
    guard !root.isEmpty else { return false }
    if paths.contains(where: { Self.names(path: $0, root: root) }) { return true }
    // The implementation mentions the packages that it imports, too: where the place itself is
    // what is missing, its being mentioned does not make it the project's own.
    return root != symbol && implementationMentions(root)
  }

  /// Where a runner does not say in what a symbol was missed: whether the tests name a file of the
  /// project, as they do to load it.
  private var testsNameProject: Bool {
    let words = Set(
      testTexts.flatMap { text in
        text.split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }
      })
    return paths.contains { path in
      let stem = (path.split(separator: "/").last ?? "").prefix { $0 != "." }
      return stem.count > 1 && words.contains(stem)
    }
  }

  /// Whether a folder of `path`, or its file without ending, is called `root`.
  private static func names(path: String, root: String) -> Bool {
    path.split(separator: "/").contains { part in
      part == root || part.prefix { $0 != "." } == root
    }
  }

  private static func firstComponent(_ module: String) -> String {
    String(module.drop { $0 == "." || $0 == "/" }.prefix { $0 != "." && $0 != "/" && $0 != ":" })
  }

  /// Whether `word` stands in `text` with no letter, digit or `_` next to it.
  package static func contains(_ text: String, word: String) -> Bool {
    guard !word.isEmpty else { return false }
    let haystack = Array(text.utf8)
    let needle = Array(word.utf8)
    guard haystack.count >= needle.count else { return false }
    func isWordByte(_ byte: UInt8) -> Bool {
      byte == UInt8(ascii: "_") || byte >= 0x80
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
    for start in 0...(haystack.count - needle.count)
    where haystack[start] == needle[0]
      && haystack[start..<start + needle.count].elementsEqual(needle)
    {
      let end = start + needle.count
      let isFreeBefore = start == 0 || !isWordByte(haystack[start - 1])
      let isFreeAfter = end == haystack.count || !isWordByte(haystack[end])
      if isFreeBefore && isFreeAfter { return true }
    }
    return false
  }
}

/// How a red was reached; the later cases are weaker and are recorded as such.
package enum RedStrength: Int, Hashable, Comparable, Sendable, Codable {
  case byAssertion
  /// The code under test raised an exception of its own.
  case byException
  /// The thing under test does not exist yet.
  case byMissingSymbol

  package static func < (left: RedStrength, right: RedStrength) -> Bool {
    left.rawValue < right.rawValue
  }

  /// How the strength is written in checks and reports.
  package var words: String {
    switch self {
    case .byAssertion: "red by assertion"
    case .byException: "red by exception in the code under test"
    case .byMissingSymbol: "red by missing symbol"
    }
  }
}

/// The rules of the red stage.
package enum RedRules {
  /// What a red submission amounts to.
  package struct Result: Sendable {
    /// The checks, and whether they let it pass.
    package let judgement: Judgement
    /// The weakest reason for which one of its tests is red; says nothing unless it is accepted.
    package let strength: RedStrength
  }

  /// Judges a red submission.
  ///
  /// - Parameters:
  ///   - baseline: the project's tests on the task's base.
  ///   - after: the same on base + the submission's test files.
  ///   - knownBroken: tests that a person let the session start with although they failed.
  ///   - unsteady: older tests that were run again since they failed.
  package static func judge(
    changes: [Change], baseline: TestObservation, after: TestObservation,
    knownBroken: Set<TestIdentity>, ground: SymbolGround, unsteady: UnsteadyTests = .none
  ) -> Result {
    var judgement = Judgement()
    checkFiles(changes, &judgement)
    guard let before = judgement.outcomes(of: baseline, "red.baseline-ran"),
      let now = judgement.outcomes(of: after, "red.ran")
    else { return Result(judgement: judgement, strength: .byAssertion) }

    judgement.unsteady(unsteady, stage: "red")
    let brokenBefore = before.broken.subtracting(knownBroken).subtracting(unsteady.quarantined)
    if brokenBefore.isEmpty {
      judgement.pass("red.baseline", "all \(before.passed.count) older tests passed before")
    } else {
      judgement.fail(
        "red.baseline", .baselineRed,
        "the tests were red before this change:\n\(before.sentences(brokenBefore))")
    }
    checkOlder(before, now, unsteady, &judgement)
    let new = now.identities.subtracting(before.identities)
    let strength = checkNew(new, in: now, ground: ground.without(changes), &judgement)
    return Result(judgement: judgement, strength: strength)
  }

  /// An older test keeps passing. One that did not pass, since it was skipped or known to be
  /// broken, is still there and no worse: a later stage would take it for what it always was.
  private static func checkOlder(
    _ before: TestOutcomes, _ now: TestOutcomes, _ unsteady: UnsteadyTests,
    _ judgement: inout Judgement
  ) {
    let lost = before.passed.filter { now[$0]?.isPass != true }
    let worse = now.newlyBroken(since: before).intersection(before.identities)
    let gone = now.lost(since: before)
    let all = lost.union(worse).union(gone)
      .subtracting(unsteady.quarantined).subtracting(unsteady.caused)
    if all.isEmpty {
      judgement.pass("red.older-tests", "every older test is there and still passes")
    } else {
      judgement.fail(
        "red.older-tests", .regression,
        "older tests are not what they were before:\n\(now.sentences(all))")
    }
  }

  private static func checkFiles(_ changes: [Change], _ judgement: inout Judgement) {
    let foreign = changes.paths(in: [.implementation, .documentation])
    let tests = changes.paths(in: [.test])
    let bent = changes.filter { $0.bendsTest || $0.bendsSettings }.map(\.path).sorted()
    if !foreign.isEmpty {
      let isImplementation = !changes.paths(in: [.implementation]).isEmpty
      judgement.fail(
        "red.only-tests", isImplementation ? .implementationFirst : .foreignFiles,
        "the red stage changes test files only, but these were changed: \(listed(foreign))")
    } else if !bent.isEmpty {
      judgement.fail(
        "red.only-tests", .evidenceTampering,
        "the red stage adds tests and settings that these need, but here lines are gone, or added "
          + "that decide what runs and what is reported: \(listed(bent))")
    } else if tests.isEmpty {
      judgement.fail("red.only-tests", .nothingChanged, "no test file was added or changed")
    } else {
      judgement.pass("red.only-tests", "only test files changed: \(listed(tests))")
    }
  }

  private static func checkNew(
    _ new: Set<TestIdentity>, in now: TestOutcomes, ground: SymbolGround,
    _ judgement: inout Judgement
  ) -> RedStrength {
    guard !new.isEmpty else {
      judgement.fail("red.new-tests", .testNotFailing, "no new test was found when they were run")
      return .byAssertion
    }
    var strength = RedStrength.byAssertion
    var passing: [TestIdentity] = []
    var wrong: [TestIdentity] = []
    for identity in new.sorted() {
      switch now[identity] {
      case .passed: passing.append(identity)
      case .failed(let failure), .errored(let failure):
        if let reached = honest(failure.cause, ground) {
          strength = max(strength, reached)
        } else {
          wrong.append(identity)
        }
      case .skipped, nil: wrong.append(identity)
      }
    }
    if !passing.isEmpty {
      judgement.fail(
        "red.fails", .testNotFailing,
        "new tests pass although nothing was implemented: \(listed(passing))")
    }
    if !wrong.isEmpty {
      judgement.fail(
        "red.reason", .testNotFailing,
        "new tests do not fail by an assertion, nor for want of a symbol of the project's own that "
          + "they name:\n\(now.sentences(wrong))")
    }
    if passing.isEmpty && wrong.isEmpty {
      judgement.pass("red.fails", "\(new.count) new tests fail, \(strength.words)")
    }
    return strength
  }

  /// How a failure counts towards red; `nil` where it proves nothing.
  private static func honest(
    _ cause: TestFailure.Cause, _ ground: SymbolGround
  ) -> RedStrength? {
    switch cause {
    case .assertion: .byAssertion
    case .missingSymbol(let symbol, let module):
      ground.isHonestlyMissing(symbol: symbol, module: module) ? .byMissingSymbol : nil
    case .raised(_, let file):
      ground.isImplementation(file) ? .byException : nil
    case .notLoadable, .notBuilt, .unspecified: nil
    }
  }
}
