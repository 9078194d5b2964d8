// SPDX-License-Identifier: Apache-2.0
// What a run claims: the part of evidence that comes out the same when it is made again.

extension Evidence {
  /// The run's claim as text, one fact a line; `nil` where it claims nothing of its own.
  ///
  /// Left out is what belongs to the one time that it was run: when, how long, what was printed,
  /// what a failure's message says, on what occasion. A try without a hunk claims nothing: how many
  /// are made follows from time, and the check says what came of all.
  ///
  /// A field's backslashes, tabs and line breaks are escaped, so that no two claims share a text.
  package var claimText: String? {
    guard kind != .necessity else { return nil }
    var lines = ["run \(RunClaim.format)"]
    if let tree { lines.append("tree \(tree)") }
    if kind == .gate { lines.append("gate \(RunClaim.field(note))") }
    lines += command.map { "word \(RunClaim.field($0))" }
    // What stands after a colon says why, in a system's words.
    lines.append("ending \(RunClaim.field(String(ending.prefix { $0 != ":" })))")
    switch tests {
    case .ran(let results):
      let told = results.map(RunClaim.line)
      lines += told.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    case .didNotRun: lines.append("tests did not run")
    case nil: break
    }
    return lines.map { $0 + "\n" }.joined()
  }

  /// SHA-256 of `claimText`; `nil` where there is none.
  package var claim: Digest? { claimText.map { Digest.sha256(of: $0.utf8) } }
}

/// How claims are written.
enum RunClaim {
  /// The first line's number; another one for every change to what is written.
  static let format = 1

  /// `failed assertion`, the file, the suite and the name, tabs between.
  static func line(_ result: TestResult) -> String {
    let identity = [result.identity.file, result.identity.suite, result.identity.name]
    return ([words(result.outcome)] + identity.map(field)).joined(separator: "\t")
  }

  static func field(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": escaped += "\\\\"
      case "\t": escaped += "\\t"
      case "\n": escaped += "\\n"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  private static func words(_ outcome: TestOutcome) -> String {
    switch outcome {
    case .passed: "passed"
    case .failed(let failure): "failed \(word(failure.cause))"
    case .errored(let failure): "errored \(word(failure.cause))"
    case .skipped: "skipped"
    }
  }

  private static func word(_ cause: TestFailure.Cause) -> String {
    switch cause {
    case .assertion: "assertion"
    case .missingSymbol: "missingSymbol"
    case .raised: "raised"
    case .notLoadable: "notLoadable"
    case .notBuilt: "notBuilt"
    case .unspecified: "unspecified"
    }
  }
}

/// What a checkpoint claims of a check: all but the sentence, in which a failure's message, a number
/// of seconds or an address may stand.
package struct CheckClaim: Hashable, Sendable, Codable {
  /// The check's stable name.
  package let name: String
  /// How much its verdict binds.
  package let level: Level
  /// What it says.
  package let verdict: Verdict
  /// The code of the refusal it leads to; `nil` for a pass.
  package let code: String?

  /// The claim of a check that was made.
  package init(_ check: Check) {
    name = check.name
    level = check.level
    verdict = check.verdict
    code = check.code
  }
}
