"""Sums, filters and products are Python's own, whatever the type, the form, the instruction set and the number of threads."""

import gc
import math
import operator
import signal
import threading
import time
from array import array
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from text_processor import get_memory_stats
from text_processor._native import process as native_process
from text_processor.numeric import _work, array_multiply, parallel_sum, process_numbers
from text_processor.numeric._arrays import TYPECODES

INTS = [name for name in TYPECODES if "int" in name]
FLOATS = ["float32", "float64"]
LENGTHS = [0, 1, 17, 4096, 4097, 140_000]


VARIANTS = native_process.cpu_features()["available"]


@pytest.fixture(params=VARIANTS)
def variant(request):
    """One variant of the loops after the other."""
    native_process.select_simd(request.param)
    yield
    native_process.select_simd(None)


def each_variant():
    """The same, for a test that draws its numbers."""
    for name in VARIANTS:
        native_process.select_simd(name)
        yield name
    native_process.select_simd(None)


def any_numbers(dtype, **options):
    return hnp.arrays(dtype, st.integers(0, 70), **options)


def range_of(dtype):
    return int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)


def exact_sum(floats):
    """The float that is nearest to the exact sum."""
    total = sum(map(Fraction, floats))
    try:
        return total.numerator / total.denominator
    except OverflowError:
        return math.inf if total > 0 else -math.inf


def same(a, b):
    return a == b or (math.isnan(a) and math.isnan(b))


# ---- parallel_sum ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", INTS)
@given(st.data())
def test_sum_of_ints_is_pythons(dtype, data):
    numbers = data.draw(any_numbers(dtype))
    for _ in each_variant():
        assert parallel_sum(numbers) == sum(numbers.tolist())
    assert type(parallel_sum(numbers)) is int


@pytest.mark.usefixtures("variant")
@pytest.mark.parametrize("dtype", INTS)
@pytest.mark.parametrize("n", LENGTHS)
@pytest.mark.parametrize("threads", [1, 2])
def test_sum_of_ints_never_wraps(dtype, n, threads):
    for extreme in range_of(dtype):
        assert parallel_sum(np.full(n, extreme, dtype), threads=threads) == n * extreme


@pytest.mark.parametrize("dtype", FLOATS)
@given(st.data())
def test_sum_of_floats_is_correctly_rounded(dtype, data):
    numbers = data.draw(any_numbers(dtype, elements={"allow_nan": False, "allow_infinity": False}))
    for _ in each_variant():
        assert parallel_sum(numbers) == exact_sum(numbers.tolist())
    assert type(parallel_sum(numbers)) is float


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False)))
@example([1e308, 1e308, -1e308])
@example([1e308, 1e308])
@example([-1.7976931348623157e308, -1e292])
@example([5e-324] * 3)
@example([2.0**53, 1.0, 2.0**-60])
@example([2.0**53, 1.0, -(2.0**-60)])
@example([1e100, 1.0, -1e100] * 40)
def test_sum_of_floats_in_any_form(numbers):
    expected = exact_sum(numbers)
    assert parallel_sum(numbers) == expected
    assert parallel_sum(iter(numbers)) == expected
    assert parallel_sum(array("d", numbers)) == expected
    assert parallel_sum(array("d", numbers[::-1])) == expected


@pytest.mark.usefixtures("variant")
@pytest.mark.parametrize("n", LENGTHS[1:])
@pytest.mark.parametrize("threads", [1, 2])
def test_sum_of_many_floats_is_fsums(n, threads):
    random = np.random.default_rng(n)
    spread = random.normal(size=n) * 2.0 ** random.integers(-300, 300, n)
    for numbers in (random.normal(size=n), random.random(n) + 1e9, spread, np.full(n, 0.1)):
        assert parallel_sum(numbers, threads=threads) == math.fsum(numbers.tolist())
        cancelling = np.concatenate([numbers, [3e-9], -numbers])
        assert parallel_sum(cancelling, threads=threads) == 3e-9
        if np.abs(numbers).max() < np.finfo("float32").max:
            narrow = numbers.astype("float32")
            assert parallel_sum(narrow, threads=threads) == math.fsum(narrow.tolist())


