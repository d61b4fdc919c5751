"""What a corpus is read from: files of text, JSON lines and Parquet, Arrow data, and texts from Python.

A reader gives documents in order, joined to batches for the core or one alone, each with its index in its source. What comes
again when a run goes on has the same indices; how it is cut into batches may differ.
"""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Any, NamedTuple, Protocol, TypeVar, cast

from text_processor._common import many
from text_processor._common.arguments import is_a
from text_processor._common.globs import files_of
from text_processor._common.messages import quoted
from text_processor._documents import arrow, json_lines, sources
from text_processor._documents.arrow import import_pyarrow
from text_processor._documents.batches import Step
from text_processor._documents.sources import Shard
from text_processor._native import text as native_text
from text_processor._native.json_lines import Rows
from text_processor._native.process import check_kept_nbytes
from text_processor._native.text import Batch
from text_processor.bpe import _model
from text_processor.bpe._shards.plan import Plan
from text_processor.bpe._stages import utf8
from text_processor.errors import InvalidDocumentError

Item = TypeVar("Item")

# A file with more text is read in blocks, as one document, unless all of it is needed to know its part.
LARGE_NBYTES = 1 << 23

# Rows of a Parquet file that are decoded together.
PARQUET_ROWS = 1 << 12

_PARQUET = b"PAR1"
_JSON_LINES = (".jsonl", ".ndjson", ".jsonlines")
_COMPRESSED = (".gz", ".bz2", ".xz", ".zst", ".zstd")

# What JSON lines and Parquet are read by, where a user names nothing.
USUAL_COLUMN = "text"

CORPUS = many.TEXTS._replace(
    what="paths, Arrow data or an iterable of texts",
    for_one="[text] is a list of one, given as iter([text])",
    for_frame='df[["text"]] has one column',
    for_arrow=None,
)


class Documents(NamedTuple):
    """Whole documents: joined, or one alone; ``has_value`` has a 0 for each that is missing, or is None if none is."""

    first: int
    texts: Batch | memoryview
    has_value: bytes | None = None

    @property
    def n(self) -> int:
        return 1 if isinstance(self.texts, memoryview) else self.texts.n_ends


class Long(NamedTuple):
    """A document that comes in blocks."""

    text: Shard


class Reader(Protocol):
    """A source."""

    name: str
    nbytes: int | None
    n_read: int
    is_named: bool
    """Whether its description tells it from others, so that what it gave before need not be compared."""

    def describe(self) -> dict[str, Any]: ...

    def documents(self, skip: int) -> Generator[Documents | Long, None, None]:
        """Give the documents; some or all of the first ``skip`` may be left out."""
        ...


def readers_of(given: Any, plan: Plan, threads: int) -> list[Reader]:
    """Return the readers of what a user gives."""
    paths: Any = [given] if is_a(given, str, os.PathLike) else given
    if is_a(paths, list, tuple) and all(is_a(path, str, os.PathLike) for path in paths):
        return list(_of_paths(_found(paths), plan, threads))
    if arrow.is_column(given):
        return [OfArrow(given, plan, threads)]
    many.check(given, "sources", CORPUS)
    if plan.column is not None:
        raise ValueError(f"column={quoted(plan.column)} is for files and tables, not for an iterable of texts")
    return [OfTexts(given, threads)]


def _found(paths: Iterable[Any]) -> list[str]:
    """Return the files of paths and globs, in the order given, those of a glob sorted."""
    names: list[str] = []
    for name in map(os.fsdecode, paths):
        matches = files_of(name)
        if not matches or not os.path.lexists(matches[0]):
            raise FileNotFoundError(f"no file matches {quoted(name)}; texts in a list are given as iter(texts)")
        names += matches
    return names


def _of_paths(names: list[str], plan: Plan, threads: int) -> Iterator[Reader]:
    whole: list[str] = []
    for name in names:
        mode = os.stat(name).st_mode  # noqa: PTH116 - a str is enough
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):  # a pipe would have lost what was looked at, or wait for ever
            raise ValueError(
                f"{quoted(name)} cannot be read again, which a run that goes on does: give files, not pipes or devices"
            )
        with io.FileIO(name) as file:
            is_parquet = file.read(len(_PARQUET)) == _PARQUET
        is_table = is_parquet or plan.column is not None or _plain(name).endswith(_JSON_LINES)
        if not is_table and plan.documents == "file":
            whole.append(name)
            continue
        if whole:
            yield OfWholeFiles(whole, plan, threads)
            whole = []
        yield (OfParquet if is_parquet else OfJsonLines if is_table else OfLines)(name, plan, threads)
    if whole:
        yield OfWholeFiles(whole, plan, threads)


