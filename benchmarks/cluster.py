#!/usr/bin/env python3
"""Compare counting words on a cluster with one process, and with what the users of an engine write for it, on this machine.

    python benchmarks/cluster.py [--engine dask|spark|ray] [--only speed|equal|size] [--output FOLDER]

Without options it runs all engines that are installed, and all three parts:

- `speed`: 500 MB of generated text with Zipf's frequencies in 16 files; two workers count it, and one process with two threads.
  The engine's own way is measured on a tenth of the text, since it takes minutes. All counts must be equal.
- `equal`: 200 MB of mixed text, cut at line ends into parts of random sizes, must give what one process gives, order included,
  for each of several sets of options.
- `size`: 3 GB with some 35 million distinct words, by workers limited to 1 GB, to a table; the rows of each share must have the
  checksum that they have in one process. The largest resident size of each worker is written down.

`--scale 0.1` makes all texts smaller. The figures go to cluster.json; report.py puts them into docs/cluster-benchmarks.md.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import random
import re
import shutil
import sys
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from text_processor import TextAnalyzer

Record = dict[str, Any]
Counts = dict[str, int]

N_WORKERS = 2
N_WORDS = 200_000
WORDS_OF_A_LINE = 12
ROUNDS = 3
LIMIT = 10**9
"""Bytes of memory that a worker may have, in `size`."""
N_SHARES = 64


# ---- Texts -----------------------------------------------------------------------------------------------------------


def zipf_lines(chosen: np.random.Generator, n_lines: int, share_of_numbers: float) -> bytes:
    """Lines of words, a word of rank r with a frequency of about 1 / r; some words are numbers below a thousand million."""
    n = n_lines * WORDS_OF_A_LINE
    ranks = (N_WORDS ** chosen.random(n)).astype(np.int64) - 1
    drawn = vocabulary().take(pa.array(ranks))
    if share_of_numbers:
        numbers = pa.array(chosen.integers(0, 10**9, n)).cast(pa.string())
        drawn = pc.if_else(pa.array(chosen.random(n) < share_of_numbers), numbers, drawn)
    starts = pa.array(np.arange(0, n + 1, WORDS_OF_A_LINE, dtype=np.int32))
    lines = pc.binary_join(pa.ListArray.from_arrays(starts, drawn), " ")
    return "\n".join([*lines.to_pylist(), ""]).encode()


@lru_cache
def vocabulary() -> Any:
    chosen = random.Random(1)
    return pa.array([f"w{int(chosen.random() * 10**6):x}{rank:x}" for rank in range(N_WORDS)])


def write_zipf(folder: Path, n_files: int, nbytes: float, share_of_numbers: float = 0.0) -> list[str]:
    """Write so many files of about so many bytes together; return their paths."""
    folder.mkdir(parents=True)
    chosen = np.random.default_rng(1)
    paths = []
    for i in range(n_files):
        path, left = folder / f"{i:03}.txt", nbytes / n_files
        with path.open("wb") as file:
            while left > 0:
                left -= file.write(zipf_lines(chosen, min(50_000, int(left / 100) + 1), share_of_numbers))
        paths.append(str(path))
    return paths


def write_mixed(folder: Path, nbytes: float) -> list[str]:
    """Write text of several languages and kinds, cut at line ends into files of random sizes, some compressed, some empty."""
    folder.mkdir(parents=True)
    texts = import_module("texts")
    kinds = [texts.book(), texts.umlauts(4_000_000), texts.kana(3_000_000), texts.python_sources(), texts.symbols()]
    chosen = random.Random(2)
    lines = [line for kind in kinds for line in kind.replace("\r", "").split("\n")]
    chosen.shuffle(lines)
    whole = "".join(f"{line}\n" for line in lines).encode()
    paths: list[str] = []
    left = nbytes
    while left > 0:
        size = chosen.choice([0, 1, int(chosen.random() * nbytes / 10)])
        start = whole.find(b"\n", chosen.randrange(len(whole) // 2)) + 1
        part = whole[start : whole.find(b"\n", start + min(size, len(whole) // 2 - 1)) + 1] if size else b""
        left -= len(part)
        path = folder / f"{len(paths):03}.txt"
        path.write_bytes(gzip.compress(part, 1) if chosen.random() < 0.3 else part)
        paths.append(str(path))
    return paths


# ---- Engines ---------------------------------------------------------------------------------------------------------


class Ways(NamedTuple):
    """What an engine does, ours and its own."""

    count: Callable[..., Any]
    """Our `count_words`."""
    own: Callable[[list[str]], Counts]
    """What its users write."""
    digests: Callable[[Any], list[tuple[str, int]]]
    """Of a table, the checksum and the number of rows of each share."""


@contextmanager
def dask_ways(folder: Path, limit: int) -> Iterator[Ways]:
    bag, distributed, ours = (import_module(name) for name in ("dask.bag", "distributed", "text_processor.cluster.dask"))
    with (
        distributed.LocalCluster(
            n_workers=N_WORKERS,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            memory_limit=limit,
            local_directory=str(folder),
        ) as cluster,
        distributed.Client(cluster) as client,
    ):

        def own(paths: list[str]) -> Counts:
            return dict(bag.read_text(paths).str.lower().str.split().flatten().frequencies().compute())

        def digests(table: Any) -> list[tuple[str, int]]:
            delayed = import_module("dask").delayed(digest_of_frame)
            return list(client.gather(client.compute([delayed(part) for part in table.to_delayed()])))

        yield Ways(lambda paths, **options: ours.count_words(paths, client=client, **options), own, digests)


def digest_of_frame(rows: Any) -> tuple[str, int]:
    return digest(pa.Table.from_pandas(rows, preserve_index=False))


@contextmanager
def spark_ways(folder: Path, limit: int) -> Iterator[Ways]:
    os.environ["PYSPARK_PYTHON"] = sys.executable
    f, ours = import_module("pyspark.sql.functions"), import_module("text_processor.cluster.spark")
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.local.dir": str(folder),
        "spark.driver.memory": "2g",
        "spark.executor.pyspark.memory": f"{limit >> 20}m",
    }
    builder = import_module("pyspark.sql").SparkSession.builder.master(f"local[{N_WORKERS}]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")

    def own(paths: list[str]) -> Counts:
        words = session.read.text(paths).select(f.explode(f.split(f.lower("value"), r"\s+")).alias("w")).where("w != ''")
        return {row.w: row["count"] for row in words.groupBy("w").count().collect()}

    def digests(table: Any) -> list[tuple[str, int]]:
        rows = table.mapInArrow(digest_of_batches, "part int, digest string, rows long").collect()
        return [(row.digest, row.rows) for row in sorted(rows)]

    yield Ways(lambda paths, **options: ours.count_words(paths, session=session, **options), own, digests)
    session.stop()


def digest_of_batches(batches: Iterator[Any]) -> Iterator[Any]:
    found, n_rows = digest(pa.Table.from_batches(batches))
    part = import_module("pyspark").TaskContext.get().partitionId()
    yield pa.record_batch({"part": pa.array([part], pa.int32()), "digest": [found], "rows": [n_rows]})


@contextmanager
def ray_ways(folder: Path, limit: int) -> Iterator[Ways]:
    ray, ours = import_module("ray"), import_module("text_processor.cluster.ray")
    data = import_module("ray.data")
    os.environ["RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO"] = "0"
    spilling = {"object_spilling_directory": str(folder)}
    ray.init(num_cpus=N_WORKERS, include_dashboard=False, log_to_driver=False, object_store_memory=limit // 2, **spilling)
    data.DataContext.get_current().enable_progress_bars = False

    def words_of(rows: dict[str, Any]) -> dict[str, list[str]]:
        return {"w": [word for line in rows["text"] for word in line.lower().split()]}

    def own(paths: list[str]) -> Counts:
        rows = data.read_text(paths).map_batches(words_of).groupby("w").count().to_pandas()
        return dict(zip(rows["w"], rows["count()"].tolist(), strict=True))

    def digests(table: Any) -> list[tuple[str, int]]:
        return list(ray.get(list(map(ray.remote(digest).remote, table.to_arrow_refs()))))

    yield Ways(ours.count_words, own, digests)
    ray.shutdown()


ENGINES = {"dask": dask_ways, "spark": spark_ways, "ray": ray_ways}
PACKAGES = {"dask": "distributed", "spark": "pyspark", "ray": "ray"}


def installed() -> list[str]:
    """The engines that can run here."""
    found = [engine for engine, package in PACKAGES.items() if find_spec(package)]
    return [engine for engine in found if engine != "spark" or shutil.which("java")]


# ---- Speed -----------------------------------------------------------------------------------------------------------


def one_process(paths: Sequence[str], **options: Any) -> TextAnalyzer:
    analyzer = TextAnalyzer(keep_documents=False, threads=2, **options)
    for path in paths:
        analyzer.add_file(path)
    return analyzer


class Timed(NamedTuple):
    seconds: float
    cpu: float
    """Processor time of this process and all that descend from it: it depends little on what else the machine does."""
    answer: Any


def timed(call: Callable[[], Any]) -> Timed:
    with Watch() as watch:
        start = perf_counter()
        answer = call()
        seconds = perf_counter() - start
    return Timed(seconds, watch.cpu(), answer)


def processes() -> dict[int, tuple[dict[str, str], float]]:
    """Of this process and all that descend from it, what Linux tells of its state, and its processor time in seconds."""
    found: dict[int, tuple[dict[str, str], float]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it may have ended
            fields = dict(re.findall(r"^(\w+):\s*(.*)$", (folder / "status").read_text(encoding="utf-8"), re.MULTILINE))
            numbers = (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            found[int(folder.name)] = fields, (int(numbers[11]) + int(numbers[12])) / os.sysconf("SC_CLK_TCK")

    def is_ours(pid: int) -> bool:
        return pid == os.getpid() or (pid in found and is_ours(int(found[pid][0]["PPid"])))

    return {pid: each for pid, each in found.items() if is_ours(pid)}


class Watch(threading.Thread):
    """Notes the processor time and the largest resident size of this process and all that descend from it."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._peaks: dict[int, tuple[str, int]] = {}
        self._first: dict[int, float] = {}
        self._last: dict[int, float] = {}
        self._is_over = threading.Event()

    def __enter__(self) -> Watch:
        self._first = {pid: cpu for pid, (_, cpu) in processes().items()}
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self.join()
        self._look()

    def run(self) -> None:
        while not self._is_over.wait(0.25):
            self._look()

    def _look(self) -> None:
        for pid, (fields, cpu) in processes().items():
            self._last[pid] = cpu
            if "VmHWM" in fields:
                self._peaks[pid] = fields["Name"], int(fields["VmHWM"].split()[0]) << 10

    def cpu(self) -> float:
        """Seconds of user and system between start and end; of a process that ended, as long as it was seen."""
        return sum(cpu - self._first.get(pid, 0) for pid, cpu in self._last.items())

    def workers(self) -> list[int]:
        """The peaks of those that did work: of other processes of Python, in bytes, the largest first."""
        others = ("java", "raylet", "gcs_server", "sh", "bash")
        peaks = (nbytes for pid, (name, nbytes) in self._peaks.items() if name not in others and pid != os.getpid())
        return sorted((nbytes for nbytes in peaks if nbytes > 150e6), reverse=True)


