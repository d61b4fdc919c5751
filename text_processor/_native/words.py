"""Bindings of the core's rules for words."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any, NamedTuple

from text_processor._native.handles import Handle
from text_processor._native.text import UNICODE_OF_PYTHON, batch_of_lengths
from text_processor._textproc_cffi import ffi, lib

OF_CLASS: int = lib.TP_WORDS_OF_CLASS
OF_UAX29: int = lib.TP_WORDS_OF_UAX29
ON_LINES: int = lib.TP_WORDS_ON_LINES

CASES: dict[str, int] = {"keep": lib.TP_CASE_KEEP, "lower": lib.TP_CASE_LOWER, "fold": lib.TP_CASE_FOLD}

_FORMS: dict[str, int] = {"NFC": lib.TP_NFC, "NFD": lib.TP_NFD, "NFKC": lib.TP_NFKC, "NFKD": lib.TP_NFKD}

# The first and the last code point of ranges of characters, as unsigned numbers of 32 bits.
Ranges = bytes


class Class(NamedTuple):
    r"""Runs of at least so many characters; ``letters`` are what ``\b`` calls letters."""

    members: Ranges
    min_length: int = 1
    letters: Ranges = b""
    starts_at_boundary: bool = False
    ends_at_boundary: bool = False


class WordRule(Handle):
    """A handle to a ``tp_words``: a rule by which documents are counted, immutable."""

    __slots__ = ()

    TYPE = "tp_words **"
    FREE_AT = lib.tp_words_free_at

    def __init__(
        self,
        kind: int,
        of_class: Class | None = None,
        *,
        case: str = "keep",
        normalize: str | None = None,
        accents: str = "keep",
        min_length: int = 1,
        ngrams: tuple[int, int] = (1, 1),
        stop_words: Sequence[str] = (),
    ) -> None:
        options = ffi.new("tp_words_options *")
        options.rule, options.letter_case = kind, CASES[case]
        options.min_length, (options.least_ngram, options.most_ngram) = min_length, ngrams
        options.strips_accents, options.unicode_version = accents == "strip", UNICODE_OF_PYTHON
        if normalize is not None:
            options.normalizes, options.form = True, _FORMS[normalize]
        if of_class is not None:
            members, letters = _c_ranges(of_class.members), _c_ranges(of_class.letters)
            options.members, options.n_members = members, len(members)
            options.letters, options.n_letters = letters, len(letters)
            options.starts_at_boundary, options.ends_at_boundary = of_class.starts_at_boundary, of_class.ends_at_boundary
            options.min_length = max(min_length, of_class.min_length)
        encoded = list(map(encoded_term, stop_words))
        text = b"\n".join(encoded)
        if encoded:
            c_text = ffi.from_buffer("uint8_t[]", text)
            ends = batch_of_lengths(text, array("Q", map(len, encoded))).ends
            options.stop_words, options.stop_words_nbytes = c_text, len(text)
            options.stop_word_ends, options.n_stop_words = ends, len(encoded)
        super().__init__(lib.tp_words_new, options)

    @property
    def can_be_cut(self) -> bool:
        """Whether different corpora can count the two sides of any white space of one document."""
        return bool(lib.tp_words_can_be_cut(self.pointer))


def _c_ranges(ranges: Ranges) -> Any:
    return ffi.from_buffer("tp_range[]", ranges)


def encoded_term(word: str) -> bytes:
    """Return the bytes of a word as the core has them: FF is a line feed within a word. A lone surrogate raises."""
    return str.encode(word).replace(b"\n", b"\xff")
