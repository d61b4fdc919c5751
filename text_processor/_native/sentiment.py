"""Bindings of the core's folder ``sentiment``: lexicons, and VADER."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import accumulate, chain
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from text_processor._native import binding
from text_processor._native.handles import Handle
from text_processor._native.status import check, new_error, new_uninitialized
from text_processor._native.text import UNICODE_OF_PYTHON, Batch, batch_of_lengths, batch_of_texts
from text_processor._textproc_cffi import ffi, lib

if TYPE_CHECKING:
    from text_processor._textproc_cffi import TpLexiconEntries


class Lexicon(Handle):
    """A handle to a ``tp_lexicon``: lower-cased words with weights, immutable."""

    __slots__ = ("_entries", "weights")

    TYPE = "tp_lexicon **"
    FREE_AT = lib.tp_lexicon_free_at

    def __init__(self, words: Sequence[str], weights: Sequence[float]) -> None:
        encoded = [word.encode() for word in words]
        text = b"\n".join(encoded)
        batch = batch_of_lengths(text, array("Q", map(len, encoded)))
        given = text, len(text), batch.ends, ffi.new("double[]", list(weights)), len(words)
        super().__init__(lib.tp_lexicon_new, *given, UNICODE_OF_PYTHON)
        self._entries = ffi.new("tp_lexicon_entries *")
        lib.tp_lexicon_get_entries(self.pointer, self._entries)
        self.weights: list[float] = list(weights)

    @property
    def entries(self) -> TpLexiconEntries:
        return self._entries if self.pointer else ffi.NULL

    def words(self) -> list[str]:
        """The words, lowered, in the order given."""
        joined = str(ffi.buffer(self.entries.words, self.entries.words_nbytes), "utf-8")
        return joined.split("\n")[:-1]


# ---- VADER -----------------------------------------------------------------------------------------------------------

# Whose rules are followed, by name.
DIALECTS: dict[str, int] = {"vaderSentiment": lib.TP_VADER_PACKAGE, "nltk": lib.TP_VADER_NLTK}

IN_LEXICON: int = lib.TP_VADER_IN_LEXICON
INT: int = lib.TP_VADER_INT
BOOSTER: int = lib.TP_VADER_BOOSTER
NEGATION: int = lib.TP_VADER_NEGATION

# What words of a language do beside that, by the English words that do it.
ROLES: dict[str, int] = {
    "no": lib.TP_VADER_NO,
    "or": lib.TP_VADER_OR,
    "kind": lib.TP_VADER_KIND,
    "of": lib.TP_VADER_OF,
    "never": lib.TP_VADER_NEVER,
    "so": lib.TP_VADER_SO,
    "without": lib.TP_VADER_WITHOUT,
    "doubt": lib.TP_VADER_DOUBT,
    "least": lib.TP_VADER_LEAST,
    "at": lib.TP_VADER_AT,
    "but": lib.TP_VADER_BUT,
}

IDIOM: int = lib.TP_VADER_IDIOM
IDIOM_INT: int = lib.TP_VADER_IDIOM_INT
PHRASE_BOOST: int = lib.TP_VADER_PHRASE_BOOST
UNIT: int = lib.TP_VADER_UNIT
UNIT_INT: int = lib.TP_VADER_UNIT_INT

MOST_PHRASE_WORDS: int = lib.TP_VADER_MOST_PHRASE_WORDS

# Why a value changes, by the core's number.
REASONS: dict[int, str] = {
    lib.TP_VADER_BY_LEXICON: "lexicon",
    lib.TP_VADER_BY_NO_BEFORE: "no before a word of the lexicon",
    lib.TP_VADER_BY_NO: "no",
    lib.TP_VADER_BY_CAPITALS: "capitals",
    lib.TP_VADER_BY_BOOSTER: "booster",
    lib.TP_VADER_BY_NEGATION: "negation",
    lib.TP_VADER_BY_NEVER_SO: "never so",
    lib.TP_VADER_BY_IDIOM: "idiom",
    lib.TP_VADER_BY_PHRASE_BOOST: "booster phrase",
    lib.TP_VADER_BY_LEAST: "least",
    lib.TP_VADER_BY_BUT: "but",
    lib.TP_VADER_BY_FIRST: "first occurrence",
}

NAMES = ("neg", "neu", "pos", "compound")


def _way_to_sum() -> int:
    """How the ``sum`` of the running Python adds floats, and ints between them."""
    if sum([1.0, 1e100, 1.0, -1e100]) == 0.0:
        return int(lib.TP_VADER_SUM_PLAIN)
    return int(lib.TP_VADER_SUM_COMPENSATED if sum([1e100, 1, -1e100]) == 1.0 else lib.TP_VADER_SUM_FLOATS)


class Words(NamedTuple):
    """Words in lower case, and for each a value, a boost and bits of roles."""

    texts: Sequence[str]
    values: array[float]
    boosts: array[float]
    roles: array[int]


class Phrase(NamedTuple):
    """The numbers of its words, and what it is; see ``tp_vader_rules``."""

    words: Sequence[int]
    kinds: int
    value: float
    boost: float
    unit_value: float


class Step(NamedTuple):
    """A change of the value of a word; ``cause`` is the number of the word that is the cause, or of the word itself."""

    word: int
    cause: int
    before: float
    after: float
    reason: str


class Account(NamedTuple):
    """How a text came by its scores. Words are the ``expanded`` text from a start to an end, in bytes."""

    scores: tuple[float, float, float, float]
    sum: float
    punctuation: float
    expanded: bytes
    spans: list[tuple[int, int]]
    steps: list[Step]


def packed(texts: Sequence[str]) -> tuple[bytes, Any]:
    """Return texts as UTF-8 with a byte between each two, and where they end; lone surrogates pass."""
    try:
        batch = batch_of_texts(texts, array("Q", map(len, texts)))
    except UnicodeEncodeError:
        batch = surrogate_batch(texts)
    return cast(bytes, batch.text), batch.ends


def surrogate_batch(texts: Sequence[str | bytes]) -> Batch:
    """Return whole texts as one batch, lone surrogates as characters of three bytes."""
    encoded = [text if isinstance(text, bytes) else text.encode(errors="surrogatepass") for text in texts]
    ends: Iterator[int] = accumulate(map(len, encoded), lambda end, length: end + 1 + length)
    return Batch(b"\n".join(encoded), ffi.new("uint64_t[]", list(ends)), len(texts))


class Vader(Handle):
    """A handle to a ``tp_vader``, immutable."""

    __slots__ = ("address",)

    TYPE = "tp_vader **"
    FREE_AT = lib.tp_vader_free_at

    def __init__(self, dialect: str, words: Words, phrases: Sequence[Phrase], emojis: Mapping[str, str]) -> None:
        """Copy the rules; ``emojis`` are descriptions of single characters."""
        rules = ffi.new("tp_vader_rules *")
        rules.dialect, rules.summing = DIALECTS[dialect], _way_to_sum()
        rules.unicode_version = UNICODE_OF_PYTHON
        text, ends = packed(words.texts)
        by_code_point = sorted(emojis.items())
        descriptions, description_ends = packed([description for _, description in by_code_point])
        phrase_words = array("I", chain.from_iterable(phrase.words for phrase in phrases))
        arrays: dict[str, tuple[str, Any]] = {
            "words": ("uint8_t[]", text),
            "word_values": ("double[]", words.values),
            "word_boosts": ("double[]", words.boosts),
            "word_roles": ("uint32_t[]", words.roles),
            "phrase_words": ("uint32_t[]", phrase_words),
            "phrase_ends": ("uint64_t[]", array("Q", accumulate(len(phrase.words) for phrase in phrases))),
            "phrase_values": ("double[]", array("d", [phrase.value for phrase in phrases])),
            "phrase_boosts": ("double[]", array("d", [phrase.boost for phrase in phrases])),
            "phrase_unit_values": ("double[]", array("d", [phrase.unit_value for phrase in phrases])),
            "phrase_kinds": ("uint32_t[]", array("I", [phrase.kinds for phrase in phrases])),
            "emojis": ("uint32_t[]", array("I", [ord(emoji) for emoji, _ in by_code_point])),
            "descriptions": ("uint8_t[]", descriptions),
        }
        with ExitStack() as stack:
            for name, (kind, data) in arrays.items():
                buffer: Any = ffi.from_buffer(kind, data)
                setattr(rules, name, stack.enter_context(buffer))
            rules.word_ends, rules.description_ends = ends, description_ends
            rules.words_nbytes, rules.n_words = len(text), len(words.texts)
            rules.n_phrase_words, rules.n_phrases = len(phrase_words), len(phrases)
            rules.descriptions_nbytes, rules.n_emojis = len(descriptions), len(by_code_point)
            super().__init__(lib.tp_vader_new, rules)
        self.address = int(ffi.cast("uintptr_t", self.place))

    def polarity_short(self, text: str) -> dict[str, float] | None:
        """Return the scores of a short ``str``; None where this way does not apply."""
        found: dict[str, float] | None = binding.polarity_short(self.address, text, NAMES)
        return found

    def score(self, batch: Batch, threads: int, *, compound_only: bool = False) -> memoryview:
        """Return the scores of each text as bytes: four doubles for each in the order of `NAMES`, or only the last."""
        n, error = batch.n_ends, new_error()
        scores = new_uninitialized("tp_vader_scores[]", 0 if compound_only else n)
        compounds = new_uninitialized("double[]", n if compound_only else 0)
        with ffi.from_buffer("uint8_t[]", batch.text) as text:
            status = lib.tp_vader_score(
                self.pointer,
                text,
                len(text),
                batch.ends,
                n,
                threads,
                ffi.NULL if compound_only else scores,
                compounds if compound_only else ffi.NULL,
                error,
            )
        check(status, error)
        return memoryview(ffi.buffer(compounds if compound_only else scores))

    def explain(self, text: bytes) -> Account:
        """Score one text, and tell how."""
        account = _Account.made(lib.tp_vader_explain, self.pointer, text, len(text))
        told = ffi.new("tp_vader_explanation *")
        lib.tp_vader_account_get(account.pointer, told)
        scores, n_words = told.scores, int(told.n_words)
        steps = [told.steps[i] for i in range(told.n_steps)]
        return Account(
            (scores.neg, scores.neu, scores.pos, scores.compound),
            told.sum,
            told.punctuation,
            bytes(ffi.buffer(told.expanded, told.expanded_nbytes)) if told.expanded_nbytes else b"",
            [(int(told.starts[i]), int(told.word_ends[i])) for i in range(n_words)],
            [Step(int(s.word), int(s.cause), s.before, s.after, REASONS[s.reason]) for s in steps],
        )


class _Account(Handle):
    """A handle to a ``tp_vader_account``."""

    __slots__ = ()

    TYPE = "tp_vader_account **"
    FREE_AT = lib.tp_vader_account_free_at
