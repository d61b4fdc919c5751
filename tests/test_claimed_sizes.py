"""Files that claim to hold far more than they do, with checksums that fit: a `ValueError`, and no memory for the claims."""

from __future__ import annotations

import json
import pickle
import struct
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from bpe_texts import trained
from containers import sealed, sections_of
from test_bpe_files import minimal_file
from test_save import checksum_of_counts

from text_processor import TextAnalyzer, Tokenizer, get_memory_stats, set_memory_limit

# Far more than any of the files has of anything.
CLAIMS = [2**24, 2**31 - 1, 2**32, 2**48 - 1, 2**60, 2**63, 2**64 - 1]

# What reading a sound file of these takes, and some more.
CORE_BYTES = 2 << 20
PYTHON_BYTES = 4 << 20

ANALYZER, TOKENIZER = b"\x89TPA\r\n\x1a\n", b"\x89TPB\r\n\x1a\n"


@contextmanager
def little_memory() -> Iterator[None]:
    """Let neither the core nor Python take more than a little."""
    tracemalloc.start()
    set_memory_limit(get_memory_stats()["current_bytes"] + CORE_BYTES)
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < PYTHON_BYTES
    finally:
        set_memory_limit(None)
        tracemalloc.stop()


def assert_is_refused(read: Callable[[], object]) -> None:
    with little_memory(), pytest.raises(ValueError, match=r"\w"):
        read()


claims = pytest.mark.parametrize("claim", CLAIMS)


# ---- Analyzers -------------------------------------------------------------------------------------------------------


def analyzer_state() -> list[bytes]:
    analyzer = TextAnalyzer()
    analyzer.add_documents(["one two three", "two"])
    state, _ = analyzer.__getstate__()
    return sections_of(state, 3)


def with_number(data: bytes, offset: int, number: int) -> bytes:
    return data[:offset] + struct.pack("<Q", number) + data[offset + 8 :]


def read_analyzer(path: Path, data: bytes) -> list[Callable[[], object]]:
    path.write_bytes(data)
    return [lambda: TextAnalyzer.load(path), lambda: TextAnalyzer().__setstate__((data, {}))]


@claims
@pytest.mark.parametrize("section", range(3))
def test_lengths_in_the_head_of_an_analyzer(section: int, claim: int, tmp_path: Path) -> None:
    data = sealed(ANALYZER, analyzer_state())
    for read in read_analyzer(tmp_path / "file", with_number(data, 16 + 8 * section, claim)):
        assert_is_refused(read)


N_TERMS = 3


# The totals, the numbers and lengths in the counts' own head, and then the counts and frequencies of terms.
@claims
@pytest.mark.parametrize("offset", range(16, 56 + 16 * N_TERMS, 8))
def test_numbers_in_the_counts_of_an_analyzer(offset: int, claim: int, tmp_path: Path) -> None:
    described, counts, text = analyzer_state()
    changed = with_number(counts[:-8], offset, claim)
    sections = [described, changed + struct.pack("<Q", checksum_of_counts(changed)), text]
    for read in read_analyzer(tmp_path / "file", sealed(ANALYZER, sections)):
        assert_is_refused(read)


@claims
@pytest.mark.parametrize(
    "changes",
    [
        lambda claim: {"documents": [claim, claim]},
        lambda claim: {"documents": [claim**60]},
        lambda claim: {"documents": [13, 3] + [0] * 1000 + [claim]},
        lambda claim: {"threads": claim},
        lambda claim: {"lexicon": {"w": claim}},
        lambda claim: {"keep_documents": claim},
    ],
)
def test_numbers_in_the_description_of_an_analyzer(changes: Any, claim: int, tmp_path: Path) -> None:
    described, *others = analyzer_state()
    description = json.dumps({**json.loads(described), **changes(claim)}).encode()
    for read in read_analyzer(tmp_path / "file", sealed(ANALYZER, [description, *others])):
        assert_is_refused(read)


# ---- Tokenizers ------------------------------------------------------------------------------------------------------


def tokenizer_state() -> list[bytes]:
    state, _ = trained().__getstate__()
    return sections_of(state, 5)


def read_tokenizer(path: Path, data: bytes) -> list[Callable[[], object]]:
    path.write_bytes(data)
    return [lambda: Tokenizer.load(path), lambda: Tokenizer().__setstate__((data, {}))]


@claims
@pytest.mark.parametrize("section", range(5))
def test_lengths_in_the_head_of_a_tokenizer(section: int, claim: int, tmp_path: Path) -> None:
    data = sealed(TOKENIZER, tokenizer_state())
    for read in read_tokenizer(tmp_path / "file", with_number(data, 16 + 8 * section, claim)):
        assert_is_refused(read)


MOST_32 = struct.pack("<I", 2**32 - 1)


