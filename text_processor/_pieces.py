"""How documents are cut into pieces that cross to the core: small enough to stay in cache and let Ctrl-C through."""

from __future__ import annotations

import operator
import os
import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import accumulate, chain, pairwise, zip_longest
from typing import Any, NamedTuple, cast

from text_processor import _native
from text_processor._native import Corpus, Document, Piece, plain
from text_processor._wording import shown

# Characters to a piece. Encoded slices of this size use the same memory again and again, which stays in the second-level cache:
# encoding a 40 MB str whole takes ten times as long, nearly all of it page faults.
PIECE_CHARACTERS = 1 << 17

# As many times more in a piece that is counted where it lies, without being encoded: crossing more seldom is all that matters.
PIECES_TO_A_VIEW = 16

# As many times more where several threads count: each piece starts one, and what is encoded must still stay in cache.
PIECES_TO_A_THREAD = 4

# Documents that are looked at together.
GROUP_DOCUMENTS = 1 << 10

# So many documents are shared out among threads by the lengths of some of them.
MANY_DOCUMENTS = 1 << 14
SAMPLED_DOCUMENTS = 1 << 12

# Characters of a document that is cheaper to copy than to call a method of.
SHORT_DOCUMENT = 1 << 8

# Below so many characters a thread, starting it and merging its table cost more than it saves.
CHARACTERS_PER_THREAD = 1 << 21

_SPACE = re.compile(r"\s")  # on str it matches what str.split parts words at
_ASCII_SPACE = re.compile(rb"[\t-\r\x1c- ]")


# More threads than this is a mistake rather than a machine.
MOST_THREADS = 1024


class Stretch(NamedTuple):
    """Consecutive documents for one thread: the first from a character on, the last up to one (``None``: to its end)."""

    documents: Sequence[Document]
    start: int
    stop: int | None
    pieces_to_one: int = 1
    """As many times longer than usual the pieces are: where there are several threads, each piece is worth starting one."""


def available_threads() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def checked_threads(threads: int | None) -> int | None:
    """Check a number of threads that a user gives."""
    if threads is None:
        return None
    if isinstance(threads, bool) or not hasattr(type(threads), "__index__"):
        raise TypeError(f"threads must be an int or None, not {type(threads).__name__}")
    threads = operator.index(threads)
    if not 1 <= threads <= MOST_THREADS:
        raise ValueError(f"threads must be from 1 to {MOST_THREADS}, or None for all processors, not {shown(threads)}")
    return threads


def count_documents(documents: Sequence[Document], threads: int, report: Callable[[int], object] | None = None) -> Corpus:
    """Count documents into a new corpus, and report every now and then how many bytes more that were.

    An exception, as from Ctrl-C, leaves nothing behind.
    """
    stretches = _share_out(documents, threads)
    corpora = [Corpus() for _ in stretches]
    for pieces in zip_longest(*map(_pieces_of_stretch, stretches)):
        busy = [(corpus, piece) for corpus, piece in zip(corpora, pieces, strict=True) if piece is not None]
        _native.count_pieces([corpus for corpus, _ in busy], [piece for _, piece in busy])
        if report is not None:  # the bytes between documents are none of theirs
            report(sum(len(piece.text) - max(piece.n_ends - 1, 0) for _, piece in busy))
    _native.join(corpora)
    return corpora[0]


def find_surrogate(text: str) -> int | None:
    """Return where the first lone surrogate of a text is, which no UTF-8 can hold."""
    text = text if type(text) is str else str.__str__(text)
    if text.isascii():
        return None
    for start in range(0, len(text), PIECE_CHARACTERS):
        try:
            text[start : start + PIECE_CHARACTERS].encode()
        except UnicodeEncodeError as error:
            return start + error.start
    return None


def is_blank(document: Document | memoryview) -> bool:
    """Whether there is nothing but white space."""
    if isinstance(document, str):
        return str.__len__(document) == 0 or str.isspace(document)
    return _native.is_blank(_native.view(document))


def without_blank(documents: Sequence[Any]) -> Sequence[Any]:
    """Return those that are not blank, whatever else they are."""
    try:
        if are_documents(documents):
            return documents
    except TypeError:
        pass
    return [each for each in documents if not (isinstance(each, (str, bytes)) and is_blank(each))]


