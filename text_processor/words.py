"""`Words`: the words of an analyzer and their counts as a mapping, without a dict."""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterator, KeysView, Mapping, Sequence, ValuesView
from typing import Any, NoReturn, TypeVar, cast

from text_processor._native.corpus import Corpus
from text_processor._native.status import SLICE_ENTRIES
from text_processor._words import showing
from text_processor._words.ledger import HasLedger, Ledger

__all__ = ["Words"]


def __dir__() -> list[str]:
    return sorted(__all__)


# Entries in the first slice that is read from the core: few, so that the first word is cheap. Later slices are larger.
FIRST_SLICE = 32

_Entry = TypeVar("_Entry")


class Words(Mapping[str, int]):
    """The words of an analyzer and how often each occurs: a read-only live view in first-seen order.

    `TextAnalyzer.words` returns it. It always shows the same counts as ``word_frequency()`` would at that moment: documents
    that were added since are counted first, and after ``clear()`` the mapping is empty. A look-up does not change the case of
    the word, so give it in lower case. A key that is not among the words, or is not a ``str``, raises `KeyError`; ``in`` is
    then false.

    Iterating shows the current counts. If words are added meanwhile, in any thread, or the analyzer is cleared, the iterator
    raises `RuntimeError`, as the iterator of a dict does; ``word_frequency()`` returns a copy that does not change. A view
    cannot be pickled or copied.

    Looking up a word and ``len`` cost O(1). Iterating and comparing cost O(distinct words) time, and memory for one slice.

    >>> from text_processor import TextAnalyzer
    >>> analyzer = TextAnalyzer()
    >>> words = analyzer.words
    >>> analyzer.add_document("the cat and the dog")
    >>> words
    <words of TextAnalyzer: 4 distinct>
    >>> words["the"], words.get("bird", 0), "The" in words
    (2, 0, False)
    >>> next(iter(words)), list(words.items())[-1], max(words.values())
    ('the', ('dog', 1), 2)
    >>> words == {"the": 2, "cat": 1, "and": 1, "dog": 1}
    True
    """

    __slots__ = ("_analyzer",)

    def __init__(self, analyzer: Any) -> None:
        self._analyzer: HasLedger = analyzer

    def _count(self, word: object) -> int:
        if not isinstance(word, str):
            return 0
        corpus = self._analyzer._ledger.settle()
        try:
            return corpus.count_of(word)
        except UnicodeEncodeError:  # a lone surrogate, which no document has
            return 0

    def __getitem__(self, word: str, /) -> int:
        if count := self._count(word):
            return count
        raise KeyError(word)

    def __contains__(self, word: object, /) -> bool:
        return self._count(word) != 0

    def __len__(self) -> int:
        return self._analyzer._ledger.settle().count_terms()

    def __iter__(self) -> Iterator[str]:
        return _entries(self._analyzer, Corpus.terms)

    def __reversed__(self) -> Iterator[str]:
        return _entries(self._analyzer, Corpus.terms, backwards=True)

    def keys(self) -> KeysView[str]:
        """The words, as a view that is also a set."""
        return Keys(self)

    def items(self) -> ItemsView[str, int]:
        """The words with their counts, as a view that is also a set."""
        return Items(self)

    def values(self) -> ValuesView[int]:
        """The counts, as a view."""
        return Values(self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Mapping):
            return NotImplemented
        counts = cast(Mapping[object, object], other)
        return len(self) == len(counts) and all(counts.get(word) == count for word, count in self.items())

    __hash__ = None  # type: ignore[assignment]  # as for a dict: the mapping can change

    def __repr__(self) -> str:
        return f"<words of {type(self._analyzer).__name__}: {len(self)} distinct>"

    def _repr_html_(self) -> str:
        return showing.table(self._analyzer._ledger.settle(), f"Words of {type(self._analyzer).__name__}")

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "a view of an analyzer's words cannot be pickled or copied; take the analyzer itself, or its word_frequency()"
        )


# The views of collections.abc would look up each word one by one; these read slices.


class Keys(KeysView[str]):
    """`Words.keys`."""

    __slots__ = ()
    _mapping: Words

    def __iter__(self) -> Iterator[str]:
        return iter(self._mapping)

    def __reduce__(self) -> NoReturn:
        self._mapping.__reduce__()

    def __reversed__(self) -> Iterator[str]:
        return reversed(self._mapping)


class Items(ItemsView[str, int]):
    """`Words.items`."""

    __slots__ = ()
    _mapping: Words

    def __contains__(self, item: object) -> bool:
        if not isinstance(item, tuple) or len(pair := cast(tuple[object, ...], item)) != 2:
            return False
        word, count = pair
        return word in self._mapping and self._mapping.get(cast(str, word)) == count

    def __iter__(self) -> Iterator[tuple[str, int]]:
        return _entries(self._mapping._analyzer, _items)

    def __reduce__(self) -> NoReturn:
        self._mapping.__reduce__()

    def __reversed__(self) -> Iterator[tuple[str, int]]:
        return _entries(self._mapping._analyzer, _items, backwards=True)


class Values(ValuesView[int]):
    """`Words.values`."""

    __slots__ = ()
    _mapping: Words

    def __contains__(self, count: object) -> bool:
        return any(count == each for each in self)

    def __iter__(self) -> Iterator[int]:
        return _entries(self._mapping._analyzer, Corpus.counts)

    def __reduce__(self) -> NoReturn:
        self._mapping.__reduce__()

    def __reversed__(self) -> Iterator[int]:
        return _entries(self._mapping._analyzer, Corpus.counts, backwards=True)


# ---- Iterating -------------------------------------------------------------------------------------------------------

_Slice = Callable[[Corpus, int, int], Sequence[_Entry]]


def _items(corpus: Corpus, first: int, n: int) -> list[tuple[str, int]]:
    return list(zip(corpus.terms(first, n), corpus.counts(first, n), strict=True))


def _entries(analyzer: HasLedger, get: _Slice[_Entry], *, backwards: bool = False) -> Iterator[_Entry]:
    """Iterate over the words that the table holds at this call, not at the first ``next``."""
    ledger = analyzer._ledger
    return _walk(analyzer, ledger, ledger.settle().count_terms(), get, backwards)


def _walk(analyzer: HasLedger, ledger: Ledger, n: int, get: _Slice[_Entry], backwards: bool) -> Iterator[_Entry]:
    """Give n entries in slices; begin with a small slice again if documents were added, because counts may have changed."""
    n_done, size = 0, FIRST_SLICE
    while True:
        start, length = ledger[0], len(ledger)  # read before counting, so that later additions are noticed
        corpus = ledger.settle()
        if analyzer._ledger is not ledger or corpus.count_terms() != n:
            raise RuntimeError("the words of the analyzer changed during iteration")
        if n_done == n:
            return
        size = min(size, n - n_done)
        entries = get(corpus, n - n_done - size if backwards else n_done, size)
        for entry in reversed(entries) if backwards else entries:
            n_done += 1
            yield entry
            # Notice a change at the next entry, as a dict does. An addition makes the log longer, and dropping entries
            # changes its start.
            if len(ledger) != length or ledger[0] is not start or analyzer._ledger is not ledger:
                size = 0
                break
        size = min(max(4 * size, FIRST_SLICE), SLICE_ENTRIES)
