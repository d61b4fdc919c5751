"""Give text to the core of a tokenizer: as UTF-8, in steps."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence

from text_processor._common import arguments, many
from text_processor._documents import batches, sources
from text_processor._documents.arrow import Texts
from text_processor._documents.sources import Shard
from text_processor._native import text as native_text
from text_processor._native.process import check_kept_nbytes
from text_processor._native.status import numbers_of
from text_processor._native.text import Batch
from text_processor.errors import InvalidDocumentError

# Takes UTF-8, and whether it is the end; returns how many bytes are done. The caller gives the rest again with the next text.
Consume = Callable[[bytes | memoryview, bool], int]

# Bytes for the core in one step: some milliseconds of work. Ctrl-C takes effect between two steps.
STEP_NBYTES = 1 << 20


# ---- Text ------------------------------------------------------------------------------------------------------------


def checked_text(text: object, what: str = "text") -> str | memoryview:
    """Return a text: any ``str``, or a view of a buffer of valid UTF-8, not copied."""
    if isinstance(text, str):
        return arguments.plain(text)
    return sources.checked_buffer(text, what, "str, bytes or another buffer of bytes")


def checked_item(text: object, index: int, what: str = "text") -> str | memoryview:
    """Return one of many texts as `checked_text` does; errors name its index, and say so if it is a missing value."""
    try:
        return checked_text(text, f"{what} {index}")
    except InvalidDocumentError as error:
        error.index = index
        raise
    except TypeError as error:
        raise TypeError(f"{error}{many.advice(text)}") from error


def encoded(text: str) -> bytes:
    """Return a text as UTF-8; surrogates that make a pair are joined and others replaced, as in tiktoken."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def as_str(text: str | memoryview) -> str:
    """Return a checked text as a ``str`` without surrogates."""
    if isinstance(text, str):
        return text if batches.find_surrogate(text) is None else str(encoded(text), "utf-8")
    return str(text, "utf-8")


def batch_of(texts: Sequence[str]) -> Batch:
    """Return whole texts as one batch for the core."""
    return joined(texts) or native_text.batch_of([as_str(text) for text in texts])


def joined(texts: Sequence[str]) -> Batch | None:
    """Return whole texts as one batch for the core; None if one has a lone surrogate."""
    try:
        return native_text.batch_in_passing(texts)
    except UnicodeEncodeError:
        return None


def entries_of(texts: Texts) -> Iterator[tuple[int, Batch | memoryview]]:
    """Give the entries of an Arrow column as `Texts` does; errors call them texts."""
    try:
        yield from texts
    except InvalidDocumentError as error:
        message = f"text {error.index} is not valid UTF-8 at byte {error.offset}"
        raise InvalidDocumentError(message, index=error.index, offset=error.offset) from error


def documents_of(joined: Batch | memoryview) -> Iterator[str | memoryview]:
    """Give the texts of a batch one by one; a text that is alone stays a view, which is still to be checked."""
    if isinstance(joined, memoryview):
        yield joined
        return
    text, start = memoryview(joined.text), 0
    for end in numbers_of(joined.ends, joined.n_ends):
        yield str(text[start:end], "utf-8")
        start = end + 1


def as_utf8(text: str | memoryview) -> memoryview:
    """Return the bytes of a checked text; those of a buffer or of a long ASCII ``str`` are not copied."""
    if isinstance(text, memoryview):
        return text
    if len(text) <= batches.BATCH_CHARACTERS:
        return memoryview(encoded(text))
    if text.isascii() and (view := native_text.view_ascii(text)) is not None:
        return view
    try:
        return memoryview(_encoded_in_slices(text)).toreadonly()
    except UnicodeEncodeError:
        return memoryview(encoded(text))


def _encoded_in_slices(text: str) -> bytearray:
    """Return a long text as UTF-8: most slices take one byte for each character, and stay in the cache of the processor.

    ``str.encode`` takes twice the time, for it gets memory for as many bytes as a text of any characters may have.
    """
    data = bytearray()
    for start in range(0, len(text), batches.BATCH_CHARACTERS):
        data += text[start : start + batches.BATCH_CHARACTERS].encode()
    return data


