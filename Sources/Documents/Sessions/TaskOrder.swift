// SPDX-License-Identifier: Apache-2.0
// Whether tasks can be done in some order, and if not, which wait for each other.

import Domain

/// Looks for tasks that wait for each other.
enum TaskOrder {
  /// The first cycle among the dependencies, each task followed by one that it waits for; `nil`
  /// where there is none. Dependencies that `tasks` does not hold are passed over.
  static func cycle(in tasks: [(id: TaskID, dependencies: [TaskID])]) -> [TaskID]? {
    let known = Set(tasks.map(\.id))
    var waiting: [TaskID: Set<TaskID>] = [:]
    var dependents: [TaskID: [TaskID]] = [:]
    for task in tasks {
      let needed = Set(task.dependencies).intersection(known)
      waiting[task.id] = needed
      for dependency in needed { dependents[dependency, default: []].append(task.id) }
    }
    // Take away what waits for nothing until nothing can be taken: what is left waits in circles
    // or for one. No recursion, so that a chain of any length is fine.
    var free = tasks.map(\.id).filter { waiting[$0]?.isEmpty ?? false }
    while let task = free.popLast() {
      waiting[task] = nil
      for dependent in dependents[task] ?? [] {
        waiting[dependent]?.remove(task)
        if waiting[dependent]?.isEmpty ?? false { free.append(dependent) }
      }
    }
    guard let start = tasks.first(where: { waiting[$0.id] != nil }) else { return nil }
    return walk(from: start.id, in: tasks, among: waiting)
  }

  /// Follows the first dependency that is left, in the file's order, until a task comes again.
  private static func walk(
    from start: TaskID, in tasks: [(id: TaskID, dependencies: [TaskID])],
    among waiting: [TaskID: Set<TaskID>]
  ) -> [TaskID] {
    var dependencies: [TaskID: [TaskID]] = [:]
    for task in tasks { dependencies[task.id] = task.dependencies }
    var path: [TaskID] = []
    var places: [TaskID: Int] = [:]
    var current: TaskID? = start
    while let task = current {
      if let place = places[task] { return Array(path[place...]) }
      places[task] = path.count
      path.append(task)
      current = dependencies[task]?.first { waiting[$0] != nil }
    }
    return path
  }
}