def megabytes(paths: Sequence[str]) -> float:
    return sum(Path(path).stat().st_size for path in paths) / 1e6


def measure_speed(engines: list[str], folder: Path, scale: float) -> Iterator[Record]:
    """Yield a record for each engine: MB a second by the clock, and by processor time; the best of rounds that take turns."""
    paths, part = write_zipf(folder / "whole", 16, 500e6 * scale), write_zipf(folder / "part", 16, 50e6 * scale)
    expected = one_process(part).word_frequency()
    for engine in engines:
        with ENGINES[engine](folder / "scratch", 4 * LIMIT) as ways:
            ways.count(paths)  # workers import what they need
            both = [
                (timed(lambda: one_process(paths).word_frequency()), timed(lambda: ways.count(paths).word_frequency()))
                for _ in range(ROUNDS)
            ]
            if any(local.answer != ours.answer for local, ours in both):
                raise SystemExit(f"{engine}: the counts of text_processor differ")
            own = timed(lambda: ways.own(part))
            if own.answer != expected:
                raise SystemExit(f"{engine}: the counts of its own way differ")
        local, ours = zip(*both, strict=True)
        record = {"engine": engine, "megabytes": megabytes(paths), "part": megabytes(part), "load_average": os.getloadavg()[0]}
        for name, rounds, size in (("local", local, paths), ("ours", ours, paths), ("own", [own], part)):
            record[name] = megabytes(size) / min(each.seconds for each in rounds)
            record[f"{name}_by_cpu"] = megabytes(size) / min(each.cpu for each in rounds)
        say(", ".join(f"{name} {value if isinstance(value, str) else round(value, 2)}" for name, value in record.items()))
        yield record


