"""`python3 -m gantt [PLAN.json]` prints a plan's chart."""

import sys

from gantt import chart
from gantt.board import Board
from gantt.example import PLAN


def main(arguments):
    board = Board.load(arguments[0]) if arguments else Board(PLAN)
    print(chart.render(board.tasks()))


if __name__ == "__main__":
    main(sys.argv[1:])
