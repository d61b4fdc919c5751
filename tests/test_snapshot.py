"""The bytes of a pickled analyzer: the same everywhere, and refused with a clear error when damaged or foreign."""

from __future__ import annotations

import json
import pickle
import struct
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from texts import documents

from text_processor import InvalidSnapshotError, TextAnalyzer, TextProcessorError

HEAD = struct.Struct("<8sQQQQ")


def snapshot_of(analyzer: TextAnalyzer) -> bytes:
    data, _ = analyzer.__getstate__()
    return data


def restored(data: bytes) -> TextAnalyzer:
    analyzer = TextAnalyzer.__new__(TextAnalyzer)
    analyzer.__setstate__((data, {}))
    return analyzer


def small_analyzer(**options: Any) -> TextAnalyzer:
    analyzer = TextAnalyzer(lexicon={"fine": 1.5}, threads=3, **options)
    analyzer.add_documents(["Fine ΟΔΟΣ", "fine\0 day"])
    return analyzer


def sections_of(data: bytes) -> list[bytes]:
    _, _, *lengths = HEAD.unpack_from(data)
    sections, start = [], HEAD.size
    for length in lengths:
        sections.append(data[start : start + length])
        start += length
    return sections


def sealed(sections: list[bytes], version: int = 1) -> bytes:
    """A snapshot of these sections, with lengths and checksum that fit."""
    body = HEAD.pack(b"\x89TPA\r\n\x1a\n", version, *map(len, sections)) + b"".join(sections)
    return body + struct.pack("<I", zlib.crc32(body))


def described(**changes: Any) -> bytes:
    """A snapshot that is sound but for its description."""
    sections = sections_of(snapshot_of(small_analyzer()))
    description = {**json.loads(sections[0]), **changes}
    return sealed([json.dumps(description).encode(), *sections[1:]])


def test_the_format_stays_what_it_is() -> None:
    """These bytes were written by version 1; whatever comes later must read them, and version 1 must write them again."""
    expected = bytes.fromhex(GOLDEN)
    assert snapshot_of(small_analyzer()) == expected
    analyzer = restored(expected)
    assert analyzer.get_documents() == ["Fine ΟΔΟΣ", "fine\0 day"]
    assert analyzer.word_frequency() == {"fine": 1, "οδος": 1, "fine\0": 1, "day": 1}
    assert analyzer.analyze_sentiment() == 0.75


@given(st.lists(documents, max_size=5), st.booleans())
def test_there_and_back(texts: list[str], keep: bool) -> None:
    analyzer = TextAnalyzer(keep_documents=keep)
    analyzer.add_documents(texts)
    data = snapshot_of(analyzer)
    twin = restored(data)
    assert snapshot_of(twin) == data
    assert list(twin.word_frequency().items()) == list(analyzer.word_frequency().items())
    if keep:
        assert twin.get_documents() == texts
    elif texts:
        with pytest.raises(TextProcessorError, match="not kept"):
            twin.get_documents()


def test_no_callback_comes_along(capsys: pytest.CaptureFixture[str]) -> None:
    analyzer = small_analyzer()
    analyzer.set_callback(print)
    pickle.loads(pickle.dumps(analyzer)).add_document("silence")
    assert capsys.readouterr().out == ""


def test_every_truncation_is_refused() -> None:
    data = snapshot_of(small_analyzer())
    for end in range(len(data)):
        with pytest.raises(InvalidSnapshotError):
            restored(data[:end])
    with pytest.raises(InvalidSnapshotError, match="announces"):
        restored(data + b"\0")


def test_every_damaged_byte_is_noticed() -> None:
    data = snapshot_of(small_analyzer())
    for place in range(len(data)):
        damaged = bytearray(data)
        damaged[place] ^= 0x20
        with pytest.raises(InvalidSnapshotError):
            restored(bytes(damaged))


@given(st.binary(max_size=200))
def test_foreign_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(InvalidSnapshotError):
        restored(data)


@given(st.lists(st.binary(max_size=120), min_size=3, max_size=3))
def test_foreign_sections_are_refused(sections: list[bytes]) -> None:
    with pytest.raises(InvalidSnapshotError):
        restored(sealed(sections))


