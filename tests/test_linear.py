"""No call takes more than n log n of anything a stranger chooses.

Each row of `ROWS` is an input that can be long, deep or many: its name, the size to begin with, and a function of a size and
an empty folder that prepares the input and returns the call to be measured. To add a row, add an entry to the dict of its
subject. The size to begin with is grown until the call takes `LEAST_SECONDS`; it matters only where work begins to be repeated
at some size, such as that of a block that is read: then begin above it.

What is measured is the processor time of this process, at 1, 2, 4 and 8 times that size: other programs do not count, and of
several tries the least is taken. Through them a line is laid on logarithmic scales. Its slope is 1 where time is proportional
to the size, up to 1.2 with a logarithm, and 2 where it goes with the square; `STEEPEST` lies between. Where a cache ends it may
be as steep for a while, so it counts only if it still is at the larger of these sizes, and again at sizes eight times as large:
what goes with the square is steepest where it is largest.
"""

from __future__ import annotations

import contextlib
import copy
import gc
import io
import json
import math
import pickle
import tempfile
from array import array
from base64 import b64encode
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from inspect import isfunction
from itertools import accumulate, chain
from pathlib import Path
from time import process_time
from typing import Any

import cluster_here
import pyarrow as pa
import pytest
from bpe_texts import of_bytes

import text_processor
from text_processor import PieceCounts, TextAnalyzer, Tokenizer, numeric, report, segment, sklearn, word_count
from text_processor._documents import sources
from text_processor._documents.decoding import Reading
from text_processor._native.bpe import Tokens
from text_processor._native.unicode import find_cut, is_normalized, normalize, normalize_with_offsets
from text_processor.bpe._files import own, vocabularies
from text_processor.bpe._model import Model
from text_processor.bpe._split import splitter
from text_processor.bpe._split.splitter import PATTERNS
from text_processor.bpe._stages.added_tokens import AddedToken
from text_processor.bpe._training import Counting
from text_processor.cli import main
from text_processor.cluster import dask
from text_processor.numeric import DataProcessor, MovingAverage, RingBuffer
from text_processor.vader import SentimentIntensityAnalyzer
from text_processor.words import Words

# Under a sanitizer memory costs what it does not cost otherwise. Programs beside this one do not count.
pytestmark = pytest.mark.timing(alone=False)

Call = Callable[[], object]
Make = Callable[[int, Path], Call]

LEAST_SECONDS = 0.0005
STEEPEST = 1.5
TRIES = 3


def seconds(call: Call) -> float:
    start = process_time()
    call()
    return process_time() - start


def slope(times: list[float]) -> float:
    """Of the line through the points (log size, log time), by least squares; each size is twice the one before."""
    middle = (len(times) - 1) / 2
    spread = sum((i - middle) ** 2 for i in range(len(times)))
    return sum((i - middle) * math.log2(time) for i, time in enumerate(times)) / spread


def steepness(times: list[float]) -> float:
    """The slope of all, or of the larger sizes alone: a cache that ends between the first two raises the one, not the other."""
    return min(slope(times), slope(times[1:]))


def times_of(make: Make, size: int, folder: Path) -> list[float]:
    """The least time of 1, 2, 4 and 8 times a size, in tries until they are flat enough."""
    times = [math.inf] * 4
    for _ in range(TRIES):
        for i in range(4):
            call = make(size << i, folder)
            times[i] = min(times[i], seconds(call))
        if steepness(times) < STEEPEST:
            break
    return times


def growth(make: Make, size: int, folder: Path) -> tuple[int, list[float]]:
    """The size that takes long enough, and its times; where these are steep, eight times that, which caches do not explain."""
    while seconds(make(size, folder)) < LEAST_SECONDS:
        size *= 2
    times = times_of(make, size, folder)
    return (size, times) if steepness(times) < STEEPEST else (8 * size, times_of(make, 8 * size, folder))


def refused(call: Call) -> Call:
    """A call that is answered by an error."""

    def tried() -> None:
        with pytest.raises((ValueError, TypeError)):
            call()

    return tried


Table = dict[str, tuple[int, Make]]


def counted(documents: Sequence[str | bytes], **options: Any) -> TextAnalyzer:
    analyzer = TextAnalyzer(threads=1, **options)
    analyzer.add_documents(documents)
    analyzer.total_words()
    return analyzer


def distinct_words(n: int) -> str:
    """Words with much in common, at both ends."""
    return " ".join(f"{'a' * 20}{i}{'a' * 20}" for i in range(n))


class OneByOne(io.RawIOBase):
    """Gives few bytes at a time."""

    def __init__(self, text: bytes) -> None:
        self.text, self.n_given = text, 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        self.n_given += 16
        return self.text[self.n_given - 16 : self.n_given]


def long_words(n: int) -> str:
    return " ".join("a" * 1000 + str(i) for i in range(n))


# ---- Documents -------------------------------------------------------------------------------------------------------


def told(n: int, _: Path) -> Call:
    analyzer = TextAnalyzer(keep_documents=False)
    analyzer.set_callback(lambda info: None)
    return lambda: analyzer.add_documents(["a b"] * n)


def one_by_one(n: int, _: Path) -> Call:
    analyzer = TextAnalyzer(keep_documents=False)
    return lambda: [(analyzer.add_document("a b"), len(analyzer)) for _ in range(n)]


def stream(text: bytes, **options: Any) -> Call:
    """Few bytes at a time."""
    return lambda: TextAnalyzer(threads=1).add_stream(OneByOne(text), **options)


def stream_of_str(n: int, _: Path) -> Call:
    class Text:
        n_given = 0

        def read(self, size: int) -> str:
            self.n_given += 4
            return "wörd"[: 4 * (self.n_given < n)]

    return lambda: TextAnalyzer().add_stream(Text())


def told_of_a_stream(n: int, _: Path) -> Call:
    analyzer = TextAnalyzer(threads=1)
    analyzer.set_callback(lambda info: None)
    return lambda: analyzer.add_stream(OneByOne(b"a" * n))


def file_of(text: bytes, folder: Path, **options: Any) -> Call:
    (folder / "text").write_bytes(text)
    return lambda: TextAnalyzer(threads=1).add_file(folder / "text", **options)


def arrow(array: Any) -> Call:
    return lambda: TextAnalyzer(threads=1).add_arrow(array)


def dictionary_of(n: int) -> Any:
    return pa.DictionaryArray.from_arrays(pa.array([0, n - 1] * n, pa.int32()), pa.array(["a"] * n))


def fitted(n: int) -> sklearn.TfidfVectorizer:
    return sklearn.TfidfVectorizer().fit([distinct_words(n)])


def counted_in_parts(n: int) -> sklearn.CountVectorizer:
    return sklearn.CountVectorizer().partial_fit([distinct_words(n)])


