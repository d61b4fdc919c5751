"""Files, streams and buffers beside plain Python, which decodes them, splits them and counts."""

from __future__ import annotations

import bz2
import codecs
import gc
import gzip
import io
import itertools
import mmap
import os
import random
import socket
import subprocess
import sys
import threading
from array import array
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_analyzer import PythonAnalyzer
from test_allocation import is_still_ahead
from texts import SPACES, texts

from text_processor import InvalidDocumentError, TextAnalyzer, TextProcessorError, Tokenizer, get_memory_stats
from text_processor._common import container, progress
from text_processor._documents import batches, decoding, sources
from text_processor._native import corpus as native_corpus
from text_processor._native import process as native_process
from text_processor._native import text as native_text
from text_processor._words import telling

# All that is hard about lines: blank ones of every sort, other things that some call line ends, a sigma at the end of one.
HARD = (
    "One two\n\n \u3000\n\u0085\n\u2028x\u2028\r\n\r\nΟΔΟΣ\nΣ\x1c\x1c\n\x1c\n\ufeffmark\na\vb\fc\u00a0d\n" + "word " * 40 + "\n"
    "中文 中文\n😀 straße İ\n\t\n last line without end Σ"
)
PATTERNS = [
    b"",
    b"\n",
    b"\n\n",
    b" ",
    b"a",
    b"a\n",
    b"\na",
    b"a\r\nb\r\n",
    b" \n a \n \n",
    b"\xef\xbb\xbf",
    b"\xef\xbb\xbfa\n\xef\xbb\xbfb",
    b"\xef\xbb\xbf\n\xe3\x80\x80\n",
    b"\xef\xbba",
    b"ok\n\xff\n",
    b"\xe4\xb8",
    b"ok\n fine\xe4\xb8\n\nx",
    b"\xed\xa0\x80 \xf4\x90\x80\x80 \xc0\xaf \xf0\x9f\x98",
    b"a\n \nb\xff",
    HARD.encode(),
    HARD.encode("utf-16"),
]

LINES_OR_WHOLE = ["lines", "whole"]


class Expected(PythonAnalyzer):
    """What plain Python makes of the bytes: the analyzer, or the fault."""

    def __init__(self, data: bytes, documents: str, blank: str, errors: str, *, drops_mark: bool) -> None:
        super().__init__()
        self.fault: tuple[int | None, int | None] | None = None
        if drops_mark:
            data = data.decode("utf-16").encode() if data.startswith(codecs.BOM_UTF16) else data.removeprefix(codecs.BOM_UTF8)
        elif data.startswith(codecs.BOM_UTF16):  # a buffer must be UTF-8
            self.fault = (None, None)
            return
        for index, document in enumerate(self.cut(data, documents)):
            try:
                text = document.decode("utf-8", errors)
            except UnicodeDecodeError as error:
                self.fault = (index, error.start)
            else:
                if text.strip():
                    self.documents.append(text)
                elif blank == "raise":
                    self.fault = (index, None)
            if self.fault:
                self.documents.clear()
                break

    @staticmethod
    def cut(data: bytes, documents: str) -> list[bytes]:
        if documents == "whole":
            return [data]
        return data.removesuffix(b"\n").split(b"\n") if data else []


def answers(analyzer: Any) -> dict[str, Any]:
    return {
        "statistics": analyzer.get_statistics(),
        "frequency": list(analyzer.word_frequency().items()),
        "document frequency": list(analyzer.document_frequency().items()),
    }


def assert_adds(analyzer: TextAnalyzer, add: Any, expected: Expected) -> None:
    """``add`` has the outcome that it should have, and documents before and behind are not touched by it."""
    oracle = PythonAnalyzer()
    before = ["before ΟΔΟΣ", "one"]
    analyzer.add_documents(before)
    oracle.add_documents(before)
    if expected.fault is None:
        assert add(analyzer) == len(expected.documents)
        oracle.merge(expected)
    else:
        with pytest.raises(InvalidDocumentError) as caught:
            add(analyzer)
        assert (caught.value.index, caught.value.offset) == expected.fault
        assert caught.value.added == 0
        assert analyzer.get_documents() == before
    assert answers(analyzer) == answers(oracle)
    assert analyzer.__getstate__()  # which no document can be left open for
    analyzer.add_document("behind it")
    oracle.add_document("behind it")
    assert answers(analyzer) == answers(oracle)


