"""Our vectorizers beside scikit-learn's: each array, vocabulary, message and warning must be equal, bit for bit."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
import unicodedata
import warnings
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

np = pytest.importorskip("numpy")
peer = pytest.importorskip("sklearn.feature_extraction.text")

from sklearn.base import clone  # noqa: E402
from sklearn.exceptions import NotFittedError  # noqa: E402

import text_processor.sklearn as ours  # noqa: E402
from text_processor._common.messages import needs  # noqa: E402

VERSES = [
    "In the beginning God created the heaven and the earth.",
    "And the earth was without form, and void; and darkness was upon the face of the deep.",
    "",
    "Die Häuser sind größer als die Bäume — ÜBER ΑΣ'Α, İSTANBUL ™ ½ ﬁn",
    "and   the\tthe\n\nthe \x1f 日本語 हिन्दी __x__ 3.14 e\u0301t\u00e9",
]


def outcome(vectorizer: Any, calls: list[tuple[str, Any]]) -> list[Any]:
    """What a vectorizer answers to calls, one after the other: matrices, warnings and the error that ends it."""
    answers: list[Any] = []
    for method, documents in calls:
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            try:
                answer = getattr(vectorizer, method)(documents)
            except Exception as error:
                answers.append((type(error), str(error)))
                break
            finally:
                answers.append([(each.category, str(each.message)) for each in heard])
        answers.append(parts(answer) if method != "fit" else None)
    for name in ("vocabulary_", "idf_", "fixed_vocabulary_"):
        value = getattr(getattr(vectorizer, "_tfidf", None) if name == "idf_" else vectorizer, name, None)
        if isinstance(value, dict):
            value = [(term, column, type(column)) for term, column in value.items()]
        answers.append((name, type(value), value.tobytes() if isinstance(value, np.ndarray) else value))
    return answers


def parts(matrix: Any) -> tuple[Any, ...]:
    """All bits of a sparse matrix."""
    arrays = matrix.data, matrix.indices, matrix.indptr
    return type(matrix), matrix.shape, [(array.dtype, array.tobytes()) for array in arrays]


def check(name: str, calls: list[tuple[str, Any]], **parameters: Any) -> None:
    mine, theirs = getattr(ours, name)(**parameters), getattr(peer, name)(**parameters)
    assert outcome(mine, calls) == outcome(theirs, calls)


KINDS = ("CountVectorizer", "TfidfVectorizer", "HashingVectorizer")

# ---- Random documents and parameters ---------------------------------------------------------------------------------------

CHARACTERS = st.characters(exclude_categories=["Cs", "Cn"])
FEW = st.sampled_from("aAbBéÉßΣσİ ǅ \t\n\u0301_-1½.™ﬁ日한")
WORDS = st.sampled_from(["the", "The", "and", "car", "über", "ΑΣ", "a", "x_1", "\n", " ", "  "])
DOCUMENTS = st.lists(
    st.one_of(st.text(FEW, max_size=30), st.text(CHARACTERS, max_size=12), st.lists(WORDS).map(" ".join)), max_size=8
)

COMMON = {
    "lowercase": st.booleans(),
    "strip_accents": st.sampled_from([None, "ascii", "unicode"]),
    "stop_words": st.sampled_from([None, None, "english", ["the", "σ", "AB"]]),
    "token_pattern": st.sampled_from(
        [r"(?u)\b\w\w+\b", r"(?u)\b\w+\b", r"\S+", r"[^ ]+", r"(?u)\b[a-zA-Z]{3,}\b", r"[\w-]+", r"a|b", r"(\w)\w"]
    ),
    "analyzer": st.sampled_from(["word", "word", "char", "char_wb"]),
    "ngram_range": st.tuples(st.integers(1, 3), st.integers(1, 4)),
    "binary": st.booleans(),
}
WITH_VOCABULARY = {
    "min_df": st.sampled_from([1, 1, 2, 0.3]),
    "max_df": st.sampled_from([1.0, 1.0, 0.8, 3]),
    "max_features": st.sampled_from([None, None, 1, 5]),
    "vocabulary": st.sampled_from(
        [None, None, None, ["the", "a", "ab", "Σ", "a b", "\n"], {"b": 1, "a": 0}, {"the", "and"}, ["a", "a"], {"a": 1}]
    ),
}
OF = {
    "CountVectorizer": {
        **COMMON,
        **WITH_VOCABULARY,
        "dtype": st.sampled_from([np.int64, np.int32, np.float32, np.uint8, bool]),
    },
    "TfidfVectorizer": {
        **COMMON,
        **WITH_VOCABULARY,
        "dtype": st.sampled_from([np.float64, np.float32]),
        "norm": st.sampled_from(["l1", "l2", None]),
        "use_idf": st.booleans(),
        "smooth_idf": st.booleans(),
        "sublinear_tf": st.booleans(),
    },
    "HashingVectorizer": {
        **COMMON,
        "n_features": st.sampled_from([1, 2, 7, 1 << 20, (1 << 31) - 2]),
        "alternate_sign": st.booleans(),
        "norm": st.sampled_from(["l1", "l2", None]),
        "dtype": st.sampled_from([np.float64, np.float32]),
    },
}
CALLS = st.sampled_from(["fit", "fit_transform", "transform"])


@pytest.mark.parametrize("name", KINDS)
@given(data=st.data())
def test_random_documents_and_parameters(name: str, data: st.DataObject) -> None:
    parameters = data.draw(st.fixed_dictionaries({}, optional=OF[name]))
    is_hashed = name == "HashingVectorizer"
    calls = data.draw(st.lists(st.tuples(CALLS, DOCUMENTS.filter(bool) if is_hashed else DOCUMENTS), min_size=1, max_size=3))
    check(name, calls, **parameters)


# ---- By example --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"ngram_range": (1, 3)},
        {"ngram_range": (2, 2), "stop_words": "english"},
        {"analyzer": "char", "ngram_range": (1, 4)},
        {"analyzer": "char_wb", "ngram_range": (2, 50)},
        {"strip_accents": "unicode", "token_pattern": r"\S+"},
        {"strip_accents": "ascii", "lowercase": False},
    ],
    ids=str,
)
def test_the_same_by_example(name: str, parameters: dict[str, Any]) -> None:
    check(name, [("fit_transform", VERSES), ("transform", VERSES[::-1]), ("transform", tuple(VERSES))], **parameters)


def test_every_character() -> None:
    """Each assigned character in a document of its own, so that classes, case and accents are those of this Python."""
    documents = [f"ab{chr(code)}cd {chr(code)}{chr(code)}" for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    documents = [each for each in documents if unicodedata.category(each[2]) not in {"Co", "Cn", "Lo"}]
    check("CountVectorizer", [("fit_transform", documents)])
    check("HashingVectorizer", [("transform", documents)], strip_accents="unicode", token_pattern=r"\S+")


def test_counts_wrap_around_as_numpy_does() -> None:
    check("CountVectorizer", [("fit_transform", ["ab " * 300])], dtype=np.uint8)


def test_terms_as_long_as_documents() -> None:
    long = "x" * 70_000
    check("CountVectorizer", [("fit_transform", [f"{long} {long} ab", f"ab {long}"])], ngram_range=(1, 2))
    check("HashingVectorizer", [("transform", [f"{long} ab"])], ngram_range=(1, 2))


@pytest.mark.parametrize("name", KINDS)
def test_many_entries_have_wide_indices(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a limit of 10 entries instead of 2,147,483,647; scipy makes them narrow again, as long as it can."""
    found, make = [], ours._counting.new_matrix

    def spying(data: Any, columns: Any, starts: Any, shape: tuple[int, int]) -> Any:
        found.append((len(data), columns.dtype, starts.dtype))
        return make(data, columns, starts, shape)

    monkeypatch.setattr(ours._counting, "INT32_MAX", 10)
    monkeypatch.setattr(ours._counting, "new_matrix", spying)
    check(name, [("fit_transform", ["ab cd", "ab ef gh"])])
    for documents, kind in ((VERSES, np.int64), (["the earth"], np.int32)):
        mine, theirs = (getattr(module, name)().fit(VERSES) for module in (ours, peer))
        matrix, expected = mine.transform(documents), theirs.transform(documents)
        assert [array.tolist() for array in (matrix.data, matrix.indices, matrix.indptr)] == [
            array.tolist() for array in (expected.data, expected.indices, expected.indptr)
        ]
        assert found[-1] == (matrix.nnz, kind, kind)