VECTORS: Table = {
    "fit_transform, distinct words": (
        1000,
        lambda n, _: lambda: sklearn.CountVectorizer().fit_transform([distinct_words(n)]),
    ),
    "fit_transform, short documents": (1000, lambda n, _: lambda: sklearn.CountVectorizer().fit_transform(["ab cd"] * n)),
    "fit_transform, characters": (
        1000,
        lambda n, _: lambda: sklearn.CountVectorizer(analyzer="char_wb", ngram_range=(1, 3)).fit_transform(["é" * n + " a"]),
    ),
    "fit, blanks": (1 << 14, lambda n, _: lambda: sklearn.CountVectorizer(analyzer="char").fit([" \n" * n + "a"])),
    "transform, hashed": (
        1000,
        lambda n, _: lambda: sklearn.HashingVectorizer().transform([distinct_words(n)]),
    ),
    "fit_transform, documents for scikit-learn": (
        200,
        lambda n, _: (
            lambda: sklearn.CountVectorizer(tokenizer=str.split, token_pattern=None).fit_transform([distinct_words(n)])
        ),
    ),
    "partial_fit": (1000, lambda n, _: lambda: counted_in_parts(n).partial_fit(["ab"])),
    "partial_fit, an iterator": (1000, lambda n, _: lambda: sklearn.CountVectorizer().partial_fit(iter(["ab cd"] * n))),
    "vocabulary_": (
        1000,
        lambda n, _: lambda: counted_in_parts(n).set_params(max_features=n // 2).vocabulary_,
    ),
    "merge, vectorizers": (1000, lambda n, _: partial(sklearn.CountVectorizer().merge, counted_in_parts(n))),
    "to_sklearn": (1000, lambda n, _: counted_in_parts(n).to_sklearn),
    "idf_": (1000, lambda n, _: lambda: fitted(n).idf_),
    "build_tokenizer": (
        1000,
        lambda n, _: partial(sklearn.CountVectorizer(token_pattern="uax29").build_tokenizer(), "é b " * n),
    ),
    "from_analyzer": (
        400,
        lambda n, _: partial(sklearn.TfidfVectorizer.from_analyzer, counted([distinct_words(n)])),
    ),
    "fit, lines": (
        1000,
        lambda n, _: lambda: sklearn.CountVectorizer().fit(sklearn.Lines(io.StringIO(distinct_words(n).replace(" ", "\n")))),
    ),
    "transform": (1000, lambda n, _: partial(fitted(n).transform, [distinct_words(n)])),
    "portions, lines": (1000, lambda n, _: lambda: deque(sklearn.Lines(OneByOne(b"a b\n" * n)).portions(), 0)),
}

# ---- Clusters --------------------------------------------------------------------------------------------------------


def texts_in_a_frame(n: int) -> pa.Table:
    return pa.table({"text": ["a good day", None] * n})


CLUSTERS: Table = {
    "count_words, on a cluster": (1000, lambda n, _: partial(cluster_here.count_words, [[distinct_words(n)]] * 3)),
    "count_words, many parts": (64, lambda n, _: partial(cluster_here.count_words, [["a b"]] * n)),
    "count_words, a table": (
        1000,
        lambda n, _: partial(cluster_here.count_words, [[distinct_words(n)]], result="table", n_parts=4),
    ),
    "train_tokenizer": (1000, lambda n, _: partial(cluster_here.train_tokenizer, [[distinct_words(n)]], "gpt2", 300)),
    "encode_column": (1000, lambda n, _: partial(cluster_here.encode_column, texts_in_a_frame(n), "text", of_bytes())),
    "count_tokens": (1000, lambda n, _: partial(cluster_here.count_tokens, texts_in_a_frame(n), "text", of_bytes())),
    "score_sentiment": (1000, lambda n, _: partial(cluster_here.score_sentiment, texts_in_a_frame(n), "text", VADER)),
    "fit_vectorizer": (
        1000,
        lambda n, _: (
            lambda: cluster_here.fit_vectorizer([[distinct_words(n)]] * 2, sklearn.TfidfVectorizer(max_features=n // 2))
        ),
    ),
    "vectorize": (1000, lambda n, _: partial(cluster_here.vectorize, texts_in_a_frame(n), "text", sklearn.HashingVectorizer())),
}

DOCUMENTS: Table = {
    "word_count, distinct words": (1000, lambda n, _: partial(word_count, distinct_words(n), threads=1)),
    "word_count, one long word": (1 << 16, lambda n, _: partial(word_count, "é" * n, threads=1)),
    "word_count, sigma": (1 << 16, lambda n, _: partial(word_count, "Σ" * n, threads=1)),
    "word_count, cased marks before sigma": (1 << 12, lambda n, _: partial(word_count, "a" + "'Σ" * n, threads=1)),
    "word_count, of a class": (1000, lambda n, _: partial(word_count, distinct_words(n), words="sklearn", ngrams=(1, 2))),
    "word_count, no start of a word": (1 << 16, lambda n, _: partial(word_count, "-" * n, words=r"\b[\w-]{2,}")),
    "word_count, no end of a word": (1 << 16, lambda n, _: partial(word_count, "-" * n + " ", words=r"[\w-]{2,}\b")),
    "word_count, a document that is not cut": (1 << 16, lambda n, _: partial(word_count, "é " * n, words="[^x]+", case="fold")),
    "word_count, in Python": (1 << 12, lambda n, _: partial(word_count, "ab " * n, words="a|b", accents="strip")),
    "word_count, long words": (
        100,
        lambda n, _: partial(word_count, " ".join("a" * 1000 + str(i) for i in range(n)), threads=1),
    ),
    "add_documents, short ones": (1000, lambda n, _: lambda: counted(["a b"] * n)),
    "add_documents, bytes": (1000, lambda n, _: lambda: counted([b"a b"] * n)),
    "add_documents, other than ASCII": (1000, lambda n, _: lambda: counted(["é b"] * n)),
    "add_documents, an iterator": (1000, lambda n, _: lambda: TextAnalyzer().add_documents(iter(["a b"] * n))),
    "add_documents, blank ones": (1000, lambda n, _: lambda: TextAnalyzer().add_documents([" ", "a"] * n, blank="skip")),
    "add_documents, not kept": (1000, lambda n, _: lambda: counted(["a b"] * n, keep_documents=False)),
    "add_documents, refused at the end": (1000, lambda n, _: refused(lambda: TextAnalyzer().add_documents([*["a"] * n, " "]))),
    "add_documents, progress": (1000, lambda n, _: lambda: TextAnalyzer().add_documents(["a"] * n, progress=lambda *_: None)),
    "add_documents, callback": (1000, told),
    "add_document, asked each time": (100, one_by_one),
    "add_buffer, lines": (1000, lambda n, _: lambda: TextAnalyzer(threads=1).add_buffer(b"a b\n" * n)),
    "add_buffer, blank lines": (1000, lambda n, _: lambda: TextAnalyzer(threads=1).add_buffer(b" \n" * n)),
    "add_buffer, one line of blanks": (1 << 16, lambda n, _: lambda: TextAnalyzer(threads=1).add_buffer(b" " * n)),
    "add_buffer, indented lines": (1000, lambda n, _: lambda: TextAnalyzer(threads=1).add_buffer(b"          a\n" * n)),
    "add_file, one word": (1 << 20, lambda n, folder: file_of(b"a" * n, folder)),
    "add_file, bytes that are no UTF-8": (1 << 18, lambda n, folder: file_of(b"\xff" * n, folder, errors="replace")),
    "add_stream, one word": (1 << 12, lambda n, _: stream(b"a" * n)),
    "add_stream, one document": (1 << 12, lambda n, _: stream(b"a\n" * n, documents="whole")),
    "add_stream, blank lines": (1 << 12, lambda n, _: stream(b"\n" * n + b"a")),
    "add_stream, bytes that are no UTF-8": (1 << 12, lambda n, _: stream(b"\xe2\x82" * n, errors="replace")),
    "add_stream, str": (1 << 12, stream_of_str),
    "add_stream, callback": (1 << 12, told_of_a_stream),
    "add_arrow, many chunks": (100, lambda n, _: arrow(pa.chunked_array([pa.array(["a b"])] * n))),
    "add_arrow, nulls": (1000, lambda n, _: arrow(pa.array([None, "a"] * n))),
    "add_arrow, a dictionary": (1000, lambda n, _: arrow(dictionary_of(n))),
    "add_arrow, dictionaries in chunks": (100, lambda n, _: arrow(pa.chunked_array([dictionary_of(10)] * n))),
}

# ---- Answers ---------------------------------------------------------------------------------------------------------


def merged(n: int, **options: Any) -> TextAnalyzer:
    part, whole = counted(["a b"], **options), TextAnalyzer(**options)
    for _ in range(n):
        whole.merge(part)
    return whole


def merged_into_a_large_one(n: int, _: Path) -> Call:
    """As many small parts as there are words already."""
    whole, part = counted([distinct_words(n)], keep_documents=False), counted(["a b"], keep_documents=False)
    return lambda: [whole.merge(part) for _ in range(n)]


def analyzer_of(document: str, n: int) -> TextAnalyzer:
    """Not counted yet."""
    analyzer = TextAnalyzer(threads=1)
    analyzer.add_documents([document] * n)
    return analyzer


def list_backwards(words: Words) -> list[str]:
    return list(reversed(words))


def add_stream_of_pieces(data: bytes) -> None:
    PieceCounts().add_stream(io.BytesIO(data))


CUT: dict[str, Any] = {"allowed_special": "all", "threads": 1}


def different_counts(n: int) -> dict[str, int]:
    return {word: count for count, word in enumerate(distinct_words(n).split())}


def trained_for(vocab_size: int) -> Tokenizer:
    tokenizer = Tokenizer()
    tokenizer.train(distinct_words(1000), vocab_size)
    return tokenizer


def piece_counts(n: int) -> PieceCounts:
    counts = PieceCounts()
    digits_as_letters = str.maketrans("0123456789", "bcdefghijk")  # a pattern may cut before a digit
    counts.add(distinct_words(n).translate(digits_as_letters))
    return counts


def compose(batches: Callable[[int], Iterator[object]]) -> Call:
    return lambda: deque(batches(100), maxlen=0)


def saved(n: int, folder: Path) -> Path:
    counted([distinct_words(n)], lexicon={f"word{i}": 1.0 for i in range(n)}).save(folder / "counts")
    return folder / "counts"


def walked_while_documents_come(n: int, _: Path) -> Call:
    """Each of them has no new word."""
    analyzer = counted([distinct_words(n)], keep_documents=False)
    word = next(iter(analyzer.words))
    return lambda: [analyzer.add_document(word) for _ in analyzer.words]


def report_of(n: int, folder: Path) -> Call:
    """Of two corpora whose words are all different: each is a key."""
    one, other = counted([distinct_words(n)] * 9), counted([distinct_words(n).replace("a", "b")] * 9)
    return partial(one.report, folder / "report.html", versus=other)


ANSWERS: Table = {
    "total_words": (1000, lambda n, _: analyzer_of("a b", n).total_words),
    "report": (1000, report_of),
    "page": (1000, lambda n, _: partial(report.page, counted([distinct_words(n)] * 9))),
    "keyness": (1000, lambda n, _: partial(report.keyness, counted([distinct_words(n)]), counted(["a b"]))),
    "kwic, places without a word": (1000, lambda n, _: partial(report.kwic, counted(["0," * n + "1 0"], words="uax29"), "0")),
    "dispersion": (100, lambda n, _: partial(report.dispersion, [{"a": 1}] * n, ["a"])),
    "show": (1000, lambda n, _: lambda: of_bytes("gpt2").show("é " * n).print()),
    "get_statistics": (1000, lambda n, _: analyzer_of("a b", n).get_statistics),
    "get_documents": (1000, lambda n, _: lambda: analyzer_of("a b", n).get_documents()),
    "word_frequency": (1000, lambda n, _: counted([distinct_words(n)]).word_frequency),
    "document_frequency": (1000, lambda n, _: counted([distinct_words(n)]).document_frequency),
    "add": (1000, lambda n, _: partial(PieceCounts().add, distinct_words(n))),
    "add_stream, pieces": (1000, lambda n, _: partial(add_stream_of_pieces, distinct_words(n).encode())),
    "add_texts": (1000, lambda n, _: partial(PieceCounts().add_texts, distinct_words(n).split())),
    "merge, pieces": (1000, lambda n, _: partial(PieceCounts().merge, piece_counts(n))),
    "split, pieces": (1000, lambda n, _: partial(piece_counts(n).split, 4)),
    "to_bytes, pieces": (1000, lambda n, _: piece_counts(n).to_bytes),
    "from_bytes, pieces": (1000, lambda n, _: partial(PieceCounts.from_bytes, piece_counts(n).to_bytes())),
    "add_counts": (1000, lambda n, _: partial(PieceCounts().add_counts, different_counts(n))),
    "extend": (1000, lambda n, _: partial(trained_for(300).extend, distinct_words(n), 400, threads=1)),
    "extend, as many tokens": (100, lambda n, _: partial(trained_for(256 + n).extend, "a b", 257 + n, threads=1)),
    "train, names cut out": (1000, lambda n, _: partial(of_bytes(special_tokens=["<s>"]).train, "a<s>" * n, 300, **CUT)),
    "train_from_counts": (1000, lambda n, _: partial(Tokenizer().train_from_counts, piece_counts(n), 300)),
    "split": (1000, lambda n, _: partial(counted([distinct_words(n)]).split, 4)),
    "split, parts": (64, lambda n, _: partial(counted(["a few words"]).split, n)),
    "to_bytes": (1000, lambda n, _: counted([distinct_words(n)]).to_bytes),
    "from_bytes": (1000, lambda n, _: partial(TextAnalyzer.from_bytes, counted([distinct_words(n)]).to_bytes())),
    "word_batches": (1000, lambda n, _: compose(counted([distinct_words(n)]).word_batches)),
    "from_word_batches": (
        1000,
        lambda n, _: partial(TextAnalyzer.from_word_batches, list(counted([distinct_words(n)]).word_batches(100))),
    ),
    "word_table": (1000, lambda n, _: counted([distinct_words(n)]).word_table),
    "most_common": (1000, lambda n, _: counted([distinct_words(n)]).most_common),
    "most_common, half of them": (1000, lambda n, _: partial(counted([distinct_words(n)]).most_common, n // 2)),
    "words, iterated over": (1000, lambda n, _: partial(list, counted([distinct_words(n)]).words)),
    "words, backwards": (1000, lambda n, _: partial(list_backwards, counted([distinct_words(n)]).words)),
    "words, items": (1000, lambda n, _: partial(list, counted([distinct_words(n)]).words.items())),
    "words, while documents come": (64, walked_while_documents_come),
    "merge, many parts": (100, lambda n, _: lambda: merged(n).get_documents()),
    "merge, many parts without documents": (100, lambda n, _: partial(merged, n, keep_documents=False)),
    "merge, small parts into a large one": (100, merged_into_a_large_one),
    "prune": (1000, lambda n, _: partial(counted([distinct_words(n)]).prune, 2)),
    "is_pruned": (1000, lambda n, _: lambda: analyzer_of("a b", n).is_pruned),
    "save": (1000, lambda n, folder: partial(counted([distinct_words(n)]).save, folder / "counts")),
    "load": (1000, lambda n, folder: partial(TextAnalyzer.load, saved(n, folder))),
    "pickle, many documents": (1000, lambda n, _: partial(pickle.dumps, counted(["a", "é"] * n))),
    "unpickle, many documents": (1000, lambda n, _: partial(pickle.loads, pickle.dumps(counted(["a", b"e"] * n)))),
    "copy": (1000, lambda n, _: partial(copy.copy, counted([distinct_words(n)]))),
}

# ---- Lexicons --------------------------------------------------------------------------------------------------------


def equal_once_lowered(n: int, _: Path) -> Call:
    """The last word equals an earlier long one once it is lowered."""
    words = {f"w{i}": 1.0 for i in range(n)} | {"a" * 10 * n: 1.0, "A" * 10 * n: 1.0}
    return refused(lambda: TextAnalyzer(lexicon=words))


def sentiment(n: int, _: Path) -> Call:
    words = distinct_words(n)
    return counted([words], lexicon=dict.fromkeys(words.split(), 1.0)).analyze_sentiment


LEXICONS: Table = {
    "lexicon": (1000, lambda n, _: partial(TextAnalyzer, lexicon=dict.fromkeys(distinct_words(n).split(), 1.0))),
    "lexicon, long words": (1000, lambda n, _: partial(TextAnalyzer, lexicon={"İ" * n: 1.0, "Σ" * n: 1.0})),
    "lexicon, equal words": (1000, equal_once_lowered),
    "analyze_sentiment": (1000, sentiment),
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
    vocabulary = vocabularies.new_vocabulary(tokens, merges, whole_pieces=True)
    model = Model(splitter.splitter_for("gpt4"), vocabulary, merges=merges, whole_pieces=True)
    (folder / f"{n}").write_bytes(b"".join(own.chunks(model)))
    return lambda: Tokenizer.load(folder / f"{n}")


def numbers(n: int) -> Tokenizer:
    """Tokens each of which is two others."""
    tokens = BYTES | {b"%d" % i: 256 + i for i in range(10, n)}
    return Tokenizer.from_mergeable_ranks(tokens, "gpt4", [f"<{i}>" for i in range(n)])


def ends_of_texts(n: int) -> Tokenizer:
    return of_bytes(special_tokens=[*(f"<{i}>" for i in range(n)), "<|endoftext|>"])


def each(n: int, call: Callable[[Any], object], kind: Callable[[int], object]) -> Call:
    """Ask for many things one after the other."""
    return lambda: [call(kind(i)) for i in range(10, n)]


def pair_that_doubles(n: int) -> Tokenizer:
    """Tokens of 2, 4, 8 … letters."""
    return Tokenizer.from_mergeable_ranks(BYTES | {b"a" * (1 << i): 256 + i for i in range(1, n.bit_length())}, "gpt4")


def json_of(tokenizer: Tokenizer, folder: Path, **changes: Any) -> Path:
    tokenizer.save_huggingface(folder / "tokenizer.json")
    described = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    (folder / "tokenizer.json").write_text(json.dumps(described | changes), encoding="utf-8")
    return folder / "tokenizer.json"


def json_with_added_tokens(n: int, folder: Path) -> Call:
    """Those that are normalized and those that are not, none of which overlap."""
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "special": True}
    texts = [f"<{i:06}>" if i % 2 else f"[{i:06}]" for i in range(n)]
    tokens = [{"id": 256 + i, "content": text, "normalized": i % 2 == 0, **flags} for i, text in enumerate(texts)]
    return partial(Tokenizer.from_huggingface, json_of(of_bytes(), folder, added_tokens=tokens))


def json_with_long_names(n: int, folder: Path) -> Call:
    """Two added tokens that the vocabulary has, too, so that merges may make them."""
    names = ["a" * n, "b" * n]
    tokens = [{"id": 256 + i, "content": name} for i, name in enumerate(names)]
    described = json.loads(json_of(of_bytes(), folder, added_tokens=tokens).read_bytes())
    described["model"]["vocab"] |= {name: 256 + i for i, name in enumerate(names)}
    (folder / "tokenizer.json").write_text(json.dumps(described), encoding="utf-8")
    return partial(Tokenizer.from_huggingface, folder / "tokenizer.json")


def json_with_equal_keys(n: int, folder: Path) -> Call:
    (folder / "tokenizer.json").write_text(json.dumps({str(i): i for i in range(n)})[:-1] + ', "0": 1}')
    return refused(lambda: Tokenizer.from_huggingface(folder / "tokenizer.json"))


def tiktoken_file_that_ends_badly(n: int, folder: Path) -> Call:
    of_bytes().save_tiktoken(folder / "bytes")
    lines = b"".join(b"%s %d\n" % (b64encode(b"%d" % i), 1000 + i) for i in range(10, n))
    (folder / "tokens").write_bytes((folder / "bytes").read_bytes() + lines + b"!")
    return refused(lambda: Tokenizer.from_tiktoken(folder / "tokens", "gpt4"))


def equal_ids(n: int, _: Path) -> Call:
    tokens = BYTES | {b"%d" % i: 1000 + i for i in range(10, n)} | {b"last": 1000 + n - 1}
    return refused(lambda: Tokenizer.from_mergeable_ranks(tokens, "gpt4"))


def ranks_of(tokenizer: Tokenizer, folder: Path) -> bytes:
    tokenizer.save_tiktoken(folder / "ranks")
    return (folder / "ranks").read_bytes()


def json_with_merges(n: int, folder: Path, change: Callable[[list[Any]], list[Any]]) -> Callable[[], object]:
    """Read a tokenizer.json with other merges."""
    path = json_of(numbers(n), folder)
    file = json.loads(path.read_bytes())
    file["model"]["merges"] = change(file["model"]["merges"])
    path.write_text(json.dumps(file), encoding="utf-8")
    return partial(Tokenizer.load, path)


def json_in_another_order(n: int, folder: Path) -> Callable[[], object]:
    return json_with_merges(n, folder, lambda merges: merges[::-1])


def tekken(n: int, _: Path) -> Callable[[], object]:
    ranks = numbers(n).mergeable_ranks()
    vocab = [{"rank": i, "token_bytes": b64encode(token).decode()} for i, token in enumerate(sorted(ranks, key=len))]
    config = {"pattern": ".", "default_vocab_size": len(vocab) + 1, "default_num_special_tokens": 1}
    special = [{"rank": 0, "token_str": "<s>"}]
    return partial(Tokenizer.load, json.dumps({"config": config, "vocab": vocab, "special_tokens": special}))


VOCABULARIES: Table = {
    "from_mergeable_ranks, long tokens": (64, ranks),
    "from_mergeable_ranks, equal ids": (1000, equal_ids),
    "from_tiktoken, long tokens": (64, tiktoken_file),
    "from_tiktoken, refused at the end": (1000, tiktoken_file_that_ends_badly),
    "load, long tokens": (64, own_file),
    "load, long tokens and merges": (64, own_file_with_merges),
    "from_huggingface": (1000, lambda n, folder: partial(Tokenizer.from_huggingface, json_of(numbers(n), folder))),
    "from_huggingface, added tokens": (100, json_with_added_tokens),
    "from_huggingface, long added tokens": (1 << 12, json_with_long_names),
    "from_huggingface, equal keys": (1000, json_with_equal_keys),
    "load, a text of ranks": (1000, lambda n, folder: partial(Tokenizer.load, ranks_of(numbers(n), folder), pattern="gpt4")),
    "load, merges in another order": (1000, json_in_another_order),
    "load, tekken": (1000, tekken),
    "save_pretrained": (1000, lambda n, folder: partial(numbers(n).save_pretrained, folder / "new")),
    "save_huggingface": (1000, lambda n, folder: partial(numbers(n).save_huggingface, folder / "tokenizer.json")),
    "save_tiktoken": (1000, lambda n, folder: partial(numbers(n).save_tiktoken, folder / "tokens")),
    "save": (1000, lambda n, folder: partial(numbers(n).save, folder / "tokenizer")),
    "pickle": (1000, lambda n, _: partial(pickle.dumps, numbers(n))),
    "merges": (1000, lambda n, _: partial(getattr, numbers(n), "merges")),
    "mergeable_ranks": (1000, lambda n, _: numbers(n).mergeable_ranks),
    "vocab_size": (1000, lambda n, _: lambda: numbers(n).vocab_size),
    "special_tokens": (1000, lambda n, _: lambda: numbers(n).special_tokens),
    "special_tokens_set": (1000, lambda n, _: partial(getattr, numbers(n), "special_tokens_set")),
    "eot_token": (1000, lambda n, _: partial(getattr, ends_of_texts(n), "eot_token")),
    "get_vocab": (1000, lambda n, _: numbers(n).get_vocab),
    "token_byte_values": (1000, lambda n, _: numbers(n).token_byte_values),
    "encode_single_token, each of many": (1000, lambda n, _: each(n, numbers(n).encode_single_token, str)),
    "encode_single_token, one long": (1 << 16, lambda n, _: refused(partial(of_bytes().encode_single_token, "a" * n))),
    "token_to_id, each of many": (1000, lambda n, _: each(n, numbers(n).token_to_id, str)),
    "token_to_id, one long": (1 << 16, lambda n, _: partial(of_bytes().token_to_id, "a" * n)),
    "id_to_token, each of many": (1000, lambda n, _: each(n, numbers(n).id_to_token, int)),
    "is_special_token, each of many": (1000, lambda n, _: each(n, numbers(n).is_special_token, int)),
    "from_file": (1000, lambda n, folder: partial(Tokenizer.from_file, json_of(numbers(n), folder))),
    "from_str": (1000, lambda n, folder: partial(Tokenizer.from_str, json_of(numbers(n), folder).read_text(encoding="utf-8"))),
    "from_buffer": (1000, lambda n, folder: partial(Tokenizer.from_buffer, json_of(numbers(n), folder).read_bytes())),
    "equality": (1000, lambda n, _: lambda: numbers(n) == numbers(n)),
}

IRREGULAR = Tokenizer.from_mergeable_ranks(tokens_of_one_letter(32), "gpt4")

# ---- Texts for tokenizers --------------------------------------------------------------------------------------------

# What is split in ways that could look far ahead or back.
STRETCHES = {
    "letters": "a",
    "capitals": "A",
    "capitals and letters": "Aa",
    "digits": "1",
    "blanks": " ",
    "line ends": "\n",
    "blanks and line ends": " \n",
    "line ends and blanks": "\n    ",
    "apostrophes": "'",
    "contractions": "'s",
    "punctuation and line ends": "!\n",
    "marks": "e\u0301",
    "Chinese": "\u4e00",
    "emoji": "\U0001f600\u200d",
}


def splits(pattern: str, stretch: str, n: int) -> Call:
    tokenizer, text = of_bytes(pattern), stretch * n
    return lambda: tokenizer.count(text)


SPLITTING: Table = {
    f"count, {pattern}, {name}": (1 << 14, lambda n, _, pattern=pattern, stretch=stretch: splits(pattern, stretch, n))
    for pattern in ("gpt2", "o200k", "cl100k_tiktoken")
    for name, stretch in STRETCHES.items()
} | {
    f"count, {pattern} as any other, {name}": (
        1 << 14,
        lambda n, _, pattern=pattern, stretch=stretch: splits(f"(?:{PATTERNS[pattern]})", stretch, n),
    )
    for pattern in ("o200k", "cl100k_tiktoken")
    for name, stretch in STRETCHES.items()
}


def unstable_long_tokens(n: int, _: Path) -> Call:
    """There are few tokens, but each may begin at each byte."""
    return refused(partial(pair_that_doubles(n).encode_with_unstable, "a" * n))


def too_many_ways(n: int, _: Path) -> Call:
    tokenizer = Tokenizer.from_mergeable_ranks(BYTES | {b" %d" % i: 1000 + i for i in range(10_000)}, "gpt4")
    return refused(partial(tokenizer.encode_with_unstable, " " * n))


ENCODING: Table = {
    "train, one piece": (1 << 12, lambda n, _: lambda: Tokenizer().train("a" * n, 300, threads=1)),
    "train, one piece of two letters": (1 << 12, lambda n, _: lambda: Tokenizer().train("ab" * n, 300, threads=1)),
    "train, distinct pieces": (1000, lambda n, _: partial(Tokenizer().train, distinct_words(n), 300, threads=1)),
    "train, by Hugging Face's rule": (1000, lambda n, _: lambda: Tokenizer().train(distinct_words(n), 300, tie_break="hf")),
    "train, as many merges": (100, lambda n, _: lambda: Tokenizer().train(distinct_words(n), 256 + n, threads=1)),
    "train_from_iterator": (1000, lambda n, _: lambda: Tokenizer().train_from_iterator(iter(["a b"] * n), 300, threads=1)),
    "train_from_iterator, a list": (1000, lambda n, _: lambda: Tokenizer().train_from_iterator(["é b"] * n, 300, threads=1)),
    "encode, one piece": (1 << 14, lambda n, _: partial(pair_that_doubles(1 << 12).encode, "a" * n)),
    "encode, one piece, longest first": (1 << 12, lambda n, _: partial(IRREGULAR.encode, "a" * n)),
    "encode, one piece of other than ASCII": (1 << 14, lambda n, _: partial(of_bytes().encode, "é" * n)),
    "encode, distinct pieces": (1000, lambda n, _: partial(pair_that_doubles(64).encode, distinct_words(n))),
    "encode, surrogates": (1 << 14, lambda n, _: partial(of_bytes().encode, "\ud83d\ude00\ud83d" * n)),
    "encode, by a pattern of its own": (1 << 12, lambda n, _: partial(of_bytes("[a-z]+|[^a-z]+").encode, "a1" * n)),
    "encode, by a pattern for regex": (1 << 12, lambda n, _: partial(of_bytes("[a-z]+|(?<=z)1|[^a-z]+").encode, "a1" * n)),
    "encode, a longer match that never comes": (1 << 14, lambda n, _: partial(of_bytes("[ab]+c|a").encode, "a" * n)),
    "encode, one that is sought in many states": (1 << 14, lambda n, _: partial(of_bytes("(?:a{20})+b|a").encode, "a" * n)),
    "encode, no match": (1 << 14, lambda n, _: partial(of_bytes("[ab]+c").encode, "a" * n)),
    "encode_ordinary": (1 << 14, lambda n, _: partial(of_bytes().encode_ordinary, "a b" * n)),
    "encode_with_unstable, many pieces": (1 << 12, lambda n, _: partial(of_bytes().encode_with_unstable, "a b" * n)),
    "encode_with_unstable, one piece": (1 << 12, lambda n, _: partial(pair_that_doubles(64).encode_with_unstable, "a" * n)),
    "encode_with_unstable, white space": (1 << 12, lambda n, _: partial(of_bytes().encode_with_unstable, "\n" * n)),
    "encode_with_unstable, long tokens, refused": (1 << 13, unstable_long_tokens),
    "encode_with_unstable, many ways": (64, lambda n, _: partial(numbers(n).encode_with_unstable, "1")),
    "encode_with_unstable, refused": (1 << 16, too_many_ways),
    "encode_array": (1 << 14, lambda n, _: partial(of_bytes().encode_array, "a b" * n)),
    "encode_batch, short texts": (1000, lambda n, _: partial(of_bytes().encode_batch, ["a b"] * n, 1)),
    "encode_batch, flat": (1000, lambda n, _: partial(of_bytes().encode_batch, ["a b"] * n, 1, output="flat")),
    "count_batch, short texts": (1000, lambda n, _: partial(of_bytes().count_batch, ["a b"] * n, 1)),
    "encode_arrow, short texts": (1000, lambda n, _: partial(of_bytes().encode_arrow, pa.array(["a b", None] * n), threads=1)),
    "encode_arrow, blank texts": (1000, lambda n, _: partial(of_bytes().encode_arrow, pa.array([""] * n), threads=1)),
    "encode_arrow, long texts": (10, lambda n, _: partial(of_bytes().encode_arrow, pa.array(["a b" * 5000] * n), threads=1)),
    "count_arrow, chunks": (100, lambda n, _: partial(of_bytes().count_arrow, pa.chunked_array([["a b"]] * n), threads=1)),
    "train_from_iterator, column": (1000, lambda n, _: lambda: Tokenizer().train_from_iterator(pa.array(["a b"] * n), 300)),
    "encode_batch, long texts": (10, lambda n, _: partial(of_bytes().encode_batch, ["a b" * 5000] * n, 1)),
}

# ---- Ids -------------------------------------------------------------------------------------------------------------

SPECIAL = of_bytes(special_tokens=["<s>"])


def decoded_one_by_one(n: int, _: Path) -> Call:
    """A character that never ends."""
    decoder = of_bytes().decoder()
    return lambda: [decoder.decode(byte) for byte in [226, 130] * n]


DECODING: Table = {
    "decode": (1000, lambda n, _: partial(of_bytes().decode, [97] * n)),
    "decode, an iterator": (1000, lambda n, _: lambda: of_bytes().decode(iter([97] * n))),
    "decode, refused at the end": (1000, lambda n, _: refused(lambda: of_bytes().decode([97] * n + [256]))),
    "decode_bytes": (1000, lambda n, _: partial(of_bytes().decode_bytes, [97] * n)),
    "decode_bytes_batch": (1000, lambda n, _: partial(of_bytes().decode_bytes_batch, [[97]] * n)),
    "decode_batch": (1000, lambda n, _: partial(of_bytes().decode_batch, [[97]] * n)),
    "decoder": (1000, decoded_one_by_one),
    "decode_with_offsets": (1000, lambda n, _: partial(of_bytes().decode_with_offsets, list("é".encode()) * n)),
    "decode, special tokens": (1000, lambda n, _: lambda: SPECIAL.decode([97, 256] * n)),
    "decode_tokens_bytes, special tokens": (1000, lambda n, _: lambda: SPECIAL.decode_tokens_bytes([97, 256] * n)),
    "decode_with_offsets, special tokens": (1000, lambda n, _: lambda: SPECIAL.decode_with_offsets([97, 256] * n)),
}

# ---- Special tokens --------------------------------------------------------------------------------------------------


def names(n: int) -> list[str]:
    return [f"<|{i:06}|>" for i in range(n // 2)] + [f"[{i:06}]" for i in range(n // 2)]


def names_times_text(n: int, _: Path) -> Call:
    """As many names as pieces of text in which some of them might begin."""
    tokenizer = of_bytes(special_tokens=names(n))
    text = "a < b, x[1] <p> " * n
    return lambda: tokenizer.count(text, allowed_special="all")


def names_times_forbidden_text(n: int, _: Path) -> Call:
    tokenizer = of_bytes(special_tokens=names(n))
    text = "a < b, x[1] <p> " * n
    return lambda: tokenizer.count(text)


def name_that_nearly_comes(n: int, _: Path) -> Call:
    """A text goes along a long name from each of its places, and a short one is found there."""
    tokenizer = of_bytes(special_tokens=["a" * n + "b", "a"])
    return lambda: tokenizer.count("a" * n, allowed_special="all")


def many_special_tokens_in_a_batch(n: int, _: Path) -> Call:
    texts = ["<s>"] * n
    return lambda: SPECIAL.encode_batch(texts, threads=1, allowed_special="all")


def added_tokens(**flags: bool) -> Tokenizer:
    """Added tokens that are always found, with flags, and a normal form."""
    tokens = {name: AddedToken(256 + i, special=False, **flags) for i, name in enumerate(["<m>", "a", " ", "\u0301"])}
    return Tokenizer._of(Model(splitter.splitter_for("gpt4"), of_bytes()._model.vocabulary, tokens, normalizer=("NFC",)))


def finds(flag: str, text: str, n: int) -> Call:
    tokenizer = added_tokens(normalized=True, **{flag: True})
    return partial(tokenizer.count, text * n)


ADDED_TOKENS: Table = {
    f"count, added tokens, {flag}, {text!r}": (1 << 10, lambda n, _, flag=flag, text=text: finds(flag, text, n))
    for flag in ("lstrip", "rstrip", "single_word")
    for text in (" ", "a", "<m> ", "a\u0301", "\u0301", "e\u0301 ")
} | {
    "encode_batch, added tokens": (1000, lambda n, _: partial(added_tokens(lstrip=True).encode_batch, ["é <m>"] * n, 1)),
    "encode_with_offsets": (1000, lambda n, _: partial(added_tokens(lstrip=True).encode_with_offsets, "éb <m> c" * n)),
    "encode_with_offsets, bytes": (1000, lambda n, _: partial(of_bytes().encode_with_offsets, "é " * n, unit="bytes")),
    "tokenize": (1000, lambda n, _: partial(of_bytes().tokenize, "é " * n)),
    "added_tokens": (1000, lambda n, _: lambda: numbers(n).added_tokens),
    "decode, without special tokens": (1000, lambda n, _: lambda: SPECIAL.decode([97, 256] * n, skip_special_tokens=True)),
}


def chunked(text: str, n: int, **options: Any) -> Call:
    tokenizer = pair_that_doubles(64)
    return partial(tokenizer.chunks, text * n, 64, **options)


def tiny_before_large(n: int, _: Path) -> Call:
    """Each kind of part is followed by one that does not fit, so that nearly nothing is taken of what was looked at."""
    return chunked("b\n\nb. b " + "a" * 500 + ". " + "b" * 500 + " ", n, overlap=16)


def chunks_of_bytes(n: int, _: Path) -> Call:
    return partial(added_tokens(lstrip=True).chunks, ("é <m>" * n).encode(), 9)


CHUNKS: Table = {
    **{f"chunks, {name}": (1 << 12, lambda n, _, text=text: chunked(text, n)) for name, text in STRETCHES.items()},
    "chunks, overlaps": (1 << 10, lambda n, _: chunked("a sentence. And\n\n another one", n, overlap=60)),
    "chunks, few tokens": (1 << 10, lambda n, _: partial(of_bytes().chunks, "a" * n, 1)),
    "chunks, tiny before large": (16, tiny_before_large),
    "chunks, one piece for each token": (1 << 10, lambda n, _: partial(of_bytes("[ab]|c").chunks, "ab" * n, 64)),
    "chunks, a pattern that reads in vain": (1 << 10, lambda n, _: partial(of_bytes("(?:ab)+!|a|b").chunks, "ab" * n, 64)),
    "chunks, added tokens": (1 << 3, lambda n, _: partial(added_tokens(lstrip=True).chunks, "é <m>" * n, 9, overlap=3)),
    "chunks, added tokens, bytes": (1 << 3, chunks_of_bytes),
    "chunks, surrogates": (1 << 12, lambda n, _: partial(of_bytes().chunks, "\ud83d\ude00\ud83d" * n, 64)),
    "chunks_batch": (1 << 5, lambda n, _: partial(of_bytes().chunks_batch, ["é a b", b"c"] * n, 4)),
    "chunks_arrow": (1 << 10, lambda n, _: partial(of_bytes().chunks_arrow, pa.array(["é a b", None] * n), 4)),
    "truncate": (1 << 12, lambda n, _: partial(of_bytes().truncate, "é" * n, n)),
    "truncate, left": (1 << 12, lambda n, _: partial(of_bytes().truncate, "é" * n, n, "left")),
    "truncate, added tokens": (1 << 5, lambda n, _: partial(added_tokens(lstrip=True).truncate, "é <m>" * n, n, "left")),
    "truncate, a pattern that reads in vain": (1 << 10, lambda n, _: partial(of_bytes("(?:ab)+!|a|b").truncate, "ab" * n, n)),
    "exceeds": (1 << 12, lambda n, _: partial(of_bytes().exceeds, "é" * n, 2 * n)),
}

SPECIAL_TOKENS: Table = {
    "Tokenizer, special tokens": (100, lambda n, _: lambda: of_bytes(special_tokens=names(n)).encode("<")),
    "Tokenizer, long special token": (1000, lambda n, _: lambda: of_bytes(special_tokens=["a" * n, "b" * n]).encode("a")),
    "count, special tokens and text": (100, names_times_text),
    "count, special tokens that are not allowed, and text": (100, names_times_forbidden_text),
    "count, special tokens that begin with each other": (1000, name_that_nearly_comes),
    "count, special tokens in a text": (1000, lambda n, _: lambda: SPECIAL.count("<s>" * n, allowed_special="all")),
    "encode_batch, special tokens": (1000, many_special_tokens_in_a_batch),
}

# ---- Text that comes in blocks ---------------------------------------------------------------------------------------


def encode_file(n: int, folder: Path) -> Call:
    """One piece, from which nothing is certain before its end."""
    (folder / "text").write_text("a" * n)
    return lambda: of_bytes().encode_file(folder / "text", folder / "ids")


def text_of(stream: Any) -> Any:
    return sources.of_reader(stream.read, "it", Reading()).text("it")


def encode_stream(n: int, _: Path) -> Call:
    model = of_bytes()._model
    stream = OneByOne(b"a" * n)
    return lambda: deque(model.encode_stream(text_of(stream), (), "all"), 0)


def encode_stream_with_a_name(n: int, _: Path) -> Call:
    """Whether a long name comes is not certain before the end."""
    model = of_bytes(special_tokens=["a" * n + "b", "ac"])._model
    stream = OneByOne(b"a" * n)
    return lambda: deque(model.encode_stream(text_of(stream), "all", ()), 0)


def train_stream(n: int, _: Path) -> Call:
    stream = OneByOne(b"a" * n)
    counting = Counting(splitter.splitter_for("gpt4"), 1, lambda _: None)
    return lambda: counting.add_stream(text_of(stream))


def train_large_stream(n: int, _: Path) -> Call:
    stream = io.BytesIO(b"a" * n)
    counting = Counting(splitter.splitter_for("gpt4"), 1, lambda _: None)
    return lambda: counting.add_stream(text_of(stream))


def encode_corpus(texts: Callable[[], Any], folder: Path, **options: Any) -> Call:
    def call() -> None:
        of_bytes().encode_corpus(texts(), tempfile.mkdtemp(dir=folder), **{"format": "raw", "threads": 1, **options})

    return call


def encode_long_line(n: int, folder: Path) -> Call:
    path = text_file(b'{"text": "' + b"a" * n + b'"}', folder).rename(folder / "text.jsonl")
    return encode_corpus(lambda: path, folder)


def encode_lines_for_json(n: int, folder: Path) -> Call:
    """The core leaves each of these lines to Python's json: a name is there twice."""
    path = text_file(b'{"text": "a", "text": "b"}\n' * n, folder).rename(folder / "text.jsonl")
    return encode_corpus(lambda: path, folder)


def read_many_shards(n: int, folder: Path) -> Call:
    of_bytes().encode_corpus(iter(["a"] * n), folder / "shards", format="raw", shard_tokens=1)
    return lambda: text_processor.read_shards(folder / "shards")


STREAMS: Table = {
    "encode_corpus": (1 << 14, lambda n, folder: encode_corpus(lambda: iter(["a b"] * n), folder, split=(1, 1))),
    "encode_corpus, shuffled": (1 << 13, lambda n, folder: encode_corpus(lambda: iter("a" * n), folder, shuffle_seed=1)),
    "encode_corpus, one long line": (1 << 20, encode_long_line),
    "encode_corpus, lines for json": (1 << 13, encode_lines_for_json),
    "Lines, one line in small blocks": (1000, lambda n, _: lambda: [*sklearn.Lines(OneByOne(b"a" * n))]),
    "read_shards": (50, read_many_shards),
    "encode_file, one piece": (1 << 21, encode_file),
    "encode_stream, one piece in small blocks": (1000, encode_stream),
    "encode_stream, a special token that may come": (1000, encode_stream_with_a_name),
    "bpe train, one piece": (1 << 21, train_large_stream),
    "bpe train, one piece in small blocks": (1000, train_stream),
}

# ---- Commands --------------------------------------------------------------------------------------------------------


def command(*arguments: object) -> Call:
    def run() -> None:
        with contextlib.redirect_stdout(io.TextIOWrapper(io.BytesIO())), contextlib.redirect_stderr(io.StringIO()):
            assert main([*map(str, arguments)]) == 0

    return run


def text_file(text: bytes, folder: Path) -> Path:
    (folder / "text").write_bytes(text)
    return folder / "text"


def tokenizer_file(folder: Path) -> Path:
    of_bytes().save(folder / "tokenizer")
    return folder / "tokenizer"


def decode_command(n: int, folder: Path) -> Call:
    return command("bpe", "decode", "-m", tokenizer_file(folder), text_file(b"97 " * n, folder), "-o", folder / "out")


def decode_blanks_command(n: int, folder: Path) -> Call:
    return command("bpe", "decode", "-m", tokenizer_file(folder), text_file(b" " * n, folder), "-o", folder / "out")


def encode_command(n: int, folder: Path) -> Call:
    return command("bpe", "encode", "-m", tokenizer_file(folder), text_file(b"a" * n, folder), "-o", folder / "out")


def many_files(n: int, folder: Path) -> Call:
    return command("count", *[text_file(b"a b", folder)] * n, "--no-progress")


COMMANDS: Table = {
    "count": (1000, lambda n, folder: command("count", text_file(distinct_words(n).encode(), folder), "--top", n)),
    "count, many files": (100, many_files),
    "bpe decode": (1000, decode_command),
    "bpe decode, blanks": (1 << 16, decode_blanks_command),
    "bpe encode": (1 << 16, encode_command),
}

# ---- Numbers ---------------------------------------------------------------------------------------------------------


# Of all sizes, so that sums are hard.
FLOATS = array("d", ((-1) ** i * 2.0 ** (i * 7 % 1900 - 950) for i in range(1000)))


def floats(n: int) -> array[float]:
    return FLOATS * (n // 1000)


def add(n: int, _: Path) -> Call:
    window = MovingAverage(n)
    return lambda: [window.add(number) for number in floats(n)]


def push(n: int, _: Path) -> Call:
    window = RingBuffer(n)
    return lambda: [window.push(number) for number in floats(n)]


def processor(n: int) -> DataProcessor:
    made = DataProcessor(10, threads=1)
    made.add_data(floats(n))
    return made


def full(n: int) -> RingBuffer:
    window = RingBuffer(n)
    window.extend(floats(n))
    return window


def matrix(n: int) -> list[list[float]]:
    return [[1.0] * 16 for _ in range(n)]


NUMBERS: Table = {
    "parallel_sum": (1000, lambda n, _: partial(numeric.parallel_sum, floats(n), threads=1)),
    "parallel_sum, a list": (1000, lambda n, _: partial(numeric.parallel_sum, list(floats(n)), threads=1)),
    "process_numbers": (1000, lambda n, _: partial(numeric.process_numbers, floats(n), 0.0, threads=1)),
    "array_multiply": (
        1000,
        lambda n, _: partial(numeric.array_multiply, array("q", range(n)), array("q", range(n)), threads=1),
    ),
    "compute_stats": (1000, lambda n, _: partial(numeric.compute_stats, array("d", range(n)), threads=1)),
    "sieve_of_eratosthenes": (1 << 16, lambda n, _: partial(numeric.sieve_of_eratosthenes, n, threads=1)),
    "add": (1000, add),
    "extend": (1000, lambda n, _: partial(MovingAverage(n).extend, floats(n))),
    "push": (1000, push),
    "to_list": (1000, lambda n, _: full(n).to_list),
    "to_array": (1000, lambda n, _: lambda: full(n).to_array()),
    "add_data": (1000, lambda n, _: lambda: processor(n)),
    "process_chunks": (1000, lambda n, _: processor(n).process_chunks),
    "matrix_multiply, rows": (100, lambda n, _: partial(numeric.matrix_multiply, matrix(n), matrix(16), threads=1)),
}


# ---- Normal forms ----------------------------------------------------------------------------------------------------


def normal(text: str, form: str = "NFC", function: Callable[..., object] = normalize) -> Call:
    encoded = text.encode()
    return lambda: function(encoded, form)


NORMAL_FORMS: Table = {
    "normalize, marks in the wrong order": (1000, lambda n, _: normal("e" + "\u0301\u0316" * n)),
    "normalize, marks of all classes": (1000, lambda n, _: normal("e" + "\u0345\u0301\u0316\u0327\u064b\u05b0\u0334" * n)),
    "normalize, marks that are one too many": (1000, lambda n, _: normal("\u0316" * n + "\u0301\u0300\u0316")),
    "normalize, marks that each compose": (1000, lambda n, _: normal("e\u0301" * n)),
    "normalize, marks between what composes": (1000, lambda n, _: normal("\u1100" + "\u0316" * n + "\u1161" * n)),
    "normalize, vowels of Hangul": (1000, lambda n, _: normal("\u1161" * n)),
    "normalize, what grows most": (1000, lambda n, _: normal("\ufdfa" * n, "NFKD")),
    "normalize, what is too new": (1000, lambda n, _: lambda: normalize(("e" + "\u1ace" * n).encode(), "NFC", (13, 0))),
    "normalize, ill-formed": (1000, lambda n, _: lambda: normalize(b"e\xcc" * n, "NFC")),
    "is_normalized, marks in order": (1000, lambda n, _: normal("e" + "\u0316" * n + "\u0301" * n, "NFD", is_normalized)),
    "normalize_with_offsets": (1000, lambda n, _: normal("\u1112\u1161\u11ab" * n, "NFC", normalize_with_offsets)),
    "find_cut": (1000, lambda n, _: normal("\u0301" * n, "NFC", find_cut)),
}

# ---- VADER -----------------------------------------------------------------------------------------------------------

# Shared: what each call needs anew is the text.
VADER, VADER_OF_NLTK = SentimentIntensityAnalyzer(), SentimentIntensityAnalyzer(rules="nltk")


def scored(text: str, analyzer: SentimentIntensityAnalyzer = VADER) -> Call:
    return partial(analyzer.polarity_scores, text)


def own_words(n: int, _: Path) -> Call:
    """Words, phrases with much in common and emoji of one's own."""
    words = {f"{'a' * 20}{i}{'a' * 20}": 1.0 for i in range(n)}
    phrases = {" ".join(["b"] * 15 + [str(i)]): 1.0 for i in range(n)}
    return lambda: SentimentIntensityAnalyzer(lexicon=words | phrases).polarity_scores("b " * n)


def changed_lexicon(n: int, _: Path) -> Call:
    """Each change is followed by scores that do not look through the lexicon: only the last one makes it anew."""
    analyzer = SentimentIntensityAnalyzer(lexicon={"a": 1.0})

    def change() -> None:
        for i in range(n):
            analyzer.lexicon[str(i)] = 1.0
        analyzer.polarity_scores("a")

    return change


def lines_of_text(n: int, folder: Path) -> Path:
    (folder / "lines").write_text("good\n" * n + "x" * n, encoding="utf-8")
    return folder / "lines"


SCORES: Table = {
    "polarity_scores": (1000, lambda n, _: scored("it was not a very good movie, but " * n)),
    "polarity_scores, nltk": (1000, lambda n, _: scored("it was not a very good movie, but " * n, VADER_OF_NLTK)),
    "polarity_scores, nltk, distinct": (
        1000,
        lambda n, _: scored(" ".join(f"good{'!' * (i % 4)}" for i in range(n)), VADER_OF_NLTK),
    ),
    "polarity_scores, equal values before but": (1000, lambda n, _: scored("good " * n + "but")),
    "polarity_scores, equal values behind but": (1000, lambda n, _: scored("but " + "good bad " * n)),
    "polarity_scores, values that meet": (
        1000,
        lambda n, _: scored("good bad love hate nice ugly " * n + "but " + "good " * n),
    ),
    "polarity_scores, one word": (1000, lambda n, _: scored("x" * n)),
    "polarity_scores, one word beyond ASCII": (1000, lambda n, _: scored("ΑΣ'" * n)),
    "polarity_scores, punctuation": (1000, lambda n, _: scored("!?" * n)),
    "polarity_scores, apostrophes": (1000, lambda n, _: scored("n't" * n)),
    "polarity_scores, emoji": (1000, lambda n, _: scored("👨‍👩‍👧❤️😀" * n)),
    "polarity_scores, white space": (1000, lambda n, _: scored(" \u2028" * n)),
    "polarity_scores, boosters": (1000, lambda n, _: scored("very " * n + "good")),
    "polarity_scores, 16 MB": (1 << 16, lambda n, _: scored("a" * n + " good" * n)),
    "scores": (1000, lambda n, _: partial(VADER.scores, ["good", "not bad"] * n, 1)),
    "scores, column": (1000, lambda n, _: partial(VADER.scores, pa.array(["good", None] * n), 1)),
    "scores, file": (1000, lambda n, folder: partial(VADER.scores, lines_of_text(n, folder), 1)),
    "scores, one long text": (1000, lambda n, _: partial(VADER.scores, ["good " * n, "a"], 1)),
    "compound": (1000, lambda n, _: partial(VADER.compound, ["good", "not bad"] * n, 1)),
    "explain": (1000, lambda n, _: lambda: VADER.explain("it was not a good movie but " * n)._repr_html_()),
    "lexicon of VADER": (1000, own_words),
    "lexicon of VADER, changed": (1000, changed_lexicon),
}

# ---- Segments --------------------------------------------------------------------------------------------------------


def parted(function: Callable[[str], object], text: str) -> Call:
    return lambda: (
        deque(function(text), 0) if function in (segment.words, segment.sentences, segment.graphemes) else function(text)
    )


SEGMENTS: Table = {
    "words": (1000, lambda n, _: parted(segment.words, "It's 3.14, née. " * n)),
    "words, of a column": (1000, lambda n, _: partial(segment.words, pa.array(["It's 3.14"] * n))),
    "words, marks behind what may join": (1000, lambda n, _: parted(segment.words, ("a." + "\u0301" * 9) * n + "\u0301" * n)),
    "words, marks behind a point": (1000, lambda n, _: parted(segment.words, "a." + "\u0301" * n)),
    "words, spaces before a mark": (1000, lambda n, _: parted(segment.words, " " * n + "\u0301")),
    "words, one long word": (1000, lambda n, _: parted(segment.words, "a" * n + "中")),
    "words, low lines": (1000, lambda n, _: parted(segment.words, "_" * n)),
    "words, flags": (1000, lambda n, _: parted(segment.words, "\U0001f1e6" * n)),
    "count_words": (1000, lambda n, _: partial(segment.count_words, "Ελληνικά, हिन्दी 中文. " * n)),
    "sentences": (1000, lambda n, _: parted(segment.sentences, "Is it? It is. " * n)),
    "sentences, full stops before no letter": (1000, lambda n, _: parted(segment.sentences, ". 1 " * n)),
    "sentences, a full stop far before a letter": (1000, lambda n, _: parted(segment.sentences, "a. " + "1 " * n + "B")),
    "sentences, marks behind full stops": (1000, lambda n, _: parted(segment.sentences, ("a." + "\u0301" * 9) * n)),
    "count_sentences": (1000, lambda n, _: partial(segment.count_sentences, "e.g. this. " * n)),
    "graphemes": (1000, lambda n, _: parted(segment.graphemes, "क्षि👩‍👧e\u0301\r\n" * n)),
    "graphemes, one long one": (1000, lambda n, _: parted(segment.graphemes, "क" + "्\u200d" * n)),
    "count_graphemes": (1000, lambda n, _: partial(segment.count_graphemes, "🇩🇪" * n)),
}

ROWS = (
    NORMAL_FORMS
    | SCORES
    | SEGMENTS
    | DOCUMENTS
    | VECTORS
    | CLUSTERS
    | ANSWERS
    | LEXICONS
    | VOCABULARIES
    | SPLITTING
    | ENCODING
    | DECODING
    | SPECIAL_TOKENS
    | ADDED_TOKENS
    | CHUNKS
    | STREAMS
    | COMMANDS
    | NUMBERS
)


@pytest.fixture
def no_collections() -> Iterator[None]:
    """The collector looks at all that other tests have left, too."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collections")
@pytest.mark.parametrize("name", ROWS)
def test_time_grows_no_faster_than_n_log_n(name: str, tmp_path: Path) -> None:
    size, make = ROWS[name]
    size, times = growth(make, size, tmp_path)
    milliseconds = ", ".join(f"{1000 * time:.2f}" for time in times)
    assert steepness(times) < STEEPEST, f"{name}: {milliseconds} ms for 1, 2, 4 and 8 times {size}"


# What cannot be given, and does not answer with, anything long.
SMALL = {
    *("capacity", "is_full", "latest", "average", "window_size", "pattern", "decoder"),  # one value
    *("clear", "clear_callback", "reset", "set_callback", "get_memory_stats", "set_memory_limit", "cpu_features"),
    *("hello", "type_stub", "monte_carlo_pi", "document_count", "token_bytes", "decode_single_token_bytes"),
    *("name", "n_vocab", "max_token_value", "clear_caches"),
    *("threads", "nbytes", "from_sklearn", "set_transform_request"),
    *("lexicon", "emojis", "phrases", "rules", "boosters", "negations", "idioms", "make_lex_dict", "make_emoji_dict"),
    "register",  # of an abstract class
    *("total_pieces", "total_bytes"),  # they add up numbers, so fast that only gigabytes could be measured
    "pattern",
    "to_tiktoken",  # its time is tiktoken's
}


def test_every_public_function_has_a_row() -> None:
    kinds = (TextAnalyzer, Tokenizer, PieceCounts, MovingAverage, RingBuffer, DataProcessor, SentimentIntensityAnalyzer)
    methods = {name for kind in kinds for name in dir(kind) if not name.startswith("_")}
    vectorizers = (getattr(sklearn, name) for name in sklearn.__all__)
    ours = (base for kind in vectorizers for base in kind.__mro__ if base.__module__.startswith("text_processor."))
    methods |= {name for kind in ours for name in vars(kind) if not name.startswith("_")}
    functions = {
        name
        for module in (text_processor, numeric, segment, report, dask)
        for name in module.__all__
        if isfunction(getattr(module, name))
    }
    assert methods | functions <= {name.partition(",")[0] for name in ROWS} | SMALL
