// SPDX-License-Identifier: Apache-2.0
// What a state file says of the project's health, and nothing else of it.

package import Domain

extension HookGround.Health {
  /// Reads `health_status` and `state`. A state of somebody else's making is none of our business,
  /// but a file that cannot be understood never counts as sound.
  package init(parsing bytes: [UInt8], file: String) {
    let root: JSONValue
    do throws(JSONSyntaxError) {
      root = try JSONValue(parsing: bytes)
    } catch {
      self = .unknowable(reason: "\(file) is no JSON: \(error)")
      return
    }
    let status = root["health_status"] ?? .string(HealthStatus.unknown.rawValue)
    let health = status.string.flatMap(HealthStatus.init)
    switch health {
    case _ where root.object == nil: self = .unknowable(reason: "\(file) holds \(root.inWords)")
    case nil: self = .unknowable(reason: "\(file) gives \(status.inWords) as health_status")
    case .broken: self = .broken
    case .healthy, .unknown:
      self = root["state"]?.string == ProjectState.fixBroken.rawValue ? .broken : .fine
    }
  }
}
