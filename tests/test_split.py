"""The splitters written by hand, held against the regular expressions they stand for, in two engines.

The tables are tiktoken's, to the last code point. The package `regex` may know a later Unicode, so it is asked about
characters of which both think the same.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest
import regex
import tiktoken
from hypothesis import example, given
from hypothesis import strategies as st
from published_patterns import NAMED as TEXTS

from text_processor._native import process as native_process
from text_processor._native.bpe import PATTERNS, find_cut, find_pattern, pattern_text, split

every_pattern = pytest.mark.parametrize("name", TEXTS)
VARIANTS = native_process.cpu_features()["available"]


@pytest.fixture(scope="module", params=VARIANTS)
def variant(request):
    """Each instruction set in turn, for texts of a dozen bytes and more; shorter ones are split by the same code in all."""
    native_process.select_simd(request.param)
    yield request.param
    native_process.select_simd(None)


def each_variant() -> Iterator[str]:
    """As `variant`, but within a test: what a text should give is then found once for all."""
    try:
        for name in VARIANTS:
            native_process.select_simd(name)
            yield name
    finally:
        native_process.select_simd(None)


def each_variant_and_pattern() -> Iterator[tuple[str, str]]:
    return ((variant, name) for variant in each_variant() for name in TEXTS)


def split_bytes(name: str, text: bytes) -> list[bytes]:
    ends = split(PATTERNS[name], text)
    return [text[start:end] for start, end in itertools.pairwise([0, *ends])]


def pieces(name: str, text: str) -> list[str]:
    return [piece.decode() for piece in split_bytes(name, text.encode())]


# ---- The oracles -----------------------------------------------------------------------------------------------------


@cache
def compiled(name: str) -> regex.Pattern[str]:
    """With sets in sets and their intersections, as the other engines have them."""
    return regex.compile("(?V1)" + TEXTS[name])


def tiktoken_encoding(pattern: str, tokens: set[bytes]) -> tiktoken.Encoding:
    ranks = {token: rank for rank, token in enumerate([*map(bytes, zip(range(256))), *sorted(tokens)])}
    return tiktoken.Encoding("oracle", pat_str=pattern, mergeable_ranks=ranks, special_tokens={})


def tiktoken_pieces(encoding: tiktoken.Encoding, text: str) -> list[str]:
    """What tiktoken splits a text into, if all of its pieces are tokens: then each is encoded as itself."""
    return [token.decode() for token in encoding.decode_tokens_bytes(encoding.encode_ordinary(text))]


def substrings(text: str) -> set[bytes]:
    cuts = range(len(text) + 1)
    return {text[start:end].encode() for start, end in itertools.combinations(cuts, 2) if len(text[start:end].encode()) > 1}


# Where the tests run again under other conditions, hypothesis is given fewer examples, and these strings are shorter.
SHORTER_BY = 1 if os.environ.get("HYPOTHESIS_PROFILE") == "quick" else 0


def strings(alphabet: str, longest: int) -> list[str]:
    longest -= SHORTER_BY
    return ["".join(each) for n in range(1, longest + 1) for each in itertools.product(alphabet, repeat=n)]


CHARACTERS = "".join(map(chr, itertools.chain(range(0xD800), range(0xE000, 0x110000))))

Each = npt.NDArray[np.bool_]
"""Whether it is so for each of `CHARACTERS`."""


def each_of(characters: str) -> Each:
    is_one = np.zeros(0x110000, np.bool_)
    is_one[np.frombuffer(characters.encode("utf-32-le"), np.uint32)] = True
    return np.delete(is_one, slice(0xD800, 0xE000))


def which(are_ones: Each) -> str:
    return "".join(itertools.compress(CHARACTERS, are_ones.tolist()))


@cache
def members(one_of: str) -> Each:
    """The characters that a class matches, by tiktoken's engine, which drops what its pattern does not match."""
    encoding = tiktoken_encoding(one_of, set())
    return each_of(encoding.decode_bytes(encoding.encode_ordinary(CHARACTERS)).decode())


