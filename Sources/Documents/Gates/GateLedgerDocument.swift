// SPDX-License-Identifier: Apache-2.0
// `.claude/gates/attestations.json` and `waivers.json`: who put their name to what, until when.

package import Domain

/// The two files in which a project keeps what people signed for. They are read strictly: a key
/// that nobody knows, a date that is none or a waiver without an end makes the whole file unusable,
/// since what it was meant to say is not known.
package enum GateLedgerDocument {
  /// Reads `attestations.json`; `nil` bytes are a project without one.
  ///
  /// - Throws: `DocumentError` with the file, the place and what should be there.
  package static func attestations(
    parsing bytes: [UInt8]?, file: String
  ) throws(DocumentError) -> [Attestation] {
    try entries(bytes, file, "attestations") { (field) throws(DocumentError) in
      try field.allow(["gate", "by", "at", "until", "evidence", "note"])
      let files = try field.required("evidence", "the files it rests on")
      let evidence = try files.elements("an array of files").map { (file) throws(DocumentError) in
        try file.allow(["path", "sha256"])
        return Attestation.File(
          path: try ProjectConfiguration.path(try file.required("path", "the file's path")),
          digest: try file.required("sha256", "the file's SHA-256").digest())
      }
      guard !evidence.isEmpty else { throw files.unexpected("at least one file") }
      return Attestation(
        gate: try field.required("gate", "the gate's id").text(),
        by: try field.required("by", "who attests it").text(),
        at: try field.required("at", "when it was attested").moment(),
        until: try field.optional("until")?.moment(), evidence: evidence,
        note: try field.optional("note")?.string() ?? "")
    }
  }

  /// Reads `waivers.json`; `nil` bytes are a project without one.
  ///
  /// - Throws: `DocumentError` with the file, the place and what should be there.
  package static func waivers(
    parsing bytes: [UInt8]?, file: String
  ) throws(DocumentError) -> [Waiver] {
    try entries(bytes, file, "waivers") { (field) throws(DocumentError) in
      try field.allow(["gate", "by", "reason", "at", "until"])
      let end = try field.required("until", "when the waiver ends")
      let waiver = Waiver(
        gate: try field.required("gate", "the gate's id").text(),
        by: try field.required("by", "who waives it").text(),
        reason: try field.required("reason", "why it is waived").text(),
        at: try field.required("at", "when it was waived").moment(), until: try end.moment())
      guard !waiver.isTooLong else {
        throw end.unexpected("a day at most \(Waiver.daysMax) days after it was waived")
      }
      return waiver
    }
  }

  /// The file of attestations, laid out for people and `git diff`.
  package static func text(of attestations: [Attestation]) -> String {
    file(
      "attestations",
      attestations.map { attestation in
        var entry: JSONValue = [
          "gate": .string(attestation.gate), "by": .string(attestation.by),
          "at": .string(attestation.at.description),
        ]
        if let until = attestation.until { entry.set("until", .string(until.description)) }
        entry.set(
          "evidence",
          .array(
            attestation.evidence.map {
              ["path": .string($0.path), "sha256": .string($0.digest.hex)]
            }))
        if !attestation.note.isEmpty { entry.set("note", .string(attestation.note)) }
        return entry
      })
  }

  /// The file of waivers, laid out for people and `git diff`.
  package static func text(of waivers: [Waiver]) -> String {
    file(
      "waivers",
      waivers.map {
        [
          "gate": .string($0.gate), "by": .string($0.by), "reason": .string($0.reason),
          "at": .string($0.at.description), "until": .string($0.until.description),
        ]
      })
  }

  private static func file(_ key: String, _ entries: [JSONValue]) -> String {
    var root: JSONValue = .object(JSONObject())
    root.set(key, .array(entries))
    return JSONLayout.standard.text(of: root)
  }

  private static func entries<Entry>(
    _ bytes: [UInt8]?, _ file: String, _ key: String,
    _ read: (DocumentField) throws(DocumentError) -> Entry
  ) throws(DocumentError) -> [Entry] {
    guard let bytes else { return [] }
    let root = try DocumentField(reading: bytes, file: file)
    try root.allow([key])
    var entries: [Entry] = []
    var places: [String: JSONPath] = [:]
    for field in try root.required(key, "the \(key)").elements() {
      let gate = try field.required("gate", "the gate's id")
      let id = try gate.text()
      if let first = places[id] { throw gate.fault(.duplicate(id, first: first)) }
      places[id] = gate.path
      entries.append(try read(field))
    }
    return entries
  }
}

extension DocumentField {
  /// - Throws: where this has a member of another name.
  fileprivate func allow(_ keys: [String]) throws(DocumentError) {
    for (key, field) in try members() where !keys.contains(key) {
      throw field.unknown(key, "key here", known: keys)
    }
  }

  fileprivate func moment() throws(DocumentError) -> Timestamp {
    let expected = "a moment in UTC such as 2026-11-21T08:03:45Z, or a day such as 2026-11-21"
    guard let moment = Timestamp(written: try text(expected)) else { throw unexpected(expected) }
    return moment
  }

  fileprivate func digest() throws(DocumentError) -> Digest {
    let expected = "a SHA-256 in 64 lower-case hexadecimal digits"
    guard let digest = Digest(try text(expected)) else { throw unexpected(expected) }
    return digest
  }
}
