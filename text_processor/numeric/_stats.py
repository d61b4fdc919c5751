"""`compute_stats` and `DataProcessor`: mean, standard deviation, minimum and maximum."""

from __future__ import annotations

import math
import operator
import os
from array import array
from threading import RLock
from typing import Any, TypedDict
from weakref import WeakValueDictionary

from text_processor._common.messages import shown
from text_processor._common.progress import Progress, Report, reporting
from text_processor._common.subclasses import attributes_of, set_attributes
from text_processor._native import numeric as native_numeric
from text_processor._native.numeric import FloatSum
from text_processor.numeric._arrays import Numbers
from text_processor.numeric._work import SLICE, n_threads, slices

# Sums of squares of floats above this may overflow; squares of differences below its inverse lose digits.
_LARGE = 2.0**450

# This scale brings the largest floats below the limit, and raises the smallest ones so far that the squares of their
# differences keep all digits.
_SCALE_EXPONENT = 600

# Beginning and ending the sum of a chunk takes as long as adding this many numbers.
_CHUNK_OVERHEAD = 256


class Stats(TypedDict):
    """The result of `compute_stats`: mean, standard deviation, minimum and maximum."""

    mean: float
    std: float
    min: int | float
    max: int | float


def compute_stats(numbers: Any, *, threads: int | None = None, progress: Progress | bool | None = None) -> Stats:
    """Return mean, standard deviation, minimum and maximum of all numbers, in one pass over them.

    The mean is the exact sum, correctly rounded (not rounded for ints), divided by the number of numbers. The deviation is the
    sample deviation (``ddof=1``); its relative error is below 1e-11, however large the mean is in comparison. For a single
    number it is NaN. Both are given if they fit into a ``float``, even if squares or sums do not. Infinities and NaNs among the
    numbers give the same results as in NumPy. No bit depends on the number of threads or on the instruction set.

    Args:
        numbers: as for `parallel_sum`, or a list of equally long lists; of any shape.
        threads: how many threads may work. ``None`` means one for each processor, 1 means only the calling thread.
        progress: a function that is called with the count of numbers done and of all, about 20 times a second. ``True`` shows
            a bar on a terminal.

    Returns:
        A dict with the floats ``mean`` and ``std``, and with ``min`` and ``max``, which are ints if the numbers are ints.

    Raises:
        ValueError: there are no numbers.
        TypeError: ``numbers`` are not numbers, or have another type, which the message names.
        OverflowError: an int in a list does not fit into 64 bits or, among floats, into a ``float``.

    >>> from text_processor.numeric import compute_stats
    >>> compute_stats([1e9, 1e9 + 2, 1e9 + 4])
    {'mean': 1000000002.0, 'std': 2.0, 'min': 1000000000.0, 'max': 1000000004.0}
    >>> compute_stats([])
    Traceback (most recent call last):
    ValueError: numbers must not be empty
    """
    n_workers = n_threads(threads)
    with Numbers(numbers, nested=True, in_order=False) as opened:
        if opened.n == 0:
            raise ValueError("numbers must not be empty")
        with reporting(progress, opened.n, "numbers") as report:
            return _stats(opened, 1, n_workers, report)


def _ignore(_done: int, /) -> None:
    pass


def _stats(numbers: Numbers, ddof: int, threads: int, report: Report) -> Stats:
    found = _measure(numbers, 1.0, threads, report)
    n = numbers.n
    if not numbers.is_float:
        least, greatest = (x % (1 << 64) if numbers.dtype == "uint64" else x for x in found.int_extremes)
        return {"mean": found.int_sum / n, "std": _deviation(found.squares, n - ddof), "min": least, "max": greatest}
    low, high = (math.nan, math.nan) if found.has_nan else found.extremes
    mean = min(max(_mean(numbers, found, threads), low), high)  # double rounding may leave the range of the numbers
    std = math.nan if found.has_specials else _float_deviation(numbers, found, n - ddof, threads)
    return {"mean": mean, "std": std, "min": low, "max": high}


def _measure(numbers: Numbers, scale: float, threads: int, report: Report) -> native_numeric.Stats:
    stats = native_numeric.Stats(scale)
    for start, n in slices(numbers.n, report):
        stats.add(numbers.span(start, n), threads)
    return stats


def _mean(numbers: Numbers, found: native_numeric.Stats, threads: int) -> float:
    """Return the mean of floats, even if their sum is too large for a float."""
    total = _total(numbers, found, 0, threads)
    if math.isinf(total) and not found.has_specials:
        return _total(numbers, found, -64, threads) / numbers.n * 2.0**64
    return total / numbers.n


def _total(numbers: Numbers, found: native_numeric.Stats, exponent: int, threads: int) -> float:
    """Return the sum times a power of two, correctly rounded; add again exactly if the fast sum has too few digits left."""
    total = found.float_sum(exponent)
    if total is None:
        exact = FloatSum(is_exact=True)
        for start, n in slices(numbers.n, _ignore):
            exact.add(numbers.span(start, n), threads)
        total = exact.value(exponent)
    assert total is not None
    return total


