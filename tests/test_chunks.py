"""Chunks and cuts: nothing is lost, each count is that of the part, and none has more tokens than it may."""

from __future__ import annotations

import random
import re
from functools import cache
from itertools import accumulate, pairwise

import pyarrow as pa
import pytest
from bpe_texts import BOOK, BYTES, SPECIAL, of_bytes, plain_texts, trained
from hypothesis import example, given
from hypothesis import strategies as st

from text_processor import Tokenizer, segment
from text_processor.bpe import AddedToken, Chunk
from text_processor.bpe._model import Model
from text_processor.bpe._split.splitter import PATTERNS

KINDS = ("paragraph", "line", "sentence", "word", "grapheme")

# Where cuts change how the text before is split: white space, contractions, capitals, numbers, scripts without blanks.
PARTS = [
    *(" ", "  ", "\n", "\n\n", "\r\n", "\t", "\u3000", "\u2028", "\x01\x02", "'ll", "'s", "'", ". ", "! ", "!", "/", "=="),
    *("a", "ab", "the ", "The", "DEF", "1", "23", "é", "ß", "ſ", "ǅ", "ا", "\u0301", "中", "日本", "。", "😀"),
    *("👩\u200d👩\u200d👧", "x" * 70),
]

# Beside those with a splitter of their own: one that reads far in vain, and several that leave text out.
EXPRESSIONS = [*PATTERNS, r"\w+|\s+|[^\w\s]+", r"(?:ab)+!|a|b|.", r"\d+| ?\w+", r"\s+(?!\S)|\S+|\s"]

wild_texts = st.one_of(st.lists(st.sampled_from(PARTS), max_size=50).map("".join), plain_texts)


@cache
def tokenizer_of(pattern: str) -> Tokenizer:
    """A tokenizer that merges what the texts here are made of."""
    tokenizer = Tokenizer(pattern, special_tokens=SPECIAL)
    draw = random.Random(1)
    tokenizer.train(BOOK[:30_000] + "".join(draw.choice(PARTS) for _ in range(3000)), 600)
    return tokenizer


def check(tokenizer: Tokenizer, text: str, size: int, overlap: int = 0, **options) -> list[Chunk]:
    """Chunks are what they promise; returns them."""
    chunks = tokenizer.chunks(text, size, overlap=overlap, disallowed_special=(), **options)
    options.pop("boundaries", None)
    done, last = 0, -1
    for start, end, n in chunks:
        assert n == tokenizer.count(text[start:end], disallowed_special=(), **options) <= size
        assert last < start <= done < end, "it begins within the one before, and ends behind it"
        assert start == done or tokenizer.count(text[start:done], disallowed_special=(), **options) <= overlap
        done, last = end, start
    assert done == len(text)
    assert overlap or "".join(text[start:end] for start, end, _ in chunks) == text
    return chunks


boundaries = st.lists(st.sampled_from(KINDS), unique=True, max_size=3).map(tuple)


@given(st.sampled_from(EXPRESSIONS), wild_texts, st.integers(4, 40), st.sampled_from([0, 0, 1, 3]), boundaries)
@example("cl100k_tiktoken", "a \n \n  b  \n ", 4, 1, ())
@example("o200k", "ABC中DEFghi'll've 's", 4, 0, ("word",))
@example(r"(?:ab)+!|a|b|.", "ab" * 40 + "!", 9, 0, ())
def test_counts_are_exact_and_nothing_is_lost(pattern: str, text: str, size: int, overlap: int, kinds: tuple[str, ...]) -> None:
    check(tokenizer_of(pattern), text, size, overlap, boundaries=kinds)


# ---- Where they end --------------------------------------------------------------------------------------------------


def places_of(text: str, kind: str) -> list[int]:
    """Where the parts of one kind end, in other words than the core's."""
    if kind == "line":
        return [*(found.end() for found in re.finditer("\n", text)), len(text)]
    if kind == "paragraph":
        return [
            *(found.end() for found in re.finditer(r"^[ \t\r\v\f]*\n(?=[^\n]*[^ \t\r\v\f\n])", text, re.MULTILINE)),
            len(text),
        ]
    if kind == "word":
        return [*segment.words(text, "uax29-all", offsets=True).ends]
    return [*(segment.sentences if kind == "sentence" else segment.graphemes)(text, offsets=True).ends]


