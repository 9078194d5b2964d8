// SPDX-License-Identifier: Apache-2.0
// The simulated disk that stores lie on, and what stands between a store and its disk.

package import Store
import Synchronization

/// The disk under the stores of a simulation: it outlives the processes that open one.
package final class StoreDisk: Sendable {
  let tables = Mutex(StoreTables())

  /// What lies on it now; set by whoever is alone with it.
  var contents: StoreTables {
    get { tables.withLock { $0 } }
    set { tables.withLock { $0 = newValue } }
  }

  /// An empty disk.
  package init() {}

  /// The store on it, while the disk does what it is told.
  package func store() -> any SessionStore { MemoryStore(medium: SoundMedium(disk: self)) }
}

/// What stands between a store and its disk.
protocol StoreMedium: Sendable {
  /// Runs a write as one transaction: all of what `body` does to the tables is kept, or nothing.
  func write<Value>(
    _ body: (inout StoreTables) throws(StoreError) -> Value
  ) throws(StoreError) -> Value

  /// - Throws: where the store can no longer be read.
  func read<Value>(
    _ body: (StoreTables) throws(StoreError) -> Value
  ) throws(StoreError) -> Value

  /// Whether the disk has more free than must stay so.
  var hasSpace: Bool { get }

  /// Whether a rule is left out, as a planted bug asks.
  var bug: PlantedBug? { get }
}

/// A disk that does what it is told.
struct SoundMedium: StoreMedium {
  let disk: StoreDisk

  func write<Value>(
    _ body: (inout StoreTables) throws(StoreError) -> Value
  ) throws(StoreError) -> Value {
    let result: Result<Value, StoreError> = disk.tables.withLock { tables in
      var next = tables
      do throws(StoreError) {
        let value = try body(&next)
        tables = next
        return .success(value)
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  func read<Value>(
    _ body: (StoreTables) throws(StoreError) -> Value
  ) throws(StoreError) -> Value {
    let tables = disk.tables.withLock { $0 }
    return try body(tables)
  }

  var hasSpace: Bool { true }

  var bug: PlantedBug? { nil }
}
