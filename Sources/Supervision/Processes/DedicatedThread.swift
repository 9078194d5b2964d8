// SPDX-License-Identifier: Apache-2.0
// A thread that may block, apart from those that Swift's tasks run on.

import CPlatform
import Glibc

enum DedicatedThread {
  /// Runs a body on a new thread, with SIGPIPE blocked: writing to a reader that has gone is an
  /// errno there and no signal.
  ///
  /// - Returns: 0, or the errno value for which there is no thread; the body then never runs.
  static func start(_ body: @escaping @Sendable () -> Void) -> Int32 {
    let box = Unmanaged.passRetained(Body(run: body))
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    pthread_attr_setstacksize(&attributes, 512 << 10)
    var thread = pthread_t()
    let code = pthread_create(&thread, &attributes, enter, box.toOpaque())
    if code != 0 { box.release() }
    return code
  }

  private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(run: @escaping @Sendable () -> Void) { self.run = run }
  }
}

/// A plain function, since a closure here could inherit the isolation of whoever starts a thread.
private func enter(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  DedicatedThread.runBody(context)
  return nil
}

extension DedicatedThread {
  fileprivate static func runBody(_ context: UnsafeMutableRawPointer?) {
    guard let context else { return }
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
  }
}
