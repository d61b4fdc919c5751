"""Training: count the pieces of texts, then merge. Only the distinct pieces and their counts are kept."""

from __future__ import annotations

import operator
import os
from array import array
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from time import monotonic
from typing import Any, NamedTuple, cast

from text_processor._common import arguments
from text_processor._common.messages import quoted, shown
from text_processor._common.progress import Progress, Report, check_progress, reporting
from text_processor._documents import arrow, batches, sources
from text_processor._documents.arrow import Texts
from text_processor._documents.sources import Options, Shard
from text_processor._native import bpe as native_bpe
from text_processor._native import text as native_text
from text_processor._native.bpe import Pieces, Trainer
from text_processor._native.text import Batch
from text_processor.bpe._split.splitter import Splitter
from text_processor.bpe._stages import special_names, utf8
from text_processor.bpe._stages.special_names import Search

# A text of up to SHORT_TEXT characters is joined with others; a group has GROUP_CHARACTERS for each thread. A character beyond
# ASCII makes its whole group wider, which then takes longer to join and to encode; larger groups would have one more often.
SHORT_TEXT = 1 << 14
GROUP_CHARACTERS = 1 << 17
MOST_GROUP_CHARACTERS = 1 << 20

# About how long a step of merging should take: Ctrl-C takes effect between two steps.
STEP_SECONDS = 0.01


# All text together has fewer bytes than the core counts.
MOST_COUNT = (1 << 48) - 1
MOST_LENGTH = (1 << 31) - 1


class Plan(NamedTuple):
    """The checked arguments of a training."""

    n_merges: int
    tie_break: int
    threads: int
    progress: Progress | bool | None
    least_count: int = 0
    most_nbytes: int | None = None


def checked_plan(
    vocab_size: object,
    tie_break: object,
    threads: int | None,
    progress: Progress | bool | None,
    *,
    min_frequency: object = 0,
    max_token_length: object = None,
) -> Plan:
    """Check the arguments of a training."""
    if isinstance(vocab_size, bool) or not hasattr(type(vocab_size), "__index__"):
        raise TypeError(f"vocab_size must be an int, not {type(vocab_size).__name__}")
    size = operator.index(vocab_size)  # type: ignore[arg-type]
    if size < 256:
        raise ValueError(f"vocab_size must be at least 256, as each byte is a token, not {shown(size)}")
    arguments.check_option("tie_break", tie_break, tuple(native_bpe.TIE_BREAKS))
    check_progress(progress)
    rule = native_bpe.TIE_BREAKS[arguments.plain(cast(str, tie_break))]
    return Plan(
        min(size, special_names.MOST_ID) - 256,
        rule,
        arguments.threads_or_all(threads),
        progress,
        arguments.checked_whole("min_frequency", min_frequency, 0, MOST_COUNT),
        None if max_token_length is None else arguments.checked_whole("max_token_length", max_token_length, 1, MOST_LENGTH),
    )


