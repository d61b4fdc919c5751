"""Documents from files, streams and buffers: their bytes are counted where they lie, block by block.

A *source* gives blocks of bytes, cut anywhere. A *shard* makes text of them, valid UTF-8 cut between characters, and counts
it into a corpus of its own. A large file or buffer is cut into a shard for each thread, all others are one shard. Only
when all of it is counted is there a result: whatever ends the work before leaves nothing behind.
"""

from __future__ import annotations

import codecs
import errno
import io
import os
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

from text_processor._common import arguments, container
from text_processor._common.arguments import Readable, byte_view, check_option
from text_processor._documents import batches, decoding
from text_processor._documents.decoding import Reading
from text_processor._native import text as native_text
from text_processor._native.corpus import Corpus
from text_processor._native.text import Batch
from text_processor.errors import InvalidDocumentError, TextProcessorError

# One block stays in the second-level cache between reading and counting it. It is read into the same memory again and again.
BLOCK_NBYTES = 1 << 18

# Each thread's block where there are several: four times as much work for each time that threads are started.
BLOCK_OF_THREAD_NBYTES = 1 << 20

# What is kept for the callback of a document that comes in several blocks: enough for any line that people write.
MOST_TOLD_NBYTES = 1 << 18

_MARK = codecs.BOM_UTF8
_LINE_END = re.compile(rb"\n")
_ASCII_SPACE = re.compile(rb"[\t-\r\x1c- ]")

# The document, if it is at hand in one batch, and its number of words.
Tell = Callable[[str | None, int], None]


class Options(NamedTuple):
    """What documents are, what is done about those that are none, by how many threads, and who is told of each."""

    documents: str
    blank: str
    errors: str = "strict"
    threads: int = 1
    tell: Tell | None = None
    encoding: str | None = None

    def checked(self) -> Options:
        """Return them, or raise `ValueError` for a value that is not allowed."""
        check_option("documents", self.documents, ("lines", "whole"))
        check_option("blank", self.blank, ("skip", "raise"))
        check_option("errors", self.errors, ("strict", "replace"))
        return self._replace(encoding=decoding.checked_encoding(self.encoding))


class Source(Protocol):
    n_read: int

    def read(self, tail: bytes) -> memoryview:
        """Return the tail, the end of the last block, with what comes behind it: nothing at the end."""
        ...


class BufferSource:
    """A part of a buffer."""

    def __init__(self, view: memoryview, start: int, stop: int, block_nbytes: int) -> None:
        self._view = view
        self._start = start
        self._stop = stop
        self._block_nbytes = block_nbytes
        self.n_read = 0

    def read(self, tail: bytes) -> memoryview:
        position = self._start + self.n_read
        end = min(position + self._block_nbytes, self._stop)
        self.n_read += end - position
        return self._view[position - len(tail) : end]


class FileSource:
    """A shard of a regular file, of which other shards may be read too."""

    def __init__(self, file: io.FileIO, start: int, stop: int, block_nbytes: int) -> None:
        self._file = file
        self._start = start
        self._stop = stop
        self._block = memoryview(bytearray(block_nbytes))
        self.n_read = 0

    def read(self, tail: bytes) -> memoryview:
        block = self._block
        block[: len(tail)] = tail
        room = block[len(tail) :][: self._stop - self._start - self.n_read]
        self._file.seek(self._start + self.n_read)
        n = self._file.readinto(room) or 0  # None of what would block, as no regular file does
        if n == 0 and room:
            raise changed(repr(os.fsdecode(self._file.name)))
        self.n_read += n
        return block[: len(tail) + n]