def test_bytes_are_told_of_in_version_2() -> None:
    analyzer = small_analyzer()
    analyzer.add_document(b"bytes \xe4\xb8\xad")
    data = snapshot_of(analyzer)
    assert HEAD.unpack_from(data)[1] == 2
    assert json.loads(sections_of(data)[0])["kinds"] == "ssb"
    assert restored(data).get_documents() == ["Fine ΟΔΟΣ", "fine\0 day", b"bytes \xe4\xb8\xad"]


@pytest.mark.parametrize("kinds", ["ss", "ssbb", "ssx", None, 3, ["s", "s", "b"]])
def test_damaged_kinds_are_refused(kinds: Any) -> None:
    analyzer = small_analyzer()
    analyzer.add_document(b"bytes")
    described, *others = sections_of(snapshot_of(analyzer))
    described = json.dumps(json.loads(described) | {"kinds": kinds}).encode()
    with pytest.raises(InvalidSnapshotError, match="kinds must be a text of the letters b and s, one for each of 3 documents"):
        restored(sealed([described, *others], version=2))


def test_bytes_of_a_snapshot_must_be_text() -> None:
    analyzer = small_analyzer()
    analyzer.add_document(b"bytes")
    described, counts, text = sections_of(snapshot_of(analyzer))
    with pytest.raises(InvalidSnapshotError, match="is not UTF-8"):
        restored(sealed([described, counts, text[:-1] + b"\xff"], version=2))


def test_a_newer_version_is_named() -> None:
    data = bytearray(snapshot_of(small_analyzer()))
    data[8] = 4
    with pytest.raises(InvalidSnapshotError, match="the snapshot has version 4; known here: 1, 2, 3") as caught:
        restored(bytes(data))
    assert caught.value.offset == 8


@pytest.mark.parametrize(
    "changes",
    [
        {"keep_documents": 1},
        {"threads": 0},
        {"threads": "two"},
        {"threads": True},
        {"threads": 10**9},
        {"lexicon": {"fine": "x"}},
        {"lexicon": {"fine": 1}},
        {"lexicon": [1, 2]},
        {"lexicon": {"two words": 1.0}},
        {"lexicon": {"Fine": 1.0, "fine": 2.0}},
        {"lexicon": {"fine": float("nan")}},
        {"documents": 3},
        {"documents": {}},
        {"documents": [1, -1]},
        {"documents": [1.5, 2]},
        {"documents": [True, 2]},
        {"documents": [13]},
        {"documents": [1, 2]},
        {"documents": [10**30, 2]},
        {"documents": [6, 17]},
        {"documents": [7, 16]},
    ],
)
def test_a_description_that_cannot_be(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidSnapshotError):
        restored(described(**changes))


def test_a_description_that_is_no_object() -> None:
    corpus, text = sections_of(snapshot_of(small_analyzer()))[1:]
    for description in (b"", b"[]", b"3", b"{}", b"\xff", b"[" * 100_000):
        with pytest.raises(InvalidSnapshotError, match="description"):
            restored(sealed([description, corpus, text]))


@pytest.mark.parametrize("state", [None, b"bytes alone", ("text", {}), (b"", None), (b"", {}, 3), {"a": 1}])
def test_a_state_of_another_shape(state: Any) -> None:
    with pytest.raises(InvalidSnapshotError):
        TextAnalyzer.__new__(TextAnalyzer).__setstate__(state)


GOLDEN = """
    895450410d0a1a0a01000000000000005600000000000000980000000000000016000000000000007b226b6565705f646f63756d656e7473
    223a20747275652c202274687265616473223a20332c20226c657869636f6e223a207b2266696e65223a20312e357d2c2022646f63756d65
    6e7473223a205b31332c20395d7d895450430d0a1a0a01000000000000000200000000000000040000000000000004000000000000000200
    0000000000001800000000000000010000000000000001000000000000000100000000000000010000000000000001000000000000000100
    0000000000000100000000000000010000000000000066696e650acebfceb4cebfcf820a66696e65000a6461790a4f478831d03de74b4669
    6e6520ce9fce94ce9fcea366696e6500206461794bc37e57
"""
