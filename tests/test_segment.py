"""Words, sentences and graphemes are those of UAX #29: its own tests, a plain statement of its rules, and StringZilla."""

from __future__ import annotations

import json
import random
from array import array
from collections.abc import Iterator
from functools import cache, partial
from itertools import pairwise
from pathlib import Path

import pytest
from every_character import CONTEXTS, digest, text_in
from hypothesis import example, given
from hypothesis import strategies as st

from text_processor import InvalidDocumentError, cpu_features, segment
from text_processor._native import process as native_process
from text_processor._native import segment as native_segment

DATA = Path(__file__).resolve().parent / "data"

CHARACTERS = [chr(code_point) for code_point in range(0x110000) if not 0xD800 <= code_point < 0xE000]

with_each_instruction_set = pytest.mark.parametrize("simd", cpu_features()["available"], indirect=True)


@pytest.fixture(scope="module")
def simd(request: pytest.FixtureRequest) -> Iterator[str]:
    native_process.select_simd(request.param)
    yield request.param
    native_process.select_simd(None)


def spans(text: str, kind: str, *, in_characters: bool = False) -> list[tuple[int, int]]:
    found = [each for some in native_segment.find(text.encode(), kind, in_characters=in_characters) for each in some]
    return list(zip(found[::2], found[1::2], strict=True))


def parts(text: str, kind: str) -> list[str]:
    return [text[start:end] for start, end in spans(text, kind, in_characters=True)]


def standard_tests(name: str) -> list[list[str]]:
    """The segments of each text that the standard gives."""
    lines = (DATA / f"{name}.txt").read_text("utf-8").splitlines()
    texts = [line.strip("÷ ").split(" ÷ ") for line in lines if not line.startswith("#")]
    return [["".join(chr(int(each, 16)) for each in part.split(" × ")) for part in text] for text in texts]


STANDARD = {"word segments": "WordBreakTest", "sentences": "SentenceBreakTest", "graphemes": "GraphemeBreakTest"}


@pytest.mark.parametrize("kind", STANDARD)
def test_the_standards_own_tests_pass(kind: str) -> None:
    tests = standard_tests(STANDARD[kind])
    assert len(tests) > 500
    assert [text for text in tests if parts("".join(text), kind) != text] == []


@pytest.mark.parametrize("kind", STANDARD)
def test_the_standards_older_tests_pass(kind: str) -> None:
    """Those of 15.0, 15.1 and 16.0. U+2701 is a pictograph no more, so ZWJ does not join it with what stands before."""
    tests = standard_tests(f"{STANDARD[kind]}_older")
    assert len(tests) > 50
    failed = {"".join(text) for text in tests if parts("".join(text), kind) != text}
    changed = {"word segments": {"\u2701\u200d\u2701", "a\u200d\u2701"}, "graphemes": {"\u2701\u200d\u2701"}}
    assert failed == changed.get(kind, set())


@pytest.mark.parametrize("kind", STANDARD)
def test_the_standards_own_tests_pass_one_behind_the_other(kind: str) -> None:
    """A line separator parts everything from what follows."""
    tests = standard_tests(STANDARD[kind])
    text = "".join(part for each in tests for part in [*each, "\u2028"])
    expected = [part for each in tests for part in parts("".join([*each, "\u2028"]), kind)]
    assert parts(text, kind) == expected


@pytest.mark.parametrize("context", CONTEXTS)
def test_every_character_parts_and_joins_as_stringzilla_says(context: str) -> None:
    """On every Python, by digests that tools/generate_segment_digests.py has made."""
    expected = json.loads((DATA / "segments.json").read_text("utf-8"))[context]
    text = text_in(context).encode()
    assert expected == {
        kind: digest(some[1::2] for some in native_segment.find(text, kind, in_characters=False)) for kind in STANDARD
    }


# ---- Words are the segments with a letter or a number ------------------------------------------------------------------


