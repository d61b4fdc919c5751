"""Split text into pieces: the steps of a tokenizer, and the engine that takes them, the core or the package ``regex``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Literal, NamedTuple

from text_processor._common import arguments
from text_processor._common.messages import needs, quoted
from text_processor._native import bpe as native_bpe
from text_processor.bpe import _patterns

Dialect = Literal["rust", "oniguruma"]
Behavior = Literal["Matches", "Isolated", "Removed", "MergedWithPrevious", "MergedWithNext", "Contiguous"]

# Pieces from `regex` that are given to the core together.
SPLIT_PIECES = 1 << 14

PATTERNS: dict[str, str] = {name: native_bpe.pattern_text(number) for name, number in native_bpe.PATTERNS.items()}


class Step(NamedTuple):
    """One way of splitting: what the pieces of the step before are divided by, and what becomes of the matches.

    ``Matches`` is tiktoken's way: text that no match covers is left out. The others are those of Hugging Face's ``Split``.
    After the step ByteLevel, a step sees GPT-2's byte characters (`over_bytes`), one for each byte of the text.
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
    native: int | None
    _engines: tuple[Any, ...]

    def __init__(self, steps: tuple[Step, ...], native: int | None, engines: tuple[Any, ...] = ()) -> None:
        self.steps = steps
        self.native = native
        self._engines = engines

    @property
    def pattern(self) -> str:
        """The regular expression of the only step, or of the last step; empty if there is none."""
        return self.steps[-1].pattern if self.steps else ""

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
    steps = tuple(steps)
    if len(steps) == 1 and steps[0].behavior in ("Matches", "Isolated") and not (steps[0].invert or steps[0].over_bytes):
        native = native_bpe.find_pattern(steps[0].pattern)
        if native:
            return Splitter(steps, native)
    return Splitter(steps, None, tuple(_compile(step) for step in steps))


def _compile(step: Step) -> Any:
    pattern = step.pattern
    if not native_bpe.find_pattern(pattern):
        _patterns.check(pattern, oniguruma=step.dialect == "oniguruma")
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
