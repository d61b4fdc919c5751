"""What the core holds, told by kind of object, and the limit to it: `MemoryError`, nothing changed, nothing lost."""

import copy
import gc
import io
import os
import pickle
import random
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from text_processor import TextAnalyzer, Tokenizer, clear_caches, get_memory_stats, numeric, set_memory_limit, word_count
from text_processor._native import corpus as native_corpus
from text_processor._native import process as native_process

DOCUMENTS = [" ".join(f"word{i}-{j} the" for j in range(40)) for i in range(30)]
TEXT = "\n".join(DOCUMENTS)

REFUSED = re.compile(
    r"no memory: (\d+) bytes were asked for, while (\d+) were held and the limit is (\d+) \(set_memory_limit\)"
)


pytestmark = pytest.mark.usefixtures("small_batches", "quick_collections")


@pytest.fixture(autouse=True)
def no_limit_is_left():
    yield
    set_memory_limit(None)


def held() -> int:
    """What the core holds once all garbage is gone, and what is kept only to save work."""
    gc.collect()
    clear_caches()
    return get_memory_stats()["current_bytes"]


@contextmanager
def limited_to(nbytes: int) -> Iterator[None]:
    set_memory_limit(nbytes)
    try:
        yield
    finally:
        set_memory_limit(None)


# ---- What is told ----------------------------------------------------------------------------------------------------


def kinds() -> dict[str, Any]:
    gc.collect()
    return get_memory_stats()["kinds"]


def objects(kind: str) -> int:
    return kinds()[kind]["objects"]


def test_stats_are_numbers():
    stats = get_memory_stats()
    assert list(stats) == ["current_bytes", "peak_bytes", "live_allocations", "limit_bytes", "kinds"]
    assert [type(stats[key]) for key in ("current_bytes", "peak_bytes", "live_allocations")] == [int] * 3
    for use in stats["kinds"].values():
        assert list(use) == ["bytes", "allocations", "objects"]
        assert all(type(number) is int and number >= 0 for number in use.values())


def test_every_kind_of_the_core_is_told():
    assert sorted(native_process._MEMORY_KINDS.values()) == list(range(native_corpus.lib.TP_N_MEMORY_KINDS))


def test_kinds_add_up():
    analyzer, tokenizer = TextAnalyzer(), Tokenizer()
    analyzer.add_documents(DOCUMENTS)
    analyzer.total_words()
    tokenizer.train(TEXT, 300)
    stats = get_memory_stats()
    assert sum(use["bytes"] for use in stats["kinds"].values()) == stats["current_bytes"]
    assert sum(use["allocations"] for use in stats["kinds"].values()) == stats["live_allocations"]


def counted() -> TextAnalyzer:
    analyzer = TextAnalyzer()
    analyzer.add_documents(DOCUMENTS)
    analyzer.total_words()
    return analyzer


def trained() -> Tokenizer:
    tokenizer = Tokenizer()
    tokenizer.train(TEXT, 300)
    return tokenizer


@pytest.mark.parametrize(
    ("kind", "make"),
    [
        ("analyzers", counted),
        ("word_tables", counted),
        ("lexicons", lambda: TextAnalyzer(lexicon={"fine": 1.0})),
        ("tokenizers", trained),
        ("windows", lambda: numeric.MovingAverage(100)),
        ("windows", lambda: numeric.RingBuffer(100)),
    ],
)
def test_an_object_is_told_as_long_as_it_lives(kind, make):
    before = kinds()[kind]
    made = make()
    with_it = kinds()[kind]
    assert with_it["objects"] == before["objects"] + 1
    assert with_it["bytes"] > before["bytes"]
    assert with_it["allocations"] > before["allocations"]
    del made
    assert kinds()[kind] == before


@pytest.mark.parametrize(
    ("kind", "work"),
    [
        ("trainings", lambda hook: Tokenizer().train(TEXT, 400, progress=hook)),
        ("matrix_products", lambda hook: numeric.matrix_multiply(np.ones((9, 9)), np.ones((9, 9)), progress=hook)),
        ("sieves", lambda hook: numeric.sieve_of_eratosthenes(1_000_000, progress=hook)),
    ],
)
def test_what_lives_for_a_call_is_told_during_it(kind, work):
    before, seen = kinds()[kind], []
    work(lambda done, total: seen.append(get_memory_stats()["kinds"][kind]))
    assert max(use["objects"] for use in seen) > before["objects"]
    assert max(use["bytes"] for use in seen) > before["bytes"]
    assert kinds()[kind] == before


