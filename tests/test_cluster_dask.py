"""Dask with two worker processes answers as one process does, whatever happens to the workers."""

from __future__ import annotations

import gzip
import json
import os
import random
import resource
import signal
import sys
import time
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cluster_texts import LINES, TEXTS, analyzer_of, assert_columns, assert_same, files_in

from text_processor import PartError, TextAnalyzer, Tokenizer, cli

distributed = pytest.importorskip("distributed", reason="distributed is not installed")
pandas = pytest.importorskip("pandas")
bag = pytest.importorskip("dask.bag")
dask_dataframe = pytest.importorskip("dask.dataframe")
dask_config = pytest.importorskip("dask").config
delayed = pytest.importorskip("dask").delayed

from text_processor.cluster import _parts, dask  # noqa: E402

# One cluster for the whole file, which therefore runs in one process. Dask's own threads and loops end after the tests.
pytestmark = [
    pytest.mark.alone,
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning"),
]


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    with (
        dask_config.set({"distributed.comm.timeouts.connect": "10s", "distributed.scheduler.allowed-failures": 5}),
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        distributed.Client(cluster, set_as_default=False) as found,
    ):
        yield found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return files_in(tmp_path_factory.mktemp("parts"))


# ---- Words -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [{}, {"case": "keep", "lexicon": {"God": 1}}, {"ngrams": (1, 2)}, {"stop_words": ["the"], "min_length": 2}],
    ids=lambda options: "+".join(options) or "default",
)
def test_files_count_as_in_one_process_in_order(client: Any, folder: Path, options: dict[str, Any]) -> None:
    expected = analyzer_of(LINES, **options)
    found = dask.count_words(f"{folder}/*.txt", client=client, **options)
    assert_same(found, expected)
    assert found.analyze_sentiment() == expected.analyze_sentiment()


