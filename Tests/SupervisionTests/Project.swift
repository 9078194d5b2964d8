// SPDX-License-Identifier: Apache-2.0
// A small project on disk whose tests are really run.

import Domain
import FoundationEssentials
import Glibc
import Supervision

/// A directory of files that is removed with its last reference.
final class Project: Sendable {
  let path: String

  init(_ files: [String: String]) throws {
    var template = "/tmp/orchestrate-test-XXXXXX".utf8CString.map { $0 }
    guard mkdtemp(&template) != nil else { throw CocoaError(.fileWriteUnknown) }
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    for (name, text) in files {
      let file = URL(fileURLWithPath: path + "/" + name)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Every file and directory in it, hidden ones included.
  var contents: Set<String> {
    Set((try? FileManager.default.subpathsOfDirectory(atPath: path)) ?? [])
  }

  func run(
    _ runner: some TestRunner, selecting: [TestIdentity]? = nil, deadline: Duration = .seconds(60),
    adding variables: [String: String] = [:]
  ) async -> TestRunRecord {
    let environment = ["PATH": "/usr/bin:/bin", "HOME": path].merging(variables) { $1 }
    return await runTests(
      runner, in: path, environment: environment, selecting: selecting, deadline: deadline,
      supervisor: supervisor)
  }
}

/// An outcome without its words.
enum Verdict: Equatable {
  case passed, skipped
  case failed(TestFailure.Cause)
  case errored(TestFailure.Cause)

  init(_ outcome: TestOutcome) {
    switch outcome {
    case .passed: self = .passed
    case .skipped: self = .skipped
    case .failed(let failure): self = .failed(failure.cause)
    case .errored(let failure): self = .errored(failure.cause)
    }
  }
}

extension TestRun {
  /// By the identities' descriptions; nil where the tests did not run.
  var verdicts: [String: Verdict]? {
    switch self {
    case .ran(let results):
      Dictionary(
        uniqueKeysWithValues: results.map { ($0.identity.description, Verdict($0.outcome)) })
    case .didNotRun: nil
    }
  }
}
