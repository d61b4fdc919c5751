"""`Tokenizer`: trains as rustbpe and Hugging Face do, encodes as tiktoken does, and decodes all of it."""

from __future__ import annotations

import copy
import itertools
import pickle
import random
import subprocess
import sys
import threading
import time
from array import array
from enum import Enum
from functools import cache
from typing import Any
from unittest import mock

import numpy as np
import pytest
import regex
import tiktoken
from bpe_texts import BOOK, BYTES, SPECIAL, TRICKY, of_bytes, plain_texts, random_ranks, texts_with_names, trained
from hypothesis import example, given
from hypothesis import strategies as st
from texts import any_texts

import text_processor
from text_processor import IncrementalDecoder, InvalidDocumentError, InvalidTokenizerError, Tokenizer, bpe
from text_processor._common import progress
from text_processor._documents import batches
from text_processor._native import bpe as native_bpe
from text_processor._native import status as native_status
from text_processor.bpe import _model, _training
from text_processor.bpe._stages import special_names, utf8

NAMES = list(native_bpe.PATTERNS)
ENCODINGS: dict[str, tiktoken.Encoding] = {}


def tiktoken_of(tokenizer: Tokenizer) -> tiktoken.Encoding:
    """tiktoken's encoding with the same vocabulary; the special tokens of which one begins another depend on chance there."""
    special = {name: token for name, token in tokenizer.special_tokens.items() if name != "<|end"}
    return tiktoken.Encoding(
        "test", pat_str=tokenizer.pattern, mergeable_ranks=tokenizer.mergeable_ranks(), special_tokens=special
    )


@pytest.fixture(scope="module")
def peer() -> tiktoken.Encoding:
    return tiktoken_of(trained())


# ---- Training --------------------------------------------------------------------------------------------------------


def test_the_example_of_minbpe():
    tokenizer = Tokenizer()
    tokenizer.train("aaabdaaabac", 259)
    assert tokenizer.encode("aaabdaaabac") == [258, 100, 258, 97, 99]
    assert tokenizer.merges == {(97, 97): 256, (97, 98): 257, (256, 257): 258} or len(tokenizer.merges) == 3


@pytest.mark.parametrize("vocab_size", [256, 257, 700, 3000])
def test_training_is_rustbpes(vocab_size):
    texts = BOOK[:400_000].split("\n")
    theirs = pytest.importorskip("rustbpe").Tokenizer()
    theirs.train_from_iterator(iter(texts), vocab_size)
    ours = Tokenizer(theirs.get_pattern())
    ours.train_from_iterator(iter(texts), vocab_size)
    assert ours.mergeable_ranks() == {bytes(token): rank for token, rank in theirs.get_mergeable_ranks()}
    assert ours.pattern == theirs.get_pattern() == bpe.GPT4_PATTERN
    assert ours.vocab_size == vocab_size


@given(st.lists(any_texts, max_size=8), st.integers(1, 3))
def test_texts_may_come_in_any_way(texts, threads):
    expected = Tokenizer()
    expected.train_from_iterator(texts, 400, threads=1)
    repaired = [utf8.encoded(text) for text in texts]
    for given_texts in (iter(texts), repaired, map(bytearray, repaired), reversed(texts)):
        tokenizer = Tokenizer()
        tokenizer.train_from_iterator(given_texts, 400, threads=threads)
        assert tokenizer == expected


class Odd(str):
    """A text that lies about its length."""

    __slots__ = ()

    def __len__(self) -> int:
        return 1000


@given(
    st.lists(st.one_of(plain_texts, any_texts, plain_texts.map(str.encode), plain_texts.map(Odd)), max_size=30),
    st.sampled_from([1, 8, 200, 1 << 20]),
)
@example(["low\n", "löw\n", "", "\n\n", "日本\n"] * 4, 8)
@example(["a \ud800", b"a", Odd("aa"), "aa\n"], 200)
def test_a_list_is_trained_on_as_an_iterator_is(texts, step):
    listed, iterated = Tokenizer(), Tokenizer()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_training, "GROUP_CHARACTERS", step)
        told: list[int] = []
        listed.train_from_iterator(texts, 300, progress=lambda done, total: told.append(done) if total is None else None)
    iterated.train_from_iterator(iter(texts), 300)
    assert listed.mergeable_ranks() == iterated.mergeable_ranks()
    as_utf8 = (bytes(text) if isinstance(text, bytes) else utf8.encoded(text) for text in texts)
    assert not told or told[-1] == sum(map(len, as_utf8))


@pytest.mark.parametrize("container", [list, tuple])
def test_wrong_texts_of_a_list_are_numbered(container):
    with pytest.raises(InvalidDocumentError, match="text 41 is not valid UTF-8 at byte 2"):
        Tokenizer().train_from_iterator(container(["abc\n"] * 41 + [b"ab\xff"]), 300)
    with pytest.raises(TypeError, match="text 41 must be str, bytes or another buffer of bytes, not int"):
        Tokenizer().train_from_iterator(container(["abc\n"] * 41 + [7]), 300)