def _plain(name: str) -> str:
    """Return a name without what says that the file is compressed."""
    name = name.lower()
    for suffix in _COMPRESSED:
        name = name.removesuffix(suffix)
    return name


def _described(name: str) -> dict[str, Any]:
    about = os.stat(name)  # noqa: PTH116 - as given
    return {"path": name, "bytes": about.st_size, "modified_ns": about.st_mtime_ns}


def _batch_nbytes(threads: int) -> int:
    return _model.BATCH_NBYTES * threads


# ---- Files of text ---------------------------------------------------------------------------------------------------


class _File:
    """One file."""

    is_named = True

    def __init__(self, name: str, plan: Plan, threads: int) -> None:
        self.name = repr(name)
        self.n_read = 0
        self._path = name
        self._plan = plan
        self._threads = threads
        self._about = _described(name)
        self.nbytes: int | None = self._about["bytes"]

    def describe(self) -> dict[str, Any]:
        return self._about

    def _line_blocks(self, nbytes: int) -> Iterator[memoryview]:
        """Give whole lines of text, of at least so many bytes together; the last block may not end with a line end."""
        with sources.opened_file(self._path, self._plan.reading) as given:
            text = given.text(self.name, self._plan.reading.errors, drops_mark=True)
            for block in json_lines.line_blocks(utf8.blocks(text), nbytes):
                self.n_read = text.source.n_read
                yield block


class OfLines(_File):
    """A file of text whose lines are documents; blank lines are none."""

    def documents(self, skip: int) -> Generator[Documents, None, None]:  # noqa: ARG002 - reading costs little
        first = 0
        for block in self._line_blocks(_batch_nbytes(self._threads)):
            batch = _lines_of(bytes(block))
            if batch.n_ends == 1:
                yield Documents(first, memoryview(bytes(memoryview(batch.text)[: batch.ends[0]])))
            elif batch.n_ends:
                yield Documents(first, batch)
            first += batch.n_ends


def _lines_of(block: bytes) -> Batch:
    r"""Return the lines that are not blank; a line ends before ``\n`` or ``\r\n``."""
    if b"\r\n" in block:
        block = block.replace(b"\r\n", b"\n")
    text = block.removesuffix(b"\n")
    if native_text.has_blank_line(text):
        text = b"\n".join(line for line in text.split(b"\n") if not native_text.is_blank(line))
        if not text:
            return native_text.open_batch(b"")
    return native_text.batch_of_lines(text)


class _Begun:
    """A text of which the first blocks were read already."""

    def __init__(self, text: Shard, head: bytes, rest: Iterator[memoryview]) -> None:
        self.source = text.source
        self._head = head
        self._rest = rest

    def steps(self) -> Iterator[Step]:
        yield native_text.open_batch(self._head), 0
        for block in self._rest:
            yield native_text.open_batch(block), 0


