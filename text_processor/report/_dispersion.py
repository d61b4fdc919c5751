"""How evenly words are spread over the parts of a corpus."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, cast

from text_processor._common.arguments import plain
from text_processor.report._tables import Counts, counts_of, is_of_counts


class Dispersion(NamedTuple):
    """How evenly a word is spread over the parts of a corpus."""

    word: str
    counts: tuple[int, ...]
    """How often it occurs in each part."""
    range: int
    """In how many parts it occurs."""
    d: float
    """Juilland's D, which is 1 if it is as frequent in each part, 0 if it is in one of equal parts alone. Or NaN."""
    dp: float
    """Gries' deviation of proportions, which is 0 if it is spread as all words are, near 1 if it is where few are. Or NaN."""


def dispersion(parts: Iterable[Any], words: Iterable[str]) -> list[Dispersion]:
    """Measure how evenly words are spread over the parts of a corpus, such as its documents, or tenths of it.

    ``d`` is that of A. Juilland and others, *Frequency dictionary of French words* (1970): ``1 - V / sqrt(n - 1)`` for n parts,
    where V is the standard deviation of the relative frequencies in the parts, divided by their mean. ``dp`` is that of S. Th.
    Gries, *Dispersions and adjusted frequencies in corpora* (2008): half the sum of the differences between the share of each
    part in all words and its share in the occurrences of the word. With many parts ``d`` is high for nearly all words, and
    ``dp`` says more.

    Args:
        parts: at least two; each is a `text_processor.TextAnalyzer`, its ``words``, or another mapping of words to counts.
        words: the words.

    Returns:
        A list with a `Dispersion` for each word.

    Raises:
        TypeError: a part is neither an analyzer nor a mapping, or a count no integer; ``parts`` is a single one; a word is not
            ``str``; ``words`` is a single ``str``.
        ValueError: there are less than two parts with words; a count is negative or 2**64 or more.

    It takes O(parts × words) time. A part without words is left out.

    >>> from text_processor.report import dispersion
    >>> parts = [{"a": 1, "x": 8}, {"a": 2, "x": 8}, {"a": 3, "x": 7}, {"a": 4, "x": 6}, {"a": 5, "x": 6}]
    >>> found = dispersion(parts, ["a"])[0]
    >>> found.counts, found.range, round(found.d, 3), round(found.dp, 2)
    ((1, 2, 3, 4, 5), 5, 0.785, 0.18)
    """
    if isinstance(words, str):
        raise TypeError("words must be an iterable of words, not one str; [word] is a list of one")
    if not hasattr(cast(Any, type(words)), "__iter__"):
        raise TypeError(f"words must be an iterable of words, not {type(words).__name__}")
    if is_of_counts(parts) or not hasattr(cast(Any, type(parts)), "__iter__"):
        raise TypeError(f"parts must be an iterable of analyzers or mappings, one for each part, not {type(parts).__name__}")
    tables = [counts_of(part, f"part {i}") for i, part in enumerate(parts)]
    filled = [table for table in tables if table.total]
    if len(filled) < 2:
        raise ValueError(f"parts must be at least two with words, not {len(filled)}")
    return dispersion_of(filled, map(_checked, words))


def _checked(word: object) -> str:
    if not isinstance(word, str):
        raise TypeError(f"a word must be str, not {type(word).__name__}")
    return plain(word)


def dispersion_of(parts: Sequence[Counts], words: Iterable[str]) -> list[Dispersion]:
    """Measure how evenly words are spread over at least two parts that have words."""
    return [_of_word(word, parts) for word in words]


def _of_word(word: str, parts: Sequence[Counts]) -> Dispersion:
    counts = tuple(part.count_of(word) for part in parts)
    total, size = sum(counts), sum(part.total for part in parts)
    if not total:
        return Dispersion(word, counts, 0, math.nan, math.nan)
    shares = [count / part.total for count, part in zip(counts, parts, strict=True)]
    mean = math.fsum(shares) / len(shares)
    deviation = math.sqrt(math.fsum((share - mean) ** 2 for share in shares) / len(shares))
    apart = math.fsum(abs(part.total / size - count / total) for count, part in zip(counts, parts, strict=True))
    evenness = 1 - deviation / mean / math.sqrt(len(parts) - 1)
    return Dispersion(word, counts, sum(map(bool, counts)), evenness, apart / 2)
