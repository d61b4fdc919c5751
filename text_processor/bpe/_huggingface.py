"""The file tokenizer.json of Hugging Face's tokenizers, for byte-level BPE.

What such a file says and a `Tokenizer` does not do is refused, with the place in the file: ids would differ from theirs.
"""

from __future__ import annotations

import json
import re
from array import array
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple, ParamSpec, TypeVar, cast

from text_processor._common import json as common_json
from text_processor._common.arguments import is_a
from text_processor._common.messages import quoted
from text_processor._native.bpe import Tokens, Vocabulary
from text_processor._native.status import InvalidArgumentError
from text_processor.bpe import _files, _overlap, _patterns, _splitter
from text_processor.bpe._model import Model
from text_processor.bpe._special import MOST_ID
from text_processor.bpe._splitter import AS_READ, AS_WRITTEN, PATTERNS, Splitter, written_for_oniguruma
from text_processor.errors import InvalidTokenizerError

# The byte-level alphabet of GPT-2: a byte that is a printable character of Latin-1, except a blank, is written as that
# character; the other bytes are written as the characters from U+0100 on.
_PRINTABLE = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
_OTHERS = sorted(set(range(256)) - set(_PRINTABLE))
_TO_CHARACTER = {**{byte: chr(byte) for byte in _PRINTABLE}, **{byte: chr(0x100 + i) for i, byte in enumerate(_OTHERS)}}
_TO_LATIN_1: dict[int, int | str] = {ord(character): byte for byte, character in _TO_CHARACTER.items()}
# Characters of Latin-1 that represent no byte must not be read as the byte of the same number.
_TO_LATIN_1.update(dict.fromkeys(_OTHERS, "�"))

_SECTIONS = (
    *("version", "truncation", "padding", "added_tokens", "normalizer"),
    *("pre_tokenizer", "post_processor", "decoder", "model"),
)
# fuse_unk concerns unknown tokens, which do not occur here.
_MODEL_SETTINGS: dict[str, tuple[Any, ...]] = {
    "dropout": (None, 0.0, 0),
    "unk_token": (None,),
    "continuing_subword_prefix": (None, ""),
    "end_of_word_suffix": (None, ""),
    "fuse_unk": (None, False, True),
    "byte_fallback": (None, False),
    "ignore_merges": (False, True),
}

_Made = TypeVar("_Made")
_Parameters = ParamSpec("_Parameters")


class _RefusedError(ValueError):
    """A setting that is not supported, and its place."""

    def __init__(self, place: str, why: str) -> None:
        super().__init__(f"{place}: {why}")
        self.kind = re.sub(r"\[\d+\]", "[]", place)


class _Reasons:
    """All faults of a file; for a fault in many entries of a list, the first one and the number of others."""

    def __init__(self) -> None:
        self._first: dict[str, str] = {}
        self._n_more: Counter[str] = Counter()

    def attempt(
        self, check: Callable[_Parameters, _Made], *args: _Parameters.args, **kwargs: _Parameters.kwargs
    ) -> _Made | None:
        """Return the result of a check; if it raises, keep the reason and return None."""
        try:
            return check(*args, **kwargs)
        except (ValueError, OverflowError) as error:
            kind = error.kind if isinstance(error, _RefusedError) else str(error)
            if kind in self._first:
                self._n_more[kind] += 1
            else:
                self._first[kind] = str(error)
            return None

    def __str__(self) -> str:
        return "; ".join(
            f"{first} (and so in {self._n_more[kind]} more places)" if self._n_more[kind] else first
            for kind, first in self._first.items()
        )

    def __bool__(self) -> bool:
        return bool(self._first)


# ---- Reading ---------------------------------------------------------------------------------------------------------


def read_file(name: str) -> Model:
    """Read a tokenizer, or raise `InvalidTokenizerError`."""
    with Path(name).open("rb") as file:
        data = file.read()
    try:
        return _model(common_json.loads(data))
    except UnicodeDecodeError as error:
        raise InvalidTokenizerError(f"{name}: not UTF-8 at byte {error.start}", offset=error.start) from error
    except json.JSONDecodeError as error:
        offset = len(error.doc[: error.pos].encode())
        raise InvalidTokenizerError(f"{name}: no JSON: {error.msg} (at byte {offset})", offset=offset) from error
    except RecursionError as error:
        raise InvalidTokenizerError(f"{name}: it is nested too deeply") from error
    except (ValueError, OverflowError) as error:
        raise InvalidTokenizerError(f"{name}: {error}") from error