CLASSES = (r"\p{L}", r"\p{N}", r"\s", r"\p{M}", r"[\p{Lu}\p{Lt}]", r"\p{Ll}", r"\p{Han}", r"[\p{P}\p{S}]")


@cache
def characters_in_common() -> str:
    """Those of which tiktoken and `regex` think the same."""
    different = np.zeros(len(CHARACTERS), np.bool_)
    for one_of in CLASSES:
        different |= members(one_of) ^ each_of("".join(regex.findall(one_of + "+", CHARACTERS)))
    return which(~different)


# ---- The patterns ----------------------------------------------------------------------------------------------------


@every_pattern
def test_text_of_a_pattern(name):
    assert pattern_text(PATTERNS[name]) == TEXTS[name]
    assert find_pattern(TEXTS[name]) == PATTERNS[name]


@pytest.mark.parametrize("text", ["", r"\s+", TEXTS["gpt2"] + " ", TEXTS["gpt2"][:-1], "\0", "\udc80"])
def test_other_text_is_no_pattern(text):
    assert find_pattern(text) == 0


def test_all_patterns_have_names():
    assert PATTERNS.keys() == TEXTS.keys()


# ---- Characters ------------------------------------------------------------------------------------------------------


@cache
def probes(before: str, behind: str) -> tuple[bytes, npt.NDArray[np.int64]]:
    """Every character with something before or behind it, two newlines apart, and the places in question."""
    all_probes = [f"{before}{character}{behind}".encode() for character in CHARACTERS]
    lengths = np.fromiter(map(len, all_probes), np.int64)
    starts = np.concatenate(([0], np.cumsum(lengths + 2)[:-1]))
    return b"\n\n".join(all_probes), starts + len(before.encode()) if before else starts + lengths - len(behind)


def divided(name: str, before: str, behind: str) -> Each:
    """The characters that begin a piece behind `before`, or end one before `behind`: one of the two is empty."""
    text, places = probes(before, behind)
    ends = np.zeros(len(text) + 1, np.bool_)
    ends[split(PATTERNS[name], text)] = True
    return ends[places]


def test_every_letter_number_and_space_is_tiktokens(variant):
    letters, numbers = ~divided("gpt2", "a", ""), ~divided("gpt2", "1", "")
    symbols = ~divided("gpt2", ".", "")
    assert which(letters ^ members(r"\p{L}")) == ""
    assert which(numbers ^ members(r"\p{N}")) == ""
    assert which(~(letters | numbers | symbols) ^ members(r"\s")) == ""


def test_every_sign_and_what_is_han_is_tiktokens():
    """By one instruction set: tests/c/test_split.c holds the others against it."""
    apart = each_of("".join(map(chr, [*range(0x3040, 0x3100), *range(0x4E00, 0x9FA6)])))
    assert which(~divided("kimi", "中", "") ^ members(r"\p{Han}")) == ""
    assert which(~divided("deepseek3", "中", "") ^ apart) == ""
    assert which((~divided("deepseek3", "。", "") & ~each_of("\n\r")) ^ (members(r"[\p{P}\p{S}]") & ~apart)) == ""


def test_every_upper_and_lower_is_tiktokens(variant):
    letters, joined = members(r"\p{L}"), ~divided("o200k", "a", "")
    assert which((~joined & letters) ^ members(r"[\p{Lu}\p{Lt}]")) == ""
    assert which((divided("o200k", "", "Aa") & letters) ^ members(r"\p{Ll}")) == ""
    assert which((joined & ~letters) ^ members(r"\p{M}")) == ""


# ---- Strings ---------------------------------------------------------------------------------------------------------

ALPHABETS = {
    "each class": ("aA1. \n\t中", 4),
    "white space": ("a. \n\r\t\u3000", 5),
    "contractions": ("'sSlVeſ ", 4),
    "upper and lower": ("aA中\u0301'd", 5),
    "slashes": ("a/.\n \u0301", 5),
    "numbers": ("1²a '", 6),
    "Han apart": ("a1 \n中〇⺀!\u30fb", 4),
    "signs and others": ("aé1! \n中\x00。", 4),
    "marks": ("a\u0301! \x00'中", 4),
}


