"""No call takes more than n log n of anything a stranger chooses.

Each row of `ROWS` is an input that can be long, deep or many: its name, the size to begin with, and a function of a size and
an empty folder that prepares the input and returns the call to be measured. To add a row, add an entry to the dict of its
subject. The size to begin with is grown until the call takes `LEAST_SECONDS`; it matters only where work begins to be repeated
at some size, such as that of a block that is read: then begin above it.

What is measured is the processor time of this process, at 1, 2, 4 and 8 times that size: other programs do not count, and of
several tries the least is taken. Through them a line is laid on logarithmic scales. Its slope is 1 where time is proportional
to the size, up to 1.2 by a logarithm or where caches end, and 2 where it goes with the square; `STEEPEST` lies between.
"""

from __future__ import annotations

import gc
import io
import math
from array import array
from base64 import b64encode
from collections import deque
from collections.abc import Callable
from itertools import accumulate, chain
from pathlib import Path
from time import process_time

import pytest
from bpe_texts import of_bytes

from text_processor import TextAnalyzer, Tokenizer
from text_processor._native.bpe import Tokens
from text_processor.bpe import _files, _text
from text_processor.bpe._model import Model
from text_processor.bpe._training import Counting

# Under a sanitizer memory costs what it does not cost otherwise.
pytestmark = pytest.mark.timing

Call = Callable[[], object]
Make = Callable[[int, Path], Call]

LEAST_SECONDS = 0.001
STEEPEST = 1.5
TRIES = 5


def seconds(call: Call) -> float:
    start = process_time()
    call()
    return process_time() - start


def slope(times: list[float]) -> float:
    """Of the line through the points (log size, log time), by least squares; each size is twice the one before."""
    middle = (len(times) - 1) / 2
    spread = sum((i - middle) ** 2 for i in range(len(times)))
    return sum((i - middle) * math.log2(time) for i, time in enumerate(times)) / spread


def growth(make: Make, size: int, folder: Path) -> tuple[int, list[float]]:
    """The size that takes long enough, and the least time of 1, 2, 4 and 8 times that, in tries until they are flat enough."""
    while seconds(make(size, folder)) < LEAST_SECONDS:
        size *= 2
    times = [math.inf] * 4
    for _ in range(TRIES):
        for i in range(4):
            call = make(size << i, folder)
            gc.collect()
            times[i] = min(times[i], seconds(call))
        if slope(times) < STEEPEST:
            break
    return size, times


def refused(call: Call) -> Call:
    """A call that is answered by an error."""

    def tried() -> None:
        with pytest.raises((ValueError, TypeError)):
            call()

    return tried


def trained(**options: object) -> Tokenizer:
    tokenizer = Tokenizer(**options)  # type: ignore[arg-type]
    tokenizer.train("low lower lowest newest " * 10, 280)
    return tokenizer


def equal_once_lowered(n: int, folder: Path) -> Call:
    """The last word equals an earlier long one once it is lowered."""
    words = {f"w{i}": 1.0 for i in range(n)} | {"a" * 10 * n: 1.0, "A" * 10 * n: 1.0}
    return refused(lambda: TextAnalyzer(lexicon=words))


LEXICONS: dict[str, tuple[int, Make]] = {
    "lexicon, equal words": (1000, equal_once_lowered),
}

# ---- Vocabularies ----------------------------------------------------------------------------------------------------

BYTES = {bytes([byte]): byte for byte in range(256)}
LONG_TOKEN = 1 << 13


def tokens_of_one_letter(n: int) -> dict[bytes, int]:
    """Long tokens each of which is two others in many ways, the longest first, which no order of merges makes."""
    lengths = [*range(LONG_TOKEN + n, LONG_TOKEN, -1), *range(n, 1, -1)]
    return BYTES | {b"a" * length: 256 + i for i, length in enumerate(lengths)}


def ranks(n: int, _: Path) -> Call:
    tokens = tokens_of_one_letter(n)
    return lambda: Tokenizer.from_mergeable_ranks(tokens, "gpt4")


def tiktoken_file(n: int, folder: Path) -> Call:
    path = folder / f"{n}.tiktoken"
    path.write_bytes(b"".join(b"%s %d\n" % (b64encode(token), i) for token, i in tokens_of_one_letter(n).items()))
    return lambda: Tokenizer.from_tiktoken(path, "gpt4")


def own_file(n: int, folder: Path) -> Call:
    Tokenizer.from_mergeable_ranks(tokens_of_one_letter(n), "gpt4").save(folder / f"{n}")
    return lambda: Tokenizer.load(folder / f"{n}")


def own_file_with_merges(n: int, folder: Path) -> Call:
    """There is a merge for each way in which a long token is two others."""
    ids = tokens_of_one_letter(n)
    lengths = [len(token) for token in ids if len(token) > LONG_TOKEN]
    ways = [(ids[b"a" * (length - i)], ids[b"a" * i]) for length in lengths for i in range(1, length - LONG_TOKEN)]
    merges = array("I", chain.from_iterable(ways))
    tokens = Tokens(b"".join(ids), array("Q", accumulate(map(len, ids))), array("I", ids.values()))
    vocabulary = _files.new_vocabulary(tokens, merges, whole_pieces=True)
    model = Model(_text.splitter_for("gpt4"), vocabulary, merges=merges, whole_pieces=True)
    (folder / f"{n}").write_bytes(b"".join(_files.chunks(model)))
    return lambda: Tokenizer.load(folder / f"{n}")


