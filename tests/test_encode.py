"""Encoding and decoding, held against tiktoken and Hugging Face's tokenizers: the same ids, whatever the vocabulary."""

from __future__ import annotations

import random
import sysconfig
import time
from array import array
from functools import cache
from itertools import accumulate
from pathlib import Path

import pytest
import tiktoken
import tokenizers
from hypothesis import example, given
from hypothesis import strategies as st
from tokenizers import models, pre_tokenizers

from text_processor._native import process as native_process
from text_processor._native.bpe import NAMED, PATTERNS, pattern_text
from text_processor._native.status import InvalidArgumentError, check
from text_processor._textproc_cffi import ffi, lib

KJV = (Path(__file__).parent.parent / "examples" / "kjv.txt").read_text(encoding="utf-8")

texts = st.one_of(
    st.text(st.sampled_from("ab "), max_size=200),
    st.text(st.sampled_from("the wordGod\n 1!'é我"), max_size=200),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=200),
)

TRICKY = [
    "",
    *("0" * n for n in range(1, 18)),
    *("rer", "'rer", "today\n ", "today\n \n", "today\n  \n", " \x850", "我非常渴望与人工智能一起工作", "நடிகர் சூர்யா", " Ġ除"),
    *("a\r\nb\r\n\r\n", "XMLHttpRequest", "a/b/c //comment", "'ſx", "'REx", "\u1c89", "\U0001e6c0", "\x1c", "\x85", "\u180e"),
    *("\u2028", "²³½Ⅷ", "１２３４", "\x00", "😀👍🏽", "e\u0301" * 20, "aaabdaaabac"),
    *("x" * n for n in (14, 15, 16, 17, 63, 64, 65, 66, 4095, 4096)),
    *(before + c * 10_000 + after for c in ("^", "0", "a", "'s", " ", "\n") for before in ("", " ") for after in ("", "\n")),
]


@pytest.fixture(params=native_process.cpu_features()["available"], autouse=True)
def variant(request):
    """Every test is run with each instruction set that there is."""
    native_process.select_simd(request.param)
    yield request.param
    native_process.select_simd(None)


# ---- Ours ------------------------------------------------------------------------------------------------------------


class Vocabulary:
    """The core's functions with Python's types."""

    def __init__(
        self, ranks: dict[bytes, int], merges: list[tuple[int, int]] | None = None, *, whole_pieces: bool = False
    ) -> None:
        place, error = ffi.new("tp_vocabulary **"), ffi.new("tp_error *")
        self.owner = ffi.gc(place, lib.tp_vocabulary_free_at)
        text, ends, ids = b"".join(ranks), array("Q", accumulate(map(len, ranks))), array("I", ranks.values())
        given = (text, len(text), ffi.from_buffer("uint64_t[]", ends), ffi.from_buffer("uint32_t[]", ids), len(ids))
        if merges is None:
            status = lib.tp_vocabulary_from_tokens(*given, False, place, error)
        else:
            c_merges = ffi.new("tp_merge[]", merges)
            status = lib.tp_vocabulary_from_tokens_and_merges(*given, False, c_merges, len(merges), whole_pieces, place, error)
        check(status, error)
        self.pointer = place[0]

    def encode(self, text: str, pattern: str = "gpt4", *, threads: int = 1) -> list[int]:
        data, error = text.encode(), ffi.new("tp_error *")
        ids, n_ids, used = ffi.new("uint32_t[]", len(data)), ffi.new("size_t *"), ffi.new("size_t *")
        known = (self.pointer, ffi.NULL, NAMED[PATTERNS[pattern]].pointer, data, len(data), True, threads)
        check(lib.tp_vocabulary_encode(*known, ids, len(data), n_ids, used, error), error)
        encoded = ffi.unpack(ids, n_ids[0]) if n_ids[0] else []
        check(lib.tp_vocabulary_encode(*known, ffi.NULL, 0, n_ids, used, error), error)
        assert (n_ids[0], used[0]) == (len(encoded), len(data))
        return encoded

    def encode_piece(self, piece: bytes) -> list[int]:
        error, ends = ffi.new("tp_error *"), ffi.new("uint64_t[1]", [len(piece)])
        ids, n_ids, used = ffi.new("uint32_t[]", len(piece)), ffi.new("size_t *"), ffi.new("size_t *")
        known = (self.pointer, ffi.NULL, piece, len(piece), ends, 1)
        check(lib.tp_vocabulary_encode_split(*known, ids, len(piece), n_ids, used, error), error)
        return ffi.unpack(ids, n_ids[0])

    def decode(self, ids: list[int]) -> bytes:
        nbytes, error = ffi.new("size_t *"), ffi.new("tp_error *")
        c_ids, capacity = ffi.new("uint32_t[]", ids), 0
        while True:
            found = ffi.new("uint8_t[]", capacity)
            status = lib.tp_vocabulary_decode(self.pointer, ffi.NULL, c_ids, len(ids), found, capacity, nbytes, ffi.NULL, error)
            if status != lib.TP_TOO_SMALL:
                check(status, error)
                return bytes(ffi.buffer(found, nbytes[0]))
            capacity = nbytes[0]

    def merges(self) -> list[tuple[int, int]]:
        n, error = ffi.new("size_t *"), ffi.new("tp_error *")
        lib.tp_vocabulary_get_merges(self.pointer, ffi.NULL, 0, n, ffi.NULL)
        found = ffi.new("tp_merge[]", n[0])
        check(lib.tp_vocabulary_get_merges(self.pointer, found, n[0], n, error), error)
        return [(merge.left, merge.right) for merge in found]


