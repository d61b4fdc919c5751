"""`parallel_sum`, `process_numbers` and `array_multiply`: what is done number by number."""

from __future__ import annotations

import math
from typing import Any

from text_processor._native import FloatSum, IntSum
from text_processor._progress import Progress, Report, reporting
from text_processor.numeric._arrays import Numbers, checked_items, items_of
from text_processor.numeric._work import n_threads, slices


def parallel_sum(numbers: Any, *, threads: int | None = None, progress: Progress | bool | None = None) -> int | float:
    """Return the sum of all numbers: of ints exactly, of floats correctly rounded, as `math.fsum` does.

    A sum of ints never wraps, whatever their type; of bools it is how many are true. A sum of floats (``float32`` too) is the
    ``float`` nearest to the exact sum, whatever the order of the numbers, and infinite only if that is too large for a
    ``float``. With infinities or NaNs among them it is what NumPy says: infinite, or NaN. The sum of nothing is 0.

    Of an iterable it is Python's `sum`, or `math.fsum` where there is a float in it; that holds the GIL and costs what it costs
    in Python. Buffers are read where they lie, at the speed of memory and without the GIL. Floats that cancel each other so far
    that the sum has hardly a digit left take a second look, ten times as slow.

    Args:
        numbers: any iterable of ints and floats; or a buffer of any shape, as `array.array`, `memoryview` or a NumPy array, of
            ints of up to 64 bits, bools, ``float32`` or ``float64``; or an Arrow array of such. Strided ones are copied first.
        threads: how many threads may add; ``None``: as many as there are processors, 1: only the calling one. The sum does not
            depend on it.
        progress: a function that is told of numbers done and in all, some 20 times a second; ``True``: a bar on a terminal.

    Raises:
        TypeError: ``numbers`` are none, or of another type, which is named.
        ValueError: an Arrow array has nulls; ``threads`` is less than 1.
        OverflowError: an int among floats in an iterable is too large for a ``float``.

    >>> from array import array
    >>> from text_processor.numeric import parallel_sum
    >>> parallel_sum(array("q", [2**63 - 1, 2**63 - 1]))
    18446744073709551614
    >>> parallel_sum(array("d", [1e100, 1.0, -1e100]))
    1.0
    >>> parallel_sum([0.1] * 10), parallel_sum([]), parallel_sum(range(10**6))
    (1.0, 0, 499999500000)
    >>> parallel_sum([1, "2"])
    Traceback (most recent call last):
    TypeError: numbers[1] must be an int or a float, not str
    """
    n_workers = n_threads(threads)
    items = items_of(numbers, "numbers")
    if items is not None:
        with reporting(progress, len(items), "numbers") as report:
            total = _sum_items(checked_items(items, "numbers"), n_workers)
            report(len(items))
            return total
    with Numbers(numbers) as opened, reporting(progress, opened.n, "numbers") as report:
        return _sum(opened, n_workers, report)


def _sum_items(items: Any, threads: int) -> int | float:
    if float not in set(map(type, items)):
        return sum(items)
    try:
        return math.fsum(items)
    except (OverflowError, ValueError):  # on the way, which says nothing of the sum; or infinities of both signs
        with Numbers(items, floats=True) as opened:
            return _sum(opened, threads, lambda _: None)


def _sum(numbers: Numbers, threads: int, report: Report) -> int | float:
    if not numbers.is_float:
        ints = IntSum()
        for start, n in slices(numbers.n, report):
            ints.add(numbers.at(start), numbers.type, n, threads)
        return ints.value()
    for is_exact in (False, True):
        floats = FloatSum(is_exact=is_exact)
        for start, n in slices(numbers.n, report, numbers.n * is_exact, 1 + is_exact):
            floats.add(numbers.at(start), numbers.type, n, threads)
        value = floats.value()
        if value is not None:
            return value
    raise AssertionError("an exact sum is always known")
