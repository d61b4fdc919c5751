"""Patterns from anywhere: what is taken means the same in `regex`, tiktoken and tokenizers, and costs little.

The peers are asked what they make of a pattern. They know different versions of Unicode, so they are asked about characters
that are in all of these.
"""

from __future__ import annotations

import functools
import json
import pickle
import struct
import subprocess
import sys
import unicodedata
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import regex
import tiktoken
import tokenizers
from containers import sealed, sections_of
from hypothesis import example, given
from hypothesis import strategies as st
from published_patterns import DEEPSEEK3_STEPS, NAMED, SET_MEMBERS
from test_bpe_files import minimal_file
from tokenizers import pre_tokenizers

from text_processor import InvalidTokenizerError, PieceCounts, Tokenizer, cli
from text_processor.bpe._split import dialects, splitter
from text_processor.bpe._split.dialects import MOST_CHARACTERS, MOST_STATES, PROPERTIES, check

BYTES = {bytes([byte]): byte for byte in range(256)}

# ---- What the engines make of a pattern --------------------------------------------------------------------------------


def by_regex(pattern: str, text: str) -> list[str]:
    return [found[0] for found in regex.compile(pattern, cache_pattern=False).finditer(text)]


def by_tiktoken(pattern: str, text: str) -> list[str]:
    """Each piece is a token, as all parts of the text are."""
    tokens = {text[i:j].encode() for i in range(len(text)) for j in range(i + 1, len(text) + 1)}
    ranks = BYTES | {token: 256 + i for i, token in enumerate(sorted(tokens - BYTES.keys()))}
    encoding = tiktoken.Encoding("pieces", pat_str=pattern, mergeable_ranks=ranks, special_tokens={})
    return [encoding.decode_single_token_bytes(each).decode() for each in encoding.encode_ordinary(text)]


def by_tokenizers(pattern: str, text: str) -> list[str]:
    split = pre_tokenizers.Split(tokenizers.Regex(pattern), "removed", invert=True)
    return [piece for piece, _ in split.pre_tokenize_str(text)]


def members_by_tiktoken(pattern: str, text: str) -> str:
    encoding = tiktoken.Encoding("members", pat_str=pattern, mergeable_ranks=BYTES, special_tokens={})
    return bytes(encoding.encode_ordinary(text)).decode()


def is_taken(pattern: str, *, oniguruma: bool = False) -> bool:
    try:
        check(pattern, oniguruma=oniguruma)
    except ValueError:
        return False
    return True


# ---- Published patterns ------------------------------------------------------------------------------------------------

PUBLISHED = {
    **{name: NAMED[name] for name in ("gpt2", "cl100k", "o200k", "qwen2", "tekken", "qwen35")},
    "the second of DeepSeek V3": DEEPSEEK3_STEPS[1],
    "the third of DeepSeek V3": DEEPSEEK3_STEPS[2],
    "possessive": NAMED["r50k"].replace(r"|\s++$", ""),
}
TEXTS = ["I'LL say: it's 12345 ...\n\n  ok", "Ünïcödé 中文とカナ é\u0301x", "x\r\n\r\n\ty ", "f(x)=[1,2]; // _a", "ſ'ſ K'S"]


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_patterns_are_taken_and_mean_the_same(name: str) -> None:
    pattern = PUBLISHED[name]
    check(pattern, oniguruma=True)
    for text in TEXTS:
        assert by_regex(pattern, text) == by_tiktoken(pattern, text) == by_tokenizers(pattern, text)


def test_patterns_for_one_library_alone_are_taken_where_that_is_meant() -> None:
    for pattern in (r"\w+|\W+", r"(?<=a)b|.", r"^a|\A.", r"\p{N}{1,3}+", "a{2}?b", r"\pL+", r"(?i:[j-z]+|ss)"):
        check(pattern)
        assert not is_taken(pattern, oniguruma=True)
        for text in (*TEXTS, "ab aab A ss\nab"):
            assert by_regex(pattern, text) == by_tiktoken(pattern, text)


