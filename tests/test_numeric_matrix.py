"""`matrix_multiply` against exact fractions, and against NumPy's `@` in everything but the last bits."""

from __future__ import annotations

import asyncio
import math
import os
import signal
import sys
import threading
import time
from array import array
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from text_processor import cpu_features
from text_processor._native import numeric as native_numeric
from text_processor._native import process as native_process
from text_processor.numeric import matrix_multiply

Rows = list[list[float]]

VARIANTS = cpu_features()["available"]

finite = st.floats(-1e100, 1e100, allow_subnormal=False).filter(lambda x: x == 0 or abs(x) > 1e-100)
# No sum of their products overflows: where one does on its way depends on its order.
special = st.floats(-1e100, 1e100) | st.sampled_from([0.0, -0.0, math.inf, -math.inf, math.nan, 5e-324])


@pytest.fixture(params=VARIANTS)
def variant(request: pytest.FixtureRequest) -> Iterator[str]:
    native_process.select_simd(request.param)
    yield request.param
    native_process.select_simd(None)


@st.composite
def pairs(draw: st.DrawFn, numbers: st.SearchStrategy[float] = finite) -> tuple[Rows, Rows]:
    """Two matrices that fit, of shapes that no tile divides."""
    m, k, n = (draw(st.integers(1, 30)) for _ in range(3))
    row = st.lists(numbers, min_size=30, max_size=30)
    few = draw(st.lists(row, min_size=1, max_size=4))
    return (
        [[few[i % len(few)][(i + j) % 30] for j in range(k)] for i in range(m)],
        [[few[j % len(few)][(i * j) % 30] for j in range(n)] for i in range(k)],
    )


def random_matrix(seed: int, *shape: int) -> np.ndarray[Any, Any]:
    return np.random.default_rng(seed).uniform(-1, 1, shape)


def is_same(one: Any, other: Any) -> bool:
    return np.array_equal(one, other, equal_nan=True)


# ---- It is the product -----------------------------------------------------------------------------------------------


@given(pairs())
def test_elements_are_within_the_bound_of_the_exact_ones(pair: tuple[Rows, Rows]) -> None:
    a, b = pair
    unit = Fraction(1, 2**53)
    k = len(b)
    bound = k * unit / (1 - k * unit)
    columns = list(zip(*b, strict=True))
    terms = [[[Fraction(x) * Fraction(y) for x, y in zip(row, column, strict=True)] for column in columns] for row in a]
    exact = [[(sum(products), bound * sum(map(abs, products))) for products in row] for row in terms]
    try:
        for name in VARIANTS:
            native_process.select_simd(name)
            for expected_row, found_row in zip(exact, matrix_multiply(a, b), strict=True):
                for (expected, most), found in zip(expected_row, found_row, strict=True):
                    assert abs(Fraction(found) - expected) <= most
    finally:
        native_process.select_simd(None)


@given(pairs(special))
def test_nan_and_infinities_go_where_numpys_go(pair: tuple[Rows, Rows]) -> None:
    with np.errstate(all="ignore"):
        expected = np.array(pair[0]) @ np.array(pair[1])
    found = np.array(matrix_multiply(*pair))
    assert (np.isfinite(found) == np.isfinite(expected)).all()
    assert is_same(found[~np.isfinite(found)], expected[~np.isfinite(found)])


@pytest.mark.parametrize(
    "shape",
    [
        (1, 1, 1),
        (8, 192, 24),
        (9, 193, 25),
        (7, 191, 23),
        (129, 385, 49),
        (128, 384, 48),
        (3, 500, 2100),
        (260, 3, 2),
        (1, 1000, 1),
    ],
)
def test_large_ones_are_numpys_within_the_bound(variant: str, shape: tuple[int, int, int]) -> None:
    m, k, n = shape
    a, b = random_matrix(1, m, k), random_matrix(2, k, n)
    found = matrix_multiply(a, b)
    assert found.dtype == np.float64
    assert found.shape == (m, n)
    assert (np.abs(found - a @ b) <= 2 * k * 2**-53 * (np.abs(a) @ np.abs(b))).all()


