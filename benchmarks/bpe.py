"""Measures `Tokenizer` beside rustbpe, Hugging Face's tokenizers and tiktoken, and checks the answers as it goes.

    python benchmarks/bpe.py [FILE ...] [--only NAME ...] [--rounds N] [--output FOLDER] [--quick]

FILEs are texts to measure on, in UTF-8. Without any, the texts are the book in examples/, the sources of Python's standard
library and made-up ones with kana. `pip install --group bench` gets the peers.

    train     each text, by one thread: from a list of Python's str to a finished tokenizer
    encode    each text with each instruction set, with the vocabulary trained on it: tiktoken, arrays, lists, counts
    foreign   each text but the first, with the vocabulary that was trained on the first: tiktoken, arrays
    batch     100,000 texts of the length of a chat message, as one batch
    long      texts of one long piece, letters of genes, with the vocabulary trained on such: tiktoken, arrays
    repeats   one character over and over, 10³ to 10⁷ times: the time must grow no faster than n log n
    memory    the most memory that training takes, beside the text, each in a process of its own (on Linux)
    loading   reading a vocabulary of 100,000 tokens from each kind of file

With published vocabularies, beside fastokens and gigatoken too, each run in a process of its own; see published.py:

    published-text      whole texts that are new: the first call of a process, later calls; lists, arrays, counts
    published-messages  10,000 messages of 20 to 300 characters as a batch: lists, flat arrays, counts
    published-calls     one message of 2, 100 and 2,000 characters; decoding
    published-special   a chat of Llama 3; 200,000 special tokens
    published-memory    the memory that a process holds

All contestants of a comparison take turns on one processor. The first turn is not measured: in it the answers are compared.
Ratios are taken for each round, over the first contestant. What comes out is bpe.json in FOLDER (build/benchmarks), and for the
published vocabularies published.json.
"""

from __future__ import annotations

import os

# Before the peers are imported, which look when they start.
os.environ |= {"RAYON_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false", "FASTOKENS_BPE_THREADS": "1"}

import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import published
import runs
import rustbpe
import texts
import tokenizers
from contestants import contestant
from tokenizers import models, pre_tokenizers, trainers
from words import Record, measure, say, spread

import text_processor
from text_processor import Tokenizer
from text_processor._native import process as native_process
from text_processor.bpe import GPT2_PATTERN, GPT4_PATTERN

Text = tuple[str, str]


class Settings(NamedTuple):
    """What is measured, and how long."""

    files: list[Path]
    rounds: int
    is_quick: bool


def chosen_texts(settings: Settings) -> Iterator[Text]:
    if settings.files:
        yield from ((path.stem, path.read_text(encoding="utf-8", errors="replace")) for path in settings.files)
    elif settings.is_quick:
        yield "kjv", texts.book()[:200_000]
        yield "kana", texts.kana(20_000)
    else:
        yield "kjv", texts.book()
        yield "python-sources", texts.python_sources()
        yield "kana", texts.kana(2_000_000)


def vocab_size_for(text: str, settings: Settings) -> int:
    return 1000 if settings.is_quick else 8192 if len(text) < 5_000_000 else 32_768


# ---- Training --------------------------------------------------------------------------------------------------------


def train_rustbpe(documents: list[str], vocab_size: int) -> rustbpe.Tokenizer:
    tokenizer = rustbpe.Tokenizer()
    tokenizer.train_from_iterator(iter(documents), vocab_size, pattern=GPT4_PATTERN)
    return tokenizer


def train_hugging_face(documents: list[str], vocab_size: int, pattern: str) -> tokenizers.Tokenizer:
    tokenizer = tokenizers.Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(tokenizers.Regex(pattern), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])  # fmt: skip
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=vocab_size, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(documents, trainer)
    return tokenizer


def train_ours(documents: list[str], vocab_size: int, pattern: str = "gpt4", tie_break: Any = "rustbpe") -> Tokenizer:
    tokenizer = Tokenizer(pattern)
    tokenizer.train_from_iterator(documents, vocab_size, tie_break=tie_break, threads=1)
    return tokenizer


def ranks_of(tokenizer: Any) -> dict[bytes, int]:
    if isinstance(tokenizer, Tokenizer):
        return tokenizer.mergeable_ranks()
    return {bytes(token): rank for token, rank in tokenizer.get_mergeable_ranks()}


