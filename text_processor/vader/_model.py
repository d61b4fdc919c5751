"""Lexicons and words of rules as the core takes them."""

from __future__ import annotations

import math
from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, cast

from text_processor._common.messages import quoted
from text_processor._native import sentiment as native
from text_processor._native.sentiment import MOST_PHRASE_WORDS, Phrase, Vader, Words

# What words of a language do beside having values, boosting and negating: by the English words that do it.
ROLES: dict[str, tuple[str, ...]] = {
    "no": ("no",),
    "or": ("or", "nor"),
    "kind": ("kind",),
    "of": ("of",),
    "never": ("never",),
    "so": ("so", "this"),
    "without": ("without",),
    "doubt": ("doubt",),
    "least": ("least",),
    "at": ("at", "very"),
    "but": ("but",),
}

# In NLTK a phrase of boosters adds this, whatever its own value.
_NLTK_PHRASE_BOOST = -0.293


class Rules(NamedTuple):
    """All but the lexicon and the emoji, which may change."""

    dialect: str
    boosters: Mapping[str, float]
    negations: Collection[str]
    idioms: Mapping[str, float]
    words: Mapping[str, Collection[str]]


class Builder:
    """Numbers words, and gathers what they are."""

    def __init__(self, lexicon: Mapping[Any, Any]) -> None:
        keys, values = [*lexicon], [*lexicon.values()]
        if {*map(type, keys)} - {str}:  # a key that is no str is equal to no word, unless it is of a subclass
            kept = {str.__str__(key): value for key, value in lexicon.items() if isinstance(key, str)}
            keys, values = [*kept], [*kept.values()]
        self.texts: list[str] = keys
        self.roles = array("I", [native.IN_LEXICON]) * len(keys)
        self.values = _numbers(keys, values, self.roles)
        self.boosts = array("d", bytes(8 * len(keys)))
        self.phrases: dict[str, Phrase] = {}
        self._numbers: dict[str, int] = dict(zip(keys, range(len(keys)), strict=True))

    def number(self, word: str) -> int:
        """Return the number of a word, which is added if it is new."""
        number = self._numbers.setdefault(word, len(self.texts))
        if number == len(self.texts):
            self.texts.append(word)
            self.roles.append(0)
            self.values.append(0.0)
            self.boosts.append(0.0)
        return number

    def mark(self, word: str, role: int) -> int:
        """Give a word a role, and return its number."""
        number = self.number(word)
        self.roles[number] |= role
        return number

    def add_phrase(self, text: str, kind: int, *, value: float = 0.0, boost: float = 0.0, unit_value: float = 0.0) -> None:
        """Add what a phrase is to what it is already."""
        old = self.phrases.get(text, Phrase([], 0, 0.0, 0.0, 0.0))
        self.phrases[text] = Phrase(
            [self.number(word) for word in text.split(" ")],
            kind | old.kinds,
            value + old.value,
            boost + old.boost,
            unit_value + old.unit_value,
        )

    def add_rules(self, rules: Rules) -> None:
        """Add the words of the rules."""
        for text, boost in rules.boosters.items():
            if is_phrase(text):
                self.add_phrase(text, native.PHRASE_BOOST, boost=_NLTK_PHRASE_BOOST if rules.dialect == "nltk" else boost)
            else:
                self.boosts[self.mark(text, native.BOOSTER)] = boost
        for word in rules.negations:
            self.mark(word, native.NEGATION)
        for role, words in rules.words.items():
            for word in words:
                self.mark(word, native.ROLES[role])
        for text, value in rules.idioms.items():
            if is_phrase(text):  # the originals look for no others
                self.add_phrase(text, native.IDIOM | (native.IDIOM_INT if isinstance(value, int) else 0), value=float(value))


def _numbers(words: Sequence[str], values: Sequence[Any], roles: array[int]) -> array[float]:
    """Return values as floats, and mark those that are ints."""
    if {*map(type, values)} <= {float} and math.isfinite(sum(values)):
        return array("d", values)
    for i, value in enumerate(values):
        if isinstance(value, int):
            roles[i] |= native.INT
    return array("d", map(_number, words, values))


