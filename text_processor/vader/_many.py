"""Scores of many texts: from iterables, Arrow columns and files of lines."""

from __future__ import annotations

import math
import os
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from importlib import import_module
from itertools import islice
from typing import Any

from text_processor._common import arguments, many, progress
from text_processor._common.messages import needs
from text_processor._common.progress import Progress
from text_processor._documents import arrow, batches, sources
from text_processor._documents.sources import Options
from text_processor._native import sentiment as native
from text_processor._native import text as native_text
from text_processor._native.sentiment import NAMES, Vader
from text_processor._native.text import Batch

TEXTS = many.Many(
    "an iterable of texts, a column or a path",
    many.TEXTS.is_one,
    "polarity_scores scores one text; a path is a pathlib.Path",
    many.TEXTS.for_mapping,
    'give a column of it, as in df["text"]',
    None,
)

# Texts that are gathered for one call of the core, for each thread.
WINDOW = 1 << 12

# Texts with more characters together go to the core one by one, without being joined.
MOST_JOINED = 1 << 22

# Bytes of a column that are joined for one call of the core, for each thread.
BATCH_NBYTES = 1 << 18


class Scorer:
    """Scores texts in order, with one object of the core; the answer is the memory of an array."""

    def __init__(self, vader: Vader, threads: int | None, *, compound_only: bool) -> None:
        self._vader = vader
        self._threads = arguments.checked_threads(threads) or arguments.available_threads()
        self._compound_only = compound_only
        self._found = bytearray()
        self._has_value: bytearray | None = None

    def add(self, given: Any, name: str, hook: Progress | bool | None) -> None:
        """Score all that is given; ``name`` is the method's."""
        progress.check_progress(hook)
        if isinstance(given, os.PathLike):
            self._add_file(given, hook)
        elif arrow.is_column(given):
            self._add_column(given, name, hook)
        else:
            many.check(given, "texts", TEXTS)
            self._add_texts(given, hook)

    def numbers(self) -> memoryview[float]:
        """Return the scores as doubles, those of each text in the order of `NAMES`."""
        return memoryview(self._found).cast("d")

    def array(self, name: str) -> Any:
        """Return the scores as an array of NumPy, or as an Arrow column if they are of one."""
        if self._has_value is not None:
            return _column(self._found, self._has_value, name, compound_only=self._compound_only)
        try:
            numpy = import_module("numpy")
        except ImportError as error:
            raise ImportError(needs(name, "numpy", "numpy")) from error
        kind = numpy.float64 if self._compound_only else numpy.dtype([(each, numpy.float64) for each in NAMES])
        return numpy.frombuffer(self._found, kind)

    def _score(self, batch: Batch) -> int:
        self._found += self._vader.score(batch, self._threads, compound_only=self._compound_only)
        return len(batch.text)

    def _add_texts(self, texts: Iterable[Any], hook: Progress | bool | None) -> None:
        total = batches.known_nbytes(texts) if hook and isinstance(texts, list | tuple) else None
        n_done = 0
        with progress.reporting(hook, total) as report:
            for first, window in _windows(texts, WINDOW * self._threads):
                batch = _joined(window, first)
                n_done += self._score(batch) - max(batch.n_ends - 1, 0)
                report(n_done)

    def _add_column(self, column: Any, name: str, hook: Progress | bool | None) -> None:
        n_done = 0
        with (
            arrow.opened_texts(column, name, BATCH_NBYTES * self._threads, is_measured=bool(hook)) as texts,
            progress.reporting(hook, texts.nbytes) as report,
        ):
            for index, part in texts:
                if isinstance(part, Batch):
                    n_done += self._score(part) - part.n_ends
                else:
                    n_done += self._score(native_text.closing_batch(bytes(_checked_bytes(part, index))))
                report(n_done)
        self._has_value = texts.has_value

    def _add_file(self, path: Any, hook: Progress | bool | None) -> None:
        options = Options("lines", "skip").checked()
        n_done = 0
        with sources.opened_file(path, options) as given, progress.reporting(hook, given.nbytes) as report:
            for lines in given.shards(options, 1)[0].whole_lines():
                self._score(native_text.batch_of_lengths(lines, array("Q", map(len, lines.split(b"\n")))))
                n_done += len(lines) + 1
                report(n_done if given.nbytes is None else min(n_done, given.nbytes))


def mean_compound(texts: Sequence[str | bytes], vader: Vader, threads: int) -> float:
    """Return the mean of the compounds of texts, of which there is at least one."""
    scorer = Scorer(vader, threads, compound_only=True)
    scorer.add(texts, "analyze_sentiment", None)
    return math.fsum(scorer.numbers()) / len(texts)


def _windows(texts: Iterable[Any], n: int) -> Iterator[tuple[int, Sequence[Any]]]:
    """Cut texts into runs of so many, or of one where they are long."""
    iterator, first = iter(texts), 0
    while window := tuple(islice(iterator, n)):
        length = 0
        with suppress(TypeError):  # an object that is no text, which is refused later
            length = batches.total_length(window)
        if length <= MOST_JOINED:
            yield first, window
        else:
            yield from ((first + i, [text]) for i, text in enumerate(window))
        first += len(window)


def _joined(window: Sequence[Any], first: int) -> Batch:
    if {*map(type, window)} == {str}:
        with suppress(UnicodeEncodeError):  # a lone surrogate, which the twin takes as any other character
            return native_text.batch_in_passing(window)
    return native.surrogate_batch([_checked(text, first + i) for i, text in enumerate(window)])


def _checked(text: Any, index: int) -> str | bytes:
    """Return a text as a plain ``str``, or as valid UTF-8; the message for any other object has its index."""
    return arguments.plain(text) if isinstance(text, str) else bytes(_checked_bytes(text, index))


def _checked_bytes(text: Any, index: int) -> memoryview:
    try:
        return sources.checked_buffer(text, f"text {index}", "str, bytes or another buffer of bytes")
    except TypeError as error:
        raise TypeError(f"{error}{many.advice(text)}") from error


def _column(found: bytearray, has_value: bytearray, name: str, *, compound_only: bool) -> Any:
    """Return an Arrow array of the scores, null where the entry had no value."""
    pa = arrow.import_pyarrow(name)
    n, validity = len(has_value), arrow.validity(has_value, pa)
    if compound_only:
        return pa.Array.from_buffers(pa.float64(), n, [validity, pa.py_buffer(found)])
    numbers = memoryview(found).cast("d")
    fields = [
        pa.Array.from_buffers(pa.float64(), n, [None, pa.py_buffer(numbers[i :: len(NAMES)].tobytes())])
        for i in range(len(NAMES))
    ]
    kind = pa.struct([(each, pa.float64()) for each in NAMES])
    return pa.Array.from_buffers(kind, n, [validity], children=fields)
