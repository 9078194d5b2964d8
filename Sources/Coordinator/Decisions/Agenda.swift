// SPDX-License-Identifier: Apache-2.0
// What a session does next, decided from its tasks alone.

package import Domain
package import Store

/// One thing to do.
package enum AgendaStep: Hashable, Sendable {
  case activate(TaskID)
  case block(TaskID, TaskProgress.Blockage)
  case merge(TaskID)
  /// A blocked task whose obstacle is gone waits again.
  case unblock(TaskID)
}

/// The decision what to do next, kept up to date task by task: what a move costs grows with the
/// tasks that wait for the one that moved, and not with the session.
package struct Agenda: Hashable, Sendable {
  private struct Entry: Hashable, Sendable {
    let id: TaskID
    var state: TaskOutline.State
    let dependencies: [Dependency]
    /// What a person has to clear first; none in most tasks.
    var blockers: [String]
  }

  private struct Dependency: Hashable, Sendable {
    let id: TaskID
    /// Where it stands in the file; `nil` for what the session does not have.
    let place: Int?
  }

  /// In the order of the session's file.
  private var entries: [Entry]
  private var places: [TaskID: Int] = [:]
  /// The places of the tasks that depend on the one at a place.
  private var dependents: [[Int]]
  /// The places of the tasks for which something can be due, by what, in the order of the file.
  private var lists: [[Int]] = Array(repeating: [], count: Due.allCases.count)
  /// How many tasks ask for something yet.
  private var unsettled = 0
  /// How many are done.
  package private(set) var completed = 0
  /// Whether any plan lists what a person has to clear first.
  package let hasBlockers: Bool

  /// What can be due for a task.
  private enum Due: Int, CaseIterable {
    case working, merging
    /// Pending, with everything complete that it depends on.
    case ready
    /// Pending, and cannot begin as things stand.
    case obstructed
    /// Blocked by what is in its way no more.
    case freed
  }

  /// An agenda over all of a session's tasks, in the order of its file.
  ///
  /// - Parameter blockers: what a person has to clear first, by task.
  package init(tasks: [TaskOutline], blockers: [TaskID: [String]] = [:]) {
    for (index, task) in tasks.enumerated() { places[task.id] = index }
    let places = places
    entries = tasks.map { task in
      Entry(
        id: task.id, state: task.state,
        dependencies: task.dependencies.map { Dependency(id: $0, place: places[$0]) },
        blockers: blockers[task.id] ?? [])
    }
    hasBlockers = tasks.contains(where: \.hasBlockers)
    dependents = Array(repeating: [], count: tasks.count)
    for (index, entry) in entries.enumerated() {
      for dependency in entry.dependencies {
        if let place = dependency.place { dependents[place].append(index) }
      }
    }
    for index in entries.indices {
      count(entries[index].state, by: 1)
      if let due = due(at: index) { lists[due.rawValue].append(index) }
    }
  }

  /// How many tasks there are.
  package var total: Int { entries.count }
  /// Whether no task asks for anything more.
  package var isSettled: Bool { unsettled == 0 }

  /// The tasks in a state that `isWanted` wants, in the order of the session's file; takes time that
  /// grows with the session.
  package func tasks(where isWanted: (TaskOutline.State) -> Bool) -> [TaskID] {
    entries.filter { isWanted($0.state) }.map(\.id)
  }

  /// A task has moved.
  package mutating func moved(_ id: TaskID, to state: TaskOutline.State) {
    guard let place = places[id], entries[place].state != state else { return }
    change(place) { $0.state = state }
  }

  /// What a person has to clear first, by task, is now this.
  package mutating func setBlockers(_ blockers: [TaskID: [String]]) {
    for place in entries.indices where entries[place].blockers != blockers[entries[place].id] ?? []
    {
      change(place) { $0.blockers = blockers[$0.id] ?? [] }
    }
  }

  /// The steps that are due, in the order of the session's file, merges first.
  ///
  /// A task is activated when its dependencies are complete and fewer than `jobs` tasks are under
  /// way; without `jobs` above 1, tasks run one after the other (S4-15). It is blocked when its
  /// file lists an open blocker (S4-34) or a dependency cannot complete.
  package func steps(jobs: Int) -> [AgendaStep] {
    let free = max(0, max(1, jobs) - places(.working).count - places(.merging).count)
    var others = places(.obstructed).compactMap { place in
      blockage(of: entries[place]).map { (place, AgendaStep.block(entries[place].id, $0)) }
    }
    others += places(.ready).prefix(free).map { ($0, .activate(entries[$0].id)) }
    others += places(.freed).map { ($0, .unblock(entries[$0].id)) }
    return places(.merging).map { .merge(entries[$0].id) }
      + others.sorted { $0.0 < $1.0 }.map(\.1)
  }

  private func places(_ due: Due) -> [Int] { lists[due.rawValue] }

  // MARK: Keeping up

  private mutating func change(_ place: Int, _ body: (inout Entry) -> Void) {
    // A task can list another twice.
    let touched = Set(dependents[place]).union([place])
    for index in touched {
      if let due = due(at: index) { lists[due.rawValue].remove(sorted: index) }
    }
    count(entries[place].state, by: -1)
    body(&entries[place])
    count(entries[place].state, by: 1)
    for index in touched {
      if let due = due(at: index) { lists[due.rawValue].insert(sorted: index) }
    }
  }

  private mutating func count(_ state: TaskOutline.State, by step: Int) {
    if !state.isSettled { unsettled += step }
    if state == .completed { completed += step }
  }

  /// What can be due for a task as things stand; `nil` where nothing can.
  private func due(at place: Int) -> Due? {
    let entry = entries[place]
    switch entry.state {
    case .working: return .working
    case .merging: return .merging
    case .pending:
      if blockage(of: entry) != nil { return .obstructed }
      return isReady(entry) ? .ready : nil
    case .hindered: return blockage(of: entry) == nil ? .freed : nil
    case .completed, .stopped, .ended: return nil
    }
  }

  private func isReady(_ entry: Entry) -> Bool {
    entry.dependencies.allSatisfy { $0.place.map { entries[$0].state == .completed } ?? false }
  }

  private func blockage(of entry: Entry) -> TaskProgress.Blockage? {
    if !entry.blockers.isEmpty {
      return .init(cause: .openBlocker, detail: entry.blockers.joined(separator: "; "))
    }
    for dependency in entry.dependencies {
      switch dependency.place.map({ entries[$0].state }) {
      case .hindered, .stopped, .ended, nil:
        return .init(cause: .dependency, detail: "\(dependency.id) will not complete as it stands")
      case .pending, .working, .merging, .completed: continue
      }
    }
    return nil
  }
}

extension [Int] {
  /// The first index whose value is not below `value`, in an ascending array.
  private func place(of value: Int) -> Int {
    var (low, high) = (startIndex, endIndex)
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low
  }

  fileprivate mutating func insert(sorted value: Int) { insert(value, at: place(of: value)) }

  fileprivate mutating func remove(sorted value: Int) {
    let index = place(of: value)
    if index < endIndex, self[index] == value { remove(at: index) }
  }
}
