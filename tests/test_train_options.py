"""Options of training, held against Hugging Face's trainer; and going on, held against the plain way."""

from __future__ import annotations

import json
import re
from array import array
from collections import Counter
from collections.abc import Callable
from copy import copy
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pytest
import tokenizers
from bpe_texts import BOOK, trained
from hypothesis import assume, example, given
from hypothesis import strategies as st
from test_train import hf_splits, to_bytes
from tokenizers import decoders, models, pre_tokenizers, trainers

from text_processor import PieceCounts, Tokenizer
from text_processor._native import process as native_process
from text_processor._native.bpe import Pieces, Trainer
from text_processor.bpe import _training
from text_processor.bpe._stages import utf8
from text_processor.bpe._training import Plan

END = "<|end|>"

# Few different characters make many ties, runs and long tokens.
texts = st.one_of(st.text("ab ", max_size=120), st.text("aab\n 1!'é我", max_size=120))


def merges_of(tokenizer: Tokenizer) -> list[tuple[int, int]]:
    return list(tokenizer.merges)


# ---- Like Hugging Face -------------------------------------------------------------------------------------------------


def hf_tokens(documents: list[str], vocab_size: int, **options: int) -> list[bytes]:
    tokenizer = tokenizers.Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=vocab_size, initial_alphabet=alphabet, show_progress=False, **options)
    tokenizer.train_from_iterator(documents, trainer)
    return [to_bytes(left + right) for left, right in json.loads(tokenizer.to_str())["model"]["merges"]]


def our_tokens(documents: list[str], n_merges: int, least_count: int = 0, most_nbytes: int | None = None) -> list[bytes]:
    """Train on pieces as Hugging Face splits, whatever version of Unicode it has."""
    pieces, tokens = Pieces(), [bytes([byte]) for byte in range(256)]
    pieces.add_split(hf_splits(documents))
    made = _training.merge(pieces, Plan(n_merges, 1, 1, None, least_count, most_nbytes))
    for left, right in zip(made[::2], made[1::2], strict=True):
        tokens.append(tokens[left] + tokens[right])
    return tokens[256:]


# Its limit of n lets tokens of n - 1 bytes pass, and every pair of bytes.
@given(st.lists(texts, max_size=5), st.integers(0, 6), st.none() | st.integers(2, 9))
@example(["aaaa aaa aa a", "aaaaa"], 2, 3)
def test_limits_are_those_of_hugging_face(documents: list[str], least_count: int, most_nbytes: int | None) -> None:
    options = {} if most_nbytes is None else {"max_token_length": most_nbytes + 1}
    expected = hf_tokens(documents, 2000, min_frequency=least_count, **options)
    assert our_tokens(documents, 1744, least_count, most_nbytes) == expected


@pytest.mark.parametrize("limits", [(40, None), (0, 4), (10, 7)], ids=["frequency", "length", "both"])
def test_limits_on_a_book(limits: tuple[int, int | None]) -> None:
    (least_count, most_nbytes), text = limits, BOOK[:300_000]
    tokenizer = Tokenizer("gpt2")
    tokenizer.train(text, 3000, tie_break="hf", min_frequency=least_count, max_token_length=most_nbytes)
    options = {} if most_nbytes is None else {"max_token_length": most_nbytes + 1}
    made = hf_tokens([text], 3000, min_frequency=least_count, **options)
    assert [token for token in tokenizer.mergeable_ranks() if len(token) > 1] == made
    assert len(made) < 2744 or most_nbytes == 4


def test_the_limits_are_options_of_all_ways_to_train() -> None:
    limits = {"min_frequency": 2, "max_token_length": 3}
    text, expected, counts = "low lower lowest slow " * 3 + "x yz", Tokenizer(), PieceCounts()
    expected.train(text, 400, **limits)  # type: ignore[arg-type]
    assert max(map(len, expected.mergeable_ranks())) == 3
    assert b"yz" not in expected.mergeable_ranks()
    counts.add(text)
    for train in (
        lambda tokenizer: tokenizer.train_from_iterator([text], 400, **limits),
        lambda tokenizer: tokenizer.train_from_iterator(pa.array([text]), 400, **limits),
        lambda tokenizer: tokenizer.train_from_counts(counts, 400, **limits),
        lambda tokenizer: tokenizer.train_from_counts({text: 1}, 400, **limits),
        lambda tokenizer: tokenizer.extend(text, 400, **limits),
    ):
        tokenizer = Tokenizer()
        train(tokenizer)
        assert tokenizer == expected


