"""`monte_carlo_pi` against the same points in plain Python, and against π as far as chance allows."""

from __future__ import annotations

import math
import os
import signal
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from text_processor import cpu_features
from text_processor._native import numeric as native_numeric
from text_processor._native import process as native_process
from text_processor.numeric import monte_carlo_pi

MASK = 2**64 - 1


def points(key: int, first: int, n: int) -> Iterator[tuple[int, int]]:
    """SplitMix64's numbers from the first one on, halved into two odd coordinates."""
    for i in range(first, first + n):
        z = (key + (i + 1) * 0x9E3779B97F4A7C15) & MASK
        z = ((z ^ z >> 30) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ z >> 27) * 0x94D049BB133111EB) & MASK
        z ^= z >> 31
        yield z >> 32 | 1, z & 0xFFFFFFFF | 1


def count(key: int, first: int, n: int) -> int:
    return sum(x * x + y * y < 2**64 for x, y in points(key, first, n))


@pytest.fixture(params=cpu_features()["available"])
def variant(request: pytest.FixtureRequest) -> Iterator[str]:
    native_process.select_simd(request.param)
    yield request.param
    native_process.select_simd(None)


# ---- The same points -------------------------------------------------------------------------------------------------


def test_they_are_those_of_splitmix64() -> None:
    # The generator's first outputs from 0, as its authors' code gives them: those that java.util.SplittableRandom(0) does.
    first = [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]
    assert list(points(0, 0, 3)) == [(z >> 32 | 1, z & 0xFFFFFFFF | 1) for z in first]


@given(st.integers(0, MASK), st.integers(0, MASK), st.integers(0, 200))
def test_counts_are_plain_pythons(key: int, first: int, n: int) -> None:
    expected = count(key, first, n)
    try:
        for name in cpu_features()["available"]:
            native_process.select_simd(name)
            assert native_numeric.count_points_in_circle(key, first, n, 1) == expected
    finally:
        native_process.select_simd(None)


def test_the_answer_is_that_of_the_points() -> None:
    key = int.from_bytes(blake2b(b"\x07", digest_size=8).digest(), "little")
    assert monte_carlo_pi(10_000, seed=7) == 4 * count(key, 0, 10_000) / 10_000


def test_variants_threads_and_steps_make_no_difference(variant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    n = 3_000_001
    expected = 3.140818953060349
    for threads in (1, 2, 3, 5, 1000, None):
        assert monte_carlo_pi(n, seed=3, threads=threads) == expected
    monkeypatch.setattr("text_processor.numeric._pi.FIRST_STEP", 1)
    assert monte_carlo_pi(n, seed=3) == expected


@given(st.integers(), st.integers(1, 2000))
def test_a_seed_gives_the_same_again(seed: int, n: int) -> None:
    assert monte_carlo_pi(n, seed) == monte_carlo_pi(n, seed=seed, threads=1)
    assert monte_carlo_pi(1, seed) in (0.0, 4.0)


def test_other_seeds_give_other_points() -> None:
    seeds = [*range(-50, 50), 2**64, 2**64 + 1, -(2**64), 2**1000, -(2**1000), 255, 256, 128, -128, -129]
    assert len({monte_carlo_pi(10**6, seed) for seed in seeds}) > 90  # a few of so many agree by chance
    assert len({monte_carlo_pi(10**6) for _ in range(5)}) > 1


# ---- π ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [100, 10_000, 1_000_000])
def test_the_error_falls_with_the_root_of_the_number(n: int) -> None:
    deviation = math.sqrt(math.pi * (4 - math.pi) / n)
    errors = [(monte_carlo_pi(n, seed) - math.pi) / deviation for seed in range(200)]
    assert abs(statistics.mean(errors)) < 0.25  # 3.5 standard deviations of a mean of 200
    assert 0.8 < statistics.stdev(errors) < 1.2
    assert max(map(abs, errors)) < 4.5


def test_many_points_come_close() -> None:
    assert abs(monte_carlo_pi(10**9, seed=11) - math.pi) < 5 * 1.642 / math.sqrt(10**9)


# ---- What is refused, and what takes long ----------------------------------------------------------------------------


@pytest.mark.parametrize("samples", [0, -1, 2**64])
def test_numbers_out_of_range(samples: int) -> None:
    with pytest.raises(ValueError, match=f"samples must be from 1 to 18446744073709551615, not {samples}"):
        monte_carlo_pi(samples)


@pytest.mark.parametrize("bad", [1.0, "1", None, True])
def test_samples_of_another_type(bad: Any) -> None:
    with pytest.raises(TypeError, match="samples must be an int, not"):
        monte_carlo_pi(bad)


def test_seeds_and_numbers_of_another_type() -> None:
    for bad in (1.0, "1", b"1"):
        with pytest.raises(TypeError, match="seed must be an int or None, not"):
            monte_carlo_pi(1, bad)  # type: ignore[arg-type]
    assert monte_carlo_pi(np.int64(1000), seed=np.uint8(5)) == monte_carlo_pi(1000, seed=5)  # type: ignore[arg-type]


def test_the_hook_is_told() -> None:
    calls: list[tuple[int, int | None]] = []
    monte_carlo_pi(10**8, seed=1, progress=lambda *call: calls.append(call))
    assert calls[-1] == (10**8, 10**8)
    assert calls == sorted(calls)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no signals to send to oneself")
def test_ctrl_c_gets_through(variant: str) -> None:
    pressed: list[float] = []

    def press() -> None:
        pressed.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    threading.Timer(0.2, press).start()
    with pytest.raises(KeyboardInterrupt):
        monte_carlo_pi(10**15)
    assert time.monotonic() - pressed[0] < 2  # a twentieth of that, unless the machine is busy
