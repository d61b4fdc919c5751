"""The container that snapshots and tokenizers are kept in, taken apart and put together as its format says, not by our code."""

from __future__ import annotations

import struct
import zlib


def sealed(signature: bytes, sections: list[bytes], version: int = 1) -> bytes:
    """A container of these sections, with a checksum that fits."""
    body = struct.pack(f"<8sQ{len(sections)}Q", signature, version, *map(len, sections)) + b"".join(sections)
    return body + struct.pack("<I", zlib.crc32(body))


def sections_of(data: bytes, n: int) -> list[bytes]:
    """The sections of a container that has so many."""
    sections, start = [], 16 + 8 * n
    for length in struct.unpack_from(f"<{n}Q", data, 16):
        sections.append(data[start : start + length])
        start += length
    return sections
