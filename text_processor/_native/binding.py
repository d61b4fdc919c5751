"""The functions of binding.c, which take Python objects: for calls that are shorter than a crossing by cffi.

Each returns None where its short way does not apply, and the caller goes the long way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from text_processor._textproc_cffi import lib

_functions: dict[str, Callable[..., Any]] = {}
lib.tpb_give_functions(id(_functions))

list_of_ids = _functions["list_of_ids"]
lists_of_ids = _functions["lists_of_ids"]
encode_short = _functions["encode_short"]
count_short = _functions["count_short"]
polarity_short = _functions["polarity_short"]
join_texts = _functions["join_texts"]
has_blank = _functions["has_blank"]
differences = _functions["differences"]
shifted = _functions["shifted"]
view_documents = _functions["view_documents"]
addresses_of = _functions["addresses_of"]
_short_functions = _functions["short_functions"]

# As many ints are made once for all lists of ids, as the largest of published vocabularies has tokens: 11 MB with their
# addresses.
MOST_READY = 1 << 18

# A list of fewer ids does not pay for making them.
LONG_LIST = 1 << 12


class _Ready(bytes):
    """The addresses of ints that are made, each at its own index; it holds them."""

    numbers: tuple[int, ...]


def _made(n: int) -> _Ready:
    numbers = tuple(range(n))
    made = _Ready(addresses_of(numbers))
    made.numbers = numbers
    return made


# The only item is replaced as a whole; the short functions look into it.
_ready = [_made(0)]


def ready() -> bytes:
    """Return the ints that are made so far, in the form that the functions above take."""
    return _ready[0]


def ready_for(n_ids: int, n_ints: int) -> bytes:
    """Return the ints again, after making more where so many ids below ``n_ints`` pay for it."""
    if n_ids >= LONG_LIST and len(_ready[0].numbers) < min(n_ints, MOST_READY):
        _ready[0] = _made(min(n_ints, MOST_READY))
    return _ready[0]


def clear() -> None:
    """Forget the ints."""
    _ready[0] = _made(0)


class ShortWay(NamedTuple):
    """What is done with a short text, and with few ids, in one call of the interpreter; None where that is not possible."""

    encode: Callable[[str | bytes], list[int] | None]
    encode_bytes: Callable[[str | bytes], bytes | None]
    count: Callable[[str | bytes], int | None]  # type: ignore[assignment] # not that of tuple
    decode: Callable[[list[int], str], str | None]


def short_way(places: bytes) -> ShortWay:
    """Return the functions for what a ``short_way`` of binding.c holds. The caller keeps what its places belong to."""
    return ShortWay(*_short_functions((places, _ready)))


def _no_way(*_: object) -> None:
    return None


NO_WAY = ShortWay(_no_way, _no_way, _no_way, _no_way)
