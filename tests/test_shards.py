"""A corpus as shards: read back by what its users read them with, whatever it came in, and after a kill at any moment."""

from __future__ import annotations

import contextlib
import errno
import gc
import gzip
import io
import json
import os
import random
import shutil
import signal
import struct
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bpe_texts import BOOK, BYTES, of_bytes, plain_texts, texts_with_names, trained
from hypothesis import given, settings
from hypothesis import strategies as st
from test_shares import xxh64

from text_processor import Tokenizer, cli, read_shards
from text_processor.bpe import _model
from text_processor.bpe._shards import formats, sources, writing
from text_processor.errors import TextProcessorError

Ids = list[list[int]]

# Some that are short, blank or of several lines, and one that is long here.
DOCUMENTS = [*BOOK.split("\n")[:40], "", " ", "é\n\n日本", "the lord " * 50, *BOOK.split("\n")[40:60]]
LINES = [line for line in DOCUMENTS if line.strip() and "\n" not in line]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches, blocks and row groups are so small that few documents need several."""
    monkeypatch.setattr(_model, "BATCH_NBYTES", 600)
    monkeypatch.setattr(sources, "PARQUET_ROWS", 7)
    monkeypatch.setattr(formats, "ROW_GROUP_IDS", 100)
    monkeypatch.setattr(formats, "STEP", 5)
    monkeypatch.setattr(writing, "SECONDS_BETWEEN_NOTES", 0.0)
    monkeypatch.setattr(os, "fsync", lambda _: None)  # what it is for, no test can show


# ---- The readers of those who use the files ----------------------------------------------------------------------------


def cut(ids: Any, end: int) -> Ids:
    """The documents of a stream of ids, each with the end that it has."""
    documents: Ids = [[]]
    for number in ids.tolist():
        documents[-1].append(number)
        if number == end:
            documents.append([])
    assert documents.pop() == []
    return documents


def read_raw(path: Path, dtype: str, end: int) -> Ids:
    """As nanoGPT does."""
    return cut(np.memmap(path, dtype, "r"), end)


def read_llmc(path: Path, dtype: str, end: int) -> Ids:
    """As the data loaders of llm.c and modded-nanogpt do."""
    header = np.fromfile(path, "<i4", 256)
    assert header[:2].tolist() == {"uint16": [20240520, 1], "uint32": [20240801, 7]}[dtype]
    assert not header[3:].any()
    ids = np.fromfile(path, dtype, offset=1024)
    assert len(ids) == header[2]
    return cut(ids, end)


def read_npy(path: Path, dtype: str, end: int) -> Ids:
    ids = np.load(path, mmap_mode="r")
    assert ids.dtype == dtype
    return cut(ids, end)


def read_megatron(path: Path, dtype: str, _end: int) -> Ids:
    """As IndexedDataset does: lengths and pointers of sequences, and the first sequence of each document."""
    index = path.with_suffix(".idx").read_bytes()
    assert index[:9] == b"MMIDIDX\x00\x00"
    version, code, n, n_documents = struct.unpack_from("<QBQQ", index, 9)
    assert (version, {8: "uint16", 4: "int32"}[code], n_documents) == (1, dtype, n + 1)
    lengths = np.frombuffer(index, np.int32, n, 34)
    pointers = np.frombuffer(index, np.int64, n, 34 + 4 * n)
    assert np.frombuffer(index, np.int64, n_documents, 34 + 12 * n).tolist() == list(range(n + 1))
    assert len(index) == 34 + 20 * n + 8
    data = path.read_bytes()
    return [np.frombuffer(data, dtype, length, at).tolist() for length, at in zip(lengths, pointers, strict=True)]


def read_parquet(path: Path, dtype: str, _end: int) -> Ids:
    column = pq.read_table(path).column("input_ids")
    assert column.type.value_type == getattr(pa, dtype)()
    return column.to_pylist()


READERS: dict[str, Callable[[Path, str, int], Ids]] = {
    "raw": read_raw,
    "llmc": read_llmc,
    "megatron": read_megatron,
    "npy": read_npy,
    "parquet": read_parquet,
}


def read_all(folder: Path, kind: str, end: int) -> dict[str, list[Ids]]:
    """The documents of each shard, by part; what `read_shards` says is the same."""
    dtype = json.loads((folder / "manifest.json").read_text())["options"]["dtype"]
    found: dict[str, list[Ids]] = {"train": [], "val": []}
    for shard in read_shards(folder):
        documents = READERS[kind](shard.path, dtype, end)
        assert [ids.tolist() for ids in shard] == documents
        assert shard.ids.tolist() == list(chain(*documents))
        assert (shard.tokens, len(shard), shard.dtype) == (len(shard.ids), len(documents), dtype)
        found[shard.split].append(documents)
    return found


# ---- All that is wanted of it ------------------------------------------------------------------------------------------


class Way(NamedTuple):
    """How a corpus is encoded."""

    format: str
    bos: bool
    dtype: str
    shard_tokens: int | None
    split: tuple[float, float] | None
    shuffle_seed: int | None
    threads: int
    allowed: Any
    source: str


ways = st.builds(
    Way,
    st.sampled_from([*READERS]),
    st.booleans(),
    st.sampled_from(["auto", "uint16", "uint32"]),
    st.sampled_from([None, 1, 7, 60]),
    st.sampled_from([None, (1, 1), (0.9, 0.1), (0, 3)]),
    st.sampled_from([None, 0, 5]),
    st.sampled_from([1, 2]),
    st.sampled_from([(), "all"]),
    st.sampled_from(["texts", "bytes", "column", "lines of JSON"]),
)


def given_as(way: str, documents: list[str], folder: Path) -> Any:
    if way == "texts":
        return iter(documents)
    if way == "bytes":
        return iter([document.encode() for document in documents])
    if way == "column":
        return pa.chunked_array([documents[:3], documents[3:]], pa.string())
    path = folder / "corpus.jsonl"
    path.write_text("".join(json.dumps({"n": 1, "text": document}) + "\n" for document in documents))
    return path


@pytest.mark.usefixtures("small")
@settings(max_examples=settings.default.max_examples // 2)  # each writes and reads files
@given(st.lists(st.one_of(plain_texts, texts_with_names), max_size=12), ways)
def test_every_document_is_there_with_the_ids_of_encode(
    tmp_path_factory: pytest.TempPathFactory, documents: list[str], way: Way
) -> None:
    tokenizer, folder = trained(), tmp_path_factory.mktemp("corpus")
    documents = [document for document in documents if not any(0xD800 <= ord(c) <= 0xDFFF for c in document)]
    end, begin = tokenizer.special_tokens["<|pad|>"], [65] if way.bos else []
    shards = tokenizer.encode_corpus(
        given_as(way.source, documents, folder),
        folder / "out",
        format=way.format,  # type: ignore[arg-type]
        dtype=way.dtype,  # type: ignore[arg-type]
        bos=65 if way.bos else None,
        eos="<|pad|>",
        shard_tokens=way.shard_tokens,
        split=way.split,
        shuffle_seed=way.shuffle_seed,
        threads=way.threads,
        allowed_special={*tokenizer.special_tokens} - {"<|pad|>"} if way.allowed else (),
    )
    allowed: Any = {*tokenizer.special_tokens} - {"<|pad|>"} if way.allowed else ()
    expected: dict[str, Ids] = {"train": [], "val": []}
    for document in documents:
        is_validation = way.split is not None and xxh64(document.encode(), 0) < way.split[1] / sum(way.split) * 2**64
        ids = tokenizer.encode(document, allowed_special=allowed, disallowed_special=())
        expected["val" if is_validation else "train"].append([*begin, *ids, end])
    found = read_all(folder / "out", way.format, end)
    for part, shards_of_part in found.items():
        stored = [ids for shard in shards_of_part for ids in shard]
        assert (sorted if way.shuffle_seed is not None else list)(stored) == (sorted if way.shuffle_seed is not None else list)(
            expected[part]
        )
        for shard in shards_of_part[:-1]:  # each but the last is full, and would not be without one of its documents
            assert way.shard_tokens is not None
            lengths = [*map(len, shard)]
            assert sum(lengths) >= way.shard_tokens > sum(lengths) - max(lengths)
    assert shards.documents == len(documents)


def test_a_shard_of_each_kind_has_its_names_and_marks(tmp_path: Path) -> None:
    tokenizer = of_bytes(special_tokens=["<s>"])
    options: dict[str, Any] = {"bos": "<s>", "shard_tokens": None, "split": (1, 0)}
    for kind in READERS:
        tokenizer.encode_corpus(iter(["ab", "c"]), tmp_path / kind, format=kind, **options)  # type: ignore[arg-type]
    assert {kind: sorted(path.name for path in (tmp_path / kind).iterdir()) for kind in READERS} == {
        "raw": ["manifest.json", "train.bin", "train.offsets"],
        "llmc": ["manifest.json", "train.bin", "train.offsets"],
        "megatron": ["manifest.json", "train.bin", "train.idx"],
        "npy": ["manifest.json", "train.npy", "train.offsets"],
        "parquet": ["manifest.json", "train.parquet"],
    }
    assert (tmp_path / "raw/train.bin").read_bytes() == struct.pack("<5H", 256, 97, 98, 256, 99)
    assert (tmp_path / "raw/train.offsets").read_bytes() == struct.pack("<3Q", 0, 3, 5)


def test_the_order_of_a_seed_is_the_same_in_every_version(tmp_path: Path) -> None:
    of_bytes().encode_corpus(iter("abcdefgh"), tmp_path, format="raw", shuffle_seed=1)
    assert bytes(read_shards(tmp_path)[0].ids.tolist()) == b"edfhgacb"


def test_ids_that_do_not_fit_choose_a_larger_type(tmp_path: Path) -> None:
    large = Tokenizer.from_mergeable_ranks(BYTES | {b"ab": 65536}, "gpt4")
    assert large.encode_corpus(iter(["ab"]), tmp_path / "a", format="raw")[0].dtype == "uint32"
    assert large.encode_corpus(iter(["ab"]), tmp_path / "b", format="megatron")[0].ids.tolist() == [65536]
    with pytest.raises(ValueError, match='65536: dtype="uint32" holds them'):
        large.encode_corpus(iter(["ab"]), tmp_path / "c", format="raw", dtype="uint16")


# ---- What it comes in --------------------------------------------------------------------------------------------------


def in_files(folder: Path, documents: list[str], suffix: str = "", pack: Callable[[bytes], bytes] = bytes) -> str:
    for number, document in enumerate(documents):
        (folder / f"{number:03}.txt{suffix}").write_bytes(pack(document.encode()))
    return str(folder / f"*.txt{suffix}")


def in_lines(path: Path, end: str = "\n") -> Path:
    path.write_bytes(f"{end} {end}".join(LINES).encode())
    return path


def in_json(path: Path, make: Callable[[str], object], pack: Callable[[bytes], bytes] = bytes) -> Path:
    path.write_bytes(pack("\n".join(json.dumps(make(line)) for line in LINES).encode()))
    return path


def in_parquet(path: Path) -> Path:
    pq.write_table(pa.table({"text": LINES, "n": [1] * len(LINES)}), path, row_group_size=10)
    return path


SOURCES: dict[str, tuple[Callable[[Path], Any], dict[str, Any], list[str]]] = {
    "files": (lambda folder: in_files(folder, DOCUMENTS), {}, DOCUMENTS),
    "files, with a split": (lambda folder: in_files(folder, DOCUMENTS), {"split": (1, 0)}, DOCUMENTS),
    "files, compressed": (lambda folder: in_files(folder, LINES, ".gz", gzip.compress), {}, LINES),
    "files, in another encoding": (
        lambda folder: in_files(folder, ["\ufeffé"], pack=lambda data: data.decode().encode("utf-16-le")),
        {},
        ["é"],
    ),
    "files with a mark": (lambda folder: in_files(folder, ["\ufeffa", "b"]), {}, ["a", "b"]),
    "files that are not UTF-8": (
        lambda folder: in_files(folder, ["a"], pack=lambda _: b"a\xff"),
        {"errors": "replace"},
        ["a\ufffd"],
    ),
    "lines": (lambda folder: in_lines(folder / "a"), {"documents": "line"}, LINES),
    "lines of Windows": (lambda folder: [in_lines(folder / "a", "\r\n")], {"documents": "line"}, LINES),
    "lines and files": (
        lambda folder: [str(in_lines(folder / "a")), in_json(folder / "b.jsonl", lambda line: {"text": line})],
        {"documents": "line"},
        LINES * 2,
    ),
    "lines of JSON": (lambda folder: in_json(folder / "a.ndjson", lambda line: {"text": line, "n": [1]}), {}, LINES),
    "lines of JSON, compressed": (
        lambda folder: in_json(folder / "a.jsonl.gz", lambda line: {"text": line}, gzip.compress),
        {},
        LINES,
    ),
    "an inner field": (lambda folder: in_json(folder / "a", lambda line: {"a": {"b": line}, "c": 2}), {"column": "a.b"}, LINES),
    "lines with what pyarrow refuses": (
        lambda folder: in_json(folder / "a.jsonl", lambda line: {"text": line + "\ud800", "n": len(line) or "no number"}),
        {},
        [line + "\ufffd" for line in LINES],
    ),
    "lines without the field": (
        lambda folder: in_json(folder / "a.jsonl", lambda line: {"text": line} if len(line) % 2 else {"text": None}),
        {},
        [line for line in LINES if len(line) % 2],
    ),
    "Parquet": (lambda folder: in_parquet(folder / "a"), {}, LINES),
    "a column": (lambda _: pa.array([*LINES[:30], None, *LINES[30:]]), {}, LINES),
    "a column of a table": (lambda _: pa.table({"n": [1] * len(LINES), "b": LINES}), {"column": "b"}, LINES),
    "a stream": (
        lambda _: pa.table({"b": LINES}).to_reader(max_chunksize=9),
        {"column": "b"},
        LINES,
    ),
    "texts with surrogates": (lambda _: iter(["a\ud83d\ude00", "\ud800", "b"]), {}, ["a😀", "\ufffd", "b"]),
}


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("name", SOURCES)
def test_documents_are_the_same_whatever_they_come_in(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make, options, documents = SOURCES[name]
    monkeypatch.setattr(sources, "LARGE_NBYTES", 200)
    (tmp_path / "in").mkdir()
    given = make(tmp_path / "in")
    threads = 1 + len(name) % 2
    trained().encode_corpus(given, tmp_path / "out", format="raw", eos=0, shard_tokens=500, threads=threads, **options)
    assert [ids.tolist() for shard in read_shards(tmp_path / "out") for ids in shard] == [
        [*trained().encode_ordinary(document), 0] for document in documents
    ]


def test_json_is_read_without_pyarrow_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = in_json(tmp_path / "a.jsonl", lambda line: {"text": line if line[0] != "A" else None})
    monkeypatch.setitem(sys.modules, "pyarrow.json", None)
    shards = of_bytes().encode_corpus(given, tmp_path / "out", format="raw")
    documents = [line for line in LINES if line[0] != "A"]
    assert [bytes(ids.tolist()) for ids in shards[0]] == [document.encode() for document in documents]
    assert shards.skipped == len(LINES) - len(documents) > 0


# Lines, and the texts in them, or what is said of them.
JSON_LINES: dict[str, tuple[bytes, list[str | None] | str]] = {
    "nothing": (b"", []),
    "blanks": (b"\n \r\n\t\n", []),
    "a null first": (b'null\n{"text":"a"}\n', "line 1 must be a JSON object, not None"),
    "a null after blanks": (b"\n\n null\n", "line 3 must be a JSON object, not None"),
    "a null later": (b'{"text":"a"}\nnull\n', "line 2 must be a JSON object, not None"),
    "a null in a line": (b'{"text":"a"} null {}\n', "line 1 is not JSON: Extra data"),
    "two in a line": (b'{"text":"a"} {"text":"b"}\n', "line 1 is not JSON: Extra data"),
    "an old line end": (b'{"text":"a"}\r{"text":"b"}\n', "line 1 is not JSON: Extra data"),
    "one in several lines": (b'{\n"text":\n"a"\n}\n', "line 1 is not JSON"),
    "one in two lines": (b'{"n":\n{}, "text":"a"}\n', "line 1 is not JSON"),
    "as many as lines": (b'{"n":\n{}} {"text":"a"}\n', "line 1 is not JSON"),
    "a list": (b'[]\n{"text":"a"}\n', "line 1 must be a JSON object, not \\[\\]"),
    "blanks around": (b' {"text":"a"}\t\r\n\r\n \n{}\n{"text":"}{"} ', ["a", None, "}{"]),
    "a line end in a text": (b'{"text":"}\\n{"}\r\n{"text":""}\r\n', ["}\n{", ""]),
    "a lone surrogate": (b'{"text":"\\ud800x\\ud83d\\ude00"}\n{"text":null}\n', ["\ufffdx\U0001f600", None]),
    "a mark": (b'\xef\xbb\xbf{"text":"a"}', ["a"]),
    "no field": (b'{"n":"a"}\n', "no line has the field 'text'; column= names another"),
}


@pytest.mark.parametrize("reader", ["pyarrow", "json"])
@pytest.mark.parametrize("name", JSON_LINES)
def test_a_line_of_json_is_an_object_with_and_without_pyarrow(
    name: str, reader: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if reader == "json":
        monkeypatch.setitem(sys.modules, "pyarrow.json", None)
    content, expected = JSON_LINES[name]
    (tmp_path / "a.jsonl").write_bytes(content)
    if isinstance(expected, str):
        with pytest.raises(ValueError, match=expected):
            of_bytes().encode_corpus(tmp_path / "a.jsonl", tmp_path / "out", format="raw")
        return
    shards = of_bytes().encode_corpus(tmp_path / "a.jsonl", tmp_path / "out", format="raw")
    documents = [text for text in expected if text is not None]
    assert [bytes(ids.tolist()) for shard in shards for ids in shard] == [document.encode() for document in documents]
    assert shards.skipped == len(expected) - len(documents)


def test_a_block_may_begin_with_any_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_model, "BATCH_NBYTES", 1)
    monkeypatch.setattr("text_processor._documents.sources.BLOCK_NBYTES", 4)
    given = in_json(tmp_path / "a.jsonl", lambda line: {"text": line})
    with given.open("ab") as file:
        file.write(b"\nnull")
    with pytest.raises(ValueError, match=f"line {len(LINES) + 1} must be a JSON object"):
        of_bytes().encode_corpus(given, tmp_path / "out", format="raw")


# ---- A run that was stopped --------------------------------------------------------------------------------------------

RUNS: dict[str, tuple[str, dict[str, Any]]] = {
    "raw": ("texts", {"format": "raw", "split": (3, 1)}),
    "llmc": ("lines of JSON", {"format": "llmc", "split": (3, 1), "shard_tokens": 400}),
    "megatron": ("column", {"format": "megatron", "shard_tokens": 300, "shuffle_seed": 1}),
    "npy": ("files", {"format": "npy", "split": (3, 1), "shard_tokens": 200, "shuffle_seed": 0}),
    "parquet": ("lines of JSON", {"format": "parquet", "shard_tokens": 500}),
}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def source_of(kind: str, folder: Path) -> Callable[[], Any]:
    if kind == "files":
        (folder / "texts").mkdir()
        pattern = in_files(folder / "texts", DOCUMENTS)
        return lambda: pattern
    path = given_as(kind, DOCUMENTS, folder)
    return lambda: path if isinstance(path, Path) else given_as(kind, DOCUMENTS, folder)


def run_killed(work: Callable[[], object], moment: int) -> bool:
    """Run in a child that is killed when so many functions were called and left; return whether it came to its end."""
    child = os.fork()
    if child == 0:
        left = moment

        def count_down(*_: object) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

        with contextlib.suppress(BaseException):
            sys.setprofile(count_down)
            work()
            sys.setprofile(None)
            os._exit(0)
        os._exit(1)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, -signal.SIGKILL)
    return status == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded, use of fork:DeprecationWarning")
@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("name", RUNS)
def test_a_run_goes_on_after_any_kill_and_ends_with_the_same_bytes(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind, options = RUNS[name]
    tokenizer, source, chance = trained(), source_of(kind, tmp_path), random.Random(name)

    def work(folder: Path = tmp_path / "killed") -> None:
        monkeypatch.setattr(_model, "BATCH_NBYTES", chance.choice([300, 600, 900]))  # a run may go on amid a batch
        tokenizer.encode_corpus(source(), folder, eos=0, threads=1, **options)

    calls = 0

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1

    sys.setprofile(count)
    work(tmp_path / "whole")
    sys.setprofile(None)
    expected, kills, killed = contents(tmp_path / "whole"), 0, tmp_path / "killed"
    while kills < 10:
        while not run_killed(work, chance.randrange(calls)):
            kills += 1
            chance.random()  # as the child may have chosen
        assert contents(killed) == expected
        shutil.rmtree(killed)
    work()
    work()  # nothing is left to do
    assert contents(killed) == expected


class Interrupted(io.FileIO):
    """A file that can't be written to when its turn comes."""

    left = 0
    error: BaseException = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def write(self, data: Any) -> int:
        Interrupted.left -= 1
        if Interrupted.left < 0:
            super().write(bytes(data)[: len(data) // 2])
            raise self.error
        return super().write(data)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), KeyboardInterrupt()], ids=["disk", "Ctrl-C"]
)
def test_a_full_disk_and_ctrl_c_leave_what_goes_on(
    error: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(folder: Path) -> None:
        trained().encode_corpus(iter(DOCUMENTS), folder, format="llmc", shard_tokens=400, split=(2, 1), threads=1)

    work(tmp_path / "whole")
    monkeypatch.setattr(writing.io, "FileIO", Interrupted)
    monkeypatch.setattr(Interrupted, "error", error)
    stops = 0
    for left in [3, 8, 13, 21, 34, 55]:
        Interrupted.left = left
        try:
            work(tmp_path / "stopped")
        except type(error):
            stops += 1
    assert stops > 3
    Interrupted.left = 1 << 30
    work(tmp_path / "stopped")
    assert contents(tmp_path / "stopped") == contents(tmp_path / "whole")


@pytest.fixture
def stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of a run that was stopped by its texts."""
    monkeypatch.setattr(_model, "BATCH_NBYTES", 600)
    monkeypatch.setattr(writing, "SECONDS_BETWEEN_NOTES", 0.0)
    monkeypatch.setattr(os, "fsync", lambda _: None)

    def texts() -> Iterator[str]:
        yield from DOCUMENTS[:30]
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        of_bytes().encode_corpus(texts(), tmp_path / "out", format="raw", threads=1)
    return tmp_path / "out"


def go_on(folder: Path, texts: list[str], tokenizer: Tokenizer | None = None, **options: Any) -> Any:
    return (tokenizer or of_bytes()).encode_corpus(iter(texts), folder, format=options.pop("format", "raw"), **options)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda folder: go_on(folder, DOCUMENTS, format="npy"), "options: its format was 'raw', and is now 'npy'"),
        (lambda folder: go_on(folder, DOCUMENTS, eos=0), "its eos was None, and is now 0"),
        (lambda folder: go_on(folder, DOCUMENTS, trained()), "of its tokenizer: its sha256 was"),
        (lambda folder: go_on(folder, DOCUMENTS[1:]), "documents are not those of the run that goes on"),
        (lambda folder: go_on(folder, DOCUMENTS[:3]), "documents are not those of the run that goes on"),
        (lambda folder: of_bytes().encode_corpus(pa.array(DOCUMENTS), folder, format="raw"), "shards of other sources"),
        (read_shards, "are not complete: Tokenizer.encode_corpus with the same arguments goes on"),
    ],
    ids=["format", "mark", "tokenizer", "texts", "fewer texts", "source", "reading"],
)
def test_what_is_not_the_same_run_is_refused_and_changes_nothing(
    change: Callable[[Path], object], message: str, stopped: Path
) -> None:
    before = contents(stopped)
    with pytest.raises(ValueError, match=message):
        change(stopped)
    assert contents(stopped) == before
    assert [bytes(ids.tolist()).decode() for ids in go_on(stopped, DOCUMENTS)[0]] == DOCUMENTS


def test_a_file_that_was_changed_is_named(tmp_path: Path) -> None:
    given = in_json(tmp_path / "a.jsonl", lambda line: {"text": line})
    of_bytes().encode_corpus(given, tmp_path / "out", format="raw")
    given.write_text('{"text": "new"}\n')
    with pytest.raises(ValueError, match=r"a.jsonl' was changed; use a new folder"):
        of_bytes().encode_corpus(given, tmp_path / "out", format="raw")


CUT = gzip.compress(b"good text" * 1000)[:-9]
LONG_AND_CUT = gzip.compress(b"a" * (2 * sources.LARGE_NBYTES))[:-9]


@pytest.mark.parametrize("data", [CUT, LONG_AND_CUT, b"\x1f\x8b\x08"], ids=["short", "long", "nothing"])
def test_of_many_files_the_one_that_is_damaged_is_named(data: bytes, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("a", "b", "c")]
    for path, content in zip(files, (b"fine", data, b"fine"), strict=True):
        path.write_bytes(content)
    with pytest.raises(TextProcessorError, match=rf"^{str(files[1])!r}: damaged gzip data: "):
        of_bytes().encode_corpus(files, tmp_path / "out", format="raw")


@pytest.mark.parametrize(
    ("damage", "cause"), [(lambda data: data[:-1], pa.ArrowInvalid), (lambda data: data[:-60] + data[-8:], OSError)]
)
def test_parquet_that_is_damaged_is_named(damage: Callable[[bytes], bytes], cause: type, tmp_path: Path) -> None:
    """What pyarrow raises is one of two kinds, of which one is no `ValueError`."""
    path = tmp_path / "table"
    pq.write_table(pa.table({"text": ["a", "b"] * 100}), path)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError, match=rf"^{str(path)!r}: pyarrow cannot read it: ") as caught:
        of_bytes().encode_corpus(path, tmp_path / "out", format="raw")
    named = caught.value.__cause__
    assert named is not None
    assert type(named.__cause__) is cause


def test_pipes_are_refused(tmp_path: Path) -> None:
    """The first bytes, which tell Parquet from text, could not be read again."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/null")):
        with pytest.raises(ValueError, match=r"^'/.* cannot be read again, .* not pipes or devices$"):
            of_bytes().encode_corpus(path, tmp_path / "out", format="raw")
    assert not (tmp_path / "out").exists()


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError):
        of_bytes().encode_corpus(tmp_path / "folder", tmp_path / "out", format="raw")


