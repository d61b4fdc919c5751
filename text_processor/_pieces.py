"""How documents are cut into pieces that cross to the core: small enough to stay in cache and let Ctrl-C through."""

from __future__ import annotations

import os
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate, zip_longest
from typing import NamedTuple

from text_processor import _native
from text_processor._native import Corpus, Piece

# Characters to a piece. Encoded slices of this size use the same memory again and again, which stays in the second-level cache:
# encoding a 40 MB str whole takes ten times as long, nearly all of it page faults.
PIECE_CHARACTERS = 1 << 17

# Documents that are looked at together.
GROUP_DOCUMENTS = 1 << 10

# Characters of a document that is cheaper to copy than to call a method of.
SHORT_DOCUMENT = 1 << 8

# Below so many characters a thread, starting it and merging its table cost more than it saves.
CHARACTERS_PER_THREAD = 1 << 21

_SPACE = re.compile(r"\s")  # on str it matches what str.split parts words at


class Stretch(NamedTuple):
    """Consecutive documents for one thread: the first from a character on, the last up to one (``None``: to its end)."""

    documents: Sequence[str]
    start: int
    stop: int | None


def available_threads() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def count_documents(documents: Sequence[str], threads: int) -> Corpus:
    """Count documents into a new corpus. An exception, as from Ctrl-C, leaves nothing behind."""
    stretches = _share_out(documents, threads)
    corpora = [Corpus() for _ in stretches]
    for pieces in zip_longest(*map(_pieces_of_stretch, stretches)):
        busy = [(corpus, piece) for corpus, piece in zip(corpora, pieces, strict=True) if piece is not None]
        _native.count_pieces([corpus for corpus, _ in busy], [piece for _, piece in busy])
    _native.join(corpora)
    return corpora[0]


def plain(text: str) -> str:
    """Return the text of a str or of an instance of a subclass, whose methods may say anything."""
    return text if type(text) is str else str.__str__(text)


def find_surrogate(text: str) -> int | None:
    """Return where the first lone surrogate of a text is, which no UTF-8 can hold."""
    text = plain(text)
    if text.isascii():
        return None
    for start in range(0, len(text), PIECE_CHARACTERS):
        try:
            text[start : start + PIECE_CHARACTERS].encode()
        except UnicodeEncodeError as error:
            return start + error.start
    return None


def are_documents(documents: Sequence[str]) -> bool:
    """Whether all are text: none is blank or has a lone surrogate. TypeError if one is no ``str``."""
    return all(map(_is_group_of_documents, _windows(documents)))


def _is_group_of_documents(group: Sequence[str]) -> bool:
    # Joining short documents is cheaper than asking each one; joining long ones is not. The first stands for all.
    if str.__len__(group[0]) < SHORT_DOCUMENT:
        try:
            text = "\n".join(group).encode()
        except UnicodeEncodeError:
            return False
        if not _native.has_blank_line(text):
            return True
    elif any(find_surrogate(document) is not None for document in group):
        return False
    return not any(map(str.isspace, group)) and all(map(str.__len__, group))


def total_length(documents: Sequence[str]) -> int:
    """How many characters the documents have."""
    try:
        return sum(map(len, documents))
    except Exception:  # noqa: BLE001 - a subclass may raise anything; asking str itself costs three times as much
        return sum(map(str.__len__, documents))


def groups(documents: Sequence[str]) -> Iterator[Sequence[str]]:
    """Cut a list of documents into runs of about a piece's size; a document that is longer makes a run of its own."""
    for window in _windows(documents):
        if total_length(window) <= PIECE_CHARACTERS:
            yield window
        else:
            yield from _cut(window)


def _windows(documents: Sequence[str]) -> Iterator[Sequence[str]]:
    for first in range(0, len(documents), GROUP_DOCUMENTS):
        yield documents[first : first + GROUP_DOCUMENTS]


def _cut(documents: Sequence[str]) -> Iterator[Sequence[str]]:
    first, n_characters = 0, 0
    for i, length in enumerate(map(str.__len__, documents)):
        if n_characters + length > PIECE_CHARACTERS and i > first:
            yield documents[first:i]
            first, n_characters = i, 0
        n_characters += length
    yield documents[first:]


def _share_out(documents: Sequence[str], threads: int) -> list[Stretch]:
    """Cut the documents into at most ``threads`` stretches of about equal length, inside a long document at white space."""
    if threads == 1 or sum(map(total_length, _windows(documents))) < 2 * CHARACTERS_PER_THREAD:
        return [Stretch(documents, 0, None)]
    documents = [plain(document) for window in _windows(documents) for document in window]
    ends: list[int] = []
    for window in _windows(documents):
        ends.extend(accumulate(map(len, window), initial=ends.pop() if ends else 0))
    del ends[0]
    n_stretches = max(1, min(threads, ends[-1] // CHARACTERS_PER_THREAD))
    stretches: list[Stretch] = []
    document, start = 0, 0
    for i in range(1, n_stretches):
        goal = ends[-1] * i // n_stretches
        last = bisect_left(ends, goal)
        stop = _next_space(documents[last], goal - (ends[last] - len(documents[last])))
        if (last, stop) <= (document, start):
            continue
        stretches.append(Stretch(documents[document : last + 1], start, stop))
        document, start = last, stop
    stretches.append(Stretch(documents[document:], start, None))
    return stretches


def _next_space(text: str, start: int) -> int:
    found = _SPACE.search(text, start)
    return found.start() if found else len(text)


def _pieces_of_stretch(stretch: Stretch) -> Iterator[Piece]:
    documents, start, stop = stretch
    if start:
        is_last = len(documents) == 1
        yield from _pieces_of_document(documents[0], start, stop if is_last else None)
        if is_last:
            return
        documents = documents[1:]
    if stop is None:
        yield from _pieces_of_documents(documents)
    else:
        yield from _pieces_of_documents(documents[:-1])
        yield from _pieces_of_document(documents[-1], 0, stop)


def _pieces_of_documents(documents: Sequence[str]) -> Iterator[Piece]:
    for group in groups(documents):
        if len(group) == 1:
            yield from _pieces_of_document(plain(group[0]), 0, None)
        else:
            yield _native.whole_piece(group)


def _pieces_of_document(text: str, start: int, stop: int | None) -> Iterator[Piece]:
    """Slices of one document; unless ``stop`` is given, the last one closes it."""
    end = len(text) if stop is None else stop
    while end - start > PIECE_CHARACTERS:
        yield _native.open_piece(text[start : start + PIECE_CHARACTERS])
        start += PIECE_CHARACTERS
    if stop is None:
        yield _native.closing_piece(text[start:end])
    elif start < end:
        yield _native.open_piece(text[start:end])
