"""Measures how fast words are counted, beside plain Python and the peers that are installed, and checks the answers as it goes.

    python benchmarks/words.py [FILE ...] [--only NAME ...] [--rounds N] [--output FOLDER] [--quick]

FILEs are texts to measure on, in UTF-8. Without any, the texts are the book in examples/ ten times over, the sources of
Python's standard library, and made-up ones with umlauts and with kana. `benchmarks/debian_corpora.py` makes others.
`pip install --group bench` gets the peers.

    corpora     each text: plain Python, this package, its C core alone, the peers
    simd        each text with each instruction set: the C core alone beside the same from Python
    threads     each text with 1, 2, 4 … threads, up to the number of processors
    distinct    made-up texts with 10³ to 10⁷ distinct words
    lengths     the first text as documents of 10 B to 100 MB
    short       a million short documents: word frequency and sentiment

All contestants of a comparison take turns, each on one processor (`threads`: on as many as it has threads), and each frees
what it has made before the next begins. The first turn of each is not measured: in it the answers are compared. Ratios are
taken for each round, over `Counter(w.lower() for w in text.split())`. Adding the text to a new analyzer is part of every time.

What comes out is words.json in FOLDER (build/benchmarks), with every figure, the machine and all versions, and plots beside it.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import contestants
import report
import runs
import texts
from contestants import Contestant, Text

import text_processor

Record = dict[str, Any]

# From here on a round takes the better part of a minute, and three of them are enough.
MANY_DISTINCT = 10_000_000


class Settings(NamedTuple):
    """What is measured, and how long."""

    files: list[Path]
    rounds: int
    is_quick: bool
    why_no_c: str | None
    scratch: Path


# ---- Measuring -------------------------------------------------------------------------------------------------------


def measure(rivals: Sequence[Contestant], nbytes: int, rounds: int) -> list[Record]:
    """A record of each contestant; the first one is the baseline."""
    records, able = compare(rivals)
    seconds: dict[str, list[float]] = {rival.name: [] for rival in able}
    for _ in range(rounds):
        for rival in able:
            run = rival.run()
            seconds[rival.name].append(run.seconds)
            del run  # what one has made is gone before the next begins
    for name, times in seconds.items():
        ratios = [base / own for base, own in zip(seconds[rivals[0].name], times, strict=True)]
        records[name] |= {
            "seconds": spread(times),
            "mb_per_second": nbytes / statistics.median(times) / 1e6,
            "times_baseline": spread(ratios),
        }
    for record in records.values():
        say_record(record)
    return list(records.values())


def compare(rivals: Sequence[Contestant]) -> tuple[dict[str, Record], list[Contestant]]:
    """Have each run once and hold what it gives against the baseline's; return what was found, and who can go on."""
    expected = rivals[0].run().result
    n_terms = len(expected) if isinstance(expected, dict) else None
    records: dict[str, Record] = {}
    able = []
    for rival in rivals:
        record: Record = {"contestant": rival.name, "distinct": n_terms}
        records[rival.name] = record
        if rival.note:
            record["note"] = rival.note
        try:
            result = rival.run().result if rival is not rivals[0] else expected
            record["differing"] = rival.count_differences(result, expected)
            del result
        except Exception as error:  # noqa: BLE001 - a peer may fail in its own way; the others go on
            record["failed"] = f"{type(error).__name__}: {error}"
        else:
            able.append(rival)
    return records, able


def spread(values: Sequence[float]) -> dict[str, float]:
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def say_record(record: Record) -> None:
    if "failed" in record:
        say(f"  {record['contestant']:44} {record['failed']}")
        return
    differing = f"  {record['differing']} terms differ: {record.get('note', '')}" if record["differing"] else ""
    ratio = record["times_baseline"]
    say(
        f"  {record['contestant']:44} {record['mb_per_second']:8.1f} MB/s {ratio['median']:7.2f}×"
        f" ({ratio['min']:.2f} to {ratio['max']:.2f}){differing}"
    )