def tokens_of_hugging_face(tokenizer: Any) -> list[bytes]:
    """All tokens of more than a byte, by id."""
    if isinstance(tokenizer, Tokenizer):
        ranks = tokenizer.mergeable_ranks()
    else:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "tokenizer.json")
            tokenizer.decoder = tokenizers.decoders.ByteLevel()
            tokenizer.save(str(path))
            ranks = Tokenizer.from_huggingface(path).mergeable_ranks()
    return [token for token in sorted(ranks, key=ranks.__getitem__) if len(token) > 1]


def measure_train(settings: Settings) -> Iterator[Record]:
    for name, text in chosen_texts(settings):
        documents, size, nbytes = text.splitlines(keepends=True), vocab_size_for(text, settings), len(text.encode())
        say(f"{name}, {size} tokens")
        rivals = [
            contestant("rustbpe", lambda d=documents, n=size: train_rustbpe(d, n)),
            contestant("Tokenizer", lambda d=documents, n=size: train_ours(d, n), lambda a, b: ranks_of(a) == ranks_of(b)),
        ]
        others = [
            contestant("tokenizers", lambda d=documents, n=size: train_hugging_face(d, n, GPT2_PATTERN)),
            contestant(
                "Tokenizer, as tokenizers",
                lambda d=documents, n=size: train_ours(d, n, "gpt2", "hf"),
                lambda a, b: tokens_of_hugging_face(a) == tokens_of_hugging_face(b),
            ),
        ]
        for group in (rivals, others):
            for record in measure(group, nbytes, settings.rounds):
                yield {"text": name, "bytes": nbytes, "vocab_size": size, **record}


# ---- Encoding --------------------------------------------------------------------------------------------------------


def anew(call: Callable[[str], Any], text: str) -> Any:
    """Call with a text as if it were new: nothing is kept from the round before."""
    text_processor.clear_caches()
    return call(text)


def measure_encode(settings: Settings) -> Iterator[Record]:
    for name, text in chosen_texts(settings):
        tokenizer, nbytes = train_ours([text], vocab_size_for(text, settings)), len(text.encode())
        peer, ids = tokenizer.to_tiktoken(), tokenizer.encode_array(text)
        say(name)
        for simd in text_processor.cpu_features()["available"]:
            native_process.select_simd(simd)
            rivals = [
                contestant("tiktoken", lambda e=peer, s=text: e.encode_ordinary(s)),
                contestant("encode_array", lambda t=tokenizer, s=text: anew(t.encode_array, s), lambda a, b: a.tolist() == b),
                contestant("encode", lambda t=tokenizer, s=text: anew(t.encode, s)),
                contestant("count", lambda t=tokenizer, s=text: anew(t.count, s), lambda a, b: a == len(b)),
                contestant("decode", lambda t=tokenizer, i=ids: t.decode(i), lambda a, _, s=text: a == s),
            ]
            for record in measure(rivals, nbytes, settings.rounds):
                yield {"text": name, "bytes": nbytes, "simd": simd, **record}
        native_process.select_simd(None)


def measure_foreign(settings: Settings) -> Iterator[Record]:
    (first, text), *others = chosen_texts(settings)
    tokenizer = train_ours([text], vocab_size_for(text, settings))
    peer = tokenizer.to_tiktoken()
    for name, other in others:
        say(f"{name}, with the vocabulary of {first}")
        rivals = [
            contestant("tiktoken", lambda s=other: peer.encode_ordinary(s)),
            contestant("encode_array", lambda s=other: anew(tokenizer.encode_array, s), lambda a, b: a.tolist() == b),
        ]
        for record in measure(rivals, len(other.encode()), settings.rounds):
            yield {"text": name, "vocabulary": first, "vocab_size": tokenizer.vocab_size, **record}


def measure_batch(settings: Settings) -> Iterator[Record]:
    book = texts.book()
    batch = [book[i : i + 40 + i % 400] for i in range(0, len(book), 40)][: 1000 if settings.is_quick else 100_000]
    tokenizer, nbytes = train_ours([book], 1000 if settings.is_quick else 8192), sum(len(text.encode()) for text in batch)
    peer = tokenizer.to_tiktoken()
    rivals = [
        contestant("tiktoken", lambda: peer.encode_ordinary_batch(batch, num_threads=1)),
        contestant("encode_batch", lambda: tokenizer.encode_batch(batch, 1)),
    ]
    for record in measure(rivals, nbytes, settings.rounds):
        yield {"texts": len(batch), "bytes": nbytes, **record}


