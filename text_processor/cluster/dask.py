"""Words, tokens, sentiment and vectors by Dask. Needs the extra ``dask``, and a cluster, or else this process's threads."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from text_processor._common.messages import needs
from text_processor.cluster import _columns, _engine, _parts
from text_processor.cluster._columns import Columns
from text_processor.cluster._engine import Count, Engine, of_engine
from text_processor.cluster._parts import Work

__all__ = ["count_tokens", "count_words", "encode_column", "fit_vectorizer", "score_sentiment", "train_tokenizer", "vectorize"]


def _dask(module: str = "dask") -> Any:
    try:
        return import_module(module)
    except ImportError as error:
        raise ImportError(needs("text_processor.cluster.dask", module, "dask")) from error


def _task(function: Callable[..., Any], n_results: int | None = None) -> Any:
    """Return what makes a lazy call. It is never looked up among earlier ones: files change."""
    return _dask().delayed(function, pure=False, nout=n_results)


def _parts_of(source: Any, column: str | None) -> list[Any]:
    """Return the parts: names of files, or delayed partitions of a bag or a data frame."""
    if _parts.is_paths(source):
        return _parts.paths(source)
    if hasattr(source, "to_delayed"):
        return list((source if column is None else source[column]).to_delayed())
    raise TypeError(
        f"source must be paths, globs, a dask.bag.Bag or a dask.dataframe, not {type(source).__name__}; "
        "dask.bag.from_sequence makes a bag of documents"
    )


class Dask(Engine):
    """Calls are delayed ones, computed by a client, or by Dask's default scheduler."""

    def __init__(self, client: Any = None, retries: int = 2) -> None:
        self._client, self._retries = client, retries

    def counted(self, source: Any, count: Count, work: Work) -> Any:
        """Return a delayed value for each part."""
        n_workers = 0 if self._client is None else sum(self._client.nthreads().values())
        parts = _parts.grouped(_parts_of(source, work.column), n_workers)
        return [_task(count)(part, work) for part in parts or _parts.NOTHING]

    def merged(self, counted: Any) -> Any:
        """Compute the whole."""
        whole = _parts.tree(counted, _task(_parts.merge))
        if self._client is None:
            return whole.compute()
        future = self._client.compute(whole, retries=self._retries)
        try:
            return future.result()
        finally:
            future.release()

    def table(self, source: Any, work: Work, n_parts: int, salt: int) -> Any:
        """Return a ``dask.dataframe`` with a partition for each share."""
        split = _task(_parts.shares, n_parts)
        shares = [list(split(part, work, n_parts, salt)) for part in _parts_of(source, work.column) or _parts.NOTHING]
        merged = [_parts.tree(alike, _task(_parts.merge_bytes)) for alike in zip(*shares, strict=True)]
        frames: list[Any] = list(map(_task(_parts.frame), merged))
        return _dask("dask.dataframe").from_delayed(frames, meta=_parts.frame(_parts.count([], work)), verify_meta=False)

    def with_columns(self, frame: Any, column: str, columns: Columns) -> Any:
        """Return a lazy ``dask.dataframe``."""
        meta = _added(frame._meta, column, columns.names, columns.make, columns.tool)
        tool = _dask().delayed(columns.tool, pure=True, traverse=False)
        add = _task(_added)
        made = [add(part, column, columns.names, columns.make, tool) for part in frame.to_delayed()]
        return _dask("dask.dataframe").from_delayed(made, meta=meta, divisions=frame.divisions, verify_meta=False)


def _added(rows: Any, column: str, names: tuple[str, ...], make: Any, tool: Any) -> Any:
    """Return a data frame of pandas with the columns more."""
    pa, pandas = import_module("pyarrow"), import_module("pandas")
    _columns.check_new(names, list(rows.columns))
    texts = pa.table({column: pa.array(rows[column], pa.string(), from_pandas=True)})
    made = _columns.added(texts, column, Columns(names, make, tool)).columns[1:]
    series = (pandas.Series(array, index=rows.index, dtype=pandas.ArrowDtype(array.type)) for array in made)
    return rows.assign(**dict(zip(names, series, strict=True)))


count_words = of_engine(Dask, _engine.count_words)
train_tokenizer = of_engine(Dask, _engine.train_tokenizer)
encode_column = of_engine(Dask, _engine.encode_column)
count_tokens = of_engine(Dask, _engine.count_tokens)
score_sentiment = of_engine(Dask, _engine.score_sentiment)
fit_vectorizer = of_engine(Dask, _engine.fit_vectorizer)
vectorize = of_engine(Dask, _engine.vectorize)