def test_whole_numbers_are_exact(variant: str) -> None:
    a, b = np.arange(300 * 200).reshape(300, 200), np.arange(200 * 70)[::-1].reshape(200, 70)
    assert (matrix_multiply(a, b) == a @ b).all()


@pytest.mark.parametrize("shape", [(500, 400, 300), (2, 3000, 4000), (4000, 300, 2), (64, 64, 64)])
def test_threads_change_no_bit(variant: str, shape: tuple[int, int, int]) -> None:
    m, k, n = shape
    a, b = random_matrix(3, m, k), random_matrix(4, k, n)
    expected = matrix_multiply(a, b, threads=1).tobytes()
    for threads in (2, 3, 7, None):
        assert matrix_multiply(a, b, threads=threads).tobytes() == expected


def test_steps_change_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = random_matrix(5, 333, 444), random_matrix(6, 444, 2222)
    expected = matrix_multiply(a, b).tobytes()
    monkeypatch.setattr("text_processor.numeric._matrix.FIRST_STEP", 1)
    monkeypatch.setattr("text_processor.numeric._matrix.STEP_SECONDS", 0.0)
    assert matrix_multiply(a, b).tobytes() == expected


# ---- Nothing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(0, 3, 4), (3, 0, 4), (3, 4, 0), (0, 0, 0), (0, 3, 0), (300, 0, 2100)])
def test_empty_arrays_are_as_numpys(shape: tuple[int, int, int]) -> None:
    m, k, n = shape
    a, b = np.ones((m, k)), np.ones((k, n))
    found = matrix_multiply(a, b)
    assert found.shape == (m, n)
    assert is_same(found, a @ b)


def test_empty_lists() -> None:
    assert matrix_multiply([], []) == []
    assert matrix_multiply([[], []], []) == [[], []]
    assert matrix_multiply([[1.0]], [[]]) == [[]]


# ---- What is taken and what comes back -------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [bool, *"bBhHiIqQfd"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_every_type_of_numpys(dtype: Any, order: Any) -> None:
    a = np.arange(12).reshape(3, 4).astype(dtype, order=order)
    b = np.array(np.arange(20).reshape(4, 5), dtype, order=order)
    before = a.copy()
    assert is_same(matrix_multiply(a, b), a.astype(float) @ b.astype(float))
    assert is_same(a, before)


def test_views_of_any_strides() -> None:
    a, b = random_matrix(7, 40, 60), random_matrix(8, 60, 50)
    for one, other in [(a[::2, ::3], b[::3, ::-1]), (a.T, b.T[:, :40].T), (a[::-1], b), (np.broadcast_to(a[0], (5, 60)), b)]:
        if one.shape[1] == other.shape[0]:
            assert np.allclose(matrix_multiply(one, other), one @ other, rtol=1e-12, atol=1e-12)
    assert np.allclose(matrix_multiply(a.T, a), a.T @ a, rtol=1e-12, atol=1e-12)
    assert np.allclose(matrix_multiply(b, b.T), b @ b.T, rtol=1e-12, atol=1e-12)


def test_read_only_and_misaligned_ones() -> None:
    a = random_matrix(9, 5, 6)
    data = b"x" + a.tobytes()
    b = np.frombuffer(data, np.float64, offset=1).reshape(5, 6)
    assert not b.flags.writeable
    assert is_same(matrix_multiply(b, a.T), matrix_multiply(a, a.T))


def test_the_answer_takes_the_form_of_what_is_given() -> None:
    rows, numpys = [[1.0, 2.0]], np.array([[3.0], [4.0]])
    view: Any = memoryview(array("d", [3, 4])).cast("B").cast("d", [2, 1])
    assert matrix_multiply(rows, [[3], [4]]) == [[11.0]]
    assert matrix_multiply(((1, 2),), ((3,), (4,))) == [[11.0]]
    assert type(matrix_multiply(rows, numpys)) is np.ndarray
    assert type(matrix_multiply(numpys, rows)) is np.ndarray
    viewed = matrix_multiply(rows, view)
    assert type(viewed) is memoryview
    assert (viewed.format, viewed.shape, viewed.tolist()) == ("d", (1, 1), [[11.0]])


