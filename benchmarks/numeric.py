"""Sums, filters, products and statistics beside NumPy and plain Python, checked in the same run.

    python benchmarks/numeric.py [--runs N] [--quick]

Contestants take turns on one core; what is printed is the median time of each in milliseconds, the median of NumPy's time over
ours with one thread, turn by turn, and our time with two threads on two cores. Python works on lists made beforehand. Before
anything is measured, answers are held against exact ones. A goal that is missed is marked; the exit status is 1 only if an
answer is wrong. The contests of matrices, points, primes and windows are in numeric_matrix.py.
"""

from __future__ import annotations

import argparse
import math
import os
import platform
import statistics
import sys
from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from contestants import timed

from text_processor import cpu_features
from text_processor.numeric import array_multiply, compute_stats, parallel_sum, process_numbers


class Contest(NamedTuple):
    """One job: plain Python's way, NumPy's, ours with so many threads, and how many times as fast as NumPy it should be."""

    name: str
    python: Callable[[], Any]
    numpy: Callable[[], Any]
    ours: Callable[[int], Any]
    goal: float | None
    is_right: Callable[[Any], bool]


def sums(n: int) -> list[Contest]:
    random = np.random.default_rng(1)
    ints, floats = random.integers(-(2**62), 2**62, n), random.normal(size=n)
    int_list, float_list = ints.tolist(), floats.tolist()
    return [
        Contest(
            f"parallel_sum, {n:,} int64",
            lambda: sum(int_list),
            ints.sum,
            lambda threads: parallel_sum(ints, threads=threads),
            0.9,
            lambda found: found == sum(int_list),
        ),
        Contest(
            f"parallel_sum, {n:,} float64",
            lambda: math.fsum(float_list),
            floats.sum,
            lambda threads: parallel_sum(floats, threads=threads),
            None,
            lambda found: found == math.fsum(float_list),
        ),
    ]


def filters(n: int) -> list[Contest]:
    contests = []
    for dtype in ("int64", "float64"):
        numbers = (np.random.default_rng(2).normal(size=n) * 1000).astype(dtype)
        listed = numbers.tolist()
        contests.append(
            Contest(
                f"process_numbers, {n:,} {dtype}",
                lambda listed=listed: [2 * x for x in listed if x > 100],
                lambda numbers=numbers: numbers[numbers > 100] * 2,
                lambda threads, numbers=numbers: process_numbers(numbers, 100, threads=threads),
                3.0,
                lambda found, listed=listed: found.tolist() == [2 * x for x in listed if x > 100],
            )
        )
    return contests


def products(n: int) -> list[Contest]:
    random = np.random.default_rng(3)
    a, b = random.normal(size=(n // 1000, 1000)), random.normal(size=(n // 1000, 1000))
    rows = list(zip(a.tolist(), b.tolist(), strict=True))
    return [
        Contest(
            f"array_multiply, {n // 1000:,} × 1,000 float64",
            lambda: [[x * y for x, y in zip(left, right, strict=True)] for left, right in rows],
            lambda: a * b,
            lambda threads: array_multiply(a, b, threads=threads),
            0.95,
            lambda found: np.array_equal(found, a * b),
        )
    ]


def stats(n: int) -> list[Contest]:
    """On numbers that are hard for whoever squares them: 1e9, give or take 1e-3."""
    numbers = np.random.default_rng(4).normal(1e9, 1e-3, n)
    listed = numbers.tolist()

    def is_right(found: Any) -> bool:
        unit = 2**23  # all numbers are multiples of 2^-23
        ints = [int(x * unit) for x in listed]
        square = Fraction(n * sum(x * x for x in ints) - sum(ints) ** 2, n * (n - 1) * unit**2)
        deviation = Fraction(math.isqrt(int(square * 2**400)), 2**200)
        is_close = abs(Fraction(found["std"]) - deviation) <= deviation / 10**11
        return (
            is_close and found["mean"] == math.fsum(listed) / n and (found["min"], found["max"]) == (min(listed), max(listed))
        )

    return [
        Contest(
            f"compute_stats, {n:,} float64",
            lambda: (
                mean := math.fsum(listed) / n,
                math.sqrt(math.fsum((x - mean) ** 2 for x in listed) / (n - 1)),
                min(listed),
                max(listed),
            ),
            lambda: (numbers.mean(), numbers.std(ddof=1), numbers.min(), numbers.max()),
            lambda threads: compute_stats(numbers, threads=threads),
            3.0,
            is_right,
        )
    ]


CONTESTS: list[Callable[[int], list[Contest]]] = [sums, filters, products, stats]


def measure(contest: Contest, runs: int) -> str:
    """One line of the table."""
    python = timed(contest.python).seconds
    turns = [
        (timed(contest.numpy).seconds, timed(lambda: contest.ours(1)).seconds, timed(lambda: contest.ours(2), 2).seconds)
        for _ in range(runs)
    ]
    theirs, ours, both = (statistics.median(times) * 1e3 for times in zip(*turns, strict=True))
    ratio = statistics.median(numpy / one for numpy, one, _ in turns)
    goal = "" if contest.goal is None else f"{contest.goal:5.2f}{'' if ratio >= contest.goal else ' missed'}"
    return f"{contest.name:46} {python * 1e3:9.1f} {theirs:9.2f} {ours:9.2f} {ratio:8.2f} {both:9.2f} {goal}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--quick", action="store_true", help="one run with few numbers: whether it works, not how fast")
    arguments = parser.parse_args()
    n, runs = (20_000, 1) if arguments.quick else (10_000_000, arguments.runs)
    print(
        f"Python {platform.python_version()}, NumPy {np.__version__}, {platform.machine()}, "
        f"{cpu_features()['in_use']}, {os.cpu_count()} processors"
    )
    print(f"{'':46} {'Python':>9} {'NumPy':>9} {'ours':>9} {'× NumPy':>8} {'2 threads':>9}  goal")
    is_right = True
    for make in CONTESTS:
        for contest in make(n):
            if not all(contest.is_right(contest.ours(threads)) for threads in (1, 2)):
                is_right = False
                print(f"{contest.name:46} WRONG")
            else:
                print(measure(contest, runs))
    if not is_right:
        sys.exit("answers are wrong")


if __name__ == "__main__":
    main()
