"""The documents of an analyzer, in order, and how many of them are counted.

The ledger is a log to which documents are only ever appended, and a corpus with the counts of its first entries. The number of
these entries is the *position*. The corpus stores the position and changes it together with the counts, in one step of the
core. So every thread, signal handler, finalizer or callback sees a consistent state: the entries before the position are
counted, the entries after it are not, and both together are all that was added.

Counting takes the entries after the position, counts them into a private corpus, and appends that to the public corpus if the
position has not changed. Otherwise another count was faster (for example in a signal handler); the private corpus is dropped,
and the rest is counted again. An exception needs no cleanup.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import islice, takewhile
from operator import is_
from typing import NamedTuple, Protocol, cast

from text_processor._common import arguments
from text_processor._common.arguments import Document
from text_processor._documents import batches
from text_processor._native import corpus as native_corpus
from text_processor._native.corpus import Corpus
from text_processor._words import counting
from text_processor._words.options import SPACES, Rule
from text_processor.errors import TextProcessorError

# Characters that may wait to be counted if documents are not kept.
MOST_WAITING = 4_000_000


class Dropped(NamedTuple):
    """The number of entries and documents dropped from the start of a log whose documents are not kept."""

    entries: int
    documents: int


class Part:
    """A log entry for documents that were counted elsewhere.

    If documents are kept, it replaces the first of them in the log; the others follow it, and it covers all of them. Otherwise
    it is the only entry for all of them.
    """

    __slots__ = ("corpus", "first", "n_documents", "n_entries")

    def __init__(self, corpus: Corpus, n_documents: int, documents: Sequence[Document] | None) -> None:
        self.corpus = corpus
        self.n_documents = n_documents
        self.n_entries = 1 if documents is None else n_documents
        self.first = None if documents is None else documents[0]


class Turn:
    """The lock for counting. One thread counts at a time; within it, a signal handler may count inside another count."""

    __slots__ = ("depth", "lock")

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.depth = 0


Entry = Document | Part


class Ledger(list[Dropped | Entry]):
    """The documents of an analyzer between two calls of ``clear``: a list, so that adding a document is one ``append``."""

    # The first item records what was dropped, so that dropping entries and recording it is one step: a slice assignment.
    __slots__ = ("__weakref__", "corpus", "has_parts", "n_settled", "n_waiting", "rule", "threads", "turns")

    keeps_documents = True

    __eq__ = object.__eq__
    __hash__ = object.__hash__  # type: ignore[assignment]  # a list has None there

    def __init__(self, *, threads: int | None, rule: Rule = SPACES) -> None:
        super().__init__((Dropped(0, 0),))
        self.rule = rule
        self.corpus = Corpus()
        self.n_waiting = 0
        self.n_settled = 0  # the last position at which nothing was left to count or drop
        self.has_parts = False
        self.threads = threads
        self.turns: dict[int, Turn] = {}

    def count_documents(self) -> int:
        """Return the number of documents, without counting their words if possible."""
        while True:
            dropped, n = self._dropped(), len(self) - 1
            if self.has_parts and not self.keeps_documents:  # one entry may stand for many documents
                return self.settle().totals().documents
            if self[0] is dropped:  # otherwise entries were dropped between the two looks
                return dropped.documents + n

    def documents(self) -> list[Document]:
        """Return the documents; raise if they were not kept."""
        entries = self[1:]
        if not self.keeps_documents:
            raise TextProcessorError(
                "the documents were not kept, only their counts: this analyzer has keep_documents=False, was loaded from a "
                "file, has merged one without its documents, or was given some by add_file, add_stream, add_buffer or "
                "add_arrow, which never keep them; keep the documents yourself, or use TextAnalyzer(keep_documents=True) for "
                "every part and add_document or add_documents"
            )
        return _unwrap(entries) if self.has_parts else entries  # type: ignore[return-value]

    def stop_keeping(self) -> None:
        """Drop documents as soon as they are counted, from now on."""
        kind = NearlyFullUnkeptLedger if isinstance(self, NearlyFullLedger) else UnkeptLedger
        self.__class__ = kind  # pyright: ignore[reportAttributeAccessIssue]
        self.n_settled = -1  # documents that are already counted are still to be dropped

    def add_part(self, corpus: Corpus, n_documents: int, documents: list[Document] | None) -> None:
        """Log documents that were counted elsewhere; ``documents`` is None if they were not kept.

        Waiting entries are counted first, so that at most one part waits: many parts could have many times the words of the
        result. Raise `OverflowError` if all documents together would have too many words.
        """
        if n_documents == 0 and corpus.totals().words == 0:  # a share of a table has words alone
            return
        with self._turn().lock:
            self._check_room(corpus.totals().words)
            self.has_parts = True
            if documents is None:
                self.stop_keeping()
            if documents is None or not self.keeps_documents:
                list.append(self, Part(corpus, n_documents, None))
            else:
                list.extend(self, [Part(corpus, n_documents, documents), *islice(documents, 1, None)])

    def _check_room(self, n_words: int) -> None:
        """Raise `OverflowError` unless ``n_words`` more words can be counted; only the thread that holds the turn calls it.

        Waiting documents are in memory, which has room for at most half of the limit. Above half of the limit, documents are
        counted before they are logged.
        """
        n_words += self.settle().totals().words
        if n_words > native_corpus.MOST_WORDS:
            raise OverflowError(f"all documents together have {n_words} words; the limit is {native_corpus.MOST_WORDS}")
        if n_words > native_corpus.MOST_WORDS // 2:
            kind = NearlyFullLedger if self.keeps_documents else NearlyFullUnkeptLedger
            self.__class__ = kind  # pyright: ignore[reportAttributeAccessIssue]

    def settle(self) -> Corpus:
        """Count the entries that are not counted yet, and return the corpus."""
        dropped = self._dropped()
        # If there is nothing to count, looking up one word should not pay for taking the lock.
        if dropped.entries + len(self) - 1 == self.n_settled and self[0] is dropped:
            return self.corpus
        turn = self._turn()
        with turn.lock:
            depth = turn.depth
            try:
                turn.depth = depth + 1
                goal = self._end()
                while (position := self._position()) < goal:
                    self._count_run(position)
                if depth == 0:
                    self._drop_counted()
                    self.n_settled = position
            finally:
                turn.depth = depth
        return self.corpus

    def offer(self, corpus: Corpus, documents: Sequence[Document]) -> None:
        """Append the counts of documents that were just logged, unless other entries are before or between them.

        In that case they are counted with the rest when the counts are needed.
        """
        turn = self._turn()
        with turn.lock:
            depth = turn.depth
            try:
                turn.depth = depth + 1
                position = self._position()
                first = self._place(position)
                entries = self[first : first + len(documents)]
                if len(entries) == len(documents) and all(map(is_, entries, documents)):
                    self.corpus.append(corpus, position, position + len(documents))
                if depth == 0:
                    self._drop_counted()
            finally:
                turn.depth = depth

    def prune(self, min_count: int) -> tuple[int, int]:
        """Count what waits, and remove rare words; return how many words and occurrences went."""
        while True:
            self.settle()
            position = self._position()
            if (pruned := self.corpus.prune(min_count, position)) is not None:
                return pruned

    def snapshot(self) -> tuple[Corpus, int, list[Document] | None]:
        """Return a copy of all counts, the number of documents, and a list of the documents if they are kept."""
        copy = self.settle().copy()
        n_documents = copy.totals().documents
        entries = self[1 : 1 + n_documents]
        if not self.keeps_documents:  # checked last, because it changes before documents are dropped
            return copy, n_documents, None
        return copy, n_documents, _unwrap(entries)

    def _turn(self) -> Turn:
        """Return the turn of this process: in a forked child, the thread that held it in the parent may not exist."""
        return self.turns.setdefault(os.getpid(), Turn())

    def _dropped(self) -> Dropped:
        return cast(Dropped, self[0])

    def _position(self) -> int:
        return self.corpus.totals().position

    def _place(self, position: int) -> int:
        """Return the index of a position in the log; only for the thread that holds the turn, since entries may be dropped."""
        return 1 + position - self._dropped().entries

    def _end(self) -> int:
        return self._dropped().entries + len(self) - 1

    def _count_run(self, position: int) -> None:
        """Count the entries from the position to the next part, or one part; without effect if the position moves meanwhile."""
        place = self._place(position)
        part = self[place]
        if isinstance(part, Part):
            if self.corpus.append(part.corpus, position, position + part.n_entries) and part.first is not None:
                self[place] = part.first
            return
        if self.has_parts:
            entries = list(takewhile(_is_document, map(self.__getitem__, range(place, len(self)))))
        else:
            entries = self[place:]
        threads = self.threads or arguments.available_threads()
        counted = counting.count_documents(entries, threads, rule=self.rule)  # type: ignore[arg-type]
        self.corpus.append(counted, position, position + len(entries))

    def _drop_counted(self) -> None:
        """Drop documents that are counted, if they are not kept.

        Only the outermost of nested counts calls it: an inner count must not change the log under an outer one.
        """
        if not self.keeps_documents:
            totals = self.corpus.totals()
            self[: self._place(totals.position)] = [Dropped(totals.position, totals.documents)]


class HasLedger(Protocol):
    """An object with a ledger: an analyzer."""

    _ledger: Ledger


class UnkeptLedger(Ledger):
    """A ledger that drops documents once they are counted, and counts before too many characters wait."""

    __slots__ = ()

    keeps_documents = False

    def append(self, document: Dropped | Entry) -> None:
        documents = cast(tuple[Document], (document,))
        self._log(documents, batches.total_length(documents))

    def extend(self, documents: Iterable[Dropped | Entry]) -> None:
        for group in batches.groups(cast(Sequence[Document], documents)):
            self._log(group, batches.total_length(group))

    def _log(self, documents: Sequence[Document], n_characters: int) -> None:
        if self.n_waiting + n_characters > MOST_WAITING:
            self.settle()
            self.n_waiting = 0
        super().extend(documents)
        self.n_waiting += n_characters
        if self.n_waiting > MOST_WAITING:  # a single document that is longer
            with suppress(MemoryError):  # it is added, and is counted when the counts are needed
                self.settle()
                self.n_waiting = 0


class NearlyFullLedger(Ledger):
    """A ledger that counts documents before they are logged, because they may exceed the limit of words."""

    __slots__ = ()

    def append(self, document: Dropped | Entry) -> None:
        documents = cast(tuple[Document], (document,))
        n_words = counting.count_documents(documents, 1, rule=self.rule).totals().words
        with self._turn().lock:
            self._check_room(n_words)
            super().append(document)

    def extend(self, documents: Iterable[Dropped | Entry]) -> None:
        for document in documents:
            self.append(document)


class NearlyFullUnkeptLedger(NearlyFullLedger, UnkeptLedger):
    """A nearly full ledger that does not keep documents."""

    __slots__ = ()


def _is_document(entry: object) -> bool:
    return not isinstance(entry, Part)


def _unwrap(entries: Sequence[Dropped | Entry]) -> list[Document]:
    return [entry.first if isinstance(entry, Part) else entry for entry in entries]  # type: ignore[misc]
