"""The texts that words.py measures on when nobody names any: what lies here, Python's own sources, and made-up ones."""

from __future__ import annotations

import json
import random
import re
import sysconfig
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

BOOK = Path(__file__).resolve().parent.parent / "examples" / "kjv.txt"

CONSONANTS, VOWELS = "bdfghklmnprstvwyzjcx", "aeiou"
SYLLABLES = [consonant + vowel for consonant in CONSONANTS for vowel in VOWELS]
ENDINGS = ("", "s", "ing", "ed")
MOST_DISTINCT = len(SYLLABLES) ** 4


def book() -> str:
    return BOOK.read_text(encoding="utf-8")


def python_sources() -> str:
    """The standard library's sources, its tests included: English and code, with many distinct words."""
    folder = Path(sysconfig.get_path("stdlib"))
    paths = sorted(path for path in folder.rglob("*.py") if "site-packages" not in path.parts)
    return "".join(path.read_text(encoding="utf-8", errors="replace") for path in paths)


def symbols() -> str:
    """JSON: the functions and classes of the standard library, with their places and the first lines of their docstrings."""
    folder = Path(sysconfig.get_path("stdlib"))
    pattern = re.compile(r'^( *)(def|class) (\w+)([^\n]*):\n(?: *(?:r?"""|\')([^\n"]*))?', re.MULTILINE)
    found = [
        {
            "file": path.relative_to(folder).as_posix(),
            "kind": match[2],
            "name": match[3],
            "at": match.start(),
            "is_top": not match[1],
            "arguments": match[4].strip("()").split(", "),
            "about": match[5],
        }
        for path in sorted(folder.rglob("*.py"))
        if not {"site-packages", "test"} & set(path.parts)
        for match in pattern.finditer(path.read_text(encoding="utf-8", errors="replace"))
    ]
    return json.dumps(found, indent=1)


def umlauts(n_characters: int) -> str:
    """The book with its letters a, o, u and s as German ones in every second verse."""
    table = str.maketrans("aous", "äöüß")
    lines = islice(_again_and_again(book().splitlines()), n_characters // 130)
    return "\n".join(line.translate(table) if i % 2 else line for i, line in enumerate(lines))


def kana(n_characters: int) -> str:
    """Runs of kana and kanji, as in text without blanks between words, with ideographic blanks and some Latin words."""
    below = _numbers(5)
    words = []
    for _ in range(n_characters // 9):
        first, size = (0x3042, 82) if below(3) else (0x4E00, 2000)
        words.append("".join(chr(first + below(size)) for _ in range(1 + below(14))) if below(8) else SYLLABLES[below(100)])
        words.append(" " if below(4) else "\u3000")
    return "".join(words)


def with_distinct(n_distinct: int, n_words: int) -> str:
    """Text of so many words in all, the first ones of its vocabulary far oftener than the last, and each at least once."""
    if n_distinct > MOST_DISTINCT:
        raise ValueError(f"n_distinct is {n_distinct}; there are only {MOST_DISTINCT} words")
    words = [_word(i) for i in range(n_distinct)]
    draw = random.Random(6).random
    again = [words[int(n_distinct * draw() ** 3)] for _ in range(max(0, n_words - n_distinct))]
    # New words keep coming up to the end, as they do in a book.
    step = max(1, len(again) // n_distinct)
    parts = [" ".join((word, *again[i * step : (i + 1) * step])) for i, word in enumerate(words)]
    return " ".join([*parts, *again[n_distinct * step :]])


def reviews(n_characters: int) -> list[str]:
    """Made-up reviews of 15 to 240 words, so many characters in all: runs of the words of a text of 200,000 distinct ones."""
    words = with_distinct(200_000, 2_000_000).split()
    below = _numbers(7)
    documents = []
    n = 0
    while n < n_characters:
        n_words = 15 + below(16) * below(16)
        start = below(len(words) - n_words)
        documents.append(" ".join(words[start : start + n_words]))
        n += len(documents[-1])
    return documents


def cut(text: str, n_characters: int) -> list[str]:
    """Cut a text at blanks into documents of about so many characters."""
    documents = []
    start = 0
    while start < len(text):
        stop = text.find(" ", start + n_characters)
        stop = len(text) if stop < 0 else stop
        if document := text[start:stop].strip():
            documents.append(document)
        start = stop + 1
    return documents


def _word(i: int) -> str:
    """The i-th of a hundred million words of 8 to 11 letters, in an order without order."""
    i = i * 61_803_399 % MOST_DISTINCT
    spelled = "".join(SYLLABLES[i // 100**place % 100] for place in range(4))
    return spelled + ENDINGS[i % 4]


def _again_and_again(lines: list[str]) -> Iterator[str]:
    while True:
        yield from lines


def _numbers(seed: int) -> Callable[[int], int]:
    """A function that gives the next random number below a limit, the same ones in each run."""
    draw = random.Random(seed).random
    return lambda limit: int(draw() * limit)
