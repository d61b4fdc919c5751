"""Vocabularies of untrusted tokens."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from itertools import accumulate
from typing import Any

from text_processor._common.arguments import is_a
from text_processor._common.messages import quoted
from text_processor._native.bpe import Tokens, Vocabulary
from text_processor._native.status import InvalidArgumentError
from text_processor.bpe._stages import special_names

# Bytes that UTF-8 never has.
NEVER_IN_UTF8 = frozenset((b"\xc0", b"\xc1", *(bytes([byte]) for byte in range(0xF5, 0x100))))


def new_vocabulary(
    tokens: Tokens, merges: array[int] | None = None, *, whole_pieces: bool = False, may_lack_bytes: bool = False
) -> Vocabulary:
    """Make a vocabulary of untrusted tokens, or raise a `ValueError` that names the wrong token and the reason.

    Single bytes that no text has need not be tokens. If ``may_lack_bytes``, others may be missing too: text loses them, as in
    Hugging Face's library; tiktoken would panic.
    """
    lacks_none = may_lack_bytes or missing(tokens) <= NEVER_IN_UTF8
    try:
        return Vocabulary.of_tokens(tokens, merges, whole_pieces=whole_pieces, may_lack_bytes=lacks_none)
    except InvalidArgumentError as error:
        raise ValueError(_fault(error, tokens, merges)) from error


def missing(tokens: Tokens) -> set[bytes]:
    """Return the single bytes that are no tokens."""
    singles = tokens.single_bytes()
    return {bytes([byte]) for byte in range(256) if byte not in singles}


def _fault(error: InvalidArgumentError, tokens: Tokens, merges: array[int] | None) -> str:
    n_tokens = len(tokens.ids)
    if error.item < n_tokens:
        token = list(tokens.each())[error.item]
        return f"the token {quoted(token)} with the id {tokens.ids[error.item]}: {error}"
    if lacking := sorted(missing(tokens) - NEVER_IN_UTF8):
        return f"{error}: {lacking[0]!r} is missing"
    number = error.item - n_tokens - 256  # after the tokens come the bytes, and after these the merges
    pair = merges[2 * number : 2 * number + 2].tolist() if merges else []
    return f"merge {number}, of the ids {pair}: {error}"


def checked_special_ids(special_tokens: Mapping[str, int], ids: array[int]) -> dict[str, int]:
    """Check special tokens that come with ids; the vocabulary must not have these ids."""
    checked = special_names.checked_ids(special_tokens)
    if taken := set(checked.values()) & set(ids):
        name = next(name for name, token in checked.items() if token in taken)
        raise ValueError(f"the special token {quoted(name)} has the id {checked[name]}, which a token of the vocabulary has")
    return checked


def tokens_of(ranks: Mapping[bytes, int]) -> Tokens:
    """Return checked tokens with their ids in the form that the core takes."""
    return Tokens(b"".join(ranks), array("Q", accumulate(map(len, ranks))), array("I", ranks.values()))


def checked_ranks(ranks: Any) -> Tokens:
    """Return the tokens of a mapping that a user gives."""
    if not is_a(ranks, Mapping):
        raise TypeError(f"ranks must be a mapping of bytes to ids, not {type(ranks).__name__}")
    ranks = dict(ranks)  # read once: a mapping may return something else each time
    text, ends = b"", array("Q")
    try:
        ids = array("I", ranks.values())
        tokens = list(ranks)
        if {*map(type, tokens)} != {bytes}:  # of a subclass, take its bytes, whatever its methods return
            tokens = [bytes.__getitem__(token, slice(None)) for token in tokens]
        text, ends = b"".join(tokens), array("Q", accumulate(map(len, tokens)))
    except (TypeError, OverflowError):
        ids = array("I")
    if len(ids) != len(ranks) or (ids and max(ids) > special_names.MOST_ID):
        for token, rank in ranks.items():
            if not isinstance(token, bytes):
                raise TypeError(f"the token {quoted(token)} must be bytes, not {type(token).__name__}")
            special_names.checked_id(rank, f"the id of the token {quoted(token)}")
    return Tokens(text, ends, ids)
