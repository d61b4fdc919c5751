"""Sections of bytes in a file that says of itself what it is: versioned, little-endian on every machine, checksummed.

Layout: signature (8 bytes), version, the length of each section (unsigned 64-bit, little-endian), the sections, and a CRC-32 of
everything before it. The bytes may come from anywhere: nothing is believed before it is checked.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from text_processor._common import json as common_json
from text_processor.errors import InvalidDocumentError, InvalidSnapshotError, InvalidTokenizerError

_CHECKSUM = struct.Struct("<I")

# How our own files begin. The first byte is none with which UTF-8 begins.
SNAPSHOT = b"\x89TPA\r\n\x1a\n"
TOKENIZER = b"\x89TPB\r\n\x1a\n"

_OWN_FILES = {
    SNAPSHOT: "a snapshot of a TextAnalyzer, not text; TextAnalyzer.load reads it, and on the command line count --load",
    TOKENIZER: "a tokenizer, not text; Tokenizer.load reads it, and on the command line bpe encode --model",
}

# Bytes that are read, written and summed at once: a millisecond's work at most.
PIECE_NBYTES = 1 << 20


_Invalid = InvalidSnapshotError | InvalidTokenizerError
_Made = TypeVar("_Made")


def check_is_text(head: bytes | memoryview, name: str) -> None:
    """Raise `InvalidDocumentError` if what is to be read as text begins as our own files do."""
    if (what := _OWN_FILES.get(bytes(head[: len(SNAPSHOT)]))) is not None:
        raise InvalidDocumentError(f"{name} is {what}", position=0)


class Container:
    """One kind of such bytes: how it begins, what it is called, and what is raised for one that is damaged.

    Sections are numbered from 0; the first is a JSON object that describes the others.
    """

    def __init__(
        self, signature: bytes, versions: Sequence[int], n_sections: int, *, name: str, what: str, error: type[_Invalid]
    ) -> None:
        self.signature = signature
        self.versions = versions
        self.name = name  # in messages: "the snapshot"
        self.what = what  # as an answer to what it should be
        self.error = error
        self.head = struct.Struct(f"<8sQ{n_sections}Q")

    def invalid(self, message: str, offset: int) -> _Invalid:
        """The error for what shows at a byte."""
        return self.error(f"{message} (at byte {offset})", offset=offset)

    def chunks(self, version: int, sections: Sequence[bytes | memoryview]) -> Iterator[bytes | memoryview]:
        """Give the bytes of a file, in chunks between two of which Ctrl-C gets through."""
        checksum = 0
        for part in (self.head.pack(self.signature, version, *map(len, sections)), *sections):
            for chunk in _cut(memoryview(part)):
                checksum = zlib.crc32(chunk, checksum)
                yield chunk
        yield _CHECKSUM.pack(checksum)

    def read_file(self, name: str, make: Callable[[bytearray], _Made]) -> _Made:
        """Return what is made of a file, or raise an error that names it.

        Not more of it is read than its head announces, and no more memory taken than was read.
        """
        try:
            with Path(name).open("rb") as file:
                data = bytearray(file.read(self.head.size))
                expected = self._expected_nbytes(data)
                while len(data) <= expected and (block := file.read(min(PIECE_NBYTES, expected + 1 - len(data)))):
                    data += block
            return make(data)
        except self.error as error:
            raise self.error(f"{name}: {error}", offset=error.offset) from error.__cause__

    def sections(self, data: bytes | bytearray) -> tuple[int, list[memoryview]]:
        """Return the version and the sections, checked as a whole but not what they hold."""
        view = memoryview(data)
        expected, nbytes = self._expected_nbytes(view), len(view)
        if nbytes < expected:
            raise self.invalid(f"{self.name} ends after {nbytes} of the {expected} bytes that its head announces", nbytes)
        if nbytes > expected:
            raise self.invalid(f"{self.name} goes on behind the {expected} bytes that its head announces", expected)
        end = expected - _CHECKSUM.size
        checksum = 0
        for chunk in _cut(view[:end]):
            checksum = zlib.crc32(chunk, checksum)
        if (checksum,) != _CHECKSUM.unpack_from(view, end):
            raise self.invalid(f"{self.name} is damaged: its checksum does not match", end)
        _, version, *lengths = self.head.unpack_from(view)
        sections: list[memoryview] = []
        start = self.head.size
        for length in lengths:
            sections.append(view[start : start + length])
            start += length
        return version, sections

    def description(self, section: memoryview, check: Callable[[Any], _Made]) -> _Made:
        """Return what is made of the JSON in the first section; what is raised on the way is the error of a damaged one."""
        try:
            return check(common_json.loads(bytes(section)))
        except KeyError as error:
            raise self.invalid(f"{self.name}'s description is damaged: it has no {error}", self.head.size) from error
        except (ValueError, TypeError, RecursionError) as error:
            raise self.invalid(f"{self.name}'s description is damaged: {error}", self.head.size) from error

    def _expected_nbytes(self, data: bytearray | memoryview) -> int:
        if (begin := bytes(data[: len(self.signature)])) != self.signature:
            raise self.invalid(f"this is not {self.what}, which begins with {self.signature!r}, not {begin!r}", 0)
        if len(data) < self.head.size:
            raise self.invalid(f"{self.name} ends after {len(data)} bytes, within its head of {self.head.size}", len(data))
        _, version, *lengths = self.head.unpack_from(data)
        if version not in self.versions:
            known = ", ".join(map(str, self.versions))
            raise self.invalid(f"{self.name} has version {version}; known here: {known}", len(self.signature))
        n_bytes: int = self.head.size + sum(lengths) + _CHECKSUM.size
        return n_bytes


def _cut(data: memoryview) -> Iterator[memoryview]:
    for start in range(0, len(data), PIECE_NBYTES):
        yield data[start : start + PIECE_NBYTES]
