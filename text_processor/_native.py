"""The one door to the compiled core: bytes in, arrays and text out, statuses to exceptions, callbacks.

How a callback travels:

1. Python calls ``Corpus.count_each`` with a function ``tell``. It is put into a ``_DocumentCall``, and a handle to that is
   kept in a local variable for as long as the call lasts: a stale handle would end the process.
2. C gets the address of the one trampoline, ``textproc_on_document``, and the handle as its ``void *user``.
3. C counts a document, lets go of its lock, and calls the trampoline.
4. The trampoline finds the ``_DocumentCall`` behind the handle and calls ``tell``, which may do anything.
5. No exception can pass through C. The trampoline keeps it in the ``_DocumentCall`` and returns 0, at which C stops.
   0 is also what cffi returns by itself when the trampoline cannot run, so "stop" is the safe answer.
6. A signal may arrive before the trampoline's ``try``. cffi hands such an exception to ``onerror``, which keeps it too.
7. Back in Python, ``count_each`` gives the exception to its caller, who publishes what was counted and raises it again.
"""

from __future__ import annotations

import os
import threading
import weakref
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import accumulate
from operator import index
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict, cast, overload

from text_processor._textproc_cffi import ffi, lib
from text_processor._wording import shown
from text_processor.errors import InvalidDocumentError, InvalidSnapshotError, TextProcessorError

if TYPE_CHECKING:
    from text_processor._textproc_cffi import (
        Array,
        CBuffer,
        CData,
        Pointer,
        TpArrowArray,
        TpArrowBuffer,
        TpBatch,
        TpCorpus,
        TpError,
        TpLexiconEntries,
        TpMatrix,
        TpMemoryUse,
        TpMerge,
        TpPieces,
        TpVocabulary,
        TpWindow,
        TpWindowState,
        Uint8,
        Uint32,
        Uint64,
    )

UNICODE_VERSION: str = ffi.string(lib.tp_unicode_version()).decode()
CORE_VERSION: str = ffi.string(lib.tp_version()).decode()

# A dict of this many entries takes CPython some 20 ms: often enough for Ctrl-C to get through, seldom enough to cost nothing.
SLICE_ENTRIES = 100_000

_OK: int = lib.TP_OK
_STALE: int = lib.TP_STALE
_CANCELLED: int = lib.TP_CANCELLED
_TOO_SMALL: int = lib.TP_TOO_SMALL

_new_uninitialized = ffi.new_allocator(should_clear_after_alloc=False)

# No lock of the core is held by any thread while the process forks, so the child can use every object.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=lib.tp_before_fork,
        after_in_parent=lib.tp_after_fork_in_parent,
        after_in_child=lib.tp_after_fork_in_child,
    )


def check(status: int, error: TpError) -> None:
    """Raise the exception that a status stands for: the only place where an error of the core becomes one of Python."""
    if status == _OK:
        return
    message = ffi.string(error.message).decode()
    offset = int(error.offset)
    if status == lib.TP_NO_MEMORY:
        raise MemoryError(_explain_refusal(message))
    if status == lib.TP_TOO_LARGE:
        raise TooLargeError(message, offset)
    if status == lib.TP_INVALID_UTF8:
        raise InvalidDocumentError(f"{message} at byte {offset}", offset=offset)
    if status in (lib.TP_DAMAGED, lib.TP_UNKNOWN_VERSION):
        raise InvalidSnapshotError(f"{message} (at byte {offset})", offset=offset)
    if status == lib.TP_INVALID_ARGUMENT:
        raise InvalidArgumentError(message, offset)
    raise TextProcessorError(f"{message} (status {status}, offset {offset})")


class InvalidArgumentError(ValueError):
    """An argument that the core refuses; the caller, who knows its name, says more."""

    def __init__(self, message: str, item: int) -> None:
        super().__init__(message)
        self.item = item


class TooLargeError(OverflowError):
    """A count or a number is too large; the caller, where it is one of several numbers, says which."""

    def __init__(self, message: str, item: int) -> None:
        super().__init__(message)
        self.item = item


def _new_error() -> TpError:
    return ffi.new("tp_error *")


# ---- Instruction sets ------------------------------------------------------------------------------------------------

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
    error = _new_error()
    check(lib.tp_simd_select(ffi.NULL if name is None else name.encode(), error), error)


# ---- Memory ----------------------------------------------------------------------------------------------------------


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


_NO_LIMIT: int = lib.TP_NO_LIMIT

# As large as an object in memory can be.
MOST_BYTES = (1 << 63) - 1

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
        "limit_bytes": None if stats.limit_bytes == _NO_LIMIT else int(stats.limit_bytes),
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
        lib.tp_memory_set_limit(_NO_LIMIT)
        return
    if isinstance(bytes, bool) or not hasattr(type(bytes), "__index__"):
        raise TypeError(f"bytes must be an int or None, not {type(bytes).__name__}")
    limit = index(bytes)
    if not 0 <= limit <= MOST_BYTES:
        raise ValueError(f"bytes must be from 0 to {MOST_BYTES}, or None for no limit, not {shown(limit)}")
    lib.tp_memory_set_limit(limit)


def _explain_refusal(message: str) -> str:
    """Say what was asked for when memory was refused to this thread."""
    refusal = ffi.new("tp_memory_refusal *")
    lib.tp_memory_take_refusal(refusal)
    asked, held, limit = int(refusal.asked_bytes), int(refusal.held_bytes), int(refusal.limit_bytes)
    if not asked:
        return message
    if limit == _NO_LIMIT:
        return f"{message}: {asked} bytes were asked for, while {held} were held"
    return f"{message}: {asked} bytes were asked for, while {held} were held and the limit is {limit} (set_memory_limit)"


def fail_allocation(nth: int) -> None:
    """For tests: have the core's nth allocation from now on refused, once; 0 refuses none."""
    lib.tp_memory_fail_at(nth)


# ---- Text in ---------------------------------------------------------------------------------------------------------
#
# A buffer is let go of before an exception can keep the frame that uses it: CPython 3.11 crashes where the garbage collector
# finds a memoryview that is still in use. So each `ffi.from_buffer` is a `with` of its own, and checks follow behind it.


# What may wait to be counted, since it cannot change.
Document = str | bytes


class Piece(NamedTuple):
    """UTF-8 text of several documents, one byte of white space apart, and where they end.

    What lies behind the last end is the beginning of a document that the next piece continues.
    """

    text: bytes | memoryview | CBuffer
    ends: Pointer[Uint64]
    n_ends: int


def has_blank_line(text: bytes) -> bool:
    """Whether there is a line of nothing but white space."""
    return bool(lib.tp_has_blank_line(text, len(text)))


def is_blank(text: bytes | memoryview) -> bool:
    """Whether there is nothing but white space."""
    with ffi.from_buffer("uint8_t[]", text) as data:
        return bool(lib.tp_is_blank(data, len(data)))


def find_invalid(text: bytes | memoryview) -> int | None:
    """Return where the first ill-formed sequence of UTF-8 begins, or None if there is none."""
    error = _new_error()
    with ffi.from_buffer("uint8_t[]", text) as data:
        return None if lib.tp_utf8_validate(data, len(data), error) == _OK else int(error.offset)


def complete_nbytes(text: bytes | memoryview) -> int:
    """Return the length without the beginning of a character at the end, which what follows may complete."""
    with ffi.from_buffer("uint8_t[]", text) as data:
        return lib.tp_utf8_complete_nbytes(data, len(data))


