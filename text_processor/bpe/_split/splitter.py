"""Split text into pieces: the steps of a tokenizer, and the engine that takes them, the core or the package ``regex``."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Literal, NamedTuple

from text_processor._common import arguments
from text_processor._common.messages import needs, quoted
from text_processor._native import bpe as native_bpe
from text_processor._native.bpe import NAMED, AnySplitter, NativeSplitter, NativeStep
from text_processor._native.status import InvalidArgumentError, TooLargeError
from text_processor.bpe._split import dialects, expressions
from text_processor.bpe._split.expressions import BeyondError

Dialect = Literal["rust", "oniguruma"]
Behavior = Literal["Matches", "Isolated", "Removed", "MergedWithPrevious", "MergedWithNext", "Contiguous"]

# Pieces from `regex` that are given to the core together.
SPLIT_PIECES = 1 << 14

PATTERNS: dict[str, str] = {name: native_bpe.pattern_text(number) for name, number in native_bpe.PATTERNS.items()}


class Step(NamedTuple):
    """One way of splitting: what the pieces of the step before are divided by, and what becomes of the matches.

    ``Matches`` is tiktoken's way: text that no match covers is left out. The others are those of Hugging Face's ``Split``.
    After the step ByteLevel, a step sees GPT-2's byte characters (`over_bytes`), one for each byte of the text; and so does
    each step after it.
    """

    pattern: str
    dialect: Dialect
    behavior: Behavior
    invert: bool = False
    over_bytes: bool = False


class Splitter:
    """Steps and the engine that takes them. Immutable; equal if the steps are.

    ``native`` is what the core needs to split; None if the package ``regex`` must.
    """

    __slots__ = ("_engines", "native", "steps")

    steps: tuple[Step, ...]
    native: AnySplitter | None
    _engines: tuple[Any, ...]

    def __init__(self, steps: tuple[Step, ...], native: AnySplitter | None, engines: tuple[Any, ...] = ()) -> None:
        self.steps = steps
        self.native = native
        self._engines = engines

    @property
    def pattern(self) -> str:
        """The regular expression of the only step, or of the last step; empty if there is none."""
        return self.steps[-1].pattern if self.steps else ""

    @property
    def name(self) -> str:
        """The name of the pattern if it has one, otherwise the pattern."""
        return next((name for name, text in PATTERNS.items() if text == self.pattern), self.pattern)

    def __eq__(self, other: object) -> bool:
        return self.steps == other.steps if isinstance(other, Splitter) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.steps)

    def split(self, text: str) -> Iterator[list[bytes]]:
        """Give the pieces of a whole text, found by ``regex``. Text that no match covers is left out, as in tiktoken."""
        pieces = self._pieces(text)
        while group := list(islice(pieces, SPLIT_PIECES)):
            yield group

    def _pieces(self, text: str) -> Iterator[bytes]:
        texts: Iterator[str] = iter([text] if text else [])
        is_over_bytes = False
        for step, engine in zip(self.steps, self._engines, strict=True):
            if step.over_bytes and not is_over_bytes:
                texts, is_over_bytes = map(_as_byte_characters, texts), True
            texts = _divide(texts, step, engine)
        return (each.translate(_TO_LATIN_1).encode("latin-1") if is_over_bytes else each.encode() for each in texts)


# The byte-level alphabet of GPT-2: a byte that is a printable character of Latin-1, except a blank, is written as that
# character; the other bytes are written as the characters from U+0100 on.
_PRINTABLE = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
_OTHERS = sorted(set(range(256)) - set(_PRINTABLE))
_TO_CHARACTER = {byte: byte for byte in _PRINTABLE} | {byte: 0x100 + i for i, byte in enumerate(_OTHERS)}
_TO_LATIN_1 = {character: byte for byte, character in _TO_CHARACTER.items()}


def _as_byte_characters(text: str) -> str:
    return text.encode().decode("latin-1").translate(_TO_CHARACTER)


# ---- Steps of tokenizers that have no pattern ------------------------------------------------------------------------

# What tokenizers 0.23 takes for a digit: Rust's char::is_numeric, which already knows numbers of Unicode 17.
DIGITS = r"[\p{N}\x{11DE0}-\x{11DE9}\x{16FF4}-\x{16FF6}]"

# What it takes for punctuation: that of ASCII, and the categories P of an old version of Unicode, without these.
_NO_PUNCTUATION_YET = (
    r"\x{61D}\x{9FD}\x{A76}\x{C77}\x{C84}\x{1B4E}\x{1B4F}\x{1B7D}-\x{1B7F}\x{2E43}-\x{2E4F}\x{2E52}-\x{2E5D}\x{10D6E}\x{10EAD}"
    r"\x{10F55}-\x{10F59}\x{10F86}-\x{10F89}\x{113D4}\x{113D5}\x{113D7}\x{113D8}\x{1144B}-\x{1144F}\x{1145A}\x{1145B}\x{1145D}"
    r"\x{11660}-\x{1166C}\x{116B9}\x{1183B}\x{11944}-\x{11946}\x{119E2}\x{11A3F}-\x{11A46}\x{11A9A}-\x{11A9C}\x{11A9E}-\x{11AA2}"
    r"\x{11B00}-\x{11B09}\x{11BE1}\x{11C41}-\x{11C45}\x{11C70}\x{11C71}\x{11EF7}\x{11EF8}\x{11F43}-\x{11F4F}\x{11FFF}"
    r"\x{12FF1}\x{12FF2}\x{16D6D}-\x{16D6F}\x{16E97}-\x{16E9A}\x{16FE2}\x{1E5FF}\x{1E95E}\x{1E95F}"
)
PUNCTUATION = rf"[[\p{{P}}$+<=>^`|~\x{{166D}}\x{{111C9}}]--[{_NO_PUNCTUATION_YET}]]"


def digits_step(*, individual: bool, over_bytes: bool = False) -> Step:
    """Return the step Digits of tokenizers."""
    return Step(DIGITS, "rust", "Isolated" if individual else "Contiguous", over_bytes=over_bytes)


def punctuation_step(behavior: Behavior = "Isolated", *, over_bytes: bool = False) -> Step:
    """Return the step Punctuation of tokenizers."""
    return Step(PUNCTUATION, "rust", behavior, over_bytes=over_bytes)


def byte_level_step(*, over_bytes: bool = False) -> Step:
    """Return the step ByteLevel of tokenizers, if it splits; the steps after it are over bytes."""
    return Step(PATTERNS["gpt2"], "rust", "Isolated", over_bytes=over_bytes)


# ---- A step, as tokenizers takes it ----------------------------------------------------------------------------------


def _divide(texts: Iterator[str], step: Step, engine: Any) -> Iterator[str]:
    """Give the pieces into which one step divides each text."""
    for text in texts:
        yield from _combined(_segments(text, step, engine), step.behavior)


def _segments(text: str, step: Step, engine: Any) -> Iterator[tuple[str, bool]]:
    """Give the matches and the text between them, each with whether it counts as a match."""
    end = 0
    for found in engine.finditer(text):
        if end < found.start():
            yield text[end : found.start()], step.invert
        yield found[0], not step.invert
        end = found.end()
    if end < len(text):
        yield text[end:], step.invert


def _combined(segments: Iterator[tuple[str, bool]], behavior: Behavior) -> Iterator[str]:
    piece, was_match = "", False
    for segment, is_match in segments:
        match behavior:
            case "Matches":
                joins, is_left_out = False, not is_match
            case "Removed":
                joins, is_left_out = False, is_match
            case "MergedWithPrevious":
                joins, is_left_out = is_match and not was_match, False
            case "MergedWithNext":
                joins, is_left_out = was_match and not is_match, False
            case "Contiguous":
                joins, is_left_out = is_match == was_match, False
            case _:
                joins, is_left_out = False, False
        if piece and not joins:
            yield piece
            piece = ""
        if not is_left_out:
            piece += segment
        was_match = is_match
    if piece:
        yield piece


# ---- Splitters -------------------------------------------------------------------------------------------------------


def splitter_for(pattern: str, dialect: Dialect = "rust") -> Splitter:
    """Return the splitter for a pattern, which is given by its text or its name; its matches are the pieces.

    Nothing is cached: a reader of files calls this last, after all other checks, and a rejected pattern leaves nothing.

    Raises:
        ImportError: it needs the package ``regex``, which is not installed.
        ValueError: it is no regular expression, may mean something else in another library, or is too large.
    """
    return splitter_of([Step(PATTERNS.get(pattern, pattern), dialect, "Matches")])


def splitter_of(steps: Iterable[Step]) -> Splitter:
    """Return the splitter that takes steps one after the other; errors as in `splitter_for`."""
    known = tuple(map(_in_one_form, steps))
    if number := _number_of_all(known):
        return Splitter(known, NAMED[number])
    if len(known) > native_bpe.MOST_STEPS:
        raise ValueError(f"text can be split in at most {native_bpe.MOST_STEPS} steps, not {len(known)}")
    try:
        return Splitter(known, NativeSplitter([_native_step(step) for step in known]))
    except (BeyondError, TooLargeError, InvalidArgumentError):  # what it is, or a way round, is said by the checks for regex
        return Splitter(known, None, tuple(_compile(step) for step in known))


# tokenizers uses Oniguruma with the syntax of Ruby, where $ is the end of a line, and {1,3}+ repeats. So these patterns are
# written in a form that means the same there.
AS_WRITTEN = {
    PATTERNS["r50k"]: PATTERNS["r50k"].replace("$", r"\z"),
    PATTERNS["cl100k_tiktoken"]: PATTERNS["cl100k_tiktoken"].replace("$", r"\z").replace("{1,3}+", "{1,3}"),
}
AS_READ = {written: pattern for pattern, written in AS_WRITTEN.items()}


def _in_one_form(step: Step) -> Step:
    """Return a step in the form that all steps have that do the same, as far as that is known."""
    pattern, dialect, behavior, invert, over_bytes = step
    if dialect == "oniguruma":
        pattern = AS_READ.get(pattern, pattern)
        if (step.pattern not in AS_WRITTEN and native_bpe.find_pattern(pattern)) or _is_the_same_in_both(pattern):
            dialect = "rust"
    if (behavior, invert) == ("Removed", True) and not over_bytes:
        behavior, invert = "Matches", False
    step = Step(pattern, dialect, behavior, invert, over_bytes)
    if behavior == "Isolated" and not over_bytes and _number_of(step):  # it leaves nothing between its matches
        step = step._replace(behavior="Matches", invert=False)
    return step


def written_for_oniguruma(step: Step) -> str:
    """Return the expression of a step as a tokenizer.json must have it, or raise `ValueError` if it may mean something else."""
    if step.dialect == "rust" and not (native_bpe.find_pattern(step.pattern) or _is_the_same_in_both(step.pattern)):
        dialects.check(step.pattern, oniguruma=True)
    return AS_WRITTEN.get(step.pattern, step.pattern) if step.dialect == "rust" else step.pattern


def _is_the_same_in_both(pattern: str) -> bool:
    """Whether an expression means the same in both dialects, as far as the core can do what it means."""
    try:
        return expressions.program_of(pattern, "rust") == expressions.program_of(pattern, "oniguruma")
    except BeyondError:
        return False


def _number_of(step: Step) -> int:
    """Return the number of the pattern of the core that a step has, or 0."""
    return 0 if step.over_bytes or step.dialect != "rust" else native_bpe.find_pattern(step.pattern)


# DeepSeek V3's tokenizer.json splits in three steps, which the core takes as one.
_DEEPSEEK3 = (
    r"\p{N}{1,3}",
    "[一-龥\u3040-\u309f\u30a0-\u30ff]+",
    (
        r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*"""
        r"|\s*[\r\n]+|\s+(?!\S)|\s+"
    ),
)


