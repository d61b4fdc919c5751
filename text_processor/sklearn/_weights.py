"""The weights of terms and the norms of rows, as scikit-learn's `TfidfTransformer` has them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np

from text_processor._native.vectors import Form
from text_processor.sklearn import _counting
from text_processor.sklearn._peer import PeerTransformer, row_functions

NORMALIZE: dict[str | None, Callable[[Any], object] | None] = {
    "l1": row_functions.inplace_csr_row_normalize_l1,
    "l2": row_functions.inplace_csr_row_normalize_l2,
    None: None,
}

# What a dtype of 64-bit numbers may be given as.
_DOUBLES = frozenset({np.float64, "float64", float})

# So many entries are weighted at once: they and their weights stay in the caches near the core.
_WEIGHTS_AT_ONCE = 1 << 15

# So many entries are counted at once.
_COUNTED_AT_ONCE = 1 << 20

# So few entries are weighted before any is removed: then the core looks whether values are finite.
_FEW_ENTRIES = 1 << 15

# A count times a lesser weight is finite.
_SMALL_WEIGHT = 1e290

# What weights may be.
DTYPES = {np.dtype(np.float64), np.dtype(np.float32)}


def normalize_in_place(matrix: Any, norm: str | None) -> None:
    normalize_rows = NORMALIZE[norm]
    if normalize_rows is not None:
        normalize_rows(matrix)


def weighted(transformer: Any, matrix: Any) -> Any:
    """Do what the transformer does to counts of our own, without checking them; the matrix may be changed."""
    kind = type(cast(object, transformer))
    if kind is not PeerTransformer or matrix.dtype not in DTYPES:
        return transformer.transform(matrix, copy=False)
    weights = vars(cast(object, transformer)).get("idf_")
    if (
        not matrix.shape[0]
        or (weights is None and not _is_fitted_without_weights(transformer))
        or transformer.norm not in NORMALIZE
        or (weights is not None and np.shape(weights) != (matrix.shape[1],))
        or (weights is not None and not (matrix.dtype == weights.dtype and _stay_finite(matrix, weights)))
    ):
        return transformer.transform(matrix, copy=False)
    if transformer.sublinear_tf:  # which makes no count greater
        np.log(matrix.data, out=matrix.data)
        matrix.data += 1.0
    if weights is not None:
        for start in range(0, len(matrix.data), _WEIGHTS_AT_ONCE):
            part = slice(start, start + _WEIGHTS_AT_ONCE)
            matrix.data[part] *= weights[matrix.indices[part]]
    normalize_in_place(matrix, transformer.norm)
    return matrix


def _stay_finite(matrix: Any, weights: Any) -> bool:
    """Whether each product of an entry and its weight is finite."""
    if len(matrix.data) < len(weights):
        return bool(np.isfinite(matrix.data * weights[matrix.indices]).all())
    with np.errstate(all="ignore"):
        return bool(np.isfinite(max(matrix.data.max(), -matrix.data.min()) * np.abs(weights).max()))


def _is_fitted_without_weights(transformer: Any) -> bool:
    return not transformer.use_idf and "n_features_in_" in vars(transformer)


class Weighing:
    """The weights of rows under way, which the core applies while a row is in the caches.

    To 64-bit numbers without logarithms only.
    """

    def __init__(self, vectorizer: Any) -> None:
        self.vectorizer = vectorizer
        self.is_done = False

    def of_fit(self, parts: _counting.Parts, form: Form) -> Form:
        """Learn the weights, and return the form of rows with them."""
        v = self.vectorizer
        if not self._is_native(v):
            return form
        frequencies = np.empty(len(form.renumbered), np.int64)
        frequencies[form.renumbered] = _counting.frequencies_in(parts)
        made = set_weights(v, frequencies, parts.n_rows)
        self.is_done = True
        return form._replace(weights=made.idf_[form.renumbered] if v.use_idf else None, norm=v.norm)

    def of_rows(self, parts: _counting.Parts, form: Form) -> Form:
        """Return the form of rows with the weights that are learned; without if a value may not be finite."""
        t = self.vectorizer._tfidf
        kind = type(cast(object, t))
        if kind is not PeerTransformer or not self._is_native(t) or not parts.n_rows:
            return form
        weights = cast("dict[str, Any]", vars(t)).get("idf_")
        if weights is None:
            self.is_done = _is_fitted_without_weights(t)
        else:
            self.is_done = (
                weights.__class__ is np.ndarray
                and weights.dtype == np.float64
                and weights.shape == (parts.n_terms,)
                and weights.flags.c_contiguous
                and (_is_taken_at_once(parts) or float(abs(weights).max()) < _SMALL_WEIGHT)
            )
        return form._replace(weights=weights, norm=t.norm) if self.is_done else form

    def _is_native(self, learner: Any) -> bool:
        v = self.vectorizer
        has_form = v.dtype in _DOUBLES and learner.norm in NORMALIZE
        return has_form and not (learner.sublinear_tf or v.binary)


def _is_taken_at_once(parts: _counting.Parts) -> bool:
    """Whether rows that cannot be weighed are still there to be taken without weights."""
    return len(parts.vectors) == 1 and parts.n_entries <= _FEW_ENTRIES


def transformer_of(vectorizer: Any) -> Any:
    v = vectorizer
    return PeerTransformer(norm=v.norm, use_idf=v.use_idf, smooth_idf=v.smooth_idf, sublinear_tf=v.sublinear_tf)


def frequencies_in(counts: Any) -> Any:
    """Return the number of rows that have each column; NumPy makes a larger copy of what it counts."""
    frequencies = np.zeros(counts.shape[1], np.int64)
    for start in range(0, len(counts.indices), _COUNTED_AT_ONCE):
        part = counts.indices[start : start + _COUNTED_AT_ONCE]
        frequencies += np.bincount(part, minlength=len(frequencies))
    return frequencies


def set_weights(vectorizer: Any, frequencies: Any, n_documents: int) -> Any:
    """Give a vectorizer, and return, the weights that scikit-learn computes, in the same order of the same operations."""
    made = transformer_of(vectorizer)
    if n_documents == 0:
        made.fit(_counting.matrix_class()((0, len(frequencies))))  # refuses it
    made.n_features_in_ = len(frequencies)
    if vectorizer.use_idf:
        made.idf_ = _weights_of(vectorizer, frequencies, n_documents)
    vectorizer._tfidf = made  # when it is whole, for threads that look at it meanwhile
    return made


def _weights_of(vectorizer: Any, frequencies: Any, n_documents: int) -> Any:
    dtype = vectorizer.dtype if np.dtype(vectorizer.dtype) in DTYPES else np.float64
    smoothed = frequencies.astype(dtype)
    smoothed += float(vectorizer.smooth_idf)
    weights = np.full_like(smoothed, n_documents + int(vectorizer.smooth_idf))
    weights /= smoothed
    np.log(weights, out=weights)
    weights += 1.0
    return weights
