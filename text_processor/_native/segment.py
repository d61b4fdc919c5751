"""Words, sentences and graphemes by Unicode Standard Annex #29."""

from __future__ import annotations

from array import array
from collections.abc import Iterator

from text_processor._native.status import check, new_error, new_uninitialized
from text_processor._native.text import Batch
from text_processor._textproc_cffi import ffi, lib

KINDS: dict[str, int] = {
    "words": lib.TP_WORDS,
    "word segments": lib.TP_WORD_SEGMENTS,
    "sentences": lib.TP_SENTENCES,
    "graphemes": lib.TP_GRAPHEMES,
}

UNICODE_VERSION: str = ffi.string(lib.tp_segments_unicode_version()).decode()
"""The version of Unicode by whose rules and tables text is split."""

# Found in one call of the core, so that Ctrl-C takes effect and what is asked for first comes soon.
SEGMENTS_AT_ONCE = 1 << 14


def find(text: bytes | memoryview, kind: str, *, in_characters: bool) -> Iterator[array[int]]:
    """Give where the segments of UTF-8 begin and end, in turn, some thousands at a time."""
    place, n, error = ffi.new("tp_segments_place *"), ffi.new("size_t *"), new_error()
    capacity = min(SEGMENTS_AT_ONCE, len(text) + 1)
    bounds = new_uninitialized("uint64_t[]", 2 * capacity)
    with ffi.from_buffer("uint8_t[]", text) as data:
        while True:
            asked = KINDS[kind], in_characters, place
            check(lib.tp_find_segments(data, len(data), *asked, bounds, capacity, n, error), error)
            if not n[0]:
                return
            found = array("Q")
            found.frombytes(ffi.buffer(bounds, 16 * n[0]))
            yield found


def count_in(text: bytes | memoryview, kind: str) -> int:
    """Return how many segments UTF-8 has, counted in steps of `SEGMENTS_AT_ONCE`."""
    place, n, error = ffi.new("tp_segments_place *"), ffi.new("size_t *"), new_error()
    capacity = min(SEGMENTS_AT_ONCE, len(text) + 1)
    bounds, total = new_uninitialized("uint64_t[]", 2 * capacity), 0
    with ffi.from_buffer("uint8_t[]", text) as data:
        while True:
            check(lib.tp_find_segments(data, len(data), KINDS[kind], False, place, bounds, capacity, n, error), error)
            if not n[0]:
                return total
            total += int(n[0])


def find_in_each(batch: Batch, kind: str, n_segments: int, *, in_characters: bool) -> array[int]:
    """Return where the segments of each text of a batch begin and end, from the start of the text; there are ``n_segments``."""
    bounds, n, error = array("Q", bytes(16 * n_segments)), ffi.new("size_t *"), new_error()
    with ffi.from_buffer("uint8_t[]", batch.text) as text, ffi.from_buffer("uint64_t[]", bounds) as c_bounds:
        asked = batch.ends, batch.n_ends, KINDS[kind], in_characters, c_bounds, ffi.NULL, ffi.NULL, n_segments
        check(lib.tp_find_segments_of_texts(text, len(text), *asked, n, error), error)
    return bounds


def copy_of_each(batch: Batch, kind: str, n_segments: int) -> tuple[bytes, array[int]]:
    """Return the segments of all texts of a batch one behind the other, and where each ends."""
    ends, n, error = array("Q", bytes(8 * n_segments)), ffi.new("size_t *"), new_error()
    with ffi.from_buffer("uint8_t[]", batch.text) as text, ffi.from_buffer("uint64_t[]", ends) as c_ends:
        copied = new_uninitialized("uint8_t[]", len(text))
        asked = batch.ends, batch.n_ends, KINDS[kind], False, ffi.NULL, copied, c_ends, n_segments
        check(lib.tp_find_segments_of_texts(text, len(text), *asked, n, error), error)
    return bytes(ffi.buffer(copied, ends[-1] if ends else 0)), ends


def count(batch: Batch, kind: str) -> array[int]:
    """Return how many segments each text of a batch has."""
    counts, error = array("Q", bytes(8 * batch.n_ends)), new_error()
    with ffi.from_buffer("uint8_t[]", batch.text) as text, ffi.from_buffer("uint64_t[]", counts) as c_counts:
        check(lib.tp_count_segments(text, len(text), batch.ends, batch.n_ends, KINDS[kind], c_counts, error), error)
    return counts
