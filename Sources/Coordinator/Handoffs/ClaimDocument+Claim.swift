// SPDX-License-Identifier: Apache-2.0
// What hooks are told of a claim, from the settings that will judge it.

import Documents
import Domain
import Supervision

extension ClaimDocument {
  /// A claim with the project's own way of sorting paths.
  init(of handoff: Handoff, _ claim: Claim, project: String, groups: PathGroups) {
    self.init(
      handoff: handoff.id, fence: claim.fence, task: handoff.task, stage: handoff.stage,
      project: project, tests: groups.tests.map(\.text),
      testConfiguration: groups.testConfiguration.map(\.text),
      sharedNames: TestSettings.sharedNames, documents: groups.documents.map(\.text),
      litter: groups.litter)
  }
}
