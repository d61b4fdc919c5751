"""Training, held against the real thing: the merges of rustbpe and of Hugging Face's tokenizers, one after the other."""

from __future__ import annotations

import itertools
import json
import random
import sysconfig
from array import array
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
import tokenizers
from hypothesis import example, given
from hypothesis import strategies as st
from tokenizers import models, pre_tokenizers, trainers

from text_processor._native import corpus as native_corpus
from text_processor._native import process as native_process
from text_processor._native.bpe import NAMED, PATTERNS, Pieces, Trainer, pattern_text
from text_processor._native.text import Batch

RUSTBPE, HF = 0, 1
GPT4 = NAMED[PATTERNS["gpt4"]]

KJV = (Path(__file__).parent.parent / "examples" / "kjv.txt").read_text(encoding="utf-8")

# All of Unicode that UTF-8 can hold; few different characters make many ties.
texts = st.one_of(
    st.text(st.sampled_from("ab "), max_size=200),
    st.text(st.sampled_from("aab\n 1!'é我"), max_size=200),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=100),
)


def stdlib_sources() -> list[str]:
    """Some megabytes of Python's own sources."""
    paths = sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))
    return [path.read_text(encoding="utf-8", errors="replace") for path in paths]


# ---- Ours ------------------------------------------------------------------------------------------------------------


def pieces_of_documents(documents: list[str], *, threads: int = 1) -> Pieces:
    pieces = Pieces()
    for document in documents:
        encoded = document.encode()
        assert pieces.add(GPT4, encoded, is_final=True, threads=threads) == len(encoded)
    return pieces


def pieces_of_splits(split: list[bytes]) -> Pieces:
    pieces = Pieces()
    pieces.add_split(split)
    return pieces


