"""Tables in parts: shared out by a hash that is the same everywhere, as bytes, and as batches of rows."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections import Counter
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from texts import documents

from text_processor import InvalidSnapshotError, TextAnalyzer
from text_processor._words import table

VERSES = ["In the beginning was the Word", "and the Word was with God", "and the Word was God"]


def analyzer_of(texts: list[str], **options: Any) -> TextAnalyzer:
    analyzer = TextAnalyzer(**options)
    analyzer.add_documents(texts)
    return analyzer


def counts_of(analyzer: TextAnalyzer) -> tuple[dict[str, int], dict[str, int], int]:
    return analyzer.word_frequency(), analyzer.document_frequency(), len(analyzer)


# ---- XXH64, as its specification has it --------------------------------------------------------------------------------

MASK = (1 << 64) - 1
PRIMES = (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5)


def rotated(value: int, n: int) -> int:
    return (value << n | value >> (64 - n)) & MASK


def xxh64(data: bytes, seed: int) -> int:
    one, two, three, four, five = PRIMES

    def round_of(lane: int, value: int) -> int:
        return rotated((lane + value * two) & MASK, 31) * one & MASK

    def number(start: int, n: int) -> int:
        return int.from_bytes(data[start : start + n], "little")

    end = len(data) - len(data) % 32
    if end:
        lanes = [(seed + one + two) & MASK, (seed + two) & MASK, seed, (seed - one) & MASK]
        for start in range(0, end, 32):
            lanes = [round_of(lane, number(start + 8 * i, 8)) for i, lane in enumerate(lanes)]
        value = sum(map(rotated, lanes, (1, 7, 12, 18))) & MASK
        for lane in lanes:
            value = ((value ^ round_of(0, lane)) * one + four) & MASK
    else:
        value = (seed + five) & MASK
    value = (value + len(data)) & MASK
    at = end
    while len(data) - at >= 8:
        value, at = (rotated(value ^ round_of(0, number(at, 8)), 27) * one + four) & MASK, at + 8
    if len(data) - at >= 4:
        value, at = (rotated(value ^ number(at, 4) * one & MASK, 23) * two + three) & MASK, at + 4
    for byte in data[at:]:
        value = rotated(value ^ byte * five & MASK, 11) * one & MASK
    value = (value ^ value >> 33) * two & MASK
    value = (value ^ value >> 29) * three & MASK
    return value ^ value >> 32


def part_of(word: str, n: int, salt: int) -> int:
    return n * (xxh64(word.encode(), salt) >> 32) >> 32


def test_the_oracle_is_xxh64() -> None:
    assert xxh64(b"", 0) == 0xEF46DB3751D8E999
    assert xxh64(b"abc", 42) == 0x13C1D910702770E6
    assert xxh64(b"0123456789abcdef0123456789abcdef", MASK) == 0xF7B3412F66EB725E


# ---- Shares ------------------------------------------------------------------------------------------------------------


@given(st.lists(documents, max_size=6), st.integers(1, 9), st.integers(0, MASK))
def test_each_word_is_in_the_part_of_its_hash_in_order(texts: list[str], n: int, salt: int) -> None:
    whole = analyzer_of(texts)
    parts = whole.split(n, salt)
    assert len(parts) == n
    for index, part in enumerate(parts):
        words = [word for word in whole.words if part_of(word, n, salt) == index]
        assert list(part.word_frequency().items()) == [(word, whole.words[word]) for word in words]
        assert part.document_frequency() == {word: whole.document_frequency()[word] for word in words}
        assert len(part) == (0 if index else len(texts))


@given(st.lists(documents, max_size=6), st.integers(1, 5), st.integers(1, 4), st.randoms(use_true_random=False))
def test_parts_of_many_machines_merge_to_the_whole(texts: list[str], n: int, n_machines: int, random: Any) -> None:
    """Each machine counts some documents and splits; then each share is merged by itself, and all in any order."""
    machines = [analyzer_of(texts[i::n_machines]) for i in range(n_machines)]
    shares = [TextAnalyzer() for _ in range(n)]
    for machine in machines:
        for share, part in zip(shares, machine.split(n, 7), strict=True):
            share.merge(TextAnalyzer.from_bytes(part.to_bytes()) if random.random() < 0.5 else pickle.loads(pickle.dumps(part)))
    assert sum(len(share.words) for share in shares) == len(analyzer_of(texts).words)
    random.shuffle(shares)
    whole = TextAnalyzer()
    for share in shares:
        whole.merge(share)
    assert counts_of(whole) == counts_of(analyzer_of(texts))
    assert whole.total_words() == sum(Counter(w for text in texts for w in text.lower().split()).values())


def test_parts_have_the_lexicon_and_options_but_no_documents() -> None:
    whole = analyzer_of(VERSES, lexicon={"god": 2.0}, threads=1)
    first, second = whole.split(2, salt=1)
    assert first.get_statistics()["document_count"] == 3
    assert second.get_statistics()["document_count"] == 0
    assert (first._threads, second._threads) == (1, 1)
    with pytest.raises(Exception, match="the documents were not kept"):
        second.get_documents()
    assert whole.get_documents() == VERSES
    first.merge(second)
    assert first.analyze_sentiment() == whole.analyze_sentiment() == pytest.approx(4 / 3)


def test_parts_count_on() -> None:
    for part in analyzer_of(VERSES).split(3):
        before = part.document_frequency()
        part.add_documents(["the end", "the"])
        assert part.document_frequency()["the"] == before.get("the", 0) + 2


class Numbered(TextAnalyzer):
    number = 0


def test_parts_are_of_the_same_class_with_its_attributes() -> None:
    whole = Numbered()
    whole.number = 5
    assert [(type(part), part.number) for part in whole.split(2)] == [(Numbered, 5), (Numbered, 5)]


def test_another_process_splits_alike() -> None:
    code = "import sys; from text_processor import TextAnalyzer as T; t = T(); t.add_document(sys.argv[1]); "
    code += "sys.stdout.buffer.write(b''.join(part.to_bytes() for part in t.split(3, 9)))"
    found = subprocess.run([sys.executable, "-c", code, VERSES[0]], capture_output=True, check=True).stdout
    assert found == b"".join(part.to_bytes() for part in analyzer_of(VERSES[:1]).split(3, 9))


# ---- Bytes -------------------------------------------------------------------------------------------------------------


@given(st.lists(documents, max_size=5))
def test_bytes_are_the_file(texts: list[str]) -> None:
    whole = analyzer_of(texts, lexicon={"w": 1.0}, keep_documents=False)
    data = whole.to_bytes()
    again = TextAnalyzer.from_bytes(data)
    assert counts_of(again) == counts_of(whole)
    assert list(again.words) == list(whole.words)
    assert again.to_bytes() == data == TextAnalyzer.from_bytes(memoryview(bytearray(data))).to_bytes()


def test_bytes_are_what_save_writes(tmp_path: Any) -> None:
    whole = analyzer_of(VERSES)
    whole.save(tmp_path / "counts")
    assert (tmp_path / "counts").read_bytes() == whole.to_bytes()


@pytest.mark.parametrize("at", [0, 9, 40, 60, -3])
def test_damaged_bytes_are_refused(at: int) -> None:
    data = bytearray(analyzer_of(VERSES).split(2)[1].to_bytes())
    data[at] ^= 4
    with pytest.raises(InvalidSnapshotError):
        TextAnalyzer.from_bytes(data)


# ---- Batches of rows ---------------------------------------------------------------------------------------------------


@given(st.lists(documents, max_size=5), st.integers(1, 7))
def test_batches_are_the_table(texts: list[str], max_rows: int) -> None:
    whole = analyzer_of(texts)
    batches = list(whole.word_batches(max_rows))
    assert all(isinstance(batch, pa.RecordBatch) and 0 < len(batch) <= max_rows for batch in batches)
    assert all(len(batch) == max_rows for batch in batches[:-1])
    assert pa.Table.from_batches(batches, whole.word_table().schema).equals(whole.word_table())
    for batch in batches:
        batch.validate(full=True)
    again = TextAnalyzer.from_word_batches(iter(batches), documents=len(whole))
    assert counts_of(again) == counts_of(whole)
    assert list(again.words) == list(whole.words)


def test_batches_show_one_instant() -> None:
    analyzer = analyzer_of(["a b", "c"])
    batches = analyzer.word_batches(1)
    first = next(batches)
    analyzer.add_document("a d")
    analyzer.clear()
    assert [batch.to_pylist() for batch in [first, *batches]] == [
        [{"term": term, "count": 1, "document_frequency": 1}] for term in "abc"
    ]


def test_batches_have_fewer_rows_where_text_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MOST_STRING_NBYTES", 10)
    analyzer = analyzer_of(["aaaa bbbb cccc dddd " + "e" * 11])
    assert [batch.column("term").to_pylist() for batch in analyzer.word_batches()] == [
        ["aaaa", "bbbb"],
        ["cccc"],
        ["dddd"],
        ["e" * 11],
    ]


def test_rows_of_many_are_added_up() -> None:
    one, other = analyzer_of(VERSES[:2]), analyzer_of(VERSES[2:])
    both = TextAnalyzer.from_word_batches([*one.word_batches(), *other.word_batches(2)], documents=3, lexicon={"god": 1.0})
    assert counts_of(both) == counts_of(analyzer_of(VERSES))
    assert both.analyze_sentiment() == pytest.approx(2 / 3)


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())])
def test_rows_come_in_any_type_sliced_and_with_other_columns(kind: Any) -> None:
    terms = pa.array(["zero", "one", "two", "three"]).cast(kind)
    rows = pa.table(
        {"x": [0] * 4, "document_frequency": pa.array([9, 1, 1, 9], pa.uint8()), "term": terms, "count": [9, 2, 3, 9]}
    )
    analyzer = TextAnalyzer.from_word_batches(rows.slice(1, 2))
    assert analyzer.word_frequency() == {"one": 2, "two": 3}
    assert TextAnalyzer.from_word_batches(rows.slice(0, 0)).words == {}
    assert TextAnalyzer.from_word_batches([]).words == {}


def test_rows_come_from_other_libraries() -> None:
    polars = pytest.importorskip("polars")
    frame = polars.from_arrow(analyzer_of(VERSES).word_table()).sort("term")
    assert list(TextAnalyzer.from_word_batches(frame).words) == sorted(analyzer_of(VERSES).words)


def test_a_bad_row_adds_nothing_and_is_named() -> None:
    good = pa.record_batch({"term": ["a"], "count": [1], "document_frequency": [1]})
    bad = pa.record_batch({"term": ["b", "c d"], "count": [1, 1], "document_frequency": [1, 1]})
    with pytest.raises(ValueError, match=r"row 2, with the term 'c d': .*one word"):
        TextAnalyzer.from_word_batches([good, bad])


# ---- Words by other rules, and pruned tables ----------------------------------------------------------------------------


def split_at_commas(text: str) -> list[str]:
    return text.split(",")


@pytest.mark.parametrize(
    "options",
    [
        {"case": "keep"},
        {"ngrams": (1, 2)},
        {"accents": "strip", "min_length": 2},
        {"stop_words": ["the", "was"]},
    ],
    ids=lambda options: "+".join(options),
)
def test_shares_bytes_and_rows_keep_the_options(options: dict[str, Any]) -> None:
    whole = analyzer_of([*VERSES, "Été à la plage"], **options)
    first, *others = (TextAnalyzer.from_bytes(part.to_bytes()) for part in whole.split(3, 1))
    for part in others:
        first.merge(part)
    assert counts_of(first) == counts_of(whole)
    first.add_documents(VERSES)
    whole.add_documents(VERSES)
    assert counts_of(first) == counts_of(whole)
    assert counts_of(TextAnalyzer.from_word_batches(whole.word_batches(2), documents=len(whole), **options)) == counts_of(whole)


def test_words_with_line_feeds_go_through_rows() -> None:
    whole = analyzer_of(["one,two\nlines,three"], words=split_at_commas)
    again = TextAnalyzer.from_word_batches(whole.word_batches(1), words=split_at_commas)
    assert again.word_frequency() == whole.word_frequency() == {"one": 1, "two\nlines": 1, "three": 1}


@given(st.lists(documents, min_size=1, max_size=5), st.integers(1, 4), st.integers(1, 3))
def test_pruned_tables_are_shared_out(texts: list[str], n: int, least: int) -> None:
    whole = analyzer_of(texts)
    whole.prune(least)
    again, words = TextAnalyzer(), 0
    for part in whole.split(n):
        words += part.total_words()
        again.merge(TextAnalyzer.from_bytes(part.to_bytes()))
    assert counts_of(again) == counts_of(whole)
    assert again.total_words() == words == whole.total_words()
    for part in whole.split(n):
        part.prune(10**6)
        assert TextAnalyzer.from_bytes(part.to_bytes()).word_frequency() == {}