# ---- Texts -----------------------------------------------------------------------------------------------------------


def as_text(name: str, content: str, settings: Settings) -> Text:
    """Put a text into a file of its own, so that the C program counts the same."""
    path = settings.scratch / f"{name}.txt"
    path.write_text(content, encoding="utf-8", newline="")
    return Text(name, content, path)


def chosen_texts(settings: Settings) -> Iterator[Text]:
    """The texts that were named, or those that are always there, one after the other."""
    for path in settings.files:
        content = path.read_bytes().decode(errors="replace")
        if not content.split():
            sys.exit(f"{path} has no words")
        yield as_text(path.stem, content, settings)
    if settings.files:
        return
    if settings.is_quick:
        yield as_text("kjv", texts.book()[:200_000], settings)
        yield as_text("kana", texts.kana(50_000), settings)
        return
    yield as_text("kjv10", texts.book() * 10, settings)
    yield as_text("python-sources", texts.python_sources(), settings)
    yield as_text("umlauts", texts.umlauts(15_000_000), settings)
    yield as_text("kana", texts.kana(5_000_000), settings)


def if_there_is_c(settings: Settings, *rivals: Contestant) -> list[Contestant]:
    return [] if settings.why_no_c else list(rivals)


def measure_corpora(settings: Settings) -> Iterator[Record]:
    for text in chosen_texts(settings):
        say(text.name)
        rivals = [
            contestants.baseline([text.text]),
            *contestants.all_of_ours([text.text]),
            *if_there_is_c(settings, contestants.c_alone(text), contestants.c_alone(text, mode="whole")),
            contestants.counter_of_lowered(text),
            *contestants.peers(text),
        ]
        for record in measure(rivals, text.nbytes, settings.rounds):
            yield {"text": text.name, "bytes": text.nbytes, **record}


def measure_simd(settings: Settings) -> Iterator[Record]:
    for text in chosen_texts(settings):
        say(text.name)
        rivals = [contestants.baseline([text.text])]
        variants: dict[str, str] = {}
        for simd in text_processor.cpu_features()["available"]:
            own = contestants.all_of_ours([text.text], simd=simd, suffix=f", {simd}")
            c = if_there_is_c(settings, contestants.c_alone(text, simd=simd, suffix=f", {simd}"))
            rivals += [*own, *c]
            variants |= {rival.name: simd for rival in [*own, *c]}
        for record in measure(rivals, text.nbytes, settings.rounds):
            yield {"text": text.name, "bytes": text.nbytes, "simd": variants.get(record["contestant"]), **record}


def measure_threads(settings: Settings) -> Iterator[Record]:
    n_processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    numbers = [n for n in (1, 2, 4, 8, 16, 32, 64) if n <= n_processors]
    for text in chosen_texts(settings):
        say(text.name)
        rivals = [contestants.baseline([text.text])]
        for n in numbers:
            suffix = f", {n} thread{'s' * (n > 1)}"
            name = f"to most_common({contestants.N_COMMON}){suffix}"
            rivals.append(contestants.ours(name, [text.text], contestants.ask_for_ranking, threads=n))
            rivals += if_there_is_c(settings, contestants.c_alone(text, threads=n, suffix=suffix))
        records = measure(rivals, text.nbytes, settings.rounds)
        for record in records:
            yield {"text": text.name, "bytes": text.nbytes, **threads_of(record, records), **record}


def threads_of(record: Record, records: Sequence[Record]) -> Record:
    """How many threads a record is of, and how many times as fast as the same with one thread."""
    kind, _, suffix = record["contestant"].rpartition(", ")
    if "thread" not in suffix or "seconds" not in record:
        return {}
    alone = next(other for other in records if other["contestant"] == f"{kind}, 1 thread")
    return {
        "threads": int(suffix.split()[0]),
        "times_one_thread": alone["seconds"]["median"] / record["seconds"]["median"],
    }


