"""Mean and deviation against exact arithmetic, extremes against Python, and all of it the same bits whoever computes it."""

import copy
import gc
import math
import os
import pickle
import signal
import statistics
import threading
from array import array
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from text_processor import get_memory_stats
from text_processor._native import numeric as native_numeric
from text_processor._native import process as native_process
from text_processor.numeric import DataProcessor, _work, compute_stats
from text_processor.numeric._arrays import TYPECODES

FLOATS = ["float32", "float64"]
MAX = 1.7976931348623157e308
VARIANTS = native_process.cpu_features()["available"]


@pytest.fixture(autouse=True)
def all_variants_again():
    yield
    native_process.select_simd(None)


def root(square):
    """The root of a fraction, to 30 digits and more, as a fraction."""
    scale = 1 << 2 * max(0, 200 - (square.numerator.bit_length() - square.denominator.bit_length()))
    return Fraction(math.isqrt(int(square * scale)), math.isqrt(scale))


def is_close(found, exact, error=Fraction(1, 10**11)):
    """Whether a float is exact but for a relative error, or but for what no float can say."""
    if abs(exact) > MAX:
        return abs(found) == math.inf
    return abs(Fraction(found) - exact) <= abs(exact) * error + Fraction(5e-324)


def exact_stats(numbers, ddof=1):
    """Mean and deviation, as fractions; no deviation where there is none."""
    ratios = [x.as_integer_ratio() for x in numbers]
    unit = max(denominator for _, denominator in ratios)
    ints, n = [numerator * (unit // denominator) for numerator, denominator in ratios], len(numbers)
    squares = n * sum(x * x for x in ints) - sum(ints) ** 2
    return Fraction(sum(ints), n * unit), root(Fraction(squares, n * (n - ddof) * unit**2)) if n > ddof else None


def check(numbers, found, ddof=1):
    mean, std = exact_stats(numbers, ddof)
    assert is_close(found["mean"], mean)
    assert math.isnan(found["std"]) if std is None else is_close(found["std"], std)
    assert (found["min"], found["max"]) == (min(numbers), max(numbers))


# ---- compute_stats ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", TYPECODES)
@given(st.data())
def test_against_fractions(dtype, data):
    elements = {"allow_nan": False, "allow_infinity": False} if dtype in FLOATS else None
    numbers = data.draw(hnp.arrays(dtype, st.integers(1, 70), elements=elements))
    found = compute_stats(numbers)
    check(numbers.tolist(), found)
    assert type(found["min"]) is type(found["max"]) is (float if dtype in FLOATS else int)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
@example([1e308, 1e308, -1e308])
@example([1.7976931348623157e308] * 3)
@example([-1.7976931348623157e308, 1.7976931348623157e308])
@example([5e-324, 0.0, 1e-323])
@example([1e-200, 3e-200])
@example([1e200, -1e200, 7.0])
@example([1e16, 1.0, -1e16])
@example([0.1] * 5)
@example([1.0])
def test_floats_in_any_form(numbers):
    found = compute_stats(numbers)
    check(numbers, found)
    assert compute_stats(array("d", numbers)) == pytest.approx(found, rel=0, abs=0, nan_ok=True)


@pytest.mark.parametrize("n", [2, 4096, 9001])
@pytest.mark.parametrize(("mean", "deviation"), [(1e9, 1e-3), (-1e12, 1e-3), (1e-3, 1e9), (1e15, 1.0), (0.0, 1e-140)])
def test_ill_conditioned_numbers(n, mean, deviation):
    numbers = np.random.default_rng(n).normal(mean, deviation, n)
    check(numbers.tolist(), compute_stats(numbers))
    check(sorted(numbers.tolist()), compute_stats(np.sort(numbers)))


@pytest.mark.parametrize("outlier", [1e9, -1e15, 1e300])
def test_an_outlier_in_front(outlier):
    numbers = np.random.default_rng(1).normal(5, 1e-3, 10_000)
    numbers[0] = outlier
    check(numbers.tolist(), compute_stats(numbers))


@pytest.mark.parametrize("dtype", ["int64", "uint64"])
@pytest.mark.parametrize("offset", [0, 2**62, 2**63 - 5000])
def test_large_ints_of_small_deviation(dtype, offset):
    numbers = np.arange(5000, dtype=dtype) % 7 + np.dtype(dtype).type(offset)
    check(numbers.tolist(), compute_stats(numbers))
    low, high = int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)
    extremes = np.array([low, high] * 3000, dtype)
    check(extremes.tolist(), compute_stats(extremes))


@pytest.mark.parametrize("value", [0.1, 1e9 + 0.3, 1e300, 5e-324, 0.0])
@pytest.mark.parametrize("n", [2, 3, 4097, 9999])
def test_equal_numbers_do_not_deviate(value, n):
    assert compute_stats(np.full(n, value)) == {"mean": value, "std": 0.0, "min": value, "max": value}


@pytest.mark.parametrize("dtype", FLOATS)
@given(st.data())
def test_infinities_and_nans_are_numpys(dtype, data):
    special = st.sampled_from([math.inf, -math.inf, math.nan, 1.0, -2.5])
    numbers = data.draw(hnp.arrays(dtype, st.integers(1, 40), elements=special))
    with np.errstate(all="ignore"):
        expected = {"mean": numbers.mean(), "min": numbers.min(), "max": numbers.max()}
    found = compute_stats(numbers)
    std = found.pop("std")
    finite = bool(np.isfinite(numbers).all())
    assert found == pytest.approx({key: float(value) for key, value in expected.items()}, nan_ok=True)
    assert math.isnan(std) == (not finite or len(numbers) == 1)


@pytest.mark.parametrize("dtype", TYPECODES)
def test_the_same_bits_whoever_computes(monkeypatch, dtype):
    random = np.random.default_rng(3)
    numbers = (random.normal(40, 7, 200_001) * (1 if "int" in dtype else 0.37)).astype(dtype)
    native_process.select_simd("plain")
    expected = compute_stats(numbers, threads=1)
    for simd in VARIANTS:
        native_process.select_simd(simd)
        assert all(compute_stats(numbers, threads=threads) == expected for threads in (1, 2, 3, 7))
    monkeypatch.setattr(_work, "SLICE", 3 * 4096)
    assert compute_stats(numbers, threads=2) == expected


def test_lists_and_shapes():
    expected = {"mean": 2.5, "std": statistics.stdev([1, 2, 3, 4]), "min": 1, "max": 4}
    for numbers in ([1, 2, 3, 4], [[1, 2], [3, 4]], range(1, 5), np.array([[1, 2], [3, 4]]).T, array("b", [4, 2, 3, 1])):
        assert compute_stats(numbers) == expected
    assert compute_stats(np.array([True, False])) == {"mean": 0.5, "std": statistics.stdev([1, 0]), "min": 0, "max": 1}


@pytest.mark.parametrize("nothing", [[], array("d"), np.zeros((0, 3)), [[]], iter(())])
def test_nothing_has_no_statistics(nothing):
    with pytest.raises(ValueError, match="numbers must not be empty"):
        compute_stats(nothing)


def test_progress_and_interrupts(monkeypatch):
    monkeypatch.setattr(_work, "SLICE", 4096)
    monkeypatch.setattr("text_processor._common.progress.INTERVAL_SECONDS", 0)
    told = []
    compute_stats(np.ones(20_000), progress=lambda done, total: told.append((done, total)))
    assert told[0] == (4096, 20_000)
    assert told[-1] == (20_000, 20_000)

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compute_stats(np.ones(20_000), progress=stop)


@pytest.mark.parametrize("threads", [1, 2])
def test_refused_memory_leaves_nothing_behind(threads):
    gc.collect()
    numbers, live, refusals = np.random.default_rng(5).normal(size=200_000), get_memory_stats()["live_allocations"], 0
    expected = compute_stats(numbers)
    for nth in range(1, 8):
        native_process.fail_allocation(nth)
        try:
            assert compute_stats(numbers, threads=threads) == expected
        except MemoryError:
            refusals += 1
        finally:
            native_process.fail_allocation(0)
        assert get_memory_stats()["live_allocations"] == live
    assert refusals == 1


# ---- DataProcessor ---------------------------------------------------------------------------------------------------


def test_the_seeds_example():
    processor = DataProcessor(chunk_size=3)
    processor.add_data([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    assert len(processor) == 6
    assert processor.process_chunks() == [2.0, 5.0]
    assert len(processor) == 0
    assert repr(processor) == "DataProcessor(size=0, chunk_size=3)"
    assert processor.get_statistics() == (0, 0.0, 0.0)


numbers_of_processor = st.lists(st.lists(st.integers(-(10**9), 10**9) | st.floats(-1e200, 1e200)))


@given(numbers_of_processor, st.integers(1, 8))
def test_processor_against_fractions(batches, chunk):
    processor, kept = DataProcessor(chunk), []
    for batch in batches:
        processor.add_data(batch)
        kept += batch
        if kept:
            n, mean, std = processor.get_statistics()
            exact_mean, exact_std = exact_stats(kept, ddof=0)
            assert n == len(processor) == len(kept)
            assert is_close(mean, exact_mean)
            assert is_close(std, exact_std)
        if len(batch) % 2:
            means = processor.process_chunks()
            chunks = [kept[i : i + chunk] for i in range(0, len(kept) - chunk + 1, chunk)]
            assert len(means) == len(chunks)
            assert all(is_close(found, exact_stats(each)[0]) for found, each in zip(means, chunks, strict=True))
            kept = kept[len(means) * chunk :]
    processor.clear()
    assert len(processor) == 0


@pytest.mark.parametrize("dtype", TYPECODES)
def test_processor_takes_every_type(dtype):
    processor = DataProcessor(2)
    processor.add_data(np.arange(4, dtype=dtype))
    processor.add_data(array(TYPECODES[dtype], [4, 5]))
    assert processor.process_chunks() == [0.5, 2.5, 4.5]


@pytest.mark.parametrize("chunk", [1, 3, 1000, 70_000])
@pytest.mark.parametrize("threads", [1, 2, 5])
def test_many_chunks(monkeypatch, chunk, threads):
    numbers = np.random.default_rng(chunk).normal(1e6, 1, 200_000)
    processor = DataProcessor(chunk, threads=threads)
    processor.add_data(numbers)
    monkeypatch.setattr("text_processor.numeric._stats.SLICE", 1 << 14)
    whole = len(numbers) // chunk
    expected = [math.fsum(each) / chunk for each in numbers[: whole * chunk].reshape(-1, chunk).tolist()]
    assert processor.process_chunks() == expected
    assert len(processor) == len(numbers) - whole * chunk


def test_means_of_what_sums_cannot_hold():
    processor = DataProcessor(2)
    processor.add_data([1e308, 1.5e308, math.inf, 1.0, math.inf, -math.inf, 5e-324, 5e-324])
    assert processor.process_chunks() == pytest.approx([1.25e308, math.inf, math.nan, 5e-324], nan_ok=True)


def test_what_fails_adds_nothing():
    processor = DataProcessor(2)
    processor.add_data([1])
    with pytest.raises(TypeError, match=r"data\[1\] must be an int or a float, not str"):
        processor.add_data([2, "3"])
    with pytest.raises(OverflowError, match=r"data\[0\] is too large for a float"):
        processor.add_data([10**400])
    assert len(processor) == 1


@pytest.mark.parametrize(
    ("size", "error", "message"),
    [
        (0, ValueError, "at least 1, not 0"),
        (-3, ValueError, "at least 1, not -3"),
        (1.0, TypeError, "an int, not float"),
        (True, TypeError, "an int, not bool"),
    ],
)
def test_chunks_have_a_size(size, error, message):
    with pytest.raises(error, match=f"chunk_size must be {message}"):
        DataProcessor(size)


def test_processor_in_several_threads():
    processor, means = DataProcessor(10), []

    def work():
        for _ in range(200):
            processor.add_data([1.0, 3.0])
            processor.get_statistics()
            means.extend(processor.process_chunks())

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert means == [2.0] * 160


def test_ctrl_c_gets_through_between_small_chunks(monkeypatch):
    at_once = []
    chunk_means = native_numeric.chunk_means
    monkeypatch.setattr(native_numeric, "chunk_means", lambda *call: (at_once.append(call[2]), chunk_means(*call))[1])
    processor = DataProcessor(1)
    processor.add_data(np.ones(200_000))
    assert processor.process_chunks() == [1.0] * 200_000
    assert max(at_once) < 50_000


class Named(DataProcessor):
    def __init__(self, name):
        super().__init__(2, threads=1)
        self.name = name


@pytest.mark.parametrize("copy", [copy.copy, copy.deepcopy, lambda processor: pickle.loads(pickle.dumps(processor))])
def test_copies_and_pickles_go_their_own_way(copy):
    processor = Named("of an hour")
    processor.add_data([1, 2, 3])
    twin = copy(processor)
    assert (type(twin), twin.name) == (Named, "of an hour")
    assert twin.process_chunks() == [1.5]
    assert (len(twin), len(processor)) == (1, 3)
    twin.add_data([5])
    assert twin.get_statistics() == (2, 4.0, 1.0)


class Counting(DataProcessor):
    """Overrides methods, and is equal to all others: so it has no hash."""

    def __init__(self, n_added):
        super().__init__(2)
        self.n_added = n_added

    def __eq__(self, other):
        return True

    __hash__ = None

    def add_data(self, data):
        super().add_data(data)
        self.n_added += 1


def test_subclasses_may_override_what_they_like():
    processors = [Counting(0), Counting(10)]
    processors[0].add_data([1, 2, 3])
    assert copy.copy(processors[0]).n_added == pickle.loads(pickle.dumps(processors[0])).n_added == 1
    assert [len(processor) for processor in processors] == [3, 0]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded, use of fork:DeprecationWarning")
def test_child_uses_a_processor_that_another_thread_had():
    processor, is_held, may_end = DataProcessor(2), threading.Event(), threading.Event()

    def hold():
        with processor._lock, memoryview(processor._data):
            is_held.set()
            may_end.wait()

    processor.add_data([1, 3])
    holder = threading.Thread(target=hold)
    holder.start()
    is_held.wait()
    child = os.fork()
    if child == 0:
        signal.alarm(20)  # rather than for ever
        try:
            processor.add_data([2, 2])
        finally:
            os._exit(0 if processor.get_statistics() == (4, 2.0, 0.5**0.5) else 1)
    may_end.set()
    holder.join()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