def _model(file: Any) -> Model:
    """Return the model that a file describes, or raise a `ValueError` that lists all faults."""
    reasons = _Reasons()
    _check_object("the file", file)
    reasons.attempt(_check_keys, "the file", file, _SECTIONS)
    reasons.attempt(_refuse, "version", file.get("version", "1.0"), ("1.0",))
    for key in ("truncation", "padding", "normalizer"):
        reasons.attempt(_refuse, key, file.get(key), (None,))
    pattern = reasons.attempt(_pattern, file.get("pre_tokenizer"), reasons)
    reasons.attempt(_check_byte_level, "post_processor", file.get("post_processor"), may_be_missing=True)
    reasons.attempt(_check_byte_level, "decoder", file.get("decoder"), may_be_missing=False)
    added = reasons.attempt(_added_tokens, file.get("added_tokens", []), reasons)
    parts = reasons.attempt(_model_parts, file.get("model"), added, reasons)
    # Last, so that no pattern is compiled for a file that has other faults.
    splitter = None if reasons or pattern is None else reasons.attempt(_splitter.splitter_for, pattern)
    if reasons or splitter is None or added is None or parts is None:
        raise ValueError(str(reasons))
    return Model(
        splitter,
        parts.vocabulary,
        added.ids,
        not_special=added.not_special,
        merges=parts.merges,
        whole_pieces=parts.whole_pieces,
    )


def _check_object(place: str, section: Any) -> None:
    if not is_a(section, dict):
        raise _RefusedError(place, f"it must be an object, not {quoted(section)}")


def _check_keys(place: str, section: Any, known: Collection[str], *, kind: str | None = None) -> None:
    """Check that a section is an object, of the given kind if there is one, and has only known settings."""
    _check_object(place, section)
    if kind is not None:  # checked first, because its message is clearer than one about an unknown setting
        _refuse(f"{place}.type", section.get("type"), (kind,))
    if unknown := sorted(section.keys() - set(known)):
        names, mean = ", ".join(map(quoted, unknown[:9])), "means" if len(unknown) == 1 else "mean"
        raise _RefusedError(place, f"what {names} {mean} is not known here, only {', '.join(sorted(known))}")


def _refuse(place: str, value: Any, allowed: tuple[Any, ...]) -> None:
    if not any(type(value) is type(each) and value == each for each in allowed):
        wanted = " or ".join(json.dumps(each) for each in allowed)
        raise _RefusedError(place, f"only {wanted} can be represented, not {quoted(value)}")


def _check_byte_level(place: str, section: Any, *, may_be_missing: bool) -> None:
    """Check for a step that changes bytes or offsets, but no ids."""
    if may_be_missing and is_a(section, type(None)):
        return
    _check_keys(place, section, {"type", "add_prefix_space", "trim_offsets", "use_regex"}, kind="ByteLevel")


def _pattern(section: Any, reasons: _Reasons) -> str | None:
    """Return the pattern that splits in the same way as a pre-tokenizer."""
    place = "pre_tokenizer"
    if not is_a(section, dict) or section.get("type") != "Sequence":
        return _byte_level_pattern(place, section, (True,), reasons)
    reasons.attempt(_check_keys, place, section, {"type", "pretokenizers"})
    steps = section.get("pretokenizers")
    if not is_a(steps, list) or len(steps) != 2:
        raise _RefusedError(f"{place}.pretokenizers", f"only Split, then ByteLevel can be represented, not {quoted(steps)}")
    reasons.attempt(_byte_level_pattern, f"{place}.pretokenizers[1]", steps[1], (False,), reasons)
    return _split_pattern(f"{place}.pretokenizers[0]", steps[0], reasons)


