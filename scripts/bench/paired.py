# SPDX-License-Identifier: Apache-2.0
"""What the benchmarks share: builds, times that are taken in turn, and the table of goals."""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def built(product):
    """A release build, the only one whose speed says anything; or the one that a variable names."""
    given = os.environ.get(product.upper())
    if given:
        return given
    return subprocess.run(
        [ROOT / "scripts" / "build", "release", product], check=True, text=True,
        stdout=subprocess.PIPE).stdout.strip()


class Served:
    """A process that does what it is told, line by line."""

    def __init__(self, *argv):
        self.process = subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"{self.process.args[0]} ended with {self.process.wait()}")
        return line.rstrip("\n")

    def ask(self, *words):
        self.process.stdin.write("\t".join(words) + "\n")
        return self.answer()

    def end(self):
        self.process.stdin.close()
        if self.process.wait() != 0:
            sys.exit(f"{self.process.args[0]} ended with {self.process.returncode}")


def timed(work):
    """Seconds that a piece of work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def in_turn(rounds, cells):
    """Times of each cell by name. A cell is (prepare, work); every round does each once."""
    times = {name: [] for name in cells}
    for turn in range(rounds + 1):
        for name, (prepare, work) in cells.items():
            prepare(turn)
            taken = timed(work)
            # The first round only warms up.
            if turn:
                times[name].append(taken)
    return times


def times_table(title, times):
    """Prints medians with their ranges, in milliseconds."""
    print(f"| {title} | median ms | min..max |\n|---|---:|---:|")
    for name, values in times.items():
        low, middle, high = (f(values) * 1e3 for f in (min, statistics.median, max))
        print(f"| {name} | {middle:.2f} | {low:.2f}..{high:.2f} |")
    print()


def ratio(over, under):
    """The median of ratios that are taken within each round, with the lowest and the highest."""
    each = [a / b for a, b in zip(over, under)]
    return statistics.median(each), min(each), max(each)


class Goals:
    """Figures against their goals."""

    def __init__(self):
        self.rows = []

    def at_least(self, figure, value, goal, unit="×"):
        self.add(figure, value, ">=", goal, unit)

    def at_most(self, figure, value, goal, unit="×"):
        self.add(figure, value, "<=", goal, unit)

    def add(self, figure, value, sign, goal, unit):
        middle, low, high = value if isinstance(value, tuple) else (value, None, None)
        met = middle >= goal if sign == ">=" else middle <= goal
        span = "" if low is None else f" [{low:.2f}..{high:.2f}]"
        self.rows.append(
            f"| {figure} | {middle:.2f} {unit}{span} | {sign} {goal} {unit} | "
            f"{'met' if met else 'missed'} |")

    def tell(self):
        print("| figure | measured | goal | |\n|---|---:|---:|---|")
        print("\n".join(self.rows), flush=True)