def test_merges_follow_from_each_other():
    tokenizer = trained()
    for (left, right), token in tokenizer.merges.items():
        assert tokenizer.token_bytes(left) + tokenizer.token_bytes(right) == tokenizer.token_bytes(token)
    assert list(tokenizer.merges.values()) == list(range(256, 600))


def test_too_little_text_ends_early():
    tokenizer = Tokenizer(special_tokens=["<|end|>"])
    tokenizer.train("abab", 10_000)
    assert tokenizer.vocab_size == 259
    assert tokenizer.special_tokens == {"<|end|>": 258}
    tokenizer.train("", 10_000)
    assert tokenizer.vocab_size == 257


def test_any_other_pattern_is_split_by_regex():
    """And text that it does not match is left out, as rustbpe and tiktoken leave it out."""
    pattern = r"[a-z]+|\d"
    theirs = pytest.importorskip("rustbpe").Tokenizer()
    theirs.train_from_iterator(iter(["abc ABC 12 abc", "über abc"]), 300, pattern=pattern)
    ours = Tokenizer(pattern)
    ours.train_from_iterator(["abc ABC 12 abc", b"\xc3\xbcber abc"], 300)
    assert ours.mergeable_ranks() == {bytes(token): rank for token, rank in theirs.get_mergeable_ranks()}
    text = "abc12 über ABC" * 10_000
    assert ours.encode(text) == tiktoken_of(ours).encode(text) == ours.encode(text.encode())
    assert ours.count(text) == len(ours.encode(text))
    assert ours.encode_batch([text[:20], b"1"]) == [ours.encode(text[:20]), [49]]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("text", 255), ValueError, "at least 256.* not 255"),
        (("text", -1), ValueError, "not -1"),
        (("text", "300"), TypeError, "vocab_size must be an int, not str"),
        (("text", True), TypeError, "vocab_size must be an int, not bool"),
        ((5, 300), TypeError, "text must be str, bytes or another buffer of bytes, not int"),
        ((b"ab\xff", 300), InvalidDocumentError, "text is not valid UTF-8 at byte 2"),
    ],
)
def test_what_cannot_be_trained_is_named(arguments, error, message):
    tokenizer = Tokenizer()
    with pytest.raises(error, match=message):
        tokenizer.train(*arguments)
    assert tokenizer == Tokenizer()


def test_a_tie_break_may_be_a_member_of_an_enumeration():
    class TieBreak(str, Enum):  # noqa: UP042 - whose str() is not its value, unlike that of StrEnum
        THEIRS = "hf"

    one, other = Tokenizer(), Tokenizer()
    one.train(BOOK[:5000], 300, tie_break=TieBreak.THEIRS)
    other.train(BOOK[:5000], 300, tie_break="hf")
    assert one == other


def test_wrong_options_are_named():
    tokenizer = Tokenizer()
    with pytest.raises(ValueError, match="tie_break must be 'rustbpe' or 'hf', not 'first'"):
        tokenizer.train("text", 300, tie_break="first")
    with pytest.raises(ValueError, match="threads must be from 1"):
        tokenizer.train("text", 300, threads=0)
    with pytest.raises(TypeError, match="progress must be callable"):
        tokenizer.train("text", 300, progress=5)
    with pytest.raises(TypeError, match=r"one str; for a single text there is train"):
        tokenizer.train_from_iterator("text", 300)
    with pytest.raises(TypeError, match="text 1 must be str"):
        tokenizer.train_from_iterator(["text", None], 300)


def test_what_the_iterator_raises_passes_through():
    tokenizer = copy.copy(trained())

    def texts():
        yield "some text"
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        tokenizer.train_from_iterator(texts(), 300)
    assert tokenizer == trained()


def test_progress_is_told_of_bytes_then_of_merges():
    told: list[tuple[int, int | None]] = []
    Tokenizer().train(BOOK[:10_000], 300, progress=lambda *args: told.append(args))
    assert told[-1] == (44, 44)
    assert (len(BOOK[:10_000].encode()), len(BOOK[:10_000].encode())) in told


@pytest.mark.parametrize("fails_at", [1, 2])
def test_a_cancelled_training_changes_nothing(fails_at):
    tokenizer = copy.copy(trained())
    calls = itertools.count(1)

    def cancel(done: int, total: int | None) -> None:
        if next(calls) == fails_at:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tokenizer.train(BOOK[:10_000], 300, progress=cancel)
    assert tokenizer == trained()


# ---- Encoding --------------------------------------------------------------------------------------------------------


@given(plain_texts)
@example("".join(TRICKY))
def test_every_way_to_encode_gives_tiktokens_ids(peer, text):
    tokenizer = trained()
    expected = peer.encode_ordinary(text)
    assert tokenizer.encode_ordinary(text) == expected
    assert tokenizer.encode(text.encode(), disallowed_special=()) == expected
    assert tokenizer.encode_array(text, disallowed_special=()) == array("I", expected)
    assert tokenizer.count(text, disallowed_special=()) == len(expected)
    assert tokenizer.encode_batch([text, "", text], disallowed_special=()) == [expected, [], expected]
    assert tokenizer.decode(expected) == text


