"""One column of text out of a table: CSV, TSV, Parquet, or a field of JSON lines. pyarrow reads all of them."""

from __future__ import annotations

import io
import time
import weakref
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from importlib import import_module
from random import Random
from typing import Any, NamedTuple, TypeVar

from text_processor._common.messages import quoted
from text_processor._documents import decoding, json_lines
from text_processor._documents.arrow import import_pyarrow
from text_processor._documents.decoding import Reading

# CSV is parsed in blocks of this size; a row is never longer.
BLOCK_NBYTES = 1 << 24

_PARQUET = b"PAR1"
_TSV_SUFFIXES = (".tsv", ".tab")
_MOST_NAMES = 20

_Thing = TypeVar("_Thing")


class Wanted(NamedTuple):
    """What to read of a table: a column by its name, or a field of JSON lines, in which ``a.b`` is the field b of a."""

    name: str
    is_field: bool
    share: float | None = None
    """The share of the rows to take at random; None means all."""

    @property
    def option(self) -> str:
        return "--field" if self.is_field else "--column"


@contextmanager
def opened_texts(file: io.FileIO, wanted: Wanted, reading: Reading, name: str) -> Generator[Any, None, None]:
    """Give the texts of a file as a reader of Arrow batches of one column.

    Raises:
        ImportError: pyarrow is not installed.
        ValueError: the table has no such column, or none of text, or is damaged.
        InvalidDocumentError: the text cannot be decoded.
    """
    pa = import_pyarrow(wanted.option)
    source = _Source(file, reading, BLOCK_NBYTES)
    if wanted.is_field:
        arrays = _of_json(source, wanted.name, pa)
    elif source.begins_with(_PARQUET):
        arrays = _of_parquet(source, wanted.name)
    else:
        arrays = _of_csv(source, wanted.name, is_tsv=_is_tsv(source, name), pa=pa)
    first = next(arrays, None)
    if first is None:
        first = pa.array([], pa.string())
    kind = first.type
    schema = pa.schema([("text", kind)])

    def give() -> Iterator[Any]:
        random = Random(0)  # the same sample each time
        for array in _chain(first, arrays):
            kept = array if wanted.share is None else array.filter(_sample(len(array), wanted.share, random, pa))
            yield pa.record_batch([kept], schema)

    try:
        yield pa.RecordBatchReader.from_batches(schema, give())
    finally:
        arrays.close()


def _chain(first: Any, others: Iterator[Any]) -> Iterator[Any]:
    yield first
    yield from others


def _sample(n: int, share: float, random: Random, pa: Any) -> Any:
    return pa.array([random.random() < share for _ in range(n)], pa.bool_())


class _Source(io.RawIOBase):
    """The decoded bytes of a file, as a file; of Parquet the bytes themselves."""

    def __init__(self, file: io.FileIO, reading: Reading, nbytes: int) -> None:
        super().__init__()
        head = file.read(nbytes) or b""
        self._file, self._head = file, head
        if head.startswith(_PARQUET):
            self._rest = memoryview(head)
            return
        self._blocks = iter([head])
        opened = decoding.opened(self._next_raw, nbytes, reading)
        self._read_more: Callable[[int], Any] = opened.read
        self._nbytes = nbytes
        self._rest = memoryview(bytes(opened.read(nbytes)))
        if bytes(self._rest[:3]) == b"\xef\xbb\xbf":
            self._rest = self._rest[3:]

    def _next_raw(self, nbytes: int) -> bytes:
        return next(self._blocks, None) or self._file.read(nbytes) or b""

    def begins_with(self, magic: bytes) -> bool:
        return self._head.startswith(magic)

    def first_line(self) -> bytes:
        return bytes(self._rest[:65536]).partition(b"\n")[0]

    def all_bytes(self) -> bytes:
        return self._head + self._file.readall()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        if not self._rest:
            self._rest = memoryview(bytes(self._read_more(self._nbytes)))
        n = min(len(buffer), len(self._rest))
        buffer[:n] = self._rest[:n]
        self._rest = self._rest[n:]
        return n


