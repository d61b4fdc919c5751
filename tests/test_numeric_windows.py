"""`MovingAverage` and `RingBuffer` against a deque, whose average is `math.fsum`'s."""

from __future__ import annotations

import copy
import math
import os
import pickle
import signal
import struct
import sys
import threading
import time
from array import array
from collections import deque
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from text_processor._native import numeric as native_numeric
from text_processor._native import process as native_process
from text_processor.numeric import MovingAverage, RingBuffer, _windows

HOSTILE = [1e16, 1.0, -1e16, 1e-16, 1e308, -1e308, 1.7976931348623157e308, 5e-324, -5e-324, 2.0**-1022, 0.1, -0.0, 2.0**53]

finite = st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from(HOSTILE) | st.integers(-9, 9).map(float)
any_float = finite | st.sampled_from([math.inf, -math.inf, math.nan])


def mean(window: Iterable[float]) -> float:
    """`math.fsum(window) / len(window)`, where that does not overflow on its way."""
    numbers = list(window)
    if not numbers:
        return 0.0
    if not all(map(math.isfinite, numbers)):
        with np.errstate(invalid="ignore"):
            return float(np.sum([x for x in numbers if not math.isfinite(x)]))
    exact = sum(map(Fraction, numbers))
    try:
        return float(exact) / len(numbers)
    except OverflowError:  # beyond the largest double: as much smaller as it takes
        scaled = float(exact / 2**100) / len(numbers) * 2.0**100
        return scaled if math.isfinite(scaled) else math.copysign(sys.float_info.max, scaled)


def means(numbers: Iterable[float], size: int) -> list[float]:
    window: deque[float] = deque(maxlen=size)
    found: list[float] = []
    for number in numbers:
        window.append(number)
        found.append(mean(window))
    return found


def bits(numbers: Iterable[float]) -> list[bytes]:
    """What tells floats apart: only NaN is like NaN, and -0.0 like 0.0."""
    return [struct.pack("<d", number + 0.0) if not math.isnan(number) else b"nan" for number in numbers]


# ---- The average -----------------------------------------------------------------------------------------------------


@given(st.lists(any_float, max_size=60), st.integers(1, 20))
@example([1e16, 1.0, 1.0, 1.0, 1.0], 2)
@example([math.inf, 1.0, -math.inf, 2.0, math.nan, 3.0, 4.0], 2)
@example([1.7976931348623157e308] * 9, 9)
@example([-5e-324, 5e-324, 5e-324, -1.0, 1.0], 3)
def test_one_at_a_time_it_is_fsum_over_the_window(numbers: list[float], size: int) -> None:
    average = MovingAverage(size)
    assert bits(average.add(number) for number in numbers) == bits(means(numbers, size))
    assert bits([average.average()]) == bits([mean(numbers[-size:])])
    assert average.count() == min(size, len(numbers))


@given(st.lists(st.lists(any_float, max_size=30), max_size=5), st.integers(1, 40))
def test_arrays_at_a_time_it_is_the_same(parts: list[list[float]], size: int) -> None:
    average = MovingAverage(size)
    found = [number for part in parts for number in average.extend(part)]
    assert bits(found) == bits(means([number for part in parts for number in part], size))


@pytest.mark.parametrize("size", [1, 2, 7, 60])
def test_many_numbers_of_all_sizes(size: int) -> None:
    random = np.random.default_rng(size)
    numbers = np.ldexp(random.uniform(-1, 1, 1500), random.integers(-1074, 1024, 1500))
    found = MovingAverage(size).extend(numbers)
    assert bits(found) == bits(means(numbers.tolist(), size))


def test_fsum_itself() -> None:
    numbers = np.random.default_rng(1).normal(size=3000).tolist()
    expected = [math.fsum(window) / len(window) for i in range(3000) for window in [numbers[max(0, i - 49) : i + 1]]]
    assert MovingAverage(50).extend(numbers) == expected


def test_after_many_numbers_nothing_is_left_of_them() -> None:
    average = MovingAverage(1000)
    random = np.random.default_rng(2)
    for _ in range(50):
        average.extend(np.ldexp(random.uniform(-1, 1, 100_000), random.integers(-60, 60, 100_000)))
    tenths = [0.1] * 1000
    assert average.extend(tenths)[-1] == math.fsum(tenths) / 1000
    assert average.extend([0.0] * 1000)[-1] == 0.0