def test_two_runs_do_not_write_to_one_folder(tmp_path: Path) -> None:
    def texts() -> Iterator[str]:
        with pytest.raises(TextProcessorError, match="another run is writing to"):
            go_on(tmp_path / "out", ["b"])
        yield "a"

    assert of_bytes().encode_corpus(texts(), tmp_path / "out", format="raw").tokens == 1


def test_files_of_others_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "train_000000.bin").write_text("of somebody")
    with pytest.raises(FileExistsError, match=r"it has other files, such as 'train_000000.bin'"):
        go_on(tmp_path, ["a"])


def test_a_shard_that_is_gone_or_cut_is_told_of(tmp_path: Path) -> None:
    go_on(tmp_path, ["a", "b"])
    with (tmp_path / "train_000000.bin").open("ab") as file:
        file.truncate(2)
    with pytest.raises(ValueError, match=r"train_000000.bin' has 2 bytes, not the 4 that the manifest tells of"):
        read_shards(tmp_path)
    (tmp_path / "train_000000.bin").unlink()
    with pytest.raises(ValueError, match=r"train_000000.bin' is missing"):
        read_shards(tmp_path)


PLACES: list[tuple[str | int, ...]] = [
    *[(), ("shards",), ("shards", 0), ("shards", 0, "name"), ("shards", 0, "split"), ("shards", 0, "tokens")],
    *[("options",), ("options", "format"), ("options", "dtype"), ("sources",), ("skipped",), ("progress",), ("tokenizer",)],
]
VALUES = [None, 5, -1, 1 << 70, "../train", "val", "npy", "int32", [], [5], {}, {"open": []}, [{"path": 5}]]


