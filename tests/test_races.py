"""Memory that another thread writes to while it is read: no crash, nothing damaged is kept, no answer of others changes.

tests/c/test_races.c does the same to each function of the core, where a sanitizer sees what is read and written.
"""

from __future__ import annotations

import pickle
import sys
import threading
import time
from array import array
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pyarrow as pa
import pytest

from text_processor import (
    InvalidDocumentError,
    PieceCounts,
    TextAnalyzer,
    TextProcessorError,
    Tokenizer,
    numeric,
    segment,
    word_count,
)
from text_processor._common import progress
from text_processor.vader import SentimentIntensityAnalyzer

SECONDS = 0.3

N = 50_000


@pytest.fixture(autouse=True)
def switch_often() -> Iterator[None]:
    """Python changes threads every 5 ms by itself, in which most calls begin and end."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


@contextmanager
def flipped(buffer: Any, *others: Any) -> Iterator[None]:
    """Have a thread write others' bytes to a buffer and back, again and again."""
    is_over, place = threading.Event(), memoryview(buffer).cast("B")
    contents = [bytes(place), *(bytes(memoryview(other).cast("B")) for other in others)]

    def flip() -> None:
        while not is_over.is_set():
            for each in contents:
                place[:] = each

    thread = threading.Thread(target=flip)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
        place[:] = contents[0]


def rounds() -> Iterator[int]:
    end, n = time.monotonic() + SECONDS, 0
    while time.monotonic() < end:
        yield n
        n += 1


def test_ids_that_change_while_they_are_decoded() -> None:
    ranks = {bytes([byte]): byte for byte in range(256)} | {b"x" * 4000: 256}
    tokenizer = Tokenizer.from_mergeable_ranks(ranks, "gpt2", {"<|end|>": 500})
    ids = array("I", [65]) * N
    with flipped(ids, array("I", [256]) * N, array("I", [500]) * N):
        for i in rounds():
            text = tokenizer.decode_bytes(ids) if i % 2 else b"".join(tokenizer.decode_tokens_bytes(memoryview(ids)))
            assert set(text) <= set(b"Ax<|end|>")
            assert len(text) >= N
    with flipped(ids, array("I", [4_000_000_000]) * N):
        for _ in rounds():
            assert decoded(tokenizer, ids) in ("A" * N, "the id 4000000000")


def decoded(tokenizer: Tokenizer, ids: Any) -> str:
    """The text of ids, or the beginning of what is said of one that does not exist."""
    try:
        return tokenizer.decode(ids)
    except ValueError as error:
        return str(error).partition(",")[0]


