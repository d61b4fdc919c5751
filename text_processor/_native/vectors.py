"""Bindings of the core's vectors: documents as rows of counts of terms."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

from text_processor._native import binding
from text_processor._native.callbacks import while_uninterrupted
from text_processor._native.handles import Handle
from text_processor._native.status import check, new_error
from text_processor._native.text import UNICODE_OF_PYTHON, batch_of_lengths
from text_processor._native.words import CASES, WordRule, encoded_term
from text_processor._textproc_cffi import ffi, lib

TERMS: dict[str, int] = {
    "word": lib.TP_TERMS_OF_WORDS,
    "char": lib.TP_TERMS_OF_CHARACTERS,
    "char_wb": lib.TP_TERMS_IN_WORDS,
}
ACCENTS: dict[str | None, int] = {
    None: lib.TP_ACCENTS_KEEP,
    "unicode": lib.TP_ACCENTS_STRIP,
    "ascii": lib.TP_ACCENTS_ASCII,
}

MOST_COLUMNS: int = lib.TP_MAX_COLUMNS

# By the names that NumPy has for kinds of numbers.
VALUES: dict[str, int] = {
    "int32": lib.TP_VALUES_INT32,
    "int64": lib.TP_VALUES_INT64,
    "float32": lib.TP_VALUES_FLOAT32,
    "float64": lib.TP_VALUES_FLOAT64,
}

NORMS: dict[str | None, int] = {None: lib.TP_NORM_NONE, "l1": lib.TP_NORM_L1, "l2": lib.TP_NORM_L2}

# Fewer bytes are some tens of milliseconds of work, after which Ctrl-C is heard anyway.
_LONG_NBYTES = 1 << 22

# So many terms are joined before Ctrl-C is heard.
_TERMS_AT_ONCE = 1 << 19


class Form(NamedTuple):
    """How rows are stored: arrays of numbers for terms, as in the core's ``tp_rows_form``."""

    kind: str = "int32"
    renumbered: Any = None
    weights: Any = None
    norm: str | None = None
    threads: int = 1


class Way(NamedTuple):
    """How documents become rows."""

    terms: str
    words: WordRule | None = None
    ngrams: tuple[int, int] = (1, 1)
    case: str = "keep"
    accents: str | None = None
    n_columns: int = 0
    alternates_sign: bool = False


class Sizes(NamedTuple):
    n_rows: int
    n_entries: int
    n_terms: int
    terms_nbytes: int


class Vectors(Handle):
    """A handle to a ``tp_vectors``, which one thread at a time may use."""

    __slots__ = ("way",)

    TYPE = "tp_vectors **"
    FREE_AT = lib.tp_vectors_free_at

    def __init__(self, way: Way) -> None:
        options = ffi.new("tp_vectors_options *")
        options.terms, options.letter_case, options.accents = TERMS[way.terms], CASES[way.case], ACCENTS[way.accents]
        options.words = ffi.NULL if way.words is None else way.words.pointer
        options.least, options.most = way.ngrams
        options.unicode_version = UNICODE_OF_PYTHON
        options.n_columns, options.alternates_sign = way.n_columns, way.alternates_sign
        self.way = way  # the rule for words must live as long
        super().__init__(lib.tp_vectors_new, options)

    def fix(self, terms: Sequence[object]) -> None:
        """Give terms the columns 0, 1, 2 …; what no document can have, is there but never found."""
        encoded = [_encoded(term, column) for column, term in enumerate(terms)]
        text = b"\n".join(encoded)
        ends, error = batch_of_lengths(text, array("Q", map(len, encoded))).ends, new_error()
        check(lib.tp_vectors_fix(self.pointer, text, len(text), ends, len(encoded), error), error)

    def append_terms(self, other: Vectors, columns: Any, threads: int = 1) -> None:
        """Add the terms of other vectors; fill an array of numbers of 32 bits with the column that each has here."""
        error, n_terms = new_error(), other.sizes.n_terms
        with ffi.from_buffer("uint32_t[]", columns) as c_columns:
            for first in range(0, n_terms, _TERMS_AT_ONCE):
                some = first, min(_TERMS_AT_ONCE, n_terms - first)
                check(lib.tp_vectors_append_terms(self.pointer, other.pointer, *some, threads, c_columns, error), error)

    @property
    def sizes(self) -> Sizes:
        sizes = ffi.new("tp_vectors_sizes *")
        lib.tp_vectors_get_sizes(self.pointer, sizes)
        return Sizes(sizes.n_rows, sizes.n_entries, sizes.n_terms, sizes.terms_nbytes)

    def take_rows(self, rows: tuple[Any, Any, Any], form: Form, numbers: Any = None) -> None:
        """Fill arrays of columns, values of a kind, and starts of rows, and forget the rows.

        Columns have 32 bits; starts have 64, and there is one more than rows. Ctrl-C stops between two parts.
        """
        error, n_left, c_form = new_error(), ffi.new("uint64_t *"), ffi.new("tp_rows_form *")
        c_form.values, c_form.norm, c_form.n_threads = VALUES[form.kind], NORMS[form.norm], form.threads
        held = [
            ("numbers", "uint32_t[]", numbers),
            ("renumbered", "int32_t[]", form.renumbered),
            ("weights", "double[]", form.weights),
        ]
        kept = [(name, ffi.from_buffer(kind, each)) for name, kind, each in held if each is not None]
        for name, each in kept:
            setattr(c_form, name, each)
        columns, starts = ffi.from_buffer("int32_t[]", rows[0]), ffi.from_buffer("int64_t[]", rows[2])
        values = ffi.from_buffer("uint8_t[]", rows[1])
        while True:
            check(lib.tp_vectors_take_rows(self.pointer, c_form, columns, values, starts, n_left, error), error)
            if not n_left[0]:
                return

    def clear_rows(self) -> None:
        lib.tp_vectors_clear_rows(self.pointer)

    def read_ranks(self, ranks: Any, threads: int = 1) -> None:
        """Fill an array of numbers of 32 bits with the rank of each term in order of code points."""
        error = new_error()
        with ffi.from_buffer("int32_t[]", ranks) as c_ranks:
            rank = lib.tp_vectors_rank_terms
            status = while_uninterrupted(lambda go_on, user: rank(self.pointer, threads, c_ranks, go_on, user, error))
        check(status, error)

    def terms(self) -> list[str]:
        """Return the terms in order of their columns."""
        text = bytearray(self.sizes.terms_nbytes)
        with ffi.from_buffer("uint8_t[]", text) as c_text:
            lib.tp_vectors_get_terms(self.pointer, c_text)
        if b"\xff" in text:
            return [each.replace(b"\xff", b"\n").decode() for each in text.split(b"\n")][:-1]
        return text.decode().split("\n")[:-1]


