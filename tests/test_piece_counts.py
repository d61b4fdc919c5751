"""Training in parts: counts of pieces that were counted anywhere, merged in any way, give what training on everything gives."""

from __future__ import annotations

import copy
import gzip
import io
import json
import pickle
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from containers import sealed, sections_of
from hypothesis import given
from hypothesis import strategies as st
from texts import texts

from text_processor import InvalidDocumentError, InvalidSnapshotError, PieceCounts, TextAnalyzer, Tokenizer
from text_processor.bpe import GPT4_PATTERN
from text_processor.bpe._split.splitter import checked_pattern

KJV = Path(__file__).parent.parent / "examples" / "kjv.txt"
LOOK_BEHIND = r"(?<=\w)\d+|\p{L}+|."


def counts_of(*given: str, pattern: str = "gpt4") -> PieceCounts:
    counts = PieceCounts(pattern)
    counts.add_texts(given)
    return counts


def trained(texts: list[str], vocab_size: int, **options: Any) -> dict[tuple[int, int], int]:
    tokenizer = Tokenizer(options.pop("pattern", "gpt4"))
    tokenizer.train_from_iterator(texts, vocab_size, **options)
    return tokenizer.merges


def trained_from(counts: PieceCounts, vocab_size: int, **options: Any) -> dict[tuple[int, int], int]:
    tokenizer = Tokenizer(counts.pattern)
    tokenizer.train_from_counts(counts, vocab_size, **options)
    return tokenizer.merges


def pieces_of(counts: PieceCounts) -> Counter[bytes]:
    """What the documented bytes of a snapshot say."""
    section = sections_of(counts.to_bytes(), 2)[1]
    n = int.from_bytes(section[16:24], "little")
    numbers = memoryview(section)[32 : 32 + 16 * n].cast("Q").tolist()
    found, start = Counter[bytes](), 32 + 16 * n
    for count, length in zip(numbers[:n], numbers[n:], strict=True):
        found[section[start : start + length]] += count
        start += length
    return found


# ---- What is counted ---------------------------------------------------------------------------------------------------


@given(st.lists(texts, max_size=5), st.sampled_from(["gpt2", "gpt4", "o200k", LOOK_BEHIND]))
def test_counts_are_those_of_the_pieces(given: list[str], pattern: str) -> None:
    pytest.importorskip("regex")
    counts = counts_of(*given, pattern=pattern)
    splitter = checked_pattern(pattern)
    if splitter.native is None:
        expected = Counter(piece for text in given for group in splitter.split(text) for piece in group)
        assert pieces_of(counts) == expected
    assert len(counts) == len(pieces_of(counts))
    assert counts.total_pieces() == pieces_of(counts).total()
    assert counts.total_bytes() == sum(len(piece) * n for piece, n in pieces_of(counts).items())


def test_ways_to_add_give_the_same(tmp_path: Path) -> None:
    text = "Über den Wolken, to be or not to be\n\n  12345 我们\n" * 50
    (tmp_path / "plain").write_text(text, encoding="utf-8", newline="")
    (tmp_path / "zipped").write_bytes(gzip.compress(text.encode()))
    (tmp_path / "wide").write_bytes(text.encode("utf-16"))
    ways: list[Callable[[PieceCounts], None]] = [
        lambda counts: counts.add(text),
        lambda counts: counts.add(bytearray(text.encode())),
        lambda counts: counts.add_texts(iter([text])),
        lambda counts: counts.add_file(tmp_path / "plain"),
        lambda counts: counts.add_file(str(tmp_path / "zipped")),
        lambda counts: counts.add_stream(io.BytesIO(gzip.compress(text.encode()))),
        lambda counts: counts.add_stream(io.StringIO(text)),
        lambda counts: counts.add_file(tmp_path / "wide", encoding="utf-16"),
        lambda counts: counts.add_arrow(pa.chunked_array([[text, None], []], pa.string())),
    ]
    expected = counts_of(text).to_bytes()
    for way in ways:
        counts = PieceCounts()
        way(counts)
        assert counts.to_bytes() == expected


