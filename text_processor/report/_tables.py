"""The counts of a corpus, as the statistics ask for them: an analyzer's table in the core, or a mapping."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol, cast

from text_processor._common import arguments
from text_processor._common.messages import quoted
from text_processor._native import corpus as native_corpus
from text_processor._native import status as native_status
from text_processor._native.corpus import Corpus

# The largest count of a mapping: no analyzer can hold a larger one.
MOST_COUNT = (1 << 64) - 1


class Counts(Protocol):
    """What the statistics need of the counts of a corpus."""

    total: int
    """The number of its words, those that were pruned included."""

    def count_of(self, word: str) -> int:
        """Return how often a word occurs; 0 for one that does not."""
        ...

    def at_least(self, count: int) -> Iterable[tuple[str, int]]:
        """Give the words that occur so often, with their counts."""
        ...


class Table:
    """The table of an analyzer, or of a part of a corpus."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        totals = corpus.totals()
        self.total, self.n_distinct, self.n_documents = totals.words, totals.terms, totals.documents
        self.is_pruned = totals.words != totals.kept_words

    def count_of(self, word: str) -> int:
        try:
            return self.corpus.count_of(word)
        except UnicodeEncodeError:  # a lone surrogate, which no document has
            return 0

    def at_least(self, count: int) -> Iterator[tuple[str, int]]:
        ids, counts = self.corpus.top(None)
        n = bisect_left(counts, True, key=lambda each: each < count)
        for first, end in native_status.slices(n):
            yield from zip(self.corpus.pick_terms(ids[first:end]), counts[first:end], strict=True)

    def top(self, n: int) -> list[tuple[str, int]]:
        """Return the most frequent words, equal counts as first seen."""
        ids, counts = self.corpus.top(n)
        return list(zip(self.corpus.pick_terms(ids), counts, strict=True))

    def ranked(self) -> memoryview[int]:
        """Return the counts of all words, the highest first."""
        return self.corpus.top(None)[1]

    def spectrum(self) -> dict[int, int]:
        """Return how many words occur once, how many twice, and so on, by the number of times."""
        return dict(Counter(self.corpus.measure(native_corpus.COUNT)))


class _Mapped:
    """A mapping of words to counts."""

    def __init__(self, counts: Mapping[str, int], name: str) -> None:
        self._counts: dict[str, int] = {}
        for word, given in counts.items():
            if not isinstance(cast(object, word), str):
                raise TypeError(f"the words of {name} must be str, not {type(word).__name__}")
            if type(given) is int and 0 <= given <= MOST_COUNT:  # nearly all are: for these no message is made
                self._counts[word] = given
            else:
                what = f"the count of {quoted(word)} in {name}"
                self._counts[word] = arguments.checked_whole(what, given, 0, MOST_COUNT)
        self.total = sum(self._counts.values())

    def count_of(self, word: str) -> int:
        return self._counts.get(word, 0)

    def at_least(self, count: int) -> Iterable[tuple[str, int]]:
        return ((word, each) for word, each in self._counts.items() if each >= count)


def is_analyzer(given: Any) -> bool:
    """Whether it has a table: a `TextAnalyzer`, which stands above this package."""
    return hasattr(cast(Any, type(given)), "_ledger")


def table_of(given: Any, name: str) -> Table:
    """Return the table of an analyzer."""
    if not is_analyzer(given):
        raise TypeError(f"{name} must be a TextAnalyzer, not {type(given).__name__}")
    return Table(given._ledger.settle())


def is_of_counts(given: Any) -> bool:
    """Whether it is an analyzer, its words, or another mapping."""
    return is_analyzer(given) or is_analyzer(getattr(given, "_analyzer", None)) or isinstance(given, Mapping)


def counts_of(given: Any, name: str) -> Counts:
    """Return the counts of an analyzer, its words, or another mapping of words to counts."""
    if is_analyzer(given):
        return table_of(given, name)
    analyzer: Any = getattr(given, "_analyzer", None)
    if is_analyzer(analyzer):  # the words of an analyzer
        return table_of(analyzer, name)
    if isinstance(given, Mapping):
        return _Mapped(cast(Mapping[str, int], given), name)
    raise TypeError(f"{name} must be a TextAnalyzer or a mapping of words to counts, not {type(given).__name__}")