def test_hugging_faces_alphabet_is_no_option() -> None:
    with pytest.raises(TypeError, match="limit_alphabet"):
        Tokenizer().train("a", 300, limit_alphabet=100)  # type: ignore[call-arg]


# ---- Texts with counts -------------------------------------------------------------------------------------------------


@given(st.dictionaries(texts, st.integers(0, 4), max_size=6))
def test_texts_with_counts_are_texts_that_often(counts: dict[str, int]) -> None:
    expected, tokenizer, pieces = Tokenizer(), Tokenizer(), PieceCounts()
    expected.train_from_iterator(list(Counter(counts).elements()), 300)
    tokenizer.train_from_counts(counts, 300)
    pieces.add_counts({text.encode(): number for text, number in counts.items()})
    assert merges_of(tokenizer) == merges_of(expected)
    assert pieces.total_bytes() == sum(len(text.encode()) * number for text, number in counts.items())


def test_counts_beyond_memory() -> None:
    tokenizer = Tokenizer()
    tokenizer.train_from_counts({"ab": 1 << 40, "cd": (1 << 40) + 1}, 257)
    assert merges_of(tokenizer) == [(99, 100)]
    with pytest.raises(OverflowError, match="2\\^48 bytes"):
        tokenizer.train_from_counts({"ab": 1 << 47}, 257)
    assert merges_of(tokenizer) == [(99, 100)]


# ---- Special tokens in the text ----------------------------------------------------------------------------------------


def parts_of(document: str, names: list[str]) -> list[str]:
    """What is between names, of which the leftmost counts, and the longest of those that begin together."""
    return re.split("|".join(map(re.escape, sorted(names, key=len, reverse=True))), document)


def train_on_a_list(tokenizer: Tokenizer, documents: list[str], _size: int) -> None:
    tokenizer.train_from_iterator(documents, 300, allowed_special="all")


def train_one_by_one(tokenizer: Tokenizer, documents: list[str], _size: int) -> None:
    tokenizer.train_from_iterator(map(utf8.encoded, documents), 300, allowed_special="all")


def train_on_streams(tokenizer: Tokenizer, documents: list[str], size: int) -> None:
    counts = PieceCounts(tokenizer.pattern, special_tokens=tokenizer.special_tokens)
    for document in documents:
        counts.add_stream(_Blocks(utf8.encoded(document), size))
    tokenizer.train_from_counts(PieceCounts.from_bytes(counts.to_bytes()), 300)


@given(
    st.lists(st.lists(st.sampled_from(["a", "ab ", "b", "\ud83d", "<", END, "<|end|>x", "é"])).map("".join), max_size=4),
    st.sampled_from(["gpt4", r"(?<=\w)\d+|\p{L}+|."]),
    st.sampled_from([train_on_a_list, train_one_by_one, train_on_streams]),
    st.integers(1, 20),
)
@example(["aé<|end|>"], "gpt4", train_on_streams, 9)
def test_names_are_cut_out(documents: list[str], pattern: str, train: Callable[..., None], size: int) -> None:
    pytest.importorskip("regex")
    names = [END, "<|end|>x"]
    expected, tokenizer = Tokenizer(pattern), Tokenizer(pattern, special_tokens=names)
    expected.train_from_iterator([part for document in documents for part in parts_of(document, names)], 300)
    train(tokenizer, documents, size)
    assert merges_of(tokenizer) == merges_of(expected)


class _Blocks:
    """A stream that gives few bytes at once."""

    def __init__(self, data: bytes, size: int) -> None:
        self._data, self._size = data, size

    def read(self, _nbytes: int = -1) -> bytes:
        block, self._data = self._data[: self._size], self._data[self._size :]
        return block


