"""Vectorizers in parts, in threads and from columns: whatever the way, the answer is that of one `fit` over all documents."""

from __future__ import annotations

import copy
import pickle
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

np = pytest.importorskip("numpy")
peer = pytest.importorskip("sklearn.feature_extraction.text")

from sklearn.base import clone  # noqa: E402
from sklearn.exceptions import NotFittedError  # noqa: E402
from test_sklearn import DOCUMENTS, OF, VERSES, parts  # noqa: E402

import text_processor.sklearn as ours  # noqa: E402

KINDS = ("CountVectorizer", "TfidfVectorizer")
MANY = [f"{verse} w{i % 7} x{i}" for i in range(60) for verse in VERSES]


def outcome(vectorizer: Any, documents: Any) -> Any:
    """The vocabulary and the rows of a fitted vectorizer; or the error that ends it."""
    try:
        vocabulary = [(term, column, type(column)) for term, column in vectorizer.vocabulary_.items()]
        return vocabulary, parts(vectorizer.transform(documents))
    except NotFittedError as error:  # which is a ValueError
        return ValueError, str(error)
    except Exception as error:
        return type(error), str(error)


def fitted(vectorizer: Any, documents: Any) -> Any:
    try:
        return outcome(vectorizer.fit(documents), documents)
    except Exception as error:
        return type(error), str(error)


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.filterwarnings("ignore")
@given(data=st.data())
def test_parts_in_any_grouping_are_as_one_fit(name: str, data: st.DataObject) -> None:
    """partial_fit, merge before and behind, pickles of parts, and then transform: as scikit-learn's fit of all."""
    parameters = data.draw(st.fixed_dictionaries({}, optional=OF[name]))
    shares = data.draw(st.lists(DOCUMENTS, min_size=1, max_size=3))
    whole = [document for share in shares for document in share]
    made = getattr(ours, name)(**parameters)
    theirs = fitted(getattr(peer, name)(**parameters), whole)
    if ours._ways.way_of(made) is None:
        return
    try:
        learned = [clone(made).partial_fit(share) for share in shares]
        first, *rest = [pickle.loads(pickle.dumps(each)) for each in learned]
        if data.draw(st.booleans()):
            for other in rest:
                first.merge(other)
        else:
            for other in reversed(rest[:-1]):
                rest[-1] = other.merge(rest[-1])
            first = first.merge(rest[-1]) if rest else first
    except ValueError as error:
        first = error
    if isinstance(first, ValueError):
        assert theirs[0] is ValueError
        return
    assert outcome(first, whole) == theirs


@pytest.mark.parametrize("name", [*KINDS, "HashingVectorizer"])
@pytest.mark.parametrize(
    "parameters", [{}, {"ngram_range": (1, 2)}, {"analyzer": "char_wb", "ngram_range": (2, 4)}, {"analyzer": "char"}], ids=str
)
def test_the_answer_does_not_depend_on_threads(name: str, parameters: dict[str, Any]) -> None:
    def answers(threads: int) -> Any:
        vectorizer = getattr(ours, name)(threads=threads, **parameters)
        rows = parts(vectorizer.fit_transform(MANY))
        return rows, parts(vectorizer.transform(MANY[::-1])), list(getattr(vectorizer, "vocabulary_", {}).items())

    assert answers(1) == answers(3)
    if "vocabulary" in getattr(ours, name)().get_params():
        learned = getattr(ours, name)(threads=2, **parameters).partial_fit(iter(MANY))
        assert list(learned.vocabulary_.items()) == answers(1)[2]


def test_threads_are_a_parameter_like_others() -> None:
    vectorizer = ours.TfidfVectorizer(threads=2, min_df=2)
    assert clone(vectorizer).get_params() == vectorizer.get_params()
    assert set(vectorizer.get_params()) - set(peer.TfidfVectorizer().get_params()) == {"threads"}
    assert vectorizer.set_params(threads=3).threads == 3
    assert repr(vectorizer) == "TfidfVectorizer(min_df=2, threads=3)"
    assert "threads" not in vars(vectorizer.to_sklearn())
    with pytest.raises(ValueError, match="threads must be from 1 to"):
        ours.HashingVectorizer(threads=0).transform(["ab"])


