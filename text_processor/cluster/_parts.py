"""What workers do with one part of a source, whatever the engine: its result is a value that depends on the part alone.

A part is the name of a file, or documents: a list, an Arrow column or a ``Series``. Tables and counts travel between workers as
bytes. Whatever goes wrong in a part raises `PartError` with its name.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from copy import copy
from glob import has_magic
from importlib import import_module
from typing import Any, NamedTuple, TypeVar, cast

from text_processor._common import many
from text_processor._common.arguments import check_option, checked_whole
from text_processor._common.globs import files_of
from text_processor._common.messages import needs, quoted
from text_processor.analyzer import TextAnalyzer
from text_processor.bpe import PieceCounts
from text_processor.bpe._shards.sources import field_of_stream
from text_processor.errors import PartError, TextProcessorError

Item = TypeVar("Item")

# How many neighbours one task merges: fewer make a deeper tree, more need more memory at once.
FAN_IN = 8

# A task takes neighbouring files up to so many bytes, if there are so many tasks for each worker nevertheless.
GROUP_NBYTES = 1 << 28
TASKS_OF_A_WORKER = 4

# What stands for the parts of a source that has none.
NOTHING: list[Any] = [[]]

ORDERS = ("seen", "count", "term")

# What begins a Parquet file.
_PARQUET = b"PAR1"

# What a partition may be.
_DOCUMENTS = many.DOCUMENTS._replace(for_one="[text] is a list of one", for_frame="column= names a column of it")


class Work(NamedTuple):
    """What to do with each part; it travels to the workers."""

    column: str | None
    reading: dict[str, Any]
    """The arguments of ``add_file``: documents, errors, encoding, blank."""
    options: dict[str, Any]
    """The arguments of `TextAnalyzer`, or of `PieceCounts`."""


# ---- Sources ---------------------------------------------------------------------------------------------------------


def is_paths(source: object) -> bool:
    """Whether a source is a path, a glob, or a list or tuple of them."""
    if isinstance(source, (list, tuple)):
        return all(isinstance(each, (str, os.PathLike)) for each in cast(Sequence[object], source))
    return isinstance(source, (str, os.PathLike))


def paths(source: Any) -> list[str]:
    """Return the files of paths and globs, in the order given, those of a glob sorted; a glob without any raises."""
    found: list[str] = []
    given = cast(Iterable["str | os.PathLike[str]"], [source] if isinstance(source, (str, os.PathLike)) else source)
    for each in given:
        name = os.fspath(each)
        matches = _matches(name)
        if not matches:
            raise FileNotFoundError(f"no file matches {quoted(name)}")
        found += matches
    return found


class Group(tuple[str, ...]):
    """Neighbouring files that one task counts, so that there are fewer tables to send and to merge."""

    __slots__ = ()


def grouped(parts: list[Any], n_workers: int) -> list[Any]:
    """Put neighbouring small files together; parts of other sources stay as they are."""
    size = len(parts) // max(TASKS_OF_A_WORKER * n_workers, 1) if n_workers else 1
    if size < 2 or not all(isinstance(part, str) and os.path.isfile(part) for part in parts):  # noqa: PTH113 - it is a str
        return parts
    groups: list[list[str]] = []
    room = 0
    for path in parts:
        room -= os.path.getsize(path)  # noqa: PTH202 - it is a str
        if room < 0 or len(groups[-1]) == size:
            groups.append([])
            room = GROUP_NBYTES - os.path.getsize(path)  # noqa: PTH202 - it is a str
        groups[-1].append(path)
    return list(map(Group, groups))


def sources_in(part: Any) -> Iterator[Any]:
    """Give the files of a group, or the part itself."""
    return iter(cast(Iterable[Any], part)) if isinstance(part, Group) else iter((part,))


def _matches(name: str) -> list[str]:
    if "://" not in name:
        return files_of(name)
    if not has_magic(name):
        return [name]
    protocol = name.partition("://")[0]
    found = sorted(_fsspec().filesystem(protocol).glob(name))
    return [f"{protocol}://{path.removeprefix(f'{protocol}://')}" for path in found]


def _fsspec() -> Any:
    try:
        return import_module("fsspec")
    except ImportError as error:
        raise ImportError(needs("a URL", "fsspec", "dask")) from error


@contextmanager
def _opened(path: str) -> Generator[Any, None, None]:
    with _fsspec().open(path, "rb").open() if "://" in path else open(path, "rb") as file:  # noqa: PTH123 - as fsspec's
        yield file


@contextmanager
def named(part: object) -> Generator[None, None, None]:
    """Give errors the name of the part that they are about."""
    name = part if isinstance(part, str) else f"a partition of the type {type(part).__name__}"
    try:
        yield
    except PartError:
        raise
    except MemoryError as error:
        why = str(error) or "not enough memory"
        raise MemoryError(f"{name}: {why}; give workers more of it, or cut the source into more parts") from error
    except (TextProcessorError, ValueError, TypeError, LookupError, OverflowError, OSError) as error:
        raise PartError(f"{name}: {error}", part=name) from error


# ---- Adding one part -------------------------------------------------------------------------------------------------


def count(part: Any, work: Work) -> TextAnalyzer:
    """Count the words of a part."""
    analyzer = TextAnalyzer(keep_documents=False, **work.options)
    for each in sources_in(part):
        with named(each):
            _add(analyzer, each, work)
    return analyzer


def shares(part: Any, work: Work, n_parts: int, salt: int) -> list[bytes]:
    """Count the words of a part, and share them out, so that the whole table of the part need not be kept."""
    parts = count(part, work).split(n_parts, salt)
    parts.reverse()
    return [parts.pop().to_bytes() for _ in range(n_parts)]


def count_pieces(part: Any, work: Work) -> PieceCounts:
    """Count the pieces of a part."""
    counts = PieceCounts(**work.options)
    for each in sources_in(part):
        with named(each):
            _add_pieces(counts, each, work)
    return counts


def _add_pieces(counts: PieceCounts, part: Any, work: Work) -> None:
    if isinstance(part, str) and work.column is None and "://" not in part:
        counts.add_file(part, **work.reading)
    elif isinstance(part, str) and work.column is None:
        with _opened(part) as file:
            counts.add_stream(file, **work.reading)
    else:
        _add_documents(counts.add_arrow, counts.add_texts, part, work.column)


def _add(analyzer: TextAnalyzer, part: Any, work: Work) -> None:
    if isinstance(part, str) and work.column is None:
        if "://" not in part:
            analyzer.add_file(part, **work.reading)
            return
        with _opened(part) as file:
            analyzer.add_stream(file, **work.reading)
        return
    _add_documents(analyzer.add_arrow, lambda texts: analyzer.add_documents(texts, blank="skip"), part, work.column)


def _add_documents(
    add_arrow: Callable[[Any], object], add: Callable[[list[Any]], object], part: Any, column: str | None
) -> None:
    if isinstance(part, str):
        with _column_of_file(part, str(column)) as chunks:
            for chunk in chunks:
                add_arrow(chunk)
    elif hasattr(part, "__arrow_c_stream__") or hasattr(part, "__arrow_c_array__"):
        add_arrow(part)
    elif hasattr(part, "to_numpy"):  # a Series of an older pandas
        add_arrow(import_module("pyarrow").array(part, from_pandas=True))
    else:
        add(list(many_checked(part)))


def many_checked(part: Any) -> Any:
    """Return documents, or raise if they are something that only looks like many."""
    many.check(part, "a partition", _DOCUMENTS)
    return part


def texts_of(part: Any, column: str | None) -> Iterator[str]:
    """Give the documents of a part, without nulls: those of a file of text are its lines, but blank ones."""
    if isinstance(part, str) and column is None:
        from text_processor.sklearn import Lines  # noqa: PLC0415 - who has no vectorizer may not have scikit-learn

        with _opened(part) as file:
            yield from Lines(file, blank="skip")
    else:
        chunks: list[Any] = []
        _add_documents(chunks.append, chunks.append, part, column)
        for chunk in chunks:
            yield from (text for text in _listed(chunk) if text is not None)


def _listed(chunk: Any) -> list[Any]:
    if not isinstance(chunk, list):
        pa = import_module("pyarrow")
        if isinstance(chunk, pa.Table):  # a block of Ray
            chunk = chunk.column(0)
        elif not hasattr(chunk, "to_pylist"):
            chunk = pa.chunked_array(chunk) if hasattr(chunk, "__arrow_c_stream__") else pa.array(chunk)
        chunk = chunk.to_pylist()
    return cast(list[Any], chunk)


@contextmanager
def _column_of_file(path: str, column: str) -> Generator[Iterator[Any], None, None]:
    """Give a column of a Parquet file, or a field of JSON lines, chunk by chunk."""
    with ExitStack() as stack:
        file = stack.enter_context(_opened(path))
        head = file.read(4)
        file.seek(0)
        if head == _PARQUET:
            table = import_module("pyarrow.parquet").ParquetFile(file)
            names: list[str] = table.schema_arrow.names
            if column not in names and column.partition(".")[0] not in names:  # pyarrow finds a field of a struct
                shown = ", ".join(map(quoted, names[:20])) or "none"
                raise ValueError(f"there is no column {quoted(column)}; the columns are {shown}")
            yield (batch.column(0) for batch in table.iter_batches(columns=[column]))
            return
        yield field_of_stream(file, column)


# ---- Merging ---------------------------------------------------------------------------------------------------------


def merge(parts: Sequence[Any]) -> Any:
    """Merge analyzers or counts, or their bytes, in this order, into a new one."""
    first, *others = parts
    whole = _value(first) if isinstance(first, bytes) else copy(first)  # an engine may need the parts again
    for part in others:
        whole.merge(_value(part) if isinstance(part, bytes) else part)
    return whole


def merge_bytes(parts: Sequence[Any]) -> bytes:
    """Merge as `merge` does, into bytes."""
    return cast(bytes, merge(parts).to_bytes())


def _value(data: bytes) -> Any:
    return PieceCounts.from_bytes(data) if data.startswith(b"\x89TPQ") else TextAnalyzer.from_bytes(data)


def tree(items: Iterable[Item], merged: Callable[[list[Item]], Item]) -> Item:
    """Merge neighbours until one is left: the order is kept, and no task has more than `FAN_IN`."""
    level = list(items)
    while len(level) > 1:
        level = [merged(level[i : i + FAN_IN]) if level[i + 1 : i + 2] else level[i] for i in range(0, len(level), FAN_IN)]
    return level[0]


def table(analyzer: TextAnalyzer | bytes) -> Any:
    """Return the rows of a table as a ``pyarrow.Table``."""
    return (_value(analyzer) if isinstance(analyzer, bytes) else analyzer).word_table()


def frame(analyzer: TextAnalyzer | bytes) -> Any:
    """Return the rows of a table as a data frame of pandas."""
    return table(analyzer).to_pandas()


def in_order(analyzer: TextAnalyzer, order: str, options: dict[str, Any]) -> TextAnalyzer:
    """Return the analyzer with its words in this order; those of equal counts are in the order of their terms."""
    if order == "seen":
        return analyzer
    keys = [("count", "descending"), ("term", "ascending")] if order == "count" else [("term", "ascending")]
    return TextAnalyzer.from_word_batches(analyzer.word_table().sort_by(keys), documents=len(analyzer), **options)


# ---- Arguments -------------------------------------------------------------------------------------------------------


def checked(result: str, order: str | None, n_parts: int, salt: int) -> str:
    """Check what a user wants of ``count_words``, and return the order."""
    check_option("result", result, ("analyzer", "table"))
    checked_whole("n_parts", n_parts, 1, 1 << 16)
    checked_whole("salt", salt, 0, (1 << 64) - 1)
    if result == "table" and order is not None:
        raise ValueError(f"a distributed table has no order, so order must be None, not {quoted(order)}: sort it by the engine")
    if order is not None:
        check_option("order", order, ORDERS)
    return order or "seen"


def work_of(column: str | None, options: dict[str, Any]) -> Work:
    """Return the work of counting words: the arguments of ``add_file`` and those of `TextAnalyzer` are told apart."""
    names: tuple[str, ...] = ("documents", "blank", "errors", "encoding")
    reading = {name: options.pop(name) for name in names if name in options}
    options.setdefault("threads", 1)
    TextAnalyzer(keep_documents=False, **options)  # a wrong argument should fail here, not on every worker
    return Work(column, reading, options)