@cache
def word_like() -> frozenset[str]:
    """Those that are a word by themselves: a line feed parts each from all others."""
    return frozenset(parts("\n".join(CHARACTERS), "words"))


def words_by_segments(text: str) -> list[tuple[int, int]]:
    encoded, has_none = text.encode(), word_like().isdisjoint
    return [(start, end) for start, end in spans(text, "word segments") if not has_none(encoded[start:end].decode())]


def same_words(text: str) -> bool:
    return spans(text, "words") == words_by_segments(text)


# Characters of all classes, and those that the windows know.
MATTER = (
    "aZ09_'.,;: \n\r\t-\"éßÿ×÷ŁЖѿΆΈάΐϿ϶؟ءيًَ٠א״'\u0301\u0345\u200d\u00ad\u2060カ中あ\u0e01क्र\u2019\u2028\u0085\u3000가"
    "\U0001f1e6\U0001f1e7👩❤\ufe0f🏻"
)
texts = st.text(
    st.one_of(st.sampled_from(MATTER), st.sampled_from("ab1_'. "), st.characters(exclude_categories=["Cs"])), max_size=200
)


@with_each_instruction_set
@given(texts)
@example("___ _a_ __")
@example("a" * 61 + ".b" + "c" * 62 + "'é 1" + "0" * 60 + ",1")
@example(" " * 61 + "\u0345 a  \u0345")
def test_words_are_segments_with_a_letter_or_a_number(simd: str, text: str) -> None:
    assert same_words(text)


@with_each_instruction_set
def test_words_at_every_place_of_a_window(simd: str) -> None:
    generator = random.Random(29)
    for length in range(150):
        for pool in ("a' ", "1,.a ", "_a. ", "é.a ", "ж'1\u0301 ", "中a. _", MATTER):
            text = "".join(generator.choices(pool, k=length))
            assert same_words(text), text


def test_every_character_alone_and_beside_others() -> None:
    """What the windows take for letters are letters."""
    # Of ideographs, syllables and higher planes, which are long ranges, one in 64 is enough.
    characters = [each for each in CHARACTERS if ord(each) % 64 == 0 or ord(each) < 0x3400 or 0xF900 <= ord(each) < 0x13000]
    for pattern in ("a{} ", "a.{}1 ", " {}\u200d{}\u0345,1 "):
        text = "".join(pattern.replace("{}", character) for character in characters)
        segments = spans(text, "word segments")
        assert [end for _, end in segments[:-1]] == [start for start, _ in segments[1:]]
        assert same_words(text), pattern


@pytest.mark.parametrize("kind", native_segment.KINDS)
def test_offsets_in_characters_are_those_of_bytes(kind: str) -> None:
    text = "".join(random.Random(1).choices(MATTER, k=60_000))
    places = [0]
    for character in text:
        places.append(places[-1] + len(character.encode()))
    by_characters = [(places[start], places[end]) for start, end in spans(text, kind, in_characters=True)]
    assert by_characters == spans(text, kind)
    assert all(end <= start for (_, end), (start, _) in pairwise(by_characters))


# ---- What a user calls -------------------------------------------------------------------------------------------------

FUNCTIONS = {
    "words": (segment.words, segment.count_words),
    "word segments": (partial(segment.words, rules="uax29-all"), partial(segment.count_words, rules="uax29-all")),
    "sentences": (segment.sentences, segment.count_sentences),
    "graphemes": (segment.graphemes, segment.count_graphemes),
}
kinds = pytest.mark.parametrize("kind", FUNCTIONS)
FEW = ["", "Don't. stop", "ça va? 日本語", "e\u0301 👩‍👧", None, " ", "Σ " * 300]


