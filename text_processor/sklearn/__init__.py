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

import os
import re
import sys
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import lru_cache
from importlib import import_module
from inspect import Parameter, signature
from itertools import compress, islice
from numbers import Integral
from typing import Any, NoReturn, Self, cast

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
    NotFittedError: Any = import_module("sklearn.exceptions").NotFittedError
    UNUSED: Any = import_module("sklearn.utils.metadata_routing").UNUSED
    check_is_fitted: Any = import_module("sklearn.utils.validation").check_is_fitted
except ImportError as error:
    raise ImportError(needs("text_processor.sklearn", "scikit-learn", "sklearn"), name="sklearn") from error

from text_processor._common import many
from text_processor._common.arguments import threads_or_all
from text_processor._common.progress import Progress, Report, reporting
from text_processor._native.segment import find
from text_processor._native.status import TooLargeError
from text_processor._native.vectors import MOST_COLUMNS, Form, Vectors, Way
from text_processor._native.words import OF_CLASS, OF_UAX29, WordRule
from text_processor._words import patterns
from text_processor.analyzer import TextAnalyzer
from text_processor.sklearn import _analyzers, _counting
from text_processor.sklearn._columns import Column, column_of
from text_processor.sklearn._lines import Lines
from text_processor.sklearn._partial import Seen

__all__ = ["CountVectorizer", "HashingVectorizer", "Lines", "TfidfTransformer", "TfidfVectorizer"]

# partial_fit holds so many documents and characters of an iterator; the first documents tell how long they are.
_FIRST_PORTION = 256
_MOST_IN_PORTION = 1 << 16
_PORTION_LENGTH = 1 << 23

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

# The parameters that say what text bytes are.
_OF_BYTES = ("encoding", "decode_error")

# The parameters that say what a term is, and how often it counts.
_OF_TERMS = (
    "analyzer",
    "token_pattern",
    "ngram_range",
    "lowercase",
    "strip_accents",
    "stop_words",
    "binary",
    "vocabulary",
    *_OF_BYTES,
)

_CHANGED = "the parameters that say what a term is have changed since partial_fit; clone() gives a new vectorizer"

# What is kept from one call to the next, and is no part of a fitted vectorizer.
_KEPT_TO_OURSELVES = {"_kept"}

# What scikit-learn's own classes do not have.
_OURS = {*_KEPT_TO_OURSELVES, "_seen", "threads"}


# ---- The way of the core -----------------------------------------------------------------------------------------------------


# The token pattern that stands for the words of Unicode Standard Annex #29.
_UAX29 = "uax29"


@lru_cache(maxsize=256)
def _has_steps_of_peer(kind: Any) -> bool:
    own = {"build_tokenizer": _Convertible.build_tokenizer}
    return all(getattr(kind, name) in {getattr(PeerCount, name), own.get(name)} for name in _STEPS)


@lru_cache(maxsize=256)
def _ends_are_ours(kind: Any) -> bool:
    known = (_Native.fit_transform, TfidfVectorizer.fit_transform)
    return kind.fit_transform in known and all(getattr(kind, name) is getattr(CountVectorizer, name) for name in _ENDS)


@lru_cache(maxsize=32)
def _word_rule(pattern: str, stop_words: frozenset[Any] | None) -> WordRule | None:
    """Return the core's rule for the words that a pattern finds but for stop words; None if it has none."""
    left_out = list(filter(_can_be_found, stop_words or ()))
    if pattern == _UAX29:
        return WordRule(OF_UAX29, stop_words=left_out)
    of_class = patterns.as_class(re.compile(pattern))
    return None if of_class is None else WordRule(OF_CLASS, of_class, stop_words=left_out)


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


def _check(documents: Any) -> None:
    many.check(documents, "documents", _DOCUMENTS, in_order=False)
    if isinstance(documents, os.PathLike):
        kind = type(cast(object, documents)).__name__
        raise TypeError(f"documents must be {_DOCUMENTS.what}, not {kind}; Lines(path) has those of a file, one a line")


def _listed(documents: Any) -> list[Any] | tuple[Any, ...]:
    """Return documents in a list, for which an Arrow column and the lines of files have ways of their own."""
    kind = type(cast(object, documents))
    if kind in {list, tuple} or isinstance(documents, Lines):
        return cast("list[Any] | tuple[Any, ...]", documents)
    _check(documents)
    if (column := column_of(documents)) is not None:
        return cast("list[Any]", column)
    if hasattr(kind, "to_pylist"):
        return cast(list[Any], documents.to_pylist())
    return list(documents)


class _Rows:
    """Documents for scikit-learn's own loop; an error in it gets a note of which document was its."""

    def __init__(self, documents: Any, report: Report = _counting.ignore) -> None:
        self._documents = documents.to_list() if isinstance(documents, Column) else documents
        self._report = report
        self._row: int | None = None
        self.is_empty = True

    def __iter__(self) -> Iterator[Any]:
        for row, document in enumerate(self._told_of()):
            self._row, self.is_empty = row, False
            yield document
        self._row = None

    def _told_of(self) -> Iterator[Any]:
        if isinstance(self._documents, Lines):
            for texts, n_done in self._documents.portions():
                yield from texts
                self._report(n_done)
        else:
            for n_done, document in enumerate(self._documents, 1):
                yield document
                self._report(n_done)

    def give_to(self, take: Callable[..., Any], *arguments: Any) -> Any:
        try:
            return take(self, *arguments)
        except (TypeError, ValueError, AttributeError) as error:
            if self._row is not None:
                error.add_note(f"This is about document {self._row}; the first is 0.")
            raise


