"""How vectorizers with a vocabulary learn it from documents, at once or in parts, and use it."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from functools import lru_cache
from itertools import compress
from numbers import Integral
from typing import Any, NoReturn, Self, cast

import numpy as np

from text_processor._common.arguments import threads_or_all
from text_processor._common.progress import Progress
from text_processor._native.status import TooLargeError
from text_processor._native.vectors import Form, Vectors, Way
from text_processor.analyzer import TextAnalyzer
from text_processor.sklearn import _analyzers, _counting, _documents, _weights
from text_processor.sklearn._convertible import KEPT_TO_OURSELVES, Convertible, told_apart
from text_processor.sklearn._fitting import UNDER_WAY, Counted, Kept, are_columns, in_order
from text_processor.sklearn._lines import Lines
from text_processor.sklearn._partial import Seen, most_frequent
from text_processor.sklearn._peer import UNUSED, NotFittedError, PeerCount, PeerTfidf
from text_processor.sklearn._ways import way_of

# Fixed vocabularies of so many threads are kept for the next call.
_MOST_KEPT = 2

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


class WithVocabulary(Convertible):
    """What differs from scikit-learn's vectorizers with a vocabulary."""

    # Nothing to be routed from step to step.
    __metadata_request__fit = {"progress": UNUSED}  # noqa: RUF012
    __metadata_request__partial_fit = {"raw_documents": UNUSED, "progress": UNUSED}  # noqa: RUF012
    __metadata_request__transform = {"progress": UNUSED}  # noqa: RUF012

    def _count_vocab(self, raw_documents: Any, fixed_vocab: bool) -> Any:
        count = cast(Any, super())._count_vocab
        way = way_of(self)
        if way is None or np.dtype(self.dtype).kind not in "biuf":  # type: ignore[attr-defined]
            _documents.check(raw_documents)
            return _documents.Rows(raw_documents, UNDER_WAY.report_of(self)).give_to(count, fixed_vocab)
        if self.stop_words is not None:  # type: ignore[attr-defined]
            self.build_analyzer()  # type: ignore[attr-defined] # warns of stop words
        documents = _documents.listed(raw_documents)
        take = self._count_fixed if fixed_vocab else self._count_new
        counted = take(way, documents)
        if counted is None and (texts := _documents.texts_of(self, documents)) is not None:
            counted = take(way, texts)
        if counted is not None:
            return counted
        return _documents.Rows(documents, UNDER_WAY.report_of(self)).give_to(count, fixed_vocab)

    def _count_new(self, way: Way, documents: Any) -> Any:
        vectors, threads = Vectors(way), threads_or_all(self.threads)
        used = _documents.count(vectors, documents, threads, lambda: Vectors(way), UNDER_WAY.report_of(self))
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
        counted = UNDER_WAY.counted = Counted(vocabulary, vectors, threads)
        if self._keeps_all_terms(vectors.sizes.n_rows):
            counted.is_sorted = counted.is_limited = True
        form = Form(renumbered=counted.ranks if counted.is_sorted else None, threads=threads)
        if counted.is_sorted and (weighing := UNDER_WAY.weighing_of(self)) is not None:
            form = weighing.of_fit(parts, form)
        matrix = _counting.matrix_of(parts, n_terms, self.dtype, form)  # type: ignore[attr-defined]
        if counted.is_sorted:
            counted.columns = counted.ranks
        return vocabulary, matrix

    def _keeps_all_terms(self, n_documents: int) -> bool:
        """Whether no term is too rare, too common or too much; so there is nothing to count for that."""
        v = cast(Any, self)
        least, most = bounds_of(v, n_documents)
        return v.max_features is None and least <= 1 and bool(most >= n_documents)

    def _sort_features(self, X: Any, vocabulary: Any) -> Any:  # noqa: N803 - scikit-learn's name
        counted = UNDER_WAY.of(vocabulary)
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
        counted.columns = columns
        return X

    def _limit_features(self, X: Any, vocabulary: Any, high: Any = None, low: Any = None, limit: Any = None) -> Any:  # noqa: N803
        counted = UNDER_WAY.of(vocabulary)
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
            mask = most_frequent(mask, np.asarray(X.sum(axis=0)).ravel(), limit)
        if not mask.any():
            raise ValueError("After pruning, no terms remain. Try a lower min_df or a higher max_df.")
        counted.is_limited = True
        counted.kept = None if mask.all() else mask[counted.ranks] if counted.is_sorted else mask
        if counted.is_sorted:
            columns = (np.cumsum(mask) - 1)[counted.ranks]
            counted.columns = columns if counted.kept is None else columns[counted.kept]
            counted.are_numpys = True
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
        return vocabulary.filled() if type(vocabulary) is Counted else vocabulary

    @vocabulary_.setter
    def vocabulary_(self, vocabulary: Any) -> None:
        self._give_up_parts()
        # One entry holds all, so that of two fits at the same time one is there as a whole.
        counted = UNDER_WAY.of(vocabulary)
        vars(self)["vocabulary_"] = vocabulary if counted is None else counted

    @vocabulary_.deleter
    def vocabulary_(self) -> None:
        self._give_up_parts()
        del vars(self)["vocabulary_"]

    def _give_away(self) -> None:
        """Note that the vocabulary may be changed in its place from now on."""
        kept = cast("Kept | None", vars(self).get("_kept"))
        if kept is not None:
            kept.given = object()

    def _give_up_parts(self) -> None:
        """Forget what `partial_fit` has learned, but for the weights, which would replace a vocabulary that is set."""
        if type(vars(self).get("vocabulary_")) is not Counted:  # nobody asks for the terms of a fit any more
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
            return self._fitted_rows(raw_documents, y)

    def _fitted_rows(self, raw_documents: Any, y: Any) -> Any:
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
        before = UNDER_WAY.telling
        with _documents.telling(progress, documents) as report:
            UNDER_WAY.telling = self, report
            try:
                yield
            finally:
                UNDER_WAY.telling = before

    def _way_to_learn_lines(self) -> Way | None:
        """Return the way of the core; None if a class has its own, or the core has none."""
        kind: Any = type(self)
        if (
            not _ends_are_ours(kind)
            or kind._count_vocab is not WithVocabulary._count_vocab
            or not vars(self).keys().isdisjoint(_ENDS)
        ):
            return None
        return way_of(self) if np.dtype(cast(Any, self).dtype).kind in "biuf" else None

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
        report = UNDER_WAY.report_of(self)
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
            UNDER_WAY.counted = UNDER_WAY.weighing = None

    def partial_fit(
        self,
        raw_documents: Any,
        y: Any = None,  # noqa: ARG002 - it is theirs
        *,
        progress: Progress | bool | None = None,
    ) -> Self:
        """Learn from more documents: after any number of calls the vectorizer is as if `fit` had got all of them.

        Only terms and their frequencies are kept, so documents can be more than memory holds: an iterator is read some
        thousands at a time. ``min_df``, ``max_df`` and ``max_features`` prune when
        the vocabulary is asked for. O(text), and then O(n log n) for n terms.

        Args:
            raw_documents: as for `fit`.
            y: as everywhere in scikit-learn, not used.
            progress: as for `fit`.

        >>> from text_processor.sklearn import CountVectorizer
        >>> vectorizer = CountVectorizer().partial_fit(["a red car"]).partial_fit(["a red bike"])
        >>> vectorizer.get_feature_names_out().tolist()
        ['bike', 'car', 'red']
        """
        way = self._way_of_parts()
        with _documents.telling(progress, raw_documents) as report:
            seen = self._seen_so_far(way)
            for documents, n_done in _documents.portions(raw_documents):
                self._see(seen, documents)
                report(n_done)
        return self

    def merge(self, other: Any) -> Self:
        """Add what another vectorizer has learned by `partial_fit`, as if its documents came after those of this one.

        Merging is associative. The parameters that say what a term is must be equal; this vectorizer, which is returned, keeps
        its other ones. O(terms of ``other``).

        >>> from text_processor.sklearn import CountVectorizer
        >>> one, other = CountVectorizer().partial_fit(["a red car"]), CountVectorizer().partial_fit(["a red bike"])
        >>> one.merge(other).get_feature_names_out().tolist()
        ['bike', 'car', 'red']

        Raises:
            TypeError: ``other`` is not of the same class.
            ValueError: it is of other parameters, or was not fitted by `partial_fit`.
        """
        if type(other) is not type(self):
            kind = type(self)
            raise TypeError(f"merge takes another {kind.__name__} of {kind.__module__}, not {told_apart(other, kind)}")
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
        """Return a vectorizer that is fitted to the documents of a `text_processor.TextAnalyzer`, as if `fit` had got them.

        An analyzer knows how often each word occurs, and in how many documents; so the vocabulary, its order, the weights and
        what ``min_df``, ``max_df`` and ``max_features`` leave are those of `fit`. To an analyzer, blank documents are none. If
        the core can find its terms, the vectorizer can learn more, and merge, as after `partial_fit`. O(n log n) for n
        distinct words.

        Args:
            text_analyzer: terms are as it counts them: ``words``, ``min_length``, ``case``, ``accents``, ``stop_words`` and
                ``ngrams`` become ``token_pattern`` or ``tokenizer``, ``lowercase``, ``strip_accents``, ``stop_words`` and
                ``ngram_range``.
            parameters: the other parameters of the class, such as ``min_df`` or ``dtype``.

        Raises:
            TypeError: it is no `text_processor.TextAnalyzer`.
            ValueError: a parameter differs from what the analyzer has counted; or no vectorizer finds such words, as those of
                ``case="fold"``, ``normalize``, and ``min_length`` with ``"uax29"``, a pattern or a function; or no term
                remains.

        >>> from text_processor import TextAnalyzer
        >>> from text_processor.sklearn import CountVectorizer
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
        seen = Seen(way_of(made) or Way("char"), None, _of_terms(made))
        counts = _analyzers.counts_of(given, v)
        seen.take_counts(*(counts._replace(totals=counts.document_frequencies.astype(float)) if is_binary(made) else counts))
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
        way = way_of(self)
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
        return in_order(vocabulary.items(), len(vocabulary))

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
                texts = _documents.texts_of(self, documents) if given is None else given
                used = None if texts is None else _counting.count(seen.vectors, texts, threads, seen.more)
                if used is not None:
                    parts = _counting.same_terms(used) if seen.fixed is not None else _counting.joined(used)
                    seen.take_rows(parts, binary=is_binary(self), dtype=cast(Any, self).dtype)
                    return
                seen.vectors.clear_rows()
            self._refuse(documents)

    def _refuse(self, documents: Any) -> NoReturn:
        """Say what is wrong with documents of which the core has none."""
        analyze = cast(Any, self).build_analyzer()

        def meet_each(rows: Iterable[Any]) -> None:
            for row in rows:
                analyze(row)

        _documents.Rows(documents).give_to(meet_each)
        raise ValueError("partial_fit takes text that UTF-8 can hold, but a document has a lone surrogate; fit takes it")

    def _finish(self) -> None:
        late = vars(self).get("vocabulary_")
        if type(late) is Counted:
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
            seen.restore(way_of(self) or Way("char"))  # terms are terms, whatever the parameters say by now
        vocabulary, frequencies = self._pruned(seen) if seen.fixed is None else (None, seen.document_frequencies)
        if isinstance(v, PeerTfidf):
            _weights.set_weights(v, frequencies, seen.n_documents)
        if vocabulary is not None:
            vars(self)["vocabulary_"] = vocabulary
        seen.is_ahead = False  # only now: all before may raise, and then the next call must not take it for done

    def _pruned(self, seen: Seen) -> tuple[dict[str, Any], Any]:
        """Return the vocabulary, and the document frequencies of its terms."""
        v = cast(Any, self)
        n = seen.n_documents
        low, high = bounds_of(v, n)
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
        used = _documents.count(kept.take(), documents, threads, kept.take, UNDER_WAY.report_of(self))
        if used is None:
            return None
        parts, form = _counting.same_terms(used), Form(threads=threads)
        if (weighing := UNDER_WAY.weighing_of(self)) is not None:
            form = weighing.of_rows(parts, form)
        try:
            matrix = _counting.matrix_of(parts, parts.n_terms, self.dtype, form)  # type: ignore[attr-defined]
        except TooLargeError:  # a weighted value is not finite; the rows, which are few, are still there
            cast(_weights.Weighing, weighing).is_done = False
            matrix = _counting.matrix_of(parts, parts.n_terms, self.dtype, Form(threads=threads))  # type: ignore[attr-defined]
        kept.idle.extend(reversed(used[: max(_MOST_KEPT, threads) - len(kept.idle)]))  # so that each gets its share again
        return kept.vocabulary, matrix

    def _kept_for(self, way: Way) -> Kept | None:
        """Return what is kept for the vocabulary; None if its values are no columns."""
        self._finish()
        fitted = vars(self)
        kept = cast("Kept | None", fitted.get("_kept"))
        if kept is not None and kept.is_of(fitted, way):
            return kept
        if type(fitted.get("vocabulary_")) is not dict:
            return None
        vocabulary = cast("dict[Any, Any]", fitted["vocabulary_"])
        if not vocabulary or not are_columns(vocabulary):
            return None
        kept = self._kept = Kept(vocabulary, way)
        return kept

    def __getstate__(self) -> Any:
        if type(vars(self).get("vocabulary_")) is Counted:
            self._finish()
        self._give_away()
        state: Any = super().__getstate__()
        return {name: value for name, value in state.items() if name not in KEPT_TO_OURSELVES}

    def __copy__(self) -> Self:
        """Return a copy that learns by itself in `partial_fit`; the rest is shared, as everywhere."""
        made = type(self).__new__(type(self))
        cast(Any, made).__setstate__(self.__getstate__())
        state = vars(made)
        if (seen := state.get("_seen")) is not None:
            state.update(_seen=seen.copy(), vocabulary_=dict(state["vocabulary_"]))
        return made


@lru_cache(maxsize=256)
def _ends_are_ours(kind: Any) -> bool:
    return all(getattr(kind, name) is getattr(WithVocabulary, name) for name in ("fit_transform", *_ENDS))


def bounds_of(vectorizer: Any, n_documents: int) -> tuple[Any, Any]:
    """Return in how many documents a term must be at least, and may be at most."""
    least, most = vectorizer.min_df, vectorizer.max_df
    return (
        least if isinstance(least, Integral) else least * n_documents,
        most if isinstance(most, Integral) else most * n_documents,
    )


def _of_terms(vectorizer: Any) -> dict[str, Any]:
    """Return the parameters that say what a term is, and how often it counts."""
    parameters = vectorizer.get_params(deep=False)
    return {name: parameters[name] for name in _OF_TERMS} | {"binary": is_binary(vectorizer)}


def is_binary(vectorizer: Any) -> bool:
    """Whether a term counts once in a document: also where each number of a matrix is true or false."""
    return bool(vectorizer.binary) or np.dtype(vectorizer.dtype).kind == "b"


def _are_equal(one: Any, other: Any) -> bool:
    if hasattr(one, "__array__") or hasattr(other, "__array__"):
        return bool(np.array_equal(one, other))
    return one is other or bool(one == other)
