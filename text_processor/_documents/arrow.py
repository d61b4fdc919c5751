"""Documents from Arrow columns, without Python strings in between.

pyarrow imports the data of other libraries. After that only addresses cross to the core. The core joins documents in a buffer
that stays in the cache, and validates them; it does not copy a document that is too long for the buffer.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple

from text_processor._common.messages import needs
from text_processor._documents import batches
from text_processor._documents.batches import Step
from text_processor._native import arrow as native_arrow
from text_processor._native import text as native_text
from text_processor._native.arrow import ArrowArray, ArrowBatch, ArrowColumn, Region
from text_processor._native.text import Batch
from text_processor.errors import InvalidDocumentError

# Bytes of documents that are joined to a batch. The batch and the ends of its documents stay in the second-level cache.
BATCH_NBYTES = 1 << 17

# Bytes of a long document in a batch: about one millisecond, so that Ctrl-C takes effect. At least the 4 bytes of a character.
SLICE_NBYTES = 1 << 20

# Entries that are measured in one call of the core, so that Ctrl-C takes effect.
MEASURED_ENTRIES = 1 << 19

# With fewer bytes for each thread, starting the thread and merging its table cost more than the thread saves.
NBYTES_PER_THREAD = batches.CHARACTERS_PER_THREAD

_NO_LIMIT = (1 << 64) - 1


def import_pyarrow(method: str) -> Any:
    try:
        return import_module("pyarrow")
    except ImportError as error:
        raise ImportError(needs(method, "pyarrow", "arrow")) from error


@contextmanager
def _open_chunks(column: Any, pa: Any) -> Generator[list[Any] | Iterator[Any], None, None]:
    """Give the chunks of the one column of text: a list, or an iterator if the column is a stream."""
    reader = _open_reader(column, pa)
    if reader is None:
        yield _chunks_in_memory(column, pa)
        return
    with nullcontext() if reader is column else reader:
        _check_columns(reader.schema.names, reader.schema.types, pa)
        yield (batch.column(0) for batch in reader)


def _open_reader(column: Any, pa: Any) -> Any:
    """Return a reader for data that may not be in memory; None for anything else."""
    if isinstance(column, pa.RecordBatchReader):
        return column
    if isinstance(column, (pa.Table, pa.RecordBatch, pa.ChunkedArray)) or not hasattr(column, "__arrow_c_stream__"):
        return None
    try:
        return pa.RecordBatchReader.from_stream(column)
    except pa.ArrowInvalid:  # a stream of arrays, not records; only pa.chunked_array reads it, all at once
        return None


def _chunks_in_memory(column: Any, pa: Any) -> list[Any]:
    if isinstance(column, (pa.Table, pa.RecordBatch)):
        _check_columns(column.schema.names, column.schema.types, pa)
        column = column.column(0)
    elif isinstance(column, (pa.Array, pa.ChunkedArray)):
        pass  # exported and imported again, it would not know the sizes of its buffers
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
    """Raise TypeError unless columns of this type have text, or only nulls."""
    if not pa.types.is_null(kind) and _text_layout(kind.value_type if pa.types.is_dictionary(kind) else kind, pa) is None:
        raise TypeError(
            "column must hold text (string, large_string, string_view, binary that is UTF-8, or a dictionary of one of these), "
            f"not {kind}"
        )


def _text_layout(kind: Any, pa: Any) -> int | None:
    """Return the layout of the texts in arrays of this type; None for a type without texts."""
    if pa.types.is_string(kind) or pa.types.is_binary(kind):
        return native_arrow.ARROW_OFFSETS_32
    if pa.types.is_large_string(kind) or pa.types.is_large_binary(kind):
        return native_arrow.ARROW_OFFSETS_64
    if pa.types.is_string_view(kind) or pa.types.is_binary_view(kind):
        return native_arrow.ARROW_VIEWS
    return None


def _native_columns(chunks: Iterable[Any], entries: Entries, pa: Any) -> Iterator[ArrowColumn]:
    first = 0
    for chunk in chunks:
        typed = chunk.cast(pa.string()) if entries.take_all and pa.types.is_null(chunk.type) else chunk
        if entries.decode is not None and _is_binary(typed.type, pa):
            typed = pa.array(_decoded(typed, entries.decode, first), pa.large_string())
        if (column := _native_column(typed, first, pa)) is not None:
            yield column
        first += len(chunk)


def _is_binary(kind: Any, pa: Any) -> bool:
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind))


def _decoded(chunk: Any, decode: Callable[[bytes], str], first: int) -> Iterator[str | None]:
    """Decode the bytes of a chunk; ``first`` is the index of its first entry."""
    for index, value in enumerate(chunk.to_pylist(), first):
        try:
            yield None if value is None else decode(value)
        except UnicodeDecodeError as error:
            message = f"Document {index} is not valid {error.encoding.upper()} at byte {error.start}: {error.reason}"
            raise InvalidDocumentError(message, index=index, offset=error.start) from error


def _native_column(chunk: Any, first: int, pa: Any) -> ArrowColumn | None:
    if pa.types.is_null(chunk.type):
        return None
    if not pa.types.is_dictionary(chunk.type):
        return ArrowColumn(_native_array(chunk, _text_layout(chunk.type, pa), len(chunk)), None, first)
    index_type, values = chunk.type.index_type, chunk.dictionary
    n_values = len(values)
    if pa.types.is_signed_integer(index_type):  # the core reads indices as unsigned, so a negative one must be too large
        n_values = min(n_values, 1 << (index_type.bit_width - 1))
    indices = _native_array(chunk, native_arrow.ARROW_INDICES[index_type.bit_width], len(chunk))
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


class Entries(NamedTuple):
    """Which entries of a column are documents: those with text, unless all are taken."""

    refuse_blank: bool = False
    take_all: bool = False
    batch_nbytes: int | None = None
    """The bytes that are joined to a batch; None means `BATCH_NBYTES`."""
    decode: Callable[[bytes], str] | None = None
    """What decodes the entries of a binary column; None means that they are UTF-8."""


class Span(NamedTuple):
    """A range of entries of a column, and their number of bytes, if that is known."""

    column: ArrowColumn
    start: int
    stop: int
    nbytes: int = 0


class Shard:
    """The spans for one thread."""

    def __init__(self, spans: Iterable[Span], entries: Entries) -> None:
        self.batch = ArrowBatch(entries.batch_nbytes or BATCH_NBYTES, takes_all=entries.take_all)
        self._spans = spans
        self._refuse_blank = entries.refuse_blank

    def fill(self) -> Iterator[int]:
        """Fill the batch again and again; give the index of the last entry read each time."""
        for column, start, stop, _ in self._spans:
            following = start
            while following < stop:
                following = self.batch.read(column, following, stop, refuse_blank=self._refuse_blank)
                yield column.first + following - 1

    def steps(self) -> Iterator[Step]:
        """Give the documents batch by batch."""
        for index in self.fill():
            if self.batch.long_text is None:
                yield self.batch.joined, self.batch.read_nbytes
            else:
                for part in slices_of(self.batch.long_text, index):
                    yield part, len(part.text)


def slices_of(text: memoryview, index: int) -> Iterator[Batch]:
    """Cut a long document into batches, between characters, and validate them: copies, since the original may change."""
    start = 0
    while start < len(text):
        stop = batches.character_start(text, start + SLICE_NBYTES)
        part = bytes(text[start:stop])
        if (offset := native_text.find_invalid(part)) is not None:
            raise native_text.not_utf8(index, start + offset)
        yield native_text.closing_batch(part) if stop == len(text) else native_text.open_batch(part)
        start = stop


def batch_of_long(text: memoryview, index: int) -> Batch:
    """Make a batch of a whole long document, and validate it: a copy, since the original may change."""
    copied = bytes(text)
    if (offset := native_text.find_invalid(copied)) is not None:
        raise native_text.not_utf8(index, offset)
    return native_text.closing_batch(copied)


# ---- Shared out among threads ----------------------------------------------------------------------------------------


class Group:
    """Entries that are read together: all chunks in memory, or one chunk of a stream."""

    def __init__(self, columns: Iterable[ArrowColumn], entries: Entries, *, is_measured: bool) -> None:
        self._entries = entries
        self._spans = [span for column in columns for span in _spans(column, is_measured=is_measured)]
        self.nbytes = sum(span.nbytes for span in self._spans)

    def shards(self, threads: int) -> list[Shard]:
        """Return at most ``threads`` shards of about equal length, cut between entries; one if nothing was measured."""
        return [Shard(spans, self._entries) for spans in self._share_out(threads)]

    def _share_out(self, threads: int) -> list[list[Span]]:
        total = self.nbytes
        n_shards = min(threads, total // NBYTES_PER_THREAD)
        if n_shards < 2:
            return [self._spans]
        shards: list[list[Span]] = [[]]
        n_shared = 0
        for span in self._spans:
            column, start, stop, rest = span
            while len(shards) < n_shards and n_shared + rest >= (goal := total * len(shards) // n_shards):
                cut, nbytes = column.measure(start, stop, max(goal - n_shared, 0))
                shards[-1].append(Span(column, start, cut, nbytes))
                shards.append([])
                start, n_shared, rest = cut, n_shared + nbytes, rest - nbytes
            shards[-1].append(Span(column, start, stop, rest))
            n_shared += rest
        return shards


def _spans(column: ArrowColumn, *, is_measured: bool) -> Iterator[Span]:
    if not is_measured:
        yield Span(column, 0, column.array.length)
        return
    for start in range(0, column.array.length, MEASURED_ENTRIES):
        stop = min(start + MEASURED_ENTRIES, column.array.length)
        yield Span(column, start, stop, column.measure(start, stop, _NO_LIMIT)[1])


class Groups(NamedTuple):
    """All groups of a column, and the number of bytes of its documents, if that is known."""

    groups: Iterable[Group]
    nbytes: int | None


@contextmanager
def opened_column(column: Any, method: str, entries: Entries, *, is_measured: bool) -> Generator[Groups, None, None]:
    """Read a column; ``method`` is the name of the method that needs pyarrow. A stream is held one chunk at a time."""
    pa = import_pyarrow(method)
    with _open_chunks(column, pa) as chunks:
        columns = _native_columns(chunks, entries, pa)
        if isinstance(chunks, list):
            group = Group(columns, entries, is_measured=is_measured)
            yield Groups([group], group.nbytes if is_measured else None)
        else:
            yield Groups((Group([part], entries, is_measured=is_measured) for part in columns), None)


# ---- All entries, in order -------------------------------------------------------------------------------------------


class Texts:
    """All entries of a column as texts; one without a value is an empty text.

    It gives the index of an entry, and with it a batch of texts, valid until the next one is requested, that begins with this
    entry, or the entry alone if it is too long for a batch. Only batches are validated.
    """

    def __init__(self, groups: Groups) -> None:
        self._groups = groups.groups
        self.nbytes = groups.nbytes
        self.has_value = bytearray()
        """A byte for each entry read so far: 1, or 0 if it has no value."""

    def __iter__(self) -> Iterator[tuple[int, Batch | memoryview]]:
        for group in self._groups:
            for shard in group.shards(1):
                yield from self._texts_of(shard)

    def _texts_of(self, shard: Shard) -> Iterator[tuple[int, Batch | memoryview]]:
        batch = shard.batch
        for last in shard.fill():
            if batch.long_text is None:
                self.has_value += batch.has_value
                yield last + 1 - batch.joined.n_ends, batch.joined
            else:
                self.has_value.append(1)
                yield last, batch.long_text


@contextmanager
def opened_texts(column: Any, method: str, batch_nbytes: int, *, is_measured: bool) -> Generator[Texts, None, None]:
    """Read all entries of a column, as `opened_column` does."""
    with opened_column(column, method, Entries(take_all=True, batch_nbytes=batch_nbytes), is_measured=is_measured) as groups:
        yield Texts(groups)


def validity(has_value: bytearray, pa: Any) -> Any:
    """Return the bitmap of the entries with a value; None if all have one."""
    if 0 not in has_value:
        return None
    return pa.Array.from_buffers(pa.uint8(), len(has_value), [None, pa.py_buffer(has_value)]).cast(pa.bool_()).buffers()[1]


def is_column(given: object) -> bool:
    """Whether an object gives Arrow data, and pyarrow is installed, which reads it."""
    kind = type(given)
    has_protocol = hasattr(kind, "__arrow_c_stream__") or hasattr(kind, "__arrow_c_array__")
    return has_protocol and find_spec("pyarrow") is not None