@pytest.mark.parametrize("dtype", FLOATS)
@given(st.data())
def test_infinities_and_nans_are_numpys(dtype, data):
    special = st.sampled_from([math.inf, -math.inf, math.nan, 1.0, -2.5])
    numbers = data.draw(any_numbers(dtype, elements=special))
    with np.errstate(invalid="ignore"):
        expected = float(numbers.sum())
    assert same(parallel_sum(numbers), expected)
    assert same(parallel_sum(numbers.tolist()), expected)


@given(st.lists(st.integers() | st.booleans()) | st.lists(st.integers(-(10**15), 10**15) | st.floats(-1e15, 1e15)))
def test_sum_of_a_list_is_pythons(items):
    expected = math.fsum(items) if any(isinstance(item, float) for item in items) else sum(items)
    for given_items in (items, tuple(items), iter(items)):
        total = parallel_sum(given_items)
        assert (total, type(total)) == (expected, type(expected))


def test_sum_of_bools_counts_them():
    assert parallel_sum(np.array([[True, False], [True, True]])) == 3
    assert parallel_sum([True, True]) == 2


def test_sum_of_every_shape():
    numbers = np.arange(24, dtype="int16").reshape(2, 3, 4)
    assert parallel_sum(numbers) == parallel_sum(numbers.T) == parallel_sum(numbers[:, ::-1, ::2]) + 144 == 276


# ---- process_numbers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", TYPECODES)
@given(st.data())
def test_filter_is_pythons(dtype, data):
    numbers = data.draw(any_numbers(dtype))
    thresholds = st.integers(-(2**70), 2**70) | st.floats() | st.sampled_from(numbers.tolist() or [0])
    threshold = data.draw(thresholds)
    expected = [x + x for x in numbers.tolist() if x > threshold]
    limits = range_of(dtype) if "int" in dtype else (-float(np.finfo(dtype).max), float(np.finfo(dtype).max))
    halves = [x for x in numbers.tolist() if x > threshold]
    all_fit = all(x == math.inf or limits[0] <= 2 * Fraction(x) <= limits[1] for x in halves)
    for _ in each_variant():
        if all_fit:
            found = process_numbers(numbers, threshold)
            assert found.dtype == dtype
            assert found.tolist() == expected
        else:
            with pytest.raises(OverflowError, match=rf"twice that has no place in {dtype}"):
                process_numbers(numbers, threshold)


@pytest.mark.usefixtures("variant")
@pytest.mark.parametrize("dtype", TYPECODES)
@pytest.mark.parametrize("n", LENGTHS)
@pytest.mark.parametrize("threads", [1, 2])
def test_filter_of_many_is_numpys(dtype, n, threads):
    for share in (0, 1, 30, 60, 61):
        numbers = (np.random.default_rng(n).integers(0, 61, n)).astype(dtype)
        found = process_numbers(numbers, 60 - share, threads=threads)
        assert np.array_equal(found, numbers[numbers > 60 - share] * numbers.dtype.type(2))