def _number(word: str, value: Any) -> float:
    """Return the value of a word or phrase as a float."""
    if isinstance(value, str | bytes) or (not hasattr(value, "__float__") and not hasattr(value, "__index__")):
        raise TypeError(f"the value of {quoted(word)} in the lexicon must be a number, not {quoted(value)}")
    try:
        number = float(value)
    except OverflowError as error:
        raise ValueError(f"the value of {quoted(word)} in the lexicon is too large for a float") from error
    if not math.isfinite(number):
        raise ValueError(f"the value of {quoted(word)} in the lexicon must be finite, not {number}")
    return number


def is_phrase(text: str) -> bool:
    """Whether a text has more than one word."""
    return len(text.split()) > 1


def built(rules: Rules, lexicon: Mapping[str, Any], phrases: Mapping[str, Any], emojis: Mapping[Any, Any]) -> Vader:
    """Make the object of the core."""
    builder = Builder(lexicon)
    builder.add_rules(rules)
    for text, value in phrases.items():
        builder.add_phrase(
            text, native.UNIT | (native.UNIT_INT if isinstance(value, int) else 0), unit_value=_number(text, value)
        )
    single = {emoji: description for emoji, description in emojis.items() if isinstance(emoji, str) and len(emoji) == 1}
    for emoji, description in single.items():
        if not isinstance(description, str):
            raise TypeError(f"the description of {quoted(emoji)} in emojis must be str, not {quoted(description)}")
    words = Words(builder.texts, builder.values, builder.boosts, builder.roles)
    return Vader(rules.dialect, words, [*builder.phrases.values()], single if rules.dialect == "vaderSentiment" else {})


def checked_phrase(text: Any, what: str) -> str:
    """Return a phrase or a word of rules, in the form in which texts have it."""
    if not isinstance(text, str):
        raise TypeError(f"{what} must be str, not {quoted(text)}")
    words = text.split()
    if not 1 <= len(words) <= MOST_PHRASE_WORDS or " ".join(words) != text:
        raise ValueError(
            f"{what}: {quoted(text)} must be one to {MOST_PHRASE_WORDS} words with one blank between each two, and nothing else"
        )
    if text.lower() != text:
        raise ValueError(f"{what}: {quoted(text)} must be in lower case, in which words are looked up: {quoted(text.lower())}")
    return text


def checked_numbers(given: Any, what: str) -> dict[str, float]:
    """Return a mapping of words and phrases to finite numbers."""
    if not isinstance(given, Mapping):
        raise TypeError(f"{what} must be a mapping of words to numbers, not {type(given).__name__}")
    checked: dict[str, float] = {}
    for text, value in cast(Mapping[object, object], given).items():
        word = checked_phrase(text, what)
        if not isinstance(value, int | float) or not math.isfinite(value):
            raise ValueError(f"{what}: the value of {quoted(word)} must be a finite number, not {quoted(value)}")
        checked[word] = value
    return checked


def checked_words(given: object, what: str) -> frozenset[str]:
    """Return a set of single words."""
    if isinstance(given, str | bytes) or not hasattr(type(given), "__iter__"):
        raise TypeError(f"{what} must be an iterable of words, not {quoted(given)}")
    words = frozenset(checked_phrase(word, what) for word in cast(Iterable[object], given))
    if many := sorted(filter(is_phrase, words)):
        raise ValueError(f"{what}: {quoted(many[0])} must be a single word")
    return words


def checked_roles(given: Any) -> dict[str, Collection[str]]:
    """Return the words of each role: those of English, unless other ones are given."""
    if not isinstance(given, Mapping):
        raise TypeError(f"words must be a mapping of roles to words, not {type(given).__name__}")
    words_of = cast(Mapping[str, object], given)
    if unknown := [role for role in words_of if role not in ROLES]:
        raise ValueError(f"words: there is no role {quoted(unknown[0])}; the roles are {', '.join(map(repr, ROLES))}")
    return {**ROLES, **{role: checked_words(words, f"words[{role!r}]") for role, words in words_of.items()}}