@pytest.mark.parametrize("threads", [1, 2])
def test_text_that_changes_does_not_change_the_ids_of_others(threads: int) -> None:
    tokenizer = Tokenizer("gpt4")
    tokenizer.train("some words that are some tokens " * 10, 280)
    text = "some words, that are\nnone; " * 20
    expected = tokenizer.encode(text)
    changing = bytearray(b"some words, that are\n" * (N // 21))
    with flipped(
        changing, bytes(reversed(changing)), b"none; \xc3\xa9 ab" * (len(changing) // 11) + b"x" * (len(changing) % 11)
    ):
        for _ in rounds():
            with suppress(InvalidDocumentError):
                assert tokenizer.encode_batch([changing, text], threads)[1] == expected


def test_text_that_changes_while_a_tokenizer_is_trained() -> None:
    text = bytearray(b"some words, that are long and looooooooooooooooong\n" * 1000)
    tokenizer = Tokenizer("gpt4")
    with flipped(text, bytes(reversed(text))):
        for i in rounds():
            tokenizer.train(text, 300, threads=1 + i % 2)
            assert tokenizer.decode(tokenizer.encode("any text")) == "any text"


def can_be_kept(analyzer: TextAnalyzer) -> bool:
    """Whether what an analyzer has counted can be asked, and saved, and read again."""
    return pickle.loads(pickle.dumps(analyzer)).word_frequency() == analyzer.word_frequency()


def test_buffers_and_streams_that_change_while_they_are_counted() -> None:
    """All of it is added, as it was at one moment or another, or nothing."""
    buffer = bytearray("some Words ΣΣ and\nlines\n".encode() * 2000)
    others = ["ÉİΣ\u3000\u2028x".encode() * (len(buffer) // 14), b"\xff \xc3\n" * (len(buffer) // 4), b"x" * len(buffer)]
    with flipped(buffer, *(other.ljust(len(buffer)) for other in others)):
        for i in rounds():
            analyzer = TextAnalyzer(keep_documents=False)
            with suppress(TextProcessorError):
                if i % 3 == 0:
                    analyzer.add_buffer(buffer)
                elif i % 3 == 1:
                    analyzer.add_buffer(buffer, documents="whole")
                else:
                    parts = iter([buffer, b""])
                    analyzer.add_stream(type("Stream", (), {"read": lambda self, size, parts=parts: next(parts)})())
            assert can_be_kept(analyzer)


def test_a_column_that_changes_while_it_is_counted() -> None:
    text = bytearray(b"some words " * 40_000)
    for texts in (1, 1000):  # the one is too long to be joined with others
        offsets = pa.array([len(text) // texts * i for i in range(texts + 1)], pa.int32()).buffers()[1]
        column = pa.Array.from_buffers(pa.string(), texts, [None, offsets, pa.py_buffer(text)])
        with flipped(text, "É \u3000 ".encode() * (len(text) // 7) + b" " * (len(text) % 7), b"\xff" * len(text)):
            for _ in rounds():
                analyzer = TextAnalyzer(keep_documents=False)
                with suppress(TextProcessorError):
                    analyzer.add_arrow(column)
                assert can_be_kept(analyzer)


def test_a_buffer_that_the_callback_changes_is_not_added() -> None:
    """The lines were looked at together, so the second one is none any more when it is its turn."""
    buffer = bytearray(b"first\nsecond\n")
    analyzer = TextAnalyzer()

    def spoil(*_: object) -> None:
        buffer[8:10] = b"\xff\xff"

    analyzer.set_callback(spoil)
    with pytest.raises(TextProcessorError, match=r"^the buffer was changed while it was read; nothing of it was used$"):
        analyzer.add_buffer(buffer)
    assert analyzer.word_frequency() == {}


TEXTS: dict[str, Callable[[Any, Any], object]] = {
    "encode, with names": lambda text, _: TOKENIZER.encode(text, allowed_special="all"),
    "encode_with_offsets": lambda text, _: TOKENIZER.encode_with_offsets(text),
    "chunks": lambda text, _: TOKENIZER.chunks(text, 50, overlap=10),
    "truncate": lambda text, _: TOKENIZER.truncate(text, 100),
    "PieceCounts.add": lambda text, _: PieceCounts(special_tokens=["<|end|>"]).add(text),
    "word_count": lambda text, _: word_count(text, words="uax29", normalize="NFKC", accents="strip", ngrams=2),
    "explain": lambda text, _: SentimentIntensityAnalyzer().explain(text),
    "sentences": lambda text, _: deque(segment.sentences(text), 0),
    "chunks_arrow": lambda _, column: TOKENIZER.chunks_arrow(column, 50),
    "encode_arrow": lambda _, column: TOKENIZER.encode_arrow(column),
    "PieceCounts.add_arrow": lambda _, column: PieceCounts().add_arrow(column),
    "compound": lambda _, column: SentimentIntensityAnalyzer().compound(column),
    "count_words": lambda _, column: segment.count_words(column),
    "add_arrow": lambda _, column: TextAnalyzer(words=r"[a-z]+(?=.)", keep_documents=False).add_arrow(column),
}
TOKENIZER = Tokenizer.from_mergeable_ranks({bytes([byte]): byte for byte in range(256)}, "gpt4", {"<|end|>": 256})


def test_text_that_changes_is_worked_on_or_refused_by_every_door() -> None:
    text = bytearray("some words, that are good é <|end|> x'll \u0301\n".encode() * 200)
    offsets = pa.array([len(text) // 10 * i for i in range(11)], pa.int32()).buffers()[1]
    column = pa.Array.from_buffers(pa.string(), 10, [None, offsets, pa.py_buffer(text)])
    units = (b"\xff", b"\xc3", b"\xf0\x9f\x98\x80", "É\u3000".encode(), b"x", b"<|end|>", "e\u0301\u0327".encode())
    with flipped(text, *((unit * (len(text) // len(unit) + 1))[: len(text)] for unit in units)):
        for _ in rounds():
            for act in TEXTS.values():
                with suppress(ValueError, TextProcessorError):
                    act(text, column)


def test_snapshots_that_change_while_they_are_read() -> None:
    analyzer, counts = TextAnalyzer(), PieceCounts()
    analyzer.add_document("some words that are good")
    counts.add("some words that are good")
    for snapshot, read in ((analyzer.to_bytes(), TextAnalyzer.from_bytes), (counts.to_bytes(), PieceCounts.from_bytes)):
        data = bytearray(snapshot)
        others = (snapshot[:i] + b"\xff\xff\xff\x7f" + snapshot[i + 4 :] for i in range(40, len(snapshot) - 4, 8))
        with flipped(data, *others):
            for _ in rounds():
                with suppress(TextProcessorError):
                    read(data)


def test_numbers_that_change_while_they_are_filtered() -> None:
    numbers = array("d", [1, 5]) * N
    with flipped(numbers, array("d", [5, 1, 1, 1]) * (N // 2)):
        for i in rounds():
            with suppress(TextProcessorError):
                assert set(numeric.process_numbers(numbers, 2, threads=1 + i % 2)) == {10}


def test_numbers_that_are_fewer_than_they_were_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "INTERVAL_SECONDS", -1)
    numbers = array("q", range(1000))

    def change(done: int, total: int | None) -> None:
        numbers[:] = array("q", [0]) * 1000

    with pytest.raises(TextProcessorError, match=r"^numbers were changed while they were read; pass a copy of them$"):
        numeric.process_numbers(numbers, 10, progress=change)


def test_numbers_that_change_while_they_are_worked_on() -> None:
    numbers = array("q", range(N))
    average = numeric.MovingAverage(100)
    with flipped(numbers, array("q", [-(2**63), 2**63 - 1]) * (N // 2)):
        for _ in rounds():
            with suppress(OverflowError):
                numeric.array_multiply(numbers, numbers)
            numeric.parallel_sum(numbers)
            numeric.compute_stats(numbers)
            average.extend(memoryview(numbers).cast("B").cast("d"))
    for _ in range(101):
        average.add(3.0)
    assert average.average() == 3.0
