"""What all engines share, on an engine that does everything here and at once: any parts, merged in any tree, give the same."""

from __future__ import annotations

import gzip
import inspect
import json
import lzma
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from cluster_here import (
    count_tokens,
    count_words,
    encode_column,
    fit_vectorizer,
    score_sentiment,
    train_tokenizer,
    vectorize,
)
from cluster_texts import LINES, analyzer_of, assert_same, vectors_of
from hypothesis import given
from hypothesis import strategies as st

from text_processor import PartError, Tokenizer
from text_processor.vader import SentimentIntensityAnalyzer

# What scikit-learn says of some of the parameters, and NumPy of terms in no document.
pytestmark = pytest.mark.filterwarnings("ignore:The parameter 'stop_words':UserWarning", "ignore:divide by zero:RuntimeWarning")

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")
peers = pytest.importorskip("sklearn.feature_extraction.text")

from text_processor.cluster import _columns, _parts  # noqa: E402

cuts = st.lists(st.integers(0, 60), max_size=12).map(sorted)
words = st.sampled_from(["a1", "Bee", "bee", "cé", "not", "ß", "the", "\U0001f600x", "y_y", "\n"])
documents = st.lists(st.lists(words, max_size=6).map(" ".join), max_size=60)


def parts_of(texts: list[str], at: list[int]) -> list[list[str]]:
    return [texts[start:stop] for start, stop in pairwise([0, *at, len(texts)])]


# ---- Words -----------------------------------------------------------------------------------------------------------

OPTIONS: list[dict[str, Any]] = [
    {},
    {"case": "keep", "lexicon": {"not": -1}},
    {"words": "uax29", "case": "fold", "normalize": "NFC"},
    {"words": "sklearn", "accents": "strip", "ngrams": (1, 2)},
    {"stop_words": ["the"], "min_length": 2},
]


@given(texts=documents, at=cuts, fan_in=st.integers(2, 5), options=st.sampled_from(OPTIONS))
def test_any_parts_and_tree_give_the_same_words(texts: list[str], at: list[int], fan_in: int, options: dict[str, Any]) -> None:
    at = [cut for cut in at if cut <= len(texts)]
    found = count_words(parts_of(texts, at), fan_in=fan_in, **options)
    assert_same(found, analyzer_of(texts, **options))
    shares = count_words(parts_of(texts, at), result="table", n_parts=3, salt=5, **options)
    expected = analyzer_of(texts, **options).split(3, 5)
    assert [share.to_pydict() for share in shares] == [share.word_table().to_pydict() for share in expected]


def test_globs_give_files_and_a_name_that_exists_is_no_glob(tmp_path: Path) -> None:
    for name in ("b.txt", "a[1].txt", "a1.txt"):
        (tmp_path / name).write_text("to be", encoding="ascii")
    (tmp_path / "folder.txt").mkdir()
    assert _parts.paths(tmp_path / "*.txt") == [str(tmp_path / name) for name in ("a1.txt", "a[1].txt", "b.txt")]
    assert _parts.paths([tmp_path / "a[1].txt", "no/such"]) == [str(tmp_path / "a[1].txt"), "no/such"]


def test_neighbouring_small_files_are_counted_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [str(tmp_path / f"{i}") for i in range(20)]
    for path in paths:
        Path(path).write_text("to be", encoding="ascii")
    assert _parts.grouped(paths, 0) == _parts.grouped(paths, 3) == paths
    groups = _parts.grouped(paths, 2)
    assert [*map(len, groups)] == [2] * 10
    assert [path for group in groups for path in group] == paths
    assert dict(count_words(groups).words) == {"to": 20, "be": 20}
    assert fit_vectorizer(groups, peers.CountVectorizer()).vocabulary_ == {"to": 1, "be": 0}
    monkeypatch.setattr(_parts, "GROUP_NBYTES", 14)
    assert [*map(len, _parts.grouped(paths, 1))] == [2] * 10
    monkeypatch.setattr(_parts, "GROUP_NBYTES", 4)
    assert [*map(len, _parts.grouped(paths, 1))] == [1] * 20
    Path(paths[1]).write_bytes(b"\xff")
    with pytest.raises(PartError, match="1: Document 0 is not valid UTF-8"):
        count_words(groups)