# ---- What is refused -------------------------------------------------------------------------------------------------


def test_shapes_that_do_not_fit_are_both_named() -> None:
    with pytest.raises(ValueError, match=r"a of shape \(2, 3\) and b of shape \(2, 3\) do not fit"):
        matrix_multiply(np.ones((2, 3)), np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"a of shape \(1, 2\) and b of shape \(3, 1\)"):
        matrix_multiply([[1, 2]], [[1], [2], [3]])
    for a, b in [([1, 2], [[1], [2]]), (np.ones((2, 2, 2)), np.ones((2, 2))), ([[1.0]], [1.0])]:
        with pytest.raises(ValueError, match=r"must have two dimensions, not the shapes \(.*\) and \(.*\)"):
            matrix_multiply(a, b)


def test_ragged_rows() -> None:
    with pytest.raises(ValueError, match=r"b\[1\] has 1 numbers, but b\[0\] has 2"):
        matrix_multiply([[1, 2]], [[1, 2], [3]])


@pytest.mark.parametrize("bad", ["ab", 3, None, [["a"]], [[None]], np.array([["a"]]), np.array([[1j]])])
def test_what_is_no_matrix(bad: Any) -> None:
    with pytest.raises(TypeError):
        matrix_multiply(bad, [[1.0]])
    with pytest.raises(TypeError):
        matrix_multiply([[1.0]], bad)


@pytest.mark.parametrize("number", [2**53 + 1, -(2**53) - 1, 2**63 - 1, 2**64 - 1])
def test_an_int_that_no_float_is_is_refused(number: int) -> None:
    rows, dtype = [[1, 2], [number, 2**53]], np.int64 if number < 2**63 else np.uint64
    for a in (rows, np.array(rows, dtype), np.array(rows, dtype, order="F")):
        with pytest.raises(ValueError, match=rf"a\[1, 0\] is {number}, which no float64 is"):
            matrix_multiply(a, [[1.0], [2.0]])


def test_large_ints_that_floats_are_pass() -> None:
    assert matrix_multiply([[2**53, -(2**63), 2**62 + 2**11]], [[1], [0], [1]]) == [[float(2**53 + 2**62 + 2**11)]]
    assert matrix_multiply([[2**63]], [[1]]) == [[2.0**63]]
    with pytest.raises(OverflowError):
        matrix_multiply([[2**64]], [[1]])


@pytest.mark.parametrize("threads", [0, -1, 1.5, True, "2"])
def test_threads_that_are_none(threads: Any) -> None:
    with pytest.raises((ValueError, TypeError), match="threads"):
        matrix_multiply([[1.0]], [[1.0]], threads=threads)


def test_no_memory_for_the_answer_before_anything_is_touched() -> None:
    column = np.broadcast_to(np.float32(1), (2**15, 1))
    start = time.monotonic()
    with pytest.raises(MemoryError):
        matrix_multiply(np.broadcast_to(1.0, (1 << 24, 1)), np.broadcast_to(1.0, (1, 1 << 24)))
    assert time.monotonic() - start < 10
    assert matrix_multiply(column[:2], column[:1]).tolist() == [[1.0], [1.0]]


def test_every_refused_allocation_is_a_memory_error_and_leaks_nothing() -> None:
    a, b = random_matrix(10, 30, 30), random_matrix(11, 30, 30)
    expected = matrix_multiply(a, b)
    before = native_process.get_memory_stats()["live_allocations"]
    nth = 1
    while True:
        native_process.fail_allocation(nth)
        try:
            found = matrix_multiply(a, b, threads=1)
        except MemoryError:
            nth += 1
            continue
        finally:
            native_process.fail_allocation(0)
        break
    assert nth > 3
    assert is_same(found, expected)
    assert native_process.get_memory_stats()["live_allocations"] == before


