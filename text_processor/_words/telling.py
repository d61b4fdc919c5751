"""Count documents one after the other, and call a callback with each."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from text_processor._common.progress import Report
from text_processor._documents import arrow, sources
from text_processor._native import text as native_text
from text_processor._native.text import Batch
from text_processor._words.converting import Sink

# Takes the document, or None if it is too long to be kept, and its number of words.
Tell = Callable[[str | None, int], None]

# A document that comes in several blocks is kept up to this size, which is enough for any line that people write.
MOST_TOLD_NBYTES = 1 << 18


def _count_closed(sink: Sink, batch: Batch, tell: Callable[[int, int], object]) -> None:
    """Count whole documents, and call ``tell`` with the index of each in the batch and its number of words."""
    error = sink.count_each(batch, tell)
    try:
        if error is not None:
            raise error
    finally:
        del error  # otherwise the exception and this frame, which is in its traceback, would form a cycle


def _decoded(text: bytes | bytearray | memoryview) -> str:
    """Decode a text that has been counted; raise if it was changed meanwhile."""
    try:
        return str(text, "utf-8")
    except UnicodeDecodeError as error:
        raise sources.changed("the buffer") from error


def _count_open(sink: Sink, parts: Iterable[Batch]) -> int:
    """Count the parts of one document; return their number of words."""
    n_before = sink.corpus.totals().words
    for part in parts:
        sink.count(part)
    return sink.corpus.totals().words - n_before


class Teller:
    """Counts a shard of a source document by document, and calls ``tell`` with each."""

    def __init__(self, sink: Sink, shard: sources.Shard, tell: Tell, view: memoryview | None) -> None:
        self._sink = sink
        self._shard = shard
        self._tell = tell
        self._view = view  # all of the input, if it is in memory
        self._open_text: bytearray | None = bytearray()  # the open document, unless it is too long to be kept
        self._open_words = 0  # counted in the blocks before

    def count(self, report: Report) -> None:
        """Count the whole shard, and report the number of bytes done."""
        documents = self._shard.documents
        for text in self._shard.texts():
            self._count_block(text)
            report(self._shard.source.n_read)
        if last := documents.last_batch():
            self._count_open(last)
            if documents.has_text:
                self._tell(self._text_of_open(documents.start, documents.nbytes), self._open_words)

    def _count_block(self, text: memoryview) -> None:
        documents = self._shard.documents
        block_start, open_start = documents.nbytes, documents.start
        batch = documents.next_batch(text)
        closed = batch.ends[batch.n_ends - 1] + 1 if batch.n_ends else 0

        def tell(index: int, n_words: int) -> None:
            start = batch.ends[index - 1] + 1 if index else 0
            end = batch.ends[index]
            # Blank lines before the document belong to the batch, but not to the document.
            *_, newline, line = bytes(text[start:end]).rpartition(b"\n")
            if index or newline or open_start == block_start:
                self._tell(_decoded(line), n_words)
            else:
                self._keep(text[:end])
                self._tell(self._text_of_open(open_start, block_start + end), n_words + self._open_words)

        if batch.n_ends:
            _count_closed(self._sink, Batch(text[:closed], batch.ends, batch.n_ends), tell)
            self._open_words = 0
        self._count_open(native_text.open_batch(text[closed : len(batch.text)]))
        if documents.start >= block_start:
            self._open_text = bytearray()
        self._keep(text[max(0, documents.start - block_start) :])

    def _count_open(self, batch: Batch) -> None:
        if batch.text or batch.n_ends:
            self._open_words += _count_open(self._sink, [batch])

    def _keep(self, text: memoryview) -> None:
        """Append to the open document, while it is short or in one block."""
        if self._open_text and text and len(self._open_text) + len(text) > MOST_TOLD_NBYTES:
            self._open_text = None
        elif self._open_text is not None:
            self._open_text += text

    def _text_of_open(self, start: int, end: int) -> str | None:
        if self._view is not None:
            return _decoded(self._view[start:end])
        return None if self._open_text is None else _decoded(self._open_text)


def count_column(sink: Sink, shard: arrow.Shard, tell: Tell, report: Report) -> None:
    """Count a shard of an Arrow column, and report the number of bytes done."""
    batch, n_done = shard.batch, 0

    def tell_text(index: int, n_words: int) -> None:
        tell(batch.document(index), n_words)

    for index in shard.fill():
        if batch.long_text is None:
            _count_closed(sink, batch.joined, tell_text)
        else:
            parts = list(arrow.slices_of(batch.long_text, index))  # copies, so that `tell` gets the counted text
            n_words = _count_open(sink, parts)
            tell(b"".join(part.text for part in parts).decode(), n_words)
        n_done += batch.read_nbytes
        report(n_done)
