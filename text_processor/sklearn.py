"""scikit-learn's vectorizers of text, computed by the core: the same classes, parameters, results and messages, in less time.

    >>> from text_processor.sklearn import CountVectorizer
    >>> vectorizer = CountVectorizer(ngram_range=(1, 2))
    >>> vectorizer.fit_transform(["a red car", "a red red bike"]).toarray()
    array([[0, 1, 1, 0, 1, 0],
           [1, 0, 2, 1, 0, 1]])
    >>> vectorizer.get_feature_names_out().tolist()
    ['bike', 'car', 'red', 'red bike', 'red car', 'red red']

They are subclasses of scikit-learn's own. What the core does not know goes the way of scikit-learn, with the same result: a
callable as analyzer, tokenizer or preprocessor, documents in files, a `token_pattern` that is more than one class of
characters, documents with lone surrogates, and all of a subclass that overrides a step.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from importlib import import_module
from itertools import compress, islice
from typing import Any, NamedTuple, Self, cast

from text_processor._common.messages import needs

try:
    import numpy as np
    import scipy.sparse as sp  # type: ignore[import-untyped, unused-ignore]

    # scikit-learn has no types.
    _text: Any = import_module("sklearn.feature_extraction.text")
    PeerCount: Any = _text.CountVectorizer
    PeerHashing: Any = _text.HashingVectorizer
    PeerTransformer: Any = _text.TfidfTransformer
    PeerTfidf: Any = _text.TfidfVectorizer
    _rows: Any = import_module("sklearn.utils.sparsefuncs_fast")
    normalize: Any = import_module("sklearn.preprocessing").normalize
    check_is_fitted: Any = import_module("sklearn.utils.validation").check_is_fitted
except ImportError as error:
    raise ImportError(needs("text_processor.sklearn", "scikit-learn", "sklearn"), name="sklearn") from error

try:  # from 1.9 on matrices or arrays are returned, as set_config says
    from sklearn.utils._sparse import _align_api_if_sparse as _as_configured  # type: ignore[import-untyped, unused-ignore]
except ImportError:

    def _as_configured(matrix: Any) -> Any:
        return matrix

    _new_csr = sp.csr_matrix
else:
    _new_csr = sp.csr_array

from text_processor._common import many
from text_processor._native.text import batch_of
from text_processor._native.vectors import MOST_COLUMNS, Vectors, Way
from text_processor._native.words import OF_CLASS, WordRule
from text_processor._words import patterns

__all__ = ["CountVectorizer", "HashingVectorizer", "TfidfTransformer", "TfidfVectorizer"]

# Documents are handed to the core so many characters at a time: Ctrl-C takes effect between two batches, and few copies of
# text are in memory.
_BATCH_NBYTES = 1 << 21
_FIRST_BATCH = 256

# Fixed vocabularies of so many threads are kept for the next call.
_MOST_KEPT = 2

# The steps from a document to its terms. An object that has its own goes scikit-learn's way.
_STEPS = (
    "decode",
    "build_analyzer",
    "build_preprocessor",
    "build_tokenizer",
    "get_stop_words",
    "_check_stop_words_consistency",
    "_word_ngrams",
    "_char_ngrams",
    "_char_wb_ngrams",
    "_white_spaces",
)

# The steps from counts to a vocabulary.
_ENDS = ("_sort_features", "_limit_features")

# What is kept from one call to the next, and is no part of a fitted vectorizer.
_KEPT_TO_OURSELVES = {"_kept", "_counted"}

_INT32_MAX = (1 << 31) - 1


# ---- The way of the core -----------------------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def _has_steps_of_peer(kind: Any) -> bool:
    return all(getattr(kind, name) is getattr(PeerCount, name) for name in _STEPS)


@lru_cache(maxsize=256)
def _ends_are_ours(kind: Any) -> bool:
    known = (PeerCount.fit_transform, PeerTfidf.fit_transform, TfidfVectorizer.fit_transform)
    return kind.fit_transform in known and all(getattr(kind, name) is getattr(CountVectorizer, name) for name in _ENDS)


@lru_cache(maxsize=32)
def _word_rule(pattern: str, stop_words: frozenset[Any] | None) -> WordRule | None:
    """Return the core's rule for the words that a pattern finds but for stop words; None if it has none."""
    of_class = patterns.as_class(re.compile(pattern))
    if of_class is None:
        return None
    return WordRule(OF_CLASS, of_class, stop_words=list(filter(_can_be_found, stop_words or ())))


