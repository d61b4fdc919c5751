"""The door to the core's room ``sentiment``: lexicons."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING

from text_processor._native.handles import check_alive, own
from text_processor._native.status import check, new_error
from text_processor._native.text import batch_of_lengths
from text_processor._textproc_cffi import ffi, lib

if TYPE_CHECKING:
    from text_processor._textproc_cffi import TpLexiconEntries


class Lexicon:
    """A handle to a ``tp_lexicon``: lower-cased words with weights, immutable."""

    __slots__ = ("_entries", "place", "weights")

    def __init__(self, words: Sequence[str], weights: Sequence[float]) -> None:
        encoded = [word.encode() for word in words]
        text = b"\n".join(encoded)
        batch = batch_of_lengths(text, array("Q", map(len, encoded)))
        self.place, error = ffi.new("tp_lexicon **"), new_error()
        own(self.place, ffi.gc(ffi.cast("tp_lexicon **", self.place), lib.tp_lexicon_free_at))
        c_weights = ffi.new("double[]", list(weights))
        status = lib.tp_lexicon_new(text, len(text), batch.ends, c_weights, len(words), self.place, error)
        check(status, error)
        self._entries = ffi.new("tp_lexicon_entries *")
        lib.tp_lexicon_get_entries(self.place[0], self._entries)
        self.weights: list[float] = list(weights)

    @property
    def entries(self) -> TpLexiconEntries:
        check_alive(self.place)
        return self._entries

    def words(self) -> list[str]:
        """The words, lowered, in the order given."""
        joined = str(ffi.buffer(self.entries.words, self.entries.words_nbytes), "utf-8")
        return joined.split("\n")[:-1]