@kinds
@given(text=texts)
def test_texts_bytes_and_offsets_agree(kind: str, text: str) -> None:
    find, count = FUNCTIONS[kind]
    found = list(find(text))
    assert found == parts(text, kind)
    assert list(find(text.encode())) == list(find(bytearray(text.encode()))) == [each.encode() for each in found]
    starts, ends = find(text, offsets=True)
    assert [text[start:end] for start, end in zip(starts, ends, strict=True)] == found
    starts, ends = find(text.encode(), offsets=True)
    assert [text.encode()[start:end].decode() for start, end in zip(starts, ends, strict=True)] == found
    assert count(text) == count(text.encode()) == len(found)


@kinds
@pytest.mark.parametrize("form", ["array", "chunked", "dictionary", "long", "nothing"])
def test_columns_have_an_entry_for_each_text(kind: str, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pa = pytest.importorskip("pyarrow")
    find, count = FUNCTIONS[kind]
    monkeypatch.setattr(segment, "_BATCH_NBYTES", 1000)
    given_texts: list[str | None] = [] if form == "nothing" else [*FEW, "x y. é " * 300, *FEW] if form == "long" else FEW
    column = pa.array(given_texts, pa.string())
    if form == "chunked":
        column = pa.chunked_array([column, column.slice(2, 0), column.slice(3)])
        given_texts = [*FEW, *FEW[3:]]
    elif form == "dictionary":
        column = column.dictionary_encode()
    assert find(column).to_pylist() == [None if text is None else list(find(text)) for text in given_texts]
    assert count(column).to_pylist() == [None if text is None else count(text) for text in given_texts]
    offsets = [None if text is None else find(text, offsets=True) for text in given_texts]
    expected = [
        None if each is None else [{"start": start, "end": end} for start, end in zip(*each, strict=True)] for each in offsets
    ]
    assert find(column, offsets=True).to_pylist() == expected


def test_columns_of_other_kinds_are_refused() -> None:
    pa = pytest.importorskip("pyarrow")
    with pytest.raises(TypeError, match="column must hold text"):
        segment.words(pa.array([1, 2]))
    with pytest.raises(InvalidDocumentError, match="Document 1 is not valid UTF-8 at byte 1") as caught:
        segment.count_words(pa.array([b"a", b"a\xff"]))
    assert (caught.value.index, caught.value.offset) == (1, 1)
    with pytest.raises(InvalidDocumentError, match="Document 1 is not valid UTF-8 at byte 2000000"):
        segment.count_words(pa.array([b"a", b"a" * 2_000_000 + b"\xff"]))


@kinds
def test_what_is_no_text_is_refused_at_once(kind: str) -> None:
    for function in FUNCTIONS[kind]:
        for wrong in (None, 1, ["a"], {"a": 1}, array("I", [1])):
            with pytest.raises(TypeError, match="text must be str, bytes or another buffer of bytes, or an Arrow column"):
                function(wrong)
        with pytest.raises(InvalidDocumentError, match=r"text has a lone surrogate at character 2, '.ud800'"):
            function("ab\ud800")
        with pytest.raises(InvalidDocumentError, match="text is not valid UTF-8 at byte 1"):
            function(b"a\xff")


def test_there_are_two_rules_for_words() -> None:
    with pytest.raises(ValueError, match=r"^rules must be 'uax29' or 'uax29-all', not 'icu'"):
        segment.words("a", "icu")  # type: ignore[call-overload]
    with pytest.raises(ValueError, match=r"^rules must be"):
        segment.count_words("a", None)  # type: ignore[call-overload]


# ---- StringZilla -------------------------------------------------------------------------------------------------------


@with_each_instruction_set
@given(texts)
def test_segments_are_those_of_stringzilla(simd: str, text: str) -> None:
    stringzilla = pytest.importorskip("stringzilla")
    assert parts(text, "word segments") == list(map(str, stringzilla.utf8_wordbreaks(text)))
    assert parts(text, "sentences") == list(map(str, stringzilla.utf8_sentences(text)))
    assert parts(text, "graphemes") == list(map(str, stringzilla.utf8_graphemes(text)))
