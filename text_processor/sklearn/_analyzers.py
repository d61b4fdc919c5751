"""What a `TextAnalyzer` has counted, as a vectorizer would have learned it."""

from __future__ import annotations

import re
from copy import copy
from typing import Any, NamedTuple

import numpy as np

from text_processor._common.messages import quoted
from text_processor._words.options import SKLEARN_PATTERN, WordOptions
from text_processor.analyzer import TextAnalyzer

_OTHER_WAYS = "fit learns from the documents themselves"


class Counts(NamedTuple):
    """Terms as they came first, in how many documents each is, how often, and the number of documents."""

    terms: list[str]
    document_frequencies: Any
    totals: Any
    n_documents: int


def checked(analyzer: object) -> TextAnalyzer:
    if not isinstance(analyzer, TextAnalyzer):
        raise TypeError(f"from_analyzer takes a TextAnalyzer, not {quoted(analyzer)}")
    return analyzer


def parameters_for(analyzer: TextAnalyzer, given: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters of a vectorizer whose terms are those of an analyzer, with others that were given."""
    found = _parameters_of(analyzer._options)
    for name in found.keys() & given.keys():
        if not _are_alike(name, given[name], found[name]):
            raise ValueError(
                f"{name} must be {quoted(found[name])}, as the analyzer has counted, not {quoted(given[name])}; leave it out, "
                "or count with other options"
            )
    return found | given


def _are_alike(name: str, one: Any, other: Any) -> bool:
    if name == "stop_words" and not isinstance(one, str) and one is not None and other is not None:
        return set(one) == set(other)
    return bool(one == other)


def _parameters_of(options: WordOptions) -> dict[str, Any]:
    if options.case == "fold" or options.normalize is not None:
        name = "case" if options.case == "fold" else "normalize"
        raise ValueError(f"no vectorizer finds the words of an analyzer with {options.shown(name)}; {_OTHER_WAYS}")
    stop_words = options.stop_words
    return {
        "analyzer": "word",
        "token_pattern": _token_pattern(options),
        "tokenizer": options.function,
        "preprocessor": None,
        "lowercase": options.case == "lower",
        "strip_accents": "unicode" if options.accents == "strip" else None,
        "stop_words": stop_words if stop_words is None or isinstance(stop_words, str) else sorted(stop_words),
        "ngram_range": options.ngrams,
        "vocabulary": None,
    }


def _token_pattern(options: WordOptions) -> str | None:
    words, least = options.words, options.min_length
    if words == "space":
        return r"\S+" if least == 1 else rf"\S{{{least},}}"
    if words == "sklearn":
        return SKLEARN_PATTERN if least <= 2 else rf"(?u)\b\w{{{least},}}\b"
    if least > 1:
        raise ValueError(
            f"no token_pattern is {options.shown('words')} with {options.shown('min_length')}; "
            rf"a pattern can have the length in it, as in '\w{{{least},}}', and {_OTHER_WAYS}"
        )
    if not isinstance(words, re.Pattern):
        return None if callable(words) else words
    if re.compile(words.pattern) != words:
        raise ValueError(f"a token_pattern has its flags within, as in '(?i)…', but the analyzer's is {words!r}; {_OTHER_WAYS}")
    return words.pattern


def counts_of(analyzer: TextAnalyzer, vectorizer: Any) -> Counts:
    """Return what an analyzer has counted at this moment."""
    counted = copy(analyzer)
    frequencies = counted.document_frequency()
    n = len(frequencies)
    in_documents = np.fromiter(frequencies.values(), np.int64, n)
    totals = np.fromiter(counted.word_frequency().values(), np.float64, n)
    most = _most_counted(np.dtype(vectorizer.dtype))
    if vectorizer.max_features is not None and not vectorizer.binary and n and totals.max() > most:
        raise ValueError(
            f"max_features needs counts as a matrix of {np.dtype(vectorizer.dtype)} has them, which are at most {most:.0f}, "
            f"but a term is there {totals.max():.0f} times; give a larger dtype"
        )
    return Counts(list(frequencies), in_documents, totals, len(counted))


def _most_counted(dtype: Any) -> float:
    """Return the largest number up to which a type of numbers has all."""
    if dtype.kind in "iu":
        return float(np.iinfo(dtype).max)
    return 2.0 ** (np.finfo(dtype).nmant + 1) if dtype.kind == "f" else np.inf
