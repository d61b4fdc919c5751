"""Texts for tests: everything that has ever gone wrong with words, often, and the rest of Unicode, sometimes."""

from __future__ import annotations

from hypothesis import strategies as st

SPACES = [
    *map(chr, [*range(0x09, 0x0E), *range(0x1C, 0x21), 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B)]),
    *map(chr, [0x2028, 0x2029, 0x202F, 0x205F, 0x3000]),
]
NOT_QUITE_SPACES = ["\0", "\x1b", "\u180e", "\u200b", "\u2060", "\ufeff", "\u0084", "\u0086", "\u00a1"]
CASED = ["a", "A", "Z", "z", "é", "É", "ß", "ẞ", "İ", "ı", "Ⱥ", "Σ", "ς", "σ", "Ο", "Δ", "ǅ", "Ა", "𐐀", "Ａ", "Å", "K"]
CASE_IGNORABLE = ["'", "’", ".", ":", "\u00ad", "\u0301", "\u0307", "ʰ", "^", "`"]
OTHER = ["1", "!", "-", "我", "の", "한", "ह", "ि", "😀", "\U0010ffff", "\ud7ff", "\ue000", "\uffff"]
LEXICON_WORDS = ["good", "GOOD", "Great", "excellent", "bad", "Terrible", "awful", "good,"]

characters = st.one_of(
    st.sampled_from(SPACES + NOT_QUITE_SPACES + CASED + CASE_IGNORABLE + OTHER),
    st.characters(max_codepoint=0x7F),
    st.characters(max_codepoint=0x2FF),
    st.characters(exclude_categories=["Cs"]),
)
words = st.one_of(
    st.sampled_from(LEXICON_WORDS),
    st.text(st.sampled_from(CASED + CASE_IGNORABLE), min_size=1, max_size=8),
    st.text(st.sampled_from("abcABC"), min_size=1, max_size=3),
    st.text(characters, min_size=1, max_size=40),
    st.builds(lambda unit, n: unit * n, st.sampled_from(["x", "Σ", "aΣ'", "İ", "我"]), st.sampled_from([15, 16, 17, 300])),
)
texts = st.one_of(
    st.text(characters, max_size=60),
    st.builds(
        lambda parts: "".join(word + space for word, space in parts),
        st.lists(st.tuples(words, st.sampled_from(SPACES)), max_size=12),
    ),
)
# What str holds and UTF-8 does not.
lone_surrogates = st.builds(
    lambda before, surrogate, after: before + surrogate + after,
    texts,
    st.characters(categories=["Cs"]),
    texts,
)
any_texts = st.one_of(texts, texts, texts, lone_surrogates)
documents = texts.filter(lambda text: text.strip() != "")