def test_progress_tells_the_bytes() -> None:
    told: list[tuple[int, int | None]] = []
    PieceCounts().add("to be", progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (5, 5)
    told.clear()
    Tokenizer().train_from_counts(counts_of("to be to be"), 258, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (2, 2)


def test_what_fails_adds_nothing(tmp_path: Path) -> None:
    counts = counts_of("to be")
    before = counts.to_bytes()
    (tmp_path / "bad").write_bytes(b"good text\n" * 100_000 + b"\xff")
    for fail in (
        lambda: counts.add_texts(["good", b"\xff"]),
        lambda: counts.add_file(tmp_path / "bad"),
        lambda: counts.add_arrow(pa.array([b"good", b"\xff"])),
    ):
        with pytest.raises(InvalidDocumentError):
            fail()
    with pytest.raises(ZeroDivisionError):
        counts.add_texts("good" if i else "x" * (1 // i) for i in (1, 0))
    assert counts.to_bytes() == before


# ---- Training ----------------------------------------------------------------------------------------------------------


@given(
    st.lists(st.text("ab cA1\n", max_size=30), min_size=1, max_size=12),
    st.sampled_from(["rustbpe", "hf"]),
    st.randoms(use_true_random=False),
)
def test_any_partition_and_any_tree_of_merges_trains_alike(given: list[str], tie_break: str, random: Any) -> None:
    parts: list[PieceCounts] = [PieceCounts() for _ in range(random.randint(1, 5))]
    for text in random.sample(given, len(given)):
        random.choice(parts).add(text)
    while len(parts) > 1:
        one = parts.pop(random.randrange(len(parts)))
        other = parts.pop(random.randrange(len(parts)))
        match random.randrange(3):
            case 0:
                other = PieceCounts.from_bytes(other.to_bytes())
            case 1:
                other = pickle.loads(pickle.dumps(other))
            case _:
                first, *rest = other.split(3, salt=random.randrange(9))
                for part in random.sample(rest, len(rest)):
                    first.merge(part)
                other = first
        one.merge(other)
        parts.append(one)
    assert trained_from(parts[0], 300, tie_break=tie_break) == trained(given, 300, tie_break=tie_break)


def test_a_book_in_parts_trains_as_the_whole() -> None:
    lines = KJV.read_text(encoding="utf-8").splitlines()[:4000]
    parts = [counts_of(*lines[i::7]) for i in range(7)]
    whole = PieceCounts()
    for part in reversed(parts):
        whole.merge(part)
    assert trained_from(whole, 1500) == trained(lines, 1500)


def test_patterns_by_regex_train_in_parts_too() -> None:
    pytest.importorskip("regex")
    given = ["ab1 ab12 cd", "ab ab1"]
    both = counts_of(given[0], pattern=LOOK_BEHIND)
    both.merge(counts_of(given[1], pattern=LOOK_BEHIND))
    assert trained_from(both, 270) == trained(given, 270, pattern=LOOK_BEHIND)


def test_training_leaves_counts_as_they_are() -> None:
    counts = counts_of("to be or not to be")
    before = counts.to_bytes()
    first = trained_from(counts, 300)
    assert (trained_from(counts, 300), counts.to_bytes()) == (first, before)


def test_counts_of_another_pattern_are_refused() -> None:
    with pytest.raises(ValueError, match="do not fit the pattern of this tokenizer"):
        Tokenizer("gpt2").train_from_counts(counts_of("a"), 300)
    with pytest.raises(ValueError, match="do not fit the pattern of these counts"):
        PieceCounts("gpt2").merge(counts_of("a"))
    Tokenizer(GPT4_PATTERN).train_from_counts(counts_of("a"), 300)


# ---- Values ------------------------------------------------------------------------------------------------------------


@given(st.lists(texts, max_size=4))
def test_bytes_and_copies_are_equal_and_independent(given: list[str]) -> None:
    counts = counts_of(*given)
    again = [
        PieceCounts.from_bytes(counts.to_bytes()),
        copy.copy(counts),
        copy.deepcopy(counts),
        pickle.loads(pickle.dumps(counts)),
    ]
    assert {each.to_bytes() for each in again} == {counts.to_bytes()}
    before = counts.to_bytes()
    for each in again:
        each.add("more")
    assert counts.to_bytes() == before


def test_parts_share_out_the_pieces_as_words_are() -> None:
    words = [f"w{i}" for i in range(100)]
    counts = counts_of(*words, pattern="gpt2")
    analyzer = TextAnalyzer()
    analyzer.add_document(" ".join(words))
    for part, of_words in zip(counts.split(5, 3), analyzer.split(5, 3), strict=True):
        whole_pieces = {piece.decode() for piece in pieces_of(part)} & set(of_words.words)
        assert len(part) < len(counts)
        assert whole_pieces <= set(of_words.words)
    assert sum(map(len, counts.split(5, 3))) == len(counts)


def test_threads_may_add_and_merge_at_once() -> None:
    counts, other = counts_of("x"), counts_of("to be")

    def work() -> None:
        for _ in range(50):
            counts.merge(other)
            other.merge(PieceCounts())
            counts.add("or")

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts.total_pieces() == 1 + 4 * 50 * 3


def test_merging_with_itself_doubles() -> None:
    counts = counts_of("to be")
    counts.merge(counts)
    assert counts.total_pieces() == 4


class Named(PieceCounts):
    name = ""


def test_subclasses_keep_their_attributes() -> None:
    counts = Named()
    counts.name = "monday"
    assert {each.name for each in [pickle.loads(pickle.dumps(counts)), copy.copy(counts), *counts.split(2)]} == {"monday"}


# ---- Damage ------------------------------------------------------------------------------------------------------------


def changed(change: Callable[[dict[str, Any]], object]) -> bytes:
    data = counts_of("to be").to_bytes()
    described, counted = sections_of(data, 2)
    description = json.loads(described)
    change(description)
    return sealed(data[:8], [json.dumps(description).encode(), counted])


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.update(pattern="("),
        lambda d: d.update(pattern=5),
        lambda d: d.pop("pattern"),
        lambda d: d.update(threads=0),
        lambda d: d.update(threads="1"),
    ],
    ids=["unclosed", "number", "missing", "no threads", "text"],
)
def test_a_damaged_description_is_refused(change: Callable[[dict[str, Any]], object]) -> None:
    with pytest.raises(InvalidSnapshotError, match="description is damaged"):
        PieceCounts.from_bytes(changed(change))


def test_damaged_bytes_are_refused() -> None:
    data = counts_of("to be or not").to_bytes()
    for at in range(0, len(data), 3):
        damaged = bytearray(data)
        damaged[at] ^= 1
        with pytest.raises(InvalidSnapshotError):
            PieceCounts.from_bytes(damaged)
        with pytest.raises(InvalidSnapshotError):
            PieceCounts.from_bytes(data[:at])
