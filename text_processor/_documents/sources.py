"""Documents from files, streams and buffers, block by block.

A *source* gives blocks of bytes, cut anywhere. A *shard* turns them into text (valid UTF-8, cut between characters), and finds
the documents in it. A large file or buffer is cut into one shard for each thread; everything else is one shard. The caller
that requests the shards of an `Input` decides what to do with their batches.
"""

from __future__ import annotations

import codecs
import errno
import io
import os
import re
import stat
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any, NamedTuple, Protocol

from text_processor._common import arguments, container
from text_processor._common.arguments import byte_view, check_option
from text_processor._documents import batches, decoding
from text_processor._documents.batches import Step
from text_processor._documents.decoding import Reading
from text_processor._native import process as native_process
from text_processor._native import text as native_text
from text_processor._native.text import Batch
from text_processor.errors import InvalidDocumentError, TextProcessorError

# A block stays in the second-level cache between reading and counting. Every block is read into the same memory.
BLOCK_NBYTES = 1 << 18

# The block of each thread if there are several: four times as much work for each start of the threads.
BLOCK_OF_THREAD_NBYTES = 1 << 20

_MARK = codecs.BOM_UTF8
_BEHIND_LINE_END = re.compile(rb"(?<=\n)")


class Options(NamedTuple):
    """What a document is, and how blank documents and invalid bytes are handled."""

    documents: str
    blank: str
    errors: str = "strict"
    encoding: str | None = None
    keeps_blanks: bool = False
    """Whether white space at the end of a block, with which a line begins that may have text, is part of the batch."""

    def checked(self) -> Options:
        """Return the options, or raise `ValueError` for a value that is not allowed."""
        check_option("documents", self.documents, ("lines", "whole"))
        check_option("blank", self.blank, ("skip", "raise"))
        check_option("errors", self.errors, ("strict", "replace"))
        return self._replace(encoding=decoding.checked_encoding(self.encoding))


class Source(Protocol):
    n_read: int

    def read(self, tail: bytes) -> memoryview:
        """Return the tail, which is the end of the last block, followed by the next bytes; at the end only the tail."""
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
    """A part of a regular file; other parts may be read at the same time."""

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
        n = self._file.readinto(room) or 0  # None if it would block, which a regular file never does
        if n == 0 and room:
            raise changed(repr(os.fsdecode(self._file.name)))
        self.n_read += n
        return block[: len(tail) + n]


class StreamSource:
    """What a function reads, decompressed and decoded if needed."""

    def __init__(self, read: Callable[[int], Any], what: str, reading: Reading) -> None:
        self._read_some = read
        self._what = what
        self.n_read = 0  # bytes of the stream; for str, bytes of its UTF-8
        self._read = decoding.opened(self._read_stream, BLOCK_NBYTES, reading).read

    def _read_stream(self, nbytes: int) -> str | memoryview:
        data = self._read_some(nbytes)
        if data is None:
            raise BlockingIOError(errno.EAGAIN, f"{self._what} is in non-blocking mode and has nothing to read now")
        if isinstance(data, str):
            return data
        view = byte_view(data, "what a stream's read() returns")
        self.n_read += len(view)
        return view if type(data) is bytes else memoryview(bytes(view))  # a copy, because other buffers may change

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
    """Something in a block is not valid text; everything in the block before it is."""

    def __init__(self, before: bytes | memoryview, what: str) -> None:
        super().__init__(what)
        self.before = memoryview(before)
        self.what = what


class Lines:
    """The lines of a shard, as documents."""

    def __init__(self, options: Options) -> None:
        self._refuses_blank = options.blank == "raise"
        self._keeps_blanks = options.keeps_blanks
        self._lines = native_text.Lines()
        self.n_documents = 0

    input_name = "this"

    @property
    def nbytes(self) -> int:
        return self._lines.nbytes

    @property
    def name(self) -> str:
        return f"Document {self.index}"

    @property
    def index(self) -> int:
        return self._lines.n_ended

    @property
    def start(self) -> int:
        """The offset at which the open document begins."""
        return self._lines.open_start

    @property
    def has_text(self) -> bool:
        """Whether the open document is not blank."""
        return self._lines.open_has_text

    def next_batch(self, block: memoryview) -> Batch:
        """Return the batch of the next block, up to the last line with text; the next call makes the batch invalid.

        Blank lines become part of the document after them, where they add no words.
        """
        ends, n_ends = self._lines.find(block)
        self._check_blank(self._lines.first_blank)
        self.n_documents += n_ends
        if not (self._lines.open_has_text or self._keeps_blanks):  # not even the beginning of a document
            block = block[: ends[n_ends - 1] + 1 if n_ends else 0]
        return Batch(block, ends, n_ends)

    def last_batch(self) -> Batch | None:
        """Return the batch that closes the last line, if that line is a document."""
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
    name = "Document 0"
    input_name = "this"

    def __init__(self, *, is_last: bool) -> None:
        self._is_last = is_last
        self.nbytes = 0
        self.n_documents = int(is_last)
        self.has_text = False

    def next_batch(self, block: memoryview) -> Batch:
        self.nbytes += len(block)
        self.has_text = self.has_text or not native_text.is_blank(block)
        return native_text.open_batch(block)

    def last_batch(self) -> Batch:
        return native_text.closing_batch(b"") if self._is_last else native_text.open_batch(batches.CUT)


