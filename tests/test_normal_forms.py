"""Normal forms are those of unicodedata and of tokenizers, each by its own version of Unicode, and of the standard's own test.

The standard's test is NormalizationTest.txt of the version that the tables are of: TEXTPROC_UCD names the folder that has it,
as tools/generate_normal_tables.py is given one.
"""

from __future__ import annotations

import bz2
import itertools
import os
import random
import unicodedata
from array import array
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import tokenizers
from hypothesis import example, given
from hypothesis import strategies as st

from text_processor import cpu_features
from text_processor._native import process as native_process
from text_processor._native.unicode import (
    FORMS,
    NEWEST_VERSION,
    VERSION_OF_TOKENIZERS,
    Version,
    find_cut,
    is_normalized,
    normalize,
    normalize_with_offsets,
)

OURS = tuple(map(int, NEWEST_VERSION.split(".")[:2]))
PYTHONS: Version = tuple(map(int, unicodedata.unidata_version.split(".")[:2]))  # type: ignore[assignment]

pytestmark = pytest.mark.skipif(PYTHONS > OURS, reason=f"Unicode {unicodedata.unidata_version} is newer than {NEWEST_VERSION}")

forms = pytest.mark.parametrize("form", FORMS)
with_each_instruction_set = pytest.mark.parametrize("simd", cpu_features()["available"], indirect=True)

Normalize = Callable[[str, str], str]
by_python: Normalize = unicodedata.normalize  # type: ignore[assignment]  # which wants its forms as literals

CHARACTERS = "".join(map(chr, [*range(0xD800), *range(0xE000, 0x110000)]))
# Behind these planes nothing is assigned, but for a few that stay as they are.
ASSIGNED = CHARACTERS[: CHARACTERS.index("\U00034000")]


@pytest.fixture(scope="module")
def simd(request: pytest.FixtureRequest) -> Iterator[str]:
    native_process.select_simd(request.param)
    yield request.param
    native_process.select_simd(None)


def normalized(form: str, text: str, version: Version | None = PYTHONS) -> str:
    return bytes(normalize(text.encode(), form, version)).decode()


def in_context(context: str, characters: Iterable[str]) -> str:
    """Each of them in it, one a line."""
    before, after = context.split("{}")
    return before + f"{after}\n{before}".join(characters) + after


def blocks_of_lines(text: str) -> Iterator[str]:
    """unicodedata makes room for ten characters at a time, which moves all the others where a sanitizer allocates."""
    start = 0
    while start < len(text):
        end = text.find("\n", start + 5000) + 1 or len(text)
        yield text[start:end]
        start = end


def assert_same(form: str, together: str, version: Version | None = PYTHONS, normalize_as: Normalize = by_python) -> None:
    """All lines at once; which one is to blame is found out only if they differ."""
    if normalized(form, together, version) == "".join([normalize_as(form, some) for some in blocks_of_lines(together)]):
        return
    texts = together.split("\n")
    wrong = [text for text in texts if normalized(form, text, version) != normalize_as(form, text)]
    examples = [f"{text!a}: {normalized(form, text, version)!a}, not {normalize_as(form, text)!a}" for text in wrong[:20]]
    pytest.fail("\n".join([f"{len(wrong)} of {len(texts)} texts differ by themselves", *examples]))


@cache
def touched() -> list[str]:
    """The characters that normalization knows of: those that decompose, those that they decompose to, and marks."""
    compatible = (by_python("NFKD", each) for each in ASSIGNED)
    changing = {(each, *decomposed) for each, decomposed in zip(ASSIGNED, compatible, strict=True) if each != decomposed}
    return sorted({*itertools.chain.from_iterable(changing), *marks()})


@cache
def marks() -> list[str]:
    return [each for each in ASSIGNED if unicodedata.combining(each)]


@cache
def mark_of_each_class() -> list[str]:
    return list({unicodedata.combining(each): each for each in marks()}.values())


@cache
def parts() -> list[str]:
    """The characters that others decompose to, and those that are composed."""
    pairs = [unicodedata.decomposition(each) for each in ASSIGNED]
    hexadecimal = {part for pair in pairs if pair and pair[0] != "<" for part in pair.split()}
    return sorted(chr(int(part, 16)) for part in hexadecimal)


# ---- unicodedata -----------------------------------------------------------------------------------------------------


@forms
def test_every_code_point_is_normalized_as_python_does_it(form: str) -> None:
    assert_same(form, in_context("a{}\u0316", CHARACTERS))


