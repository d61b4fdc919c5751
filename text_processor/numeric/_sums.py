"""`parallel_sum`, `process_numbers` and `array_multiply`: element-wise work."""

from __future__ import annotations

import math
import operator
import struct
import sys
from array import array
from collections.abc import Sequence
from typing import Any, Literal, SupportsIndex, cast

from text_processor._common.progress import Progress, Report, reporting
from text_processor._native import numeric as native_numeric
from text_processor._native.numeric import FILTER_BLOCK, FloatSum, IntSum
from text_processor._native.status import TooLargeError
from text_processor.errors import TextProcessorError
from text_processor.numeric._arrays import TYPECODES, Kind, Numbers, Output, checked_items, common_kind, items_of
from text_processor.numeric._work import n_threads, slices


def parallel_sum(numbers: Any, *, threads: int | None = None, progress: Progress | bool | None = None) -> int | float:
    """Return the sum of all numbers: exact for ints, correctly rounded for floats, as by `math.fsum`.

    A sum of ints never wraps, whatever their type; a sum of bools is the number of true ones. A sum of floats (``float32`` too)
    is the ``float`` nearest to the exact sum, in whatever order the numbers are. It is infinite only if the exact sum is too
    large for a ``float``. With infinities or NaNs among the numbers it is infinite or NaN, as in NumPy. An empty sum is 0.

    For an iterable the result is Python's `sum`, or `math.fsum` if it has a float; this holds the GIL and takes as long as in
    Python. Buffers are read in place, at the speed of memory and without the GIL. If floats cancel each other so far that the
    sum has hardly a digit left, a second pass follows, which is ten times slower.

    Args:
        numbers: any iterable of ints and floats, which is made a list first; or a buffer of any shape, such as an
            `array.array`, a `memoryview` or a NumPy array, of ints of up to 64 bits, bools, ``float32`` or ``float64``; or an
            Arrow array of these types. Strided buffers are copied first.
        threads: how many threads may add. ``None`` means one for each processor, 1 means only the calling thread. The sum does
            not depend on it.
        progress: a function that is called with the count of numbers done and of all, about 20 times a second. ``True`` shows
            a bar on a terminal.

    Raises:
        TypeError: ``numbers`` are not numbers, or have another type, which the message names.
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
    items = items_of(numbers, "numbers", in_order=False)
    if items is not None:
        with reporting(progress, len(items), "numbers") as report:
            total = _sum_items(checked_items(items, "numbers"), n_workers)
            report(len(items))
            return total
    with Numbers(numbers) as opened, reporting(progress, opened.n, "numbers") as report:
        return _sum(opened, n_workers, report)


def _sum_items(items: Sequence[int | float], threads: int) -> int | float:
    if float not in set(map(type, items)):
        return sum(items)
    try:
        return math.fsum(items)
    except (OverflowError, ValueError):  # a partial sum overflowed, though the sum may not; or infinities of both signs
        with Numbers(items, floats=True) as opened:
            return _sum(opened, threads, lambda _: None)


def _sum(numbers: Numbers, threads: int, report: Report) -> int | float:
    if not numbers.is_float:
        ints = IntSum()
        for start, n in slices(numbers.n, report):
            ints.add(numbers.span(start, n), threads)
        return ints.value()
    for is_exact in (False, True):
        floats = FloatSum(is_exact=is_exact)
        for start, n in slices(numbers.n, report if not is_exact else lambda _: report(numbers.n)):
            floats.add(numbers.span(start, n), threads)
        value = floats.value()
        if value is not None:
            return value
    raise AssertionError("an exact sum is always known")


# ---- Filtering -------------------------------------------------------------------------------------------------------


def process_numbers(
    numbers: Any, threshold: float, *, threads: int | None = None, progress: Progress | bool | None = None
) -> Any:
    """Return twice each number that is greater than a threshold, in order.

    Numbers and threshold are compared by their exact values, whatever their types, as Python compares an ``int`` with a
    ``float``. A NaN is not greater than any number, and no number is greater than a NaN.

    Buffers are read twice, at the speed of memory and without the GIL; the result is written once. An iterable is filtered in
    Python.

    Args:
        numbers: as for `parallel_sum`; they may have several dimensions.
        threshold: an int or a float.
        threads: how many threads may work. ``None`` means one for each processor, 1 means only the calling thread.
        progress: a function that is called with the count of numbers done and of all, about 20 times a second. ``True`` shows
            a bar on a terminal.

    Returns:
        A list for an iterable, a NumPy array of the same type for a NumPy array, an `array.array` for any other buffer, always
        in one dimension. Bools become ``uint8``, or ints in a list.

    Raises:
        OverflowError: twice a number that is kept does not fit into the type of the array, or is infinite although the number
            is finite; the message gives its index and value. An ``int`` in a list is never too large.
        TypeError: ``numbers`` or ``threshold`` has the wrong type, which the message names.
        TextProcessorError: another thread changed the numbers meanwhile, so that fewer numbers are to be kept.

    >>> from array import array
    >>> from text_processor.numeric import process_numbers
    >>> process_numbers([5, 1, 2.5, 10**20], 2)
    [10, 5.0, 200000000000000000000]
    >>> process_numbers(array("b", [-1, 60, 7]), 6.5)
    array('b', [120, 14])
    >>> process_numbers(array("b", [1, 64]), 0)
    Traceback (most recent call last):
    OverflowError: numbers[1] is 64: twice that has no place in int8
    """
    n_workers, limit = n_threads(threads), _checked_threshold(threshold)
    items = items_of(numbers, "numbers")
    if items is not None:
        with reporting(progress, len(items), "numbers") as report:
            kept = _keep_items(checked_items(items, "numbers"), limit)
            report(len(items))
            return kept
    with Numbers(numbers) as opened, reporting(progress, opened.n, "numbers") as report:
        return _keep(opened, limit, n_workers, report)


def _checked_threshold(threshold: object) -> int | float:
    numpy = sys.modules.get("numpy")
    if isinstance(threshold, float) or (numpy is not None and isinstance(threshold, (numpy.float32, numpy.float16))):
        return float(cast(float, threshold))
    if hasattr(type(threshold), "__index__") and not hasattr(threshold, "__len__"):
        return operator.index(cast("SupportsIndex", threshold))
    raise TypeError(f"threshold must be an int or a float, not {type(threshold).__name__}")


def _keep_items(items: Sequence[int | float], threshold: int | float) -> list[int | float]:
    kept = [x + x for x in items if x > threshold]
    if math.inf in kept or -math.inf in kept:
        for i, x in enumerate(items):
            if x > threshold and math.isinf(x + x) and not math.isinf(x):
                raise OverflowError(f"numbers[{i}] is {x}: twice that is too large for a float")
    return kept


def _keep(numbers: Numbers, threshold: int | float, threads: int, report: Report) -> Any:
    least = _least_above(threshold, numbers.dtype)
    if least is None:
        report(numbers.n)
        return Output(numbers.kind, numbers.dtype, (0,)).take()
    n_blocks = -(-numbers.n // FILTER_BLOCK)
    counts = array("Q", [0]) * n_blocks
    view = memoryview(counts)
    for start, n in slices(numbers.n, report, 0, 2):
        try:
            native_numeric.count_kept(numbers.span(start, n), least, threads, view[start // FILTER_BLOCK :])
        except TooLargeError as error:
            i = start + error.item
            raise OverflowError(
                f"numbers{numbers.place(i)} is {numbers.value(i)}: twice that has no place in {numbers.dtype}"
            ) from error
    output = Output(numbers.kind, numbers.dtype, (sum(counts),))
    n_kept = 0
    for start, n in slices(numbers.n, report, numbers.n, 2):
        blocks = view[start // FILTER_BLOCK : (start + n - 1) // FILTER_BLOCK + 1]
        if not native_numeric.keep_doubled(numbers.span(start, n), least, threads, blocks, output.at(n_kept)):
            raise TextProcessorError("numbers were changed while they were read; pass a copy of them")
        n_kept += sum(blocks)
    return output.take()


def _least_above(threshold: int | float, dtype: str) -> array[Any] | None:
    """Return the least number of a type that is greater than a threshold, in an array; None if there is none."""
    if isinstance(threshold, float) and math.isnan(threshold):
        return None
    typecode = TYPECODES[dtype]
    if dtype in ("float32", "float64"):
        least = _float_above(threshold, 4 if dtype == "float32" else 8)
        return None if least is None else array(typecode, [least])
    bits = 8 * array(typecode).itemsize
    fewest, most = (0, (1 << bits) - 1) if dtype.startswith("u") else (-1 << bits - 1, (1 << bits - 1) - 1)
    if threshold >= most:
        return None
    return array(typecode, [fewest if threshold < fewest else math.floor(threshold) + 1])


def _float_above(threshold: int | float, nbytes: int) -> float | None:
    """Return the least float of this size that is greater than a threshold, by binary search in the order of the bits."""
    letter, ints = ("<f", "<i") if nbytes == 4 else ("<d", "<q")
    infinite = struct.unpack(ints, struct.pack(letter, math.inf))[0]
    if threshold == math.inf:
        return None

    def number(place: int) -> float:
        """Return the float at a place in their order: 0 is at the place 0, and infinity at `infinite`."""
        return math.copysign(struct.unpack(letter, struct.pack(ints, abs(place)))[0], place)

    low, high = -infinite, infinite  # number(low) <= threshold < number(high)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if number(middle) > threshold else (middle, high)
    return number(high)


# ---- Products --------------------------------------------------------------------------------------------------------


def array_multiply(a: Any, b: Any, *, threads: int | None = None, progress: Progress | bool | None = None) -> Any:
    """Return the element-wise products of two arrays of the same shape.

    If both have the same type, the products have it too. Otherwise they are ``float64`` if one array has floats, and else
    ``int64``. Floats are multiplied by the rules of IEEE 754, as in NumPy. Products of ints are exact, or the call raises.

    Args:
        a: an iterable of numbers, or of lists of numbers; or another input of `parallel_sum`, of any shape.
        b: the same, with the same shape.
        threads: how many threads may work. ``None`` means one for each processor, 1 means only the calling thread.
        progress: a function that is called with the count of numbers done and of all, about 20 times a second. ``True`` shows
            a bar on a terminal.

    Returns:
        A NumPy array if ``a`` or ``b`` is one. Otherwise, if one of them is a buffer, an `array.array`, or a `memoryview` of an
        `array.array` unless there is exactly one dimension. For two lists, a list.

    Raises:
        ValueError: the shapes differ; the message names both.
        TypeError: ``a`` or ``b`` has the wrong type, which the message names.
        OverflowError: a product of ints does not fit into its type; the message gives the index and the numbers.

    >>> from array import array
    >>> from text_processor.numeric import array_multiply
    >>> array_multiply([[1.5, 2.0]], [[2, 4]])
    [[3.0, 8.0]]
    >>> array_multiply(array("q", [3, -4]), [5, 6])
    array('q', [15, -24])
    >>> array_multiply([1, 2, 3], [[1, 2, 3]])
    Traceback (most recent call last):
    ValueError: a and b must have the same shape, but theirs are (3,) and (1, 3)
    """
    n_workers = n_threads(threads)
    with Numbers(a, "a", nested=True) as left, Numbers(b, "b", nested=True) as right:
        if left.shape != right.shape:
            raise ValueError(f"a and b must have the same shape, but theirs are {left.shape} and {right.shape}")
        kind = common_kind(left, right)
        if left.dtype == right.dtype:
            return _multiply(left, right, kind, n_workers, progress)
        dtype: Literal["int64", "float64"] = "float64" if left.is_float or right.is_float else "int64"
        with left.converted(dtype) as x, right.converted(dtype) as y:
            return _multiply(x, y, kind, n_workers, progress)


def _multiply(a: Numbers, b: Numbers, kind: Kind, threads: int, progress: Progress | bool | None) -> Any:
    with reporting(progress, a.n, "numbers") as report:
        output = Output(kind, a.dtype, a.shape)
        for start, n in slices(a.n, report):
            try:
                native_numeric.multiply(a.span(start, n), b.span(start, n), threads, output.at(start))
            except TooLargeError as error:
                i = start + error.item
                raise OverflowError(
                    f"a{a.place(i)} is {a.value(i)} and b{b.place(i)} is {b.value(i)}: their product has no place in {a.dtype}"
                ) from error
        return output.take()