def test_what_is_not_finite_leaves_no_trace() -> None:
    average = MovingAverage(2)
    assert average.add(math.inf) == math.inf
    assert math.isnan(average.add(-math.inf))
    assert average.add(1) == -math.inf
    assert average.add(2) == 1.5
    assert math.isnan(average.add(math.nan))
    assert math.isnan(average.add(4))
    assert average.add(6) == 5.0


def test_a_number_that_is_large_leaves_no_trace() -> None:
    average = MovingAverage(3)
    assert average.extend([1e16, 1, 1e-9, 2e-9, 3e-9]) == means([1e16, 1, 1e-9, 2e-9, 3e-9], 3)
    assert average.add(1e-9) == math.fsum([2e-9, 3e-9, 1e-9]) / 3


# ---- Forms -----------------------------------------------------------------------------------------------------------


def test_averages_take_the_form_of_the_numbers() -> None:
    assert MovingAverage(2).extend([1, 2, 3]) == [1.0, 1.5, 2.5]
    assert MovingAverage(2).extend(iter((1, 2.0, True))) == [1.0, 1.5, 1.5]
    assert MovingAverage(2).extend(array("i", [1, 2, 3])) == array("d", [1.0, 1.5, 2.5])
    found = MovingAverage(2).extend(np.array([[1, 2], [3, 4]], np.int8))
    assert type(found) is np.ndarray
    assert found.tolist() == [[1.0, 1.5], [2.5, 3.5]]
    for nothing in ([], (), array("d"), np.array([])):
        assert len(MovingAverage(2).extend(nothing)) == 0


@pytest.mark.parametrize("dtype", ["?", *"bBhHiIqQfd"])
def test_every_type_of_numpys(dtype: str) -> None:
    numbers = np.array([0, 1, 1, 0, 1, 0, 0], dtype)
    assert MovingAverage(3).extend(numbers[::2]).tolist() == means(numbers[::2].tolist(), 3)
    ring = RingBuffer(4)
    ring.extend(numbers)
    assert ring.to_list() == numbers[-4:].tolist()


# ---- The ring --------------------------------------------------------------------------------------------------------


@given(st.lists(st.lists(any_float, max_size=12) | any_float, max_size=12), st.integers(1, 15))
def test_a_ring_is_a_deque(parts: list[list[float] | float], capacity: int) -> None:
    ring, expected = RingBuffer(capacity), deque[float](maxlen=capacity)
    for part in parts:
        if isinstance(part, list):
            ring.extend(np.array(part) if len(part) % 2 else part)
            expected.extend(part)
        else:
            ring.push(part)
            expected.append(part)
        assert bits(ring.to_list()) == bits(ring.to_array()) == bits(ring) == bits(expected)
        assert len(ring) == len(expected)
        assert ring.is_full() == (len(expected) == capacity)
        assert bits([ring.latest() or 0.0]) == bits([expected[-1] if expected else 0.0])


def test_an_empty_ring() -> None:
    ring = RingBuffer(2)
    assert (ring.latest(), ring.to_list(), list(ring), len(ring), bool(ring), ring.is_full()) == (None, [], [], 0, False, False)


def test_iterating_gives_what_was_there_when_it_began() -> None:
    ring = RingBuffer(3)
    ring.extend([1, 2, 3])
    numbers = iter(ring)
    assert next(numbers) == 1.0
    ring.extend([4, 5])
    assert list(numbers) == [2.0, 3.0]
    assert 5 in ring


def test_a_long_list_comes_in_slices() -> None:
    ring = RingBuffer(250_000)
    ring.extend(np.arange(300_000))
    assert ring.to_list() == list(map(float, range(50_000, 300_000)))


# ---- As objects ------------------------------------------------------------------------------------------------------


def test_repr() -> None:
    average = MovingAverage(3)
    assert repr(average) == "MovingAverage(window_size=3, count=0, avg=0.00)"
    average.extend([10, 20])
    assert repr(average) == "MovingAverage(window_size=3, count=2, avg=15.00)"
    average.extend([1e300] * 3)
    assert repr(average) == "MovingAverage(window_size=3, count=3, avg=1e+300)"
    ring = RingBuffer(5)
    ring.push(1)
    assert repr(ring) == "RingBuffer(capacity=5, len=1)"
    assert (average.window_size, ring.capacity) == (3, 5)


