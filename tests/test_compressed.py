"""Compressed data: found out by its first bytes, whole or refused, wherever it is read and whatever reads it."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import importlib
import io
import lzma
import os
import struct
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from bpe_texts import of_bytes

from text_processor import InvalidDocumentError, PartError, PieceCounts, TextAnalyzer, cli, set_memory_limit
from text_processor._documents import compressed
from text_processor._documents.sources import Options
from text_processor.cluster import _parts
from text_processor.report._texts import Files
from text_processor.vader import SentimentIntensityAnalyzer

BOOK = Path("examples/kjv.txt").read_bytes()
FIRST, SECOND = BOOK[:40_000], BOOK[40_000:60_000]


class Kind(NamedTuple):
    """A format, and a module that reads it."""

    name: str
    suffix: str
    compress: Callable[[bytes], bytes]


def zstd_compress(data: bytes) -> bytes:
    for name in ("compression.zstd", "backports.zstd", "zstandard"):
        try:
            return importlib.import_module(name).compress(data)  # type: ignore[no-any-return]
        except ImportError:
            continue
    raise AssertionError("each of the three can do it")


COMPRESS = {"gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress, "zstd": zstd_compress}
READERS = [(each.name, module) for each in compressed.FORMATS for module in each.modules]


@pytest.fixture(params=READERS, ids=[f"{name} by {module}" for name, module in READERS])
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Kind:
    """Each format, read by each of the modules that can."""
    name, module = request.param
    try:
        importlib.import_module(module)
    except ImportError:
        pytest.skip(f"{module} is not installed")
    formats = [each._replace(modules=(module,)) if each.name == name else each for each in compressed.FORMATS]
    monkeypatch.setattr(compressed, "FORMATS", tuple(formats))
    suffix = next(each.suffix for each in formats if each.name == name)
    return Kind(name, suffix, COMPRESS[name])


def counted(data: bytes) -> dict[str, int]:
    analyzer = TextAnalyzer()
    analyzer.add_buffer(data)
    return analyzer.word_frequency()


# ---- The ways in -----------------------------------------------------------------------------------------------------


class Chunks:
    """A stream that gives a few bytes at a time."""

    def __init__(self, data: bytes, size: int) -> None:
        self._file = io.BytesIO(data)
        self._size = size

    def read(self, _size: int) -> bytes:
        return self._file.read(self._size)


def by_file(data: bytes, path: Path) -> dict[str, int]:
    path.write_bytes(data)
    analyzer = TextAnalyzer()
    analyzer.add_file(path)
    return analyzer.word_frequency()


def by_stream(data: bytes, _path: Path) -> dict[str, int]:
    analyzer = TextAnalyzer()
    analyzer.add_stream(io.BytesIO(data))
    return analyzer.word_frequency()


def by_small_chunks(data: bytes, _path: Path) -> dict[str, int]:
    analyzer = TextAnalyzer()
    analyzer.add_stream(Chunks(data, 3))
    return analyzer.word_frequency()


def by_pipe(data: bytes, path: Path) -> dict[str, int]:
    path.unlink(missing_ok=True)
    os.mkfifo(path)

    def write() -> None:
        with contextlib.suppress(BrokenPipeError):  # the reader stops where it finds a fault
            path.write_bytes(data)

    writer = threading.Thread(target=write)
    writer.start()
    analyzer = TextAnalyzer()
    try:
        analyzer.add_file(path)
    finally:
        writer.join()
    return analyzer.word_frequency()


def by_callback(data: bytes, path: Path) -> dict[str, int]:
    path.write_bytes(data)
    analyzer, told = TextAnalyzer(), []
    analyzer.set_callback(told.append)
    analyzer.add_file(path)
    return counted("\n".join(str(each["text"]) for each in told).encode())


def by_encode_file(data: bytes, path: Path) -> dict[str, int]:
    path.write_bytes(data)
    ids = path.with_name("ids")
    of_bytes().encode_file(path, ids)
    return counted(of_bytes().decode_bytes(memoryview(ids.read_bytes()).cast("I")))


WAYS = [by_file, by_stream, by_small_chunks, by_pipe, by_callback, by_encode_file]


@pytest.mark.parametrize("way", WAYS)
def test_a_compressed_text_is_its_text(kind: Kind, way: Callable[[bytes, Path], dict[str, int]], tmp_path: Path) -> None:
    for name in (f"text{kind.suffix}", "text.txt", "text.gz"):  # what is in it counts, not how it is called
        assert way(kind.compress(FIRST), tmp_path / name) == counted(FIRST)


@pytest.mark.parametrize("way", WAYS)
def test_members_are_one_text(kind: Kind, way: Callable[[bytes, Path], dict[str, int]], tmp_path: Path) -> None:
    data = b"".join(map(kind.compress, [FIRST, b"", SECOND, b""]))
    assert way(data, tmp_path / "text") == counted(FIRST + SECOND)
    assert way(data + bytes(1024), tmp_path / "text") == counted(FIRST + SECOND)  # as tapes are filled up


@pytest.mark.parametrize("way", WAYS)
def test_what_is_behind_the_end_is_refused(kind: Kind, way: Callable[[bytes, Path], dict[str, int]], tmp_path: Path) -> None:
    whole = kind.compress(FIRST)
    message = rf"damaged {kind.name} data: behind its end, at byte {len(whole)}, comes b'garbage\\n', which is neither more"
    with pytest.raises(InvalidDocumentError, match=message) as caught:
        way(whole + b"garbage\n", tmp_path / "text")
    assert caught.value.position == len(whole)
    with pytest.raises(InvalidDocumentError, match=f"damaged {kind.name} data: behind its end, at byte {len(whole) + 7}"):
        way(whole + bytes(7) + b"x" * 20_000, tmp_path / "text")


# ---- Cut short -------------------------------------------------------------------------------------------------------


def test_every_cut_of_a_file_is_an_error(kind: Kind, tmp_path: Path) -> None:
    first, second = kind.compress(b"one two two\n"), kind.compress(b"three\n")
    for length in range(len(first + second)):
        data = (first + second)[:length]
        if length == len(first):  # the one place where it does not show
            assert by_file(data, tmp_path / f"text{kind.suffix}") == {"one": 1, "two": 2}
        else:
            with pytest.raises(InvalidDocumentError, match=f"damaged {kind.name} data: "):
                by_file(data, tmp_path / f"text{kind.suffix}")


CUTS = {
    "in the header": lambda first, _second: first[:11],
    "in the middle": lambda first, _second: first[: len(first) // 2],
    "in the trailer": lambda first, _second: first[:-2],
    "in the header of the second": lambda first, second: first + second[:11],
    "in the middle of the second": lambda first, second: first + second[: len(second) // 2],
    "in the trailer of the second": lambda first, second: first + second[:-2],
}


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("way", WAYS)
def test_a_stream_that_ends_too_soon(
    kind: Kind, way: Callable[[bytes, Path], dict[str, int]], cut: str, tmp_path: Path
) -> None:
    data = CUTS[cut](kind.compress(FIRST), kind.compress(SECOND))
    message = rf"^damaged {kind.name} data: it ends too soon, after {len(data):,} bytes; it was cut short$"
    with pytest.raises(InvalidDocumentError, match=message) as caught:
        way(data, tmp_path / "text")
    assert caught.value.position == len(data)


def test_what_is_called_compressed_must_be(kind: Kind, tmp_path: Path) -> None:
    for data, found in ((b"", "is empty"), (b"some text\n" * 9, "begins with b'some text\\\\n'")):
        message = f"damaged {kind.name} data: what is called {kind.suffix} {found}; text needs a name without that ending"
        with pytest.raises(InvalidDocumentError, match=message):
            by_file(data, tmp_path / f"text{kind.suffix.upper()}")


def test_nothing_is_added_of_what_was_cut(kind: Kind) -> None:
    analyzer = TextAnalyzer()
    analyzer.add_document("before")
    with pytest.raises(InvalidDocumentError):
        analyzer.add_stream(io.BytesIO(kind.compress(BOOK[:300_000])[:-1]))
    assert analyzer.get_documents() == ["before"]
    assert analyzer.word_frequency() == {"before": 1}


# ---- On the command line ---------------------------------------------------------------------------------------------


class Outcome(NamedTuple):
    status: int
    output: str
    errors: str


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Callable[..., Outcome]:
    of_bytes().save(tmp_path / "model")
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Outcome:
        output = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        monkeypatch.setattr(sys, "stdout", output)
        status = cli.main(arguments)
        return Outcome(status, output.buffer.getvalue().decode(), capsys.readouterr().err)  # type: ignore[attr-defined]

    return run


IDS = b"".join(b"%d\n" % byte for byte in FIRST)
COMMANDS: list[tuple[bytes, list[str]]] = [
    (FIRST, ["count"]),
    (FIRST, ["bpe", "count", "-m", "model"]),
    (FIRST, ["bpe", "encode", "-m", "model"]),
    (FIRST, ["bpe", "encode", "-m", "model", "--binary"]),
    (FIRST, ["bpe", "train", "--vocab-size", "300", "-o", "/dev/null"]),
    (FIRST, ["bpe", "train", "--vocab-size", "300", "--pattern", "[a-z]+|[^a-z]+", "-o", "/dev/null"]),
    (IDS, ["bpe", "decode", "-m", "model"]),
    (struct.pack(f"<{len(FIRST)}I", *FIRST), ["bpe", "decode", "-m", "model", "--binary"]),
]


@contextlib.contextmanager
def standard_input(data: bytes, path: Path) -> Iterator[None]:
    """What comes from standard input, for a while."""
    path.write_bytes(data)
    before = os.dup(0)
    with path.open("rb") as file:
        os.dup2(file.fileno(), 0)
    try:
        yield
    finally:
        os.dup2(before, 0)
        os.close(before)


@pytest.mark.parametrize(("data", "command"), COMMANDS, ids=[" ".join(command) for _, command in COMMANDS])
def test_every_command_reads_what_is_compressed(
    kind: Kind, run: Callable[..., Outcome], data: bytes, command: list[str]
) -> None:
    Path("text").write_bytes(data)
    expected = run(*command, "text")
    assert expected.status == 0
    for name in (f"text{kind.suffix}", "other"):
        Path(name).write_bytes(kind.compress(data))
        assert run(*command, name).output == expected.output.replace("\ttext\n", f"\t{name}\n")
    with standard_input(kind.compress(data), Path("input")):
        assert run(*command, "-").output == expected.output.replace("\ttext\n", "\t-\n")


@pytest.mark.parametrize(("data", "command"), COMMANDS, ids=[" ".join(command) for _, command in COMMANDS])
def test_every_command_refuses_what_was_cut_short(
    kind: Kind, run: Callable[..., Outcome], data: bytes, command: list[str]
) -> None:
    whole = kind.compress(data)
    for cut in (whole[: len(whole) // 2], whole[:-1], whole + whole[: len(whole) // 2]):
        Path("bad").write_bytes(cut)
        fault = f"damaged {kind.name} data: it ends too soon, after {len(cut):,} bytes; it was cut short\n"
        assert run(*command, "bad")[::2] == (1, f"text-processor: bad: {fault}")
        with standard_input(cut, Path("input")):
            assert run(*command, "-")[::2] == (1, f"text-processor: standard input: {fault}")
    Path(f"bad{kind.suffix}").write_bytes(b"")
    status, _, errors = run(*command, f"bad{kind.suffix}")
    fault = f"damaged {kind.name} data: what is called {kind.suffix} is empty; text needs a name without that ending"
    assert (status, errors) == (1, f"text-processor: bad{kind.suffix}: {fault}\n")


# ---- Memory ----------------------------------------------------------------------------------------------------------


def xz_of(claimed: int) -> bytes:
    """Some text whose header claims a dictionary: 37 is 1.5 GB, 29 is 96 MB."""
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 1, "dict_size": 1 << 20}]
    data = bytearray(lzma.compress(b"a b c d " * 100_000, lzma.FORMAT_XZ, lzma.CHECK_CRC32, filters=filters))
    nbytes = (data[12] + 1) * 4
    header = data[12 : 12 + nbytes]
    header[header.index(b"\x21\x01") + 2] = claimed
    header[-4:] = struct.pack("<I", zlib.crc32(header[:-4]))
    data[12 : 12 + nbytes] = header
    return bytes(data)


def zstd_of(window_log: int) -> bytes:
    """Two blocks of text that repeat a byte, whose header claims a window."""
    block = struct.pack("<I", 1 << 1 | 100_000 << 3)[:3] + b"a"
    last = struct.pack("<I", 1 | 1 << 1 | 100_000 << 3)[:3] + b"b"
    return b"\x28\xb5\x2f\xfd\x00" + bytes([(window_log - 10) << 3]) + block + last


GREEDY = {"xz": (xz_of(37), xz_of(29)), "zstd": (zstd_of(30), zstd_of(27))}


def test_a_header_that_claims_much_memory_is_refused(kind: Kind, run: Callable[..., Outcome]) -> None:
    if kind.name not in GREEDY:
        pytest.skip("its decoder takes less than 4 MB, whatever a header says")
    greedy, modest = GREEDY[kind.name]
    text = by_stream(modest, Path())
    message = (
        rf"{kind.name} data that takes more than 268,435,456 bytes of memory to decompress; "
        "set_memory_limit, or --max-memory on the command line, allows more"
    )
    with pytest.raises(InvalidDocumentError, match=message):
        by_stream(greedy, Path())
    Path("greedy").write_bytes(greedy)
    Path("modest").write_bytes(modest)
    assert run("count", "greedy") == (1, "", f"text-processor: greedy: {message}\n")
    assert run("count", "greedy", "--max-memory", "2G").output == run("count", "modest").output
    status, _, errors = run("count", "modest", "--max-memory", "64m")
    assert status == 1
    assert errors.startswith(f"text-processor: modest: {kind.name} data that takes more than 67,108,864 bytes")
    set_memory_limit(2 << 30)
    try:
        assert by_stream(greedy, Path()) == text
    finally:
        set_memory_limit(None)


def test_a_bomb_takes_no_memory(kind: Kind, tmp_path: Path) -> None:
    path = tmp_path / "bomb"
    path.write_bytes(kind.compress((b"a" * (1 << 16) + b" ") * 1024))
    code = f"""
