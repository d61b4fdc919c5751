"""How the vocabulary grows with the text, and how frequencies fall with the rank."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Heaps(NamedTuple):
    """Heaps' law, fitted to a corpus: after n words there are about ``k * n ** beta`` distinct ones."""

    k: float
    beta: float


def expected_distinct(spectrum: Mapping[int, int], total: int, n: int) -> float:
    """Return how many distinct words n words have that are drawn from a corpus at random, without its order.

    This is binomial interpolation (R. H. Baayen, *Word frequency distributions*, 2001): of the words that occur m times, each
    is missing with the probability ``(1 - n / total) ** m``.
    """
    if n >= total:
        return float(sum(spectrum.values()))
    left_out = math.log1p(-n / total)
    return math.fsum(-math.expm1(times * left_out) * n_words for times, n_words in spectrum.items())


def fit_heaps(points: Sequence[tuple[float, float]]) -> Heaps | None:
    """Fit Heaps' law to points (words, distinct words) by least squares of the logarithms; None for less than two."""
    logs = [(math.log(x), math.log(y)) for x, y in points if x > 0 and y > 0]
    if len({x for x, _ in logs}) < 2:
        return None
    middle_x, middle_y = (math.fsum(column) / len(logs) for column in zip(*logs, strict=True))
    spread = math.fsum((x - middle_x) ** 2 for x, _ in logs)
    beta = math.fsum((x - middle_x) * (y - middle_y) for x, y in logs) / spread
    return Heaps(math.exp(middle_y - beta * middle_x), beta)


def spaced_ranks(n: int, a_decade: int = 16) -> list[int]:
    """Return ranks from 1 to n whose logarithms are evenly spaced, as far as they are whole.

    >>> spaced_ranks(100, 4)
    [1, 2, 3, 6, 10, 18, 32, 56, 100]
    """
    if n < 1:
        return []
    n_steps = math.ceil(a_decade * math.log10(n))
    return sorted({1, n} | {round(10 ** (i / a_decade)) for i in range(n_steps)})
