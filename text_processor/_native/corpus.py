"""Bindings of the core's folder ``corpus``: counting, the table of words, and callbacks.

The steps of a callback:

1. Python calls ``Corpus.count_each`` with a function ``tell``. It is put into a ``_DocumentCall``, and a handle to that is
   kept in a local variable for as long as the call lasts: a stale handle would end the process.
2. C gets the address of the one trampoline, ``textproc_on_document``, and the handle as its ``void *user``.
3. C counts a document, releases its lock, and calls the trampoline.
4. The trampoline gets the ``_DocumentCall`` from the handle and calls ``tell``, which may do anything.
5. No exception can pass through C. The trampoline keeps it in the ``_DocumentCall`` and returns 0; then C stops.
   cffi also returns 0 when the trampoline cannot run, so "stop" is the safe result.
6. A signal may arrive before the trampoline's ``try``. cffi hands such an exception to ``onerror``, which keeps it too.
7. Back in Python, ``count_each`` gives the exception to its caller, who publishes what was counted and raises it again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from text_processor._native import callbacks
from text_processor._native.callbacks import while_uninterrupted
from text_processor._native.handles import Handle
from text_processor._native.sentiment import Lexicon
from text_processor._native.status import (
    CANCELLED,
    OK,
    STALE,
    TOO_SMALL,
    check,
    new_error,
    new_uninitialized,
    numbers_of,
    read_array,
    slices,
)
from text_processor._native.text import UNICODE_OF_PYTHON, Batch
from text_processor._native.words import WordRule, encoded_term
from text_processor._textproc_cffi import ffi, lib

if TYPE_CHECKING:
    from text_processor._textproc_cffi import Array, CData, Pointer, TpBatch, TpCorpus, TpError


Tell = Callable[[int, int], object]

# What the core has in a term for a line feed, as Python decodes it.
_HIDDEN = "\udcff"


class _DocumentCall(callbacks.Call):
    """One call of ``count_each``: the function ``tell``."""

    __slots__ = ("tell",)

    def __init__(self, tell: Tell) -> None:
        super().__init__()
        self.tell = tell


@ffi.def_extern(error=0, onerror=callbacks.keep_error)
def textproc_on_document(user: CData, index: int, n_words: int) -> int:
    """Trampoline of ``tp_on_document``."""
    call: _DocumentCall = ffi.from_handle(user)
    try:
        call.tell(index, n_words)
    except BaseException as error:  # noqa: BLE001 - it is raised again as soon as C has returned
        call.error = error
        return 0
    return 1


class Totals(NamedTuple):
    """All totals of a corpus at one instant."""

    documents: int
    words: int
    terms: int
    position: int
    kept_words: int


class Corpus(Handle):
    """A handle to a ``tp_corpus``."""

    __slots__ = ()

    TYPE = "tp_corpus **"
    FREE_AT = lib.tp_corpus_free_at

    def __init__(self) -> None:
        super().__init__(lib.tp_corpus_new)

    def copy(self) -> Corpus:
        return self.made(lib.tp_corpus_copy, self.pointer)

    def totals(self) -> Totals:
        totals = ffi.new("tp_totals *")
        lib.tp_corpus_get_totals(self.pointer, totals)
        return Totals(totals.documents, totals.words, totals.terms, totals.position, totals.kept_words)

    def count_terms(self) -> int:
        totals = ffi.new("tp_totals *")
        lib.tp_corpus_get_totals(self.pointer, totals)
        return int(totals.terms)

    def append(self, part: Corpus, from_position: int, to_position: int) -> bool:
        """Append the counts of ``part`` to this corpus; return False if it is no longer at ``from_position``."""
        error = new_error()
        status = lib.tp_corpus_append(self.pointer, part.pointer, from_position, to_position, error)
        if status == STALE:
            return False
        check(status, error)
        return True

    def prune(self, min_count: int, position: int) -> tuple[int, int] | None:
        """Remove the terms that occur less often; return how many terms and words went, or None at another position."""
        n_terms, n_words, error = ffi.new("uint64_t *"), ffi.new("uint64_t *"), new_error()
        status = lib.tp_corpus_prune(self.pointer, min_count, position, n_terms, n_words, error)
        if status == STALE:
            return None
        check(status, error)
        return int(n_terms[0]), int(n_words[0])

    def count_each(self, batch: Batch, tell: Tell, rule: WordRule | None = None) -> BaseException | None:
        """Count whole documents and call ``tell`` with each; return the exception if ``tell`` raised one."""
        call, error = _DocumentCall(tell), new_error()
        handle = ffi.new_handle(call)
        batches = _c_batches([self], [batch], rule)
        status = callbacks.run(call, lambda: lib.tp_corpus_count_each(batches, lib.textproc_on_document, handle, error))
        if status != CANCELLED:
            check(status, error)
        return call.take_error()

    def measure(self, measure: int) -> memoryview[int]:
        """Return a measure of every term at one instant, as an array of unsigned 64-bit numbers."""
        n_terms = ffi.new("uint64_t *")
        get = partial(lib.tp_corpus_get_frequencies, self.pointer, measure)
        return numbers_of(read_array("uint64_t", n_terms, get, self.totals().terms), int(n_terms[0]))

    def write_measures(self, counts: memoryview, document_frequencies: memoryview) -> int:
        """Store both measures of every term, at the same instant, as 64-bit numbers, and return how many terms there are.

        If there are more than there is room for, nothing is stored.
        """
        n_terms, error = ffi.new("uint64_t *"), new_error()
        with (
            ffi.from_buffer("uint64_t[]", counts, require_writable=True) as c_counts,
            ffi.from_buffer("uint64_t[]", document_frequencies, require_writable=True) as c_frequencies,
        ):
            capacity = min(len(c_counts), len(c_frequencies))
            status = lib.tp_corpus_get_all_frequencies(self.pointer, c_counts, c_frequencies, capacity, n_terms, error)
        if status != TOO_SMALL:
            check(status, error)
        return int(n_terms[0])

    def joined_nbytes(self, first: int, n: int) -> int:
        """Return the number of bytes of the terms ``first`` … ``first + n - 1``, with one byte between two terms."""
        nbytes, error = ffi.new("size_t *"), new_error()
        status = lib.tp_corpus_get_terms(self.pointer, first, n, ffi.NULL, 0, nbytes, error)
        if status != TOO_SMALL:
            check(status, error)
        return int(nbytes[0])

    def write_terms(self, first: int, n: int, *, text: memoryview, start: int, ends: memoryview, layout: int) -> int:
        """Store the text of some terms from ``text[start]`` on, and in ``ends`` where each ends; return where the last does.

        There must be room for one byte more between two terms.
        """
        nbytes, error = ffi.new("size_t *"), new_error()
        with (
            ffi.from_buffer("uint8_t[]", text[start:], require_writable=True) as place,
            ffi.from_buffer("uint8_t[]", ends, require_writable=True) as c_ends,
        ):
            status = lib.tp_corpus_get_terms(self.pointer, first, n, place, len(place), nbytes, error)
            if status == OK:
                status = lib.tp_arrow_split(place, nbytes[0], n, start, layout, c_ends, error)
        check(status, error)
        return start + int(nbytes[0]) - (n - 1)

    def terms(self, first: int, n: int) -> list[str]:
        """Return the terms ``first`` … ``first + n - 1``."""
        return self._split_terms(n, partial(lib.tp_corpus_get_terms, self.pointer, first, n))

    def has_valid_terms(self, rule: WordRule | None) -> bool:
        """Whether each term is a word of UTF-8; it may be false if the text changed while it was counted."""
        are_valid = lib.tp_corpus_has_words if rule is None else lib.tp_corpus_has_terms
        return all(are_valid(self.pointer, first, end - first) for first, end in slices(self.totals().terms))

    def counts(self, first: int, n: int) -> list[int]:
        """Return the counts of the terms ``first`` … ``first + n - 1`` at one instant."""
        counts, error = new_uninitialized("uint64_t[]", n), new_error()
        check(lib.tp_corpus_get_counts(self.pointer, first, n, counts, error), error)
        return numbers_of(counts, n).tolist()

    def count_of(self, word: str) -> int:
        """Return the count of a word, without lower-casing it; 0 if it does not occur. A lone surrogate raises in ``str``."""
        encoded = encoded_term(word)
        return int(lib.tp_corpus_get_count(self.pointer, encoded, len(encoded)))

    def pick_terms(self, ids: memoryview[int]) -> list[str]:
        """Return the terms with the given numbers."""
        with ffi.from_buffer("uint64_t[]", ids) as c_ids:
            return self._split_terms(len(c_ids), partial(lib.tp_corpus_pick_terms, self.pointer, c_ids, len(c_ids)))

    def _split_terms(self, n: int, get: Callable[..., int]) -> list[str]:
        if n == 0:
            return []
        text = str(self._join_terms(get), "utf-8", "surrogateescape")
        terms = text.split("\n")
        return [term.replace(_HIDDEN, "\n") for term in terms] if _HIDDEN in text else terms

    @staticmethod
    def _join_terms(get: Callable[..., int]) -> memoryview:
        nbytes = ffi.new("size_t *")
        text = read_array("uint8_t", nbytes, get)
        return memoryview(ffi.buffer(text, nbytes[0]))

    def top(self, n: int | None) -> tuple[memoryview[int], memoryview[int]]:
        """Return the numbers and the counts of the ``n`` most frequent terms (None: of all), most frequent first."""
        n_given, error = ffi.new("uint64_t *"), new_error()
        while True:
            capacity = self.totals().terms + 1  # one more, so that a full buffer tells that terms have been added meanwhile
            wanted = capacity if n is None else min(n, capacity)
            ids, counts = new_uninitialized("uint64_t[]", wanted), new_uninitialized("uint64_t[]", wanted)
            check(lib.tp_corpus_get_top(self.pointer, wanted, ids, counts, n_given, error), error)
            if n_given[0] < capacity or wanted == n:
                return numbers_of(ids, int(n_given[0])), numbers_of(counts, int(n_given[0]))

    def look_up(self, lexicon: Lexicon) -> tuple[list[int], int]:
        """Return how often each word of the lexicon occurs, and the number of documents, at one instant."""
        entries = lexicon.entries
        counts, documents, error = ffi.new("uint64_t[]", entries.n_words), ffi.new("uint64_t *"), new_error()
        status = lib.tp_corpus_look_up(
            self.pointer, entries.words, entries.words_nbytes, entries.ends, entries.n_words, counts, documents, error
        )
        check(status, error)
        return ffi.unpack(counts, entries.n_words), int(documents[0])

    def snapshot(self) -> memoryview:
        """Return a snapshot: versioned, checksummed, the same on every machine."""
        nbytes = ffi.new("size_t *")
        snapshot = read_array("uint8_t", nbytes, partial(lib.tp_corpus_write, self.pointer))
        return memoryview(ffi.buffer(snapshot, nbytes[0]))

    def split(self, n: int, salt: int) -> list[Corpus]:
        """Return ``n`` corpora with the terms shared out among them; the first has the number of documents."""
        parts, error = [Corpus() for _ in range(n)], new_error()
        pointers = ffi.new("tp_corpus *[]", [part.pointer for part in parts])
        check(lib.tp_corpus_split(self.pointer, salt, pointers, n, error), error)
        return parts

    @classmethod
    def of_rows(
        cls, text: Any, offsets: memoryview, measures: Sequence[memoryview], documents: int, *, of_any_rule: bool
    ) -> Corpus:
        """Return a corpus of rows: ``measures`` are counts and document frequencies, ``offsets`` one number more."""
        counts, document_frequencies = measures

        def make(place: Pointer[Pointer[TpCorpus]], error: TpError) -> int:
            rows = ffi.new("tp_rows *")
            with (
                ffi.from_buffer("uint8_t[]", text) as rows.text,
                ffi.from_buffer("uint64_t[]", offsets) as rows.offsets,
                ffi.from_buffer("uint64_t[]", counts) as rows.counts,
                ffi.from_buffer("uint64_t[]", document_frequencies) as rows.document_frequencies,
            ):
                rows.text_nbytes, rows.n = len(text), counts.nbytes // 8
                from_rows = partial(lib.tp_corpus_from_rows, rows, of_any_rule, documents)
                return while_uninterrupted(lambda go_on, user: from_rows(go_on, user, place, error))

        return cls.made(make)

    @classmethod
    def of_snapshot(cls, snapshot: memoryview, origin: int, *, of_any_rule: bool = False) -> Corpus:
        """Read an untrusted snapshot. In errors, ``origin`` is the place of its first byte in the input of the user."""
        read_corpus = lib.tp_corpus_read_terms if of_any_rule else lib.tp_corpus_read

        def read(place: Pointer[Pointer[TpCorpus]], error: TpError) -> int:
            with ffi.from_buffer("uint8_t[]", snapshot) as data:
                from_data = partial(read_corpus, data, len(data))
                status = while_uninterrupted(lambda go_on, user: from_data(go_on, user, place, error))
            error.offset += origin
            return status

        return cls.made(read)


def count_batches(corpora: Sequence[Corpus], batches: Sequence[Batch], rule: WordRule | None = None) -> None:
    """Count each batch into its own corpus, all at the same time; one crossing, one thread a batch."""
    error = new_error()
    check(lib.tp_corpus_count(_c_batches(corpora, batches, rule), len(batches), error), error)


def join(corpora: Sequence[Corpus]) -> None:
    """Append all the others to the first, in order, by up to as many threads as there are corpora."""
    error = new_error()
    pointers = ffi.new("tp_corpus *[]", [corpus.pointer for corpus in corpora])
    check(lib.tp_corpus_join(pointers, len(corpora), error), error)


def _c_batches(corpora: Sequence[Corpus], batches: Sequence[Batch], rule: WordRule | None) -> Array[TpBatch]:
    """Return the batches as C structs that point into the originals; the caller keeps the originals during the call."""
    c_batches = ffi.new("tp_batch[]", len(batches))
    for c_batch, corpus, batch in zip(c_batches, corpora, batches, strict=True):
        c_batch.corpus = corpus.pointer
        with ffi.from_buffer("uint8_t[]", batch.text) as text:
            c_batch.text = text
            c_batch.text_nbytes = len(text)
        c_batch.ends = batch.ends
        c_batch.n_ends = batch.n_ends
        c_batch.unicode_version = UNICODE_OF_PYTHON
        if rule is not None:
            c_batch.words = rule.pointer
    return c_batches


def table_as_dict(corpus: Corpus, measure: int) -> dict[str, int]:
    """Return term → measure, in first-seen order, as it was at one instant."""
    values = corpus.measure(measure)
    table: dict[str, int] = {}
    for first, end in slices(len(values)):
        table.update(zip(corpus.terms(first, end - first), values[first:end], strict=True))
    return table


# The most parts of a table.
MOST_PARTS = 1 << 16

# A term's count has 48 bits in the core's table.
MOST_WORDS = (1 << 48) - 1

COUNT: int = lib.TP_COUNT
DOCUMENT_FREQUENCY: int = lib.TP_DOCUMENT_FREQUENCY
