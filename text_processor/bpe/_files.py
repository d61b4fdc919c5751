"""Files of tokenizers: this package's format, and tiktoken's.

The first is a container of five sections: a JSON object with the pattern, the special tokens and the rule, then the lengths of
the tokens and their ids (unsigned 32-bit, little-endian), the bytes of the tokens, and the merges, two ids each, where Hugging
Face's rule needs them. Version 2 says more in its description; what version 1 can say is still written as version 1, which
earlier releases read. A file of tiktoken's has a line for each token: its bytes in base64, a blank, its id.
"""

from __future__ import annotations

import binascii
import json
import re
import sys
from array import array
from collections.abc import Iterator, Mapping
from itertools import accumulate, chain, pairwise
from operator import sub
from typing import Any, NamedTuple, cast

from text_processor._common import arguments, container
from text_processor._common.container import Container
from text_processor._common.messages import quoted
from text_processor._native import bpe as native_bpe
from text_processor._native.bpe import Tokens, Vocabulary
from text_processor._native.status import InvalidArgumentError
from text_processor.bpe import _special
from text_processor.bpe._added import AddedToken
from text_processor.bpe._model import Model, little_endian
from text_processor.bpe._normalizing import FORMS
from text_processor.bpe._reasons import Reasons
from text_processor.bpe._sections import BEHAVIORS, PostProcessors
from text_processor.bpe._splitter import Splitter, Step, splitter_for, splitter_of
from text_processor.errors import InvalidTokenizerError

_CONTAINER = Container(
    container.TOKENIZER,
    (1, 2),
    5,
    name="the tokenizer",
    what="a file that Tokenizer.save has written",
    error=InvalidTokenizerError,
)


# ---- Our own ---------------------------------------------------------------------------------------------------------


def chunks(model: Model) -> Iterator[bytes | memoryview]:
    """Give the bytes of a tokenizer, in chunks."""
    tokens = model.tokens
    version, description = _description(model, tokens)
    lengths = array("I", (end - start for start, end in pairwise([0, *tokens.ends])))
    sections = (
        json.dumps(description).encode(),  # ASCII, with escapes for everything else in a pattern
        little_endian(lengths),
        little_endian(tokens.ids),
        tokens.text,
        little_endian(model.merges or array("I")),
    )
    return _CONTAINER.chunks(version, sections)


def _description(model: Model, tokens: Tokens) -> tuple[int, dict[str, Any]]:
    """Return the lowest version that can describe a tokenizer, and its description."""
    description: dict[str, Any] = {
        "pattern": model.splitter.pattern,
        "special_tokens": {name: token.id for name, token in model.added.items()},
        "has_merges": model.merges is not None,
        "whole_pieces": model.whole_pieces,
    }
    if not_special := sorted(name for name, token in model.added.items() if not token.special):
        description["not_special"] = not_special  # older readers do not know this key and take all of them for special
    flags = {name: flagged for name, token in model.added.items() if (flagged := [f for f in _FLAGS if getattr(token, f)])}
    steps = [list(step) for step in model.splitter.steps]
    more = {
        "steps": steps if model.splitter.steps != (Step(model.splitter.pattern, "rust", "Matches"),) else None,
        "flags": flags,
        "normalizer": list(model.normalizer),
        "prefix_space": model.prefix_space,
        "post_processor": model.post_processor,
        "kept": model.kept,
        "unreachable": model.unreachable,
    }
    said = {key: value for key, value in more.items() if value or (key == "steps" and value is not None)}
    ids = description["special_tokens"].values()
    are_own = len(set(ids)) == len(ids) and set(ids).isdisjoint(tokens.ids)
    is_simple = not said and are_own and not lacks_bytes(tokens)
    return (1, description) if is_simple else (2, description | said)


def lacks_bytes(tokens: Tokens) -> bool:
    """Whether a single byte is no token."""
    return list(map(sub, tokens.ends, chain([0], tokens.ends))).count(1) < 256


def read_file(name: str) -> Model:
    """Read a tokenizer from a file, or raise `InvalidTokenizerError` with the name of the file."""
    return _CONTAINER.read_file(name, from_bytes)


def from_bytes(data: bytes | bytearray | memoryview) -> Model:
    """Read a tokenizer, or raise `InvalidTokenizerError`."""
    version, (described, c_lengths, c_ids, text, c_merges) = _CONTAINER.sections(bytes(data))
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
        whole_pieces = description["whole_pieces"]
        vocabulary = new_vocabulary(tokens, model_merges, whole_pieces=whole_pieces, may_lack_bytes=version >= 2)
        if version == 1:
            description = _of_version_1(description)
            checked_special_ids(description["special_tokens"], ids)
        return _model(description, vocabulary, model_merges)
    except (ValueError, TypeError, OverflowError) as error:
        raise _CONTAINER.invalid(f"the tokenizer is damaged: {error}", _CONTAINER.head.size + len(described)) from error