def measure_long(settings: Settings) -> Iterator[Record]:
    letters = "".join(random.Random(1).choices("ACGT", k=1_000_000))
    tokenizer = train_ours([letters[i : i + 200] for i in range(0, len(letters), 200)], 500 if settings.is_quick else 4096)
    peer = tokenizer.to_tiktoken()
    for n in [1000] if settings.is_quick else [10_000, 100_000, 1_000_000]:
        say(f"  {n:,} letters")
        rivals = [
            contestant("tiktoken", lambda s=letters[:n]: peer.encode_ordinary(s)),
            contestant("encode_array", lambda s=letters[:n]: anew(tokenizer.encode_array, s), lambda a, b: a.tolist() == b),
        ]
        for record in measure(rivals, n, settings.rounds):
            yield {"letters": n, "bytes": n, **record}


def measure_repeats(settings: Settings) -> Iterator[Record]:
    tokenizer = train_ours([texts.book()], 1000 if settings.is_quick else 8192)
    for unit in ("x", "^", " ", "\n", "é", "我"):
        for power in range(3, 6 if settings.is_quick else 8):
            text = unit * 10**power
            rival = contestant("encode_array", lambda s=text: anew(tokenizer.encode_array, s))
            times = [rival.run() for _ in range(settings.rounds)]
            seconds = [run.seconds for run in times]
            is_whole = tokenizer.decode(times[0].result) == text
            say(f"  {unit!r} × 10^{power}: {min(seconds):.6f} s, {1e9 * min(seconds) / len(text):.1f} ns a character")
            yield {"unit": unit, "characters": len(text), "seconds": spread(seconds), "differing": int(not is_whole)}


# ---- Memory and loading ----------------------------------------------------------------------------------------------

# Prints how much more memory training takes at its peak than there was before it. Not by getrusage, whose maximum begins, in a
# child, at that of its parent.
PEAK = """
import os, sys
os.environ["RAYON_NUM_THREADS"] = "1"
sys.path.insert(0, sys.argv[1])
import bpe

def peak_bytes():
    with open("/proc/self/status") as status:
        return next(1024 * int(line.split()[1]) for line in status if line.startswith("VmHWM"))

documents = list(open(sys.argv[3], encoding="utf-8", newline=""))  # never all in one, which would be a peak of its own
bpe.train_ours(["warm up"], 300), bpe.train_rustbpe(["warm up"], 300)
before = peak_bytes()
getattr(bpe, sys.argv[2])(documents, int(sys.argv[4]))
print(peak_bytes() - before)
"""


def measure_memory(settings: Settings) -> Iterator[Record]:
    with tempfile.TemporaryDirectory() as folder:
        for name, text in chosen_texts(settings):
            path = Path(folder, "text")
            path.write_text(text, encoding="utf-8", newline="")
            for who in ("train_rustbpe", "train_ours"):
                command = [sys.executable, "-P", "-c", PEAK, str(Path(__file__).parent), who, str(path)]
                size = str(vocab_size_for(text, settings))
                done = subprocess.run([*command, size], capture_output=True, text=True, check=True)
                say(f"  {name}, {who}: {int(done.stdout) / 1e6:.1f} MB more")
                yield {"text": name, "contestant": who, "peak_bytes_more": int(done.stdout)}


def has_equal_ids(theirs: tokenizers.Tokenizer, ours: Tokenizer) -> bool:
    text = " 1234 12 99999"
    return bool(theirs.encode(text, add_special_tokens=False).ids == ours.encode(text))


def measure_loading(settings: Settings) -> Iterator[Record]:
    n = 2000 if settings.is_quick else 100_000
    ranks = {bytes([byte]): byte for byte in range(256)} | {b" %d" % i: 256 + i for i in range(n - 256)}
    tokenizer = Tokenizer.from_mergeable_ranks(ranks, "gpt4")
    with tempfile.TemporaryDirectory() as folder:
        own, theirs, of_huggingface = Path(folder, "own"), Path(folder, "theirs"), Path(folder, "tokenizer.json")
        tokenizer.save(own)
        tokenizer.save_tiktoken(theirs)
        tokenizer.save_huggingface(of_huggingface)
        rivals = [
            contestant("load", lambda: Tokenizer.load(own)),
            contestant("from_tiktoken", lambda: Tokenizer.from_tiktoken(theirs, "gpt4")),
            contestant("from_mergeable_ranks", lambda: Tokenizer.from_mergeable_ranks(ranks, "gpt4")),
            contestant("from_huggingface", lambda: Tokenizer.from_huggingface(of_huggingface)),
            contestant("tokenizers", lambda: tokenizers.Tokenizer.from_file(str(of_huggingface)), has_equal_ids),
        ]
        for record in measure(rivals, own.stat().st_size, settings.rounds):
            say(f"  {record['contestant']}: {record['seconds']['median']:.4f} s for {len(ranks)} tokens")
            yield {"tokens": len(ranks), **record}


