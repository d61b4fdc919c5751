"""Added tokens: names in a text that have ids of their own, special or not; they are found as by Hugging Face's tokenizers."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from text_processor._common.messages import quoted
from text_processor._native import bpe as native_bpe
from text_processor.bpe._split import sets
from text_processor.bpe._stages import special_names


class AddedToken(NamedTuple):
    """The id of an added token and how it is found, as in Hugging Face's ``tokenizers``.

    One that is special is found only if a call allows it, as in tiktoken. ``normalized``: its normalized name is looked for in
    the normalized text, after all others. ``lstrip``, ``rstrip``: white space before it, or after it, belongs to it.
    ``single_word``: it is not found beside a letter, a digit or an underscore.
    """

    id: int
    special: bool = True
    normalized: bool = False
    lstrip: bool = False
    rstrip: bool = False
    single_word: bool = False

    @property
    def is_exact(self) -> bool:
        """Whether it is found wherever its name is, and takes nothing else."""
        return not (self.lstrip or self.rstrip or self.single_word)


def checked_id(number: int, name: str) -> int:
    """Return the id of a name, or raise `ValueError` if it is too large."""
    return special_names.checked_id(number, f"the id of the special token {quoted(name)}")


# ---- Characters beside a token ---------------------------------------------------------------------------------------

# Unicode's White_Space in UTF-8.
_SPACE = rb"(?:[\t-\r ]|\xc2[\x85\xa0]|\xe1\x9a\x80|\xe2\x80[\x80-\x8a\xa8\xa9\xaf]|\xe2\x81\x9f|\xe3\x80\x80)"
_ONE_SPACE = re.compile(_SPACE)
_SPACES = re.compile(_SPACE + rb"*+")


@cache
def _word_ends() -> list[int]:
    r"""Return where the ranges of what Rust's ``\w`` matches begin and end, in turn."""
    names = ("Alphabetic", "M", "Nd", "Pc", "Join_Control")
    ranges = sets.union(*map(sets.property_of, names))
    return [each for first, last in ranges for each in (first, last + 1)]


def _is_word(character: str) -> bool:
    return bisect_right(_word_ends(), ord(character)) % 2 == 1


def _start_of_last(text: bytes | memoryview, end: int) -> int:
    """Return where the character begins that ends at a place, which is not the start."""
    start = end - 1
    while 0x80 <= text[start] < 0xC0:
        start -= 1
    return start


def _ends_with_word(text: bytes | memoryview, end: int) -> bool:
    return end > 0 and _is_word(str(text[_start_of_last(text, end) : end], "utf-8"))


def _begins_with_word(text: bytes | memoryview, start: int) -> bool:
    return start < len(text) and _is_word(str(text[start : start + 4], "utf-8", "ignore")[0])


def _start_of_spaces(text: bytes | memoryview, end: int, least: int) -> int:
    """Return where the white space begins that ends at a place, but no place before ``least``."""
    while end > least:
        start = _start_of_last(text, end)
        if not _ONE_SPACE.match(text, start):
            break
        end = start
    return max(end, least)


# ---- Finding ---------------------------------------------------------------------------------------------------------


class Context(NamedTuple):
    """What the text before says of a text that continues it: whether it ends with a word, and the bytes a token has taken."""

    after_word: bool = False
    n_taken: int = 0


class Place(NamedTuple):
    """An added token in a text, with the white space that belongs to it. It may begin before the previous place ends."""

    start: int
    end: int
    id: int


class Found(NamedTuple):
    """The places in a text, the number of certain bytes, and the context for the rest."""

    places: list[Place]
    n_certain: int
    context: Context


