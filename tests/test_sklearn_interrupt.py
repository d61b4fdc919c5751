"""Ctrl-C ends what a vectorizer does within a tenth of a second, and leaves the vectorizer as it was."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from interrupts import PATIENCE_SECONDS, late_by

pytest.importorskip("sklearn")
from test_sklearn import VERSES, parts

import text_processor.sklearn as ours

pytestmark = [
    pytest.mark.timing,
    pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="the system sends no signals to a thread"),
]

MANY = [f"In the beginning {i} God created the heaven and the earth {i % 1000}" for i in range(200_000)]
LONG = [" ".join(MANY)]


def slowly() -> Iterator[str]:
    for document in MANY:
        time.sleep(0.001)
        yield document


CALLS: dict[str, Callable[[Any], object]] = {
    "many documents": lambda vectorizer: vectorizer.fit_transform(MANY),
    "one long document": lambda vectorizer: vectorizer.fit_transform(LONG),
    "an iterator": lambda vectorizer: vectorizer.fit_transform(slowly()),
    "transform": lambda vectorizer: vectorizer.transform(LONG),
    "part of an iterator": lambda vectorizer: vectorizer.partial_fit(slowly()),
    "part": lambda vectorizer: vectorizer.partial_fit(LONG),
}


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("call", CALLS)
def test_a_call_is_over_at_once_and_changes_nothing(call: str, threads: int) -> None:
    vectorizer = ours.CountVectorizer(ngram_range=(1, 2), threads=threads).partial_fit(VERSES)
    before = parts(vectorizer.transform(VERSES))
    found = [late_by(lambda: CALLS[call](vectorizer), delay) for delay in (0.01, 0.04)]
    assert None not in found, "it was over before"
    assert min(found) < PATIENCE_SECONDS, found
    assert parts(vectorizer.transform(VERSES)) == before


@pytest.mark.parametrize("parameters", [{}, {"analyzer": "char_wb", "ngram_range": (3, 5)}], ids=str)
@pytest.mark.parametrize("documents", [MANY, LONG], ids=["many", "long"])
def test_hashing_is_over_at_once(documents: list[str], parameters: dict[str, Any]) -> None:
    found = [late_by(lambda: ours.HashingVectorizer(**parameters).transform(documents), delay) for delay in (0.01, 0.03)]
    assert None not in found, "it was over before"
    assert min(found) < PATIENCE_SECONDS, found
