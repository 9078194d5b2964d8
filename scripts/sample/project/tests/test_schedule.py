from gantt import schedule
from gantt.example import PLAN


def test_a_plan_is_finished_when_its_last_task_has_ended():
    assert schedule.finish(PLAN) == 10


def test_an_empty_plan_is_finished_at_once():
    assert schedule.finish([]) == 0
