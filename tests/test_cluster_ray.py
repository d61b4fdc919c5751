"""Ray on this machine answers as one process does."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from cluster_texts import LINES, TEXTS, analyzer_of, assert_columns, assert_same, files_in

from text_processor import PartError, TextAnalyzer, Tokenizer

ray_itself = pytest.importorskip("ray", reason="ray is not installed")
pytest.importorskip("ray.data", reason="ray[data] is not installed")

from text_processor.cluster import ray  # noqa: E402

pytestmark = [
    pytest.mark.alone,
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return files_in(tmp_path_factory.mktemp("parts"))


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[None]:
    os.environ["RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO"] = "0"
    settings = {"include_dashboard": False, "log_to_driver": False, "object_store_memory": 100 << 20}
    ray_itself.init(num_cpus=2, logging_level="ERROR", **settings)
    ray_itself.data.DataContext.get_current().enable_progress_bars = False
    yield
    ray_itself.shutdown()


def test_files_count_as_in_one_process_in_order(folder: Path) -> None:
    for options in ({}, {"ngrams": (1, 2), "case": "keep"}):
        assert_same(ray.count_words(f"{folder}/*.txt", **options), analyzer_of(LINES, **options))
    by_term = ray.count_words([folder / "0.txt", folder / "2.txt"], order="term")
    assert list(by_term.words) == sorted(by_term.words)


def test_a_table_is_shared_out(folder: Path) -> None:
    expected = analyzer_of(LINES)
    table = ray.count_words(f"{folder}/*.txt", result="table", n_parts=3)
    rows = table.to_pandas()
    assert dict(zip(rows.term, rows["count"], strict=True)) == expected.word_frequency()
    assert dict(zip(rows.term, rows.document_frequency, strict=True)) == expected.document_frequency()


def test_frames() -> None:
    frame = ray_itself.data.from_arrow([pa.table({"text": LINES[:100]}), pa.table({"text": LINES[100:300]})])
    assert_same(ray.count_words(frame, column="text"), analyzer_of(LINES[:300]), in_order=True)
    with pytest.raises(TypeError, match="column must be given"):
        ray.count_words(frame)
    with pytest.raises(TypeError, match="not int"):
        ray.count_words(5)


def test_tokenizers_are_trained_exactly(folder: Path) -> None:
    expected = Tokenizer("gpt2")
    expected.train_from_iterator(TEXTS, 500)
    assert ray.train_tokenizer(f"{folder}/*.txt", "gpt2", 500).merges == expected.merges


def test_columns_are_encoded() -> None:
    tokenizer = Tokenizer()
    tokenizer.train_from_iterator(LINES[:300], 400)
    frame = ray_itself.data.from_arrow(pa.table({"text": LINES[:60]}))
    rows = ray.encode_column(frame, "text", tokenizer).to_pandas()
    assert {text: list(ids) for text, ids in zip(rows.text, rows.ids, strict=True)} == {
        text: tokenizer.encode(text) for text in LINES[:60]
    }
    counted = ray.count_tokens(frame, "text", tokenizer).to_pandas()
    assert sum(counted.tokens) == sum(map(len, rows.ids))


def test_columns_are_scored_and_vectorized() -> None:
    texts = [*LINES[:60], None]
    frame = ray_itself.data.from_arrow([pa.table({"text": texts[:20]}), pa.table({"text": texts[20:]})])
    assert_columns(ray, frame, texts, lambda found: pa.concat_tables(ray_itself.get(found.to_arrow_refs())), retries=1)


def test_a_killed_worker_loses_nothing(tmp_path: Path) -> None:
    def count(i: int) -> Any:  # defined here, so that it travels as it is
        seen = tmp_path / f"{i % 2}"
        if not seen.exists():
            seen.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        analyzer = TextAnalyzer()
        analyzer.add_document(LINES[i])
        return analyzer

    engine = ray.Ray(retries=3)
    found = engine.merged([engine._task(count)(i) for i in range(10)])
    assert_same(found, analyzer_of(LINES[:10]))


def test_an_error_names_its_file(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_bytes(b"\xff")
    with pytest.raises(PartError, match=r"bad\.txt: Document 0 is not valid UTF-8"):
        ray.count_words([folder / "0.txt", tmp_path / "bad.txt"])
