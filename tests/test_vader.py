"""The twin of vaderSentiment 3.3.2 and of NLTK's copy: each number equals theirs, to the bit.

What is made up here touches every rule; the texts that come with vaderSentiment's sources are compared too where
``VADER_TEXTS`` names the folder that their archive ``hutto_ICWSM_2014.tar.gz`` unpacks to.
"""

from __future__ import annotations

import copy
import csv
import gzip
import itertools
import json
import math
import os
import pickle
import random
import runpy
import struct
import sys
import threading
import types
import unicodedata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("vaderSentiment", reason="the twin is held against vaderSentiment")
if find_spec("nltk") is None:  # importing the whole of it takes seconds
    pytest.skip("the twin is held against NLTK too", allow_module_level=True)

import numpy as np
import pyarrow as pa
from vader_texts import SPACES, Maker, icwsm, nltk_module, original, originals
from vaderSentiment import vaderSentiment as package  # noqa: N813

from text_processor import InvalidDocumentError, TextAnalyzer, TextProcessorError, cli, set_memory_limit
from text_processor._documents.sources import Options
from text_processor._native import sentiment as native
from text_processor._native.text import closing_batch
from text_processor.report._texts import Files
from text_processor.vader import SentimentIntensityAnalyzer

RULES = ["vaderSentiment", "nltk"]
ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def analyzers() -> dict[str, SentimentIntensityAnalyzer]:
    return {rules: SentimentIntensityAnalyzer(rules=rules) for rules in RULES}


def bits(numbers: Any) -> bytes:
    """Numbers as they lie in memory: 0.0 and -0.0 differ."""
    return struct.pack("4d", *numbers)


def differences(ours: SentimentIntensityAnalyzer, theirs: Any, texts: list[str]) -> list[Any]:
    """The texts whose scores differ, in many at once or one by one."""
    many = ours.scores(texts, threads=1)
    wrong = []
    for text, found in zip(texts, many, strict=True):
        expected = theirs.polarity_scores(text)
        if not bits(expected.values()) == bits(found) == bits(ours.polarity_scores(text).values()):
            wrong.append((text, expected, found))
    return wrong[:5]


# ---- Equal scores ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rules", RULES)
def test_texts_that_touch_every_rule(rules: str, analyzers: dict[str, SentimentIntensityAnalyzer]) -> None:
    """1,155,000 of other seeds were compared when this was written; `python tests/vader_texts.py SEED N` does it again."""
    texts = Maker(20261129).texts(1500)
    assert differences(analyzers[rules], originals()[rules], texts) == []


any_text = st.text(st.characters() | st.sampled_from("!?'. \t\u2028\ufe0f❤"), max_size=40)
WORDS = "good bad not NOT no kind of but GREAT never so least very the shit to die for isn't ❤ :) İ \u212aind"
any_words = st.lists(st.sampled_from(WORDS.split(" ")) | any_text, max_size=12)


@pytest.mark.parametrize("rules", RULES)
@given(words=any_words, space=st.sampled_from(SPACES))
def test_any_text_of_unicode(
    rules: str, analyzers: dict[str, SentimentIntensityAnalyzer], words: list[str], space: str
) -> None:
    assert differences(analyzers[rules], originals()[rules], [space.join(words), " ".join(words)]) == []


@pytest.mark.parametrize("rules", RULES)
def test_texts_of_the_sources(rules: str, analyzers: dict[str, SentimentIntensityAnalyzer]) -> None:
    folder = os.environ.get("VADER_TEXTS")
    if folder is None:
        pytest.skip("VADER_TEXTS names no folder with the texts that come with vaderSentiment's sources")
    texts = icwsm(Path(folder))
    assert len(texts) == 23703
    assert differences(analyzers[rules], originals()[rules], texts) == []


def test_capitals_are_those_of_python(analyzers: dict[str, SentimentIntensityAnalyzer]) -> None:
    """GOOD is in capitals among others exactly if the other word is not: that tells `str.isupper` of each character."""
    emojis = analyzers["vaderSentiment"].emojis
    characters = [each for each in map(chr, range(0x80, 0x110000)) if each not in emojis and not each.isspace()]
    if unicodedata.unidata_version > "17.0.0":  # characters that our tables do not have yet
        characters = [each for each in characters if unicodedata.category(each) != "Cn"]
    capitals = analyzers["vaderSentiment"].polarity_scores("GOOD zqq")["compound"]
    for end in ("11", "ZQ"):  # behind the one only a capital is in capitals, behind the other all but small letters
        found = analyzers["vaderSentiment"].compound([f"GOOD {each}{end}" for each in characters]) != capitals
        expected = np.fromiter((f"{each}{end}".isupper() for each in characters), np.bool_)
        assert list(itertools.compress(characters, (found != expected).tolist())) == []