def _can_be_found(stop_word: object) -> bool:
    """Whether a word of a document can be equal to a stop word."""
    return isinstance(stop_word, str) and bool(stop_word) and not any("\ud800" <= each <= "\udfff" for each in stop_word)


def _way_of(vectorizer: Any) -> Way | None:
    """Return how the core vectorizes documents as scikit-learn would; None if it cannot."""
    v = vectorizer
    kind = cast(Any, type(v))
    if not _has_steps_of_peer(kind) or not vars(v).keys().isdisjoint(_STEPS):
        return None
    if (
        v.input != "content"
        or v.preprocessor is not None
        or v.tokenizer is not None
        or v.strip_accents not in {None, "ascii", "unicode"}
    ):
        return None
    least, most = v.ngram_range
    if type(least) is not int or type(most) is not int or not 1 <= least <= most <= _INT32_MAX:
        return None
    words = None
    if v.analyzer == "word":
        words = _word_rule(v.token_pattern, v.get_stop_words()) if type(v.token_pattern) is str else None
        if words is None:
            return None
    elif v.analyzer not in {"char", "char_wb"}:
        return None
    return Way(v.analyzer, words, (least, most), "lower" if v.lowercase else "keep", v.strip_accents)


# What scikit-learn would take for documents silently: the names of columns, or keys. Anything else it judges itself.
_DOCUMENTS = many.DOCUMENTS._replace(
    for_mapping="give its values()",
    for_frame='give one column of it, as in df["text"]',
    for_arrow=None,
    protocols=("__class__",),
)


def _listed(documents: Any) -> list[Any] | tuple[Any, ...]:
    """Return documents in a list, for which an Arrow column has a way of its own."""
    kind = type(cast(object, documents))
    if kind in {list, tuple}:
        return cast("list[Any] | tuple[Any, ...]", documents)
    many.check(documents, "documents", _DOCUMENTS, in_order=False)
    if hasattr(kind, "to_pylist"):
        return cast(list[Any], documents.to_pylist())
    return list(documents)


def _texts_of(vectorizer: Any, documents: list[Any] | tuple[Any, ...]) -> list[Any] | tuple[Any, ...] | None:
    """Return the documents as ``str``; None if one is neither that nor bytes."""
    kinds = set(map(type, documents))
    if kinds <= {str}:
        return documents
    if not kinds <= {str, np.str_, bytes}:
        return None
    return [str(vectorizer.decode(document)) for document in documents]


