"""Files of tokenizers: this package's format, and tiktoken's.

The first is a container of five sections: a JSON object with the pattern, the special tokens and the rule, then the lengths of
the tokens and their ids (unsigned 32-bit, little-endian), the bytes of the tokens, and the merges, two ids each, where Hugging
Face's rule needs them. A file of tiktoken's has a line for each token: its bytes in base64, a blank, its id.
"""

from __future__ import annotations

import binascii
import json
import re
import sys
from array import array
from collections.abc import Iterator, Mapping
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, cast

from text_processor._common import arguments, container
from text_processor._common.container import Container
from text_processor._common.messages import quoted
from text_processor._native.bpe import Tokens, Vocabulary
from text_processor._native.status import InvalidArgumentError
from text_processor.bpe import _special, _splitter
from text_processor.bpe._added import AddedToken
from text_processor.bpe._model import Model, little_endian
from text_processor.errors import InvalidTokenizerError

_CONTAINER = Container(
    container.TOKENIZER,
    (1,),
    5,
    name="the tokenizer",
    what="a file that Tokenizer.save has written",
    error=InvalidTokenizerError,
)


# ---- Our own ---------------------------------------------------------------------------------------------------------


def chunks(model: Model) -> Iterator[bytes | memoryview]:
    """Give the bytes of a tokenizer, in chunks."""
    tokens = model.tokens
    description: dict[str, Any] = {
        "pattern": model.splitter.pattern,
        "special_tokens": {name: token.id for name, token in model.added.items()},
        "has_merges": model.merges is not None,
        "whole_pieces": model.whole_pieces,
    }
    if not_special := sorted(name for name, token in model.added.items() if not token.special):
        description["not_special"] = not_special  # older readers do not know this key and take all of them for special
    lengths = array("I", (end - start for start, end in pairwise([0, *tokens.ends])))
    sections = (
        json.dumps(description).encode(),  # ASCII, with escapes for everything else in a pattern
        little_endian(lengths),
        little_endian(tokens.ids),
        tokens.text,
        little_endian(model.merges or array("I")),
    )
    return _CONTAINER.chunks(1, sections)


def read_file(name: str) -> Model:
    """Read a tokenizer from a file, or raise `InvalidTokenizerError` with the name of the file."""
    return _CONTAINER.read_file(name, from_bytes)


def from_bytes(data: bytes | bytearray) -> Model:
    """Read a tokenizer, or raise `InvalidTokenizerError`."""
    _, (described, c_lengths, c_ids, text, c_merges) = _CONTAINER.sections(data)
    description = _CONTAINER.description(described, _checked)
    try:
        lengths, ids, merges = (_numbers(section) for section in (c_lengths, c_ids, c_merges))
        ends = array("Q", accumulate(lengths))
        if len(ends) != len(ids) or (ends[-1] if ends else 0) != len(text):
            raise ValueError(f"{len(ends)} lengths and {len(ids)} ids do not fit the tokens' {len(text)} bytes")
        if merges and not description["has_merges"]:
            raise ValueError(f"there are {len(merges) // 2} merges, but has_merges is false")
        tokens = Tokens(bytes(text), ends, ids)
        model_merges = merges if description["has_merges"] else None
        vocabulary = new_vocabulary(tokens, model_merges, whole_pieces=description["whole_pieces"])
        special_ids = checked_special_ids(description["special_tokens"], ids)
        not_special = _checked_not_special(description.get("not_special", []), special_ids)
        return Model(
            _splitter.splitter_for(description["pattern"]),
            vocabulary,
            {name: AddedToken(token, special=name not in not_special) for name, token in special_ids.items()},
            merges=model_merges,
            whole_pieces=description["whole_pieces"],
        )
    except (ValueError, TypeError, OverflowError) as error:
        raise _CONTAINER.invalid(f"the tokenizer is damaged: {error}", _CONTAINER.head.size + len(described)) from error


def _numbers(section: memoryview) -> array[int]:
    numbers = array("I")
    numbers.frombytes(section)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def _checked(description: Mapping[str, Any]) -> Mapping[str, Any]:
    if type(description["pattern"]) is not str:
        raise ValueError(f"pattern must be a text, not {quoted(description['pattern'])}")
    for name in ("has_merges", "whole_pieces"):
        if type(description[name]) is not bool:
            raise ValueError(f"{name} must be true or false, not {quoted(description[name])}")
    if type(description["special_tokens"]) is not dict:
        raise ValueError(f"special_tokens must be an object, not {quoted(description['special_tokens'])}")
    return description