def train(pieces: Pieces, tie_break: int, n: int, step: int | None = None) -> list[tuple[int, int]]:
    trainer, merges, step = Trainer(pieces, tie_break), array("I"), step or n
    while len(merges) < 2 * n:
        made = trainer.step(min(step, n - len(merges) // 2))
        if not made:
            break
        merges += made
    return list(zip(merges[::2], merges[1::2], strict=True))


def test_a_step_without_memory_loses_nothing():
    pieces = pieces_of_documents([KJV[:20_000]])
    expected = train(pieces, RUSTBPE, 600)
    n_failed = 0
    for nth in range(1, 12):
        trainer, merges = Trainer(pieces, RUSTBPE), array("I")
        merges += trainer.step(2)
        native_process.fail_allocation(nth)
        try:
            merges += trainer.step(500)
        except MemoryError:
            n_failed += 1
        finally:
            native_process.fail_allocation(0)
        while made := trainer.step(min(70, 600 - len(merges) // 2)):
            assert len(made) <= 140
            merges += made
        assert list(zip(merges[::2], merges[1::2], strict=True)) == expected
    assert n_failed > 3


def tokens_of(merges: list[tuple[int, int]]) -> list[bytes]:
    tokens = [bytes([byte]) for byte in range(256)]
    for left, right in merges:
        tokens.append(tokens[left] + tokens[right])
    return tokens


# ---- Theirs ----------------------------------------------------------------------------------------------------------


def rustbpe_tokens(documents: list[str], vocab_size: int) -> list[bytes]:
    tokenizer = pytest.importorskip("rustbpe").Tokenizer()
    tokenizer.train_from_iterator(iter(documents), vocab_size, pattern=pattern_text(GPT4.pattern))
    ranks = tokenizer.get_mergeable_ranks()
    assert [rank for _, rank in ranks] == list(range(len(ranks)))
    return [bytes(token) for token, _ in ranks]


def characters_of_bytes() -> dict[str, int]:
    """The byte-level alphabet: bytes that are no visible character in Latin-1 get one from U+0100 on, in their order."""
    visible = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in visible]
    return {chr(byte): byte for byte in visible} | {chr(256 + i): byte for i, byte in enumerate(others)}


BYTES = characters_of_bytes()


@cache
def to_bytes(characters: str) -> bytes:
    return bytes(BYTES[character] for character in characters)


def hf_splits(documents: list[str]) -> list[bytes]:
    """As Hugging Face splits, whatever version of Unicode it has: it is the merges that are compared."""
    splitter = pre_tokenizers.ByteLevel(add_prefix_space=False)
    return [to_bytes(piece) for document in documents for piece, _ in splitter.pre_tokenize_str(document)]


def hf_tokens(documents: list[str], vocab_size: int) -> list[bytes]:
    tokenizer = tokenizers.Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=vocab_size, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(documents, trainer)
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    return [bytes([byte]) for byte in range(256)] + [to_bytes(left + right) for left, right in merges]


# ---- The plain way ---------------------------------------------------------------------------------------------------


def plain_merges(split: list[bytes], n: int) -> list[tuple[int, int]]:
    """Count everything, merge the best pair everywhere, begin again."""
    words = [(list(piece), times) for piece, times in Counter(split).items()]
    merges: list[tuple[int, int]] = []
    while len(merges) < n:
        counts: Counter[tuple[int, int]] = Counter()
        for ids, times in words:
            for pair in itertools.pairwise(ids):
                counts[pair] += times
        if not counts:
            break
        best = min(counts, key=lambda pair: (-counts[pair], pair))
        for ids, _ in words:
            place = 0
            while place + 1 < len(ids):
                if (ids[place], ids[place + 1]) == best:
                    ids[place : place + 2] = [256 + len(merges)]
                place += 1
        merges.append(best)
    return merges


# ---- Like rustbpe ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vocab_size", [256, 257, 300, 1000, 8192])
def test_rustbpe_on_a_book(vocab_size):
    merges = train(pieces_of_documents([KJV]), RUSTBPE, vocab_size - 256)
    assert tokens_of(merges) == rustbpe_tokens([KJV], vocab_size)


@pytest.mark.parametrize("vocab_size", [4096, 32768])
def test_rustbpe_on_python_sources(vocab_size):
    sources = stdlib_sources()
    merges = train(pieces_of_documents(sources), RUSTBPE, vocab_size - 256, step=1000)
    assert tokens_of(merges) == rustbpe_tokens(sources, vocab_size)


@given(st.lists(texts, max_size=5))
@example(["aaabdaaabac"])
@example(["aaaa aaa aa a", "aaaaa"])
@example(["abababab ababa"])
@example(["x" * 1000])
@example(["\u1c89\U0001e6c0 \u0085\u2028\u180e\u200b"])
def test_rustbpe_until_nothing_is_left(documents):
    assert tokens_of(train(pieces_of_documents(documents), RUSTBPE, 2000)) == rustbpe_tokens(documents, 2256)


# ---- Like Hugging Face -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def kjv_splits() -> list[bytes]:
    return hf_splits([KJV])


@pytest.mark.parametrize("vocab_size", [1000, 8192])
def test_hugging_face_on_a_book(vocab_size, kjv_splits):
    merges = train(pieces_of_splits(kjv_splits), HF, vocab_size - 256)
    assert tokens_of(merges) == hf_tokens([KJV], vocab_size)


def test_hugging_face_on_python_sources():
    sources = stdlib_sources()[::3]
    merges = train(pieces_of_splits(hf_splits(sources)), HF, 16384 - 256)
    assert tokens_of(merges) == hf_tokens(sources, 16384)


@given(st.lists(texts, max_size=5))
@example(["aaaa aaa aa a", "aaaaa"])
@example(["é é é\n\n\n !!"])
def test_hugging_face_until_nothing_is_left(documents):
    merges = train(pieces_of_splits(hf_splits(documents)), HF, 2000)
    assert tokens_of(merges) == hf_tokens(documents, 2256)


# ---- By itself -------------------------------------------------------------------------------------------------------


@given(st.lists(st.one_of(st.binary(max_size=40), st.lists(st.sampled_from(b"ab"), max_size=40).map(bytes)), max_size=30))
def test_any_pieces_at_all(split):
    assert train(pieces_of_splits(split), RUSTBPE, 300) == plain_merges(split, 300)


@given(st.lists(texts, max_size=8), st.integers(2, 8), st.randoms(use_true_random=False))
def test_neither_order_nor_threads_nor_steps_matter(documents, threads, chance):
    wanted = train(pieces_of_documents(documents), RUSTBPE, 500)
    chance.shuffle(documents)
    assert train(pieces_of_documents(documents, threads=threads), RUSTBPE, 500, step=chance.randint(1, 50)) == wanted


def test_neither_order_nor_threads_matter_for_a_book():
    lines = KJV.splitlines(keepends=True)
    wanted = train(pieces_of_documents(lines), RUSTBPE, 2000)
    random.Random(1).shuffle(lines)
    assert train(pieces_of_documents(lines, threads=2), RUSTBPE, 2000) == wanted


@pytest.mark.parametrize("threads", [1, 3])
def test_documents_joined_are_documents_apart(threads):
    lines = KJV.split("\n")
    joined = Pieces()
    encoded = [line.encode() for line in lines]
    ends = array("Q", [end + i for i, end in enumerate(itertools.accumulate(map(len, encoded)))])
    text = b"\0".join(encoded)
    joined.add_documents(GPT4, Batch(text, native_corpus.ffi.from_buffer("uint64_t[]", ends), len(ends)), threads=threads)
    assert train(joined, RUSTBPE, 2000) == train(pieces_of_documents(lines), RUSTBPE, 2000)


@given(texts.filter(bool), st.integers(1, 60))
def test_text_in_blocks_is_text_in_one(text, size):
    encoded, rest = [text[i : i + size].encode() for i in range(0, len(text), size)], b""
    pieces = Pieces()
    for i, block in enumerate(encoded):
        rest += block
        rest = rest[pieces.add(GPT4, rest, is_final=i == len(encoded) - 1) :]
    assert rest == b""
    assert train(pieces, RUSTBPE, 500) == train(pieces_of_documents([text]), RUSTBPE, 500)


def test_text_that_is_not_utf8_is_refused_and_counts_as_nothing():
    pieces = Pieces()
    with pytest.raises(ValueError, match="byte 3"):
        pieces.add(GPT4, b"abc\xff", is_final=True)
    assert train(pieces, RUSTBPE, 10) == []
