"""Create and drop objects for some minutes; fail if memory grows.

    python tools/growth.py [--seconds 180]

Analyzers, tokenizers and numeric objects are made, used, pickled, merged, copied, saved, loaded, interrupted, refused memory,
given wrong arguments, and dropped, some of them in reference cycles: first by one thread, then by four. All lives use the same
few texts, so no life is larger than those before it. When everything is dropped and collected,

- the core must hold exactly what it held before the first life (`get_memory_stats`),
- Python must hold no more objects and the process no more memory than after the warm-up, which is the first quarter of the
  time, apart from a small slack that does not depend on the number of lives.
"""

from __future__ import annotations

import argparse
import copy
import ctypes
import gc
import io
import itertools
import os
import pickle
import random
import sys
import tempfile
from array import array
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import NamedTuple

from text_processor import TextAnalyzer, TextProcessorError, Tokenizer, get_memory_stats
from text_processor._native import process as native_process
from text_processor.numeric import (
    DataProcessor,
    MovingAverage,
    RingBuffer,
    array_multiply,
    compute_stats,
    matrix_multiply,
    monte_carlo_pi,
    parallel_sum,
    process_numbers,
    sieve_of_eratosthenes,
)

BOOK = Path(__file__).resolve().parent.parent / "examples" / "kjv.txt"

# How much caches and heaps may grow after the warm-up: a leak of 100 bytes in each of 50,000 lives is more.
SLACK_BYTES = 4 << 20
SLACK_BLOCKS = 2_000

THREADS = 4


class BrokenOffError(Exception):
    """The exception that the hooks and callbacks here raise."""


def break_off(*_: object) -> None:
    raise BrokenOffError


# ---- Lives -----------------------------------------------------------------------------------------------------------

TEXT = BOOK.read_text(encoding="utf-8")[:60_000]
LINES = [line for line in TEXT.splitlines() if line.strip()]
NUMBERS = array("d", (i * 0.37 % 11 for i in range(3_000)))


def some_lines(draw: random.Random) -> list[str]:
    first = draw.randrange(len(LINES) - 40)
    return LINES[first : first + draw.randrange(1, 40)]


def life_of_an_analyzer(draw: random.Random, folder: Path) -> None:
    analyzer = TextAnalyzer(
        lexicon={"good": 1.0, "evil": -0.5}, threads=draw.choice([1, 2]), keep_documents=draw.random() < 0.5
    )
    analyzer.add_documents(some_lines(draw))
    analyzer.add_documents(iter(some_lines(draw)))
    analyzer.add_buffer(TEXT[: draw.randrange(20_000)].encode())
    analyzer.add_stream(io.StringIO(TEXT[: draw.randrange(20_000)]))
    analyzer.set_callback(lambda _: analyzer.total_words())  # a cycle
    analyzer.add_documents(some_lines(draw)[:5])
    other = draw.choice([copy.copy, copy.deepcopy, lambda a: pickle.loads(pickle.dumps(a))])(analyzer)
    other.merge(analyzer)
    assert other.total_words() == 2 * analyzer.total_words()
    assert sum(other.word_frequency().values()) == other.total_words()
    other.most_common(5)
    other.analyze_sentiment()
    words = other.words
    assert sum(words[word] for word in itertools.islice(words, 20)) > 0
    path = folder / "counts"
    other.save(path)
    assert TextAnalyzer.load(path).total_words() == other.total_words()
    other.clear()


def broken_life_of_an_analyzer(draw: random.Random, folder: Path) -> None:
    analyzer = TextAnalyzer()
    analyzer.add_documents(some_lines(draw))
    n = len(analyzer)
    for wrong in (["a good one", " "], ["a", "\ud800"], [b"\xff"], [1]):
        with suppress(TextProcessorError, TypeError):
            analyzer.add_documents(wrong)
    with suppress(BrokenOffError):
        analyzer.add_buffer(TEXT.encode(), progress=break_off)
    with suppress(BrokenOffError):
        analyzer.add_documents(LINES, progress=break_off)
    analyzer.set_callback(break_off)
    with suppress(BrokenOffError):
        analyzer.add_document("a b c")
    analyzer.clear_callback()
    path = folder / "damaged"
    analyzer.save(path)
    damaged = bytearray(path.read_bytes())
    damaged[draw.randrange(len(damaged))] ^= 1
    path.write_bytes(damaged)
    with suppress(TextProcessorError):
        TextAnalyzer.load(path)
    assert len(analyzer) >= n


def life_of_a_tokenizer(draw: random.Random, folder: Path) -> None:
    tokenizer = Tokenizer(draw.choice(["gpt2", "gpt4"]), special_tokens=["<|end|>"])
    tokenizer.train(TEXT[:6_000], 300 + draw.randrange(40), threads=draw.choice([1, 2]))
    text = "\n".join(some_lines(draw))
    ids = tokenizer.encode(text)
    assert tokenizer.decode(ids) == text
    assert tokenizer.count(text) == len(ids) == len(tokenizer.encode_array(text))
    tokenizer.encode_batch(some_lines(draw), 2)
    decoder = tokenizer.decoder()
    assert "".join(map(decoder.decode, ids)) + decoder.decode([], final=True) == text
    tokenizer.decode_with_offsets(ids)
    path = folder / "tokenizer"
    for save, load in ((tokenizer.save, Tokenizer.load), (tokenizer.save_huggingface, Tokenizer.from_huggingface)):
        save(path)
        assert load(path).encode(text) == ids
    assert pickle.loads(pickle.dumps(tokenizer)).merges == tokenizer.merges
    with suppress(ValueError):
        tokenizer.decode([10_000_000])
    with suppress(ValueError):
        tokenizer.encode("<|end|>")
    with suppress(BrokenOffError):
        Tokenizer().train(TEXT, 2_000, progress=break_off)


