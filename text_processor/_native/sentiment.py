"""Bindings of the core's folder ``sentiment``: lexicons."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING

from text_processor._native.handles import Handle
from text_processor._native.text import UNICODE_OF_PYTHON, batch_of_lengths
from text_processor._textproc_cffi import ffi, lib

if TYPE_CHECKING:
    from text_processor._textproc_cffi import TpLexiconEntries


class Lexicon(Handle):
    """A handle to a ``tp_lexicon``: lower-cased words with weights, immutable."""

    __slots__ = ("_entries", "weights")

    TYPE = "tp_lexicon **"
    FREE_AT = lib.tp_lexicon_free_at

    def __init__(self, words: Sequence[str], weights: Sequence[float]) -> None:
        encoded = [word.encode() for word in words]
        text = b"\n".join(encoded)
        batch = batch_of_lengths(text, array("Q", map(len, encoded)))
        given = text, len(text), batch.ends, ffi.new("double[]", list(weights)), len(words)
        super().__init__(lib.tp_lexicon_new, *given, UNICODE_OF_PYTHON)
        self._entries = ffi.new("tp_lexicon_entries *")
        lib.tp_lexicon_get_entries(self.pointer, self._entries)
        self.weights: list[float] = list(weights)

    @property
    def entries(self) -> TpLexiconEntries:
        return self._entries if self.pointer else ffi.NULL

    def words(self) -> list[str]:
        """The words, lowered, in the order given."""
        joined = str(ffi.buffer(self.entries.words, self.entries.words_nbytes), "utf-8")
        return joined.split("\n")[:-1]
