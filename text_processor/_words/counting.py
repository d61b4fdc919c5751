"""Count documents: the batches of several shards at the same time, each shard into a separate corpus.

Work that ends early leaves nothing behind: only a complete count is returned.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol, TypeVar

from text_processor._common.arguments import Document
from text_processor._common.progress import Progress, check_progress, reporting
from text_processor._documents import arrow, batches, sources
from text_processor._documents.arrow import Entries
from text_processor._documents.batches import Step
from text_processor._documents.sources import Input, Options
from text_processor._native import corpus as native_corpus
from text_processor._native.corpus import Corpus
from text_processor._native.status import InvalidArgumentError
from text_processor._words import telling
from text_processor._words.telling import Tell
from text_processor.errors import InvalidDocumentError


class Shard(Protocol):
    """Consecutive documents that one thread reads."""

    def steps(self) -> Iterator[Step]:
        """Give the documents batch by batch."""
        ...


AnyShard = TypeVar("AnyShard", bound=Shard)

# Returns at most this many consecutive shards, each read from its beginning.
OpenShards = Callable[[int], Sequence[AnyShard]]


class Counted(NamedTuple):
    """Documents that were counted, but not kept."""

    corpus: Corpus
    n_documents: int


def count_shards(
    corpus: Corpus, open_shards: OpenShards[AnyShard], threads: int, report: Callable[[int], object]
) -> Sequence[AnyShard]:
    """Count shards into a corpus, the next batch of each at the same time; report the bytes done, and return the shards.

    The result equals that of one thread, because the counts of the shards are appended in order.
    """
    shards = open_shards(threads)
    readers = [shard.steps() for shard in shards]
    corpora = [corpus, *(Corpus() for _ in readers[1:])]
    n_done = 0
    while any(steps := _next_steps(readers, open_shards)):
        busy = [(part, *step) for part, step in zip(corpora, steps, strict=True) if step is not None]
        native_corpus.count_batches([part for part, _, _ in busy], [batch for _, batch, _ in busy])
        n_done += sum(nbytes for _, _, nbytes in busy)
        report(n_done)
    native_corpus.join(corpora)
    return shards


def _next_steps(readers: Sequence[Iterator[Step]], open_shards: OpenShards[Any]) -> list[Step | None]:
    try:
        return [next(reader, None) for reader in readers]
    except ValueError as error:
        if len(readers) == 1:
            raise
        # The error must be the first fault for any number of threads, so read again from the beginning to find it.
        for shard in open_shards(1):
            deque(shard.steps(), maxlen=0)
        raise sources.changed("what was to be counted") from error


def _ignore(_n_done: int) -> None:
    pass


# ---- From memory -----------------------------------------------------------------------------------------------------


def count_documents(documents: Sequence[Document], threads: int, report: Callable[[int], object] = _ignore) -> Corpus:
    """Count documents into a new corpus."""
    corpus = Corpus()
    count_shards(corpus, lambda n: batches.share_out(documents, n), threads, report)
    return corpus


# ---- From files, streams and buffers ---------------------------------------------------------------------------------


def count_buffer(
    data: Any, options: Options, threads: int, progress: Progress | bool | None = None, tell: Tell | None = None
) -> Counted:
    """Count the documents of a buffer of bytes."""
    given = sources.of_buffer(data, options)
    try:
        counted = _count(given, options, threads, progress, tell)
    except InvalidArgumentError as error:  # the white space after a document was overwritten meanwhile
        raise sources.changed(f"the {type(data).__name__}") from error
    if type(data) is not bytes and (_has_empty_document(counted) or not counted.corpus.has_valid_terms()):
        raise sources.changed(f"the {type(data).__name__}")
    return counted


def _has_empty_document(counted: Counted) -> bool:
    """Whether words have gone between looking for documents and counting: each has a word otherwise."""
    return counted.n_documents > counted.corpus.totals().words


def count_stream(stream: Any, options: Options, progress: Progress | bool | None, tell: Tell | None) -> Counted:
    """Count the documents of an object with a method ``read``."""
    return _count(sources.of_stream(stream, options), options, 1, progress, tell)


def count_file(
    path: str | bytes | os.PathLike[Any], options: Options, threads: int, progress: Progress | bool | None, tell: Tell | None
) -> Counted:
    """Count the documents of a file."""
    check_progress(progress)
    with sources.opened_file(path, options) as given:
        return _count(given, options, threads, progress, tell)


def _count(given: Input, options: Options, threads: int, progress: Progress | bool | None, tell: Tell | None) -> Counted:
    corpus = Corpus()
    with reporting(progress, given.nbytes) as report:
        if tell is None:
            shards = count_shards(corpus, lambda n: given.shards(options, n), threads, report)
        else:
            shards = given.shards(options, 1)
            telling.Teller(corpus, shards[0], tell, given.view).count(report)
    return _checked(Counted(corpus, sum(shard.documents.n_documents for shard in shards)), options)


def _checked(counted: Counted, options: Options) -> Counted:
    """Return the count, or one of no documents if the whole input is one blank document."""
    if options.documents == "lines" or counted.corpus.totals().words:
        return counted
    if options.blank == "raise":
        raise InvalidDocumentError("Document 0 cannot be empty", index=0)
    return Counted(counted.corpus, 0)


# ---- From Arrow columns ----------------------------------------------------------------------------------------------


def count_column(
    column: object, threads: int, *, refuse_blank: bool, progress: Progress | bool | None, tell: Tell | None
) -> Counted:
    """Count the documents of a column, and call ``tell`` with each, if it is given."""
    corpus, n_done = Corpus(), 0
    is_measured = threads > 1 or bool(progress)
    with (
        arrow.opened_column(column, "add_arrow", Entries(refuse_blank), is_measured=is_measured) as (groups, nbytes),
        reporting(progress, nbytes) as report,
    ):
        for group in groups:
            start = n_done
            if tell is None:
                count_shards(corpus, group.shards, threads, lambda n: report(start + n))  # noqa: B023 - called at once
            else:
                telling.count_column(corpus, group.shards(1)[0], tell, lambda n: report(start + n))  # noqa: B023
            n_done += group.nbytes
    return Counted(corpus, corpus.totals().documents)
