// SPDX-License-Identifier: Apache-2.0
// What is signed of a checkpoint or a merge: an in-toto statement over its commit.

import Documents
import Domain
import Git

/// The statement that a commit was sealed on the grounds that its record names.
enum CheckpointStatement {
  /// in-toto's, version 1.
  static let statementType = "https://in-toto.io/Statement/v1"
  /// Ours: what a predicate of this type holds is told in `docs/verify.md`.
  static let predicateType = "urn:x-orchestrate:checkpoint:v1"

  /// The statement's JSON, on one line.
  ///
  /// - Parameters:
  ///   - record: the digest of the stage or merge record, as the commit's trailer names it.
  ///   - checks: what was checked before it was sealed.
  ///   - evidence: what was run.
  static func text(
    of commit: CommitRecord, record: Digest, checks: [Check], evidence: [Digest]
  ) -> String {
    var predicate = JSONObject()
    for name in ["Session", "Task", "Stage", "Role", "Attempt", "Fence", "Gate"] {
      guard let value = commit.orchestrateTrailer(name) else { continue }
      predicate[name.lowercased()] = .string(value)
    }
    predicate["record"] = .string(record.hex)
    predicate["evidence"] = .strings(evidence.map(\.hex))
    predicate["checks"] = .array(
      checks.map {
        [
          "name": .string($0.name), "level": .string($0.level.rawValue),
          "verdict": .string($0.verdict.words),
        ]
      })
    let statement: JSONValue = [
      "_type": .string(statementType),
      "subject": [
        ["name": .string(commit.subject), "digest": ["gitCommit": .string(commit.id.text)]],
        ["name": "tree", "digest": ["gitTree": .string(commit.tree.text)]],
      ],
      "predicateType": .string(predicateType),
      "predicate": .object(predicate),
    ]
    return statement.compactText
  }

  /// Why a signed statement is not one of this commit and its record; `nil` where it is.
  static func fault(in statement: [UInt8], of commit: CommitRecord, record: Digest) -> String? {
    let value: JSONValue
    do throws(JSONSyntaxError) {
      value = try JSONValue(parsing: statement)
    } catch {
      return "what was signed is no JSON"
    }
    guard value["_type"]?.string == statementType,
      value["predicateType"]?.string == predicateType
    else { return "what was signed is no checkpoint's statement" }
    guard value["subject"]?[0]?["digest"]?["gitCommit"]?.string == commit.id.text,
      value["subject"]?[1]?["digest"]?["gitTree"]?.string == commit.tree.text
    else { return "what was signed is another commit" }
    guard value["predicate"]?["record"]?.string == record.hex else {
      return "what was signed is another record"
    }
    return nil
  }
}
