"""Vectors of text beside scikit-learn's, compared bit for bit in the same run.

    python benchmarks/vectors.py [FILE …] [--tweets] [--large MB] [--way TEXT] [--runs N] [--lines N] [--arrow]
                                 [--threads N] [--memory MB]

The documents are the lines of the files, of examples/kjv.txt without any; with --tweets, pieces of their text of 80
characters; with --large, made-up reviews. debian_corpora.py makes larger files: gcide.txt, de.txt. Contestants take turns;
what is printed is the least processor time of a turn, in ms, for `fit_transform`, for `fit_transform` and then `vocabulary_`,
which ours makes when it is asked for, and for `transform`, the ratios, and the time for one short document of a fitted
vectorizer, in µs. With --arrow, ours gets the documents as an Arrow column. With --threads, ours alone is measured, by the
clock: one thread beside so many. With --memory, what is printed is by how much `fit_transform` of the documents, again and
again up to so many MB, raises the peak of the memory of a process of its own (Linux). The exit status is 1 if a bit differs.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from subprocess import run
from time import perf_counter, process_time
from typing import Any

import numpy as np
from sklearn.feature_extraction import text as peer  # type: ignore[import-untyped, unused-ignore]
from texts import BOOK, cut, reviews

import text_processor.sklearn as ours

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


# What a process of its own does, which sets the peak of its memory back before. A number makes each document another string.
IN_A_PROCESS = """
import sys
from importlib import import_module
from pathlib import Path

def peak():
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1e3

path, n_bytes, module, name, parameters = sys.argv[1:]
lines = Path(path).read_text(encoding="utf-8").splitlines()
times = -(-int(n_bytes) // sum(map(len, lines)))
documents = [f"{line} {i}" for i in range(times) for line in lines]
vectorizer = getattr(import_module(module), name)(**eval(parameters))
vectorizer.fit_transform(documents[:1000])
Path("/proc/self/clear_refs").write_text("5")
before = peak()
matrix = vectorizer.fit_transform(documents)
print(peak() - before, (matrix.data.nbytes + matrix.indices.nbytes + matrix.indptr.nbytes) / 1e6)
"""


def measure_memory(name: str, parameters: dict[str, Any], path: Path, n_bytes: int) -> None:
    used = []
    for module in (peer, ours):
        command = [sys.executable, "-c", IN_A_PROCESS, str(path), str(n_bytes), module.__name__, name, repr(parameters)]
        found = run(command, check=True, capture_output=True, text=True).stdout.split()
        used.append(float(found[0]))
    ratio = used[0] / used[1]
    print(
        f"{name} {parameters}: {used[0]:.0f} / {used[1]:.0f} MB = {ratio:.1f}×, of which the matrix has {float(found[1]):.0f}"
    )


def documents_of(path: Path, is_cut: bool) -> list[str]:
    text = path.read_text(encoding="utf-8")
    return cut(" ".join(text.split()), 80) if is_cut else list(filter(str.strip, text.splitlines()))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, default=[])
    parser.add_argument("--tweets", action="store_true", help="documents of 80 characters")
    parser.add_argument("--large", type=float, default=None, metavar="MB", help="made-up reviews")
    parser.add_argument("--way", default="", help="only the classes and parameters whose text contains this")
    parser.add_argument("--memory", type=float, default=None, metavar="MB", help="measure memory instead of time")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--lines", type=int, default=None, help="only the first N lines of each file")
    parser.add_argument("--arrow", action="store_true", help="give ours an Arrow column")
    parser.add_argument("--threads", type=int, default=None, help="compare so many threads of ours with one")
    arguments = parser.parse_args()
    is_right = True
    ways = [(name, parameters) for name, parameters in WAYS if arguments.way in f"{name} {parameters}"]
    files = arguments.files or [BOOK] * (arguments.large is None)
    if arguments.memory is not None:
        for path in files:
            for name, parameters in ways:
                measure_memory(name, parameters, path, int(1e6 * arguments.memory))
        return 0
    corpora: list[tuple[str, Callable[[], list[str]]]]
    corpora = [(path.name, partial(documents_of, path, arguments.tweets)) for path in files]
    if arguments.large is not None:
        corpora.append(("reviews", partial(reviews, int(1e6 * arguments.large))))
    for title, make in corpora:
        documents = make()[: arguments.lines]
        print(f"{title}: {len(documents)} documents, {sum(map(len, documents)) / 1e6:.1f} M characters")
        given = import_module("pyarrow").array(documents) if arguments.arrow else documents
        for name, parameters in ways:
            if arguments.threads is not None:
                is_right &= measure_threads(name, parameters, given, arguments.runs, arguments.threads)
            else:
                is_right &= measure(name, parameters, documents, given, arguments.runs)
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main())
