// SPDX-License-Identifier: Apache-2.0
// The arguments of `orchestrate __supervise`, written and read in one place.

/// What a supervising process is asked to run.
struct SuperviseRequest: Equatable {
  let grace: Duration
  let argv: [String]

  init(grace: Duration, argv: [String]) {
    self.grace = grace
    self.argv = argv
  }

  /// Nil unless the arguments read `--grace-ms N -- PROGRAM [ARGUMENT…]`.
  init?(_ arguments: [String]) {
    guard arguments.count > 3, arguments[0] == "--grace-ms", arguments[2] == "--",
      let milliseconds = Int64(arguments[1]), milliseconds >= 0
    else { return nil }
    grace = .milliseconds(milliseconds)
    argv = Array(arguments[3...])
  }

  var arguments: [String] {
    let (seconds, attoseconds) = max(grace, .zero).components
    // A grace that is longer than a year is as good as a year, and cannot overflow.
    let milliseconds = min(seconds, 31_536_000) * 1000 + attoseconds / 1_000_000_000_000_000
    return ["--grace-ms", String(milliseconds), "--"] + argv
  }
}
