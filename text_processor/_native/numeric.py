"""Bindings of the core's folder ``numeric``."""

from __future__ import annotations

from array import array
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from text_processor._native.handles import Handle
from text_processor._native.status import STALE, check, new_error, new_uninitialized, read_array
from text_processor._textproc_cffi import ffi, lib

if TYPE_CHECKING:
    from text_processor._textproc_cffi import Array, CBuffer, CData, Pointer, TpMatrix, TpWindowState, Uint8, Uint32


NUMBER_TYPES: dict[str, int] = {
    "int8": lib.TP_INT8,
    "uint8": lib.TP_UINT8,
    "int16": lib.TP_INT16,
    "uint16": lib.TP_UINT16,
    "int32": lib.TP_INT32,
    "uint32": lib.TP_UINT32,
    "int64": lib.TP_INT64,
    "uint64": lib.TP_UINT64,
    "float32": lib.TP_FLOAT32,
    "float64": lib.TP_FLOAT64,
}


def open_span(buffer: memoryview) -> Array[Uint8]:
    """Hold a contiguous buffer for reading; `close_span` releases it."""
    return ffi.from_buffer("uint8_t[]", buffer)


def open_room(buffer: array[Any] | memoryview) -> Array[Uint8]:
    """Hold a contiguous buffer for writing; `close_span` releases it."""
    return ffi.from_buffer("uint8_t[]", buffer, require_writable=True)


def close_span(span: CData) -> None:
    """Release a held buffer; releasing it twice is not an error."""
    ffi.release(span)


def is_aligned(span: Array[Uint8], itemsize: int) -> bool:
    """Whether a span begins where a number of so many bytes may."""
    return int(ffi.cast("uintptr_t", span)) % itemsize == 0


def view_span(span: Array[Uint8], nbytes: int) -> memoryview:
    """Return the bytes of a span, for as long as it is held."""
    return memoryview(ffi.buffer(span, nbytes)).toreadonly()


class Span(NamedTuple):
    """Contiguous numbers of one type."""

    pointer: Pointer[Uint8]
    number_type: int
    n: int


class IntSum:
    """An exact sum of ints."""

    __slots__ = ("_sum",)

    def __init__(self) -> None:
        self._sum = ffi.new("tp_int_sum *")

    def add(self, numbers: Span, threads: int) -> None:
        """Add ints."""
        error = new_error()
        check(lib.tp_sum_ints(*numbers, threads, self._sum, error), error)

    def value(self) -> int:
        """Return the sum so far."""
        return (int(self._sum.high) << 64) + int(self._sum.low)


class FloatSum:
    """A sum of floats with an error bound, or an exact one."""

    __slots__ = ("_is_exact", "_sum")

    def __init__(self, *, is_exact: bool) -> None:
        self._is_exact = is_exact
        self._sum = ffi.new("tp_float_sum *")

    def add(self, numbers: Span, threads: int) -> None:
        """Add floats."""
        error = new_error()
        check(lib.tp_sum_floats(*numbers, self._is_exact, threads, self._sum, error), error)

    def value(self, exponent: int = 0) -> float | None:
        """Return the sum times a power of two, correctly rounded; None if only an exact sum can give it."""
        value = ffi.new("double *")
        return float(value[0]) if lib.tp_float_sum_get(self._sum, exponent, value) else None


FILTER_BLOCK: int = lib.TP_FILTER_BLOCK


def count_kept(numbers: Span, least: array[Any], threads: int, counts: memoryview[int]) -> None:
    """Store how many numbers of each block are at least ``least``, the one item of an array of their type.

    `TooLargeError`, with an index, if one of these cannot be doubled.
    """
    error = new_error()
    with ffi.from_buffer("uint8_t[]", least) as c_least, ffi.from_buffer("uint64_t[]", counts, require_writable=True) as found:
        status = lib.tp_filter_count(*numbers, c_least, threads, found, error)
    check(status, error)


