"""`matrix_multiply`: the product of two matrices."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from time import monotonic
from typing import Any

from text_processor._common.progress import Progress, check_progress, reporting
from text_processor._native import numeric as native_numeric
from text_processor._native import status as native_status
from text_processor.numeric._arrays import Numbers, Output, common_kind
from text_processor.numeric._work import n_threads

__all__ = ["matrix_multiply"]

# About how long a step should take: Ctrl-C takes effect between two steps.
STEP_SECONDS = 0.01

# Multiplications in the first step: they take one millisecond, or about twenty without vector instructions.
FIRST_STEP = 1 << 24


def matrix_multiply(a: object, b: object, *, threads: int | None = None, progress: Progress | bool | None = None) -> Any:
    """Return the matrix product of ``a``, of shape (m, k), and ``b``, of shape (k, n).

    The elements have the type float64. The order of summation does not depend on ``threads``, so every bit of the result is the
    same for any number of threads. The instruction set (see `text_processor.cpu_features`) may change the result, as it does in
    NumPy. With any instruction set, the error of an element is at most k 2⁻⁵³ / (1 - k 2⁻⁵³) times the sum of the absolute
    values of its products, unless it overflows or these products are subnormal. NaN and infinities propagate as in sums.

    Args:
        a: a list of equally long lists of numbers, a two-dimensional NumPy array, or any other two-dimensional buffer of
            numbers. It is copied if it is not float64, or is neither in C order nor in Fortran order.
        b: the same.
        threads: how many threads may work. ``None`` means one for each processor, 1 means only the calling thread.
        progress: a function that is called with the number of multiplications done and their total, m n k, at most 20 times a
            second. True shows a bar on standard error, if that is a terminal. An exception of the function ends the call.

    Returns:
        A list of lists if both are lists; a NumPy array if one of them is a NumPy array; otherwise a two-dimensional view of an
        `array.array`, or that array itself if it is empty.

    Raises:
        ValueError: the shapes do not fit, or are not two-dimensional; the message names both. Or an int beyond 2⁵³ has no
            equal float64; the message names it.
        TypeError: ``a`` or ``b`` has none of these types.
        OverflowError: an int in a list does not fit into 64 bits.
        MemoryError: there is no memory for the result. Nothing has been computed then.

    It takes O(m n k) time, and besides the result about 4 MB and less than 1 MB for each thread.

    >>> from text_processor.numeric import matrix_multiply
    >>> matrix_multiply([[1, 2], [3, 4]], [[5, 6], [7, 8]])
    [[19.0, 22.0], [43.0, 50.0]]
    >>> matrix_multiply([[1, 2]], [[3, 4]])
    Traceback (most recent call last):
    ValueError: a of shape (1, 2) and b of shape (1, 2) do not fit: b must have as many rows as a has columns
    """
    check_progress(progress)
    n_workers = n_threads(threads)
    with ExitStack() as held:
        operands = _Operand(a, "a", held), _Operand(b, "b", held)
        (m, k), (rows, n) = _checked_shapes(*operands)
        if k != rows:
            raise ValueError(
                f"a of shape {(m, k)} and b of shape {(rows, n)} do not fit: b must have as many rows as a has columns"
            )
        output = Output(common_kind(*(operand.numbers for operand in operands)), "float64", (m, n))
        left, right = (operand.matrix() for operand in operands)
        product = native_numeric.Product(left, right, output.pointer, n_workers)
        _multiply(product, m * n * k, progress)
        return output.take()


class _Operand:
    """One of the two matrices; it is used in place if possible."""

    def __init__(self, given: Any, name: str, held: ExitStack) -> None:
        self._name, self._held = name, held
        self._is_turned = _is_fortran(given)
        self.numbers = held.enter_context(Numbers(given.T if self._is_turned else given, name, nested=True))
        shape = (0, 0) if isinstance(given, (list, tuple)) and not given else self.numbers.shape
        self.shape = shape[::-1] if self._is_turned else shape

    def matrix(self) -> native_numeric.Matrix:
        """Return the matrix in the form that the core takes."""
        numbers = self.numbers if self.numbers.dtype == "float64" else self._held.enter_context(self._as_same_doubles())
        n_rows, n_columns = self.shape
        strides = (1, n_rows) if self._is_turned else (n_columns, 1)
        return native_numeric.Matrix(numbers.pointer, (n_rows, n_columns), strides)

    def _as_same_doubles(self) -> Numbers:
        try:
            return self.numbers.as_doubles(exactly=True)
        except native_status.InvalidArgumentError as error:
            where, value = self._place(error.item), self.numbers.value(error.item)
            raise ValueError(
                f"{self._name}{where} is {value}, which no float64 is: make {self._name} float64 first if it may be rounded"
            ) from error

    def _place(self, index: int) -> str:
        row, column = divmod(index, self.numbers.shape[1])
        return f"[{column}, {row}]" if self._is_turned else f"[{row}, {column}]"


def _is_fortran(given: Any) -> bool:
    """Whether this is a NumPy array that is in Fortran order and not in C order."""
    numpy = sys.modules.get("numpy")
    if numpy is None or not isinstance(given, numpy.ndarray) or given.ndim != 2:
        return False
    return bool(given.flags.f_contiguous and not given.flags.c_contiguous)


def _checked_shapes(a: _Operand, b: _Operand) -> tuple[tuple[int, int], tuple[int, int]]:
    if len(a.shape) != 2 or len(b.shape) != 2:
        raise ValueError(f"a and b must have two dimensions, not the shapes {a.shape} and {b.shape}")
    return (a.shape[0], a.shape[1]), (b.shape[0], b.shape[1])


def _multiply(product: native_numeric.Product, total: int, progress: Progress | bool | None) -> None:
    step = FIRST_STEP
    with reporting(progress, total, "multiplications") as report:
        while True:
            start = monotonic()
            goes_on = product.step(step)
            report(product.n_done)
            if not goes_on:
                return
            seconds = monotonic() - start
            step = 2 * step if seconds < STEP_SECONDS / 2 else max(step // 2, 1) if seconds > 2 * STEP_SECONDS else step