def test_options_of_reading_reach_the_workers(client: Any, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes("Ä b\nc".encode("latin-1"))
    (tmp_path / "b").write_bytes(b"b\xff")
    found = dask.count_words([tmp_path / "a"], client=client, documents="whole", encoding="latin-1")
    assert (len(found), list(found.words)) == (1, ["ä", "b", "c"])
    assert list(dask.count_words(str(tmp_path / "b"), client=client, errors="replace").words) == ["b\ufffd"]


def test_a_table_is_shared_out(client: Any, folder: Path) -> None:
    expected = analyzer_of(LINES)
    table = dask.count_words(f"{folder}/*.txt", client=client, result="table", n_parts=3, salt=9)
    assert table.npartitions == 3
    shares = [part.compute() for part in table.partitions]
    assert [set(share.term) for share in shares] == [set(part.words) for part in expected.split(3, 9)]
    rows = pandas.concat(shares)
    assert dict(zip(rows.term, rows["count"], strict=True)) == expected.word_frequency()
    assert dict(zip(rows.term, rows.document_frequency, strict=True)) == expected.document_frequency()


@pytest.mark.parametrize("order", ["count", "term"])
def test_words_come_sorted(client: Any, folder: Path, order: Any) -> None:
    found = dask.count_words(f"{folder}/*.txt", client=client, order=order)
    expected = analyzer_of(LINES)
    assert_same(found, expected, in_order=False)
    items = expected.words.items()
    by_term = sorted(items, key=lambda item: item[0].encode())
    assert list(found.words.items()) == (by_term if order == "term" else sorted(by_term, key=lambda item: -item[1]))


def test_bags_and_frames(client: Any) -> None:
    documents = bag.from_sequence([*LINES[:500], " ", "last"], npartitions=4)
    assert_same(dask.count_words(documents, client=client), analyzer_of([*LINES[:500], "last"]))
    rows = pandas.DataFrame({"text": [*LINES[:100], None]})
    frame = dask_dataframe.from_pandas(rows, npartitions=3)
    assert_same(dask.count_words(frame, column="text", client=client), analyzer_of(LINES[:100]))
    nothing = frame[frame.text == "nowhere"]
    assert len(dask.count_words(nothing, column="text", client=client).words) == 0


def test_columns_of_files(client: Any, tmp_path: Path) -> None:
    pq.write_table(pa.table({"n": range(99), "text": LINES[:99]}), tmp_path / "1.parquet", row_group_size=40)
    rows = "".join(json.dumps({"text": line, "other": [1]}) + "\n" for line in LINES[99:200])
    (tmp_path / "2.jsonl.gz").write_bytes(gzip.compress(rows.encode()))
    found = dask.count_words(f"{tmp_path}/*", column="text", client=client)
    assert_same(found, analyzer_of(LINES[:200]))


def test_urls_without_a_cluster(folder: Path) -> None:
    fsspec = pytest.importorskip("fsspec")
    with fsspec.open("memory://texts/a.txt", "wb") as file:
        file.write(gzip.compress(b"to be"))
    with fsspec.open("memory://texts/b.txt", "wb") as file:
        file.write(b"or not\nto be")
    with dask_config.set(scheduler="threads"):
        assert dict(dask.count_words("memory://texts/*.txt").words) == {"to": 2, "be": 2, "or": 1, "not": 1}
        assert_same(dask.count_words(f"file://{folder}/*.txt"), analyzer_of(LINES))


@pytest.mark.parametrize("seed", range(2))
def test_any_partition_gives_the_same(client: Any, seed: int) -> None:
    chosen = random.Random(seed)
    lines = LINES[:300]
    cuts = sorted(chosen.randrange(len(lines)) for _ in range(chosen.randrange(1, 30)))
    parts = [lines[start:stop] for start, stop in pairwise([0, *cuts, len(lines)])]
    bags = bag.concat([bag.from_sequence(part or [""], npartitions=1) for part in parts])
    assert_same(dask.count_words(bags, client=client), analyzer_of(lines))


# ---- Tokens ------------------------------------------------------------------------------------------------------------


def test_tokenizers_are_trained_exactly(client: Any, folder: Path) -> None:
    expected = Tokenizer("gpt2")
    expected.train_from_iterator(TEXTS, 600, tie_break="hf")
    found = dask.train_tokenizer(f"{folder}/*.txt", "gpt2", 600, client=client, tie_break="hf", special_tokens=["<end>"])
    assert found.merges == expected.merges
    assert found.encode("<end>", allowed_special="all") == [600]
    lines = bag.from_sequence(LINES[:200], npartitions=3)
    expected.train_from_iterator(LINES[:200], 400)
    assert dask.train_tokenizer(lines, "gpt2", 400, client=client).merges == expected.merges


def test_columns_are_encoded(client: Any) -> None:
    tokenizer = Tokenizer()
    tokenizer.train_from_iterator(LINES[:300], 400)
    rows = pandas.DataFrame({"text": [*LINES[:50], None, ""], "n": range(52)}, index=range(100, 152))
    frame = dask_dataframe.from_pandas(rows, npartitions=3)
    with dask_config.set(scheduler=client):
        encoded = dask.encode_column(frame, "text", tokenizer).compute()
        counted = dask.count_tokens(frame, "text", tokenizer).compute()
    assert list(encoded.index) == list(rows.index)
    expected = [*map(tokenizer.encode, LINES[:50]), None, []]
    assert encoded.ids.array.__arrow_array__().to_pylist() == expected
    assert counted.tokens.array.__arrow_array__().to_pylist() == [None if ids is None else len(ids) for ids in expected]
    assert list(encoded.columns) == ["text", "n", "ids"]


def test_columns_are_scored_and_vectorized(client: Any) -> None:
    texts = [*LINES[:300], None]
    rows = pandas.DataFrame({"text": texts}, index=range(100, 401))
    frame = dask_dataframe.from_pandas(rows, npartitions=3)
    assert_columns(dask, frame, texts, lambda found: pa.Table.from_pandas(found.compute(), preserve_index=False), client=client)
    with pytest.raises(ValueError, match="a column 'ids' already"):
        dask.encode_column(frame.assign(ids=1), "text", Tokenizer())


# ---- Faults ------------------------------------------------------------------------------------------------------------


def raises_at_first(part: list[str], folder: str) -> list[str]:
    """Fail in two partitions, each as long as there is no file that tells of it."""
    for line in (LINES[0], LINES[300]):
        seen = Path(folder, str(len(line)))
        if line in part and not seen.exists():
            seen.touch()
            raise OSError("the disk is busy")
    return part


def test_what_has_failed_is_done_again_and_once(client: Any, tmp_path: Path) -> None:
    documents = bag.from_sequence(LINES[:400], npartitions=8)
    failing = documents.map_partitions(partial(raises_at_first, folder=str(tmp_path)))
    assert_same(dask.count_words(failing, client=client), analyzer_of(LINES[:400]))
    assert len(list(tmp_path.iterdir())) == 2


def dies_twice(part: list[str], folder: str) -> list[str]:
    """Note each run. The last partition ends its worker, first when that has the counts of others, and then once more."""
    log, deaths = Path(folder, "log"), Path(folder, "deaths")
    deadline = time.monotonic() + 20
    if LINES[399] in part and len(deaths.read_bytes()) < 2:
        while len(log.read_bytes()) < 7 and time.monotonic() < deadline:
            time.sleep(0.02)
        deaths.write_bytes(deaths.read_bytes() + b".")
        os.kill(os.getpid(), signal.SIGKILL)
    with log.open("ab") as file:
        file.write(b".")
    return part


def test_killed_workers_lose_nothing_and_what_is_counted_twice_counts_once(client: Any, tmp_path: Path) -> None:
    (tmp_path / "log").touch()
    (tmp_path / "deaths").touch()
    dying = bag.from_sequence(LINES[:400], npartitions=8).map_partitions(partial(dies_twice, folder=str(tmp_path)))
    assert_same(dask.count_words(dying, client=client), analyzer_of(LINES[:400]))
    assert len((tmp_path / "deaths").read_bytes()) == 2
    assert len((tmp_path / "log").read_bytes()) > 8  # some parts were counted again, after their counts were lost


def set_limit(more: int | None) -> None:
    """Let this process have so many bytes of addresses more than it has with all that it imports."""
    _parts.frame(TextAnalyzer())
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    limit = resource.RLIM_INFINITY if more is None else pages * resource.getpagesize() + more
    resource.setrlimit(resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))


