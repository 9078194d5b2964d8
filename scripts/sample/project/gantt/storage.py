"""Plans in files: a JSON array with an object for each task."""

import json
from dataclasses import asdict
from pathlib import Path

from gantt.task import Task


def read(path):
    rows = json.loads(Path(path).read_text())
    return [Task(**{**row, "after": tuple(row["after"])}) for row in rows]


def write(path, tasks):
    rows = [asdict(task) for task in tasks]
    Path(path).write_text(json.dumps(rows, indent=2) + "\n")