# ---- Equal answers ---------------------------------------------------------------------------------------------------

OPTIONS: dict[str, Record] = {
    "defaults": {},
    "case, lexicon": {"case": "keep", "lexicon": {"God": 1}},
    "words, case, normalize": {"words": "uax29", "case": "fold", "normalize": "NFKC"},
    "words, accents, min_length": {"words": "sklearn", "accents": "strip", "min_length": 3},
    "words by a pattern, stop_words": {"words": r"\w+", "stop_words": ["the", "def", "und"]},
    "ngrams": {"ngrams": (1, 2)},
    "documents, errors": {"documents": "whole", "errors": "replace"},
}


def measure_equality(engines: list[str], folder: Path, scale: float) -> Iterator[Record]:
    """Yield a record for each engine and each set of options."""
    paths = write_mixed(folder / "mixed", 200e6 * scale)
    written = [Path(path).read_bytes() for path in paths]
    nbytes = sum(len(gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data) for data in written)
    expected: dict[str, TextAnalyzer] = {}
    for engine in engines:
        with ENGINES[engine](folder / "scratch", 6 * LIMIT) as ways:
            for name, options in OPTIONS.items():
                reading = {key: options[key] for key in ("documents", "errors") if key in options}
                if name not in expected:
                    expected[name] = TextAnalyzer(keep_documents=False, **{k: options[k] for k in options if k not in reading})
                    for path in paths:
                        expected[name].add_file(path, **reading)
                one, found = expected[name], ways.count(paths, **options)
                if found.get_statistics() != one.get_statistics() or not found.word_table().equals(one.word_table()):
                    raise SystemExit(f"{engine}, {name}: the counts differ")
                say(f"{engine}, {name}: equal, {len(one.words):,} distinct words in {len(paths)} parts")
                yield {"engine": engine, "options": name, "bytes": nbytes, "parts": len(paths), "distinct": len(one.words)}


