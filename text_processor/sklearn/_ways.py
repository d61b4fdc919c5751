"""How the core finds the terms of a vectorizer, where it can."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, cast

from text_processor._native.vectors import Way
from text_processor._native.words import OF_CLASS, OF_UAX29, WordRule
from text_processor._words import patterns
from text_processor.sklearn import _counting
from text_processor.sklearn._convertible import UAX29, Convertible
from text_processor.sklearn._peer import PeerCount

# The steps from a document to its terms. An object that has its own goes scikit-learn's way.
_STEPS = (
    "decode",
    "build_analyzer",
    "build_preprocessor",
    "build_tokenizer",
    "get_stop_words",
    "_check_stop_words_consistency",
    "_word_ngrams",
    "_char_ngrams",
    "_char_wb_ngrams",
    "_white_spaces",
)


def way_of(vectorizer: Any) -> Way | None:
    """Return how the core vectorizes documents as scikit-learn would; None if it cannot."""
    v = vectorizer
    kind = cast(Any, type(v))
    if not _has_steps_of_peer(kind) or not vars(v).keys().isdisjoint(_STEPS):
        return None
    if (
        v.input != "content"
        or v.preprocessor is not None
        or v.tokenizer is not None
        or v.strip_accents not in {None, "ascii", "unicode"}
    ):
        return None
    least, most = v.ngram_range
    if type(least) is not int or type(most) is not int or not 1 <= least <= most <= _counting.INT32_MAX:
        return None
    words = None
    if v.analyzer == "word":
        words = _word_rule(v.token_pattern, v.get_stop_words()) if type(v.token_pattern) is str else None
        if words is None:
            return None
    elif v.analyzer not in {"char", "char_wb"}:
        return None
    return Way(v.analyzer, words, (least, most), "lower" if v.lowercase else "keep", v.strip_accents)


@lru_cache(maxsize=256)
def _has_steps_of_peer(kind: Any) -> bool:
    own = {"build_tokenizer": Convertible.build_tokenizer}
    return all(getattr(kind, name) in {getattr(PeerCount, name), own.get(name)} for name in _STEPS)


@lru_cache(maxsize=32)
def _word_rule(pattern: str, stop_words: frozenset[Any] | None) -> WordRule | None:
    """Return the core's rule for the words that a pattern finds but for stop words; None if it has none."""
    left_out = list(filter(_can_be_found, stop_words or ()))
    if pattern == UAX29:
        return WordRule(OF_UAX29, stop_words=left_out)
    of_class = patterns.as_class(re.compile(pattern))
    return None if of_class is None else WordRule(OF_CLASS, of_class, stop_words=left_out)


def _can_be_found(stop_word: object) -> bool:
    """Whether a word of a document can be equal to a stop word."""
    return isinstance(stop_word, str) and bool(stop_word) and not any("\ud800" <= each <= "\udfff" for each in stop_word)
