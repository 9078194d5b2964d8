// SPDX-License-Identifier: Apache-2.0
// The key that a coordinator signs with.

package import Domain
package import Signing

extension ProjectSettings {
  /// Reads the configured key; `nil` where none is configured.
  ///
  /// - Throws: `Problem` with exit 78 where it cannot be used: nothing is left unsigned by accident.
  package func signingKey() throws(Problem) -> SigningKey? {
    guard let path = signingKeyPath else { return nil }
    do throws(KeyError) {
      return try SigningKey(path: path)
    } catch {
      throw Problem(
        code: "CONFIG004", exit: .badConfiguration,
        message: "the signing key \(path) cannot be used", reason: error.reason,
        remedy: error.remedy)
    }
  }
}