# ---- Size ------------------------------------------------------------------------------------------------------------


def digest(rows: Any) -> tuple[str, int]:
    """The checksum of a share of the table, whatever the order of its rows, and how many there are."""
    rows = rows.sort_by("term").combine_chunks()
    found = hashlib.sha256("\n".join(rows["term"].to_pylist()).encode())
    for name in ("count", "document_frequency"):
        found.update(rows[name].to_numpy().astype("<i8").tobytes())
    return found.hexdigest(), len(rows)


def digests_of_one_process(paths: list[str]) -> list[tuple[str, int]]:
    shares = one_process(paths).split(N_SHARES)
    shares.reverse()
    return [digest(shares.pop().word_table()) for _ in range(N_SHARES)]


def measure_size(engines: list[str], folder: Path, scale: float) -> Iterator[Record]:
    """Yield a record for each engine."""
    paths = write_zipf(folder / "numbers", max(4, int(48 * scale)), 3e9 * scale, share_of_numbers=0.1)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        seconds, _, expected = timed(lambda: pool.submit(digests_of_one_process, paths).result())
    n_distinct = sum(n for _, n in expected)
    say(f"one process: {n_distinct:,} distinct words in {megabytes(paths):.0f} MB, {seconds:.0f} s")
    for engine in engines:
        with ENGINES[engine](folder / "scratch", LIMIT) as ways, Watch() as watch:
            start = perf_counter()
            found = ways.digests(ways.count(paths, result="table", n_parts=N_SHARES))
            engine_seconds, peaks = perf_counter() - start, watch.workers()
        if found != expected:
            raise SystemExit(f"{engine}: the table differs")
        say(f"{engine}: equal, {engine_seconds:.0f} s; peaks of its workers: {', '.join(f'{n / 1e6:.0f} MB' for n in peaks)}")
        yield {
            "engine": engine,
            "megabytes": megabytes(paths),
            "parts": len(paths),
            "shares": N_SHARES,
            "distinct": n_distinct,
            "limit": LIMIT,
            "peaks": peaks,
            "seconds": engine_seconds,
            "one_process": seconds,
        }


# ---- All -------------------------------------------------------------------------------------------------------------

PARTS = {"speed": measure_speed, "equal": measure_equality, "size": measure_size}


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


@contextmanager
def scratch(folder: Path) -> Generator[Path, None, None]:
    """A folder for texts and what engines spill, beside the results, since /tmp is often small."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "scratch").mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


# What the tables name with its version.
PACKAGES = ("text-processor", "pyarrow", "dask", "distributed", "pyspark", "ray", "cffi")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", action="append", choices=ENGINES, help="only this one; may be given several times")
    parser.add_argument("--only", action="append", choices=PARTS, help="only this part; may be given several times")
    parser.add_argument("--scale", type=float, default=1.0, help="1 is the size that is told of above")
    parser.add_argument("--output", type=Path, default=Path(__file__).resolve().parent.parent / "build" / "benchmarks")
    arguments = parser.parse_args()
    path: Path = arguments.output / "cluster.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    found: Record = {"results": {}}
    if path.exists():  # of parts that are not measured now
        found = json.loads(path.read_text(encoding="utf-8"))
    runs = import_module("runs")  # not above: workers import this file
    found["about"] = runs.about(PACKAGES, [], ROUNDS, is_quick=arguments.scale != 1)
    found["about"]["command"] = "python benchmarks/cluster.py"  # parts may have been measured one by one
    for name in arguments.only or PARTS:
        say(f"== {name}")
        with scratch(arguments.output / "cluster-texts") as folder:
            measured: list[Record] = []
            for record in PARTS[name](arguments.engine or installed(), folder, arguments.scale):
                measured.append(record)
                new = {each["engine"] for each in measured}
                kept = [each for each in found["results"].get(f"cluster-{name}", []) if each["engine"] not in new]
                found["results"][f"cluster-{name}"] = sorted(kept + measured, key=lambda each: [*ENGINES].index(each["engine"]))
                path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    say(f"written: {path}")


if __name__ == "__main__":
    main()
