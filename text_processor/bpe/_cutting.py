"""Chunks of texts in which more than the core takes part: names that become tokens, normal forms, a blank before, ``regex``.

They are found by counting parts of the text with the tokenizer itself, so their counts are exact by the way they are made.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, partial
from itertools import accumulate
from typing import NamedTuple

from text_processor._native import segment as native_segment
from text_processor.bpe._model import Model
from text_processor.bpe._stages import locating

# Returns the number of tokens of a part of a text.
Count = Callable[[int, int], int]

# Where a part of a text begins and ends.
Span = tuple[int, int]

# Boundaries that are tried one by one, as in the core; of those behind them every second, fourth, … is.
EACH_TRIED = 8

# So many characters for each token are counted first; if these fit, twice as many more.
CHARACTERS_TRIED = 4

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


def _apart(places: Iterable[Span]) -> tuple[array[int], array[int]]:
    """Return the starts and the ends of places in ascending order; those that overlap become one."""
    starts, ends = array("Q"), array("Q")
    for start, end in sorted(places):
        if ends and start < ends[-1]:
            ends[-1] = max(ends[-1], end)
        else:
            starts.append(start)
            ends.append(end)
    return starts, ends


def _around(starts: array[int], ends: array[int], place: int) -> Span:
    index = bisect_left(starts, place) - 1
    return (starts[index], ends[index]) if index >= 0 and place < ends[index] else (place, place)


class Names:
    """Where added tokens are in a text: no cut is made within a name, because its parts have more tokens than all of it.

    ``places`` have the white space that a name takes beside it, where a boundary may be; ``bare`` are without it.
    """

    def __init__(self, places: Iterable[Span] = (), bare: Iterable[Span] = ()) -> None:
        self._starts, self._ends = _apart(places)
        self._bare_starts, self._bare_ends = _apart(bare)

    def around(self, place: int) -> Span:
        """Return the start and the end of the name that a place is in, with its white space; the place twice if in none."""
        return _around(self._starts, self._ends, place)

    def between(self, one: int, other: int) -> int | None:
        """Return a place between two others, about in the middle; None if there is none outside names."""
        low, high = sorted((one, other))
        return next((place for place in self.around((low + high) // 2) if low < place < high), None)

    def without(self, places: array[int]) -> array[int]:
        """Return the places that are not within a name."""
        if not self._bare_starts:
            return places
        around = partial(_around, self._bare_starts, self._bare_ends)
        return array("Q", (place for place in places if around(place)[0] == place))


NO_NAMES = Names()


class _NameLocator(locating.Locator):
    """Locates names alone: the text between them is not encoded."""

    def _locate_stretch(self, found: locating.Located, text: bytes, origins: array[int] | range) -> None:
        pass


def names_in(model: Model, text: str, chosen: frozenset[str]) -> Names:
    """Return where added tokens are in a text without surrogates; O(its length)."""
    finders = model.finders_for(chosen)
    if finders.before is None and finders.after is None:
        return NO_NAMES
    data = text.encode()
    forms = () if finders.after is None else model.normalizer
    way = (finders, forms, model.prefix_space, model.splitter)
    found = _NameLocator(*way, encode=model._encode_stretch, vocabulary=model.vocabulary).locate(data)
    if not found.ids:
        return NO_NAMES
    ids, starts, ends = locating.in_characters(data, found)
    places = [*zip(starts, ends, strict=True)]
    return Names(places, _without_spaces(model, text, ids, places))


def _without_spaces(model: Model, text: str, ids: Iterable[int], places: Iterable[Span]) -> Iterator[Span]:
    """Give the places of names without the white space that they take."""
    before = {token.id for token in model.added.values() if token.lstrip}
    behind = {token.id for token in model.added.values() if token.rstrip}
    for number, (start, end) in zip(ids, places, strict=True):
        name = text[start:end]
        n_before = len(name) - len(name.lstrip()) if number in before else 0
        n_behind = len(name) - len(name.rstrip()) if number in behind else 0
        yield start + n_before, end - n_behind


def furthest(count: Count, start: int, stop: int, most: int, names: Names = NO_NAMES) -> int:
    """Return an end at most ``stop`` of a part that has at most so many tokens: about the furthest, found by halving."""
    fits, step = start, max(CHARACTERS_TRIED * most, 1)
    while fits < stop:
        end = min(names.around(fits + step)[1], stop)
        if count(start, end) > most:
            return _halve(lambda place: count(start, place) <= most, fits, end, names)
        fits, step = end, 2 * step
    return stop


def earliest(count: Count, start: int, stop: int, most: int, names: Names = NO_NAMES) -> int:
    """Return a start at least ``start`` of a part up to ``stop`` that has at most so many tokens: about the earliest."""
    fits, step = stop, max(CHARACTERS_TRIED * most, 1)
    while fits > start:
        begin = max(names.around(max(fits - step, 0))[0], start)
        if count(begin, stop) > most:
            return _halve(lambda place: count(place, stop) <= most, fits, begin, names)
        fits, step = begin, 2 * step
    return start


def _halve(fits: Callable[[int], bool], good: int, bad: int, names: Names) -> int:
    while (middle := names.between(good, bad)) is not None:
        if fits(middle):
            good = middle
        else:
            bad = middle
    return good


class Cutter:
    """Cuts one text without surrogates by the rules of the core, but for where the first tokens of a chunk end: about there."""

    def __init__(self, text: str, count: Count, how: How, names: Names = NO_NAMES) -> None:
        self._text, self._count, self._how, self._names = text, count, how, names
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
        limit = furthest(count, start, len(self._text), size, self._names)
        if limit == start == done:  # a name alone is too large, as one may be that a normal form joins with what is beside it
            limit = furthest(count, start, len(self._text), size)
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
        least = earliest(count, chunk.start, chunk.end, overlap, self._names)
        least = max(least, self._names.around(chunk.start + 1)[1])
        for kind in self._how.boundaries:
            places = self._places(kind)
            for start in tried(places[bisect_left(places, least) : bisect_left(places, chunk.end)]):
                if count(start, chunk.end) <= overlap:
                    return start
        return least if least < chunk.end and count(least, chunk.end) <= overlap else chunk.end

    def _find_places(self, kind: str) -> array[int]:
        """Return where the parts of one kind end, in ascending order, but for places within names."""
        return self._names.without(self._find_all(kind))

    def _find_all(self, kind: str) -> array[int]:
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