def test_work_leaves_nothing():
    before = kinds()["work"]
    counted().most_common()
    numeric.parallel_sum(np.arange(1_000_000.0), threads=2)
    assert kinds()["work"] == before


def test_words_that_an_analyzer_holds_grow_its_table_alone():
    analyzer = TextAnalyzer()
    before = kinds()
    analyzer.add_document(" ".join(map(str, range(50_000))))
    analyzer.total_words()
    after = kinds()
    assert after["word_tables"]["bytes"] - before["word_tables"]["bytes"] > 50_000 * 16
    assert after["lexicons"] == before["lexicons"]
    assert after["tokenizers"] == before["tokenizers"]


# ---- Setting the limit ----------------------------------------------------------------------------------------------


def test_limit_is_told():
    assert get_memory_stats()["limit_bytes"] is None
    set_memory_limit(10**12)
    assert get_memory_stats()["limit_bytes"] == 10**12
    set_memory_limit(np.int64(2**40))
    assert get_memory_stats()["limit_bytes"] == 2**40
    set_memory_limit(2**63 - 1)
    assert get_memory_stats()["limit_bytes"] == 2**63 - 1
    set_memory_limit(None)
    assert get_memory_stats()["limit_bytes"] is None


@pytest.mark.parametrize(
    ("limit", "error", "message"),
    [
        (-1, ValueError, "bytes must be from 0 to 9223372036854775807, or None for no limit, not -1"),
        (2**63, ValueError, "not 9223372036854775808"),
        (1 << 1000, ValueError, "not an int of 1001 bits"),
        (1e9, TypeError, "bytes must be an int or None, not float"),
        ("1 GB", TypeError, "not str"),
        (True, TypeError, "not bool"),
    ],
)
def test_limit_is_checked(limit, error, message):
    set_memory_limit(10**12)
    with pytest.raises(error, match=re.escape(message)):
        set_memory_limit(limit)
    assert get_memory_stats()["limit_bytes"] == 10**12


def test_message_tells_what_was_asked_and_held_and_the_limit():
    analyzer = TextAnalyzer()
    analyzer.add_documents(DOCUMENTS)
    limit = held() + 1000
    with limited_to(limit), pytest.raises(MemoryError) as caught:
        analyzer.total_words()
    asked, in_use, told = map(int, REFUSED.fullmatch(str(caught.value)).groups())
    assert told == limit
    assert asked > 0
    assert limit - 1000 <= in_use <= limit < in_use + asked


def test_without_a_limit_the_message_tells_the_rest():
    native_process.fail_allocation(1)
    with pytest.raises(MemoryError, match=r"^no memory: [1-9]\d* bytes were asked for, while \d+ were held$"):
        native_corpus.Corpus()


def test_what_cannot_be_addressed_tells_what_was_asked():
    with pytest.raises(MemoryError, match="no memory: 18446744073709551615 bytes were asked for"):
        numeric.RingBuffer(2**62)
    with limited_to(10**9), pytest.raises(MemoryError, match=f"no memory: {2**50 * 8} bytes .* the limit is 1000000000 "):
        numeric.RingBuffer(2**50)


def test_limit_below_what_is_held_refuses_only_what_is_new():
    analyzer, window = counted(), numeric.MovingAverage(1000)
    expected = analyzer.word_frequency()
    with limited_to(0):
        assert analyzer.word_frequency() == expected
        assert analyzer.words["the"] == 1200
        assert window.add(1.0) == 1.0
        with pytest.raises(MemoryError):
            TextAnalyzer()
        with pytest.raises(MemoryError):
            word_count("a b c")
        before = get_memory_stats()["current_bytes"]
        del analyzer, window
        assert held() < before
    assert word_count("a b c") == {"a": 1, "b": 1, "c": 1}


# ---- Every kind of work under many limits ------------------------------------------------------------------------------


@dataclass
class Work:
    """Something to do with something: what ``act`` gives can be compared, and so can what ``observe`` sees."""

    act: Callable[[Any], Any]
    prepare: Callable[[], Any] = field(default=lambda: None)
    observe: Callable[[Any], Any] = field(default=lambda thing: None)