def utf8_nbytes(document: Document | memoryview) -> int:
    """Return the length of a document in UTF-8."""
    if not isinstance(document, str):
        return _native.view(document).nbytes
    return str.__len__(document) if str.isascii(document) else len(str.encode(document))


def known_nbytes(documents: Sequence[Any]) -> int | None:
    """Return how many bytes the documents have, if none needs encoding to know that."""
    try:
        is_known = all(map(str.isascii, documents))
    except TypeError:  # not all are str
        is_known = all(isinstance(each, bytes) or (isinstance(each, str) and str.isascii(each)) for each in documents)
    return total_length(documents) if is_known else None


def find_invalid(document: bytes | memoryview) -> int | None:
    """Return where the first ill-formed sequence of bytes is."""
    view, start = _native.view(document), 0
    for end in chain(_cuts(view, 0, len(view)), [len(view)]):
        offset = _native.find_invalid(view[start:end])
        if offset is not None:
            return start + offset
        start = end
    return None


def are_documents(documents: Sequence[Document]) -> bool:
    """Whether all are text: none is blank or what UTF-8 cannot hold; false, or TypeError, where they differ in type."""
    return all(map(_is_group_of_documents, _windows(documents)))


def _is_group_of_documents(group: Sequence[Document]) -> bool:
    if type(group[0]) is bytes:
        return {*map(type, group)} == {bytes} and _is_group_of_bytes(cast(Sequence[bytes], group))
    return _is_group_of_text(cast(Sequence[str], group))


def _is_group_of_bytes(group: Sequence[bytes]) -> bool:
    if len(group[0]) < SHORT_DOCUMENT:
        text = b"\n".join(group)
        if _native.find_invalid(text) is not None:
            return False
        if not _native.has_blank_line(text):
            return True
    elif any(find_invalid(document) is not None for document in group):
        return False
    return not any(map(_native.is_blank, group))


def _is_group_of_text(group: Sequence[str]) -> bool:
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


def total_length(documents: Sequence[Document]) -> int:
    """How many characters, or bytes, the documents have."""
    try:
        return sum(map(len, documents))
    except Exception:  # noqa: BLE001 - a subclass may raise anything; asking str itself costs three times as much
        return sum(_lengths(documents))


def _lengths(documents: Sequence[Document]) -> list[int]:
    try:
        return list(map(str.__len__, cast(Sequence[str], documents)))
    except TypeError:  # some are bytes
        return list(map(_native.length, documents))


def groups(documents: Sequence[Document], pieces_to_one: int = 1) -> Iterator[Sequence[Document]]:
    """Cut a list of documents into runs of about a piece's size; a document that is longer makes a run of its own."""
    for window in _windows(documents, pieces_to_one):
        if total_length(window) <= PIECE_CHARACTERS * pieces_to_one:
            yield window
        else:
            yield from _cut(window, PIECE_CHARACTERS * pieces_to_one)


def windows(documents: Sequence[Any], pieces_to_one: int = 1) -> Iterator[tuple[int, Sequence[Any]]]:
    """Cut a list of documents into runs of some, each with the index of its first."""
    n = GROUP_DOCUMENTS * pieces_to_one
    for first in range(0, len(documents), n):
        yield first, documents[first : first + n]


def chunks(documents: Sequence[Any], n_characters: int) -> Iterator[tuple[int, Sequence[Any]]]:
    """Cut a list of documents into runs of so many characters, or somewhat more, each with the index of its first."""
    first = length = 0
    for start, window in windows(documents):
        with suppress(TypeError):  # where there are other buffers, or what is no document
            length += total_length(window)
        if length >= n_characters:
            end = start + len(window)
            yield first, documents[first:end]
            first, length = end, 0
    if first < len(documents):
        yield first, documents[first:]


def _windows(documents: Sequence[Document], pieces_to_one: int = 1) -> Iterator[Sequence[Document]]:
    return (window for _, window in windows(documents, pieces_to_one))


def _cut(documents: Sequence[Document], most_characters: int) -> Iterator[Sequence[Document]]:
    first, n_characters = 0, 0
    for i, length in enumerate(_lengths(documents)):
        if n_characters + length > most_characters and i > first:
            yield documents[first:i]
            first, n_characters = i, 0
        n_characters += length
    yield documents[first:]