def test_what_is_learned_in_parts_is_kept_by_copies_and_dropped_by_fit() -> None:
    vectorizer = ours.CountVectorizer().partial_fit(["red car"])
    other = copy.deepcopy(vectorizer).partial_fit(["blue car"])
    assert list(vectorizer.vocabulary_) == ["red", "car"]
    assert list(other.vocabulary_) == ["red", "car", "blue"]
    assert list(other.fit(["green"]).vocabulary_) == ["green"]
    with pytest.raises(ValueError, match="fitted by fit, which keeps no frequencies"):
        other.partial_fit(["red"])
    with pytest.raises(ValueError, match="merge takes what partial_fit has learned"):
        vectorizer.merge(other)
    with pytest.raises(ValueError, match=r"ngram_range is \(1, 1\) here and \(1, 2\) there"):
        vectorizer.merge(ours.CountVectorizer(ngram_range=(1, 2)).partial_fit(["a"]))
    assert list(vectorizer.merge(vectorizer).vocabulary_) == ["red", "car"]
    assert type(vectorizer.to_sklearn().transform(["a red car"])).__name__ == "csr_matrix"


def test_an_iterator_is_read_in_portions() -> None:
    """Not more is held than a portion, and the hook hears how far it is."""
    heard: list[tuple[int, int | None]] = []
    documents = ("ab " * 40 + f"w{i % 9}" for i in range(3000))
    learned = ours.TfidfVectorizer().partial_fit(documents, progress=lambda *n: heard.append(n))
    assert heard[-1] == (3000, None)
    assert len(learned.vocabulary_) == 10
    with pytest.raises(TypeError, match="progress must be callable"):
        learned.partial_fit([], progress=3)


@pytest.mark.parametrize("kind", ["string", "large_string", "string_view"])
def test_columns_are_read_where_they_lie(kind: str) -> None:
    pa = pytest.importorskip("pyarrow")
    whole = pa.chunked_array([pa.array(["no", *MANY[:50], "no"]).slice(1, 50), pa.array(MANY[50:])]).cast(getattr(pa, kind)())
    for name in (*KINDS, "HashingVectorizer"):
        for threads in (1, 2):
            vectorizer = getattr(ours, name)(threads=threads)
            assert parts(vectorizer.fit_transform(whole)) == parts(vectorizer.fit_transform(MANY))
    assert list(ours.CountVectorizer().partial_fit(whole).vocabulary_) == list(ours.CountVectorizer().fit(MANY).vocabulary_)


def test_a_null_in_a_column_is_refused_with_its_row() -> None:
    pa = pytest.importorskip("pyarrow")
    with pytest.raises(ValueError, match="document 2 of the column is null"):
        ours.CountVectorizer().fit(pa.chunked_array([["ab"], ["cd", None]]))


@pytest.mark.parametrize("bad", [3, None, float("nan")], ids=repr)
@pytest.mark.parametrize("call", ["fit", "partial_fit"])
def test_an_error_says_which_document_it_is_about(bad: object, call: str) -> None:
    with pytest.raises((ValueError, AttributeError)) as raised:
        getattr(ours.CountVectorizer(), call)(["ab", "cd", bad, "ef"])
    missing = "" if bad == 3 else ', a missing value: leave it out, or give "" for it'
    assert raised.value.__notes__ == [f"This is about document 2; the first is 0{missing}."]


def test_the_words_of_uax29_are_whole() -> None:
    """\\w does not hold vowel signs, so that it tears this word apart."""
    vectorizer = ours.CountVectorizer(token_pattern="uax29", stop_words=["a"], ngram_range=(1, 2))
    assert list(vectorizer.fit(["हिन्दी a can't"]).vocabulary_) == ["हिन्दी", "can't", "हिन्दी can't"]
    assert vectorizer.build_analyzer()("हिन्दी a can't \ud800") == list(vectorizer.vocabulary_)
    with pytest.raises(ValueError, match="scikit-learn has no token_pattern 'uax29'"):
        vectorizer.to_sklearn()


