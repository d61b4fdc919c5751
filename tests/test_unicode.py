"""Words are Python's: parted where str.split parts, lowered as str.lower lowers.

Held against the running Python, for every code point that it knows, in every context that can matter: alone, within
a word, beside letters, and on either side of a capital sigma, whose lower-case form depends on what stands around it.
"""

import itertools
import unicodedata
from collections import Counter

import pytest

import text_processor

OUR_UNICODE = (16, 0, 0)
PYTHONS_UNICODE = tuple(map(int, unicodedata.unidata_version.split(".")))

# Characters that Python 3.11 (Unicode 14.0), 3.12 (15.0) and 3.13 (15.1) know, but treat otherwise than Unicode 16.0.
CHANGED = {
    "AHOM CONSONANT SIGN MEDIAL RA": "category Mn, hence case-ignorable, until 15.1; Mc, hence not, from 16.0 on",
}

SURROGATES = range(0xD800, 0xE000)

CONTEXTS = ["{}", "a{}b", "A{}", "{}A", "AΣ{}", "A{}Σ", "{}Σ", "Σ{}", "AΣ{}B"]

# One of each kind: cased letters, a sigma of either size, case-ignorable characters that are cased as well (U+0345,
# U+02B0) and that are not, a letter without case, one that becomes two, one beyond the first plane, white space.
KINDS = "aBΣσ'\u00ad\u0301\u0345\u02b0中İ\U00010400 "

knows_our_unicode_or_less = pytest.mark.skipif(
    PYTHONS_UNICODE > OUR_UNICODE, reason=f"Unicode {unicodedata.unidata_version} has letters that 16.0 has not"
)


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


@pytest.fixture(scope="module")
def known_characters():
    changed = {unicodedata.lookup(name) for name in CHANGED} if PYTHONS_UNICODE < OUR_UNICODE else set()
    characters = (chr(code_point) for code_point in range(0x110000) if code_point not in SURROGATES)
    return [each for each in characters if unicodedata.category(each) != "Cn" and each not in changed]


def test_unicode_version():
    assert text_processor.UNICODE_VERSION == "16.0.0"


@knows_our_unicode_or_less
@pytest.mark.parametrize("context", CONTEXTS)
def test_every_known_character_counts_as_in_python(context, known_characters):
    assert_same([context.replace("{}", character) for character in known_characters])


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


def test_letters_new_in_unicode_16():
    # LATIN CAPITAL LETTER RAMS HORN and LATIN CAPITAL LETTER LAMBDA WITH STROKE, whose small letters are older.
    assert text_processor.word_count("\ua7cb \ua7dc") == {"\u0264": 1, "\u019b": 1}


def test_changed_characters_count_as_in_unicode_16():
    medial_ra = unicodedata.lookup("AHOM CONSONANT SIGN MEDIAL RA")
    assert text_processor.word_count(f"A{medial_ra}Σ AΣ{medial_ra}B") == {f"a{medial_ra}σ": 1, f"aς{medial_ra}b": 1}