class OfWholeFiles:
    """Files of text, each of which is a document. ``name`` is that of the file that was opened last."""

    name = "the files"
    is_named = True

    def __init__(self, names: list[str], plan: Plan, threads: int) -> None:
        self.n_read = 0
        self._names = names
        self._plan = plan
        self._threads = threads
        self._about = list(map(_described, names))
        self._most = LARGE_NBYTES if plan.validation is None else None
        self.nbytes: int | None = sum(about["bytes"] for about in self._about)

    def describe(self) -> dict[str, Any]:
        return {"files": self._about}

    def documents(self, skip: int) -> Generator[Documents | Long, None, None]:
        """Give small files together."""
        waiting: list[bytes] = []
        n_waiting, most = 0, _batch_nbytes(self._threads)
        self.n_read = sum(about["bytes"] for about in self._about[:skip])
        for index in range(skip, len(self._names)):
            name = self._names[index]
            self.name = repr(name)
            with sources.opened_file(name, self._plan.reading) as given:
                text = given.text(self.name, self._plan.reading.errors, drops_mark=True)
                blocks = utf8.blocks(text)
                head, is_whole = self._head(blocks)
                if waiting and (not is_whole or n_waiting + len(head) > most):
                    yield Documents(index - len(waiting), native_text.batch_of(waiting))
                    waiting, n_waiting = [], 0
                if not is_whole:
                    yield Long(cast(Shard, _Begun(text, head, blocks)))
                elif len(head) > most:
                    yield Documents(index, memoryview(head))
                else:
                    waiting.append(head)
                    n_waiting += len(head) + 1
            self.n_read += self._about[index]["bytes"]
        if waiting:
            yield Documents(len(self._names) - len(waiting), native_text.batch_of(waiting))

    def _head(self, blocks: Iterator[memoryview]) -> tuple[bytes, bool]:
        """Return the text, or as much of a large one as is read at once, and whether it is all."""
        kept: list[bytes] = []
        n = 0
        for block in blocks:
            kept.append(bytes(block))
            n += len(block)
            if self._most is not None and n > self._most:
                return b"".join(kept), False
            if self._most is None:
                check_kept_nbytes(n)
        return b"".join(kept), True


# ---- Tables ----------------------------------------------------------------------------------------------------------


def _of_arrays(arrays: Iterable[Any], first: int, threads: int) -> Iterator[Documents]:
    """Give the entries of arrays of text one after the other."""
    for array in arrays:
        yield from _of_column(array, first, threads)
        first += len(array)


def _of_column(column: Any, first: int, threads: int) -> Iterator[Documents]:
    try:
        with arrow.opened_texts(column, "encode_corpus", _batch_nbytes(threads), is_measured=False) as entries:
            for index, texts in entries:
                has_value = bytes(entries.has_value) if 0 in entries.has_value else None
                del entries.has_value[:]
                yield Documents(first + index, texts, has_value)
    except InvalidDocumentError as error:
        index = first + (error.index or 0)
        message = f"text {index} is not valid UTF-8 at byte {error.offset}"
        raise InvalidDocumentError(message, index=index, offset=error.offset) from error


def ahead(items: Iterator[Item], threads: int) -> Iterator[Item]:
    """Give items, each made while the one before it is in use, if there may be a thread for it."""
    if threads == 1:
        yield from items
        return
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(next, items, None)
        while (item := future.result()) is not None:
            future = pool.submit(next, items, None)
            yield item


class OfJsonLines(_File):
    """A field of JSON lines; ``a.b`` is the field b of the object a."""

    def documents(self, skip: int) -> Generator[Documents, None, None]:  # noqa: ARG002
        enough = _batch_nbytes(self._threads)
        found = json_lines.rows(self._line_blocks(enough), self._plan.column or USUAL_COLUMN, "column=", enough=enough)
        first = 0
        for some in ahead(found, self._threads):
            if isinstance(some, Rows):
                yield _of_rows(some, first)
                first += some.texts.n_ends
            else:
                yield from _of_values(some, first, self._threads)
                first += len(some)


def _of_rows(rows: Rows, first: int) -> Documents:
    text, ends, n = rows.texts
    has_value = None if rows.n_values == n else bytes(rows.has_value)
    if n == 1 and ends[0] > _model.most_of_one():
        return Documents(first, memoryview(text)[: ends[0]], has_value)
    return Documents(first, rows.texts, has_value)


def field_of_stream(stream: Any, field: str) -> Iterator[Any]:
    """Give a field of JSON lines from a stream, as Arrow arrays: the rows that `OfJsonLines` finds in a file."""
    text = sources.of_stream(stream, sources.Options("whole", "skip")).text("the file", drops_mark=True)
    blocks = json_lines.line_blocks(utf8.blocks(text), json_lines.NBYTES)
    return json_lines.arrays(blocks, field, "column=", import_pyarrow("a field of JSON lines"))


def _of_values(values: Sequence[str | None], first: int, threads: int) -> Iterator[Documents]:
    """Give texts of Python, of which some may be missing."""
    most, start, n = _batch_nbytes(threads), 0, 0
    for end, value in enumerate(values, 1):
        n += len(value or "")
        if n >= most or end == len(values):
            some = values[start:end]
            has_value = bytes(map(bool, (each is not None for each in some))) if None in some else None
            yield _joined([each or "" for each in some], first + start, has_value)
            start, n = end, 0


