#!/usr/bin/env python3
"""Generate text_processor/vader/{lexicon.txt,emoji.txt,rules.json} from the installed vaderSentiment and NLTK.

    pip install vaderSentiment==3.3.2 nltk
    python tools/generate_vader_data.py

With ``--check`` nothing is written; the exit status says whether the committed files are what this script makes (0) or not (1).
The data is that of vaderSentiment, under the MIT licence: LICENSES/vaderSentiment.txt. NLTK only says which of its words it has
left out.

lexicon.txt is a line of values, a character for each word (`VALUE_ZERO` + ten times the value), then the words, one a line.
emoji.txt is the emoji, one a line, then an empty line, then their descriptions in the same order.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from nltk.sentiment.vader import VaderConstants
from vaderSentiment import vaderSentiment as package  # noqa: N813

FOLDER = Path(__file__).resolve().parent.parent / "text_processor" / "vader"
VALUE_ZERO = 80


def lexicon_text(lexicon: dict[str, float]) -> str:
    values = "".join(chr(VALUE_ZERO + round(10 * value)) for value in lexicon.values())
    for character, (word, value) in zip(values, lexicon.items(), strict=True):
        if not "!" <= character <= "~" or (ord(character) - VALUE_ZERO) / 10 != value or "\n" in word:
            raise SystemExit(f"{word!r} with the value {value} does not fit into this form")
    return "\n".join([values, *lexicon])


def emoji_text(emojis: dict[str, str]) -> str:
    if any("\n" in text for item in emojis.items() for text in item):
        raise SystemExit("an emoji or a description has a line end")
    return "\n".join([*emojis, "", *emojis.values()])


def rules_text() -> str:
    nltk = VaderConstants()
    rules = {
        "vaderSentiment": {
            "boosters": package.BOOSTER_DICT,
            "negations": sorted(package.NEGATE),
            "idioms": package.SPECIAL_CASES,
        },
        "nltk": {
            "boosters": nltk.BOOSTER_DICT,
            "negations": sorted(nltk.NEGATE),
            "idioms": nltk.SPECIAL_CASE_IDIOMS,
        },
    }
    words = {*package.BOOSTER_DICT, *package.NEGATE, *package.SPECIAL_CASES, *package.SENTIMENT_LADEN_IDIOMS}
    for name, kinds in rules.items():
        if not words.issuperset(word for each in kinds.values() for word in each):
            raise SystemExit(f"{name} has words that vaderSentiment has not; its licence may be another")
    return json.dumps(rules, indent=1) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; tell by the exit status")
    arguments = parser.parse_args()
    original = package.SentimentIntensityAnalyzer()
    made = {
        "lexicon.txt": lexicon_text(original.lexicon),
        "emoji.txt": emoji_text(original.emojis),
        "rules.json": rules_text(),
    }
    if arguments.check:
        return int(any((FOLDER / name).read_bytes() != text.encode() for name, text in made.items()))
    for name, text in made.items():
        (FOLDER / name).write_bytes(text.encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
