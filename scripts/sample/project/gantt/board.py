"""The board: the tasks of a plan, in their order, and moving them."""

from dataclasses import replace

from gantt import storage


class Board:
    def __init__(self, tasks):
        self._tasks = {task.id: task for task in tasks}

    @classmethod
    def load(cls, path):
        return cls(storage.read(path))

    def tasks(self):
        return list(self._tasks.values())

    def task(self, id):
        return self._tasks[id]

    def move(self, id, start):
        """Drops a task on another day and returns it as it is now."""
        moved = replace(self.task(id), start=start)
        self._tasks[id] = moved
        return moved
