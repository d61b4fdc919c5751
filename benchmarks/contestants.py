"""Who counts words in words.py: plain Python, this package, its C core alone, and the peers that are installed.

A contestant counts a text and returns how long that took and what came out of it. What comes out has the form that the
contestant gives it, such as a data frame; it is compared with the baseline's afterwards, outside of the time.
"""

from __future__ import annotations

import gc
import json
import operator
import os
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from seed import PythonAnalyzer

from text_processor import TextAnalyzer
from text_processor._native import process as native_process

ROOT = Path(__file__).resolve().parent.parent
COUNT = "build/c/optimized/count"

# What Counter.most_common is asked for.
N_COMMON = 100

Table = dict[str, int]


class Timed(NamedTuple):
    """One run."""

    seconds: float
    result: Any


class Contestant(NamedTuple):
    """Somebody who counts, and how what he gives is held against the baseline's table: the number of terms that differ."""

    name: str
    run: Callable[[], Timed]
    count_differences: Callable[[Any, Any], int]
    note: str = ""


def contestant(
    name: str,
    work: Callable[[], Any],
    is_same: Callable[[Any, Any], bool] = lambda a, b: a == b,
    clock: Callable[[], float] = time.perf_counter,
) -> Contestant:
    """Return who does some work, whose result is the baseline's or another."""

    def run() -> Timed:
        gc.collect()
        start = clock()
        result = work()
        return Timed(clock() - start, result)

    return Contestant(name, run, lambda result, expected: 0 if is_same(result, expected) else 1)


class Text(NamedTuple):
    """A text, as `str` and as a file."""

    name: str
    text: str
    path: Path

    @property
    def nbytes(self) -> int:
        return self.path.stat().st_size