def test_a_manifest_of_anything_is_refused(tmp_path: Path) -> None:
    """Whatever stands at any place of it, nobody reads elsewhere, or gets another exception."""
    go_on(tmp_path, ["a", "b"])
    sound = (tmp_path / "manifest.json").read_text()
    for place in PLACES:
        for value in VALUES:
            changed = found = {"all": json.loads(sound)}
            for step in ("all", *place)[:-1]:
                found = found[step]
            found[("all", *place)[-1]] = value
            (tmp_path / "manifest.json").write_text(json.dumps(changed["all"]))
            with contextlib.suppress(ValueError):
                for shard in read_shards(tmp_path):
                    assert shard.path.parent == tmp_path
            with contextlib.suppress(ValueError):
                go_on(tmp_path, ["a", "b"])


# ---- The command line --------------------------------------------------------------------------------------------------


def test_the_command_does_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tokenizer = of_bytes(special_tokens=["<|end|>"])
    tokenizer.save(tmp_path / "tokenizer")
    given = in_json(tmp_path / "a", lambda line: {"a": line})
    more = ["--column", "a", "--eos", "<|end|>", "--split", "9,1", "--shuffle-seed", "3", "--shard-tokens", "700"]
    arguments = [
        "bpe",
        "shards",
        str(tmp_path / "tokenizer"),
        str(given),
        "--out",
        str(tmp_path / "out"),
        "--format",
        "megatron",
    ]
    assert cli.main([*arguments, *more]) == 0
    n = sum(len(line.encode()) + 1 for line in LINES)
    shards = read_shards(tmp_path / "out")
    assert f"{n:,} tokens of {len(LINES)} documents in {len(shards)} shards in " in capsys.readouterr().err
    options: dict[str, Any] = {"split": (9, 1), "shuffle_seed": 3, "shard_tokens": 700}
    tokenizer.encode_corpus(given, tmp_path / "same", format="megatron", column="a", eos="<|end|>", **options)
    assert contents(tmp_path / "out") == contents(tmp_path / "same")