def test_rounding_is_that_of_python() -> None:
    """Values are found so that the compound is any number: `round` of halves and of their neighbours."""
    ours, theirs = SentimentIntensityAnalyzer(lexicon={"x": 1.0}, emoji_lexicon=os.devnull), originals()["vaderSentiment"]
    theirs = copy.copy(theirs)
    maker = random.Random(5)
    for _ in range(300):
        goal = maker.choice((maker.random(), (maker.randrange(10000) + 0.5) / 10000, maker.randrange(32) / 32))
        value = goal * math.sqrt(15 / (1 - min(goal, 0.99) ** 2)) * maker.choice((1, -1))
        for each in (value, math.nextafter(value, 9), math.nextafter(value, -9)):
            ours.lexicon["x"] = each
            theirs.lexicon = {"x": each}
            assert differences(ours, theirs, ["x", "x a", "x a b"]) == []


# ---- Quirks ----------------------------------------------------------------------------------------------------------

# Each name tells what the original does; the text and its scores are compared with it, and the compound is written here too.
QUIRKS = {
    "but changes the first of equal values again and again": ("love nice but good good hate", None),
    "but as the first word strengthens all": ("but good bad good", None),
    "but as the last word weakens all": ("good bad good but", None),
    "only the first but counts": ("good but bad but nice", None),
    "an idiom is found from the fourth word on": ("this is the shit", 0.6124),
    "an idiom before the fourth word is not": ("the shit", -0.5574),
    "so within three words changes": ("x y so good", 0.5777),
    "so in front boosts": ("so good", 0.4927),
    "an emoji is not parted from what follows": ("I❤you", 0.0),
    "an emoji alone is its words": ("I ❤ you", 0.6369),
    "a variation selector ends no emoji": ("I ❤\ufe0f you", None),
    "a description may have an exclamation mark": ("good 🔛 🆙", None),
    "emoticons of letters are in capitals": ("good :D", None),
    "I is in capitals": ("I GOOD", None),
    "capitals of all words count nothing": ("GOOD MOVIE", 0.4404),
    "a curly apostrophe does not negate": ("isn’t good", 0.4404),
    "a straight one does": ("isn't good", -0.3412),
    "n't in capitals does": ("ISN'T good", None),
    "the Kelvin sign is lowered to k": ("\u212aind", 0.5267),
    "no before a word of the lexicon": ("no good", None),
    "no three words before, with or": ("no bad or good", None),
    "no by itself": ("no", -0.296),
    "no at the end": ("good no", None),
    "kind of is no kindness": ("it is kind of good", None),
    "kind is": ("it is kind and good", None),
    "sort of before a word": ("it was sort of good", None),
    "least turns around": ("least good", None),
    "at least does not": ("it is at least good", None),
    "very least does not": ("the very least good", None),
    "never so is stronger": ("never so good", None),
    "never this, with a word between": ("never this very good", None),
    "without doubt is neutral": ("without a doubt good", None),
    "without turns around": ("without good", None),
    "a booster in capitals": ("it was VERY good", None),
    "a booster before a negative word": ("it was very bad", None),
    "a booster in capitals before a negative word": ("it was VERY bad", None),
    "two boosters": ("it was really very good", None),
    "three boosters": ("quite really very good", None),
    "four exclamation marks count": ("good!!!!", None),
    "five count as four": ("good!!!!!", None),
    "one question mark counts nothing": ("good?", 0.4404),
    "two question marks count": ("good??", None),
    "four question marks count as any more": ("good????????", None),
    "marks add nothing to zero": ("table!!!", 0.0),
    "marks of an even text go to no side": ("good bad !!", None),
    "two characters keep their punctuation": ("'no' no. :( (:", None),
    "only punctuation is a word": ("... !!! --", 0.0),
    "white space of Python parts": ("good\x1cbad\u2028nice\x85not\u3000good", None),
    "a zero byte does not": ("good\x00bad", 0.0),
    "a zero-width joiner does not": ("good\u200dbad", 0.0),
    "capital sigma at the end": ("ΟΔΟΣ good GOOD", None),
    "a letter in title case is no capital": ("ǅ GOOD", None),
    "nothing": ("", 0.0),
    "white space alone": (" \t\u2003", 0.0),
    "a word of the lexicon with blanks is never found": ("i am fed up", 0.0),
    "a lone surrogate is a character": ("good \ud800\udc00 not\udfff bad \ud800", None),
}


