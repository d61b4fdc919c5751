"""Files of tiktoken: a line for each token, its bytes in base64, a blank, its id."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator

from text_processor._common.messages import quoted
from text_processor._native import bpe as native_bpe
from text_processor._native.bpe import Tokens
from text_processor._native.status import InvalidArgumentError
from text_processor.bpe._files.vocabularies import tokens_of
from text_processor.bpe._model import Model
from text_processor.bpe._stages import special_names
from text_processor.errors import InvalidTokenizerError

_LINE = re.compile(rb"([A-Za-z0-9+/]+={0,2}|=)[ \t]+([0-9]{1,10})")


def looks_like_lines(data: bytes | memoryview) -> bool:
    """Whether data begins with a line of a file of tiktoken."""
    return _LINE.match(bytes(data[:4096]).lstrip()) is not None


def read(data: bytes) -> Tokens:
    """Return the tokens of a file, or raise `InvalidTokenizerError` with the number of the line."""
    try:
        return native_bpe.read_ranks(data)
    except InvalidArgumentError:
        return one_by_one(data)


def one_by_one(data: bytes) -> Tokens:
    """Read a file that has a fault, an empty token or an unusual layout."""
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
            raise InvalidTokenizerError(f"line {number} (at byte {position}): {error}", offset=position) from error
        position += len(line) + 1
    return tokens_of(ranks)


def _entry(line: bytes) -> tuple[bytes, int]:
    found = _LINE.fullmatch(line)
    if found is None:
        raise ValueError(f"not a token in base64, a blank and its id: {quoted(line)}")
    rank = int(found[2])
    if rank > special_names.MOST_ID:
        raise ValueError(f"the id {rank} is above {special_names.MOST_ID}, the largest id")
    return b"" if found[1] == b"=" else binascii.a2b_base64(found[1], strict_mode=True), rank


def lines_of(model: Model) -> Iterator[bytes]:
    """Give the lines of a file for tiktoken."""
    for token, rank in zip(model.tokens.each(), model.tokens.ids, strict=True):
        yield (binascii.b2a_base64(token, newline=False) or b"=") + b" %d\n" % rank
