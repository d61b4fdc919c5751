"""Words, tokens, sentiment and vectors by Spark. Needs the extra ``spark`` and a Java runtime."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import import_module
from typing import Any

from text_processor._common.messages import needs
from text_processor.analyzer import TextAnalyzer
from text_processor.cluster import _columns, _engine, _parts
from text_processor.cluster._columns import Columns
from text_processor.cluster._engine import Count, Engine, of_engine
from text_processor.cluster._parts import Work

__all__ = ["count_tokens", "count_words", "encode_column", "fit_vectorizer", "score_sentiment", "train_tokenizer", "vectorize"]

_ROWS = "term string, count long, document_frequency long"

# What is made of a part: its index among these, the number of the part, and the bytes.
Item = tuple[int, tuple[int, bytes]]

# Spark's names for types of Arrow; it has no unsigned numbers.
_TYPES = {"int32": "int", "int64": "bigint", "float": "float", "double": "double"}


def _session(session: Any) -> Any:
    try:
        sql = import_module("pyspark.sql")
    except ImportError as error:
        raise ImportError(needs("text_processor.cluster.spark", "pyspark", "spark")) from error
    return session or sql.SparkSession.builder.getOrCreate()


class Spark(Engine):
    """Counts are the bytes in an RDD, each with the number of its part."""

    def __init__(self, session: Any = None) -> None:
        self._session = _session(session)

    def counted(self, source: Any, count: Count, work: Work) -> Any:
        """Return an RDD of the number of each part and its counts."""
        n_workers = self._session.sparkContext.defaultParallelism
        return self._mapped(source, work.column, n_workers, lambda part: [count(part, work).to_bytes()]).values()

    def _mapped(self, source: Any, column: str | None, n_workers: int, function: Callable[[Any], list[bytes]]) -> Any:
        """Return an RDD of what a function makes of each part: the index of an item, the number of the part, and the item."""
        if not _parts.is_paths(source):
            return _mapped_frame(source, column, function)
        files: list[tuple[int, Any]] = [*enumerate(_parts.grouped(_parts.paths(source), n_workers) or _parts.NOTHING)]

        def items(file: tuple[int, Any]) -> list[Item]:
            return [(i, (file[0], made)) for i, made in enumerate(function(file[1]))]

        return self._session.sparkContext.parallelize(files, len(files)).flatMap(items)

    def merged(self, counted: Any) -> Any:
        """Merge neighbours until few are left, as `_parts.tree` does, and those here."""
        n: int = counted.getNumPartitions()  # each has one part
        while n > _parts.FAN_IN:
            n = -(-n // _parts.FAN_IN)
            counted = counted.map(_with_number).groupByKey(n).mapValues(_merge_in_order)
        return _parts.merge([data for _, data in sorted(counted.collect())])

    def table(self, source: Any, work: Work, n_parts: int, salt: int) -> Any:
        """Return a lazy ``pyspark.sql.DataFrame`` with a partition for each share."""
        shares = self._mapped(source, work.column, 0, lambda part: _parts.shares(part, work, n_parts, salt))
        merged = shares.groupByKey(n_parts).mapValues(_merge_in_order).map(_row_of_share)
        return self._session.createDataFrame(merged, "counts binary").mapInArrow(_rows, _ROWS)

    def with_columns(self, frame: Any, column: str, columns: Columns) -> Any:
        """Return a lazy ``pyspark.sql.DataFrame``. The tool travels once to each worker, as a broadcast."""
        _columns.check_new(columns.names, frame.columns)
        pa, types = import_module("pyarrow"), import_module("pyspark.sql.types")
        of_nothing = _columns.added(pa.table({column: pa.array([], pa.string())}), column, columns).schema
        fields = [(name, *_spark_type(of_nothing.field(name).type)) for name in columns.names]
        added = ", ".join(f"{name} {kind}" for name, kind, _ in fields)
        shared, names, make = frame.sparkSession.sparkContext.broadcast(columns.tool), columns.names, columns.make

        def add(batches: Iterator[Any]) -> Iterator[Any]:
            for batch in batches:
                made = _columns.added(batch, column, Columns(names, make, shared.value))
                for name, _, target in fields:
                    made = made.set_column(made.schema.get_field_index(name), name, made.column(name).cast(target))
                yield made

        return frame.mapInArrow(add, types.StructType([*frame.schema.fields, *types.StructType.fromDDL(added).fields]))


def _mapped_frame(frame: Any, column: str | None, function: Callable[[Any], list[bytes]]) -> Any:
    """Do what `Spark._mapped` does with the partitions of a data frame."""
    if not hasattr(frame, "mapInArrow"):
        raise TypeError(f"source must be paths, globs or a pyspark.sql.DataFrame, not {type(frame).__name__}")
    if column is None:
        raise TypeError("of a pyspark.sql.DataFrame, column must be given")

    def made(batches: Iterator[Any]) -> Iterator[Any]:
        pa, context = import_module("pyarrow"), import_module("pyspark").TaskContext.get()
        columns = [batch.column(0) for batch in batches]
        items = function(pa.chunked_array(columns, columns[0].type) if columns else [])
        numbers = [pa.array(each, pa.int32()) for each in (range(len(items)), [context.partitionId()] * len(items))]
        yield pa.record_batch([*numbers, pa.array(items, pa.binary())], ["item", "part", "data"])

    rows = frame.select(column).mapInArrow(made, "item int, part int, data binary").rdd
    if rows.getNumPartitions() == 0:
        return rows.context.parallelize([(i, (0, data)) for i, data in enumerate(function([]))])
    return rows.map(_item_of_row)


def _item_of_row(row: Sequence[Any]) -> Item:
    return row[0], (row[1], bytes(row[2]))


def _row_of_share(share: tuple[int, bytes]) -> tuple[bytearray]:
    return (bytearray(share[1]),)


def _with_number(part: tuple[int, bytes]) -> tuple[int, tuple[int, bytes]]:
    """Return a part with the number of the task that merges it with its neighbours."""
    return part[0] // _parts.FAN_IN, part


def _merge_in_order(parts: Iterable[tuple[int, bytes]]) -> bytes:
    return _parts.merge_bytes([data for _, data in sorted(parts)])


def _rows(batches: Iterator[Any]) -> Iterator[Any]:
    for batch in batches:
        for counts in batch.column(0):
            yield from TextAnalyzer.from_bytes(counts.as_buffer()).word_batches()


def _spark_type(kind: Any) -> tuple[str, Any]:
    """Return the name of Spark's type for one of Arrow, and the type of Arrow that Spark takes for it."""
    pa = import_module("pyarrow")
    if hasattr(kind, "value_type"):
        name, target = _spark_type(kind.value_type)
        return f"array<{name}>", pa.list_(target)
    signed = {pa.uint32(): pa.int32()}.get(kind, kind)
    return (_TYPES[str(signed)], signed) if str(signed) in _TYPES else ("double", pa.float64())


count_words = of_engine(Spark, _engine.count_words)
train_tokenizer = of_engine(Spark, _engine.train_tokenizer)
encode_column = of_engine(Spark, _engine.encode_column)
count_tokens = of_engine(Spark, _engine.count_tokens)
score_sentiment = of_engine(Spark, _engine.score_sentiment)
fit_vectorizer = of_engine(Spark, _engine.fit_vectorizer)
vectorize = of_engine(Spark, _engine.vectorize)