def test_many_stop_words() -> None:
    check("CountVectorizer", [("fit_transform", VERSES)], stop_words=[f"w{i}" for i in range(100_000)] + ["the", "and"])


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("analyzer", ["word", "char", "char_wb"])
def test_ngrams_longer_than_documents(name: str, analyzer: str) -> None:
    documents = ["red car " * 60, "", " ", "red", *VERSES]
    for ngrams in ((1, 100), (119, 1 << 20), (1 << 20, 1 << 20)):
        check(name, [("fit_transform", documents), ("transform", documents)], analyzer=analyzer, ngram_range=ngrams)


def test_ties_of_max_features_are_numpys() -> None:
    documents = [" ".join(f"w{i}" for i in range(j, 400, 3)) for j in range(3)]
    check("CountVectorizer", [("fit_transform", documents)], max_features=100)


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize(
    "documents",
    [
        "one text",
        [1, 2],
        [None],
        [np.nan],
        ["ab", np.nan],
        [b"ab \xff"],
        [b"ab", "ab cd"],
        [np.str_("ab cd")],
        ["a\ud800b ab"],
        5,
        ["a"],
    ],
    ids=repr,
)
def test_documents_of_any_kind(name: str, documents: Any) -> None:
    check(name, [("fit", documents), ("transform", documents)])
    check(name, [("fit_transform", documents)], analyzer="char")


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize(
    "parameters",
    [
        {"tokenizer": str.split},
        {"preprocessor": str.upper},
        {"analyzer": str.split},
        {"strip_accents": str.upper},
        {"encoding": "latin-1", "decode_error": "replace"},
        {"token_pattern": r"(a)(b)"},
        {"token_pattern": None},
        {"token_pattern": "("},
        {"ngram_range": (3, 1)},
        {"analyzer": "chars"},
        {"stop_words": ["The", "isn't"]},
        {"stop_words": "german"},
        {"dtype": object},
        {"vocabulary": ["THE", "the"]},
        {"max_df": 1, "min_df": 2},
        {"min_df": 100},
    ],
    ids=str,
)
def test_what_scikit_learn_does_and_says(name: str, parameters: dict[str, Any]) -> None:
    if set(parameters) <= set(getattr(peer, name)().get_params()):
        documents = [*VERSES, b"the caf\xc3\xa9"]
        check(name, [("fit", documents), ("transform", documents)], **parameters)
        check(name, [("transform", documents)], **parameters)