def answers(analyzer: TextAnalyzer) -> Any:
    return analyzer.get_statistics(), list(analyzer.word_frequency().items()), list(analyzer.document_frequency().items())


def adding_work(act: Callable[[TextAnalyzer], Any], **options: Any) -> Work:
    """Work that adds to an analyzer what is counted at once."""

    def prepare() -> TextAnalyzer:
        analyzer = TextAnalyzer(**options)
        analyzer.add_documents(DOCUMENTS[:3])
        analyzer.total_words()
        return analyzer

    return Work(act, prepare, answers)


def asking_work(act: Callable[[TextAnalyzer], Any], **options: Any) -> Work:
    """Work that first has to count some documents."""

    def prepare() -> TextAnalyzer:
        analyzer = adding_work(act, **options).prepare()
        analyzer.add_documents(["uncounted " + DOCUMENTS[5], DOCUMENTS[6]])
        return analyzer

    return Work(act, prepare, answers)


def tokenizer_work(act: Callable[[Tokenizer], Any]) -> Work:
    return Work(act, trained, lambda tokenizer: (tokenizer.vocab_size, tokenizer.mergeable_ranks()))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    (folder / "lines.txt").write_text(TEXT)
    counted().save(folder / "counts")
    tokenizer = trained()
    tokenizer.save(folder / "tokenizer")
    tokenizer.save_tiktoken(folder / "ranks.tiktoken")
    tokenizer.save_huggingface(folder / "tokenizer.json")
    (folder / "analyzer.pickle").write_bytes(pickle.dumps(counted()))
    (folder / "tokenizer.pickle").write_bytes(pickle.dumps(tokenizer))
    return folder


COLUMN = pa.array(DOCUMENTS)
NUMBERS = np.random.default_rng(7).normal(size=100_000)
MATRIX = np.random.default_rng(8).normal(size=(70, 70))


def averages() -> Any:
    window = numeric.MovingAverage(5000)
    return window.extend(NUMBERS).tolist(), window.average()


ADDING = {
    "add_file": lambda files, analyzer: analyzer.add_file(files / "lines.txt"),
    "add_file whole": lambda files, analyzer: analyzer.add_file(files / "lines.txt", documents="whole"),
    "add_stream": lambda files, analyzer: analyzer.add_stream(io.BytesIO(TEXT.encode())),
    "add_buffer": lambda files, analyzer: analyzer.add_buffer(TEXT.encode()),
    "add_arrow": lambda files, analyzer: analyzer.add_arrow(COLUMN),
}

ASKING = {
    "total_words": lambda files, analyzer: analyzer.total_words(),
    "merge": lambda files, analyzer: analyzer.merge(analyzer),
    "copy": lambda files, analyzer: answers(copy.copy(analyzer)),
    "pickle": lambda files, analyzer: answers(pickle.loads(pickle.dumps(analyzer))),
    "word_frequency": lambda files, analyzer: analyzer.word_frequency(),
    "most_common": lambda files, analyzer: analyzer.most_common(),
    "sentiment": lambda files, analyzer: analyzer.analyze_sentiment(),
    "word_table": lambda files, analyzer: analyzer.word_table().to_pylist(),
}

TOKENIZING = {
    "train": lambda files, tokenizer: tokenizer.train(TEXT * 2, 400, threads=1),
    "train, two threads": lambda files, tokenizer: tokenizer.train(TEXT * 20, 400, threads=2),
    "train as hf": lambda files, tokenizer: tokenizer.train(TEXT, 400, tie_break="hf"),
    "train_from_iterator": lambda files, tokenizer: tokenizer.train_from_iterator(iter(DOCUMENTS), 400),
    "encode_batch": lambda files, tokenizer: tokenizer.encode_batch(DOCUMENTS * 20, 2),
    "pickle": lambda files, tokenizer: pickle.loads(pickle.dumps(tokenizer)).merges,
    "merges": lambda files, tokenizer: tokenizer.merges,
}