# ---- What is read otherwise --------------------------------------------------------------------------------------------

# Which regex takes for [^ab], where no other does; with the place of the second one.
ALIKE = [
    ("[^a]|[^b]", 5),
    ("x[^a]|x[^b]", 6),
    ("(?:[^a])|[^b]", 9),
    ("[^a]|c|(?:d|[^b])", 7),
    ("[^a-a]|[^b]", 7),
    ("[^a]{1}|[^\\x62]", 8),
    ("c(?:d|[^b]|[^a])", 11),
]

# The pattern; what the message names; the character; a part of the way round.
REFUSED = [
    (r"[\p{L}&&[^\p{Han}]]+|\p{Han}+", "'&&' in a set", 6, "(?=[…])[…]"),
    (r"a|[\w--\d]", "'--' in a set", 5, "(?![…])[…]"),
    ("[ab||cd]", "'||' in a set", 3, "(?=[…])[…]"),
    ("[ab~~cd]", "'~~' in a set", 3, "(?=[…])[…]"),
    ("[a[bc]]", "'[' in a set", 2, r"a bracket itself is \["),
    ("[[:alpha:]]+", "'[' in a set", 1, r"a bracket itself is \["),
    (r"[\w-a]", "'-' in a set", 3, r"the character itself is \-"),
    ("[a-c-e]", "'-' in a set", 4, r"the character itself is \-"),
    ("[]-a]", "an empty set", 0, r"\]"),
    (r"[\b]", r"the escape '\\b' in a set", 1, "write the character itself"),
    (r"a\Z", r"'\\Z'", 1, r"the end of the text is (?![\s\S])"),
    (r".$", "'$'", 1, r"the end of the text is (?![\s\S])"),
    (r"\h+", r"'\\h'", 0, r"[ \t]"),
    (r"a\R", r"'\\R'", 1, r"(?:\r\n|[\n\v\f\r])"),
    (r"\N+", r"'\\N'", 0, r"[^\n]"),
    (r"\<a", r"'\\<'", 0, "without the backslash"),
    *((rf"a\{each}", rf"the escape '\\{each}'", 1, "write the character itself") for each in "KGXOHQEe0"),
    (r"(a)\1", r"the back reference '\\1'", 3, "write out"),
    (r"(a)\g<1>", r"the back reference '\\g'", 3, "write out"),
    ("(?<n>a)", "the named group '(?<n>'", 0, "without a name"),
    ("(?P<n>a)", "the named group '(?P<n>'", 0, "without a name"),
    ("a(?i)b", "the flags '(?i)'", 1, "(?i:…)"),
    ("(?x: a b)", "the flags '(?x:'", 0, "(?i:…)"),
    ("(?s:.)", "the flags '(?s:'", 0, r"[\s\S]"),
    ("(?V1)[a&&b]", "the flags '(?V1)'", 0, "(?i:…)"),
    ("(?#a)b", "the group '(?#'", 0, "(?:…)"),
    ("(?|a|b)", "the group '(?|'", 0, "(?:…)"),
    ("(?(1)a|b)", "the group '(?('", 0, "(?:…)"),
    ("a(?R)b", "the group '(?R'", 1, "(?:…)"),
    ("a(?~b)", "the group '(?~'", 1, "(?:…)"),
    ("(a){e<=1}", "'{'", 3, r"the character itself is \{"),
    ("a{,2}b", "'{'", 1, "up to n times {0,n}"),
    ("a**", "'*' behind nothing that it could repeat", 2, "(?:…)"),
    ("a+++", "'+' behind nothing that it could repeat", 3, "(?:…)"),
    ("(*FAIL)", "'*' behind nothing that it could repeat", 1, "(?:…)"),
    ("(?=a)+b", "'+' behind nothing that it could repeat", 5, "(?:…)"),
    ("(?:a*)+b", "'+' behind what can match no text", 6, "a character at least"),
    ("b|a*", "an alternative that can match no text", 2, "a character at least"),
    ("()", "an alternative that can match no text", 0, "a character at least"),
    (r"\p{gc=L}", r"the property '\\p{gc=L}'", 0, "such as Han"),
    (r"\p{Extended_Pictographic}", r"the property '\\p{Extended_Pictographic}'", 0, "such as Lu"),
    (r"[\p{Lu]", r"the property '\\p{Lu]' in a set", 1, "such as Lu"),
    ("(?i:it)", "an i in (?i:…)", 4, "[iI]"),
    (r"(?i:\x49)", "an i in (?i:…)", 4, "[iI]"),
    ("(?i:[a-z])", "an i in (?i:…)", 5, "[iI]"),
    *((each, "the alternatives '[^a] and [^b]'", place, r"(?!…)[\s\S]") for each, place in ALIKE),
    *(
        (rf"(?i:'s)|{each}x", f"{each!r} in a pattern with (?i:…)", 8, r"(?!…)[\s\S]")
        for each in (r"\P{Lu}", r"\p{^Ll}", r"[^\p{Lu}]", r"[\P{Lt}1]", "[^1a]", "[^é ]", "[^ -z]", "[^\x00-\U0010ffff]")
    ),
    ("[^ab]c|(?i:d)", "'[^ab]' in a pattern with (?i:…)", 0, r"(?!…)[\s\S]"),
    (r"a|[^\s\S]", r"the set '[^\\s\\S]', of what is neither in a class nor outside of one", 2, "(?!…)[…]"),
    (r"[^\d\P{Nd}]", r"the set '[^\\d\\P{Nd}]', of what is neither in a class nor outside of one", 0, "(?!…)[…]"),
    (r"(?i:\p{Lu})", r"'\\p{Lu}' in (?i:…)", 4, "write it outside"),
]


