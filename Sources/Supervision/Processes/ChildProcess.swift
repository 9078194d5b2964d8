// SPDX-License-Identifier: Apache-2.0
// A process that this one has started, in a session of its own.

import CPlatform
import Glibc

/// A started child and the descriptor that follows it whatever becomes of its number.
struct ChildProcess: ~Copyable {
  let pid: pid_t
  let pidfd: OwnedDescriptor

  struct StartFailure: Error {
    enum Step { case setup, workingDirectory, execute }
    let step: Step
    let code: Int32
  }

  /// The child's descriptors 0, 1, 2 and 3; -1 stands for /dev/null, or for none at `extra`.
  struct Descriptors {
    var input: Int32 = -1
    var output: Int32 = -1
    var error: Int32 = -1
    var extra: Int32 = -1
  }

  /// - Parameter environment: `NAME=value` strings.
  static func start(
    path: String, argv: [String], environment: [[UInt8]], workingDirectory: String? = nil,
    descriptors: Descriptors
  ) throws(StartFailure) -> ChildProcess {
    let arguments = CStringArray(argv.map { Array($0.utf8) })
    let variables = CStringArray(environment)
    let place = workingDirectory.map { CStringArray([Array($0.utf8)]) }
    var pid: pid_t = 0
    var pidfd: Int32 = -1
    var step: Int32 = 0
    let code = path.withCString { path in
      var request = orchestrate_spawn_request(
        path: path, arguments: arguments.pointers, environment: variables.pointers,
        working_directory: place.flatMap { UnsafePointer($0.pointers[0]) },
        input: descriptors.input, output: descriptors.output, error: descriptors.error,
        extra: descriptors.extra, parent_death_signal: 0, announce_to: -1, announcement: 0)
      return orchestrate_spawn(&request, &pid, &pidfd, &step)
    }
    withExtendedLifetime((arguments, variables, place)) {}
    guard code == 0 else { throw StartFailure(step: Self.step(step), code: code) }
    return ChildProcess(pid: pid, pidfd: OwnedDescriptor(pidfd))
  }

  private static func step(_ number: Int32) -> StartFailure.Step {
    switch Int(number) {
    case Int(ORCHESTRATE_SPAWN_WORKING_DIRECTORY): .workingDirectory
    case Int(ORCHESTRATE_SPAWN_EXECUTE): .execute
    default: .setup
    }
  }

  /// Waits for the end and reaps; after `limit` the process is killed.
  func reap(within limit: Duration) {
    var descriptor = pollfd(fd: pidfd.raw, events: Int16(POLLIN), revents: 0)
    if poll(&descriptor, 1, limit.pollMilliseconds) != 1 {
      _ = orchestrate_pidfd_signal(pidfd.raw, SIGKILL)
    }
    var ending = orchestrate_ending()
    _ = orchestrate_pidfd_wait(pidfd.raw, true, &ending)
  }
}

/// A null-terminated array of C strings, freed with its owner.
final class CStringArray {
  let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  private let count: Int

  init(_ strings: [[UInt8]]) {
    count = strings.count
    pointers = .allocate(capacity: count + 1)
    for (index, string) in strings.enumerated() {
      let copy = UnsafeMutablePointer<CChar>.allocate(capacity: string.count + 1)
      for (offset, byte) in string.enumerated() { copy[offset] = CChar(bitPattern: byte) }
      copy[string.count] = 0
      pointers[index] = copy
    }
    pointers[count] = nil
  }

  deinit {
    for index in 0..<count { pointers[index]?.deallocate() }
    pointers.deallocate()
  }
}

extension Duration {
  /// Rounded up for poll, so that waiting never ends before the time has come; at most a minute.
  var pollMilliseconds: Int32 {
    guard self > .zero else { return 0 }
    guard self < .seconds(60) else { return 60_000 }
    let (seconds, attoseconds) = components
    return Int32(seconds) * 1000
      + Int32((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
  }
}
