"""Bindings of the core's folder ``documents``: the texts of a field of JSON lines."""

from __future__ import annotations

from itertools import accumulate
from typing import NamedTuple

from text_processor._native.status import check, new_error, new_uninitialized
from text_processor._native.text import Batch
from text_processor._textproc_cffi import ffi, lib

# Lines are seldom shorter, with their names and quotes.
_NBYTES_OF_LINE = 32


class Rows(NamedTuple):
    """The texts of rows that follow each other."""

    texts: Batch
    """Empty for a row without a text."""
    has_value: memoryview
    """A byte for each row: 1, or 0 if it has no text."""
    n_values: int
    """How many rows have one."""
    n_lines: int
    """How many lines have ended, blank ones too."""
    used: int
    """How many bytes of the block are done."""
    is_at_other: bool
    """Whether the next line is left to another reader."""


class Field:
    """A field by the names that lead to it."""

    __slots__ = ("_field", "_kept", "_separates")

    def __init__(self, names: list[str], *, separates: bool) -> None:
        """Read texts that are followed by a byte each if ``separates``, or by nothing.

        Raises:
            UnicodeEncodeError: a name has a lone surrogate, which no text has.
        """
        encoded = [name.encode() for name in names]
        ends = list(accumulate(map(len, encoded)))
        c_names, c_ends = ffi.from_buffer("uint8_t[]", b"".join(encoded)), ffi.new("uint64_t[]", ends)
        self._kept = c_names, c_ends
        self._field = ffi.new("tp_json_field *")
        self._field.names, self._field.names_nbytes = c_names, len(c_names)
        self._field.name_ends, self._field.n_names = c_ends, len(ends)
        self._separates = separates

    def read(self, block: memoryview, enough: int) -> Rows:
        """Read lines, up to so many bytes of text, or up to a line for another reader; a longer text is read alone."""
        rows, used, error = ffi.new("tp_json_rows *"), ffi.new("size_t *"), new_error()
        capacity = len(block) // _NBYTES_OF_LINE + 1
        room, ends = new_uninitialized("uint8_t[]", len(block)), new_uninitialized("uint64_t[]", capacity)
        has_value = new_uninitialized("uint8_t[]", capacity)
        rows.text, rows.text_capacity, rows.ends, rows.has_value = room, len(block), ends, has_value
        rows.capacity, rows.enough, rows.separates = capacity, enough, self._separates
        with ffi.from_buffer("uint8_t[]", block) as text:
            check(lib.tp_json_read_rows(self._field, text, len(text), rows, used, error), error)
        return Rows(
            Batch(ffi.buffer(room, rows.text_nbytes), ends, rows.n_rows),
            memoryview(ffi.buffer(has_value, rows.n_rows)),
            rows.n_values,
            rows.n_lines,
            used[0],
            rows.is_at_other,
        )
