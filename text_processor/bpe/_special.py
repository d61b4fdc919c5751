"""Special tokens: names in a text that stand for ids of their own, found or forbidden as tiktoken does."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from text_processor._common import arguments, many
from text_processor._common.arguments import is_a
from text_processor._common.messages import quoted, shown
from text_processor._documents import batches
from text_processor._native import bpe as native_bpe
from text_processor.bpe._text import STEP_NBYTES

# What `Tokenizer.encode` takes for allowed_special and disallowed_special.
Names = Collection[str]


class Place(NamedTuple):
    """Where a name stands in a text, in bytes."""

    start: int
    end: int
    name: str


class Search:
    """Finds some names, at least one, in a text: the leftmost first, and of those that begin at one place the longest."""

    __slots__ = ("_common", "_longest", "_names", "_native")

    def __init__(self, names: Collection[str]) -> None:
        self._names = tuple(names)
        self._native = native_bpe.Names([name.encode("utf-8", "surrogatepass") for name in names])
        self._longest = max(map(len, names))
        # What all names begin with is looked for in no time, and is in few texts.
        self._common = _common_prefix(min(names), max(names))

    def may_occur(self, text: str) -> bool:
        """Whether a name may be in a text: not, if what all of them begin with is not."""
        return self._common in text

    def first(self, text: str) -> str | None:
        """Return the leftmost name, or None if there is none."""
        if self._common not in text:
            return None
        # Each slice has all names in it that begin within the first ``step`` characters.
        step = max(batches.BATCH_CHARACTERS, self._longest)
        for start in range(0, len(text), step):
            data = text[start : start + step + self._longest].encode("utf-8", "surrogatepass")
            if not self._native.occur_in(data):
                continue
            places, _ = self.places(data, is_final=True)
            if places and len(data[: places[0].start].decode("utf-8", "surrogatepass")) < step:
                return places[0].name
        return None

    def all(self, text: memoryview) -> Iterator[Place]:
        """Give the places of all names in a whole text, in steps between which Ctrl-C gets through."""
        start = 0
        while start < len(text):
            end = min(start + max(STEP_NBYTES, 8 * self._longest), len(text))
            places, n_certain = self.places(text[start:end], is_final=end == len(text))
            for place in places:
                yield Place(start + place.start, start + place.end, place.name)
            start += n_certain

    def places(self, text: bytes | memoryview, *, is_final: bool) -> tuple[list[Place], int]:
        """Return the places of all names, and how many bytes are certain, behind which more text may make others."""
        found, n_certain = self._native.find(text, is_final=is_final)
        names = map(self._names.__getitem__, found[2::3])
        return list(map(Place, found[::3], found[1::3], names)), n_certain


def _common_prefix(one: str, other: str) -> str:
    """What two begin with, and so do all that are ordered between them."""
    n = next((i for i in range(min(len(one), len(other))) if one[i] != other[i]), min(len(one), len(other)))
    return one[:n]


def disallowed(name: str, place: str) -> ValueError:
    """The error for a text that holds a name which it must not hold."""
    return ValueError(
        f"the text holds {quoted(name)} at {place}, which is disallowed: it is the name of a special token. "
        f"allowed_special={{{quoted(name)}}} makes it that token, disallowed_special=() ordinary text"
    )


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
        if not name:
            raise ValueError(f"{argument} must hold names of special tokens, and the empty text is none")
    return frozenset(names)


def checked_names(names: Any) -> tuple[str, ...]:
    """Check the names that are to be appended to a vocabulary, in order."""
    if names is None:
        return ()
    many.check(names, "special_tokens", many.NAMES)
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
        owners[token] = arguments.plain(name)
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
    if batches.find_surrogate(name) is not None:
        raise ValueError(f"the name of a special token, {quoted(name)}, has a lone surrogate, which UTF-8 cannot hold")