ALONE = {
    "word_count": lambda files: word_count(TEXT, threads=1),
    "word_count, two threads": lambda files: word_count(TEXT, threads=2),
    "an analyzer": lambda files: repr(TextAnalyzer(lexicon={f"word{i}": i for i in range(500)})),
    "load counts": lambda files: answers(TextAnalyzer.load(files / "counts")),
    "unpickle an analyzer": lambda files: answers(pickle.loads((files / "analyzer.pickle").read_bytes())),
    "load a tokenizer": lambda files: Tokenizer.load(files / "tokenizer").merges,
    "unpickle a tokenizer": lambda files: pickle.loads((files / "tokenizer.pickle").read_bytes()).merges,
    "from_tiktoken": lambda files: Tokenizer.from_tiktoken(files / "ranks.tiktoken", "gpt4").mergeable_ranks(),
    "from_huggingface": lambda files: Tokenizer.from_huggingface(files / "tokenizer.json").mergeable_ranks(),
    "parallel_sum": lambda files: numeric.parallel_sum(NUMBERS, threads=2),
    "process_numbers": lambda files: numeric.process_numbers(NUMBERS, 0.5, threads=2).tolist(),
    "array_multiply": lambda files: numeric.array_multiply(NUMBERS, NUMBERS, threads=2).tolist(),
    "compute_stats": lambda files: numeric.compute_stats(NUMBERS, threads=2),
    "matrix_multiply": lambda files: numeric.matrix_multiply(MATRIX, MATRIX, threads=2).tolist(),
    "sieve": lambda files: numeric.sieve_of_eratosthenes(200_000, threads=2),
    "moving averages": lambda files: averages(),
}


def all_work() -> Iterator[Any]:
    for works, kind in ((ADDING, adding_work), (ASKING, asking_work)):
        for name, act in works.items():
            for options in ({"threads": 1}, {"threads": 2}, {"threads": 2, "keep_documents": False}):
                yield pytest.param(act, partial(kind, **options), id=f"{name} {options}")
    for name, act in TOKENIZING.items():
        yield pytest.param(act, tokenizer_work, id=name)
    for name, act in ALONE.items():
        yield pytest.param(lambda files, thing, act=act: act(files), Work, id=name)


def extras() -> Iterator[int]:
    """Room beyond what is held: none, and from a few bytes on always half as much more."""
    yield 0
    extra = 8
    while True:
        yield extra
        extra += extra // 2


def test_encoding_and_counting_ids_need_no_memory_of_the_core(files):
    tokenizer = Tokenizer.load(files / "tokenizer")
    before = held()
    with limited_to(before):
        alone = tokenizer.encode(TEXT * 5), tokenizer.encode("ab" * 10_000), tokenizer.count("a" * 100)
    assert alone == (tokenizer.encode(TEXT * 5), tokenizer.encode("ab" * 10_000), tokenizer.count("a" * 100))


def test_what_is_kept_to_save_work_is_told_and_can_be_dropped(files):
    tokenizer = Tokenizer.load(files / "tokenizer")
    before = held()
    tokenizer.encode(TEXT)
    kept = get_memory_stats()
    assert kept["current_bytes"] > before
    assert kept["kinds"]["encoders"]["bytes"] > 2000
    clear_caches()
    assert get_memory_stats()["current_bytes"] == before
    assert tokenizer.decode(tokenizer.encode(TEXT)) == TEXT


def test_nothing_is_kept_to_save_work_while_there_is_a_limit(files):
    tokenizer = Tokenizer.load(files / "tokenizer")
    before = held()
    tokenizer.encode(TEXT)
    with limited_to(1 << 40):
        assert get_memory_stats()["current_bytes"] == before
        tokenizer.encode(TEXT)
        assert get_memory_stats()["current_bytes"] == before


@pytest.mark.parametrize(("act", "kind"), list(all_work()))
def test_limit_is_a_memory_error_and_changes_nothing(act, kind, files):
    work = kind(lambda thing: act(files, thing))
    unchanged = work.observe(work.prepare())
    thing = work.prepare()
    result = work.act(thing)
    changed = work.observe(thing)
    del thing
    n_refused = n_done = 0
    for extra in extras():
        thing = work.prepare()
        before = held()
        refusal = ""
        with limited_to(before + extra):
            try:
                assert work.act(thing) == result
            except MemoryError as error:
                refusal = str(error)
        n_refused += bool(refusal)
        if refusal:
            assert REFUSED.fullmatch(refusal)
            assert held() == before
            assert work.observe(thing) == unchanged
            assert work.act(thing) == result
        assert work.observe(thing) == changed
        n_done += not refusal
        if n_done == 2:
            break
    assert n_refused >= 1