import resource, sys
from text_processor import TextAnalyzer
from text_processor._documents import compressed
analyzer = TextAnalyzer()
compressed.FORMATS = tuple(
    each._replace(modules=({_module_of(kind)!r},)) if each.name == {kind.name!r} else each for each in compressed.FORMATS
)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
analyzer.add_file(sys.argv[1], documents="whole")
print(analyzer.total_words(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True)
    n_words, kilobytes = map(int, done.stdout.split())
    assert n_words == 1024
    assert kilobytes < 40_000


def _module_of(kind: Kind) -> str:
    return next(each.modules[0] for each in compressed.FORMATS if each.name == kind.name)


def test_a_word_without_an_end_is_limited(run: Callable[..., Outcome]) -> None:
    Path("bomb.gz").write_bytes(gzip.compress(b"a" * (64 << 20)))
    assert run("count", "bomb.gz", "--max-memory", "16M") == (
        1,
        "",
        "text-processor: not enough memory within --max-memory, 16,777,216 bytes\n",
    )
    assert run("count", "bomb.gz", "--max-memory", "1G").status == 0


# A line of 8 MB, and a field of it: what has to be kept whole before it is of any use. Nothing of it can be cut.
MOST_KEPT = 5 << 20
RUN = gzip.compress(b"a" * (8 << 20), 1)
FIELD = gzip.compress(b'{"text": "' + b"a" * (8 << 20) + b'"}\n', 1)

# What the core has no splitter for.
BY_REGEX = r"(?<=b)a+|a+|[^a]+"

KEEPERS: dict[str, Callable[[], object]] = {
    "encode_corpus of lines": lambda: of_bytes().encode_corpus("run.gz", "out", format="raw", documents="line"),
    "encode_corpus with a split": lambda: of_bytes().encode_corpus("run.gz", "out", format="raw", split=(0.5, 0.5)),
    "encode_corpus of JSON lines": lambda: of_bytes().encode_corpus("run.jsonl.gz", "out", format="raw"),
    "encode_file": lambda: of_bytes().encode_file("run.gz", "ids"),
    "encode_file by regex": lambda: of_bytes(BY_REGEX).encode_file("run.gz", "ids"),
    "encode_file in stages": lambda: of_bytes(special_tokens=["<a>"]).encode_file("run.gz", "ids", allowed_special="all"),
    "PieceCounts.add_file": lambda: PieceCounts().add_file("run.gz"),
    "PieceCounts.add_stream by regex": lambda: PieceCounts(BY_REGEX).add_stream(io.BytesIO(RUN)),
    "compound": lambda: SentimentIntensityAnalyzer().compound(Path("run.gz")),
    "words by re": lambda: TextAnalyzer(words=r"(?:ab|c)+|a+").add_file("run.gz"),
    "words by a function": lambda: TextAnalyzer(words=str.split).add_stream(io.BytesIO(RUN), documents="whole"),
    "report": lambda: [*Files(["run.gz"], Options("whole", "skip"), 1, can_be_cut=False).pieces(1)],
    "a field on a cluster": lambda: _parts.count("run.jsonl.gz", _parts.Work("text", {}, {})),
    "count --field": lambda: ["count", "--field", "text", "run.jsonl.gz"],
    "sentiment": lambda: ["sentiment", "run.gz"],
    "sentiment --field": lambda: ["sentiment", "--field", "text", "run.jsonl.gz"],
    "bpe count": lambda: ["bpe", "count", "-m", "model", "run.gz"],
    "bpe train": lambda: ["bpe", "train", "--vocab-size", "300", "-o", "/dev/null", "run.gz"],
    "bpe shards": lambda: [*["bpe", "shards", "model", "run.jsonl.gz", "--out", "out", "--format", "raw"]],
}


@pytest.mark.parametrize("keeper", KEEPERS)
def test_what_is_kept_until_it_is_whole_is_limited(keeper: str, run: Callable[..., Outcome]) -> None:
    Path("run.gz").write_bytes(RUN)
    Path("run.jsonl.gz").write_bytes(FIELD)
    made = KEEPERS[keeper]
    if keeper.startswith(("count", "sentiment", "bpe")):
        message = f"not enough memory within --max-memory, {MOST_KEPT:,} bytes\n"
        assert run(*made(), "--max-memory", str(MOST_KEPT))[::2] == (1, f"text-processor: {message}")  # type: ignore[misc]
        return
    set_memory_limit(MOST_KEPT)
    try:
        with pytest.raises((MemoryError, PartError), match=rf"no memory: .* limit is {MOST_KEPT} \(set_memory_limit\)"):
            made()
    finally:
        set_memory_limit(None)


def test_a_module_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("compression.zstd", "backports.zstd", "zstandard"):
        monkeypatch.setitem(sys.modules, module, None)
    modules = "compression.zstd or backports.zstd or zstandard"
    message = f"zstd data cannot be read without the module {modules}; install it, or decompress the data first"
    with pytest.raises(InvalidDocumentError, match=message):
        by_stream(b"\x28\xb5\x2f\xfd", Path())


# ---- What is no file -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", COMPRESS)
def test_a_compressed_buffer_is_named(name: str) -> None:
    data = COMPRESS[name](FIRST)
    with pytest.raises(InvalidDocumentError, match=rf"the buffer looks like {name} data.*add_stream\(io.BytesIO\(data\)\)"):
        TextAnalyzer().add_buffer(data)
    for act in (TextAnalyzer().add_document, of_bytes().encode, of_bytes().count):
        with pytest.raises(InvalidDocumentError, match=rf"is not valid UTF-8 at byte \d+; it looks like {name} data$"):
            act(data)