def test_clear() -> None:
    average, ring = MovingAverage(2), RingBuffer(2)
    for numbers in (average, ring):
        numbers.extend([math.nan, 5])
        numbers.clear()
    assert (average.average(), average.count(), ring.to_list()) == (0.0, 0, [])
    assert average.add(3) == 3.0
    ring.push(3)
    assert ring.to_list() == [3.0]


class Named(MovingAverage):
    def __init__(self, name: str) -> None:
        super().__init__(3)
        self.name = name


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda each: pickle.loads(pickle.dumps(each))])
def test_copies_go_on_by_themselves(copied: Any) -> None:
    for first in ([], [1e16, 3.0], [1e16, 3.0, math.inf, 2.0, 0.1]):
        named, ring = Named("a"), RingBuffer(3)
        named.extend(first)
        ring.extend(first)
        other, other_ring = copied(named), copied(ring)
        assert type(other) is Named
        assert (other.name, repr(other), other_ring.to_list()) == ("a", repr(named), ring.to_list())
        rest = [0.1, 0.2, 0.3, 0.4]
        assert bits(other.extend(rest)) == bits(named.extend(rest))
        other_ring.push(7)
        assert ring.to_list() == first[-3:]
        assert other_ring.latest() == 7


# ---- What is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [MovingAverage, RingBuffer])
def test_sizes_that_are_none(kind: Any) -> None:
    for size in (0, -1, -(10**30)):
        with pytest.raises(ValueError, match=f"must be at least 1, not {size}"):
            kind(size)
    for size in (1.0, "1", None, True):
        with pytest.raises(TypeError, match="must be an int, not"):
            kind(size)
    for size in (2**44, 2**60, 2**63, 10**30):
        with pytest.raises(MemoryError):
            kind(size)
    assert repr(kind(np.int8(3))) == repr(kind(3))


@pytest.mark.parametrize("bad", ["1", None, [1.0], 1j])
def test_what_is_no_number(bad: Any) -> None:
    with pytest.raises(TypeError):
        MovingAverage(1).add(bad)
    with pytest.raises(TypeError):
        RingBuffer(1).push(bad)


def test_ints_too_large() -> None:
    with pytest.raises(OverflowError):
        MovingAverage(1).add(10**400)
    with pytest.raises(OverflowError, match=r"values\[1\]"):
        RingBuffer(3).extend([1, 10**400])
    ring = RingBuffer(9)
    for each in ([2**53 + 1, 2**64 - 1], [2**53 + 1, 2**70 - 1, 0.5], np.array([2**53 + 1, 2**63 - 1])):
        ring.extend(each)
        assert ring.to_list()[-len(each) :] == list(map(float, each))
    ring.push(2**53 + 1)
    assert ring.latest() == 2.0**53


@pytest.mark.parametrize("bad", ["12", 3, [1, "2"], [1, None], np.array([1j]), [1, 10**400], {1: 2}])
def test_after_a_refusal_all_is_as_before(bad: Any) -> None:
    average, ring = MovingAverage(3), RingBuffer(3)
    for numbers in (average, ring):
        numbers.extend([1, 2])
        with pytest.raises((TypeError, OverflowError)):
            numbers.extend(bad)
    assert (average.count(), average.average(), ring.to_list()) == (2, 1.5, [1.0, 2.0])


@pytest.mark.parametrize("kind", [MovingAverage, RingBuffer])
def test_every_refused_allocation_is_a_memory_error_and_leaks_nothing(kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_windows, "STEP", 4)
    before = native_process.get_memory_stats()["live_allocations"]
    nth, done = 1, False
    while not done:
        native_process.fail_allocation(nth)
        try:
            numbers = kind(3)
            numbers.push(1) if kind is RingBuffer else numbers.add(1)
            numbers.extend(range(10))
            copy.copy(numbers)
            done = True
        except MemoryError:
            nth += 1
        finally:
            native_process.fail_allocation(0)
    assert nth == 7  # a window and its ring, made, copied to take many numbers, and copied
    del numbers
    assert native_process.get_memory_stats()["live_allocations"] == before


# ---- Many at once ----------------------------------------------------------------------------------------------------