def test_a_field_of_json_lines_is_read_as_for_shards(tmp_path: Path) -> None:
    def count(content: bytes, column: str = "text", name: str = "a.jsonl") -> dict[str, int]:
        (tmp_path / name).write_bytes(content)
        found = count_words([str(tmp_path / name)], column=column)
        vectors = peers.CountVectorizer(token_pattern=r"\S+")
        if found:
            fit_vectorizer([str(tmp_path / name)], vectors, column=column)
            assert set(vectors.vocabulary_) == set(found.words)
        return dict(found.words)

    assert count(b"") == count(b"\n \n") == {}
    assert count(b'\xef\xbb\xbf\n{"text": "to be"}\n\n{"text": null}\n{"n": 1, "text": "to"}') == {"to": 2, "be": 1}
    assert count(b'{"a": {"b": "to"}}\n{"a": null}\n{"a": 1}', "a.b") == {"to": 1}
    assert count(b'{"text": "\\ud800x"}\n') == {"\ufffdx": 1}
    long = json.dumps({"text": "to be " * 500_000}).encode()
    assert count(b"\n".join([b'{"text": "to"}', long, long])) == {"to": 1_000_001, "be": 1_000_000}
    line = b'{"text": "to"}\n'
    assert count(gzip.compress(line) * 2, name="a.gz") == count(line * 2)
    assert count(pa.compress(line, "zstd", asbytes=True), name="a.zst") == count(line)
    for content, message in (
        (b'null\n{"text": "a"}\n', "line 1 must be a JSON object, not None"),
        (b'\n{"text": "a"} {"text": "b"}\n', "line 2 is not JSON"),
        (b'{"text":\n"a"}\n', "line 1 is not JSON"),
        (b'{"texts": "a"}\n', "no line has the field 'text'"),
        (b'{"text": "a\xff"}\n', "the file is not valid UTF-8 at byte 11"),
    ):
        with pytest.raises(PartError, match=f"a.jsonl: {message}"):
            count(content)


def test_a_column_of_parquet_may_be_inside_another(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [{"b": "to be"}, None], "c.d": ["or", "not"]}), tmp_path / "a")
    assert dict(count_words([str(tmp_path / "a")], column="a.b").words) == {"to": 1, "be": 1}
    assert dict(count_words([str(tmp_path / "a")], column="c.d").words) == {"or": 1, "not": 1}
    with pytest.raises(PartError, match="there is no column 'b'; the columns are 'a'"):
        count_words([str(tmp_path / "a")], column="b")


# ---- Vectors ---------------------------------------------------------------------------------------------------------

limits = st.fixed_dictionaries(
    {},
    optional={
        "min_df": st.sampled_from([2, 0.1]),
        "max_df": st.sampled_from([3, 0.5]),
        "max_features": st.integers(1, 5),
        "binary": st.booleans(),
        "lowercase": st.booleans(),
        "ngram_range": st.sampled_from([(1, 2), (2, 2)]),
        "analyzer": st.sampled_from(["char", "char_wb"]),
        "stop_words": st.just(["the", "not"]),
    },
)
weights = st.fixed_dictionaries(
    {},
    optional={"use_idf": st.booleans(), "smooth_idf": st.booleans(), "sublinear_tf": st.booleans(), "norm": st.none()},
)


def fitted(fit: Any) -> Any:
    """What a fit leaves, or what it says."""
    try:
        return fit()
    except ValueError as error:
        return str(error)


@given(texts=documents, at=cuts, given_limits=limits, given_weights=st.none() | weights)
def test_vectorizers_are_fitted_as_by_scikit_learn(
    texts: list[str], at: list[int], given_limits: dict[str, Any], given_weights: dict[str, Any] | None
) -> None:
    parameters = given_limits | (given_weights or {})
    kind = peers.CountVectorizer if given_weights is None else peers.TfidfVectorizer
    expected = fitted(lambda: kind(**parameters).fit(texts))
    parts = parts_of(texts, [cut for cut in at if cut <= len(texts)])
    found = fitted(lambda: fit_vectorizer(parts, kind(**parameters)))
    if isinstance(expected, str):
        assert found == expected
        return
    assert list(found.vocabulary_.items()) == list(expected.vocabulary_.items())
    if given_weights is not None and parameters.get("use_idf", True):
        assert found.idf_.tobytes() == expected.idf_.tobytes()
    assert (found.transform(texts) != expected.transform(texts)).nnz == 0