# ---- Theirs ----------------------------------------------------------------------------------------------------------


def tiktoken_of(ranks: dict[bytes, int], pattern: str = "gpt4") -> tiktoken.Encoding:
    return tiktoken.Encoding(name="ours", pat_str=pattern_text(PATTERNS[pattern]), mergeable_ranks=ranks, special_tokens={})


@cache
def byte_characters() -> list[str]:
    """The character that stands for each byte in Hugging Face's byte-level alphabet."""
    own = {*range(33, 127), *range(161, 173), *range(174, 256)}
    others = iter(range(256, 512))
    return [chr(byte) if byte in own else chr(next(others)) for byte in range(256)]


def written(token: bytes) -> str:
    return "".join(byte_characters()[byte] for byte in token)


def hugging_face_of(
    ranks: dict[bytes, int], merges: list[tuple[int, int]], *, ignore_merges: bool, pattern: str = "gpt4"
) -> tokenizers.Tokenizer:
    token_of = {token_id: written(token) for token, token_id in ranks.items()}
    model = models.BPE(
        vocab={written(token): token_id for token, token_id in ranks.items()},
        merges=[(token_of[left], token_of[right]) for left, right in merges],
        ignore_merges=ignore_merges,
    )
    made = tokenizers.Tokenizer(model)
    split = pre_tokenizers.Split(tokenizers.Regex(HF_TEXT), "isolated")
    made.pre_tokenizer = pre_tokenizers.Sequence([split, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    return made


# Their engine has no possessive quantifier behind braces, and needs none here.
HF_TEXT = pattern_text(PATTERNS["cl100k"])


# ---- Vocabularies ----------------------------------------------------------------------------------------------------


@cache
def sources() -> str:
    paths = sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))
    return "".join(path.read_text(encoding="utf-8", errors="replace") for path in paths)[:3_000_000]


@cache
def trained(name: str) -> dict[bytes, int]:
    text, size = {"kjv": (KJV, 4096), "sources": (sources(), 20_000)}[name]
    tokenizer = pytest.importorskip("rustbpe").Tokenizer()
    tokenizer.train_from_iterator(iter([text]), size, pattern=pattern_text(PATTERNS["gpt4"]))
    return {bytes(token): token_id for token, token_id in tokenizer.get_mergeable_ranks()}


@cache
def ours(name: str) -> Vocabulary:
    return Vocabulary(trained(name))


@cache
def theirs(name: str, pattern: str = "gpt4") -> tiktoken.Encoding:
    return tiktoken_of(trained(name), pattern)