@pytest.mark.parametrize(("pattern", "what", "place", "way"), REFUSED, ids=[each[0] for each in REFUSED])
def test_what_is_read_otherwise_is_refused(pattern: str, what: str, place: int, way: str) -> None:
    with pytest.raises(ValueError, match="regex, tiktoken and tokenizers do not read alike") as caught:
        check(pattern)
    assert f"has {what} at character {place}, which" in str(caught.value)
    assert way in str(caught.value)
    assert len(str(caught.value)) < 500


# What Oniguruma alone reads otherwise, or may.
REFUSED_THERE = [
    (r"\w", r"'\\w'", r"[\p{L}\p{M}\p{N}_]"),
    ("^a", "'^'", "(?!…)"),
    (r"\ba", r"'\\b'", "(?!…)"),
    ("(?<=a)b", "'(?<='", "(?!…)"),
    ("a{1,3}+", "'{1,3}+'", "(?>…)"),
    ("a{2}+", "'{2}+'", "(?>…)"),
    ("a{2}?", "'{2}?'", "leave out the last ?"),
    (r"\pL", r"'\\pL'", r"\p{L}"),
    ("(?i:ss)", "'ss' in (?i:…)", "[sS]"),
    ("(?i:é)", "'é' in (?i:…)", "write both cases outside"),
    ("(?i:[j-z])", "'j' in (?i:…)", "write both cases outside"),
    ("(?i:[s])", "'[s]' in (?i:…)", "write both cases outside"),
    ("(?i:[^st])", "'[^st]' in (?i:…)", "write both cases outside"),
    ("(?i:s+)", "'+' in (?i:…)", "write it outside"),
    (r"(?i:\s)", r"'\\s' in (?i:…)", "write it outside"),
    ("(?i:(?:s)s)", "a group in (?i:…)", "write it outside"),
]


