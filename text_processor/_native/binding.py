"""The functions of binding.c, which take Python objects: for calls that are shorter than a crossing by cffi.

Each returns None where its short way does not apply, and the caller goes the long way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from text_processor._textproc_cffi import lib

_functions: dict[str, Callable[..., Any]] = {}
lib.tpb_give_functions(id(_functions))

list_of_ids = _functions["list_of_ids"]
lists_of_ids = _functions["lists_of_ids"]
encode_short = _functions["encode_short"]
count_short = _functions["count_short"]
decode_short = _functions["decode_short"]
polarity_short = _functions["polarity_short"]
join_texts = _functions["join_texts"]
has_blank = _functions["has_blank"]

# As many ints are made once for all lists of ids, as the largest of published vocabularies has tokens: 9 MB.
MOST_READY = 1 << 18

# A list of fewer ids does not pay for making them.
LONG_LIST = 1 << 12

_ready: tuple[int, ...] = ()


def ready() -> tuple[int, ...]:
    """Return the ints that are made so far; each stands at its own index."""
    return _ready


def ready_for(n_ids: int, n_vocab: int) -> tuple[int, ...]:
    """Return the ints again, after making more where so many ids below ``n_vocab`` pay for it."""
    global _ready  # noqa: PLW0603 - a tuple is replaced as a whole
    if len(_ready) < min(n_vocab, MOST_READY) and n_ids >= LONG_LIST:
        _ready = tuple(range(min(n_vocab, MOST_READY)))
    return _ready


def clear() -> None:
    """Forget the ints."""
    global _ready  # noqa: PLW0603
    _ready = ()
