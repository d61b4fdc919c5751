"""Words, tokens, sentiment and vectors by Ray. Needs the extra ``ray``; Ray starts on this machine if it is not running."""

from __future__ import annotations

from functools import lru_cache, partial
from importlib import import_module
from typing import Any

from text_processor._common.messages import needs
from text_processor.cluster import _columns, _engine, _parts
from text_processor.cluster._columns import Columns
from text_processor.cluster._engine import Count, Engine, of_engine
from text_processor.cluster._parts import Work

__all__ = ["count_tokens", "count_words", "encode_column", "fit_vectorizer", "score_sentiment", "train_tokenizer", "vectorize"]


def _ray(module: str = "ray") -> Any:
    try:
        return import_module(module)
    except ImportError as error:
        raise ImportError(needs("text_processor.cluster.ray", module, "ray")) from error


def _parts_of(source: Any, column: str | None) -> list[Any]:
    """Return the parts: names of files, or references to the blocks of a dataset."""
    if _parts.is_paths(source):
        return _parts.paths(source)
    if hasattr(source, "to_arrow_refs"):
        if column is None:
            raise TypeError("of a ray.data.Dataset, column must be given")
        return list(source.select_columns([column]).to_arrow_refs())
    raise TypeError(
        f"source must be paths, globs or a ray.data.Dataset, not {type(source).__name__}; ray.data.from_items makes a dataset"
    )


class Ray(Engine):
    """Calls are tasks; references to their results are handed on, and only the last result is fetched."""

    def __init__(self, retries: int = 3) -> None:
        self._retries = retries

    def _task(self, function: Any, n_results: int = 1) -> Any:
        """Return what starts a task. Ray repeats what was lost with a worker, and what the system has failed to read."""
        remote = _ray().remote(function)
        return remote.options(max_retries=self._retries, retry_exceptions=[OSError], num_returns=n_results).remote

    def counted(self, source: Any, count: Count, work: Work) -> Any:
        """Start a task for each part; return references to the results."""
        start = self._task(count)
        parts = _parts_of(source, work.column)
        n_workers = int(_ray().cluster_resources().get("CPU", 0))
        return [start(part, work) for part in _parts.grouped(parts, n_workers) or _parts.NOTHING]

    def merged(self, counted: Any) -> Any:
        """Wait for the whole; an error of a part is raised as it was, without Ray's wrapping."""
        merge = self._task(_merge_all)
        try:
            return _ray().get(_parts.tree(counted, lambda some: merge(*some)))
        except _ray("ray.exceptions").RayTaskError as error:
            if isinstance(error.cause, Exception):
                raise error.cause from error
            raise

    def table(self, source: Any, work: Work, n_parts: int, salt: int) -> Any:
        """Return a ``ray.data.Dataset`` with a block for each share."""
        split, merge, table = self._task(_parts.shares, n_parts), self._task(_merge_bytes), self._task(_parts.table)
        parts = [split(part, work, n_parts, salt) for part in _parts_of(source, work.column) or _parts.NOTHING]
        shares = [[made] if n_parts == 1 else made for made in parts]
        merged = [_parts.tree(alike, lambda some: merge(*some)) for alike in zip(*shares, strict=True)]
        return _ray("ray.data").from_arrow_refs([table(share) for share in merged])

    def with_columns(self, frame: Any, column: str, columns: Columns) -> Any:
        """Return a lazy ``ray.data.Dataset``. The tool travels once to each machine, by Ray's object store."""
        add = partial(_added, column=column, names=columns.names, make=columns.make, reference=_ray().put(columns.tool))
        return frame.map_batches(add, batch_format="pyarrow")


def _merge_all(*parts: Any) -> Any:
    return _parts.merge(parts)


def _merge_bytes(*parts: Any) -> bytes:
    return _parts.merge_bytes(parts)


@lru_cache(maxsize=4)
def _fetched(reference: Any) -> Any:
    return _ray().get(reference)


def _added(rows: Any, column: str, names: tuple[str, ...], make: Any, reference: Any) -> Any:
    return _columns.added(rows, column, Columns(names, make, _fetched(reference)))


count_words = of_engine(Ray, _engine.count_words)
train_tokenizer = of_engine(Ray, _engine.train_tokenizer)
encode_column = of_engine(Ray, _engine.encode_column)
count_tokens = of_engine(Ray, _engine.count_tokens)
score_sentiment = of_engine(Ray, _engine.score_sentiment)
fit_vectorizer = of_engine(Ray, _engine.fit_vectorizer)
vectorize = of_engine(Ray, _engine.vectorize)
