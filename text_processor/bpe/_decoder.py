"""Decoding of ids that come one after the other."""

from __future__ import annotations

import codecs
import operator
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from text_processor.bpe import Tokenizer


class IncrementalDecoder:
    """Decodes ids that come one after the other; it returns a character once all of its bytes are there.

    The results of all calls, joined, equal the result of `Tokenizer.decode` for all ids. `Tokenizer.decoder` makes a decoder.
    Use one decoder for one stream, and in one thread at a time.

    >>> from text_processor import Tokenizer
    >>> tokenizer = Tokenizer()
    >>> tokenizer.train("low lower lowest", 258)
    >>> decoder = tokenizer.decoder()
    >>> decoder.decode([257, 226, 130]), decoder.decode(172), decoder.decode([226], final=True)
    ('low', '€', '\ufffd')
    """

    __slots__ = ("_decoder", "_model", "_skip_special")

    def __init__(self, tokenizer: Tokenizer, errors: str = "replace", *, skip_special_tokens: bool = False) -> None:
        codecs.lookup_error(errors)  # raises now, not at the first invalid byte
        self._model = tokenizer._model
        self._skip_special = skip_special_tokens
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors)

    def decode(self, ids: int | Iterable[int], final: bool = False) -> str:
        """Return the characters that these ids, or this one id, complete; with ``final``, also an incomplete rest.

        It raises the exceptions of `Tokenizer.decode`; an id that does not exist changes nothing.
        """
        try:
            given: Iterable[int] = [operator.index(ids)]  # type: ignore[arg-type]  # an array may be a number and iterable
        except TypeError:
            given = ids  # type: ignore[assignment]
        return self._decoder.decode(self._model.decode(given, skip_special=self._skip_special), final)

    def reset(self) -> None:
        """Drop the bytes of an incomplete character."""
        self._decoder.reset()