@forms
@pytest.mark.parametrize("context", ["{}", "{}\u0301", "a\u0301{}\u0316", "\u1100{}\u11a8"])
def test_every_character_is_normalized_as_python_does_it_in_any_context(form: str, context: str) -> None:
    assert_same(form, in_context(context, touched()))


@forms
def test_what_composes_does_so_beside_all_that_composes(form: str) -> None:
    seconds = sorted({each[-1] for each in map(decomposed_once, ASSIGNED) if len(each) == 2})
    assert len(seconds) > 60
    assert_same(form, "\n".join([in_context("{}" + second, parts()) for second in seconds]))


def decomposed_once(character: str) -> str:
    mapping = unicodedata.decomposition(character)
    return "" if not mapping or mapping[0] == "<" else "".join(chr(int(part, 16)) for part in mapping.split())


@forms
def test_marks_of_all_classes_in_all_orders(form: str) -> None:
    assert_same(form, "\n".join([in_context("e{}" + second, marks()) for second in mark_of_each_class()]))
    assert_same(form, "\n".join([in_context(f"e{first}{{}}\u0323\u0302", marks()) for first in mark_of_each_class()]))


@forms
def test_all_syllables_of_hangul(form: str) -> None:
    leading, vowels = range(0x10FE, 0x1116), range(0x1160, 0x1178)
    trailing = [0x11A6, 0x11A7, 0x11A8, 0x11C2, 0x11C3, 0x61]
    assert_same(form, "\n".join(["".join(map(chr, each)) for each in itertools.product(leading, vowels, trailing)]))
    syllables = CHARACTERS[0xABFF:0xD7A5:3]
    assert_same(form, "\n".join([in_context("{}" + chr(last), syllables) for last in trailing]))


def letters_that_matter() -> st.SearchStrategy[str]:
    jamo = st.characters(min_codepoint=0x1100, max_codepoint=0x11FF)
    return (
        st.sampled_from("aeo ")
        | st.sampled_from(marks())
        | st.sampled_from(parts())
        | jamo
        | st.characters(exclude_categories=["Cs"])
    )


texts = st.tuples(
    st.integers(0, 140).map("xéस्".__mul__),
    st.lists(letters_that_matter(), max_size=30).map("".join),
    st.integers(0, 90).map("y".__mul__),
).map("".join)


@with_each_instruction_set
@forms
@given(text=texts)
def test_any_text_is_normalized_as_python_does_it(simd: str, form: str, text: str) -> None:
    expected, encoded = by_python(form, text), text.encode()
    found = normalize(encoded, form, PYTHONS)
    assert found == expected.encode()
    assert (found is encoded) == (text == expected)
    assert is_normalized(encoded, form, PYTHONS) == (text == expected)


@with_each_instruction_set
@forms
def test_real_text(simd: str, form: str) -> None:
    for text in REAL:
        for given_as in FORMS:
            assert_same(form, by_python(given_as, text * 30))


# The first article of the Universal Declaration of Human Rights.
REAL = [
    "Tất cả mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm và quyền lợi. ",
    "Alle Menschen sind frei und gleich an Würde und Rechten geboren. Größe, ﬁnden, ½ m² № 5 ",
    "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है। क़लम ",
    "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ ",
    "يولد جميع الناس أحرارًا متساوين في الكرامة والحقوق. ﷺ ﻻ ",
    "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。ｶﾞｷﾞ㌔ ",
    "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다. ",
    "คน 人人生而自由,在尊严和权利上一律平等。豈更 ",
    "Ὅλοι οἱ ἄνθρωποι γεννιοῦνται ἐλεύθεροι καὶ ἴσοι στὴν ἀξιοπρέπεια. ",
    "བོད་ཀྱི་ྲཱྀཷ ",
    "Zͨa̧̱̎l͓̃̌g̴͔̈́o ",
]


# ---- Other versions --------------------------------------------------------------------------------------------------


def by_tokenizers(form: str, text: str) -> str:
    normalizer: Any = getattr(tokenizers.normalizers, form)()
    return str(normalizer.normalize_str(text))


@forms
def test_every_code_point_is_normalized_as_tokenizers_does_it(form: str) -> None:
    assert_same(form, in_context("{}", CHARACTERS[:0x33000]), VERSION_OF_TOKENIZERS, by_tokenizers)
    assert_same(form, in_context("a{}\u0316", touched()), VERSION_OF_TOKENIZERS, by_tokenizers)


