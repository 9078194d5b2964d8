// SPDX-License-Identifier: Apache-2.0
// A named question about a tree, with how much its answer binds (R12).

/// A gate, as a project configures it.
package struct Gate: Hashable, Sendable {
  /// What is asked.
  package enum Question: Hashable, Sendable {
    /// Does this command end with exit 0? Compilers, linters, type checkers.
    case command([String])
    /// Do the project's tests pass, at least one of them?
    case testsPass
    /// Does this command's output show none of these words? The words are matched as written.
    case noConsoleErrors([String], words: [String])
    /// Does this command end with exit 0 within this time?
    case performance([String], within: Duration)
    /// Was a document changed, where implementation was?
    case documentationUpdated
    /// Are fewer lines changed than this, tests and documents left out?
    case microTaskSize(linesMax: Int)
    /// It cannot be asked as it is configured; the text says what is missing.
    case unanswerable(String)
  }

  /// The name in the project's configuration; its check is called `gate.` and this.
  package let id: String
  /// How much its answer binds.
  package let level: Level
  /// What it asks of a tree.
  package let question: Question

  package init(id: String, level: Level, question: Question) {
    self.id = id
    self.level = level
    self.question = question
  }
}

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
  package func fail(_ message: String) -> Check { check(.fail, .gateFailed, message) }

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