def _float_deviation(numbers: Numbers, found: native_numeric.Stats, divisor: int, threads: int) -> float:
    """Return the deviation of finite floats, by a second scaled pass if their squares are too large or too small."""
    low, high = found.extremes
    if max(abs(low), abs(high)) > _LARGE:
        exponent = -_SCALE_EXPONENT
    elif 0 < high - low < 1 / _LARGE:
        exponent = _SCALE_EXPONENT
    else:
        return _deviation(found.squares, divisor)
    scaled = _measure(numbers, 2.0**exponent, threads, _ignore)
    return _deviation(scaled.squares, divisor) * 2.0**-exponent


def _deviation(squares: float, divisor: int) -> float:
    return math.sqrt(squares / divisor) if divisor else math.nan


class DataProcessor:
    """Collects numbers and computes the means of chunks of them.

    Numbers are kept as ``float64``, 8 bytes each. Any thread may call any method; calls wait for each other. A processor can be
    copied and pickled.

    Args:
        chunk_size: the number of numbers in a chunk, at least 1.
        threads: how many threads may work. ``None`` means one for each processor, 1 means only the calling thread.

    Raises:
        ValueError: ``chunk_size`` is less than 1, or ``threads`` is not from 1 to 1024.
        TypeError: one of them is not an int.

    >>> from text_processor.numeric import DataProcessor
    >>> processor = DataProcessor(chunk_size=5)
    >>> processor.add_data([2, 4, 4, 4, 5, 5, 7, 9])
    >>> processor.get_statistics()
    (8, 5.0, 2.0)
    >>> processor.process_chunks()
    [3.8]
    >>> processor
    DataProcessor(size=3, chunk_size=5)
    """

    __slots__ = ("__weakref__", "_chunk_size", "_data", "_lock", "_threads")

    def __init__(self, chunk_size: int, *, threads: int | None = None) -> None:
        if isinstance(chunk_size, bool) or not hasattr(type(chunk_size), "__index__"):
            raise TypeError(f"chunk_size must be an int, not {type(chunk_size).__name__}")
        self._chunk_size = operator.index(chunk_size)
        if self._chunk_size < 1:
            raise ValueError(f"chunk_size must be at least 1, not {shown(self._chunk_size)}")
        n_threads(threads)
        self._threads = threads
        self._data = array("d")
        self._lock = RLock()
        _processors[id(self)] = self

    def _renew_lock(self) -> None:
        """Replace the lock, and copy the numbers if a thread of the parent held the lock: an exported array cannot grow."""
        if not self._lock.acquire(blocking=False):
            self._data = self._data[:]
        self._lock = RLock()

    def add_data(self, data: Any) -> None:
        """Append numbers; all of them, or none.

        Ints become floats, as by ``float(x)``. It takes O(n) time.

        Args:
            data: as for `parallel_sum`.

        Raises:
            TypeError: ``data`` are not numbers, or have another type, which the message names.
            OverflowError: an int is too large for a ``float``.
        """
        with Numbers(data, "data", floats=True) as opened, opened.converted("float64") as floats, self._lock:
            self._data.frombytes(floats.bytes())

    def process_chunks(self) -> list[float]:
        """Return the mean of each full chunk, in order, and drop these chunks; fewer numbers than a chunk remain.

        A mean is the exact sum, correctly rounded, divided by the size of the chunk. It takes O(n) time.
        """
        with self._lock:
            size = self._chunk_size
            n_chunks = len(self._data) // size
            means: list[float] = []
            with Numbers(self._data) as opened:
                at_once = max(1, SLICE // (size + _CHUNK_OVERHEAD))
                for start in range(0, n_chunks, at_once):
                    n = min(at_once, n_chunks - start)
                    means += native_numeric.chunk_means(
                        opened.span(start * size, n * size).pointer, size, n, n_threads(self._threads)
                    )
            self._data = self._data[n_chunks * size :]
            return means

    def get_statistics(self) -> tuple[int, float, float]:
        """Return the count of numbers, their mean, and their population deviation (``ddof=0``); zeros if there are none.

        Mean and deviation are as exact as those of `compute_stats`. It takes O(n) time.
        """
        with self._lock:
            if not self._data:
                return (0, 0.0, 0.0)
            with Numbers(self._data) as opened:
                stats = _stats(opened, 0, n_threads(self._threads), _ignore)
            return (len(self._data), stats["mean"], stats["std"])

    def clear(self) -> None:
        """Remove all numbers."""
        with self._lock:
            self._data = array("d")

    def __len__(self) -> int:
        return len(self._data)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(size={len(self._data)}, chunk_size={self._chunk_size})"

    def __reduce__(self) -> tuple[Any, ...]:
        with self._lock:
            return _restored, (
                type(self),
                self._chunk_size,
                self._threads,
                self._data[:],
                attributes_of(self, DataProcessor),
            )


def _restored(
    cls: type[DataProcessor], chunk_size: int, threads: int | None, data: array[float], attributes: Any
) -> DataProcessor:
    """Make a copied or pickled processor again."""
    processor = cls.__new__(cls)
    DataProcessor.__init__(processor, chunk_size, threads=threads)
    DataProcessor.add_data(processor, data)
    set_attributes(processor, attributes)
    return processor


# Keyed by identity: a subclass may have no hash, or compare equal to another processor.
_processors: WeakValueDictionary[int, DataProcessor] = WeakValueDictionary()


def _renew_locks() -> None:
    """Give every processor a lock that no thread of the parent process holds; no method leaves a half-changed processor."""
    for processor in _processors.values():
        processor._renew_lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_locks)
