// SPDX-License-Identifier: Apache-2.0
// The files of agents/ and config/, put in by the compiler; each change of one compiles this anew.
#include "embedded.h"

static const unsigned char architect[] = {
#embed "../../agents/architect.md"
};
static const unsigned char specialist[] = {
#embed "../../agents/specialist.md"
};
static const unsigned char test_engineer[] = {
#embed "../../agents/test-engineer.md"
};
static const unsigned char reviewer[] = {
#embed "../../agents/reviewer.md"
};
static const unsigned char documenter[] = {
#embed "../../agents/documenter.md"
};
static const unsigned char gates[] = {
#embed "../../config/gates.json"
};
static const unsigned char schema[] = {
#embed "../../config/project.schema.json"
};
static const unsigned char roles[] = {
#embed "../../config/roles.json"
};
static const unsigned char statuses[] = {
#embed "../../config/statuses.json"
};
static const unsigned char bug_fix[] = {
#embed "../../config/workflows/bug-fix.md"
};
static const unsigned char feature_development[] = {
#embed "../../config/workflows/feature-development.md"
};
static const unsigned char performance_optimization[] = {
#embed "../../config/workflows/performance-optimization.md"
};

static const struct orchestrate_embedded_file files[] = {
    {"agents/architect.md", architect, sizeof architect},
    {"agents/specialist.md", specialist, sizeof specialist},
    {"agents/test-engineer.md", test_engineer, sizeof test_engineer},
    {"agents/reviewer.md", reviewer, sizeof reviewer},
    {"agents/documenter.md", documenter, sizeof documenter},
    {"config/gates.json", gates, sizeof gates},
    {"config/project.schema.json", schema, sizeof schema},
    {"config/roles.json", roles, sizeof roles},
    {"config/statuses.json", statuses, sizeof statuses},
    {"config/workflows/bug-fix.md", bug_fix, sizeof bug_fix},
    {"config/workflows/feature-development.md", feature_development, sizeof feature_development},
    {"config/workflows/performance-optimization.md", performance_optimization, sizeof performance_optimization},
};

size_t orchestrate_embedded_file_count(void) { return sizeof files / sizeof files[0]; }

struct orchestrate_embedded_file orchestrate_embedded_file_at(size_t index) {
  return files[index];
}