def _share_out(documents: Sequence[Document], threads: int) -> list[Stretch]:
    """Cut the documents into at most ``threads`` stretches of about equal length, inside a long document at white space."""
    if threads == 1:
        return [Stretch(documents, 0, None)]
    if len(documents) >= MANY_DOCUMENTS:
        return _share_out_whole(documents, threads)
    if sum(map(total_length, _windows(documents))) < 2 * CHARACTERS_PER_THREAD:
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
        stretches.append(Stretch(documents[document : last + 1], start, stop, PIECES_TO_A_THREAD))
        document, start = last, stop
    stretches.append(Stretch(documents[document:], start, None, PIECES_TO_A_THREAD))
    return stretches


def _share_out_whole(documents: Sequence[Document], threads: int) -> list[Stretch]:
    """Cut many documents into stretches of about equal length, judged by some: asking all takes longer than it saves."""
    step = len(documents) // SAMPLED_DOCUMENTS
    sums = list(accumulate(_lengths(documents[::step])))
    n_stretches = max(1, min(threads, sums[-1] * step // CHARACTERS_PER_THREAD))
    cuts = [step * bisect_left(sums, sums[-1] * i // n_stretches) for i in range(n_stretches)]
    return [
        Stretch(documents[start:end], 0, None, PIECES_TO_A_THREAD if n_stretches > 1 else 1)
        for start, end in pairwise([*cuts, len(documents)])
        if start < end
    ]


def _next_space(document: Document, start: int) -> int:
    if isinstance(document, bytes):
        found = _ASCII_SPACE.search(document, start)
        return found.start() if found else len(document)
    match = _SPACE.search(document, start)
    return match.start() if match else len(document)


def _pieces_of_stretch(stretch: Stretch) -> Iterator[Piece]:
    documents, start, stop, pieces_to_one = stretch
    if start:
        is_last = len(documents) == 1
        yield from _pieces_of_document(documents[0], start, stop if is_last else None, pieces_to_one)
        if is_last:
            return
        documents = documents[1:]
    if stop is None:
        yield from _pieces_of_documents(documents, pieces_to_one)
    else:
        yield from _pieces_of_documents(documents[:-1], pieces_to_one)
        yield from _pieces_of_document(documents[-1], 0, stop, pieces_to_one)


def _pieces_of_documents(documents: Sequence[Document], pieces_to_one: int) -> Iterator[Piece]:
    for window in _windows(documents, pieces_to_one):
        # Asking each document for its length takes a fifth of the time of counting short ones. The first stands for all.
        if len(window) > 1 and _native.length(window[0]) < SHORT_DOCUMENT:
            piece = _native.whole_piece(window)
            if len(piece.text) <= PIECE_CHARACTERS * PIECES_TO_A_VIEW:
                yield piece
                continue
        for group in groups(window, pieces_to_one):
            if len(group) == 1:
                yield from _pieces_of_document(plain(group[0]), 0, None, pieces_to_one)
            else:
                yield _native.whole_piece(group)


def _pieces_of_document(document: Document, start: int, stop: int | None, pieces_to_one: int) -> Iterator[Piece]:
    """Slices of one document; unless ``stop`` is given, the last one closes it."""
    text = _viewed(document)
    end = len(text) if stop is None else stop
    for cut in _cuts(text, start, end, pieces_to_one):
        yield _native.open_piece(_slice(text, start, cut))
        start = cut
    if stop is None:
        yield _native.closing_piece(_slice(text, start, end))
    elif start < end:
        yield _native.open_piece(_slice(text, start, end))


def _viewed(document: Document) -> str | memoryview:
    """Return the bytes of a document where it lies, if it has them there, otherwise itself."""
    if isinstance(document, bytes):
        return memoryview(document)
    if len(document) > PIECE_CHARACTERS and document.isascii():
        return _native.view_ascii(document) or document
    return document


def _slice(text: str | memoryview, start: int, end: int) -> bytes | memoryview:
    return text[start:end].encode() if isinstance(text, str) else text[start:end]


def _cuts(text: str | memoryview, start: int, end: int, pieces_to_one: int = 1) -> Iterator[int]:
    """Places between characters, a piece apart. In bytes that are no UTF-8 they may be anywhere."""
    length = PIECE_CHARACTERS * (pieces_to_one if isinstance(text, str) else PIECES_TO_A_VIEW)
    while end - start > length:
        start += length
        if not isinstance(text, str):
            most = min(start + 3, end)
            while start < most and text[start] & 0xC0 == 0x80:
                start += 1
        if start < end:
            yield start