def test_names_are_text_unless_they_are_allowed() -> None:
    tokenizer = Tokenizer(special_tokens=[END])
    tokenizer.train(f"a{END}b " * 5, 300)
    assert b"|>" in tokenizer.mergeable_ranks()
    tokenizer.train(f"a{END}b " * 5, 300, allowed_special={END})
    assert not [token for token in tokenizer.mergeable_ranks() if b">" in token and len(token) > 1]
    tokenizer.train_from_iterator(pa.array([f"a{END}b "] * 5), 300, allowed_special="all")
    assert not [token for token in tokenizer.mergeable_ranks() if b">" in token and len(token) > 1]


def test_a_long_text_is_cut_everywhere() -> None:
    text, whole = (f"{END}the book ".join(BOOK[:2_500_000].split("the book"))), Tokenizer(special_tokens=[END])
    whole.train_from_iterator(text.split(END), 400)
    tokenizer = Tokenizer(special_tokens=[END])
    tokenizer.train(text, 400, allowed_special="all")
    assert tokenizer == whole


def test_counts_without_other_names_are_refused() -> None:
    plain, cut = PieceCounts(), PieceCounts(special_tokens=[END])
    assert cut.special_tokens == (END,)
    with pytest.raises(ValueError, match="without the special tokens"):
        plain.merge(cut)
    cut.merge(PieceCounts(special_tokens=[END]))


# ---- Going on ----------------------------------------------------------------------------------------------------------


def extended_plainly(pieces: list[bytes], merges: list[tuple[int, int]], n: int) -> list[tuple[int, int]]:
    """Make merges in the pieces, then the most frequent ones, n in all; smallest ids first."""
    split, made = [list(piece) for piece in pieces], list(merges)
    for index in range(n):
        if index >= len(merges):
            counts = Counter(pair for piece in split for pair in pairwise(piece))
            if not counts:
                break
            made.append(min(counts, key=lambda pair: (-counts[pair], pair)))
        split = [joined(piece, made[index], 256 + index) for piece in split]
    return made


def joined(piece: list[int], pair: tuple[int, int], token: int) -> list[int]:
    made: list[int] = []
    i = 0
    while i < len(piece):
        is_there = tuple(piece[i : i + 2]) == pair
        made.append(token if is_there else piece[i])
        i += 1 + is_there
    return made


@given(texts, texts, st.integers(0, 12), st.integers(0, 12))
@example("aaaa aaa", "aaaaa", 2, 9)
@example("abab", "ba ab", 2, 9)
def test_further_merges_are_those_of_the_plain_way(first: str, second: str, n_first: int, n_second: int) -> None:
    tokenizer = Tokenizer(r"\S+|\s+")
    tokenizer.train(first, 256 + n_first)
    assume(len(tokenizer.merges) > 0)
    old = merges_of(tokenizer)
    tokenizer.extend(second, 256 + len(old) + n_second)
    pieces = [piece.encode() for piece in re.findall(r"\S+|\s+", second)]
    assert merges_of(tokenizer) == extended_plainly(pieces, old, len(old) + n_second)


@pytest.mark.parametrize("tie_break", ["rustbpe", "hf"])
def test_going_on_with_a_book_is_training_at_once(tie_break: str) -> None:
    whole, counts = Tokenizer(), PieceCounts()
    whole.train(BOOK, 2000, tie_break=tie_break)  # type: ignore[arg-type]
    counts.add(BOOK)
    for text in (BOOK, counts):
        tokenizer = Tokenizer()
        tokenizer.train(BOOK, 600, tie_break=tie_break)  # type: ignore[arg-type]
        tokenizer.extend(text, 2000, tie_break=tie_break)  # type: ignore[arg-type]
        assert tokenizer == whole


