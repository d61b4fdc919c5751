"""Arrow columns: documents out of them without Python strings in between, and the table of words as a table of Arrow's.

pyarrow imports what other libraries hand out. From there on only addresses cross to the core. It joins documents in a buffer
that stays in the cache, validates and counts them; a document that is too long for the buffer is counted where it lies.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from importlib import import_module
from typing import Any, NamedTuple

from text_processor import _native, _pieces
from text_processor._native import ArrowArray, ArrowBatch, ArrowColumn, Corpus, Piece, Region
from text_processor._progress import Progress, reporting
from text_processor._wording import needs

# Bytes of documents that are joined to a piece. Together with where they end it stays in the second-level cache.
BATCH_NBYTES = 1 << 17

# Bytes of a long document to a piece: about a millisecond, so that Ctrl-C gets through. At least a character's four.
SLICE_NBYTES = 1 << 20

# Entries that are measured in one call of the core, for the same reason.
MEASURED_ENTRIES = 1 << 19

# Below so many bytes a thread, starting it and merging its table cost more than it saves.
NBYTES_PER_THREAD = _pieces.CHARACTERS_PER_THREAD

# The offsets of Arrow's string type are signed and have 32 bits.
MOST_STRING_NBYTES = (1 << 31) - 1

_NO_LIMIT = (1 << 64) - 1


Tell = Callable[[str, int], object]


def _import_pyarrow(method: str) -> Any:
    try:
        return import_module("pyarrow")
    except ImportError as error:
        raise ImportError(needs(method, "pyarrow", "arrow")) from error


# ---- From what was given to chunks -----------------------------------------------------------------------------------


@contextmanager
def _open_chunks(column: Any, pa: Any) -> Generator[list[Any] | Iterator[Any], None, None]:
    """Give the chunks of the one column of text in what was given: a list, unless they come one after the other."""
    reader = _open_reader(column, pa)
    if reader is None:
        yield _chunks_in_memory(column, pa)
        return
    with nullcontext() if reader is column else reader:
        _check_columns(reader.schema.names, reader.schema.types, pa)
        yield (batch.column(0) for batch in reader)


def _open_reader(column: Any, pa: Any) -> Any:
    """Return a reader of what need not be in memory; None for anything else."""
    if isinstance(column, pa.RecordBatchReader):
        return column
    if isinstance(column, (pa.Table, pa.RecordBatch, pa.ChunkedArray)) or not hasattr(column, "__arrow_c_stream__"):
        return None
    try:
        return pa.RecordBatchReader.from_stream(column)
    except pa.ArrowInvalid:  # it has arrays, not records, and those only pa.chunked_array takes, all at once
        return None


def _chunks_in_memory(column: Any, pa: Any) -> list[Any]:
    if isinstance(column, (pa.Table, pa.RecordBatch)):
        _check_columns(column.schema.names, column.schema.types, pa)
        column = column.column(0)
    elif isinstance(column, (pa.Array, pa.ChunkedArray)):
        pass  # handed out and taken in again it would not know the sizes of its buffers
    elif hasattr(column, "__arrow_c_stream__"):
        column = pa.chunked_array(column)
    elif hasattr(column, "__arrow_c_array__"):
        column = pa.array(column)
    else:
        raise TypeError(
            "column must be an Arrow array, column or stream (an object with __arrow_c_stream__ or __arrow_c_array__), "
            f"not {type(column).__name__}"
        )
    chunks: list[Any] = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    if pa.types.is_struct(column.type):
        fields = [column.type.field(i) for i in range(column.type.num_fields)]
        _check_columns([field.name for field in fields], [field.type for field in fields], pa)
        return [chunk.flatten()[0] for chunk in chunks]  # unlike field(0), with the nulls of the structs
    _check_type(column.type, pa)
    return chunks


def _check_columns(names: Sequence[str], types: Sequence[Any], pa: Any) -> None:
    if len(names) != 1:
        raise ValueError(f"there must be one column, not {len(names)}: {', '.join(map(repr, names)) or 'none'}")
    _check_type(types[0], pa)


def _check_type(kind: Any, pa: Any) -> None:
    """Raise TypeError unless columns of this type have documents, or nothing but nulls."""
    if not pa.types.is_null(kind) and _text_layout(kind.value_type if pa.types.is_dictionary(kind) else kind, pa) is None:
        raise TypeError(
            "column must hold text (string, large_string, string_view, binary that is UTF-8, or a dictionary of one of these), "
            f"not {kind}"
        )


def _text_layout(kind: Any, pa: Any) -> int | None:
    """Return how arrays of this type tell where their texts are; None for a type without texts."""
    if pa.types.is_string(kind) or pa.types.is_binary(kind):
        return _native.ARROW_OFFSETS_32
    if pa.types.is_large_string(kind) or pa.types.is_large_binary(kind):
        return _native.ARROW_OFFSETS_64
    if pa.types.is_string_view(kind) or pa.types.is_binary_view(kind):
        return _native.ARROW_VIEWS
    return None


# ---- From chunks to addresses ----------------------------------------------------------------------------------------


def _native_columns(chunks: Iterable[Any], pa: Any) -> Iterator[ArrowColumn]:
    first = 0
    for chunk in chunks:
        if (column := _native_column(chunk, first, pa)) is not None:
            yield column
        first += len(chunk)


def _native_column(chunk: Any, first: int, pa: Any) -> ArrowColumn | None:
    if pa.types.is_null(chunk.type):
        return None
    if not pa.types.is_dictionary(chunk.type):
        return ArrowColumn(_native_array(chunk, _text_layout(chunk.type, pa), len(chunk)), None, first)
    index_type, values = chunk.type.index_type, chunk.dictionary
    n_values = len(values)
    if pa.types.is_signed_integer(index_type):  # the core reads indices as unsigned: a negative one is to be too large
        n_values = min(n_values, 1 << (index_type.bit_width - 1))
    indices = _native_array(chunk, _native.ARROW_INDICES[index_type.bit_width], len(chunk))
    return ArrowColumn(indices, _native_array(values, _text_layout(values.type, pa), n_values), first)


def _native_array(array: Any, layout: int | None, length: int) -> ArrowArray:
    assert layout is not None, "types are checked before"
    validity, slots, *data = map(_region, array.buffers())
    return ArrowArray(array, layout=layout, validity=validity, slots=slots, data=data, offset=array.offset, length=length)


def _region(buffer: Any) -> Region:
    if buffer is None:
        return Region(0, 0)
    if not buffer.is_cpu:
        raise ValueError("the column must be in main memory; copy it there from the device that it is on")
    return Region(buffer.address, buffer.size)


# ---- From addresses to pieces ----------------------------------------------------------------------------------------


class _Span(NamedTuple):
    """Some entries of a column, and how many bytes they have, if that is known."""

    column: ArrowColumn
    start: int
    stop: int
    nbytes: int = 0


class _Reader:
    """Reads spans batch by batch."""

    def __init__(self, spans: Iterable[_Span], *, refuse_blank: bool) -> None:
        self.batch = ArrowBatch(BATCH_NBYTES)
        self._spans = spans
        self._refuse_blank = refuse_blank

    def batches(self) -> Iterator[int]:
        """Fill the batch again and again; give the index of the last entry read each time."""
        for column, start, stop, _ in self._spans:
            following = start
            while following < stop:
                following = self.batch.read(column, following, stop, refuse_blank=self._refuse_blank)
                yield column.first + following - 1

    def pieces(self) -> Iterator[tuple[Piece, int]]:
        """Give pieces, each to be counted before the next one is asked for, and how many bytes that is of the values."""
        for index in self.batches():
            if self.batch.long_text is None:
                yield self.batch.piece, self.batch.read_nbytes
            else:
                for piece in _slices(self.batch.long_text, index):
                    yield piece, len(piece.text)


def _slices(text: memoryview, index: int) -> Iterator[Piece]:
    """Cut a long document into pieces, between characters, and validate them: copies, since what is elsewhere may change."""
    start = 0
    while start < len(text):
        stop = _character_start(text, start + SLICE_NBYTES)
        part = bytes(text[start:stop])
        if (offset := _native.find_invalid(part)) is not None:
            raise _native.not_utf8(index, start + offset)
        yield _native.closing_piece(part) if stop == len(text) else _native.open_piece(part)
        start = stop


def _character_start(text: memoryview, place: int) -> int:
    """Return where the character begins that a byte is part of; in text that is not UTF-8, some place near."""
    if place >= len(text):
        return len(text)
    return next((start for start in range(place, place - 4, -1) if text[start] & 0xC0 != 0x80), place)


# ---- Counting --------------------------------------------------------------------------------------------------------


def count(
    column: object, *, refuse_blank: bool, progress: Progress | bool | None, threads: int, tell: Tell | None = None
) -> Corpus:
    """Count the documents of a column into a new corpus, and tell of each, if there is somebody to tell.

    Chunks in memory are counted together. Those of a stream are counted one after the other, none being held longer.
    """
    pa = _import_pyarrow("add_arrow")
    counted, n_done = Corpus(), 0
    with _open_chunks(column, pa) as chunks:
        columns = _native_columns(chunks, pa)
        is_measured = threads > 1 or bool(progress)
        total = None
        groups: Iterable[list[_Span]] = (_spans([part], is_measured=is_measured) for part in columns)
        if isinstance(chunks, list):
            groups = [spans := _spans(columns, is_measured=is_measured)]
            total = sum(span.nbytes for span in spans)
        with reporting(progress, total) as report:
            for spans in groups:
                if tell is None:
                    steps = _count_spans(counted, _share_out(spans, threads), refuse_blank=refuse_blank)
                else:
                    steps = _count_and_tell(counted, spans, tell, refuse_blank=refuse_blank)
                for nbytes in steps:
                    n_done += nbytes
                    report(n_done)
    return counted


def _spans(columns: Iterable[ArrowColumn], *, is_measured: bool) -> list[_Span]:
    if not is_measured:
        return [_Span(column, 0, column.array.length) for column in columns]
    return [
        _Span(column, start, stop, column.measure(start, stop, _NO_LIMIT)[1])
        for column in columns
        for start in range(0, column.array.length, MEASURED_ENTRIES)
        for stop in (min(start + MEASURED_ENTRIES, column.array.length),)
    ]


def _share_out(spans: list[_Span], threads: int) -> list[list[_Span]]:
    """Cut spans into at most so many stretches of about equal length, between entries."""
    total = sum(span.nbytes for span in spans)
    n_stretches = min(threads, total // NBYTES_PER_THREAD)
    if n_stretches < 2:
        return [spans]
    stretches: list[list[_Span]] = [[]]
    n_shared = 0
    for span in spans:
        column, start, stop, rest = span
        while len(stretches) < n_stretches and n_shared + rest >= (goal := total * len(stretches) // n_stretches):
            cut, nbytes = column.measure(start, stop, max(goal - n_shared, 0))
            stretches[-1].append(_Span(column, start, cut, nbytes))
            stretches.append([])
            start, n_shared, rest = cut, n_shared + nbytes, rest - nbytes
        stretches[-1].append(_Span(column, start, stop, rest))
        n_shared += rest
    return stretches


def _count_spans(counted: Corpus, stretches: Sequence[Iterable[_Span]], *, refuse_blank: bool) -> Iterator[int]:
    """Count stretches at the same time, appending them in order; give how many bytes each step took."""
    readers = [_Reader(stretch, refuse_blank=refuse_blank).pieces() for stretch in stretches]
    corpora = [counted, *(Corpus() for _ in readers[1:])]
    while any(pieces := _next_pieces(readers)):
        busy = [(corpus, *piece) for corpus, piece in zip(corpora, pieces, strict=True) if piece is not None]
        _native.count_pieces([corpus for corpus, _, _ in busy], [piece for _, piece, _ in busy])
        yield sum(nbytes for _, _, nbytes in busy)
    _native.join(corpora)


def _next_pieces(readers: Sequence[Iterator[tuple[Piece, int]]]) -> list[tuple[Piece, int] | None]:
    pieces: list[tuple[Piece, int] | None] = []
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


def _count_and_tell(counted: Corpus, spans: Iterable[_Span], tell: Tell, *, refuse_blank: bool) -> Iterator[int]:
    reader = _Reader(spans, refuse_blank=refuse_blank)
    batch = reader.batch
    for index in reader.batches():
        if batch.long_text is None:
            error = counted.count_each(batch.piece, lambda i, n_words: tell(batch.document(i), n_words))
            try:
                if error is not None:
                    raise error
            finally:
                del error  # as above
        else:
            n_before = counted.totals().words
            text = bytearray()
            for piece in _slices(batch.long_text, index):
                _native.count_pieces([counted], [piece])
                text += piece.text
            tell(text.decode(), counted.totals().words - n_before)
        yield batch.read_nbytes


# ---- The table of words ----------------------------------------------------------------------------------------------


def word_table(corpus: Corpus) -> Any:
    """Return the terms with both measures, as they are at one instant."""
    pa = _import_pyarrow("word_table")
    n, counts, document_frequencies = _measures(corpus, pa)
    # Signed, as pyarrow's own counts are: their differences do not wrap around. No count needs the 64th bit.
    columns = {
        "term": _terms(corpus, n, pa),
        "count": pa.Array.from_buffers(pa.int64(), n, [None, counts]),
        "document_frequency": pa.Array.from_buffers(pa.int64(), n, [None, document_frequencies]),
    }
    return pa.table(columns)


def _measures(corpus: Corpus, pa: Any) -> tuple[int, Any, Any]:
    while True:
        capacity = corpus.totals().terms
        counts, document_frequencies = pa.allocate_buffer(8 * capacity), pa.allocate_buffer(8 * capacity)
        n = corpus.write_measures(memoryview(counts), memoryview(document_frequencies))
        if n <= capacity:  # otherwise terms have come in between
            return n, counts, document_frequencies


def _terms(corpus: Corpus, n: int, pa: Any) -> Any:
    nbytes = corpus.joined_nbytes(n) - max(n - 1, 0)
    is_large = nbytes > MOST_STRING_NBYTES
    layout = _native.ARROW_OFFSETS_64 if is_large else _native.ARROW_OFFSETS_32
    offset_nbytes = 8 if is_large else 4
    # What the core writes has a byte more for each term of a slice, which it then takes out.
    text, offsets = pa.allocate_buffer(nbytes + min(n, _native.SLICE_ENTRIES)), pa.allocate_buffer(offset_nbytes * (n + 1))
    text_place, offsets_place = memoryview(text).cast("B"), memoryview(offsets).cast("B")
    offsets_place[:offset_nbytes] = bytes(offset_nbytes)
    end = 0
    for first, stop in _native.slices(n):
        ends = offsets_place[offset_nbytes * (first + 1) :]
        end = corpus.write_terms(first, stop - first, text=text_place, start=end, ends=ends, layout=layout)
    return pa.Array.from_buffers(pa.large_string() if is_large else pa.string(), n, [None, offsets, text.slice(0, nbytes)])