@forms
@given(text=texts)
@example("\U00011945\U00011938\U00011930")  # of Unicode 13: these would compose, and change places
def test_any_text_is_normalized_as_tokenizers_does_it(form: str, text: str) -> None:
    assert normalized(form, text, VERSION_OF_TOKENIZERS) == by_tokenizers(form, text)


@forms
def test_the_newest_version(form: str) -> None:
    newest = pytest.importorskip("unicodedata2")
    if newest.unidata_version != NEWEST_VERSION:
        pytest.skip(f"unicodedata2 has {newest.unidata_version}")
    assert_same(form, in_context("e{}\u0316\u0301", CHARACTERS), None, newest.normalize)


def test_younger_characters_stay_and_nothing_moves_over_them() -> None:
    # U+113C5 of Unicode 16 is composed; U+1ACE of 14 has the class 230.
    composed, parts_of_it = "\U000113c5", "\U000113c2\U000113c2"
    assert normalized("NFD", composed, (16, 0)) == parts_of_it
    assert normalized("NFC", parts_of_it, (16, 0)) == composed
    assert normalized("NFD", composed, (15, 1)) == composed
    assert normalized("NFC", parts_of_it, (15, 1)) == parts_of_it
    assert normalized("NFC", "a\u1ace\u0316\u0301", (14, 0)) == "a\u0316\u1ace\u0301"
    assert normalized("NFC", "a\u1ace\u0316\u0301", (13, 0)) == "a\u1ace\u0316\u0301"


@pytest.mark.parametrize("version", [(4, 0), (OURS[0] + 1, 0), (0, 0), (256, 0), (15, -1)])
def test_versions_that_cannot_be_asked_for(version: Version) -> None:
    with pytest.raises(ValueError, match=r"version|Unicode"):
        normalize(b"a", "NFC", version)


def test_unknown_form() -> None:
    with pytest.raises(ValueError, match="NFC, NFD, NFKC, NFKD, not 'nfc'"):
        is_normalized(b"a", "nfc")


@pytest.mark.skipif("TEXTPROC_UCD" not in os.environ, reason="TEXTPROC_UCD names no folder with the standard's test")
def test_the_standards_own_test() -> None:
    folder = Path(os.environ["TEXTPROC_UCD"])
    packed = folder / "NormalizationTest.txt.bz2"
    read = bz2.decompress(packed.read_bytes()) if packed.exists() else (folder / "NormalizationTest.txt").read_bytes()
    lines = [line.partition("#")[0].split(";")[:5] for line in read.decode().splitlines() if line and line[0] not in "#@"]
    columns = [["".join(chr(int(each, 16)) for each in field.split()) for field in line] for line in lines]
    assert len(columns) > 18_000
    for given_as, composed, decomposed, compatible, compatible_decomposed in columns:
        for text in (given_as, composed, decomposed):
            assert normalized("NFC", text, None) == composed
            assert normalized("NFD", text, None) == decomposed
        for text in (given_as, composed, decomposed, compatible, compatible_decomposed):
            assert normalized("NFKC", text, None) == compatible
            assert normalized("NFKD", text, None) == compatible_decomposed


# ---- Offsets ---------------------------------------------------------------------------------------------------------


def naively(form: str, text: str) -> list[tuple[str, int]]:
    """The characters of the normal form, by its definition, and where in UTF-8 each comes from, by the rule of tokenizers.

    The first part of a character takes it; what is composed takes those of both; what takes none comes from the last taken.
    """
    parts: list[tuple[str, int]] = []  # and how many characters of the text each takes
    for each in text:
        decomposed = by_python("NFKD" if "K" in form else "NFD", each)
        parts += [(part, int(i == 0)) for i, part in enumerate(decomposed)]
    ordered: list[tuple[str, int]] = []
    for is_mark, run in itertools.groupby(parts, lambda item: unicodedata.combining(item[0]) > 0):
        items = list(run)
        ordered += sorted(items, key=lambda item: unicodedata.combining(item[0])) if is_mark else items
    starts = [0, *itertools.accumulate(len(each.encode()) for each in text)]
    found, n_taken = [], 0
    for each, n in composed(ordered) if form.endswith("C") else ordered:
        found.append((each, starts[n_taken if n else n_taken - 1]))
        n_taken += n
    return found


