// SPDX-License-Identifier: Apache-2.0
// Which gates are asked: the project's own, and those of a set.

package import Domain

/// The gates of a project: its own, and on request those of a universal set.
package struct GateChoice: Sendable {
  /// The project's own, in the order of its file.
  package let configured: [Gate]

  package init(configured: [Gate]) { self.configured = configured }

  /// The project's own gates, then those of the set that it has none of its own for.
  package func gates(with set: GateSet?) -> [Gate] {
    let ids = Set(configured.map(\.id))
    return configured
      + (set?.gates ?? []).filter { !ids.contains($0.id) }.map { $0.gate(in: configured) }
  }

  /// Everything that can be asked: the project's own gates, then every universal one.
  package var everything: [Gate] { gates(with: .protocol) }
}
