"""`sieve_of_eratosthenes` against trial division, against a sieve in NumPy, and against counts that others have published."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from array import array
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from text_processor._native import process as native_process
from text_processor.numeric import sieve_of_eratosthenes

# The length of a segment of the core's, in numbers, and of what several threads begin to share.
SEGMENT = 2 << 15


def is_prime(n: int) -> bool:
    return n > 1 and all(n % i for i in range(2, int(n**0.5) + 1))


def numpys(n: int) -> np.ndarray[Any, Any]:
    is_candidate = np.ones(n + 1, bool)
    is_candidate[:2] = False
    for p in range(2, int(n**0.5) + 1):
        if is_candidate[p]:
            is_candidate[p * p :: p] = False
    return np.flatnonzero(is_candidate)


ALL = numpys(30_000_000)


def up_to(n: int) -> np.ndarray[Any, Any]:
    return ALL[: np.searchsorted(ALL, n, "right")]


# ---- All of them -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", range(300))
def test_small_limits(n: int) -> None:
    primes = sieve_of_eratosthenes(n)
    assert type(primes) is array
    assert primes.typecode == "I"
    assert primes.itemsize == 4
    assert primes.tolist() == [i for i in range(n + 1) if is_prime(i)]


@pytest.mark.parametrize("n", [-1, -(2**100), 0, 1])
def test_below_two_there_are_none(n: int) -> None:
    assert sieve_of_eratosthenes(n) == array("I")


@given(st.integers(0, 3_000_000), st.integers(1, 5))
def test_any_limit(n: int, threads: int) -> None:
    assert np.array_equal(sieve_of_eratosthenes(n, threads=threads), up_to(n))


@pytest.mark.parametrize("middle", [SEGMENT, 16 * SEGMENT, 17 * SEGMENT, 97**2, 1009**2, 4999**2])
def test_limits_about_where_segments_end_and_squares_lie(middle: int) -> None:
    for n in range(middle - 3, middle + 4):
        for threads in (1, 2):
            assert np.array_equal(sieve_of_eratosthenes(n, threads=threads), up_to(n))


@pytest.mark.parametrize("threads", [1, 2, 3, 7, 1000, None])
def test_threads_make_no_difference(threads: int | None) -> None:
    assert np.array_equal(sieve_of_eratosthenes(30_000_000, threads=threads), ALL)


# OEIS A006880 and A007504: how many primes there are up to 10^8, and their sum.
def test_a_hundred_million() -> None:
    primes = sieve_of_eratosthenes(10**8)
    assert len(primes) == 5_761_455
    assert int(np.asarray(primes).sum(dtype=np.uint64)) == 279_209_790_387_276
    assert primes[-1] == 99_999_989


# ---- What is refused, and what takes long ----------------------------------------------------------------------------


@pytest.mark.parametrize("n", [2**32, 10**30])
def test_limits_beyond_32_bits(n: int) -> None:
    with pytest.raises(ValueError, match=f"n must be at most 4294967295, the largest 32-bit number, not {n}"):
        sieve_of_eratosthenes(n)


@pytest.mark.parametrize("bad", [10.0, "10", None, True])
def test_limits_of_another_type(bad: Any) -> None:
    with pytest.raises(TypeError, match="n must be an int, not"):
        sieve_of_eratosthenes(bad)


def test_a_limit_of_numpys() -> None:
    assert sieve_of_eratosthenes(np.uint32(30)) == sieve_of_eratosthenes(30)  # type: ignore[arg-type]


def test_every_refused_allocation_is_a_memory_error_and_leaks_nothing() -> None:
    before = native_process.get_memory_stats()["live_allocations"]
    nth = 1
    while True:
        native_process.fail_allocation(nth)
        try:
            primes = sieve_of_eratosthenes(3_000_000, threads=1)
        except MemoryError:
            nth += 1
            continue
        finally:
            native_process.fail_allocation(0)
        break
    assert nth > 5
    assert np.array_equal(primes, up_to(3_000_000))
    assert native_process.get_memory_stats()["live_allocations"] == before


LITTLE_MEMORY = """
import resource, time
from text_processor.numeric import sieve_of_eratosthenes
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + (256 << 20), resource.RLIM_INFINITY))
start = time.monotonic()
try:
    sieve_of_eratosthenes(2**32 - 1)
except MemoryError:
    print(time.monotonic() - start < 1, len(sieve_of_eratosthenes(10**7)))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps to the limit")
def test_no_memory_for_the_primes_before_anything_is_computed() -> None:
    done = subprocess.run([sys.executable, "-c", LITTLE_MEMORY], capture_output=True, text=True, check=True)
    assert done.stdout == "True 664579\n"


def test_the_hook_is_told() -> None:
    calls: list[tuple[int, int | None]] = []
    sieve_of_eratosthenes(10**9, progress=lambda *call: calls.append(call))
    assert calls[-1] == (10**9 + 1, 10**9 + 1)
    assert calls == sorted(calls)
    assert len(calls) > 2


@pytest.mark.skipif(sys.platform == "win32", reason="there are no signals to send to oneself")
def test_ctrl_c_gets_through() -> None:
    pressed: list[float] = []

    def press() -> None:
        pressed.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    threading.Timer(0.2, press).start()
    with pytest.raises(KeyboardInterrupt):
        sieve_of_eratosthenes(2**32 - 1, threads=1)
    assert time.monotonic() - pressed[0] < 2  # a twentieth of that, unless the machine is busy
