"""What is one for the whole process: versions, instruction sets, memory."""

from __future__ import annotations

from operator import index
from typing import TYPE_CHECKING, TypedDict

from text_processor._common.messages import shown
from text_processor._native.status import MOST_BYTES, NO_LIMIT, check, new_error
from text_processor._textproc_cffi import ffi, lib

if TYPE_CHECKING:
    from text_processor._textproc_cffi import TpMemoryUse


UNICODE_VERSION: str = ffi.string(lib.tp_unicode_version()).decode()
CORE_VERSION: str = ffi.string(lib.tp_version()).decode()


_VARIANTS = ("avx512", "avx2", "neon", "plain")


class CpuFeatures(TypedDict):
    """What `cpu_features` returns."""

    in_use: str
    available: list[str]


def cpu_features() -> CpuFeatures:
    """Return which variant of the fast paths is in use, and which ones this machine can run, the best first.

    They are ``avx512``, ``avx2``, ``neon`` and ``plain`` (C without special instructions); all give the same answers. The
    environment variable ``TEXTPROC_SIMD``, read when the first text is counted, chooses one of those available.

    >>> from text_processor import cpu_features
    >>> cpu_features()["available"][-1]
    'plain'
    """
    available = [name for name in _VARIANTS if lib.tp_simd_is_available(name.encode())]
    return {"in_use": ffi.string(lib.tp_simd_name()).decode(), "available": available}


def select_simd(name: str | None) -> None:
    """For tests and measurements: put a variant to use; None chooses again as at the start."""
    error = new_error()
    check(lib.tp_simd_select(ffi.NULL if name is None else name.encode(), error), error)


class MemoryUse(TypedDict):
    """What `get_memory_stats` tells of one kind of object."""

    bytes: int
    allocations: int
    objects: int


class MemoryStats(TypedDict):
    """What `get_memory_stats` returns."""

    current_bytes: int
    peak_bytes: int
    live_allocations: int
    limit_bytes: int | None
    kinds: dict[str, MemoryUse]


# What memory is held for, by the names under which `get_memory_stats` tells of it.
_MEMORY_KINDS: dict[str, int] = {
    "analyzers": lib.TP_FOR_CORPUS,
    "word_tables": lib.TP_FOR_TABLE,
    "lexicons": lib.TP_FOR_LEXICON,
    "tokenizers": lib.TP_FOR_VOCABULARY,
    "encoders": lib.TP_FOR_PIECE_CACHE,
    "trainings": lib.TP_FOR_TRAINING,
    "windows": lib.TP_FOR_WINDOW,
    "matrix_products": lib.TP_FOR_PRODUCT,
    "sieves": lib.TP_FOR_SIEVE,
    "work": lib.TP_FOR_WORK,
}


def get_memory_stats() -> MemoryStats:
    """Return what the native core holds in this process, in bytes and blocks.

    Keys: ``current_bytes`` (held now), ``peak_bytes`` (the most ever held at once), ``live_allocations`` (blocks held now),
    ``limit_bytes`` (what `set_memory_limit` has set, or None) and ``kinds``: for each kind of object the ``bytes`` and
    ``allocations`` held for such, and how many ``objects`` there are.

    The kinds: ``analyzers``, with room in which they count; ``word_tables``, the words that analyzers have counted (of one
    that has counted nothing there is none); ``lexicons``; ``tokenizers``; ``encoders``, pieces that a call which encodes met
    lately; ``trainings``, two objects each; ``windows``, of ``MovingAverage`` and ``RingBuffer``; ``matrix_products`` and
    ``sieves``, while one is worked out; ``work``, what a call holds that is no object. Python's own objects, the documents
    among them, are not part of it. Bytes are those that the core has asked for: the system rounds each block up, a large one
    to pages. The numbers are read one after the other: while other threads work, they may not add up. O(1).

    >>> from text_processor import TextAnalyzer, get_memory_stats
    >>> analyzer = TextAnalyzer()
    >>> analyzer.add_document("to be or not to be")
    >>> analyzer.total_words()
    6
    >>> stats = get_memory_stats()
    >>> stats["kinds"]["word_tables"]["objects"] >= 1
    True
    >>> stats["current_bytes"] == sum(kind["bytes"] for kind in stats["kinds"].values())
    True
    """
    stats = ffi.new("tp_memory_stats *")
    lib.tp_memory_get_stats(stats)
    return {
        "current_bytes": int(stats.current_bytes),
        "peak_bytes": int(stats.peak_bytes),
        "live_allocations": int(stats.live_allocations),
        "limit_bytes": None if stats.limit_bytes == NO_LIMIT else int(stats.limit_bytes),
        "kinds": {name: _use_of(stats.kinds[kind]) for name, kind in _MEMORY_KINDS.items()},
    }


def _use_of(use: TpMemoryUse) -> MemoryUse:
    return {"bytes": int(use.bytes), "allocations": int(use.allocations), "objects": int(use.objects)}


def set_memory_limit(bytes: int | None) -> None:  # noqa: A002 - it is what the limit is of
    """Set how many bytes the native core may hold in this process; None, as at the start, means as many as the system gives.

    What would take it over the limit raises `MemoryError`, and nothing is lost: the object is as it was before the call, and
    does the same work as soon as there is room. What is held already may be more than the limit; it stays, and freeing always
    works: dropping an object needs no memory (``clear`` of an analyzer, which begins anew, some hundred bytes).

    The limit is of ``current_bytes`` of `get_memory_stats`, so documents, results and all else that is Python's own is not
    part of it; to limit a process, use the system's means beside this one. A block that grows may lie at two places for a
    moment, of which one counts.

    It holds at once, for all threads; a child made by ``fork`` inherits it. Raises `TypeError` for what is no int, and
    `ValueError` for one below 0 or above 2**63 - 1.

    >>> from text_processor import TextAnalyzer, get_memory_stats, set_memory_limit
    >>> analyzer = TextAnalyzer()
    >>> analyzer.add_document("to be or not to be")
    >>> set_memory_limit(get_memory_stats()["current_bytes"] + 100)
    >>> analyzer.total_words()
    Traceback (most recent call last):
    ...
    MemoryError: no memory: ... bytes were asked for, while ... were held and the limit is ... (set_memory_limit)
    >>> set_memory_limit(None)
    >>> analyzer.total_words()
    6
    """
    if bytes is None:
        lib.tp_memory_set_limit(NO_LIMIT)
        return
    if isinstance(bytes, bool) or not hasattr(type(bytes), "__index__"):
        raise TypeError(f"bytes must be an int or None, not {type(bytes).__name__}")
    limit = index(bytes)
    if not 0 <= limit <= MOST_BYTES:
        raise ValueError(f"bytes must be from 0 to {MOST_BYTES}, or None for no limit, not {shown(limit)}")
    lib.tp_memory_set_limit(limit)


def fail_allocation(nth: int) -> None:
    """For tests: have the core's nth allocation from now on refused, once; 0 refuses none."""
    lib.tp_memory_fail_at(nth)
