"""Texts that touch every rule of VADER, and the analyzers that ours is held against."""

from __future__ import annotations

import importlib.util
import itertools
import random
import re
import sys
import types
import warnings
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

# All white space of Python's str.split.
SPACES = "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2005\u200a\u2028\u2029\u202f\u205f\u3000"

PLAIN = [
    "the",
    "a",
    "movie",
    "table",
    "it",
    "was",
    "and",
    "x",
    "ok",
    "word",
    "naïve",
    "中文",
    "été",
    "I",
    "U.S.A.",
    "1984",
    "-",
    "--",
]
TURNS = ["but", "BUT", "But", "least", "at", "very", "no", "NO", "or", "nor", "never", "so", "this", "without", "doubt", "kind"]
TURNS += ["of", "sort", "just", "enough", "Kind", "THIS", "Never", "isn't", "ISN'T", "n't", "ain’t", "isn’t", "don't.", "not,"]
IDIOMS = ["the shit", "the bomb", "bad ass", "badass", "bus stop", "yeah right", "kiss of death", "to die for", "beating heart"]
IDIOMS += ["cut the mustard", "hand to mouth", "Kiss of Death", "kind of", "sort of", "just enough", "THE SHIT", "to die for!"]
MARKS = [
    "!",
    "!!",
    "!!!",
    "!!!!!",
    "?",
    "??",
    "???",
    "????",
    "?!?",
    "!?!?",
    ".",
    ",",
    "...",
    "'",
    '"',
    ":",
    ";",
    "(",
    ")",
    "#",
    "@",
]
EMOJI = ["❤", "❤️", "😀", "💔", "👍🏽", "👨‍👩‍👧", "🔛", "🆙", "🏳️‍🌈", "\ufe0f", "\u200d", "☺", "©", "😡😡"]
EMOTICONS = [":)", ":(", ":D", ":-)", "<3", ";)", "xD", "D:", ":'(", "o.O", "(:", "=/", "=D", "8)", ":P", "lol", "LOL"]
ODD = [
    "\u212aind",
    "\u212aill",
    "İ",
    "ﬁne",
    "ẞ",
    "ΓΌΟΔ",
    "οδός",
    "ΟΔΟΣ",
    "ǅ",
    "Ⅷ",
    "ⓐ",
    "ª",
    "good\u200dbad",
    "\x00",
    "good\x00",
    "\x1b",
]


@cache
def nltk_module() -> Any:
    """The module nltk.sentiment.vader, without the rest of NLTK: that takes seconds to import."""
    spec = importlib.util.find_spec("nltk")
    assert spec is not None
    assert spec.origin is not None
    stubs = {name: types.ModuleType(name) for name in ("nltk", "nltk.data", "nltk.redos", "nltk.util")}
    stubs["nltk"].redos = stubs["nltk.redos"]  # type: ignore[attr-defined]
    stubs["nltk.redos"].compile = re.compile  # type: ignore[attr-defined]
    stubs["nltk.util"].pairwise = itertools.pairwise  # type: ignore[attr-defined]
    code = compile(
        Path(spec.origin).parent.joinpath("sentiment", "vader.py").read_text("utf-8"), "nltk/sentiment/vader.py", "exec"
    )
    module = types.ModuleType("nltk.sentiment.vader")
    with mock.patch.dict(sys.modules, stubs):
        exec(code, module.__dict__)
    return module


def original(*files: str) -> Any:
    """An analyzer of vaderSentiment, which opens its lexicon in a way that Python warns of from 3.14 on."""
    from vaderSentiment import vaderSentiment as package  # noqa: N813

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"codecs\.open\(\) is deprecated", DeprecationWarning)
        return package.SentimentIntensityAnalyzer(*files)


@cache
def originals() -> dict[str, Any]:
    """The analyzers of vaderSentiment and of NLTK, with the same lexicon."""
    analyzer = original()
    return {"vaderSentiment": analyzer, "nltk": nltk_with(analyzer.lexicon)}


def nltk_with(lexicon: dict[str, float]) -> Any:
    """NLTK's analyzer without its own download of the lexicon."""
    nltk = nltk_module()
    analyzer = object.__new__(nltk.SentimentIntensityAnalyzer)
    analyzer.lexicon = dict(lexicon)
    analyzer.constants = nltk.VaderConstants()
    return analyzer


class Maker:
    """Makes up texts; those of a seed are always the same."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        package = originals()["vaderSentiment"]
        from vaderSentiment.vaderSentiment import BOOSTER_DICT, NEGATE

        lexicon = list(package.lexicon)
        few = self.random.sample(lexicon, 12)
        self.kinds = [lexicon, few, few, ["good", "bad", "love", "hate", "kind", "no"], list(BOOSTER_DICT), list(NEGATE)]
        self.kinds += [TURNS, TURNS, PLAIN, PLAIN, IDIOMS, MARKS, EMOJI, EMOTICONS, ODD, list(package.emojis)]

    def word(self) -> str:
        word = self.random.choice(self.random.choice(self.kinds))
        chance = self.random.random()
        if chance < 0.15:
            word = word.upper()
        elif chance < 0.2:
            word = word.title()
        if self.random.random() < 0.15:
            word += self.random.choice(MARKS)
        if self.random.random() < 0.05:
            word = self.random.choice(MARKS) + word
        if self.random.random() < 0.03:
            word += self.random.choice(EMOJI)
        return word

    def text(self) -> str:
        n = self.random.choice((1, 2, 3, 4, 5, 6, 8, 12, 20)) if self.random.random() < 0.97 else self.random.randrange(400)
        plain_spaces = self.random.random() < 0.8
        parts = []
        for _ in range(n):
            parts.append(self.word())
            space = " " if plain_spaces else self.random.choice(SPACES)
            parts.append(space if self.random.random() < 0.97 else self.random.choice(("", "  ")))
        text = "".join(parts)
        return text.upper() if self.random.random() < 0.05 else text

    def texts(self, n: int) -> list[str]:
        return [self.text() for _ in range(n)]


def icwsm(folder: Path) -> list[str]:
    """The texts that come with vaderSentiment's sources, from the folder that their archive unpacks to."""
    return [
        line.split("\t")[2]
        for path in sorted(folder.glob("*GroundTruth.txt"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.count("\t") >= 2
    ]


def main() -> None:
    """Compare so many made-up texts of a seed with the originals, and with what ours says of them."""
    from text_processor.vader import SentimentIntensityAnalyzer

    seed, n = map(int, sys.argv[1:])
    texts = Maker(seed).texts(n)
    for rules, theirs in originals().items():
        found = SentimentIntensityAnalyzer(rules=rules).scores(texts)
        pairs = zip(texts, found.tolist(), strict=True)
        wrong = [text for text, scores in pairs if repr(tuple(theirs.polarity_scores(text).values())) != repr(scores)]
        print(f"{rules}: {len(wrong)} of {n} texts differ", *map(ascii, wrong[:5]), sep="\n")


if __name__ == "__main__":
    main()
