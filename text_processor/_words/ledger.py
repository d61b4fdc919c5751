"""What an analyzer was given, in order, and how far it has been counted.

The ledger is a log to which documents are only ever appended, and a corpus that holds the counts of its first entries. How
many these are, the *position*, is kept in the corpus and changes together with the counts, in one step of the core. So
whoever looks, in whatever thread, signal handler, finalizer or callback, finds a state that is whole: what lies before the
position is counted, what lies behind it is not, and both together are all that was added.

Counting takes the entries behind the position, counts them into a private corpus, and appends that to the public one if the
position is still where it was. Otherwise somebody else was faster (a signal handler that asked for an answer, say); the
private corpus is thrown away and the rest counted anew. An exception on the way leaves nothing to undo.
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
from text_processor.errors import TextProcessorError

# Characters that may wait to be counted where documents are not kept.
MOST_WAITING = 4_000_000


class Dropped(NamedTuple):
    """What once stood at the beginning of a log whose documents are not kept."""

    entries: int
    documents: int


class Part:
    """A log entry for documents that were counted elsewhere.

    Where documents are kept it stands in the place of the first of them, the others follow it, and all are covered by it.
    Elsewhere it is the only entry for all of them.
    """

    __slots__ = ("corpus", "first", "n_documents", "n_entries")

    def __init__(self, corpus: Corpus, n_documents: int, documents: Sequence[Document] | None) -> None:
        self.corpus = corpus
        self.n_documents = n_documents
        self.n_entries = 1 if documents is None else n_documents
        self.first = None if documents is None else documents[0]


class Turn:
    """Whose turn it is to count. One thread at a time; within a thread, a signal handler may count inside another count."""

    __slots__ = ("depth", "lock")

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.depth = 0


Entry = Document | Part


class Ledger(list[Dropped | Entry]):
    """The documents of an analyzer between two calls of ``clear``: the log itself, so that adding one costs one ``append``."""

    # The first item tells what was dropped, so that dropping entries and saying so is one step: a slice assignment.
    __slots__ = ("__weakref__", "corpus", "has_parts", "n_settled", "n_waiting", "threads", "turns")

    keeps_documents = True

    __eq__ = object.__eq__
    __hash__ = object.__hash__  # type: ignore[assignment]  # a list has None there

    def __init__(self, *, threads: int | None) -> None:
        super().__init__((Dropped(0, 0),))
        self.corpus = Corpus()
        self.n_waiting = 0
        self.n_settled = 0  # a position that has been reached, and beyond which nothing was to be counted or dropped then
        self.has_parts = False
        self.threads = threads
        self.turns: dict[int, Turn] = {}

    # ---- What was given ----------------------------------------------------------------------------------------------

    def count_documents(self) -> int:
        """How many documents were given, without counting their words where that can be avoided."""
        while True:
            dropped, n = self._dropped(), len(self) - 1
            if self.has_parts and not self.keeps_documents:  # one entry may stand for many documents
                return self.settle().totals().documents
            if self[0] is dropped:  # otherwise entries were dropped between the two looks
                return dropped.documents + n

    def documents(self) -> list[Document]:
        """The documents; an error if they were not kept."""
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
        self.n_settled = -1  # what is counted already has yet to be dropped

    def add_part(self, corpus: Corpus, n_documents: int, documents: list[Document] | None) -> None:
        """Log documents that were counted elsewhere; ``documents`` is None if nobody kept them.

        What waits is counted first, so that no more than one part waits: together they can have many times the words of the
        result. `OverflowError` if all together would have too many words.
        """
        if n_documents == 0:
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
        """Raise `OverflowError` unless so many words more can be counted; only for the thread whose turn it is.

        Documents that wait are in memory, where no more than half of the most words have room. Above that half they are looked
        at before they are logged.
        """
        n_words += self.settle().totals().words
        if n_words > native_corpus.MOST_WORDS:
            raise OverflowError(f"all documents together have {n_words} words; the limit is {native_corpus.MOST_WORDS}")
        if n_words > native_corpus.MOST_WORDS // 2:
            kind = NearlyFullLedger if self.keeps_documents else NearlyFullUnkeptLedger
            self.__class__ = kind  # pyright: ignore[reportAttributeAccessIssue]

    # ---- What is counted ---------------------------------------------------------------------------------------------

    def settle(self) -> Corpus:
        """Count what is not counted yet, and return the corpus."""
        dropped = self._dropped()
        # Where there is nothing to do, a question of one word should not pay for asking whose turn it is.
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
        """Take the counts of documents that have just been logged, unless something else stands before or between them.

        Then they are counted with the rest when an answer is asked for.
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

    def snapshot(self) -> tuple[Corpus, int, list[Document] | None]:
        """Return copies: all counts, the number of documents, and these themselves if they are kept."""
        copy = self.settle().copy()
        n_documents = copy.totals().documents
        entries = self[1 : 1 + n_documents]
        if not self.keeps_documents:  # asked last: what is dropped is dropped after this has changed
            return copy, n_documents, None
        return copy, n_documents, _unwrap(entries)

    def _turn(self) -> Turn:
        """The turn of this process: in a forked child, the thread whose turn it was in the parent may not exist."""
        return self.turns.setdefault(os.getpid(), Turn())

    def _dropped(self) -> Dropped:
        return cast(Dropped, self[0])

    def _position(self) -> int:
        return self.corpus.totals().position

    def _place(self, position: int) -> int:
        """Where in the log a position is; only for the thread whose turn it is, since entries may be dropped."""
        return 1 + position - self._dropped().entries

    def _end(self) -> int:
        return self._dropped().entries + len(self) - 1

    def _count_run(self, position: int) -> None:
        """Count the entries from the position to the next part, or a part; in vain if the position moves meanwhile."""
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
        counted = counting.count_documents(entries, self.threads or arguments.available_threads())  # type: ignore[arg-type]
        self.corpus.append(counted, position, position + len(entries))

    def _drop_counted(self) -> None:
        """Let go of documents that are counted and not to be kept.

        Only the outermost of nested counts does: the others must leave the log as the outer ones know it.
        """
        if not self.keeps_documents:
            totals = self.corpus.totals()
            self[: self._place(totals.position)] = [Dropped(totals.position, totals.documents)]


class HasLedger(Protocol):
    """What has a ledger: an analyzer."""

    _ledger: Ledger


class UnkeptLedger(Ledger):
    """A ledger that lets go of documents once they are counted, and counts before too much waits."""

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
            with suppress(MemoryError):  # it has been added, and will be counted when an answer is asked for
                self.settle()
                self.n_waiting = 0


class NearlyFullLedger(Ledger):
    """A ledger that counts documents before they are logged, since they may have more words than there is room for."""

    __slots__ = ()

    def append(self, document: Dropped | Entry) -> None:
        documents = cast(tuple[Document], (document,))
        n_words = counting.count_documents(documents, 1).totals().words
        with self._turn().lock:
            self._check_room(n_words)
            super().append(document)

    def extend(self, documents: Iterable[Dropped | Entry]) -> None:
        for document in documents:
            self.append(document)


class NearlyFullUnkeptLedger(NearlyFullLedger, UnkeptLedger):
    """Both of them."""

    __slots__ = ()


def _is_document(entry: object) -> bool:
    return not isinstance(entry, Part)


def _unwrap(entries: Sequence[Dropped | Entry]) -> list[Document]:
    return [entry.first if isinstance(entry, Part) else entry for entry in entries]  # type: ignore[misc]