@pytest.mark.parametrize(
    "change",
    [
        lambda s: [s[0], MOST_32 * (len(s[1]) // 4), *s[2:]],  # each token is 4 GB
        lambda s: [s[0], MOST_32 + s[1][4:], *s[2:]],
        lambda s: [s[0], s[1], MOST_32 * (len(s[2]) // 4), *s[3:]],  # each has the highest id
        lambda s: [s[0].replace(b'"has_merges": false', b'"has_merges": true'), *s[1:4], MOST_32 * 1000],
        lambda s: [s[0], b"", b"", b"", b""],
        lambda s: [s[0], s[1] + bytes(4 * 10_000), s[2] + bytes(4 * 10_000), *s[3:]],
    ],
)
def test_numbers_of_a_tokenizer(change: Callable[[list[bytes]], list[bytes]], tmp_path: Path) -> None:
    for read in read_tokenizer(tmp_path / "file", sealed(TOKENIZER, change(tokenizer_state()))):
        assert_is_refused(read)


@pytest.mark.parametrize("claim", CLAIMS[2:])
@pytest.mark.parametrize(
    "changes",
    [
        lambda claim: {"special_tokens": {"<end>": claim}},
        lambda claim: {"pattern": f"a{{{claim}}}"},
        lambda claim: {"pattern": f"(?:a{{1000}}){{{claim}}}"},
        lambda claim: {"has_merges": claim},
    ],
)
def test_numbers_in_the_description_of_a_tokenizer(changes: Any, claim: int, tmp_path: Path) -> None:
    described, *others = tokenizer_state()
    description = json.dumps({**json.loads(described), **changes(claim)}).encode()
    for read in read_tokenizer(tmp_path / "file", sealed(TOKENIZER, [description, *others])):
        assert_is_refused(read)


def test_highest_id_costs_nothing(tmp_path: Path) -> None:
    """It is a sound one: no table has a place for each id below it."""
    path = tmp_path / "file"
    ranks = {bytes([byte]): byte for byte in range(256)} | {b"ab": 2**32 - 2}
    Tokenizer.from_mergeable_ranks(ranks, "gpt4").save(path)
    Tokenizer.from_mergeable_ranks(ranks, "gpt4").save_tiktoken(tmp_path / "ranks")
    with little_memory():
        assert Tokenizer.load(path).encode("ab") == [2**32 - 2]
        assert Tokenizer.from_tiktoken(tmp_path / "ranks", "gpt4").decode([2**32 - 2]) == "ab"


@pytest.mark.parametrize("claim", [*CLAIMS[2:], 10**1000])
def test_ids_of_tiktoken(claim: int, tmp_path: Path) -> None:
    path = tmp_path / "ranks"
    path.write_bytes(b"YQ== %d\n" % claim)
    assert_is_refused(lambda: Tokenizer.from_tiktoken(path, "gpt4"))


@pytest.mark.parametrize("claim", [*CLAIMS[2:], 10**1000])
@pytest.mark.parametrize(
    "change",
    [
        lambda file, claim: file["model"]["vocab"].update(ab=claim),
        lambda file, claim: file["added_tokens"].append({"id": claim, "content": "<end>"}),
        lambda file, claim: file["model"].update(dropout=claim),
        lambda file, claim: file.update(post_processor={"type": "BertProcessing", "cls": ["a", 97], "sep": ["b", claim]}),
        lambda file, claim: file["model"]["merges"].append([claim, claim]),
    ],
)
def test_numbers_of_tokenizer_json(change: Any, claim: int, tmp_path: Path) -> None:
    file, path = minimal_file(), tmp_path / "tokenizer.json"
    change(file, claim)
    path.write_text(json.dumps(file))
    assert_is_refused(lambda: Tokenizer.from_huggingface(path))


# ---- What would be noticed ---------------------------------------------------------------------------------------------


def test_sound_files_need_no_more(tmp_path: Path) -> None:
    for read in [
        *read_analyzer(tmp_path / "analyzer", sealed(ANALYZER, analyzer_state())),
        *read_tokenizer(tmp_path / "tokenizer", sealed(TOKENIZER, tokenizer_state())),
    ]:
        with little_memory():
            read()


def test_who_believed_a_claim_would_be_noticed() -> None:
    with pytest.raises(MemoryError), little_memory():
        Tokenizer.from_mergeable_ranks({i.to_bytes(3, "big"): i for i in range(100_000)}, "gpt4")
    with pytest.raises(AssertionError), little_memory():
        bytearray(PYTHON_BYTES + 1)


def test_pickled_objects_are_read_by_the_same_readers() -> None:
    assert type(pickle.loads(pickle.dumps(TextAnalyzer())).__getstate__()[0]) is bytes
    assert type(pickle.loads(pickle.dumps(Tokenizer())).__getstate__()[0]) is bytes
