# SPDX-License-Identifier: Apache-2.0
"""A throw-away project with a session, for benchmarks that run the built program."""

import json
import os
import subprocess


def make(root, tasks, settings, workflow="bug-fix"):
    """A repository with session 039 of `tasks` tasks, none of which waits for another."""
    os.makedirs(f"{root}/.claude/config")
    os.makedirs(f"{root}/.claude/sessions")
    os.makedirs(f"{root}/tests")
    write(f"{root}/.gitignore", ".claude/\n__pycache__/\n")
    write(f"{root}/calc.py", "def add(a, b):\n    return a + b\n")
    write(f"{root}/tests/test_calc.py", "def test_nothing():\n    assert True\n")
    write(f"{root}/.claude/config/project.json", json.dumps({
        "test_command": "/usr/bin/python3 -m pytest -q", "health_check": "/bin/true", **settings}))
    write(f"{root}/.claude/sessions/session-039-tasks.json", json.dumps({
        "sessionId": "039",
        "tasks": [{
            "id": f"task-{number}", "title": f"Task {number}", "agent": "specialist",
            "status": "pending", "estimatedMinutes": 10, "actualMinutes": None,
            "files": [f"calc{number}.py"], "tests": [], "blockers": [], "output": None,
            "workflow": workflow} for number in range(1, tasks + 1)],
        "metrics": {"totalTasks": tasks, "completed": 0, "failed": 0, "blocked": 0,
                    "timeSpent": 0, "timeEstimated": 10 * tasks}}))
    for words in (["init", "-q", "-b", "main"], ["add", "-A"],
                  ["-c", "user.name=bench", "-c", "user.email=bench@localhost",
                   "commit", "-q", "-m", "First commit"]):
        subprocess.run(["git", *words], cwd=root, check=True)


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def environment(folder):
    """What the program runs with: nothing of the caller's own settings."""
    return {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(folder), "LANG": "C.UTF-8",
            "GIT_CONFIG_NOSYSTEM": "1",
            "ORCHESTRATE_WORKSPACES": str(folder / "workspaces")}