def _batches(texts: list[Any] | tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """Cut documents into slices that are neither long nor short, judged by the slice before."""
    n, rest = _FIRST_BATCH, iter(texts)
    while batch := tuple(islice(rest, n)):
        yield batch
        average = sum(map(len, batch)) // len(batch) + 1
        n = max(1, min(2 * n, _BATCH_NBYTES // average))


def _add_all(vectors: Vectors, texts: list[Any] | tuple[Any, ...]) -> bool:
    """Add a row for each document; return whether all are valid Unicode."""
    try:
        for batch in _batches(texts):
            vectors.add(batch_of(batch))
    except UnicodeEncodeError:  # a lone surrogate
        return False
    return True


def _matrix(vectors: Vectors, n_columns: int, dtype: Any) -> Any:
    """Return the rows as scikit-learn makes a matrix of its own."""
    sizes = vectors.sizes
    columns, counts = np.empty(sizes.n_entries, np.int32), np.empty(sizes.n_entries, np.int32)
    starts = np.empty(sizes.n_rows + 1, np.int64)
    vectors.read_rows(columns, counts, starts)
    vectors.clear_rows()
    index_dtype = np.int64 if sizes.n_entries > _INT32_MAX else np.int32
    parts = counts, columns.astype(index_dtype, copy=False), starts.astype(index_dtype, copy=False)
    matrix = _new_csr(parts, shape=(sizes.n_rows, n_columns), dtype=dtype)
    matrix.has_sorted_indices = True
    return matrix


# ---- Counts ------------------------------------------------------------------------------------------------------------------


class _Counted:
    """Terms that were counted, on their way into the vocabulary."""

    def __init__(self, vocabulary: dict[str, Any], vectors: Vectors) -> None:
        self.vocabulary = vocabulary
        self.vectors = vectors
        self.ranks = np.empty(vectors.sizes.n_terms, np.int32)
        vectors.read_ranks(self.ranks)
        self.kept: Any = None  # a mask of the terms in the order in which they were first seen
        self.is_sorted = self.is_limited = False

    def fill(self, columns: Iterable[Any]) -> None:
        """Put the terms that are kept, in the order in which they were first seen, into the vocabulary."""
        names = self.vectors.terms()
        self.vocabulary.update(zip(names if self.kept is None else compress(names, self.kept.tolist()), columns, strict=True))


class _Kept(NamedTuple):
    """Vectors with the terms of a vocabulary, for one thread each."""

    vocabulary: dict[Any, Any]
    n_terms: int
    last: object
    way: Way
    idle: list[Vectors]


class _Convertible:
    """What becomes scikit-learn's own class, and back."""

    _PEER: Any

    def to_sklearn(self) -> Any:
        """Return a vectorizer of scikit-learn's own class with the same parameters and all that was fitted.

        Its pickle opens where this package is not installed.

        >>> type(CountVectorizer().fit(["a car"]).to_sklearn()).__module__
        'sklearn.feature_extraction.text'
        """
        made = self._PEER.__new__(self._PEER)
        vars(made).update((name, value) for name, value in vars(self).items() if name not in _KEPT_TO_OURSELVES)
        return made

    @classmethod
    def from_sklearn(cls, vectorizer: Any) -> Self:
        """Return a vectorizer of this class with the parameters of scikit-learn's, and all that was fitted.

        Raises:
            TypeError: `vectorizer` is not of scikit-learn's class of the same name.
        """
        kind = type(cast(object, vectorizer))
        if kind is not cls._PEER:
            raise TypeError(f"from_sklearn takes scikit-learn's {cls._PEER.__name__}, not {kind.__name__}")
        made = cls.__new__(cls)
        vars(made).update(vars(cast(object, vectorizer)))
        return made


class _Native(_Convertible):
    """What differs from scikit-learn's vectorizers with a vocabulary."""

    def _count_vocab(self, raw_documents: Any, fixed_vocab: bool) -> Any:
        count = cast(Any, super())._count_vocab
        way = _way_of(self)
        if way is None or np.dtype(self.dtype).kind not in "biuf":  # type: ignore[attr-defined]
            return count(raw_documents, fixed_vocab)
        self.build_analyzer()  # type: ignore[attr-defined] # warns of stop words
        documents = _listed(raw_documents)
        texts = _texts_of(self, documents)
        counted = None if texts is None else (self._count_fixed if fixed_vocab else self._count_new)(way, texts)
        return count(documents, fixed_vocab) if counted is None else counted

    def _count_new(self, way: Way, texts: Any) -> Any:
        vectors = Vectors(way)
        if not _add_all(vectors, texts):
            return None
        n_terms = vectors.sizes.n_terms
        if n_terms == 0:
            raise ValueError("empty vocabulary; perhaps the documents only contain stop words")
        matrix = _as_configured(_matrix(vectors, n_terms, self.dtype))  # type: ignore[attr-defined]
        kind: Any = type(self)
        if not _ends_are_ours(kind) or not vars(self).keys().isdisjoint(_ENDS):
            return {term: column for column, term in enumerate(vectors.terms())}, matrix
        vocabulary: dict[str, Any] = {}
        self._counted = _Counted(vocabulary, vectors)
        return vocabulary, matrix

    def _sort_features(self, X: Any, vocabulary: Any) -> Any:  # noqa: N803 - scikit-learn's name
        counted = getattr(self, "_counted", None)
        if counted is None or counted.vocabulary is not vocabulary:
            return cast(Any, super())._sort_features(X, vocabulary)
        columns = counted.ranks
        if counted.kept is not None:
            n_before = np.zeros(len(counted.kept), np.int32)  # how many terms that are kept have a lower rank
            n_before[columns] = counted.kept
            columns = (np.cumsum(n_before) - n_before)[columns[counted.kept]]
        columns = columns.astype(X.indices.dtype, copy=False)
        X.indices = columns.take(X.indices, mode="clip")
        counted.is_sorted = True
        if counted.is_limited:
            del self._counted
            counted.fill(columns.tolist())
        return X

    def _limit_features(self, X: Any, vocabulary: Any, high: Any = None, low: Any = None, limit: Any = None) -> Any:  # noqa: N803
        counted = getattr(self, "_counted", None)
        if counted is None or counted.vocabulary is not vocabulary:
            return cast(Any, super())._limit_features(X, vocabulary, high, low, limit)
        # As there: the numbers and the order of equal ones are NumPy's on this machine.
        frequencies = np.bincount(X.indices, minlength=X.shape[1])
        mask = np.ones(len(frequencies), dtype=bool)
        if high is not None:
            mask &= frequencies <= high
        if low is not None:
            mask &= frequencies >= low
        if limit is not None and mask.sum() > limit:
            totals = np.asarray(X.sum(axis=0)).ravel()
            most = (-totals[mask]).argsort()[:limit]
            chosen = np.zeros(len(frequencies), dtype=bool)
            chosen[np.where(mask)[0][most]] = True
            mask = chosen
        if not mask.any():
            del self._counted
            raise ValueError("After pruning, no terms remain. Try a lower min_df or a higher max_df.")
        counted.is_limited = True
        counted.kept = None if mask.all() else mask[counted.ranks] if counted.is_sorted else mask
        if counted.is_sorted:
            del self._counted
            columns = (np.cumsum(mask) - 1)[counted.ranks]
            counted.fill(columns if counted.kept is None else columns[counted.kept])
        return type(X)((X.data, X.indices, X.indptr), shape=X.shape) if counted.kept is None else X[:, np.where(mask)[0]]

    def _count_fixed(self, way: Way, texts: Any) -> Any:
        vocabulary = cast(dict[Any, Any], self.vocabulary_)  # type: ignore[attr-defined]
        kept = self._kept_for(vocabulary, way)
        if kept is None:
            return None
        try:
            vectors = kept.idle.pop()
        except IndexError:
            vectors = Vectors(way)
            vectors.fix(_in_order(vocabulary))
        vectors.clear_rows()
        if not _add_all(vectors, texts):
            return None
        matrix = _matrix(vectors, len(vocabulary), self.dtype)  # type: ignore[attr-defined]
        if len(kept.idle) < _MOST_KEPT:
            kept.idle.append(vectors)
        return vocabulary, _as_configured(matrix)

    def _kept_for(self, vocabulary: dict[Any, Any], way: Way) -> _Kept | None:
        """Return what is kept for a vocabulary; None if its values are no columns."""
        kept = vars(self).get("_kept")
        if type(vocabulary) is not dict or not vocabulary:
            return None
        last = next(reversed(vocabulary.items()))
        if (
            kept is not None
            and kept.vocabulary is vocabulary
            and (kept.n_terms, kept.last, kept.way) == (len(vocabulary), last, way)
        ):
            return cast(_Kept, kept)
        if not _are_columns(vocabulary):
            return None
        kept = self._kept = _Kept(vocabulary, len(vocabulary), last, way, [])
        return kept

    def __getstate__(self) -> Any:
        state: Any = super().__getstate__()
        return {name: value for name, value in state.items() if name not in _KEPT_TO_OURSELVES}


def _are_columns(vocabulary: dict[Any, Any]) -> bool:
    """Whether the values are the numbers from 0 on, each once."""
    n = len(vocabulary)
    if not all(isinstance(column, (int, np.integer)) and 0 <= column < n for column in vocabulary.values()):
        return False
    return len(set(vocabulary.values())) == n


def _in_order(vocabulary: dict[Any, Any]) -> list[Any]:
    terms = [None] * len(vocabulary)
    for term, column in vocabulary.items():
        terms[column] = term
    return terms


class CountVectorizer(_Native, PeerCount):  # type: ignore[misc]
    """scikit-learn's `CountVectorizer`, with the same parameters, results and messages.

    ``fit`` and ``transform`` take time in proportion to the text, and the logarithm of the number of distinct terms once.

    >>> CountVectorizer(analyzer="char", ngram_range=(2, 2)).fit(["abab"]).vocabulary_
    {'ab': 0, 'ba': 1}
    """

    _PEER = PeerCount


# ---- Weights -----------------------------------------------------------------------------------------------------------------

_NORMALIZE: dict[str | None, Callable[[Any], object] | None] = {
    "l1": _rows.inplace_csr_row_normalize_l1,
    "l2": _rows.inplace_csr_row_normalize_l2,
    None: None,
}


# What weights may be.
_WEIGHTS = {np.dtype(np.float64), np.dtype(np.float32)}


def _normalize(matrix: Any, norm: str | None) -> None:
    normalize_rows = _NORMALIZE[norm]
    if normalize_rows is not None:
        normalize_rows(matrix)


def _weighted(transformer: Any, matrix: Any) -> Any:
    """Do what the transformer does to counts of our own, without checking them; the matrix may be changed."""
    kind = type(cast(object, transformer))
    if kind not in {PeerTransformer, TfidfTransformer} or matrix.dtype not in _WEIGHTS:
        return transformer.transform(matrix, copy=False)
    weights = vars(cast(object, transformer)).get("idf_")
    if (
        not matrix.shape[0]
        or transformer.norm not in _NORMALIZE
        or (weights is not None and np.shape(weights) != (matrix.shape[1],))
    ):
        return transformer.transform(matrix, copy=False)
    data = matrix.data
    if transformer.sublinear_tf:
        data = np.log(data)
        data += 1.0
    if weights is not None:
        data = data * weights[matrix.indices] if data.dtype == weights.dtype else None
    if data is None or not np.isfinite(data).all():
        return transformer.transform(matrix, copy=False)
    matrix.data = data
    _normalize(matrix, transformer.norm)
    return _as_configured(matrix)


class TfidfTransformer(PeerTransformer, auto_wrap_output_keys=None):  # type: ignore[misc, call-arg, unused-ignore]
    """scikit-learn's `TfidfTransformer`, which is as fast as NumPy already; here so that one import has all four.

    >>> TfidfTransformer(norm=None).fit_transform(CountVectorizer().fit_transform(["to be", "to do"])).toarray().round(2)
    array([[1.41, 0.  , 1.  ],
           [0.  , 1.41, 1.  ]])
    """


class TfidfVectorizer(_Native, PeerTfidf):  # type: ignore[misc]
    """scikit-learn's `TfidfVectorizer`, with the same parameters, results and messages.

    >>> TfidfVectorizer().fit_transform(["to be", "to do"]).toarray().round(2)
    array([[0.81, 0.  , 0.58],
           [0.  , 0.81, 0.58]])
    """

    _PEER = PeerTfidf

    def transform(self, raw_documents: Any) -> Any:
        """Return a row of weights for each document, as scikit-learn does."""
        check_is_fitted(self, msg="The TF-IDF vectorizer is not fitted")
        return _weighted(self._tfidf, PeerCount.transform(self, raw_documents))


# ---- Hashing -----------------------------------------------------------------------------------------------------------------


class HashingVectorizer(_Convertible, PeerHashing, auto_wrap_output_keys=None):  # type: ignore[misc, call-arg, unused-ignore]
    """scikit-learn's `HashingVectorizer`, with the same parameters, results and messages, but for one difference.

    ``transform([])`` returns a matrix without rows, where scikit-learn raises `StopIteration`.

    >>> HashingVectorizer(n_features=4, norm=None).transform(["to be or not to be"]).toarray()
    array([[ 1.,  0., -2.,  3.]])
    """

    _PEER = PeerHashing

    def transform(self, X: Any) -> Any:  # noqa: N803 - scikit-learn's name
        """Return a row for each document, as scikit-learn does."""
        way = None if isinstance(X, str) else _way_of(self)
        peer, n_features = cast(Any, super()), self.n_features
        if not isinstance(cast(object, n_features), (int, np.integer)) or not 1 <= n_features < MOST_COLUMNS:
            self._get_hasher().fit()  # says so; without it a division by 0 would end the process
        if (
            way is None
            or "_get_hasher" in vars(self)
            or type(self)._get_hasher is not PeerHashing._get_hasher
            or np.dtype(self.dtype).kind not in "if"
        ):
            return peer.transform(X)
        self._validate_ngram_range()
        self.build_analyzer()  # warns of stop words
        documents = _listed(X)
        texts = _texts_of(self, documents)
        if texts is None:
            return peer.transform(documents)
        vectors = Vectors(way._replace(n_columns=int(n_features), alternates_sign=bool(self.alternate_sign)))
        if not _add_all(vectors, texts):
            return peer.transform(documents)
        matrix = _matrix(vectors, n_features, self.dtype)
        matrix.has_canonical_format = True
        if self.binary:
            matrix.data.fill(1)
        if matrix.dtype in _WEIGHTS and self.norm in _NORMALIZE:
            _normalize(matrix, self.norm)
        elif documents:
            matrix = normalize(matrix, norm=self.norm, copy=False)
        return _as_configured(matrix)
