"""Measures what stands around a tokenizer beside what people write for it, and checks the answers as it goes.

    python benchmarks/pipelines.py [FILE ...] [--only shards|report] [--rounds N] [--output FOLDER] [--quick]

FILEs are texts to measure on, in UTF-8. Without any, the texts are the book in examples/ and sources of Python's standard
library. `pip install --group bench` gets the peers; one that is not installed is left out, with a word.

    shards    JSON lines to files of uint16: a loop over tiktoken that writes by NumPy, and `datasets.map` with tiktoken
    chunks    a text to chunks of at most 512 tokens: the token splitter of LangChain and semchunk, both with tiktoken
    report    `text-processor report` of 100 MB in comparison with the book, from the start of the process, by the clock

All contestants of a comparison take turns on one processor. The first turn is not measured: in it the answers are compared.
Time is that of the processor, so what else the machine does, and how fast its disk is, do not count. Ratios are taken for
each round, over the first contestant. What comes out is pipelines.json in FOLDER (build/benchmarks).
"""

from __future__ import annotations

import os

# Before the peers are imported, which look when they start.
os.environ |= {"RAYON_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false", "HF_DATASETS_OFFLINE": "1"}

import contextlib
import json
import math
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import contestants
import numpy as np
import runs
import texts
from words import Record, measure, say

import text_processor
from text_processor import Tokenizer

# Characters of a document: about the median of web pages.
DOCUMENT_CHARACTERS = 2_500

# Characters of sources, since some peers need a second for each million.
MOST_SOURCES = 16_000_000

END = "<|endoftext|>"

contestant = partial(contestants.contestant, clock=time.process_time)


class Settings(NamedTuple):
    """What is measured, and how long."""

    files: list[Path]
    rounds: int
    is_quick: bool
    scratch: Path


def chosen_text(settings: Settings) -> str:
    if settings.files:
        return "".join(path.read_text(encoding="utf-8", errors="replace") for path in settings.files)
    return texts.book()[:200_000] if settings.is_quick else texts.book() + texts.python_sources()[:MOST_SOURCES]


def is_installed(name: str) -> bool:
    """Whether a peer is there; says so where it is not."""
    if find_spec(name) is None:
        say(f"  {name} is not installed, and left out")
        return False
    return True


# ---- Shards ----------------------------------------------------------------------------------------------------------


def shards_by_loop(source: Path, out: Path, encoding: Any, end: int) -> bytes:
    """Read, encode and write line by line."""
    with source.open(encoding="utf-8") as lines, out.open("wb") as file:
        for line in lines:
            ids = encoding.encode_ordinary(json.loads(line)["text"])
            ids.append(end)
            file.write(np.array(ids, dtype=np.uint16).tobytes())
    return out.read_bytes()


def shards_by_datasets(source: Path, out: Path, encoding: Any, end: int) -> bytes:
    """Read, encode and write as nanoGPT's preparation does."""
    import datasets  # noqa: PLC0415 - it takes seconds, and need not be there

    datasets.disable_progress_bars()
    shutil.rmtree(cache := out.with_name("cache"), ignore_errors=True)  # or it reads what it has made before
    rows = datasets.load_dataset("json", data_files=str(source), split="train", cache_dir=str(cache))

    def encode(row: dict[str, Any]) -> dict[str, Any]:
        ids = encoding.encode_ordinary(row["text"])
        ids.append(end)
        return {"ids": ids, "len": len(ids)}

    encoded = rows.map(encode, remove_columns=rows.column_names)
    made = np.memmap(out, dtype=np.uint16, mode="w+", shape=(sum(encoded["len"]),))
    place, n_batches = 0, 1 + len(encoded) // 1024
    for number in range(n_batches):
        batch = encoded.shard(num_shards=n_batches, index=number, contiguous=True).with_format("numpy")
        ids = np.concatenate(batch["ids"])
        made[place : place + len(ids)] = ids
        place += len(ids)
    made.flush()
    return out.read_bytes()


def shards_by_us(source: Path, out: Path, tokenizer: Tokenizer, threads: int) -> bytes:
    shutil.rmtree(out, ignore_errors=True)
    tokenizer.encode_corpus(source, out, format="raw", eos=END, shard_tokens=None, threads=threads)
    return (out / "train.bin").read_bytes()


def measure_shards(settings: Settings) -> Iterator[Record]:
    text = chosen_text(settings)
    tokenizer = Tokenizer("gpt2", special_tokens=[END])
    tokenizer.train(text, 1000 if settings.is_quick else 32_768)
    source, scratch = settings.scratch / "corpus.jsonl", settings.scratch
    with source.open("w", encoding="utf-8") as file:
        for number, start in enumerate(range(0, len(text), DOCUMENT_CHARACTERS)):
            row = {"id": number, "url": f"https://example.org/{number}", "text": text[start : start + DOCUMENT_CHARACTERS]}
            file.write(json.dumps(row) + "\n")
    peer, end, nbytes = tokenizer.to_tiktoken(), tokenizer.special_tokens[END], len(text.encode())
    say(f"{nbytes / 1e6:.1f} MB of text in {number + 1:,} documents")

    def by_us(threads: int) -> bytes:
        text_processor.clear_caches()
        return shards_by_us(source, scratch / "ours", tokenizer, threads)

    rivals = [
        contestant("tiktoken and NumPy", lambda: shards_by_loop(source, scratch / "loop", peer, end)),
        contestant("encode_corpus", lambda: by_us(1)),
    ]
    if is_installed("datasets"):
        rivals.append(contestant("datasets.map", lambda: shards_by_datasets(source, scratch / "mapped", peer, end)))
    for record in measure(rivals, nbytes, settings.rounds):
        yield {"bytes": nbytes, "documents": number + 1, **record}


