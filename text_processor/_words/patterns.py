r"""Regular expressions that the core runs: one class of characters and a least length, as in ``\w+`` or ``\b[a-z]{3,}\b``.

The class is what ``re`` of the running Python says it is: it is asked about every character, once.
"""

from __future__ import annotations

import re
import warnings
from array import array
from bisect import bisect_right
from functools import cache, lru_cache
from itertools import chain

from text_processor._native.words import Class, Ranges

# Characters of the class, written once or several times alike, then how often the last one may occur.
_ATOM = r"(?:\[\^?\]?(?:\\.|[^\\\]])*\]|\\[wWsSdD]|\\[^\w\s]|[^\\\[\](){}.*+?|^$\s#])"
_PATTERN = re.compile(
    rf"(?P<flags>\(\?[aimsu]+\))?(?P<before>\\b)?(?P<atom>{_ATOM})(?P<same>(?:(?P=atom))*)"
    r"(?P<times>\+|\*|\{(?P<least>[0-9]{1,9}),\})(?P<behind>\\b)?",
    re.DOTALL | re.ASCII,
)

# Escapes in a set of characters that mean one character, or a class of them.
_ESCAPES = re.compile(r"\\([wWsSdDnrtfv]|[^\w\s])", re.ASCII)

# What str.split parts words at.
_WHITE_SPACE = [code for code in range(0x3001) if chr(code).isspace()]

# From here to the private planes no character is assigned, so that a class without characters of its own has all or none.
_FIRST_UNIFORM = 0x40000
_TAGS = range(0xE0000, 0xE1000)
_PRIVATE = range(0xF0000, 0x110000)


def as_class(pattern: re.Pattern[str]) -> Class | None:
    r"""Return the class and the length that a pattern stands for; None if it is not of this kind.

    >>> import re
    >>> as_class(re.compile(r"[a-c]{3,}", re.ASCII))[:2] == (array("I", [ord("a"), ord("c")]).tobytes(), 3)
    True
    >>> as_class(re.compile("a|b"))
    """
    if pattern.flags & (re.VERBOSE | re.LOCALE | re.DEBUG):
        return None
    found = _PATTERN.fullmatch(pattern.pattern)
    if found is None:
        return None
    atom, times = found["atom"], found["times"]
    if not _has_plain_escapes(atom):
        return None
    n_before = len(found["same"]) // len(atom)
    min_length = n_before + (1 if times == "+" else 0 if times == "*" else int(found["least"]))
    if min_length < 1:
        return None
    flags = pattern.flags & (re.IGNORECASE | re.ASCII)
    starts, ends = found["before"] is not None, found["behind"] is not None
    letters = _ranges_of(r"\w", flags & re.ASCII) if starts or ends else b""
    return Class(_ranges_of(atom, flags), min_length, letters, starts, ends)


def has_white_space(of_class: Class) -> bool:
    """Whether white space belongs to a class."""
    bounds = memoryview(of_class.members).cast("I")
    return any(bisect_right(bounds, code) % 2 == 1 or code in bounds for code in _WHITE_SPACE)


def _has_plain_escapes(atom: str) -> bool:
    return "\\" not in _ESCAPES.sub("", atom)


@lru_cache(maxsize=256)
def _ranges_of(atom: str, flags: int) -> Ranges:
    """Return the ranges of code points, without surrogates, that an expression for one character matches."""
    has_far_characters = max(map(ord, atom)) >= _FIRST_UNIFORM
    characters, first_codes = _all_characters() if has_far_characters else _characters()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the pattern of the user warned of
        runs = re.finditer(f"(?:{atom})+", characters, flags)
    ranges: list[tuple[int, int]] = []
    for run in runs:
        for first, last in _code_points(run.start(), run.end() - 1, first_codes):
            if ranges and ranges[-1][1] == first - 1:
                ranges[-1] = (ranges[-1][0], last)
            else:
                ranges.append((first, last))
    return array("I", chain.from_iterable(ranges)).tobytes()


# A stretch of characters in the text that is searched: its place, its first and its last code point, and the last one that it
# stands for.
_Stretch = tuple[int, int, int, int]


def _text_of(stretches: list[tuple[int, int, int]]) -> tuple[str, list[_Stretch]]:
    text: list[bytes] = []
    placed: list[_Stretch] = []
    place = 0
    for first, last, stands_for in stretches:
        text.append(array("I", range(first, last + 1)).tobytes())
        placed.append((place, first, last, stands_for))
        place += last + 1 - first
    return b"".join(text).decode("utf-32"), placed


@cache
def _characters() -> tuple[str, list[_Stretch]]:
    """All characters, those that no property tells apart represented by one."""
    return _text_of(
        [
            (0, 0xD7FF, 0xD7FF),
            (0xE000, _FIRST_UNIFORM - 1, _FIRST_UNIFORM - 1),
            (_FIRST_UNIFORM, _FIRST_UNIFORM, _TAGS[0] - 1),
            (_TAGS[0], _TAGS[-1], _TAGS[-1]),
            (_TAGS[-1] + 1, _TAGS[-1] + 1, _PRIVATE[0] - 1),
            (_PRIVATE[0], _PRIVATE[0], _PRIVATE[-1]),
        ]
    )


def _all_characters() -> tuple[str, list[_Stretch]]:
    return _text_of([(0, 0xD7FF, 0xD7FF), (0xE000, 0x10FFFF, 0x10FFFF)])


def _code_points(start: int, end: int, stretches: list[_Stretch]) -> list[tuple[int, int]]:
    """Return the ranges that the characters ``start`` … ``end`` of the text stand for."""
    ranges: list[tuple[int, int]] = []
    for place, first, last, stands_for in stretches:
        low, high = max(start, place), min(end, place + last - first)
        if low <= high:
            final = first + high - place
            ranges.append((first + low - place, stands_for if final == last else final))
    return ranges