@pytest.mark.parametrize(("pattern", "what", "way"), REFUSED_THERE, ids=[each[0] for each in REFUSED_THERE])
def test_what_oniguruma_reads_otherwise_is_refused_in_its_files(pattern: str, what: str, way: str) -> None:
    check(pattern)
    with pytest.raises(ValueError, match=r"regex and Oniguruma, the engine of tokenizer\.json, do not read alike") as caught:
        check(pattern, oniguruma=True)
    assert f"has {what} at character" in str(caught.value)
    assert way in str(caught.value)


# The atomic group is for regex alone.
EVERYWHERE = r"(?>ab|a)[\p{L}&&[^\p{Han}]]+|\p{Han}+"


def own_file(pattern: str) -> bytes:
    state, *_ = Tokenizer("gpt2").__getstate__()
    described, *others = sections_of(state, 5)
    return sealed(b"\x89TPB\r\n\x1a\n", [json.dumps({**json.loads(described), "pattern": pattern}).encode(), *others])


def hugging_face_file(pattern: str, behavior: str = "Removed", invert: bool = True) -> str:
    file = minimal_file()
    split = {"type": "Split", "pattern": {"Regex": pattern}, "behavior": behavior, "invert": invert}
    file["pre_tokenizer"] = {"type": "Sequence", "pretokenizers": [split, file["pre_tokenizer"] | {"use_regex": False}]}
    return json.dumps(file)


def from_tiktoken(path: Path, pattern: str) -> Tokenizer:
    Tokenizer().save_tiktoken(path)
    return Tokenizer.from_tiktoken(path, pattern)


def load_with_pattern(path: Path, pattern: str) -> Tokenizer:
    Tokenizer().save_tiktoken(path)
    return Tokenizer.load(path, pattern=pattern)


def counts_of(pattern: str) -> bytes:
    described, *others = sections_of(PieceCounts("gpt2").to_bytes(), 2)
    return sealed(b"\x89TPQ\r\n\x1a\n", [json.dumps({**json.loads(described), "pattern": pattern}).encode(), *others])


def load(path: Path, pattern: str) -> Tokenizer:
    path.write_bytes(own_file(pattern))
    return Tokenizer.load(path)


def unpickled(path: Path, pattern: str) -> Any:
    state, *_ = Tokenizer("gpt2").__getstate__()
    other = own_file(pattern)
    pickled = pickle.dumps(Tokenizer("gpt2"), 3)  # the last one without frames
    as_bytes = b"B" + struct.pack("<I", len(state)) + state  # which pickle writes for bytes of that length
    assert pickled.count(as_bytes) == 1
    return pickle.loads(pickled.replace(as_bytes, b"B" + struct.pack("<I", len(other)) + other))


def from_huggingface(path: Path, pattern: str) -> Tokenizer:
    path.write_text(hugging_face_file(pattern), encoding="utf-8")
    return Tokenizer.from_huggingface(path)


def command(path: Path, pattern: str) -> Any:
    path.with_suffix(".txt").write_text("ab", encoding="utf-8")
    cli.main(["bpe", "train", str(path.with_suffix(".txt")), "--vocab-size", "300", "--pattern", pattern, "-o", str(path)])


