"""The options that say what a word is: how they are checked, shown, saved and compared, and the rule that they make."""

from __future__ import annotations

import operator
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from itertools import islice
from typing import Any, NamedTuple, SupportsIndex, cast
from weakref import WeakSet

from text_processor._common import arguments, many
from text_processor._common.messages import quoted, shown
from text_processor._native.words import OF_CLASS, OF_UAX29, ON_LINES, WordRule, encoded_term
from text_processor._words import patterns
from text_processor._words.stop_words import ENGLISH

# What `words=` may be.
Split = Callable[[str], Iterable[str]]
Pattern = re.Pattern[str]
WordsOption = str | Pattern | Split

NAMED = ("space", "uax29", "sklearn")
CASES = ("lower", "fold", "keep")
CHANGES: dict[str, Callable[[str], str]] = {"lower": str.lower, "fold": str.casefold, "keep": str}
FORMS = ("NFC", "NFD", "NFKC", "NFKD")
ACCENTS = ("keep", "strip")

SKLEARN_PATTERN = r"(?u)\b\w\w+\b"

# Longer words and longer n-grams than these are a mistake.
MOST_LENGTH = (1 << 32) - 1
MOST_NGRAM = 1 << 16

# A report counts runs of words in so much of a text, unless one asks for more. In all of 100 MB that takes 2 s of processor
# time more, where the whole page takes 2.7 s, and their table is many times as large as that of words.
REPORT_NGRAM_NBYTES = 1 << 24

# From this many characters on, the words that Python finds are looked at one by one. All of them at once take less time, but
# many times the memory of the document.
_LONG_DOCUMENT = 1 << 20

# Words that are joined at once: some MB.
_JOINED_WORDS = 1 << 16


class Rule(NamedTuple):
    """How documents are counted: by the core's rule, None for words between white space in lower case."""

    native: WordRule | None = None
    change: Callable[[str], bytes] | None = None
    """What Python makes of each document before the core counts it, for what the core has no rule."""
    can_be_cut: bool = True
    """Whether a document may be counted in parts: see tp_words_can_be_cut."""
    takes_space: bool = False
    """Whether a word may hold any white space, so that blank lines must not precede a line."""
    takes_blanks: bool = False
    """Whether a word may begin with white space of the same line."""

    @property
    def may_begin_with_space(self) -> bool:
        """Whether the white space with which a line begins matters."""
        return self.takes_space or self.takes_blanks or self.change is not None


SPACES = Rule()