@pytest.mark.skipif(sys.platform != "linux", reason="the size of a process is read as Linux tells it")
def test_a_worker_with_a_memory_limit_needs_smaller_parts(client: Any, tmp_path: Path) -> None:
    numbers = [f"number{i}" for i in range(600_000)]
    (tmp_path / "whole").write_text("\n".join(numbers), encoding="ascii")
    parts = [numbers[i : i + 50_000] for i in range(0, len(numbers), 50_000)]
    for i, part in enumerate(parts):
        (tmp_path / f"part{i:02}").write_text("\n".join(part), encoding="ascii")
    client.run(set_limit, 40 << 20)
    try:
        with pytest.raises(MemoryError, match=r"whole: .*cut the source into more parts"):
            dask.count_words(tmp_path / "whole", client=client, retries=0)
        table = dask.count_words(f"{tmp_path}/part*", client=client, result="table", n_parts=8)
        n_rows = sum(client.gather(client.compute([delayed(len)(share) for share in table.to_delayed()])))
    finally:
        client.run(set_limit, None)
    assert n_rows == len(numbers)


@pytest.mark.parametrize("damage", ["utf-8", "gzip", "missing"])
def test_an_error_names_its_file(client: Any, folder: Path, tmp_path: Path, damage: str) -> None:
    bad = tmp_path / "bad.txt"
    if damage != "missing":
        bad.write_bytes(b"good\n\xff\n" if damage == "utf-8" else gzip.compress(b"good text" * 99)[:-9])
    with pytest.raises(PartError, match=r"bad\.txt") as caught:
        dask.count_words([folder / "0.txt", bad], client=client, retries=0)
    assert caught.value.part == str(bad)


# ---- Arguments ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "options", "error", "message"),
    [
        (5, {}, TypeError, "not int; dask.bag"),
        ("nowhere/*.txt", {}, FileNotFoundError, "no file matches 'nowhere"),
        ("a.txt", {"result": "list"}, ValueError, "'analyzer' or 'table', not 'list'"),
        ("a.txt", {"order": "size"}, ValueError, "'seen' or 'count' or 'term'"),
        ("a.txt", {"order": "seen", "result": "table"}, ValueError, "a distributed table has no order"),
        ("a.txt", {"n_parts": 0}, ValueError, "n_parts must be from 1"),
        ("a.txt", {"nothing": 1}, TypeError, "nothing"),
    ],
)
def test_wrong_arguments_fail_before_work(source: Any, options: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        dask.count_words(source, **options)


# ---- The command line --------------------------------------------------------------------------------------------------


def test_the_command_line_counts_on_a_cluster(client: Any, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    address = client.scheduler.address
    assert cli.main(["count", "--engine", "dask", "--cluster", address, f"{folder}/*.txt", "--case", "keep", "--top", "5"]) == 0
    on_cluster = capsys.readouterr()
    assert cli.main(["count", *map(str, sorted(folder.glob("*.txt"))), "--case", "keep", "--top", "5"]) == 0
    assert capsys.readouterr() == on_cluster
    assert cli.main(["count", "--engine", "dask", "--cluster", address, f"{folder}/nothing*"]) == 1
    assert "no file matches" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", [["-"], ["a", "--sample", "0.5"], ["a", "--skip-errors"]])
def test_the_command_line_refuses_what_an_engine_cannot(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["count", "--engine", "dask", *wrong])
    assert "--engine" in capsys.readouterr().err