class StreamSource:
    """Something that has a method ``read``, decompressed and decoded where that is needed."""

    def __init__(self, stream: Readable, what: str, reading: Reading) -> None:
        self._stream = stream
        self._what = what
        self.n_read = 0  # bytes of the stream, of text those of its UTF-8
        self._read = decoding.opened(self._read_stream, BLOCK_NBYTES, reading).read

    def _read_stream(self, nbytes: int) -> str | memoryview:
        data = self._stream.read(nbytes)
        if data is None:
            raise BlockingIOError(errno.EAGAIN, f"{self._what} is in non-blocking mode and has nothing to read now")
        if isinstance(data, str):
            return data
        view = byte_view(data, "what a stream's read() returns")
        self.n_read += len(view)
        return view if type(data) is bytes else memoryview(bytes(view))  # a copy of what may change

    def read(self, tail: bytes) -> memoryview:
        data = self._read(BLOCK_NBYTES)
        if isinstance(data, str):
            data = _encoded(data, tail)
            self.n_read += len(data)
        return memoryview(tail + data) if tail else memoryview(data)


def _encoded(text: str, tail: bytes) -> bytes:
    try:
        return str.encode(text)
    except UnicodeEncodeError as error:
        before = tail + str.encode(arguments.plain(text)[: error.start])
        raise _FaultError(before, f"has a lone surrogate, {text[error.start]!r}, which UTF-8 cannot hold,") from error


class _FaultError(Exception):
    """Something that is no text; what comes before it in the block is."""

    def __init__(self, before: bytes | memoryview, what: str) -> None:
        super().__init__(what)
        self.before = memoryview(before)
        self.what = what


class Lines:
    """The lines of a shard, as documents."""

    def __init__(self, options: Options) -> None:
        self._refuses_blank = options.blank == "raise"
        self._lines = native_text.Lines()
        self.n_documents = 0

    @property
    def nbytes(self) -> int:
        return self._lines.nbytes

    @property
    def index(self) -> int:
        return self._lines.n_ended

    @property
    def start(self) -> int:
        """Where the open document begins."""
        return self._lines.open_start

    def next_batch(self, block: memoryview) -> Batch:
        """Return what there is to count of the next block: up to the last line with text.

        Blank lines become a part of the document behind them, where they add no words. The next call makes it invalid.
        """
        ends, n_ends = self._lines.find(block)
        self._check_blank(self._lines.first_blank)
        self.n_documents += n_ends
        if not self._lines.open_has_text:  # not even the beginning of a document
            block = block[: ends[n_ends - 1] + 1 if n_ends else 0]
        return Batch(block, ends, n_ends)

    def last_batch(self) -> Batch | None:
        """Return what closes the last line, if it is a document."""
        if self._lines.open_has_text:
            self.n_documents += 1
            return native_text.closing_batch(b"")
        if self._lines.open_start < self._lines.nbytes:
            self._check_blank(self._lines.n_ended)
        return None

    def _check_blank(self, index: int | None) -> None:
        if self._refuses_blank and index is not None:
            raise InvalidDocumentError(f"Document {index} cannot be empty", index=index)


class Whole:
    """A shard of one document; the last one closes it."""

    index = 0
    start = 0

    def __init__(self, *, is_last: bool) -> None:
        self._is_last = is_last
        self.nbytes = 0
        self.n_documents = int(is_last)

    def next_batch(self, block: memoryview) -> Batch:
        self.nbytes += len(block)
        return native_text.open_batch(block)

    def last_batch(self) -> Batch | None:
        return native_text.closing_batch(b"") if self._is_last else None


