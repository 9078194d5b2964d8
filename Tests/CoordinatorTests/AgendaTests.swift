// SPDX-License-Identifier: Apache-2.0
// What the agenda decides from tasks alone.

import Coordinator
import Domain
import Testing

@Suite struct AgendaTests {
  @Test func `with nothing to do there is nothing to do`() {
    #expect(Agenda.steps(tasks: [], jobs: 1).isEmpty)
  }
}
