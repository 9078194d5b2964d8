# SPDX-License-Identifier: Apache-2.0
"""Calls of `orchestrate hook` as agents make them, for what measures or traces them."""

import json
from dataclasses import dataclass
from pathlib import Path

CLAIM = {
    "schema": "orchestrate.hook/1", "handoff": "039-1", "fence": 1, "task": "task-1",
    "stage": "green", "project": "/project", "tests": ["tests/", "test_*.py", "*_test.py"],
    "testConfiguration": ["pytest.ini", "conftest.py"], "sharedNames": ["pyproject.toml"],
    "documents": ["*.md"], "litter": ["__pycache__/"]}
STATE = {"state": "IMPLEMENT", "health_status": "HEALTHY"}


@dataclass
class Case:
    """One call: its payload's file, where it is made, and the exit code that is right."""
    name: str
    payload: str
    cwd: str
    code: int


def cases(folder):
    """Sets the scene in a folder: a claim's workspace and a project with a state file."""
    tree, project = Path(folder, "slot/tree"), Path(folder, "project")
    tree.mkdir(parents=True)
    (project / ".claude/progress").mkdir(parents=True)
    (tree.parent / "hook.json").write_text(json.dumps(CLAIM))
    (project / ".claude/progress/state.json").write_text(json.dumps(STATE))

    def case(name, cwd, code, tool, given):
        payload = Path(folder, name.replace(" ", "-") + ".json")
        payload.write_text(json.dumps({
            "session_id": "s", "hook_event_name": "PreToolUse", "cwd": str(cwd),
            "tool_name": tool, "tool_input": given}))
        return Case(name, str(payload), str(cwd), code)

    code = {"file_path": f"{tree}/calc.py", "old_string": "a", "new_string": "b" * 2000}
    return [
        case("edit let through", tree, 0, "Edit", code),
        case("edit of a test blocked", tree, 2, "Edit",
             {**code, "file_path": f"{tree}/tests/test_a.py"}),
        case("shell line let through", tree, 0, "Bash",
             {"command": "cd calc && sed -i s/a/b/ x.py | tee log"}),
        case("project's state read", project, 0, "Edit",
             {"file_path": "src/a.py", "new_string": "b" * 2000}),
    ]
