"""What lies between counts and a fitted vocabulary, and between one call of a fitted vectorizer and the next."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable
from itertools import compress
from typing import Any

import numpy as np

from text_processor._common.progress import Report
from text_processor._native.vectors import Vectors, Way
from text_processor.sklearn import _counting
from text_processor.sklearn._weights import Weighing


class Counted:
    """Terms that were counted, on their way into the vocabulary."""

    def __init__(self, vocabulary: dict[str, Any], vectors: Vectors, threads: int) -> None:
        self.vocabulary = vocabulary
        self.vectors = vectors
        self.ranks = np.empty(vectors.sizes.n_terms, np.int32)
        vectors.read_ranks(self.ranks, threads)
        self.kept: Any = None  # a mask of the terms in the order in which they were first seen
        self.columns: Any = None  # an array of those of the terms that are kept
        self.are_numpys = False  # whether the vocabulary has NumPy's numbers, as scikit-learn's has then
        self.is_sorted = self.is_limited = False

    def filled(self) -> dict[str, Any]:
        """Return the vocabulary with the terms that are kept, in the order in which they were first seen.

        That takes as long as the rest, if there are many terms, and not everybody needs it.
        """
        if not self.vocabulary:
            names = self.vectors.terms()
            kept = names if self.kept is None else compress(names, self.kept.tolist())
            columns = self.columns if self.are_numpys else self.columns.tolist()
            # At once, for threads that look at it meanwhile.
            self.vocabulary.update(dict(zip(kept, columns, strict=True)))
        return self.vocabulary


class _UnderWay(threading.local):
    """What a thread has counted in a fit, so that several may fit one vectorizer; each has a vocabulary of its own."""

    counted: Counted | None = None
    weighing: Weighing | None = None
    """What weighs the rows of one vectorizer; user code that it calls may use another."""

    telling: tuple[object, Report] | None = None
    """The vectorizer whose progress is told, and what tells it."""

    def report_of(self, vectorizer: object) -> Report:
        telling = self.telling
        return telling[1] if telling is not None and telling[0] is vectorizer else _counting.ignore

    def weighing_of(self, vectorizer: object) -> Weighing | None:
        weighing = self.weighing
        return weighing if weighing is not None and weighing.vectorizer is vectorizer else None

    def of(self, vocabulary: object) -> Counted | None:
        counted = self.counted
        return counted if counted is not None and counted.vocabulary is vocabulary else None


UNDER_WAY = _UnderWay()


class Kept:
    """Vectors with the terms of a vocabulary, for one thread each.

    The vocabulary is a dict that the user may change in its place. To compare it takes some nanoseconds a term, more than one
    short document. So it is compared only if somebody else has it, or was given it since it was compared last.
    """

    def __init__(self, vocabulary: dict[Any, Any], way: Way) -> None:
        self.vocabulary = vocabulary
        self.way = way
        self.idle: list[Vectors] = []
        self.given: object = object()
        """Another object each time when somebody else is given the vocabulary."""

        self._compared: object = None
        """The one of the last time when it was compared, and nobody else had it."""

        self._terms = list(vocabulary)
        self._columns = list(vocabulary.values())

    def is_of(self, fitted: dict[str, Any], way: Way) -> bool:
        """Whether the vocabulary of a fitted vectorizer still is the one that was kept."""
        if fitted.get("vocabulary_") is not self.vocabulary or self.way != way:
            return False
        given = self.given
        if given is self._compared:
            return True
        is_alone = _n_references(fitted) <= _WITHOUT_OTHERS + 1
        if list(self.vocabulary) != self._terms or list(self.vocabulary.values()) != self._columns:
            return False
        if is_alone:  # and a thread that is given it meanwhile says so
            self._compared = given
        return True

    @property
    def must_be_compared(self) -> bool:
        return self.given is not self._compared

    def take(self) -> Vectors:
        """Return vectors that nobody else uses."""
        try:
            return self.idle.pop()
        except IndexError:
            vectors = Vectors(self.way)
            vectors.fix(in_order(zip(self._terms, self._columns, strict=True), len(self._terms)))
            return vectors


def _n_references(fitted: dict[str, Any]) -> int:
    return sys.getrefcount(fitted["vocabulary_"])


# How many there are to a vocabulary that only the vectorizer has, which differs between versions of Python.
_WITHOUT_OTHERS = _n_references({"vocabulary_": {}})


def are_columns(vocabulary: dict[Any, Any]) -> bool:
    """Whether the values are the numbers from 0 on, each once."""
    n = len(vocabulary)
    if not all(isinstance(column, (int, np.integer)) and 0 <= column < n for column in vocabulary.values()):
        return False
    return len(set(vocabulary.values())) == n


def in_order(columns: Iterable[tuple[Any, Any]], n: int) -> list[Any]:
    terms = [None] * n
    for term, column in columns:
        terms[column] = term
    return terms