def test_no_column_is_refused() -> None:
    """scikit-learn divides by the number, which ends the process."""
    with pytest.raises(ValueError, match="'n_features' parameter of FeatureHasher must be an int in the range"):
        ours.HashingVectorizer(n_features=0).transform(["ab"])


@pytest.mark.parametrize(
    "step", ["build_analyzer", "build_tokenizer", "decode", "_word_ngrams", "_limit_features", "_sort_features"]
)
def test_a_step_of_a_subclass_is_taken(step: str) -> None:
    def made(base: Any) -> Any:
        def method(self: Any, *arguments: Any, **named: Any) -> Any:
            called.append(step)
            return getattr(base, step)(self, *arguments, **named)

        return type("Own", (base,), {step: method})()

    answers = []
    for base in (ours.CountVectorizer, peer.CountVectorizer):
        called: list[str] = []
        answers.append((outcome(made(base), [("fit_transform", VERSES), ("transform", VERSES)]), len(called) > 0))
    assert answers[0] == answers[1]
    assert answers[0][1]


def test_a_vocabulary_that_is_exchanged_is_seen() -> None:
    answers = []
    for kind in (ours.CountVectorizer, peer.CountVectorizer):
        vectorizer = kind().fit(VERSES)
        first = parts(vectorizer.transform(VERSES))
        vectorizer.vocabulary_ = {"the": 1, "and": 0}
        second = parts(vectorizer.transform(VERSES))
        vectorizer.vocabulary_["earth"] = 2
        answers.append([first, second, parts(vectorizer.transform(VERSES))])
    assert answers[0] == answers[1]