def composed(items: list[tuple[str, int]]) -> list[tuple[str, int]]:
    kept: list[tuple[str, int]] = []
    starter = -1
    for each, n in items:
        combining = unicodedata.combining(each)
        is_next = starter == len(kept) - 1
        if starter >= 0 and (is_next or unicodedata.combining(kept[-1][0]) < combining):
            both = by_python("NFC", kept[starter][0] + each)
            if len(both) == 1:
                kept[starter] = both, kept[starter][1] + n
                continue
        if combining == 0:
            starter = len(kept)
        kept.append((each, n))
    return kept


@with_each_instruction_set
@forms
@given(text=texts)
@example("ö\u0323o\u0308\u0323")
@example("ﬁ\u0316\u0301e\u0344\u0316")
def test_each_byte_comes_from_where_its_character_began(simd: str, form: str, text: str) -> None:
    expected = naively(form, text)
    found, offsets = normalize_with_offsets(text.encode(), form, PYTHONS)
    assert found.decode() == "".join(each for each, _ in expected)
    assert offsets == array("Q", [offset for each, offset in expected for _ in each.encode()])


# ---- Bytes -----------------------------------------------------------------------------------------------------------


@forms
def test_normal_text_is_the_object_that_was_given(form: str) -> None:
    for text in (b"", b"a", b"plain text " * 1000, memoryview(b"plain")):
        assert normalize(text, form) is text
        assert is_normalized(text, form)
        found, offsets = normalize_with_offsets(text, form)
        assert (found, list(offsets)) == (bytes(text), list(range(len(text))))


def test_any_buffer_can_be_given() -> None:
    assert normalize(memoryview(b"_o\xcc\x88_")[1:4], "NFC") == "ö".encode()
    assert normalize(memoryview(bytearray("ö".encode())), "NFD") == b"o\xcc\x88"


@with_each_instruction_set
@forms
@given(
    pieces=st.lists(
        letters_that_matter().map(str.encode)
        | st.binary(max_size=3)
        | st.sampled_from([b"\xe0\xa4", b"\xcc", b"\xf0\x90\x80", b"\xed\xa0\x80"]),
        max_size=40,
    )
)
@example([b"a", b"\xcc", "\u0301".encode()])
def test_ill_formed_bytes_stay_where_they_are(simd: str, form: str, pieces: list[bytes]) -> None:
    text = b"".join(pieces)
    # surrogateescape makes a character of each such byte, which normalization leaves alone.
    expected = by_python(form, text.decode(errors="surrogateescape")).encode(errors="surrogateescape")
    assert normalize(text, form, PYTHONS) == expected
    assert normalize_with_offsets(text, form, PYTHONS)[0] == expected


@forms
def test_what_grows_most(form: str) -> None:
    # 11 times in NFKD, U+FDFA; 3 times in NFC, U+1D160; and in NFD, U+0390.
    for each in "\ufdfa\U0001d160\u0390":
        assert normalized(form, each * 1000) == by_python(form, each * 1000)


@forms
def test_as_many_marks_as_one_likes(form: str) -> None:
    shuffled = random.Random(1).choices(mark_of_each_class(), k=100_000)
    # unicodedata takes the square of their number for marks in any order, so it is given them in order.
    decomposed = "".join(by_python("NFKD" if "K" in form else "NFD", each) for each in shuffled)
    ordered = "".join(sorted(decomposed, key=unicodedata.combining))
    assert normalized(form, "e" + "".join(shuffled)) == by_python(form, "e" + ordered)


# ---- Cuts ------------------------------------------------------------------------------------------------------------


@forms
@given(text=texts, nbytes=st.integers(0, 400))
@example("e\u0301", 2)
def test_a_text_can_be_cut_where_it_is_said(form: str, text: str, nbytes: int) -> None:
    encoded = text.encode()
    cut = find_cut(encoded[:nbytes], form, PYTHONS)
    assert 0 <= cut <= len(encoded[:nbytes])
    parts_of_it = [bytes(normalize(part, form, PYTHONS)) for part in (encoded[:cut], encoded[cut:])]
    assert b"".join(parts_of_it) == by_python(form, text).encode()


@forms
def test_a_cut_is_as_late_as_it_can_be(form: str) -> None:
    assert find_cut(b"abc", form) == 2
    assert find_cut("abe\u0301\u0302".encode(), form) == 2
    assert find_cut("abe\u0301".encode()[:-1], form) == 2
    assert find_cut("\u0301\u0302".encode(), form) == 0
    assert find_cut(b"", form) == 0


def test_characters_that_are_too_new_are_places_to_cut() -> None:
    assert find_cut("a\u1ace".encode(), "NFC", (13, 0)) == 1
    assert find_cut("a\u1ace".encode(), "NFC", (14, 0)) == 0
