from gantt import chart
from gantt.example import PLAN


def test_every_task_has_a_row():
    drawn = chart.render(PLAN)
    assert all(task.title in drawn for task in PLAN)


def test_a_bar_is_as_long_as_its_task():
    assert chart.render(PLAN).count("=") == sum(task.days for task in PLAN)
