"""Files of tokenizers: this package's format, and tiktoken's.

The first is a container of five sections: a JSON object with the pattern, the added tokens and the rule, then the lengths of
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
from functools import partial
from itertools import accumulate, chain, compress, pairwise
from operator import sub
from typing import Any, cast, get_args

from text_processor._common import arguments, container
from text_processor._common.container import Container
from text_processor._common.messages import quoted
from text_processor._native import bpe as native_bpe
from text_processor._native.bpe import Tokens, Vocabulary
from text_processor._native.status import InvalidArgumentError
from text_processor.bpe._files.reasons import Reasons
from text_processor.bpe._files.sections import PostProcessors
from text_processor.bpe._model import Model, little_endian
from text_processor.bpe._split import splitter
from text_processor.bpe._split.splitter import Behavior, Dialect, Splitter, Step
from text_processor.bpe._stages import special_names
from text_processor.bpe._stages.added_tokens import AddedToken
from text_processor.bpe._stages.normalizing import FORMS
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
    description: dict[str, Any] = {
        "pattern": model.splitter.pattern,
        "special_tokens": {name: token.id for name, token in model.added.items()},
        "has_merges": model.merges is not None,
        "whole_pieces": model.whole_pieces,
    }
    if not_special := sorted(name for name, token in model.added.items() if not token.special):
        description["not_special"] = not_special  # older readers do not know this key and take all of them for special
    more = _more(model)
    lengths = array("I", (end - start for start, end in pairwise([0, *tokens.ends])))
    sections = (
        json.dumps(description | more).encode(),  # ASCII, with escapes for everything else in a pattern
        little_endian(lengths),
        little_endian(tokens.ids),
        tokens.text,
        little_endian(model.merges or array("I")),
    )
    return _CONTAINER.chunks(2 if more else 1, sections)


def _more(model: Model) -> dict[str, Any]:
    """Return what only the second version of the format has, if there is any."""
    flags = {name: [flag for flag in _FLAGS if getattr(token, flag)] for name, token in model.added.items()}
    numbers = {token.id for token in model.added.values()} - set(model.tokens_ids)
    more: dict[str, Any] = {
        "flags": {name: given for name, given in flags.items() if given},
        "normalizer": list(model.normalizer),
        "prefix_space": model.prefix_space,
        "shared_ids": len(numbers) < len(model.added),
        "may_lack_bytes": bool(missing(model.tokens)),
        "post_processor": model.post_processor,
        "kept": model.kept,
    }
    said = {key: value for key, value in more.items() if value}
    if model.splitter.steps != (Step(model.splitter.pattern, "rust", "Matches"),):
        said["steps"] = model.splitter.steps
    return said


# The flags of an added token besides that of being special.
_FLAGS = ("normalized", "lstrip", "rstrip", "single_word")


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
        vocabulary = new_vocabulary(
            tokens,
            model_merges,
            whole_pieces=description["whole_pieces"],
            may_lack_bytes=description.get("may_lack_bytes", False),
        )
        check = special_names.checked_ids if description.get("shared_ids", False) else partial(checked_special_ids, ids=ids)
        special_ids = check(description["special_tokens"])
        not_special = _checked_not_special(description.get("not_special", []), special_ids)
        _check_post_processor(description.get("post_processor"))
        return Model(
            _read_splitter(description),
            vocabulary,
            _with_flags(special_ids, not_special, description.get("flags", {})),
            merges=model_merges,
            whole_pieces=description["whole_pieces"],
            normalizer=tuple(description.get("normalizer", ())),
            prefix_space=description.get("prefix_space", False),
            post_processor=description.get("post_processor"),
            kept=description.get("kept"),
        )
    except (ValueError, TypeError, OverflowError) as error:
        raise _CONTAINER.invalid(f"the tokenizer is damaged: {error}", _CONTAINER.head.size + len(described)) from error


def _numbers(section: memoryview) -> array[int]:
    numbers = array("I")
    numbers.frombytes(section)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


# What only the second version has, each with its type.
_KINDS: dict[str, type] = {
    "steps": list,
    "flags": dict,
    "normalizer": list,
    "prefix_space": bool,
    "shared_ids": bool,
    "may_lack_bytes": bool,
    "post_processor": dict,
    "kept": dict,
}
_CALLED: dict[type, str] = {list: "a list", dict: "an object", bool: "true or false"}


def _checked(description: Mapping[str, Any]) -> Mapping[str, Any]:
    if type(description["pattern"]) is not str:
        raise ValueError(f"pattern must be a text, not {quoted(description['pattern'])}")
    for name in ("has_merges", "whole_pieces"):
        if type(description[name]) is not bool:
            raise ValueError(f"{name} must be true or false, not {quoted(description[name])}")
    for name, kind in _KINDS.items():
        if name in description and type(description[name]) is not kind:
            raise ValueError(f"{name} must be {_CALLED[kind]}, not {quoted(description[name])}")
    if unknown := [each for each in description.get("normalizer", ()) if each not in FORMS]:
        raise ValueError(f"normalizer must be a list of {', '.join(FORMS)}, not {quoted(unknown[0])}")
    if type(description["special_tokens"]) is not dict:
        raise ValueError(f"special_tokens must be an object, not {quoted(description['special_tokens'])}")
    return description


def _check_post_processor(section: Any) -> None:
    reasons = Reasons()
    reasons.attempt(PostProcessors(reasons, None).check, "post_processor", section)
    if reasons:
        raise ValueError(str(reasons))


def _read_splitter(description: Mapping[str, Any]) -> Splitter:
    if "steps" not in description:
        return splitter.splitter_for(description["pattern"])
    return splitter.splitter_of(_step(each) for each in description["steps"])


def _step(given: Any) -> Step:
    """Return a step that is written as a list."""
    fits = arguments.is_a(given, list) and list(map(type, given)) == [str, str, str, bool, bool]
    if not fits or given[1] not in get_args(Dialect) or given[2] not in get_args(Behavior):
        raise ValueError(f"steps must be lists of a pattern, a dialect, a behavior and two flags, not {quoted(given)}")
    return Step(*given)


def _with_flags(special_ids: Mapping[str, int], not_special: list[str], flags: Mapping[str, Any]) -> dict[str, AddedToken]:
    """Return added tokens with their flags, which are lists by name."""
    for name, given in flags.items():
        if name not in special_ids or not arguments.is_a(given, list) or not all(each in _FLAGS for each in given):
            raise ValueError(f"flags of the added token {quoted(name)} must be among {', '.join(_FLAGS)}, not {quoted(given)}")
    unmarked = set(not_special)
    return {
        name: AddedToken(token, special=name not in unmarked, **dict.fromkeys(flags.get(name, ()), True))
        for name, token in special_ids.items()
    }


def _checked_not_special(names: Any, special_ids: Mapping[str, int]) -> list[str]:
    if not arguments.is_a(names, list) or not all(type(name) is str and name in special_ids for name in names):
        raise ValueError(f"not_special must be a list of names of special_tokens, not {quoted(names)}")
    return cast(list[str], names)


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
    lengths = map(sub, tokens.ends, chain([0], tokens.ends))
    singles = {tokens.text[end - 1 : end] for end in compress(tokens.ends, map((1).__eq__, lengths))}
    return {bytes([byte]) for byte in range(256)} - singles


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


# ---- tiktoken's ------------------------------------------------------------------------------------------------------

_LINE = re.compile(rb"([A-Za-z0-9+/]+={0,2}|=)[ \t]+([0-9]{1,10})")


def looks_like_tiktoken(data: bytes | memoryview) -> bool:
    """Whether data begins with a line of a file of tiktoken."""
    return _LINE.match(bytes(data[:4096]).lstrip()) is not None


def read_tiktoken(data: bytes) -> Tokens:
    """Return the tokens of a file, or raise `InvalidTokenizerError` with the number of the line."""
    try:
        return native_bpe.read_ranks(data)
    except InvalidArgumentError:
        return line_by_line(data)


def line_by_line(data: bytes) -> Tokens:
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


def tokens_of(ranks: Mapping[bytes, int]) -> Tokens:
    """Return checked tokens with their ids in the form that the core takes."""
    return Tokens(b"".join(ranks), array("Q", accumulate(map(len, ranks))), array("I", ranks.values()))


def _entry(line: bytes) -> tuple[bytes, int]:
    found = _LINE.fullmatch(line)
    if found is None:
        raise ValueError(f"not a token in base64, a blank and its id: {quoted(line)}")
    rank = int(found[2])
    if rank > special_names.MOST_ID:
        raise ValueError(f"the id {rank} is above {special_names.MOST_ID}, the largest id")
    return b"" if found[1] == b"=" else binascii.a2b_base64(found[1], strict_mode=True), rank


def tiktoken_lines(model: Model) -> Iterator[bytes]:
    """Give the lines of a file for tiktoken."""
    for token, rank in zip(model.tokens.each(), model.tokens.ids, strict=True):
        yield (binascii.b2a_base64(token, newline=False) or b"=") + b" %d\n" % rank
