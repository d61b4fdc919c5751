"""The table of words as Arrow data: as a table, in batches of rows, and from such batches."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, cast

from text_processor._common.messages import quoted
from text_processor._documents.arrow import import_pyarrow
from text_processor._native import arrow as native_arrow
from text_processor._native import status as native_status
from text_processor._native.corpus import Corpus
from text_processor._native.status import InvalidArgumentError, TooLargeError

# The offsets of Arrow's string type are signed and have 32 bits.
MOST_STRING_NBYTES = (1 << 31) - 1


def word_table(corpus: Corpus) -> Any:
    """Return the terms with both measures, all as of one instant."""
    pa = import_pyarrow("word_table")
    n, counts, document_frequencies = _measures(corpus, pa)
    # Signed, as the counts of pyarrow are, so that differences do not wrap around. No count needs the 64th bit.
    columns = {
        "term": _terms(corpus, 0, n, pa),
        "count": pa.Array.from_buffers(pa.int64(), n, [None, counts]),
        "document_frequency": pa.Array.from_buffers(pa.int64(), n, [None, document_frequencies]),
    }
    totals = corpus.totals()
    found = pa.table(columns)
    if totals.words == totals.kept_words:
        return found
    return found.replace_schema_metadata({"is_pruned": "true", "total_words": str(totals.words)})


def _measures(corpus: Corpus, pa: Any) -> tuple[int, Any, Any]:
    while True:
        capacity = corpus.totals().terms
        counts, document_frequencies = pa.allocate_buffer(8 * capacity), pa.allocate_buffer(8 * capacity)
        n = corpus.write_measures(memoryview(counts), memoryview(document_frequencies))
        if n <= capacity:  # otherwise terms were added meanwhile
            return n, counts, document_frequencies


def _terms(corpus: Corpus, first: int, n: int, pa: Any) -> Any:
    """Return the terms ``first`` … ``first + n - 1`` as an array."""
    nbytes = _text_nbytes(corpus, first, n)
    is_large = nbytes > MOST_STRING_NBYTES
    layout = native_arrow.ARROW_OFFSETS_64 if is_large else native_arrow.ARROW_OFFSETS_32
    offset_nbytes = 8 if is_large else 4
    # The core first writes one byte more for each term of a slice, and then removes these bytes.
    text, offsets = (
        pa.allocate_buffer(nbytes + min(n, native_status.SLICE_ENTRIES)),
        pa.allocate_buffer(offset_nbytes * (n + 1)),
    )
    text_place, offsets_place = memoryview(text).cast("B"), memoryview(offsets).cast("B")
    offsets_place[:offset_nbytes] = bytes(offset_nbytes)
    end = 0
    for start, stop in native_status.slices(n):
        ends = offsets_place[offset_nbytes * (start + 1) :]
        end = corpus.write_terms(first + start, stop - start, text=text_place, start=end, ends=ends, layout=layout)
    for hidden in re.finditer(b"\xff", text_place[:end]):  # what the core has for a line feed within a word
        text_place[hidden.start()] = ord("\n")
    return pa.Array.from_buffers(pa.large_string() if is_large else pa.string(), n, [None, offsets, text.slice(0, nbytes)])


def _text_nbytes(corpus: Corpus, first: int, n: int) -> int:
    return corpus.joined_nbytes(first, n) - max(n - 1, 0)


# ---- Batches of rows -------------------------------------------------------------------------------------------------

COLUMNS = ("term", "count", "document_frequency")


def word_batches(corpus: Corpus, max_rows: int) -> Iterator[Any]:
    """Give the rows of `word_table`, as of now, at most so many at once."""
    pa = import_pyarrow("word_batches")
    n, *measures = _measures(corpus, pa)

    def rows_from(first: int) -> Any:
        rows = min(max_rows, n - first)
        while rows > 1 and _text_nbytes(corpus, first, rows) > MOST_STRING_NBYTES:
            rows //= 2
        numbers = (pa.Array.from_buffers(pa.int64(), rows, [None, measure], offset=first) for measure in measures)
        return pa.record_batch([_terms(corpus, first, rows, pa), *numbers], names=list(COLUMNS))

    def batches() -> Iterator[Any]:
        first = 0
        while first < n:
            yield (batch := rows_from(first))
            first += len(batch)

    return batches()


def corpus_of_batches(batches: Any, n_documents: int, *, of_any_rule: bool) -> Corpus:
    """Return a corpus of the rows of record batches, and of so many documents."""
    pa = import_pyarrow("from_word_batches")
    corpus = Corpus.of_rows(b"", memoryview(bytes(8)), (memoryview(b""), memoryview(b"")), n_documents, of_any_rule=of_any_rule)
    first = 0
    for batch in _given_batches(batches, pa):
        part = _corpus_of_batch(batch, first, of_any_rule, pa)
        corpus.append(part, 0, 0)
        first += len(batch)
    return corpus


def _given_batches(batches: Any, pa: Any) -> Any:
    """Return the batches of what was given: an iterable of them, or a table or stream of any library."""
    if isinstance(batches, pa.RecordBatch):
        return (batches,)
    if hasattr(batches, "__arrow_c_stream__"):
        return pa.RecordBatchReader.from_stream(batches)
    if not isinstance(cast(object, batches), Iterable):
        raise TypeError(f"batches must be an iterable of pyarrow.RecordBatch, or a table, not {type(batches).__name__}")
    return batches


def _corpus_of_batch(batch: Any, first: int, of_any_rule: bool, pa: Any) -> Corpus:
    if not isinstance(batch, pa.RecordBatch):
        raise TypeError(f"each of batches must be a pyarrow.RecordBatch, not {type(batch).__name__}")
    types = dict(zip(COLUMNS, (pa.large_string(), pa.uint64(), pa.uint64()), strict=True))
    terms, *measures = (_column(batch, name, kind, first, pa) for name, kind in types.items())
    n = len(batch)
    _, offsets, text = terms.buffers()
    numbers = [memoryview(column.buffers()[1] or b"").cast("B")[8 * column.offset :][: 8 * n] for column in measures]
    # An array of no rows may lack its offsets.
    starts = memoryview(offsets or bytes(8)).cast("B")[8 * terms.offset :][: 8 * (n + 1)]
    try:
        return Corpus.of_rows(text or b"", starts, numbers, 0, of_any_rule=of_any_rule)
    except (InvalidArgumentError, TooLargeError) as error:
        start, end = starts.cast("q")[error.item : error.item + 2]
        term = str(memoryview(text or b"")[max(start, 0) : max(end, 0)], "utf-8", "replace")
        raise type(error)(f"row {first + error.item}, with the term {quoted(term)}: {error}", error.item) from error


def _is_like(found: Any, wanted: Any, pa: Any) -> bool:
    """Whether a type of columns is of text, or of whole numbers, as another one is."""
    kind = found.value_type if pa.types.is_dictionary(found) else found
    if wanted != pa.large_string():
        return bool(pa.types.is_integer(kind) or pa.types.is_null(kind))
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind) or pa.types.is_null(kind)
    )


def _column(batch: Any, name: str, kind: Any, first: int, pa: Any) -> Any:
    try:
        column = batch.column(name)
    except KeyError as error:
        raise ValueError(f"batches must have the columns {', '.join(COLUMNS)}, not {', '.join(batch.schema.names)}") from error
    if column.null_count:
        row = first + column.is_null().index(True).as_py()
        raise ValueError(f"row {row} has no {name}; each row needs a {', a '.join(COLUMNS)}")
    if not _is_like(column.type, kind, pa):  # Arrow would make text of numbers, and numbers of text
        wanted = "text" if kind == pa.large_string() else "whole numbers"
        raise ValueError(f"the column {name} must be of {wanted}, not {column.type}")
    try:
        return column.cast(kind)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise ValueError(f"the column {name} must be convertible to {kind}, not {column.type}: {error}") from error
