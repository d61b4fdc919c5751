"""Bindings of the core's folder ``documents``: Arrow columns, by address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from text_processor._native.status import InvalidArgumentError, check, new_error, new_uninitialized
from text_processor._native.text import Batch, not_utf8
from text_processor._textproc_cffi import ffi, lib
from text_processor.errors import InvalidDocumentError

if TYPE_CHECKING:
    from text_processor._textproc_cffi import TpArrowArray, TpArrowBuffer, TpError


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
    """Memory that another library owns; address 0 means no memory."""

    address: int
    nbytes: int


class ArrowArray:
    """The buffers of an Arrow array; ``owner`` keeps them alive."""

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
        """Add up the bytes of entries from ``start`` on, until they are ``enough``; return the entry reached, and the sum."""
        following, nbytes, error = ffi.new("uint64_t *"), ffi.new("uint64_t *"), new_error()
        self.check(lib.tp_arrow_measure(*self.pointers(), start, stop, enough, following, nbytes, error), error)
        return int(following[0]), int(nbytes[0])

    def check(self, status: int, error: TpError) -> None:
        """Work as `check`, but name the damaged entry of the column."""
        try:
            check(status, error)
        except InvalidArgumentError as fault:
            raise ValueError(f"entry {self.first + fault.item} of the column is damaged: {fault}") from fault


class ArrowBatch:
    """Documents of a column in memory that is reused: a batch of joined documents, or one document that is too long for it.

    With ``takes_all``, each entry is a document, also a blank one; an entry without a value is an empty document.
    """

    __slots__ = ("_batch", "_ends", "_has_value", "_text", "joined", "long_text", "read_nbytes")

    def __init__(self, nbytes: int, *, takes_all: bool = False) -> None:
        self._text = new_uninitialized("uint8_t[]", nbytes)
        self._ends = new_uninitialized("uint64_t[]", nbytes // 16 + 1)  # few documents are shorter
        self._batch = ffi.new("tp_arrow_batch *")
        self._batch.text = self._text
        self._batch.text_capacity = len(self._text)
        self._batch.ends = self._ends
        self._batch.ends_capacity = len(self._ends)
        self._has_value = new_uninitialized("uint8_t[]", len(self._ends) if takes_all else 0)
        self._batch.has_value = self._has_value if takes_all else ffi.NULL
        self.joined = Batch(b"", self._ends, 0)
        self.long_text: memoryview | None = None
        self.read_nbytes = 0

    def read(self, column: ArrowColumn, start: int, stop: int, *, refuse_blank: bool) -> int:
        """Join the next documents from the entry ``start`` on, and return the first entry that was not read."""
        batch, error = self._batch, new_error()
        batch.next, batch.stop, batch.stops_at_blank = start, stop, refuse_blank
        status = lib.tp_arrow_join(*column.pointers(), batch, error)
        index = column.first + int(batch.next)
        if status == lib.TP_INVALID_UTF8:
            raise not_utf8(index, int(error.offset))
        column.check(status, error)
        if batch.is_at_blank:
            raise InvalidDocumentError(f"Document {index} cannot be empty", index=index)
        self.joined = Batch(ffi.buffer(self._text, batch.text_nbytes), self._ends, int(batch.n_ends))
        self.long_text = memoryview(ffi.buffer(batch.long_text, batch.long_nbytes)) if batch.long_text else None
        self.read_nbytes = int(batch.read_nbytes)
        return int(batch.next)

    def document(self, i: int) -> str:
        """Return a document of the batch."""
        start = self._ends[i - 1] + 1 if i else 0
        return str(memoryview(self.joined.text)[start : self._ends[i]], "utf-8")

    @property
    def has_value(self) -> bytes:
        """A byte for each document of a batch that takes all: 1, or 0 if it has no value."""
        return bytes(ffi.buffer(self._has_value, self.joined.n_ends))