VOCABULARIES: dict[str, tuple[int, Make]] = {
    "from_mergeable_ranks, long tokens": (64, ranks),
    "from_tiktoken, long tokens": (64, tiktoken_file),
    "load, long tokens": (64, own_file),
    "load, long tokens and merges": (64, own_file_with_merges),
}

# ---- Ids -------------------------------------------------------------------------------------------------------------

SPECIAL = of_bytes(special_tokens=["<s>"])


DECODING: dict[str, tuple[int, Make]] = {
    "decode, special tokens": (1000, lambda n, _: lambda: SPECIAL.decode([97, 256] * n)),
    "decode_tokens_bytes, special tokens": (1000, lambda n, _: lambda: SPECIAL.decode_tokens_bytes([97, 256] * n)),
    "decode_with_offsets, special tokens": (1000, lambda n, _: lambda: SPECIAL.decode_with_offsets([97, 256] * n)),
}

# ---- Special tokens --------------------------------------------------------------------------------------------------


def names(n: int) -> list[str]:
    return [f"<|{i:06}|>" for i in range(n // 2)] + [f"[{i:06}]" for i in range(n // 2)]


def names_times_text(n: int, _: Path) -> Call:
    """As many names as pieces of text in which some of them might begin."""
    tokenizer = Tokenizer(special_tokens=names(n))
    text = "a < b, x[1] <p> " * n
    return lambda: tokenizer.count(text, allowed_special="all")


def names_times_forbidden_text(n: int, _: Path) -> Call:
    tokenizer = Tokenizer(special_tokens=names(n))
    text = "a < b, x[1] <p> " * n
    return lambda: tokenizer.count(text)


def name_that_nearly_comes(n: int, _: Path) -> Call:
    """A text goes along a long name from each of its places, and a short one is found there."""
    tokenizer = Tokenizer(special_tokens=["a" * n + "b", "a"])
    return lambda: tokenizer.count("a" * n, allowed_special="all")


def many_special_tokens_in_a_batch(n: int, _: Path) -> Call:
    texts = ["<s>"] * n
    return lambda: SPECIAL.encode_batch(texts, threads=1, allowed_special="all")


SPECIAL_TOKENS: dict[str, tuple[int, Make]] = {
    "Tokenizer, special tokens": (100, lambda n, _: lambda: Tokenizer(special_tokens=names(n)).encode("<")),
    "Tokenizer, long special token": (1000, lambda n, _: lambda: Tokenizer(special_tokens=["a" * n, "b" * n]).encode("a")),
    "count, special tokens and text": (100, names_times_text),
    "count, special tokens that are not allowed, and text": (100, names_times_forbidden_text),
    "count, special tokens that begin with each other": (1000, name_that_nearly_comes),
    "count, special tokens in a text": (1000, lambda n, _: lambda: SPECIAL.count("<s>" * n, allowed_special="all")),
    "encode_batch, special tokens": (1000, many_special_tokens_in_a_batch),
}

# ---- Text that comes in blocks ---------------------------------------------------------------------------------------


class OneByOne(io.RawIOBase):
    """Gives few bytes at a time."""

    def __init__(self, text: bytes) -> None:
        self.text, self.n_given = text, 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        self.n_given += 16
        return self.text[self.n_given - 16 : self.n_given]


def encode_file(n: int, folder: Path) -> Call:
    """One piece, from which nothing is certain before its end."""
    (folder / "text").write_text("a" * n)
    return lambda: Tokenizer().encode_file(folder / "text", folder / "ids")


def encode_stream(n: int, _: Path) -> Call:
    model = Tokenizer()._model
    stream = OneByOne(b"a" * n)
    return lambda: deque(model.encode_stream(stream.read, "it", (), "all"), 0)


def encode_stream_with_a_name(n: int, _: Path) -> Call:
    """Whether a long name comes is not certain before the end."""
    model = Tokenizer(special_tokens=["a" * n + "b", "ac"])._model
    stream = OneByOne(b"a" * n)
    return lambda: deque(model.encode_stream(stream.read, "it", "all", ()), 0)


def train_stream(n: int, _: Path) -> Call:
    stream = OneByOne(b"a" * n)
    counting = Counting(_text.splitter_for("gpt4"), 1, lambda _: None)
    return lambda: counting.add_stream(stream.read, "it")


def train_large_stream(n: int, _: Path) -> Call:
    stream = io.BytesIO(b"a" * n)
    counting = Counting(_text.splitter_for("gpt4"), 1, lambda _: None)
    return lambda: counting.add_stream(stream.read, "it")


STREAMS: dict[str, tuple[int, Make]] = {
    "encode_file, one piece": (1 << 21, encode_file),
    "encode_stream, one piece in small blocks": (1000, encode_stream),
    "encode_stream, a special token that may come": (1000, encode_stream_with_a_name),
    "bpe train, one piece": (1 << 21, train_large_stream),
    "bpe train, one piece in small blocks": (1000, train_stream),
}

ROWS = LEXICONS | VOCABULARIES | DECODING | SPECIAL_TOKENS | STREAMS


@pytest.mark.parametrize("name", ROWS)
def test_time_grows_no_faster_than_n_log_n(name: str, tmp_path: Path) -> None:
    size, make = ROWS[name]
    size, times = growth(make, size, tmp_path)
    milliseconds = ", ".join(f"{1000 * time:.2f}" for time in times)
    assert slope(times) < STEEPEST, f"{name}: {milliseconds} ms for 1, 2, 4 and 8 times {size}"