def _number_of_all(steps: tuple[Step, ...]) -> int:
    """Return the number of the pattern of the core that does what all steps do together, or 0."""
    if len(steps) == 1 and steps[0].behavior == "Matches":
        return _number_of(steps[0])
    if not all(step.behavior == "Isolated" and not step.invert and not step.over_bytes for step in steps):
        return 0
    patterns = tuple(step.pattern.replace("\r", r"\r").replace("\n", r"\n") for step in steps)
    return native_bpe.PATTERNS["deepseek3"] if patterns == _DEEPSEEK3 else 0


def _native_step(step: Step) -> NativeStep:
    number = _number_of(step)
    program = array("I") if number else expressions.program_of(step.pattern, step.dialect)
    is_matches = step.behavior == "Matches"
    behavior = native_bpe.BEHAVIORS["Removed" if is_matches else step.behavior]
    return NativeStep(number, program, behavior, step.invert != is_matches, step.over_bytes)


def _compile(step: Step) -> Any:
    pattern = step.pattern
    if not _number_of(step):
        dialects.check(pattern, oniguruma=step.dialect == "oniguruma")
    try:
        import regex  # noqa: PLC0415
    except ImportError as error:
        what = f"a tokenizer with the pattern {quoted(pattern)}"
        raise ImportError(needs(what, "regex", "regex")) from error
    try:
        return regex.compile(pattern, cache_pattern=False)
    except regex.error as error:
        raise ValueError(f"the pattern {quoted(pattern)} is no regular expression: {error}") from error


# As a regular expression, a mistyped name would leave out nearly all text without an error.
_NAME_LIKE = re.compile(r"[A-Za-z0-9_-]{3,}")


def checked_pattern(pattern: object) -> Splitter:
    """Return the splitter for a pattern that a user gives."""
    if not isinstance(pattern, str):
        raise TypeError(f"pattern must be str, a regular expression or the name of one, not {type(pattern).__name__}")
    text = arguments.plain(pattern)
    if text not in PATTERNS and _NAME_LIKE.fullmatch(text):
        names = ", ".join(map(repr, PATTERNS))
        raise ValueError(
            f"no pattern is called {quoted(text)}; those that have names are {names}. "
            f"As a regular expression, which would split nothing else, write {quoted(f'(?:{text})')}"
        )
    return splitter_for(text)
