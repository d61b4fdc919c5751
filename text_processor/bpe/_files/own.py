"""This package's own files of tokenizers.

A file is a container of five sections: a JSON object with the pattern, the added tokens and the rule, then the lengths of the
tokens and their ids (unsigned 32-bit, little-endian), the bytes of the tokens, and the merges, two ids each, where Hugging
Face's rule needs them.
"""

from __future__ import annotations

import json
import sys
from array import array
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import accumulate, pairwise
from typing import Any, cast, get_args

from text_processor._common import arguments, container
from text_processor._common.container import Container
from text_processor._common.messages import quoted
from text_processor._native.bpe import Tokens
from text_processor.bpe._files.reasons import Reasons
from text_processor.bpe._files.sections import PostProcessors
from text_processor.bpe._files.vocabularies import checked_special_ids, missing, new_vocabulary
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
