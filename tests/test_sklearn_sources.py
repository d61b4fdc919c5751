"""Vectorizers that learn from what is no list of documents: an analyzer, files and streams."""

from __future__ import annotations

import gzip
import io
import pickle
import re
import warnings
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

np = pytest.importorskip("numpy")
peer = pytest.importorskip("sklearn.feature_extraction.text")

from test_sklearn import DOCUMENTS, VERSES, parts  # noqa: E402

import text_processor.sklearn as ours  # noqa: E402
from text_processor import TextAnalyzer, set_memory_limit  # noqa: E402
from text_processor._common.progress import _Reporter  # noqa: E402
from text_processor.errors import InvalidDocumentError  # noqa: E402
from text_processor.sklearn import Lines, _lines  # noqa: E402

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
    if ours._ways.way_of(mine) is not None:
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


# ---- Of lines ----------------------------------------------------------------------------------------------------------------

ALL_KINDS = (*KINDS, "HashingVectorizer")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Portions and blocks of few documents."""
    monkeypatch.setattr(_lines, "PORTION_NBYTES", 64)
    monkeypatch.setattr(_lines.sources, "BLOCK_NBYTES", 50)
    monkeypatch.setattr(ours._counting, "LEAST_PER_THREAD", 1)


@pytest.mark.usefixtures("small")
@pytest.mark.filterwarnings("ignore")
@given(
    st.sampled_from(ALL_KINDS),
    st.sampled_from([1, 2]),
    st.fixed_dictionaries(
        {},
        optional={
            "vocabulary": st.sampled_from([None, ["The", "and"]]),
            "min_df": st.sampled_from([1, 2]),
            "max_features": st.sampled_from([None, 2]),
            "stop_words": st.sampled_from([None, ["a"]]),
            "tokenizer": st.sampled_from([None, str.split]),
            "dtype": st.sampled_from([np.float32, np.float64]),
        },
    ),
    st.lists(st.sampled_from(["", " ", "the car", "The bike", "größer als 日本", "a " * 40, "\r", "\u2028b\x0b"]), max_size=9),
)
def test_lines_are_as_a_list_of_them(name: str, threads: int, parameters: dict[str, Any], documents: list[str]) -> None:
    if name == "HashingVectorizer":
        parameters = {key: value for key, value in parameters.items() if key in {"stop_words", "tokenizer", "dtype"}}

    def outcome(kind: Any, given: Any, **more: Any) -> Any:
        found: list[Any] = []
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            try:
                vectorizer = kind(**parameters, **more)
                found += [
                    parts(vectorizer.fit_transform(given())),
                    parts(kind(**parameters, **more).fit(given()).transform(given())),
                ]
                if name != "HashingVectorizer":
                    found.append(answers(vectorizer.fit(given()), given()))
            except ValueError as error:
                found.append(str(error))
        return found, [(each.category, str(each.message)) for each in heard]

    text = "".join(f"{each}\n" for each in documents).encode()
    mine = outcome(getattr(ours, name), lambda: Lines(io.BytesIO(text)), threads=threads)
    if documents or name != "HashingVectorizer":
        assert mine == outcome(getattr(peer, name), lambda: documents)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "b.txt").write_bytes(b"\xef\xbb\xbfred car\n\nblue")
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(b"red bike\n"))
    (tmp_path / "c.txt").write_bytes(b"")
    return tmp_path


def test_globs_are_sorted_and_streams_are_read_once(folder: Path) -> None:
    lines = Lines(f"{folder}/*.txt*", folder / "c.txt", str(folder / "b.txt").encode())
    assert list(lines) == list(lines) == ["red bike", "red car", "", "blue", "red car", "", "blue"]
    assert lines.nbytes == sum((folder / name).stat().st_size for name in ("a.txt.gz", "b.txt", "b.txt"))
    assert list(Lines(folder / "b.txt", blank="skip")) == ["red car", "blue"]
    stream = Lines(io.StringIO("one\ntwo"), io.BytesIO("gr\xfcn".encode("utf-16")))
    assert stream.nbytes is None
    assert list(stream) == ["one", "two", "gr\xfcn"]
    with pytest.raises(ValueError, match="a stream gives its lines only once"):
        ours.CountVectorizer().fit(stream)


def test_one_line_may_be_longer_than_a_portion(folder: Path) -> None:
    (folder / "long").write_text("ab " * 400_000 + "\nab cd\n")
    assert ours.CountVectorizer(threads=2).fit_transform(Lines(folder / "long")).toarray().tolist() == [[400_000, 0], [1, 1]]


@pytest.mark.usefixtures("small")
def test_a_line_without_an_end_is_kept_within_the_limit(folder: Path) -> None:
    (folder / "run.gz").write_bytes(gzip.compress(b"a" * (8 << 20), 1))
    set_memory_limit(5 << 20)
    try:
        with pytest.raises(MemoryError, match=r"bytes of text were to be kept .* \(set_memory_limit\)"):
            list(Lines(folder / "run.gz"))
    finally:
        set_memory_limit(None)


def test_an_error_in_a_file_names_it_and_the_line(folder: Path) -> None:
    (folder / "bad").write_bytes(b"fine\n" * 40 + b"bad \xff\n")
    vectorizer = ours.CountVectorizer().partial_fit(["fine"])
    for call in (vectorizer.fit, vectorizer.fit_transform, vectorizer.transform, ours.HashingVectorizer().transform):
        with pytest.raises(InvalidDocumentError, match="Document 40 is not valid UTF-8 at byte 4, byte 204") as raised:
            call(Lines(folder / "b.txt", folder / "bad"))
        assert raised.value.__notes__ == [f"This is about {str(folder / 'bad')!r}."]
    assert vectorizer.vocabulary_ == {"fine": 0}
    assert list(Lines(folder / "bad", errors="replace"))[-1] == "bad \ufffd"


def test_after_a_fit_of_lines_nothing_more_is_learned(folder: Path) -> None:
    """As after any other fit, so that it does not depend on what was given."""
    vectorizer = ours.TfidfVectorizer().partial_fit(["old"]).fit(Lines(folder / "b.txt"))
    with pytest.raises(ValueError, match="fitted by fit, which keeps no frequencies"):
        vectorizer.partial_fit(["red"])
    learned = ours.TfidfVectorizer().partial_fit(Lines(folder / "b.txt")).partial_fit(["red"])
    assert answers(learned, ["red"]) == answers(peer.TfidfVectorizer().fit(["red car", "", "blue", "red"]), ["red"])


@pytest.mark.parametrize("act", ["fit", "fit_transform", "partial_fit"])
def test_one_text_is_no_documents(act: str) -> None:
    """What is advised fits vectorizers, which have no add_document."""
    for one in (b"a text", bytearray(b"a text"), memoryview(b"a text")):
        message = f"documents must be an iterable of documents, not one {type(one).__name__}; \\[text\\] is a list of one$"
        with pytest.raises(TypeError, match=message):
            getattr(ours.CountVectorizer(), act)(one)
        with pytest.raises(TypeError, match=message):
            ours.HashingVectorizer().transform(one)


def test_a_path_is_no_documents() -> None:
    for name in ALL_KINDS:
        for parameters in ({}, {"tokenizer": str.split, "token_pattern": None}):
            with pytest.raises(TypeError, match=r"documents must be .*Path; Lines\(path\) has those of a file"):
                getattr(ours, name)(**parameters).fit_transform(Path("a.txt"))


# ---- Progress ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("parameters", [{}, {"tokenizer": str.split, "token_pattern": None}], ids=str)
@pytest.mark.parametrize(
    ("name", "method"),
    [
        *((name, method) for name in KINDS for method in ("fit", "fit_transform", "transform", "partial_fit")),
        ("HashingVectorizer", "transform"),
        ("HashingVectorizer", "fit_transform"),
    ],
)
def test_progress_is_told(
    name: str, method: str, parameters: dict[str, Any], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In documents, of which an iterator does not know the number; and in bytes of files."""
    if method == "partial_fit" and parameters:
        return
    monkeypatch.setattr(_Reporter, "__call__", told_at_once)
    documents = ["red car", "blue"] * 300
    vectorizer = getattr(ours, name)(**parameters)
    if method == "transform":
        vectorizer.fit(documents)
    for source, n, total in ((documents, 600, 600), (iter(documents), 600, None), (Lines(folder / "b.txt"), 16, 16)):
        heard: list[tuple[int, int | None]] = []
        getattr(vectorizer, method)(source, progress=lambda *now, heard=heard: heard.append(now))
        assert heard == sorted(heard)
        assert heard[-1] == (n, total)
        assert len(heard) > 1
        with pytest.raises(TypeError, match="progress must be callable, a bool or None, not int"):
            getattr(vectorizer, method)(source, progress=3)