@pytest.mark.usefixtures("variant")
@pytest.mark.parametrize(
    ("numbers", "threshold", "kept"),
    [
        (array("q", [2, 3]), 2.5, [6]),
        (array("q", [2**53, 2**53 + 1, 2**53 + 2]), 2.0**53, [2**54 + 2, 2**54 + 4]),
        (array("d", [2.0**53, 2.0**53 + 2]), 2**53 + 1, [2.0**54 + 4]),
        (array("f", [0.1, 1.0]), 0.1, [2 * np.float32(0.1), 2.0]),
        (array("q", [5]), 2**70, []),
        (array("Q", [5]), -(2**70), [10]),
        (array("d", [1e308, math.inf]), 10**400, [math.inf]),
        (array("d", [-1e300, -math.inf]), -(10**400), [-2e300]),
        (array("d", [-1e300, -math.inf]), -math.inf, [-2e300]),
        (array("d", [math.nan, 1.0]), math.nan, []),
        (array("d", [math.nan, 1.0]), 0, [2.0]),
        (array("d", [math.inf]), math.inf, []),
        (array("d", [0.0, 5e-324]), 0, [1e-323]),
        (array("d", [0.0, -0.0]), -5e-324, [0.0, 0.0]),
        (array("B", [0, 255]), 255, []),
        (array("b", [-64, 63]), -math.inf, [-128, 126]),
        (array("i", [1, 2]), np.float32(1.5), [4]),
        (array("i", [1, 2]), np.int8(1), [4]),
        (array("i", [1, 2]), True, [4]),
    ],
)
def test_threshold_is_compared_exactly(numbers, threshold, kept):
    assert process_numbers(numbers, threshold).tolist() == kept
    assert process_numbers(numbers.tolist(), threshold) == kept


@pytest.mark.usefixtures("variant")
@pytest.mark.parametrize("dtype", TYPECODES)
@pytest.mark.parametrize("threads", [1, 3])
def test_what_cannot_be_doubled_is_named(dtype, threads):
    most = range_of(dtype)[1] if "int" in dtype else float(np.finfo(dtype).max)
    numbers = np.ones(300_000, dtype)
    numbers[[199_999, 250_000]] = most
    with pytest.raises(OverflowError) as caught:
        process_numbers(numbers, 0, threads=threads)
    assert str(caught.value) == f"numbers[199999] is {most}: twice that has no place in {dtype}"
    assert process_numbers(numbers[:199_999], 0, threads=threads).sum() == 2 * 199_999


def test_lists_hold_what_no_array_can():
    assert process_numbers([2**100, 1, True], 0) == [2**101, 2, 2]
    with pytest.raises(OverflowError, match=r"numbers\[1\] is -1e\+308: twice that is too large for a float"):
        process_numbers([1.0, -1e308], -math.inf)
    assert process_numbers([math.inf], 0) == [math.inf]


def test_places_of_several_dimensions_are_named():
    numbers = np.array([[1, 2], [3, 100]], "int8")
    with pytest.raises(OverflowError, match=r"numbers\[1, 1\] is 100: twice that has no place in int8"):
        process_numbers(numbers, 1)


@pytest.mark.parametrize("threshold", ["1", None, 1j, [1], np.array([1])])
def test_other_thresholds_are_refused(threshold):
    with pytest.raises(TypeError, match="threshold must be an int or a float, not "):
        process_numbers([1], threshold)


# ---- array_multiply --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", INTS)
@given(st.data())
def test_products_of_ints_are_exact(dtype, data):
    low, high = range_of(dtype)
    elements = st.integers(max(low, -(2**31)), min(high, 2**32)) | st.integers(max(low, -9), 9)
    shape = data.draw(hnp.array_shapes(max_dims=3, min_side=0, max_side=9))
    a, b = (data.draw(hnp.arrays(dtype, shape, elements=elements)) for _ in "ab")
    expected = list(map(operator.mul, a.reshape(-1).tolist(), b.reshape(-1).tolist()))
    wrong = [i for i, product in enumerate(expected) if not low <= product <= high]
    for _ in each_variant():
        if wrong:
            place = ", ".join(map(str, np.unravel_index(wrong[0], shape)))
            with pytest.raises(OverflowError, match=rf"^a\[{place}\] is .* and b\[{place}\] is .* no place in {dtype}$"):
                array_multiply(a, b)
        else:
            found = array_multiply(a, b)
            assert (found.dtype, found.shape, found.reshape(-1).tolist()) == (dtype, shape, expected)