@pytest.mark.parametrize("shape", [(1, 20_000, 1), (3, 20_000, 2), (100, 10_000, 10)])
def test_few_rows_of_many_columns(shape: tuple[int, int, int]) -> None:
    m, k, n = shape
    a, b = np.arange(m * k, dtype=float).reshape(m, k) % 1000, np.arange(k * n, dtype=float).reshape(k, n) % 999
    assert is_same(matrix_multiply(a, b), a @ b)  # sums below 2**53, which are exact


def test_few_rows_of_many_columns_take_few_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[int] = []
    step = native_numeric.Product.step
    monkeypatch.setattr(native_numeric.Product, "step", lambda product, n: (steps.append(n), step(product, n))[1])
    matrix_multiply(np.ones((1, 10**6)), np.ones((10**6, 1)))
    assert len(steps) == 1


# ---- Long ones -------------------------------------------------------------------------------------------------------


def test_the_hook_is_told_of_all_multiplications() -> None:
    calls: list[tuple[int, int | None]] = []
    matrix_multiply(random_matrix(12, 900, 900), random_matrix(13, 900, 900), progress=lambda *call: calls.append(call))
    assert calls[-1] == (900**3, 900**3)
    assert [done for done, _ in calls] == sorted(done for done, _ in calls)
    with pytest.raises(TypeError, match="progress"):
        matrix_multiply([[1.0]], [[1.0]], progress=3)  # type: ignore[arg-type]


def test_what_the_hook_raises_ends_the_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("text_processor._common.progress.INTERVAL_SECONDS", 0.0)

    def refuse(done: int, total: int | None) -> None:
        raise LookupError(done)

    a = random_matrix(14, 2000, 1000)
    before = native_process.get_memory_stats()["live_allocations"]
    with pytest.raises(LookupError) as caught:
        matrix_multiply(a, a.T, progress=refuse)
    assert caught.value.args[0] < 2000 * 2000 * 1000
    del caught
    assert native_process.get_memory_stats()["live_allocations"] == before


@pytest.mark.skipif(sys.platform == "win32", reason="there are no signals to send to oneself")
def test_ctrl_c_gets_through(variant: str) -> None:
    # What it would take without vector instructions: minutes.
    a = np.ones((6000, 6000))
    pressed: list[float] = []

    def press() -> None:
        pressed.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    threading.Timer(0.3, press).start()
    with pytest.raises(KeyboardInterrupt):
        matrix_multiply(a, a, threads=1)
    assert time.monotonic() - pressed[0] < 2  # a twentieth of that, unless the machine is busy


def test_the_loop_lives_on_while_a_thread_multiplies() -> None:
    a = random_matrix(15, 1500, 1500)

    async def longest_gap() -> tuple[float, int]:
        gaps = [0.0]
        work = asyncio.create_task(asyncio.to_thread(matrix_multiply, a, a, threads=1))
        last = time.monotonic()
        while not work.done():
            await asyncio.sleep(0.001)
            now = time.monotonic()
            gaps.append(now - last)
            last = now
        assert (await work).shape == (1500, 1500)
        return max(gaps), len(gaps)

    def share_of_longest_gap() -> float:
        start = time.monotonic()
        gap, n_ticks = asyncio.run(longest_gap())
        return gap / (time.monotonic() - start) if n_ticks > 3 else 1.0

    # A call that held the lock would be a gap as long as everything, each time. A busy machine makes a long one now and then.
    assert min(share_of_longest_gap() for _ in range(3)) < 0.5


def test_threads_of_python_do_not_disturb_each_other() -> None:
    matrices = [random_matrix(seed, 200, 200) for seed in range(4)]
    found: dict[int, Any] = {}

    def multiply(i: int) -> None:
        found[i] = matrix_multiply(matrices[i], matrices[i], threads=2)

    threads = [threading.Thread(target=multiply, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for i, matrix in enumerate(matrices):
        assert is_same(found[i], matrix_multiply(matrix, matrix, threads=1))
