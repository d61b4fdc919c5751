"""Matrices, random points, primes and windows beside NumPy and plain Python, checked in the same run.

    python benchmarks/numeric_matrix.py [--runs N]

Contestants take turns; what is printed is the median time of each, and the median of the ratios of the turns. NumPy's BLAS is
given one thread, as we are; a second line has two for us. In the end: how long an asyncio loop waits at most while a thread
multiplies, and how long two Python threads take for twice the work of one.
"""

from __future__ import annotations

import os

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = "1"  # read when NumPy is imported

import argparse
import asyncio
import math
import platform
import random
import statistics
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from text_processor import cpu_features
from text_processor.numeric import (
    MovingAverage,
    RingBuffer,
    matrix_multiply,
    monte_carlo_pi,
    parallel_sum,
    sieve_of_eratosthenes,
)


class Contest(NamedTuple):
    """One job: the peer to beat, ours, how many times as fast it should be on one thread, and whether the answers agree."""

    name: str
    peer: Callable[[], Any]
    ours: Callable[[int], Any]
    goal: float | None
    agrees: Callable[[Any, Any], bool]


# ---- The peers -------------------------------------------------------------------------------------------------------


def python_pi(n: int) -> float:
    throw = random.Random(1).random
    return 4 * sum(throw() ** 2 + throw() ** 2 < 1 for _ in range(n)) / n