class Text:
    """One text that is no document, such as one to encode; errors call it by its name."""

    index = None
    start = 0
    n_documents = 0
    has_text = False

    def __init__(self, name: str) -> None:
        self.name = self.input_name = name
        self.nbytes = 0

    def next_batch(self, block: memoryview) -> Batch:
        self.nbytes += len(block)
        return native_text.open_batch(block)

    def last_batch(self) -> None:
        return None


class Shard:
    """The text of a source, and its documents."""

    def __init__(self, source: Source, documents: Lines | Whole | Text, errors: str, *, may_have_mark: bool) -> None:
        self.source = source
        self.documents = documents
        self._errors = errors
        self._may_have_mark = may_have_mark
        self._mark_nbytes = 0

    def steps(self) -> Iterator[Step]:
        """Give the documents batch by batch."""
        n_read = 0
        for text in self.texts():
            yield self.documents.next_batch(text), self.source.n_read - n_read
            n_read = self.source.n_read
        if last := self.documents.last_batch():
            yield last, 0

    def texts(self) -> Iterator[memoryview]:
        """Give valid text, cut between characters. Invalid text raises, once the document that contains it is known."""
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

    def whole_lines(self, nbytes: int = 0) -> Iterator[bytes]:
        """Give lines without the line end behind the last one, as many as have so many bytes together; errors count lines."""
        kept: list[bytes] = []
        n_kept = 0
        for text in self.texts():
            self.documents.next_batch(text)
            block = bytes(text)
            n_kept += len(block)
            cut = block.rfind(b"\n") if n_kept >= nbytes else -1
            if cut < 0:
                if n_kept > nbytes:
                    native_process.check_kept_nbytes(n_kept)
                kept.append(block)
                continue
            yield b"".join([*kept, block[:cut]])
            kept = [block[cut + 1 :]]
            n_kept = len(kept[0])
        if last := b"".join(kept):
            yield last.removesuffix(b"\n")

    def _decode(self, block: memoryview, is_final: bool) -> tuple[memoryview, bytes]:
        n = len(block) if is_final else native_text.complete_nbytes(block)
        offset = native_text.find_invalid(block[:n])
        if offset is None:
            return block[:n], bytes(block[n:])
        if self.documents.nbytes == 0:
            container.check_is_text(block, self.documents.input_name)
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
        message = f"{documents.name} {what} {where}"
        return InvalidDocumentError(message, index=documents.index, offset=offset, position=place)


def _decoder_error(invalid: memoryview) -> UnicodeDecodeError | None:
    """Return the error of Python's decoder for an invalid sequence of at most four bytes."""
    try:
        str(invalid, "utf-8")
    except UnicodeDecodeError as error:
        return error
    return None


# ---- Inputs ----------------------------------------------------------------------------------------------------------

# A source for the bytes from a start to a stop, in blocks of a length.
OpenSource = Callable[[int, int, int], Source]