def _of_version_1(description: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a reader of version 1 takes from a description."""
    known = ("pattern", "special_tokens", "has_merges", "whole_pieces", "not_special")
    return {key: description[key] for key in known if key in description}


def _model(description: Mapping[str, Any], vocabulary: Vocabulary, merges: array[int] | None) -> Model:
    """Return the model of a description that was checked in part."""
    taken = vocabulary.tokens().ids
    special_ids = _special.checked_ids(description["special_tokens"])
    not_special = _checked_not_special(description.get("not_special", []), special_ids)
    flags = _checked_flags(description.get("flags", {}), special_ids)
    normalizer = description.get("normalizer", [])
    if not arguments.is_a(normalizer, list) or not all(form in FORMS for form in normalizer):
        raise ValueError(f"normalizer must be a list of normal forms, not {quoted(normalizer)}")
    prefix_space, kept = description.get("prefix_space", False), description.get("kept", {})
    if type(prefix_space) is not bool:
        raise ValueError(f"prefix_space must be true or false, not {quoted(prefix_space)}")
    if type(kept) is not dict:
        raise ValueError(f"kept must be an object, not {quoted(kept)}")
    unreachable = _special.checked_ids(description.get("unreachable", {}), may_be_empty=True)
    _check_post_processor(description.get("post_processor"), frozenset(taken) | frozenset(special_ids.values()))
    return Model(
        _splitter_of(description),
        vocabulary,
        {
            name: AddedToken(token, special=name not in not_special, **dict.fromkeys(flags.get(name, ()), True))
            for name, token in special_ids.items()
        },
        merges=merges,
        whole_pieces=description["whole_pieces"],
        normalizer=tuple(normalizer),
        prefix_space=prefix_space,
        post_processor=description.get("post_processor"),
        kept=kept,
        unreachable=unreachable,
    )


def _check_post_processor(section: Any, ids: frozenset[int]) -> None:
    reasons = Reasons()
    reasons.attempt(PostProcessors(reasons, ids).check, "post_processor", section)
    if reasons:
        raise ValueError(str(reasons))


# The flags of added tokens, besides that they are special.
_FLAGS = ("normalized", "lstrip", "rstrip", "single_word")


def _checked_flags(flags: Any, special_ids: Mapping[str, int]) -> dict[str, list[str]]:
    if type(flags) is not dict or not all(
        name in special_ids and type(given) is list and set(given) <= set(_FLAGS)
        for name, given in cast("dict[str, Any]", flags).items()
    ):
        raise ValueError(f"flags must be an object of lists of {', '.join(_FLAGS)}, not {quoted(flags)}")
    return cast("dict[str, list[str]]", flags)


def _splitter_of(description: Mapping[str, Any]) -> Splitter:
    if "steps" not in description:
        return splitter_for(description["pattern"])
    steps = description["steps"]
    if type(steps) is not list or not all(map(_is_step, steps)):
        raise ValueError(f"steps must be a list of ways of splitting, not {quoted(steps)}")
    return splitter_of(Step(*step) for step in steps)


def _is_step(step: Any) -> bool:
    match step:
        case [str(), "rust" | "oniguruma", str(behavior), bool(), bool()]:
            return behavior == "Matches" or behavior in BEHAVIORS
        case _:
            return False


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


def new_vocabulary(
    tokens: Tokens, merges: array[int] | None = None, *, whole_pieces: bool = False, may_lack_bytes: bool = False
) -> Vocabulary:
    """Make a vocabulary of untrusted tokens, or raise a `ValueError` that names the wrong token and the reason."""
    try:
        return Vocabulary.of_tokens(tokens, merges, whole_pieces=whole_pieces, may_lack_bytes=may_lack_bytes)
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

_LINE = re.compile(rb"([A-Za-z0-9+/]+={0,2}|=)[ \t]+([0-9]{1,10})")


class Ranks(NamedTuple):
    """The tokens of a file of tiktoken, and the id of the empty one, which no text becomes."""

    tokens: Tokens
    unreachable: dict[str, int]


def looks_like_tiktoken(data: bytes | memoryview) -> bool:
    """Whether data begins with a line of a file of tiktoken."""
    return _LINE.match(bytes(data[:4096]).lstrip()) is not None


def read_tiktoken(data: bytes) -> Ranks:
    """Return the tokens of a file, or raise `InvalidTokenizerError` with the number of the line."""
    try:
        return Ranks(native_bpe.read_ranks(data), {})
    except InvalidArgumentError:
        return _line_by_line(data)


def _line_by_line(data: bytes) -> Ranks:
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
    unreachable = {"": ranks.pop(b"")} if b"" in ranks else {}
    return Ranks(tokens_of(ranks), unreachable)


def tokens_of(ranks: Mapping[bytes, int]) -> Tokens:
    """Return checked tokens with their ids in the form that the core takes."""
    return Tokens(b"".join(ranks), array("Q", accumulate(map(len, ranks))), array("I", ranks.values()))


def _entry(line: bytes) -> tuple[bytes, int]:
    found = _LINE.fullmatch(line)
    if found is None:
        raise ValueError(f"not a token in base64, a blank and its id: {quoted(line)}")
    rank = int(found[2])
    if rank > _special.MOST_ID:
        raise ValueError(f"the id {rank} is above {_special.MOST_ID}, the largest id")
    return b"" if found[1] == b"=" else binascii.a2b_base64(found[1], strict_mode=True), rank


def tiktoken_lines(model: Model) -> Iterator[bytes]:
    """Give the lines of a file for tiktoken."""
    for token, rank in zip(model.tokens.each(), model.tokens.ids, strict=True):
        yield binascii.b2a_base64(token, newline=False) + b" %d\n" % rank
    for rank in model.unreachable.values():
        yield b"= %d\n" % rank
