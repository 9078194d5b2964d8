// SPDX-License-Identifier: Apache-2.0
// The body of `orchestrate __supervise`.

import CPlatform
import Glibc

/// Runs one command on behalf of a coordinator at the other end of descriptor 3, and ends its
/// whole tree when the command ends, when the coordinator asks for it, or when it is gone.
///
/// The command was started before this is called (`supervise.c`), and the process is here only
/// because there is a tree to end. Descriptors 0, 1 and 2 belong to the command: nothing is printed
/// once it has started.
///
/// - Returns: the exit code of this process: 0 once the tree is gone, 64 where it was not started
///   by a coordinator, 71 where the system refuses what supervising needs.
package func superviseMain() -> Int32 {
  let supervision = orchestrate_supervised().pointee
  switch supervision.exit_code {
  case 0:
    var tree = SupervisedTree(supervision)
    tree.superviseToTheEnd()
  case EX_USAGE:
    let words = Array("orchestrate __supervise is started by orchestrate itself\n".utf8)
    _ = write(2, words, words.count)
  default: break
  }
  return supervision.exit_code
}
