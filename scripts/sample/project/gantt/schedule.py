"""What follows from the tasks' days and dependencies."""


def finish(tasks):
    """The first day on which nothing is left to do; 0 for an empty plan."""
    return max((task.end for task in tasks), default=0)