class Chunks:
    """A stream that is cut where it is told to be."""

    def __init__(self, chunks: list[Any]) -> None:
        self.chunks = chunks

    def read(self, size: int) -> Any:
        return self.chunks.pop(0) if self.chunks else b""


def chunks_of(data: Any, size: int) -> list[Any]:
    return [data[i : i + size] for i in range(0, len(data), size)]


options = st.fixed_dictionaries({"documents": st.sampled_from(LINES_OR_WHOLE), "blank": st.sampled_from(["skip", "raise"])})
every_option = [
    {"documents": documents, "blank": blank, "errors": errors}
    for documents in LINES_OR_WHOLE
    for blank in ("skip", "raise")
    for errors in ("strict", "replace")
]
raw_lines = st.lists(
    st.one_of(
        texts.map(str.encode), st.binary(max_size=8), st.sampled_from([space.encode() for space in SPACES]), st.just(b"")
    ),
    max_size=12,
)
# What looks like something else than UTF-8 is refused, or read as what it is: tests/test_text_input.py.
raw_lines = raw_lines.map(b"\n".join).filter(lambda data: decoding.look_of(data) is None and data[:1] != container.SNAPSHOT[:1])


# ---- Streams ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("option", every_option, ids=lambda option: "-".join(option.values()))
@pytest.mark.parametrize("data", PATTERNS)
def test_streams_may_be_cut_at_every_byte(data: bytes, option: dict[str, str]) -> None:
    expected = Expected(data, **option, drops_mark=True)
    for size in (1, 2, 3, 4, 5, 7, 64, 1 << 20):
        stream = Chunks(chunks_of(data, size))
        assert_adds(TextAnalyzer(threads=3), lambda analyzer, stream=stream: analyzer.add_stream(stream, **option), expected)
    for first in range(1, len(data)):
        stream = Chunks([data[:first], data[first:]])
        assert_adds(TextAnalyzer(), lambda analyzer, stream=stream: analyzer.add_stream(stream, **option), expected)


@given(raw_lines, options, st.sampled_from(["strict", "replace"]), st.data())
def test_streams_may_be_cut_anywhere(data: bytes, option: dict[str, str], errors: str, draw: st.DataObject) -> None:
    cuts = sorted(draw.draw(st.sets(st.integers(0, len(data)))))
    chunks = [data[start:end] for start, end in itertools.pairwise([0, *cuts, len(data)]) if start < end]
    expected = Expected(data, errors=errors, drops_mark=True, **option)
    assert_adds(TextAnalyzer(), lambda analyzer: analyzer.add_stream(Chunks(chunks), errors=errors, **option), expected)


@given(st.lists(texts, max_size=8), options)
def test_streams_may_be_of_text(chunks: list[str], option: dict[str, str]) -> None:
    expected = Expected("".join(chunks).encode(), errors="strict", drops_mark=True, **option)
    nonempty = [chunk for chunk in chunks if chunk]
    assert_adds(TextAnalyzer(), lambda analyzer: analyzer.add_stream(Chunks(nonempty), **option), expected)


@pytest.mark.parametrize("errors", ["strict", "replace"])
@pytest.mark.parametrize("documents", LINES_OR_WHOLE)
def test_lone_surrogates_are_found_in_streams_of_text(documents: str, errors: str) -> None:
    for chunks in (["é\né \ud800 a"], ["é\n", "é \ud800"], ["é\né", " ", "\ud800"], ["\ufeffé\né \ud83d", "\ude00"]):
        with pytest.raises(InvalidDocumentError, match="lone surrogate") as caught:
            TextAnalyzer().add_stream(Chunks(chunks), documents=documents, errors=errors)
        assert (caught.value.index, caught.value.offset) == ((1, 3) if documents == "lines" else (0, 6))


@pytest.mark.parametrize("make", [bytes, bytearray, memoryview, lambda data: array("B", data)])
def test_read_may_return_any_buffer(make: Any) -> None:
    analyzer = TextAnalyzer()
    assert analyzer.add_stream(Chunks([make(b"one \xe4"), make(b"\xb8\xad\ntwo")])) == 2
    assert analyzer.word_frequency() == {"one": 1, "中": 1, "two": 1}


