// SPDX-License-Identifier: Apache-2.0
// The arguments of `orchestrate __supervise`, as `supervise.c` reads them.

/// What a supervising process is asked to run.
struct SuperviseRequest {
  let grace: Duration
  let argv: [String]

  var arguments: [String] {
    let (seconds, attoseconds) = max(grace, .zero).components
    // A grace that is longer than a year is as good as a year, and cannot overflow.
    let milliseconds = min(seconds, 31_536_000) * 1000 + attoseconds / 1_000_000_000_000_000
    return ["--grace-ms", String(milliseconds), "--"] + argv
  }
}
