"""Sets of characters, as ranges of code points in ascending order, and the properties of Unicode that name some.

The properties are those of Unicode 16, as in tiktoken 0.14 and in tokenizers 0.23, whatever Python's own tables are.
"""

from __future__ import annotations

import base64
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

from text_processor.bpe._split import unicode

# The first and the last code point of each range; there is a gap between two ranges.
Set = tuple[tuple[int, int], ...]

LAST = 0x10FFFF
EVERYTHING: Set = ((0, LAST),)


def of(characters: Iterable[int | str]) -> Set:
    """Return the set of some characters."""
    return _joined((code, code) for code in sorted(ord(each) if isinstance(each, str) else each for each in characters))


def union(*sets: Set) -> Set:
    """Return what is in any of the sets."""
    return _joined(sorted(each for one in sets for each in one))


def complement(one: Set) -> Set:
    """Return what is not in a set."""
    found, start = list[tuple[int, int]](), 0
    for first, last in one:
        if first > start:
            found.append((start, first - 1))
        start = last + 1
    return (*found, (start, LAST)) if start <= LAST else tuple(found)


def intersection(one: Set, other: Set) -> Set:
    """Return what is in both sets."""
    return complement(union(complement(one), complement(other)))


def _joined(ranges: Iterable[tuple[int, int]]) -> Set:
    """Join ranges, which are given by ascending start, where they touch."""
    found: list[tuple[int, int]] = []
    for first, last in ranges:
        if found and first <= found[-1][1] + 1:
            if last > found[-1][1]:
                found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return tuple(found)


# ---- Properties ------------------------------------------------------------------------------------------------------

_GROUPS = {"L": "LuLlLtLmLo", "M": "MnMcMe", "N": "NdNlNo", "P": "PcPdPsPePiPfPo", "S": "SmScSkSo", "Z": "ZsZlZp"}
_LONG_NAMES = {"letter": "L", "mark": "M", "number": "N", "punctuation": "P", "symbol": "S", "separator": "Z", "other": "C"}
_NAMES = {name.lower().replace("_", ""): name for name in (*unicode.RANGES, *_GROUPS, "C", "Cn", "Any", "ASCII")} | _LONG_NAMES

CATEGORIES = frozenset(name for name in (*unicode.RANGES, *_GROUPS, "C", "Cn") if len(name) <= 2)
SCRIPTS = frozenset(name for name in unicode.RANGES if len(name) > 2) - {
    *("Alphabetic", "Uppercase", "Lowercase", "White_Space", "Emoji", "Ideographic", "Math", "Join_Control")
}


def name_of(written: str) -> str | None:
    """Return the name of a property; case, blanks, underscores and hyphens in it do not matter. None: there is none."""
    return _NAMES.get(written.lower().replace("_", "").replace(" ", "").replace("-", ""))


@cache
def property_of(name: str) -> Set:
    """Return the characters with a property."""
    if name == "Any":
        return EVERYTHING
    if name == "ASCII":
        return ((0, 0x7F),)
    if name == "Cn":
        return complement(union(*(property_of(each) for each in CATEGORIES - {"C", "Cn", *_GROUPS})))
    if name == "C":
        return complement(union(*(property_of(each) for each in _GROUPS)))
    if members := _GROUPS.get(name):
        return union(*(property_of(members[i : i + 2]) for i in range(0, len(members), 2)))
    numbers, end = list(_numbers(unicode.RANGES[name])), 0
    found = list[tuple[int, int]]()
    for gap, length in zip(numbers[::2], numbers[1::2], strict=True):
        found.append((end + gap, end + gap + length - 1))
        end += gap + length
    return tuple(found)


def _numbers(packed: str) -> Iterator[int]:
    number, shift = 0, 0
    for byte in base64.b85decode(packed):
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield number
            number, shift = 0, 0


# ---- Case ------------------------------------------------------------------------------------------------------------


@cache
def _folded_alike() -> tuple[list[int], dict[int, tuple[int, ...]]]:
    """Return the characters that fold alike with others, in order, and for each one all of these."""
    groups: dict[int, list[int]] = {}
    numbers, code = list(_numbers(unicode.FOLDING)), 0
    for gap, doubled in zip(numbers[::2], numbers[1::2], strict=True):
        code += gap
        folded = code - doubled // 2 if doubled & 1 else code + doubled // 2
        groups.setdefault(folded, [folded]).append(code)
    alike = {code: tuple(group) for group in groups.values() for code in group}
    return sorted(alike), alike


@lru_cache(256)
def without_case(one: Set) -> Set:
    """Return a set with all characters that fold alike with one in it, by Unicode's simple case folding."""
    ordered, alike = _folded_alike()
    found: set[int] = set()
    for first, last in one:
        for code in ordered[bisect_left(ordered, first) : bisect_right(ordered, last)]:
            found.update(alike[code])
    return union(one, of(found))