def _byte_level_pattern(place: str, section: Any, allowed: tuple[bool, ...], reasons: _Reasons) -> str:
    """Check the step ByteLevel, which splits as GPT-2 does unless use_regex is false."""
    _check_keys(place, section, {"type", "add_prefix_space", "trim_offsets", "use_regex"}, kind="ByteLevel")
    reasons.attempt(_refuse, f"{place}.add_prefix_space", section.get("add_prefix_space", True), (False,))
    reasons.attempt(_refuse, f"{place}.use_regex", section.get("use_regex", True), allowed)
    return PATTERNS["gpt2"]


def _split_pattern(place: str, section: Any, reasons: _Reasons) -> str | None:
    _check_keys(place, section, {"type", "pattern", "behavior", "invert"}, kind="Split")
    way = (section.get("behavior"), section.get("invert"))
    reasons.attempt(_check_way, place, way)
    return reasons.attempt(_read_pattern, f"{place}.pattern", section.get("pattern"), way)


def _check_way(place: str, way: tuple[Any, Any]) -> None:
    if way not in _WAYS:
        why = f"the behavior {quoted(way[0])} with invert {quoted(way[1])} cannot be represented"
        raise _RefusedError(place, f"{why}, only 'Isolated' with False and 'Removed' with True")


def _read_pattern(place: str, section: Any, way: tuple[Any, Any]) -> str:
    _check_keys(place, section, {"Regex"})
    pattern = section.get("Regex")
    if not isinstance(pattern, str):
        raise _RefusedError(place, f"only a Regex can be represented, not {quoted(pattern)}")
    if pattern in AS_READ:
        return AS_READ[pattern]
    if pattern in PATTERNS.values() and pattern not in AS_WRITTEN:
        return pattern
    if pattern in PATTERNS:  # in a file this is a regular expression, not a name
        pattern = f"(?:{pattern})"
    try:
        _patterns.check(pattern, oniguruma=True)
        if way == _ONLY_MATCHES:
            return pattern
        # Isolated makes a piece of the text between two matches.
        isolated = rf"(?:{pattern})|(?:(?!{pattern})[\s\S])+"
        _patterns.check(isolated)
        return isolated
    except ValueError as error:
        raise _RefusedError(f"{place}.Regex", str(error)) from error


# Pieces are the matches and the text between them, or the matches alone. The patterns that have names match all text.
_ISOLATED, _ONLY_MATCHES = ("Isolated", False), ("Removed", True)
_WAYS = (_ISOLATED, _ONLY_MATCHES)


class _Added(NamedTuple):
    """The added tokens."""

    ids: dict[str, int]
    not_special: list[str]


def _added_tokens(section: Any, reasons: _Reasons) -> _Added:
    if not is_a(section, list):
        raise _RefusedError("added_tokens", f"it must be a list, not {quoted(section)}")
    added = _Added({}, [])
    by_normalized: dict[bool, list[str]] = {False: [], True: []}
    for i, token in enumerate(section):
        place = f"added_tokens[{i}]"
        if not is_a(token, dict):
            reasons.attempt(_check_object, place, token)
            continue
        flags = _flags(place, token, reasons)
        name = reasons.attempt(_added_name, f"{place}.content", token.get("content"), added)
        number = reasons.attempt(_number, f"{place}.id", token.get("id"))
        if name is not None and number is not None:
            added.ids[name] = number
            by_normalized[flags["normalized"] is True].append(name)
            if not flags["special"]:
                added.not_special.append(name)
    if clash := _overlap.first_overlap(by_normalized[False], by_normalized[True]):
        why = f"{quoted(clash[0])} is found before {quoted(clash[1])}, which is normalized, wherever they overlap"
        raise _RefusedError("added_tokens", f"{why}: that cannot be represented")
    return added


def _flags(place: str, token: dict[str, Any], reasons: _Reasons) -> dict[str, Any]:
    """Return the flags of an added token, checked."""
    flags = {flag: token.get(flag, False) for flag in _FLAGS}
    reasons.attempt(_check_keys, place, token, {"id", "content", *_FLAGS})
    for flag, allowed in _FLAGS.items():
        reasons.attempt(_refuse, f"{place}.{flag}", flags[flag], allowed)
    return flags


_FLAGS: dict[str, tuple[bool, ...]] = {
    "single_word": (False,),
    "lstrip": (False,),
    "rstrip": (False,),
    "normalized": (False, True),
    "special": (False, True),
}