def chunked_plainly(tokenizer: Tokenizer, text: str, size: int, kinds: tuple[str, ...]) -> list[tuple[int, int]]:
    """The same as the core without overlap, by encoding the rest of the text for each chunk."""
    chunks, start = [], 0
    while start < len(text):
        _, _, ends = tokenizer.encode_with_offsets(text[start:])
        limit = start + (ends[size - 1] if size < len(ends) else len(text) - start)
        fitting = (
            end
            for kind in kinds
            for end in reversed(places_of(text, kind))
            if start < end <= limit and tokenizer.count(text[start:end]) <= size
        )
        end = limit if limit == len(text) else next(fitting, limit)
        chunks.append((start, end))
        start = end
    return chunks


@pytest.mark.parametrize("kinds", [("paragraph", "sentence", "word"), ("line", "grapheme"), ("word", "paragraph"), ()])
def test_chunks_end_at_the_last_boundary_of_the_first_kind(kinds: tuple[str, ...]) -> None:
    texts = ["One. Two, three! Four?\n\nFive six seven.\n \nEight\nnine. " * 3, BOOK[:3000], "\n\n  \na\n\n\n b\n\t\nc"]
    tokenizer = trained("gpt2")
    for text in texts:
        for size in (7, 40, 250):  # the last is looked for near a line, behind text that is counted as a whole
            found = [chunk[:2] for chunk in check(tokenizer, text, size, boundaries=kinds)]
            assert found == chunked_plainly(tokenizer, text, size, kinds)


def test_overlaps_begin_at_boundaries() -> None:
    text = BOOK[5000:9000]
    starts = {start for start, _, _ in check(trained(), text, 60, 20)}
    assert starts <= {0, *places_of(text, "sentence"), *places_of(text, "word")}
    chunks = check(trained(), text, 60, 20)
    assert all(after.start < before.end for before, after in pairwise(chunks))


def test_long_pieces_are_cut_within() -> None:
    """No kind of place where the pattern splits is in sight: what is looked at for a chunk is bounded."""
    tokenizer = trained()
    rows = "=" * 20_000 + " " * 20_000 + "\n" * 9000
    for text in ("a" * 30_000, "日本語" * 5000, rows, '{"a":[1,2,{"b":"c"}]},' * 900, "😀" * 4000):
        for size in (64, 1000):
            chunks = check(tokenizer, text, size, boundaries=())
            assert min(chunk.n_tokens for chunk in chunks[:-1]) > size * 0.8


def test_a_character_is_never_cut_and_a_chunk_never_too_large() -> None:
    tokenizer = of_bytes()
    assert tokenizer.chunks("aé😀", 4) == [Chunk(0, 2, 3), Chunk(2, 3, 4)]
    message = r"the character '😀', at character 2 of the text, has 4 tokens, more than size=3: .*"
    for text, place in (("aé😀", "character 2"), ("aé😀".encode(), "byte 3")):
        with pytest.raises(ValueError, match=message.replace("character 2", place)):
            tokenizer.chunks(text, 3)
    with pytest.raises(ValueError, match="text 1: the character '😀', at character 1"):
        tokenizer.chunks_batch(["a", "b😀"], 3)
    with pytest.raises(ValueError, match="text 2: the character '😀', at character 0"):
        tokenizer.chunks_arrow(pa.array(["a", None, "😀"]), 3)


def test_tokens_that_cross_characters_are_not_cut_into() -> None:
    """A token may end one character and begin the next one."""
    accents = "é".encode()
    tokenizer = Tokenizer.from_mergeable_ranks(BYTES | {accents[1:] + accents[:1]: 256}, "[^ ]+| ")
    for size in range(2, 9):
        check(tokenizer, "éééé éé é" * 5, size, boundaries=())
        check(tokenizer, "éééé éé é" * 5, size, size - 1)


# ---- What else takes part --------------------------------------------------------------------------------------------


def with_stages(**options) -> Tokenizer:
    """A tokenizer whose texts pass more than a splitter."""
    model = trained("gpt2")._model
    added = {"<|end|>": AddedToken(1000), "low": AddedToken(1001, special=False), "  x": AddedToken(1002, special=False)}
    return Tokenizer._of(Model(model.splitter, model.vocabulary, added, **options))


def with_regex() -> Tokenizer:
    return Tokenizer.from_mergeable_ranks(BYTES | {b"ab": 256, b"the": 257}, r"(?<!z)[a-z]+|\s+|.")


slow = [with_stages(), with_stages(normalizer=("NFC",)), with_stages(normalizer=("NFKD",)), with_stages(prefix_space=True)]
parts = st.sampled_from([*PARTS, "<|end|>", "<|end", "low", "  x", "e\u0301", "ﬁ"])


