"""Bindings of the core's folder ``bpe/chunk``: texts are cut into chunks of at most so many ids."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Any

from text_processor._native.bpe import AnySplitter, Vocabulary
from text_processor._native.status import InvalidArgumentError, check, new_error, new_uninitialized, numbers_of
from text_processor._native.text import Batch
from text_processor._textproc_cffi import ffi, lib

# By the names that users give; the core prefers those that come first.
BOUNDARIES: dict[str, int] = {
    "paragraph": lib.TP_BOUNDARY_PARAGRAPH,
    "line": lib.TP_BOUNDARY_LINE,
    "sentence": lib.TP_BOUNDARY_SENTENCE,
    "word": lib.TP_BOUNDARY_WORD,
    "grapheme": lib.TP_BOUNDARY_GRAPHEME,
}

# The core counts with 64 bits.
MOST_IDS = (1 << 64) - 1

# Ids and chunks of one step: some milliseconds, so that Ctrl-C takes effect.
STEP_IDS = 1 << 20
STEP_CHUNKS = 1 << 12


class CharacterError(ValueError):
    """A character alone has more ids than a chunk may have; it begins at this byte of this text."""

    def __init__(self, text: int, start: int) -> None:
        super().__init__(f"the character at byte {start} of text {text} has more ids than a chunk may have")
        self.text = text
        self.start = start


def find(
    vocabulary: Vocabulary,
    splitter: AnySplitter,
    texts: Batch,
    how: tuple[int, int, Sequence[str]],
    *,
    in_characters: bool,
) -> Iterator[array[int]]:
    """Give the chunks of texts, some thousands at a time: index of the text, start, end and number of ids of each in turn.

    ``how`` is the size, the overlap and the names of boundaries.
    """
    size, overlap, boundaries = how
    kinds: Any = ffi.new("tp_boundary[]", [BOUNDARIES[name] for name in boundaries])
    c_how, place = ffi.new("tp_chunking *"), ffi.new("tp_chunks_place *")
    c_how.size, c_how.overlap, c_how.boundaries, c_how.n_boundaries = size, overlap, kinds, len(boundaries)
    c_how.in_characters = in_characters
    with ffi.from_buffer("uint8_t[]", texts.text) as text:
        capacity = max(1, min(STEP_CHUNKS, STEP_IDS // size, len(text) + 1))
        chunks, n, error = new_uninitialized("tp_chunk[]", capacity), ffi.new("size_t *"), new_error()
        way = vocabulary.pointer, vocabulary.cache.pointer, splitter.pointer, text, len(text), texts.ends, texts.n_ends
        while place.text < texts.n_ends:
            status = lib.tp_vocabulary_find_chunks(*way, c_how, place, chunks, capacity, n, error)
            try:
                check(status, error)
            except InvalidArgumentError as failure:
                raise _character_error(texts, failure.item) from failure
            found = array("Q")
            found.frombytes(ffi.buffer(chunks, n[0] * ffi.sizeof("tp_chunk")))
            yield found


def _character_error(texts: Batch, start: int) -> CharacterError:
    """Return the error for the character that begins at this byte of a batch; nothing else can be wrong."""
    ends = numbers_of(texts.ends, texts.n_ends)
    index = bisect_right(ends, start)
    return CharacterError(index, start - (ends[index - 1] + 1 if index else 0))