def _joined(texts: list[str], first: int, has_value: bytes | None = None) -> Documents:
    if len(texts) == 1 and len(texts[0]) > _model.most_of_one():
        return Documents(first, memoryview(utf8.encoded(texts[0])), has_value)
    return Documents(first, utf8.batch_of(texts), has_value)


class OfParquet(_File):
    """A column of a Parquet file."""

    def documents(self, skip: int) -> Generator[Documents, None, None]:
        pa = import_pyarrow("encode_corpus of a Parquet file")
        parquet = import_module("pyarrow.parquet")
        column = self._plan.column or USUAL_COLUMN
        try:
            with parquet.ParquetFile(self._path, pre_buffer=False) as file:
                names = list(file.schema_arrow.names)
                if column not in names:
                    shown = ", ".join(map(quoted, names[:20])) or "none"
                    raise ValueError(f"there is no column {quoted(column)}; the columns are {shown}; column= names one")
                first = group = 0
                while group < file.num_row_groups and first + file.metadata.row_group(group).num_rows <= skip:
                    first += file.metadata.row_group(group).num_rows
                    group += 1
                groups = list(range(group, file.num_row_groups))
                rows = file.iter_batches(PARQUET_ROWS, row_groups=groups, columns=[column], use_threads=self._threads > 1)
                yield from _of_arrays(ahead((batch.column(0) for batch in rows), self._threads), first, self._threads)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
            # To pyarrow a fault in the file is an OSError, too, but without a number of the system.
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise ValueError(f"pyarrow cannot read it: {str(error).strip()}") from error


class OfArrow:
    """A column of Arrow data."""

    name = "the column"
    is_named = False
    nbytes: int | None = None

    def __init__(self, given: Any, plan: Plan, threads: int) -> None:
        self.n_read = 0
        self._given = given
        self._column = plan.column
        self._threads = threads

    def describe(self) -> dict[str, Any]:
        return {"kind": "Arrow"}

    def documents(self, skip: int) -> Generator[Documents, None, None]:  # noqa: ARG002 - it is compared
        for documents in self._documents():
            self.n_read += len(documents.texts) if isinstance(documents.texts, memoryview) else len(documents.texts.text)
            yield documents

    def _documents(self) -> Iterator[Documents]:
        if self._column is None:
            return _of_column(self._given, 0, self._threads)
        pa = import_pyarrow("encode_corpus")
        given = self._given if hasattr(self._given, "__arrow_c_stream__") else pa.table(pa.record_batch(self._given))
        reader = pa.RecordBatchReader.from_stream(given)
        if self._column not in reader.schema.names:
            shown = ", ".join(map(quoted, reader.schema.names[:20])) or "none"
            raise ValueError(f"there is no column {quoted(self._column)}; the columns are {shown}")
        return _of_arrays((batch.column(self._column) for batch in reader), 0, self._threads)


# ---- Texts from Python -----------------------------------------------------------------------------------------------


class OfTexts:
    """An iterable of texts."""

    name = "the texts"
    is_named = False
    nbytes: int | None = None

    def __init__(self, given: Iterable[Any], threads: int) -> None:
        self.n_read = 0
        self._given = given
        self._threads = threads

    def describe(self) -> dict[str, Any]:
        return {"kind": "iterable"}

    def documents(self, skip: int) -> Generator[Documents, None, None]:  # noqa: ARG002 - it is compared
        most, n, first = _batch_nbytes(self._threads), 0, 0
        waiting: list[str] = []
        for index, given in enumerate(self._given):
            text = utf8.checked_item(given, index, "document")
            text = str(text, "utf-8") if isinstance(text, memoryview) else text
            if waiting and n + len(text) > most:
                yield self._given_out(waiting, first, n)
                waiting, n, first = [], 0, index
            waiting.append(text)
            n += len(text)
        if waiting:
            yield self._given_out(waiting, first, n)

    def _given_out(self, texts: list[str], first: int, n: int) -> Documents:
        self.n_read += n
        return _joined(texts, first)
