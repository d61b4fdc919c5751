"""The oracle of the options that say what a word is: the steps in plain Python, one after the other."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from text_processor import segment

NAMED = {"space": r"\S+", "sklearn": r"(?u)\b\w\w+\b"}


def without_accents(text: str) -> str:
    if text.isascii():
        return text
    return "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))


def grams(words: list[str], low: int, high: int) -> Iterator[str]:
    for n in range(low, high + 1):
        for i in range(len(words) - n + 1):
            yield " ".join(words[i : i + n])


def terms(
    text: str,
    *,
    words: str | re.Pattern[str] | Callable[[str], Iterable[str]] = "space",
    case: str = "lower",
    normalize: Any = None,
    accents: str = "keep",
    stop_words: Iterable[str] | None = None,
    min_length: int = 1,
    ngrams: int | tuple[int, int] = 1,
) -> list[str]:
    """The terms of one document, in the order in which they are counted."""
    if normalize is not None:
        text = unicodedata.normalize(normalize, text)
    text = {"lower": str.lower, "fold": str.casefold, "keep": str}[case](text)
    if accents == "strip":
        text = without_accents(text)
    if words == "uax29":
        words = segment.words  # which other tests compare with the standard, and which sees the whole document
    elif isinstance(words, str):
        words = re.compile(NAMED.get(words, words))
    found = words.findall(text) if isinstance(words, re.Pattern) else words(text)
    stops = set(stop_words or ())
    kept = [word for word in found if len(word) >= min_length and word not in stops]
    low, high = ngrams if isinstance(ngrams, tuple) else (ngrams, ngrams)
    return list(grams(kept, low, high))


def counted(documents: Iterable[str], **options: Any) -> list[tuple[str, int]]:
    """The terms of documents and their counts, in first-seen order."""
    return list(Counter(term for document in documents for term in terms(document, **options)).items())