@contextmanager
def on_cores(n: int) -> Iterator[None]:
    """Give this process the last n of its processors, where the system allows that."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[-n:])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def timed(function: Callable[[], Any], threads: int = 1) -> Timed:
    """Run a function on so many processors, without interruptions by the garbage collector, as timeit does."""
    gc.collect()
    gc.disable()
    try:
        with on_cores(threads):
            start = time.perf_counter()
            result = function()
            return Timed(time.perf_counter() - start, result)
    finally:
        gc.enable()


# ---- Comparing -------------------------------------------------------------------------------------------------------


def differences_of_tables(found: Table, expected: Table) -> int:
    """How many terms differ; order is compared where we promise it."""
    if len(found) == len(expected) and all(map(operator.eq, found.items(), expected.items())):
        return 0
    return len(dict(found).items() ^ dict(expected).items()) or 1


def differences_of_sets(found: Table, expected: Table) -> int:
    """The same for peers that give terms in an order of their own."""
    return 0 if found == dict(expected) else len(found.items() ^ dict(expected).items())


def differences_of_rankings(found: Sequence[tuple[str, int]], expected: Counter[str]) -> int:
    return 0 if found == (ranking := expected.most_common(N_COMMON)) else len(set(found) ^ set(ranking)) or 1


# ---- Plain Python ----------------------------------------------------------------------------------------------------


def baseline(documents: Sequence[str]) -> Contestant:
    if len(documents) == 1:
        [text] = documents
        count = lambda: Counter(w.lower() for w in text.split())  # noqa: E731
    else:
        count = lambda: Counter(w.lower() for text in documents for w in text.split())  # noqa: E731
    return Contestant("Counter, word by word", lambda: timed(count), differences_of_tables)


def counter_of_lowered(text: Text) -> Contestant:
    return Contestant(
        "Counter, text lowered first", lambda: timed(lambda: Counter(text.text.lower().split())), differences_of_tables
    )


# ---- This package ----------------------------------------------------------------------------------------------------

Ask = Callable[[TextAnalyzer], Any]


def ask_for_dict(analyzer: TextAnalyzer) -> Any:
    return analyzer.word_frequency()


def ask_for_ranking(analyzer: TextAnalyzer) -> Any:
    return analyzer.most_common(N_COMMON)


def ours(name: str, documents: Sequence[str], ask: Ask, *, threads: int = 1, simd: str | None = None) -> Contestant:
    """Adding, by add_document or add_documents, and asking."""

    def count() -> Any:
        analyzer = TextAnalyzer(threads=threads)
        if len(documents) == 1:
            analyzer.add_document(documents[0])
        else:
            analyzer.add_documents(documents)
        return ask(analyzer)

    def run() -> Timed:
        native_process.select_simd(simd)
        try:
            return timed(count, threads)
        finally:
            native_process.select_simd(None)

    compare = {ask_for_dict: differences_of_tables, ask_for_ranking: differences_of_rankings}
    return Contestant(name, run, compare.get(ask, differences_of_look_ups))


class LookUps(NamedTuple):
    """What ``words`` was asked."""

    n_words: int
    word: str
    count: int


def differences_of_look_ups(found: LookUps, expected: Table) -> int:
    return int(found.n_words != len(expected)) + int(found.count != expected[found.word])


def all_of_ours(documents: Sequence[str], *, threads: int = 1, simd: str | None = None, suffix: str = "") -> list[Contestant]:
    """The dict, the ranking and, where this version has it, the live mapping."""
    contestants = [
        ours(f"to the dict{suffix}", documents, ask_for_dict, threads=threads, simd=simd),
        ours(f"to most_common({N_COMMON}){suffix}", documents, ask_for_ranking, threads=threads, simd=simd),
    ]
    if hasattr(TextAnalyzer, "words"):
        word = documents[0].split(maxsplit=1)[0].lower()

        def ask_for_look_up(analyzer: Any) -> LookUps:
            return LookUps(len(analyzer.words), word, analyzer.words[word])

        name = f"to len(words) and a look-up{suffix}"
        contestants.append(ours(name, documents, ask_for_look_up, threads=threads, simd=simd))
    return contestants


# ---- The C core alone ------------------------------------------------------------------------------------------------


def why_no_c() -> str | None:
    """Compile the program that counts with the core alone; what went wrong, or None."""
    try:
        done = subprocess.run(["make", "-s", COUNT], cwd=ROOT, capture_output=True, text=True, check=False)
    except OSError as error:
        return str(error)
    return None if done.returncode == 0 else done.stderr.strip()


def c_alone(text: Text, *, simd: str | None = None, threads: int = 1, mode: str = "pieces", suffix: str = "") -> Contestant:
    """The median of three counts in a process of its own."""

    def run() -> Timed:
        command = [ROOT / COUNT, text.path, "--rounds", "3", "--threads", str(threads), "--mode", mode]
        if simd is not None:
            command += ["--simd", simd]
        with on_cores(threads):
            printed = subprocess.run(command, capture_output=True, check=True).stdout
        found = json.loads(printed)
        return Timed(found["median_seconds"], found)

    def count_differences(found: dict[str, int], expected: Table) -> int:
        return int(found["terms"] != len(expected)) + int(found["words"] != sum(expected.values()))

    name = "C alone" if mode == "pieces" else "C alone, in one piece"
    return Contestant(f"{name}{suffix}", run, count_differences, "compared by the numbers of words and of terms")


# ---- Peers -----------------------------------------------------------------------------------------------------------


def polars(text: Text) -> Contestant:
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    import polars as pl  # noqa: PLC0415

    def count() -> Any:
        column = pl.Series("word", [text.text])
        return column.str.to_lowercase().str.extract_all(r"\S+").explode().value_counts()

    def count_differences(found: Any, expected: Table) -> int:
        return differences_of_sets(dict(zip(found["word"].to_list(), found["count"].to_list(), strict=True)), expected)

    note = "the white space of its regular expressions is not that of str.split: U+001C to U+001F part no words"
    return Contestant("polars", lambda: timed(count), count_differences, note)


def pyarrow(text: Text) -> Contestant:
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow import compute  # noqa: PLC0415

    def count() -> Any:
        column = pa.array([text.text], pa.large_string())
        words = compute.utf8_split_whitespace(compute.utf8_lower(column))
        return compute.value_counts(words.flatten())

    def count_differences(found: Any, expected: Table) -> int:
        terms, counts = found.field("values").to_pylist(), found.field("counts").to_pylist()
        return differences_of_sets(dict(zip(terms, counts, strict=True)), expected)

    note = "it lowers one character to one, so no final sigma, and white space at either end gives an empty word"
    return Contestant("pyarrow", lambda: timed(count), count_differences, note)


def scikit_learn(text: Text) -> Contestant:
    from sklearn.feature_extraction.text import CountVectorizer  # noqa: PLC0415

    def words_of(document: str) -> list[str]:
        return [word.lower() for word in document.split()]

    def count() -> Any:
        vectorizer = CountVectorizer(analyzer=words_of)
        return vectorizer, vectorizer.fit_transform([text.text])

    def count_differences(found: Any, expected: Table) -> int:
        vectorizer, matrix = found
        counts = matrix.toarray()[0].tolist()
        return differences_of_sets(dict(zip(vectorizer.get_feature_names_out(), counts, strict=True)), expected)

    note = "its own token pattern drops one-letter words and punctuation; it was given split and lower as its analyzer"
    return Contestant("CountVectorizer", lambda: timed(count), count_differences, note)


def peers(text: Text) -> list[Contestant]:
    """Those that are installed."""
    known = {"polars": polars, "pyarrow": pyarrow, "sklearn": scikit_learn}
    return [make(text) for package, make in known.items() if find_spec(package) is not None]


# ---- Many short documents --------------------------------------------------------------------------------------------


def analyzer_of_seed(name: str, documents: Sequence[str], ask: Callable[[Any], Any]) -> Contestant:
    """The plain Python class that seed.py measures beside, and that a programmer would write."""

    def count() -> Any:
        analyzer = PythonAnalyzer()
        for document in documents:
            analyzer.add_document(document)
        return ask(analyzer)

    return Contestant(name, lambda: timed(count), compare_answers)


def by_add_documents(name: str, documents: Sequence[str], ask: Ask) -> Contestant:
    return ours(name, documents, ask)._replace(count_differences=compare_answers)


def compare_answers(found: Any, expected: Any) -> int:
    """Tables by their terms, in order; sentiment is a number, and both of its sums are exact for weights of 1 and -1."""
    return differences_of_tables(found, expected) if isinstance(found, dict) else int(found != expected)
