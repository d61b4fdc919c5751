"""Pass text to the core: documents joined to batches, lines, UTF-8."""

from __future__ import annotations

import unicodedata
from array import array
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple, cast

from text_processor._common.arguments import Document, plain
from text_processor._native import binding
from text_processor._native.status import OK, check, new_error, new_uninitialized
from text_processor._textproc_cffi import ffi, lib
from text_processor.errors import InvalidDocumentError

if TYPE_CHECKING:
    from text_processor._textproc_cffi import CBuffer, Pointer, Uint64


class Batch(NamedTuple):
    """UTF-8 text of several documents, one byte of white space apart, and where they end.

    What lies behind the last end is the beginning of a document that the next batch continues.
    """

    text: bytes | memoryview | CBuffer
    ends: Pointer[Uint64]
    n_ends: int


def has_blank_line(text: bytes) -> bool:
    """Whether a line has only white space."""
    return bool(lib.tp_has_blank_line(text, len(text)))


def is_blank(text: bytes | memoryview) -> bool:
    """Whether the text has only white space."""
    with ffi.from_buffer("uint8_t[]", text) as data:
        return bool(lib.tp_is_blank(data, len(data)))


def find_invalid(text: bytes | memoryview) -> int | None:
    """Return where the first ill-formed sequence of UTF-8 begins, or None if there is none."""
    error = new_error()
    with ffi.from_buffer("uint8_t[]", text) as data:
        return None if lib.tp_utf8_validate(data, len(data), error) == OK else int(error.offset)


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


# Imported now and not on first use: a child that was forked while another thread imports would wait for that import forever.
_utf8_of = _find_utf8()


def view_ascii(text: str) -> memoryview | None:
    """Return the characters of ASCII text where the interpreter keeps them, or None where it does not say.

    They are there as long as the text lives, which the caller must see to.
    """
    if _utf8_of is None:
        return None
    return memoryview(ffi.buffer(ffi.cast("uint8_t *", _utf8_of(text, 0)), len(text))).toreadonly()


def open_batch(text: bytes | memoryview) -> Batch:
    """A slice of a long document, which stays open."""
    return Batch(text, ffi.NULL, 0)


def closing_batch(text: bytes | memoryview) -> Batch:
    """The last slice of a long document, or a whole one."""
    return Batch(text, ffi.new("uint64_t[1]", [len(text)]), 1)


class Lines:
    """The state of the lines of a text that comes in blocks."""

    __slots__ = ("_capacity", "_ends", "_n_ends", "_state")

    def __init__(self) -> None:
        self._state, self._n_ends = ffi.new("tp_lines *"), ffi.new("size_t *")
        self._capacity, self._ends = 0, new_uninitialized("uint64_t[]", 0)

    def find(self, block: memoryview) -> tuple[Pointer[Uint64], int]:
        """Look at the next block; return where in it lines with text end, until the next call, and how many do."""
        most = len(block) // 2 + 1
        if most > self._capacity:
            self._capacity, self._ends = most, new_uninitialized("uint64_t[]", most)
        error = new_error()
        with ffi.from_buffer("uint8_t[]", block) as text:
            status = lib.tp_find_text_lines(self._state, text, len(text), self._ends, self._capacity, self._n_ends, error)
        check(status, error)
        return self._ends, self._n_ends[0]

    @property
    def nbytes(self) -> int:
        """The length of the blocks so far."""
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


def are_ascii(documents: Sequence[Document]) -> bool:
    """Whether all are ``str`` of ASCII characters, whose UTF-8 is in memory already."""
    try:
        return all(map(str.isascii, cast(Sequence[str], documents)))
    except TypeError:  # some are bytes
        return False


def has_blank(documents: Sequence[str]) -> bool:
    """Whether one of several ASCII texts has only white space."""
    return bool(binding.has_blank(tuple(documents)))


def batch_of(documents: Sequence[Document]) -> Batch:
    """Whole documents, in one batch."""
    # Any other str would keep its UTF-8, and documents their double memory.
    return (are_ascii(documents) and _batch_without_copies(documents)) or _batch_of_copies(documents)


def batch_in_passing(texts: Sequence[str]) -> Batch:
    """Whole texts that nobody keeps, in one batch; raises `UnicodeEncodeError` for a lone surrogate."""
    return _batch_without_copies(texts) or _batch_of_copies(texts)


