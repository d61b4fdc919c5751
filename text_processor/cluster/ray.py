"""Words and tokens by Ray. Needs the extra ``ray``; Ray starts on this machine unless a cluster is given."""

from __future__ import annotations

from functools import lru_cache, partial
from importlib import import_module
from typing import Any, Literal, cast

from text_processor._common.messages import needs
from text_processor.analyzer import TextAnalyzer
from text_processor.bpe import Tokenizer
from text_processor.cluster import _parts
from text_processor.cluster._parts import Work

__all__ = ["count_tokens", "count_words", "encode_column", "train_tokenizer"]


def _ray(module: str = "ray") -> Any:
    try:
        return import_module(module)
    except ImportError as error:
        raise ImportError(needs("text_processor.cluster.ray", module, "ray")) from error


def _task(function: Any, retries: int, n_results: int = 1) -> Any:
    """Return what starts a task. Ray repeats what was lost with a worker, and what the system has failed to read."""
    remote = _ray().remote(function)
    return remote.options(max_retries=retries, retry_exceptions=[OSError], num_returns=n_results).remote


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


def _counted(source: Any, work: Work, count: Any, retries: int) -> list[Any]:
    """Start the counting of all parts; return references to the results, in order."""
    parts = _parts_of(source, work.column)
    return [_task(count, retries)(part, work) for part in parts] or [_task(count, retries)([], work)]


def _merged(parts: Any, retries: int) -> Any:
    return _parts.tree(parts, lambda some: _task(_merge_all, retries)(*some))


def _merge_all(*parts: Any) -> Any:
    return _parts.merge(parts)


def _get(reference: Any) -> Any:
    """Wait for a result; an error of a part is raised as it was, without Ray's wrapping."""
    try:
        return _ray().get(reference)
    except _ray("ray.exceptions").RayTaskError as error:
        if isinstance(error.cause, Exception):
            raise error.cause from error
        raise


def count_words(
    source: Any,
    *,
    column: str | None = None,
    result: Literal["analyzer", "table"] = "analyzer",
    order: Literal["seen", "count", "term"] | None = None,
    n_parts: int = 64,
    salt: int = 0,
    retries: int = 3,
    **options: Any,
) -> Any:
    """Count the words of a source on a cluster; the counts are those of one process.

    Args:
        source: paths and globs (one, or a list), also URLs of fsspec; or a ``ray.data.Dataset`` with ``column``. A file is one
            part: text as for `text_processor.TextAnalyzer.add_file`, or, with ``column``, Parquet or JSON lines.
        column: the column of text, or the field of JSON lines.
        result: ``"analyzer"``, or ``"table"``: a ``ray.data.Dataset`` of ``term``, ``count`` and ``document_frequency`` in
            ``n_parts`` blocks, for tables that no worker can hold.
        order: as for `text_processor.cluster.dask.count_words`.
        n_parts: the number of blocks of a table. Choose it so that a worker can hold a few of them.
        salt: as for `text_processor.TextAnalyzer.split`.
        retries: how often Ray repeats a task whose worker was lost, or that raised `OSError`.
        options: the arguments of `text_processor.TextAnalyzer` and of `text_processor.TextAnalyzer.add_file`, by name. A
            worker counts with ``threads=1``.

    Raises as `text_processor.cluster.dask.count_words` does. Ray is started if it is not running.
    """
    order = cast(Any, _parts.checked(result, order, n_parts, salt))
    work = _parts.work_of(column, options)
    counted = _counted(source, work, _parts.count, retries)
    if result == "analyzer":
        whole = cast(TextAnalyzer, _get(_merged(counted, retries)))
        return _parts.in_order(whole, str(order), work.options)
    split = _task(_parts.split, retries, n_parts)
    shares = [[made] if n_parts == 1 else made for made in (split(part, n_parts, salt) for part in counted)]
    to_table = _task(_parts.table, retries)
    return _ray("ray.data").from_arrow_refs([to_table(_merged(alike, retries)) for alike in zip(*shares, strict=True)])


def train_tokenizer(
    source: Any,
    pattern: str = "gpt4",
    vocab_size: int = 32_768,
    *,
    column: str | None = None,
    retries: int = 3,
    encoding: str | None = None,
    **options: Any,
) -> Tokenizer:
    """Train a tokenizer on a cluster, with exactly the merges that training on all texts in one process gives.

    The arguments are those of `count_words` and of `text_processor.cluster.dask.train_tokenizer`. The counts of the distinct
    pieces must fit into one worker and into this process.
    """
    tokenizer = Tokenizer(pattern, special_tokens=options.pop("special_tokens", None))
    work = Work(column, {"encoding": encoding}, {"pattern": tokenizer.pattern, "threads": 1})
    counts = _get(_merged(_counted(source, work, _parts.count_pieces, retries), retries))
    tokenizer.train_from_counts(counts, vocab_size, **options)
    return tokenizer


def encode_column(frame: Any, column: str, tokenizer: Tokenizer) -> Any:
    """Return a ``ray.data.Dataset`` with a column ``ids`` more: the token ids of each text of a column. It is lazy.

    The tokenizer travels once to each machine, by Ray's object store. Special tokens in a text raise, as in
    `text_processor.Tokenizer.encode`.
    """
    return _with_tokens(frame, column, tokenizer, counts=False)


def count_tokens(frame: Any, column: str, tokenizer: Tokenizer) -> Any:
    """Return a ``ray.data.Dataset`` with a column ``tokens`` more: how many tokens each text of a column has. It is lazy."""
    return _with_tokens(frame, column, tokenizer, counts=True)


def _with_tokens(frame: Any, column: str, tokenizer: Tokenizer, *, counts: bool) -> Any:
    add = partial(_add_tokens, reference=_ray().put(tokenizer), column=column, counts=counts)
    return frame.map_batches(add, batch_format="pyarrow")


@lru_cache(maxsize=4)
def _tokenizer(reference: Any) -> Tokenizer:
    return cast(Tokenizer, _ray().get(reference))


def _add_tokens(rows: Any, reference: Any, column: str, *, counts: bool) -> Any:
    return _parts.with_tokens(rows, column, _tokenizer(reference), counts=counts)