class Finder:
    """Finds added tokens (at least one): the leftmost first, and the longest of those that begin at the same place.

    A token that is found, but not as a single word, is text; no other token is looked for within it.
    """

    __slots__ = ("_any_lstrip", "_any_single_word", "_common", "_longest", "_native", "_tokens")

    def __init__(self, tokens: Mapping[str, AddedToken]) -> None:
        names = [name.encode() for name in tokens]
        self._tokens = tuple(tokens.values())
        self._native = native_bpe.Names(names)
        self._longest = max(map(len, names))
        # The common prefix of all names is found quickly, and occurs in few texts.
        self._common = special_names.common_prefix(min(tokens), max(tokens)).encode()
        self._any_lstrip = any(token.lstrip for token in self._tokens)
        self._any_single_word = any(token.single_word for token in self._tokens)

    def occur_in(self, text: bytes) -> bool:
        """Whether any name is in a text."""
        return self._common in text and self._native.occur_in(text)

    def may_occur(self, text: str | memoryview) -> bool:
        """Whether a name may be in a text; false if the common prefix of all names is not in it."""
        common: Any = self._common.decode() if isinstance(text, str) else self._common
        return not common or common in (text if isinstance(text, str) else bytes(text))

    def find(self, text: bytes | memoryview, is_final: bool, context: Context) -> Found:
        """Return the tokens in a text, which may continue an earlier one; O(length of the text)."""
        found, n_certain = self._names(text, is_final)
        while n_certain < len(text) and 0x80 <= text[n_certain] < 0xC0:  # within a character
            n_certain -= 1
        search = _Search(text, is_final, context, n_certain)
        for start, end, number in zip(found[::3], found[1::3], found[2::3], strict=True):
            if not search.take(start, end, self._tokens[number]):
                break
        if self._any_lstrip and not is_final:
            search.hold_spaces()
        n_certain = search.n_certain
        after_word = self._any_single_word and (_ends_with_word(text, n_certain) if n_certain else context.after_word)
        return Found(search.places, n_certain, Context(after_word, max(search.done - n_certain, 0)))

    def _names(self, text: bytes | memoryview, is_final: bool) -> tuple[list[int], int]:
        """Return the start, the end and the number of each name, and the number of certain bytes."""
        if self._common and self._common not in bytes(text):
            return [], len(text) if is_final else max(len(text) - self._longest + 1, 0)
        return self._native.find(text, is_final=is_final)


class _Search:
    """A search in one text: what is found so far."""

    def __init__(self, text: bytes | memoryview, is_final: bool, context: Context, n_certain: int) -> None:
        self.places: list[Place] = []
        self.done = context.n_taken  # where the last token ends
        self.n_certain = n_certain
        self._text = text
        self._is_final = is_final
        self._after_word = context.after_word
        self._words: list[tuple[int, int]] = []  # names that are no single words
        self._spaces = (0, 0)  # the last white space that was measured

    def take(self, start: int, end: int, token: AddedToken) -> bool:
        """Take the next name; return false if only more text can tell what it is."""
        is_open = end == len(self._text) and not self._is_final
        if token.single_word:
            if is_open:
                return self._hold(start)
            if self._is_in_word(start, end):
                self._words.append((start, end))
                return True
        stop = self._end_of_spaces(end) if token.rstrip else end
        if token.rstrip and stop == len(self._text) and not self._is_final:
            return self._hold(start)
        begin = _start_of_spaces(self._text, start, min(self.done, start)) if token.lstrip else start
        if token.lstrip:
            begin = max(begin, self.done)
        if begin < stop:  # otherwise it is white space that the last token has taken
            self.places.append(Place(begin, stop, token.id))
            self.done = stop
        return True

    def _hold(self, start: int) -> bool:
        self.n_certain = min(self.n_certain, start)
        return False

    def _is_in_word(self, start: int, end: int) -> bool:
        before = _ends_with_word(self._text, start) if start > 0 else self._after_word
        return before or _begins_with_word(self._text, end)

    def _end_of_spaces(self, start: int) -> int:
        """Return where the white space ends that begins at a place; each run is read once."""
        first, end = self._spaces
        if not first <= start < end:
            found = _SPACES.match(self._text, start)
            end = found.end() if found else start
            self._spaces = (start, end)
        return end

    def hold_spaces(self) -> None:
        """Count the white space at the end of the certain text as uncertain: a token after it may take it."""
        self.n_certain = self._before_spaces()
        while self._words and self._words[-1][1] > self.n_certain:
            start, _ = self._words.pop()
            if start < self.n_certain:  # looked for from within, other names would be found
                self.n_certain = start
                self.n_certain = self._before_spaces()

    def _before_spaces(self) -> int:
        return _start_of_spaces(self._text, self.n_certain, min(self.done, self.n_certain))