DOORS: dict[str, Callable[[Path, str], Any]] = {
    "constructor": lambda path, pattern: Tokenizer(pattern),
    "from_mergeable_ranks": lambda path, pattern: Tokenizer.from_mergeable_ranks(BYTES, pattern),
    "from_tiktoken": from_tiktoken,
    "load": load,
    "pickle": unpickled,
    "from_huggingface": from_huggingface,
    "from_str": lambda path, pattern: Tokenizer.from_str(hugging_face_file(pattern)),
    "load with a pattern": load_with_pattern,
    "PieceCounts": lambda path, pattern: PieceCounts(pattern),
    "PieceCounts.from_bytes": lambda path, pattern: PieceCounts.from_bytes(counts_of(pattern)),
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        (EVERYWHERE, "has '&&' in a set at character 14"),
        ("(?:abc|d){100000}", f"may have {MOST_STATES} states once its repeats are written out"),
        ("(?:" * 100 + "a" + ")" * 100, "is nested too deeply"),
        ("a" + "+" * 40 + ".", "'++' behind nothing that it could repeat at character 3"),
        ("[a-z]?" * 2000, "is too long"),
    ],
)
def test_every_door_refuses(tmp_path: Path, door: str, pattern: str, message: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - what it says is looked at
        DOORS[door](tmp_path / "file", pattern)
    assert message in str(caught.value)


def test_the_command_line_refuses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command(tmp_path / "file", EVERYWHERE)
    assert "has '&&' in a set at character 14" in capsys.readouterr().err


@pytest.mark.parametrize("door", DOORS)
def test_every_door_takes_what_is_read_alike(tmp_path: Path, door: str) -> None:
    assert DOORS[door](tmp_path / "file", NAMED["qwen2"]).pattern == NAMED["qwen2"]


# ---- Against the peers -------------------------------------------------------------------------------------------------


@functools.cache
def characters() -> str:
    """Those of Unicode 14 and before, of long runs of one kind a few; without U+0295, which is a small letter up to 16 only."""
    taken: list[str] = []
    runs = [(0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xE000, 0xF8FF), (0x17000, 0x18CD5), (0x20000, 0x10FFFF)]
    for code in range(0x110000):
        if any(first + 9 < code < last for first, last in runs) and code % 997:
            continue
        if unicodedata.category(chr(code)) not in ("Cn", "Cs") and code != 0x295:
            taken.append(chr(code))
    return "".join(taken)


@pytest.mark.skipif(unicodedata.unidata_version > "15.1", reason="knows characters that the peers may not know")
@pytest.mark.parametrize("one", [rf"\p{{{name}}}" for name in sorted(PROPERTIES)] + [*"sSdD", "."], ids=str)
def test_each_class_has_the_same_members(one: str) -> None:
    pattern = one if len(one) != 1 or one == "." else rf"\{one}"
    check(pattern, oniguruma=True)
    expected = "".join(regex.findall(pattern, characters()))
    assert members_by_tiktoken(pattern, characters()) == expected
    assert "".join(by_tokenizers(pattern, characters())) == expected


@pytest.mark.skipif(unicodedata.unidata_version > "15.1", reason="knows characters that the peers may not know")
@pytest.mark.parametrize("one", [r"\w", r"\W", r"(?i:\w)", r"(?i:[^sk])", "(?i:[j-z])", "(?i:[à-þ])", r"\P{^L}"])
def test_each_class_has_the_same_members_in_tiktoken(one: str) -> None:
    check(one)
    assert members_by_tiktoken(one, characters()) == "".join(regex.findall(one, characters()))


@pytest.mark.skipif(unicodedata.unidata_version > "15.1", reason="knows characters that the peers may not know")
def test_letters_whose_case_is_ignored_are_the_same() -> None:
    text = "".join(each for each in characters() if each.lower() != each or each.upper() != each or each.casefold() != each)
    n_taken = 0
    for letter in [*text[::7], *map(chr, range(0x21, 0x180))]:
        pattern = f"(?i:{letter})"
        if is_taken(pattern):
            n_taken += 1
            assert members_by_tiktoken(pattern, text) == "".join(regex.findall(pattern, text)), pattern
        if is_taken(pattern, oniguruma=True):
            assert by_tokenizers(pattern, text) == regex.findall(pattern, text), pattern
    assert n_taken > 500


@pytest.mark.parametrize("character", [chr(code) for code in range(0x20, 0x7F)])
def test_escapes_are_read_alike_or_refused(character: str) -> None:
    text = "".join(map(chr, range(0xA0)))
    for pattern in (rf"\{character}", rf"[\{character}~]", character, f"[{character}~]", rf"\x{ord(character):02x}"):
        if is_taken(pattern, oniguruma=True):
            assert by_regex(pattern, text) == by_tokenizers(pattern, text), pattern
        if is_taken(pattern):
            assert "".join(by_regex(pattern, text)) == members_by_tiktoken(pattern, text), pattern


_TAKEN = (
    *("a", "b", "s", "t", "S", "é", "ß", "ſ", " ", "\n", "&", "-", "~", "]", "}", ":", "#", "1", ".", r"\.", r"\n", r"\-"),
    *(r"\s", r"\S", r"\d", r"\p{L}", r"\P{Lu}", r"\p{^N}", r"\x61", "\\u00e9", r"\z", "(?i:s)", "(?i:[st])", "(?i:'s|'t)"),
)
_TAKEN_BY_TIKTOKEN = (r"\w", r"\W", r"\pL", "^", r"\A", r"\b", r"\B", "(?i:st)", "(?i:é)")
_OTHERS = ("$", r"\Z", r"\h", r"\R", r"\K", r"\G", "(?i)", "()", r"(a)\1", "[[:alpha:]]", "[a&&b]", "{", "*", "(?x: a)")
_MEMBERS = (*SET_MEMBERS, "\n", ".", "$")
_OTHER_MEMBERS = ("-", "&&", "||", "--", "~~", "[", "]", "^", "[:alpha:]", r"\w")


def _sets(members: tuple[str, ...]) -> st.SearchStrategy[str]:
    inner = st.lists(st.sampled_from(members), min_size=1, max_size=4).map("".join)
    return st.builds("[{}{}]".format, st.sampled_from(["", "^"]), inner)


# Stands behind what is repeated. tiktoken 0.14 takes b+a?b+ for b+(?:ab+)?, and (?=) in between keeps it from that.
MARK = "\ue000"

_GREEDY = ("?", "*", "+", "??", "*?", "+?", "?+", "*+", "++", "{2}", "{1,2}", "{2,}", "{1,2}?", "{0,1}")
_quantifiers = st.sampled_from([*_GREEDY, "{1,2}+", "{2}?", "{,2}"])
_openings = st.sampled_from(["(", "(?:", "(?:", "(?=", "(?!", "(?>", "(?<=", "(?<!", "(?i:"])


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.lists(inner, min_size=2, max_size=3).map("".join),
        st.lists(inner, min_size=2, max_size=3).map("|".join),
        st.builds("{}{})".format, _openings, inner),
        st.builds(f"(?:{{}}){{}}{MARK}".format, inner, _quantifiers),
        st.builds(f"{{}}{{}}{MARK}".format, st.one_of(st.sampled_from(_TAKEN), _sets(_MEMBERS)), _quantifiers),
    )