@pytest.mark.parametrize("name", NAMES)
def test_every_pattern_encodes_the_book_as_tiktoken_does(name):
    tokenizer, text = trained(name), BOOK[:200_000] + "".join(TRICKY)
    assert tokenizer.encode(text) == tiktoken_of(tokenizer).encode(text)
    assert tokenizer.pattern == getattr(bpe, f"{name.upper()}_PATTERN") == Tokenizer(tokenizer.pattern).pattern


@given(st.integers(0, 30), plain_texts)
def test_random_vocabularies_encode_as_tiktokens(seed, text):
    if seed not in ENCODINGS:
        ENCODINGS[seed] = tiktoken.Encoding(
            "test", pat_str=bpe.O200K_PATTERN, mergeable_ranks=random_ranks(seed), special_tokens={}
        )
    tokenizer = Tokenizer.from_mergeable_ranks(random_ranks(seed), "o200k")
    assert tokenizer.encode(text) == ENCODINGS[seed].encode(text)
    assert tokenizer.mergeable_ranks() == random_ranks(seed)
    assert tokenizer.vocab_size == ENCODINGS[seed].n_vocab


@given(any_texts)
@example("\ud83d\udc4d")
@example("\ud83d")
@example("a\udc4d\ud83db")
def test_surrogates_are_treated_as_by_tiktoken(peer, text):
    assert trained().encode_ordinary(text) == peer.encode_ordinary(text)
    assert trained().encode_batch([text, "a"], disallowed_special=()) == [peer.encode_ordinary(text), [97]]


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_surrogates_are_joined_across_steps(monkeypatch, peer, size):
    text = "a\ud83d\udc4db\ud83d\ud83d\udc4d\udc4d\U0001f44d\ud83d" * 5
    monkeypatch.setattr(utf8.batches, "BATCH_CHARACTERS", size)
    assert trained().encode_ordinary(text + "a" * 100) == peer.encode_ordinary(text + "a" * 100)
    assert trained().encode_array(text).tolist() == peer.encode_ordinary(text)
    once, again = Tokenizer(), Tokenizer()
    once.train(text * 9, 300)
    again.train(utf8.encoded(text * 9), 300)
    assert once == again


@pytest.mark.parametrize("size", [1, 7, 64, 1000])
def test_long_texts_cross_in_steps(monkeypatch, peer, size):
    text = BOOK[:5000] + "é" * 500 + "".join(TRICKY)
    expected = peer.encode_ordinary(text)
    monkeypatch.setattr(utf8, "STEP_NBYTES", size)
    monkeypatch.setattr(utf8.batches, "BATCH_CHARACTERS", size)
    monkeypatch.setattr(native_bpe, "STEP_IDS", 16)
    assert trained().encode_ordinary(text) == expected
    assert trained().count(text.encode()) == len(expected)
    assert trained().encode_ordinary(BOOK[:5000]) == peer.encode_ordinary(BOOK[:5000])
    again = Tokenizer(special_tokens=SPECIAL)
    again.train(BOOK[:100_000] + "".join(TRICKY) * 3, 600)
    assert again == trained()


@cache
def trained_on_genes(letters: str) -> tuple[Tokenizer, tiktoken.Encoding]:
    tokenizer = Tokenizer()
    tokenizer.train("".join(random.Random(1).choices(letters, k=20_000)) + letters[0] * 3000, 600)
    return tokenizer, tiktoken_of(tokenizer)


