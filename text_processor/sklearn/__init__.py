"""scikit-learn's vectorizers of text, computed by the core: the same classes, parameters, results and messages, in less time.

    >>> from text_processor.sklearn import CountVectorizer
    >>> vectorizer = CountVectorizer(ngram_range=(1, 2))
    >>> vectorizer.fit_transform(["a red car", "a red red bike"]).toarray()
    array([[0, 1, 1, 0, 1, 0],
           [1, 0, 2, 1, 0, 1]])
    >>> vectorizer.get_feature_names_out().tolist()
    ['bike', 'car', 'red', 'red bike', 'red car', 'red red']

They are subclasses of scikit-learn's own. What the core cannot do falls back to scikit-learn, with the same result: a
callable as analyzer, tokenizer or preprocessor, `input="file"` or `"filename"`, a `token_pattern` that is more than one
class of characters, documents with lone surrogates, and all of a subclass that overrides a step.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any, cast

from text_processor._common.messages import needs

try:
    from text_processor.sklearn._peer import (
        UNUSED,
        PeerCount,
        PeerHashing,
        PeerTfidf,
        PeerTransformer,
        check_is_fitted,
        normalize,
    )
except ImportError as error:
    raise ImportError(needs("text_processor.sklearn", "scikit-learn", "sklearn"), name="sklearn") from error

import numpy as np

from text_processor._common.arguments import threads_or_all
from text_processor._common.progress import Progress, Report
from text_processor._native.vectors import MOST_COLUMNS, Form, Vectors, Way
from text_processor.sklearn import _counting, _documents, _weights
from text_processor.sklearn._convertible import Convertible, init_of
from text_processor.sklearn._fitting import UNDER_WAY
from text_processor.sklearn._lines import Lines
from text_processor.sklearn._vocabulary import WithVocabulary
from text_processor.sklearn._ways import way_of

__all__ = ["CountVectorizer", "HashingVectorizer", "Lines", "TfidfTransformer", "TfidfVectorizer"]


class CountVectorizer(WithVocabulary, PeerCount):  # type: ignore[misc]
    """scikit-learn's `CountVectorizer`, with the same parameters, results and messages.

    ``fit`` and ``transform`` take time in proportion to the text, and the logarithm of the number of distinct terms once.

    >>> CountVectorizer(analyzer="char", ngram_range=(2, 2)).fit(["abab"]).vocabulary_
    {'ab': 0, 'ba': 1}
    """

    _PEER = PeerCount

    __init__ = init_of(PeerCount)


class TfidfTransformer(PeerTransformer, auto_wrap_output_keys=None):  # type: ignore[misc, call-arg, unused-ignore]
    """scikit-learn's `TfidfTransformer`, which is as fast as NumPy already; here so that one import has all four.

    >>> TfidfTransformer(norm=None).fit_transform(CountVectorizer().fit_transform(["to be", "to do"])).toarray().round(2)
    array([[1.41, 0.  , 1.  ],
           [0.  , 1.41, 1.  ]])
    """


class TfidfVectorizer(WithVocabulary, PeerTfidf):  # type: ignore[misc]
    """scikit-learn's `TfidfVectorizer`, with the same parameters, results and messages.

    >>> TfidfVectorizer().fit_transform(["to be", "to do"]).toarray().round(2)
    array([[0.81, 0.  , 0.58],
           [0.  , 0.81, 0.58]])
    """

    _PEER = PeerTfidf

    __init__ = init_of(PeerTfidf)

    def _fitted_rows(self, raw_documents: Any, y: Any) -> Any:
        if type(self)._count_vocab is not WithVocabulary._count_vocab:
            return super()._fitted_rows(raw_documents, y)
        self._check_params()
        self._tfidf = _weights.transformer_of(self)  # which is there when the rest fails
        weighing = UNDER_WAY.weighing = _weights.Weighing(self)
        try:
            counts = PeerCount.fit_transform(self, raw_documents)
        except BaseException:
            self._tfidf = _weights.transformer_of(self)  # no weights of what was not learned
            raise
        if weighing.is_done:
            return counts
        return _weights.weighted(_weights.set_weights(self, _weights.frequencies_in(counts), counts.shape[0]), counts)

    def transform(self, raw_documents: Any, *, progress: Progress | bool | None = None) -> Any:
        """Return a row of weights for each document, as scikit-learn does."""
        if "vocabulary_" not in vars(self):
            check_is_fitted(self, msg="The TF-IDF vectorizer is not fitted")
        weighing = UNDER_WAY.weighing = _weights.Weighing(self)
        try:
            with nullcontext() if progress is None else self._telling(progress, raw_documents):
                counts = PeerCount.transform(self, raw_documents)
        finally:
            UNDER_WAY.weighing = None
        return counts if weighing.is_done else _weights.weighted(self._tfidf, counts)

    @property
    def idf_(self) -> Any:
        """The weight of each term, as in scikit-learn."""
        self._finish_for_attribute()
        return PeerTfidf.idf_.fget(self)

    @idf_.setter
    def idf_(self, weights: Any) -> None:
        self._finish()
        PeerTfidf.idf_.fset(self, weights)


class HashingVectorizer(Convertible, PeerHashing, auto_wrap_output_keys=None):  # type: ignore[misc, call-arg, unused-ignore]
    """scikit-learn's `HashingVectorizer`, with the same parameters, results and messages, but for one difference.

    ``transform([])`` returns a matrix without rows, where scikit-learn raises `StopIteration`.

    >>> HashingVectorizer(n_features=4, norm=None).transform(["to be or not to be"]).toarray()
    array([[ 1.,  0., -2.,  3.]])
    """

    _PEER = PeerHashing

    __init__ = init_of(PeerHashing)

    # Nothing to be routed from step to step.
    __metadata_request__transform = {"progress": UNUSED}  # noqa: RUF012

    def fit_transform(self, X: Any, y: Any = None, *, progress: Progress | bool | None = None) -> Any:  # noqa: N803
        """Return a row for each document, as scikit-learn does; arguments as for `transform`."""
        return self.fit(X, y).transform(X, progress=progress)

    def transform(self, X: Any, *, progress: Progress | bool | None = None) -> Any:  # noqa: N803 - scikit-learn's name
        """Return a row for each document, as scikit-learn does.

        Args:
            X: an iterable of `str` or bytes, a column, or `Lines`.
            progress: as for ``CountVectorizer.fit``.
        """
        if progress is None:
            return self._rows_of(X, _counting.ignore)
        with _documents.telling(progress, X) as report:
            return self._rows_of(X, report)

    def _rows_of(self, X: Any, report: Report) -> Any:  # noqa: N803
        way = None if isinstance(X, str) else way_of(self)
        n_features = self.n_features
        if not isinstance(cast(object, n_features), (int, np.integer)) or not 1 <= n_features < MOST_COLUMNS:
            self._get_hasher().fit()  # says so; without it a division by 0 would end the process
        if (
            way is None
            or "_get_hasher" in vars(self)
            or type(self)._get_hasher is not PeerHashing._get_hasher
            or np.dtype(self.dtype).kind not in "if"
        ):
            return cast(Any, super()).transform(X) if isinstance(X, str) else self._rows_of_peer(X, report)
        self._validate_ngram_range()
        if self.stop_words is not None:
            self.build_analyzer()  # warns of stop words
        documents = _documents.listed(X)
        way = way._replace(n_columns=int(n_features), alternates_sign=bool(self.alternate_sign))
        threads = threads_or_all(self.threads)
        vectors = _hashed(way, documents, threads, report)
        if vectors is None and (texts := _documents.texts_of(self, documents)) is not None:
            vectors = _hashed(way, texts, threads, report)
        if vectors is None:
            return self._rows_of_peer(documents, report)
        return self._matrix_of(vectors, threads)

    def _matrix_of(self, vectors: list[Vectors], threads: int) -> Any:
        form = Form(threads=threads)
        is_normalized = np.dtype(self.dtype) == np.float64 and self.norm in _weights.NORMALIZE and not self.binary
        if is_normalized:
            form = form._replace(norm=self.norm)
        matrix = _counting.matrix_of(_counting.same_terms(vectors), self.n_features, self.dtype, form)
        matrix.has_canonical_format = True
        if self.binary:
            matrix.data.fill(1)
        if is_normalized:
            return matrix
        if matrix.dtype in _weights.DTYPES and self.norm in _weights.NORMALIZE:
            _weights.normalize_in_place(matrix, self.norm)
        elif matrix.shape[0]:
            matrix = normalize(matrix, norm=self.norm, copy=False)
        return matrix

    def _rows_of_peer(self, documents: Any, report: Report) -> Any:
        _documents.check(documents)
        rows = _documents.Rows(documents, report)
        try:
            return rows.give_to(cast(Any, super()).transform)
        except StopIteration:
            if not rows.is_empty:
                raise
            return _counting.matrix_class()((0, self.n_features), dtype=self.dtype)


def _hashed(way: Way, documents: Any, threads: int, report: Report) -> list[Vectors] | None:
    return _documents.count(Vectors(way), documents, threads, lambda: Vectors(way), report)