class WordOptions:
    """The checked options."""

    def __init__(  # noqa: PLR0917 - in the order of the steps
        self,
        words: WordsOption = "space",
        case: str = "lower",
        normalize: str | None = None,
        accents: str = "keep",
        stop_words: str | Iterable[str] | None = None,
        min_length: int = 1,
        ngrams: int | tuple[int, int] = 1,
    ) -> None:
        self.words = _checked_words(words)
        arguments.check_option("case", case, CASES)
        self.case = case
        if normalize is not None and normalize not in FORMS:
            raise ValueError(f"normalize must be None or {' or '.join(map(repr, FORMS))}, not {quoted(normalize)}")
        self.normalize = normalize
        arguments.check_option("accents", accents, ACCENTS)
        self.accents = accents
        self.stop_words = _checked_stop_words(stop_words)
        self.min_length = checked_number("min_length", min_length, MOST_LENGTH)
        self.ngrams = _checked_ngrams(ngrams)

    # ---- Comparing and showing -------------------------------------------------------------------------------------------

    def values(self) -> dict[str, Any]:
        """The options by name."""
        return {name: getattr(self, name) for name in _DEFAULTS}

    def changed(self) -> dict[str, Any]:
        """The options that are not the default, by name."""
        return {name: value for name, value in self.values().items() if value != _DEFAULTS[name]}

    @property
    def are_default(self) -> bool:
        """Whether words are those between white space, in lower case, and all of them are counted."""
        return not self.changed()

    def differing(self, other: WordOptions) -> str | None:
        """Return the name of the first option in which these differ from others."""
        theirs = other.values()
        return next((name for name, value in self.values().items() if value != theirs[name]), None)

    def shown(self, name: str) -> str:
        """One option as a text for ``repr`` and messages."""
        value = getattr(self, name)
        if isinstance(value, re.Pattern):
            pattern = cast(Pattern, value)
            value = pattern.pattern if re.compile(pattern.pattern) == pattern else pattern
        elif name == "stop_words" and isinstance(value, frozenset):
            return f"{name}=<{len(cast(frozenset[str], value))} words>"
        elif callable(value):
            return f"{name}={getattr(value, '__qualname__', type(value).__qualname__)}"
        elif name == "ngrams" and value[0] == value[1]:
            value = value[0]
        return f"{name}={value!r}"

    def __repr__(self) -> str:
        return ", ".join(map(self.shown, self.changed()))

    # ---- Saving -----------------------------------------------------------------------------------------------------------

    @property
    def function(self) -> Split | None:
        """The function that finds words, if there is one."""
        return self.words if callable(self.words) else None

    def check_can_be_saved(self) -> None:
        """Raise if a file cannot hold the options."""
        if self.function is not None:
            raise TypeError(
                f"an analyzer with {self.shown('words')}, a function, cannot be saved, since a file cannot hold one; "
                "it can be pickled, and one with a regular expression can be saved"
            )

    def described(self) -> dict[str, Any]:
        """Return the options that are not the default as JSON can hold them; of a function, that there is one."""
        found = self.changed()
        words = found.get("words")
        if isinstance(words, re.Pattern):
            found["words"] = {"pattern": words.pattern, "flags": int(words.flags)}
        elif callable(words):
            found["words"] = {"is_function": True}
        if isinstance(found.get("stop_words"), frozenset):
            found["stop_words"] = sorted(found["stop_words"])
        return found

    @classmethod
    def of_description(cls, described: Any, function: Split | None) -> WordOptions:
        """Return what `described` returned as options; raise ValueError or TypeError for anything else."""
        if not isinstance(described, dict) or not set(cast(dict[str, Any], described)) <= set(_DEFAULTS):
            raise ValueError(
                f"the options for words must be an object of {', '.join(_DEFAULTS)}, not {quoted(cast(object, described))}"
            )
        options = dict(cast(Mapping[str, Any], described))
        words = options.get("words")
        if words == {"is_function": True} and function is not None:
            options["words"] = function
        elif isinstance(words, dict):
            found = cast(Mapping[str, Any], words)
            pattern, flags = found.get("pattern"), found.get("flags")
            if type(pattern) is not str or type(flags) is not int:
                raise ValueError(f"a pattern must be an object of a text and a number, not {quoted(found)}")
            try:
                options["words"] = re.compile(pattern, flags & ~re.DEBUG)  # which would print it
                _of_files.add(options["words"])
            except (re.error, RecursionError, OverflowError) as error:
                raise ValueError(f"{quoted(pattern)} is no regular expression: {error}") from error
        if isinstance(options.get("ngrams"), list):
            options["ngrams"] = tuple(options["ngrams"])
        return cls(**options)

    # ---- The rule -----------------------------------------------------------------------------------------------------------

    @cached_property
    def rule(self) -> Rule:
        """How documents are counted."""
        if self.are_default:
            return SPACES
        named = ENGLISH if self.stop_words == "english" else self.stop_words
        stop_words = _encodable(named or ()) if not isinstance(named, str) else []
        kind, of_class = OF_UAX29, None
        if self.words != "uax29":
            kind, of_class = OF_CLASS, None if callable(self.words) else patterns.as_class(self._pattern())
            if of_class is None:
                native = WordRule(ON_LINES, min_length=self.min_length, ngrams=self.ngrams, stop_words=stop_words)
                return Rule(native, self._as_lines, can_be_cut=False)
        native = WordRule(
            kind,
            of_class,
            case=self.case,
            normalize=self.normalize,
            accents=self.accents,
            min_length=self.min_length,
            ngrams=self.ngrams,
            stop_words=stop_words,
        )
        takes_space = of_class is not None and patterns.has_white_space(of_class)
        return Rule(native, None, native.can_be_cut, takes_space, takes_blanks=kind == OF_UAX29)

    def _pattern(self) -> Pattern:
        named = {"space": r"\S+", "sklearn": SKLEARN_PATTERN}
        return self.words if isinstance(self.words, re.Pattern) else re.compile(named[cast(str, self.words)])

    def _as_lines(self, document: str) -> bytes:
        """Find the words of a document in Python, and return each on a line of its own."""
        if self.normalize is not None:
            document = unicodedata.normalize(self.normalize, document)  # type: ignore[arg-type]
        document = CHANGES[self.case](document)
        if self.accents == "strip":
            document = without_accents(document)
        if callable(self.words):
            return _joined(map(_checked_token, self.words(document)))
        pattern = self._pattern()
        if len(document) <= _LONG_DOCUMENT:
            return _joined(pattern.findall(document))
        found = map(operator.itemgetter(pattern.groups), pattern.finditer(document))
        return _joined(found if pattern.groups == 0 else (word or "" for word in found))


def _joined(words: Iterable[str]) -> bytes:
    """Return words as lines, joined some at a time."""
    iterator, lines = iter(words), bytearray()
    while some := [*map(encoded_term, islice(iterator, _JOINED_WORDS))]:
        lines += b"\n".join([*some, b""])
    return bytes(lines[:-1])