@pytest.mark.parametrize("kind", ["CountVectorizer", "TfidfVectorizer"])
def test_a_vocabulary_that_is_given_stays(kind: str) -> None:
    new = lambda: getattr(peers, kind)(vocabulary=["bee", "nowhere", "the"])  # noqa: E731
    texts = ["the bee", "a bee", "", "others"]
    found, expected = fit_vectorizer([texts[:1], texts[1:]], new()), new().fit(texts)
    assert found.vocabulary_ == expected.vocabulary_
    assert (found.transform(texts) != expected.transform(texts)).nnz == 0


def test_documents_come_from_lines_columns_and_arrays(tmp_path: Path) -> None:
    texts = LINES[:40]
    (tmp_path / "a.gz").write_bytes(gzip.compress("\n \n".join(texts[:9]).encode()))
    pq.write_table(pa.table({"text": [*texts[:5], None]}), tmp_path / "b")
    (tmp_path / "c").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts[5:9]), encoding="utf-8")
    expected = peers.CountVectorizer().fit(texts[:9]).vocabulary_
    assert fit_vectorizer([str(tmp_path / "a.gz")], peers.CountVectorizer()).vocabulary_ == expected
    columns = [str(tmp_path / "b"), str(tmp_path / "c")]
    assert fit_vectorizer(columns, peers.CountVectorizer(), column="text").vocabulary_ == expected
    arrays = [pa.table({"text": texts[:5]}), pa.array(texts[5:6]), pa.chunked_array([texts[6:7], texts[7:9]])]
    assert fit_vectorizer(arrays, peers.CountVectorizer()).vocabulary_ == expected
    (tmp_path / "bad").write_bytes(b"a\xff\n")
    with pytest.raises(PartError, match="bad: Document 0 is not valid UTF-8 at byte 1"):
        fit_vectorizer([str(tmp_path / "bad")], peers.CountVectorizer())


def test_files_are_read_as_everywhere(tmp_path: Path) -> None:
    def terms(content: bytes, column: str | None = None) -> dict[str, int]:
        (tmp_path / "a").write_bytes(content)
        made = fit_vectorizer([str(tmp_path / "a")], peers.CountVectorizer(analyzer=str.split), column=column)
        found: dict[str, int] = made.vocabulary_
        return found

    text, rows = "to be\n\nor not\n", '{"text": "to be"}\n{"text": "or not"}\n'
    expected = peers.CountVectorizer(analyzer=str.split).fit(text.split("\n")).vocabulary_
    for given_as, column in ((text, None), (rows, "text")):
        for data in (lzma.compress(given_as.encode()), given_as.encode("utf-8-sig"), given_as.encode("utf-16")):
            assert terms(data, column) == expected
        whole = pa.compress(given_as.encode() * 99, "zstd", asbytes=True)
        for data, message in (
            (whole[:-1], "damaged zstd data: it ends too soon"),
            (gzip.compress(given_as.encode()) + b"more", "behind its end"),
            (given_as.encode("utf-16-le"), "looks like UTF-16-LE"),
        ):
            with pytest.raises(PartError, match=rf"a: .*{message}"):
                terms(data, column)


# ---- Columns ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "vectorizer",
    [peers.CountVectorizer(), peers.TfidfVectorizer(max_features=50), peers.HashingVectorizer(n_features=64)],
    ids=lambda vectorizer: type(vectorizer).__name__,
)
def test_rows_of_a_matrix_become_lists(vectorizer: Any) -> None:
    texts = [*LINES[:30], ""]
    rows = pa.table({"text": pa.chunked_array([[None, *texts[:7]], texts[7:]])})
    if vectorizer.__class__ is peers.HashingVectorizer:
        found = vectorize(rows, "text", vectorizer)
    else:
        arrays = fit_vectorizer([texts], vectorizer)
        found = vectorize(rows, "text", arrays)
    assert found.column_names == ["text", "indices", "values"]
    assert (found["indices"][0].as_py(), found["values"][0].as_py()) == (None, None)
    expected = vectorizer.fit(texts).transform(texts)
    assert (vectors_of(found.slice(1), expected.shape[1]) != expected).nnz == 0
    assert found["values"].type.value_type == pa.from_numpy_dtype(expected.dtype)
    assert vectorize(rows.slice(0, 0), "text", vectorizer).num_rows == 0