def test_read_may_return_the_same_memory_again() -> None:
    class Reusing:
        def __init__(self, data: bytes) -> None:
            self.data, self.memory = io.BytesIO(data), bytearray(5)

        def read(self, size: int) -> memoryview:
            return memoryview(self.memory)[: self.data.readinto(self.memory)]

    for told_of in (False, True):
        analyzer = TextAnalyzer()
        if told_of:
            analyzer.set_callback(lambda info: None)
        assert analyzer.add_stream(Reusing(HARD.encode())) == len(
            Expected(HARD.encode(), "lines", "skip", "strict", drops_mark=True).documents
        )
        assert analyzer.total_words() == len(HARD.split())


def test_streams_that_others_make(tmp_path: Path) -> None:
    data = HARD.encode() * 50
    one, other = socket.socketpair()
    sender = threading.Thread(target=lambda: (one.sendall(data), one.close()))
    sender.start()
    path = tmp_path / "file"
    path.write_bytes(data)
    expected = Expected(data, "lines", "skip", "strict", drops_mark=True)
    with (
        other,
        other.makefile("rb") as received,
        path.open("rb") as buffered,
        path.open("rb", buffering=0) as raw,
        path.open(encoding="utf-8", newline="") as text,
        gzip.open(io.BytesIO(gzip.compress(data))) as unzipped,
        bz2.open(io.BytesIO(bz2.compress(data))) as unbzipped,
    ):
        for stream in (
            io.BytesIO(data),
            io.StringIO(data.decode(), newline=""),
            received,
            buffered,
            raw,
            text,
            unzipped,
            unbzipped,
        ):
            assert_adds(TextAnalyzer(), lambda analyzer, stream=stream: analyzer.add_stream(stream), expected)
            assert not stream.closed  # type: ignore[attr-defined]
    sender.join()


def test_what_is_no_stream_is_refused() -> None:
    analyzer = TextAnalyzer()
    with pytest.raises(TypeError, match="must have a method read, which str has not"):
        analyzer.add_stream("text")  # type: ignore[arg-type]
    for wrong in (3, [b"line"], array("d", [0.5])):
        with pytest.raises(TypeError, match="what a stream's read\\(\\) returns must be"):
            analyzer.add_stream(Chunks([b"text", wrong]))
    with pytest.raises(BlockingIOError, match="the stream is in non-blocking mode"):
        analyzer.add_stream(Chunks([b"text", None]))
    with gzip.open(io.BytesIO(gzip.compress(HARD.encode() * 100)[:-9])) as cut_off, pytest.raises(EOFError):
        analyzer.add_stream(cut_off)
    assert analyzer.get_documents() == []
    assert get_documents_is_possible(analyzer)


def get_documents_is_possible(analyzer: TextAnalyzer) -> bool:
    try:
        analyzer.get_documents()
    except TextProcessorError:
        return False
    return True


# ---- Files and buffers, in small blocks, by several threads ----------------------------------------------------------


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "BLOCK_NBYTES", 16)
    monkeypatch.setattr(sources, "BLOCK_OF_THREAD_NBYTES", 7)
    monkeypatch.setattr(batches, "CHARACTERS_PER_THREAD", 5)