# ---- Chunks ----------------------------------------------------------------------------------------------------------

# Tokens of a chunk.
CHUNK_SIZE = 512


def measure_chunks(settings: Settings) -> Iterator[Record]:
    text = chosen_text(settings)
    tokenizer = Tokenizer("gpt2")
    tokenizer.train(text, 1000 if settings.is_quick else 32_768)
    peer, nbytes = tokenizer.to_tiktoken(), len(text.encode())
    say(f"{nbytes / 1e6:.1f} MB of text")

    def count(part: str) -> int:
        return len(peer.encode_ordinary(part))

    def by_us() -> list[str]:
        text_processor.clear_caches()
        return [text[start:end] for start, end, _ in tokenizer.chunks(text, CHUNK_SIZE)]

    def is_sound(chunks: list[str], _: object) -> bool:
        return 0 < max(map(count, chunks)) <= CHUNK_SIZE and nbytes / len(chunks) > CHUNK_SIZE / 2

    def is_whole(chunks: list[str], _: object) -> bool:
        return "".join(chunks) == text and is_sound(chunks, None)

    rivals = []
    if is_installed("langchain_text_splitters"):
        from langchain_text_splitters import base  # noqa: PLC0415 - it need not be there

        way = base.Tokenizer(chunk_overlap=0, tokens_per_chunk=CHUNK_SIZE, decode=peer.decode, encode=peer.encode_ordinary)
        splits = lambda: base.split_text_on_tokens(text=text, tokenizer=way)  # noqa: E731
        # It cuts anywhere, so that a chunk may have more tokens than it was cut by.
        rivals.append(contestant("LangChain, by tokens", splits, lambda chunks, _: nbytes / len(chunks) > CHUNK_SIZE / 2))
    if is_installed("semchunk"):
        import semchunk  # noqa: PLC0415 - it need not be there

        # Without memory of earlier rounds, as ours.
        rivals.append(contestant("semchunk", lambda: semchunk.chunk(text, CHUNK_SIZE, count, memoize=False), is_sound))
    rivals.append(contestant("Tokenizer.chunks", by_us, is_whole))
    for record in measure(rivals, nbytes, settings.rounds):
        yield {"bytes": nbytes, "size": CHUNK_SIZE, **record}


# ---- Reports ---------------------------------------------------------------------------------------------------------

# What a report must be made of within three seconds.
REPORT_NBYTES = 100_000_000


def measure_report(settings: Settings) -> Iterator[Record]:
    """Count a text, and report on it in comparison with the book: on all processors, for a user waits for the whole."""
    text = chosen_text(settings).encode()
    mine, book = settings.scratch / "mine.txt", settings.scratch / "book.txt"
    with mine.open("wb") as file:
        for _ in range(1 if settings.is_quick else math.ceil(REPORT_NBYTES / len(text))):
            file.write(text)
    book.write_text(texts.book(), encoding="utf-8")
    nbytes, page = mine.stat().st_size + book.stat().st_size, settings.scratch / "report.html"
    say(f"{nbytes / 1e6:.1f} MB of text in two files")
    command = [sys.executable, "-m", "text_processor", "report", str(mine), "--versus", str(book), "-o", str(page)]
    times: list[tuple[float, float]] = []
    with on_all_processors():
        for _ in range(settings.rounds):
            start, before = time.perf_counter(), used_by_children()
            subprocess.run([*command, "--no-progress"], check=True, capture_output=True)
            times.append((time.perf_counter() - start, used_by_children() - before))
    seconds, cpu_seconds = map(min, zip(*times, strict=True))
    page_nbytes = page.stat().st_size
    say(f"  report: {seconds:.2f} s, of processors {cpu_seconds:.2f} s; a page of {page_nbytes:,} bytes")
    yield {"bytes": nbytes, "seconds": seconds, "cpu_seconds": cpu_seconds, "page_bytes": page_nbytes}


def used_by_children() -> float:
    """Return the processor time of all ended child processes."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


@contextlib.contextmanager
def on_all_processors() -> Iterator[None]:
    """Let what is started here run on all processors that this process began with."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    one = os.sched_getaffinity(0)
    os.sched_setaffinity(0, range(os.cpu_count() or 1))
    try:
        yield
    finally:
        os.sched_setaffinity(0, one)


# ---- The whole -------------------------------------------------------------------------------------------------------

BENCHMARKS: dict[str, Callable[[Settings], Iterator[Record]]] = {
    "shards": measure_shards,
    "chunks": measure_chunks,
    "report": measure_report,
}


# What a run names with its version.
PACKAGES = (
    "text-processor",
    "tiktoken",
    "numpy",
    "pyarrow",
    "datasets",
    "langchain-text-splitters",
    "semchunk",
    "cffi",
)


def main() -> None:
    arguments = runs.options(__doc__, BENCHMARKS, 5)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    arguments.output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        settings = Settings(arguments.files, arguments.rounds, arguments.quick, Path(scratch))
        about = runs.about(PACKAGES, settings.files, settings.rounds, is_quick=settings.is_quick)
        found: Record = {"about": about, "results": {}}
        for key in arguments.only or BENCHMARKS:
            say(f"== {key}")
            found["results"][key] = list(BENCHMARKS[key](settings))
    path = arguments.output / "pipelines.json"
    path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    say(f"written: {path}")
    records = [record for results in found["results"].values() for record in results]
    if any(record.get("differing") or "failed" in record for record in records):
        sys.exit("answers differ from the peers'")


if __name__ == "__main__":
    main()