@pytest.mark.parametrize("dtype", FLOATS)
@given(st.data())
def test_products_of_floats_are_numpys(dtype, data):
    shape = data.draw(hnp.array_shapes(max_dims=2, min_side=0, max_side=40))
    a, b = (data.draw(hnp.arrays(dtype, shape)) for _ in "ab")
    with np.errstate(all="ignore"):
        expected = a * b
    for _ in each_variant():
        assert np.array_equal(array_multiply(a, b), expected, equal_nan=True)


@pytest.mark.usefixtures("variant")
@pytest.mark.parametrize("dtype", INTS)
@pytest.mark.parametrize("threads", [1, 3])
def test_the_first_product_that_is_too_large_is_named(dtype, threads):
    most = range_of(dtype)[1]
    a, b = np.ones(300_000, dtype), np.full(300_000, most, dtype)
    a[[222_222, 222_225]] = 2
    with pytest.raises(OverflowError) as caught:
        array_multiply(a, b, threads=threads)
    assert str(caught.value) == f"a[222222] is 2 and b[222222] is {most}: their product has no place in {dtype}"
    assert np.array_equal(array_multiply(a[:222_222], b[:222_222], threads=threads), b[:222_222])


@pytest.mark.usefixtures("variant")
@pytest.mark.parametrize(
    ("a", "b"), [(-1, -(2**63)), (-(2**63), -1), (2**32, 2**31), (-(2**32), 2**32), (3037000500, 3037000500)]
)
def test_products_beyond_64_bits(a, b):
    with pytest.raises(OverflowError, match=rf"a\[0\] is {a} and b\[0\] is {b}: their product has no place in int64"):
        array_multiply([a], [b])


@pytest.mark.parametrize("a_type", INTS)
@pytest.mark.parametrize("b_type", INTS)
def test_ints_of_two_types_are_multiplied_in_64_bits(a_type, b_type):
    least, most = range_of(a_type)
    a, b = np.array([[least, min(most, 2**63 - 1), 7]], a_type), np.array([[1, 1, 0]], b_type)
    product = array_multiply(a, b)
    assert product.tolist() == [[*a.tolist()[0][:2], 0]]
    assert product.dtype == (a_type if a_type == b_type else "int64")


def test_an_unsigned_int_among_others_that_is_too_large_is_named():
    a, b = np.array([[1], [2**63]], "uint64"), np.ones((2, 1), "int8")
    with pytest.raises(OverflowError, match=r"a\[1, 0\] is 9223372036854775808, which has no place in int64"):
        array_multiply(a, b)


@pytest.mark.parametrize(
    ("a", "b", "product"),
    [
        ([], [], []),
        ([[]], [[]], [[]]),
        ([2, 3], [0.5, 2], [1.0, 6.0]),
        ([[1, 2], [3, 4]], [[5, 6], [7, 8]], [[5, 12], [21, 32]]),
        (array("i", [2]), array("q", [3]), array("q", [6])),
        (array("f", [2]), [3], array("d", [6])),
        (array("Q", [2**64 - 1]), [2**63], None),
        (array("Q", [2**63]), [-1], None),
    ],
)
def test_form_and_type_of_products(a, b, product):
    if product is None:
        with pytest.raises(OverflowError, match="no place in"):
            array_multiply(a, b)
    else:
        assert array_multiply(a, b) == product
        assert type(array_multiply(a, b)) is type(product)


def test_numpy_wins():
    assert array_multiply([1.5, 2.5], np.array([2, 4])).tolist() == [3.0, 10.0]
    assert isinstance(array_multiply(array("d", [1]), np.ones(1)), np.ndarray)
    assert array_multiply(memoryview(np.ones((2, 3))), [[1, 2, 3]] * 2).tolist() == [[1.0, 2.0, 3.0]] * 2