def test_one_is_told_of_as_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    of_bytes().save(tmp_path / "tokenizer")
    (tmp_path / "a").write_text("a", encoding="ascii")
    arguments = ["bpe", "shards", str(tmp_path / "tokenizer"), str(tmp_path / "a"), "--format", "raw"]
    assert cli.main([*arguments, "--out", str(tmp_path / "out")]) == 0
    assert "1 token of 1 document in 1 shard in " in capsys.readouterr().err
    shards = read_shards(tmp_path / "out")
    assert [repr(shards), *map(repr, shards)] == [
        "<1 shard: 1 id, 1 document>",
        "<Shard train_000000: 1 id of uint16, 1 document>",
    ]
    assert repr(read_shards(tmp_path / "out", split="val")) == "<0 shards: 0 ids, 0 documents>"


def test_the_command_takes_no_standard_streams(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for source, out in (("-", tmp_path / "out"), (tmp_path / "a", "-")):
        with pytest.raises(SystemExit) as raised:
            cli.main(["bpe", "shards", "tokenizer", str(source), "--out", str(out), "--format", "raw"])
        assert raised.value.code == 2
        assert "a run that goes on reads its files again, and writes to a folder" in capsys.readouterr().err


# ---- While it runs -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("small")
def test_memory_does_not_grow_with_the_corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("text_processor._documents.sources.BLOCK_NBYTES", 4096)
    monkeypatch.setattr("text_processor._common.progress.INTERVAL_SECONDS", 0)

    def collect(*_: int) -> None:
        """Free the cycles that json makes for each manifest; otherwise they are part of the peak, or not, by chance."""
        gc.collect(1)

    def peak(n_lines: int) -> int:
        path = tmp_path / f"{n_lines}.jsonl"
        path.write_text('{"text": "to be or not to be"}\n' * n_lines)
        tracemalloc.start()
        try:
            of_bytes().encode_corpus(
                path, tmp_path / f"{n_lines}", format="raw", shard_tokens=30_000, threads=1, progress=collect
            )
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(500)  # what is made once
    assert peak(20_000) < peak(5000) + 40_000  # which are 465 KB of text and 675 KB of ids more


@pytest.mark.usefixtures("small")
def test_progress_is_told_in_bytes_of_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("text_processor._common.progress.INTERVAL_SECONDS", 0)
    given = [in_json(tmp_path / "a.jsonl", lambda line: {"text": line}), in_lines(tmp_path / "b"), in_parquet(tmp_path / "c")]
    total, told = sum(path.stat().st_size for path in given), []
    of_bytes().encode_corpus(given, tmp_path / "out", format="raw", progress=lambda *arguments: told.append(arguments))
    done = [n for n, _ in told]
    assert done == sorted(done)
    assert done[-1] == total
    assert {n for _, n in told} == {total}
    assert len({*done}) >= 3
