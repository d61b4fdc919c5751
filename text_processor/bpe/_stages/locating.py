"""Where tokens come from in the text that was given."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from itertools import accumulate

from text_processor._native import bpe as native_bpe
from text_processor._native.bpe import Vocabulary
from text_processor.bpe._split.splitter import Splitter
from text_processor.bpe._stages import normalizing
from text_processor.bpe._stages.added_tokens import Context, Finder, Place
from text_processor.bpe._stages.pipeline import Finders

# Encodes a stretch of text without added tokens.
Encode = Callable[[bytes], "array[int]"]


class Located:
    """Ids, and for each of them the first byte of the first and of the last character that it comes from."""

    def __init__(self) -> None:
        self.ids = array("I")
        self.firsts = array("Q")
        self.lasts = array("Q")

    def add(self, number: int, first: int, last: int) -> None:
        """Add a token."""
        self.ids.append(number)
        self.firsts.append(first)
        self.lasts.append(last)


class Locator:
    """Encodes a whole text as the stages do, and keeps track of where each token comes from."""

    def __init__(
        self,
        finders: Finders,
        forms: tuple[str, ...],
        prefix_space: bool,
        splitter: Splitter,
        *,
        encode: Encode,
        vocabulary: Vocabulary,
    ) -> None:
        self._finders = finders
        self._forms = forms
        self._prefix_space = prefix_space
        self._splitter = splitter
        self._encode = encode
        self._vocabulary = vocabulary

    def locate(self, text: bytes) -> Located:
        """Encode a text; O(its length)."""
        found = Located()
        for place in _parts(self._finders.before, text):
            if place.id >= 0:
                found.add(place.id, place.start, place.end - 1)
            else:
                self._locate_normalized(found, text[place.start : place.end], place.start)
        return found

    def _locate_normalized(self, found: Located, text: bytes, start: int) -> None:
        """Encode text between tokens that are found before it is normalized."""
        origins: array[int] | range = range(start, start + len(text))
        for form in self._forms:  # one by one, as tokenizers: each knows only what the one before it has made
            if normalizing.normalize(text, form) is not text:
                text, offsets = normalizing.normalize_with_offsets(text, form)
                origins = array("Q", (origins[offset] for offset in offsets))
        for place in _parts(self._finders.after, text):
            if place.id >= 0:
                found.add(place.id, origins[place.start], origins[place.end - 1])
            else:
                self._locate_stretch(found, text[place.start : place.end], origins[place.start : place.end])

    def _locate_stretch(self, found: Located, text: bytes, origins: array[int] | range) -> None:
        """Encode text without added tokens; a blank before it comes from its first character."""
        n_before = int(self._prefix_space and text[0] != 0x20)
        text = b" " * n_before + text
        ids = self._encode(text)
        ends = array("Q", bytes(8 * len(ids)))
        encoded = self._vocabulary.decode(ids, ends)
        where = range(len(text)) if len(encoded) == len(text) else self._in_pieces(text, encoded, ends)
        start = 0
        for number, end in zip(ids, ends, strict=True):
            found.add(number, origins[max(where[start] - n_before, 0)], origins[max(where[end - 1] - n_before, 0)])
            start = end

    def _in_pieces(self, text: bytes, encoded: memoryview, token_ends: array[int]) -> array[int]:
        """Return the places of the bytes that are encoded: those in pieces, without bytes that the vocabulary lacks.

        A piece that is a token is encoded as a whole, whatever bytes it has.
        """
        if self._splitter.native is None:
            why = "regex splits it and leaves out some of it, or the vocabulary lacks some of its bytes"
            raise ValueError(f"{why}: it is not certain where the tokens come from. encode gives the ids alone")
        places, start, ends, present = array("Q"), 0, {*token_ends}, self._vocabulary.tokens().single_bytes()
        for marked in native_bpe.split(self._splitter.native, text):
            end = marked % native_bpe.LEFT_OUT
            if marked < native_bpe.LEFT_OUT:
                done = len(places)
                is_whole = done + end - start in ends and bytes(encoded[done : done + end - start]) == text[start:end]
                places.extend(i for i in range(start, end) if is_whole or text[i] in present)
            start = end
        return places


def _parts(finder: Finder | None, text: bytes) -> list[Place]:
    """Return the added tokens in a text and the stretches between them; the id of a stretch is -1."""
    if finder is None:
        return [Place(0, len(text), -1)] if text else []
    parts: list[Place] = []
    done = 0
    for place in finder.find(text, True, Context()).places:
        if done < place.start:
            parts.append(Place(done, place.start, -1))
        parts.append(place)
        done = place.end
    if done < len(text):
        parts.append(Place(done, len(text), -1))
    return parts


Arrays = tuple["array[int]", "array[int]", "array[int]"]


def in_characters(text: bytes, found: Located) -> Arrays:
    """Return ids, and where tokens begin and end, in characters."""
    if text.isascii():
        return found.ids, found.firsts, array("Q", (last + 1 for last in found.lasts))
    begun = array("Q", accumulate(text.translate(_BEGINS)))  # characters that begin up to each byte
    starts, ends = array("Q", (begun[i] - 1 for i in found.firsts)), array("Q", (begun[i] for i in found.lasts))
    return found.ids, starts, ends


def in_bytes(text: bytes, found: Located) -> Arrays:
    """Return ids, and where tokens begin and end, in bytes; a part of a character has the offsets of the whole one."""
    starts = array("Q", (_start_of_character(text, i) for i in found.firsts))
    return found.ids, starts, array("Q", (_end_of_character(text, i) for i in found.lasts))


# Whether a byte begins a character.
_BEGINS = bytes(not 0x80 <= byte < 0xC0 for byte in range(256))


def _start_of_character(text: bytes, at: int) -> int:
    while 0x80 <= text[at] < 0xC0:
        at -= 1
    return at


def _end_of_character(text: bytes, at: int) -> int:
    at += 1
    while at < len(text) and 0x80 <= text[at] < 0xC0:
        at += 1
    return at
