// SPDX-License-Identifier: Apache-2.0
// What the agenda decides from tasks alone.

import Coordinator
import Domain
import Store
import TestKit
import Testing

@Suite struct AgendaTests {
  @Test func `with nothing to do there is nothing to do`() {
    let agenda = Agenda(tasks: [])
    #expect(agenda.steps(jobs: 1).isEmpty)
    #expect(agenda.isSettled)
  }

  @Test func `a task begins when what it depends on is complete and a place is free`() {
    var agenda = Agenda(tasks: [task(1), task(2, after: [1]), task(3)])
    #expect(agenda.steps(jobs: 1) == [.activate(id(1))])
    #expect(agenda.steps(jobs: 3) == [.activate(id(1)), .activate(id(3))])
    agenda.moved(id(1), to: .working)
    #expect(agenda.steps(jobs: 1).isEmpty)
    agenda.moved(id(1), to: .merging)
    #expect(agenda.steps(jobs: 2) == [.merge(id(1)), .activate(id(3))])
    agenda.moved(id(1), to: .completed)
    #expect(agenda.steps(jobs: 1) == [.activate(id(2))])
    #expect(agenda.completed == 1)
  }

  @Test func `what cannot complete blocks what waits for it, and frees it when it can again`() {
    var agenda = Agenda(tasks: [task(1), task(2, after: [1]), task(3, after: [2])])
    agenda.moved(id(1), to: .stopped)
    #expect(agenda.steps(jobs: 1).map(\.task) == [id(2)])
    agenda.moved(id(2), to: .hindered)
    #expect(agenda.steps(jobs: 1).map(\.task) == [id(3)])
    agenda.moved(id(3), to: .hindered)
    #expect(agenda.steps(jobs: 1).isEmpty)
    #expect(agenda.isSettled)
    agenda.moved(id(1), to: .pending)
    #expect(agenda.steps(jobs: 1) == [.activate(id(1)), .unblock(id(2))])
  }

  @Test func `a blocker holds a task until it is cleared`() {
    var agenda = Agenda(tasks: [task(1, isHindered: true), task(2)])
    #expect(agenda.hasBlockers)
    agenda.setBlockers([id(1): ["a key is missing"]])
    #expect(
      agenda.steps(jobs: 2) == [
        .block(id(1), .init(cause: .openBlocker, detail: "a key is missing")), .activate(id(2)),
      ])
    agenda.moved(id(1), to: .hindered)
    agenda.setBlockers([:])
    #expect(agenda.steps(jobs: 2) == [.unblock(id(1)), .activate(id(2))])
  }

  @Test func `a task that waits for one that the session lacks is blocked`() {
    let agenda = Agenda(tasks: [task(1, after: [9])])
    #expect(agenda.steps(jobs: 1).map(\.task) == [id(1)])
  }

  @Test(arguments: 1...200)
  func `kept up to date it says what one made anew says`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let states: [TaskOutline.State] = [
      .pending, .working, .merging, .completed, .hindered, .stopped, .ended,
    ]
    var tasks = (1...12).map { number in
      task(
        number,
        after: (0..<random.index(below: 4)).map { _ in 1 + random.index(below: 13) },
        isHindered: random.oneIn(6))
    }
    var blockers: [TaskID: [String]] = [:]
    var agenda = Agenda(tasks: tasks)
    for _ in 0..<60 {
      let place = random.index(below: tasks.count)
      if random.oneIn(5) {
        blockers[tasks[place].id] = random.oneIn(2) ? nil : ["seed \(seed)"]
        agenda.setBlockers(blockers)
      } else {
        tasks[place] = tasks[place].moved(to: states[random.index(below: states.count)])
        agenda.moved(tasks[place].id, to: tasks[place].state)
      }
      let fresh = Agenda(tasks: tasks, blockers: blockers)
      let jobs = 1 + random.index(below: 3)
      #expect(agenda.steps(jobs: jobs) == fresh.steps(jobs: jobs))
      #expect(fresh.steps(jobs: jobs) == stepsReadPlainly(tasks, blockers, jobs: jobs))
      #expect(agenda.isSettled == tasks.allSatisfy(\.state.isSettled))
      #expect(agenda.completed == tasks.count { $0.state == .completed })
    }
  }

  // MARK: The rule, written as it reads

  private func stepsReadPlainly(
    _ tasks: [TaskOutline], _ blockers: [TaskID: [String]], jobs: Int
  ) -> [AgendaStep] {
    let states = Dictionary(uniqueKeysWithValues: tasks.map { ($0.id, $0.state) })
    var free = jobs - tasks.count { $0.state == .working || $0.state == .merging }
    var steps = tasks.filter { $0.state == .merging }.map { AgendaStep.merge($0.id) }
    for task in tasks {
      let listed = blockers[task.id] ?? []
      let dead = task.dependencies.first {
        [nil, .hindered, .stopped, .ended].contains(states[$0])
      }
      let obstacle: TaskProgress.Blockage? =
        listed.isEmpty
        ? dead.map { .init(cause: .dependency, detail: "\($0) will not complete as it stands") }
        : .init(cause: .openBlocker, detail: listed.joined(separator: "; "))
      switch task.state {
      case .pending:
        if let obstacle {
          steps.append(.block(task.id, obstacle))
        } else if free > 0, task.dependencies.allSatisfy({ states[$0] == .completed }) {
          steps.append(.activate(task.id))
          free -= 1
        }
      case .hindered: if obstacle == nil { steps.append(.unblock(task.id)) }
      case .working, .merging, .completed, .stopped, .ended: break
      }
    }
    return steps
  }

  private func id(_ number: Int) -> TaskID { SamplePlan.task(number) }

  private func task(
    _ number: Int, after dependencies: [Int] = [], isHindered: Bool = false
  ) -> TaskOutline {
    TaskOutline(
      id: id(number), position: number, state: .pending, dependencies: dependencies.map(id),
      hasBlockers: isHindered)
  }
}

extension AgendaStep {
  fileprivate var task: TaskID {
    switch self {
    case .activate(let id), .block(let id, _), .merge(let id), .unblock(let id): id
    }
  }
}

extension TaskOutline {
  fileprivate func moved(to state: State) -> TaskOutline {
    TaskOutline(
      id: id, position: position, state: state, dependencies: dependencies,
      hasBlockers: hasBlockers)
  }
}
