"""Vectors of text beside scikit-learn's, compared bit for bit in the same run.

    python benchmarks/vectors.py [FILE …] [--runs N] [--lines N] [--arrow] [--threads N]

Without files, the documents are the lines of examples/kjv.txt. Contestants take turns; what is printed is the least processor
time of a turn, in ms, for `fit_transform`, for `fit_transform` and then `vocabulary_`, which ours makes when it is asked for,
and for `transform`, the ratios, and the time for one short document of a fitted vectorizer, in µs. With --arrow, ours gets the
documents as an Arrow column. With --threads, ours alone is measured, by the clock: one thread beside so many. The exit status
is 1 if a bit differs.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
from sklearn.feature_extraction import text as peer  # type: ignore[import-untyped, unused-ignore]

import text_processor.sklearn as ours

KJV = Path(__file__).resolve().parent.parent / "examples" / "kjv.txt"

WAYS: list[tuple[str, dict[str, Any]]] = [
    ("CountVectorizer", {}),
    ("CountVectorizer", {"ngram_range": (1, 2)}),
    ("CountVectorizer", {"stop_words": "english", "strip_accents": "unicode", "min_df": 2}),
    ("TfidfVectorizer", {}),
    ("TfidfVectorizer", {"analyzer": "char_wb", "ngram_range": (3, 5)}),
    ("TfidfVectorizer", {"analyzer": "char", "ngram_range": (3, 3)}),
    ("HashingVectorizer", {}),
    ("HashingVectorizer", {"ngram_range": (1, 2)}),
]


def is_equal(one: Any, other: Any) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in ("data", "indices", "indptr"))


def least_of(runs: int, calls: list[Callable[[], object]], clock: Callable[[], float] = process_time) -> list[float]:
    """The least time of each call, in seconds; they take turns."""
    least = [float("inf")] * len(calls)
    for _ in range(runs):
        for i, call in enumerate(calls):
            start = clock()
            call()
            least[i] = min(least[i], clock() - start)
    return least


def with_vocabulary(vectorizer: Any, documents: Any) -> Any:
    return vectorizer.fit_transform(documents), getattr(vectorizer, "vocabulary_", None)


def measure(name: str, parameters: dict[str, Any], documents: list[str], given: Any, runs: int) -> bool:
    theirs, mine = (getattr(module, name)(**parameters) for module in (peer, ours))
    is_right = is_equal(theirs.fit_transform(documents), mine.fit_transform(documents))
    is_right &= is_equal(theirs.transform(documents), mine.transform(documents))
    is_right &= name == "HashingVectorizer" or list(theirs.vocabulary_.items()) == list(mine.vocabulary_.items())
    calls = [lambda: theirs.fit_transform(documents), lambda: mine.fit_transform(given), lambda: with_vocabulary(mine, given)]
    fit = least_of(runs, calls)
    again = least_of(runs, [lambda: theirs.transform(documents), lambda: mine.transform(given)])
    one = [documents[0][:80]]
    short = least_of(
        runs, [lambda: [theirs.transform(one) for _ in range(100)], lambda: [mine.transform(one) for _ in range(100)]]
    )
    print(
        f"{name} {parameters}: fit_transform {1e3 * fit[0]:.0f} / {1e3 * fit[1]:.1f} ms = {fit[0] / fit[1]:.1f}×, "
        f"with vocabulary_ {1e3 * fit[2]:.1f} ms = {fit[0] / fit[2]:.1f}×, "
        f"transform {1e3 * again[0]:.0f} / {1e3 * again[1]:.1f} ms = {again[0] / again[1]:.1f}×, "
        f"one {1e4 * short[0]:.0f} / {1e4 * short[1]:.0f} µs{'' if is_right else '  WRONG'}"
    )
    return is_right


def measure_threads(name: str, parameters: dict[str, Any], documents: Any, runs: int, threads: int) -> bool:
    one, many = (getattr(ours, name)(**parameters, threads=n) for n in (1, threads))
    is_right = is_equal(one.fit_transform(documents), many.fit_transform(documents))
    is_right &= is_equal(one.transform(documents), many.transform(documents))
    said = []
    for method in ("fit_transform", "transform"):
        alone, together = least_of(runs, [partial(getattr(each, method), documents) for each in (one, many)], perf_counter)
        said.append(f"{method} {1e3 * alone:.1f} / {1e3 * together:.1f} ms = {alone / together:.2f}×")
    print(f"{name} {parameters}, {threads} threads: {', '.join(said)}{'' if is_right else '  WRONG'}")
    return is_right


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, default=[KJV])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--lines", type=int, default=None, help="only the first N lines of each file")
    parser.add_argument("--arrow", action="store_true", help="give ours an Arrow column")
    parser.add_argument("--threads", type=int, default=None, help="compare so many threads of ours with one")
    arguments = parser.parse_args()
    is_right = True
    for file in arguments.files:
        documents = list(filter(str.strip, file.read_text(encoding="utf-8").splitlines()))[: arguments.lines]
        print(f"{file.name}: {len(documents)} documents, {sum(map(len, documents)) / 1e6:.1f} M characters")
        given = import_module("pyarrow").array(documents) if arguments.arrow else documents
        for name, parameters in WAYS:
            if arguments.threads is not None:
                is_right &= measure_threads(name, parameters, given, arguments.runs, arguments.threads)
            else:
                is_right &= measure(name, parameters, documents, given, arguments.runs)
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main())
