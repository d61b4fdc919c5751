"""What needs only the first tokens of a text, or its last: its cost grows with these, and not with the text."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import Any, Literal, cast

from text_processor._common import arguments
from text_processor._native import bpe as native_bpe
from text_processor.bpe._cutting import Count, earliest, furthest, names_in, tried
from text_processor.bpe._model import Model
from text_processor.bpe._stages import post_processing, special_names, utf8

# What a call allows and what it disallows.
Allowed = tuple[object, object]

Side = Literal["right", "left"]

# A token has about so many characters in English, and fewer in most other texts.
CHARACTERS_OF_A_TOKEN = 5

# Fewer bytes cost about as much as the call.
LEAST_NBYTES = 1 << 11

MOST_TOKENS = (1 << 63) - 1


def checked_limit(name: str, value: object) -> int:
    """Return a number of tokens, or raise if it is none."""
    return arguments.checked_whole(name, value, 0, MOST_TOKENS)


def first_ids(model: Model, text: object, limit: int, names: Allowed, *, has_marks: bool) -> array[int]:
    """Return the first ids of a text, at most ``limit``, with the marks of the post-processor if these are wanted."""
    n_marks = post_processing.count(model.marks, 0) if has_marks else 0
    if n_marks > limit:
        raise ValueError(f"max_tokens must be at least {n_marks}, for the tokens that add_special_tokens adds, not {limit}")
    ids = array("I")
    for n in _steps(model, utf8.checked_text(text), limit - n_marks, ids, names):
        if n >= limit - n_marks:
            break
    del ids[limit - n_marks :]
    return post_processing.applied(model.marks, ids) if has_marks else ids


def exceeds(model: Model, text: object, limit: int, names: Allowed, *, has_marks: bool) -> bool:
    """Whether a text has more than ``limit`` ids, with the marks of the post-processor if these are wanted."""
    n_left = limit - (post_processing.count(model.marks, 0) if has_marks else 0)
    checked = utf8.checked_text(text)
    return n_left < 0 or any(n > n_left for n in _steps(model, checked, n_left, None, names))


def truncated(model: Model, text: object, limit: int, side: Side, names: Allowed) -> str | bytes:
    """Return what `Tokenizer.truncate` does."""
    checked = utf8.checked_text(text)
    cut = _Cut(model, checked, limit, names)
    part = checked[: cut.end()] if side == "right" else checked[cut.start() :]
    return part if isinstance(part, str) else bytes(part)


def _steps(model: Model, text: str | memoryview, n: int, ids: array[int] | None, names: Allowed) -> Iterator[int]:
    return model.encode_steps(text, _length_of(text, n), ids, *names)


def _length_of(text: str | memoryview, n: int) -> int:
    """Return about how much of a text so many tokens are, in its own unit."""
    return max(min(n, len(text)) * CHARACTERS_OF_A_TOKEN, LEAST_NBYTES)


class _Cut:
    """Finds where one text is cut, in characters of a ``str`` and in bytes of a buffer."""

    def __init__(self, model: Model, text: str | memoryview, limit: int, names: Allowed) -> None:
        self._model, self._text, self._limit = model, text, limit
        self._names = names
        self._chosen, self._forbidden = model.resolve(*names)

    def _fits(self, part: str | memoryview) -> bool:
        return self._model.count(part, self._chosen) <= self._limit

    def _in_given(self, text: str | memoryview, start: bytes) -> int:
        """Return how much of a text some UTF-8 at its start is, in its own unit."""
        return utf8.PlacesInGiven(text).of(len(start.decode())) if isinstance(text, str) else len(start)

    # ---- The first tokens --------------------------------------------------------------------------------------------

    def end(self) -> int:
        """Return the end of the first tokens; the part up to there has at most as many as are wanted."""
        text, ids, n_read = self._text, array("I"), 0
        for n in _steps(self._model, text, self._limit, ids, self._names):
            n_read += _length_of(text, self._limit)
            if n > self._limit:
                break
        else:
            return len(text)
        ends = array("Q")
        data = self._model.decode(ids[: self._limit], ends)
        given = bytes(utf8.as_utf8(text[: len(data) + 1]))  # a byte more, for the rest of a character
        if not given.startswith(data):  # names or normal forms take part, or bytes are left out
            return self._end_by_halves(n_read)
        for end in tried(ends[::-1]):
            place = self._in_given(text, given[: _back_to_character(given, end)])
            if self._fits(text[:place]):
                return place
        return 0

    # ---- The last tokens ---------------------------------------------------------------------------------------------

    def start(self) -> int:
        """Return the start of the last tokens; the part from there on has at most as many as are wanted."""
        if self._limit == 0:
            self._checked(0)
            return len(self._text) if self._starts_with_more() else 0
        if self._fits_whole():
            self._checked(0)
            return 0
        length, n_name = _length_of(self._text, self._limit), self._longest_name()
        while True:
            first = self._place_before_end(length)
            part = self._checked(first)
            if self._model.goes_to_core(self._text[self._place_before_end(length + n_name) :], self._chosen):
                place = self._start_within(part, first)
            else:
                place = None if first > 0 and self._fits(part) else self._start_by_halves(length)
            if place is not None:
                return place
            length *= 2

    def _fits_whole(self) -> bool:
        """Whether the whole text is known to fit: with names or normal forms, a part of it may have more tokens than all of it.

        Only its first tokens are looked at. Other texts are not: there, it is found out on the way.
        """
        way = self._model.direct_for(self._chosen)
        if way.is_open and way.form is None and way.search is None and self._model.splitter.native is not None:
            return False
        return not self._starts_with_more()

    def _starts_with_more(self) -> bool:
        steps = _steps(self._model, self._text, self._limit, None, (self._chosen, ()))
        return any(n > self._limit for n in steps)

    def _longest_name(self) -> int:
        """Return about how much of a text a name is at most: one in which the part that is looked at begins must be seen."""
        search = self._model.direct_for(self._chosen).search
        return 0 if search is None else max(len(name.encode()) for name in search.names)

    def _place_before_end(self, length: int) -> int:
        return _character_start(self._text, max(len(self._text) - length, 0))

    def _checked(self, first: int) -> str | memoryview:
        """Return the text from a place on after checking that no disallowed name is in it."""
        part = self._text[first:]
        if self._forbidden:
            as_str = utf8.as_str(part)
            if (name := self._model.search_for(self._forbidden).first(as_str)) is not None:
                before = as_str[: as_str.find(name)]
                place = first + (len(before) if isinstance(part, str) else len(before.encode()))
                unit = "character" if isinstance(part, str) else "byte"
                raise special_names.disallowed(name, f"{unit} {place}")
        return part

    def _start_within(self, part: str | memoryview, first: int) -> int | None:
        """Return the start if it is found in a part that begins at ``first``; None if more of the text must be known.

        Tokens are those of the whole text from the first place on where a piece begins whatever is before it.
        """
        given = bytes(utf8.as_utf8(part))
        cut = native_bpe.find_cut(cast("Any", self._model.splitter.native), given, 1) if first > 0 else 0
        ids, ends = array("I"), array("Q")
        self._model.encode(memoryview(given)[cut:], self._chosen, (), ids)
        if len(ids) <= self._limit:
            return 0 if first == 0 else None
        data = self._model.decode(ids[-self._limit :], ends)
        if not given.endswith(data):
            return self._start_by_halves(len(part))
        before = len(given) - len(data)
        for end in tried([0, *ends[:-1]]):
            at = _on_to_character(given, before + end)
            place = first + self._in_given(part, given[:at])
            if self._fits(self._text[place:]):
                return place
        return len(self._text)

    # ---- Any other way -----------------------------------------------------------------------------------------------

    def _end_by_halves(self, n_read: int) -> int:
        """Return an end that is found by counting parts; so much of the text has more tokens than are wanted."""
        stop = len(self._text) if self._model.splitter.native is None else min(2 * n_read, len(self._text))
        given = self._text[: _character_start(self._text, stop)]
        text = utf8.as_str(given)
        names = names_in(self._model, text, self._chosen)
        place = furthest(self._count_in(text), 0, len(text), self._limit, names)
        return self._in_given(given, text[:place].encode())

    def _start_by_halves(self, length: int) -> int:
        """Return a start that is found by counting parts; so much of the text's end has more tokens than are wanted.

        Twice as much is looked at, so that it matters little if a name is cut where that begins.
        """
        first = self._place_before_end(2 * length)
        given = self._text[first:]
        text = utf8.as_str(given)
        names = names_in(self._model, text, self._chosen)
        place = earliest(self._count_in(text), 0, len(text), self._limit, names)
        found = first + self._in_given(given, text[:place].encode())
        self._checked(found)
        return found

    def _count_in(self, text: str) -> Count:
        return lambda start, end: self._model.count(text[start:end], self._chosen)


def _character_start(text: str | memoryview, place: int) -> int:
    if isinstance(text, memoryview):
        return _back_to_character(text, place)
    return place - (0 < place < len(text) and "\ud800" <= text[place - 1] <= "\udbff")  # so that no pair is cut


def _back_to_character(text: bytes | memoryview, place: int) -> int:
    while 0 < place < len(text) and 0x80 <= text[place] < 0xC0:
        place -= 1
    return place


def _on_to_character(text: bytes, place: int) -> int:
    while place < len(text) and 0x80 <= text[place] < 0xC0:
        place += 1
    return place
