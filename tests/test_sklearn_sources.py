"""Vectorizers that learn from what is no list of documents: an analyzer, files and streams."""

from __future__ import annotations

import pickle
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

np = pytest.importorskip("numpy")
peer = pytest.importorskip("sklearn.feature_extraction.text")

from test_sklearn import DOCUMENTS, VERSES, parts  # noqa: E402

import text_processor.sklearn as ours  # noqa: E402
from text_processor import TextAnalyzer  # noqa: E402

KINDS = ("CountVectorizer", "TfidfVectorizer")


def answers(vectorizer: Any, documents: Any) -> Any:
    """All that a fitted vectorizer knows."""
    vocabulary = [(term, column, type(column)) for term, column in vectorizer.vocabulary_.items()]
    weights = vectorizer.idf_.tobytes() if hasattr(vectorizer, "idf_") else None
    return vocabulary, weights, parts(vectorizer.transform(documents))


# ---- Of an analyzer ----------------------------------------------------------------------------------------------------------


ANALYZERS = {
    "words": st.sampled_from(["space", "sklearn", r"[\w-]+", re.compile(r"(?i)[a-z]+"), r"(\w)\w", str.split]),
    "case": st.sampled_from(["lower", "keep"]),
    "accents": st.sampled_from(["keep", "strip"]),
    "stop_words": st.sampled_from([None, "english", ["the", "σ"]]),
    "ngrams": st.sampled_from([1, 2, (1, 3)]),
}
OTHERS = {
    "min_df": st.sampled_from([1, 2, 0.3]),
    "max_df": st.sampled_from([1.0, 0.8]),
    "max_features": st.sampled_from([None, 1, 5]),
    "binary": st.booleans(),
    "dtype": st.sampled_from([np.float64, np.float32]),
}


@pytest.mark.filterwarnings("ignore")
@given(
    st.sampled_from(KINDS), st.fixed_dictionaries({}, optional=ANALYZERS), st.fixed_dictionaries({}, optional=OTHERS), DOCUMENTS
)
def test_what_an_analyzer_has_counted_is_as_a_fit(
    name: str, options: dict[str, Any], parameters: dict[str, Any], documents: list[str]
) -> None:
    analyzer = TextAnalyzer(**options)
    analyzer.add_documents(documents, blank="skip")
    documents = [each for each in documents if each and not each.isspace()]
    theirs = getattr(peer, name)(**ours._analyzers.parameters_for(analyzer, parameters))
    try:
        theirs.fit(documents)
    except ValueError as error:
        with pytest.raises(ValueError, match=re.escape(str(error))):
            getattr(ours, name).from_analyzer(analyzer, **parameters)
        return
    mine = getattr(ours, name).from_analyzer(analyzer, **parameters)
    assert answers(mine, documents) == answers(theirs, documents)
    assert mine.get_params() == theirs.get_params() | {"threads": 1}
    if ours._way_of(mine) is not None:
        all_terms = {"min_df": 1, "max_df": 1.0}
        more = pickle.loads(pickle.dumps(mine)).set_params(**all_terms).partial_fit(VERSES)
        assert answers(more, documents) == answers(theirs.set_params(**all_terms).fit([*documents, *VERSES]), documents)


@pytest.mark.parametrize(
    ("options", "parameters"),
    [
        ({"words": "uax29"}, {"token_pattern": "uax29"}),
        ({"min_length": 3}, {"token_pattern": r"\S{3,}"}),
        ({"words": "sklearn", "min_length": 2}, {}),
        ({"words": "sklearn", "min_length": 4, "threads": 1}, {"token_pattern": r"(?u)\b\w{4,}\b"}),
    ],
    ids=str,
)
def test_lengths_of_words_are_in_the_pattern(options: dict[str, Any], parameters: dict[str, Any]) -> None:
    analyzer = TextAnalyzer(**options)
    analyzer.add_documents(VERSES, blank="skip")
    documents = list(filter(None, VERSES))
    assert answers(ours.TfidfVectorizer.from_analyzer(analyzer), VERSES) == answers(
        ours.TfidfVectorizer(**parameters).fit(documents), VERSES
    )


def test_an_analyzer_may_be_pruned_and_loaded() -> None:
    analyzer = TextAnalyzer(words="sklearn")
    analyzer.add_documents(["red car", "red bike", "red"])
    analyzer.prune(2)
    assert ours.CountVectorizer.from_analyzer(TextAnalyzer.from_bytes(analyzer.to_bytes())).vocabulary_ == {"red": 0}


def test_parameters_that_agree_with_the_analyzer_may_be_given() -> None:
    analyzer = TextAnalyzer(words="sklearn", stop_words=["b", "a"])
    analyzer.add_document("red car")
    made = ours.CountVectorizer.from_analyzer(analyzer, lowercase=True, stop_words=["b", "a"], threads=2)
    assert (made.stop_words, made.threads) == (["b", "a"], 2)