class Input:
    """An input of text. ``nbytes`` is its length, or None if that is not known."""

    def __init__(
        self, open_source: OpenSource, nbytes: int | None, *, can_be_cut: bool = True, view: memoryview | None = None
    ) -> None:
        self.nbytes = nbytes
        self.view = view
        """A view of all of it, if it is in memory."""
        self._open = open_source
        self._cut_nbytes = nbytes if can_be_cut else None

    def shards(self, options: Options, threads: int) -> list[Shard]:
        """Return at most ``threads`` consecutive shards; one if there is little to read."""
        cuts = [0] if self._cut_nbytes is None else self._cuts(self._cut_nbytes, options, threads)
        block_nbytes = BLOCK_NBYTES if len(cuts) == 1 else BLOCK_OF_THREAD_NBYTES
        shards: list[Shard] = []
        for start, stop in pairwise([*cuts, self._cut_nbytes or 0]):
            is_last = len(shards) == len(cuts) - 1
            documents = Lines(options) if options.documents == "lines" else Whole(is_last=is_last)
            may_have_mark = not shards and self.view is None
            shards.append(Shard(self._open(start, stop, block_nbytes), documents, options.errors, may_have_mark=may_have_mark))
        return shards

    def text(self, name: str, errors: str = "strict", *, drops_mark: bool = False) -> Shard:
        """Return all of the input as one text with a name; a byte-order mark of UTF-8 is part of it, unless it is dropped."""
        return Shard(self._open(0, self._cut_nbytes or 0, BLOCK_NBYTES), Text(name), errors, may_have_mark=drops_mark)

    def _cuts(self, nbytes: int, options: Options, threads: int) -> list[int]:
        """Return the start of each shard: the first place where the input may be cut, behind each of equally spaced ones."""
        start = _BEHIND_LINE_END if options.documents == "lines" else batches.CUT_OF_BYTES
        n_shards = max(1, min(threads, nbytes // batches.CHARACTERS_PER_THREAD))
        cuts = [0]
        for i in range(1, n_shards):
            goal = nbytes * i // n_shards
            if goal <= cuts[-1]:
                continue
            cut = _find_cut(self._open(goal, nbytes, BLOCK_NBYTES), goal, start)
            if cut is None or cut == nbytes:
                break
            cuts.append(cut)
        return cuts


def _find_cut(source: Source, goal: int, start: re.Pattern[bytes]) -> int | None:
    place, last = goal, b""
    while len(block := source.read(last)) > len(last):
        if found := start.search(block, 1):
            return place - len(last) + found.start()
        place += len(block) - len(last)
        last = bytes(block[-1:])
    return None


def of_buffer(data: Any, options: Options) -> Input:
    """Read a buffer, in place if it is UTF-8; without an ``encoding``, raise if it looks like something else."""
    view = byte_view(data, "data")
    if options.encoding is None:
        decoding.check_buffer(view)
    elif options.encoding != "utf-8":
        read = BufferSource(view, 0, len(view), BLOCK_NBYTES).read
        return of_reader(lambda _: read(b""), "the buffer", Reading(options.encoding, options.errors), len(view))
    return Input(lambda start, stop, block_nbytes: BufferSource(view, start, stop, block_nbytes), len(view), view=view)


def checked_buffer(data: Any, name: str, allowed: str) -> memoryview:
    """Return a view of a buffer of valid UTF-8, not copied.

    Raises:
        TypeError: the object is not a buffer of bytes.
        BufferError: it is not C-contiguous.
        InvalidDocumentError: the bytes are not UTF-8.
    """
    view = byte_view(data, name, allowed)
    if (offset := batches.find_invalid(view)) is not None:
        raise InvalidDocumentError(f"{name} is not valid UTF-8 at byte {offset}{decoding.hint_at(view)}", offset=offset)
    return view


def of_stream(stream: Any, options: Options, name: str = "the stream") -> Input:
    """Read an object with a method ``read``, decompressed and decoded if needed."""
    if not callable(getattr(stream, "read", None)):
        raise TypeError(f"the stream must have a method read, which {type(stream).__name__} has not")
    return of_reader(stream.read, name, Reading(options.encoding, options.errors))


def of_reader(read: Callable[[int], Any], name: str, reading: Reading, nbytes: int | None = None) -> Input:
    """Read what a function returns, decompressed and decoded if needed; ``nbytes`` is the number of bytes, if it is known."""
    return Input(lambda _start, _stop, _block_nbytes: StreamSource(read, name, reading), nbytes, can_be_cut=False)


@contextmanager
def opened_file(path: str | bytes | os.PathLike[Any], options: Options) -> Generator[Input, None, None]:
    """Read a file, decompressed and decoded if needed; raise at the end if it was changed meanwhile."""
    reading = Reading(options.encoding, options.errors, decoding.suffix_of(path))
    with io.FileIO(os.fspath(path)) as file:
        before = os.fstat(file.fileno())
        # A regular file of size 0 may be one that the system generates while it is read.
        if not (stat.S_ISREG(before.st_mode) and before.st_size > 0):
            yield of_reader(file.read, "the file", reading)
            return
        if decoding.opened(file.read, decoding.SAMPLE_NBYTES, reading).is_plain:
            yield Input(lambda start, stop, block_nbytes: FileSource(file, start, stop, block_nbytes), before.st_size)
        else:
            file.seek(0)
            yield of_reader(file.read, "the file", reading, before.st_size)
        after = os.fstat(file.fileno())
        if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
            raise changed(repr(os.fsdecode(path)))


def changed(name: str) -> TextProcessorError:
    """Return the error for an input that was changed while it was read."""
    return TextProcessorError(f"{name} was changed while it was read; nothing of it was used")