def feed(text: str | memoryview, consume: Consume, threads: int = 1) -> None:
    """Give a whole checked text, in steps that are large enough for ``threads`` threads."""
    if isinstance(text, str) and len(text) > batches.BATCH_CHARACTERS and not text.isascii():
        _feed_slices(text, consume, threads)
    else:
        feed_bytes(as_utf8(text), consume, threads=threads)


def feed_bytes(text: bytes | memoryview, consume: Consume, *, is_final: bool = True, threads: int = 1) -> int:
    """Give UTF-8 in steps; return how many bytes are done: all of them at the end of the text."""
    view, n_done, step = memoryview(text), 0, STEP_NBYTES * threads
    while n_done < len(view):
        end = min(n_done + step, len(view))
        if end < len(view):
            end = batches.character_start(view, end)
        n_used = consume(view[n_done:end], is_final and end == len(view))
        n_done += n_used
        if n_used == 0:  # no piece certainly ends in this step
            if end == len(view):
                break
            step *= 2
    return n_done


class Stream:
    """UTF-8 that comes in blocks. The unfinished rest is given again only when it has doubled, so that work stays linear."""

    def __init__(self, consume: Consume, threads: int = 1) -> None:
        self._consume = consume
        self._threads = threads
        self._text = bytearray()
        self._least_nbytes = 0

    def feed(self, block: memoryview, is_final: bool) -> None:
        """Take the next block, cut between characters."""
        self._text += block
        if len(self._text) > STEP_NBYTES:
            check_kept_nbytes(len(self._text))
        if len(self._text) < self._least_nbytes and not is_final:
            return
        with memoryview(self._text) as text:
            n_done = feed_bytes(text, self._consume, is_final=is_final, threads=self._threads)
        del self._text[:n_done]
        self._least_nbytes = 2 * len(self._text)

    def feed_text(self, text: Shard) -> Iterator[None]:
        """Take a whole text block by block; it yields after each block."""
        for block in blocks(text):
            self.feed(block, is_final=False)
            yield
        self.feed(memoryview(b""), is_final=True)
        yield


def _feed_slices(text: str, consume: Consume, threads: int) -> None:
    """Encode and give slices of a size that stays in the cache of each thread."""
    tail, start, size = b"", 0, batches.BATCH_CHARACTERS * threads
    while start < len(text):
        end = start + size
        if "\ud800" <= text[end - 1 : end] <= "\udbff":  # a low surrogate after it would make a pair
            end += "\udc00" <= text[end : end + 1] <= "\udfff"
        data = tail + encoded(text[start:end])
        start = end
        n_used = feed_bytes(data, consume, is_final=start >= len(text), threads=threads)
        tail = data[n_used:]
        if n_used == 0:
            size *= 2


# A high and a low surrogate, which are joined.
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")


class PlacesInGiven:
    """Where the characters of a text, whose pairs of surrogates are joined, are in the text that was given."""

    def __init__(self, text: str) -> None:
        has_none = text.isascii() or batches.find_surrogate(text) is None
        pairs = enumerate(() if has_none else _PAIR.finditer(text))
        self._joined = [found.start() - n_before for n_before, found in pairs]

    def of(self, place: int) -> int:
        return place + bisect_left(self._joined, place)


def parts(text: str | memoryview, nbytes: int) -> Iterator[memoryview]:
    """Give a checked text in parts of about so many bytes, cut between characters; what is not asked for is not looked at."""
    start = 0
    while start < len(text):
        end = min(start + nbytes, len(text))
        if isinstance(text, memoryview):
            end = batches.character_start(text, end) if end < len(text) else end
            yield text[start:end]
        else:
            end += "\ud800" <= text[end - 1] <= "\udbff" and "\udc00" <= text[end : end + 1] <= "\udfff"
            yield memoryview(encoded(text[start:end]))
        start = end


# ---- Streams --------------------------------------------------------------------------------------------------------------


def blocks(text: Shard) -> Iterator[memoryview]:
    """Give a text that is read block by block, as valid UTF-8 that is cut between characters."""
    for batch, _ in text.steps():
        if batch.text:
            yield memoryview(batch.text)


def whole(text: Shard) -> str:
    """Return all of a text that is read block by block."""
    parts: list[str] = []
    n = 0
    for block in blocks(text):
        n += len(block)
        check_kept_nbytes(n)
        parts.append(str(block, "utf-8"))
    return "".join(parts)
