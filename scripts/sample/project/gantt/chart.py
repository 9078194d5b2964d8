"""The plan as text: a row for each task, a column for each day."""


def render(tasks):
    return "\n".join(f"{task.title} |{'=' * task.days}" for task in tasks)