def keep_doubled(numbers: Span, least: array[Any], threads: int, counts: memoryview[int], kept: Pointer[Uint8]) -> bool:
    """Store the counted numbers, doubled; return False if there are fewer now."""
    with ffi.from_buffer("uint8_t[]", least) as c_least, ffi.from_buffer("uint64_t[]", counts) as found:
        return bool(lib.tp_filter_double(*numbers, c_least, threads, found, kept))


def multiply(a: Span, b: Span, threads: int, products: Pointer[Uint8]) -> None:
    """Store products; raise `TooLargeError`, with an index, if a product of ints does not fit."""
    error = new_error()
    check(lib.tp_multiply(a.pointer, b.pointer, a.number_type, a.n, threads, products, error), error)


class Stats:
    """Statistics of numbers, as in the C struct with this name."""

    __slots__ = ("_scale", "_stats")

    def __init__(self, scale: float = 1.0) -> None:
        self._scale = scale
        self._stats = ffi.new("tp_stats *")

    def add(self, numbers: Span, threads: int) -> None:
        """Add numbers; all but the last ones in multiples of ``FILTER_BLOCK``."""
        error = new_error()
        check(lib.tp_stats_add(self._stats, *numbers, self._scale, threads, error), error)

    @property
    def int_sum(self) -> int:
        """The sum of ints."""
        return (int(self._stats.int_sum.high) << 64) + int(self._stats.int_sum.low)

    def float_sum(self, exponent: int = 0) -> float | None:
        """Return the sum of floats, as `FloatSum.value`."""
        value = ffi.new("double *")
        return float(value[0]) if lib.tp_float_sum_get(ffi.addressof(self._stats, "float_sum"), exponent, value) else None

    @property
    def has_specials(self) -> bool:
        """Whether infinities or NaNs are among floats."""
        return bool(self._stats.float_sum.specials)

    @property
    def has_nan(self) -> bool:
        """Whether there is a NaN among floats."""
        return bool(self._stats.float_sum.specials & lib.TP_HAS_NAN)

    @property
    def squares(self) -> float:
        """The sum of squared differences from the mean, times the square of the scale."""
        return float(self._stats.squares_high)

    @property
    def extremes(self) -> tuple[float, float]:
        """The least and the greatest of floats."""
        return float(self._stats.least), float(self._stats.greatest)

    @property
    def int_extremes(self) -> tuple[int, int]:
        """The least and the greatest of ints; of ``uint64`` modulo 2**64."""
        return int(self._stats.int_least), int(self._stats.int_greatest)


def chunk_means(numbers: Pointer[Uint8], chunk: int, n_chunks: int, threads: int) -> list[float]:
    """Return the mean of each of the first chunks of so many numbers."""
    means = new_uninitialized("double[]", n_chunks)
    lib.tp_chunk_means(ffi.cast("double *", numbers), chunk, n_chunks, threads, means)
    return cast("list[float]", memoryview(ffi.buffer(means)).cast("d").tolist())


def to_float64(number_type: int, numbers: Pointer[Uint8], n: int, room: Pointer[Uint8], *, exactly: bool) -> None:
    """Store numbers as doubles; `InvalidArgumentError`, with an index, if not one exactly, and that is wanted."""
    error = new_error()
    check(lib.tp_to_float64(number_type, numbers, n, exactly, ffi.cast("double *", room), error), error)


def to_int64(number_type: int, numbers: Pointer[Uint8], n: int, room: Pointer[Uint8]) -> None:
    """Store ints as those of 64 bits; `TooLargeError`, with an index, if one has no place there."""
    error = new_error()
    check(lib.tp_to_int64(number_type, numbers, n, ffi.cast("int64_t *", room), error), error)


class Matrix(NamedTuple):
    """Doubles in rows and columns, and how far rows and columns are apart."""

    items: Pointer[Uint8]
    shape: tuple[int, int]
    strides: tuple[int, int]

    def in_c(self) -> TpMatrix:
        """What the core takes; it must not outlast ``items``."""
        matrix = ffi.new("tp_matrix *")
        matrix.items = ffi.cast("double *", self.items)
        matrix.n_rows, matrix.n_columns = self.shape
        matrix.row_stride, matrix.column_stride = self.strides
        return matrix