@st.composite
def random_ranks(draw: st.DrawFn) -> dict[bytes, int]:
    """Tokens that no training could have made, in any order, bytes among them."""
    letters = draw(st.sampled_from([b"a", b"ab", b"abc ", "é我".encode()]))
    longer = draw(st.sets(st.lists(st.sampled_from(letters), min_size=2, max_size=20).map(bytes), max_size=40))
    tokens = [*sorted(longer), *(bytes([byte]) for byte in range(256))]
    draw(st.randoms(use_true_random=False)).shuffle(tokens)
    return {token: i for i, token in enumerate(tokens)}


# ---- The same ids as tiktoken ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "text"), [("kjv", "kjv"), ("sources", "sources"), ("kjv", "sources"), ("sources", "kjv")])
def test_whole_corpora(name, text):
    text = {"kjv": KJV, "sources": sources()}[text]
    expected = theirs(name).encode_ordinary(text)
    assert ours(name).encode(text) == expected
    assert ours(name).encode(text, threads=3) == expected


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("name", ["kjv", "sources"])
def test_tricky_strings(name, pattern):
    for text in TRICKY:
        assert ours(name).encode(text, pattern) == theirs(name, pattern).encode_ordinary(text), text[:50]


@given(texts)
def test_any_text(text):
    for name in ("kjv", "sources"):
        assert ours(name).encode(text) == theirs(name).encode_ordinary(text)


@given(random_ranks(), st.lists(texts, max_size=5))
@example({bytes([byte]): 255 - byte for byte in range(256)} | {b"aa": 256, b"aaa": 257}, ["aaaaaaa", "aaa"])
def test_random_vocabularies(ranks, samples):
    vocabulary, expected = Vocabulary(ranks), tiktoken_of(ranks)
    for text in [*samples, "abcab" * 30, "a" * 200]:
        assert vocabulary.encode(text) == expected.encode_ordinary(text)


@given(random_ranks(), st.lists(st.sampled_from(b"abc "), min_size=1, max_size=150).map(bytes))
def test_any_bytes_as_one_piece(ranks, piece):
    assert Vocabulary(ranks).encode_piece(piece) == tiktoken_of(ranks)._encode_single_piece(piece)


def test_ids_need_not_follow_each_other():
    ranks = {token: 7 * token_id + (1 << 31) * (token_id > 300) for token, token_id in trained("kjv").items()}
    by_new_id = {token_id: 7 * token_id + (1 << 31) * (token_id > 300) for token_id in trained("kjv").values()}
    text = KJV[:100_000]
    assert Vocabulary(ranks).encode(text) == [by_new_id[token_id] for token_id in ours("kjv").encode(text)]


# ---- The same ids as Hugging Face's tokenizers -----------------------------------------------------------------------


@pytest.mark.parametrize("ignore_merges", [False, True])
def test_a_trained_list_of_merges(ignore_merges):
    ranks, merges = trained("kjv"), ours("kjv").merges()
    vocabulary = Vocabulary(ranks, merges, whole_pieces=ignore_merges)
    expected = hugging_face_of(ranks, merges, ignore_merges=ignore_merges)
    for text in [KJV[:200_000], sources()[:100_000], *TRICKY[:60]]:
        assert vocabulary.encode(text, "cl100k") == expected.encode(text).ids


@st.composite
def random_merges(draw: st.DrawFn) -> tuple[dict[bytes, int], list[tuple[int, int]]]:
    """A list in any order, with several ways to make one token and tokens that nothing makes."""
    ranks = draw(random_ranks())
    pairs = [(ranks[t[:i]], ranks[t[i:]]) for t in ranks for i in range(1, len(t)) if t[:i] in ranks and t[i:] in ranks]
    chosen = [pair for pair in pairs if draw(st.integers(0, 9)) < 8]
    draw(st.randoms(use_true_random=False)).shuffle(chosen)
    return ranks, chosen


