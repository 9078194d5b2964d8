// SPDX-License-Identifier: Apache-2.0
// The files of Sources/Supervision/Reporters/, put in by the compiler.
#include "embedded.h"

static const unsigned char node[] = {
#embed "../Supervision/Reporters/node_reporter.mjs"
};
static const unsigned char prove[] = {
#embed "../Supervision/Reporters/prove_reporter.pl"
};
static const unsigned char pytest[] = {
#embed "../Supervision/Reporters/pytest_workspace.py"
};
static const unsigned char unittest[] = {
#embed "../Supervision/Reporters/unittest_reporter.py"
};

struct orchestrate_embedded_file orchestrate_reporter_node(void) {
  return (struct orchestrate_embedded_file){"node_reporter.mjs", node, sizeof node};
}

struct orchestrate_embedded_file orchestrate_reporter_prove(void) {
  return (struct orchestrate_embedded_file){"prove_reporter.pl", prove, sizeof prove};
}

struct orchestrate_embedded_file orchestrate_reporter_pytest(void) {
  return (struct orchestrate_embedded_file){"pytest_workspace.py", pytest, sizeof pytest};
}

struct orchestrate_embedded_file orchestrate_reporter_unittest(void) {
  return (struct orchestrate_embedded_file){"unittest_reporter.py", unittest, sizeof unittest};
}
