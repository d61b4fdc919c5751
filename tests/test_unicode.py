"""Words are Python's: parted where str.split parts, lowered as str.lower lowers.

Held against the running Python, for every code point that it knows, in every context that can matter: alone, within
a word, beside letters, and on either side of a capital sigma, whose lower-case form depends on what stands around it.
"""

import itertools
import unicodedata
from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import text_processor
from text_processor._native.text import fold
from text_processor._native.unicode import strip_accents

SURROGATES = range(0xD800, 0xE000)

CONTEXTS = ["{}", "a{}b", "A{}", "{}A", "AΣ{}", "A{}Σ", "{}Σ", "Σ{}", "AΣ{}B"]

# One of each kind: cased letters, a sigma of either size, case-ignorable characters that are cased as well (U+0345,
# U+02B0) and that are not, a letter without case, one that becomes two, one beyond the first plane, white space.
KINDS = "aBΣσ'\u00ad\u0301\u0345\u02b0中İ\U00010400 "

# Twins are cut to what the running Python knows, if the tables know it.
TABLES = tuple(map(int, text_processor.UNICODE_VERSION.split(".")))
OF_PYTHON = tuple(map(int, unicodedata.unidata_version.split(".")))

knows_python = pytest.mark.skipif(
    OF_PYTHON > TABLES,
    reason=f"the tables know less than Unicode {unicodedata.unidata_version}",
)

CHARACTERS = [chr(code_point) for code_point in range(0x110000) if code_point not in SURROGATES]

# Without most ideographs, syllables and private characters, which are all alike. All that have case, also those that the
# running Python does not know, are below U+20000.
ALIKE = ("CJK UNIFIED IDEOGRAPH", "HANGUL SYLLABLE", "TANGUT IDEOGRAPH", "EGYPTIAN HIEROGLYPH")
UNLIKE = [
    each
    for each in CHARACTERS[:0x20000]
    if ord(each) % 16 == 0 or (unicodedata.category(each) != "Co" and not unicodedata.name(each, "").startswith(ALIKE))
] + CHARACTERS[0x20000::64]


def python_count(text):
    return Counter(word.lower() for word in text.split())


def is_same(text):
    """Whether the counts agree, and the order in which the words were first seen."""
    return list(text_processor.word_count(text).items()) == list(python_count(text).items())


def assert_same(texts):
    """Compare all texts, one a line, in one call; find out which one is to blame only if they differ."""
    if is_same("\n".join(texts)):
        return
    wrong = [text for text in texts if not is_same(text)]
    examples = [f"{text!a}: {text_processor.word_count(text)!a}, in Python {dict(python_count(text))!a}" for text in wrong[:20]]
    pytest.fail("\n".join([f"{len(wrong)} of {len(texts)} texts differ by themselves", *examples]))


def test_unicode_version():
    assert text_processor.UNICODE_VERSION == "17.0.0"


@knows_python
@pytest.mark.parametrize("context", CONTEXTS)
def test_every_character_counts_as_in_python(context):
    """Those that are not assigned, too: no letter is lowered that the running Python does not know."""
    assert_same([context.replace("{}", character) for character in UNLIKE])


@knows_python
def test_every_character_folds_as_in_python():
    folded = fold("\0".join(CHARACTERS[1:])).split("\0")
    assert [pair for pair in zip(CHARACTERS[1:], folded, strict=True) if pair[0].casefold() != pair[1]] == []


@given(st.text(max_size=150))
@example("Ⱥ" * 70 + "ß" * 70 + "ΐ" * 70)
@example("A" * 63 + "ß" + "B" * 64 + "é")
def test_texts_fold_as_in_python(text):
    assert fold(text) == text.casefold()


@pytest.mark.parametrize("length", range(200))
def test_ascii_of_every_length_folds(length):
    text = ("The Quick BROWN Fox @[`{ \0\x7f" * 10)[:length]
    assert fold(text) == text.lower()
    assert fold(text + "ẞ") == text.lower() + "ss"


def strip(text):
    return bytes(strip_accents(text.encode(), OF_PYTHON[:2])).decode()


def stripped_by_python(text):
    return "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))


@knows_python
def test_every_character_loses_its_accents_as_in_scikit_learn():
    stripped = strip("\0".join(CHARACTERS[1:])).split("\0")
    pairs = zip(CHARACTERS[1:], stripped, strict=True)
    assert [character for character, found in pairs if stripped_by_python(character) != found] == []


@knows_python
@given(st.text(max_size=150))
@example("é" * 100 + "e\u0301\u0316" * 50)
@example("a" * 62 + "\u0301" * 70 + "\U0001d165" * 20)
def test_texts_lose_their_accents_as_in_scikit_learn(text):
    assert strip(text) == stripped_by_python(text)


@pytest.mark.parametrize("length", range(1, 5))
def test_every_short_text_of_all_kinds_counts_as_in_python(length):
    assert_same(["".join(letters) for letters in itertools.product(KINDS, repeat=length)])


def test_white_space_is_that_of_str_split():
    spaces = [chr(code_point) for code_point in range(0x110000) if chr(code_point).isspace()]
    assert len(spaces) == 29
    assert text_processor.word_count("".join(f"x{space}" for space in spaces)) == {"x": 29}


def test_what_looks_like_white_space_but_is_none():
    joiners = "\u180e\u200b\u200c\u200d\u2060\ufeff"
    assert text_processor.word_count(f"a{joiners}b") == {f"a{joiners}b": 1}


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("ΟΔΟΣ Οδος οδοσ", {"οδος": 2, "οδοσ": 1}),
        ("Σ ΣΣ", {"σ": 1, "σς": 1}),
        ("DİYARBAKIR", {"di\u0307yarbakir": 1}),
        ("STRASSE Straße STRAẞE", {"strasse": 1, "straße": 2}),
        ("ȺȾ", {"ⱥⱦ": 1}),
        ("\u212a K k", {"k": 3}),
    ],
)
def test_lowering_that_is_more_than_ascii(text, counts):
    assert text_processor.word_count(text) == counts
