// SPDX-License-Identifier: Apache-2.0
// The entry point: hands the arguments to the command table and leaves with its exit code.

import Glibc
import Supervision

@main
struct Main {
  static func main() {
    let arguments = CommandLine.arguments
    if arguments.count > 1, arguments[1] == "__supervise" {
      exit(superviseMain(Array(arguments.dropFirst(2))))
    }
  }
}
