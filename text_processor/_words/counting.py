"""Documents are counted: batches of several shards at the same time, each shard into a corpus of its own."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import Any, NamedTuple

from text_processor._common.arguments import Document, byte_view
from text_processor._common.progress import Progress, Report, check_progress, reporting
from text_processor._documents import decoding
from text_processor._documents.batches import batches_of, share_out
from text_processor._documents.decoding import Reading
from text_processor._documents.sources import (
    BLOCK_NBYTES,
    BLOCK_OF_THREAD_NBYTES,
    MOST_TOLD_NBYTES,
    BufferSource,
    FileSource,
    OpenSource,
    Options,
    Shard,
    Source,
    StreamSource,
    Tell,
    _decoded,
    _reading,
    changed,
    cuts_of,
    new_shard,
)
from text_processor._native import corpus as native_corpus
from text_processor._native import text as native_text
from text_processor._native.corpus import Corpus
from text_processor._native.status import InvalidArgumentError
from text_processor._native.text import Batch
from text_processor.errors import InvalidDocumentError


def count_documents(documents: Sequence[Document], threads: int, report: Callable[[int], object] | None = None) -> Corpus:
    """Count documents into a new corpus, and report every now and then how many bytes more that were.

    An exception, as from Ctrl-C, leaves nothing behind.
    """
    shards = share_out(documents, threads)
    corpora = [Corpus() for _ in shards]
    for batches in zip_longest(*map(batches_of, shards)):
        busy = [(corpus, batch) for corpus, batch in zip(corpora, batches, strict=True) if batch is not None]
        native_corpus.count_batches([corpus for corpus, _ in busy], [batch for _, batch in busy])
        if report is not None:  # the bytes between documents are none of theirs
            report(sum(len(batch.text) - max(batch.n_ends - 1, 0) for _, batch in busy))
    native_corpus.join(corpora)
    return corpora[0]


class Counted(NamedTuple):
    """Documents that were counted, but not kept."""

    corpus: Corpus
    n_documents: int


def _count_shards(shards: Sequence[Shard], options: Options, report: Report) -> Counted:
    """Count shards that follow on each other, the next block of each at the same time."""
    for batches in zip_longest(*(shard.batches() for shard in shards)):
        busy = [(shard.corpus, batch) for shard, batch in zip(shards, batches, strict=True) if batch is not None]
        native_corpus.count_batches([corpus for corpus, _ in busy], [batch for _, batch in busy])
        report(sum(shard.source.n_read for shard in shards))
    corpora = [shard.corpus for shard in shards]
    native_corpus.join(corpora)
    return _checked(Counted(corpora[0], sum(shard.documents.n_documents for shard in shards)), options)


def _checked(counted: Counted, options: Options) -> Counted:
    """Return what was counted, without a blank document that is the whole of it."""
    if options.documents == "lines" or counted.corpus.totals().words:
        return counted
    if options.blank == "raise":
        raise InvalidDocumentError("Document 0 cannot be empty", index=0)
    return Counted(counted.corpus, 0)


def _count_in_parallel(open_source: OpenSource, size: int, options: Options, report: Report) -> Counted:
    """Count what can be read from any place on; one thread, if there is little of it."""
    cuts = cuts_of(open_source, size, options)
    if len(cuts) > 1:
        spans = zip(cuts, [*cuts[1:], size], strict=True)
        sources = [open_source(start, stop, BLOCK_OF_THREAD_NBYTES) for start, stop in spans]
        shards = [new_shard(source, options, i, len(sources)) for i, source in enumerate(sources)]
        try:
            return _count_shards(shards, options, report)
        except InvalidDocumentError:
            pass  # which document it is will be known to who reads them all in order
    return _count_shards([new_shard(open_source(0, size, BLOCK_NBYTES), options)], options, report)


class _Teller:
    """Counts a shard document by document, and tells of each."""

    def __init__(self, shard: Shard, tell: Tell, view: memoryview | None) -> None:
        self._shard = shard
        self._tell = tell
        self._view = view  # all of the input, where it is at hand
        self._open_text: bytearray | None = bytearray()  # the open document, unless it is too long to be kept
        self._open_words = 0  # counted in the blocks before

    def count(self, options: Options, report: Report) -> Counted:
        documents = self._shard.documents
        for text in self._shard.texts():
            self._count_block(text)
            report(self._shard.source.n_read)
        if last := documents.last_batch():
            self._count_open(last)
            if self._open_words:
                self._tell(self._text_of_open(documents.start, documents.nbytes), self._open_words)
        return _checked(Counted(self._shard.corpus, documents.n_documents), options)

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
            self._count_closed(Batch(text[:closed], batch.ends, batch.n_ends), tell)
            self._open_words = 0
        self._count_open(native_text.open_batch(text[closed : len(batch.text)]))
        if documents.start >= block_start:
            self._open_text = bytearray()
        self._keep(text[max(0, documents.start - block_start) :])

    def _count_closed(self, batch: Batch, tell: Callable[[int, int], None]) -> None:
        error = self._shard.corpus.count_each(batch, tell)
        try:
            if error is not None:
                raise error
        finally:
            del error  # or the exception and this frame, which is in its traceback, would hold each other

    def _count_open(self, batch: Batch) -> None:
        if batch.text or batch.n_ends:
            corpus = self._shard.corpus
            n_words = corpus.totals().words
            native_corpus.count_batches([corpus], [batch])
            self._open_words += corpus.totals().words - n_words

    def _keep(self, text: memoryview) -> None:
        """Add to the open document, as long as that is short or in one block."""
        if self._open_text and text and len(self._open_text) + len(text) > MOST_TOLD_NBYTES:
            self._open_text = None
        elif self._open_text is not None:
            self._open_text += text

    def _text_of_open(self, start: int, end: int) -> str | None:
        if self._view is not None:
            return _decoded(self._view[start:end])
        return None if self._open_text is None else _decoded(self._open_text)


def count_buffer(data: Any, options: Options, progress: Progress | bool | None) -> Counted:
    """Count the documents of a buffer of UTF-8; without an ``encoding`` it is refused if it looks like something else."""
    view = byte_view(data, "data")
    if options.encoding is None:
        decoding.check_buffer(view)

    def open_source(start: int, stop: int, block_nbytes: int) -> Source:
        return BufferSource(view, start, stop, block_nbytes)

    with reporting(progress, len(view)) as report:
        try:
            if options.tell is None:
                counted = _count_in_parallel(open_source, len(view), options, report)
            else:
                counted = _count_in_order(open_source(0, len(view), BLOCK_NBYTES), options, report, view)
        except InvalidArgumentError as error:  # the white space behind a document has gone since it was found
            raise changed(f"the {type(data).__name__}") from error
        if type(data) is not bytes and not counted.corpus.has_valid_terms():
            raise changed(f"the {type(data).__name__}")
    return counted


def count_stream(stream: Any, options: Options, progress: Progress | bool | None) -> Counted:
    """Count the documents of something that has a method ``read``."""
    if not callable(getattr(stream, "read", None)):
        raise TypeError(f"the stream must have a method read, which {type(stream).__name__} has not")
    with reporting(progress, None) as report:
        return _count_in_order(StreamSource(stream, "the stream", _reading(options)), options, report)


def count_file(path: str | bytes | os.PathLike[Any], options: Options, progress: Progress | bool | None) -> Counted:
    """Count the documents of a file."""
    check_progress(progress)
    with io.FileIO(os.fspath(path)) as file:
        before = os.fstat(file.fileno())
        reading = _reading(options)._replace(suffix=decoding.suffix_of(path))
        # A regular file without a size may be one that the system makes while it is read.
        is_sized = stat.S_ISREG(before.st_mode) and before.st_size > 0
        with reporting(progress, before.st_size if is_sized else None) as report:
            if not is_sized:
                return _count_in_order(StreamSource(file, "the file", reading), options, report)
            counted = _count_sized_file(file, before.st_size, reading, options, report)
            after = os.fstat(file.fileno())
            if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
                raise changed(repr(os.fsdecode(path)))
        return counted


def _count_sized_file(file: io.FileIO, size: int, reading: Reading, options: Options, report: Report) -> Counted:
    if not decoding.opened(file.read, decoding.SAMPLE_NBYTES, reading).is_plain:
        file.seek(0)
        return _count_in_order(StreamSource(file, "the file", reading), options, report)

    def open_source(start: int, stop: int, block_nbytes: int) -> Source:
        return FileSource(file, start, stop, block_nbytes)

    if options.tell is None:
        return _count_in_parallel(open_source, size, options, report)
    return _count_in_order(open_source(0, size, BLOCK_NBYTES), options, report)


def _count_in_order(source: Source, options: Options, report: Report, view: memoryview | None = None) -> Counted:
    """Count all that comes, in the calling thread."""
    shard = new_shard(source, options)
    if options.tell is None:
        return _count_shards([shard], options, report)
    return _Teller(shard, options.tell, view).count(options, report)
