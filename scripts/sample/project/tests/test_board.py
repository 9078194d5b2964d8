import pytest

from gantt import storage
from gantt.board import Board
from gantt.example import PLAN


def test_a_plan_reads_back_as_it_was_written(tmp_path):
    storage.write(tmp_path / "plan.json", PLAN)
    assert Board.load(tmp_path / "plan.json").tasks() == PLAN


def test_a_moved_task_starts_on_the_day_it_was_dropped_on():
    board = Board(PLAN)
    assert board.move("release", 12).start == 12
    assert board.task("release").start == 12


def test_a_move_leaves_the_other_tasks_alone():
    board = Board(PLAN)
    board.move("release", 12)
    assert board.tasks()[:3] == PLAN[:3]


def test_a_task_that_is_not_on_the_board_is_a_key_error():
    with pytest.raises(KeyError):
        Board(PLAN).task("holiday")
