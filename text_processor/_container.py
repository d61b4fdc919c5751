"""Sections of bytes in a file that says of itself what it is: versioned, little-endian on every machine, checksummed.

Layout: signature (8 bytes), version, the length of each section (unsigned 64-bit, little-endian), the sections, and a CRC-32 of
everything before it. The bytes may come from anywhere: nothing is believed before it is checked.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

_CHECKSUM = struct.Struct("<I")

# Bytes that are read, written and summed at once: a millisecond's work at most.
PIECE_NBYTES = 1 << 20


class Container(NamedTuple):
    """One kind of such files: how it begins, what it is called, and what is raised for one that is damaged."""

    signature: bytes
    versions: tuple[int, ...]
    n_sections: int
    what: str
    error: Callable[[str, int], Exception]

    @property
    def head(self) -> struct.Struct:
        return struct.Struct(f"<8sQ{self.n_sections}Q")

    def pieces(self, version: int, sections: Sequence[bytes]) -> Iterator[bytes | memoryview]:
        """Give the bytes of a file, in pieces between two of which Ctrl-C gets through."""
        checksum = 0
        for part in (self.head.pack(self.signature, version, *map(len, sections)), *sections):
            for piece in _cut(memoryview(part)):
                checksum = zlib.crc32(piece, checksum)
                yield piece
        yield _CHECKSUM.pack(checksum)

    def read(self, name: str) -> bytearray:
        """Read a file: not more of it than its head announces, and taking no more memory than was read."""
        with Path(name).open("rb") as file:
            data = bytearray(file.read(self.head.size))
            expected = self._expected_nbytes(data)
            while len(data) <= expected and (block := file.read(min(PIECE_NBYTES, expected + 1 - len(data)))):
                data += block
        return data

    def sections(self, data: bytes | bytearray) -> tuple[int, list[memoryview]]:
        """Return the version and the sections, checked as a whole but not what they hold."""
        expected = self._expected_nbytes(data)
        if len(data) < expected:
            raise self.error(f"it ends after {len(data)} of the {expected} bytes that its head announces", len(data))
        if len(data) > expected:
            raise self.error(f"it goes on behind the {expected} bytes that its head announces", expected)
        view, end = memoryview(data), expected - _CHECKSUM.size
        checksum = 0
        for piece in _cut(view[:end]):
            checksum = zlib.crc32(piece, checksum)
        if (checksum,) != _CHECKSUM.unpack_from(view, end):
            raise self.error("it is damaged: its checksum does not match", end)
        _, version, *lengths = self.head.unpack_from(view)
        sections: list[memoryview] = []
        start = self.head.size
        for length in lengths:
            sections.append(view[start : start + length])
            start += length
        return version, sections

    def _expected_nbytes(self, data: bytes | bytearray) -> int:
        if data[: len(self.signature)] != self.signature:
            raise self.error(f"this is not {self.what}", 0)
        if len(data) < self.head.size:
            raise self.error(f"it ends after {len(data)} bytes, within its head", len(data))
        _, version, *lengths = self.head.unpack_from(data)
        if version not in self.versions:
            known = ", ".join(map(str, self.versions))
            raise self.error(f"it has version {version}; known here: {known}", len(self.signature))
        n_bytes: int = self.head.size + sum(lengths) + _CHECKSUM.size
        return n_bytes


def _cut(data: memoryview) -> Iterator[memoryview]:
    for start in range(0, len(data), PIECE_NBYTES):
        yield data[start : start + PIECE_NBYTES]