@given(st.integers(0, 4), st.lists(parts, max_size=25).map("".join), st.integers(9, 30), st.sampled_from([0, 3]))
def test_names_and_normal_forms_and_regex(number: int, text: str, size: int, overlap: int) -> None:
    tokenizer = [*slow, with_regex()][number]
    options = {"allowed_special": "all"} if number < 4 else {}
    check(tokenizer, text, size, overlap, **options)
    for side in ("right", "left"):
        part = tokenizer.truncate(text, size, side, **options)
        assert text.startswith(part) if side == "right" else text.endswith(part)
        assert tokenizer.count(part, **options) <= size
        assert part == text or tokenizer.count(text, **options) > size
    assert tokenizer.encode(text, max_tokens=size, **options) == tokenizer.encode(text, **options)[:size]
    assert tokenizer.exceeds(text, size, **options) == (tokenizer.count(text, **options) > size)


def test_names_that_are_tokens_are_not_cut() -> None:
    tokenizer = trained()
    name, options = "<|end|>", {"allowed_special": "all"}
    for side in ("right", "left"):
        assert tokenizer.truncate(name, 1, side, **options) == name
        assert tokenizer.truncate(f"a{name}", 1, side, **options) == ("a" if side == "right" else name)
    assert tokenizer.chunks(name, 1, **options) == [Chunk(0, 7, 1)]
    text = f"hello {name} world {name}" * 500
    torn = {found.start() + n for found in re.finditer(re.escape(name), text) for n in range(1, len(name))}
    for size, overlap in ((1, 0), (3, 0), (3, 2), (128, 0), (128, 20)):
        for kinds in ((), ("word",), ("grapheme",)):
            chunks = check(tokenizer, text, size, overlap, boundaries=kinds, **options)
            assert torn.isdisjoint(place for start, end, _ in chunks for place in (start, end))


def test_a_text_with_names_that_fits_is_not_cut_on_the_left() -> None:
    """A part of it may have more tokens than all of it."""
    tokenizer = Tokenizer(special_tokens=["<|end|>", "=" * 3000])
    tokenizer.train(BOOK[:3000], 300)
    for text in ("=" * 3000, "<|end|>" * 1000, "=" * 3000 + "<|end|>" * 5 + "=" * 6000):
        n = tokenizer.count(text, allowed_special="all")
        assert tokenizer.truncate(text, n, "left", allowed_special="all") == text
        assert tokenizer.count(tokenizer.truncate(text + "low", n, "left", allowed_special="all"), allowed_special="all") <= n
    assert tokenizer.truncate("low " + "<|end|>" * 1000, 1000, "left", allowed_special="all") == "<|end|>" * 1000


def test_a_name_in_which_the_end_that_is_looked_at_begins_is_one_token() -> None:
    name = "<" + "=" * 198 + ">"
    tokenizer = Tokenizer(special_tokens=[name])
    tokenizer.train("low", 256)
    for n in range(1900, 2100, 20):
        text = "low " + name + "x" * n
        for limit in (n, n + 1, n + 2):
            expected = "x" * n if limit == n else name + "x" * n if limit == n + 1 else " " + name + "x" * n
            assert tokenizer.truncate(text, limit, "left", allowed_special="all") == expected


def test_regex_and_names() -> None:
    model = with_regex()._model
    tokenizer = Tokenizer._of(Model(model.splitter, model.vocabulary, {"<|end|>": AddedToken(1000)}))
    text = "abé<|end|>" * 600
    assert all(text[start:end].count("<|end|>") == 1 for start, end, _ in check(tokenizer, text, 4, allowed_special="all"))
    assert tokenizer.truncate(text, 2400, "left", allowed_special="all") == text
    assert tokenizer.truncate(text, 5, "left", allowed_special="all") == "<|end|>abé<|end|>"


def test_white_space_that_a_name_takes_may_be_cut() -> None:
    """A paragraph may end there; a chunk that need not end there takes all of it."""
    model = trained("gpt2")._model
    added = {"<m>": AddedToken(1000, lstrip=True), "  x": AddedToken(1001, special=False)}
    tokenizer = Tokenizer._of(Model(model.splitter, model.vocabulary, added))
    assert tokenizer.truncate("a" + " " * 9 + "<m>", 1, "left", allowed_special="all") == " " * 9 + "<m>"
    assert tokenizer.truncate("a  x", 1, "left") == "  x"
    found = check(tokenizer, "a\n\n<m>b", 2, boundaries=("paragraph",), allowed_special="all")
    assert [chunk[:2] for chunk in found] == [(0, 3), (3, 7)]