PEAK = """
import io, sys
from text_processor import TextAnalyzer, Tokenizer, clear_caches, get_memory_stats, set_memory_limit
limit = int(sys.argv[1])
set_memory_limit(limit)
n_refused = 0
for n in (10, 1000, 100_000):
    text = " ".join(map(str, range(n)))
    try:
        analyzer = TextAnalyzer(threads=2)
        analyzer.add_buffer(text.replace(" 1", "\\n1").encode())
        analyzer.most_common()
        tokenizer = Tokenizer()
        tokenizer.train(text * 2, 500, threads=2)
        tokenizer.encode(text)
    except MemoryError:
        n_refused += 1
print(n_refused, get_memory_stats()["peak_bytes"])
"""


@pytest.mark.parametrize("limit", [1000, 300_000, 3_000_000])
def test_peak_never_passes_the_limit(limit):
    done = subprocess.run([sys.executable, "-c", PEAK, str(limit)], capture_output=True, text=True, check=True)
    n_refused, peak = map(int, done.stdout.split())
    assert n_refused > 0
    assert 0 < peak <= limit


def test_threads_meet_the_limit_and_lose_nothing():
    """More threads count than there is room for at a time: who is refused tries again."""
    expected, found, refusals = answers(counted()), [], []

    def count() -> None:
        analyzer = TextAnalyzer(threads=1)
        analyzer.add_documents(DOCUMENTS)
        while True:
            try:
                found.append(answers(analyzer))
                return
            except MemoryError as error:
                refusals.append(REFUSED.fullmatch(str(error)))
                time.sleep(random.uniform(0, 0.01))

    workers = [threading.Thread(target=count) for _ in range(8)]
    with limited_to(held() + 300_000):  # one of them takes up to 190,000 bytes at a time, or some more
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    assert found == [expected] * len(workers)
    assert all(refusals)


def test_limit_set_in_the_middle_of_work_holds_at_once():
    class Stream:
        def __init__(self) -> None:
            self.n = 0

        def read(self, size: int) -> bytes:
            self.n += 1
            if self.n == 3:
                set_memory_limit(0)
            return b"".join(b"%d " % i for i in range(self.n * 10_000, self.n * 10_000 + 10_000))

    analyzer = TextAnalyzer(keep_documents=False)
    with pytest.raises(MemoryError, match="the limit is 0 "):
        analyzer.add_stream(Stream(), documents="whole")
    set_memory_limit(None)
    assert len(analyzer) == 0
    assert analyzer.word_frequency() == {}


FORK = """
import os
from text_processor import TextAnalyzer, get_memory_stats, set_memory_limit
set_memory_limit(0)
child = os.fork()
try:
    TextAnalyzer()
except MemoryError:
    refused = True
if child == 0:
    os._exit(0 if refused and get_memory_stats()["limit_bytes"] == 0 else 1)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_child_inherits_the_limit():
    done = subprocess.run([sys.executable, "-c", FORK], capture_output=True, text=True, check=True)
    assert done.stdout == "0\n"


# ---- A process without memory ----------------------------------------------------------------------------------------

# Children whose 16 threads have their stacks, which the parent leaves them, and together a few KB of memory. glibc's, so Linux.
STARVED = """
import ctypes, os, resource
from array import array
from text_processor.numeric import parallel_sum
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]
numbers = array("q", [1]) * (1 << 22)
parallel_sum(numbers, threads=16)
# Freed blocks wait in a list for each size, of which glibc has many: a block of another size is not taken from there.
sizes = [each << shift for shift in range(11, 0, -1) for each in range(2047, 1023, -64)] + list(range(1024, 0, -8))
for nbytes in range(0, 1 << 13, 512):
    child = os.fork()
    if child == 0:
        kept = libc.malloc(nbytes)
        resource.setrlimit(resource.RLIMIT_AS, (0, resource.RLIM_INFINITY))
        for size in sizes:
            while libc.malloc(size):
                pass
        libc.free(kept)
        try:
            os._exit(0 if parallel_sum(numbers, threads=16) == len(numbers) else 2)
        except MemoryError:
            os._exit(1)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.timing(alone=False)
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps to the limit")
def test_threads_that_find_no_memory_do_not_end_the_process() -> None:
    done = subprocess.run([sys.executable, "-c", STARVED], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == {"0", "1"}
