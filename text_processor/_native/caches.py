"""What is kept from one call to the next because it saves work, and can be dropped at any time."""

from __future__ import annotations

from typing import Protocol
from weakref import WeakSet

from text_processor._native import binding


class Kept(Protocol):
    """Something that can be emptied."""

    def clear(self) -> None: ...


KEPT: WeakSet[Kept] = WeakSet()


def clear_caches() -> None:
    """Drop what is kept from earlier calls only because it saves work; no answer changes.

    These are the caches of pieces of all tokenizers (up to 32 MB each; ``encoders`` in `get_memory_stats`), and the ints that
    lists of ids share (up to 11 MB for the process). Threads that encode at the moment keep theirs until they are done.

    >>> from text_processor import clear_caches
    >>> clear_caches()
    """
    binding.clear()
    for kept in list(KEPT):
        kept.clear()