class Counting:
    """Counts the pieces of texts, and reports the number of bytes done. Names are cut out: a text then ends before each."""

    def __init__(self, splitter: Splitter, threads: int, report: Report, cut: Search | None = None, n_done: int = 0) -> None:
        self.pieces = Pieces()
        self._splitter = splitter
        self._cut = cut
        self.threads = threads
        self._report = report
        self.n_done = n_done
        self._waiting: list[str] = []
        self._n_waiting = 0
        self._most = min(GROUP_CHARACTERS * threads, MOST_GROUP_CHARACTERS)

    def add(self, text: str | memoryview) -> None:
        """Count the pieces of a whole checked text, or keep a short text until there are more."""
        if self._splitter.native is not None:
            if isinstance(text, str) and len(text) <= SHORT_TEXT and not self._has_names(text):
                self._waiting.append(text)
                self._n_waiting += len(text)
                if self._n_waiting >= self._most:
                    self.flush()
            else:
                utf8.feed(text, self._consume)
            return
        whole = utf8.as_str(text)
        for part in [whole] if self._cut is None else self._cut.between(whole):
            for pieces in self._splitter.split(part):
                self.pieces.add_split(pieces)
                self._has_done(sum(map(len, pieces)))

    def _has_names(self, text: str) -> bool:
        return self._cut is not None and self._cut.occur_in_text(utf8.as_str(text))

    def add_list(self, texts: list[object] | tuple[object, ...]) -> None:
        """Count the pieces of texts that are in memory: many short ones at a time, without checking each one."""
        start, n = 0, 1
        while group := texts[start : start + n]:
            n_characters = self._add_group(group)
            if n_characters is None:
                for text in checked(group, start):
                    self.add(text)
                n_characters = self._most
            start += len(group)
            n = max(1, min(2 * n, n * self._most // (n_characters + 1)))

    def _add_group(self, texts: list[object] | tuple[object, ...]) -> int | None:
        """Count texts together and return their length; return None, with nothing done, if that is not possible."""
        if self._splitter.native is None:
            return None
        try:
            lengths = array("Q", map(str.__len__, cast(Sequence[str], texts)))
            if (n_characters := sum(lengths)) > 2 * self._most:
                return None
            batch = native_text.batch_of_texts(cast(Sequence[str], texts), lengths)
        except (TypeError, UnicodeEncodeError):  # some texts are buffers, or have surrogates
            return None
        if self._cut is not None and self._cut.occur_in(batch):
            return None
        self._add_batch(batch, len(batch.text) - batch.n_ends + 1)  # without the separators between texts
        return n_characters

    def add_column(self, texts: Texts) -> None:
        """Count the pieces of the entries of an Arrow column."""
        for first, joined in utf8.entries_of(texts):
            has_names = self._cut is not None and isinstance(joined, Batch) and self._cut.occur_in(joined)
            if self._splitter.native is not None and isinstance(joined, Batch) and not has_names:
                self._add_batch(joined, len(joined.text) - joined.n_ends)
                continue
            for text in checked(utf8.documents_of(joined), first):
                self.add(text)

    def _add_batch(self, batch: Batch, nbytes: int) -> None:
        assert self._splitter.native is not None
        self.pieces.add_documents(self._splitter.native, batch, threads=self.threads)
        self._has_done(nbytes)

    def flush(self) -> None:
        """Count the pieces of the waiting texts."""
        if self._waiting:
            batch = utf8.batch_of(self._waiting)
            self._add_batch(batch, len(batch.text) - batch.n_ends + 1)
            self._waiting, self._n_waiting = [], 0

    def add_stream(self, text: Shard) -> None:
        """Count the pieces of a text that comes in blocks."""
        if self._splitter.native is None:  # regex needs the whole text at once
            self.add(utf8.whole(text))
            return
        deque(utf8.Stream(self._consume).feed_text(text), maxlen=0)

    def _consume(self, text: bytes | memoryview, is_final: bool) -> int:
        if self._cut is None:
            return self._count(text, is_final)
        places, n_certain = self._cut.places(text, is_final=is_final)
        view, start = memoryview(text), 0
        for place in places:
            self._count(view[start : place.start], True)
            self._has_done(place.end - place.start)
            start = place.end
        end = max(start, batches.character_start(view, n_certain))
        return start + self._count(view[start:end], is_final)

    def _count(self, text: bytes | memoryview, is_final: bool) -> int:
        assert self._splitter.native is not None
        n_used = self.pieces.add(self._splitter.native, text, is_final=is_final, threads=self.threads)
        self._has_done(n_used)
        return n_used

    def _has_done(self, nbytes: int) -> None:
        self.n_done += nbytes
        self._report(self.n_done)


def checked(texts: Iterable[object], first: int = 0) -> Iterator[str | memoryview]:
    """Give the texts, checked. Errors call the first one ``text {first}``."""
    for index, text in enumerate(texts, first):
        yield text if type(text) is str else utf8.checked_item(text, index)


def count_text(
    text: str | memoryview, splitter: Splitter, threads: int, progress: Progress | bool | None, *, cut: Search | None = None
) -> Pieces:
    """Count the pieces of one checked text."""
    total = None
    if progress is not None and progress is not False:
        total = batches.utf8_nbytes(utf8.as_str(text) if isinstance(text, str) else text)
    with reporting(progress, total) as report:
        counting = Counting(splitter, threads, report, cut)
        counting.add(text)
        counting.flush()
    return counting.pieces


def count_texts(
    texts: Iterable[object], splitter: Splitter, threads: int, progress: Progress | bool | None, *, cut: Search | None = None
) -> Pieces:
    """Count the pieces of texts."""
    with reporting(progress, None) as report:
        counting = Counting(splitter, threads, report, cut)
        if type(texts) is list or type(texts) is tuple:
            counting.add_list(cast(list[object] | tuple[object, ...], texts))
        else:
            for text in checked(texts):
                counting.add(text)
        counting.flush()
    return counting.pieces


def count_mapping(
    counts: Mapping[Any, Any],
    splitter: Splitter,
    threads: int,
    progress: Progress | bool | None,
    *,
    cut: Search | None = None,
) -> Pieces:
    """Count the pieces of texts, each as often as a mapping says."""
    texts, total, n_done = _texts_by_count(counts), Pieces(), 0
    with reporting(progress, None) as report:
        for times, some in texts.items():
            counting = Counting(splitter, threads, report, cut, n_done)
            counting.add_list(some)
            counting.flush()
            total.merge(counting.pieces, times)
            n_done = counting.n_done
    return total


def _texts_by_count(counts: Mapping[Any, Any]) -> dict[int, list[object]]:
    """Return the checked texts of a mapping under their counts; so many pieces are counted together."""
    texts: dict[int, list[object]] = {}
    for text, times in zip(checked(counts), counts.values(), strict=True):
        number = arguments.checked_whole(f"the count of {quoted(text)}", times, 0, MOST_COUNT)
        texts.setdefault(number, []).append(text)
    return texts


def count_column(
    column: object,
    splitter: Splitter,
    threads: int,
    progress: Progress | bool | None,
    *,
    cut: Search | None = None,
    method: str,
) -> Pieces:
    """Count the pieces of the entries of an Arrow column; those without a value are skipped."""
    batch_nbytes = min(GROUP_CHARACTERS * threads, MOST_GROUP_CHARACTERS)
    with (
        arrow.opened_texts(column, method, batch_nbytes, is_measured=bool(progress)) as texts,
        reporting(progress, texts.nbytes) as report,
    ):
        counting = Counting(splitter, threads, report, cut)
        counting.add_column(texts)
        counting.flush()
    return counting.pieces


def count_stream(
    stream: Any,
    options: Options,
    splitter: Splitter,
    threads: int,
    progress: Progress | bool | None,
    *,
    cut: Search | None = None,
) -> Pieces:
    """Count the pieces of a stream, which is one text."""
    with reporting(progress, None) as report:
        counting = Counting(splitter, threads, report, cut)
        counting.add_stream(sources.of_stream(stream, options).text("the stream", options.errors))
    return counting.pieces


def count_file(
    path: str | bytes | os.PathLike[Any],
    options: Options,
    splitter: Splitter,
    threads: int,
    progress: Progress | bool | None,
    *,
    cut: Search | None = None,
) -> Pieces:
    """Count the pieces of a file, which is one text."""
    with sources.opened_file(path, options) as given, reporting(progress, given.nbytes) as report:
        counting = Counting(splitter, threads, report, cut)
        counting.add_stream(given.text(repr(os.fsdecode(path)), options.errors))
    return counting.pieces


def merge(pieces: Pieces, plan: Plan, earlier: array[int] | None = None) -> array[int]:
    """Make the wanted number of merges, or as many as possible; return the two ids of each, one after the other.

    ``earlier`` are merges that are made first, and not returned.
    """
    trainer, merges = Trainer(pieces, plan.tie_break), array("I")
    del pieces  # unless the caller has them, they are no longer needed
    for start, end in _steps(len(earlier or ()) // 2):
        trainer.replay(cast("array[int]", earlier)[2 * start : 2 * end])
    trainer.limit(plan.least_count, plan.most_nbytes)
    with reporting(plan.progress, plan.n_merges, "merges") as report:
        for start, end in _steps(plan.n_merges):
            made = trainer.step(end - start)
            merges.extend(made)
            report(len(merges) // 2)
            if len(made) < 2 * (end - start):
                break
    return merges


def _steps(n: int) -> Iterator[tuple[int, int]]:
    """Give the start and end of each step of merging; the first merges of a long text take milliseconds, later microseconds."""
    done, step = 0, 1
    while done < n:
        start, end = monotonic(), min(done + step, n)
        yield done, end
        done, step = end, 2 * step if monotonic() - start < STEP_SECONDS / 2 else max(step // 2, 1)