def life_of_numbers(draw: random.Random, _: Path) -> None:
    some = NUMBERS[: draw.randrange(2, len(NUMBERS))]
    compute_stats(some)
    parallel_sum(some, threads=2)
    process_numbers(some, 1.0)
    array_multiply(some, some)
    monte_carlo_pi(10_000, seed=1)
    sieve_of_eratosthenes(20_000)
    matrix_multiply([[1.0, 2.0], [3.0, 4.0]], [[5.0], [6.0]])
    average, ring, data = MovingAverage(draw.randrange(1, 200)), RingBuffer(draw.randrange(1, 200)), DataProcessor(100)
    average.extend(some)
    ring.extend(some)
    pickle.loads(pickle.dumps(average)).add(1.0)
    copy.copy(ring).push(2.0)
    assert ring.to_list() == list(ring.to_array())
    data.add_data(some)
    data.process_chunks()
    with suppress(OverflowError):
        process_numbers(array("b", [127]), 0)
    with suppress(ValueError):
        compute_stats([])
    with suppress(BrokenOffError):
        monte_carlo_pi(10_000_000, seed=1, progress=break_off)


LIVES = (life_of_an_analyzer, broken_life_of_an_analyzer, life_of_a_tokenizer, life_of_numbers)
Life = Callable[[random.Random, Path], None]


def refused_memory(lives: tuple[Life, ...]) -> Life:
    """Lead one life in which an allocation of the core is refused."""

    def life(draw: random.Random, folder: Path) -> None:
        native_process.fail_allocation(draw.randrange(1, 200))
        try:
            draw.choice(lives)(draw, folder)
        except MemoryError:
            pass
        finally:
            native_process.fail_allocation(0)

    return life


def live(lives: tuple[Life, ...], seed: int, until: float) -> int:
    """Lead lives until a time; return their number."""
    draw, n = random.Random(seed), 0
    with tempfile.TemporaryDirectory() as folder:
        while monotonic() < until:
            draw.choice(lives)(draw, Path(folder))
            n += 1
    return n


def live_in_threads(lives: tuple[Life, ...], seed: int, until: float) -> int:
    """Do the same in several threads; no allocation is refused, because it might be one of another thread."""
    with ThreadPoolExecutor(THREADS) as pool:
        return sum(pool.map(lambda i: live(lives, seed + i, until), range(THREADS)))


# ---- Memory ----------------------------------------------------------------------------------------------------------


class Held(NamedTuple):
    """The memory in use after everything is dropped."""

    core_blocks: int
    core_bytes: int
    python_blocks: int
    resident_bytes: int | None  # None if the system does not say


def resident_bytes() -> int | None:
    statm = Path("/proc/self/statm")
    return int(statm.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGESIZE") if statm.exists() else None


def give_back() -> None:
    """Let the C library return its unused memory, if it can."""
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def settle() -> Held:
    for _ in range(3):  # a finalizer may leave garbage
        gc.collect()
    give_back()
    stats = get_memory_stats()
    return Held(stats["live_allocations"], stats["current_bytes"], sys.getallocatedblocks(), resident_bytes())


def complaints(before: Held, warm: Held, last: Held) -> list[str]:
    """Report what has grown: in the core since the start, elsewhere since the warm-up."""
    found = []
    if (last.core_blocks, last.core_bytes) != (before.core_blocks, before.core_bytes):
        blocks, nbytes = last.core_blocks - before.core_blocks, last.core_bytes - before.core_bytes
        found.append(f"the core holds {blocks:+,} blocks, {nbytes:+,} bytes")
    if last.python_blocks - warm.python_blocks > SLACK_BLOCKS:
        found.append(f"Python holds {last.python_blocks - warm.python_blocks:+,} blocks since the warm-up")
    if last.resident_bytes is not None and warm.resident_bytes is not None:
        grown = last.resident_bytes - warm.resident_bytes
        if grown > SLACK_BYTES:
            found.append(f"the process holds {grown:+,} bytes since the warm-up")
    return found


def row(name: str, n_lives: int, held: Held) -> str:
    resident = "" if held.resident_bytes is None else f"{held.resident_bytes / 1e6:10.1f} MB resident"
    core = f"{held.core_blocks:6} blocks, {held.core_bytes:9,} bytes in the core"
    return f"{name:10} {n_lives:8,} lives: {core}, {held.python_blocks:9,} blocks in Python,{resident}"


def measure(seconds: float, lives: tuple[Life, ...] = LIVES) -> list[str]:
    """Lead lives for some time and report what has grown."""
    first, warm, n = settle(), None, 0
    print(row("before", 0, first))
    for quarter, name in enumerate(("warm-up", "", "", "end")):
        n += live((*lives, refused_memory(lives)), 100 * quarter, monotonic() + seconds / 8)
        n += live_in_threads(lives, 100 * quarter + 1, monotonic() + seconds / 8)
        held = settle()
        print(row(name, n, held), flush=True)
        warm = warm or held
    assert warm is not None
    return complaints(first, warm, held)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=180.0)
    found = measure(parser.parse_args().seconds)
    print("\n".join(found) if found else "nothing has grown")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