def test_names_that_are_not_in_a_text_make_no_difference() -> None:
    """No two of them begin alike, so what is quickly known of a text does not rule them out."""
    model = trained("gpt2")._model
    added = {"<s>": AddedToken(1000), "xx": AddedToken(1001, special=False, lstrip=True)}
    tokenizer, text = Tokenizer._of(Model(model.splitter, model.vocabulary, added)), "And the lower lands, é\n" * 40
    for size in (3, 7, 40):
        options = {"boundaries": (), "allowed_special": {"<s>"}}
        expected = trained("gpt2").chunks(text, size, boundaries=())
        assert tokenizer.chunks(text, size, **options) == expected
        assert tokenizer.chunks_batch([text], size, **options) == [expected]
        assert [Chunk(**each) for each in tokenizer.chunks_arrow(pa.array([text]), size, **options)[0].as_py()] == expected
    assert tokenizer._model.goes_to_core(text, frozenset(["<s>"]))
    assert not tokenizer._model.goes_to_core(text + "<s>", frozenset(["<s>"]))
    assert tokenizer._model.goes_to_core(text + "<s>", frozenset())


def test_a_disallowed_name_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"holds '<\|end\|>' at character 2, which is disallowed"):
        trained().chunks("a <|end|>", 5)
    with pytest.raises(ValueError, match=r"text 1: the text holds '<\|end\|>'"):
        trained().chunks_batch(["a", "a <|end|>"], 5)


def test_places_count_surrogates_as_they_were_given() -> None:
    text = "a\ud83d\ude00b\ud800c \ud83d\ude00"
    tokenizer = of_bytes()
    chunks = check(tokenizer, text, 4, boundaries=())
    assert chunks == [
        Chunk(0, 1, 1),
        Chunk(1, 3, 4),
        Chunk(3, 5, 4),
        Chunk(5, 7, 2),
        Chunk(7, 9, 4),
    ]
    assert tokenizer.truncate(text, 6) == "a\ud83d\ude00b"
    assert tokenizer.truncate(text, 5, "left") == " \ud83d\ude00"


# ---- Many texts ------------------------------------------------------------------------------------------------------


def test_many_texts_give_what_each_gives() -> None:
    tokenizer, rest = trained(), BOOK[:20_000].split("\n")
    texts = ["", "low", *rest, "e\u0301😀" * 30, BOOK[:9000], "x <|pad"]
    expected = [tokenizer.chunks(text, 9, overlap=2) for text in texts]
    assert tokenizer.chunks_batch(iter(texts), 9, overlap=2) == expected
    assert tokenizer.chunks_batch([texts[2].encode(), *texts], 9, overlap=2)[1:] == expected
    column = pa.chunked_array([pa.array([None, *texts], pa.large_string()), pa.array([texts[3]], pa.large_string())])
    found = tokenizer.chunks_arrow(column, 9, overlap=2).to_pylist()
    assert found[0] is None
    assert [[Chunk(**each) for each in chunks] for chunks in found[1:]] == [*expected, expected[3]]
    assert str(tokenizer.chunks_arrow(pa.array([""]), 1).type).replace(" not null", "") == (
        "list<item: struct<start: uint64, end: uint64, n_tokens: uint64>>"
    )


@pytest.mark.parametrize("text", ["\ud800", "\ud83d\ude42", "a\ud83d\ude00b\ud800c"])
def test_a_batch_may_have_surrogates(text: str) -> None:
    tokenizer, told = of_bytes(), list[tuple[int, int | None]]()
    assert tokenizer.chunks_batch(["\ud800"], 5) == [[Chunk(0, 1, 3)]]
    found = tokenizer.chunks_batch(["é", text, "a"], 5, progress=lambda *seen: told.append(seen))
    assert found == [tokenizer.chunks(each, 5) for each in ("é", text, "a")]
    assert told[-1] == (tokenizer.count(text) + 3, None)


def test_a_batch_with_names_that_are_allowed() -> None:
    texts = ["a <|end|> b", "plain", "<|end|>"]
    chunks = trained().chunks_batch(texts, 3, allowed_special="all")
    assert chunks == [trained().chunks(text, 3, allowed_special="all") for text in texts]
    assert chunks[2] == [Chunk(0, 7, 1)]