@given(st.sampled_from(["ACGT", "ab", "あいうえ", "aé"]), st.integers(0, 1000), st.integers(60, 5000), st.integers(0, 2000))
@example("ACGT", 1, 300_000, 0)  # more ids than come back in one step
def test_one_long_piece_is_encoded_as_by_tiktoken(letters, seed, length, run):
    tokenizer, encoding = trained_on_genes(letters)
    text = "".join(random.Random(seed).choices(letters, k=length))
    text = text[: length // 2] + letters[0] * run + text[length // 2 :]
    expected = encoding.encode(text)
    assert tokenizer.encode(text) == expected
    assert tokenizer.encode_array(text).tolist() == expected
    assert tokenizer.count(text) == len(expected)
    assert tokenizer.encode_batch(["a", text]) == [encoding.encode("a"), expected]


@pytest.mark.timing(alone=False)
@pytest.mark.parametrize("unit", ["x", "^", " ", "é", "ab", "\n", "0"])
def test_long_repeats_take_no_longer(unit):
    text = unit * 300_000
    ids = trained().encode_array(text)
    assert trained().count(text) == len(ids)
    assert trained().decode(ids) == text


def seconds_of_encoding(tokenizer: Tokenizer, text: str) -> float:
    """The processor's time, which other processes change little."""
    start = time.process_time()
    ids = tokenizer.encode_array(text)
    seconds = time.process_time() - start
    assert tokenizer.decode(ids) == text
    return seconds


@pytest.mark.timing(alone=False)
@pytest.mark.parametrize(("name", "most"), [("trained on runs", 10_000_000), ("any ranks", 1_000_000)])
@pytest.mark.parametrize("unit", ["x", "^", " "])
def test_millions_of_equal_characters_take_n_log_n(unit, name, most):
    """Four times as much text takes a little more than four times as long; were it quadratic, sixteen times."""
    if name == "any ranks":
        lengths = random.Random(1).sample(range(2, 40), 38)
        tokens = {bytes([byte]): byte for byte in range(256)} | {unit.encode() * n: i for i, n in enumerate(lengths, 256)}
        tokenizer = Tokenizer.from_mergeable_ranks(tokens, "gpt2")
    else:
        tokenizer = Tokenizer("gpt2")
        tokenizer.train(f"{unit * 5000} a {unit * 77}", 270)
    short, long = (seconds_of_encoding(tokenizer, unit * n) for n in (most // 4, most))
    assert long < 8 * short


# ---- Special tokens --------------------------------------------------------------------------------------------------

name_sets = st.one_of(st.just("all"), st.sets(st.sampled_from([name for name in SPECIAL if name != "<|end"])))


@given(texts_with_names, name_sets, name_sets)
def test_special_tokens_are_tiktokens(text, allowed, disallowed):
    peer = SPECIAL_PEER
    try:
        expected = peer.encode(text, allowed_special=allowed, disallowed_special=disallowed)
    except ValueError:
        with pytest.raises(ValueError, match="which is disallowed: it is the name of a special token"):
            SPECIAL_OURS.encode(text, allowed_special=allowed, disallowed_special=disallowed)
        return
    options: dict[str, Any] = {"allowed_special": allowed, "disallowed_special": disallowed}
    assert SPECIAL_OURS.encode(text, **options) == expected
    assert SPECIAL_OURS.encode(text.encode(), **options) == expected
    assert SPECIAL_OURS.count(text, **options) == len(expected)
    assert SPECIAL_OURS.encode_batch(["a", text], **options) == [peer.encode("a"), expected]


SPECIAL_OURS = Tokenizer.from_mergeable_ranks(
    random_ranks(1), "gpt4", {name: 5000 + i for i, name in enumerate(SPECIAL) if name != "<|end"}
)
SPECIAL_PEER = tiktoken_of(SPECIAL_OURS)


@given(st.lists(texts_with_names, min_size=1, max_size=30), st.integers(1, 60), st.integers(1, 60))
def test_special_tokens_in_a_text_of_many_steps(parts, step, long_stretch):
    text = "a b " * 20 + "".join(parts)
    expected = SPECIAL_PEER.encode(text, allowed_special="all")
    told = []
    with mock.patch.object(special_names, "STEP_NBYTES", step), mock.patch.object(_model, "LONG_STRETCH", long_stretch):
        assert SPECIAL_OURS.encode(text.encode(), allowed_special="all") == expected
        assert SPECIAL_OURS.count(text.encode(), allowed_special="all") == len(expected)
        progress = lambda done, _: told.append(done)  # noqa: E731
        assert SPECIAL_OURS.encode_batch([text], allowed_special="all", progress=progress) == [expected]
    assert told[-1] == len(text.encode())


def test_special_tokens_where_regex_splits():
    ours = Tokenizer.from_mergeable_ranks(random_ranks(1), r"(?<=a)b+|\w+|\W", {"<|end|>": 5000, "<|x|>": 5001})
    peer = tiktoken_of(ours)
    text = "ab abb<|end|>a b<|x|><|end|>ab " * 50
    expected = peer.encode(text, allowed_special="all")
    told = []
    assert ours.encode(text, allowed_special="all") == ours.encode(text.encode(), allowed_special="all") == expected
    assert ours.encode(text[:30], allowed_special="all") == peer.encode(text[:30], allowed_special="all")
    progress = lambda done, _: told.append(done)  # noqa: E731
    assert ours.encode_batch([text, "ab"], allowed_special="all", progress=progress) == [expected, peer.encode("ab")]
    assert told[-1] == len(text) + 2


def test_special_tokens_are_found_in_what_surrogates_become():
    tokenizer = of_bytes(special_tokens=["<\N{THUMBS UP SIGN}>", "\ufffd"])
    peer = tiktoken_of(tokenizer)
    for text in ("a<\ud83d\udc4d>", "\ud83d", "\udc4d\ufffd<"):
        expected = peer.encode(text, allowed_special="all")
        assert tokenizer.encode(text, allowed_special="all") == expected
        assert tokenizer.encode_batch(["a", text], allowed_special="all") == [[97], expected]


def test_the_longest_special_token_is_taken():
    tokenizer = trained()
    special = tokenizer.special_tokens
    assert tokenizer.encode("<|endoftext|><|end<|end|>", allowed_special="all") == [
        special["<|endoftext|>"],
        special["<|end"],
        special["<|end|>"],
    ]
    assert tokenizer.encode("<|end|>", allowed_special={"<|end"}, disallowed_special=())[0] == special["<|end"]


def test_what_is_disallowed_is_named_with_its_place():
    with pytest.raises(ValueError, match=r"^the text holds '<\|pad\|>' at character 3, which is disallowed"):
        trained().encode("abc<|pad|>")
    with pytest.raises(ValueError, match="'b' at character 1"):
        trained().encode("abc", disallowed_special={"b"})
    with pytest.raises(ValueError, match=r"^text 1: the text holds '<\|pad\|>'"):
        trained().encode_batch(["a", "<|pad|>"])


@pytest.mark.parametrize("names", ["<|pad|>", 5, [5]])
def test_names_are_a_collection(names):
    with pytest.raises(TypeError, match="allowed_special must"):
        trained().encode("text", allowed_special=names)
    with pytest.raises(TypeError, match="disallowed_special must"):
        trained().encode("text", disallowed_special=names)


@pytest.mark.parametrize(
    ("names", "error", "message"),
    [
        ("<|end|>", TypeError, "special_tokens must be names.* not one str"),
        ({"<|end|>": 5}, TypeError, "ids of their own are for from_mergeable_ranks"),
        ([5], TypeError, "must be str, not int"),
        ([""], ValueError, "cannot be empty"),
        (["a", "a"], ValueError, "'a' is given twice"),
        (["\ud800"], ValueError, "lone surrogate"),
    ],
)
def test_wrong_special_tokens_are_named(names, error, message):
    with pytest.raises(error, match=message):
        Tokenizer(special_tokens=names)


# ---- Wrong texts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encode", [Tokenizer.encode, Tokenizer.encode_array, Tokenizer.count, Tokenizer.encode_ordinary])
def test_what_is_no_text_is_named(encode: Any):
    for text in (None, 5, ["a"], array("I", [1])):
        with pytest.raises(TypeError, match="text must be str, bytes or another buffer of bytes, not"):
            encode(of_bytes(), text)
    with pytest.raises(InvalidDocumentError, match="text is not valid UTF-8 at byte 1"):
        encode(of_bytes(), b"a\x80")


def test_wrong_texts_of_a_batch_are_numbered():
    with pytest.raises(TypeError, match=r"^text 1: text must be str"):
        of_bytes().encode_batch(["a", None])
    with pytest.raises(InvalidDocumentError, match=r"^text 2: text is not valid UTF-8 at byte 0") as caught:
        of_bytes().encode_batch(["a", b"b", b"\xff"])
    assert (caught.value.index, caught.value.offset) == (2, 0)
    with pytest.raises(TypeError, match="texts must be an iterable of texts, not one str"):
        of_bytes().encode_batch("text")


@given(st.lists(st.one_of(plain_texts, plain_texts.map(str.encode)), max_size=10), st.integers(1, 3))
def test_batches_are_encoded_one_by_one(texts, threads):
    tokenizer = trained()
    expected = [tokenizer.encode(text, disallowed_special=()) for text in texts]
    assert tokenizer.encode_batch(iter(texts), threads, disallowed_special=()) == expected


def test_a_long_text_of_a_batch_that_takes_an_id_for_each_byte():
    texts = ["я" * 200_000, "a", "b" * 400_000]
    expected = [[0xD1, 0x8F] * 200_000, [97], [98] * 400_000]
    for threads in (1, 2, 3):
        assert of_bytes("gpt4").encode_batch(texts, threads) == expected


# ASCII texts, short and long, with special tokens in them, and one that is cut into steps.
BATCH = ["some text", "", "a<|end|>b", b"bytes", *["short text"] * 50, "long text " * 300]


@pytest.fixture
def small_steps(monkeypatch):
    """Every hook is due at once, and little text is done in one step."""
    monkeypatch.setattr(progress, "INTERVAL_SECONDS", -1)
    monkeypatch.setattr(_model, "BATCH_NBYTES", 100)
    monkeypatch.setattr(utf8, "STEP_NBYTES", 1000)


@pytest.mark.parametrize("options", [{"disallowed_special": ()}, {"allowed_special": "all"}])
@pytest.mark.parametrize("pattern", ["gpt2", "[a-z]+"])
@pytest.mark.usefixtures("small_steps")
def test_progress_of_a_batch_is_in_bytes(pattern, options):
    tokenizer = of_bytes(pattern, special_tokens=["<|end|>"])
    total = sum(map(len, BATCH))
    for given_texts, known in ((BATCH, total), (tuple(BATCH), total), (iter(BATCH), None)):
        told: list[tuple[int, int | None]] = []
        ids = tokenizer.encode_batch(given_texts, 2, **options, progress=lambda *call: told.append(call))  # noqa: B023
        assert ids == tokenizer.encode_batch(BATCH, **options)
        done = [done for done, _ in told]
        assert done == sorted(done)
        assert len(set(done)) >= 5
        assert done[-1] == total
        assert {total for _, total in told} == {known}


@pytest.mark.usefixtures("small_steps")
def test_progress_of_a_long_text_is_told_within_it():
    told: list[int] = []
    tokenizer = trained()
    tokenizer.encode_batch([b"long text " * 1000], 1, disallowed_special=(), progress=lambda done, _: told.append(done))
    assert len(told) >= 10


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.usefixtures("small_steps")
def test_ctrl_c_waits_for_no_long_text_of_a_batch(monkeypatch, threads):
    """It gets through between two calls of the core, so none takes more than a step, whatever texts there are."""
    monkeypatch.setattr(batches, "BATCH_CHARACTERS", 200)
    steps: list[int] = []
    for name, nbytes in (("feed", len), ("feed_batch", lambda piece: len(piece.text))):
        call = getattr(native_bpe.Encoder, name)

        def counting(self, text, *rest, call=call, nbytes=nbytes):
            steps.append(nbytes(text))
            return call(self, text, *rest)

        monkeypatch.setattr(native_bpe.Encoder, name, counting)
    texts = ["a", "long text " * 1000, "short", "tr\u00e8s long " * 1000, b"bytes " * 1000, "b <|end|>" * 500]
    tokenizer = of_bytes("gpt2", special_tokens=["<|end|>"])
    for options in ({"disallowed_special": ()}, {"allowed_special": "all"}):
        steps.clear()
        ids = tokenizer.encode_batch(texts, threads, **options)
        assert max(steps) <= 1000 * threads
        assert ids == [tokenizer.encode(text, **options) for text in texts]


@pytest.mark.parametrize("pattern", NAMES)
def test_threads_share_the_steps_of_a_long_text(monkeypatch, pattern):
    monkeypatch.setattr(_model, "BATCH_NBYTES", 1000)
    tokenizer = trained(pattern)
    for text in (BOOK[:700_000], BOOK[:300_000] + "".join(TRICKY) * 400 + "\ud800", "我非常渴望" * 50_000, "x" * 300_000):
        ids = tokenizer.encode_ordinary(text)
        for threads in (2, 3):
            assert tokenizer.encode_batch([text], threads, disallowed_special=()) == [ids]


def test_progress_of_texts_that_are_not_ascii_has_no_total():
    told: list[tuple[int, int | None]] = []
    trained().encode_batch(["\u00e9\ud800", "\u2603"], progress=lambda *call: told.append(call))
    assert told[-1] == (2 + 3 + 3, None)


def test_progress_of_decoding_a_batch_is_in_lists():
    for given_ids, total in (([[97], [98, 99]], 2), (iter([[97], [98, 99]]), None)):
        told: list[tuple[int, int | None]] = []
        assert trained().decode_batch(given_ids, progress=lambda *call: told.append(call)) == ["a", "bc"]  # noqa: B023
        assert told == [(2, total)]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, TypeError, LookupError])
@pytest.mark.usefixtures("small_steps")
def test_what_the_progress_of_a_batch_raises_passes_through(error):
    tokenizer = trained()

    def cancel(done: int, total: int | None) -> None:
        raise error("mine")

    for texts in (BATCH, [b"long text " * 1000]):
        with pytest.raises(error, match=r"^'?mine'?$"):
            tokenizer.encode_batch(texts, disallowed_special=(), progress=cancel)
    with pytest.raises(error, match=r"^'?mine'?$"):
        tokenizer.decode_batch([[97]], progress=cancel)
    assert tokenizer.decode_batch(tokenizer.encode_batch(["as before"])) == ["as before"]


def test_progress_of_a_batch_is_checked_before_the_texts_are_asked_for():
    texts = iter(["a"])
    with pytest.raises(TypeError, match="progress must be callable"):
        of_bytes().encode_batch(texts, progress=5)
    with pytest.raises(TypeError, match="progress must be callable"):
        of_bytes().decode_batch(texts, progress=5)
    assert next(texts) == "a"


# ---- Decoding --------------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 604)), st.sampled_from(["replace", "ignore", "backslashreplace"]))
def test_any_ids_decode(ids, errors):
    tokenizer = trained()
    tokens = [tokenizer.token_bytes(each) for each in ids]
    whole = b"".join(tokens)
    for given_ids in (ids, tuple(ids), iter(ids), array("I", ids), np.array(ids, "uint32"), np.array(ids, "int64")):
        assert tokenizer.decode_bytes(given_ids) == whole
    assert tokenizer.decode(ids, errors) == whole.decode("utf-8", errors)
    assert tokenizer.decode_batch([ids, []], errors) == [whole.decode("utf-8", errors), ""]
    assert tokenizer.decode_tokens_bytes(ids) == tokens


def test_wrong_lists_of_a_batch_are_numbered():
    with pytest.raises(ValueError, match=r"^list 2: the id 1000000, at index 1, does not exist$"):
        trained().decode_batch([[97], [], [97, 1_000_000]])
    with pytest.raises(TypeError, match=r"^list 1: the id at index 3 must be an int, not str$"):
        trained().decode_batch(iter([[97], [97, 97, 97, "a"]]))
    with pytest.raises(UnicodeDecodeError, match=r"invalid start byte, in list 1$") as caught:
        trained().decode_batch([[97], [97, 0xFF]], errors="strict")
    assert (caught.value.object, caught.value.start) == (b"a\xff", 1)
    with pytest.raises(LookupError, match=r"^unknown error handler name 'x'$"):
        trained().decode_batch([[0xFF]], errors="x")


@given(texts_with_names)
def test_offsets_are_tiktokens(text):
    ids = SPECIAL_OURS.encode(text, allowed_special="all")
    assert SPECIAL_OURS.decode_with_offsets(ids) == SPECIAL_PEER.decode_with_offsets(ids)


@given(st.lists(st.integers(0, 604)), st.sampled_from(["replace", "ignore"]), st.integers(1, 5))
def test_a_stream_decodes_as_a_whole(ids, errors, size):
    tokenizer = trained()
    decoder = tokenizer.decoder(errors)
    parts = [decoder.decode(ids[start : start + size]) for start in range(0, len(ids), size)]
    assert "".join(parts) + decoder.decode([], final=True) == tokenizer.decode(ids, errors)


def test_a_stream_never_splits_a_character():
    decoder = trained().decoder()
    assert isinstance(decoder, IncrementalDecoder)
    assert [decoder.decode(byte) for byte in "é€".encode()] == ["", "é", "", "", "€"]
    decoder.decode(0xC3)
    with pytest.raises(ValueError, match="the id 9999, at index 0, does not exist"):
        decoder.decode(9999)
    assert decoder.decode(0xA9) == "é"
    decoder.decode(0xC3)
    decoder.reset()
    assert decoder.decode(97, final=True) == "a"
    assert decoder.decode(np.array(97)) + decoder.decode(np.uint32(98)) + decoder.decode(np.array([99])) == "abc"
    with pytest.raises(LookupError, match="unknown error handler name 'sloppy'"):
        trained().decoder("sloppy")


@pytest.mark.parametrize(("ids", "index"), [([605], 0), ([97, 601, 1 << 31], 2), ([97, -1], 1), ([97, 98, 1 << 40], 2)])
def test_ids_that_do_not_exist_are_named(ids, index):
    tokenizer = trained()
    for decode in (tokenizer.decode, tokenizer.decode_bytes, tokenizer.decode_tokens_bytes, tokenizer.decode_with_offsets):
        with pytest.raises(ValueError, match=rf"^the id {ids[index]}, at index {index}, does not exist$"):
            decode(ids)
    with pytest.raises(ValueError, match=f"^the id {ids[index]} does not exist$"):
        tokenizer.token_bytes(ids[index])


@pytest.mark.parametrize(
    "ids",
    [5, "97", b"a", None, [1.5], ["a"], [None], np.array([[97, 98]]), np.array([[97, 98]], "uint32"), [97, np.array(1.5)]],
    ids=repr,
)
def test_what_are_no_ids_is_named(ids):
    with pytest.raises(TypeError, match="must be an"):
        trained().decode(ids)


def test_many_ids_are_decoded_in_slices(monkeypatch):
    monkeypatch.setattr("text_processor.bpe._model.SLICE_IDS", 3)
    ids = [600, 97, 98, 99, 100, 601, 602, 97, 603]
    assert trained().decode(ids) == "<|end|>abcd<|endoftext|><|pad|>a<|end"
    assert [len(each) for each in trained().decode_tokens_bytes(ids)] == [7, 1, 1, 1, 1, 13, 7, 1, 5]


def test_long_lists_are_made_in_slices(monkeypatch):
    monkeypatch.setattr(native_status, "SLICE_ENTRIES", 3)
    assert trained().encode("0123456789" * 3) == trained().encode_array("0123456789" * 3).tolist()


# ---- The object ------------------------------------------------------------------------------------------------------


def test_a_fresh_one_knows_bytes():
    tokenizer = Tokenizer("o200k")
    assert tokenizer.pattern == bpe.O200K_PATTERN
    assert (tokenizer.vocab_size, tokenizer.merges, tokenizer.special_tokens) == (256, {}, {})
    assert tokenizer.mergeable_ranks() == {bytes([byte]): byte for byte in range(256)}


def test_repr_is_short():
    assert repr(Tokenizer("nanochat")) == "Tokenizer(pattern='nanochat', vocab_size=256, trained=False)"
    assert repr(trained()) == "Tokenizer(pattern='gpt4', vocab_size=605, special_tokens=5)"
    assert repr(Tokenizer("[a-z]+")) == "Tokenizer(pattern='[a-z]+', vocab_size=256, trained=False)"


def test_equality_is_that_of_answers():
    same = Tokenizer.from_mergeable_ranks(trained().mergeable_ranks(), "gpt4", trained().special_tokens)
    assert same == trained()
    assert same.merges == trained().merges
    others = (
        Tokenizer(),
        Tokenizer.from_mergeable_ranks(trained().mergeable_ranks(), "gpt2", trained().special_tokens),
        Tokenizer.from_mergeable_ranks(trained().mergeable_ranks(), "gpt4", {"<|end|>": 600}),
        "a tokenizer",
    )
    assert all(other != trained() for other in others)
    with pytest.raises(TypeError, match="unhashable"):
        hash(same)


class Named(Tokenizer):
    """A subclass with an attribute."""

    name = ""


def test_threads_do_not_cut_a_text_of_one_piece():
    """Each step of a text that several threads share ended a piece that went on behind it."""
    tokenizer = Tokenizer("gpt4")
    text = "".join(random.Random(1).choices("ACGT", k=100_000)) * 25
    tokenizer.train(text[:200_000], 400)
    expected = tokenizer.encode_array(text)
    assert tokenizer.encode_batch([text], 2, output="flat")[0] == expected
    assert tokenizer.count_batch([text, "a"], 2) == [len(expected), 1]


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda each: pickle.loads(pickle.dumps(each))])
def test_copies_are_independent(duplicate):
    tokenizer = Named(special_tokens=["<|end|>"])
    tokenizer.train("abab abab", 260)
    tokenizer.name = "mine"
    twin = duplicate(tokenizer)
    assert (type(twin), twin, twin.name) == (Named, tokenizer, "mine")
    twin.train("something else", 300)
    assert twin != tokenizer
    assert tokenizer.vocab_size == 260


