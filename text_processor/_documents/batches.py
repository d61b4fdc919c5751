"""How documents are cut into batches that cross to the core: small enough to stay in cache and let Ctrl-C through."""

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

# Characters to a batch. Encoded slices of this size use the same memory again and again, which stays in the second-level cache:
# encoding a 40 MB str whole takes ten times as long, nearly all of it page faults.
BATCH_CHARACTERS = 1 << 17

# As many times more in a batch that is counted where it lies, without being encoded: crossing more seldom is all that matters.
VIEW_FACTOR = 16

# As many times more where several threads count: each batch starts one, and what is encoded must still stay in cache.
THREAD_FACTOR = 4

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


# A batch, valid until the next one is asked for, and how many bytes of the input it took.
Step = tuple[Batch, int]


class Shard(NamedTuple):
    """Consecutive documents for one thread: the first from a character on, the last up to one (``None``: to its end)."""

    documents: Sequence[Document]
    start: int
    stop: int | None
    factor: int = 1
    """As many times longer than usual the batches are: where there are several threads, each batch is worth starting one."""

    def steps(self) -> Iterator[Step]:
        """Give the documents batch by batch."""
        for batch in _batches_of(self):
            yield batch, len(batch.text) - max(batch.n_ends - 1, 0)  # the bytes between documents are none of theirs


def find_surrogate(text: str) -> int | None:
    """Return where the first lone surrogate of a text is, which no UTF-8 can hold."""
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
    """Whether there is nothing but white space."""
    if isinstance(document, str):
        return str.__len__(document) == 0 or str.isspace(document)
    return native_text.is_blank(arguments.view_of(document))


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
        return arguments.view_of(document).nbytes
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
    view, start = arguments.view_of(document), 0
    for end in chain(_cuts(view, 0, len(view)), [len(view)]):
        offset = native_text.find_invalid(view[start:end])
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
        if native_text.find_invalid(text) is not None:
            return False
        if not native_text.has_blank_line(text):
            return True
    elif any(find_invalid(document) is not None for document in group):
        return False
    return not any(map(native_text.is_blank, group))


def _is_group_of_text(group: Sequence[str]) -> bool:
    # Joining short documents is cheaper than asking each one; joining long ones is not. The first stands for all.
    if str.__len__(group[0]) < SHORT_DOCUMENT:
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
    """How many characters, or bytes, the documents have."""
    try:
        return sum(map(len, documents))
    except Exception:  # noqa: BLE001 - a subclass may raise anything; asking str itself costs three times as much
        return sum(_lengths(documents))


def _lengths(documents: Sequence[Document]) -> list[int]:
    try:
        return list(map(str.__len__, cast(Sequence[str], documents)))
    except TypeError:  # some are bytes
        return list(map(native_text.length, documents))


def groups(documents: Sequence[Document], factor: int = 1) -> Iterator[Sequence[Document]]:
    """Cut a list of documents into runs of about a batch's size; a document that is longer makes a run of its own."""
    for window in _windows(documents, factor):
        if total_length(window) <= BATCH_CHARACTERS * factor:
            yield window
        else:
            yield from _cut(window, BATCH_CHARACTERS * factor)


def windows(documents: Sequence[Any], factor: int = 1) -> Iterator[tuple[int, Sequence[Any]]]:
    """Cut a list of documents into runs of some, each with the index of its first."""
    n = GROUP_DOCUMENTS * factor
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


def share_out(documents: Sequence[Document], threads: int) -> list[Shard]:
    """Cut the documents into at most ``threads`` shards of about equal length, inside a long document at white space."""
    if threads == 1:
        return [Shard(documents, 0, None)]
    if len(documents) >= MANY_DOCUMENTS:
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
        stop = _next_space(documents[last], goal - (ends[last] - len(documents[last])))
        if (last, stop) <= (document, start):
            continue
        shards.append(Shard(documents[document : last + 1], start, stop, THREAD_FACTOR))
        document, start = last, stop
    shards.append(Shard(documents[document:], start, None, THREAD_FACTOR))
    return shards


def _share_out_whole(documents: Sequence[Document], threads: int) -> list[Shard]:
    """Cut many documents into shards of about equal length, judged by some: asking all takes longer than it saves."""
    step = len(documents) // SAMPLED_DOCUMENTS
    sums = list(accumulate(_lengths(documents[::step])))
    n_shards = max(1, min(threads, sums[-1] * step // CHARACTERS_PER_THREAD))
    cuts = [step * bisect_left(sums, sums[-1] * i // n_shards) for i in range(n_shards)]
    return [
        Shard(documents[start:end], 0, None, THREAD_FACTOR if n_shards > 1 else 1)
        for start, end in pairwise([*cuts, len(documents)])
        if start < end
    ]


def _next_space(document: Document, start: int) -> int:
    if isinstance(document, bytes):
        found = _ASCII_SPACE.search(document, start)
        return found.start() if found else len(document)
    match = _SPACE.search(document, start)
    return match.start() if match else len(document)


def _batches_of(shard: Shard) -> Iterator[Batch]:
    documents, start, stop, factor = shard
    if start:
        is_last = len(documents) == 1
        yield from _batches_of_document(documents[0], start, stop if is_last else None, factor)
        if is_last:
            return
        documents = documents[1:]
    if stop is None:
        yield from _batches_of_documents(documents, factor)
    else:
        yield from _batches_of_documents(documents[:-1], factor)
        yield from _batches_of_document(documents[-1], 0, stop, factor)


def _batches_of_documents(documents: Sequence[Document], factor: int) -> Iterator[Batch]:
    for window in _windows(documents, factor):
        # Asking each document for its length takes a fifth of the time of counting short ones. The first stands for all.
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
    """Slices of one document; unless ``stop`` is given, the last one closes it."""
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
    """Return the bytes of a document where it lies, if it has them there, otherwise itself."""
    if isinstance(document, bytes):
        return memoryview(document)
    if len(document) > BATCH_CHARACTERS and document.isascii():
        return native_text.view_ascii(document) or document
    return document


def _slice(text: str | memoryview, start: int, end: int) -> bytes | memoryview:
    return text[start:end].encode() if isinstance(text, str) else text[start:end]


def _cuts(text: str | memoryview, start: int, end: int, factor: int = 1) -> Iterator[int]:
    """Places between characters, a batch apart. In bytes that are no UTF-8 they may be anywhere."""
    length = BATCH_CHARACTERS * (factor if isinstance(text, str) else VIEW_FACTOR)
    while end - start > length:
        start += length
        if not isinstance(text, str):
            most = min(start + 3, end)
            while start < most and text[start] & 0xC0 == 0x80:
                start += 1
        if start < end:
            yield start