def hard_inputs() -> list[bytes]:
    choose = random.Random(7)
    parts = ["\n", " \n", "Σ\n", "word ", "ΟΔΟΣ ", "\u3000", "\x1c", "\u2028", "中", "\r\n", "x" * 30, "a b\n", "😀"]
    valid = ["".join(choose.choices(parts, k=n)).encode() for n in (1, 3, 10, 30, 100) for _ in range(4)]
    broken = [
        data[: len(data) // 2] + choose.choice([b"\xff", b"\xe4\xb8", b"\xed\xa0\x80"]) + data[len(data) // 2 :]
        for data in valid
    ]
    giant = ("y" * 500).encode()
    return [*PATTERNS, *valid, *broken, giant, giant + b"\n" + giant, b"\n" * 100, b" " * 100]


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("threads", [1, 2, 3, 8])
@pytest.mark.parametrize("option", every_option, ids=lambda option: "-".join(option.values()))
def test_files_by_any_number_of_threads(option: dict[str, str], threads: int, tmp_path: Path) -> None:
    for data in hard_inputs():
        path = tmp_path / "file"
        path.write_bytes(data)
        expected = Expected(data, **option, drops_mark=True)
        assert_adds(TextAnalyzer(threads=threads), lambda analyzer, path=path: analyzer.add_file(path, **option), expected)


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("threads", [1, 2, 3, 8])
@pytest.mark.parametrize("documents", LINES_OR_WHOLE)
@pytest.mark.parametrize("blank", ["skip", "raise"])
def test_buffers_by_any_number_of_threads(documents: str, blank: str, threads: int) -> None:
    for data in hard_inputs():
        expected = Expected(data, documents, blank, "strict", drops_mark=False)

        def add(analyzer: TextAnalyzer, data: bytes = data) -> int:
            return analyzer.add_buffer(data, documents=documents, blank=blank)  # type: ignore[arg-type]

        assert_adds(TextAnalyzer(threads=threads), add, expected)


def numpy_array(data: bytes) -> Any:
    return pytest.importorskip("numpy").frombuffer(data, dtype="uint8").reshape(2, -1)


def mapping(data: bytes) -> mmap.mmap:
    mapped = mmap.mmap(-1, len(data))
    mapped[:] = data
    return mapped


@pytest.mark.parametrize("make", [bytes, bytearray, memoryview, lambda data: array("B", data), mapping, numpy_array])
@pytest.mark.parametrize("documents", LINES_OR_WHOLE)
def test_buffers_of_every_kind(make: Any, documents: str) -> None:
    data = HARD.encode() * 2
    expected = Expected(data, documents, "skip", "strict", drops_mark=False)
    buffer = make(data)
    assert_adds(TextAnalyzer(), lambda analyzer: analyzer.add_buffer(buffer, documents=documents), expected)
    if isinstance(buffer, (bytearray, mmap.mmap)):  # which nothing may still hold on to
        buffer.resize(1) if isinstance(buffer, mmap.mmap) else buffer.clear()


def test_what_is_no_buffer_of_bytes_is_refused() -> None:
    analyzer = TextAnalyzer()
    for wrong in ("text", 3, None, ["a"], array("d", [0.5]), memoryview(b"abcd").cast("H")):
        with pytest.raises(TypeError, match="data must be bytes or another buffer of bytes, not"):
            analyzer.add_buffer(wrong)  # type: ignore[arg-type]
    with pytest.raises(BufferError, match="data must be C-contiguous, which this memoryview is not"):
        analyzer.add_buffer(memoryview(b"a b c d")[::2])
    assert analyzer.add_buffer(pytest.importorskip("numpy").empty((0, 3), dtype="uint8")) == 0
    assert analyzer.get_documents() == []


def test_a_buffer_that_is_changed_while_it_is_counted_adds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another thread writes to it after it was looked at."""
    for before, after in ((b"one\ntwo", b"one.two"), (b"a word\n", b"a \xff\xffrd\n")):
        buffer = bytearray(before)
        analyzer = TextAnalyzer()
        find = native_text.Lines.find

        def find_and_change(self: Any, block: Any, find: Any = find, buffer: Any = buffer, after: Any = after) -> Any:
            found = find(self, block)
            buffer[:] = after
            return found

        with monkeypatch.context() as patched:
            patched.setattr(native_text.Lines, "find", find_and_change)
            with pytest.raises(TextProcessorError, match="the bytearray was changed while it was read; nothing of it was used"):
                analyzer.add_buffer(buffer)
        assert analyzer.word_frequency() == {}
        assert get_documents_is_possible(analyzer)


@pytest.mark.parametrize("kind", [str, os.fsencode, Path])
def test_paths_of_every_kind(kind: Any, tmp_path: Path) -> None:
    path = tmp_path / "naïve name"
    path.write_text("one\n\ntwo", encoding="utf-8")
    assert TextAnalyzer().add_file(kind(str(path))) == 2


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    analyzer = TextAnalyzer()
    with pytest.raises(FileNotFoundError):
        analyzer.add_file(tmp_path / "none")
    with pytest.raises(IsADirectoryError):
        analyzer.add_file(tmp_path)
    for wrong in (0, None, 1.5, io.BytesIO()):
        with pytest.raises(TypeError, match=r"os\.PathLike"):
            analyzer.add_file(wrong)  # type: ignore[arg-type]
    assert get_documents_is_possible(analyzer)


def test_a_pipe_is_read_to_its_end(tmp_path: Path) -> None:
    path, data = tmp_path / "fifo", HARD.encode() * 3000
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(data,))
    writer.start()
    calls: list[Any] = []
    analyzer = TextAnalyzer(threads=4)
    n_documents = analyzer.add_file(path, progress=lambda *call: calls.append(call))
    writer.join()
    assert n_documents == len(Expected(data, "lines", "skip", "strict", drops_mark=True).documents)
    assert calls[-1] == (len(data), None)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="this system has no /proc")
def test_files_without_a_size_are_read_to_their_end(tmp_path: Path) -> None:
    assert TextAnalyzer().add_file("/proc/self/status") > 5
    (tmp_path / "empty").touch()
    assert TextAnalyzer().add_file(tmp_path / "empty") == 0


def append_to(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more\n")


CHANGES = {
    "grows": append_to,
    "shrinks": lambda path: os.truncate(path, 10),
    "is emptied": lambda path: os.truncate(path, 0),
    "is written to": lambda path: os.utime(path, ns=(0, 1)),
}


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
@pytest.mark.parametrize("threads", [1, 3])
def test_a_file_that_changes_while_it_is_read_adds_nothing(
    change: Any, threads: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"word one\nand two\n" * 20)
    analyzer = TextAnalyzer(threads=threads)
    count, n_calls = native_corpus.count_batches, itertools.count()

    def count_and_change(*arguments: Any) -> None:
        count(*arguments)
        if next(n_calls) == 2:
            change(path)

    monkeypatch.setattr(native_corpus, "count_batches", count_and_change)
    with pytest.raises(TextProcessorError, match=r"file' was changed while it was read; nothing of it was used"):
        analyzer.add_file(path)
    assert analyzer.word_frequency() == {}
    assert get_documents_is_possible(analyzer)


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("documents", LINES_OR_WHOLE)
def test_good_text_is_read_once_by_all_threads(documents: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    open_shards, n_shards = sources.Input.shards, []

    def open_and_note(*arguments: Any) -> Any:
        shards = open_shards(*arguments)
        n_shards.append(len(shards))
        return shards

    monkeypatch.setattr(sources.Input, "shards", open_and_note)
    TextAnalyzer(threads=3).add_buffer(b"some words\nand some more\n" * 9, documents=documents, blank="raise")
    assert n_shards == [3]


# ---- Options ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["documents", "blank", "errors"])
@pytest.mark.parametrize("value", ["other", None, 1, ["lines"]])
def test_a_wrong_option_is_named_before_anything_is_read(name: str, value: Any) -> None:
    analyzer = TextAnalyzer()
    stream = Chunks([b"text"])
    with pytest.raises(ValueError, match=f"{name} must be '.*' or '.*', not "):
        analyzer.add_stream(stream, **{name: value})
    with pytest.raises(ValueError, match=f"{name} must be '.*' or '.*', not "):
        analyzer.add_file("/no/such/file", **{name: value})
    if name != "errors":
        with pytest.raises(ValueError, match=f"{name} must be '.*' or '.*', not "):
            analyzer.add_buffer(b"text", **{name: value})
    assert stream.chunks == [b"text"]


def test_a_wrong_hook_is_named_before_anything_is_read() -> None:
    stream = Chunks([b"text"])
    for add in (
        lambda: TextAnalyzer().add_stream(stream, progress=3),  # type: ignore[arg-type]
        lambda: TextAnalyzer().add_file("/no/such/file", progress=3),  # type: ignore[arg-type]
        lambda: TextAnalyzer().add_buffer(b"text", progress=3),  # type: ignore[arg-type]
        lambda: TextAnalyzer().add_documents(["text"], progress=3),  # type: ignore[arg-type]
    ):
        with pytest.raises(TypeError, match="progress must be callable, a bool or None, not int"):
            add()
    assert stream.chunks == [b"text"]


def test_faults_are_told_with_the_place_in_all_of_the_input() -> None:
    with pytest.raises(InvalidDocumentError, match=r"^Document 1 is not valid UTF-8 at byte 2, byte 6 of the input$"):
        TextAnalyzer().add_buffer(b"one\nab\xff")
    with pytest.raises(InvalidDocumentError, match=r"^Document 0 is not valid UTF-8 at byte 1, byte 4 of the input$"):
        TextAnalyzer().add_stream(io.BytesIO(b"\xef\xbb\xbfa\xff"))
    with pytest.raises(InvalidDocumentError, match=r"^Document 0 is not valid UTF-8 at byte 6$"):
        TextAnalyzer().add_buffer(b"one\nab\xff", documents="whole")
    with pytest.raises(InvalidDocumentError, match=r"^Document 1 cannot be empty$"):
        TextAnalyzer().add_buffer(b"one\n \n\xff", blank="raise")


def test_documents_are_not_kept_and_the_message_says_so() -> None:
    analyzer = TextAnalyzer()
    analyzer.add_document("kept until then")
    assert analyzer.add_buffer(b" \n") == 0
    assert analyzer.get_documents() == ["kept until then"]
    assert analyzer.add_buffer(b"one") == 1
    with pytest.raises(TextProcessorError, match=r"add_file, add_stream, add_buffer or add_arrow.*keep the documents yourself"):
        analyzer.get_documents()
    assert len(analyzer) == 2


# ---- The callback ----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("documents", LINES_OR_WHOLE)
@pytest.mark.parametrize("way", ["buffer", "stream", "file"])
def test_callback_is_told_of_every_document(way: str, documents: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "BLOCK_NBYTES", 16)
    for data in hard_inputs():
        expected = Expected(data, documents, "skip", "strict", drops_mark=way != "buffer")
        told: list[Any] = []
        analyzer = TextAnalyzer(threads=3)
        analyzer.add_documents(["one before", "and another"])
        analyzer.set_callback(told.append)
        try:
            if way == "buffer":
                analyzer.add_buffer(data, documents=documents)  # type: ignore[arg-type]
            elif way == "stream":
                analyzer.add_stream(Chunks(chunks_of(data, 5)), documents=documents)  # type: ignore[arg-type]
            else:
                (tmp_path / "file").write_bytes(data)
                analyzer.add_file(tmp_path / "file", documents=documents)  # type: ignore[arg-type]
        except InvalidDocumentError:
            assert expected.fault
            assert len(analyzer) == 2
            continue
        assert [info["word_count"] for info in told] == [len(text.split()) for text in expected.documents]
        assert [info["total_documents"] for info in told] == list(range(3, len(told) + 3))
        assert [info["text"] for info in told] == expected.documents
        assert analyzer.total_words() == 4 + expected.total_words()


def test_callback_gets_no_text_of_long_documents_in_several_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "BLOCK_NBYTES", 16)
    monkeypatch.setattr(telling, "MOST_TOLD_NBYTES", 40)
    fits, too_long = "a " * 20, "b " * 20 + "b"
    whole = f"{fits}\n\n{too_long}\n{fits}"
    (tmp_path / "file").write_text(whole, encoding="utf-8")
    told: list[Any] = []
    analyzer = TextAnalyzer()
    analyzer.set_callback(lambda info: told.append(info["text"]))
    analyzer.add_file(tmp_path / "file")
    analyzer.add_file(tmp_path / "file", documents="whole")
    assert told == [fits, None, fits, None]
    told.clear()
    analyzer.add_stream(io.StringIO(whole))
    analyzer.add_buffer(whole.encode(), documents="whole")
    assert told == [fits, None, fits, whole]
    told.clear()
    analyzer.add_stream(Chunks([whole]))
    analyzer.add_stream(Chunks([whole]), documents="whole")
    assert told == [fits, too_long, fits, whole]


def test_exception_of_the_callback_leaves_nothing_added() -> None:
    def failing(info: Any) -> None:
        if info["total_documents"] == 3:
            raise KeyError("third")

    analyzer = TextAnalyzer()
    analyzer.add_document("one before")
    analyzer.set_callback(failing)
    for documents in ("a\nb\nc", "a\nb"):
        with pytest.raises(KeyError, match="third"):
            analyzer.add_buffer(documents.encode())
    assert analyzer.get_documents() == ["one before"]
    assert analyzer.word_frequency() == {"one": 1, "before": 1}


def test_callback_may_use_the_analyzer() -> None:
    analyzer = TextAnalyzer()
    told: list[str] = []

    def callback(info: Any) -> None:
        told.append(info["text"])
        analyzer.clear_callback()
        analyzer.add_document("added by the callback")

    analyzer.set_callback(callback)
    assert analyzer.add_buffer(b"one\ntwo") == 2
    assert told == ["one"]
    assert list(analyzer.word_frequency()) == ["added", "by", "the", "callback", "one", "two"]


# ---- Progress, and what ends the work before its end -----------------------------------------------------------------


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hook is called as often as it can be."""
    monkeypatch.setattr(progress, "INTERVAL_SECONDS", -1)


def ways_in(tmp_path: Path, data: bytes) -> dict[str, Any]:
    path = tmp_path / "file"
    path.write_bytes(data)
    return {
        "file": lambda analyzer, **options: analyzer.add_file(path, **options),
        "buffer": lambda analyzer, **options: analyzer.add_buffer(data, **options),
        "stream": lambda analyzer, **options: analyzer.add_stream(io.BytesIO(data), **options),
        "documents": lambda analyzer, **options: analyzer.add_documents(data.decode().split("\n"), blank="skip", **options),
    }


@pytest.mark.usefixtures("no_waiting", "small_blocks")
@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("told_of", [False, True])
@pytest.mark.parametrize("way", ["file", "buffer", "stream"])
def test_progress_is_in_bytes_and_ends_at_the_total(way: str, told_of: bool, threads: int, tmp_path: Path) -> None:
    data = b"some words\nand \xc3\xa9 more\n" * 30
    calls: list[Any] = []
    analyzer = TextAnalyzer(threads=threads)
    if told_of:
        analyzer.set_callback(lambda info: None)
    ways_in(tmp_path, data)[way](analyzer, blank="raise", progress=lambda *call: calls.append(call))
    if way == "stream":  # which gives all at once
        assert len(calls) > 1
    else:
        assert len(calls) > 10
    assert {total for _, total in calls} == {None if way == "stream" else len(data)}
    dones = [done for done, _ in calls]
    assert dones == sorted(dones)
    assert dones[-1] == len(data)


class StopError(BaseException):
    pass


@pytest.mark.usefixtures("no_waiting", "small_blocks")
@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("way", ["file", "buffer", "stream"])
@pytest.mark.parametrize("error", [StopError, KeyboardInterrupt])
def test_exception_of_the_hook_leaves_nothing_added(way: str, threads: int, error: type[BaseException], tmp_path: Path) -> None:
    add = ways_in(tmp_path, b"some words\nand more\n" * 20)[way]
    for nth in itertools.count(1):
        analyzer = TextAnalyzer(threads=threads)
        analyzer.add_document("kept")
        n_calls = itertools.count(1)

        def hook(done: int, total: int | None, nth: int = nth, n_calls: Any = n_calls) -> None:
            if next(n_calls) == nth:
                raise error

        try:
            add(analyzer, progress=hook)
            break
        except error:
            assert analyzer.get_documents() == ["kept"]
            assert analyzer.word_frequency() == {"kept": 1}
    assert nth > 2
    assert analyzer.get_statistics()["document_count"] == 41


@pytest.fixture
def medium_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "BLOCK_NBYTES", 128)
    monkeypatch.setattr(sources, "BLOCK_OF_THREAD_NBYTES", 128)
    monkeypatch.setattr(batches, "CHARACTERS_PER_THREAD", 100)


