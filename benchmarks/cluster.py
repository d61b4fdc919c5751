#!/usr/bin/env python3
"""Compare counting words on a cluster with what its engine's own users write for it, in one run on this machine.

    python benchmarks/cluster.py --engine dask --megabytes 500   # or spark, or ray

The text is generated, with Zipf's frequencies, in 16 files; two workers count it. Both ways must give the same counts. Each is
timed once warm, since an engine's own way takes minutes; what one process reaches with two threads is timed beside them.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any

from text_processor import TextAnalyzer

N_FILES = 16
N_WORDS = 200_000


def write_files(folder: Path, megabytes: float) -> list[str]:
    """Write lines of words, a word of rank r with a frequency of about 1 / r."""
    chosen = random.Random(1)
    words = [f"w{int(chosen.random() * 10**6):x}{rank:x}" for rank in range(N_WORDS)]
    paths = []
    for i in range(N_FILES):
        path, left = folder / f"{i:02}.txt", int(megabytes * 1e6 / N_FILES)
        with path.open("w", encoding="ascii") as file:
            while left > 0:
                ranks = [int(N_WORDS ** chosen.random()) - 1 for _ in range(10_000)]
                text = "".join(f"{words[rank]}{' ' if n % 12 else chr(10)}" for n, rank in enumerate(ranks, 1)) + "\n"
                left -= file.write(text)
        paths.append(str(path))
    return paths


Counts = dict[str, int]


@contextmanager
def dask_ways(paths: list[str]) -> Iterator[tuple[Callable[[], Counts], Callable[[], Counts]]]:
    bag, distributed = import_module("dask.bag"), import_module("distributed")
    count_words = import_module("text_processor.cluster.dask").count_words
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):

        def their() -> Counts:
            return dict(bag.read_text(paths).str.lower().str.split().flatten().frequencies().compute())

        yield lambda: dict(count_words(paths, client=client).word_frequency()), their


@contextmanager
def spark_ways(paths: list[str]) -> Iterator[tuple[Callable[[], Counts], Callable[[], Counts]]]:
    os.environ["PYSPARK_PYTHON"] = sys.executable
    f = import_module("pyspark.sql.functions")
    count_words = import_module("text_processor.cluster.spark").count_words
    session = (
        import_module("pyspark.sql").SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
    )

    def their() -> Counts:
        words = session.read.text(paths).select(f.explode(f.split(f.lower("value"), r"\s+")).alias("w")).where("w != ''")
        return {row.w: row["count"] for row in words.groupBy("w").count().collect()}

    yield lambda: count_words(paths, session=session).word_frequency(), their
    session.stop()


@contextmanager
def ray_ways(paths: list[str]) -> Iterator[tuple[Callable[[], Counts], Callable[[], Counts]]]:
    ray, count_words = import_module("ray"), import_module("text_processor.cluster.ray").count_words
    import_module("ray.data")
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)

    def words_of(rows: dict[str, Any]) -> dict[str, list[str]]:
        return {"w": [word for line in rows["text"] for word in line.lower().split()]}

    def their() -> Counts:
        rows = ray.data.read_text(paths).map_batches(words_of).groupby("w").count().to_pandas()
        return dict(zip(rows["w"], rows["count()"].tolist(), strict=True))

    yield lambda: count_words(paths).word_frequency(), their
    ray.shutdown()


def timed(call: Callable[[], Counts]) -> tuple[float, Counts]:
    start = perf_counter()
    counts = call()
    return perf_counter() - start, counts


def main() -> None:
    """Measure, and print a line for each way."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", choices=["dask", "spark", "ray"], default="dask")
    parser.add_argument("--megabytes", type=float, default=500)
    arguments = parser.parse_args()
    ways = {"dask": dask_ways, "spark": spark_ways, "ray": ray_ways}[arguments.engine]
    with tempfile.TemporaryDirectory() as folder:
        paths = write_files(Path(folder), arguments.megabytes)
        megabytes = sum(Path(path).stat().st_size for path in paths) / 1e6

        def local() -> Counts:
            analyzer = TextAnalyzer(threads=2)
            for path in paths:
                analyzer.add_file(path)
            return analyzer.word_frequency()

        local_seconds, expected = timed(local)
        with ways(paths) as (ours, theirs):
            timed(ours)  # workers import what they need
            our_seconds, our_counts = timed(ours)
            their_seconds, their_counts = timed(theirs)
    if not our_counts == their_counts == expected:
        raise SystemExit("the counts differ")
    print(f"one process, two threads  {megabytes / local_seconds:8.1f} MB/s")
    print(f"{arguments.engine}, text_processor {megabytes / our_seconds:12.1f} MB/s")
    print(f"{arguments.engine}, its own way {megabytes / their_seconds:15.1f} MB/s")
    print(f"{their_seconds / our_seconds:.1f} times as fast, {local_seconds / our_seconds:.0%} of one process")


if __name__ == "__main__":
    main()
