"""Documents into rows of vectors, batch by batch, so that Ctrl-C takes effect; and rows into matrices."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from itertools import pairwise
from typing import Any

import numpy as np
import scipy.sparse as sp  # type: ignore[import-untyped, unused-ignore]
from sklearn import get_config  # type: ignore[import-untyped, unused-ignore]

from text_processor._native.vectors import VALUES, Vectors, Views, add_each, view
from text_processor.sklearn._columns import BATCH_NBYTES, Column

# The first batch is of few documents, to know how long they are.
FIRST_BATCH = 256
MOST_IN_BATCH = 1 << 14

# Fewer documents for a thread do not pay for it.
LEAST_PER_THREAD = 64

# Matrices of so few rows are made of one that is ready: scipy would check every time what is right already.
FEW_ROWS = 16

INT32_MAX = (1 << 31) - 1

Report = Callable[[int], object]


def ignore(_n_done: int) -> None:
    pass


class _OtherDocumentsError(Exception):
    """A document is no ``str`` that UTF-8 can hold."""


def count(
    first: Vectors, documents: Sequence[Any], threads: int, more: Callable[[], Vectors], report: Report = ignore
) -> list[Vectors] | None:
    """Add a row for each document; None if one is no ``str`` that UTF-8 can hold, and then some rows may be there.

    Several threads work on vectors that ``more`` gives; these are returned behind the first, which has all rows in the end.
    """
    n_done = 0
    try:
        shares = _shares(documents, threads)
        vectors = [first, *(more() for _ in shares[1:])]
        views_of = documents.views if isinstance(documents, Column) else partial(_views, documents)
        readers = [views_of(start, stop) for start, stop in shares]
        while steps := [(one, views) for one, reader in zip(vectors, readers, strict=True) if (views := next(reader, None))]:
            add_each(*zip(*steps, strict=True))
            n_done += sum(views.n_documents for _, views in steps)
            report(n_done)
    except _OtherDocumentsError:
        return None
    for other in vectors[1:]:
        first.append(other)
        other.clear_rows()
    return vectors


def _views(documents: Sequence[Any], start: int, stop: int) -> Iterator[Views]:
    n = FIRST_BATCH
    while start < stop:
        views = view(tuple(documents[start : min(start + n, stop)]))
        if views is None:
            raise _OtherDocumentsError
        yield views
        start += views.n_documents
        n = max(1, min(2 * n, MOST_IN_BATCH, BATCH_NBYTES * views.n_documents // (views.nbytes + 1)))


def _shares(documents: Sequence[Any], threads: int) -> list[tuple[int, int]]:
    """Cut documents into shares of about equal length, one for each thread."""
    n_shares = min(threads, len(documents) // LEAST_PER_THREAD)
    if n_shares < 2:
        return [(0, len(documents))]
    try:
        lengths = _lengths_of(documents)
    except TypeError:
        raise _OtherDocumentsError from None
    lengths = lengths.cumsum()
    goals = [lengths[-1] * i // n_shares for i in range(1, n_shares)]
    cuts = [0, *np.searchsorted(lengths, goals).tolist(), len(documents)]
    return list(pairwise(cuts))


def _lengths_of(documents: Any) -> Any:
    if isinstance(documents, Column):
        return documents.lengths()
    return np.fromiter(map(len, documents), np.int64, len(documents))


# ---- Matrices ----------------------------------------------------------------------------------------------------------------


def matrix_class() -> Any:
    """Return the class of sparse matrices that scikit-learn is told to return."""
    return sp.csr_array if get_config().get("sparse_interface") == "sparray" else sp.csr_matrix


@lru_cache(maxsize=32)
def _kind_of(dtype: Any) -> str:
    """Return the kind of values that the core makes for a type of numbers."""
    return dtype.name if dtype.name in VALUES and dtype.isnative else "int32"


@lru_cache(maxsize=16)
def _ready_matrix(kind: Any, n_rows: int, n_columns: int) -> Any:
    matrix = kind((n_rows, n_columns), dtype=np.int64)
    matrix.has_sorted_indices = True
    return matrix


def new_matrix(data: Any, columns: Any, starts: Any, shape: tuple[int, int]) -> Any:
    """Return a matrix of these arrays, whose rows have columns in order."""
    kind = matrix_class()
    if shape[0] > FEW_ROWS or columns.dtype != np.int32:
        matrix = kind((data, columns, starts), shape=shape)
        matrix.has_sorted_indices = True
        return matrix
    matrix = kind.__new__(kind)
    vars(matrix).update(vars(_ready_matrix(kind, *shape)))
    matrix.data, matrix.indices, matrix.indptr = data, columns, starts
    return matrix


def matrix_of(vectors: Vectors, n_columns: int, dtype: Any, renumbered: Any = None, threads: int = 1) -> Any:
    """Move the rows into a matrix."""
    sizes, dtype = vectors.sizes, np.dtype(dtype)
    kind = _kind_of(dtype)
    columns, values = np.empty(sizes.n_entries, np.int32), np.empty(sizes.n_entries, kind)
    starts = np.empty(sizes.n_rows + 1, np.int64)
    vectors.take_rows((columns, values, starts), kind, renumbered, threads)
    index_dtype = np.int64 if sizes.n_entries > INT32_MAX else np.int32
    return new_matrix(
        values.astype(dtype, copy=False),
        columns.astype(index_dtype, copy=False),
        starts.astype(index_dtype, copy=False),
        (sizes.n_rows, n_columns),
    )