class Views(NamedTuple):
    """Where the texts of documents lie, with what keeps them there."""

    owners: tuple[object, ...]
    places: bytes
    nbytes: int
    n_documents: int


def view(documents: tuple[Any, ...]) -> Views | None:
    """Look where documents lie; None if one is no ``str``, or has a lone surrogate."""
    try:
        # Any other str would keep its UTF-8, and documents their double memory.
        if not all(map(str.isascii, documents)):
            documents = tuple([text if str.isascii(text) else str.encode(text) for text in documents])
    except (TypeError, UnicodeEncodeError):
        return None
    found = binding.view_documents(documents)
    return None if found is None else Views(documents, found[0], found[1], len(documents))


class Stop:
    """What stops the threads that add documents."""

    def __init__(self) -> None:
        self.pointer = ffi.new("uint64_t *")

    def set(self) -> None:
        lib.tp_stop(self.pointer)

    def __bool__(self) -> bool:
        return bool(self.pointer[0])


def add(vectors: Vectors, views: Views, stop: Stop | None = None) -> None:
    """Add rows; Ctrl-C stops that within long documents, too, or another thread does by the stop."""
    documents: Any = ffi.from_buffer("tp_document[]", views.places)
    error = new_error()
    put = partial(lib.tp_vectors_add_documents, vectors.pointer, documents, views.n_documents)
    if stop is not None:
        check(put(ffi.addressof(lib, "tp_go_on_unless"), stop.pointer, error), error)
    elif views.nbytes < _LONG_NBYTES:
        check(put(ffi.NULL, ffi.NULL, error), error)
    else:
        check(while_uninterrupted(lambda go_on, user: put(go_on, user, error)), error)


def add_frequencies(vectors: Sequence[Vectors], frequencies: Sequence[Any]) -> None:
    """Add to each array of 64-bit numbers how many rows of the vectors beside it have each term, with a thread for each."""
    jobs = ffi.new("tp_frequencies_job[]", len(vectors))
    kept: list[Any] = []
    for job, one, each in zip(jobs, vectors, frequencies, strict=True):
        kept.append(ffi.from_buffer("int64_t[]", each))
        job.vectors, job.frequencies = one.pointer, kept[-1]
    lib.tp_vectors_add_frequencies(jobs, len(kept))


def _encoded(term: object, column: int) -> bytes:
    if isinstance(term, str) and term:
        try:
            return encoded_term(term)
        except UnicodeEncodeError:  # a lone surrogate
            pass
    return b"\xfe%d" % column
