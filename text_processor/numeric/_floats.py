"""Numbers of any type as float64."""

from __future__ import annotations

from collections.abc import Callable

from text_processor import _native
from text_processor.numeric._arrays import Numbers, Output


def as_float64(numbers: Numbers) -> Numbers:
    """Return a copy of numbers, in one dimension, as ``float(x)`` makes them."""
    return _copied(numbers, exactly=False)


def as_same_float64(numbers: Numbers, name: str, place: Callable[[int], str]) -> Numbers:
    """Return a copy of numbers, in one dimension, none of which is changed by that.

    Args:
        numbers: what to copy.
        name: what messages call them.
        place: says as a subscript which one is meant by an index in C's order.

    Raises:
        ValueError: one of them is an int that no float64 is; it is named.
    """
    try:
        return _copied(numbers, exactly=True)
    except _native.InvalidArgumentError as error:
        where, value = place(error.item), numbers.value(error.item)
    raise ValueError(f"{name}{where} is {value}, which no float64 is: make {name} float64 first if it may be rounded")


def _copied(numbers: Numbers, *, exactly: bool) -> Numbers:
    room = Output("array", "float64", (numbers.n,))
    _native.to_float64(numbers.type, numbers.pointer, numbers.n, room.pointer, exactly=exactly)
    return Numbers(room.take())
