"""Documents into rows of vectors, batch by batch, so that Ctrl-C takes effect; and rows into matrices."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp  # type: ignore[import-untyped, unused-ignore]
from sklearn import get_config  # type: ignore[import-untyped, unused-ignore]

from text_processor._common.progress import Report
from text_processor._native.vectors import VALUES, Form, Sizes, Stop, Vectors, Views, add, add_frequencies, view
from text_processor.sklearn._columns import BATCH_NBYTES, Column

# The first batch is of few documents, to know how long they are.
FIRST_BATCH = 256
GROWTH = 8
MOST_IN_BATCH = 1 << 14

# Fewer documents for a thread do not pay for it.
LEAST_PER_THREAD = 64

# The lengths of so many documents tell where to cut for several threads.
MOST_MEASURED = 1 << 10

# Matrices of so few rows are made of one that is ready: scipy would check every time what is right already.
FEW_ROWS = 16

INT32_MAX = (1 << 31) - 1


def ignore(_n_done: int) -> None:
    pass


class _OtherDocumentsError(Exception):
    """A document is no ``str`` that UTF-8 can hold."""


def count(
    first: Vectors, documents: Sequence[Any], threads: int, more: Callable[[], Vectors], report: Report = ignore
) -> list[Vectors] | None:
    """Add a row for each document; None if one is no ``str`` that UTF-8 can hold, and then some rows may be there.

    Several threads work on vectors that ``more`` gives, whose rows and terms follow those of the first.
    """
    try:
        shares = _shares(documents, threads)
        vectors = [first, *(more() for _ in shares[1:])]
        views_of = documents.views if isinstance(documents, Column) else partial(_views, documents)
        readers = [views_of(start, stop) for start, stop in shares]
        if len(readers) > 1:
            _Together(vectors, readers, report).count()
        else:
            _count_alone(first, readers[0], report)
    except _OtherDocumentsError:
        return None
    return vectors


def _count_alone(vectors: Vectors, reader: Iterator[Views], report: Report) -> None:
    n_done = 0
    for views in reader:
        add(vectors, views)
        n_done += views.n_documents
        report(n_done)


class _Together:
    """Threads that add rows to vectors of their own: while one has Python's lock to see where documents lie, others count.

    The calling thread is one of them. It hears Ctrl-C, and stops the others.
    """

    def __init__(self, vectors: list[Vectors], readers: list[Iterator[Views]], report: Report) -> None:
        self._shares = list(zip(vectors, readers, strict=True))
        self._n_done = [0] * len(vectors)
        self._errors: list[BaseException | None] = [None] * len(vectors)
        self._stop = Stop()
        self._report = report

    def count(self) -> None:
        others = [threading.Thread(target=self._count_share, args=(i,), daemon=True) for i in range(1, len(self._shares))]
        try:
            for thread in others:
                thread.start()
            for views in self._views_of(0):
                add(self._shares[0][0], views)
                self._n_done[0] += views.n_documents
                self._report(sum(self._n_done))
            for thread in others:
                thread.join()
        except BaseException:
            self._stop.set()
            raise
        finally:
            for thread in others:
                if thread.ident is not None:
                    thread.join()
        for error in self._errors:
            if error is not None:
                raise error
        self._report(sum(self._n_done))

    def _count_share(self, i: int) -> None:
        try:
            for views in self._views_of(i):
                add(self._shares[i][0], views, self._stop)
                self._n_done[i] += views.n_documents
        except BaseException as error:  # noqa: BLE001 - the calling thread raises it
            self._errors[i] = error
            self._stop.set()

    def _views_of(self, i: int) -> Iterator[Views]:
        """Give what is left of a share, until a thread fails."""
        for views in self._shares[i][1]:
            if self._stop:
                return
            yield views


def _views(documents: Sequence[Any], start: int, stop: int) -> Iterator[Views]:
    n = FIRST_BATCH
    while start < stop:
        views = view(tuple(documents[start : min(start + n, stop)]))
        if views is None:
            raise _OtherDocumentsError
        yield views
        start += views.n_documents
        n = max(1, min(GROWTH * n, MOST_IN_BATCH, BATCH_NBYTES * views.n_documents // (views.nbytes + 1)))


def _shares(documents: Sequence[Any], threads: int) -> list[tuple[int, int]]:
    """Cut documents into shares of about equal length, one for each thread."""
    n_shares = min(threads, len(documents) // LEAST_PER_THREAD)
    if n_shares < 2:
        return [(0, len(documents))]
    step = -(-len(documents) // MOST_MEASURED)
    try:
        lengths = documents.lengths() if isinstance(documents, Column) else list(map(len, documents[::step]))
    except TypeError:
        raise _OtherDocumentsError from None
    sums = np.cumsum(lengths)
    goals = [sums[-1] * i // n_shares for i in range(1, n_shares)]
    step = 1 if isinstance(documents, Column) else step
    cuts = [0, *(np.searchsorted(sums, goals) * step).tolist(), len(documents)]
    return list(pairwise(cuts))


# ---- Parts -------------------------------------------------------------------------------------------------------------------


class Parts(NamedTuple):
    """Vectors of consecutive documents, each with the columns that its terms have in the first; None for its own."""

    vectors: list[Vectors]
    numbers: list[Any]
    sizes: list[Sizes]

    @property
    def n_entries(self) -> int:
        return sum([each.n_entries for each in self.sizes])

    @property
    def n_rows(self) -> int:
        return sum([each.n_rows for each in self.sizes])

    @property
    def n_terms(self) -> int:
        return self.sizes[0].n_terms


def same_terms(vectors: list[Vectors]) -> Parts:
    """Return vectors that have fixed terms or hashed columns."""
    return Parts(vectors, [None] * len(vectors), [each.sizes for each in vectors])


def joined(vectors: list[Vectors]) -> Parts:
    """Append the terms of all vectors to those of the first."""
    first, *others = vectors
    numbers = [np.empty(other.sizes.n_terms, np.uint32) for other in others]
    for other, columns in zip(others, numbers, strict=True):
        first.append_terms(other, columns, len(vectors))
    return Parts(vectors, [None, *numbers], [each.sizes for each in vectors])


def frequencies_in(parts: Parts) -> Any:
    """Return the number of rows that have each term."""
    n_terms = parts.n_terms
    each = [np.zeros(n_terms if numbers is None else len(numbers), np.int64) for numbers in parts.numbers]
    add_frequencies(parts.vectors, each)
    for numbers, more in zip(parts.numbers[1:], each[1:], strict=True):
        each[0][slice(None) if numbers is None else numbers] += more
    return each[0]


def take_rows(parts: Parts, rows: tuple[Any, Any, Any], form: Form) -> None:
    """Fill arrays of columns, values and starts of rows, and forget the rows."""
    if len(parts.vectors) == 1:
        parts.vectors[0].take_rows(rows, form)
        return
    columns, values, starts = rows
    entry = row = 0
    for vectors, numbers, sizes in zip(*parts, strict=True):
        entries, ends = slice(entry, entry + sizes.n_entries), slice(row, row + sizes.n_rows + 1)
        vectors.take_rows((columns[entries], values[entries], starts[ends]), form, numbers)
        starts[ends] += entry
        entry, row = entry + sizes.n_entries, row + sizes.n_rows


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


def matrix_of(parts: Parts, n_columns: int, dtype: Any, form: Form) -> Any:
    """Move the rows into a matrix of a type of numbers, which decides about the kind of values."""
    n_entries, n_rows, dtype = parts.n_entries, parts.n_rows, np.dtype(dtype)
    kind = _kind_of(dtype)
    columns, values = np.empty(n_entries, np.int32), np.empty(n_entries, kind)
    starts = np.empty(n_rows + 1, np.int64)
    take_rows(parts, (columns, values, starts), form._replace(kind=kind))
    index_dtype = np.int64 if n_entries > INT32_MAX else np.int32
    return new_matrix(
        values.astype(dtype, copy=False),
        columns.astype(index_dtype, copy=False),
        starts.astype(index_dtype, copy=False),
        (n_rows, n_columns),
    )
