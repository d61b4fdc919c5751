"""What several calls of `partial_fit` have seen: the terms, and in how many documents and how often each occurs.

Terms are pruned and sorted only when somebody asks for the vocabulary, so the parts of a text can be counted anywhere, in any
grouping, and joined in their order.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from copy import deepcopy
from threading import RLock
from typing import Any

import numpy as np

from text_processor._native.vectors import Form, Vectors, Way
from text_processor.sklearn._counting import Parts, take_rows


class Seen:
    """Terms in the order in which they came first, and their frequencies."""

    def __init__(self, way: Way, fixed: list[Any] | None, parameters: dict[str, Any]) -> None:
        self.fixed = fixed
        self.parameters = parameters
        """Those that say what a term is."""

        self.vectors = self._new_vectors(way)
        self.n_documents = 0
        self.document_frequencies = np.zeros(0, np.int64)
        self.totals = np.zeros(0, np.float64)  # exact below 2 ** 53
        self.is_ahead = True
        """Whether the vocabulary is not that of all that was seen."""

        self.lock = RLock()
        """Of the one who makes that vocabulary."""

        self._grow(self.vectors.sizes.n_terms)

    def _new_vectors(self, way: Way) -> Vectors:
        vectors = Vectors(way)
        if self.fixed is not None:
            vectors.fix(self.fixed)
        return vectors

    def more(self) -> Vectors:
        """Return vectors for one more thread."""
        return self._new_vectors(self.vectors.way)

    @contextmanager
    def whole_parts_only(self) -> Generator[None, None, None]:
        """Drop the rows and the terms of a part that raises, or is interrupted, before its end."""
        try:
            yield
        except BaseException:
            self.vectors.clear_rows()
            n_terms = len(self.totals)
            if self.vectors.sizes.n_terms > n_terms:
                self._fill(self.vectors.way, self.vectors.terms()[:n_terms])
            raise

    def take_rows(self, parts: Parts, *, binary: bool, dtype: Any) -> None:
        """Add the rows of vectors, the first of which are those here, and forget the rows.

        Counts are added up as a matrix of this type has them, in which they may wrap around.
        """
        n_terms, n_entries, n_rows = self.vectors.sizes.n_terms, parts.n_entries, parts.n_rows
        columns, counts = np.empty(n_entries, np.int32), np.empty(n_entries, np.int32)
        take_rows(parts, (columns, counts, np.empty(n_rows + 1, np.int64)), Form())
        weights = None if binary else counts.astype(dtype, copy=False)
        found = np.bincount(columns, minlength=n_terms), np.bincount(columns, weights, minlength=n_terms)
        self._grow(n_terms)
        self.document_frequencies += found[0]
        self.totals += found[1]
        self.n_documents += n_rows
        self.is_ahead = True

    def take_counts(self, terms: list[str], document_frequencies: Any, totals: Any, n_documents: int) -> None:
        """Take what was counted elsewhere, in the place of what is here."""
        self._fill(self.vectors.way, terms)
        self.document_frequencies, self.totals, self.n_documents = document_frequencies, totals, n_documents
        self.is_ahead = True

    def _grow(self, n_terms: int) -> None:
        more = n_terms - len(self.totals)
        self.document_frequencies = np.append(self.document_frequencies, np.zeros(more, np.int64))
        self.totals = np.append(self.totals, np.zeros(more))

    def merge(self, other: Seen) -> None:
        """Add what came behind what is here."""
        n_terms = other.vectors.sizes.n_terms
        columns = np.arange(n_terms, dtype=np.uint32)
        if self.fixed is None:
            with self.whole_parts_only():
                self.vectors.append_terms(other.vectors, columns)
        self._grow(self.vectors.sizes.n_terms)
        self.document_frequencies[columns[: len(other.totals)]] += other.document_frequencies
        self.totals[columns[: len(other.totals)]] += other.totals
        self.n_documents += other.n_documents
        self.is_ahead = True

    def copy(self) -> Seen:
        if not hasattr(self, "vectors"):  # as it came out of a pickle
            return deepcopy(self)
        made = Seen(self.vectors.way, self.fixed, self.parameters)
        made.merge(self)
        made.is_ahead = self.is_ahead
        return made

    def __getstate__(self) -> dict[str, Any]:
        state = {name: value for name, value in vars(self).items() if name not in {"vectors", "lock"}}
        if self.fixed is None:
            state["terms"] = self.vectors.terms() if "vectors" in vars(self) else vars(self)["terms"]
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, lock=RLock())

    def restore(self, way: Way) -> None:
        """Make the vectors of an object that was pickled."""
        self._fill(way, vars(self).pop("terms", None))

    def _fill(self, way: Way, terms: list[str] | None) -> None:
        vectors = self._new_vectors(way)
        if terms:
            given = Vectors(way)
            given.fix(terms)
            vectors.append_terms(given, np.empty(len(terms), np.uint32))
        self.vectors = vectors

    # ---- The end -----------------------------------------------------------------------------------------------------------

    def kept(self, high: float, low: float, limit: int | None, dtype: Any) -> Any:
        """Return a mask of the terms that are kept, in their order, as scikit-learn chooses them."""
        mask = (self.document_frequencies <= high) & (self.document_frequencies >= low)
        if limit is None or mask.sum() <= limit:
            return mask
        ranks = self.ranks()
        in_order = np.empty(len(ranks), np.intp)
        in_order[ranks] = np.arange(len(ranks))
        mask[in_order] = most_frequent(mask[in_order], self.totals[in_order].astype(dtype_of_sums(dtype)), limit)
        return mask

    def ranks(self) -> Any:
        """Return the place of each term in order of code points."""
        ranks = np.empty(self.vectors.sizes.n_terms, np.int32)
        self.vectors.read_ranks(ranks)
        return ranks


def most_frequent(mask: Any, totals: Any, limit: int) -> Any:
    """Return a mask of so many of the terms in a mask: those with the largest totals. Terms are in the order of the columns.

    Which of equally frequent ones is NumPy's choice, as in scikit-learn, and depends on the type of the totals.
    """
    candidates = np.flatnonzero(mask)
    chosen = np.zeros(len(mask), dtype=bool)
    chosen[candidates[(-totals[candidates]).argsort()[:limit]]] = True
    return chosen


def dtype_of_sums(dtype: Any) -> Any:
    """Return the type in which scipy adds up columns."""
    dtype = np.dtype(dtype)
    if dtype.kind == "u" and np.can_cast(dtype, np.uint):
        return np.uint
    return np.dtype(np.int_) if np.can_cast(dtype, np.int_) else dtype
