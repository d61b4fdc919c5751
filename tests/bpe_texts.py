"""Tokenizers and texts for tests of byte-level BPE: small vocabularies, and what splitters and encoders get wrong."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path

import texts
from hypothesis import strategies as st

from text_processor import Tokenizer

BOOK = (Path(__file__).parent.parent / "examples" / "kjv.txt").read_text(encoding="utf-8")

SPECIAL = ["<|end|>", "<|endoftext|>", "<|pad|>", "<|end", "é☃"]

# What the peers test with, and what hand-written splitters get wrong.
TRICKY = [
    *("rer", "'rer", "today\n ", "today\n \n", "today\n  \n", " \x850", "'ſx", "'REx", "\u1c89", "\x1c", "\x85", "\u180e"),
    *(
        "\u2028",
        "²³½Ⅷ",
        "１２３４",
        "\x00",
        "我非常渴望与人工智能一起工作",
        "நடிகர் சூர்யா",
        " Ġ除",
        "a\r\nb\r\n",
        "XMLHttpRequest",
    ),
    *("XMLHttpRequest", "a/b/c //comment", "x" * 65, "^" * 300, "0" * 17, "\n" * 100, " " * 100, "'s" * 50, "aaabdaaabac"),
]

plain_texts = st.one_of(
    st.sampled_from(TRICKY),
    st.text(st.sampled_from("aab 'sSt1\n\r\t.,/é我"), max_size=40),
    texts.texts,
    st.lists(st.sampled_from([*TRICKY, " the lord", " said"]), max_size=5).map("".join),
)
texts_with_names = st.lists(st.one_of(plain_texts, st.sampled_from([*SPECIAL, "<|", "<", "|>"])), max_size=6).map("".join)


BYTES = {bytes([byte]): byte for byte in range(256)}


def of_bytes(pattern: str = "gpt4", special_tokens: list[str] | None = None) -> Tokenizer:
    """A tokenizer whose tokens are the bytes, on purpose, so that it does not warn."""
    return Tokenizer.from_mergeable_ranks(BYTES, pattern, special_tokens)


@cache
def trained(pattern: str = "gpt4", vocab_size: int = 600) -> Tokenizer:
    """A tokenizer with special tokens, trained on some of a book."""
    tokenizer = Tokenizer(pattern, special_tokens=SPECIAL)
    tokenizer.train(BOOK[:100_000] + "".join(TRICKY) * 3, vocab_size)
    return tokenizer


def random_ranks(seed: int, n: int = 60) -> dict[bytes, int]:
    """A vocabulary that no training could have made: any tokens, with ids in any order and with gaps."""
    chance = random.Random(seed)
    tokens = {bytes([byte]) for byte in range(256)}
    while len(tokens) < 256 + n:
        tokens.add(bytes(chance.choices(b"ab 't1\n\xc3\xa9", k=chance.randint(2, 6))))
    ids = chance.sample(range(2 * len(tokens)), len(tokens))
    return dict(zip(sorted(tokens), ids, strict=True))
