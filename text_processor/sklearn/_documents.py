"""What a vectorizer is given as documents: checked, listed or in portions, and told of while they are counted."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from itertools import islice
from typing import Any, cast

import numpy as np

from text_processor._common import many
from text_processor._common.progress import Progress, Report, reporting
from text_processor._native.vectors import Vectors
from text_processor.sklearn import _counting
from text_processor.sklearn._columns import Column, column_of
from text_processor.sklearn._lines import Lines

# partial_fit holds so many documents and characters of an iterator; the first documents tell how long they are.
_FIRST_PORTION = 256
_MOST_IN_PORTION = 1 << 16
_PORTION_LENGTH = 1 << 23

# What scikit-learn would take for documents silently: the names of columns, or keys. Anything else it judges itself.
_DOCUMENTS = many.DOCUMENTS._replace(
    for_one="[text] is a list of one",
    for_mapping="give its values()",
    for_frame='give one column of it, as in df["text"]',
    for_arrow=None,
    protocols=("__class__",),
)


def check(documents: Any) -> None:
    many.check(documents, "documents", _DOCUMENTS, in_order=False)
    if isinstance(documents, os.PathLike):
        kind = type(cast(object, documents)).__name__
        raise TypeError(f"documents must be {_DOCUMENTS.what}, not {kind}; Lines(path) has those of a file, one a line")


def listed(documents: Any) -> list[Any] | tuple[Any, ...]:
    """Return documents in a list, for which an Arrow column and the lines of files have ways of their own."""
    kind = type(cast(object, documents))
    if kind in {list, tuple} or isinstance(documents, Lines):
        return cast("list[Any] | tuple[Any, ...]", documents)
    check(documents)
    if (column := column_of(documents)) is not None:
        return cast("list[Any]", column)
    if hasattr(kind, "to_pylist"):
        return cast(list[Any], documents.to_pylist())
    return list(documents)


def texts_of(vectorizer: Any, documents: list[Any] | tuple[Any, ...]) -> list[Any] | tuple[Any, ...] | None:
    """Return the documents as ``str``; None if one is neither that nor bytes."""
    if isinstance(documents, Column):
        return documents.to_list()
    kinds = set(map(type, documents))
    if kinds <= {str}:
        return documents
    if not kinds <= {str, np.str_, bytes}:
        return None
    return [str(vectorizer.decode(document)) for document in documents]


def portions(documents: Any) -> Iterator[tuple[Any, int]]:
    """Give some thousands of documents at a time, and the number so far: of documents, or of bytes for `Lines`."""
    if isinstance(documents, str):
        raise ValueError("Iterable over raw text documents expected, string object received.")
    if isinstance(documents, Lines):
        yield from documents.portions()
        return
    check(documents)
    kind = documents.__class__
    if hasattr(kind, "to_pylist") or hasattr(kind, "to_arrow"):
        whole = listed(documents)
        yield whole, len(whole)
        return
    rest = cast("Iterator[Any]", iter(documents))
    n, n_done = _FIRST_PORTION, 0
    portion: list[Any]
    while portion := list(islice(rest, n)):
        n_done += len(portion)
        yield portion, n_done
        length = sum(len(each) for each in portion if isinstance(each, str | bytes))
        n = max(1, min(_MOST_IN_PORTION, _PORTION_LENGTH * len(portion) // (length + 1)))


def count(
    first: Vectors, documents: Any, threads: int, more: Callable[[], Vectors], report: Report = _counting.ignore
) -> list[Vectors] | None:
    """Add a row for each document, as `_counting.count` does; of lines only some are in memory."""
    if not isinstance(documents, Lines):
        return _counting.count(first, documents, threads, more, report)
    for texts, n_done in documents.portions():
        if _counting.count(first, texts, 1, more) is None:  # so that rows stay in order
            return None
        report(n_done)
    return [first]


def telling(progress: Progress | bool | None, documents: Any) -> AbstractContextManager[Report]:
    """Give what tells of progress: in documents, of lines in bytes."""
    if isinstance(documents, Lines):
        return reporting(progress, documents.nbytes if progress else None)
    return reporting(progress, len(documents) if hasattr(documents.__class__, "__len__") else None, "documents")


class Rows:
    """Documents for scikit-learn's own loop; an error in it gets a note of which document was its."""

    def __init__(self, documents: Any, report: Report = _counting.ignore) -> None:
        self._documents = documents.to_list() if isinstance(documents, Column) else documents
        self._report = report
        self._row: int | None = None
        self._document: Any = None
        self.is_empty = True

    def __iter__(self) -> Iterator[Any]:
        for row, document in enumerate(self._told_of()):
            self._row, self._document, self.is_empty = row, document, False
            yield document
        self._row = self._document = None

    def _told_of(self) -> Iterator[Any]:
        if isinstance(self._documents, Lines):
            for texts, n_done in self._documents.portions():
                yield from texts
                self._report(n_done)
        else:
            for n_done, document in enumerate(self._documents, 1):
                yield document
                self._report(n_done)

    def give_to(self, take: Callable[..., Any], *arguments: Any) -> Any:
        try:
            return take(self, *arguments)
        except (TypeError, ValueError, AttributeError) as error:
            if self._row is not None:
                missing = many.advice(self._document, 'leave it out, or give "" for it')
                error.add_note(f"This is about document {self._row}; the first is 0{missing}.")
            raise
