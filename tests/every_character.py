"""Texts that have every character in one of several contexts, to compare segments with a stored digest.

They are the same on every Python, and so are the segments, which are by the core's own version of Unicode.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable
from hashlib import blake2b

CONTEXTS = {
    "alone": "{}",
    "letters": "a{}b",
    "digits": "1{}2",
    "in words": "a.{}'b {} C",
    "marks": "{}\u0301{}",
    "joiners": "👩\u200d{}\u200d{}",
    "regional indicators": "🇦{}🇧🇨{}",
}

# Between these planes nothing is assigned, and behind them all is for private use.
LAST_IDEOGRAPH, FIRST_TAG, LAST_SELECTOR = 0x3347F, 0xE0000, 0xE01EF
SURROGATES = range(0xD800, 0xE000)


def text_in(context: str) -> str:
    """Every character in a context; a line separator parts each from the others."""
    code_points = [*range(LAST_IDEOGRAPH + 1), *range(FIRST_TAG, LAST_SELECTOR + 1), 0xF0000, 0x10FFFF]
    pattern = CONTEXTS[context]
    return "\u2028".join(pattern.replace("{}", chr(each)) for each in code_points if each not in SURROGATES)


def digest(ends: Iterable[array[int]]) -> str:
    """A digest of where segments end, in bytes of UTF-8."""
    found = blake2b(digest_size=16)
    for some in ends:
        if sys.byteorder == "big":
            some.byteswap()
        found.update(some.tobytes())
    return found.hexdigest()