def _batch_without_copies(documents: Sequence[Document]) -> Batch | None:
    joined = binding.join_texts(tuple(documents))
    return None if joined is None else Batch(joined[0], ffi.from_buffer("uint64_t[]", joined[1]), len(documents))


def _batch_of_copies(documents: Sequence[Document]) -> Batch:
    text = _join(documents)
    ends, n_found = new_uninitialized("uint64_t[]", len(documents)), ffi.new("size_t *")
    # Where no document has a line end of its own, C finds where they end: far cheaper than asking each for its length.
    if lib.tp_find_lines(text, len(text), ends, len(documents), n_found, ffi.NULL) == OK:
        return Batch(text, ends, len(documents))
    try:
        lengths = array("Q", map(str.__len__, cast(Sequence[str], documents)))
    except TypeError:  # some are bytes
        lengths = array("Q", map(bytes.__len__, map(encoded, documents)))
    return batch_of_lengths(text, lengths)


def batch_of_lines(text: bytes) -> Batch:
    """The lines of a text, in one batch."""
    n = text.count(b"\n") + 1
    ends, n_found = new_uninitialized("uint64_t[]", n), ffi.new("size_t *")
    error = new_error()
    check(lib.tp_find_lines(text, len(text), ends, n, n_found, error), error)
    return Batch(text, ends, n)


def batch_of_texts(texts: Sequence[str], lengths: array[int]) -> Batch:
    """Texts of these lengths, in one batch."""
    return batch_of_lengths("\n".join(texts).encode(), lengths)


def batch_of_ends(text: bytes, ends: array[int]) -> Batch:
    """Documents of a text that end at these places."""
    return Batch(text, ffi.from_buffer("uint64_t[]", ends), len(ends))


def batch_of_lengths(text: bytes, lengths: array[int]) -> Batch:
    n, error = len(lengths), new_error()
    ends = new_uninitialized("uint64_t[]", n)
    with ffi.from_buffer("uint64_t[]", lengths) as c_lengths:
        check(lib.tp_utf8_find_ends(text, len(text), c_lengths, ends, n, error), error)
    return Batch(text, ends, n)


def length(document: Document) -> int:
    """Return the number of characters or bytes of a document, whatever a subclass overrides."""
    return bytes.__len__(document) if isinstance(document, bytes) else str.__len__(document)


def encoded(document: Document) -> bytes:
    """Return the bytes of a document, whatever a subclass overrides."""
    if type(document) is bytes:
        return document
    return plain(document) if isinstance(document, bytes) else str.encode(document)


def _join(documents: Sequence[Document]) -> bytes:
    try:
        return "\n".join(cast(Sequence[str], documents)).encode()
    except TypeError:  # some are bytes
        return b"\n".join(map(encoded, documents))


def not_utf8(index: int, offset: int) -> InvalidDocumentError:
    """Return the error for a document that is not valid UTF-8."""
    return InvalidDocumentError(f"Document {index} is not valid UTF-8 at byte {offset}", index=index, offset=offset)


def hashes_of(documents: Batch) -> array[int]:
    """Return the XXH64 of each document of a batch, which is the same on every machine."""
    hashes, error = array("Q", bytes(8 * documents.n_ends)), new_error()
    with ffi.from_buffer("uint8_t[]", documents.text) as text, ffi.from_buffer("uint64_t[]", hashes) as room:
        status = lib.tp_hash_documents(0, text, len(text), documents.ends, documents.n_ends, room, error)
    check(status, error)
    return hashes


# What str.lower and str.isspace know here: words are theirs.
UNICODE_OF_PYTHON: int = int.from_bytes(bytes(map(int, unicodedata.unidata_version.split(".")[:2])))


def lower(word: str) -> str:
    """Lower one word as the core does."""
    encoded = word.encode()
    lowered = ffi.new("uint8_t[]", len(encoded) * 3 // 2)
    return str(ffi.buffer(lowered, lib.tp_lower_word(encoded, len(encoded), UNICODE_OF_PYTHON, lowered)), "utf-8")


def fold(text: str) -> str:
    """Fold the case of a text as ``str.casefold`` does."""
    encoded = text.encode()
    folded = new_uninitialized("uint8_t[]", 3 * len(encoded))
    return str(ffi.buffer(folded, lib.tp_fold(encoded, len(encoded), UNICODE_OF_PYTHON, folded)), "utf-8")
