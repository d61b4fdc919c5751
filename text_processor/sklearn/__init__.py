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
from itertools import compress
from numbers import Integral
from typing import Any, NamedTuple, Self, cast

from text_processor._common.messages import needs

try:
    import numpy as np

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

from text_processor._common import many
from text_processor._common.arguments import threads_or_all
from text_processor._native.vectors import MOST_COLUMNS, Vectors, Way
from text_processor._native.words import OF_CLASS, WordRule
from text_processor._words import patterns
from text_processor.sklearn import _counting

__all__ = ["CountVectorizer", "HashingVectorizer", "TfidfTransformer", "TfidfVectorizer"]

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
    if type(least) is not int or type(most) is not int or not 1 <= least <= most <= _counting.INT32_MAX:
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

    def take(self) -> Vectors:
        """Return vectors that nobody else uses."""
        try:
            return self.idle.pop()
        except IndexError:
            vectors = Vectors(self.way)
            vectors.fix(_in_order(self.vocabulary))
            return vectors


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

    threads: int | None = 1

    def _count_vocab(self, raw_documents: Any, fixed_vocab: bool) -> Any:
        count = cast(Any, super())._count_vocab
        way = _way_of(self)
        if way is None or np.dtype(self.dtype).kind not in "biuf":  # type: ignore[attr-defined]
            return count(raw_documents, fixed_vocab)
        if self.stop_words is not None:  # type: ignore[attr-defined]
            self.build_analyzer()  # type: ignore[attr-defined] # warns of stop words
        documents = _listed(raw_documents)
        take = self._count_fixed if fixed_vocab else self._count_new
        counted = take(way, documents)
        if counted is None and (texts := _texts_of(self, documents)) is not None:
            counted = take(way, texts)
        return count(documents, fixed_vocab) if counted is None else counted

    def _count_new(self, way: Way, documents: Any) -> Any:
        vectors, threads = Vectors(way), threads_or_all(self.threads)
        if _counting.count(vectors, documents, threads, lambda: Vectors(way)) is None:
            return None
        n_terms = vectors.sizes.n_terms
        if n_terms == 0:
            raise ValueError("empty vocabulary; perhaps the documents only contain stop words")
        kind: Any = type(self)
        if not _ends_are_ours(kind) or not vars(self).keys().isdisjoint(_ENDS):
            matrix = _counting.matrix_of(vectors, n_terms, self.dtype, None, threads)  # type: ignore[attr-defined]
            return {term: column for column, term in enumerate(vectors.terms())}, matrix
        vocabulary: dict[str, Any] = {}
        counted = self._counted = _Counted(vocabulary, vectors)
        if self._keeps_all_terms(len(documents)):
            counted.is_sorted = counted.is_limited = True
        ranks = counted.ranks if counted.is_sorted else None
        matrix = _counting.matrix_of(vectors, n_terms, self.dtype, ranks, threads)  # type: ignore[attr-defined]
        if counted.is_sorted:
            counted.fill(counted.ranks.tolist())
        return vocabulary, matrix

    def _keeps_all_terms(self, n_documents: int) -> bool:
        """Whether no term is too rare, too common or too much; so there is nothing to count for that."""
        v = cast(Any, self)
        most = v.max_df if isinstance(v.max_df, Integral) else v.max_df * n_documents
        least = v.min_df if isinstance(v.min_df, Integral) else v.min_df * n_documents
        return v.max_features is None and least <= 1 and most >= n_documents

    def _sort_features(self, X: Any, vocabulary: Any) -> Any:  # noqa: N803 - scikit-learn's name
        counted = getattr(self, "_counted", None)
        if counted is None or counted.vocabulary is not vocabulary:
            return cast(Any, super())._sort_features(X, vocabulary)
        if counted.is_sorted:
            del self._counted
            return X
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
        if counted.is_limited:
            return X
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

    def _count_fixed(self, way: Way, documents: Any) -> Any:
        vocabulary = cast(dict[Any, Any], self.vocabulary_)  # type: ignore[attr-defined]
        kept = self._kept_for(vocabulary, way)
        if kept is None:
            return None
        threads = threads_or_all(self.threads)
        vectors = kept.take()
        vectors.clear_rows()
        used = _counting.count(vectors, documents, threads, kept.take)
        if used is None:
            return None
        matrix = _counting.matrix_of(vectors, len(vocabulary), self.dtype, None, threads)  # type: ignore[attr-defined]
        kept.idle.extend(used[: max(_MOST_KEPT, threads) - len(kept.idle)])
        return vocabulary, matrix

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


