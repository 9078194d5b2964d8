"""A task of a plan, in whole days counted from the plan's first day."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Task:
    id: str
    title: str
    start: int
    days: int
    # The ids of the tasks that must have ended before this one starts.
    after: tuple[str, ...] = ()

    @property
    def end(self):
        """The first day on which the task is no longer worked on."""
        return self.start + self.days
