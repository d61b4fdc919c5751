"""Fitting a vectorizer in parts: the terms of a part are counted as words are, and so they merge and travel as words do."""

from __future__ import annotations

from importlib import import_module
from itertools import islice
from typing import Any, cast

from text_processor._common.messages import needs, quoted
from text_processor.analyzer import TextAnalyzer
from text_processor.cluster import _parts
from text_processor.cluster._parts import Work

# Documents whose matrix is in memory at once.
_N_AT_ONCE = 10_000

_KINDS = ("CountVectorizer", "TfidfVectorizer", "HashingVectorizer")

# Terms are no words of the default rule: they may have blanks and capitals.
_OPTIONS: dict[str, Any] = {"case": "keep", "threads": 1}


def _sklearn(module: str) -> Any:
    try:
        return import_module(f"sklearn{module}")
    except ImportError as error:
        raise ImportError(needs("vectorize", "scikit-learn", "sklearn")) from error


def _ours(module: str) -> Any:
    """Return a private module of the vectorizers, for which scikit-learn must be installed."""
    return import_module(f"text_processor.sklearn.{module}")


def _peers() -> Any:
    return _sklearn(".feature_extraction.text")


def ours(vectorizer: Any) -> Any:
    """Return a vectorizer of `text_processor.sklearn` instead of scikit-learn's own; others are returned as they are."""
    peers, twins = _peers(), import_module("text_processor.sklearn")
    kind = type(cast(object, vectorizer))
    if not any(isinstance(vectorizer, getattr(peers, name)) for name in _KINDS):
        raise TypeError(f"vectorizer must be one of {', '.join(_KINDS)}, not {quoted(vectorizer)}")
    return getattr(twins, kind.__name__).from_sklearn(vectorizer) if kind.__module__ == peers.__name__ else vectorizer


def needs_fit(vectorizer: Any) -> bool:
    """Whether a vectorizer learns from documents, and has not."""
    counter = counter_of(vectorizer)
    if counter is None or hasattr(vectorizer, "vocabulary_"):
        return False
    return vectorizer.vocabulary is None or _has_weights(vectorizer)


def _has_weights(vectorizer: Any) -> bool:
    return isinstance(vectorizer, _peers().TfidfVectorizer)


def counter_of(vectorizer: Any) -> Any:
    """Return a vectorizer that finds the same terms, and keeps all of them; None if there is nothing to learn."""
    made = ours(vectorizer)
    if isinstance(made, _peers().HashingVectorizer):
        return None
    np, clone = import_module("numpy"), _sklearn(".base").clone
    clone(made).set_params(vocabulary=["a"]).fit(["a"])  # which checks the limits, too
    return clone(made).set_params(min_df=1, max_df=1.0, max_features=None, dtype=np.int64)


# ---- A part ----------------------------------------------------------------------------------------------------------


def count(part: Any, work: Work) -> TextAnalyzer:
    """Count the terms of a part: how often each is there, and in how many documents."""
    whole = TextAnalyzer(keep_documents=False, **_OPTIONS)
    for each in _parts.sources_in(part):
        with _parts.named(each):
            documents = _parts.texts_of(each, work.column)
            while texts := list(islice(documents, _N_AT_ONCE)):
                whole.merge(_counted(texts, work.options["vectorizer"]))
    return whole


def _counted(texts: list[Any], vectorizer: Any) -> TextAnalyzer:
    pa, np = import_module("pyarrow"), import_module("numpy")
    terms, matrix = _matrix(texts, vectorizer)
    frequencies = np.bincount(matrix.indices, minlength=len(terms))
    totals = np.asarray(matrix.sum(axis=0)).ravel()
    rows = pa.table({"term": pa.array(terms, pa.string()), "count": totals, "document_frequency": frequencies})
    seen = rows.filter(pa.array(frequencies > 0))  # a vocabulary that was given may have more terms
    return TextAnalyzer.from_word_batches(seen, documents=len(texts), **_OPTIONS)


def _matrix(texts: list[Any], vectorizer: Any) -> tuple[list[str], Any]:
    """Return terms in the order in which they were first seen, and the matrix with its columns in this order."""
    count = _peers().CountVectorizer.fit_transform  # not that of weights
    try:
        matrix = count(vectorizer, texts)
    except ValueError as error:
        if not str(error).startswith("empty vocabulary"):
            raise
        return [], import_module("scipy.sparse").csr_matrix((len(texts), 0), dtype="int64")
    vocabulary = vectorizer.vocabulary_
    return list(vocabulary), matrix[:, list(vocabulary.values())].tocsr()


# ---- The whole -------------------------------------------------------------------------------------------------------


def fit(vectorizer: Any, whole: TextAnalyzer) -> None:
    """Give a vectorizer the vocabulary, and the weights, that it would have learned from all documents."""
    n_documents = len(whole)
    rows = whole.word_table()
    if vectorizer.vocabulary is None:
        vocabulary, frequencies = _limited(vectorizer, rows, n_documents)
        vectorizer.vocabulary_, vectorizer.fixed_vocabulary_ = vocabulary, False
    else:
        vectorizer._validate_vocabulary()
        vars(vectorizer).pop("_seen", None)  # what partial_fit has learned, as a new vocabulary makes it go
        known = dict(zip(rows["term"].to_pylist(), rows["document_frequency"].to_pylist(), strict=True))
        columns = sorted(vectorizer.vocabulary_, key=vectorizer.vocabulary_.__getitem__)
        frequencies = import_module("numpy").array([known.get(term, 0) for term in columns])
    if _has_weights(vectorizer):
        _ours("_weights").set_weights(vectorizer, frequencies, n_documents)


def _limited(vectorizer: Any, rows: Any, n_documents: int) -> tuple[dict[str, int], Any]:
    """Return the vocabulary within the limits of a vectorizer, and in how many documents its terms are, by column."""
    np, pc = import_module("numpy"), import_module("pyarrow.compute")
    if len(rows) == 0:
        raise ValueError("empty vocabulary; perhaps the documents only contain stop words")
    low, high = _ours("_vocabulary").bounds_of(vectorizer, n_documents)
    if high < low:
        raise ValueError("max_df corresponds to < documents than min_df")
    by_term = pc.sort_indices(rows["term"]).to_numpy()
    frequencies = rows["document_frequency"].to_numpy()[by_term]
    is_kept = (frequencies <= high) & (frequencies >= low)
    if vectorizer.max_features is not None and is_kept.sum() > vectorizer.max_features:
        counts = frequencies if _ours("_vocabulary").is_binary(vectorizer) else rows["count"].to_numpy()[by_term]
        totals = counts.astype(_ours("_partial").dtype_of_sums(vectorizer.dtype))
        is_kept = _ours("_partial").most_frequent(is_kept, totals, vectorizer.max_features)
    if not is_kept.any():
        raise ValueError("After pruning, no terms remain. Try a lower min_df or a higher max_df.")
    column = np.empty(len(rows), np.int64)
    column[by_term] = np.cumsum(is_kept) - 1
    is_kept_as_seen = np.empty(len(rows), bool)
    is_kept_as_seen[by_term] = is_kept
    terms = rows["term"].filter(is_kept_as_seen).to_pylist()
    return dict(zip(terms, column[is_kept_as_seen].tolist(), strict=True)), frequencies[is_kept]
