"""What workers make of a column of texts: Arrow arrays of the same length, null where a text is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, NamedTuple

from text_processor._common.messages import quoted
from text_processor.bpe import Tokenizer
from text_processor.cluster import _parts
from text_processor.vader import SentimentIntensityAnalyzer

SCORES = ("neg", "neu", "pos", "compound")


class Columns(NamedTuple):
    """Columns to add to a data frame."""

    names: tuple[str, ...]
    make: Callable[[Any, Any], Sequence[Any]]
    """Returns an array for each name, from the texts and the tool."""
    tool: Any
    """What is large: it travels once to each worker."""


def check_new(names: tuple[str, ...], existing: Sequence[Any]) -> None:
    """Raise if a data frame has a column of one of these names."""
    for name in names:
        if name in existing:
            raise ValueError(f"the data frame has a column {quoted(name)} already: give it another name, or drop it")


def added(rows: Any, column: str, columns: Columns) -> Any:
    """Return a ``pyarrow.Table`` or batch with the columns more."""
    with _parts.named(f"the column {quoted(column)}"):
        check_new(columns.names, rows.schema.names)
        made = columns.make(rows.column(column), columns.tool)
    for name, array in zip(columns.names, made, strict=True):
        rows = rows.append_column(name, array)
    return rows


def ids(texts: Any, tokenizer: Tokenizer) -> list[Any]:
    """Return lists of token ids."""
    return [tokenizer.encode_arrow(texts, threads=1)]


def numbers_of_tokens(texts: Any, tokenizer: Tokenizer) -> list[Any]:
    """Return how many tokens each text has."""
    return [tokenizer.count_arrow(texts, threads=1)]


def scores(texts: Any, analyzer: SentimentIntensityAnalyzer) -> list[Any]:
    """Return the four scores of each text."""
    found: list[Any] = analyzer.scores(texts, threads=1).flatten()  # which takes the nulls along
    return found


def vectors(texts: Any, vectorizer: Any) -> list[Any]:
    """Return the columns and the values of each row that a fitted vectorizer gives."""
    pa, numpy = import_module("pyarrow"), import_module("numpy")
    documents = texts.to_pylist()
    # scikit-learn's own vectorizers do not take an empty list.
    matrix = vectorizer.transform([text or "" for text in documents] or [""])[: len(documents)].tocsr()
    matrix.sort_indices()
    starts = pa.array(matrix.indptr.astype(numpy.int32))
    is_null = pa.array([text is None for text in documents], pa.bool_())
    return [
        pa.ListArray.from_arrays(starts, pa.array(numbers), mask=is_null)
        for numbers in (matrix.indices.astype(numpy.int32), matrix.data)
    ]
