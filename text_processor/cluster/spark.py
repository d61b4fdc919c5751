"""Words and tokens by Spark. Needs the extra ``spark`` and a Java runtime."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import import_module
from operator import itemgetter
from typing import Any, Literal, cast

from text_processor._common.messages import needs
from text_processor.analyzer import TextAnalyzer
from text_processor.bpe import Tokenizer
from text_processor.cluster import _parts
from text_processor.cluster._parts import Work

__all__ = ["count_tokens", "count_words", "encode_column", "train_tokenizer"]

ROWS = "term string, count long, document_frequency long"


def _session(session: Any) -> Any:
    try:
        sql = import_module("pyspark.sql")
    except ImportError as error:
        raise ImportError(needs("text_processor.cluster.spark", "pyspark", "spark")) from error
    return session or sql.SparkSession.builder.getOrCreate()


def _counted(source: Any, work: Work, count: Callable[[Any, Work], Any], session: Any) -> Any:
    """Return an RDD of the number of each part and its counts, as bytes."""
    if _parts.is_paths(source):
        files = list(enumerate(_parts.paths(source)))

        def counted(file: tuple[int, str]) -> tuple[int, bytes]:
            return file[0], count(file[1], work).to_bytes()

        return session.sparkContext.parallelize(files, len(files)).map(counted)
    if not hasattr(source, "mapInArrow"):
        raise TypeError(f"source must be paths, globs or a pyspark.sql.DataFrame, not {type(source).__name__}")
    if work.column is None:
        raise TypeError("of a pyspark.sql.DataFrame, column must be given")

    def count_partition(batches: Iterator[Any]) -> Iterator[Any]:
        return _count_partition(batches, work, count)

    return source.select(work.column).mapInArrow(count_partition, "part int, counts binary").rdd.map(_part_of_row)


def _part_of_row(row: Sequence[Any]) -> tuple[int, bytes]:
    return row[0], bytes(row[1])


def _count_partition(batches: Iterator[Any], work: Work, count: Callable[[Any, Work], Any]) -> Iterator[Any]:
    """Count the batches of a partition; give one row, with its number."""
    pa, context = import_module("pyarrow"), import_module("pyspark").TaskContext.get()
    columns = [batch.column(0) for batch in batches]
    part: Any = pa.chunked_array(columns, columns[0].type) if columns else []
    counts = count(part, work).to_bytes()
    yield pa.record_batch([pa.array([context.partitionId()], pa.int32()), pa.array([counts], pa.binary())], ["part", "counts"])


def _merged(parts: Any) -> Any:
    """Merge neighbours until one is left, as `_parts.tree` does; return it, or None of nothing."""
    n: int = parts.map(itemgetter(0)).max() + 1 if parts.getNumPartitions() else 0
    while n > _parts.FAN_IN:
        n = -(-n // _parts.FAN_IN)
        parts = parts.map(_with_number).groupByKey(n).mapValues(_merge_in_order)
    found = [data for _, data in sorted(parts.collect())]
    return _parts.merge(found) if found else None


def _with_number(part: tuple[int, bytes]) -> tuple[int, tuple[int, bytes]]:
    """Return a part with the number of the task that merges it with its neighbours."""
    return part[0] // _parts.FAN_IN, part


def _merge_in_order(parts: Iterable[tuple[int, bytes]]) -> bytes:
    return cast(bytes, _parts.merge([data for _, data in sorted(parts)]).to_bytes())


def count_words(
    source: Any,
    *,
    column: str | None = None,
    result: Literal["analyzer", "table"] = "analyzer",
    order: Literal["seen", "count", "term"] | None = None,
    n_parts: int = 64,
    salt: int = 0,
    session: Any = None,
    **options: Any,
) -> Any:
    """Count the words of a source on a cluster; the counts are those of one process.

    Args:
        source: paths and globs (one, or a list), also URLs of fsspec, which every worker can read; or a
            ``pyspark.sql.DataFrame`` with ``column``. A file is one part: text as for `text_processor.TextAnalyzer.add_file`,
            or, with ``column``, Parquet or JSON lines. Paths are several times faster, since their text does not go through
            the JVM.
        column: the column of text, or the field of JSON lines.
        result: ``"analyzer"``, or ``"table"``: a ``pyspark.sql.DataFrame`` of ``term``, ``count`` and ``document_frequency``,
            for tables that no worker can hold. It is lazy.
        order: as for `text_processor.cluster.dask.count_words`; the parts of a data frame are in the order of its partitions.
        n_parts: the number of shares of a table. Choose it so that a worker can hold one of them, twice.
        salt: as for `text_processor.TextAnalyzer.split`.
        session: a ``SparkSession``; None means the current one, or a new one.
        options: the arguments of `text_processor.TextAnalyzer` and of `text_processor.TextAnalyzer.add_file`, by name. A
            worker counts with ``threads=1``.

    Raises as `text_processor.cluster.dask.count_words` does, but what goes wrong on a worker is an error of Spark, whose text
    has ``PartError`` and the name of the part. Spark repeats failed and lost tasks (``spark.task.maxFailures``).
    """
    order = cast(Any, _parts.checked(result, order, n_parts, salt))
    work = _parts.work_of(column, options)
    parts = _counted(source, work, _parts.count, _session(session))
    if result == "analyzer":
        whole = cast(TextAnalyzer, _merged(parts) or TextAnalyzer(keep_documents=False, **work.options))
        return _parts.in_order(whole, str(order), work.options)

    def shares(part: tuple[int, bytes]) -> list[tuple[int, tuple[int, bytes]]]:
        split = _parts.split(TextAnalyzer.from_bytes(part[1]), n_parts, salt)
        return [(share, (part[0], data)) for share, data in enumerate(split)]

    merged = parts.flatMap(shares).groupByKey(n_parts).mapValues(_merge_in_order)
    tables = _session(session).createDataFrame(merged.map(_row_of_share), "counts binary")
    return tables.mapInArrow(_rows, ROWS)


def _row_of_share(share: tuple[int, bytes]) -> tuple[bytearray]:
    return (bytearray(share[1]),)


def _rows(batches: Iterator[Any]) -> Iterator[Any]:
    for batch in batches:
        for counts in batch.column(0):
            yield from TextAnalyzer.from_bytes(counts.as_buffer()).word_batches()


def train_tokenizer(
    source: Any,
    pattern: str = "gpt4",
    vocab_size: int = 32_768,
    *,
    column: str | None = None,
    session: Any = None,
    encoding: str | None = None,
    **options: Any,
) -> Tokenizer:
    """Train a tokenizer on a cluster, with exactly the merges that training on all texts in one process gives.

    The arguments are those of `count_words` and of `text_processor.cluster.dask.train_tokenizer`. The counts of the distinct
    pieces must fit into this process.
    """
    tokenizer = Tokenizer(pattern, special_tokens=options.pop("special_tokens", None))
    work = Work(column, {"encoding": encoding}, {"pattern": tokenizer.pattern, "threads": 1})
    counts = _merged(_counted(source, work, _parts.count_pieces, _session(session)))
    tokenizer.train_from_counts(counts or _parts.count_pieces([], work), vocab_size, **options)
    return tokenizer


def encode_column(frame: Any, column: str, tokenizer: Tokenizer) -> Any:
    """Return a ``pyspark.sql.DataFrame`` with a column ``ids`` more: the token ids of each text of a column. It is lazy.

    The tokenizer travels once to each worker, as a broadcast. Special tokens in a text raise, as in
    `text_processor.Tokenizer.encode`.
    """
    return _with_tokens(frame, column, tokenizer, counts=False)


def count_tokens(frame: Any, column: str, tokenizer: Tokenizer) -> Any:
    """Return a ``DataFrame`` with a column ``tokens`` more: how many tokens each text of a column has. It is lazy."""
    return _with_tokens(frame, column, tokenizer, counts=True)


def _with_tokens(frame: Any, column: str, tokenizer: Tokenizer, *, counts: bool) -> Any:
    shared = frame.sparkSession.sparkContext.broadcast(tokenizer)

    def add(batches: Iterator[Any]) -> Iterator[Any]:
        for batch in batches:
            made = _parts.with_tokens(batch, column, shared.value, counts=counts)
            yield made if counts else made.set_column(len(batch.schema), "ids", made.column("ids").cast(_signed()))

    types = import_module("pyspark.sql.types")
    kind = types.IntegerType() if counts else types.ArrayType(types.IntegerType())
    name = "tokens" if counts else "ids"
    return frame.mapInArrow(add, types.StructType([*frame.schema.fields, types.StructField(name, kind)]))


def _signed() -> Any:
    """The type of ids: Spark has no unsigned numbers."""
    pa = import_module("pyarrow")
    return pa.list_(pa.int32())