@pytest.mark.parametrize("use_idf", [True, False])
def test_no_row_comes_without_its_weights(use_idf: bool) -> None:
    """After a fit that failed, scikit-learn says that there are no weights."""
    for kind in (ours.TfidfVectorizer, peer.TfidfVectorizer):
        vectorizer = kind(norm=None, use_idf=use_idf).fit(["aa bb", "aa cc cc"])
        with pytest.raises(ValueError, match="empty vocabulary"):
            vectorizer.fit(["!"])
        with pytest.raises(NotFittedError):
            vectorizer.transform(["aa bb cc"])


def test_no_documents_are_refused_each_time() -> None:
    vectorizer = ours.TfidfVectorizer(vocabulary=["a1"]).partial_fit([])
    for _ in range(2):
        with pytest.raises(ValueError, match="0 sample"):
            _ = vectorizer.vocabulary_
        with pytest.raises(ValueError, match="0 sample"):
            vectorizer.transform(["a1"])


def at_the_same_time(call: Any) -> list[Any]:
    """What a call answers to several threads."""
    with ThreadPoolExecutor(4) as pool:
        return [future.result() for future in [pool.submit(call) for _ in range(4)]]


@pytest.fixture(params=["matrix_of", "set_weights"])
def slow(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two steps other threads have time for theirs."""
    module: Any = ours._counting if request.param == "matrix_of" else ours._weights
    step = getattr(module, request.param)

    def slowly(*arguments: Any) -> Any:
        time.sleep(0.02)
        answer = step(*arguments)
        time.sleep(0.02)
        return answer

    monkeypatch.setattr(module, request.param, slowly)


@pytest.mark.usefixtures("slow")
@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("copied", [copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))], ids=["copied", "pickled"])
def test_threads_share_what_is_learned_in_parts(name: str, copied: Any) -> None:
    expected = parts(getattr(peer, name)().fit(MANY).transform(MANY[:5]))
    vectorizer = copied(getattr(ours, name)().partial_fit(MANY))
    assert at_the_same_time(lambda: parts(vectorizer.transform(MANY[:5]))) == [expected] * 4


@pytest.mark.usefixtures("slow")
@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("limits", [{}, {"min_df": 2}, {"min_df": 2, "max_features": 50}], ids=str)
def test_threads_may_fit_one_vectorizer(name: str, limits: dict[str, Any]) -> None:
    theirs, vectorizer = getattr(peer, name)(**limits), getattr(ours, name)(**limits)
    expected = parts(theirs.fit_transform(MANY))
    assert at_the_same_time(lambda: parts(vectorizer.fit_transform(MANY))) == [expected] * 4
    assert list(vectorizer.vocabulary_.items()) == list(theirs.vocabulary_.items())


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("parameters", [{}, {"vocabulary": ["red", "blue"]}, {"min_df": 2}], ids=str)
def test_a_fit_that_fails_leaves_what_was_learned(name: str, parameters: dict[str, Any]) -> None:
    vectorizer = getattr(ours, name)(**parameters).partial_fit(["red car", "red bike"])
    for call in (vectorizer.fit, vectorizer.fit_transform):
        with pytest.raises((AttributeError, ValueError)):
            call(["!", 3])
    documents = ["red car", "red bike", "blue car"]
    expected = getattr(peer, name)(**parameters).fit(documents)
    assert outcome(vectorizer.partial_fit(["blue car"]), documents) == outcome(expected, documents)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("parameters", [{"min_df": 0.0}, {"vocabulary": ["ok", "fine"]}], ids=str)
@pytest.mark.parametrize("bad", [3, "\ud800"], ids=ascii)
def test_a_part_that_fails_leaves_no_terms(threads: int, parameters: dict[str, Any], bad: object) -> None:
    vectorizer = ours.CountVectorizer(threads=threads, **parameters).partial_fit(["good"])
    documents = [*["ok"] * 256, *[f"w{i}" for i in range(300)], bad]  # of which the first portion is whole
    for _ in range(2):
        with pytest.raises((AttributeError, ValueError)):
            vectorizer.partial_fit(documents)
    expected = ours.CountVectorizer(**parameters).partial_fit(["good", *["ok"] * 512])
    assert list(vectorizer.vocabulary_.items()) == list(expected.vocabulary_.items())
    pickled = pickle.loads(pickle.dumps(vectorizer))
    assert pickled.partial_fit(["fine"]).vocabulary_ == expected.partial_fit(["fine"]).vocabulary_
    assert vectorizer.partial_fit(["fine"]).vocabulary_ == expected.vocabulary_


def test_a_part_that_is_interrupted_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    vectorizer = ours.TfidfVectorizer().partial_fit(["good"])
    with monkeypatch.context() as patch:
        patch.setattr(ours._counting, "FIRST_BATCH", 1)
        views, answers = ours._counting.view, [KeyboardInterrupt, None]

        def interrupted(documents: Any) -> Any:
            if (error := answers.pop()) is not None:
                raise error
            return views(documents)

        patch.setattr(ours._counting, "view", interrupted)
        with pytest.raises(KeyboardInterrupt):
            vectorizer.partial_fit(["bad", "worse", "worst"])
    expected = peer.TfidfVectorizer().fit(["good", "fine"])
    assert outcome(vectorizer.partial_fit(["fine"]), ["good"]) == outcome(expected, ["good"])


@pytest.mark.parametrize("name", KINDS)
def test_a_vocabulary_that_is_set_is_no_longer_that_of_parts(name: str) -> None:
    theirs = getattr(peer, name)().fit(["xx yy", "xx"])
    for is_asked_for in (True, False):
        vectorizer = getattr(ours, name)().partial_fit(["xx yy", "xx"])
        if is_asked_for:
            vectorizer.transform(["xx"])
        vectorizer.vocabulary_ = theirs.vocabulary_ = {"zz": 0, "yy": 1}
        assert outcome(vectorizer, ["zz yy"]) == outcome(theirs, ["zz yy"])
        with pytest.raises(ValueError, match="fitted by fit, which keeps no frequencies"):
            vectorizer.partial_fit(["xx"])
    del vectorizer.vocabulary_
    assert not hasattr(vectorizer, "vocabulary_")
    vectorizer = getattr(ours, name)().partial_fit(["!"])
    vectorizer.vocabulary_ = {"zz": 0}
    assert vectorizer.vocabulary_ == {"zz": 0}


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("parameters", [{}, {"vocabulary": ["blue", "red"]}, {"dtype": bool, "max_features": 1}], ids=str)
@pytest.mark.filterwarnings("ignore:Only")
def test_a_fit_in_parts_elsewhere_replaces_what_was_learned(name: str, parameters: dict[str, Any]) -> None:
    pytest.importorskip("pyarrow")
    from text_processor.cluster import _parts, _vocabularies

    documents = ["blue car", "blue", "red red red red"]
    vectorizer = getattr(ours, name)(**parameters).partial_fit(["red car"])
    work = _parts.Work(None, {}, {"vectorizer": _vocabularies.counter_of(vectorizer)})
    _vocabularies.fit(vectorizer, _vocabularies.count(documents, work))
    expected = getattr(peer, name)(**parameters).fit(documents)
    assert list(vectorizer.vocabulary_.items()) == list(expected.vocabulary_.items())
    assert parts(vectorizer.transform(documents)) == parts(expected.transform(documents))


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("is_pickled", [False, True])
@pytest.mark.parametrize("parameters", [{}, {"vocabulary": ["red", "blue"]}], ids=str)
def test_a_shallow_copy_learns_by_itself(name: str, is_pickled: bool, parameters: dict[str, Any]) -> None:
    vectorizer = getattr(ours, name)(**parameters).partial_fit(["red car", "red"])
    if is_pickled:
        vectorizer = pickle.loads(pickle.dumps(vectorizer))
    first, second = copy.copy(vectorizer).partial_fit(["blue car"]), copy.copy(vectorizer)
    vectorizer.partial_fit(["green"])
    for each, more in ((vectorizer, ["green"]), (first, ["blue car"]), (second, [])):
        expected = getattr(peer, name)(**parameters).fit(["red car", "red", *more])
        assert outcome(each, ["red blue"]) == outcome(expected, ["red blue"])
    copy.copy(first).vocabulary_["new"] = 9
    assert "new" not in first.vocabulary_


def test_a_shallow_copy_keeps_weights_that_were_set() -> None:
    vectorizer = ours.TfidfVectorizer().partial_fit(["red", "blue"])
    vectorizer.idf_ = np.array([5.0, 7.0])
    assert copy.copy(vectorizer).idf_.tolist() == [5.0, 7.0]
    assert copy.copy(ours.TfidfVectorizer().fit(["red"])).vocabulary_ == {"red": 0}


@pytest.mark.parametrize("is_pickled", [False, True])
@pytest.mark.parametrize(
    "change",
    [{"lowercase": False}, {"binary": True}, {"vocabulary": ["a"]}, {"stop_words": ["b"]}, {"ngram_range": (1, 2)}],
    ids=str,
)
def test_other_terms_than_before_are_refused(change: dict[str, Any], is_pickled: bool) -> None:
    changed = {"stop_words": ["a"]} | change
    vectorizer = ours.CountVectorizer(stop_words=["a"]).partial_fit(["Red car"])
    assert list(vectorizer.vocabulary_) == ["red", "car"]
    if is_pickled:
        vectorizer = pickle.loads(pickle.dumps(vectorizer))
        if "vocabulary" not in change:
            assert list(copy.copy(vectorizer).set_params(**change).vocabulary_) == ["red", "car"]
    vectorizer.set_params(**change)
    for call in (lambda: vectorizer.partial_fit(["Blue"]), lambda: ours.CountVectorizer(**changed).merge(vectorizer)):
        with pytest.raises(ValueError, match="have changed since partial_fit"):
            call()
    before = {name: getattr(ours.CountVectorizer(stop_words=["a"]), name) for name in change}
    assert list(vectorizer.set_params(**before).vocabulary_) == ["red", "car"]
    vectorizer.set_params(encoding="latin-1").partial_fit([b"Gr\xfcn"])
    assert list(vectorizer.vocabulary_) == ["red", "car", "gr\xfcn"]


@pytest.mark.parametrize(
    "documents", [["a1 a1 a1 b1", "b1 c1"], ["a1 " * 256 + "b1", "b1 c1"], ["a1 " * 255 + "b1", "b1 c1"]], ids=len
)
@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int8, np.float32, np.int64])
@pytest.mark.filterwarnings("ignore")
def test_terms_are_most_frequent_by_what_a_matrix_would_hold(documents: list[str], dtype: Any) -> None:
    expected = peer.CountVectorizer(dtype=dtype, max_features=1).fit(documents).vocabulary_
    vectorizer = ours.CountVectorizer(dtype=dtype, max_features=1)
    assert vectorizer.partial_fit(documents).vocabulary_ == expected
    if dtype is bool:
        with pytest.raises(ValueError, match="have changed since partial_fit"):
            vectorizer.set_params(dtype=np.int64).partial_fit(documents)


@pytest.mark.parametrize("name", KINDS)
def test_a_notebook_can_show_what_has_no_terms(name: str) -> None:
    vectorizer = getattr(ours, name)().partial_fit(["!"])
    assert not hasattr(vectorizer, "vocabulary_")
    assert not hasattr(vectorizer, "idf_")
    assert name in vectorizer._repr_html_()
    for call in (lambda: vectorizer.vocabulary_, lambda: vectorizer.transform(["a"]), vectorizer.get_feature_names_out):
        with pytest.raises(ValueError, match="empty vocabulary; perhaps the documents only contain stop words"):
            call()


def test_classes_of_one_name_are_told_apart() -> None:
    with pytest.raises(
        TypeError, match=r"CountVectorizer of text_processor\.sklearn, not one of sklearn\.feature_extraction\.text"
    ):
        ours.CountVectorizer().merge(peer.CountVectorizer())
    with pytest.raises(TypeError, match=r"takes scikit-learn's CountVectorizer, not one of text_processor\.sklearn"):
        ours.CountVectorizer.from_sklearn(ours.CountVectorizer())