@pytest.mark.usefixtures("medium_blocks", "quick_collections")
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("told_of", [False, True])
@pytest.mark.parametrize("documents", LINES_OR_WHOLE)
@pytest.mark.parametrize("way", ["file", "buffer", "stream"])
def test_every_failing_allocation_leaves_nothing_added(
    way: str, documents: str, told_of: bool, threads: int, tmp_path: Path
) -> None:
    data = "\n".join(f"word{i} and word{i % 7}" for i in range(40)).encode()
    add = ways_in(tmp_path, data)[way]
    gc.collect()
    before = get_memory_stats()["live_allocations"]
    for nth in itertools.count(1):
        analyzer = TextAnalyzer(threads=threads)
        if told_of:
            analyzer.set_callback(lambda info: None)
        held = get_memory_stats()["live_allocations"]
        has_failed = False
        native_process.fail_allocation(nth)
        try:
            add(analyzer, documents=documents)
        except MemoryError:
            has_failed = True
        is_last = not has_failed and is_still_ahead(nth)
        native_process.fail_allocation(0)
        if is_last:
            break
        if not has_failed:  # a thread less did the work
            continue
        gc.collect()
        assert get_memory_stats()["live_allocations"] == held
        assert analyzer.get_documents() == []
        assert len(analyzer) == 0
    assert nth > 5
    assert analyzer.total_words() == 120
    del analyzer
    gc.collect()
    assert get_memory_stats()["live_allocations"] == before