@pytest.mark.parametrize(("alphabet", "longest"), ALPHABETS.values(), ids=ALPHABETS.keys())
@every_pattern
def test_all_short_strings(name, alphabet, longest):
    texts = strings(alphabet, longest)
    findall = compiled(name).findall
    assert [pieces(name, text) for text in texts] == [findall(text) for text in texts]


@pytest.mark.parametrize(("alphabet", "longest"), ALPHABETS.values(), ids=ALPHABETS.keys())
@every_pattern
def test_all_short_strings_in_tiktoken(name, alphabet, longest):
    texts = strings(alphabet, longest)
    encoding = tiktoken_encoding(TEXTS[name], {text.encode() for text in texts if len(text.encode()) > 1})
    assert [pieces(name, text) for text in texts] == [tiktoken_pieces(encoding, text) for text in texts]


TRICKY = [
    *("0" * n for n in range(1, 18)),
    *["rer", "'rer", "today\n ", "today\n \n", "today\n  \n", " \x850", "a\n  ", "  \n  ", "a  b", "a \t b"],
    *["我非常渴望与人工智能一起工作", "நடிகர் சூர்யா", " Ġ除", "a\r\nb\r\n\r\n", "XMLHttpRequest", "a/b/c //comment", "!\n/\n/x"],
    *["'ſx", "'REx", "'Sx", "x'LLy", "don'T", "'ſ", "'", "''s", " 's", "a's's", "A'sB", "\u212a'\u212a", "'\u017f'ſ"],
    *["\u1c89a", "a\U0001e6c0", "a\x1cb", "a\x85b", "a\u180eb", "a\u2028b", "a\u200bb", "²³½Ⅷ", "１２３４", "\x00", "\x00a"],
    *["\u0301ABC", "!\u0301", "!!\u0301a", " \u0301", "中AB", "A中B", "ABC中DEf", "ǅa", "aʰB", "\U000e0100x", "é\u0301É"],
    *["中〇1〇中", "⺀!⺀a", "\U00016ff0a中\U00016ff0", "\u3005中's 's", "  中", "\n  1", " \t 。x", "!abcé", " !abc!é"],
    *["㐀\u9fa5\u9fa6\u9fff", "\u303f\u3040\u3041\u30ff\u3100", "カ・ナー。", "\u4dbf\u4dc0\u4dff\u4e00", "。abc"],
    *["\x01 \x02\n", "a\x7fb\x7f\x7fé", "\x00\x01a"],
    *["👩‍👩‍👧 x", "\ufeffa", "\U0010ffff\U0010ffff", "a\u3000\u3000b", "\u2028\n\u2029", "Straße", "ЖЖжж1", "日本語。テスト"],
]


@cache
def encoding_of_tricky_strings(name: str) -> tiktoken.Encoding:
    return tiktoken_encoding(TEXTS[name], set().union(*map(substrings, TRICKY)))


@cache
def tricky_strings_in_common() -> list[str]:
    common = frozenset(characters_in_common())
    return [text for text in TRICKY if common.issuperset(text)]


@every_pattern
def test_tricky_strings(name):
    encoding, common = encoding_of_tricky_strings(name), tricky_strings_in_common()
    by_tiktoken = [tiktoken_pieces(encoding, text) for text in TRICKY]
    by_regex = [compiled(name).findall(text) for text in common]
    for _ in each_variant():
        assert [pieces(name, text) for text in TRICKY] == by_tiktoken
        assert [pieces(name, text) for text in common] == by_regex


LONG = [
    before + repeated * 10_000 + behind
    for repeated in ["^", "0", "a", "'s", " ", "\n", "x", "\u0301", "中", "A", "\r\n", "/", "'", "\u3000", "é"]
    for before in ("", " ")
    for behind in ("", "\n", "b", " b")
]