@given(random_merges(), st.booleans(), st.lists(texts, max_size=3))
def test_random_lists_of_merges(made, ignore_merges, samples):
    ranks, merges = made
    vocabulary = Vocabulary(ranks, merges, whole_pieces=ignore_merges)
    expected = hugging_face_of(ranks, merges, ignore_merges=ignore_merges)
    for text in [*samples, "abcab" * 20, "a" * 100]:
        assert vocabulary.encode(text, "cl100k") == expected.encode(text).ids
    assert vocabulary.merges() == merges


# ---- Decoding --------------------------------------------------------------------------------------------------------


@given(texts)
def test_decoding_gives_the_text_again(text):
    for name in ("kjv", "sources"):
        assert ours(name).decode(ours(name).encode(text)) == text.encode()


@given(st.lists(st.integers(0, 4095), max_size=100))
def test_any_ids(ids):
    assert ours("kjv").decode(ids) == theirs("kjv").decode_bytes(ids)


@given(st.lists(st.integers(0, 4095), max_size=100), st.integers(4096, 2**32 - 1))
def test_an_id_that_does_not_exist_is_named_by_its_index(ids, unknown):
    with pytest.raises(InvalidArgumentError) as raised:
        ours("kjv").decode([*ids, unknown, 1])
    assert raised.value.item == len(ids)


# ---- Merges ----------------------------------------------------------------------------------------------------------


def test_merges_of_a_trained_vocabulary():
    tokens = {token_id: token for token, token_id in trained("sources").items()}
    merges = ours("sources").merges()
    assert len(merges) == len(tokens) - 256
    assert [tokens[left] + tokens[right] for left, right in merges] == [tokens[i] for i in range(256, len(tokens))]


# ---- Refused ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ranks", "merges", "item"),
    [
        ({}, None, 0),
        ({bytes([byte]): byte for byte in range(255)}, None, 255 + 255),
        ({bytes([byte]): byte for byte in range(256)} | {b"ab": 5}, None, 256),
        ({bytes([byte]): byte for byte in range(256)}, [(97, 98)], 256 + 256),
        ({bytes([byte]): byte for byte in range(256)} | {b"ab": 256}, [(97, 98), (97, 300)], 257 + 256 + 1),
        ({bytes([byte]): byte for byte in range(256)} | {b"ab": 256}, [(97, 98), (97, 98)], 257 + 256 + 1),
    ],
)
def test_bad_vocabularies_are_refused(ranks, merges, item):
    with pytest.raises(InvalidArgumentError) as raised:
        Vocabulary(ranks, merges)
    assert raised.value.item == item


def test_no_text_becomes_a_token_without_bytes():
    with_empty = Vocabulary({bytes([byte]): byte for byte in range(256)} | {b"": 256, b"ab": 257}, None)
    assert with_empty.encode("abb") == [257, 98]
    assert with_empty.decode([257, 256, 98]) == b"abb"


# ---- Time ------------------------------------------------------------------------------------------------------------


def duration(vocabulary: Vocabulary, text: str) -> float:
    started = time.process_time()
    vocabulary.encode(text)
    return time.process_time() - started


@pytest.mark.timing(alone=False)
@pytest.mark.parametrize("character", ["x", "^", " "])
def test_one_long_piece_takes_no_more_than_n_log_n(character):
    ranks = {bytes([byte]): byte for byte in range(256)}
    ranks |= {character.encode() * 2**k: 255 + k for k in range(1, 9)}
    vocabulary = Vocabulary(ranks)
    short, long = (min(duration(vocabulary, character * n) for _ in range(3)) for n in (100_000, 1_600_000))
    assert long < 16 * 4 * short


def test_a_random_walk_through_long_pieces():
    rng = random.Random(1)
    ranks = trained("sources")
    vocabulary, expected = ours("sources"), theirs("sources")
    for n in (65, 100, 500, 3000):
        piece = bytes(rng.choice(b"abcdefgh") for _ in range(n))
        assert vocabulary.encode_piece(piece) == expected._encode_single_piece(piece)
        assert b"".join(token for token in [vocabulary.decode([i]) for i in vocabulary.encode_piece(piece)]) == piece
        assert all(vocabulary.decode([i]) in ranks for i in vocabulary.encode_piece(piece))
