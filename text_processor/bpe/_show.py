"""Tokens as people see them: coloured, with their ids, in a notebook, in a terminal, and as plain text."""

from __future__ import annotations

import codecs
import html
import shutil
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple

from text_processor._common import signatures
from text_processor._common.visible import visible
from text_processor.bpe._model import Untrained

# Colours that are behind tokens, one after the other: light enough for dark letters and dark enough for light ones.
_BACKGROUNDS = ("59,130,246", "234,88,12", "22,163,74", "168,85,247", "202,138,4", "8,145,178")

# The same for terminals, of their first 16 colours, which follow the theme.
_STYLES = (
    "black on bright_blue",
    "black on yellow",
    "black on bright_green",
    "black on bright_magenta",
    "black on bright_cyan",
)
_STYLE_OF_SPECIAL = "bold reverse"

# A notebook, and a terminal, show no more tokens than these; the others are counted.
MOST_TOKENS = 2_000

# The width of what is no terminal.
WIDTH = 80

# Characters of a token that are shown.
MOST_CHARACTERS = 80

# What stands for white space.
_WHITE = {" ": "·", "\n": "⏎", "\t": "→", "\r": "␍"}

SAMPLE = "The quick brown fox, 3.14 times: naïve 日本語 🙂"


class _Token(NamedTuple):
    """A token of a text."""

    id: int
    data: bytes
    is_special: bool

    def parts(self) -> Iterator[tuple[str, bool]]:
        """Give what it is made of: text, or bytes that are no character, as two digits each."""
        rest = self.data
        while rest:
            text, n_read = _valid(rest)
            if text:
                yield text, True
            if n_read < len(rest):
                yield f"{rest[n_read]:02X}", False
                n_read += 1
            rest = rest[n_read:]


def _valid(data: bytes) -> tuple[str, int]:
    """Decode as much of bytes as is valid, and return how many bytes that are."""
    try:
        return codecs.utf_8_decode(data, "strict", True)
    except UnicodeDecodeError as error:
        return str(data[: error.start], "utf-8"), error.start


def _plain(token: _Token) -> str:
    return "".join(_seen(text) if is_text else f"⟨{text}⟩" for text, is_text in token.parts()) or "∅"


def _seen(text: str) -> str:
    return "".join(_WHITE.get(each) or visible(each) for each in visible_cut(text))


def visible_cut(text: str) -> str:
    """Cut a long text off."""
    return text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]}…"