def _checked_not_special(names: Any, special_ids: Mapping[str, int]) -> list[str]:
    if not arguments.is_a(names, list) or not all(type(name) is str and name in special_ids for name in names):
        raise ValueError(f"not_special must be a list of names of special_tokens, not {quoted(names)}")
    return cast(list[str], names)


def new_vocabulary(tokens: Tokens, merges: array[int] | None = None, *, whole_pieces: bool = False) -> Vocabulary:
    """Make a vocabulary of untrusted tokens, or raise a `ValueError` that names the wrong token and the reason."""
    try:
        return Vocabulary.of_tokens(tokens, merges, whole_pieces=whole_pieces)
    except InvalidArgumentError as error:
        raise ValueError(_fault(error, tokens, merges)) from error


def _fault(error: InvalidArgumentError, tokens: Tokens, merges: array[int] | None) -> str:
    n_tokens = len(tokens.ids)
    if error.item < n_tokens:
        token = list(tokens.each())[error.item]
        return f"the token {quoted(token)} with the id {tokens.ids[error.item]}: {error}"
    if missing := sorted({bytes([byte]) for byte in range(256)} - set(tokens.each())):
        return f"{error}: {missing[0]!r} is missing"
    number = error.item - n_tokens - 256  # after the tokens come the bytes, and after these the merges
    pair = merges[2 * number : 2 * number + 2].tolist() if merges else []
    return f"merge {number}, of the ids {pair}: {error}"


def checked_special_ids(special_tokens: Mapping[str, int], ids: array[int]) -> dict[str, int]:
    """Check special tokens that come with ids; the vocabulary must not have these ids."""
    checked = _special.checked_ids(special_tokens)
    if taken := set(checked.values()) & set(ids):
        name = next(name for name, token in checked.items() if token in taken)
        raise ValueError(f"the special token {quoted(name)} has the id {checked[name]}, which a token of the vocabulary has")
    return checked


# ---- tiktoken's ------------------------------------------------------------------------------------------------------

_LINE = re.compile(rb"([A-Za-z0-9+/]+={0,2})[ \t]+([0-9]{1,10})")
_LINES = re.compile(rb"(?:[A-Za-z0-9+/]++={0,2}[ \t]++[0-9]{1,10}\n)*+")


def read_tiktoken(name: str) -> dict[bytes, int]:
    """Return the tokens of a file with their ids, or raise `InvalidTokenizerError`."""
    with Path(name).open("rb") as file:
        data = file.read()
    return _whole_file(data) or _line_by_line(data, name)


def _whole_file(data: bytes) -> dict[bytes, int] | None:
    """Return the tokens of a file without faults, three times as fast; None if the file has a fault."""
    if not data or not _LINES.fullmatch(data):
        return None
    words = data.split()
    try:
        tokens = [binascii.a2b_base64(word, strict_mode=True) for word in words[::2]]
    except binascii.Error:
        return None
    ids = list(map(int, words[1::2]))
    ranks = dict(zip(tokens, ids, strict=True))
    is_sound = len(ranks) == len(set(ids)) == len(ids) and max(ids) <= _special.MOST_ID
    return ranks if is_sound else None


def _line_by_line(data: bytes, name: str) -> dict[bytes, int]:
    ranks: dict[bytes, int] = {}
    ids: set[int] = set()
    position = 0
    for number, line in enumerate(data.split(b"\n"), 1):
        try:
            if stripped := line.strip():
                token, rank = _entry(stripped)
                if token in ranks:
                    raise ValueError(f"the token {quoted(token)} is there already")
                if rank in ids:
                    raise ValueError(f"the token {quoted(token)}: the id {rank} is that of an earlier token")
                ranks[token] = rank
                ids.add(rank)
        except ValueError as error:
            raise InvalidTokenizerError(f"{name}: line {number} (at byte {position}): {error}", offset=position) from error
        position += len(line) + 1
    return ranks


def _entry(line: bytes) -> tuple[bytes, int]:
    found = _LINE.fullmatch(line)
    if found is None:
        raise ValueError(f"not a token in base64, a blank and its id: {quoted(line)}")
    rank = int(found[2])
    if rank > _special.MOST_ID:
        raise ValueError(f"the id {rank} is above {_special.MOST_ID}, the largest id")
    return binascii.a2b_base64(found[1], strict_mode=True), rank


def tiktoken_lines(model: Model) -> Iterator[bytes]:
    """Give the lines of a file for tiktoken."""
    for token, rank in zip(model.tokens.each(), model.tokens.ids, strict=True):
        yield binascii.b2a_base64(token, newline=False) + b" %d\n" % rank
