"""The three jobs that the package was asked to be fast at, beside plain Python, end to end and checked in the same run.

    python benchmarks/seed.py [--runs N]

Adding documents, word frequency, sentiment: each time a new analyzer gets documents made beforehand and is asked, so that
the price of adding is always in it. Both contestants take turns; a ratio is taken for each turn. One core: threads=1.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import text_processor
from text_processor import TextAnalyzer


class PythonAnalyzer:
    """What a Python programmer writes."""

    def __init__(self) -> None:
        self.documents: list[str] = []
        self.word_count = 0

    def add_document(self, text: str) -> None:
        if not text.strip():
            raise ValueError("empty document")
        words = text.split()
        self.documents.append(text)
        self.word_count += len(words)

    def word_frequency(self) -> dict[str, int]:
        counter: Counter[str] = Counter()
        for document in self.documents:
            counter.update(word.lower() for word in document.split())
        return dict(counter)

    def analyze_sentiment(self) -> float:
        total = 0.0
        for document in self.documents:
            for word in document.split():
                total += self.sentiment_of(word)
        return total / len(self.documents)

    @staticmethod
    def sentiment_of(word: str) -> float:
        lowered = word.lower()
        if lowered in {"good", "great", "excellent"}:
            return 1.0
        if lowered in {"bad", "terrible", "awful"}:
            return -1.0
        return 0.0


ADDED = [f"document {i} with some words here" for i in range(10_000)]
COUNTED = [f"word{i % 100} repeated multiple times" for i in range(1_000)]
# Three good words, two bad ones: a score that is not 0, so that no constant can pass.
JUDGED = [f"good bad neutral{i % 10} excellent terrible great" for i in range(1_000)]

Contestant = Callable[[], Any]


def by_loop(make: Callable[[], Any], documents: list[str]) -> Any:
    analyzer = make()
    for document in documents:
        analyzer.add_document(document)
    return analyzer


def by_list(documents: list[str]) -> TextAnalyzer:
    analyzer = TextAnalyzer(threads=1)
    analyzer.add_documents(documents)
    return analyzer


def native() -> TextAnalyzer:
    return TextAnalyzer(threads=1)


JOBS: dict[str, tuple[list[str], Callable[[Any], Any]]] = {
    "add": (ADDED, lambda _: None),
    "add + frequency": (COUNTED, lambda analyzer: analyzer.word_frequency()),
    "add + sentiment": (JUDGED, lambda analyzer: analyzer.analyze_sentiment()),
}


def seconds(contestant: Contestant, repeats: int) -> float:
    start = time.perf_counter()
    for _ in range(repeats):
        contestant()
    return (time.perf_counter() - start) / repeats


def measure(baseline: Contestant, contestant: Contestant, runs: int, repeats: int) -> dict[str, float]:
    ratios, ours, theirs = [], [], []
    for _ in range(runs):
        theirs.append(seconds(baseline, repeats))
        ours.append(seconds(contestant, repeats))
        ratios.append(theirs[-1] / ours[-1])
    return {
        "python_us": min(theirs) * 1e6,
        "ours_us": min(ours) * 1e6,
        "ratio_min": min(ratios),
        "ratio_median": statistics.median(ratios),
    }


def check(documents: list[str], ask: Callable[[Any], Any]) -> None:
    """The contestants agree on every document and on the answer."""
    baseline = by_loop(PythonAnalyzer, documents)
    for analyzer in (by_loop(native, documents), by_list(documents)):
        assert analyzer.get_documents() == baseline.documents
        assert analyzer.total_words() == baseline.word_count
        assert ask(analyzer) == ask(baseline)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--json", action="store_true", help="print the results as JSON")
    arguments = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    results = {}
    for name, (documents, ask) in JOBS.items():
        check(documents, ask)
        repeats = 20_000 // len(documents)
        baseline = lambda: ask(by_loop(PythonAnalyzer, documents))  # noqa: B023, E731
        loop = lambda: ask(by_loop(native, documents))  # noqa: B023, E731
        listed = lambda: ask(by_list(documents))  # noqa: B023, E731
        results[f"{name}, by add_document"] = measure(baseline, loop, arguments.runs, repeats)
        results[f"{name}, by add_documents"] = measure(baseline, listed, arguments.runs, repeats)
    about = {
        "python": platform.python_version(),
        "text_processor": text_processor.__version__,
        "machine": platform.machine(),
        "system": platform.system(),
    }
    if arguments.json:
        json.dump({"about": about, "results": results}, sys.stdout, indent=2)
        print()
        return
    print(", ".join(f"{key} {value}" for key, value in about.items()))
    print(f"{'':36} {'Python µs':>10} {'ours µs':>10} {'× min':>7} {'× median':>9}")
    for name, result in results.items():
        print(
            f"{name:36} {result['python_us']:10.0f} {result['ours_us']:10.0f} "
            f"{result['ratio_min']:7.2f} {result['ratio_median']:9.2f}"
        )


if __name__ == "__main__":
    main()