class TokenView:
    r"""The tokens of a text: ``print`` shows them in a terminal, and a notebook in colours, with the ids on hover.

    ``str`` and ``repr`` are plain text: tokens with their ids below, ``·`` for a blank, ``⏎`` for a line feed, ``→`` for a tab,
    and ``⟨C3⟩`` for a byte that is a part of a character. rich's ``print`` and ``text-processor bpe show`` use colours.

    >>> from text_processor import Tokenizer
    >>> tokenizer = Tokenizer()
    >>> tokenizer.train("low lower lowest", 258)
    >>> len(tokenizer.show("lower"))
    3
    """

    __slots__ = ("_ids", "_special", "_tokens")

    def __init__(self, ids: Sequence[int], tokens: Sequence[bytes], special: Iterable[int]) -> None:
        self._ids = list(ids)
        self._tokens = list(tokens)
        self._special = frozenset(special)

    @property
    def ids(self) -> list[int]:
        """The ids."""
        return list(self._ids)

    @property
    def tokens(self) -> list[bytes]:
        """The bytes of each token."""
        return list(self._tokens)

    def __len__(self) -> int:
        return len(self._ids)

    def _first(self) -> list[_Token]:
        shown = zip(self._ids[:MOST_TOKENS], self._tokens, strict=False)
        return [_Token(number, data, number in self._special) for number, data in shown]

    def _rest(self) -> str:
        n_more = len(self) - MOST_TOKENS
        return f"… and {n_more:,} more" if n_more > 0 else ""

    def __repr__(self) -> str:
        return "\n".join(self._lines(WIDTH))

    def _lines(self, width: int) -> Iterator[str]:
        cells = [(_plain(token), str(token.id)) for token in self._first()]
        for row in _rows(cells, width):
            widths = [max(map(_columns, cell)) for cell in row]
            for line in zip(*row, strict=True):
                yield "  ".join(_padded(each, size) for each, size in zip(line, widths, strict=True)).rstrip()
        yield f"{len(self):,} token{'' if len(self) == 1 else 's'} {self._rest()}".rstrip()

    def __rich_console__(self, console: Any, options: Any) -> Iterator[Any]:
        from rich.text import Text  # noqa: PLC0415 - rich calls this

        text = Text()
        for i, token in enumerate(self._first()):
            style = _STYLE_OF_SPECIAL if token.is_special else _STYLES[i % len(_STYLES)]
            text.append(_plain(token), style)
            if b"\n" in token.data:
                text.append("\n")
        yield text
        yield Text(" ".join(map(str, self._ids[:MOST_TOKENS])), "dim")
        yield Text(f"{len(self):,} token{'' if len(self) == 1 else 's'} {self._rest()}".rstrip())

    def print(self) -> None:
        """Write it to standard output: in colours, if that is a terminal and rich is installed."""
        if sys.stdout.isatty() and find_spec("rich") is not None:
            import_module("rich").print(self)  # loading it takes longer than encoding a page
        else:
            sys.stdout.writelines(f"{line}\n" for line in self._lines(shutil.get_terminal_size((WIDTH, 24)).columns))

    def _repr_html_(self) -> str:
        spans = "".join(_span(token, i) for i, token in enumerate(self._first()))
        return (
            '<div style="font-family:ui-monospace,monospace;line-height:1.9;overflow-wrap:anywhere">'
            f"{spans}</div><div>{len(self):,} token{'' if len(self) == 1 else 's'} {self._rest()}</div>"
        )


def of_tokenizer(tokenizer: Any) -> str:
    """Return a tokenizer as HTML: its summary, and a sample in tokens, if it has some."""
    summary = f"<div><code>{html.escape(repr(tokenizer))}</code></div>"
    if isinstance(tokenizer._model, Untrained):
        return summary
    return f"{summary}{tokenizer.show(SAMPLE)._repr_html_()}"


def _span(token: _Token, i: int) -> str:
    """Return a token as HTML: everything that comes from the text is escaped."""
    parts = [_html_part(text, is_text) for text, is_text in token.parts()]
    color = "120,120,120" if token.is_special else _BACKGROUNDS[i % len(_BACKGROUNDS)]
    border = ";outline:1px dashed" if token.is_special else ""
    title = f"id {token.id}{', special' if token.is_special else ''}; bytes {token.data[:40].hex(' ')}"
    breaks = "<br>" * min(token.data.count(b"\n"), 20)
    return (
        f'<span title="{html.escape(title)}" style="background:rgba({color},.28);border-radius:3px;padding:1px 0;'
        f'unicode-bidi:isolate;white-space:pre-wrap{border}">{"".join(parts) or "∅"}</span>{breaks}'
    )


def _html_part(text: str, is_text: bool) -> str:
    if not is_text:
        return f'<small style="border:1px solid;border-radius:3px;padding:0 2px;margin:0 1px">{text}</small>'
    return "".join(_html_character(each) for each in visible_cut(text))


def _html_character(character: str) -> str:
    shown = _WHITE.get(character)
    return html.escape(visible(character)) if shown is None else f'<span style="opacity:.5">{shown}</span>'


# ---- Columns ---------------------------------------------------------------------------------------------------------

_Cell = tuple[str, str]


def _rows(cells: Sequence[_Cell], width: int) -> Iterator[list[_Cell]]:
    """Cut cells into rows of a width; each row has at least one."""
    row: list[_Cell] = []
    used = 0
    for cell in cells:
        size = max(map(_columns, cell)) + 2
        if row and used + size - 2 > width:
            yield row
            row, used = [], 0
        row.append(cell)
        used += size
    if row:
        yield row


def _columns(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(0 if unicodedata.combining(each) else 2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)


def _padded(text: str, columns: int) -> str:
    return text + " " * (columns - _columns(text))


signatures.unquote((TokenView,))