class Interrupting:
    """What a window is told to do after some steps of an `extend`."""

    def __init__(self, after: int, action: Any) -> None:
        self.left, self.action, self.push = after, action, native_numeric.Window.push

    def __call__(self, window: native_numeric.Window, *arguments: Any) -> None:
        self.push(window, *arguments)
        self.left -= 1
        if self.left == 0:
            self.action()


class Private(RingBuffer):
    __slots__ = ("__name",)

    def __init__(self, name: str) -> None:
        super().__init__(2)
        self.__name = name

    def name(self) -> str:
        return self.__name


class WithOneSlot(RingBuffer):
    __slots__ = "name"  # noqa: PLC0205 - which is allowed


def test_copies_have_what_subclasses_keep_in_slots() -> None:
    other = WithOneSlot(2)
    other.name = "one"
    assert copy.copy(other).name == "one"
    assert pickle.loads(pickle.dumps(Private("own"))).name() == "own"


@pytest.fixture
def short_steps(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    monkeypatch.setattr(_windows, "STEP", 10)
    return monkeypatch


def put(monkeypatch: pytest.MonkeyPatch, after: int, action: Any) -> None:
    each = Interrupting(after, action)
    monkeypatch.setattr(native_numeric.Window, "push", lambda *arguments: each(*arguments))


def test_steps_make_no_difference(short_steps: pytest.MonkeyPatch) -> None:
    numbers = np.random.default_rng(3).normal(size=1234)
    assert MovingAverage(100).extend(numbers).tolist() == means(numbers.tolist(), 100)


def test_an_interrupt_between_steps_leaves_all_as_it_was(short_steps: pytest.MonkeyPatch) -> None:
    average = MovingAverage(5)
    average.extend([1, 2])

    def interrupt() -> None:
        raise KeyboardInterrupt

    put(short_steps, 3, interrupt)
    with pytest.raises(KeyboardInterrupt):
        average.extend(range(100))
    assert (average.count(), average.average()) == (2, 1.5)
    assert average.add(3) == 2.0


def test_what_comes_between_steps_comes_first(short_steps: pytest.MonkeyPatch) -> None:
    average = MovingAverage(200)
    put(short_steps, 3, lambda: average.add(1000))
    assert average.extend(range(100)) == means([1000, *range(100)], 200)[1:]
    assert average.count() == 101


def test_others_that_always_come_first_come_to_an_end(short_steps: pytest.MonkeyPatch) -> None:
    average, n_faster = MovingAverage(200), 0
    exchange = native_numeric.Window.exchange

    def come_too_late(window: native_numeric.Window, other: native_numeric.Window, version: int) -> bool:
        nonlocal n_faster
        n_faster += 1
        average.add(1000)
        return n_faster > 99 or exchange(window, other, version)

    short_steps.setattr(native_numeric.Window, "exchange", come_too_late)
    found = average.extend(range(100))
    assert 1 <= n_faster < 10
    assert found == means([1000] * n_faster + [*range(100)], 200)[n_faster:]


def test_threads_lose_no_number() -> None:
    average, ring = MovingAverage(10**6), RingBuffer(10**6)

    def work(first: int) -> None:
        for i in range(first, first + 1000):
            average.add(i)
            ring.push(i)
        average.extend(range(first + 1000, first + 3000))
        ring.extend(range(first + 1000, first + 3000))

    threads = [threading.Thread(target=work, args=(first,)) for first in range(0, 12_000, 3000)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ring.to_list()) == list(map(float, range(12_000)))
    assert average.average() == sum(range(12_000)) / 12_000


def extend_for_ever(average: MovingAverage, numbers: Any) -> None:
    while True:
        average.extend(numbers)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no signals to send to oneself")
def test_ctrl_c_gets_through() -> None:
    average = MovingAverage(10)
    average.add(1)
    numbers = np.ldexp(np.random.default_rng(4).uniform(-1, 1, 20_000_000), 3)
    pressed: list[float] = []

    def press() -> None:
        pressed.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    threading.Timer(0.05, press).start()
    with pytest.raises(KeyboardInterrupt):
        extend_for_ever(average, numbers)
    assert time.monotonic() - pressed[0] < 2  # a twentieth of that, unless the machine is busy
    assert average.count() in (1, 10)