def held(vectorizer: Any, keep: list[Any]) -> Any:
    keep.append(vectorizer.vocabulary_)
    return keep[0]


VOCABULARIES_OF = {
    "asked for each time": lambda it, _: it.vocabulary_,
    "held": held,
    "of a state": lambda it, _: it.__getstate__()["vocabulary_"],
    "of a copy": lambda it, _: copy.copy(it).vocabulary_,
    "of its other self": lambda it, _: it.to_sklearn().vocabulary_ if hasattr(it, "to_sklearn") else it.vocabulary_,
}


@pytest.mark.parametrize("way", VOCABULARIES_OF)
@pytest.mark.parametrize("name", ["CountVectorizer", "TfidfVectorizer"])
def test_a_vocabulary_that_is_changed_in_its_place_is_seen(name: str, way: str) -> None:
    """Values that are swapped, and a term that takes the place of another: neither the number nor the last term differ."""
    answers = []
    for module in (ours, peer):
        vectorizer, keep, found = getattr(module, name)().fit(VERSES), [], []
        for one, other in (("the", "and"), ("earth", "the"), ("beginning", "god")):
            found += [parts(vectorizer.transform(VERSES)) for _ in range(3)]
            vocabulary = VOCABULARIES_OF[way](vectorizer, keep)
            vocabulary[one], vocabulary[other] = vocabulary[other], vocabulary[one]
            del vocabulary
            found.append(parts(vectorizer.transform(VERSES)))
        vocabulary = VOCABULARIES_OF[way](vectorizer, keep)
        last = vocabulary.popitem()
        vocabulary["form"], vocabulary["forms"] = vocabulary.pop("deep"), vocabulary["form"]
        vocabulary.update([last])
        answers.append([*found, parts(vectorizer.transform([*VERSES, "forms"]))])
    assert answers[0] == answers[1]


def test_a_vocabulary_that_nobody_has_is_not_compared() -> None:
    vectorizer = ours.CountVectorizer().fit(VERSES)
    vectorizer.transform(VERSES)
    vectorizer.transform(VERSES)
    assert not vectorizer._kept.must_be_compared
    kept = vectorizer.vocabulary_
    for _ in range(3):
        vectorizer.transform(VERSES)
        assert vectorizer._kept.must_be_compared
    del kept
    vectorizer.transform(VERSES)
    assert not vectorizer._kept.must_be_compared


def test_weights_that_are_given() -> None:
    answers = []
    for kind in (ours.TfidfVectorizer, peer.TfidfVectorizer):
        vectorizer = kind().fit(VERSES)
        vectorizer.idf_ = np.linspace(0, 1, len(vectorizer.vocabulary_))
        answers.append(outcome(vectorizer, [("transform", VERSES)]))
        vectorizer.idf_ = np.full(len(vectorizer.vocabulary_), np.inf)
        answers[-1].append(outcome(vectorizer, [("transform", VERSES)]))
    assert answers[0] == answers[1]


def test_a_weight_that_is_too_large_for_one_of_several_threads() -> None:
    """The rows of the others have been taken when the core says so."""
    documents, answers = ["red car"] * 190 + ["blue blue blue bike"] * 10, []
    for kind, options in ((peer.TfidfVectorizer, {}), (ours.TfidfVectorizer, {"threads": 2}), (ours.TfidfVectorizer, {})):
        vectorizer = kind(norm=None, **options).fit(documents)
        weights = vectorizer.idf_.copy()
        weights[vectorizer.vocabulary_["blue"]] = 1e308
        vectorizer.idf_ = weights
        with np.errstate(all="ignore"):
            answers.append(parts(vectorizer.transform(documents)))
    assert answers[0] == answers[1] == answers[2]