# So many entries are weighted at once: they and their weights stay in the caches near the core.
_WEIGHTS_AT_ONCE = 1 << 15

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
    _normalize(matrix, transformer.norm)
    return matrix


def _stay_finite(matrix: Any, weights: Any) -> bool:
    """Whether each product of an entry and its weight is finite."""
    if len(matrix.data) < len(weights):
        return bool(np.isfinite(matrix.data * weights[matrix.indices]).all())
    with np.errstate(all="ignore"):
        return bool(np.isfinite(np.abs(matrix.data).max() * np.abs(weights).max()))


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

    def fit_transform(self, raw_documents: Any, y: Any = None) -> Any:
        """Learn vocabulary and weights, and return a row of weights for each document, as scikit-learn does."""
        if type(self)._count_vocab is not _Native._count_vocab:
            return super().fit_transform(raw_documents, y)
        self._check_params()
        self._tfidf = PeerTransformer(
            norm=self.norm, use_idf=self.use_idf, smooth_idf=self.smooth_idf, sublinear_tf=self.sublinear_tf
        )
        counts = PeerCount.fit_transform(self, raw_documents)
        self._tfidf.fit(counts)
        return _weighted(self._tfidf, counts)

    def transform(self, raw_documents: Any) -> Any:
        """Return a row of weights for each document, as scikit-learn does."""
        if "vocabulary_" not in vars(self):
            check_is_fitted(self, msg="The TF-IDF vectorizer is not fitted")
        return _weighted(self._tfidf, PeerCount.transform(self, raw_documents))


# ---- Hashing -----------------------------------------------------------------------------------------------------------------


def _hashed(way: Way, documents: Any, threads: int) -> Vectors | None:
    vectors = Vectors(way)
    return None if _counting.count(vectors, documents, threads, lambda: Vectors(way)) is None else vectors


class HashingVectorizer(_Convertible, PeerHashing, auto_wrap_output_keys=None):  # type: ignore[misc, call-arg, unused-ignore]
    """scikit-learn's `HashingVectorizer`, with the same parameters, results and messages, but for one difference.

    ``transform([])`` returns a matrix without rows, where scikit-learn raises `StopIteration`.

    >>> HashingVectorizer(n_features=4, norm=None).transform(["to be or not to be"]).toarray()
    array([[ 1.,  0., -2.,  3.]])
    """

    _PEER = PeerHashing

    threads: int | None = 1

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
        if self.stop_words is not None:
            self.build_analyzer()  # warns of stop words
        documents = _listed(X)
        way = way._replace(n_columns=int(n_features), alternates_sign=bool(self.alternate_sign))
        threads = threads_or_all(self.threads)
        vectors = _hashed(way, documents, threads)
        if vectors is None and (texts := _texts_of(self, documents)) is not None:
            vectors = _hashed(way, texts, threads)
        if vectors is None:
            return peer.transform(documents)
        matrix = _counting.matrix_of(vectors, n_features, self.dtype, None, threads)
        matrix.has_canonical_format = True
        if self.binary:
            matrix.data.fill(1)
        if matrix.dtype in _WEIGHTS and self.norm in _NORMALIZE:
            _normalize(matrix, self.norm)
        elif documents:
            matrix = normalize(matrix, norm=self.norm, copy=False)
        return matrix
