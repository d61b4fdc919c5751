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
from text_processor._documents import arrow, batches, decoding, sources
from text_processor._documents.arrow import Entries
from text_processor._documents.batches import Step
from text_processor._documents.sources import Input, Options
from text_processor._native import corpus as native_corpus
from text_processor._native.corpus import Corpus
from text_processor._native.status import InvalidArgumentError
from text_processor._words import telling
from text_processor._words.converting import Sink
from text_processor._words.options import SPACES, Rule
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
    corpus: Corpus,
    open_shards: OpenShards[AnyShard],
    threads: int,
    report: Callable[[int], object],
    rule: Rule,
    *,
    are_lines: bool = False,
) -> Sequence[AnyShard]:
    """Count shards into a corpus, the next batch of each at the same time; report the bytes done, and return the shards.

    The result equals that of one thread, because the counts of the shards are appended in order.
    """
    shards = open_shards(threads)
    readers = [shard.steps() for shard in shards]
    corpora = [corpus, *(Corpus() for _ in readers[1:])]
    sinks = [Sink(part, rule, are_lines=are_lines) for part in corpora]
    n_done = 0
    while any(steps := _next_steps(readers, open_shards)):
        busy = [(sink, *step) for sink, step in zip(sinks, steps, strict=True) if step is not None]
        prepared = [sink.prepared(batch) for sink, batch, _ in busy]
        native_corpus.count_batches([sink.corpus for sink, _, _ in busy], prepared, rule.native)
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


def count_documents(
    documents: Sequence[Document], threads: int, report: Callable[[int], object] = _ignore, *, rule: Rule = SPACES
) -> Corpus:
    """Count documents into a new corpus."""
    corpus = Corpus()

    def open_shards(n: int) -> Sequence[batches.Shard]:
        return batches.share_out(documents, n, cuts_documents=rule.can_be_cut)

    count_shards(corpus, open_shards, threads, report, rule)
    return corpus


# ---- From files, streams and buffers ---------------------------------------------------------------------------------


class Way(NamedTuple):
    """How to count: by which rule, with how many threads, and whom to tell of it."""

    threads: int
    rule: Rule
    progress: Progress | bool | None = None
    tell: Tell | None = None


def count_buffer(data: Any, options: Options, way: Way) -> Counted:
    """Count the documents of a buffer of bytes."""
    given = sources.of_buffer(data, options)
    try:
        counted = _count(given, options, way)
    except InvalidArgumentError as error:  # the white space after a document was overwritten meanwhile
        raise sources.changed(f"the {type(data).__name__}") from error
    native = way.rule.native
    if type(data) is not bytes and (
        (native is None and _has_empty_document(counted)) or not counted.corpus.has_valid_terms(native)
    ):
        raise sources.changed(f"the {type(data).__name__}")
    return counted


def _has_empty_document(counted: Counted) -> bool:
    """Whether words have gone between looking for documents and counting: each has a word otherwise."""
    return counted.n_documents > counted.corpus.totals().words


def count_stream(stream: Any, options: Options, way: Way) -> Counted:
    """Count the documents of an object with a method ``read``."""
    return _count(sources.of_stream(stream, options), options, way._replace(threads=1))


def count_file(path: str | bytes | os.PathLike[Any], options: Options, way: Way) -> Counted:
    """Count the documents of a file."""
    check_progress(way.progress)
    with sources.opened_file(path, options) as given:
        return _count(given, options, way)


def _count(given: Input, options: Options, way: Way) -> Counted:
    corpus, are_lines = Corpus(), options.documents == "lines"
    options = options._replace(keeps_blanks=way.rule.may_begin_with_space)
    with reporting(way.progress, given.nbytes) as report:
        if way.tell is None:
            threads = way.threads if are_lines or way.rule.can_be_cut else 1
            shards = count_shards(corpus, lambda n: given.shards(options, n), threads, report, way.rule, are_lines=are_lines)
        else:
            shards = given.shards(options, 1)
            sink = Sink(corpus, way.rule, are_lines=are_lines)
            telling.Teller(sink, shards[0], way.tell, given.view).count(report)
    counted = Counted(corpus, sum(shard.documents.n_documents for shard in shards))
    return _checked(counted, options, has_text=any(shard.documents.has_text for shard in shards))


def _checked(counted: Counted, options: Options, *, has_text: bool) -> Counted:
    """Return the count, or one of no documents if the whole input is one blank document."""
    if options.documents == "lines" or has_text:
        return counted
    if options.blank == "raise":
        raise InvalidDocumentError("Document 0 cannot be empty", index=0)
    return Counted(counted.corpus, 0)


# ---- From Arrow columns ----------------------------------------------------------------------------------------------


def count_column(column: object, options: Options, way: Way) -> Counted:
    """Count the documents of a column."""
    corpus, n_done = Corpus(), 0
    entries = Entries(options.blank == "raise", decode=decoding.decoder(options.encoding, options.errors))
    tell, is_measured = way.tell, way.threads > 1 or bool(way.progress)
    with (
        arrow.opened_column(column, "add_arrow", entries, is_measured=is_measured) as (groups, nbytes),
        reporting(way.progress, nbytes) as report,
    ):
        for group in groups:
            start = n_done
            if tell is None:
                count_shards(corpus, group.shards, way.threads, lambda n: report(start + n), way.rule)  # noqa: B023 - called at once
            else:
                sink = Sink(corpus, way.rule)
                telling.count_column(sink, group.shards(1)[0], tell, lambda n: report(start + n))  # noqa: B023
            n_done += group.nbytes
    return Counted(corpus, corpus.totals().documents)
