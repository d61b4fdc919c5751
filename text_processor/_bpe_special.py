"""Special tokens: names in a text that stand for ids of their own, found or forbidden as tiktoken does."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import Any, AnyStr, Generic, NamedTuple

from text_processor import _many, _native, _pieces
from text_processor._wording import quoted, shown

# What `Tokenizer.encode` takes for allowed_special and disallowed_special.
Names = Collection[str]


def is_a(value: Any, *kinds: type) -> bool:
    """`isinstance`, after which type checkers do not take the parts of what a user gives for unknown."""
    return isinstance(value, kinds)


class Part(NamedTuple):
    """A stretch of ordinary text, and the id of the special token behind it, if there is one."""

    text: str
    special: int | None


class Search(Generic[AnyStr]):
    """Finds some names in a text: the leftmost first, and of those that begin at one place the longest."""

    __slots__ = ("_common", "_pattern")

    def __init__(self, names: Collection[AnyStr], separator: AnyStr) -> None:
        self._pattern: re.Pattern[AnyStr] = re.compile(
            separator.join(re.escape(name) for name in sorted(names, key=len, reverse=True))
        )
        # What all names begin with is looked for faster than by a regular expression.
        self._common: AnyStr = _common_prefix(min(names), max(names))

    def first(self, text: AnyStr) -> re.Match[AnyStr] | None:
        return self._pattern.search(text) if self._common in text else None

    def all(self, text: AnyStr) -> Iterator[re.Match[AnyStr]]:
        return self._pattern.finditer(text) if self._common in text else iter(())


def _common_prefix(one: AnyStr, other: AnyStr) -> AnyStr:
    """What two begin with, and so do all that are ordered between them."""
    n = next((i for i in range(min(len(one), len(other))) if one[i] != other[i]), min(len(one), len(other)))
    return one[:n]


@lru_cache(maxsize=64)
def search_for(names: frozenset[str]) -> Search[str]:
    """Return what finds the names; at least one."""
    return Search(names, "|")


@lru_cache(maxsize=64)
def search_for_bytes(names: frozenset[str]) -> Search[bytes]:
    """Return what finds the names in UTF-8."""
    return Search([name.encode("utf-8", "surrogatepass") for name in names], b"|")


def check(text: str, forbidden: frozenset[str]) -> None:
    """Raise `ValueError` if a text holds a name that it must not hold."""
    if forbidden and (found := search_for(forbidden).first(text)):
        raise disallowed(found[0], f"character {found.start()}")


def disallowed(name: str, place: str) -> ValueError:
    """The error for a text that holds a name which it must not hold."""
    return ValueError(
        f"the text holds {quoted(name)} at {place}, which is disallowed: it is the name of a special token. "
        f"allowed_special={{{quoted(name)}}} makes it that token, disallowed_special=() ordinary text"
    )


def parts(text: str, allowed: frozenset[str], ids: Mapping[str, int]) -> Iterator[Part]:
    """Cut a text at the special tokens that are allowed."""
    start = 0
    if allowed:
        for found in search_for(allowed).all(text):
            yield Part(text[start : found.start()], ids[found[0]])
            start = found.end()
    yield Part(text[start:], None)


def resolve(allowed: object, disallowed: object, every: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Return which special tokens are looked for, of those that there are, and which names must not occur."""
    if isinstance(allowed, tuple) and not allowed and isinstance(disallowed, str) and disallowed == "all":
        return frozenset(), every  # as nearly always
    chosen = every if allowed == "all" else _names("allowed_special", allowed)
    forbidden = every - chosen if disallowed == "all" else _names("disallowed_special", disallowed)
    return chosen & every, forbidden


def _names(argument: str, names: Any) -> frozenset[str]:
    if is_a(names, str) or not is_a(names, Collection):
        raise TypeError(f'{argument} must be "all" or a collection of names, not {quoted(names)}')
    for name in names:
        if not isinstance(name, str):
            raise TypeError(f"{argument} must hold names, which are str, not {quoted(name)}")
    return frozenset(names)


# ---- What a tokenizer is given ---------------------------------------------------------------------------------------


def checked_names(names: Any) -> tuple[str, ...]:
    """Check the names that are to be appended to a vocabulary, in order."""
    if names is None:
        return ()
    _many.check(names, "special_tokens", _many.NAMES)
    checked: dict[str, None] = {}
    for name in names:
        _check_name(name)
        if name in checked:
            raise ValueError(f"the special token {quoted(name)} is given twice")
        checked[str.__str__(name)] = None
    return tuple(checked)


def checked_ids(special_tokens: Mapping[str, int]) -> dict[str, int]:
    """Check names with ids."""
    owners: dict[int, str] = {}
    for name, number in special_tokens.items():
        _check_name(name)
        token = checked_id(number, f"the id of the special token {quoted(name)}")
        if token in owners:
            raise ValueError(f"the special tokens {quoted(owners[token])} and {quoted(name)} have the same id, {token}")
        owners[token] = _native.plain(name)
    return {name: token for token, name in owners.items()}


# tiktoken keeps the highest number of 32 bits for itself.
MOST_ID = (1 << 32) - 2


def checked_id(number: object, what: str) -> int:
    """Return an id, or raise what is wrong with it."""
    if isinstance(number, bool) or not isinstance(number, int):
        raise TypeError(f"{what} must be an int, not {type(number).__name__}")
    if not 0 <= number <= MOST_ID:
        raise ValueError(f"{what} must be from 0 to {MOST_ID}, not {shown(number)}")
    return int(number)


def _check_name(name: object) -> None:
    if not isinstance(name, str):
        raise TypeError(f"the name of a special token must be str, not {type(name).__name__}")
    if str.__len__(name) == 0:
        raise ValueError("the name of a special token cannot be empty")
    if _pieces.find_surrogate(name) is not None:
        raise ValueError(f"the name of a special token, {quoted(name)}, has a lone surrogate, which UTF-8 cannot hold")
