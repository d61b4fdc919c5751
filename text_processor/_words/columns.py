"""Arrow columns are counted."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from text_processor._common.progress import Progress, reporting
from text_processor._documents.arrow import (
    Reader,
    Span,
    Tell,
    import_pyarrow,
    native_columns,
    open_chunks,
    share_out,
    slices_of,
    spans_of,
)
from text_processor._native import corpus as native_corpus
from text_processor._native.corpus import Corpus
from text_processor._native.text import Batch


def count_column(
    column: object, *, refuse_blank: bool, progress: Progress | bool | None, threads: int, tell: Tell | None = None
) -> Corpus:
    """Count the documents of a column into a new corpus, and tell of each, if there is somebody to tell.

    Chunks in memory are counted together. Those of a stream are counted one after the other, none being held longer.
    """
    pa = import_pyarrow("add_arrow")
    counted, n_done = Corpus(), 0
    with open_chunks(column, pa) as chunks:
        columns = native_columns(chunks, pa)
        is_measured = threads > 1 or bool(progress)
        total = None
        groups: Iterable[list[Span]] = (spans_of([part], is_measured=is_measured) for part in columns)
        if isinstance(chunks, list):
            groups = [spans := spans_of(columns, is_measured=is_measured)]
            total = sum(span.nbytes for span in spans)
        with reporting(progress, total) as report:
            for spans in groups:
                if tell is None:
                    steps = _count_spans(counted, share_out(spans, threads), refuse_blank=refuse_blank)
                else:
                    steps = _count_and_tell(counted, spans, tell, refuse_blank=refuse_blank)
                for nbytes in steps:
                    n_done += nbytes
                    report(n_done)
    return counted


def _count_spans(counted: Corpus, shards: Sequence[Iterable[Span]], *, refuse_blank: bool) -> Iterator[int]:
    """Count shards at the same time, appending them in order; give how many bytes each step took."""
    readers = [Reader(shard, refuse_blank=refuse_blank).pieces() for shard in shards]
    corpora = [counted, *(Corpus() for _ in readers[1:])]
    while any(pieces := _next_pieces(readers)):
        busy = [(corpus, *piece) for corpus, piece in zip(corpora, pieces, strict=True) if piece is not None]
        native_corpus.count_batches([corpus for corpus, _, _ in busy], [piece for _, piece, _ in busy])
        yield sum(nbytes for _, _, nbytes in busy)
    native_corpus.join(corpora)


def _next_pieces(readers: Sequence[Iterator[tuple[Batch, int]]]) -> list[tuple[Batch, int] | None]:
    pieces: list[tuple[Batch, int] | None] = []
    for reader in readers:
        try:
            pieces.append(next(reader, None))
            continue
        except ValueError as error:
            fault = error
        try:
            # The first fault in the column is to be told of, whatever the number of threads.
            for earlier in readers[: len(pieces)]:
                deque(earlier, maxlen=0)
            raise fault
        finally:
            del fault  # or the exception and this frame, which is in its traceback, would hold each other
    return pieces


def _count_and_tell(counted: Corpus, spans: Iterable[Span], tell: Tell, *, refuse_blank: bool) -> Iterator[int]:
    reader = Reader(spans, refuse_blank=refuse_blank)
    batch = reader.batch
    for index in reader.batches():
        if batch.long_text is None:
            error = counted.count_each(batch.joined, lambda i, n_words: tell(batch.document(i), n_words))
            try:
                if error is not None:
                    raise error
            finally:
                del error  # as above
        else:
            n_before = counted.totals().words
            text = bytearray()
            for piece in slices_of(batch.long_text, index):
                native_corpus.count_batches([counted], [piece])
                text += piece.text
            tell(text.decode(), counted.totals().words - n_before)
        yield batch.read_nbytes