def _built_of(*atoms: str, members: tuple[str, ...]) -> st.SearchStrategy[str]:
    return st.recursive(st.one_of(st.sampled_from(atoms), _sets(members)), _larger, max_leaves=8)


patterns = st.one_of(
    _built_of(*_TAKEN, members=_MEMBERS),
    _built_of(*_TAKEN, *_TAKEN_BY_TIKTOKEN, members=(*_MEMBERS, r"\w")),
    _built_of(*_TAKEN, *_TAKEN_BY_TIKTOKEN, *_OTHERS, members=_MEMBERS + _OTHER_MEMBERS),
)
texts = st.text(st.sampled_from("aabbsStéßſA1 \n\n&-~|]\\[:.#()"), max_size=12)


@given(patterns, texts)
@example("a**", "aab")
@example("(?:a|)b", "ab b")
@example("[*--]", "*+,-")
@example(r"(?i:s)(?i:s)", "ßss")
@example("(?>a|ab)c", "abc ac")
def test_any_pattern_is_refused_or_read_as_tiktoken_reads_it(marked: str, text: str) -> None:
    pattern = marked.replace(MARK, "")
    if not is_taken(pattern):
        return
    try:
        pieces = by_regex(pattern, text)
    except regex.error:
        return
    try:
        expected = by_tiktoken(marked.replace(MARK, "(?=)"), text)
    except ValueError:  # which says what it does not read, and so reads nothing otherwise
        return
    assert pieces == expected


