"""Added tokens: names in a text that have ids of their own, special or not."""

from __future__ import annotations

from typing import NamedTuple

from text_processor._common.messages import quoted
from text_processor.bpe import _special


class AddedToken(NamedTuple):
    """The id of an added token and how it is found, as in Hugging Face's ``tokenizers``.

    One that is special is found only if a call allows it, as in tiktoken. ``normalized``: its normalized name is looked for in
    the normalized text, after all others. ``lstrip``, ``rstrip``: white space before it, or after it, belongs to it.
    ``single_word``: it is not found beside a letter, a digit or an underscore.
    """

    id: int
    special: bool = True
    normalized: bool = False
    lstrip: bool = False
    rstrip: bool = False
    single_word: bool = False


def checked_id(number: int, name: str) -> int:
    """Return the id of a name, or raise `ValueError` if it is too large."""
    return _special.checked_id(number, f"the id of the special token {quoted(name)}")
