"""Lexicons: the ones that come with the package, those of files, and dicts that tell when they are changed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, wraps
from pathlib import Path
from typing import Any, NamedTuple, Self, TypeVar

from text_processor._common.messages import quoted
from text_processor._documents import sources
from text_processor._documents.sources import Options
from text_processor.errors import InvalidDocumentError

# The form of lexicon.txt is told by tools/generate_vader_data.py, which made it.
_VALUE_ZERO = 80
_VALUES = [(byte - _VALUE_ZERO) / 10 for byte in range(256)]

Method = TypeVar("Method", bound=Callable[..., Any])


def _bytes(name: str) -> bytes:
    return Path(__file__).with_name(name).read_bytes()


def english_lexicon() -> dict[str, float]:
    """Return the lexicon of vaderSentiment 3.3.2, which is that of NLTK too: words and emoticons with their values."""
    values, _, words = _bytes("lexicon.txt").partition(b"\n")
    return dict(zip(words.decode().split("\n"), map(_VALUES.__getitem__, values), strict=True))


def english_emojis() -> dict[str, str]:
    """Return the emoji of vaderSentiment 3.3.2 with their descriptions."""
    # Decoded apart: only the emoji need four bytes for each character.
    emojis, descriptions = (part.decode() for part in _bytes("emoji.txt").split(b"\n\n"))
    return dict(zip(emojis.split("\n"), descriptions.split("\n"), strict=True))


class English(NamedTuple):
    """The words of the rules: how much boosters add, negations, and the values of idioms."""

    boosters: dict[str, float]
    negations: list[str]
    idioms: dict[str, float]


@cache
def english(rules: str) -> English:
    """Return the words of one of the rule sets; nobody may change them."""
    return English(**json.loads(_bytes("rules.json"))[rules])


# ---- Files -------------------------------------------------------------------------------------------------------------


def read_lexicon(path: str | os.PathLike[str]) -> dict[str, float]:
    """Read a file of the form of ``vader_lexicon.txt``: a word, a tab, its value; what follows a further tab is left out."""
    lexicon: dict[str, float] = {}
    for number, word, value in _pairs(path):
        try:
            lexicon[word] = float(value)
        except ValueError as error:
            raise ValueError(
                f"{quoted(os.fspath(path))}, line {number}: the value of {quoted(word)} is {quoted(value)}, no number"
            ) from error
    return lexicon


def read_emojis(path: str | os.PathLike[str]) -> dict[str, str]:
    """Read a file of the form of ``emoji_utf8_lexicon.txt``: an emoji, a tab, its description."""
    return {emoji: description for _, emoji, description in _pairs(path)}


def _pairs(path: str | os.PathLike[str]) -> Iterable[tuple[int, str, str]]:
    for number, line in enumerate(_lines(path), 1):
        if not line:
            continue
        first, tab, rest = line.strip().partition("\t")
        if not tab:
            raise ValueError(f"{quoted(os.fspath(path))}, line {number}: a tab must follow {quoted(first)}")
        yield number, first, rest.partition("\t")[0]


def _lines(path: str | os.PathLike[str]) -> Iterator[str]:
    options = Options("lines", "skip")
    try:
        with sources.opened_file(path, options) as given:
            for lines in given.shards(options, 1)[0].whole_lines():
                yield from lines.decode().split("\n")
    except InvalidDocumentError as error:
        error.args = (f"{quoted(os.fspath(path))}: {error}",)
        raise


# ---- Dicts that are watched ----------------------------------------------------------------------------------------------


def _changing(name: str) -> Any:
    """A method of dict that also tells that it was called."""
    method = getattr(dict, name)

    @wraps(method)
    def changed(self: Watched, *arguments: Any, **options: Any) -> Any:
        try:
            return method(self, *arguments, **options)
        finally:
            self.n_changes += 1

    return changed


class Watched(dict[str, Any]):
    """A dict that counts how often it may have been changed, so that nobody needs to look through it."""

    __slots__ = ("n_changes",)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self.n_changes = 0
        super().__init__(*arguments, **options)

    __setitem__ = _changing("__setitem__")
    __delitem__ = _changing("__delitem__")
    __ior__ = _changing("__ior__")
    clear = _changing("clear")
    pop = _changing("pop")
    popitem = _changing("popitem")
    setdefault = _changing("setdefault")
    update = _changing("update")

    def copy(self) -> dict[str, Any]:
        """Return a plain dict with the same items."""
        return dict(self)

    def __copy__(self) -> Self:
        return type(self)(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return type(self)(self)

    def __reduce__(self) -> tuple[type[Self], tuple[dict[str, Any]]]:
        return type(self), (dict(self),)


class Seen:
    """What a dict was like when it was last looked at."""

    __slots__ = ("_copy", "_given", "_n_changes")

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given = given
        self._n_changes = given.n_changes if type(given) is Watched else 0
        self._copy = None if type(given) is Watched else dict(given)

    def is_still(self, given: Mapping[str, Any]) -> bool:
        """Whether a dict is the same one, unchanged. Of a dict that is not watched each item is compared."""
        if given is not self._given:
            return False
        if self._copy is None:
            return bool(given.n_changes == self._n_changes)  # type: ignore[attr-defined]
        return given == self._copy
