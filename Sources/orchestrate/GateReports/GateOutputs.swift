// SPDX-License-Identifier: Apache-2.0
// The reports that a run of gates was asked for, and where they go.

import Documents
import Domain
import Glibc

/// Which reports are wanted. Whatever the answers are, each is written.
struct GateOutputs: Sendable {
  static let options = [
    OptionSpec("junit", .text("FILE"), help: "Also write a JUnit report, as Jenkins reads it"),
    OptionSpec("sarif", .text("FILE"), help: "Also write a SARIF 2.1.0 report"),
    OptionSpec("gitlab", .text("FILE"), help: "Also write GitLab's code quality report"),
    OptionSpec("markdown", .text("FILE"), help: "Also write a Markdown report"),
    OptionSpec(
      "github",
      help: "Also print GitHub annotations, and add to $GITHUB_STEP_SUMMARY where it is set"),
  ]

  private let wantsGitHub: Bool
  /// Around what others wrote; nobody who wrote it can know it.
  private let token = String(UInt64.random(in: .min ... .max), radix: 16)

  /// - Throws: `Problem` with exit 64 where two documents would have to share standard output.
  init(_ invocation: Invocation) throws(Problem) {
    wantsGitHub = invocation.flag("github")
    guard !wantsGitHub || !invocation.wantsJSON else {
      throw .usage(
        "--github and --json cannot be had together",
        reason: "both write to standard output, and --json promises one document there",
        remedy: "orchestrate gate run --github --sarif FILE")
    }
  }

  /// Before anything is printed that others wrote.
  func begin(_ invocation: Invocation) {
    if wantsGitHub { invocation.print("::stop-commands::\(token)") }
  }

  /// After it.
  func end(_ invocation: Invocation) { if wantsGitHub { invocation.print("::\(token)::") } }

  /// Writes every report that was asked for.
  func write(_ findings: GateFindings, _ invocation: Invocation) throws(Problem) {
    let files: [(String, (GateFindings) -> String)] = [
      ("junit", JUnitReporting.text), ("sarif", SARIFReporting.text),
      ("gitlab", GitLabReporting.text), ("markdown", MarkdownReporting.text),
    ]
    for (option, text) in files {
      if let path = invocation.text(option) { try write(text(findings), to: path) }
    }
    guard wantsGitHub else { return }
    for line in GitHubReporting.annotations(findings) { invocation.print(line) }
    guard let path = invocation.environment("GITHUB_STEP_SUMMARY"), !path.isEmpty else { return }
    do throws(FileError) {
      let before = try readFileIfPresent(path) ?? []
      let summary = GitHubReporting.summary(MarkdownReporting.text(findings), after: before.count)
      try AtomicFile.write(before + Array(summary.utf8), to: path)
    } catch {
      throw Self.unwritable(path, error)
    }
  }

  private func write(_ text: String, to path: String) throws(Problem) {
    do throws(FileError) {
      try AtomicFile.write(Array(text.utf8), to: path)
    } catch {
      throw Self.unwritable(path, error)
    }
  }

  private static func unwritable(_ path: String, _ error: FileError) -> Problem {
    Problem(
      code: "OUTPUT001", exit: .failure, message: "\(path) cannot be written", reason: "\(error)")
  }
}
