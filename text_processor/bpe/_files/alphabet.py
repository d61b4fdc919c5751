"""The byte-level alphabet of GPT-2: the characters that stand for bytes in files of Hugging Face.

A byte that is a printable character of Latin-1, except a blank, is written as that character; the other bytes are written as
the characters from U+0100 on.
"""

from __future__ import annotations

import codecs
from typing import Any, cast

_PRINTABLE = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
_OTHERS = [byte for byte in range(256) if byte not in _PRINTABLE]
_CHARACTERS = "".join(chr(byte if byte in _PRINTABLE else 0x100 + _OTHERS.index(byte)) for byte in range(256))
_TO_BYTES = codecs.charmap_build(_CHARACTERS)

ALPHABET = frozenset(_CHARACTERS)


def to_bytes(text: str) -> bytes:
    """Return the bytes that characters stand for; `UnicodeEncodeError` if one stands for none."""
    return codecs.charmap_encode(text, "strict", _TO_BYTES)[0]


def to_text(data: bytes) -> str:
    """Return the characters that stand for bytes."""
    return codecs.charmap_decode(data, "strict", cast("Any", _CHARACTERS))[0]  # a str is meant, too