INTERRUPT = """
import io, signal, sys, threading, _thread
from text_processor import TextAnalyzer

class Endless:
    def read(self, size):
        return b"some words that go on\\n" * 1000

analyzer = TextAnalyzer()
analyzer.add_document("kept")
threading.Timer(0.2, lambda: signal.raise_signal(signal.SIGINT)).start()
try:
    analyzer.add_stream(Endless())
except KeyboardInterrupt:
    print(analyzer.get_documents(), analyzer.total_words())
"""


def test_interrupt_ends_a_stream_without_end() -> None:
    result = subprocess.run([sys.executable, "-c", INTERRUPT], capture_output=True, text=True, check=True, timeout=60)
    assert result.stdout == "['kept'] 1\n"


# ---- Memory ----------------------------------------------------------------------------------------------------------


def test_what_is_added_again_and_again_does_not_pile_up() -> None:
    data = " ".join(f"word{i}" for i in range(10_000)).encode()
    analyzer = TextAnalyzer()
    for _ in range(3):
        analyzer.add_buffer(data)
    held = get_memory_stats()["current_bytes"]
    for _ in range(20):
        analyzer.add_buffer(data)
    assert get_memory_stats()["current_bytes"] <= held
    assert len(analyzer) == 23


PEAK = """
import sys
from pathlib import Path
from text_processor import TextAnalyzer

def peak():
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0])

small, large, documents = sys.argv[1:]
analyzer = TextAnalyzer(threads=1)
analyzer.add_file(small, documents=documents)
analyzer.total_words()
before = peak()
analyzer.add_file(large, documents=documents)
analyzer.total_words()
print(peak() - before)
"""