def without_accents(text: str) -> str:
    """Return a text as scikit-learn's ``strip_accents_unicode`` does.

    >>> without_accents("Ça, é un CAFÉ ø")
    'Ca, e un CAFE ø'
    """
    if text.isascii():
        return text
    return "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))


def _checked_token(word: object) -> str:
    if not isinstance(word, str):
        raise TypeError(f"the function given as words must return words as str, not {type(word).__name__}")
    if not word:
        raise ValueError("the function given as words returned an empty word, which cannot be counted")
    return word


def _encodable(words: Iterable[str]) -> list[str]:
    """Return the words that a document can have: no document has a lone surrogate or an empty word."""
    return [word for word in sorted(words) if word and not any("\ud800" <= each <= "\udfff" for each in word)]


# ---- Checks --------------------------------------------------------------------------------------------------------------


def _checked_words(words: Any) -> WordsOption:
    if isinstance(words, str):
        return words if words in NAMED else _checked_pattern(_compiled(words))
    if isinstance(words, re.Pattern):
        return _checked_pattern(cast("re.Pattern[str] | re.Pattern[bytes]", words))
    if not callable(words):
        raise TypeError(
            f"words must be {', '.join(map(repr, NAMED))}, a regular expression or a function from str to words, "
            f"not {type(words).__name__}"
        )
    return cast(Split, words)


def _compiled(pattern: str) -> Pattern:
    try:
        return re.compile(arguments.plain(pattern))
    except re.error as error:
        allowed = ", ".join(map(repr, NAMED))
        raise ValueError(f"words must be {allowed} or a regular expression; {quoted(pattern)} is none: {error}") from error


# Patterns of snapshots, which were checked when they were given. A forged one is not tried, for that may take any time; empty
# words that it may find are not counted.
_of_files: WeakSet[Pattern] = WeakSet()


def _checked_pattern(pattern: re.Pattern[Any]) -> Pattern:
    if not isinstance(pattern.pattern, str):
        raise TypeError("words must be a regular expression for str, not for bytes")
    if pattern.groups > 1:
        raise ValueError(
            f"the regular expression {quoted(pattern.pattern)} has {pattern.groups} groups, so that findall returns no words; "
            "it may have one group, and others that begin with (?:"
        )
    if pattern not in _of_files and pattern.fullmatch("") is not None:
        raise ValueError(f"the regular expression {quoted(pattern.pattern)} finds words without a character; use + for *")
    return pattern


def _checked_stop_words(stop_words: Any) -> str | frozenset[str] | None:
    kind = type(cast(object, stop_words))
    many.check_no_frame(stop_words, "stop_words", "None, 'english' or several words")
    if stop_words is None:
        return None
    if isinstance(stop_words, str) and stop_words == "english":
        return "english"
    if isinstance(stop_words, (str, bytes)) or not hasattr(kind, "__iter__"):
        what = quoted(stop_words) if isinstance(stop_words, str) else kind.__name__
        raise (ValueError if isinstance(stop_words, str) else TypeError)(
            f"stop_words must be None, 'english' or several words, not {what}"
        )
    words = list(cast(Iterable[Any], stop_words))
    for word in words:
        if not isinstance(word, str):
            raise TypeError(f"a stop word must be str, not {type(word).__name__}{many.advice(word)}")
    return frozenset(map(arguments.plain, cast(list[str], words))) or None


def checked_number(name: str, number: object, most: int) -> int:
    """Return a number of a user, which must be an integer from 1 on."""
    if isinstance(number, bool) or not hasattr(type(number), "__index__"):
        raise TypeError(f"{name} must be an int, not {type(number).__name__}")
    value = operator.index(cast(SupportsIndex, number))
    if not 1 <= value <= most:
        raise ValueError(f"{name} must be from 1 to {most}, not {shown(value)}")
    return value


def _checked_ngrams(ngrams: Any) -> tuple[int, int]:
    if not isinstance(ngrams, tuple):
        n = checked_number("ngrams", ngrams, MOST_NGRAM)
        return n, n
    bounds = cast(tuple[object, ...], ngrams)
    if len(bounds) != 2:
        raise ValueError(f"ngrams must be an int or (low, high), not {len(bounds)} numbers")
    low, high = (checked_number("ngrams", bound, MOST_NGRAM) for bound in bounds)
    if low > high:
        raise ValueError(f"ngrams must be (low, high) with low <= high, not {shown(low)} and {shown(high)}")
    return low, high


_DEFAULTS: dict[str, Any] = {
    "words": "space",
    "case": "lower",
    "normalize": None,
    "accents": "keep",
    "stop_words": None,
    "min_length": 1,
    "ngrams": (1, 1),
}
DEFAULT = WordOptions()