def test_a_wrong_state_is_refused():
    for state in (None, (b"", {}, 1), ("", {}), (b"text", {})):
        with pytest.raises(InvalidTokenizerError):
            Tokenizer.__new__(Tokenizer).__setstate__(state)


def test_threads_encode_while_another_one_trains():
    tokenizer, errors = copy.copy(trained()), []
    allowed = [trained().encode("the lord said"), of_bytes().encode("the lord said")]

    def encode() -> None:
        found = [tokenizer.encode("the lord said") for _ in range(300)]
        errors.extend(ids for ids in found if ids not in allowed)

    threads = [threading.Thread(target=encode) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(20):
        tokenizer.train("", 256)
        tokenizer._model = trained()._model
    for thread in threads:
        thread.join()
    assert errors == []


def test_ranks_that_no_merges_make_have_none():
    ranks = {bytes([byte]): byte for byte in range(256)} | {b"abc": 256}
    tokenizer = Tokenizer.from_mergeable_ranks(ranks, "gpt4")
    assert tokenizer.encode("abc") == [256]
    with pytest.raises(ValueError, match="there are no merges that make the token b'abc' with the id 256"):
        _ = tokenizer.merges


@pytest.mark.parametrize(
    ("ranks", "error", "message"),
    [
        ({}, ValueError, "is missing"),
        ({token: rank for token, rank in BYTES.items() if token != b"x"}, ValueError, "b'x' is missing"),
        (BYTES | {b"ab": 97}, ValueError, r"the token b'ab' with the id 97"),
        (BYTES | {"ab": 256}, TypeError, "the token 'ab' must be bytes, not str"),
        (BYTES | {b"ab": "256"}, TypeError, "the id of the token b'ab' must be an int, not str"),
        (BYTES | {b"ab": -1}, ValueError, "the id of the token b'ab' must be from 0 to 4294967294, not -1"),
        (BYTES | {b"ab": 2**32 - 1}, ValueError, "from 0 to 4294967294, not 4294967295"),
        ([b"a"], TypeError, "ranks must be a mapping of bytes to ids, not list"),
    ],
)
def test_wrong_ranks_are_named(ranks, error, message):
    with pytest.raises(error, match=message):
        Tokenizer.from_mergeable_ranks(ranks, "gpt4")


def test_special_tokens_have_ids_of_their_own():
    tokenizer = Tokenizer.from_mergeable_ranks(BYTES | {b"ab": 1000}, "gpt4", ["<|a|>", "<|b|>"])
    assert tokenizer.special_tokens == {"<|a|>": 1001, "<|b|>": 1002}
    with pytest.raises(ValueError, match=r"'<\|a\|>' has the id 97, which a token of the vocabulary has"):
        Tokenizer.from_mergeable_ranks(BYTES, "gpt4", {"<|a|>": 97})
    with pytest.raises(TypeError, match="must be an int, not bool"):
        Tokenizer.from_mergeable_ranks(BYTES, "gpt4", {"a": True})
    with pytest.raises(ValueError, match="the id of the special token 'b' must be from 0 to 4294967294, not 4294967295"):
        Tokenizer.from_mergeable_ranks(BYTES | {b"ab": 2**32 - 3}, "gpt4", ["a", "b"])


# ---- Patterns and packages -------------------------------------------------------------------------------------------


def test_wrong_patterns_are_named():
    with pytest.raises(TypeError, match="pattern must be str"):
        Tokenizer(5)
    with pytest.raises(ValueError, match=r"'\(' is no regular expression: the group at character 0 is not closed"):
        Tokenizer("(")
    for name in ("cl100k_base", "GPT-4", "o200k_harmony"):
        with pytest.raises(ValueError, match=f"^no pattern is called '{name}'; those that have names are 'gpt2', 'r50k'"):
            Tokenizer(name)
    assert of_bytes("(?:cl100k_base)").encode("of cl100k_base") == list(b"cl100k_base")
    assert regex.error is not None


@pytest.mark.parametrize(
    ("module", "extra", "call"),
    [("regex", "regex", lambda: Tokenizer("(?<=never seen)x")), ("tiktoken", "tiktoken", lambda: Tokenizer().to_tiktoken())],
)
def test_missing_packages_are_named(monkeypatch, module, extra, call):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError, match=rf"needs {module}, .*pip install '\.\[{extra}\]'$"):
        call()


def test_to_tiktoken_encodes_the_same():
    encoding = trained().to_tiktoken("mine")
    assert (encoding.name, encoding.n_vocab) == ("mine", 605)
    assert encoding.encode("in the beginning") == trained().encode("in the beginning")


def test_the_package_loads_it_when_it_is_asked_for():
    code = (
        "import sys, text_processor; before = 'text_processor.bpe' in sys.modules;"
        "print(before, text_processor.bpe.Tokenizer is text_processor.Tokenizer, 'Tokenizer' in dir(text_processor))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True", "True"]
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = text_processor.nothing  # type: ignore[attr-defined, unused-ignore]
