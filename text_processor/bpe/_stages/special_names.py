"""Special tokens: names in a text that have separate ids; they are found or forbidden as in tiktoken."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from text_processor._common import arguments, many
from text_processor._common.arguments import is_a
from text_processor._common.messages import quoted, shown
from text_processor._documents import batches
from text_processor._native import bpe as native_bpe
from text_processor._native.text import Batch
from text_processor.bpe._stages.utf8 import STEP_NBYTES

# The type of allowed_special and disallowed_special in `Tokenizer.encode`.
Names = Collection[str]


class Place(NamedTuple):
    """The place of a name in a text, in bytes."""

    start: int
    end: int
    name: str


class Search:
    """Finds names (at least one) in a text: the leftmost first, and the longest of those that begin at the same place."""

    __slots__ = ("_common", "_longest", "_native", "names")

    def __init__(self, names: Collection[str]) -> None:
        self.names = tuple(names)  # by number
        self._native = native_bpe.Names([name.encode("utf-8", "surrogatepass") for name in names])
        self._longest = max(map(len, names))
        # The common prefix of all names is found quickly, and occurs in few texts.
        self._common = common_prefix(min(names), max(names))

    @property
    def native(self) -> native_bpe.Names:
        """The names as the core has them."""
        return self._native

    @property
    def first_byte(self) -> int | None:
        """The byte with which all names begin, if it is the same one."""
        return self._common.encode("utf-8", "surrogatepass")[0] if self._common else None

    def may_occur(self, text: str | memoryview) -> bool:
        """Whether a name may be in a text; false if the common prefix of all names is not in it."""
        if isinstance(text, memoryview):
            return self._common.encode() in bytes(text)
        return self._common in text

    @property
    def address(self) -> int:
        """The address of the names for the short ways of the binding."""
        return self._native.address

    def occur_in(self, batch: Batch) -> bool:
        """Whether any of the names is in the text of a batch."""
        return self._native.occur_in(batch.text)

    def occur_in_text(self, text: str) -> bool:
        """Whether any of the names is in a text, all of which is read at once."""
        return self._common in text and self._native.occur_in(text.encode("utf-8", "surrogatepass"))

    def first(self, text: str) -> str | None:
        """Return the leftmost name, or None if there is none."""
        if self._common not in text:
            return None
        # Each slice contains every name that begins within its first ``step`` characters.
        step = max(batches.BATCH_CHARACTERS, self._longest)
        for start in range(0, len(text), step):
            data = text[start : start + step + self._longest].encode("utf-8", "surrogatepass")
            if not self._native.occur_in(data):
                continue
            places, _ = self.places(data, is_final=True)
            if places and len(data[: places[0].start].decode("utf-8", "surrogatepass")) < step:
                return places[0].name
        return None

    def between(self, text: str) -> Iterator[str]:
        """Give the parts of a text without surrogates that are between names, in order; some may be empty."""
        data, start = text.encode(), 0
        for place in self.all(memoryview(data)):
            yield data[start : place.start].decode()
            start = place.end
        yield data[start:].decode()

    def all(self, text: memoryview) -> Iterator[Place]:
        """Give the places of all names in a whole text, in steps; Ctrl-C takes effect between two steps."""
        for start, found in self.steps(text):
            for at in range(0, len(found), 3):
                yield Place(start + found[at], start + found[at + 1], self.names[found[at + 2]])

    def steps(self, text: memoryview) -> Iterator[tuple[int, memoryview[int]]]:
        """Give where each step of a whole text begins, and from there the start, end and number of each name in it."""
        start = 0
        while start < len(text):
            end = min(start + max(STEP_NBYTES, 8 * self._longest), len(text))
            found, n_certain = self._native.places(text[start:end], is_final=end == len(text))
            yield start, found
            start += n_certain

    def numbers(self, text: bytes | memoryview, *, is_final: bool) -> tuple[memoryview[int], int]:
        """Return the same as `places`, as the start, the end and the number of each name."""
        return self._native.places(text, is_final=is_final)

    def places(self, text: bytes | memoryview, *, is_final: bool) -> tuple[list[Place], int]:
        """Return the places of all names, and the number of certain bytes; after these, more text may complete other names."""
        found, n_certain = self._native.find(text, is_final=is_final)
        names = map(self.names.__getitem__, found[2::3])
        return list(map(Place, found[::3], found[1::3], names)), n_certain


def common_prefix(one: str, other: str) -> str:
    """Return the common prefix of two strings, which all strings between them in sorted order have too."""
    n = next((i for i in range(min(len(one), len(other))) if one[i] != other[i]), min(len(one), len(other)))
    return one[:n]


def disallowed(name: str, place: str) -> ValueError:
    """Return the error for a text that contains a disallowed name."""
    return ValueError(
        f"the text holds {quoted(name)} at {place}, which is disallowed: it is the name of a special token. "
        f"allowed_special={{{quoted(name)}}} makes it that token, disallowed_special=() ordinary text"
    )


_NONE: frozenset[str] = frozenset()

# Returns the special tokens to look for, and the names that must not occur, of what a call allows and disallows.
Resolve = Callable[[object, object], tuple[frozenset[str], frozenset[str]]]

# The number of sets of allowed names whose complement a tokenizer keeps: nearly all calls allow the same ones.
MOST_COMPLEMENTS = 8


def resolver(every: frozenset[str]) -> Resolve:
    """Return the function that does this among all special tokens; usual calls take the same time however many there are."""
    all_but = lru_cache(MOST_COMPLEMENTS)(every.difference)

    def resolve(allowed: object, disallowed: object) -> tuple[frozenset[str], frozenset[str]]:
        is_all = isinstance(disallowed, str) and disallowed == "all"
        others = _NONE if is_all else _names("disallowed_special", disallowed)
        if isinstance(allowed, tuple) and not allowed:
            return _NONE, every if is_all else others
        if isinstance(allowed, str) and allowed == "all":
            return every, others
        chosen = _names("allowed_special", allowed)
        return chosen & every, all_but(chosen) if is_all else others

    return resolve


def _names(argument: str, names: Any) -> frozenset[str]:
    many.check_no_frame(names, argument, '"all" or a collection of names')
    if is_a(names, str) or not is_a(names, Collection):
        raise TypeError(f'{argument} must be "all" or a collection of names, not {quoted(names)}')
    for name in names:
        if not isinstance(name, str):
            raise TypeError(f"{argument} must hold names, which are str, not {quoted(name)}")
        if not name:
            raise ValueError(f"{argument} must hold names of special tokens, and the empty text is none")
    return frozenset(names)


def checked_names(names: Any) -> tuple[str, ...]:
    """Check names that get the ids after a vocabulary, in order."""
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


def checked_ids(special_tokens: Mapping[str, int], *, may_be_empty: bool = False) -> dict[str, int]:
    """Check names with ids. Several names may have one id, as in published tokenizers: then it is decoded to the first."""
    checked: dict[str, int] = {}
    for name, number in special_tokens.items():
        if not (may_be_empty and name == ""):
            _check_name(name)
        checked[arguments.plain(name)] = checked_id(number, f"the id of the special token {quoted(name)}")
    return checked


# tiktoken keeps the highest number of 32 bits for itself.
MOST_ID = (1 << 32) - 2


def checked_id(number: object, what: str) -> int:
    """Return an id, or raise if it is not valid."""
    if isinstance(number, bool) or not isinstance(number, int):
        raise TypeError(f"{what} must be an int, not {type(number).__name__}")
    if not 0 <= number <= MOST_ID:
        raise ValueError(f"{what} must be from 0 to {MOST_ID}, not {shown(number)}")
    return int(number)


def _check_name(name: object) -> None:
    if not isinstance(name, str):
        raise TypeError(f"the name of a special token must be str, not {type(name).__name__}{many.advice(name)}")
    if str.__len__(name) == 0:
        raise ValueError("the name of a special token cannot be empty")
    if batches.find_surrogate(name) is not None:
        raise ValueError(f"the name of a special token, {quoted(name)}, has a lone surrogate, which UTF-8 cannot hold")