class Shard:
    """The text of a source, and the corpus that it is counted into."""

    def __init__(self, source: Source, documents: Lines | Whole, errors: str, *, may_have_mark: bool) -> None:
        self.source = source
        self.documents = documents
        self.corpus = Corpus()
        self._errors = errors
        self._may_have_mark = may_have_mark
        self._mark_nbytes = 0

    def batches(self) -> Iterator[Batch]:
        """Give the batches to count; each is valid until the next one is asked for."""
        for text in self.texts():
            yield self.documents.next_batch(text)
        if last := self.documents.last_batch():
            yield last

    def texts(self) -> Iterator[memoryview]:
        """Give valid text, cut between characters. What is none raises, once it is known which document it stands in."""
        tail, is_final = b"", False
        while not is_final:
            try:
                block = self.source.read(tail)
                is_final = len(block) == len(tail)
                text, tail = self._decode(block, is_final)
            except _FaultError as fault:
                self.documents.next_batch(self._without_mark(fault.before))
                raise self._invalid(fault.what) from fault.__cause__
            yield self._without_mark(text)

    def _decode(self, block: memoryview, is_final: bool) -> tuple[memoryview, bytes]:
        n = len(block) if is_final else native_text.complete_nbytes(block)
        offset = native_text.find_invalid(block[:n])
        if offset is None:
            return block[:n], bytes(block[n:])
        if self.documents.nbytes == 0:
            container.check_is_text(block, "this")
        if self._errors == "strict":
            raise _FaultError(block[:offset], "is not valid UTF-8") from _decoder_error(block[offset : offset + 4])
        text, n = codecs.utf_8_decode(block, self._errors, is_final)
        return memoryview(text.encode()), bytes(block[n:])

    def _without_mark(self, text: memoryview) -> memoryview:
        if self._may_have_mark and text:
            self._may_have_mark = False
            if bytes(text[: len(_MARK)]) == _MARK:
                self._mark_nbytes = len(_MARK)
                return text[len(_MARK) :]
        return text

    def _invalid(self, what: str) -> InvalidDocumentError:
        documents = self.documents
        offset, place = documents.nbytes - documents.start, documents.nbytes + self._mark_nbytes
        where = f"at byte {offset}" if place == offset else f"at byte {offset}, byte {place} of the input"
        message = f"Document {documents.index} {what} {where}"
        return InvalidDocumentError(message, index=documents.index, offset=offset, position=place)


def _decoder_error(invalid: memoryview) -> UnicodeDecodeError | None:
    """What Python's decoder says of a sequence that is none, in at most four bytes."""
    try:
        str(invalid, "utf-8")
    except UnicodeDecodeError as error:
        return error
    return None


# A source for the bytes from a start to a stop, in blocks of a length.
OpenSource = Callable[[int, int, int], Source]


def new_shard(source: Source, options: Options, index: int = 0, n_shards: int = 1) -> Shard:
    documents = Lines(options) if options.documents == "lines" else Whole(is_last=index == n_shards - 1)
    return Shard(source, documents, options.errors, may_have_mark=index == 0 and not isinstance(source, BufferSource))


def cuts_of(open_source: OpenSource, size: int, options: Options) -> list[int]:
    """Return where the shards begin: behind the first place to cut from each of equally distant ones on."""
    separator = _LINE_END if options.documents == "lines" else _ASCII_SPACE
    n_shards = max(1, min(options.threads, size // batches.CHARACTERS_PER_THREAD))
    cuts = [0]
    for i in range(1, n_shards):
        goal = size * i // n_shards
        if goal < cuts[-1]:
            continue
        cut = _find_cut(open_source(goal, size, BLOCK_NBYTES), goal, separator)
        if cut is None or cut == size:
            break
        cuts.append(cut)
    return cuts


def _find_cut(source: Source, goal: int, separator: re.Pattern[bytes]) -> int | None:
    place = goal
    while block := source.read(b""):
        if found := separator.search(block):
            return place + found.end()
        place += len(block)
    return None


def _decoded(text: bytes | bytearray | memoryview) -> str:
    """Return a text that has been counted, to be told of."""
    try:
        return str(text, "utf-8")
    except UnicodeDecodeError as error:
        raise changed("the buffer") from error


def _reading(options: Options) -> Reading:
    return Reading(options.encoding, options.errors)


def changed(name: str) -> TextProcessorError:
    return TextProcessorError(f"{name} was changed while it was read; nothing of it was added")