def _portions(documents: Any) -> Iterator[tuple[Any, int]]:
    """Give some thousands of documents at a time, and the number so far: of documents, or of bytes for `Lines`."""
    if isinstance(documents, str):
        raise ValueError("Iterable over raw text documents expected, string object received.")
    if isinstance(documents, Lines):
        yield from documents.portions()
        return
    _check(documents)
    kind = documents.__class__
    if hasattr(kind, "to_pylist") or hasattr(kind, "to_arrow"):
        listed = _listed(documents)
        yield listed, len(listed)
        return
    rest = cast("Iterator[Any]", iter(documents))
    n, n_done = _FIRST_PORTION, 0
    portion: list[Any]
    while portion := list(islice(rest, n)):
        n_done += len(portion)
        yield portion, n_done
        length = sum(len(each) for each in portion if isinstance(each, str | bytes))
        n = max(1, min(_MOST_IN_PORTION, _PORTION_LENGTH * len(portion) // (length + 1)))


def _count(
    first: Vectors, documents: Any, threads: int, more: Callable[[], Vectors], report: Report = _counting.ignore
) -> list[Vectors] | None:
    """Add a row for each document, as `_counting.count` does; of lines only some are in memory."""
    if not isinstance(documents, Lines):
        return _counting.count(first, documents, threads, more, report)
    for texts, n_done in documents.portions():
        if _counting.count(first, texts, 1, more) is None:  # so that rows stay in order
            return None
        report(n_done)
    return [first]


def _telling(progress: Progress | bool | None, documents: Any) -> AbstractContextManager[Report]:
    """Give what tells of progress: in documents, of lines in bytes."""
    if isinstance(documents, Lines):
        return reporting(progress, documents.nbytes if progress else None)
    return reporting(progress, len(documents) if hasattr(documents.__class__, "__len__") else None, "documents")


def _uax29_words(text: str) -> list[str]:
    """Return the words of Unicode Standard Annex #29."""
    encoded = text.encode(errors="replace")  # a lone surrogate is in no word
    bounds = (array for array in find(encoded, "words", in_characters=False))
    return [encoded[start:end].decode() for each in bounds for start, end in zip(each[::2], each[1::2], strict=True)]


def _texts_of(vectorizer: Any, documents: list[Any] | tuple[Any, ...]) -> list[Any] | tuple[Any, ...] | None:
    """Return the documents as ``str``; None if one is neither that nor bytes."""
    if isinstance(documents, Column):
        return documents.to_list()
    kinds = set(map(type, documents))
    if kinds <= {str}:
        return documents
    if not kinds <= {str, np.str_, bytes}:
        return None
    return [str(vectorizer.decode(document)) for document in documents]


# ---- Counts ------------------------------------------------------------------------------------------------------------------


class _Counted:
    """Terms that were counted, on their way into the vocabulary."""

    def __init__(self, vocabulary: dict[str, Any], vectors: Vectors, threads: int) -> None:
        self.vocabulary = vocabulary
        self.vectors = vectors
        self.ranks = np.empty(vectors.sizes.n_terms, np.int32)
        vectors.read_ranks(self.ranks, threads)
        self.kept: Any = None  # a mask of the terms in the order in which they were first seen
        self.columns: Any = None  # of the terms that are kept
        self.is_sorted = self.is_limited = False

    def filled(self) -> dict[str, Any]:
        """Return the vocabulary with the terms that are kept, in the order in which they were first seen.

        That takes as long as the rest, if there are many terms, and not everybody needs it.
        """
        if not self.vocabulary:
            names = self.vectors.terms()
            kept = names if self.kept is None else compress(names, self.kept.tolist())
            # At once, for threads that look at it meanwhile.
            self.vocabulary.update(dict(zip(kept, self.columns, strict=True)))
        return self.vocabulary


class _UnderWay(threading.local):
    """What a thread has counted in a fit, so that several may fit one vectorizer; each has a vocabulary of its own."""

    counted: _Counted | None = None
    weighing: _Weighing | None = None
    """What weighs the rows of one vectorizer; user code that it calls may use another."""

    telling: tuple[object, Report] | None = None
    """The vectorizer whose progress is told, and what tells it."""

    def report_of(self, vectorizer: object) -> Report:
        telling = self.telling
        return telling[1] if telling is not None and telling[0] is vectorizer else _counting.ignore

    def weighing_of(self, vectorizer: object) -> _Weighing | None:
        weighing = self.weighing
        return weighing if weighing is not None and weighing.vectorizer is vectorizer else None

    def of(self, vocabulary: object) -> _Counted | None:
        counted = self.counted
        return counted if counted is not None and counted.vocabulary is vocabulary else None


_UNDER_WAY = _UnderWay()


class _Kept:
    """Vectors with the terms of a vocabulary, for one thread each.

    The vocabulary is a dict that the user may change in its place. To compare it takes some nanoseconds a term, more than one
    short document. So it is compared only if somebody else has it, or was given it since it was compared last.
    """

    def __init__(self, vocabulary: dict[Any, Any], way: Way) -> None:
        self.vocabulary = vocabulary
        self.way = way
        self.idle: list[Vectors] = []
        self.given: object = object()
        """Another object each time when somebody else is given the vocabulary."""

        self._compared: object = None
        """The one of the last time when it was compared, and nobody else had it."""

        self._terms = list(vocabulary)
        self._columns = list(vocabulary.values())

    def is_of(self, fitted: dict[str, Any], way: Way) -> bool:
        """Whether the vocabulary of a fitted vectorizer still is the one that was kept."""
        if fitted.get("vocabulary_") is not self.vocabulary or self.way != way:
            return False
        given = self.given
        if given is self._compared:
            return True
        is_alone = _n_references(fitted) <= _WITHOUT_OTHERS + 1
        if list(self.vocabulary) != self._terms or list(self.vocabulary.values()) != self._columns:
            return False
        if is_alone:  # and a thread that is given it meanwhile says so
            self._compared = given
        return True

    @property
    def must_be_compared(self) -> bool:
        return self.given is not self._compared

    def take(self) -> Vectors:
        """Return vectors that nobody else uses."""
        try:
            return self.idle.pop()
        except IndexError:
            vectors = Vectors(self.way)
            vectors.fix(_in_order(zip(self._terms, self._columns, strict=True), len(self._terms)))
            return vectors


def _n_references(fitted: dict[str, Any]) -> int:
    return sys.getrefcount(fitted["vocabulary_"])


# How many there are to a vocabulary that only the vectorizer has, which differs between versions of Python.
_WITHOUT_OTHERS = _n_references({"vocabulary_": {}})


def _told_apart(given: object, kind: type) -> str:
    """Return the name of a class; its module if only that differs from another."""
    name = type(given).__name__
    return f"one of {type(given).__module__}" if name == kind.__name__ else name


def _init_of(peer: Any) -> Callable[..., None]:
    """Return the ``__init__`` of a class with the parameters of scikit-learn's, whatever its version has, and ours."""

    def __init__(self: Any, *, threads: int | None = 1, **parameters: Any) -> None:  # noqa: N807 - it becomes that
        peer.__init__(self, **parameters)
        self.threads = threads

    theirs = signature(peer.__init__)
    ours = Parameter("threads", Parameter.KEYWORD_ONLY, default=1)
    cast(Any, __init__).__signature__ = theirs.replace(parameters=[*theirs.parameters.values(), ours])
    return __init__


class _Convertible:
    """What becomes scikit-learn's own class, and back."""

    _PEER: Any

    threads: int | None = 1  # of objects that were made without it

    def build_tokenizer(self) -> Any:
        """Return the function that finds the words of a text, as scikit-learn does."""
        vectorizer: Any = self
        if vectorizer.tokenizer is None and vectorizer.token_pattern == _UAX29:
            return _uax29_words
        return cast(Any, super()).build_tokenizer()

    def to_sklearn(self) -> Any:
        """Return a vectorizer of scikit-learn's own class with the same parameters and all that was fitted.

        Its pickle opens where this package is not installed.

        >>> type(CountVectorizer().fit(["a car"]).to_sklearn()).__module__
        'sklearn.feature_extraction.text'
        """
        if vars(self).get("token_pattern") == _UAX29:
            raise ValueError(f"scikit-learn has no token_pattern {_UAX29!r}")
        self._finish()
        vars(self).pop("_kept", None)  # what is made shares the vocabulary, and may change it
        made = self._PEER.__new__(self._PEER)
        vars(made).update((name, value) for name, value in vars(self).items() if name not in _OURS)
        return made

    def _finish(self) -> None:
        """Do what was put off."""

    @classmethod
    def from_sklearn(cls, vectorizer: Any) -> Self:
        """Return a vectorizer of this class with the parameters of scikit-learn's, and all that was fitted.

        Raises:
            TypeError: `vectorizer` is not of scikit-learn's class of the same name.
        """
        if type(cast(object, vectorizer)) is not cls._PEER:
            raise TypeError(f"from_sklearn takes scikit-learn's {cls._PEER.__name__}, not {_told_apart(vectorizer, cls)}")
        made = cls.__new__(cls)
        vars(made).update(vars(cast(object, vectorizer)))
        return made


def _bounds_of(vectorizer: Any, n_documents: int) -> tuple[Any, Any]:
    """Return in how many documents a term must be at least, and may be at most."""
    least, most = vectorizer.min_df, vectorizer.max_df
    return (
        least if isinstance(least, Integral) else least * n_documents,
        most if isinstance(most, Integral) else most * n_documents,
    )


class _Native(_Convertible):
    """What differs from scikit-learn's vectorizers with a vocabulary."""

    # Nothing to be routed from step to step.
    __metadata_request__fit = {"progress": UNUSED}  # noqa: RUF012
    __metadata_request__partial_fit = {"raw_documents": UNUSED, "progress": UNUSED}  # noqa: RUF012
    __metadata_request__transform = {"progress": UNUSED}  # noqa: RUF012

    def _count_vocab(self, raw_documents: Any, fixed_vocab: bool) -> Any:
        count = cast(Any, super())._count_vocab
        way = _way_of(self)
        if way is None or np.dtype(self.dtype).kind not in "biuf":  # type: ignore[attr-defined]
            _check(raw_documents)
            return _Rows(raw_documents, _UNDER_WAY.report_of(self)).give_to(count, fixed_vocab)
        if self.stop_words is not None:  # type: ignore[attr-defined]
            self.build_analyzer()  # type: ignore[attr-defined] # warns of stop words
        documents = _listed(raw_documents)
        take = self._count_fixed if fixed_vocab else self._count_new
        counted = take(way, documents)
        if counted is None and (texts := _texts_of(self, documents)) is not None:
            counted = take(way, texts)
        if counted is not None:
            return counted
        return _Rows(documents, _UNDER_WAY.report_of(self)).give_to(count, fixed_vocab)

    def _count_new(self, way: Way, documents: Any) -> Any:
        vectors, threads = Vectors(way), threads_or_all(self.threads)
        used = _count(vectors, documents, threads, lambda: Vectors(way), _UNDER_WAY.report_of(self))
        if used is None:
            return None
        parts, n_terms = _counting.joined(used), vectors.sizes.n_terms
        if n_terms == 0:
            raise ValueError("empty vocabulary; perhaps the documents only contain stop words")
        kind: Any = type(self)
        if not _ends_are_ours(kind) or not vars(self).keys().isdisjoint(_ENDS):
            matrix = _counting.matrix_of(parts, n_terms, self.dtype, Form(threads=threads))  # type: ignore[attr-defined]
            return {term: column for column, term in enumerate(vectors.terms())}, matrix
        vocabulary: dict[str, Any] = {}
        counted = _UNDER_WAY.counted = _Counted(vocabulary, vectors, threads)
        if self._keeps_all_terms(vectors.sizes.n_rows):
            counted.is_sorted = counted.is_limited = True
        form = Form(renumbered=counted.ranks if counted.is_sorted else None, threads=threads)
        if counted.is_sorted and (weighing := _UNDER_WAY.weighing_of(self)) is not None:
            form = weighing.of_fit(parts, form)
        matrix = _counting.matrix_of(parts, n_terms, self.dtype, form)  # type: ignore[attr-defined]
        if counted.is_sorted:
            counted.columns = counted.ranks.tolist()
        return vocabulary, matrix

    def _keeps_all_terms(self, n_documents: int) -> bool:
        """Whether no term is too rare, too common or too much; so there is nothing to count for that."""
        v = cast(Any, self)
        least, most = _bounds_of(v, n_documents)
        return v.max_features is None and least <= 1 and bool(most >= n_documents)

    def _sort_features(self, X: Any, vocabulary: Any) -> Any:  # noqa: N803 - scikit-learn's name
        counted = _UNDER_WAY.of(vocabulary)
        if counted is None:
            return cast(Any, super())._sort_features(X, vocabulary)
        if counted.is_sorted:
            return X
        columns = counted.ranks
        if counted.kept is not None:
            n_before = np.zeros(len(counted.kept), np.int32)  # how many terms that are kept have a lower rank
            n_before[columns] = counted.kept
            columns = (np.cumsum(n_before) - n_before)[columns[counted.kept]]
        columns = columns.astype(X.indices.dtype, copy=False)
        X.indices = columns.take(X.indices, mode="clip")
        counted.is_sorted = True
        counted.columns = columns.tolist()
        return X

    def _limit_features(self, X: Any, vocabulary: Any, high: Any = None, low: Any = None, limit: Any = None) -> Any:  # noqa: N803
        counted = _UNDER_WAY.of(vocabulary)
        if counted is None:
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
            raise ValueError("After pruning, no terms remain. Try a lower min_df or a higher max_df.")
        counted.is_limited = True
        counted.kept = None if mask.all() else mask[counted.ranks] if counted.is_sorted else mask
        if counted.is_sorted:
            columns = (np.cumsum(mask) - 1)[counted.ranks]
            counted.columns = columns if counted.kept is None else columns[counted.kept]
        return type(X)((X.data, X.indices, X.indptr), shape=X.shape) if counted.kept is None else X[:, np.where(mask)[0]]

    # ---- In parts --------------------------------------------------------------------------------------------------------

    @property
    def vocabulary_(self) -> Any:
        """The column of each term, as in scikit-learn."""
        self._finish_for_attribute()
        if "vocabulary_" not in vars(self):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute 'vocabulary_'")
        vocabulary = vars(self)["vocabulary_"]
        self._give_away()  # behind that reference, which a thread that compares meanwhile sees
        return vocabulary.filled() if type(vocabulary) is _Counted else vocabulary

    @vocabulary_.setter
    def vocabulary_(self, vocabulary: Any) -> None:
        self._give_up_parts()
        # One entry holds all, so that of two fits at the same time one is there as a whole.
        counted = _UNDER_WAY.of(vocabulary)
        vars(self)["vocabulary_"] = vocabulary if counted is None else counted

    @vocabulary_.deleter
    def vocabulary_(self) -> None:
        self._give_up_parts()
        del vars(self)["vocabulary_"]

    def _give_away(self) -> None:
        """Note that the vocabulary may be changed in its place from now on."""
        kept = cast("_Kept | None", vars(self).get("_kept"))
        if kept is not None:
            kept.given = object()

    def _give_up_parts(self) -> None:
        """Forget what `partial_fit` has learned, but for the weights, which would replace a vocabulary that is set."""
        with suppress(ValueError):  # of what has no vocabulary yet
            self._finish()
        for name in ("_seen", "_kept"):
            vars(self).pop(name, None)

    def _validate_vocabulary(self) -> None:
        """Set a vocabulary that is a parameter, which is the one that `partial_fit` has, too."""
        seen = vars(self).pop("_seen", None)
        try:
            cast(Any, super())._validate_vocabulary()
        finally:
            if seen is not None:
                vars(self)["_seen"] = seen

    def fit(self, raw_documents: Any, y: Any = None, *, progress: Progress | bool | None = None) -> Self:
        """Learn the vocabulary, as scikit-learn does; `Lines` need not fit in memory.

        Args:
            raw_documents: an iterable of `str` or bytes, a column, or `Lines`.
            y: as everywhere in scikit-learn, not used.
            progress: True for a bar, or a function that is called with the number of documents so far and of all, None if that
                is not known; for `Lines`, with their bytes.
        """
        with self._telling(progress, raw_documents), self._learning_anew():
            if isinstance(raw_documents, Lines) and (way := self._way_to_learn_lines()) is not None:
                self._learn_lines(raw_documents, way)
                return self
            return cast(Self, cast(Any, super()).fit(raw_documents, y))

    def fit_transform(self, raw_documents: Any, y: Any = None, *, progress: Progress | bool | None = None) -> Any:
        """Learn the vocabulary and return a row for each document, as scikit-learn does; arguments as for `fit`."""
        with self._telling(progress, raw_documents), self._learning_anew():
            return cast(Any, super()).fit_transform(raw_documents, y)

    def transform(self, raw_documents: Any, *, progress: Progress | bool | None = None) -> Any:
        """Return a row for each document, as scikit-learn does; arguments as for `fit`."""
        if progress is None:
            return cast(Any, super()).transform(raw_documents)
        with self._telling(progress, raw_documents):
            return cast(Any, super()).transform(raw_documents)

    @contextmanager
    def _telling(self, progress: Progress | bool | None, documents: Any) -> Generator[None, None, None]:
        """Tell of progress; a method that another one calls, with nobody to tell, leaves that to the other."""
        if progress is None:
            yield
            return
        before = _UNDER_WAY.telling
        with _telling(progress, documents) as report:
            _UNDER_WAY.telling = self, report
            try:
                yield
            finally:
                _UNDER_WAY.telling = before

    def _way_to_learn_lines(self) -> Way | None:
        """Return the way of the core; None if a class has its own, or the core has none."""
        kind: Any = type(self)
        is_ours = _ends_are_ours(kind) and kind._count_vocab is _Native._count_vocab and vars(self).keys().isdisjoint(_ENDS)
        return _way_of(self) if is_ours and np.dtype(cast(Any, self).dtype).kind in "biuf" else None

    def _learn_lines(self, lines: Lines, way: Way) -> None:
        """Learn as in `partial_fit`, but keep no frequencies in the end."""
        v = cast(Any, self)
        v._validate_params()
        if isinstance(v, PeerTfidf):
            v._check_params()
        v._validate_ngram_range()
        v._validate_vocabulary()
        if v.fixed_vocabulary_:
            PeerCount.fit_transform(self, [])  # which warns of what cannot be found
        else:
            v._warn_for_unused_params()
            v.build_analyzer()  # which warns of stop words
        seen = Seen(way, self._fixed_terms() if v.fixed_vocabulary_ else None, _of_terms(self))
        report = _UNDER_WAY.report_of(self)
        for texts, n_done in lines.portions():
            self._see(seen, texts)
            report(n_done)
        self._finish_parts(seen)

    @contextmanager
    def _learning_anew(self) -> Generator[None, None, None]:
        """Forget what `partial_fit` has learned, if all goes well."""
        seen = vars(self).pop("_seen", None)
        try:
            yield
        except BaseException:
            if seen is not None:
                seen.is_ahead = True  # the vocabulary and the weights may be new
                vars(self)["_seen"] = seen
            raise
        finally:
            _UNDER_WAY.counted = _UNDER_WAY.weighing = None

    def partial_fit(
        self,
        raw_documents: Any,
        y: Any = None,  # noqa: ARG002 - it is theirs
        *,
        progress: Progress | bool | None = None,
    ) -> Self:
        """Learn from more documents: after any number of calls the vectorizer is as if `fit` had got all of them.

        Only terms and their frequencies are kept, so documents can be more than memory holds: an iterator is read some
        thousands at a time. `min_df`, `max_df` and `max_features` prune when
        the vocabulary is asked for. O(text), and then O(n log n) for n terms.

        Args:
            raw_documents: as for `fit`.
            y: as everywhere in scikit-learn, not used.
            progress: as for `fit`.

        >>> vectorizer = CountVectorizer().partial_fit(["a red car"]).partial_fit(["a red bike"])
        >>> vectorizer.get_feature_names_out().tolist()
        ['bike', 'car', 'red']
        """
        way = self._way_of_parts()
        with _telling(progress, raw_documents) as report:
            seen = self._seen_so_far(way)
            for documents, n_done in _portions(raw_documents):
                self._see(seen, documents)
                report(n_done)
        return self

    def merge(self, other: Any) -> Self:
        """Add what another vectorizer has learned by `partial_fit`, as if its documents came after those of this one.

        Merging is associative. The parameters that say what a term is must be equal; this vectorizer, which is returned, keeps
        its other ones. O(terms of `other`).

        >>> one, other = CountVectorizer().partial_fit(["a red car"]), CountVectorizer().partial_fit(["a red bike"])
        >>> one.merge(other).get_feature_names_out().tolist()
        ['bike', 'car', 'red']

        Raises:
            TypeError: `other` is not of the same class.
            ValueError: it is of other parameters, or was not fitted by `partial_fit`.
        """
        if type(other) is not type(self):
            kind = type(self)
            raise TypeError(f"merge takes another {kind.__name__} of {kind.__module__}, not {_told_apart(other, kind)}")
        mine, theirs = _of_terms(self), _of_terms(other)
        for name in mine:
            if not _are_equal(mine[name], theirs[name]):
                raise ValueError(f"merge needs equal parameters, but {name} is {mine[name]!r} here and {theirs[name]!r} there")
        way = self._way_of_parts()
        if vars(other).get("_seen") is None:
            raise ValueError("merge takes what partial_fit has learned; fit keeps no frequencies")
        other._check_unchanged()
        given = other._seen_so_far(way)
        self._seen_so_far(way).merge(given.copy() if other is self else given)
        vars(self).pop("_kept", None)
        return self

    @classmethod
    def from_analyzer(cls, text_analyzer: TextAnalyzer, /, **parameters: Any) -> Self:
        """Return a vectorizer that is fitted to the documents of a `TextAnalyzer`, as if `fit` had got them.

        An analyzer knows how often each word occurs, and in how many documents; so the vocabulary, its order, the weights and
        what `min_df`, `max_df` and `max_features` leave are those of `fit`. To an analyzer, blank documents are none. If the
        core can find its terms, the vectorizer can learn more, and merge, as after `partial_fit`. O(n log n) for n
        distinct words.

        Args:
            text_analyzer: terms are as it counts them: `words`, `min_length`, `case`, `accents`, `stop_words` and `ngrams`
                become `token_pattern` or `tokenizer`, `lowercase`, `strip_accents`, `stop_words` and `ngram_range`.
            parameters: the other parameters of the class, such as `min_df` or `dtype`.

        Raises:
            TypeError: it is no `TextAnalyzer`.
            ValueError: a parameter differs from what the analyzer has counted; or no vectorizer finds such words, as those of
                `case="fold"`, `normalize`, and `min_length` with `"uax29"`, a pattern or a function; or no term remains.

        >>> from text_processor import TextAnalyzer
        >>> analyzer = TextAnalyzer(words="sklearn", stop_words="english")
        >>> analyzer.add_documents(["the red car", "a red bike"])
        2
        >>> CountVectorizer.from_analyzer(analyzer, min_df=2)
        CountVectorizer(min_df=2, stop_words='english')
        >>> CountVectorizer.from_analyzer(analyzer).vocabulary_
        {'red': 2, 'car': 1, 'bike': 0}
        """
        given = _analyzers.checked(text_analyzer)
        made = cls(**_analyzers.parameters_for(given, parameters))
        v = cast(Any, made)
        v._validate_params()
        v._validate_vocabulary()
        if isinstance(v, PeerTfidf):
            v._check_params()
        seen = Seen(_way_of(made) or Way("char"), None, _of_terms(made))
        counts = _analyzers.counts_of(given, v)
        seen.take_counts(*(counts._replace(totals=counts.document_frequencies.astype(float)) if _is_binary(made) else counts))
        vars(made).update(_seen=seen, vocabulary_={})
        made._finish()
        return made

    def _way_of_parts(self) -> Way:
        v = cast(Any, self)
        v._validate_params()
        self._check_unchanged()
        if isinstance(v, PeerTfidf):
            v._check_params()
        v._validate_ngram_range()
        v._validate_vocabulary()
        way = _way_of(self)
        if way is None or np.dtype(v.dtype).kind not in "biuf":
            raise ValueError(
                "partial_fit and merge need terms that the core can find; use fit with an analyzer, tokenizer or preprocessor "
                "of your own, with files as input, and with a token_pattern that is more than one class of characters"
            )
        return way

    def _seen_so_far(self, way: Way) -> Seen:
        fitted, seen = vars(self), vars(self).get("_seen")
        is_fixed = cast(Any, self).fixed_vocabulary_
        if seen is None:
            if "vocabulary_" in fitted and not is_fixed:
                raise ValueError("this vectorizer was fitted by fit, which keeps no frequencies; clone() gives a new one")
            seen = fitted["_seen"] = Seen(way, self._fixed_terms() if is_fixed else None, _of_terms(self))
            fitted.setdefault("vocabulary_", {})
        elif hasattr(seen, "vectors") and seen.vectors.way != way:  # a list of stop words may have changed in its place
            raise ValueError(_CHANGED)
        elif not hasattr(seen, "vectors"):
            seen.restore(way)
        return cast(Seen, seen)

    def _fixed_terms(self) -> list[Any]:
        vocabulary = self.vocabulary_
        return _in_order(vocabulary.items(), len(vocabulary))

    def _check_unchanged(self) -> None:
        """Refuse other parameters than those of `partial_fit`; but bytes may have another encoding in each part."""
        seen = cast("Seen | None", vars(self).get("_seen"))
        if seen is None:
            return
        now = _of_terms(self)
        if not all(_are_equal(now[name], seen.parameters[name]) for name in now if name not in _OF_BYTES):
            raise ValueError(_CHANGED)

    def _see(self, seen: Seen, documents: Any) -> None:
        threads = threads_or_all(self.threads)
        with seen.whole_parts_only():
            for given in (documents, None):
                texts = _texts_of(self, documents) if given is None else given
                used = None if texts is None else _counting.count(seen.vectors, texts, threads, seen.more)
                if used is not None:
                    parts = _counting.same_terms(used) if seen.fixed is not None else _counting.joined(used)
                    seen.take_rows(parts, binary=_is_binary(self), dtype=cast(Any, self).dtype)
                    return
                seen.vectors.clear_rows()
            self._refuse(documents)

    def _refuse(self, documents: Any) -> NoReturn:
        """Say what is wrong with documents of which the core has none."""
        analyze = cast(Any, self).build_analyzer()

        def meet_each(rows: Iterable[Any]) -> None:
            for row in rows:
                analyze(row)

        _Rows(documents).give_to(meet_each)
        raise ValueError("partial_fit takes text that UTF-8 can hold, but a document has a lone surrogate; fit takes it")

    def _finish(self) -> None:
        late = vars(self).get("vocabulary_")
        if type(late) is _Counted:
            vocabulary = late.filled()
            if vars(self).get("vocabulary_") is late:
                vars(self)["vocabulary_"] = vocabulary
        seen = cast("Seen | None", vars(self).get("_seen"))
        if seen is not None and seen.is_ahead:
            with seen.lock:  # threads that wait for it find all done
                if seen.is_ahead:
                    self._finish_parts(seen)

    def _finish_for_attribute(self) -> None:
        """Finish, or raise what `hasattr`, `dir` and so a notebook take for a missing attribute; it is a `ValueError`, too."""
        try:
            self._finish()
        except ValueError as error:
            raise NotFittedError(str(error)) from error

    def _check_vocabulary(self) -> None:
        self._finish()  # which knows better what is missing
        vocabulary = vars(self).get("vocabulary_")
        if type(vocabulary) is not dict or not vocabulary:
            cast(Any, super())._check_vocabulary()

    def _finish_parts(self, seen: Seen) -> None:
        v = cast(Any, self)
        if not hasattr(seen, "vectors"):
            seen.restore(_way_of(self) or Way("char"))  # terms are terms, whatever the parameters say by now
        vocabulary, frequencies = self._pruned(seen) if seen.fixed is None else (None, seen.document_frequencies)
        if isinstance(v, PeerTfidf):
            _set_weights(v, frequencies, seen.n_documents)
        if vocabulary is not None:
            vars(self)["vocabulary_"] = vocabulary
        seen.is_ahead = False  # only now: all before may raise, and then the next call must not take it for done

    def _pruned(self, seen: Seen) -> tuple[dict[str, Any], Any]:
        """Return the vocabulary, and the document frequencies of its terms."""
        v = cast(Any, self)
        n = seen.n_documents
        low, high = _bounds_of(v, n)
        if not len(seen.totals):
            raise ValueError("empty vocabulary; perhaps the documents only contain stop words")
        if high < low:
            raise ValueError("max_df corresponds to < documents than min_df")
        kept, ranks = seen.kept(high, low, v.max_features, v.dtype), seen.ranks()
        if not kept.any():
            raise ValueError("After pruning, no terms remain. Try a lower min_df or a higher max_df.")
        by_rank = np.zeros(len(ranks), np.int64)
        by_rank[ranks] = kept
        columns = (np.cumsum(by_rank) - by_rank)[ranks[kept]]
        names = compress(seen.vectors.terms(), kept.tolist())
        values = columns.tolist() if v.max_features is None else columns  # as scikit-learn has them
        frequencies = np.empty(len(columns), np.int64)
        frequencies[columns] = seen.document_frequencies[kept]
        return dict(zip(names, values, strict=True)), frequencies

    def _count_fixed(self, way: Way, documents: Any) -> Any:
        kept = self._kept_for(way)
        if kept is None:
            return None
        threads = threads_or_all(self.threads)
        used = _count(kept.take(), documents, threads, kept.take, _UNDER_WAY.report_of(self))
        if used is None:
            return None
        parts, form = _counting.same_terms(used), Form(threads=threads)
        if (weighing := _UNDER_WAY.weighing_of(self)) is not None:
            form = weighing.of_rows(parts, form)
        try:
            matrix = _counting.matrix_of(parts, parts.n_terms, self.dtype, form)  # type: ignore[attr-defined]
        except TooLargeError:  # a weighted value is not finite; the rows, which are few, are still there
            cast(_Weighing, weighing).is_done = False
            matrix = _counting.matrix_of(parts, parts.n_terms, self.dtype, Form(threads=threads))  # type: ignore[attr-defined]
        kept.idle.extend(used[: max(_MOST_KEPT, threads) - len(kept.idle)])
        return kept.vocabulary, matrix

    def _kept_for(self, way: Way) -> _Kept | None:
        """Return what is kept for the vocabulary; None if its values are no columns."""
        self._finish()
        fitted = vars(self)
        kept = cast("_Kept | None", fitted.get("_kept"))
        if kept is not None and kept.is_of(fitted, way):
            return kept
        if type(fitted.get("vocabulary_")) is not dict:
            return None
        vocabulary = cast("dict[Any, Any]", fitted["vocabulary_"])
        if not vocabulary or not _are_columns(vocabulary):
            return None
        kept = self._kept = _Kept(vocabulary, way)
        return kept

    def __getstate__(self) -> Any:
        if type(vars(self).get("vocabulary_")) is _Counted:
            self._finish()
        self._give_away()
        state: Any = super().__getstate__()
        return {name: value for name, value in state.items() if name not in _KEPT_TO_OURSELVES}

    def __copy__(self) -> Self:
        """Return a copy that learns by itself in `partial_fit`; the rest is shared, as everywhere."""
        made = type(self).__new__(type(self))
        cast(Any, made).__setstate__(self.__getstate__())
        state = vars(made)
        if (seen := state.get("_seen")) is not None:
            state.update(_seen=seen.copy(), vocabulary_=dict(state["vocabulary_"]))
        return made


def _of_terms(vectorizer: Any) -> dict[str, Any]:
    """Return the parameters that say what a term is, and how often it counts."""
    parameters = vectorizer.get_params(deep=False)
    return {name: parameters[name] for name in _OF_TERMS} | {"binary": _is_binary(vectorizer)}


def _is_binary(vectorizer: Any) -> bool:
    """Whether a term counts once in a document: also where each number of a matrix is true or false."""
    return bool(vectorizer.binary) or np.dtype(vectorizer.dtype).kind == "b"


def _are_equal(one: Any, other: Any) -> bool:
    if hasattr(one, "__array__") or hasattr(other, "__array__"):
        return bool(np.array_equal(one, other))
    return one is other or bool(one == other)


def _are_columns(vocabulary: dict[Any, Any]) -> bool:
    """Whether the values are the numbers from 0 on, each once."""
    n = len(vocabulary)
    if not all(isinstance(column, (int, np.integer)) and 0 <= column < n for column in vocabulary.values()):
        return False
    return len(set(vocabulary.values())) == n


def _in_order(columns: Iterable[tuple[Any, Any]], n: int) -> list[Any]:
    terms = [None] * n
    for term, column in columns:
        terms[column] = term
    return terms


class CountVectorizer(_Native, PeerCount):  # type: ignore[misc]
    """scikit-learn's `CountVectorizer`, with the same parameters, results and messages.

    ``fit`` and ``transform`` take time in proportion to the text, and the logarithm of the number of distinct terms once.

    >>> CountVectorizer(analyzer="char", ngram_range=(2, 2)).fit(["abab"]).vocabulary_
    {'ab': 0, 'ba': 1}
    """

    _PEER = PeerCount

    __init__ = _init_of(PeerCount)


# ---- Weights -----------------------------------------------------------------------------------------------------------------

_NORMALIZE: dict[str | None, Callable[[Any], object] | None] = {
    "l1": _rows.inplace_csr_row_normalize_l1,
    "l2": _rows.inplace_csr_row_normalize_l2,
    None: None,
}


# So many entries are weighted at once: they and their weights stay in the caches near the core.
_WEIGHTS_AT_ONCE = 1 << 15

# So many entries are counted at once.
_COUNTED_AT_ONCE = 1 << 20

# So few entries are weighted before any is removed: then the core looks whether values are finite.
_FEW_ENTRIES = 1 << 15

# A count times a lesser weight is finite.
_SMALL_WEIGHT = 1e290

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
        or (weights is None and not _is_fitted_without_weights(transformer))
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


class _Weighing:
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
        made = _set_weights(v, frequencies, parts.n_rows)
        self.is_done = True
        return form._replace(weights=made.idf_[form.renumbered] if v.use_idf else None, norm=v.norm)

    def of_rows(self, parts: _counting.Parts, form: Form) -> Form:
        """Return the form of rows with the weights that are learned; without if a value may not be finite."""
        t = self.vectorizer._tfidf
        kind = type(cast(object, t))
        if kind not in {PeerTransformer, TfidfTransformer} or not self._is_native(t) or not parts.n_rows:
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
        has_form = v.dtype in {np.float64, "float64", float} and learner.norm in _NORMALIZE
        return has_form and not (learner.sublinear_tf or v.binary)


def _is_taken_at_once(parts: _counting.Parts) -> bool:
    """Whether rows that cannot be weighed are still there to be taken without weights."""
    return len(parts.vectors) == 1 and parts.n_entries <= _FEW_ENTRIES


def _is_fitted_without_weights(transformer: Any) -> bool:
    return not transformer.use_idf and "n_features_in_" in vars(transformer)


def _stay_finite(matrix: Any, weights: Any) -> bool:
    """Whether each product of an entry and its weight is finite."""
    if len(matrix.data) < len(weights):
        return bool(np.isfinite(matrix.data * weights[matrix.indices]).all())
    with np.errstate(all="ignore"):
        return bool(np.isfinite(max(matrix.data.max(), -matrix.data.min()) * np.abs(weights).max()))


def _transformer_of(vectorizer: Any) -> Any:
    v = vectorizer
    return PeerTransformer(norm=v.norm, use_idf=v.use_idf, smooth_idf=v.smooth_idf, sublinear_tf=v.sublinear_tf)


def _frequencies_in(counts: Any) -> Any:
    """Return the number of rows that have each column; NumPy makes a larger copy of what it counts."""
    frequencies = np.zeros(counts.shape[1], np.int64)
    for start in range(0, len(counts.indices), _COUNTED_AT_ONCE):
        part = counts.indices[start : start + _COUNTED_AT_ONCE]
        frequencies += np.bincount(part, minlength=len(frequencies))
    return frequencies


def _set_weights(vectorizer: Any, frequencies: Any, n_documents: int) -> Any:
    """Give a vectorizer, and return, the weights that scikit-learn computes, in the same order of the same operations."""
    made = _transformer_of(vectorizer)
    if n_documents == 0:
        made.fit(_counting.matrix_class()((0, len(frequencies))))  # refuses it
    made.n_features_in_ = len(frequencies)
    if vectorizer.use_idf:
        made.idf_ = _weights_of(vectorizer, frequencies, n_documents)
    vectorizer._tfidf = made  # when it is whole, for threads that look at it meanwhile
    return made


def _weights_of(vectorizer: Any, frequencies: Any, n_documents: int) -> Any:
    dtype = vectorizer.dtype if np.dtype(vectorizer.dtype) in _WEIGHTS else np.float64
    smoothed = frequencies.astype(dtype)
    smoothed += float(vectorizer.smooth_idf)
    weights = np.full_like(smoothed, n_documents + int(vectorizer.smooth_idf))
    weights /= smoothed
    np.log(weights, out=weights)
    weights += 1.0
    return weights


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

    __init__ = _init_of(PeerTfidf)

    def fit_transform(self, raw_documents: Any, y: Any = None, *, progress: Progress | bool | None = None) -> Any:
        """Learn vocabulary and weights, and return a row of weights for each document, as scikit-learn does."""
        if type(self)._count_vocab is not _Native._count_vocab:
            return super().fit_transform(raw_documents, y, progress=progress)
        with self._telling(progress, raw_documents), self._learning_anew():
            self._check_params()
            self._tfidf = _transformer_of(self)  # which is there when the rest fails
            weighing = _UNDER_WAY.weighing = _Weighing(self)
            try:
                counts = PeerCount.fit_transform(self, raw_documents)
            except BaseException:
                self._tfidf = _transformer_of(self)  # no weights of what was not learned
                raise
            if weighing.is_done:
                return counts
            return _weighted(_set_weights(self, _frequencies_in(counts), counts.shape[0]), counts)

    def transform(self, raw_documents: Any, *, progress: Progress | bool | None = None) -> Any:
        """Return a row of weights for each document, as scikit-learn does."""
        if "vocabulary_" not in vars(self):
            check_is_fitted(self, msg="The TF-IDF vectorizer is not fitted")
        weighing = _UNDER_WAY.weighing = _Weighing(self)
        try:
            with self._telling(progress, raw_documents):
                counts = PeerCount.transform(self, raw_documents)
        finally:
            _UNDER_WAY.weighing = None
        return counts if weighing.is_done else _weighted(self._tfidf, counts)

    @property
    def idf_(self) -> Any:
        """The weight of each term, as in scikit-learn."""
        self._finish_for_attribute()
        return PeerTfidf.idf_.fget(self)

    @idf_.setter
    def idf_(self, weights: Any) -> None:
        self._finish()
        PeerTfidf.idf_.fset(self, weights)


# ---- Hashing -----------------------------------------------------------------------------------------------------------------


def _hashed(way: Way, documents: Any, threads: int, report: Report) -> list[Vectors] | None:
    return _count(Vectors(way), documents, threads, lambda: Vectors(way), report)


class HashingVectorizer(_Convertible, PeerHashing, auto_wrap_output_keys=None):  # type: ignore[misc, call-arg, unused-ignore]
    """scikit-learn's `HashingVectorizer`, with the same parameters, results and messages, but for one difference.

    ``transform([])`` returns a matrix without rows, where scikit-learn raises `StopIteration`.

    >>> HashingVectorizer(n_features=4, norm=None).transform(["to be or not to be"]).toarray()
    array([[ 1.,  0., -2.,  3.]])
    """

    _PEER = PeerHashing

    __init__ = _init_of(PeerHashing)

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
        with _telling(progress, X) as report:
            return self._rows_of(X, report)

    def _rows_of(self, X: Any, report: Report) -> Any:  # noqa: N803
        way = None if isinstance(X, str) else _way_of(self)
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
        documents = _listed(X)
        way = way._replace(n_columns=int(n_features), alternates_sign=bool(self.alternate_sign))
        threads = threads_or_all(self.threads)
        vectors = _hashed(way, documents, threads, report)
        if vectors is None and (texts := _texts_of(self, documents)) is not None:
            vectors = _hashed(way, texts, threads, report)
        if vectors is None:
            return self._rows_of_peer(documents, report)
        return self._matrix_of(vectors, threads)

    def _matrix_of(self, vectors: list[Vectors], threads: int) -> Any:
        form = Form(threads=threads)
        is_normalized = np.dtype(self.dtype) == np.float64 and self.norm in _NORMALIZE and not self.binary
        if is_normalized:
            form = form._replace(norm=self.norm)
        matrix = _counting.matrix_of(_counting.same_terms(vectors), self.n_features, self.dtype, form)
        matrix.has_canonical_format = True
        if self.binary:
            matrix.data.fill(1)
        if is_normalized:
            return matrix
        if matrix.dtype in _WEIGHTS and self.norm in _NORMALIZE:
            _normalize(matrix, self.norm)
        elif matrix.shape[0]:
            matrix = normalize(matrix, norm=self.norm, copy=False)
        return matrix

    def _rows_of_peer(self, documents: Any, report: Report) -> Any:
        _check(documents)
        rows = _Rows(documents, report)
        try:
            return rows.give_to(cast(Any, super()).transform)
        except StopIteration:
            if not rows.is_empty:
                raise
            return _counting.matrix_class()((0, self.n_features), dtype=self.dtype)
