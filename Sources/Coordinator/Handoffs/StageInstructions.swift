// SPDX-License-Identifier: Apache-2.0
// What each stage asks of an agent, in the words that the packet carries.

import Domain

enum StageInstructions {
  /// What has to be delivered and what will be run to check it.
  static func text(for stage: Stage) -> String {
    switch stage {
    case .design:
      """
      Decide how to do the task; change no code and no test. Report a design record: the problem, \
      at least five questions, at least three alternatives, the decision, at least three \
      consequences, the risks.
      """
    case .red:
      """
      Add tests for the behaviour that the task asks for; change test files only. The new tests \
      will be run on the code as it is: each must fail by an assertion, or because something that \
      the task will create does not exist yet. Every older test must still pass.
      """
    case .green:
      """
      Make the red tests pass with the least code; touch no test and nothing that selects tests. \
      The whole suite will be run on your files in a clean folder, with the tests as they were \
      accepted, and the red tests once more.
      """
    case .refactor:
      """
      Improve the code without changing what it does; touch no test. The same tests will be run \
      and must pass. If nothing is worth changing, say why in the report's summary.
      """
    case .verify:
      """
      Look for behaviour that no test would miss, and add tests for it; change nothing else. The \
      suite will be run twice from clean, and every hunk of the implementation will be undone in \
      turn: some test must fail each time.
      """
    case .review:
      """
      Review the task's whole change; change no file. Report `approved` true or false, and \
      findings with severity (info, minor, major, critical), path, line and message.
      """
    case .document:
      """
      Bring the documents up to date with the task's change; change documents only. If none is \
      due, say why in the report's summary.
      """
    }
  }
}
