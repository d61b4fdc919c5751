"""The sections of a tokenizer.json beside its vocabulary: what each says, checked, in the terms of a `Model`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NamedTuple, cast

from text_processor._common.messages import quoted
from text_processor.bpe._files.reasons import (
    Reasons,
    RefusedError,
    check_flag,
    check_keys,
    check_list,
    check_object,
    check_text,
    check_value,
)
from text_processor.bpe._split.splitter import Behavior, Step, byte_level_step, digits_step, punctuation_step
from text_processor.bpe._stages.added_tokens import AddedToken
from text_processor.bpe._stages.normalizing import FORMS
from text_processor.bpe._stages.special_names import MOST_ID

# ---- Normalizer ------------------------------------------------------------------------------------------------------


def normalizer_of(place: str, section: Any) -> tuple[str, ...]:
    """Return the normal forms that a normalizer applies, in order."""
    if section is None:
        return ()
    kind = check_object(place, section).get("type")
    if kind == "Sequence":
        steps = check_list(f"{place}.normalizers", check_keys(place, section, ("type", "normalizers")).get("normalizers"))
        return tuple(form for i, step in enumerate(steps) for form in normalizer_of(f"{place}.normalizers[{i}]", step))
    if kind not in FORMS:
        names = ", ".join(FORMS)
        why = f"{quoted(kind)} cannot be represented, only {names} and Sequence of them"
        raise RefusedError(place, why + _ADVICE.get(kind, "") if type(kind) is str else why)
    check_keys(place, section, ("type",))
    return (cast("str", kind),)


_SENTENCEPIECE = "; such files come from SentencePiece, whose tokens are characters, not bytes"
_ADVICE = {"Prepend": _SENTENCEPIECE, "Replace": _SENTENCEPIECE, "Precompiled": _SENTENCEPIECE, "Metaspace": _SENTENCEPIECE}


# ---- Pre-tokenizer ---------------------------------------------------------------------------------------------------

BEHAVIORS = ("Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous")


class PreTokenizer(NamedTuple):
    """The steps by which text is split, and whether a blank is put before each stretch of it."""

    steps: tuple[Step, ...]
    prefix_space: bool


def pre_tokenizer_of(place: str, section: Any, reasons: Reasons) -> PreTokenizer:
    """Return what a pre-tokenizer does, or raise."""
    reader = _PreTokenizerReader(reasons)
    reader.read(place, section)
    if not reader.is_over_bytes and not reasons:
        why = "without ByteLevel the tokens are characters, not bytes: that cannot be represented"
        raise RefusedError(place, why)
    return PreTokenizer(tuple(reader.steps), reader.prefix_space)


class _PreTokenizerReader:
    """Collects the steps of pre-tokenizers, which may be nested."""

    def __init__(self, reasons: Reasons) -> None:
        self.steps: list[Step] = []
        self.prefix_space = False
        self.is_over_bytes = False
        self._reasons = reasons

    def read(self, place: str, section: Any) -> None:
        if section is None:
            why = "without one the tokens are characters, not bytes, as in files from SentencePiece: that cannot be represented"
            raise RefusedError(place, why)
        kind = check_object(place, section).get("type")
        read = self._READERS.get(kind) if type(kind) is str else None
        if read is None:
            known = ", ".join(sorted(self._READERS))
            why = f"{quoted(kind)} cannot be represented, only {known}"
            raise RefusedError(place, why + (_ADVICE.get(kind, "") if type(kind) is str else ""))
        read(self, place, section)

    def _add(self, pattern: str, dialect: Any, behavior: Any, *, invert: bool = False) -> None:
        self.steps.append(Step(pattern, dialect, cast("Behavior", behavior), invert, self.is_over_bytes))

    def _sequence(self, place: str, section: Any) -> None:
        checked = check_keys(place, section, ("type", "pretokenizers"))
        for i, step in enumerate(check_list(f"{place}.pretokenizers", checked.get("pretokenizers"))):
            self._reasons.attempt(self.read, f"{place}.pretokenizers[{i}]", step)

    def _byte_level(self, place: str, section: Any) -> None:
        checked = check_byte_level(place, section)
        if self.is_over_bytes:
            raise RefusedError(place, "a second ByteLevel cannot be represented")
        if checked.get("add_prefix_space", True):
            if self.steps:
                why = "true after another pre-tokenizer puts a blank before each of its pieces, which cannot be represented"
                raise RefusedError(f"{place}.add_prefix_space", why)
            self.prefix_space = True
        if checked.get("use_regex", True):
            self.steps.append(byte_level_step())
        self.is_over_bytes = True

    def _split(self, place: str, section: Any) -> None:
        checked = check_keys(place, section, ("type", "pattern", "behavior", "invert"))
        behavior = checked.get("behavior")
        self._reasons.attempt(_check_behavior, place, behavior)
        invert = self._reasons.attempt(check_flag, f"{place}.invert", checked.get("invert", False))
        pattern = self._reasons.attempt(_pattern_of, f"{place}.pattern", checked.get("pattern"))
        if pattern is not None and invert is not None:
            self._add(pattern, "oniguruma", behavior, invert=invert)

    def _digits(self, place: str, section: Any) -> None:
        checked = check_keys(place, section, ("type", "individual_digits"))
        is_single = self._reasons.attempt(check_flag, f"{place}.individual_digits", checked.get("individual_digits", False))
        self.steps.append(digits_step(individual=is_single is True, over_bytes=self.is_over_bytes))

    def _punctuation(self, place: str, section: Any) -> None:
        behavior = check_keys(place, section, ("type", "behavior")).get("behavior", "Isolated")
        self._reasons.attempt(_check_behavior, place, behavior)
        self.steps.append(punctuation_step(behavior, over_bytes=self.is_over_bytes))

    def _whitespace(self, place: str, section: Any) -> None:
        check_keys(place, section, ("type",))
        self._add(r"\w+|[^\w\s]+", "rust", "Removed", invert=True)

    def _whitespace_split(self, place: str, section: Any) -> None:
        check_keys(place, section, ("type",))
        self._add(r"\s", "rust", "Removed")

    _READERS: ClassVar[dict[str, Callable[..., None]]] = {
        "Sequence": _sequence,
        "ByteLevel": _byte_level,
        "Split": _split,
        "Digits": _digits,
        "Punctuation": _punctuation,
        "Whitespace": _whitespace,
        "WhitespaceSplit": _whitespace_split,
    }


def _check_behavior(place: str, behavior: Any) -> None:
    if behavior not in BEHAVIORS:
        raise RefusedError(f"{place}.behavior", f"it must be one of {', '.join(BEHAVIORS)}, not {quoted(behavior)}")


def _pattern_of(place: str, section: Any) -> str:
    checked = check_keys(place, section, ("Regex", "String"))
    if len(checked) != 1:
        raise RefusedError(place, f"it must have either Regex or String, not {quoted(sorted(checked))}")
    [(kind, value)] = checked.items()
    text = check_text(f"{place}.{kind}", value)
    if not text:
        raise RefusedError(f"{place}.{kind}", "an empty pattern cannot be represented")
    if kind == "String":
        return re.sub(r"[^\w\s]", lambda found: rf"\{found[0]}" if found[0].isascii() else found[0], text)
    return text


# ---- Post-processor and decoder --------------------------------------------------------------------------------------


def check_byte_level(place: str, section: Any) -> dict[str, Any]:
    """Return a section of the type ByteLevel, checked; its flags are true unless they are given."""
    checked = check_keys(place, section, ("type", "add_prefix_space", "trim_offsets", "use_regex"), kind="ByteLevel")
    for key, value in checked.items():
        if key != "type":
            check_flag(f"{place}.{key}", value)
    return checked


def check_decoder(place: str, section: Any) -> None:
    """Check for ByteLevel, alone or as a sequence."""
    if check_object(place, section).get("type") != "Sequence":
        check_byte_level(place, section)
        return
    decoders = check_list(f"{place}.decoders", check_keys(place, section, ("type", "decoders")).get("decoders"))
    for i, decoder in enumerate(decoders):
        check_byte_level(f"{place}.decoders[{i}]", decoder)
    if len(decoders) != 1:
        raise RefusedError(f"{place}.decoders", f"only one ByteLevel can be represented, not {len(decoders)} decoders")


class PostProcessors:
    """Checks post-processors, and that their ids are known if it is given which are."""

    def __init__(self, reasons: Reasons, known_ids: frozenset[int] | None) -> None:
        self._reasons = reasons
        self._known_ids = known_ids

    def check(self, place: str, section: Any) -> None:
        if section is None:
            return
        kind = check_object(place, section).get("type")
        check = self._CHECKS.get(kind) if type(kind) is str else None
        if check is None:
            known = ", ".join(sorted(self._CHECKS))
            raise RefusedError(place, f"{quoted(kind)} cannot be represented, only {known}")
        check(self, place, section)

    def _byte_level(self, place: str, section: Any) -> None:
        check_byte_level(place, section)

    def _sequence(self, place: str, section: Any) -> None:
        checked = check_keys(place, section, ("type", "processors"))
        for i, step in enumerate(check_list(f"{place}.processors", checked.get("processors"))):
            self._reasons.attempt(self.check, f"{place}.processors[{i}]", step)

    def _two_tokens(self, place: str, section: Any) -> None:
        checked = check_keys(place, section, ("type", "sep", "cls", "trim_offsets", "add_prefix_space"))
        for key in ("sep", "cls"):
            pair = check_list(f"{place}.{key}", checked.get(key))
            if len(pair) != 2:
                raise RefusedError(f"{place}.{key}", f"it must be a token and its id, not {quoted(pair)}")
            check_text(f"{place}.{key}[0]", pair[0])
            self._check_id(f"{place}.{key}[1]", pair[1])
        for key in ("trim_offsets", "add_prefix_space"):
            check_flag(f"{place}.{key}", checked.get(key, True))

    def _template(self, place: str, section: Any) -> None:
        checked = check_keys(place, section, ("type", "single", "pair", "special_tokens"))
        tokens = check_object(f"{place}.special_tokens", checked.get("special_tokens"))
        for name, token in tokens.items():
            where = f"{place}.special_tokens[{quoted(name)}]"
            parts = check_keys(where, token, ("id", "ids", "tokens"))
            check_value(f"{where}.id", parts.get("id"), (name,))
            ids, texts = check_list(f"{where}.ids", parts.get("ids")), check_list(f"{where}.tokens", parts.get("tokens"))
            if len(ids) != len(texts):
                raise RefusedError(where, f"{len(ids)} ids and {len(texts)} tokens do not fit")
            for i, (number, text) in enumerate(zip(ids, texts, strict=True)):
                self._check_id(f"{where}.ids[{i}]", number)
                check_text(f"{where}.tokens[{i}]", text)
        for key, sequences in (("single", "A"), ("pair", "AB")):
            self._check_pieces(f"{place}.{key}", checked.get(key), sequences, tokens)

    def _check_pieces(self, place: str, section: Any, sequences: str, tokens: Mapping[str, Any]) -> None:
        found: set[str] = set()
        for i, piece in enumerate(check_list(place, section)):
            where = f"{place}[{i}]"
            parts = check_keys(where, piece, ("SpecialToken", "Sequence"))
            if len(parts) != 1:
                raise RefusedError(where, f"it must be either a SpecialToken or a Sequence, not {quoted(sorted(parts))}")
            [(kind, value)] = parts.items()
            checked = check_keys(f"{where}.{kind}", value, ("id", "type_id"))
            name = check_text(f"{where}.{kind}.id", checked.get("id"))
            check_number(f"{where}.{kind}.type_id", checked.get("type_id"))
            if kind == "Sequence":
                found.add(name)
            elif name not in tokens:
                raise RefusedError(f"{where}.{kind}.id", f"{quoted(name)} is none of the special_tokens")
        if found != set(sequences):
            raise RefusedError(place, f"it must have the sequences {' and '.join(sequences)}, not {quoted(sorted(found))}")

    def _check_id(self, place: str, value: Any) -> None:
        number = check_number(place, value)
        if self._known_ids is not None and number not in self._known_ids:
            raise RefusedError(place, f"no token has the id {value}")

    _CHECKS: ClassVar[dict[str, Callable[..., None]]] = {
        "ByteLevel": _byte_level,
        "Sequence": _sequence,
        "RobertaProcessing": _two_tokens,
        "BertProcessing": _two_tokens,
        "TemplateProcessing": _template,
    }


def check_kept(place: str, section: Any) -> None:
    """Check a section that is kept and not applied: truncation, padding."""
    if section is not None:
        check_object(place, section)


def check_number(place: str, value: Any) -> int:
    """Return an id after checking it."""
    if type(value) is not int or not 0 <= value <= MOST_ID:
        raise RefusedError(place, f"it must be a number from 0 to {MOST_ID}, not {quoted(value)}")
    return value


# ---- Added tokens ----------------------------------------------------------------------------------------------------

FLAGS = ("single_word", "lstrip", "rstrip", "normalized", "special")


def added_tokens_of(section: Any, reasons: Reasons) -> dict[str, AddedToken]:
    """Return the added tokens of a file by name, in order."""
    added: dict[str, AddedToken] = {}
    for i, token in enumerate(check_list("added_tokens", section)):
        if made := reasons.attempt(_added_token, f"added_tokens[{i}]", token, added, reasons):
            name, found = made
            added[name] = found
    return added


def _added_token(place: str, token: Any, added: Mapping[str, AddedToken], reasons: Reasons) -> tuple[str, AddedToken] | None:
    checked = check_object(place, token)
    reasons.attempt(check_keys, place, checked, ("id", "content", *FLAGS))
    flags = {flag: reasons.attempt(check_flag, f"{place}.{flag}", checked.get(flag, False)) for flag in FLAGS}
    name = reasons.attempt(_added_name, f"{place}.content", checked.get("content"), added)
    number = reasons.attempt(check_number, f"{place}.id", checked.get("id"))
    if name is None or number is None or None in flags.values():
        return None
    return name, AddedToken(number, **cast("dict[str, bool]", flags))


def _added_name(place: str, value: Any, added: Mapping[str, AddedToken]) -> str:
    name = check_text(place, value)
    if name in added:
        raise RefusedError(place, f"{quoted(name)} is there already")
    return name


def check_numbering(added: Mapping[str, AddedToken], vocab: Mapping[str, int], n_vocab: int) -> None:
    """Check that added tokens have the ids that tokenizers gives them: if not in the vocabulary, the next one after all ids.

    ``vocab`` has the ids of all of them that are in the vocabulary, which has ``n_vocab`` tokens.
    """
    largest = -1
    for i, (name, token) in enumerate(added.items()):
        number = vocab.get(name, max(n_vocab, largest + 1))
        if token.id != number and name not in vocab:
            why = f"it is {token.id}, but not being in model.vocab the token would get {number} there"
            raise RefusedError(f"added_tokens[{i}].id", why)
        largest = max(largest, number)
