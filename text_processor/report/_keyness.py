"""Which words distinguish two corpora: the log-likelihood ratio G², and the log ratio as the size of the effect."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from typing import Any, Literal, NamedTuple

from text_processor._words.options import checked_number
from text_processor.report._tables import Counts, counts_of

# How a word that does not occur in one of the corpora is counted there for the log ratio: Hardie's rule.
INSTEAD_OF_NONE = 0.5

# The bounds of the middle 95 % of a normal distribution, in standard deviations.
_DEVIATIONS = 1.959963984540054


class Key(NamedTuple):
    """A word in two corpora, the target and the reference: how often it occurs, and how much that differs."""

    word: str
    target_count: int
    reference_count: int
    g2: float
    """How significant the difference is. It is above 3.84, 6.63, 10.83 and 15.13 for p < 0.05, 0.01, 0.001 and 0.0001."""
    log_ratio: float
    """How large it is, as log2 of the quotient of the shares in all words. 1 is twice as often, -1 half as often."""
    low: float
    """The lower bound of the 95 % confidence interval of ``log_ratio``."""
    high: float
    """The upper bound."""

    @property
    def p(self) -> float:
        """The probability of so high a ``g2`` if both used the word alike: of chi-squared with one degree of freedom."""
        return math.erfc(math.sqrt(self.g2 / 2))


def _term(observed: float, expected: float) -> float:
    return observed * math.log(observed / expected) if observed else 0.0


def g2(a: int, b: int, n: int, m: int, cells: int) -> float:
    """Return the log-likelihood ratio of a word that occurs ``a`` times in ``n`` words, and ``b`` times in ``m``."""
    share = (a + b) / (n + m)
    found = _term(a, n * share) + _term(b, m * share)
    if cells == 4:
        found += _term(n - a, n * (1 - share)) + _term(m - b, m * (1 - share))
    return max(2 * found, 0.0)  # rounding may leave less than nothing where there is no difference


def _log_ratio(a: int, b: int, n: int, m: int) -> tuple[float, float, float]:
    """Return the log ratio and its confidence interval, by Katz's standard error of the logarithm of a quotient of shares."""
    some, others = a or INSTEAD_OF_NONE, b or INSTEAD_OF_NONE
    ratio = math.log2(some / n) - math.log2(others / m)
    error = _DEVIATIONS * math.sqrt(max(1 / some - 1 / n + 1 / others - 1 / m, 0.0)) / math.log(2)
    return ratio, ratio - error, ratio + error


def keyness(target: Any, reference: Any, *, min_count: int = 1, cells: Literal[2, 4] = 2) -> list[Key]:
    """Compare how often words occur in two corpora; return the words, the most significant differences first.

    ``g2`` is the log-likelihood ratio, with the expected counts ``E = size of the corpus × all occurrences / both sizes``.
    With ``cells=2`` it is that of P. Rayson and R. Garside, *Comparing corpora using frequency profiling* (2000), as in the
    calculator of Lancaster University and in AntConc: twice the sum of ``O ln(O / E)`` over the two counts of the word. With
    ``cells=4`` it also sums over all other words, as T. Dunning, *Accurate methods for the statistics of surprise and
    coincidence* (1993), and as quanteda's ``textstat_keyness(measure="lr", correction="none")`` and SciPy's
    ``chi2_contingency(lambda_="log-likelihood", correction=False)``. For rare words both are nearly the same.

    ``log_ratio`` is that of A. Hardie, *Log Ratio: an informal introduction* (2014); a count of 0 is taken as 0.5.

    A high ``g2`` means that the difference is hardly due to chance, not that it is large: look at ``log_ratio``, too, and at
    `dispersion`, since a word may come from a single document.

    Args:
        target: a `text_processor.TextAnalyzer`, its ``words``, or another mapping of words to counts.
        reference: what it is compared with, likewise. Two analyzers should have the same options.
        min_count: words that occur less often than this in both are left out.
        cells: 2 or 4.

    Returns:
        A list of `Key`, the highest ``g2`` first, equal ones by word. The sign of ``log_ratio`` says where a word is more
        frequent.

    Raises:
        TypeError: an argument is neither an analyzer nor a mapping, or has the wrong type; a count is no integer.
        ValueError: a corpus has no words, a count is negative or 2**64 or more, ``min_count`` is less than 1, or ``cells`` is
            neither 2 nor 4.

    It takes O(distinct words + n log n) time for n words in the result, whatever the length of the texts.

    >>> from text_processor.report import keyness
    >>> key = keyness({"word": 52, "others": 49_948}, {"word": 57, "others": 74_943})[0]
    >>> key.word, round(key.g2, 2), round(key.log_ratio, 2), round(key.p, 2)
    ('word', 2.65, 0.45, 0.1)
    """
    least = checked_number("min_count", min_count, (1 << 64) - 1)
    if cells not in (2, 4):
        raise ValueError(f"cells must be 2 or 4, not {cells!r}")
    ours, theirs = counts_of(target, "target"), counts_of(reference, "reference")
    for name, counts in (("target", ours), ("reference", theirs)):
        if not counts.total:
            raise ValueError(f"{name} has no words, so that nothing can be compared with it")
    keys = (key_of(word, (a, b), (ours.total, theirs.total), score) for score, word, a, b in scored(ours, theirs, least, cells))
    return sorted(keys, key=lambda key: (-key.g2, key.word))


def scored(
    ours: Counts, theirs: Counts, least: int, cells: int, least_g2: float = 0.0
) -> Iterator[tuple[float, str, int, int]]:
    """Give the G² of each word that occurs so often in one of the corpora, the word, and both counts.

    Words that have less than ``least_g2`` may be left out.
    """
    n, m = ours.total, theirs.total
    frequent = dict(theirs.at_least(least))

    @cache
    def may_be_enough(a: int) -> bool:
        # For a given count in one corpus G² is a convex function of the other, so the largest is at an end of its range.
        return max(g2(a, 0, n, m, cells), g2(a, least - 1, n, m, cells)) >= least_g2

    for word, a in ours.at_least(least):
        b = frequent.pop(word, None)
        if b is None:  # less than ``least``; looking a word up takes longer than all else
            if least_g2 and not may_be_enough(a):
                continue
            b = theirs.count_of(word)
        yield g2(a, b, n, m, cells), word, a, b
    for word, b in frequent.items():
        a = ours.count_of(word)
        yield g2(a, b, n, m, cells), word, a, b


def key_of(word: str, counts: tuple[int, int], sizes: tuple[int, int], score: float) -> Key:
    """Return a word with its G² and its log ratio."""
    return Key(word, *counts, score, *_log_ratio(*counts, *sizes))