@every_pattern
def test_long_repeats(name):
    expected = [compiled(name).findall(text) for text in LONG]
    for _ in each_variant():
        assert [pieces(name, text) for text in LONG] == expected


# Mostly what patterns tell apart, and a little of everything.
TOLD_APART = "aszZSLlvemDT'019. \n\r\t/!中ДäſÉ\u0301\u3000\u00a0ʰǅ²〇⺀か・。\x01"
mixed_text = st.lists(st.text(TOLD_APART, max_size=4) | st.deferred(lambda: any_character())).map("".join)


@cache
def any_character() -> st.SearchStrategy[str]:
    return st.sampled_from(characters_in_common())


@given(text=mixed_text, repeats=st.integers(1, 20))
def test_any_text(text, repeats):
    text *= repeats
    expected = {name: compiled(name).findall(text) for name in TEXTS}  # making a text takes longer than splitting it
    for _ in each_variant():
        assert {name: pieces(name, text) for name in TEXTS} == expected


@given(name=st.sampled_from(list(TEXTS)), text=st.text(st.characters(exclude_categories=["Cs"]), max_size=12))
def test_any_text_in_tiktoken(name, text):
    encoding = tiktoken_encoding(TEXTS[name], substrings(text))
    assert pieces(name, text) == tiktoken_pieces(encoding, text)


def test_nothing_has_no_pieces():
    assert split(PATTERNS["gpt4"], b"") == []
    assert split(PATTERNS["gpt4"], b"", is_final=False) == []
    assert split(0, b"text") == []


# ---- Text in blocks --------------------------------------------------------------------------------------------------


@given(before=mixed_text.filter(bool), behind=mixed_text)
@example(before="a", behind="'s")
@example(before="x 's", behind="")
def test_blocks_that_are_not_final_give_pieces_that_stay(before, behind):
    """Wherever the text is cut, in the middle of a character too."""
    text = (before + behind).encode()
    for _, name in each_variant_and_pattern():
        whole = split(PATTERNS[name], text)
        for cut in range(len(text) + 1):
            settled = split(PATTERNS[name], text[:cut], is_final=False)
            assert settled == whole[: len(settled)]


@given(text=mixed_text, nbytes=st.integers(1, 90))
def test_text_in_blocks(text, nbytes):
    """As a stream does it: what is not settled comes again, with more behind it."""
    data = text.encode() * 3
    for _, name in each_variant_and_pattern():
        found: list[int] = []
        for stop in range(nbytes, len(data) + nbytes, nbytes):
            start = found[-1] if found else 0
            is_final = stop >= len(data)
            found += [start + end for end in split(PATTERNS[name], data[start:stop], is_final=is_final)]
        assert found == split(PATTERNS[name], data)


@every_pattern
@given(before=mixed_text, text=mixed_text, behind=mixed_text)
def test_a_cut_is_one_whatever_stands_around(name, before, text, behind):
    data = text.encode()
    for start in range(len(data)):
        cut = find_cut(PATTERNS[name], data, start)
        assert start <= cut <= len(data)
        if cut == len(data):
            continue
        assert cut > 0
        assert split_bytes(name, data[:cut]) + split_bytes(name, data[cut:]) == split_bytes(name, data)
        around = before.encode() + data + behind.encode()
        assert len(before.encode()) + cut in split(PATTERNS[name], around)


@every_pattern
def test_cuts_are_found_where_words_end(name):
    assert find_cut(PATTERNS[name], b"one two", 0) == 3
    assert find_cut(PATTERNS[name], b"one two", 3) == 3
    assert find_cut(PATTERNS[name], b"one two", 4) == 7
    assert find_cut(PATTERNS[name], "日本語。".encode(), 2) == 9
    assert find_cut(PATTERNS[name], b"don't", 0) == 5
    assert find_cut(PATTERNS[name], b"", 0) == 0
    assert find_cut(PATTERNS[name], b"a b", 9) == 3