@given(patterns, texts)
@example("(?i:s)(?i:s)", "ßss")
@example("(?>a|ab)c", "abc ac")
@example(r"a\z|.", "a\n")
def test_any_pattern_is_refused_or_read_as_tokenizers_read_it(marked: str, text: str) -> None:
    pattern = marked.replace(MARK, "")
    if not is_taken(pattern, oniguruma=True):
        return
    try:
        pieces = by_regex(pattern, text)
    except regex.error:
        return
    try:
        expected = by_tokenizers(pattern, text)
    except Exception as error:
        assert "Oniguruma error" in str(error)  # noqa: PT017
        return
    assert pieces == expected


def test_tiktoken_finds_what_its_own_pattern_does_not_match() -> None:
    """Once it no longer does, the marks can go."""
    assert by_tiktoken("b+a?b+", "b") == ["b"]
    assert by_tiktoken("b+(?=)a?b+", "b") == by_regex("b+a?b+", "b") == by_tokenizers("b+a?b+", "b") == []


# ---- Bounds ------------------------------------------------------------------------------------------------------------

# Each pattern of so many; what they cost is not known before.
GROWING: list[Callable[[int], str]] = [
    lambda n: f"(?:abc|d){{{n}}}",
    lambda n: f"a{{{n}}}",
    lambda n: f"(?:(?=a)a){{{n}}}",
    lambda n: f"((a)){{{n}}}",
    lambda n: "|".join(f"a{i}" for i in range(n)),
    lambda n: "(?:ab|c)" * n,
    lambda n: "(?:ab|c)?" * n + "a",
    lambda n: "(?:ab|c)+" * n,
    lambda n: "(?>ab|c)" * n,
    lambda n: "(?!ab|c)" * n + "a",
    lambda n: "(?<!ab|c)" * n + "a",
    lambda n: f"(?:(?:ab|c){{2}}){{{n}}}",
    lambda n: "(?:ab|" * n + "c" + ")+" * n,
    lambda n: "(?:ab|" * n + "c" + "){2}" * n,
    lambda n: f"[abcdefg1-9éï]{{{n}}}",
    lambda n: "[" + "".join(chr(0x4E00 + 2 * i) for i in range(n)) + "]+",
    lambda n: "(?:" * n + "a" + ")" * n,
]


def largest(kind: Callable[[int], str]) -> str:
    low, high = 1, 2 * MOST_CHARACTERS
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if is_taken(kind(middle)) else (low, middle - 1)
    return kind(low)


COMPILE = """
import json, resource, sys, threading
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
import regex
threading.stack_size(1 << 17)
def compile_all():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for pattern in json.load(sys.stdin):
        regex.compile(pattern, cache_pattern=False).findall("abcd" * 10)
    print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024)
thread = threading.Thread(target=compile_all)
thread.start()
thread.join()
"""