@pytest.mark.parametrize("name", QUIRKS)
def test_quirk_of_vadersentiment(name: str, analyzers: dict[str, SentimentIntensityAnalyzer]) -> None:
    text, compound = QUIRKS[name]
    scores = analyzers["vaderSentiment"].polarity_scores(text)
    assert list(scores.items()) == list(originals()["vaderSentiment"].polarity_scores(text).items())
    assert compound in (None, scores["compound"])


NLTK_QUIRKS = {
    "a repeated word has the value of its first occurrence": "good not good not good",
    "the first occurrence is of the same case": "Good not good not Good",
    "idioms are those in the case of the text": "this is the bomb, this is The Bomb",
    "cut the mustard": "well it does cut the mustard love",
    "never so is stronger than in the package": "never so good",
    "never so in capitals is not": "NEVER SO good",
    "a single character is no word": "I am x GOOD",
    "some punctuation goes from one end": "good. ,good 'good' !!good good?!? good!!!! good;;",
    "a word of one letter keeps it": "a. b! good",
    "an emoji is no word": "I ❤ you",
    "no is a word of the lexicon": "no good",
    "kind of, kind first": "kind and kind of good kind",
    "kind of, at first": "kind of good and kind",
    "but weighs each value": "good nice good but good bad good",
    "sort of in another case adds nothing": "it was Sort Of good",
    "sort of adds": "it was sort of good",
    "two phrases add once": "kind of sort of good",
    "at least": "at least good",
    "hyphenated-good and apostrophe's": "well-good good's -good",
}


@pytest.mark.parametrize("name", NLTK_QUIRKS)
def test_quirk_of_nltk(name: str, analyzers: dict[str, SentimentIntensityAnalyzer]) -> None:
    assert differences(analyzers["nltk"], originals()["nltk"], [NLTK_QUIRKS[name]]) == []


@pytest.mark.parametrize("rules", RULES)
def test_but_among_many_equal_values(rules: str, analyzers: dict[str, SentimentIntensityAnalyzer]) -> None:
    """Values that meet again after they were halved: long texts of few words."""
    maker = random.Random(3)
    lexicon = {"a1": 1.0, "b2": 2.0, "c4": 4.0, "d0": 0.0, "e3": -1.5, "f6": 2.25, "g5": 0.5}
    ours = SentimentIntensityAnalyzer(rules=rules)
    ours.lexicon = dict(lexicon)
    theirs = copy.copy(originals()[rules])
    theirs.lexicon = lexicon
    texts = []
    for _ in range(150):
        words = maker.choices([*lexicon, "x1"], k=maker.randrange(60))
        words.insert(maker.randrange(len(words) + 1), "but")
        texts.append(" ".join(words))
    assert differences(ours, theirs, texts) == []


# ---- Sums of Python --------------------------------------------------------------------------------------------------


def sum_as(way: int, values: list[float | int]) -> float:
    """`sum` of an older or newer Python: plain, compensated for floats, compensated for all."""
    total: Any = 0
    correction = 0.0
    for value in values:
        if isinstance(total, int) or way == 0 or (isinstance(value, int) and way == 1):
            total += value
            continue
        new = total + value
        correction += (total - new) + value if abs(total) >= abs(value) else (value - new) + total
        total = new
    return float(total + correction if correction and math.isfinite(correction) else total)


def test_our_model_of_sum_is_that_of_the_running_python() -> None:
    maker = random.Random(1)
    way = native._way_to_sum()
    for _ in range(300):
        values = [maker.choice((0, 3, -2, 0.0, maker.uniform(-4, 4), 1.9, 1e16, -1e16)) for _ in range(maker.randrange(9))]
        assert sum_as(way, values) == float(sum(values))