def measure_distinct(settings: Settings) -> Iterator[Record]:
    for power in range(3, 5 if settings.is_quick else 8):
        n = 10**power
        n_words = 20_000 if settings.is_quick else max(4_000_000, n * 3 // 2)
        text = as_text(f"distinct-{n}", texts.with_distinct(n, n_words), settings)
        say(f"{n:,} distinct words")
        rivals = [
            contestants.baseline([text.text]),
            *contestants.all_of_ours([text.text]),
            *if_there_is_c(settings, contestants.c_alone(text)),
        ]
        rounds = settings.rounds if n < MANY_DISTINCT else min(settings.rounds, 3)
        for record in measure(rivals, text.nbytes, rounds):
            yield {"text": text.name, "bytes": text.nbytes, **record}


def measure_lengths(settings: Settings) -> Iterator[Record]:
    whole = next(chosen_texts(settings)).text
    for power in range(1, 6 if settings.is_quick else 9):
        length = 10**power
        goal = max(20_000 if settings.is_quick else 20_000_000, length)
        text = (whole * (goal // len(whole) + 1))[:goal]
        documents = [text] if length == goal else texts.cut(text, length)
        nbytes = sum(len(document.encode()) for document in documents)
        say(f"{len(documents):,} documents of {length:,} characters")
        for record in measure([contestants.baseline(documents), *contestants.all_of_ours(documents)], nbytes, settings.rounds):
            yield {"characters": length, "documents": len(documents), "bytes": nbytes, **record}


def measure_short(settings: Settings) -> Iterator[Record]:
    text = texts.book()[:100_000] if settings.is_quick else texts.book() * 10
    documents = texts.cut(text, 37)[:1_000_000]
    nbytes = sum(len(document.encode()) for document in documents)
    asked: dict[str, contestants.Ask] = {
        "frequency": lambda analyzer: analyzer.word_frequency(),
        "sentiment": lambda analyzer: analyzer.analyze_sentiment(),
    }
    for name, ask in asked.items():
        say(f"{len(documents):,} short documents, {name}")
        rivals = [
            contestants.analyzer_of_seed("plain Python class", documents, ask),
            contestants.by_add_documents("add_documents", documents, ask),
        ]
        for record in measure(rivals, nbytes, settings.rounds):
            yield {"asked": name, "documents": len(documents), "bytes": nbytes, **record}


BENCHMARKS: dict[str, Callable[[Settings], Iterator[Record]]] = {
    "corpora": measure_corpora,
    "simd": measure_simd,
    "threads": measure_threads,
    "distinct": measure_distinct,
    "lengths": measure_lengths,
    "short": measure_short,
}


# What the tables name with its version.
PACKAGES = ("text-processor", "polars", "pyarrow", "scikit-learn", "cffi")


def main() -> None:
    arguments = runs.options(__doc__, BENCHMARKS, 7)
    why_no_c = contestants.why_no_c()
    if why_no_c:
        say(f"the C core alone is left out: {why_no_c}")
    with tempfile.TemporaryDirectory() as scratch:
        settings = Settings(arguments.files, arguments.rounds, arguments.quick, why_no_c, Path(scratch))
        about = runs.about(PACKAGES, settings.files, settings.rounds, is_quick=settings.is_quick)
        about["compiler"] = why_no_c or runs.first_line(["cc", "--version"])
        found: Record = {"about": about, "results": {}}
        for name in arguments.only or BENCHMARKS:
            say(f"== {name}")
            found["results"][name] = list(BENCHMARKS[name](settings))
    arguments.output.mkdir(parents=True, exist_ok=True)
    (arguments.output / "words.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    report.write_plots(found, arguments.output)
    say(f"written: {arguments.output / 'words.json'} and its plots")
    ours = [record for records in found["results"].values() for record in records if report.is_ours(record)]
    if any(record.get("differing") or "failed" in record for record in ours):
        sys.exit("answers of this package differ from the baseline's")


if __name__ == "__main__":
    main()