def _added_name(place: str, name: object, added: _Added) -> str:
    if not isinstance(name, str):
        raise _RefusedError(place, f"it must be a text, not {quoted(name)}")
    if name in added.ids:
        raise _RefusedError(place, f"{quoted(name)} is there already")
    return name


def _number(place: str, value: Any) -> int:
    if type(value) is not int or not 0 <= value <= MOST_ID:
        raise _RefusedError(place, f"it must be a number from 0 to {MOST_ID}, not {quoted(value)}")
    return value


def _vocab(section: Any) -> dict[str, int]:
    if not is_a(section, dict):
        raise _RefusedError("model.vocab", f"it must be an object, not {quoted(section)}")
    for token, number in section.items():
        if type(number) is not int or not 0 <= number <= MOST_ID:
            _number(f"model.vocab[{quoted(token)}]", number)
    return cast(dict[str, int], section)


def _merges(section: Any, vocab: Mapping[str, int]) -> list[tuple[str, str]]:
    """Return the merges, each written as a list of two tokens or as text with a blank between them."""
    if not is_a(section, list):
        raise _RefusedError("model.merges", f"it must be a list, not {quoted(section)}")
    merges: list[tuple[str, str]] = []
    for i, merge in enumerate(section):
        parts = merge.split(" ") if type(merge) is str else merge
        left, right = cast(list[Any], parts) if is_a(parts, list) and len(parts) == 2 else (None, None)
        if type(left) is not str or type(right) is not str or left not in vocab or right not in vocab:
            raise _RefusedError(f"model.merges[{i}]", f"it is not two tokens of the vocabulary: {quoted(merge)}")
        if left + right not in vocab:
            raise _RefusedError(f"model.merges[{i}]", f"what it makes, {quoted(left + right)}, is not in the vocabulary")
        merges.append((left, right))
    return merges


class _Parts(NamedTuple):
    """The content of the section ``model``."""

    vocabulary: Vocabulary
    merges: array[int] | None  # None: tiktoken's rule gives the same ids
    whole_pieces: bool


def _model_parts(section: Any, added: _Added | None, reasons: _Reasons) -> _Parts | None:
    _check_object("model", section)
    _refuse("model.type", section.get("type", "BPE"), ("BPE",))
    reasons.attempt(_check_keys, "model", section, {"type", *_MODEL_SETTINGS, "vocab", "merges"})
    for key, allowed in _MODEL_SETTINGS.items():
        reasons.attempt(_refuse, f"model.{key}", section.get(key, allowed[0]), allowed)
    vocab = reasons.attempt(_vocab, section.get("vocab"))
    if vocab is None:
        return None
    merges = reasons.attempt(_merges, section.get("merges"), vocab)
    if merges is None or added is None:
        return None
    return _assemble(vocab, merges, section.get("ignore_merges") is True, added.ids, reasons)


def _assemble(
    vocab: dict[str, int], merges: list[tuple[str, str]], whole_pieces: bool, special_ids: dict[str, int], reasons: _Reasons
) -> _Parts:
    texts = _without_special(vocab, merges, special_ids)
    encoded = [_bytes_of(token) for token in texts]
    tokens = Tokens(b"".join(encoded), array("Q", accumulate(map(len, encoded))), array("I", map(vocab.__getitem__, texts)))
    pairs = array("I", (vocab[part] for merge in merges for part in merge))
    reasons.attempt(_files.checked_special_ids, special_ids, tokens.ids)
    reasons.attempt(_check_numbering, special_ids, vocab)
    try:
        plain = _files.new_vocabulary(tokens)
        # If the merges are in the order of the ids that they make, and encode every token as itself, tiktoken's rule gives
        # the same ids, and is faster.
        if plain.merges() == pairs:
            return _Parts(plain, None, False)
    except InvalidArgumentError:
        pass
    vocabulary = _files.new_vocabulary(tokens, pairs, whole_pieces=whole_pieces)
    return _Parts(vocabulary, pairs, whole_pieces)