def test_scores_stand_beside_texts() -> None:
    texts = ["not good", None, "", "GREAT :)"]
    analyzer = SentimentIntensityAnalyzer(lexicon={"good": 3})
    found = score_sentiment(pa.table({"text": texts}), "text", analyzer)
    assert found.select(_columns.SCORES).to_pylist() == [
        dict.fromkeys(_columns.SCORES) if text is None else analyzer.polarity_scores(text) for text in texts
    ]
    assert score_sentiment(pa.table({"text": texts}), "text")["compound"][3].as_py() > 0.5
    with pytest.raises(PartError, match="has a column 'neg' already"):
        score_sentiment(found, "text")
    with pytest.raises(PartError, match="the column 'text': "):
        score_sentiment(pa.table({"text": [1]}), "text")


def test_the_settings_of_an_engine_are_in_its_signatures() -> None:
    names = list(inspect.signature(count_words).parameters)
    assert names == ["source", "column", "result", "order", "n_parts", "salt", "fan_in", "options"]
    assert str(inspect.signature(encode_column)) == "(frame: Any, column: str, tokenizer: Tokenizer) -> Any"
    with pytest.raises(TypeError, match="fit_vectorizer has no option fan_on"):
        fit_vectorizer([["aa"]], peers.CountVectorizer(), fan_on=3)
    with pytest.raises(TypeError, match="vectorize has no option fan_on"):
        vectorize(pa.table({"text": ["aa"]}), "text", peers.HashingVectorizer(), fan_on=3)


def test_tokens_stand_beside_texts() -> None:
    tokenizer = Tokenizer()
    tokenizer.train_from_iterator(["ab ab"], 257)
    rows = count_tokens(encode_column(pa.table({"text": ["abc", None]}), "text", tokenizer), "text", tokenizer)
    assert rows.to_pylist() == [
        {"text": "abc", "ids": [256, 99], "tokens": 2},
        {"text": None, "ids": None, "tokens": None},
    ]


# ---- Training --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [
        {"allowed_special": ["<a b>"]},
        {"allowed_special": "all", "min_frequency": 30},
        {"max_token_length": 3, "tie_break": "hf"},
    ],
    ids=["a name", "all names, frequent pairs", "short tokens"],
)
def test_options_of_training_are_those_of_one_process(options: dict[str, Any]) -> None:
    texts = [line.replace(" ", "<a b>", 1) + "<c>" for line in LINES[:90]]
    expected = Tokenizer("gpt2", special_tokens=["<a b>", "<c>"])
    expected.train_from_iterator(texts, 400)
    plain = expected.merges
    expected.train_from_iterator(texts, 400, **options)
    found = train_tokenizer(parts_of(texts, [20, 55]), "gpt2", 400, special_tokens=["<a b>", "<c>"], **options)
    assert found.merges == expected.merges != plain
    assert found.special_tokens == expected.special_tokens


def test_files_of_other_bytes_train_as_one_process_reads_them(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_bytes(b"caf\xe9 caf\xe9 " * 9)
    expected = Tokenizer("gpt2")
    expected.train("caf\ufffd caf\ufffd " * 9, 270)
    assert train_tokenizer([str(path)], "gpt2", 270, errors="replace").merges == expected.merges
    with pytest.raises(PartError, match=r"text\.txt"):
        train_tokenizer([str(path)], "gpt2", 270)


@pytest.mark.parametrize(("name", "value"), [("min_frequency", -1), ("max_token_length", 0), ("tie_break", "gpt2")])
def test_options_of_training_are_checked_before_the_work(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=name):
        train_tokenizer(["no such part"], "gpt2", 300, **{name: value})