def _find_utf8() -> Callable[[str, int], int] | None:
    """The interpreter's own way to the text of a ``str``, part of its stable ABI; None where ctypes does not reach it."""
    try:
        import ctypes  # noqa: PLC0415 - not every interpreter has it

        prototype = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_void_p)
        return prototype(("PyUnicode_AsUTF8AndSize", ctypes.pythonapi))
    except (ImportError, AttributeError):
        return None


# Now, not when it is first of use: a child that was forked while another thread imports waits for that import for ever.
_utf8_of = _find_utf8()


def view_ascii(text: str) -> memoryview | None:
    """Return the characters of ASCII text where the interpreter keeps them, or None where it does not say.

    They are there as long as the text lives, which the caller must see to.
    """
    if _utf8_of is None:
        return None
    return memoryview(ffi.buffer(ffi.cast("uint8_t *", _utf8_of(text, 0)), len(text))).toreadonly()


def open_piece(text: bytes | memoryview) -> Piece:
    """A slice of a long document, which stays open."""
    return Piece(text, ffi.NULL, 0)


def closing_piece(text: bytes | memoryview) -> Piece:
    """The last slice of a long document, or a whole one."""
    return Piece(text, ffi.new("uint64_t[1]", [len(text)]), 1)


class Lines:
    """What is known of the lines of a text that comes in blocks."""

    __slots__ = ("_capacity", "_ends", "_n_ends", "_state")

    def __init__(self) -> None:
        self._state, self._n_ends = ffi.new("tp_lines *"), ffi.new("size_t *")
        self._capacity, self._ends = 0, _new_uninitialized("uint64_t[]", 0)

    def find(self, block: memoryview) -> tuple[Pointer[Uint64], int]:
        """Look at the next block; return where in it lines with text end, until the next call, and how many do."""
        most = len(block) // 2 + 1
        if most > self._capacity:
            self._capacity, self._ends = most, _new_uninitialized("uint64_t[]", most)
        error = _new_error()
        with ffi.from_buffer("uint8_t[]", block) as text:
            status = lib.tp_find_text_lines(self._state, text, len(text), self._ends, self._capacity, self._n_ends, error)
        check(status, error)
        return self._ends, self._n_ends[0]

    @property
    def nbytes(self) -> int:
        """How long the blocks so far are."""
        return self._state.nbytes

    @property
    def n_ended(self) -> int:
        """How many lines have ended, which is the number of the open one."""
        return self._state.n_ended

    @property
    def first_blank(self) -> int | None:
        """The number of the first line that has ended and is blank."""
        return self._state.first_blank if self._state.n_blank else None

    @property
    def open_start(self) -> int:
        """Where the open line begins, from the start of the first block."""
        return self._state.open_start

    @property
    def open_has_text(self) -> bool:
        """Whether the open line has something but white space."""
        return self._state.open_has_text


def whole_piece(documents: Sequence[Document]) -> Piece:
    """Whole documents, in one piece."""
    text = _join(documents)
    ends, n_found = _new_uninitialized("uint64_t[]", len(documents)), ffi.new("size_t *")
    # Where no document has a line end of its own, C finds where they end: far cheaper than asking each for its length.
    if lib.tp_find_lines(text, len(text), ends, len(documents), n_found, ffi.NULL) == _OK:
        return Piece(text, ends, len(documents))
    try:
        lengths = array("Q", map(str.__len__, cast(Sequence[str], documents)))
    except TypeError:  # some are bytes
        lengths = array("Q", map(bytes.__len__, map(encoded, documents)))
    return _piece_of_lengths(text, lengths)


def joined_texts(texts: Sequence[str], lengths: array[int]) -> Piece:
    """Texts of these lengths, in one piece."""
    return _piece_of_lengths("\n".join(texts).encode(), lengths)


def _piece_of_lengths(text: bytes, lengths: array[int]) -> Piece:
    n, error = len(lengths), _new_error()
    ends = _new_uninitialized("uint64_t[]", n)
    with ffi.from_buffer("uint64_t[]", lengths) as c_lengths:
        check(lib.tp_utf8_find_ends(text, len(text), c_lengths, ends, n, error), error)
    return Piece(text, ends, n)


@overload
def plain(document: str) -> str: ...
@overload
def plain(document: bytes) -> bytes: ...
@overload
def plain(document: Document) -> Document: ...
def plain(document: Document) -> Document:
    """Return the text of a document, which may be an instance of a subclass, whose methods may say anything."""
    if type(document) is str or type(document) is bytes:
        return document
    return bytes.__getitem__(document, slice(None)) if isinstance(document, bytes) else str.__str__(document)


def view(data: Any) -> memoryview:
    """Return a view of a buffer; of an instance of a subclass of bytes, what it holds, whatever its ``__buffer__`` says."""
    return memoryview(plain(data) if isinstance(data, bytes) else data)


def length(document: Document) -> int:
    """How many characters or bytes a document has, whatever a subclass says."""
    return bytes.__len__(document) if isinstance(document, bytes) else str.__len__(document)


def encoded(document: Document) -> bytes:
    """Return the bytes of a document, whatever a subclass says."""
    if type(document) is bytes:
        return document
    return plain(document) if isinstance(document, bytes) else str.encode(document)


def _join(documents: Sequence[Document]) -> bytes:
    try:
        return "\n".join(cast(Sequence[str], documents)).encode()
    except TypeError:  # some are bytes
        return b"\n".join(map(encoded, documents))


# ---- Callbacks -------------------------------------------------------------------------------------------------------

Tell = Callable[[int, int], object]


class _DocumentCall:
    """One call of ``count_each``: whom to tell, and the exception that must wait until C has returned."""

    __slots__ = ("error", "tell")

    def __init__(self, tell: Tell) -> None:
        self.tell = tell
        self.error: BaseException | None = None

    def take_error(self) -> BaseException | None:
        """Hand the exception over. Its traceback holds the frames of this call, so none of them may hold it."""
        try:
            return self.error
        finally:
            self.error = None


class _CallsOfThread(threading.local):
    """The calls that are under way in a thread, innermost last: for ``onerror``, which is not told of the handle."""

    def __init__(self) -> None:
        self.stack: list[_DocumentCall] = []


_calls = _CallsOfThread()