class Product(Handle):
    """A handle to a ``tp_product``, which stores its matrices' product in ``room``; all three must outlast it."""

    __slots__ = ("_n_done",)

    TYPE = "tp_product **"
    FREE_AT = lib.tp_product_free_at

    def __init__(self, left: Matrix, right: Matrix, room: Pointer[Uint8], threads: int) -> None:
        self._n_done = ffi.new("uint64_t *")
        super().__init__(lib.tp_product_new, left.in_c(), right.in_c(), ffi.cast("double *", room), threads)

    @property
    def n_done(self) -> int:
        """The number of multiplications done."""
        return self._n_done[0]

    def step(self, n: int) -> bool:
        """Make about ``n`` more of them, and say whether any are left."""
        return bool(lib.tp_product_step(self.pointer, n, self._n_done))


def count_points_in_circle(key: int, first: int, n: int, threads: int) -> int:
    """Return how many of ``n`` points of the sequence ``key``, from a first one on, lie in a quarter of a circle."""
    return int(lib.tp_count_points_in_circle(key, first, n, threads))


class Sieve(Handle):
    """A handle to a ``tp_sieve``, which finds the primes up to a limit."""

    __slots__ = ("_found", "_n_done", "_n_found")

    TYPE = "tp_sieve **"
    FREE_AT = lib.tp_sieve_free_at

    def __init__(self, limit: int, threads: int) -> None:
        self._found = cast("Pointer[Pointer[Uint32]]", ffi.new("uint32_t **"))
        self._n_found, self._n_done = ffi.new("size_t *"), ffi.new("uint64_t *")
        super().__init__(lib.tp_sieve_new, limit, threads)

    @property
    def n_done(self) -> int:
        """The count of numbers that are checked, from 0 on."""
        return self._n_done[0]

    def step(self) -> CBuffer:
        """Look at some more, and return the primes among them: 32 bits each, until the next step."""
        error = new_error()
        check(lib.tp_sieve_step(self.pointer, self._found, self._n_found, self._n_done, error), error)
        return ffi.buffer(self._found[0], 4 * self._n_found[0])


_push_one = lib.tp_window_push_one


class Window(Handle):
    """A handle to a ``tp_window``: the last numbers of a sequence."""

    __slots__ = ()

    TYPE = "tp_window **"
    FREE_AT = lib.tp_window_free_at

    def __init__(self, capacity: int, *, sums: bool) -> None:
        super().__init__(lib.tp_window_new, capacity, sums)

    def copy(self) -> Window:
        return self.made(lib.tp_window_copy, self.pointer)

    def state(self) -> TpWindowState:
        """Return the whole state at one instant."""
        state = ffi.new("tp_window_state *")
        lib.tp_window_get_state(self.pointer, state)
        return state

    def push_one(self, number: float) -> float:
        """Add a number, and return the average."""
        return _push_one(self.place[0] or self.pointer, number)  # a property and two more calls would double its time

    def push(self, numbers: Pointer[Uint8], first: int, n: int, averages: Pointer[Uint8] | None) -> None:
        """Add ``n`` doubles from a first one on, and store the averages at the same places in another array."""
        c_averages = ffi.NULL if averages is None else ffi.cast("double *", averages) + first
        lib.tp_window_push(self.pointer, ffi.cast("double *", numbers) + first, n, c_averages)

    def numbers(self) -> array[float]:
        """Return the numbers, the oldest first."""
        n = ffi.new("size_t *")
        found = read_array("double", n, partial(lib.tp_window_get_numbers, self.pointer))
        numbers = array("d")
        numbers.frombytes(ffi.buffer(found, n[0] * ffi.sizeof("double")))
        return numbers

    def clear(self) -> None:
        lib.tp_window_clear(self.pointer)

    def exchange(self, other: Window, version: int) -> bool:
        """Exchange what is in both, and return True, unless this one's version is another one by now."""
        error = new_error()
        status = lib.tp_window_exchange(self.pointer, other.pointer, version, error)
        if status == STALE:
            return False
        check(status, error)
        return True
