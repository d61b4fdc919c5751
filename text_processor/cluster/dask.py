"""Words and tokens by Dask. Needs the extra ``dask``, and a cluster, or else the threads of this process."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import Any, Literal, cast

from text_processor._common.messages import needs
from text_processor.analyzer import TextAnalyzer
from text_processor.bpe import Tokenizer
from text_processor.cluster import _parts
from text_processor.cluster._parts import Work

__all__ = ["count_tokens", "count_words", "encode_column", "train_tokenizer"]


def _dask(module: str = "dask") -> Any:
    try:
        return import_module(module)
    except ImportError as error:
        raise ImportError(needs("text_processor.cluster.dask", module, "dask")) from error


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


def _computed(delayed: Any, client: Any, retries: int) -> Any:
    """Compute by the client, if there is one, otherwise by Dask's default scheduler."""
    if client is None:
        return delayed.compute()
    future = client.compute(delayed, retries=retries)
    try:
        return future.result()
    finally:
        future.release()


def count_words(
    source: Any,
    *,
    column: str | None = None,
    result: Literal["analyzer", "table"] = "analyzer",
    order: Literal["seen", "count", "term"] | None = None,
    n_parts: int = 64,
    salt: int = 0,
    client: Any = None,
    retries: int = 2,
    **options: Any,
) -> Any:
    """Count the words of a source on a cluster; the counts are those of one process.

    Args:
        source: paths and globs (one, or a list), also URLs of fsspec; a ``dask.bag.Bag`` of documents; a ``dask.dataframe``
            with ``column``. A file is one part: text as for `text_processor.TextAnalyzer.add_file`; with ``column``, Parquet
            or JSON lines.
        column: the column of text, or the field of JSON lines.
        result: ``"analyzer"``, or ``"table"``: a ``dask.dataframe`` of ``term``, ``count`` and ``document_frequency`` in
            ``n_parts`` partitions, for tables that no worker can hold. It is lazy.
        order: of an analyzer's words: ``"seen"`` is the order of the text, as one process has it (the default); ``"count"`` and
            ``"term"`` sort. A table has no order.
        n_parts: the number of partitions of a table. Choose it so that a worker can hold a few of them.
        salt: as for `text_processor.TextAnalyzer.split`.
        client: a ``distributed.Client``; None means Dask's default: the current client, or threads of this process.
        retries: how often the client repeats a part that raised. What was lost with a worker is always repeated.
        options: the arguments of `text_processor.TextAnalyzer` and of `text_processor.TextAnalyzer.add_file`, by name. A
            worker counts with ``threads=1``.

    Raises:
        ImportError: Dask is not installed.
        TypeError: ``source``, or an option, has the wrong type.
        ValueError: an option has a value that is not allowed.
        FileNotFoundError: nothing matches a glob.
        PartError: a part cannot be read, is damaged or is not text. The message begins with its name.
    """
    order = cast(Any, _parts.checked(result, order, n_parts, salt))
    work = _parts.work_of(column, options)
    delayed = _dask().delayed
    counted = [delayed(_parts.count, pure=False)(part, work) for part in _parts_of(source, column)]
    if not counted:
        counted = [delayed(_parts.count, pure=False)([], work)]
    if result == "analyzer":
        whole = _parts.tree(counted, delayed(_parts.merge, pure=False))
        return _parts.in_order(cast(TextAnalyzer, _computed(whole, client, retries)), str(order), work.options)
    shares = [list(delayed(_parts.split, pure=False, nout=n_parts)(part, n_parts, salt)) for part in counted]
    merged = delayed(_parts.merge, pure=False)
    frames = [delayed(_parts.frame, pure=False)(_parts.tree(alike, merged)) for alike in zip(*shares, strict=True)]
    return _dask("dask.dataframe").from_delayed(frames, meta=_parts.frame(TextAnalyzer()), verify_meta=False)


def train_tokenizer(
    source: Any,
    pattern: str = "gpt4",
    vocab_size: int = 32_768,
    *,
    column: str | None = None,
    client: Any = None,
    retries: int = 2,
    encoding: str | None = None,
    **options: Any,
) -> Tokenizer:
    """Train a tokenizer on a cluster, with exactly the merges that training on all texts in one process gives.

    Args:
        source: as for `count_words`; a file of text is one text.
        pattern: as for `text_processor.Tokenizer`.
        vocab_size: as for `text_processor.Tokenizer.train_from_iterator`.
        column: as for `count_words`.
        client: as for `count_words`.
        retries: as for `count_words`.
        encoding: of files of text, if it is not UTF-8.
        options: ``tie_break`` and ``progress`` of `text_processor.Tokenizer.train_from_counts`, and ``special_tokens`` of
            `text_processor.Tokenizer`.

    The counts of the distinct pieces must fit into one worker and into this process. Raises as `count_words` does.
    """
    tokenizer = Tokenizer(pattern, special_tokens=options.pop("special_tokens", None))
    work = Work(column, {"encoding": encoding}, {"pattern": tokenizer.pattern, "threads": 1})
    delayed = _dask().delayed
    counted = [delayed(_parts.count_pieces, pure=False)(part, work) for part in _parts_of(source, column)]
    whole = _parts.tree(counted or [delayed(_parts.count_pieces)([], work)], delayed(_parts.merge, pure=False))
    tokenizer.train_from_counts(_computed(whole, client, retries), vocab_size, **options)
    return tokenizer


def encode_column(frame: Any, column: str, tokenizer: Tokenizer) -> Any:
    """Return a ``dask.dataframe`` with a column ``ids`` more: the token ids of each text of a column. It is lazy.

    The tokenizer travels once to each worker. Special tokens in a text raise, as in `text_processor.Tokenizer.encode`.
    """
    return _with_tokens(frame, column, tokenizer, counts=False)


def count_tokens(frame: Any, column: str, tokenizer: Tokenizer) -> Any:
    """Return a ``dask.dataframe`` with a column ``tokens`` more: how many tokens each text of a column has. It is lazy."""
    return _with_tokens(frame, column, tokenizer, counts=True)


def _with_tokens(frame: Any, column: str, tokenizer: Tokenizer, *, counts: bool) -> Any:
    add = partial(_add_tokens, column=column, counts=counts)
    meta = _add_tokens(frame._meta, tokenizer, column=column, counts=counts)
    shared = _dask().delayed(tokenizer, pure=True, traverse=False)
    delayed = _dask().delayed(add, pure=False)
    made = [delayed(part, shared) for part in frame.to_delayed()]
    return _dask("dask.dataframe").from_delayed(made, meta=meta, divisions=frame.divisions, verify_meta=False)


def _add_tokens(rows: Any, tokenizer: Tokenizer, *, column: str, counts: bool) -> Any:
    pa, pandas = import_module("pyarrow"), import_module("pandas")
    texts = pa.table({column: pa.array(rows[column], pa.string(), from_pandas=True)})
    made = _parts.with_tokens(texts, column, tokenizer, counts=counts).column(1)
    made = pandas.Series(made, index=rows.index, dtype=pandas.ArrowDtype(made.type))
    return rows.assign(**{"tokens" if counts else "ids": made})
