"""Cut documents into batches for the core: small enough to stay in cache, and for Ctrl-C to take effect between them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import accumulate, chain, pairwise
from typing import Any, NamedTuple, cast

from text_processor._common import arguments
from text_processor._common.arguments import Document, plain
from text_processor._native import text as native_text
from text_processor._native.text import Batch

# Characters in a batch. Encoded slices of this size reuse the same memory, which stays in the second-level cache. Encoding a
# str of 40 MB at once takes ten times as long, nearly all of it page faults.
BATCH_CHARACTERS = 1 << 17

# This factor applies to a batch that is counted in place, without encoding: only the number of calls of the core matters then.
VIEW_FACTOR = 16

# This factor applies if several threads count: each batch starts a thread, and encoded text must still stay in cache.
THREAD_FACTOR = 4

# Documents that are checked together.
GROUP_DOCUMENTS = 1 << 10

# From this many documents on, a sample of the lengths decides how documents are shared out among threads.
MANY_DOCUMENTS = 1 << 14
SAMPLED_DOCUMENTS = 1 << 12

# For a document with fewer characters, copying is cheaper than calling one of its methods.
SHORT_DOCUMENT = 1 << 8

# With fewer characters for each thread, starting the thread and merging its table cost more than the thread saves.
CHARACTERS_PER_THREAD = 1 << 21

# What ends a shard that stops within a document, so that its last word is whole.
CUT = b"\n"

# Where a document may be cut, by any rule that allows it: see tp_words_can_be_cut.
_CUT_OF_TEXT = re.compile(r"\n|(?<=[!-~])[\t-\r\x1c- ]")
CUT_OF_BYTES = re.compile(_CUT_OF_TEXT.pattern.encode())


# A batch, valid until the next one is requested, and the number of input bytes in it.
Step = tuple[Batch, int]


class Shard(NamedTuple):
    """Consecutive documents for one thread, from ``start`` in the first to ``stop`` in the last (``None``: to its end)."""

    documents: Sequence[Document]
    start: int
    stop: int | None
    factor: int = 1
    """The factor of the batch length: with several threads, each batch must be worth starting a thread."""

    def steps(self) -> Iterator[Step]:
        """Give the documents batch by batch."""
        for batch in _batches_of(self):
            yield batch, len(batch.text) - max(batch.n_ends - 1, 0)  # without the separators between documents


def find_surrogate(text: str) -> int | None:
    """Return the index of the first lone surrogate of a text, which UTF-8 cannot encode; None if there is none."""
    text = text if type(text) is str else str.__str__(text)
    if text.isascii():
        return None
    for start in range(0, len(text), BATCH_CHARACTERS):
        try:
            text[start : start + BATCH_CHARACTERS].encode()
        except UnicodeEncodeError as error:
            return start + error.start
    return None


def is_blank(document: Document | memoryview) -> bool:
    """Whether a document is empty or has only white space."""
    if isinstance(document, str):
        return str.__len__(document) == 0 or str.isspace(document)
    return native_text.is_blank(arguments.view_of(document))


def without_blank(documents: Sequence[Any]) -> Sequence[Any]:
    """Return the items that are not blank text; items of other types stay."""
    try:
        if are_documents(documents):
            return documents
    except TypeError:
        pass
    return [each for each in documents if not (isinstance(each, (str, bytes)) and is_blank(each))]


def utf8_nbytes(document: Document | memoryview) -> int:
    """Return the length of a document in UTF-8."""
    if not isinstance(document, str):
        return arguments.view_of(document).nbytes
    return str.__len__(document) if str.isascii(document) else len(str.encode(document))


def known_nbytes(documents: Sequence[Any]) -> int | None:
    """Return the number of bytes of the documents in UTF-8; None if one would have to be encoded to know it."""
    try:
        is_known = all(map(str.isascii, documents))
    except TypeError:  # not all are str
        is_known = all(isinstance(each, bytes) or (isinstance(each, str) and str.isascii(each)) for each in documents)
    return total_length(documents) if is_known else None


def find_invalid(document: bytes | memoryview) -> int | None:
    """Return the offset of the first ill-formed sequence of bytes; None if there is none."""
    view, start = arguments.view_of(document), 0
    for end in chain(_cuts(view, 0, len(view)), [len(view)]):
        offset = native_text.find_invalid(view[start:end])
        if offset is not None:
            return start + offset
        start = end
    return None


def are_documents(documents: Sequence[Document]) -> bool:
    """Whether all are valid text: not blank, and valid in UTF-8; false, or TypeError, if their types differ."""
    return all(map(_is_group_of_documents, _windows(documents)))


def _is_group_of_documents(group: Sequence[Document]) -> bool:
    if type(group[0]) is bytes:
        return {*map(type, group)} == {bytes} and _is_group_of_bytes(cast(Sequence[bytes], group))
    return _is_group_of_text(cast(Sequence[str], group))


def _is_group_of_bytes(group: Sequence[bytes]) -> bool:
    if len(group[0]) < SHORT_DOCUMENT:
        text = b"\n".join(group)
        if native_text.find_invalid(text) is not None:
            return False
        if not native_text.has_blank_line(text):
            return True
    elif any(find_invalid(document) is not None for document in group):
        return False
    return not any(map(native_text.is_blank, group))


def _is_group_of_text(group: Sequence[str]) -> bool:
    # Joining short documents is cheaper than checking each one; joining long ones is not. The first one decides for all.
    if str.__len__(group[0]) < SHORT_DOCUMENT:
        if native_text.are_ascii(group):
            return not native_text.has_blank(group)
        try:
            text = "\n".join(group).encode()
        except UnicodeEncodeError:
            return False
        if not native_text.has_blank_line(text):
            return True
    elif any(find_surrogate(document) is not None for document in group):
        return False
    return not any(map(str.isspace, group)) and all(map(str.__len__, group))


def total_length(documents: Sequence[Document]) -> int:
    """Return the number of characters, or bytes, of all documents."""
    try:
        return sum(map(len, documents))
    except Exception:  # noqa: BLE001 - a subclass may raise anything; calling str.__len__ costs three times as much
        return sum(_lengths(documents))


def _lengths(documents: Sequence[Document]) -> list[int]:
    try:
        return list(map(str.__len__, cast(Sequence[str], documents)))
    except TypeError:  # some are bytes
        return list(map(native_text.length, documents))


def groups(documents: Sequence[Document], factor: int = 1) -> Iterator[Sequence[Document]]:
    """Cut a list of documents into runs of about the size of a batch; a longer document is a run by itself."""
    for window in _windows(documents, factor):
        if total_length(window) <= BATCH_CHARACTERS * factor:
            yield window
        else:
            yield from _cut(window, BATCH_CHARACTERS * factor)


def windows(documents: Sequence[Any], factor: int = 1) -> Iterator[tuple[int, Sequence[Any]]]:
    """Cut a list of documents into runs of the same number; give each with the index of its first document."""
    n = GROUP_DOCUMENTS * factor
    for first in range(0, len(documents), n):
        yield first, documents[first : first + n]


def chunks(documents: Sequence[Any], n_characters: int) -> Iterator[tuple[int, Sequence[Any]]]:
    """Cut a list of documents into runs of at least ``n_characters``; give each with the index of its first document."""
    first = length = 0
    for start, window in windows(documents):
        with suppress(TypeError):  # another buffer, or an object that is not a document
            length += total_length(window)
        if length >= n_characters:
            end = start + len(window)
            yield first, documents[first:end]
            first, length = end, 0
    if first < len(documents):
        yield first, documents[first:]


def _windows(documents: Sequence[Document], factor: int = 1) -> Iterator[Sequence[Document]]:
    return (window for _, window in windows(documents, factor))


def _cut(documents: Sequence[Document], most_characters: int) -> Iterator[Sequence[Document]]:
    first, n_characters = 0, 0
    for i, length in enumerate(_lengths(documents)):
        if n_characters + length > most_characters and i > first:
            yield documents[first:i]
            first, n_characters = i, 0
        n_characters += length
    yield documents[first:]


def share_out(documents: Sequence[Document], threads: int, *, cuts_documents: bool = True) -> list[Shard]:
    """Cut the documents into at most ``threads`` shards of about equal length, inside a long document at white space.

    Without ``cuts_documents`` each document is in one shard.
    """
    if threads == 1:
        return [Shard(documents, 0, None)]
    if len(documents) >= MANY_DOCUMENTS or not cuts_documents:
        return _share_out_whole(documents, threads)
    if sum(map(total_length, _windows(documents))) < 2 * CHARACTERS_PER_THREAD:
        return [Shard(documents, 0, None)]
    documents = [plain(document) for window in _windows(documents) for document in window]
    ends: list[int] = []
    for window in _windows(documents):
        ends.extend(accumulate(map(len, window), initial=ends.pop() if ends else 0))
    del ends[0]
    n_shards = max(1, min(threads, ends[-1] // CHARACTERS_PER_THREAD))
    shards: list[Shard] = []
    document, start = 0, 0
    for i in range(1, n_shards):
        goal = ends[-1] * i // n_shards
        last = bisect_left(ends, goal)
        stop = next_cut(documents[last], goal - (ends[last] - len(documents[last])))
        if (last, stop) <= (document, start):
            continue
        shards.append(Shard(documents[document : last + 1], start, stop, THREAD_FACTOR))
        document, start = last, stop
    shards.append(Shard(documents[document:], start, None, THREAD_FACTOR))
    return shards


def _share_out_whole(documents: Sequence[Document], threads: int) -> list[Shard]:
    """Cut many documents into shards of about equal length, by a sample of the lengths: reading all lengths costs too much."""
    step = max(1, len(documents) // SAMPLED_DOCUMENTS)
    sums = list(accumulate(_lengths(documents[::step])))
    n_shards = max(1, min(threads, sums[-1] * step // CHARACTERS_PER_THREAD))
    cuts = [step * bisect_left(sums, sums[-1] * i // n_shards) for i in range(n_shards)]
    return [
        Shard(documents[start:end], 0, None, THREAD_FACTOR if n_shards > 1 else 1)
        for start, end in pairwise([*cuts, len(documents)])
        if start < end
    ]


def next_cut(document: Document, start: int) -> int:
    """Return the first place from ``start`` on where a document may be cut, or its end."""
    if isinstance(document, bytes):
        found = CUT_OF_BYTES.search(document, start)
        return found.start() if found else len(document)
    match = _CUT_OF_TEXT.search(document, start)
    return match.start() if match else len(document)


def _batches_of(shard: Shard) -> Iterator[Batch]:
    documents, start, stop, factor = shard
    if start:
        is_last = len(documents) == 1
        yield from _batches_of_document(documents[0], start, stop if is_last else None, factor)
        if is_last:
            if stop is not None:
                yield native_text.open_batch(CUT)
            return
        documents = documents[1:]
    if stop is None:
        yield from _batches_of_documents(documents, factor)
    else:
        yield from _batches_of_documents(documents[:-1], factor)
        yield from _batches_of_document(documents[-1], 0, stop, factor)
        yield native_text.open_batch(CUT)


def _batches_of_documents(documents: Sequence[Document], factor: int) -> Iterator[Batch]:
    for window in _windows(documents, factor):
        # Reading the length of each document takes a fifth of the time of counting short ones. The first one decides for all.
        if len(window) > 1 and native_text.length(window[0]) < SHORT_DOCUMENT:
            batch = native_text.batch_of(window)
            if len(batch.text) <= BATCH_CHARACTERS * VIEW_FACTOR:
                yield batch
                continue
        for group in groups(window, factor):
            if len(group) == 1:
                yield from _batches_of_document(plain(group[0]), 0, None, factor)
            else:
                yield native_text.batch_of(group)


def _batches_of_document(document: Document, start: int, stop: int | None, factor: int) -> Iterator[Batch]:
    """Give slices of one document; the last slice closes the document unless ``stop`` is given."""
    text = _viewed(document)
    end = len(text) if stop is None else stop
    for cut in _cuts(text, start, end, factor):
        yield native_text.open_batch(_slice(text, start, cut))
        start = cut
    if stop is None:
        yield native_text.closing_batch(_slice(text, start, end))
    elif start < end:
        yield native_text.open_batch(_slice(text, start, end))


def _viewed(document: Document) -> str | memoryview:
    """Return a view of the UTF-8 bytes of a document, if they are in memory; otherwise the document."""
    if isinstance(document, bytes):
        return memoryview(document)
    if len(document) > BATCH_CHARACTERS and document.isascii():
        return native_text.view_ascii(document) or document
    return document


def _slice(text: str | memoryview, start: int, end: int) -> bytes | memoryview:
    return text[start:end].encode() if isinstance(text, str) else text[start:end]


def character_start(text: memoryview, place: int) -> int:
    """Return the start of the character that contains a byte; in invalid UTF-8, some place near it."""
    if place >= len(text):
        return len(text)
    return next((start for start in range(place, place - 4, -1) if text[start] & 0xC0 != 0x80), place)


def _cuts(text: str | memoryview, start: int, end: int, factor: int = 1) -> Iterator[int]:
    """Give places between characters, one batch apart. In invalid UTF-8 they may be anywhere."""
    length = BATCH_CHARACTERS * (factor if isinstance(text, str) else VIEW_FACTOR)
    while end - start > length:
        start += length
        if not isinstance(text, str):
            most = min(start + 3, end)
            while start < most and text[start] & 0xC0 == 0x80:
                start += 1
        if start < end:
            yield start
