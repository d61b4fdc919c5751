"""State of the whole process: versions, instruction sets, memory."""

from __future__ import annotations

from operator import index
from typing import TYPE_CHECKING, TypedDict

from text_processor._common.messages import shown
from text_processor._native.caches import clear_caches
from text_processor._native.status import MOST_BYTES, NO_LIMIT, check, new_error
from text_processor._textproc_cffi import ffi, lib

if TYPE_CHECKING:
    from text_processor._textproc_cffi import TpMemoryUse


UNICODE_VERSION: str = ffi.string(lib.tp_unicode_version()).decode()
CORE_VERSION: str = ffi.string(lib.tp_version()).decode()


_VARIANTS = ("avx512", "avx2", "neon", "plain")


class CpuFeatures(TypedDict):
    """The result of `cpu_features`."""

    in_use: str
    available: list[str]


def cpu_features() -> CpuFeatures:
    """Return the variant of the fast paths that is in use, and the variants that this machine can run, the best first.

    The variants are ``avx512``, ``avx2``, ``neon`` and ``plain`` (C without special instructions); all give the same results.
    The environment variable ``TEXTPROC_SIMD`` selects one of the available variants; it is read when the first text is counted.

    >>> from text_processor import cpu_features
    >>> cpu_features()["available"][-1]
    'plain'
    """
    available = [name for name in _VARIANTS if lib.tp_simd_is_available(name.encode())]
    return {"in_use": ffi.string(lib.tp_simd_name()).decode(), "available": available}


def select_simd(name: str | None) -> None:
    """For tests and measurements: select a variant; None selects it again as at the start."""
    error = new_error()
    check(lib.tp_simd_select(ffi.NULL if name is None else name.encode(), error), error)


class MemoryUse(TypedDict):
    """The memory of one kind of object, as `get_memory_stats` returns it."""

    bytes: int
    allocations: int
    objects: int


class MemoryStats(TypedDict):
    """The result of `get_memory_stats`."""

    current_bytes: int
    peak_bytes: int
    live_allocations: int
    limit_bytes: int | None
    kinds: dict[str, MemoryUse]


# The kinds of objects that hold memory, by their names in `get_memory_stats`.
_MEMORY_KINDS: dict[str, int] = {
    "analyzers": lib.TP_FOR_CORPUS,
    "word_tables": lib.TP_FOR_TABLE,
    "lexicons": lib.TP_FOR_LEXICON,
    "tokenizers": lib.TP_FOR_VOCABULARY,
    "encoders": lib.TP_FOR_PIECE_CACHE,
    "trainings": lib.TP_FOR_TRAINING,
    "vectorizers": lib.TP_FOR_VECTORS,
    "windows": lib.TP_FOR_WINDOW,
    "matrix_products": lib.TP_FOR_PRODUCT,
    "sieves": lib.TP_FOR_SIEVE,
    "work": lib.TP_FOR_WORK,
}


def get_memory_stats() -> MemoryStats:
    """Return the memory that the native core holds in this process, in bytes and blocks.

    Keys: ``current_bytes`` (held now), ``peak_bytes`` (the most ever held at once), ``live_allocations`` (blocks held now),
    ``limit_bytes`` (the limit of `set_memory_limit`, or None) and ``kinds``: for each kind of object the ``bytes`` and
    ``allocations`` that it holds, and the number of ``objects``.

    The kinds: ``analyzers``, with their working memory; ``word_tables``, the words that analyzers have counted (an analyzer
    that has counted nothing has none); ``lexicons``; ``tokenizers``; ``encoders``, the caches of recent pieces in calls that
    encode; ``trainings``, two objects each; ``windows``, of ``MovingAverage`` and ``RingBuffer``; ``matrix_products`` and
    ``sieves``, while one is computed; ``work``, memory of a call that belongs to no object. Python objects, including the
    documents, are not part of it. The bytes are those that the core requested; the system rounds each block up, a large one
    to pages. The numbers are read one after the other, so they may not add up while other threads work. It takes O(1) time.

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


def set_memory_limit(bytes: int | None) -> None:  # noqa: A002 - the limit is in bytes
    """Set how many bytes the native core may hold in this process; None, the initial value, means no limit.

    A call that would exceed the limit raises `MemoryError`, and nothing is lost: the object is unchanged, and the same call
    works once there is enough memory. The core may already hold more than the limit; this memory stays. Freeing always works:
    dropping an object needs no memory (``clear`` of an analyzer makes a new one, which needs some hundred bytes).

    The limit applies to ``current_bytes`` of `get_memory_stats`. Documents, results and other Python objects are not part of
    it; to limit the whole process, also use the means of the operating system. A growing block may be in two places for a
    moment; only one of them counts. What a file is read by keeps it too: a decompressor takes no more memory, and a line or
    document of a file that has to be kept until it is whole has no more bytes.

    While there is a limit, nothing is kept from one call to the next only because it saves work; see `clear_caches`.

    The limit takes effect at once, for all threads; a child made by ``fork`` inherits it. It raises `TypeError` for a value
    that is not an int, and `ValueError` for an int below 0 or above 2**63 - 1.

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
    clear_caches()


def check_kept_nbytes(nbytes: int) -> None:
    """Raise `MemoryError` if text that comes in blocks, and is of no use before it is whole, has more bytes than the limit."""
    stats = ffi.new("tp_memory_stats *")
    lib.tp_memory_get_stats(stats)
    if nbytes > stats.limit_bytes:  # no limit is the highest number
        raise MemoryError(
            f"no memory: {nbytes} bytes of text were to be kept until a line or document ends, and the limit is "
            f"{stats.limit_bytes} (set_memory_limit)"
        )


def fail_allocation(nth: int) -> None:
    """For tests: make the nth allocation of the core from now on fail, once; with 0 none fails."""
    lib.tp_memory_fail_at(nth)