@pytest.mark.timing(alone=False)
@pytest.mark.skipif(sys.platform != "linux", reason="limits memory, and counts it, as Linux does")
def test_the_largest_patterns_cost_little() -> None:
    """In a process that may be ended by them, and in a thread with as small a stack as any system gives."""
    given_patterns = json.dumps([largest(kind) for kind in GROWING])
    ran = subprocess.run([sys.executable, "-c", COMPILE], input=given_patterns, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert int(ran.stdout) < 20 << 20


def test_nested_repeats_multiply() -> None:
    assert is_taken("(?:a{30}){30}")
    for pattern in (
        "(?:a{300}){300}",
        "(?:(?:(?:a{30}){30}){30}){30}",
        "(?:a+" * 20 + ")+" * 20,
        "(?:" * 12 + "ab" + "){2}" * 12,
    ):
        with pytest.raises(ValueError, match=f"may have {MOST_STATES} states once its repeats are written out"):
            check(pattern)
    for pattern in ("a{100001}", "a{0,100001}", "a{9" + "0" * 4999 + "}"):
        with pytest.raises(ValueError, match="at most 100000 repeats are allowed"):
            check(pattern)
    check("[^a]{1,8192}", oniguruma=True)
    assert is_taken("a{" + "0" * 5000 + "2}")


def calls_of(act: Callable[[], object]) -> int:
    n = 0

    def count(*_: object) -> None:
        nonlocal n
        n += 1

    act()  # what is imported or compiled at the first time is not counted
    before = sys.getprofile()
    sys.setprofile(count)
    try:
        act()
    finally:
        sys.setprofile(before)
    return n


@pytest.mark.parametrize("unit", ["a", "a?", "(a", "[a]", "(?:a|", "(?=a)", "[ab", "(?i:s)", "a|", r"\p{L}", "(", "{", "["])
def test_the_work_is_linear(unit: str) -> None:
    """Twice the pattern, twice the calls; what each of them looks at is bounded."""

    def calls(n: int) -> int:
        return calls_of(lambda: is_taken(unit * n))

    assert calls(400) < 2.1 * calls(200) + 50


# ---- What is left of them ----------------------------------------------------------------------------------------------


def test_nothing_of_a_refused_file_stays(tmp_path: Path) -> None:
    file = json.loads(hugging_face_file("(?>ab|a)c|refused"))
    file["model"]["merges"] = [["x", "nope"]]
    (tmp_path / "refused.json").write_text(json.dumps(file), encoding="utf-8")
    compiled: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(splitter, "_compile", compiled.append)
        with pytest.raises(InvalidTokenizerError, match="merges"):
            Tokenizer.from_huggingface(tmp_path / "refused.json")
    assert compiled == []


def test_a_compiled_pattern_goes_with_its_tokenizer(tmp_path: Path) -> None:
    tokenizer = from_huggingface(tmp_path / "file", "(?>ab|a)c|goes")
    engine = weakref.ref(tokenizer._model.splitter._engines[0])
    assert engine() is not None
    del tokenizer
    assert engine() is None


def test_a_pattern_is_checked_before_regex_is_asked_for() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "regex", None)
        with pytest.raises(ValueError, match="'&&' in a set"):
            Tokenizer(EVERYWHERE)


@pytest.mark.parametrize("pattern", [each for each, _ in ALIKE])
def test_regex_still_makes_one_set_of_alternatives_that_leave_one_character_out(pattern: str) -> None:
    """Once it does not, they need not be refused."""
    text = "xaxbcacb"
    assert by_regex(pattern, text) != by_tiktoken(pattern, text) == by_tokenizers(pattern, text)


@pytest.mark.parametrize(
    "pattern", ["[^a]|[^a]b", "[^ab]|[^bc]", "([^a])|[^b]", "\"[^\"]*\"|'[^']*'", "[^a]+c|[^b]d", r"[^a]|\S", r"[^\S\n]"]
)
def test_other_sets_beside_one_another_are_taken(pattern: str) -> None:
    check(pattern)
    text = "xaxbcacb 'a' \"b\""
    assert by_regex(pattern, text) == by_tiktoken(pattern, text) == by_tokenizers(pattern, text)


def test_surrogates_are_named() -> None:
    with pytest.raises(ValueError, match="has a lone surrogate at character 1, which UTF-8 cannot hold"):
        check("a\ud800")


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("(a", "the group at character 0 is not closed"),
        ("a)", "no group ends at character 1"),
        ("b[a", "the set at character 1 is not closed"),
    ],
)
def test_what_is_no_regular_expression_is_said(pattern: str, why: str) -> None:
    with pytest.raises(ValueError, match=f"is no regular expression: {why}"):
        dialects.check(pattern)