# ---- Published vocabularies ------------------------------------------------------------------------------------------

# As much of a text is measured.
MOST_CHARACTERS = 6_000_000


def published_texts(settings: Settings) -> list[Text]:
    most = 60_000 if settings.is_quick else MOST_CHARACTERS
    if settings.files:
        return [(name, text[:most]) for name, text in chosen_texts(settings)]
    made = [("kjv", texts.book()), ("python-sources", texts.python_sources()), ("json", texts.symbols())]
    return [
        (name, text[:most]) for name, text in [*made, ("umlauts", texts.umlauts(most // 2)), ("kana", texts.kana(most // 2))]
    ]


def measure_published_text(settings: Settings) -> Iterator[Record]:
    names = list(published.VOCABULARIES)[: 1 if settings.is_quick else None]
    chosen = published_texts(settings)[: 2 if settings.is_quick else None]
    yield from published.measure("text", chosen, settings.rounds, names=names)


def measure_published_messages(settings: Settings) -> Iterator[Record]:
    for task in ("lists", "flat", "counts"):
        chosen = published_texts(settings)[: 1 if settings.is_quick else 2]
        way = {"names": ["cl100k_base"], "is_quick": settings.is_quick}
        for record in published.measure(task, chosen, settings.rounds, **way):
            yield {**record, "row": task}


def measure_published_calls(settings: Settings) -> Iterator[Record]:
    chosen = published_texts(settings)[:1]
    yield from published.measure("calls", chosen, settings.rounds, names=["cl100k_base"], is_quick=settings.is_quick)


def measure_published_special(settings: Settings) -> Iterator[Record]:
    [(name, text), *_] = published_texts(settings)
    chat = [(f"{name} as a chat", published.chat(text))]
    yield from published.measure("special", chat, settings.rounds, names=["Llama 3"], special=published.CHAT_NAMES)
    many, special = published.many_names(text[: 2000 if settings.is_quick else 1_000_000])
    named = [(f"{name} between {len(special):,} names", many)]
    yield from published.measure("special", named, min(settings.rounds, 2), names=["cl100k_base"], special=special)


def measure_published_memory(settings: Settings) -> Iterator[Record]:
    chosen = published_texts(settings)[:1]
    yield from published.measure("memory", chosen, 1, names=["cl100k_base", "o200k_base"])


BENCHMARKS: dict[str, Callable[[Settings], Iterator[Record]]] = {
    "train": measure_train,
    "encode": measure_encode,
    "foreign": measure_foreign,
    "batch": measure_batch,
    "long": measure_long,
    "repeats": measure_repeats,
    "memory": measure_memory,
    "loading": measure_loading,
}

PUBLISHED: dict[str, Callable[[Settings], Iterator[Record]]] = {
    "published-text": measure_published_text,
    "published-messages": measure_published_messages,
    "published-calls": measure_published_calls,
    "published-special": measure_published_special,
    "published-memory": measure_published_memory,
}


# What the tables name with its version.
PACKAGES = ("text-processor", "rustbpe", "tiktoken", "tokenizers", "fastokens", "gigatoken", "cffi")


def main() -> None:
    arguments = runs.options(__doc__, [*BENCHMARKS, *PUBLISHED], 5)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    settings = Settings(arguments.files, arguments.rounds, arguments.quick)
    arguments.output.mkdir(parents=True, exist_ok=True)
    differ = [
        write(name, {key: measures[key] for key in arguments.only or measures if key in measures}, settings, arguments.output)
        for name, measures in (("bpe", BENCHMARKS), ("published", PUBLISHED))
    ]
    if any(differ):
        sys.exit("answers differ from the peers'")


def write(name: str, measures: dict[str, Callable[[Settings], Iterator[Record]]], settings: Settings, folder: Path) -> bool:
    """Measure and write what comes out to the file of a name, if there is anything; return whether answers differ."""
    if not measures:
        return False
    about = runs.about(PACKAGES, settings.files, settings.rounds, is_quick=settings.is_quick)
    found: Record = {"about": about, "results": {}}
    for key, measure_all in measures.items():
        say(f"== {key}")
        found["results"][key] = list(measure_all(settings))
    path = folder / f"{name}.json"
    path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    say(f"written: {path}")
    return any(record.get("differing") or "failed" in record for records in found["results"].values() for record in records)


if __name__ == "__main__":
    main()
