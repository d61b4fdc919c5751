"""Chunks of texts: parts of at most so many tokens, that begin and end at boundaries of the text."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, cast

from text_processor._common import arguments, many
from text_processor._common.arguments import is_a
from text_processor._common.messages import quoted
from text_processor._common.progress import Report
from text_processor._documents import batches
from text_processor._documents.arrow import Texts
from text_processor._native import chunks as native_chunks
from text_processor._native import text as native_text
from text_processor._native.status import numbers_of
from text_processor._native.text import Batch
from text_processor.bpe._cutting import Chunk, Cutter, How, LargeCharacterError, names_in
from text_processor.bpe._model import BATCH_NBYTES, Model, most_of_one
from text_processor.bpe._stages import utf8
from text_processor.errors import InvalidDocumentError

BOUNDARIES = tuple(native_chunks.BOUNDARIES)

# Of a list of texts, so many are cut together.
GROUP_TEXTS = 1 << 10


def checked_how(size: object, overlap: object, boundaries: Any) -> How:
    """Return how texts are cut, or raise if an argument is not as it must be."""
    n = arguments.checked_whole("size", size, 1, native_chunks.MOST_IDS)
    n_overlap = arguments.checked_whole("overlap", overlap, 0, native_chunks.MOST_IDS)
    if n_overlap >= n:
        raise ValueError(f"overlap must be less than size, or no chunk would end behind the one before: {n_overlap} and {n}")
    if is_a(boundaries, str, set, frozenset) or not is_a(boundaries, Collection):
        raise TypeError(f"boundaries must be a sequence of names, the preferred one first, not {quoted(boundaries)}")
    for name in cast("Collection[object]", boundaries):
        arguments.check_option("each of boundaries", name, BOUNDARIES)
    names = tuple(map(str, cast("Collection[object]", boundaries)))
    if len({*names}) < len(names):
        raise ValueError(f"boundaries must be different, not {quoted(names)}")
    return How(n, n_overlap, names)


class Chunking:
    """Cuts texts by one tokenizer."""

    def __init__(self, model: Model, how: How, allowed: object, disallowed: object) -> None:
        self._model, self._how = model, how
        self._chosen, self._forbidden = model.resolve(allowed, disallowed)
        self._way = model.direct_for(self._chosen)
        model.warn_if_untrained()

    # ---- One text ----------------------------------------------------------------------------------------------------

    def of(self, text: object) -> list[Chunk]:
        """Return the chunks of a text, in characters of a ``str`` and in bytes of a buffer."""
        checked = self._model._checked(text, self._forbidden)
        data = utf8.as_utf8(checked)
        is_str = isinstance(checked, str)
        try:
            if self._model.goes_to_core(checked, self._chosen):
                chunks = list(_made(self._found(native_text.closing_batch(data), in_characters=is_str)))
            else:
                chunks = self._cut(data, in_characters=is_str)
        except native_chunks.CharacterError as error:
            raise self._large(checked, data, _as_characters(data, error.start)) from error
        except LargeCharacterError as error:
            raise self._large(checked, data, error.start) from error
        return _in_given(checked, chunks) if isinstance(checked, str) else chunks

    def _found(self, texts: Batch, *, in_characters: bool) -> Iterator[array[int]]:
        native: Any = self._model.splitter.native  # what has none does not go to the core
        return native_chunks.find(self._model.vocabulary, native, texts, self._how, in_characters=in_characters)

    def _cut(self, data: memoryview, *, in_characters: bool) -> list[Chunk]:
        text = str(data, "utf-8")
        names = names_in(self._model, text, self._chosen)
        chunks = list(Cutter(text, partial(self._count, text), self._how, names).chunks())
        if in_characters:
            return chunks
        made, places = list[Chunk](), _BytePlaces(text)
        for start, end, n in chunks:
            made.append(Chunk(places.of(start), places.of(end), n))
        return made

    def _count(self, text: str, start: int, end: int) -> int:
        return self._model.count(text[start:end], self._chosen)

    def _large(self, given: str | memoryview, data: memoryview, start: int) -> ValueError:
        """Return the error for a character of the UTF-8 of a text that was given."""
        text = str(data, "utf-8")
        character = text[start]
        place = utf8.PlacesInGiven(given).of(start) if isinstance(given, str) else len(text[:start].encode())
        unit, n = "character" if isinstance(given, str) else "byte", self._count(character, 0, 1)
        return ValueError(
            f"the character {character!r}, at {unit} {place} of the text, has {n} tokens, more than size={self._how.size}: "
            "a chunk is never larger, and no character is cut"
        )

    # ---- Many texts --------------------------------------------------------------------------------------------------

    def of_each(self, texts: Iterable[object], report: Report) -> list[list[Chunk]]:
        """Return the chunks of each text; report the number of bytes that are done."""
        lists: list[list[Chunk]] = []
        waiting: list[str] = []
        n_waiting = n_done = 0

        def flush() -> None:
            nonlocal n_waiting, n_done
            if waiting:
                batch = utf8.batch_of(waiting)
                lists.extend(self._lists_of(batch, len(lists)))
                n_done += len(batch.text) - batch.n_ends + 1  # without the separators between texts
                report(n_done)
            waiting.clear()
            n_waiting = 0

        for index, given in enumerate(texts):
            if type(given) is str and len(given) <= most_of_one() and self._is_simple(given):
                waiting.append(given)
                n_waiting += len(given)
                if n_waiting >= BATCH_NBYTES or len(waiting) >= GROUP_TEXTS:
                    flush()
                continue
            flush()
            lists.append(self._of_many(given, index))
            n_done += _nbytes_of(given)
            report(n_done)
        flush()
        return lists

    def _is_simple(self, text: str) -> bool:
        """Whether a text goes to the core with others: it takes little to know that."""
        if self._model.splitter.native is None or not self._way.is_open or self._way.form is not None:
            return False
        if self._forbidden and self._model.search_for(self._forbidden).occur_in_text(text):
            return False
        if self._way.search is not None and self._way.search.occur_in_text(text):
            return False
        return text.isascii() or batches.find_surrogate(text) is None

    def _of_many(self, text: object, index: int) -> list[Chunk]:
        try:
            return self.of(text)
        except InvalidDocumentError as error:
            raise InvalidDocumentError(f"text {index}: {error}", index=index, offset=error.offset) from error
        except TypeError as error:
            raise TypeError(f"text {index}: {error}{many.advice(text)}") from error
        except ValueError as error:
            raise ValueError(f"text {index}: {error}") from error

    def _lists_of(self, texts: Batch, first: int) -> list[list[Chunk]]:
        """Return the chunks of each text of a batch, of which the first has this index."""
        lists: list[list[Chunk]] = [[] for _ in range(texts.n_ends)]
        try:
            for found in self._found(texts, in_characters=True):
                for index, chunk in zip(found[::4], _made([found]), strict=True):
                    lists[index].append(chunk)
        except native_chunks.CharacterError as error:
            raise self._large_of_many(texts, error, first) from error
        return lists

    def _large_of_many(self, texts: Batch, error: native_chunks.CharacterError, first: int) -> ValueError:
        ends = numbers_of(texts.ends, texts.n_ends)
        data = memoryview(texts.text)[ends[error.text - 1] + 1 if error.text else 0 : ends[error.text]]
        fault = self._large("", data, _as_characters(data, error.start))
        return ValueError(f"text {first + error.text}: {fault}")

    # ---- A column ----------------------------------------------------------------------------------------------------

    def of_column(self, texts: Texts, report: Report) -> Columns:
        """Return the chunks of each entry of a column; report the number of bytes that are done."""
        columns, n_done = Columns(), 0
        searches = self._model._searches(self._chosen, self._forbidden)
        goes_joined = self._model._goes_joined(self._chosen)
        for first, joined in utf8.entries_of(texts):
            if goes_joined and isinstance(joined, Batch) and not any(search.occur_in(joined) for search in searches):
                try:
                    columns.take(self._found(joined, in_characters=True), joined.n_ends)
                except native_chunks.CharacterError as error:
                    raise self._large_of_many(joined, error, first) from error
                n_done += len(joined.text) - joined.n_ends  # each is followed by one byte
            else:
                for index, text in enumerate(utf8.documents_of(joined), first):
                    as_str = text if isinstance(text, str) else utf8.as_str(utf8.checked_text(text))
                    columns.take_chunks(self._of_many(as_str, index))
                    n_done += batches.utf8_nbytes(as_str)
            report(n_done)
        return columns


class Columns:
    """Starts, ends and numbers of tokens of the chunks of many texts; ``offsets`` says where those of each text begin."""

    def __init__(self) -> None:
        self.starts, self.ends, self.counts = array("Q"), array("Q"), array("Q")
        self.offsets = array("Q", [0])

    def take(self, found: Iterable[array[int]], n_texts: int) -> None:
        """Take the chunks of so many further texts."""
        n_chunks = array("Q", bytes(8 * n_texts))
        for part in found:
            for index in part[::4]:
                n_chunks[index] += 1
            self.starts.extend(part[1::4])
            self.ends.extend(part[2::4])
            self.counts.extend(part[3::4])
        for n in n_chunks:
            self.offsets.append(self.offsets[-1] + n)

    def take_chunks(self, chunks: Sequence[Chunk]) -> None:
        """Take the chunks of one further text."""
        for start, end, n in chunks:
            self.starts.append(start)
            self.ends.append(end)
            self.counts.append(n)
        self.offsets.append(len(self.starts))


def _nbytes_of(text: object) -> int:
    """Return the length in UTF-8 of a text that was cut; a ``str`` may have surrogates."""
    return len(utf8.as_utf8(arguments.plain(text))) if isinstance(text, str) else arguments.view_of(text).nbytes


def _made(found: Iterable[array[int]]) -> Iterator[Chunk]:
    for part in found:
        yield from map(Chunk, part[1::4], part[2::4], part[3::4])


def _as_characters(data: memoryview, place: int) -> int:
    return len(str(data[:place], "utf-8"))


class _BytePlaces:
    """Where characters begin in the UTF-8 of a text, asked for in nearly ascending order."""

    def __init__(self, text: str) -> None:
        self._text, self._character, self._byte = text, 0, 0

    def of(self, character: int) -> int:
        low, high = sorted((self._character, character))
        n = len(self._text[low:high].encode())
        self._byte += n if character >= self._character else -n
        self._character = character
        return self._byte


def _in_given(text: str, chunks: list[Chunk]) -> list[Chunk]:
    """Return chunks of a text whose pairs of surrogates were joined as chunks of the text that was given."""
    if not chunks or chunks[-1].end == len(text):  # there was no pair
        return chunks
    places = utf8.PlacesInGiven(text)
    return [Chunk(places.of(start), places.of(end), n) for start, end, n in chunks]