def test_a_fit_that_is_interrupted_leaves_no_new_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    vectorizer = ours.TfidfVectorizer().fit(VERSES)

    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(ours._counting, "take_rows", interrupted)
        with pytest.raises(KeyboardInterrupt):
            vectorizer.fit_transform([*VERSES, "other words"])
    with pytest.raises(NotFittedError):
        vectorizer.transform(VERSES)


@pytest.mark.parametrize("name", KINDS)
def test_copies_answer_alike(name: str) -> None:
    vectorizer = getattr(ours, name)(ngram_range=(1, 2)).fit(VERSES)
    expected = parts(vectorizer.transform(VERSES))
    assert parts(pickle.loads(pickle.dumps(vectorizer)).transform(VERSES)) == expected
    assert clone(vectorizer).get_params() == vectorizer.get_params()
    assert repr(vectorizer) == repr(getattr(peer, name)(ngram_range=(1, 2)))
    assert not {"_kept", "_counted"} & set(vectorizer.__getstate__())


@pytest.mark.parametrize("name", KINDS)
def test_from_and_to_scikit_learn(name: str) -> None:
    fitted = getattr(peer, name)(ngram_range=(1, 2)).fit(VERSES)
    mine = getattr(ours, name).from_sklearn(fitted)
    back = mine.to_sklearn()
    assert type(mine) is getattr(ours, name)
    assert type(back) is type(fitted)
    assert b"text_processor" not in pickle.dumps(back)
    assert parts(mine.transform(VERSES)) == parts(back.transform(VERSES)) == parts(fitted.transform(VERSES))


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
def test_columns_are_documents_and_frames_are_not(library: str) -> None:
    module = pytest.importorskip(library)
    column = module.array(VERSES) if library == "pyarrow" else module.Series(VERSES)
    frame = module.table({"text": VERSES}) if library == "pyarrow" else module.DataFrame({"text": VERSES})
    for name in KINDS:
        vectorizer = getattr(ours, name)()
        assert parts(vectorizer.fit_transform(column)) == parts(vectorizer.fit_transform(VERSES))
        with pytest.raises(TypeError, match=r"documents must be .*give one column of it"):
            vectorizer.fit_transform(frame)


def test_keys_of_a_dict_are_no_documents() -> None:
    for parameters in ({}, {"tokenizer": str.split}):
        with pytest.raises(TypeError, match=r"documents must be an iterable of documents, not dict; give its values\(\)"):
            ours.HashingVectorizer(**parameters).transform({"a": "b"})


@pytest.mark.parametrize("parameters", [{}, {"tokenizer": str.split, "token_pattern": None}, {"analyzer": str.split}], ids=str)
def test_no_documents_have_no_rows(parameters: dict[str, Any]) -> None:
    """scikit-learn raises StopIteration, which ends a loop around it without a word."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for documents in ([], iter([])):
            assert ours.HashingVectorizer(n_features=8, **parameters).transform(documents).shape == (0, 8)


@pytest.mark.parametrize("parameters", [{}, {"tokenizer": str.split, "token_pattern": None}], ids=str)
@pytest.mark.parametrize("bad", [3, None, np.nan], ids=repr)
def test_an_error_of_hashing_says_which_document_it_is_about(parameters: dict[str, Any], bad: object) -> None:
    with pytest.raises((ValueError, AttributeError)) as raised:
        ours.HashingVectorizer(**parameters).transform(["ab", "cd", bad, "ef"])
    missing = "" if bad == 3 else ', a missing value: leave it out, or give "" for it'
    assert raised.value.__notes__ == [f"This is about document 2; the first is 0{missing}."]


def test_the_package_is_imported_without_scikit_learn() -> None:
    code = "import sys, text_processor; assert 'sklearn' not in sys.modules and 'numpy' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_without_scikit_learn_the_message_says_how_to_get_it() -> None:
    code = """
import sys
sys.modules["sklearn"] = None
try:
    import text_processor.sklearn
except ImportError as error:
    print(error)
"""
    said = subprocess.run([sys.executable, "-c", code], check=True, timeout=60, capture_output=True, text=True).stdout
    assert said == needs("text_processor.sklearn", "scikit-learn", "sklearn") + "\n"
