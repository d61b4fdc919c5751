"""The options of commands that say what a word is."""

from __future__ import annotations

import argparse
from typing import Any, TypeVar

from text_processor._common.messages import quoted
from text_processor._documents import sources
from text_processor._documents.sources import Options
from text_processor._words.options import WordOptions
from text_processor.cli._bpe import _naming
from text_processor.cli._shared import printable

_Value = TypeVar("_Value")


def add(parser: Any, words: str) -> None:
    """Add the options that say what a word is; ``words`` is the default of the first."""
    parser.add_argument(
        "--words",
        type=_words,
        default=words,
        metavar="RULE",
        help="what a word is: space (between white space), uax29 (of the Unicode standard), sklearn (two or more letters, "
        f"numbers or underscores), or a regular expression of Python (default: {words})",
    )
    parser.add_argument("--case", choices=["lower", "fold", "keep"], default="lower", help="case of words (default: lower)")
    parser.add_argument("--normalize", choices=["NFC", "NFD", "NFKC", "NFKD"], help="normal form of text (default: as it is)")
    parser.add_argument("--accents", choices=["keep", "strip"], default="keep", help="accents of letters (default: keep)")
    parser.add_argument(
        "--stop-words",
        metavar="FILE",
        help="leave out the words in FILE, which are separated by white space, or of the list english",
    )
    parser.add_argument("--min-length", type=positive, default=1, metavar="N", help="leave out words of less than N characters")
    parser.add_argument(
        "--ngrams",
        type=_ngrams,
        default=(1, 1),
        metavar="N",
        help="count runs of N words, 2 for example, or of N to M words, 1-3 for example",
    )


def _words(text: str) -> str:
    return _checked_option(text, "words", text)


def _ngrams(text: str) -> tuple[int, int]:
    low, _, high = text.partition("-")
    if not (low.isdecimal() and (high or low).isdecimal() and text.isascii() and len(text) < 20):
        raise argparse.ArgumentTypeError(f"{quoted(text)} is not a number such as 2 or a range such as 1-3")
    return _checked_option((int(low), int(high or low)), "ngrams", text)


def _checked_option(value: _Value, name: str, text: str) -> _Value:
    try:
        WordOptions(**{name: value})  # type: ignore[arg-type]
    except ValueError as error:
        raise argparse.ArgumentTypeError(printable(f"{quoted(text)}: {error}")) from error
    return value


def positive(text: str) -> int:
    """Parse a number from 1 on."""
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and int(text) >= 1):
        raise argparse.ArgumentTypeError(f"{quoted(text)} is not a number from 1 to 999999999")
    return int(text)


def _words_of(name: str, encoding: str | None) -> list[str]:
    """Return the words of a file."""
    with sources.opened_file(name, Options("whole", "skip", encoding=encoding)) as given:
        return b"".join(map(bytes, given.text(name, drops_mark=True).texts())).decode().split()


def options(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the options as `TextAnalyzer` takes them."""
    stop_words = arguments.stop_words
    if stop_words not in (None, "english"):
        with _naming(stop_words):
            stop_words = _words_of(stop_words, arguments.encoding)
    return {
        "words": arguments.words,
        "case": arguments.case,
        "normalize": arguments.normalize,
        "accents": arguments.accents,
        "stop_words": stop_words,
        "min_length": arguments.min_length,
        "ngrams": arguments.ngrams,
    }