@pytest.mark.timing(alone=False)  # and a sanitizer needs memory of its own
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="this system does not tell in /proc what was resident")
@pytest.mark.parametrize("documents", LINES_OR_WHOLE)
@pytest.mark.parametrize("end", [b"\n", b" "])
def test_memory_stays_flat_however_large_the_file(documents: str, end: bytes, tmp_path: Path) -> None:
    """Lines, one line of it all, and one document of it all."""
    some = (b"some words of no great number" + end) * 40_000
    small, large = tmp_path / "small", tmp_path / "large"
    small.write_bytes(some)
    with large.open("wb") as file:
        for _ in range(60):
            file.write(some)
    command = [sys.executable, "-c", PEAK, str(small), str(large), documents]
    result = subprocess.run(command, capture_output=True, text=True, check=True, timeout=100)
    assert int(result.stdout) < 2048  # kilobytes, of 70 MB


# ---- Files of our own ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("errors", ["strict", "replace"])
@pytest.mark.parametrize("kind", LINES_OR_WHOLE)
def test_files_of_our_own_are_refused_as_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: Any, errors: Any, threads: int
) -> None:
    monkeypatch.setattr(batches, "CHARACTERS_PER_THREAD", 10)
    path = tmp_path / "file"
    Tokenizer().save(path)
    data = path.read_bytes() + b" a\nb" * 100
    path.write_bytes(data)
    analyzer = TextAnalyzer(threads=threads)
    options = {"documents": kind, "errors": errors}
    for add in (
        lambda: analyzer.add_file(path, **options),
        lambda: analyzer.add_stream(io.BytesIO(data), **options),
        lambda: analyzer.add_buffer(data, documents=kind),
    ):
        with pytest.raises(InvalidDocumentError, match=r"^this is a tokenizer, not text; Tokenizer.load reads it") as caught:
            add()
        assert (caught.value.index, caught.value.position) == (None, 0)
    assert len(analyzer) == 0


def test_what_begins_our_own_files_may_stand_within_a_text() -> None:
    analyzer = TextAnalyzer()
    analyzer.add_stream(io.BytesIO(b"a\n\x89TPA\r\n\x1a\n"), errors="replace")
    assert analyzer.word_frequency() == {"a": 1, "\ufffdtpa": 1, "\x1a": 1}