@pytest.mark.parametrize(
    ("a", "b", "shapes"),
    [
        ([1], [], r"\(1,\) and \(0,\)"),
        (np.ones((2, 3)), np.ones((3, 2)), r"\(2, 3\) and \(3, 2\)"),
        ([1], [[1]], r"\(1,\) and \(1, 1\)"),
    ],
)
def test_other_shapes_are_named(a, b, shapes):
    with pytest.raises(ValueError, match=f"a and b must have the same shape, but theirs are {shapes}"):
        array_multiply(a, b)


# ---- Long work -------------------------------------------------------------------------------------------------------

LONG = np.random.default_rng(7).normal(size=200_000)
WORK = {
    "sum of ints": lambda **options: parallel_sum(LONG.view("int64"), **options),
    "sum of floats": lambda **options: parallel_sum(LONG, **options),
    "exact sum": lambda **options: parallel_sum(np.concatenate([LONG, -LONG]), **options),
    "filter": lambda **options: process_numbers(LONG, 0, **options).tolist(),
    "product": lambda **options: array_multiply(LONG, LONG, **options).tolist(),
}


@pytest.mark.parametrize("work", WORK)
def test_work_in_slices_is_the_same(monkeypatch, work):
    expected = WORK[work](threads=1)
    monkeypatch.setattr(_work, "SLICE", 3 * 4096)
    assert WORK[work](threads=1) == WORK[work](threads=2) == expected


@pytest.mark.parametrize("work", WORK)
def test_progress_ends_where_all_is_done(monkeypatch, work):
    monkeypatch.setattr(_work, "SLICE", 4096)
    monkeypatch.setattr("text_processor._common.progress.INTERVAL_SECONDS", 0)
    told = []
    WORK[work](progress=lambda done, total: told.append((done, total)))
    n = 400_000 if work == "exact sum" else 200_000
    assert told[-1] == (n, n)
    assert told == sorted(told)
    assert len(told) > 40


@pytest.mark.parametrize("work", WORK)
def test_a_hook_may_stop_it(monkeypatch, work):
    monkeypatch.setattr(_work, "SLICE", 4096)
    monkeypatch.setattr("text_processor._common.progress.INTERVAL_SECONDS", 0)

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        WORK[work](progress=stop)


@pytest.mark.timing
@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there are no timers")
def test_ctrl_c_gets_through():
    numbers = np.broadcast_to(np.float64(1), 1).repeat(1 << 24)

    def interrupt(signum, frame):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        start = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            sum(parallel_sum(numbers, threads=1) for _ in range(1000))
        assert time.monotonic() - start < 1
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize(("threads", "error"), [(0, ValueError), (-1, ValueError), (1.5, TypeError), (True, TypeError)])
@pytest.mark.parametrize(
    "call", [parallel_sum, lambda x, **k: process_numbers(x, 0, **k), lambda x, **k: array_multiply(x, x, **k)]
)
def test_threads_are_checked(call, threads, error):
    with pytest.raises(error, match="threads must be"):
        call([1], threads=threads)


def test_several_threads_at_once():
    numbers, found = np.arange(300_000), []
    workers = [threading.Thread(target=lambda: found.append(parallel_sum(numbers))) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert found == [sum(range(300_000))] * 8


# ---- Memory ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("work", WORK)
@pytest.mark.parametrize("threads", [1, 2])
def test_refused_memory_leaves_nothing_behind(work, threads):
    gc.collect()
    live, expected = get_memory_stats()["live_allocations"], WORK[work](threads=threads)
    refusals = 0
    for nth in range(1, 20):
        native_process.fail_allocation(nth)
        try:
            assert WORK[work](threads=threads) == expected
        except MemoryError:
            refusals += 1
        finally:
            native_process.fail_allocation(0)
        assert get_memory_stats()["live_allocations"] == live
    assert refusals >= 1


def test_buffers_are_let_go_of():
    numbers = array("d", [1.0, 2.0])
    parallel_sum(numbers)
    process_numbers(numbers, 0)
    array_multiply(numbers, numbers)
    with pytest.raises(ValueError, match="same shape"):
        array_multiply(numbers, [1])
    numbers.append(3.0)