def numpy_sieve(n: int) -> Any:
    is_prime = np.ones(n // 2 + n % 2, bool)  # of odd numbers
    is_prime[0] = False
    for p in range(3, math.isqrt(n) + 1, 2):
        if is_prime[p // 2]:
            is_prime[p * p // 2 :: p] = False
    primes = 2 * np.flatnonzero(is_prime).astype(np.uint32) + 1
    return np.concatenate((np.array([2], np.uint32), primes))


def python_averages(numbers: list[float], size: int) -> list[float]:
    """What is usual, and drifts."""
    window: deque[float] = deque(maxlen=size)
    total, averages = 0.0, list[float]()
    for number in numbers:
        if len(window) == size:
            total -= window[0]
        window.append(number)
        total += number
        averages.append(total / len(window))
    return averages


def python_ring(numbers: Any, size: int) -> list[float]:
    ring = deque[float](maxlen=size)
    ring.extend(numbers.tolist())
    return list(ring)


def our_ring(numbers: Any, size: int) -> list[float]:
    ring = RingBuffer(size)
    ring.extend(numbers)
    return ring.to_list()


def one_by_one(numbers: list[float], size: int) -> list[float]:
    return [add(number) for add in [MovingAverage(size).add] for number in numbers]


# ---- The contests ----------------------------------------------------------------------------------------------------


def is_near(found: Any, expected: Any) -> bool:
    return bool(np.allclose(found, expected, rtol=1e-9, atol=1e-9))


def matrices() -> Iterator[Contest]:
    for n in (64, 512, 1024):
        a, b = (np.random.default_rng(seed).uniform(-1, 1, (n, n)) for seed in (1, 2))
        goal = 0.6 if n >= 512 else None
        yield Contest(
            f"matrix_multiply, {n} x {n}, NumPy's @",
            lambda a=a, b=b: a @ b,
            lambda threads, a=a, b=b: matrix_multiply(a, b, threads=threads),
            goal,
            is_near,
        )


def points() -> Iterator[Contest]:
    n = 1_000_000
    yield Contest(
        "monte_carlo_pi, a million, pure Python",
        lambda: python_pi(n),
        lambda threads: monte_carlo_pi(n, seed=1, threads=threads),
        30,
        lambda found, expected: abs(found - math.pi) < 0.01 and abs(expected - math.pi) < 0.01,
    )


def primes() -> Iterator[Contest]:
    n = 10**7
    yield Contest(
        "sieve_of_eratosthenes, ten million, NumPy",
        lambda: numpy_sieve(n),
        lambda threads: sieve_of_eratosthenes(n, threads=threads),
        2,
        np.array_equal,
    )


def windows() -> Iterator[Contest]:
    numbers = np.random.default_rng(3).uniform(-1, 1, 200_000)
    listed = numbers.tolist()
    yield Contest(
        "MovingAverage.extend, an array, pure Python",
        lambda: python_averages(listed, 100),
        lambda _: MovingAverage(100).extend(numbers),
        None,
        is_near,
    )
    yield Contest(
        "MovingAverage.add, one by one, pure Python",
        lambda: python_averages(listed, 100),
        lambda _: one_by_one(listed, 100),
        None,
        is_near,
    )
    yield Contest(
        "RingBuffer.extend, an array, deque of its list",
        lambda: python_ring(numbers, 1000),
        lambda _: our_ring(numbers, 1000),
        None,
        lambda found, expected: found == expected,
    )


# ---- Measuring -------------------------------------------------------------------------------------------------------


def seconds_of(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    answer = work()
    return time.perf_counter() - start, answer


def measure(contest: Contest, runs: int) -> None:
    times: dict[str, list[float]] = {"peer": [], "one": [], "two": []}
    for _ in range(runs):
        peer, expected = seconds_of(contest.peer)
        one, found = seconds_of(lambda: contest.ours(1))
        two, again = seconds_of(lambda: contest.ours(2))
        if not (contest.agrees(found, expected) and np.array_equal(found, again)):
            raise SystemExit(f"{contest.name}: the answers differ")
        for name, seconds in (("peer", peer), ("one", one), ("two", two)):
            times[name].append(seconds)
    peer_ms, one_ms, two_ms = (1000 * statistics.median(times[name]) for name in ("peer", "one", "two"))
    ratio = statistics.median(peer / one for peer, one in zip(times["peer"], times["one"], strict=True))
    goal = "" if contest.goal is None else f"(to reach: {contest.goal})"
    print(f"{contest.name:50} {peer_ms:9.3f} ms  ours {one_ms:9.3f} ms, two threads {two_ms:9.3f} ms  x {ratio:.2f} {goal}")


# ---- Beside other threads --------------------------------------------------------------------------------------------


async def longest_gap(work: Callable[[], Any]) -> tuple[float, float]:
    """How long the loop's ticks, a millisecond apart, were apart at most while a thread worked, and how long it worked."""
    start = last = time.perf_counter()
    task, gap = asyncio.create_task(asyncio.to_thread(work)), 0.0
    while not task.done():
        await asyncio.sleep(0.001)
        now = time.perf_counter()
        gap, last = max(gap, now - last), now
    await task
    return gap, last - start


def seconds_of_two(work: Callable[[], Any]) -> float:
    threads = [threading.Thread(target=work) for _ in range(2)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - start


def measure_beside_others(runs: int) -> None:
    a, numbers = np.random.default_rng(1).normal(size=(1024, 1024)), np.arange(2**24)
    works: list[tuple[str, Callable[[], Any]]] = [
        ("matrix_multiply, 1024", lambda: matrix_multiply(a, a, threads=1)),
        ("parallel_sum, 2^24 int64", lambda: parallel_sum(numbers, threads=1)),
        ("monte_carlo_pi, 10^8", lambda: monte_carlo_pi(10**8, seed=1, threads=1)),
    ]
    for name, work in works:
        gaps, seconds = zip(*(asyncio.run(longest_gap(work)) for _ in range(runs)), strict=True)
        once = statistics.median(seconds_of(work)[0] for _ in range(runs))
        twice = statistics.median(seconds_of_two(work) for _ in range(runs))
        gap, alone = (1000 * statistics.median(values) for values in (gaps, seconds))
        print(
            f"{name:50} asyncio's longest gap {gap:.1f} ms of {alone:.1f}; two Python threads {twice / once:.2f} x one's time"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    print(f"CPython {platform.python_version()}, NumPy {np.__version__}, {cpu_features()['in_use']}, {runs} runs")
    for contests in (matrices, points, primes, windows):
        for contest in contests():
            measure(contest, runs)
    measure_beside_others(runs)


if __name__ == "__main__":
    main()