def test_progress_is_reported_in_bytes() -> None:
    told: list[tuple[int, int | None]] = []
    trained().chunks_batch(["é" * 10, b"abc", "d"], 5, progress=lambda *seen: told.append(seen))
    assert told[-1] == (24, None)
    trained().chunks_arrow(pa.array(["é" * 10, "abc"]), 5, progress=lambda *seen: told.append(seen))
    assert told[-1] == (23, 23)


# ---- The first tokens and the last -----------------------------------------------------------------------------------


@given(st.sampled_from(EXPRESSIONS), wild_texts, st.integers(0, 40))
@example("gpt4", "", 0)
@example("cl100k_tiktoken", "a \n \n  b  \n ", 4)
@example(r"\d+| ?\w+", " ", 0)
def test_cuts_are_exact(pattern: str, text: str, n: int) -> None:
    tokenizer = tokenizer_of(pattern)
    ids = tokenizer.encode_ordinary(text)
    assert tokenizer.encode(text, max_tokens=n, disallowed_special=()) == ids[:n]
    assert tokenizer.exceeds(text, n, disallowed_special=()) == (len(ids) > n)
    for side in ("right", "left"):
        part = tokenizer.truncate(text, n, side, disallowed_special=())
        assert text.startswith(part) if side == "right" else text.endswith(part)
        assert len(tokenizer.encode_ordinary(part)) <= n
        assert len(ids) > n or part == text
        assert tokenizer.truncate(text.encode(), n, side, disallowed_special=()) == part.encode()


@pytest.mark.parametrize("n", [0, 1])
def test_names_are_refused_however_little_of_the_end_is_kept(n: int) -> None:
    with pytest.raises(ValueError, match=r"'<\|end\|>' at character 2"):
        trained().truncate("ab<|end|>", n, "left")


@pytest.mark.parametrize("side", ["right", "left"])
def test_a_cut_is_where_the_tokens_end(side: str) -> None:
    text, tokenizer = BOOK[:20_000], trained()
    tokens = tokenizer.decode_tokens_bytes(tokenizer.encode(text))
    for n in (0, 1, 2, 50, 2000):
        expected = b"".join(tokens[:n] if side == "right" else tokens[len(tokens) - n :]).decode()
        assert tokenizer.truncate(text, n, side) == expected


def test_what_is_cut_off_is_not_looked_at() -> None:
    tokenizer, text = trained(), "low " * 9000
    assert tokenizer.truncate(text + "<|end|>", 5) == tokenizer.truncate(text, 5)
    assert tokenizer.truncate("<|end|>" + text, 5, "left") == tokenizer.truncate(text, 5, "left")
    assert tokenizer.encode(text + "<|end|>", max_tokens=5) == tokenizer.encode(text)[:5]
    assert tokenizer.exceeds(text + "<|end|>", 5)
    with pytest.raises(ValueError, match="at character 36000, which is disallowed"):
        tokenizer.truncate(text + "<|end|>", 5, "left")


def test_marks_count_and_are_never_cut_off() -> None:
    section = {"type": "BertProcessing", "sep": ["[SEP]", 102], "cls": ["[CLS]", 101]}
    model = trained()._model
    tokenizer = Tokenizer._of(Model(model.splitter, model.vocabulary, model.added, post_processor=section))
    text, ids = "some words", tokenizer.encode("some words")
    assert tokenizer.encode(text, max_tokens=4, add_special_tokens=True) == [101, *ids[:2], 102]
    assert tokenizer.exceeds(text, len(ids) + 1, add_special_tokens=True)
    assert not tokenizer.exceeds(text, len(ids) + 2, add_special_tokens=True)
    assert tokenizer.exceeds("", 1, add_special_tokens=True)
    with pytest.raises(ValueError, match="max_tokens must be at least 2, for the tokens that add_special_tokens adds, not 1"):
        tokenizer.encode(text, max_tokens=1, add_special_tokens=True)


def test_real_texts_of_all_kinds() -> None:
    texts = [BOOK[:200_000], "我非常渴望与人工智能一起工作。" * 500, "def f(x):\n    return x\n\n\n" * 500, "👩‍👩‍👧🇫🇷" * 500]
    for text in texts:
        for size, overlap in ((512, 0), (100, 20)):
            chunks = check(trained("cl100k", 2000), text, size, overlap)
            assert sum(chunk.n_tokens for chunk in chunks) >= trained("cl100k", 2000).count(text) * 0.9
    assert [*accumulate(end - start for start, end, _ in trained().chunks(BOOK[:9000], 50))][-1] == 9000