@pytest.mark.parametrize("way", [0, 1, 2])
def test_sums_of_other_pythons(way: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Large values show each bit: what an older or newer Python adds up is made up for the original too."""
    maker = random.Random(way)
    monkeypatch.setattr(native, "_way_to_sum", lambda: way)
    monkeypatch.setattr(package, "sum", lambda values: sum_as(way, values), raising=False)
    lexicon: dict[str, float | int] = {"one": 1.1e16, "two": -1.1e16, "three": 0.7, "four": 3, "five": -0.1, "six": 0.0}
    ours = SentimentIntensityAnalyzer()
    ours.lexicon = lexicon
    theirs = copy.copy(originals()["vaderSentiment"])
    theirs.lexicon = lexicon
    texts = [" ".join(maker.choices([*lexicon, "x", "this is the shit", "but"], k=maker.randrange(12))) for _ in range(400)]
    assert differences(ours, theirs, texts) == []


# ---- Lexicons --------------------------------------------------------------------------------------------------------


def test_the_lexicons_are_those_of_the_package() -> None:
    ours, theirs = SentimentIntensityAnalyzer(), original()
    assert list(ours.lexicon.items()) == list(theirs.lexicon.items())
    assert list(ours.emojis.items()) == list(theirs.emojis.items())
    assert ours.make_lex_dict() == theirs.make_lex_dict()
    assert ours.make_emoji_dict() == theirs.make_emoji_dict()
    assert (ours.boosters, ours.idioms) == (package.BOOSTER_DICT, package.SPECIAL_CASES)
    assert ours.negations == {*package.NEGATE}


@pytest.mark.filterwarnings(r"ignore:codecs\.open\(\) is deprecated:DeprecationWarning")  # the package opens its files by it
def test_the_data_is_what_the_generator_makes(monkeypatch: pytest.MonkeyPatch) -> None:
    modules = {name: types.ModuleType(name) for name in ("nltk", "nltk.sentiment")} | {"nltk.sentiment.vader": nltk_module()}
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setattr(sys, "argv", ["generate_vader_data.py", "--check"])
    with pytest.raises(SystemExit, match=r"^0$"):
        runpy.run_path(str(ROOT / "tools" / "generate_vader_data.py"), run_name="__main__")


CHANGES = {
    "set": lambda lexicon: lexicon.__setitem__("table", 3.1),
    "update": lambda lexicon: lexicon.update(table=3.1, good=-1),
    "|=": lambda lexicon: lexicon.__ior__({"table": 3.1}),
    "delete": lambda lexicon: lexicon.__delitem__("good"),
    "pop": lambda lexicon: lexicon.pop("good"),
    "popitem": lambda lexicon: lexicon.popitem(),
    "setdefault": lambda lexicon: lexicon.setdefault("table", -2.5),
    "clear": lambda lexicon: lexicon.clear(),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_the_lexicon_takes_effect(name: str) -> None:
    ours, theirs = SentimentIntensityAnalyzer(), original()
    texts = ["a good table", "}:-( no table", "it's not good"]
    ours.scores(texts)
    CHANGES[name](ours.lexicon)
    CHANGES[name](theirs.lexicon)
    assert ours.lexicon == theirs.lexicon
    assert differences(ours, theirs, texts) == []


def test_a_dict_of_ones_own_is_followed_too() -> None:
    ours, theirs = SentimentIntensityAnalyzer(), original()
    lexicon = {"table": 2.0}
    ours.lexicon = theirs.lexicon = lexicon
    assert ours.lexicon is lexicon
    for value in (2.0, -1, 3):
        lexicon["table"] = value
        assert differences(ours, theirs, ["a table", "A TABLE!", "table"]) == []


def test_emoji_can_be_changed() -> None:
    ours, theirs = SentimentIntensityAnalyzer(), original()
    for analyzer in (ours, theirs):
        analyzer.emojis.update({"❤": "hate", "x": "good", "€": "", "ab": "bad", "\ud800": "nice"})
    assert differences(ours, theirs, ["I ❤ you", "a x b axb x", "€5 a€", "ab", "xx x❤x", "\ud800 \ud801"]) == []


def test_odd_keys_are_never_found() -> None:
    ours, theirs = SentimentIntensityAnalyzer(), original()
    for analyzer in (ours, theirs):
        analyzer.lexicon.update(
            {"": 4.0, "two words": 4.0, "Upper": 4.0, 7: 4.0, "line\nend": 4.0, "\ud800": 2.0, "x" * 40: 3.0}
        )
    texts = ["two words Upper upper 7 line\nend", "\ud800", "x" * 40, "X" * 40 + " a", "x" * 41, "x" * 5000]
    assert differences(ours, theirs, texts) == []


def test_copies_and_pickles_have_their_own_lexicon() -> None:
    analyzer = SentimentIntensityAnalyzer()
    analyzer.lexicon["table"] = 2.0
    for other in (copy.copy(analyzer), copy.deepcopy(analyzer), pickle.loads(pickle.dumps(analyzer))):
        assert other.polarity_scores("a table") == analyzer.polarity_scores("a table")
        assert other.lexicon == analyzer.lexicon
    deep = copy.deepcopy(analyzer)
    deep.lexicon["table"] = -2.0
    assert analyzer.polarity_scores("a table")["compound"] > 0 > deep.polarity_scores("a table")["compound"]


def test_lexicon_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "own.txt"
    path.write_text("gut\t2.1\t0.5\t[1, 2]\nsuper\t3\n\ngut\t1.9\n", encoding="utf-8")
    ours, theirs = SentimentIntensityAnalyzer(str(path)), original(str(path))
    assert ours.lexicon == theirs.lexicon == {"gut": 1.9, "super": 3.0}
    assert differences(ours, theirs, ["gut", "nicht gut", "super gut!"]) == []


def test_the_file_of_a_lexicon_is_read_in_any_form(tmp_path: Path) -> None:
    path, text = tmp_path / "own.txt", "gut\t2.1\nsuper\t3\n"
    for data in (gzip.compress(text.encode()), text.encode("utf-16"), text.encode("utf-8-sig"), text[:-1].encode()):
        path.write_bytes(data)
        assert SentimentIntensityAnalyzer(path).lexicon == {"gut": 2.1, "super": 3.0}
    path.write_bytes(b"gut\t2.1\n\xff\t3\n")
    with pytest.raises(InvalidDocumentError, match=r": Document 1 is not valid UTF-8 at byte 0, byte 8 of the input"):
        SentimentIntensityAnalyzer(path)
    path.write_bytes((text * 9).encode("utf-16-le"))
    with pytest.raises(InvalidDocumentError, match=r": the text looks like UTF-16-LE without"):
        SentimentIntensityAnalyzer(path)


def test_words_of_another_language(monkeypatch: pytest.MonkeyPatch) -> None:
    boosters = {"sehr": 0.293, "kaum": -0.293, "ein bisschen": -0.293}
    negations, idioms = ["nicht", "kein", "nie"], {"auf den hund": -2, "hand und fuß": 2.5}
    lexicon = {"gut": 1.9, "schlecht": -2.5, "hund": 0.5, "liebe": 3}
    ours = SentimentIntensityAnalyzer(lexicon=lexicon, boosters=boosters, negations=negations, idioms=idioms)
    theirs = copy.copy(originals()["vaderSentiment"])
    theirs.lexicon = lexicon
    monkeypatch.setattr(package, "BOOSTER_DICT", boosters)
    monkeypatch.setattr(package, "NEGATE", negations)
    monkeypatch.setattr(package, "SPECIAL_CASES", idioms)
    maker = random.Random(7)
    words = [*lexicon, *boosters, *negations, *idioms, "das", "ist", "SEHR", "GUT", "Nicht", "auf", "den", "!"]
    assert differences(ours, theirs, [" ".join(maker.choices(words, k=maker.randrange(9))) for _ in range(500)]) == []


def test_roles_of_another_language() -> None:
    english = SentimentIntensityAnalyzer(lexicon={"gut": 1.9, "schlecht": -2.5, "no": -1.2})
    german = SentimentIntensityAnalyzer(lexicon={"gut": 1.9, "schlecht": -2.5, "no": -1.2}, words={"but": ["aber"], "no": []})
    assert german.polarity_scores("gut aber schlecht") == english.polarity_scores("gut but schlecht")
    assert german.polarity_scores("no gut")["compound"] != english.polarity_scores("no gut")["compound"]


def test_a_phrase_counts_as_one_word() -> None:
    """As in the original a word that the phrase is joined to."""
    ours = SentimentIntensityAnalyzer(lexicon={"cash flow": 2.0, "cash flow problem": -2.5, "good": 1.9, "flow": 1.0})
    assert (ours.lexicon, ours.phrases) == ({"good": 1.9, "flow": 1.0}, {"cash flow": 2.0, "cash flow problem": -2.5})
    theirs = copy.copy(originals()["vaderSentiment"])
    theirs.lexicon = {"cash_flow": 2.0, "cash_flow_problem": -2.5, "good": 1.9, "flow": 1.0}
    maker = random.Random(9)
    words = ["cash", "flow", "Cash", "FLOW", "problem", "good", "not", "very", "a", "but"]
    for _ in range(500):
        text = " ".join(maker.choices(words, k=maker.randrange(10)))
        joined = package.re.sub(r"(?i)\bcash flow( problem)?\b", lambda found: found[0].replace(" ", "_"), text)
        assert ours.polarity_scores(text) == theirs.polarity_scores(joined), text
    ours.phrases["a good"] = 3.9
    assert ours.polarity_scores("a good")["compound"] == 0.7096


# ---- Many texts ------------------------------------------------------------------------------------------------------

FEW = ["good", "", "not good ❤", "BAD!\nreally", "x" * 20]


def test_scores_are_a_structured_array(analyzers: dict[str, SentimentIntensityAnalyzer]) -> None:
    scores = analyzers["vaderSentiment"].scores(FEW)
    assert scores.dtype == np.dtype([(name, "f8") for name in ("neg", "neu", "pos", "compound")])
    assert [dict(zip(scores.dtype.names, row, strict=True)) for row in scores.tolist()] == [
        analyzers["vaderSentiment"].polarity_scores(text) for text in FEW
    ]
    compound = analyzers["vaderSentiment"].compound(iter(FEW))
    assert compound.dtype == np.float64
    assert compound.tolist() == scores["compound"].tolist()
    assert len(analyzers["vaderSentiment"].scores([])) == len(analyzers["vaderSentiment"].compound(())) == 0


@pytest.mark.parametrize("given_as", ["bytes", "bytearray", "mixed", "generator", "subclass"])
def test_texts_of_any_type(given_as: str, analyzers: dict[str, SentimentIntensityAnalyzer]) -> None:
    class Text(str):
        __slots__ = ()

        def __len__(self) -> int:
            raise AssertionError("what a subclass overrides is not called")

    given: Any = {
        "bytes": [text.encode() for text in FEW],
        "bytearray": [bytearray(text.encode()) for text in FEW],
        "mixed": [*FEW[:2], *(text.encode() for text in FEW[2:])],
        "generator": (text for text in FEW),
        "subclass": [Text(text) for text in FEW],
    }[given_as]
    assert analyzers["vaderSentiment"].scores(given).tolist() == analyzers["vaderSentiment"].scores(FEW).tolist()


@pytest.mark.parametrize("rules", RULES)
@pytest.mark.parametrize("threads", [1, 2, 3, 7])
def test_threads_change_nothing(rules: str, threads: int, analyzers: dict[str, SentimentIntensityAnalyzer]) -> None:
    texts = Maker(4).texts(3000)
    assert analyzers[rules].scores(texts, threads).tobytes() == analyzers[rules].scores(texts, 1).tobytes()


def test_columns_give_columns(analyzers: dict[str, SentimentIntensityAnalyzer]) -> None:
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    texts = ["good", None, "", "not good ❤", "a" * 300000 + " bad"]
    expected = [None if text is None else analyzers["vaderSentiment"].polarity_scores(text) for text in texts]
    for column in (pa.array(texts), pa.chunked_array([texts[:2], texts[2:]]), pandas.Series(texts), polars.Series(texts)):
        scores = analyzers["vaderSentiment"].scores(column)
        assert scores.to_pylist() == expected
        assert scores.type == pa.struct([(name, pa.float64()) for name in ("neg", "neu", "pos", "compound")])
        compound = analyzers["vaderSentiment"].compound(column)
        assert compound.to_pylist() == [each and each["compound"] for each in expected]
    missing = pandas.Series(["good", float("nan"), None], dtype=object)
    assert analyzers["vaderSentiment"].compound(missing).to_pylist() == [0.4404, None, None]
    assert analyzers["vaderSentiment"].compound(pa.nulls(2)).to_pylist() == [None, None]


def test_lines_of_a_file(tmp_path: Path, analyzers: dict[str, SentimentIntensityAnalyzer]) -> None:
    lines = Maker(6).texts(2000)
    lines = [line.replace("\n", " ") for line in lines] + ["", "last"]
    expected = analyzers["vaderSentiment"].scores(lines).tolist()
    for text in ("\n".join(lines), "\n".join(lines) + "\n", "\ufeff" + "\n".join(lines)):
        (tmp_path / "lines").write_text(text, encoding="utf-8", newline="")
        assert analyzers["vaderSentiment"].scores(tmp_path / "lines").tolist() == expected
    (tmp_path / "empty").touch()
    assert len(analyzers["vaderSentiment"].scores(tmp_path / "empty")) == 0


def test_a_fault_in_a_file_is_told_by_its_line(
    tmp_path: Path, analyzers: dict[str, SentimentIntensityAnalyzer], capfd: pytest.CaptureFixture[str]
) -> None:
    line, n = b"a good line\n", 50_000  # of three blocks
    path = tmp_path / "lines"
    path.write_bytes(line * n + b"bad \xff here\n" + line)
    message = f"Document {n} is not valid UTF-8 at byte 4, byte {len(line) * n + 4} of the input"
    with pytest.raises(InvalidDocumentError, match=message) as caught:
        analyzers["vaderSentiment"].compound(path)
    assert (caught.value.index, caught.value.offset, caught.value.position) == (n, 4, len(line) * n + 4)
    assert cli.main(["sentiment", str(path)]) == 1
    assert f"{message}; --errors replace reads it as U+FFFD" in capfd.readouterr().err
    with pytest.raises(InvalidDocumentError, match=message):
        list(Files([path], Options("lines", "skip"), 1, can_be_cut=False).pieces(1 << 20))


def test_progress_reaches_the_end(tmp_path: Path, analyzers: dict[str, SentimentIntensityAnalyzer]) -> None:
    (tmp_path / "lines").write_text("good\n\nbad", encoding="utf-8")
    for given_as, total in (
        (["good", "bad"], 7),
        (pa.array(["good", "bad"]), 7),
        (tmp_path / "lines", 9),
        (iter(["bad"]), None),
    ):
        seen: list[Any] = []
        analyzers["vaderSentiment"].scores(given_as, progress=lambda done, of, seen=seen: seen.append((done, of)))
        assert seen[-1] == (total or 3, total)


@pytest.mark.parametrize(
    ("given_as", "kind", "message"),
    [
        ("a text", TypeError, "texts must be an iterable of texts.* not one str; polarity_scores"),
        (["good", None], TypeError, "text 1 must be str.*NoneType, a missing value"),
        (["good"] * 5000 + [7], TypeError, "text 5000 must be str, bytes or another buffer of bytes, not int"),
        ([b"good", b"\xff"], InvalidDocumentError, "text 1 is not valid UTF-8 at byte 0"),
        ({"a": 1}, TypeError, "not dict"),
        (pa.array([1]), TypeError, "column must hold text"),
    ],
    ids=["str", "None", "int", "bytes", "dict", "numbers"],
)
def test_what_is_no_text_is_refused(
    given_as: Any, kind: type[Exception], message: str, analyzers: dict[str, SentimentIntensityAnalyzer]
) -> None:
    with pytest.raises(kind, match=message):
        analyzers["vaderSentiment"].scores(given_as)


# ---- Explanations ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rules", RULES)
def test_changes_lead_from_the_base_to_the_value(rules: str, analyzers: dict[str, SentimentIntensityAnalyzer]) -> None:
    for text in Maker(8).texts(300):
        told = analyzers[rules].explain(text)
        assert told.scores == analyzers[rules].polarity_scores(text)
        for token in told.tokens:
            assert told.text[token.start : token.start + len(token.text)] == token.text
            value = token.base or 0.0
            for change in token.changes:
                assert change.before == value
                value = change.after
        assert told.sum == pytest.approx(math.fsum(token.value for token in told.tokens), abs=1e-9)


def test_explanation_reads_well(analyzers: dict[str, SentimentIntensityAnalyzer]) -> None:
    told = analyzers["vaderSentiment"].explain("It isn't VERY good, but <b>nice</b> ❤!")
    assert repr(told).splitlines()[0] == "good   1.9; booster (VERY) +1.03; negation (isn't) -5.09; but +1.08 = -1.083"
    html = told._repr_html_()
    assert "&lt;b&gt;nice&lt;/b&gt;" in html
    assert html.count("<span") == 2
    assert 'title="good  1.9; booster (VERY) +1.03; negation (isn&#x27;t)' in html


# ---- Life ------------------------------------------------------------------------------------------------------------


def test_threads_may_share_an_analyzer(analyzers: dict[str, SentimentIntensityAnalyzer]) -> None:
    texts = Maker(10).texts(300)
    expected = [analyzers["nltk"].polarity_scores(text) for text in texts]
    found: list[Any] = []
    workers = [
        threading.Thread(target=lambda: found.append([analyzers["nltk"].polarity_scores(text) for text in texts]))
        for _ in range(4)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert found == [expected] * 4


def test_memory_that_runs_out_is_an_error(analyzers: dict[str, SentimentIntensityAnalyzer]) -> None:
    analyzer = analyzers["vaderSentiment"]
    vader, text = analyzer._vader(), closing_batch(b"good but bad " * 100000)
    set_memory_limit(1 << 20)
    try:
        with pytest.raises(MemoryError):
            vader.score(text, 1)
    finally:
        set_memory_limit(None)
    assert analyzer.polarity_scores("good")["compound"] == 0.4404


def test_repr(analyzers: dict[str, SentimentIntensityAnalyzer]) -> None:
    assert repr(analyzers["nltk"]) == "<SentimentIntensityAnalyzer: 7506 words, 3570 emoji, rules of nltk>"


# ---- In other rooms --------------------------------------------------------------------------------------------------


def test_analyzer_answers_with_the_mean_compound(analyzers: dict[str, SentimentIntensityAnalyzer]) -> None:
    documents = ["good", b"not good", "it is kind of \u2764", "x"]
    analyzer = TextAnalyzer(sentiment="vader")
    analyzer.add_documents(documents)
    expected = math.fsum(analyzers["vaderSentiment"].compound(documents)) / 4
    others = [copy.copy(analyzer), copy.deepcopy(analyzer), pickle.loads(pickle.dumps(analyzer))]
    assert [each.analyze_sentiment() for each in (analyzer, *others)] == [expected] * 4
    plain = TextAnalyzer()
    plain.add_documents(documents)
    assert plain.analyze_sentiment() == 0.5
    analyzer.add_buffer(b"good")
    with pytest.raises(TextProcessorError, match="keep"):
        analyzer.analyze_sentiment()


@pytest.mark.parametrize("rules", RULES)
def test_command_scores_lines(
    rules: str, tmp_path: Path, capfd: pytest.CaptureFixture[str], analyzers: dict[str, SentimentIntensityAnalyzer]
) -> None:
    lines = ["good", "", "not\tgood \u2764", *(f"bad {i}" for i in range(5000))]
    (tmp_path / "lines.txt").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "table.csv").write_text('id,text\n1,"good, but\nbad"\n2,\n3,nice\n', encoding="utf-8")
    expected = [[*row, line] for row, line in zip(analyzers[rules].scores(lines).tolist(), lines, strict=True)]

    def output(*arguments: str) -> str:
        assert cli.main(["sentiment", "--rules", rules, *arguments]) == 0
        return capfd.readouterr().out

    names = ["neg", "neu", "pos", "compound", "text"]
    scored = [json.loads(line) for line in output("--format", "json", str(tmp_path / "lines.txt")).splitlines()]
    assert scored == [dict(zip(names, row, strict=True)) for row in expected]
    as_tsv = output(str(tmp_path / "lines.txt")).splitlines()
    assert as_tsv[:3] == ["\t".join(map(str, row)).replace("not\t", "not ") for row in expected[:3]]
    as_csv = [*csv.reader(output("--format", "csv", "--column", "text", str(tmp_path / "table.csv")).splitlines(keepends=True))]
    assert [row[4] for row in as_csv] == ["text", "good, but\nbad", "", "nice"]
    assert float(as_csv[1][3]) == analyzers[rules].polarity_scores("good, but\nbad")["compound"]


def test_example_of_a_port_runs(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["german_sentiment.py"])
    runpy.run_path(str(ROOT / "examples" / "german_sentiment.py"), run_name="__main__")
    compounds = [float(line.split()[0]) for line in capsys.readouterr().out.splitlines()]
    assert [value > 0 for value in compounds] == [True, False, False, True, False]
