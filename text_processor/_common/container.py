"""Sections of bytes in a file with a signature, a version and a checksum, little-endian on every machine.

Layout: signature (8 bytes), version, the length of each section (unsigned 64-bit, little-endian), the sections, and a CRC-32 of
everything before it. The bytes are not trusted: every value is checked before it is used.
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

# The signatures of this package's files. No UTF-8 text begins with their first byte.
SNAPSHOT = b"\x89TPA\r\n\x1a\n"
TOKENIZER = b"\x89TPB\r\n\x1a\n"
PIECES = b"\x89TPQ\r\n\x1a\n"

_OWN_FILES = {
    SNAPSHOT: "a snapshot of a TextAnalyzer, not text; TextAnalyzer.load reads it, and on the command line count --load",
    TOKENIZER: "a tokenizer, not text; Tokenizer.load reads it, and on the command line bpe encode --model",
    PIECES: "counts of pieces, not text; PieceCounts.from_bytes reads them",
}

# Bytes that are read, written and summed at once: at most one millisecond of work.
CHUNK_NBYTES = 1 << 20


_Invalid = InvalidSnapshotError | InvalidTokenizerError
_Made = TypeVar("_Made")


def check_is_text(head: bytes | memoryview, name: str) -> None:
    """Raise `InvalidDocumentError` if an input that should be text begins with a signature of this package's files."""
    if (what := _OWN_FILES.get(bytes(head[: len(SNAPSHOT)]))) is not None:
        raise InvalidDocumentError(f"{name} is {what}", position=0)


class Container:
    """One kind of container: its signature, its name in messages, and the exception for a damaged one.

    Sections are numbered from 0; the first is a JSON object that describes the others.
    """

    def __init__(
        self, signature: bytes, versions: Sequence[int], n_sections: int, *, name: str, what: str, error: type[_Invalid]
    ) -> None:
        self.signature = signature
        self.versions = versions
        self.name = name  # in messages: "the snapshot"
        self.what = what  # in messages: "a snapshot of a TextAnalyzer"
        self.error = error
        self.head = struct.Struct(f"<8sQ{n_sections}Q")

    def invalid(self, message: str, offset: int) -> _Invalid:
        """Return the error for a fault at a byte."""
        return self.error(f"{message} (at byte {offset})", offset=offset)

    def chunks(self, version: int, sections: Sequence[bytes | memoryview]) -> Iterator[bytes | memoryview]:
        """Give the bytes of a file in chunks; Ctrl-C takes effect between two chunks."""
        checksum = 0
        for part in (self.head.pack(self.signature, version, *map(len, sections)), *sections):
            for chunk in _cut(memoryview(part)):
                checksum = zlib.crc32(chunk, checksum)
                yield chunk
        yield _CHECKSUM.pack(checksum)

    def read_file(self, name: str, make: Callable[[bytearray], _Made]) -> _Made:
        """Return the object that is restored from a file, or raise an error that names the file.

        It reads no more bytes than the head announces, and takes no more memory than was read.
        """
        try:
            with Path(name).open("rb") as file:
                data = bytearray(file.read(self.head.size))
                expected = self._expected_nbytes(data)
                while len(data) <= expected and (block := file.read(min(CHUNK_NBYTES, expected + 1 - len(data)))):
                    data += block
            return make(data)
        except self.error as error:
            raise self.error(f"{name}: {error}", offset=error.offset) from error.__cause__

    def sections(self, data: bytes | bytearray | memoryview) -> tuple[int, list[memoryview]]:
        """Return the version and the sections; lengths and checksum are checked, the contents of the sections are not."""
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
        """Return the result of ``check`` for the JSON in the first section; any fault raises the error for damaged data."""
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
    for start in range(0, len(data), CHUNK_NBYTES):
        yield data[start : start + CHUNK_NBYTES]
