"""Spark, with two local threads and their workers, answers as one process does."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cluster_texts import LINES, TEXTS, analyzer_of, assert_columns, assert_same, files_in

from text_processor import TextAnalyzer, Tokenizer

pytest.importorskip("pyspark", reason="pyspark is not installed")
if shutil.which("java") is None:
    pytest.skip("there is no Java runtime", allow_module_level=True)

from pyspark.sql import SparkSession

from text_processor.cluster import spark

pytestmark = [
    pytest.mark.alone,
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return files_in(tmp_path_factory.mktemp("parts"))


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master("local[2,4]")  # a task may fail three times
    settings = {"spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "2", "spark.ui.showConsoleProgress": "false"}
    for name, value in (settings | {"spark.driver.memory": "700m"}).items():
        builder = builder.config(name, value)
    found = builder.getOrCreate()
    found.sparkContext.setLogLevel("OFF")
    yield found
    found.stop()


def test_files_count_as_in_one_process_in_order(session: Any, folder: Path) -> None:
    for options in ({}, {"ngrams": (1, 2), "case": "keep"}):
        assert_same(spark.count_words(f"{folder}/*.txt", session=session, **options), analyzer_of(LINES, **options))
    by_term = spark.count_words([folder / "0.txt", folder / "2.txt"], session=session, order="term")
    assert list(by_term.words) == sorted(by_term.words)


def test_a_table_is_shared_out(session: Any, folder: Path) -> None:
    expected = analyzer_of(LINES)
    table = spark.count_words(f"{folder}/*.txt", session=session, result="table", n_parts=3)
    rows = table.collect()
    assert {row["term"]: row["count"] for row in rows} == expected.word_frequency()
    assert {row["term"]: row["document_frequency"] for row in rows} == expected.document_frequency()


def test_frames(session: Any) -> None:
    frame = session.createDataFrame([(line, i) for i, line in enumerate(LINES[:300])], "text string, n int").repartition(3)
    assert_same(spark.count_words(frame, column="text", session=session), analyzer_of(LINES[:300]), in_order=False)
    with pytest.raises(TypeError, match="column must be given"):
        spark.count_words(frame, session=session)
    with pytest.raises(TypeError, match="not int"):
        spark.count_words(5, session=session)


def test_tokenizers_are_trained_exactly(session: Any, folder: Path) -> None:
    expected = Tokenizer("gpt2")
    expected.train_from_iterator(TEXTS, 500)
    assert spark.train_tokenizer(f"{folder}/*.txt", "gpt2", 500, session=session).merges == expected.merges


def test_columns_are_encoded(session: Any) -> None:
    tokenizer = Tokenizer()
    tokenizer.train_from_iterator(LINES[:300], 400)
    frame = session.createDataFrame([(line,) for line in LINES[:60]], "text string")
    rows = spark.encode_column(frame, "text", tokenizer).toPandas()
    assert {text: list(ids) for text, ids in zip(rows.text, rows.ids, strict=True)} == {
        text: tokenizer.encode(text) for text in LINES[:60]
    }
    counted = spark.count_tokens(frame, "text", tokenizer).toPandas()
    assert sum(counted.tokens) == sum(map(len, rows.ids))


def test_columns_are_scored_and_vectorized(session: Any) -> None:
    texts = [*LINES[:60], None]
    frame = session.createDataFrame([(text,) for text in texts], "text string")
    assert_columns(spark, frame, texts, lambda found: found.toArrow(), session=session)
    with pytest.raises(ValueError, match="a column 'ids' already"):
        spark.encode_column(frame.withColumnsRenamed({"text": "ids"}), "ids", Tokenizer())


def test_many_parts_keep_their_order(session: Any, tmp_path: Path) -> None:
    for i in range(10):  # more than one task merges
        (tmp_path / f"{i}").write_text(f"w{9 - i} w{i} all", encoding="utf-8")
    assert_same(spark.count_words(f"{tmp_path}/*", session=session), analyzer_of([f"w{9 - i} w{i} all" for i in range(10)]))


def test_a_killed_worker_loses_nothing(session: Any, tmp_path: Path) -> None:
    def count(i: int) -> tuple[int, bytes]:  # defined here, so that it travels as it is
        seen = tmp_path / f"{i % 2}"
        if not seen.exists():
            seen.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        analyzer = TextAnalyzer()
        analyzer.add_document(LINES[i])
        return i, analyzer.to_bytes()

    found = spark.Spark(session).merged(session.sparkContext.parallelize(range(4), 4).map(count))
    assert_same(found, analyzer_of(LINES[:4]))


def test_an_error_names_its_file(session: Any, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_bytes(b"\xff")
    with pytest.raises(Exception, match=r"PartError: .*bad\.txt: Document 0 is not valid UTF-8"):
        spark.count_words([folder / "0.txt", tmp_path / "bad.txt"], session=session)


def test_the_hash_is_that_of_sparks_own_function(session: Any) -> None:
    words = analyzer_of(LINES[:100])
    rows = session.createDataFrame([(word,) for word in words.words], "w string").selectExpr("w", "xxhash64(w) h").collect()
    shares = [set(share.words) for share in words.split(5, salt=42)]  # Spark's seed
    assert all(row.w in shares[5 * (row.h % 2**64 >> 32) >> 32] for row in rows)
