// SPDX-License-Identifier: Apache-2.0
// How long a session with a long history takes to open, to save to, and to ask.

import Domain
import Glibc
import Store
import TestKit

/// A store with many tasks and many entries.
struct LoadBench {
  private let folder: String
  private var path: String { folder + "/orchestrate.db" }
  private let clock = ManualClock()

  init(folder: String) { self.folder = folder }

  /// Fills the store, which is not timed.
  func make(tasks: Int, events: Int) throws {
    let store = try opened()
    let sample = try SamplePlan(tasks: tasks)
    try store.commit(try sample.started(at: clock.now.wall))
    var written = 3
    // Every task has begun, as far as there are events for it; notes make up the rest.
    for index in 1...tasks where written + 2 <= events {
      try store.commit(try sample.activated(task: index, ordinal: index, at: clock.now.wall))
      written += 2
    }
    while written < events {
      let notes = (written..<min(written + 100, events)).map { number in
        SessionEvent.noted(Note(kind: "bench", text: "entry \(number) of a long history"))
      }
      try store.commit(
        Transition(session: sample.session, at: clock.now.wall, events: notes))
      written += notes.count
    }
    store.close()
    print("\(written) \(size())")
  }

  /// Microseconds for opening it and reading the session with all tasks, for one durable save, for
  /// one task with what was accepted of it; and the most memory that was used, in KiB.
  func run() throws {
    var began = ContinuousClock.now
    func lap() -> Int {
      defer { began = .now }
      return Int((ContinuousClock.now - began) / .microseconds(1))
    }
    let store = try opened()
    let open = lap()
    guard let session = try store.sessions().first else {
      throw TrialError(description: "there is no session")
    }
    let tasks = try store.tasks(in: session.session)
    let load = lap()
    var saves: [Int] = []
    for number in 1...21 {
      let note = SessionEvent.noted(Note(kind: "bench", text: "save \(number)"))
      began = .now
      try store.commit(
        Transition(session: session.session, at: clock.now.wall, events: [note]))
      saves.append(lap())
    }
    var asked: [Int] = []
    for number in 1...21 {
      let id = tasks[tasks.count * number / 22].planned.id
      began = .now
      let task = try store.task(id, in: session.session)
      _ = try store.acceptances(of: id, in: session.session)
      asked.append(lap())
      guard task?.planned.id == id else { throw TrialError(description: "\(id) is gone") }
    }
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    print(open, load, saves.sorted()[10], asked.sorted()[10], usage.ru_maxrss)
  }

  private func opened() throws -> SQLiteStore {
    guard let lock = try StoreLock.tryAcquire("\(folder)/\(StoreLock.fileName)") else {
      throw TrialError(description: "another process holds \(folder)")
    }
    return try SQLiteStore.open(path: path, role: .writer(lock), reserveBytes: 0)
  }

  private func size() -> Int {
    var info = stat()
    return stat(path, &info) == 0 ? Int(info.st_size) : 0
  }
}