def _keep_error(_kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
    if error is not None:
        _calls.stack[-1].error = error.with_traceback(traceback)


@ffi.def_extern(error=0, onerror=_keep_error)
def textproc_on_document(user: CData, index: int, n_words: int) -> int:
    """Trampoline of ``tp_on_document``."""
    call: _DocumentCall = ffi.from_handle(user)
    try:
        call.tell(index, n_words)
    except BaseException as error:  # noqa: BLE001 - it is raised again as soon as C has returned
        call.error = error
        return 0
    return 1


# ---- Who frees what C has made ---------------------------------------------------------------------------------------
#
# The garbage collector runs the destructors that ffi.gc attaches together with Python's finalizers, in any order: an object's
# __del__ could use a corpus that is freed already. So what owns C's memory is kept here, where no garbage reaches it, and let
# go when its place dies, which is after all finalizers: a place is plain memory, which the collector knows nothing of. The
# callback is a method of dict, so no signal can interrupt it.

_owners: dict[weakref.ref[CData], CData] = {}


def _own(place: CData, owner: CData) -> None:
    """Keep the owner of what will be at a place: before there is anything, so that Ctrl-C cannot come between."""
    _owners[weakref.ref(place, _owners.pop)] = owner


def _check_alive(place: Pointer[Any]) -> None:
    if not place[0]:  # only when the interpreter ends, and with it _owners
        raise ReferenceError("the interpreter is shutting down, and what this object held has been freed")


# ---- The corpus ------------------------------------------------------------------------------------------------------


class Totals(NamedTuple):
    """All totals of a corpus at one instant."""

    documents: int
    words: int
    terms: int
    position: int


class Corpus:
    """A handle to a ``tp_corpus``."""

    __slots__ = ("place",)

    def __init__(self, place: Pointer[Pointer[TpCorpus]] | None = None) -> None:
        self.place = self._new_place() if place is None else place
        if place is None:
            error = _new_error()
            check(lib.tp_corpus_new(self.place, error), error)

    @staticmethod
    def _new_place() -> Pointer[Pointer[TpCorpus]]:
        place = ffi.new("tp_corpus **")
        _own(place, ffi.gc(ffi.cast("tp_corpus **", place), lib.tp_corpus_free_at))
        return place

    @property
    def pointer(self) -> Pointer[TpCorpus]:
        _check_alive(self.place)
        return self.place[0]

    def copy(self) -> Corpus:
        place, error = self._new_place(), _new_error()
        check(lib.tp_corpus_copy(self.pointer, place, error), error)
        return Corpus(place)

    def totals(self) -> Totals:
        totals = ffi.new("tp_totals *")
        lib.tp_corpus_get_totals(self.pointer, totals)
        return Totals(totals.documents, totals.words, totals.terms, totals.position)

    def count_terms(self) -> int:
        totals = ffi.new("tp_totals *")
        lib.tp_corpus_get_totals(self.pointer, totals)
        return int(totals.terms)

    def append(self, part: Corpus, from_position: int, to_position: int) -> bool:
        """Move the counts of ``part`` behind this corpus's own; false if it is not at ``from_position`` any more."""
        error = _new_error()
        status = lib.tp_corpus_append(self.pointer, part.pointer, from_position, to_position, error)
        if status == _STALE:
            return False
        check(status, error)
        return True

    def count_each(self, piece: Piece, tell: Tell) -> BaseException | None:
        """Count whole documents one after the other and tell of each; return the exception that ``tell`` ended it with."""
        call, error = _DocumentCall(tell), _new_error()
        handle = ffi.new_handle(call)
        stack = _calls.stack
        depth = len(stack)
        try:
            stack.append(call)
            status = lib.tp_corpus_count_each(_c_pieces([self], [piece]), lib.textproc_on_document, handle, error)
        finally:
            del stack[depth:]
        if status != _CANCELLED:
            check(status, error)
        elif call.error is None:
            call.error = TextProcessorError("the callback could not be called")
        return call.take_error()

    def measure(self, measure: int) -> memoryview[int]:
        """Return the measure of every term at one instant: an array of unsigned 64-bit numbers."""
        capacity = self.totals().terms
        n_terms, error = ffi.new("uint64_t *"), _new_error()
        while True:
            values = _new_uninitialized("uint64_t[]", capacity)
            status = lib.tp_corpus_get_frequencies(self.pointer, measure, values, capacity, n_terms, error)
            if status != _TOO_SMALL:
                break
            capacity = int(n_terms[0])
        check(status, error)
        return _numbers(values, int(n_terms[0]))

    def write_measures(self, counts: memoryview, document_frequencies: memoryview) -> int:
        """Store both measures of every term, at the same instant, as 64-bit numbers, and return how many terms there are.

        If there are more than there is room for, nothing is stored.
        """
        n_terms, error = ffi.new("uint64_t *"), _new_error()
        with (
            ffi.from_buffer("uint64_t[]", counts, require_writable=True) as c_counts,
            ffi.from_buffer("uint64_t[]", document_frequencies, require_writable=True) as c_frequencies,
        ):
            capacity = min(len(c_counts), len(c_frequencies))
            status = lib.tp_corpus_get_all_frequencies(self.pointer, c_counts, c_frequencies, capacity, n_terms, error)
        if status != _TOO_SMALL:
            check(status, error)
        return int(n_terms[0])

    def joined_nbytes(self, n: int) -> int:
        """How many bytes the first ``n`` terms have, with one more between two of them."""
        nbytes, error = ffi.new("size_t *"), _new_error()
        status = lib.tp_corpus_get_terms(self.pointer, 0, n, ffi.NULL, 0, nbytes, error)
        if status != _TOO_SMALL:
            check(status, error)
        return int(nbytes[0])

    def write_terms(self, first: int, n: int, *, text: memoryview, start: int, ends: memoryview, layout: int) -> int:
        """Store the text of some terms from ``text[start]`` on, and in ``ends`` where each ends; return where the last does.

        There must be room for one byte more between two terms.
        """
        nbytes, error = ffi.new("size_t *"), _new_error()
        with (
            ffi.from_buffer("uint8_t[]", text[start:], require_writable=True) as place,
            ffi.from_buffer("uint8_t[]", ends, require_writable=True) as c_ends,
        ):
            status = lib.tp_corpus_get_terms(self.pointer, first, n, place, len(place), nbytes, error)
            if status == _OK:
                status = lib.tp_arrow_split(place, nbytes[0], n, start, layout, c_ends, error)
        check(status, error)
        return start + int(nbytes[0]) - (n - 1)

    def terms(self, first: int, n: int) -> list[str]:
        """Return the terms ``first`` … ``first + n - 1``."""
        return self._split_terms(n, partial(lib.tp_corpus_get_terms, self.pointer, first, n))

    def has_valid_terms(self) -> bool:
        """Whether each term is one word of UTF-8: not, maybe, if the text has changed while it was counted."""
        return all(lib.tp_corpus_has_words(self.pointer, first, end - first) for first, end in slices(self.totals().terms))

    def counts(self, first: int, n: int) -> list[int]:
        """Return the counts of the terms ``first`` … ``first + n - 1`` at one instant."""
        counts, error = _new_uninitialized("uint64_t[]", n), _new_error()
        check(lib.tp_corpus_get_counts(self.pointer, first, n, counts, error), error)
        return _numbers(counts, n).tolist()

    def count_of(self, word: str) -> int:
        """Return how often a word occurs, as it is, not lowered; 0 if it does not. A lone surrogate is an error of ``str``."""
        encoded = str.encode(word)
        return int(lib.tp_corpus_get_count(self.pointer, encoded, len(encoded)))

    def pick_terms(self, ids: memoryview[int]) -> list[str]:
        """Return the terms with the given numbers."""
        with ffi.from_buffer("uint64_t[]", ids) as c_ids:
            return self._split_terms(len(c_ids), partial(lib.tp_corpus_pick_terms, self.pointer, c_ids, len(c_ids)))

    def _split_terms(self, n: int, get: Callable[..., int]) -> list[str]:
        return str(self._join_terms(get), "utf-8").split("\n") if n else []

    @staticmethod
    def _join_terms(get: Callable[..., int]) -> memoryview:
        nbytes, error = ffi.new("size_t *"), _new_error()
        status = get(ffi.NULL, 0, nbytes, error)
        if status != _TOO_SMALL:
            check(status, error)
        text = _new_uninitialized("uint8_t[]", nbytes[0])
        check(get(text, nbytes[0], nbytes, error), error)
        return memoryview(ffi.buffer(text, nbytes[0]))

    def top(self, n: int | None) -> tuple[memoryview[int], memoryview[int]]:
        """Return the numbers and the counts of the ``n`` most frequent terms (None: of all), most frequent first."""
        n_given, error = ffi.new("uint64_t *"), _new_error()
        while True:
            capacity = self.totals().terms + 1  # one more, so that a full buffer tells that terms have been added meanwhile
            wanted = capacity if n is None else min(n, capacity)
            ids, counts = _new_uninitialized("uint64_t[]", wanted), _new_uninitialized("uint64_t[]", wanted)
            check(lib.tp_corpus_get_top(self.pointer, wanted, ids, counts, n_given, error), error)
            if n_given[0] < capacity or wanted == n:
                return _numbers(ids, int(n_given[0])), _numbers(counts, int(n_given[0]))

    def look_up(self, lexicon: Lexicon) -> tuple[list[int], int]:
        """Return how often each word of the lexicon occurs, and the number of documents, at one instant."""
        entries = lexicon.entries
        counts, documents, error = ffi.new("uint64_t[]", entries.n_words), ffi.new("uint64_t *"), _new_error()
        status = lib.tp_corpus_look_up(
            self.pointer, entries.words, entries.words_nbytes, entries.ends, entries.n_words, counts, documents, error
        )
        check(status, error)
        return ffi.unpack(counts, entries.n_words), int(documents[0])

    def snapshot(self) -> memoryview:
        """Return a snapshot: versioned, checksummed, the same on every machine."""
        nbytes, error = ffi.new("size_t *"), _new_error()
        capacity = 0
        while True:
            snapshot = _new_uninitialized("uint8_t[]", capacity)
            status = lib.tp_corpus_write(self.pointer, snapshot, capacity, nbytes, error)
            if status != _TOO_SMALL:
                break
            capacity = nbytes[0]
        check(status, error)
        return memoryview(ffi.buffer(snapshot, nbytes[0]))

    @classmethod
    def of_snapshot(cls, snapshot: memoryview, origin: int) -> Corpus:
        """Read a snapshot, which need not be trusted. It lies at byte ``origin`` of what the user has, as errors say."""
        place, error = cls._new_place(), _new_error()
        with ffi.from_buffer("uint8_t[]", snapshot) as data:
            status = lib.tp_corpus_read(data, len(data), place, error)
        error.offset += origin
        check(status, error)
        return cls(place)


def count_pieces(corpora: Sequence[Corpus], pieces: Sequence[Piece]) -> None:
    """Count each piece into its own corpus, all at the same time; one crossing, one thread a piece."""
    error = _new_error()
    check(lib.tp_corpus_count(_c_pieces(corpora, pieces), len(pieces), error), error)


def join(corpora: Sequence[Corpus]) -> None:
    """Append all the others to the first, in order, by up to as many threads as there are corpora."""
    error = _new_error()
    pointers = ffi.new("tp_corpus *[]", [corpus.pointer for corpus in corpora])
    check(lib.tp_corpus_join(pointers, len(corpora), error), error)


def _c_pieces(corpora: Sequence[Corpus], pieces: Sequence[Piece]) -> Array[TpBatch]:
    """The pieces as C wants them; it points into the originals, which the caller keeps for the length of its call."""
    c_pieces = ffi.new("tp_batch[]", len(pieces))
    for c_piece, corpus, piece in zip(c_pieces, corpora, pieces, strict=True):
        c_piece.corpus = corpus.pointer
        with ffi.from_buffer("uint8_t[]", piece.text) as text:
            c_piece.text = text
            c_piece.text_nbytes = len(text)
        c_piece.ends = piece.ends
        c_piece.n_ends = piece.n_ends
    return c_pieces


def _numbers(array: Pointer[Uint64], n: int) -> memoryview[int]:
    return memoryview(ffi.buffer(array, 8 * n)).cast("Q")


def slices(n: int) -> Iterator[tuple[int, int]]:
    """Cut 0 … n into stretches small enough for Ctrl-C to get through between two of them."""
    for first in range(0, n, SLICE_ENTRIES):
        yield first, min(first + SLICE_ENTRIES, n)


def table_as_dict(corpus: Corpus, measure: int) -> dict[str, int]:
    """Return term → measure, in first-seen order, as it was at one instant."""
    values = corpus.measure(measure)
    table: dict[str, int] = {}
    for first, end in slices(len(values)):
        table.update(zip(corpus.terms(first, end - first), values[first:end], strict=True))
    return table


# A term's count has 48 bits in the core's table.
MOST_WORDS = (1 << 48) - 1

COUNT: int = lib.TP_COUNT
DOCUMENT_FREQUENCY: int = lib.TP_DOCUMENT_FREQUENCY


# ---- Arrow columns ---------------------------------------------------------------------------------------------------

ARROW_OFFSETS_32: int = lib.TP_ARROW_OFFSETS_32
ARROW_OFFSETS_64: int = lib.TP_ARROW_OFFSETS_64
ARROW_VIEWS: int = lib.TP_ARROW_VIEWS
ARROW_INDICES: dict[int, int] = {  # by their bits
    8: lib.TP_ARROW_INDICES_8,
    16: lib.TP_ARROW_INDICES_16,
    32: lib.TP_ARROW_INDICES_32,
    64: lib.TP_ARROW_INDICES_64,
}


class Region(NamedTuple):
    """Memory of somebody else's; address 0 is none."""

    address: int
    nbytes: int


class ArrowArray:
    """Where the entries of an Arrow array are; ``owner`` keeps the buffers."""

    __slots__ = ("_data", "length", "owner", "pointer")

    def __init__(
        self, owner: object, *, layout: int, validity: Region, slots: Region, data: Sequence[Region], offset: int, length: int
    ) -> None:
        self.owner = owner
        self.length = length
        self.pointer = ffi.new("tp_arrow_array *")
        self._data = ffi.new("tp_arrow_buffer[]", len(data))
        self.pointer.layout = layout
        _point(self.pointer.validity, validity)
        _point(self.pointer.slots, slots)
        for c_buffer, region in zip(self._data, data, strict=True):
            _point(c_buffer, region)
        self.pointer.data = self._data
        self.pointer.n_data = len(data)
        self.pointer.offset = offset
        self.pointer.length = length


def _point(c_buffer: TpArrowBuffer, region: Region) -> None:
    c_buffer.bytes = ffi.cast("uint8_t *", region.address)
    c_buffer.nbytes = region.nbytes


class ArrowColumn(NamedTuple):
    """A chunk of a column: ``first`` is the number of its first entry in the whole column."""

    array: ArrowArray
    dictionary: ArrowArray | None
    first: int

    def pointers(self) -> tuple[TpArrowArray, TpArrowArray]:
        return self.array.pointer, ffi.NULL if self.dictionary is None else self.dictionary.pointer

    def measure(self, start: int, stop: int, enough: int) -> tuple[int, int]:
        """Add up bytes from the entry ``start`` on until they are enough; return where that was, and the sum."""
        following, nbytes, error = ffi.new("uint64_t *"), ffi.new("uint64_t *"), _new_error()
        self.check(lib.tp_arrow_measure(*self.pointers(), start, stop, enough, following, nbytes, error), error)
        return int(following[0]), int(nbytes[0])

    def check(self, status: int, error: TpError) -> None:
        """As `check`, but say which entry of the column is damaged."""
        try:
            check(status, error)
        except InvalidArgumentError as fault:
            raise ValueError(f"entry {self.first + fault.item} of the column is damaged: {fault}") from fault


class ArrowBatch:
    """Documents of a column, joined in memory that is used again for the next ones: a piece, or one that is too long for it."""

    __slots__ = ("_batch", "_ends", "_text", "long_text", "piece", "read_nbytes")

    def __init__(self, nbytes: int) -> None:
        self._text = _new_uninitialized("uint8_t[]", nbytes)
        self._ends = _new_uninitialized("uint64_t[]", nbytes // 16 + 1)  # few documents are shorter
        self._batch = ffi.new("tp_arrow_batch *")
        self._batch.text = self._text
        self._batch.text_capacity = len(self._text)
        self._batch.ends = self._ends
        self._batch.ends_capacity = len(self._ends)
        self.piece = Piece(b"", self._ends, 0)
        self.long_text: memoryview | None = None
        self.read_nbytes = 0

    def read(self, column: ArrowColumn, start: int, stop: int, *, refuse_blank: bool) -> int:
        """Join the next documents from the entry ``start`` on, and return the first entry that has not been read."""
        batch, error = self._batch, _new_error()
        batch.next, batch.stop, batch.stops_at_blank = start, stop, refuse_blank
        status = lib.tp_arrow_join(*column.pointers(), batch, error)
        index = column.first + int(batch.next)
        if status == lib.TP_INVALID_UTF8:
            raise not_utf8(index, int(error.offset))
        column.check(status, error)
        if batch.is_at_blank:
            raise InvalidDocumentError(f"Document {index} cannot be empty", index=index)
        self.piece = Piece(ffi.buffer(self._text, batch.text_nbytes), self._ends, int(batch.n_ends))
        self.long_text = memoryview(ffi.buffer(batch.long_text, batch.long_nbytes)) if batch.long_text else None
        self.read_nbytes = int(batch.read_nbytes)
        return int(batch.next)

    def document(self, i: int) -> str:
        """Return a document of the piece."""
        start = self._ends[i - 1] + 1 if i else 0
        return str(memoryview(self.piece.text)[start : self._ends[i]], "utf-8")


def not_utf8(index: int, offset: int) -> InvalidDocumentError:
    """The error for a document that is no text."""
    return InvalidDocumentError(f"Document {index} is not valid UTF-8 at byte {offset}", index=index, offset=offset)


# ---- The lexicon -----------------------------------------------------------------------------------------------------


class Lexicon:
    """A handle to a ``tp_lexicon``: lower-cased words with weights, immutable."""

    __slots__ = ("_entries", "place", "weights")

    def __init__(self, words: Sequence[str], weights: Sequence[float]) -> None:
        encoded = [word.encode() for word in words]
        text = b"\n".join(encoded)
        piece = _piece_of_lengths(text, array("Q", map(len, encoded)))
        self.place, error = ffi.new("tp_lexicon **"), _new_error()
        _own(self.place, ffi.gc(ffi.cast("tp_lexicon **", self.place), lib.tp_lexicon_free_at))
        c_weights = ffi.new("double[]", list(weights))
        status = lib.tp_lexicon_new(text, len(text), piece.ends, c_weights, len(words), self.place, error)
        check(status, error)
        self._entries = ffi.new("tp_lexicon_entries *")
        lib.tp_lexicon_get_entries(self.place[0], self._entries)
        self.weights: list[float] = list(weights)

    @property
    def entries(self) -> TpLexiconEntries:
        _check_alive(self.place)
        return self._entries

    def words(self) -> list[str]:
        """The words, lowered, in the order given."""
        joined = str(ffi.buffer(self.entries.words, self.entries.words_nbytes), "utf-8")
        return joined.split("\n")[:-1]


def lower(word: str) -> str:
    """Lower one word as the core does."""
    encoded = word.encode()
    lowered = ffi.new("uint8_t[]", len(encoded) * 3 // 2)
    return str(ffi.buffer(lowered, lib.tp_lower_word(encoded, len(encoded), lowered)), "utf-8")


# ---- Training --------------------------------------------------------------------------------------------------------


class Pieces:
    """A handle to a ``tp_pieces``: distinct pieces of text and how often each occurs."""

    __slots__ = ("place",)

    def __init__(self) -> None:
        self.place, error = ffi.new("tp_pieces **"), _new_error()
        _own(self.place, ffi.gc(ffi.cast("tp_pieces **", self.place), lib.tp_pieces_free_at))
        check(lib.tp_pieces_new(self.place, error), error)

    @property
    def pointer(self) -> Pointer[TpPieces]:
        _check_alive(self.place)
        return self.place[0]

    def add(self, pattern: int, text: bytes | memoryview, *, is_final: bool, threads: int = 1) -> int:
        """Count the pieces of UTF-8 text and return how many bytes they have; what is left goes before what follows."""
        used, error = ffi.new("size_t *"), _new_error()
        with ffi.from_buffer("uint8_t[]", text) as data:
            status = lib.tp_pieces_add(self.pointer, pattern, data, len(data), is_final, threads, used, error)
        check(status, error)
        return int(used[0])

    def add_documents(self, pattern: int, documents: Piece, *, threads: int = 1) -> None:
        """Count the pieces of documents that end in the piece, each split by itself."""
        error = _new_error()
        with ffi.from_buffer("uint8_t[]", documents.text) as data:
            status = lib.tp_pieces_add_documents(
                self.pointer, pattern, data, len(data), documents.ends, documents.n_ends, threads, error
            )
        check(status, error)

    def add_split(self, pieces: Sequence[bytes]) -> None:
        """Count pieces that something else has split."""
        ends = array("Q", accumulate(map(len, pieces)))
        text, error = b"".join(pieces), _new_error()
        with ffi.from_buffer("uint64_t[]", ends) as c_ends:
            status = lib.tp_pieces_add_split(self.pointer, text, len(text), c_ends, len(ends), error)
        check(status, error)


class Trainer:
    """A handle to a ``tp_trainer``, which makes merges one after the other out of the pieces as they are now."""

    __slots__ = ("_made", "place")

    def __init__(self, pieces: Pieces, tie_break: int) -> None:
        self.place, error = ffi.new("tp_trainer **"), _new_error()
        _own(self.place, ffi.gc(ffi.cast("tp_trainer **", self.place), lib.tp_trainer_free_at))
        self._made = array("I")  # what a call had made that failed then
        check(lib.tp_trainer_new(pieces.pointer, tie_break, self.place, error), error)

    def step(self, n: int) -> array[int]:
        """Make up to ``n`` more merges: the left and the right token of each in turn. Fewer mean that there are no more.

        A call that fails loses nothing: what it had made until then the next one gives.
        """
        _check_alive(self.place)
        room = max(n - len(self._made) // 2, 0)
        made, n_made, error = _new_uninitialized("tp_merge[]", room), ffi.new("size_t *"), _new_error()
        status = lib.tp_trainer_step(self.place[0], made, room, n_made, error)
        self._made.frombytes(ffi.buffer(made, n_made[0] * ffi.sizeof("tp_merge")))
        check(status, error)
        merges = self._made[: 2 * n]
        del self._made[: 2 * n]
        return merges


# ---- Byte-level BPE: splitting ---------------------------------------------------------------------------------------

# The patterns with a splitter written by hand, by name; no number is 0, which means that there is none.
PATTERNS: dict[str, int] = {
    "gpt2": lib.TP_PATTERN_GPT2,
    "r50k": lib.TP_PATTERN_R50K,
    "gpt4": lib.TP_PATTERN_GPT4,
    "cl100k": lib.TP_PATTERN_CL100K,
    "cl100k_tiktoken": lib.TP_PATTERN_CL100K_TIKTOKEN,
    "nanochat": lib.TP_PATTERN_NANOCHAT,
    "o200k": lib.TP_PATTERN_O200K,
}


def pattern_text(pattern: int) -> str:
    """Return the regular expression that a pattern of `PATTERNS` stands for."""
    return ffi.string(lib.tp_pattern_text(pattern)).decode()


def find_pattern(text: str) -> int:
    """Return the pattern with exactly this text, or 0."""
    encoded = text.encode(errors="surrogatepass")
    return lib.tp_pattern_find(encoded, len(encoded))


def split(pattern: int, text: bytes | memoryview, *, is_final: bool = True) -> list[int]:
    """Return where the pieces of valid UTF-8 end; see ``tp_split``."""
    with ffi.from_buffer("uint8_t[]", text) as data:
        ends = _new_uninitialized("uint64_t[]", len(data))
        return ffi.unpack(ends, lib.tp_split(pattern, data, len(data), is_final, ends, len(data)))


def find_cut(pattern: int, text: bytes | memoryview, start: int) -> int:
    """Return the first place from `start` on where a piece ends whatever stands around the text, or the text's length."""
    with ffi.from_buffer("uint8_t[]", text) as data:
        return lib.tp_split_find_cut(pattern, data, len(data), start)


# ---- Byte-level BPE: the vocabulary ----------------------------------------------------------------------------------

# How training chooses among the pairs that are most frequent.
TIE_BREAKS: dict[str, int] = {"rustbpe": lib.TP_TIE_RUSTBPE, "hf": lib.TP_TIE_HF}

_NO_ENDS = array("Q")

# Ids that come back in one step: they stay in the second-level cache until they are copied to where they belong.
STEP_IDS = 1 << 16

# Of a text that is given whole though it is longer, nearly all is one piece: it is not to be encoded twice for want of room.
LONG_PIECE_NBYTES = 1 << 20


class Tokens(NamedTuple):
    """Tokens one behind the other, where each ends (64-bit), and their ids (32-bit)."""

    text: bytes
    ends: array[int]
    ids: array[int]

    def each(self) -> Iterator[bytes]:
        """Give the bytes of one after the other."""
        start = 0
        for end in self.ends:
            yield self.text[start:end]
            start = end


class Vocabulary:
    """A handle to a ``tp_vocabulary``, immutable."""

    __slots__ = ("place",)

    def __init__(self) -> None:
        self.place = ffi.new("tp_vocabulary **")
        _own(self.place, ffi.gc(ffi.cast("tp_vocabulary **", self.place), lib.tp_vocabulary_free_at))

    @classmethod
    def of_merges(cls, merges: array[int]) -> Vocabulary:
        """One that was trained: two ids for each merge, one behind the other."""
        self, error = cls(), _new_error()
        with _c_merges(merges) as c_merges:
            status = lib.tp_vocabulary_from_merges(c_merges, len(c_merges), self.place, error)
        check(status, error)
        return self

    @classmethod
    def of_tokens(cls, tokens: Tokens, merges: array[int] | None = None, *, whole_pieces: bool = False) -> Vocabulary:
        """One by tiktoken's rule; with merges, by Hugging Face's."""
        self, error = cls(), _new_error()
        with (
            ffi.from_buffer("uint64_t[]", tokens.ends) as c_ends,
            ffi.from_buffer("uint32_t[]", tokens.ids) as c_ids,
            _c_merges(merges or array("I")) as c_merges,
        ):
            given = (tokens.text, len(tokens.text), c_ends, c_ids, len(c_ids))
            if merges is None:
                status = lib.tp_vocabulary_from_tokens(*given, self.place, error)
            else:
                status = lib.tp_vocabulary_from_tokens_and_merges(
                    *given, c_merges, len(c_merges), whole_pieces, self.place, error
                )
        check(status, error)
        return self

    @property
    def pointer(self) -> Pointer[TpVocabulary]:
        _check_alive(self.place)
        return self.place[0]

    def tokens(self) -> Tokens:
        """All tokens, by ascending id."""
        found = ffi.new("tp_vocabulary_tokens *")
        lib.tp_vocabulary_get_tokens(self.pointer, found)
        ends, ids = array("Q"), array("I")
        ends.frombytes(ffi.buffer(found.ends, 8 * found.n_tokens))
        ids.frombytes(ffi.buffer(found.ids, 4 * found.n_tokens))
        return Tokens(bytes(ffi.buffer(found.tokens, found.tokens_nbytes)), ends, ids)

    def merges(self) -> array[int]:
        """The two ids of each merge, in order; `InvalidArgumentError`, with an id, if that token is made by none."""
        n_merges, error = ffi.new("size_t *"), _new_error()
        capacity = 0
        while True:
            found = _new_uninitialized("tp_merge[]", capacity)
            status = lib.tp_vocabulary_get_merges(self.pointer, found, capacity, n_merges, error)
            if status != _TOO_SMALL:
                break
            capacity = n_merges[0]
        check(status, error)
        merges = array("I")
        merges.frombytes(ffi.buffer(found, n_merges[0] * ffi.sizeof("tp_merge")))
        return merges

    def encode_short(self, pattern: int, text: bytes) -> list[int]:
        """Return the ids of a text, for which neither room nor a cache outlasts the call."""
        room, n_ids, used = _new_uninitialized("uint32_t[]", len(text)), ffi.new("size_t *"), ffi.new("size_t *")
        error = _new_error()
        status = lib.tp_vocabulary_encode(
            self.pointer, ffi.NULL, pattern, text, len(text), True, 1, room, len(text), n_ids, used, error
        )
        check(status, error)
        return ffi.unpack(room, n_ids[0])

    def decode(
        self, ids: array[int] | memoryview, ends: array[int] | None = None, special: SpecialTokens | None = None
    ) -> memoryview:
        """Return the bytes of tokens one behind the other, and store in ``ends`` where those of each end.

        `InvalidArgumentError`, with the index of an id, if no token has it, nor a special one.
        """
        c_special = ffi.NULL if special is None else special.pointer
        nbytes, error = ffi.new("size_t *"), _new_error()
        capacity = 0
        with ffi.from_buffer("uint32_t[]", ids) as c_ids, ffi.from_buffer("uint64_t[]", ends or _NO_ENDS) as found_ends:
            c_ends = ffi.NULL if ends is None else found_ends
            while True:
                found = _new_uninitialized("uint8_t[]", capacity)
                status = lib.tp_vocabulary_decode(
                    self.pointer, c_special, c_ids, len(c_ids), found, capacity, nbytes, c_ends, error
                )
                if status != _TOO_SMALL:
                    break
                capacity = nbytes[0]
        check(status, error)
        return memoryview(ffi.buffer(found, nbytes[0]))


class SpecialTokens:
    """Special tokens as the core takes them for decoding: their names in UTF-8, by ascending id."""

    __slots__ = ("_ends", "_ids", "_text", "pointer")

    def __init__(self, names: Mapping[int, bytes]) -> None:
        ids = sorted(names)
        self._text, self._ids = b"".join(map(names.__getitem__, ids)), ffi.new("uint32_t[]", ids)
        self._ends = ffi.new("uint64_t[]", list(accumulate(len(names[token]) for token in ids)))
        self.pointer = ffi.new("tp_vocabulary_tokens *")
        self.pointer.tokens, self.pointer.tokens_nbytes = ffi.from_buffer("uint8_t[]", self._text), len(self._text)
        self.pointer.ends, self.pointer.ids, self.pointer.n_tokens = self._ends, self._ids, len(ids)


class Names:
    """A handle to a ``tp_names``, immutable: some names, which are looked for in texts."""

    __slots__ = ("place",)

    # Room for the places that are found, at first.
    PLACES = 1 << 6

    def __init__(self, names: Sequence[bytes]) -> None:
        text, ends = b"".join(names), array("Q", accumulate(map(len, names)))
        self.place, error = ffi.new("tp_names **"), _new_error()
        _own(self.place, ffi.gc(ffi.cast("tp_names **", self.place), lib.tp_names_free_at))
        with ffi.from_buffer("uint64_t[]", ends) as c_ends:
            status = lib.tp_names_new(text, len(text), c_ends, len(c_ends), self.place, error)
        check(status, error)

    def occur_in(self, text: bytes) -> bool:
        """Whether any of the names is in a text."""
        _check_alive(self.place)
        return bool(lib.tp_names_occur(self.place[0], text, len(text)))

    def find(self, text: bytes | memoryview, *, is_final: bool) -> tuple[list[int], int]:
        """Return the start, the end and the number of each name that is found, and how many bytes of the text are certain."""
        _check_alive(self.place)
        n_places, n_certain, error = ffi.new("size_t *"), ffi.new("size_t *"), _new_error()
        capacity = self.PLACES
        with ffi.from_buffer("uint8_t[]", text) as data:
            while True:
                places = _new_uninitialized("tp_named_place[]", capacity)
                status = lib.tp_names_find(
                    self.place[0], data, len(data), is_final, places, capacity, n_places, n_certain, error
                )
                if status != _TOO_SMALL:
                    break
                capacity = n_places[0]
        check(status, error)
        found = memoryview(ffi.buffer(places, n_places[0] * ffi.sizeof("tp_named_place")))
        return found.cast("Q").tolist(), n_certain[0]


def _c_merges(merges: array[int]) -> Array[TpMerge]:
    return cast("Array[TpMerge]", ffi.from_buffer("tp_merge[]", merges))


class Encoder:
    """What one call needs to encode text: a vocabulary, room for ids, and the pieces that were met lately.

    The ids are added to ``ids``, or only counted if that is None; ``n_ids`` says how many there are so far.
    """

    __slots__ = ("_cache", "_capacity", "_n_ids", "_room", "_used", "_vocabulary", "ids", "n_ids", "pattern", "threads")

    def __init__(self, vocabulary: Vocabulary, pattern: int | None, ids: array[int] | None, threads: int = 1) -> None:
        self.ids = ids
        self.n_ids = 0
        self.pattern: int = lib.TP_PATTERN_NONE if pattern is None else pattern
        self.threads = threads
        self._vocabulary = vocabulary
        self._cache, error = ffi.new("tp_piece_cache **"), _new_error()
        _own(self._cache, ffi.gc(ffi.cast("tp_piece_cache **", self._cache), lib.tp_piece_cache_free_at))
        check(lib.tp_piece_cache_new(threads, self._cache, error), error)
        self._n_ids, self._used = ffi.new("size_t *"), ffi.new("size_t *")
        self._capacity, self._room = 0, ffi.NULL

    def add(self, token: int) -> None:
        """Take the id of a special token."""
        self.n_ids += 1
        if self.ids is not None:
            self.ids.append(token)

    def feed(self, text: bytes | memoryview, is_final: bool) -> int:
        """Take a text, or a part of one that more will follow; return how many bytes are done."""
        is_shared = self.threads > 1  # which takes room for as many ids as there are bytes
        self._make_room(len(text) if is_shared or len(text) > LONG_PIECE_NBYTES else min(len(text), STEP_IDS))
        error = _new_error()
        with ffi.from_buffer("uint8_t[]", text) as data:
            while True:
                status = lib.tp_vocabulary_encode(
                    self._vocabulary.pointer,
                    self._cache[0],
                    self.pattern,
                    data,
                    len(data),
                    is_final,
                    self.threads,
                    self._room,
                    self._capacity,
                    self._n_ids,
                    self._used,
                    error,
                )
                if status != _TOO_SMALL:
                    break
                self._make_room(self._n_ids[0])
        check(status, error)
        self._take()
        return self._used[0]

    def feed_split(self, pieces: Sequence[bytes]) -> None:
        """Take pieces that have been split already."""
        ends, text = array("Q", accumulate(map(len, pieces))), b"".join(pieces)
        self._make_room(len(text))  # no piece has more ids than bytes
        error = _new_error()
        with ffi.from_buffer("uint64_t[]", ends) as c_ends:
            status = lib.tp_vocabulary_encode_split(
                self._vocabulary.pointer,
                self._cache[0],
                text,
                len(text),
                c_ends,
                len(c_ends),
                self._room,
                self._capacity,
                self._n_ids,
                self._used,
                error,
            )
        check(status, error)
        self._take()

    def feed_batch(self, piece: Piece) -> memoryview[int]:
        """Take documents, each as if alone; return where the ids of each end among those of this batch."""
        error, id_ends = _new_error(), _new_uninitialized("uint64_t[]", piece.n_ends)
        with ffi.from_buffer("uint8_t[]", piece.text) as text:
            self._make_room(len(text))
            status = lib.tp_vocabulary_encode_batch(
                self._vocabulary.pointer,
                self._cache[0],
                self.pattern,
                text,
                len(text),
                piece.ends,
                piece.n_ends,
                self.threads,
                self._room,
                self._capacity,
                id_ends,
                self._n_ids,
                error,
            )
        check(status, error)
        self._take()
        return _numbers(id_ends, piece.n_ends)

    def _make_room(self, n: int) -> None:
        if self.ids is not None and n > self._capacity:
            self._capacity, self._room = n, _new_uninitialized("uint32_t[]", n)

    def _take(self) -> None:
        n = self._n_ids[0]
        self.n_ids += n
        if self.ids is not None and n:
            self.ids.frombytes(ffi.buffer(self._room, 4 * n))


# ---- Numbers ---------------------------------------------------------------------------------------------------------

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
    """Hold a contiguous buffer, to read; `close_span` lets go of it."""
    return ffi.from_buffer("uint8_t[]", buffer)


def open_room(buffer: array[Any] | memoryview) -> Array[Uint8]:
    """Hold a contiguous buffer, to write; `close_span` lets go of it."""
    return ffi.from_buffer("uint8_t[]", buffer, require_writable=True)


def close_span(span: CData) -> None:
    """Let go of what was held; doing so twice is no error."""
    ffi.release(span)


def is_aligned(span: Array[Uint8], itemsize: int) -> bool:
    """Whether a span begins where a number of so many bytes may."""
    return int(ffi.cast("uintptr_t", span)) % itemsize == 0


def view_span(span: Array[Uint8], nbytes: int) -> memoryview:
    """Return the bytes of a span, for as long as it is held."""
    return memoryview(ffi.buffer(span, nbytes)).toreadonly()


class Span(NamedTuple):
    """Numbers of one type, one behind the other."""

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
        error = _new_error()
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
        error = _new_error()
        check(lib.tp_sum_floats(*numbers, self._is_exact, threads, self._sum, error), error)

    def value(self, exponent: int = 0) -> float | None:
        """Return the sum times a power of two, correctly rounded, or None where only an exact sum can tell."""
        value = ffi.new("double *")
        return float(value[0]) if lib.tp_float_sum_get(self._sum, exponent, value) else None


FILTER_BLOCK: int = lib.TP_FILTER_BLOCK


def count_kept(numbers: Span, least: array[Any], threads: int, counts: memoryview[int]) -> None:
    """Store how many numbers of each block are at least ``least``, the one item of an array of their type.

    `TooLargeError`, with an index, if one of these cannot be doubled.
    """
    error = _new_error()
    with ffi.from_buffer("uint8_t[]", least) as c_least, ffi.from_buffer("uint64_t[]", counts, require_writable=True) as found:
        status = lib.tp_filter_count(*numbers, c_least, threads, found, error)
    check(status, error)


def keep_doubled(numbers: Span, least: array[Any], threads: int, counts: memoryview[int], kept: Pointer[Uint8]) -> bool:
    """Store those numbers that were counted, doubled; false if there are fewer by now."""
    with ffi.from_buffer("uint8_t[]", least) as c_least, ffi.from_buffer("uint64_t[]", counts) as found:
        return bool(lib.tp_filter_double(*numbers, c_least, threads, found, kept))


def multiply(a: Span, b: Span, threads: int, products: Pointer[Uint8]) -> None:
    """Store products; `TooLargeError`, with an index, if one of ints has no place."""
    error = _new_error()
    check(lib.tp_multiply(a.pointer, b.pointer, a.number_type, a.n, threads, products, error), error)


class Stats:
    """What is known of the distribution of some numbers: as C's struct of that name."""

    __slots__ = ("_scale", "_stats")

    def __init__(self, scale: float = 1.0) -> None:
        self._scale = scale
        self._stats = ffi.new("tp_stats *")

    def add(self, numbers: Span, threads: int) -> None:
        """Add numbers; all but the last ones in multiples of ``FILTER_BLOCK``."""
        error = _new_error()
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
    means = _new_uninitialized("double[]", n_chunks)
    lib.tp_chunk_means(ffi.cast("double *", numbers), chunk, n_chunks, threads, means)
    return cast("list[float]", memoryview(ffi.buffer(means)).cast("d").tolist())


# ---- Numbers: matrices, points, primes, windows ----------------------------------------------------------------------


def to_float64(number_type: int, numbers: Pointer[Uint8], n: int, room: Pointer[Uint8], *, exactly: bool) -> None:
    """Store numbers as doubles; `InvalidArgumentError`, with an index, if not one exactly, and that is wanted."""
    error = _new_error()
    check(lib.tp_to_float64(number_type, numbers, n, exactly, ffi.cast("double *", room), error), error)


def to_int64(number_type: int, numbers: Pointer[Uint8], n: int, room: Pointer[Uint8]) -> None:
    """Store ints as those of 64 bits; `TooLargeError`, with an index, if one has no place there."""
    error = _new_error()
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


class Product:
    """A handle to a ``tp_product``, which stores its matrices' product in ``room``; all three must outlast it."""

    __slots__ = ("_n_done", "_place")

    def __init__(self, left: Matrix, right: Matrix, room: Pointer[Uint8], threads: int) -> None:
        self._n_done, self._place, error = ffi.new("uint64_t *"), ffi.new("tp_product **"), _new_error()
        _own(self._place, ffi.gc(ffi.cast("tp_product **", self._place), lib.tp_product_free_at))
        items = ffi.cast("double *", room)
        check(lib.tp_product_new(left.in_c(), right.in_c(), items, threads, self._place, error), error)

    @property
    def n_done(self) -> int:
        """How many multiplications have been made."""
        return self._n_done[0]

    def step(self, n: int) -> bool:
        """Make about ``n`` more of them, and say whether any are left."""
        _check_alive(self._place)
        return bool(lib.tp_product_step(self._place[0], n, self._n_done))


def count_points_in_circle(key: int, first: int, n: int, threads: int) -> int:
    """Return how many of ``n`` points of the sequence ``key``, from a first one on, lie in a quarter of a circle."""
    return int(lib.tp_count_points_in_circle(key, first, n, threads))


class Sieve:
    """A handle to a ``tp_sieve``, which finds the primes up to a limit."""

    __slots__ = ("_found", "_n_done", "_n_found", "_place")

    def __init__(self, limit: int, threads: int) -> None:
        self._place, error = ffi.new("tp_sieve **"), _new_error()
        self._found = cast("Pointer[Pointer[Uint32]]", ffi.new("uint32_t **"))
        self._n_found, self._n_done = ffi.new("size_t *"), ffi.new("uint64_t *")
        _own(self._place, ffi.gc(ffi.cast("tp_sieve **", self._place), lib.tp_sieve_free_at))
        check(lib.tp_sieve_new(limit, threads, self._place, error), error)

    @property
    def n_done(self) -> int:
        """How many numbers have been looked at, from 0 on."""
        return self._n_done[0]

    def step(self) -> CBuffer:
        """Look at some more, and return the primes among them: 32 bits each, until the next step."""
        _check_alive(self._place)
        error = _new_error()
        check(lib.tp_sieve_step(self._place[0], self._found, self._n_found, self._n_done, error), error)
        return ffi.buffer(self._found[0], 4 * self._n_found[0])


_push_one = lib.tp_window_push_one


class Window:
    """A handle to a ``tp_window``: the last numbers of a sequence."""

    __slots__ = ("place",)

    def __init__(self, place: Pointer[Pointer[TpWindow]]) -> None:
        self.place = place

    @staticmethod
    def _new_place() -> Pointer[Pointer[TpWindow]]:
        place = ffi.new("tp_window **")
        _own(place, ffi.gc(ffi.cast("tp_window **", place), lib.tp_window_free_at))
        return place

    @classmethod
    def of(cls, capacity: int, *, sums: bool) -> Window:
        """Return an empty one."""
        place, error = cls._new_place(), _new_error()
        check(lib.tp_window_new(capacity, sums, place, error), error)
        return cls(place)

    @property
    def pointer(self) -> Pointer[TpWindow]:
        _check_alive(self.place)
        return self.place[0]

    def copy(self) -> Window:
        place, error = self._new_place(), _new_error()
        check(lib.tp_window_copy(self.pointer, place, error), error)
        return Window(place)

    def state(self) -> TpWindowState:
        """Return all that there is to tell, of one instant."""
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
        n, error = ffi.new("size_t *"), _new_error()
        capacity = 0
        while True:
            numbers = array("d", [0.0]) * capacity
            with ffi.from_buffer("double[]", numbers, require_writable=True) as room:
                status = lib.tp_window_get_numbers(self.pointer, room, capacity, n, error)
            if status != _TOO_SMALL:
                break
            capacity = n[0]
        check(status, error)
        del numbers[n[0] :]
        return numbers

    def clear(self) -> None:
        lib.tp_window_clear(self.pointer)

    def exchange(self, other: Window, version: int) -> bool:
        """Exchange what is in both, and return True, unless this one's version is another one by now."""
        error = _new_error()
        status = lib.tp_window_exchange(self.pointer, other.pointer, version, error)
        if status == _STALE:
            return False
        check(status, error)
        return True
