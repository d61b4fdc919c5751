"""Chunks of texts in which more than the core takes part: names that become tokens, normal forms, a blank before, ``regex``.

They are found by counting parts of the text with the tokenizer itself, so their counts are exact by the way they are made.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import accumulate
from typing import NamedTuple

from text_processor._native import segment as native_segment

# Returns the number of tokens of a part of a text.
Count = Callable[[int, int], int]

# Boundaries that are tried one by one, as in the core; of those behind them every second, fourth, … is.
EACH_TRIED = 8

_KINDS = {"sentence": "sentences", "word": "word segments", "grapheme": "graphemes"}


class How(NamedTuple):
    """How texts are cut; see `Tokenizer.chunks`."""

    size: int
    overlap: int
    boundaries: tuple[str, ...]


class Chunk(NamedTuple):
    """A part of a text, ``text[start:end]``, and the number of its tokens."""

    start: int
    end: int
    n_tokens: int


class LargeCharacterError(ValueError):
    """A character alone has more tokens than a chunk may have."""

    def __init__(self, start: int) -> None:
        super().__init__(f"the character at {start} has too many tokens")
        self.start = start


def tried(places: Sequence[int]) -> Iterator[int]:
    """Give the places that are tried, in order: the first ones, then every second, every fourth, and so on."""
    at, step = 0, 1
    while at < len(places):
        yield places[at]
        step = step * 2 if at >= EACH_TRIED - 1 else 1
        at += step


def furthest(count: Count, start: int, stop: int, most: int, guess: int) -> int:
    """Return an end at most ``stop`` of a part that has at most so many tokens: about the furthest, found by halving."""
    fits, step = start, max(guess, 1)
    while fits < stop:
        end = min(fits + step, stop)
        if count(start, end) > most:
            return _halve(lambda place: count(start, place) <= most, fits, end)
        fits, step = end, 2 * step
    return stop


def earliest(count: Count, start: int, stop: int, most: int, guess: int) -> int:
    """Return a start at least ``start`` of a part up to ``stop`` that has at most so many tokens: about the earliest."""
    fits, step = stop, max(guess, 1)
    while fits > start:
        begin = max(fits - step, start)
        if count(begin, stop) > most:
            return _halve(lambda place: count(place, stop) <= most, fits, begin)
        fits, step = begin, 2 * step
    return start


def _halve(fits: Callable[[int], bool], good: int, bad: int) -> int:
    while abs(bad - good) > 1:
        middle = (good + bad) // 2
        if fits(middle):
            good = middle
        else:
            bad = middle
    return good


class Cutter:
    """Cuts one text without surrogates by the rules of the core, but for where the first tokens of a chunk end: about there."""

    def __init__(self, text: str, count: Count, how: How) -> None:
        self._text, self._count, self._how = text, count, how
        self._places = cache(self._find_places)  # of a kind only if it is needed

    def chunks(self) -> Iterator[Chunk]:
        start = end = 0
        while end < len(self._text):
            chunk = self._next(start, end)
            if chunk is None and start < end:  # there is no room for more than the overlap
                start = end
                continue
            if chunk is None:
                raise LargeCharacterError(start)
            yield chunk
            start, end = self._next_start(chunk), chunk.end

    def _next(self, start: int, done: int) -> Chunk | None:
        """Return the chunk that begins at a place and ends behind the one before, which ends at ``done``."""
        size, count = self._how.size, self._count
        limit = furthest(count, start, len(self._text), size, 4 * size)
        if limit == len(self._text):
            return Chunk(start, limit, count(start, limit))
        for kind in self._how.boundaries:
            places = self._places(kind)
            within = places[bisect_right(places, max(start, done)) : bisect_right(places, limit)]
            for end in tried(within[::-1]):
                if (n := count(start, end)) <= size:
                    return Chunk(start, end, n)
        if limit > max(start, done):
            return Chunk(start, limit, count(start, limit))
        return None

    def _next_start(self, chunk: Chunk) -> int:
        overlap, count = self._how.overlap, self._count
        if overlap == 0 or chunk.end == len(self._text):
            return chunk.end
        least = max(earliest(count, chunk.start, chunk.end, overlap, 4 * overlap), chunk.start + 1)
        for kind in self._how.boundaries:
            places = self._places(kind)
            for start in tried(places[bisect_left(places, least) : bisect_left(places, chunk.end)]):
                if count(start, chunk.end) <= overlap:
                    return start
        return least if least < chunk.end and count(least, chunk.end) <= overlap else chunk.end

    def _find_places(self, kind: str) -> array[int]:
        """Return where the parts of one kind end, in ascending order."""
        if kind in ("line", "paragraph"):
            lines = self._text.split("\n")
            ends = [*accumulate(len(line) + 1 for line in lines[:-1]), len(self._text)]
            if kind == "line":
                return array("Q", ends)
            is_blank = [not line.strip(" \t\v\f\r") for line in lines]
            has_next = zip(ends, is_blank, is_blank[1:], strict=False)
            return array("Q", [*(end for end, was, is_now in has_next if was and not is_now), len(self._text)])
        places = array("Q")
        for bounds in native_segment.find(self._text.encode(), _KINDS[kind], in_characters=True):
            places.extend(bounds[1::2])
        return places
