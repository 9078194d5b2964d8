// SPDX-License-Identifier: Apache-2.0
// How a gate's answer becomes a check: pass, fail, or did not run.

extension Gate {
  /// The check that a command's end amounts to.
  ///
  /// A command that was not found (127), could not be executed (126), was killed or ran out of time
  /// did not run: that is never a pass.
  package func check(_ ending: CommandEnding, output: String) -> Check {
    switch (question, ending) {
    case (_, .didNotRun(let reason)): didNotRun(reason)
    case (_, .exited(126)): didNotRun("the command cannot be executed (exit 126)")
    case (_, .exited(127)): didNotRun("the command was not found (exit 127)")
    // A shell says 128 and the signal's number of a command of its own that was killed.
    case (_, .exited(let code)) where code == 137 || code == 143:
      didNotRun("the command was killed by signal \(code - 128) (exit \(code))")
    case (.noConsoleErrors(_, let words), .exited(let code)):
      consoleCheck(output, words: words, code: code)
    case (.performance(_, let limit), .exited(0)):
      pass("within \(limit.wholeMilliseconds) ms")
    case (_, .exited(0)): pass("exit 0")
    case (_, .exited(let code)): fail("exit \(code)\n\(Self.tail(output))")
    }
  }

  /// The check of a gate that was asked and answered with yes.
  package func pass(_ message: String) -> Check { check(.pass, nil, message) }

  /// The check of a gate that was asked and answered with no.
  package func fail(_ message: String, code: RefusalCode = .gateFailed) -> Check {
    check(.fail, code, message)
  }

  /// The check of a gate that could not be asked.
  package func didNotRun(_ reason: String) -> Check { check(.didNotRun, .didNotRun, reason) }

  private func check(_ verdict: Verdict, _ code: RefusalCode?, _ message: String) -> Check {
    Check(
      name: "gate.\(id)", level: level, verdict: verdict, code: code?.rawValue, message: message)
  }

  private func consoleCheck(_ output: String, words: [String], code: Int32) -> Check {
    let lines = output.split(separator: "\n").filter { line in words.contains(where: line.contains)
    }
    guard lines.isEmpty else {
      return fail("\(lines.count) lines of errors:\n" + lines.prefix(5).joined(separator: "\n"))
    }
    return code == 0 ? pass("no error in the output") : fail("exit \(code)\n\(Self.tail(output))")
  }

  private static func tail(_ output: String) -> String {
    output.split(separator: "\n").suffix(10).joined(separator: "\n")
  }
}

/// How a gate's command ended, as far as a gate cares.
package enum CommandEnding: Hashable, Sendable {
  case exited(Int32)
  case didNotRun(String)
}
