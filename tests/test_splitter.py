"""What a pattern means: held against the engines of the peers, and against a matcher that tries everything in order.

A random pattern is one that the machine takes; the others go to the package `regex`, see test_bpe_patterns.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator
from typing import Any

import pytest
import tiktoken
import tokenizers
from hypothesis import example, given
from hypothesis import strategies as st
from published_patterns import DEEPSEEK3_STEPS, NAMED, SET_MEMBERS
from tokenizers import normalizers, pre_tokenizers

from text_processor import Tokenizer
from text_processor._native import bpe as native_bpe
from text_processor.bpe._split import expressions, sets, unicode
from text_processor.bpe._split.expressions import Choice, Look, Node, Repeat, Sequence, Take
from text_processor.bpe._split.splitter import (
    _TO_CHARACTER,
    PATTERNS,
    Splitter,
    Step,
    _compile,
    byte_level_step,
    digits_step,
    punctuation_step,
    splitter_for,
    splitter_of,
    written_for_oniguruma,
)

BYTES = {bytes([byte]): byte for byte in range(256)}

# ---- The oracles -----------------------------------------------------------------------------------------------------


def by_tiktoken(pattern: str, text: str) -> list[str]:
    """What tiktoken splits a text into: each piece is a token, as all parts of the text are."""
    tokens = {text[i:j].encode() for i, j in itertools.combinations(range(len(text) + 1), 2)}
    ranks = BYTES | {token: 256 + i for i, token in enumerate(sorted(tokens - BYTES.keys()))}
    encoding = tiktoken.Encoding("pieces", pat_str=pattern, mergeable_ranks=ranks, special_tokens={})
    return [encoding.decode_single_token_bytes(each).decode() for each in encoding.encode_ordinary(text)]


def by_tokenizers(text: str, *steps: Any) -> list[str]:
    return [piece for piece, _ in pre_tokenizers.Sequence(list(steps)).pre_tokenize_str(text)]


def split_by(pattern: str, behavior: str = "removed", *, invert: bool = True) -> Any:
    return pre_tokenizers.Split(tokenizers.Regex(pattern), behavior, invert=invert)


def ends_of_matches(node: Node, text: str, at: int) -> Iterator[int]:
    """Where a node can end that begins at a place, in the order of preference: everything is tried."""
    match node:
        case Take(members):
            yield from [at + 1] * _is_next(members, text, at)
        case Look(members, at_end):
            yield from [at] * (_is_next(members, text, at) or (at_end and at == len(text)))
        case Sequence(()):
            yield at
        case Sequence(parts):
            for end in ends_of_matches(parts[0], text, at):
                yield from ends_of_matches(Sequence(parts[1:]), text, end)
        case Choice(ways):
            yield from itertools.chain.from_iterable(ends_of_matches(way, text, at) for way in ways)
        case Repeat():
            yield from itertools.islice(_ends_of_repeat(node, text, at), 1 if node.is_possessive else None)


def _is_next(members: sets.Set, text: str, at: int) -> bool:
    return at < len(text) and any(first <= ord(text[at]) <= last for first, last in members)


def _ends_of_repeat(node: Repeat, text: str, at: int) -> Iterator[int]:
    inner, least, most, is_lazy, _ = node
    fewer = node._replace(least=max(least - 1, 0), most=None if most is None else most - 1)
    if least == 0 and is_lazy:
        yield at
    if most != 0:
        for end in ends_of_matches(inner, text, at):
            yield from _ends_of_repeat(fewer, text, end)
    if least == 0 and not is_lazy:
        yield at


def naively(node: Node, text: str) -> list[str]:
    """The matches one after the other."""
    found, at = [], 0
    while at < len(text):
        end = next(ends_of_matches(node, text, at), None)
        if end is None:
            at += 1
        else:
            found.append(text[at:end])
            at = end
    return found


# ---- What is tested --------------------------------------------------------------------------------------------------


def pieces_of(splitter: Splitter, text: str) -> list[str]:
    """The pieces, found by the core."""
    assert splitter.native is not None
    data = text.encode()
    pieces, start = [], 0
    for end in native_bpe.split(splitter.native, data):
        if not end & native_bpe.LEFT_OUT:
            pieces.append(data[start:end].decode())
        start = end & ~native_bpe.LEFT_OUT
    assert start == len(data)
    return pieces


def compiled(pattern: str, dialect: Any) -> Splitter | None:
    """The splitter of a pattern that the core takes; None if it does not."""
    try:
        splitter = splitter_for(pattern, dialect)
    except ValueError:
        return None
    return splitter if splitter.native is not None else None


# ---- Published patterns ----------------------------------------------------------------------------------------------

PUBLISHED = {
    **NAMED,
    "the second of DeepSeek V3": DEEPSEEK3_STEPS[1],
    "the third of DeepSeek V3": DEEPSEEK3_STEPS[2],
    **{f"{name}, as any other": f"(?:{pattern})" for name, pattern in NAMED.items()},
}
TEXTS = [
    "I'LL say: it's 12345 ...\n\n  ok",
    "Ünïcödé 中文とカナ é\u0301x",
    "x\r\n\r\n\ty ",
    "f(x)=[1,2]; // _a",
    "ſ'ſ K'S",
    "   \n \n   \n    x",
    "",
    "don'tx 'Re'll 中A文bC",
]


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_patterns_are_tiktokens(name: str) -> None:
    splitter = splitter_for(PUBLISHED[name])
    for text in TEXTS:
        assert pieces_of(splitter, text) == by_tiktoken(PUBLISHED[name], text)


_ONLY_TIKTOKENS = ("r50k", "cl100k_tiktoken", "gpt4", "nanochat")  # what $, {1,3}+ and sets without case are elsewhere


@pytest.mark.parametrize("name", [name for name in PUBLISHED if not name.startswith(_ONLY_TIKTOKENS)])
@pytest.mark.parametrize("behavior", ["removed", "isolated"])
def test_published_patterns_are_tokenizers(name: str, behavior: str) -> None:
    pattern, invert = PUBLISHED[name], behavior == "removed"
    splitter = splitter_of([Step(pattern, "oniguruma", behavior.capitalize(), invert)])  # type: ignore[arg-type]
    for text in TEXTS:
        assert pieces_of(splitter, text) == by_tokenizers(text, split_by(pattern, behavior, invert=invert))


# ---- Classes ---------------------------------------------------------------------------------------------------------


def _characters() -> str:
    """Every character at which a range of any property begins or ends, with its neighbours, and some of the others."""
    codes = set(range(0x250)) | set(range(0, 0x110000, 13))
    for name in unicode.RANGES:
        codes.update(each + delta for both in sets.property_of(name) for each in both for delta in (-1, 0, 1))
    codes.update(code for code in sets._folded_alike()[0])
    return "".join(chr(code) for code in sorted(codes) if 0 <= code < 0xD800 or 0xE000 <= code < 0x110000)


CHARACTERS = _characters()
_CLASSES = [
    *(r"\s", r"\S", r"\d", r"\D", r"\w", r"\W", r"\h", r"\H", "."),
    *(rf"\p{{{name}}}" for name in sorted(sets.CATEGORIES - {"Cs"} | sets.SCRIPTS)),
    *(r"\p{Alphabetic}", r"\p{Uppercase}", r"\p{Lowercase}", r"\p{White_Space}", r"\p{Emoji}", r"\p{Ideographic}", r"\p{Math}"),
    *(r"\P{L}", r"\p{^N}", r"[^\p{Ll}\d]", r"[\p{L}&&[^\p{Han}]]", r"[\p{L}\p{N}&&\p{Latin}]"),
]
_CLASSES_OF_RUST = [
    *(r"[\p{L}--\p{Latin}]", r"[\p{L}~~\p{Alphabetic}]", r"\p{Script=Han}", r"\p{gc=Lu}", r"\p{sc=Greek}", r"\pL", "(?s:.)"),
    *(f"[[:{name}:]]" for name in expressions._POSIX),
    *("[[:^alpha:]_]", r"(?i:\p{Lu})", r"(?i:\P{Lu})", r"(?i:[^\p{Lu}])", "(?i:[^a-k])", "(?i:[à-þ])", "(?i:k)", "(?i:ß)"),
    *(r"(?i)[^\P{Ll}ſ]", r"(?i:[\w--a])", r"(?i:[a-z&&[^S]])", r"\p{Letter}"),
    *(r"\x{1F600}", "\\u{e9}", "\\U0001F600", "(?i:σ)", "(?i:İ)", "(?i:ı)", "(?i:ǆ)"),
]
_CLASSES_OF_ONIGURUMA = [
    *(f"[[:{name}:]]" for name in expressions._POSIX_IN_UNICODE),
    "(?m:.)",
    "[[:^alpha:]_]",
    "(?i:k)",
    "(?i:s)",
    "(?i:i)",
]


@functools.cache
def members_by_tiktoken(one: str) -> str:
    encoding = tiktoken.Encoding("members", pat_str=one, mergeable_ranks=BYTES, special_tokens={})
    return bytes(encoding.encode_ordinary(CHARACTERS)).decode()


@pytest.mark.parametrize("one", [*_CLASSES, *_CLASSES_OF_RUST])
def test_each_class_has_the_members_that_it_has_in_tiktoken(one: str) -> None:
    assert "".join(pieces_of(splitter_for(one), CHARACTERS)) == members_by_tiktoken(one)


@pytest.mark.parametrize("one", [*_CLASSES, *_CLASSES_OF_ONIGURUMA])
def test_each_class_has_the_members_that_it_has_in_tokenizers(one: str) -> None:
    """What the same engine replaces by nothing: to make pieces of so many characters takes it ten times as long."""
    others = normalizers.Replace(tokenizers.Regex(f"(?:{one})+"), "").normalize_str(CHARACTERS)
    members = "".join(pieces_of(splitter_of([Step(f"(?:{one})+", "oniguruma", "Matches")]), CHARACTERS))
    assert len(members) + len(others) == len(CHARACTERS)
    assert set(members).isdisjoint(others)


# ---- Any pattern, any text -------------------------------------------------------------------------------------------

_ATOMS = (
    *(
        "a",
        "b",
        "s",
        "t",
        "S",
        "é",
        "ß",
        "ſ",
        " ",
        r"\n",
        "&",
        "-",
        "~",
        "]",
        "1",
        ".",
        r"\.",
        r"\-",
        r"\s",
        r"\S",
        r"\d",
        r"\w",
    ),
    *(r"\p{L}", r"\P{Lu}", r"\p{^N}", r"\x61", "\\u00e9", r"\z", "(?!a)", r"(?!\S)", "(?=b)", r"(?=b|\z)", "(?!(?:a|b)+)"),
    *("(?i:s)", "(?i:'s|'t)", "(?i:[sé])", r"(?>a+)", "(?s:.)", "$", "a++", "a?+", "b*+a", r"\s{1,2}+", "[a-s]"),
)
_MEMBERS = (*SET_MEMBERS, r"\n")
_OTHER_MEMBERS = ("&&", "--", "~~", "[ab]", "[^a]", "[:alpha:]", "-", "[", r"\w", "[b[s]]", "&&[^b]", "--[ab]")
_REPEATS = (
    "?",
    "*",
    "+",
    "??",
    "*?",
    "+?",
    "?+",
    "*+",
    "++",
    "{2}",
    "{1,2}",
    "{2,}",
    "{1,2}?",
    "{0,1}",
    "{1,3}+",
    "{2}?",
    "{,2}",
)

# Stands behind what is repeated. tiktoken 0.14 takes b+a?b+ for b+(?:ab+)?, and (?=) in between keeps it from that.
MARK = "\ue000"


def _sets_of(members: tuple[str, ...]) -> st.SearchStrategy[str]:
    inner = st.lists(st.sampled_from(members), min_size=1, max_size=4).map("".join)
    return st.builds("[{}{}]".format, st.sampled_from(["", "^"]), inner)


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    openings = st.sampled_from(["(", "(?:", "(?=", "(?!", "(?>", "(?i:"])
    return st.one_of(
        st.lists(inner, min_size=2, max_size=3).map("".join),
        st.lists(inner, min_size=2, max_size=3).map("|".join),
        st.builds("{}{})".format, openings, inner),
        st.builds(f"(?:{{}}){{}}{MARK}".format, inner, st.sampled_from(_REPEATS)),
        st.builds(f"{{}}{{}}{MARK}".format, _sets_of(_MEMBERS), st.sampled_from(_REPEATS)),
    )


_sets_of_all = st.one_of(_sets_of(_MEMBERS), _sets_of(_MEMBERS + _OTHER_MEMBERS))
patterns = st.recursive(st.one_of(st.sampled_from(_ATOMS), _sets_of_all), _larger, max_leaves=8)
texts = st.text(st.sampled_from("aabbsStéßſA1 \n\n&-~|]\\[:.#()'"), max_size=12)


@given(patterns, texts)
@example("(?:a+b|a)", "aaaab")
@example("(?:ab|a)(?:bc)?", "abc")
@example("[~~]+", "~")
def test_any_pattern_is_tiktokens(marked: str, text: str) -> None:
    splitter = compiled(marked.replace(MARK, ""), "rust")
    if splitter is not None:
        assert pieces_of(splitter, text) == by_tiktoken(marked.replace(MARK, "(?=)"), text)


@given(patterns, texts)
@example("a{1,2}+b", "aaab")
@example("a$", "a\na")
def test_any_pattern_is_tokenizers(marked: str, text: str) -> None:
    pattern = marked.replace(MARK, "")
    splitter = compiled(pattern, "oniguruma")
    if splitter is not None:
        assert pieces_of(splitter, text) == by_tokenizers(text, split_by(pattern))


@given(patterns, texts, st.sampled_from(["rust", "oniguruma"]))
def test_any_pattern_is_what_trying_everything_finds(marked: str, text: str, dialect: str) -> None:
    pattern = marked.replace(MARK, "")
    splitter = compiled(pattern, dialect)
    if splitter is not None:
        reader = expressions._OnigurumaReader if dialect == "oniguruma" else expressions._Reader
        assert pieces_of(splitter, text) == naively(reader(pattern).read(), text)


# ---- Steps -----------------------------------------------------------------------------------------------------------

BEHAVIORS = {
    "Isolated": "isolated",
    "Removed": "removed",
    "MergedWithPrevious": "merged_with_previous",
    "MergedWithNext": "merged_with_next",
    "Contiguous": "contiguous",
}
_PLAIN = (
    "a",
    "ab?",
    r"\s+",
    "[^a]",
    "b+|a",
    r"\p{N}{1,2}",
    r"a\z",
    r"\s+(?!\S)",
    PATTERNS["gpt2"],
    PATTERNS["cl100k"],
    "a+1|a",
)
steps = st.lists(st.tuples(st.sampled_from(_PLAIN), st.sampled_from(sorted(BEHAVIORS)), st.booleans()), min_size=1, max_size=4)


@given(steps, texts)
def test_any_steps_are_tokenizers(taken: list[tuple[str, str, bool]], text: str) -> None:
    splitter = splitter_of([Step(pattern, "oniguruma", behavior, invert) for pattern, behavior, invert in taken])  # type: ignore[arg-type]
    theirs = [split_by(pattern, BEHAVIORS[behavior], invert=invert) for pattern, behavior, invert in taken]
    assert pieces_of(splitter, text) == by_tokenizers(text, *theirs)


@given(steps, texts, st.integers(1, 12))
def test_steps_can_be_taken_as_the_text_comes(taken: list[tuple[str, str, bool]], text: str, size: int) -> None:
    splitter = splitter_of([Step(pattern, "oniguruma", behavior, invert) for pattern, behavior, invert in taken])  # type: ignore[arg-type]
    assert splitter.native is not None
    data = text.encode()
    expected = native_bpe.split(splitter.native, data)
    found: list[int] = []
    start, shown = 0, 0
    while shown < len(data):
        shown = min(shown + size, len(data))
        more = native_bpe.split(splitter.native, data[start:shown], is_final=shown == len(data))
        found += [end + start for end in more]
        start = found[-1] & ~native_bpe.LEFT_OUT if found else 0
    assert _joined(found) == _joined(expected)


def _joined(ends: list[int]) -> list[int]:
    """Text that is left out may come in parts."""
    both = native_bpe.LEFT_OUT
    return [
        end for end, following in itertools.zip_longest(ends, ends[1:], fillvalue=0) if not (end & both and following & both)
    ]


@given(patterns, texts, texts, texts)
def test_a_cut_is_one_whatever_is_around(marked: str, before: str, text: str, behind: str) -> None:
    splitter = compiled(marked.replace(MARK, ""), "rust")
    if splitter is None or splitter.native is None:
        return
    data = text.encode()
    cut = native_bpe.find_cut(splitter.native, data, 1)
    if cut < len(data):
        whole = before.encode() + data + behind.encode()
        at = len(before.encode()) + cut
        parts = native_bpe.split(splitter.native, whole[:at]), native_bpe.split(splitter.native, whole[at:])
        assert _joined([*parts[0], *(end + at for end in parts[1])]) == _joined(native_bpe.split(splitter.native, whole))


# ---- Steps without a pattern, and published chains -------------------------------------------------------------------


def pieces_of_bytes(splitter: Splitter, text: str) -> list[bytes]:
    assert splitter.native is not None
    data = text.encode()
    return [data[start:end] for start, end in itertools.pairwise([0, *native_bpe.split(splitter.native, data)])]


@pytest.mark.parametrize(
    ("step", "theirs"),
    [(digits_step(individual=True), pre_tokenizers.Digits(True)), (punctuation_step(), pre_tokenizers.Punctuation())],
    ids=["digits", "punctuation"],
)
def test_steps_without_a_pattern_take_the_same_characters(step: Step, theirs: Any) -> None:
    assert pieces_of(splitter_of([step]), CHARACTERS) == by_tokenizers(CHARACTERS, theirs)


_BYTE_LEVEL = functools.partial(pre_tokenizers.ByteLevel, add_prefix_space=False)
CHAINS: dict[str, tuple[list[Step], list[Any]]] = {
    "StarCoder": (
        [digits_step(individual=True), byte_level_step()],
        [pre_tokenizers.Digits(True), _BYTE_LEVEL(use_regex=True)],
    ),
    "Falcon": (
        [
            punctuation_step("Contiguous"),
            byte_level_step(),
            digits_step(individual=False, over_bytes=True),
            Step("[0-9][0-9][0-9]", "oniguruma", "Isolated", over_bytes=True),
        ],
        [
            pre_tokenizers.Punctuation("contiguous"),
            _BYTE_LEVEL(use_regex=True),
            pre_tokenizers.Digits(False),
            split_by("[0-9][0-9][0-9]", "isolated", invert=False),
        ],
    ),
    "DeepSeek V3": (
        [Step(each, "oniguruma", "Isolated") for each in DEEPSEEK3_STEPS],
        [*(split_by(each, "isolated", invert=False) for each in DEEPSEEK3_STEPS), _BYTE_LEVEL(use_regex=False)],
    ),
    "DeepSeek V3, as any other": (
        [Step(f"(?:{each})", "oniguruma", "Isolated") for each in DEEPSEEK3_STEPS],
        [*(split_by(each, "isolated", invert=False) for each in DEEPSEEK3_STEPS), _BYTE_LEVEL(use_regex=False)],
    ),
    "over bytes": (
        [byte_level_step(), byte_level_step(over_bytes=True), punctuation_step("MergedWithPrevious", over_bytes=True)],
        [
            _BYTE_LEVEL(use_regex=True),
            split_by(PATTERNS["gpt2"], "isolated", invert=False),
            pre_tokenizers.Punctuation("merged_with_previous"),
        ],
    ),
}
_TO_BYTE = {chr(character): byte for byte, character in _TO_CHARACTER.items()}


@pytest.mark.parametrize("name", CHAINS)
def test_published_chains_are_tokenizers(name: str) -> None:
    ours, theirs = CHAINS[name]
    splitter = splitter_of(ours)
    for text in [*TEXTS, "1²²3 ٣x１２３４5678½ ،a。b!?«x»\n 2.5%", "³ab 12é345", "日本123ひらkata"]:
        expected = [bytes(map(_TO_BYTE.__getitem__, piece)) for piece in by_tokenizers(text, *theirs)]
        assert pieces_of_bytes(splitter, text) == expected


@given(st.sampled_from(sorted(CHAINS)), st.text(st.sampled_from("ab 1²,.\n日é½'s!"), max_size=16))
def test_published_chains_are_tokenizers_on_any_text(name: str, text: str) -> None:
    ours, theirs = CHAINS[name]
    expected = [bytes(map(_TO_BYTE.__getitem__, piece)) for piece in by_tokenizers(text, *theirs)]
    assert pieces_of_bytes(splitter_of(ours), text) == expected


@given(steps, texts)
def test_regex_takes_steps_as_the_core_does(taken: list[tuple[str, str, bool]], text: str) -> None:
    splitter = splitter_of([Step(pattern, "rust", behavior, invert) for pattern, behavior, invert in taken])  # type: ignore[arg-type]
    engines = tuple(map(_compile, splitter.steps))
    by_regex = [piece.decode() for group in Splitter(splitter.steps, None, engines).split(text) for piece in group]
    assert by_regex == pieces_of(splitter, text)


# ---- In a tokenizer --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["gpt2", "cl100k", "o200k", "tekken", "qwen35", "kimi", "deepseek3"])
def test_a_machine_trains_and_encodes_as_the_windows_of_its_pattern_do(name: str) -> None:
    texts = [" ".join(TEXTS) * 50, *TEXTS, "word " * 30_000]
    by_windows, by_machine = Tokenizer(name), Tokenizer(f"(?:{PATTERNS[name]})")
    for tokenizer in (by_windows, by_machine):
        tokenizer.train_from_iterator(texts, 300, threads=2)
    assert by_machine.mergeable_ranks() == by_windows.mergeable_ranks()
    assert by_machine.encode_batch(texts, threads=2) == by_windows.encode_batch(texts, threads=2)
    assert [by_machine.count(text) for text in texts] == [by_windows.count(text) for text in texts]


def test_text_that_no_match_covers_is_left_out_as_in_tiktoken() -> None:
    pattern = r"[\p{L}&&[^\p{Han}]]+"
    tokenizer = Tokenizer.from_mergeable_ranks(BYTES | {b"ab": 256}, pattern)
    encoding = tiktoken.Encoding("some", pat_str=pattern, mergeable_ranks=BYTES | {b"ab": 256}, special_tokens={})
    for text in (*TEXTS, "ab中ab", "中文", "中" * 100_000 + "ab"):
        assert tokenizer.encode(text) == encoding.encode_ordinary(text)
    tokenizer.train("ab中文ab 中文", 258)
    assert tokenizer.mergeable_ranks()[b"ab"] == 256
    assert len(tokenizer.mergeable_ranks()) == 257  # nothing of what is left out is counted


@pytest.mark.parametrize(
    "pattern", [NAMED["kimi"], NAMED["qwen35"], NAMED["deepseek3"], r"a\z|[^a]", "(?i:'s)|.", PATTERNS["r50k"]]
)
def test_what_is_written_for_tokenizers_means_the_same_there(pattern: str) -> None:
    step = Step(pattern, "rust", "Matches")
    written = written_for_oniguruma(step)
    for text in TEXTS:
        assert pieces_of(splitter_of([step]), text) == by_tokenizers(text, split_by(written))


@pytest.mark.parametrize("pattern", [r"\w+", "a$", "a{1,2}+", "(?i:ss)"])
def test_what_means_something_else_in_tokenizers_is_not_written(pattern: str) -> None:
    with pytest.raises(ValueError, match="do not read alike"):
        written_for_oniguruma(Step(pattern, "rust", "Matches"))
