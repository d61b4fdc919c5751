"""The workshop's functions: Python checks what comes in and raises, C does the work, and other threads run meanwhile."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Callable, Iterable
from operator import index
from types import TracebackType
from typing import Any, SupportsIndex

from _workshop import ffi, lib

# ---- Step 1: a function ----

INT64 = range(-(2**63), 2**63)
UINT64 = range(2**64)


class OutOfRangeError(ValueError, OverflowError):
    """A number is too small or too large: for a function, or for its type in C."""


def _integer(name: str, value: SupportsIndex, allowed: range) -> int:
    """Return the value as an int. A float or a Decimal is a TypeError: cffi by itself would cut the Decimal 3.7 down to 3."""
    number = index(value)
    if number not in allowed:
        shown = number if number.bit_length() <= 128 else f"a number of {number.bit_length()} bits"
        raise OutOfRangeError(f"{name} must be from {allowed[0]} to {allowed[-1]}, not {shown}")
    return number


def fibonacci(n: SupportsIndex) -> int:
    """Return the n-th Fibonacci number, for n from 0 to 93."""
    return lib.ws_fibonacci(_integer("n", n, range(lib.WS_FIBONACCI_MAX + 1)))


def factorial(n: SupportsIndex) -> int:
    """Return 1 · 2 · … · n, for n from 0 to 20."""
    return lib.ws_factorial(_integer("n", n, range(lib.WS_FACTORIAL_MAX + 1)))


def is_prime(n: SupportsIndex) -> bool:
    """Return whether n is prime, for n below 2**64. It takes time proportional to √n, and Ctrl-C waits for it."""
    return lib.ws_is_prime(_integer("n", n, UINT64))


async def is_prime_async(n: SupportsIndex) -> bool:
    """Return what `is_prime` returns, from another thread: C runs without the GIL, so the event loop continues."""
    return await asyncio.to_thread(is_prime, n)


def is_palindrome(text: str) -> bool:
    """Return whether the letters and digits read the same backwards. Of capitals only A to Z are equal to small letters."""
    characters = "".join(filter(str.isalnum, text)).encode("utf-32")[4:]  # four bytes each; the first four tell their order
    return lib.ws_is_palindrome(ffi.from_buffer("uint32_t[]", characters), len(characters) // 4)


# ---- Step 2: an error ----


class DivisionByZeroError(ValueError, ZeroDivisionError):
    """The divisor is zero."""


_EXCEPTIONS = {
    lib.WS_NO_MEMORY: MemoryError,
    lib.WS_OUT_OF_RANGE: OutOfRangeError,
    lib.WS_DIVISION_BY_ZERO: DivisionByZeroError,
    lib.WS_NOT_A_NUMBER: ValueError,
}


def _error(status: int, message: str) -> Exception:
    """Return the exception for a status."""
    return _EXCEPTIONS[status](message)


def divide(a: float, b: float) -> float:
    """Return a / b as floats. A b of zero is a `DivisionByZeroError`, which is a ValueError and a ZeroDivisionError."""
    quotient = ffi.new("double *")
    if status := lib.ws_divide(a, b, ffi.NULL, quotient):
        raise _error(status, f"Cannot divide by zero: {a} / {b}")
    return quotient[0]


def safe_divide(a: float, b: float, default: float | None = None) -> float:
    """Return a / b, or the default if b is zero; without a default, raise a `DivisionByZeroError`."""
    quotient = ffi.new("double *")
    fallback = ffi.NULL if default is None else ffi.new("double *", default)
    if status := lib.ws_divide(a, b, fallback, quotient):
        raise _error(status, f"Division by zero: {a} / {b}, and there is no default")
    return quotient[0]


def safe_parse_int(text: str) -> int:
    """Return the integer that is written in ASCII digits, with a sign or without, with white space around it or not."""
    digits = str.strip(text).encode("utf-8", "surrogatepass")
    number = ffi.new("int64_t *")
    if status := lib.ws_parse_int(digits, len(digits), number):
        shown = f"{text[:50]!r}{'…' if len(text) > 50 else ''}"
        allowed = f"an integer from {INT64[0]} to {INT64[-1]}"
        raise _error(status, f"Cannot parse {shown} as {allowed}")
    return number[0]


def sum_as_string(a: SupportsIndex, b: SupportsIndex) -> str:
    """Return the digits of a + b, where both and their sum are from 0 to 2**64 - 1."""
    a, b = _integer("a", a, UINT64), _integer("b", b, UINT64)
    digits = ffi.new("char[]", lib.WS_DIGITS)
    if status := lib.ws_sum_as_string(a, b, digits):
        raise _error(status, f"a + b must be from 0 to {UINT64[-1]}, not {a + b}")
    return ffi.string(digits).decode()


# ---- Step 3: a list ----


def _int64s(numbers: Iterable[SupportsIndex]) -> array[int]:
    """Return the numbers as an array of 64-bit integers."""
    items = [index(number) for number in numbers]
    try:
        return array("q", items)
    except OverflowError:
        for position, item in enumerate(items):
            _integer(f"item {position}", item, INT64)
        raise


def sum_list(numbers: Iterable[SupportsIndex]) -> int:
    """Return the sum of integers, where each of them and the sum are from -2**63 to 2**63 - 1."""
    items = _int64s(numbers)
    total = ffi.new("int64_t *")
    with ffi.from_buffer("int64_t[]", items) as pointer:
        status = lib.ws_sum(pointer, len(items), total)
    if status:
        raise _error(status, f"the sum must be from {INT64[0]} to {INT64[-1]}, not {sum(items)}")
    return total[0]


def filter_positive(numbers: Iterable[SupportsIndex]) -> list[int]:
    """Return the integers above zero, in their order."""
    items = _int64s(numbers)
    with ffi.from_buffer("int64_t[]", items) as pointer:
        kept = lib.ws_keep_positive(pointer, len(items))
    return items[:kept].tolist()


def word_frequencies(words: Iterable[str]) -> dict[str, int]:
    """Return how often each word occurs, in lower case and in the order in which they first occur."""
    if isinstance(words, str):
        raise TypeError("words must be a list of words, not one str")
    lowered = [str.lower(word) for word in words]
    encoded = [word.encode("utf-8", "surrogatepass") for word in lowered]
    n = len(encoded)
    lengths = ffi.new("size_t[]", [len(word) for word in encoded])
    firsts, counts = ffi.new("size_t[]", n), ffi.new("size_t[]", n)
    n_distinct = ffi.new("size_t *")
    if status := lib.ws_count_words(b"".join(encoded), lengths, n, firsts, counts, n_distinct):
        raise _error(status, f"there is no memory to count {n} words")
    distinct = [lowered[first] for first in ffi.unpack(firsts, n_distinct[0])]
    return dict(zip(distinct, ffi.unpack(counts, n_distinct[0]), strict=True))


def count_unique_words(text: str) -> int:
    """Return how many different words the text has; words are in lower case and separated by white space."""
    return len(word_frequencies(str.split(text)))


# ---- Step 4: a class with a callback ----

_EXCEPTIONS[lib.WS_GONE] = ReferenceError


class _Call:
    """One call that may call back: the callback, and the exception that it raised."""

    def __init__(self, on_change: Callable[[int], object] | None) -> None:
        self.on_change = on_change
        self.error: BaseException | None = None


def _keep_error(_kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    """Keep the exception of the callback. The traceback begins at `workshop_on_change`, whose argument leads to the call."""
    if traceback is not None:
        ffi.from_handle(traceback.tb_frame.f_locals["user"]).error = error.with_traceback(traceback)


@ffi.def_extern(error=0, onerror=_keep_error)
def workshop_on_change(user: Any, value: int) -> int:
    """Call the callback; C calls this."""
    ffi.from_handle(user).on_change(value)
    return 1


class Counter:
    """A number from -2**63 to 2**63 - 1 that several threads may change at the same time.

    `on_change(value)` is called after each change, by the thread that made it. What it raises reaches that thread; the change
    stays.
    """

    _counter = ffi.NULL
    _on_change: Callable[[int], object] | None = None

    def __init__(self, value: SupportsIndex = 0, *, on_change: Callable[[int], object] | None = None) -> None:
        if on_change is not None and not callable(on_change):
            raise TypeError(f"on_change must be a function or None, not {type(on_change).__name__}")
        if self._counter != ffi.NULL:
            raise TypeError("a counter is made only once")
        self._on_change = on_change
        self._counter = lib.ws_counter_new(_integer("value", value, INT64))
        if self._counter == ffi.NULL:
            raise MemoryError("there is no memory for a counter")

    def __del__(self) -> None:
        counter, self._counter = self._counter, ffi.NULL
        lib.ws_counter_free(counter)

    def increment(self) -> None:
        """Add 1. At 2**63 - 1 that is an `OutOfRangeError`."""
        self._change(lib.ws_counter_add, 1)

    def decrement(self) -> None:
        """Subtract 1. At -2**63 that is an `OutOfRangeError`."""
        self._change(lib.ws_counter_add, -1)

    def reset(self) -> None:
        """Set to 0."""
        self._change(lib.ws_counter_reset)

    def value(self) -> int:
        """Return the number."""
        value = ffi.new("int64_t *")
        if status := lib.ws_counter_value(self._counter, value):
            raise _error(status, "the counter is gone")
        return value[0]

    def __repr__(self) -> str:
        return f"{type(self).__name__}(value={self.value()})"

    def __reduce__(self) -> tuple[type[Counter], tuple[int]]:
        """Tell `copy` and `pickle` how to make another counter, without the callback: a pointer must not be copied."""
        return type(self), (self.value(),)

    def _change(self, function: Callable[..., int], *difference: int) -> None:
        """Call a function of C that calls back, and raise what the callback raised."""
        call = _Call(self._on_change)
        handle = ffi.new_handle(call)
        status = function(self._counter, *difference, ffi.NULL if call.on_change is None else lib.workshop_on_change, handle)
        if status == lib.WS_STOPPED:
            try:
                raise call.error or RuntimeError("on_change could not be called")
            finally:
                del call, handle  # the error holds this frame, which held the error
        if status:
            raise _error(status, f"the counter is {self.value()}, and must be from {INT64[0]} to {INT64[-1]}")