def _without_special(vocab: Mapping[str, int], merges: Sequence[tuple[str, str]], special_ids: Mapping[str, int]) -> list[str]:
    """Return the tokens that ordinary text can become: the vocabulary may also have added tokens, for their ids."""
    both = vocab.keys() & special_ids.keys()
    used: set[str] = {part for merge in merges for part in (*merge, merge[0] + merge[1])} if both else set[str]()
    for name in sorted(both):
        if vocab[name] != special_ids[name]:
            why = f"as an added token it has the id {special_ids[name]}"
            raise _RefusedError(f"model.vocab[{quoted(name)}]", f"the id {vocab[name]}, but {why}")
        if name in used or len(name) == 1:
            why = "an added token that ordinary text can become too cannot be represented"
            raise _RefusedError(f"model.vocab[{quoted(name)}]", why)
    return [token for token in vocab if token not in both]


def _check_numbering(special_ids: Mapping[str, int], vocab: Mapping[str, int]) -> None:
    """Check that added tokens have the ids that tokenizers gives them: after the vocabulary if they are not in it."""
    n = len(vocab)
    for i, (name, number) in enumerate(special_ids.items()):
        if name not in vocab:
            if number != n:
                why = f"it is {number}, but not being in model.vocab the token would get {n} there"
                raise _RefusedError(f"added_tokens[{i}].id", why)
            n += 1


def _bytes_of(token: str) -> bytes:
    try:
        return token.translate(_TO_LATIN_1).encode("latin-1")
    except UnicodeEncodeError as error:
        why = "it is neither an added token nor made of the characters that stand for bytes"
        raise _RefusedError(f"model.vocab[{quoted(token)}]", why) from error


# ---- Writing ---------------------------------------------------------------------------------------------------------


def to_json(model: Model) -> bytes:
    """Return a file that gives the same ids, or raise `ValueError` if there is none."""
    tokens = model.tokens
    texts = [token.decode("latin-1").translate(_TO_CHARACTER) for token in tokens.each()]
    by_id = dict(zip(tokens.ids, texts, strict=True))
    vocab = dict(zip(texts, tokens.ids, strict=True))
    if clash := vocab.keys() & model.special_ids.keys():
        raise ValueError(
            f"the special token {quoted(min(clash))} would be taken for a token of the vocabulary in tokenizer.json"
        )
    pairs = merges_of(model)
    special = sorted(model.special_ids.items(), key=lambda item: item[1])
    # tokenizers gives a new id to an added token that is not in the vocabulary.
    vocab.update(special)
    file = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [_added_token(name, number, is_special=name not in model.not_special) for name, number in special],
        "normalizer": None,
        "pre_tokenizer": _pre_tokenizer(model.splitter),
        "post_processor": None,
        "decoder": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": False,
            "byte_fallback": False,
            "ignore_merges": model.whole_pieces,
            "vocab": vocab,
            "merges": [f"{by_id[left]} {by_id[right]}" for left, right in zip(pairs[::2], pairs[1::2], strict=True)],
        },
    }
    return json.dumps(file, ensure_ascii=False, indent=1).encode()


def merges_of(model: Model) -> array[int]:
    """Return the merges, two ids each, or raise `ValueError` if no list of merges makes the tokens."""
    if model.merges is not None:
        return model.merges
    try:
        return model.vocabulary.merges()
    except InvalidArgumentError as error:
        token = bytes(model.vocabulary.decode(array("I", [error.item])))
        raise ValueError(
            f"there are no merges that make the token {quoted(token)} with the id {error.item}: {error}"
        ) from error


def _added_token(name: str, number: int, *, is_special: bool) -> dict[str, Any]:
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": is_special}
    return {"id": number, "content": name, **flags}


def _pre_tokenizer(splitter: Splitter) -> dict[str, Any]:
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}
    step = splitter.steps[-1]
    if step.pattern == PATTERNS["gpt2"]:
        return {**byte_level, "use_regex": True}
    behavior, invert = _ISOLATED if step.pattern in PATTERNS.values() else _ONLY_MATCHES
    split = {"type": "Split", "pattern": {"Regex": written_for_oniguruma(step)}, "behavior": behavior, "invert": invert}
    return {"type": "Sequence", "pretokenizers": [split, byte_level]}
