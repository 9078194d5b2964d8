// SPDX-License-Identifier: Apache-2.0
// The files that people sign gates in, of the user's project and of no submission.

package import Documents
package import Domain

/// Reads and writes a project's attestations and waivers.
package struct GateLedgerFiles: Sendable {
  private let paths: ProjectPaths

  package init(paths: ProjectPaths) { self.paths = paths }

  /// Both files as they are now.
  ///
  /// - Throws: `DocumentError` where one cannot be read or says what it must not.
  package func read() throws(DocumentError) -> GateLedger {
    GateLedger(
      attestations: try GateLedgerDocument.attestations(
        parsing: try bytes(paths.attestations), file: paths.attestations),
      waivers: try GateLedgerDocument.waivers(
        parsing: try bytes(paths.waivers), file: paths.waivers))
  }

  /// Writes what has changed; a file that would hold nothing and is not there is not made.
  ///
  /// - Throws: `FileError` where one cannot be written.
  package func write(_ ledger: GateLedger, over old: GateLedger) throws(FileError) {
    if ledger.attestations != old.attestations {
      try AtomicFile.write(
        Array(GateLedgerDocument.text(of: ledger.attestations).utf8), to: paths.attestations)
    }
    if ledger.waivers != old.waivers {
      try AtomicFile.write(
        Array(GateLedgerDocument.text(of: ledger.waivers).utf8), to: paths.waivers)
    }
  }

  /// The digest of a file of the project; `nil` where there is none or it cannot be read.
  package func digest(of path: String) -> Digest? {
    // What cannot be read shows nothing, whatever the reason.
    guard let bytes = try? readFile("\(paths.root)/\(path)") else { return nil }
    return Digest.sha256(of: bytes)
  }

  /// The digests of an attestation's evidence as the files are now.
  package func present(_ attestation: Attestation?) -> [String: Digest] {
    var present: [String: Digest] = [:]
    for file in attestation?.evidence ?? [] { present[file.path] = digest(of: file.path) }
    return present
  }

  private func bytes(_ path: String) throws(DocumentError) -> [UInt8]? {
    do throws(FileError) {
      return try readFileIfPresent(path, limit: 4 << 20)
    } catch {
      throw DocumentError(file: path, place: .whole, fault: .unreadable(error))
    }
  }
}
