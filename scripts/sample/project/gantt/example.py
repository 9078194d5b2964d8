"""A plan to try things with."""

from gantt.task import Task

PLAN = [
    Task("design", "Design", start=0, days=3),
    Task("api", "API", start=3, days=5, after=("design",)),
    Task("page", "Page", start=3, days=2, after=("design",)),
    Task("release", "Release", start=8, days=2, after=("api", "page")),
]