def test_every_token_keeps_its_id(tmp_path: Path) -> None:
    tokenizer = Tokenizer(special_tokens=[END, "<|pad|>"])
    tokenizer.train(BOOK[:50_000], 400)
    before = tokenizer.get_vocab()
    tokenizer.extend(BOOK[50_000:200_000], 700)
    assert before.items() <= tokenizer.get_vocab().items()
    assert tokenizer.special_tokens == {END: 400, "<|pad|>": 401}
    assert sorted(tokenizer.mergeable_ranks().values()) == [*range(400), *range(402, 702)]
    assert tokenizer.decode(tokenizer.encode(BOOK[:500])) == BOOK[:500]
    tokenizer.save(tmp_path / "tokenizer")
    assert Tokenizer.load(tmp_path / "tokenizer") == tokenizer
    tokenizer.extend("", 700)
    assert len(tokenizer.mergeable_ranks()) == 700


def test_files_of_hugging_face_go_on_with_their_merges(tmp_path: Path) -> None:
    """Its trainer gives other ids to the bytes; its library then reads what was extended."""
    theirs = tokenizers.Tokenizer(models.BPE())
    theirs.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=500, initial_alphabet=alphabet, special_tokens=[END], show_progress=False)
    theirs.decoder = decoders.ByteLevel()
    theirs.train_from_iterator([BOOK[:50_000]], trainer)
    theirs.save(str(tmp_path / "first.json"))
    ours, plain = Tokenizer.load(tmp_path / "first.json"), Tokenizer("gpt2")
    before = ours.get_vocab()
    ours.extend(BOOK[:50_000], 800, tie_break="hf")
    plain.train(BOOK[:50_000], 800, tie_break="hf")
    assert before.items() <= ours.get_vocab().items()
    assert list(ours.mergeable_ranks())[499:] == list(plain.mergeable_ranks())[499:]
    ours.save_huggingface(tmp_path / "second.json")
    again = tokenizers.Tokenizer.from_file(str(tmp_path / "second.json"))
    assert again.encode(BOOK[:5000]).ids == ours.encode(BOOK[:5000])


@pytest.mark.parametrize(
    ("ranks", "message"),
    [
        ([b"ab", b"abcd"], "b'abcd'"),
        ([b"abc", b"ab"], "abc"),
    ],
    ids=["no pair", "order"],
)
def test_a_vocabulary_of_no_training_is_refused(ranks: list[bytes], message: str) -> None:
    tokens = [*(bytes([byte]) for byte in range(256)), *ranks]
    tokenizer = Tokenizer.from_mergeable_ranks({token: index for index, token in enumerate(tokens)}, "gpt4")
    with pytest.raises(ValueError, match=message):
        tokenizer.extend("abcd", 300)
    assert len(tokenizer.mergeable_ranks()) == 258


def test_without_memory_a_tokenizer_is_unchanged() -> None:
    tokenizer = copy(trained())
    before, n_failed = tokenizer.mergeable_ranks(), 0
    for nth in range(1, 60, 3):
        native_process.fail_allocation(nth)
        try:
            tokenizer.extend(BOOK[:3000], 900)
        except MemoryError:
            n_failed += 1
            native_process.fail_allocation(0)
            assert tokenizer.mergeable_ranks() == before
        finally:
            native_process.fail_allocation(0)
        tokenizer = copy(trained())
    assert n_failed > 5


def test_ctrl_c_and_progress_leave_it_unchanged() -> None:
    tokenizer = copy(trained())
    before = tokenizer.mergeable_ranks()
    told: list[tuple[int, int | None]] = []

    def stop(done: int, total: int | None) -> None:
        told.append((done, total))
        if total == 100:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tokenizer.extend(BOOK[:100_000], len(before) + 100, progress=stop)
    assert tokenizer.mergeable_ranks() == before


def test_merges_of_others_cannot_harm_the_core() -> None:
    """Pairs that are repeated, that are nowhere, and that take tokens which are not there yet."""
    pieces = Pieces()
    pieces.add_split([b"abab", b"aaa"])
    trainer = Trainer(pieces, 0)
    with pytest.raises(ValueError, match="no merge before it makes"):
        trainer.replay(array("I", [97, 98, 97, 98, 120, 121, 256, 300]))
    assert trainer.step(9).tolist() == [97, 97, 256, 256, 259, 97]
