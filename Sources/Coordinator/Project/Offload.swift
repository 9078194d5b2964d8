// SPDX-License-Identifier: Apache-2.0
// Where blocking calls go, so that they never hold a thread of Swift's concurrency.

import Dispatch

private let blockingQueue = DispatchQueue(label: "orchestrate.blocking", attributes: .concurrent)

/// Runs blocking work (libgit2, file scans) on a thread of its own and waits for it.
package func offloaded<Value: Sendable, Failure: Error>(
  _ work: @escaping @Sendable () throws(Failure) -> Value
) async throws(Failure) -> Value {
  let result: Result<Value, Failure> = await withCheckedContinuation { continuation in
    blockingQueue.async {
      do throws(Failure) {
        continuation.resume(returning: .success(try work()))
      } catch {
        continuation.resume(returning: .failure(error))
      }
    }
  }
  return try result.get()
}