def _is_tsv(source: _Source, name: str) -> bool:
    plain = name.lower()
    for suffix in (".gz", ".bz2", ".xz", ".zst", ".zstd"):
        plain = plain.removesuffix(suffix)
    return plain.endswith(_TSV_SUFFIXES) or (not plain.endswith(".csv") and b"\t" in source.first_line())


def _missing(name: str, names: list[str]) -> ValueError:
    shown = ", ".join(map(quoted, names[:_MOST_NAMES])) + (" …" if len(names) > _MOST_NAMES else "")
    return ValueError(f"there is no column {quoted(name)}; the columns are {shown or 'none'}")


class _Lent:
    """What threads of Arrow read, which belongs to Python.

    These threads may release it a moment after the reader has given its last batch. If the interpreter ends before, the process
    aborts: such a thread then waits for the GIL in code that must not be unwound.
    """

    # They release it within milliseconds. The bound is for an Arrow that keeps it for good: a program must not hang for that.
    _LONGEST_WAIT = 10.0  # s

    def __init__(self) -> None:
        self._held: list[weakref.ref[Any]] = []

    def file(self, file: io.BufferedIOBase) -> _LentFile:
        return self.remember(_LentFile(file, self))

    def remember(self, thing: _Thing) -> _Thing:
        self._held = [*self._alive(), weakref.ref(thing)]
        return thing

    def wait(self) -> None:
        """Return when all is released."""
        end = time.monotonic() + self._LONGEST_WAIT
        while self._alive() and time.monotonic() < end:
            time.sleep(0.0001)

    def _alive(self) -> list[weakref.ref[Any]]:
        return [held for held in self._held if held() is not None]


class _Block(bytearray):
    """Bytes that a weak reference may point to."""


class _LentFile(io.RawIOBase):
    def __init__(self, file: io.BufferedIOBase, lent: _Lent) -> None:
        super().__init__()
        self._file, self._lent = file, lent

    def readable(self) -> bool:
        return True

    def read(self, nbytes: int = -1, /) -> Any:
        block = self._lent.remember(_Block(nbytes))
        return memoryview(block)[: self._file.readinto(block)]


def _of_csv(source: _Source, name: str, *, is_tsv: bool, pa: Any) -> Generator[Any, None, None]:
    csv = import_module("pyarrow.csv")
    if not source.first_line():
        return
    parsing = csv.ParseOptions(delimiter="\t" if is_tsv else ",", newlines_in_values=True)
    converting = csv.ConvertOptions(
        include_columns=[name], column_types={name: pa.large_string()}, strings_can_be_null=False, null_values=[]
    )
    reading = csv.ReadOptions(block_size=BLOCK_NBYTES)
    lent, reader, batch = _Lent(), None, None
    try:
        reader = csv.open_csv(lent.file(io.BytesIO(source.first_line() + b"\n")), parse_options=parsing)
        names = reader.schema.names
        if name not in names:
            raise _missing(name, list(names))
        reader = csv.open_csv(
            lent.file(io.BufferedReader(source)), read_options=reading, parse_options=parsing, convert_options=converting
        )
        for batch in reader:
            yield batch.column(0)
    finally:
        del reader, batch
        lent.wait()


def _of_parquet(source: _Source, name: str) -> Generator[Any, None, None]:
    parquet = import_module("pyarrow.parquet")
    table = parquet.ParquetFile(io.BytesIO(source.all_bytes()))
    if name not in table.schema_arrow.names:
        raise _missing(name, list(table.schema_arrow.names))
    for batch in table.iter_batches(columns=[name]):
        yield batch.column(0)


def _of_json(source: _Source, name: str, pa: Any) -> Generator[Any, None, None]:
    blocks = json_lines.line_blocks(iter(lambda: source.read(json_lines.NBYTES) or b"", b""), json_lines.NBYTES)
    return json_lines.arrays(blocks, name, "--field", pa)