def told_at_once(reporter: Any, done: int) -> None:
    reporter.done = done
    reporter._hook(done, reporter._total)


def test_progress_of_a_vectorizer_within_a_hook_is_not_told() -> None:
    heard: list[int] = []

    def hook(done: int, _total: int | None) -> None:
        heard.append(done)
        ours.CountVectorizer().fit(["other"] * 7)

    ours.CountVectorizer().fit(["red"] * 3, progress=hook)
    assert heard == [3]


def test_a_vectorizer_within_a_hook_has_weights_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_Reporter, "__call__", told_at_once)
    documents, found = ["red car", "blue car red", "a blue bike"], []

    def hook(_done: int, _total: int | None) -> None:
        vectorizers = ours.TfidfVectorizer(), ours.CountVectorizer(dtype=np.float64)
        found.append([parts(each.fit(documents).transform(documents)) for each in vectorizers])

    vectorizer = ours.TfidfVectorizer()
    theirs = peer.TfidfVectorizer(), peer.CountVectorizer(dtype=np.float64)
    assert parts(vectorizer.fit_transform(documents, progress=hook)) == parts(theirs[0].fit_transform(documents))
    expected = [parts(each.fit(documents).transform(documents)) for each in theirs]
    assert parts(vectorizer.transform(documents, progress=hook)) == expected[0]
    assert found
    assert all(each == expected for each in found)


def test_metadata_is_routed_as_in_scikit_learn() -> None:
    for name in ALL_KINDS:
        mine, theirs = (repr(getattr(module, name)().get_metadata_routing()) for module in (ours, peer))
        assert mine == theirs
