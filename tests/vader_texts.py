"""Texts that touch every rule of VADER, and the analyzers that ours is held against."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path
from typing import Any

# All white space of Python's str.split.
SPACES = "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2005\u200a\u2028\u2029\u202f\u205f\u3000"

PLAIN = ["the", "a", "movie", "table", "it", "was", "and", "x", "ok", "word", "naïve", "中文", "été", "I", "U.S.A.", "1984", "-", "--"]
TURNS = ["but", "BUT", "But", "least", "at", "very", "no", "NO", "or", "nor", "never", "so", "this", "without", "doubt", "kind"]
TURNS += ["of", "sort", "just", "enough", "Kind", "THIS", "Never", "isn't", "ISN'T", "n't", "ain’t", "isn’t", "don't.", "not,"]
IDIOMS = ["the shit", "the bomb", "bad ass", "badass", "bus stop", "yeah right", "kiss of death", "to die for", "beating heart"]
IDIOMS += ["cut the mustard", "hand to mouth", "Kiss of Death", "kind of", "sort of", "just enough", "THE SHIT", "to die for!"]
MARKS = ["!", "!!", "!!!", "!!!!!", "?", "??", "???", "????", "?!?", "!?!?", ".", ",", "...", "'", '"', ":", ";", "(", ")", "#", "@"]
EMOJI = ["❤", "❤️", "😀", "💔", "👍🏽", "👨‍👩‍👧", "🔛", "🆙", "🏳️‍🌈", "\ufe0f", "\u200d", "☺", "©", "😡😡"]
EMOTICONS = [":)", ":(", ":D", ":-)", "<3", ";)", "xD", "D:", ":'(", "o.O", "(:", "=/", "=D", "8)", ":P", "lol", "LOL"]
ODD = ["\u212aind", "\u212aill", "İ", "ﬁne", "ẞ", "ΓΌΟΔ", "οδός", "ΟΔΟΣ", "ǅ", "Ⅷ", "ⓐ", "ª", "good\u200dbad", "\x00", "good\x00", "\x1b"]


@cache
def originals() -> dict[str, Any]:
    """The analyzers of vaderSentiment and of NLTK, with the same lexicon."""
    from nltk.sentiment import vader as nltk
    from vaderSentiment import vaderSentiment as package

    analyzer = package.SentimentIntensityAnalyzer()
    return {"vaderSentiment": analyzer, "nltk": nltk_with(analyzer.lexicon, nltk)}


def nltk_with(lexicon: dict[str, float], nltk: Any) -> Any:
    """NLTK's analyzer without its own download of the lexicon."""
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
