"""Documents from files, streams and buffers: their bytes are counted where they lie, block by block.

A *source* gives blocks of bytes, cut anywhere. A *stretch* makes text of them, valid UTF-8 cut between characters, and counts
it into a corpus of its own. A large file or buffer is cut into a stretch for each thread, all others are one stretch. Only
when all of it is counted is there a result: whatever ends the work before leaves nothing behind.
"""

from __future__ import annotations

import codecs
import errno
import io
import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from typing import Any, NamedTuple, Protocol

from text_processor import _container, _native, _pieces, _text_input
from text_processor._native import Corpus, InvalidArgumentError, Piece
from text_processor._progress import Progress, Report, check_progress, reporting
from text_processor._text_input import Reading
from text_processor._wording import quoted
from text_processor.errors import InvalidDocumentError, TextProcessorError

# One block stays in the second-level cache between reading and counting it. It is read into the same memory again and again.
BLOCK_NBYTES = 1 << 18

# Each thread's block where there are several: four times as much work for each time that threads are started.
BLOCK_OF_THREAD_NBYTES = 1 << 20

# What is kept for the callback of a document that comes in several blocks: enough for any line that people write.
MOST_TOLD_NBYTES = 1 << 18

_MARK = codecs.BOM_UTF8
_NOTHING = memoryview(b"")
_LINE_END = re.compile(rb"\n")
_ASCII_SPACE = re.compile(rb"[\t-\r\x1c- ]")

# The document, if it is at hand in one piece, and its number of words.
Tell = Callable[[str | None, int], None]


class Buffer(Protocol):
    """What has the buffer protocol, as ``bytes``, ``bytearray``, ``memoryview``, ``mmap`` and NumPy's arrays do."""

    def __buffer__(self, flags: int, /) -> memoryview: ...


class Readable(Protocol):
    """What can be read from: bytes or text, and something empty at the end."""

    def read(self, size: int, /) -> Any: ...


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
        return self._replace(encoding=_text_input.checked_encoding(self.encoding))


class Counted(NamedTuple):
    """Documents that were counted, but not kept."""

    corpus: Corpus
    n_documents: int


def check_option(name: str, value: object, allowed: Sequence[str]) -> None:
    """Raise `ValueError` unless the value is one of those allowed."""
    if value not in allowed:
        raise ValueError(f"{name} must be {' or '.join(map(repr, allowed))}, not {quoted(value)}")


def byte_view(data: Any, name: str, allowed: str = "bytes or another buffer of bytes") -> memoryview:
    """Return the bytes of a buffer, not copied.

    Raises:
        TypeError: it is no buffer, or not one of bytes.
        BufferError: it is not C-contiguous.
    """
    try:
        view = _native.view(data)
    except TypeError as error:
        raise TypeError(f"{name} must be {allowed}, not {type(data).__name__}") from error
    if not _is_of_bytes(view):
        raise TypeError(f"{name} must be {allowed}, not {type(data).__name__} of items of the format {view.format!r}")
    if not view.c_contiguous:
        raise BufferError(f"{name} must be C-contiguous, which this {type(data).__name__} is not; a copy of it is")
    return view.cast("B") if view.nbytes else _NOTHING


def is_byte_buffer(data: object) -> bool:
    """Whether something is a buffer of bytes: one document, although it can be iterated over."""
    try:
        return isinstance(data, bytes) or _is_of_bytes(memoryview(data))  # type: ignore[arg-type]
    except (TypeError, BufferError, ValueError):  # ValueError: it has been closed
        return False


def _is_of_bytes(view: memoryview) -> bool:
    return view.format in ("B", "b", "c")


# ---- Sources: blocks of bytes ----------------------------------------------------------------------------------------


class _Source(Protocol):
    n_read: int

    def read(self, tail: bytes) -> memoryview:
        """Return the tail, the end of the last block, with what comes behind it: nothing at the end."""
        ...


class _BufferSource:
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


class _FileSource:
    """A stretch of a regular file, of which other stretches may be read too."""

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
            raise _changed(repr(os.fsdecode(self._file.name)))
        self.n_read += n
        return block[: len(tail) + n]


class _StreamSource:
    """Something that has a method ``read``, decompressed and decoded where that is needed."""

    def __init__(self, stream: Readable, what: str, reading: Reading) -> None:
        self._stream = stream
        self._what = what
        self.n_read = 0  # bytes of the stream, of text those of its UTF-8
        self._read = _text_input.opened(self._read_stream, BLOCK_NBYTES, reading).read

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
        before = tail + str.encode(_native.plain(text)[: error.start])
        raise _FaultError(before, f"has a lone surrogate, {text[error.start]!r}, which UTF-8 cannot hold,") from error


# ---- Stretches: text, its documents and their counts -----------------------------------------------------------------


class _FaultError(Exception):
    """Something that is no text; what comes before it in the block is."""

    def __init__(self, before: bytes | memoryview, what: str) -> None:
        super().__init__(what)
        self.before = memoryview(before)
        self.what = what


class _Lines:
    """The lines of a stretch, as documents."""

    def __init__(self, options: Options) -> None:
        self._refuses_blank = options.blank == "raise"
        self._lines = _native.Lines()
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

    def next_piece(self, block: memoryview) -> Piece:
        """Return what there is to count of the next block: up to the last line with text.

        Blank lines become a part of the document behind them, where they add no words. The next call makes it invalid.
        """
        ends, n_ends = self._lines.find(block)
        self._check_blank(self._lines.first_blank)
        self.n_documents += n_ends
        if not self._lines.open_has_text:  # not even the beginning of a document
            block = block[: ends[n_ends - 1] + 1 if n_ends else 0]
        return Piece(block, ends, n_ends)

    def last_piece(self) -> Piece | None:
        """Return what closes the last line, if it is a document."""
        if self._lines.open_has_text:
            self.n_documents += 1
            return _native.closing_piece(b"")
        if self._lines.open_start < self._lines.nbytes:
            self._check_blank(self._lines.n_ended)
        return None

    def _check_blank(self, index: int | None) -> None:
        if self._refuses_blank and index is not None:
            raise InvalidDocumentError(f"Document {index} cannot be empty", index=index)


class _Whole:
    """A stretch of one document; the last one closes it."""

    index = 0
    start = 0

    def __init__(self, *, is_last: bool) -> None:
        self._is_last = is_last
        self.nbytes = 0
        self.n_documents = int(is_last)

    def next_piece(self, block: memoryview) -> Piece:
        self.nbytes += len(block)
        return _native.open_piece(block)

    def last_piece(self) -> Piece | None:
        return _native.closing_piece(b"") if self._is_last else None


class _Stretch:
    """The text of a source, and the corpus that it is counted into."""

    def __init__(self, source: _Source, documents: _Lines | _Whole, errors: str, *, may_have_mark: bool) -> None:
        self.source = source
        self.documents = documents
        self.corpus = Corpus()
        self._errors = errors
        self._may_have_mark = may_have_mark
        self._mark_nbytes = 0

    def pieces(self) -> Iterator[Piece]:
        """Give the pieces to count; each is valid until the next one is asked for."""
        for text in self.texts():
            yield self.documents.next_piece(text)
        if last := self.documents.last_piece():
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
                self.documents.next_piece(self._without_mark(fault.before))
                raise self._invalid(fault.what) from fault.__cause__
            yield self._without_mark(text)

    def _decode(self, block: memoryview, is_final: bool) -> tuple[memoryview, bytes]:
        n = len(block) if is_final else _native.complete_nbytes(block)
        offset = _native.find_invalid(block[:n])
        if offset is None:
            return block[:n], bytes(block[n:])
        if self.documents.nbytes == 0:
            _container.check_is_text(block, "this")
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


# ---- Counting --------------------------------------------------------------------------------------------------------

# A source for the bytes from a start to a stop, in blocks of a length.
OpenSource = Callable[[int, int, int], _Source]


def _count_stretches(stretches: Sequence[_Stretch], options: Options, report: Report) -> Counted:
    """Count stretches that follow on each other, the next block of each at the same time."""
    for pieces in zip_longest(*(stretch.pieces() for stretch in stretches)):
        busy = [(stretch.corpus, piece) for stretch, piece in zip(stretches, pieces, strict=True) if piece is not None]
        _native.count_pieces([corpus for corpus, _ in busy], [piece for _, piece in busy])
        report(sum(stretch.source.n_read for stretch in stretches))
    corpora = [stretch.corpus for stretch in stretches]
    _native.join(corpora)
    return _checked(Counted(corpora[0], sum(stretch.documents.n_documents for stretch in stretches)), options)


def _checked(counted: Counted, options: Options) -> Counted:
    """Return what was counted, without a blank document that is the whole of it."""
    if options.documents == "lines" or counted.corpus.totals().words:
        return counted
    if options.blank == "raise":
        raise InvalidDocumentError("Document 0 cannot be empty", index=0)
    return Counted(counted.corpus, 0)


def _count_in_parallel(open_source: OpenSource, size: int, options: Options, report: Report) -> Counted:
    """Count what can be read from any place on; one thread, if there is little of it."""
    cuts = _cuts(open_source, size, options)
    if len(cuts) > 1:
        spans = zip(cuts, [*cuts[1:], size], strict=True)
        sources = [open_source(start, stop, BLOCK_OF_THREAD_NBYTES) for start, stop in spans]
        stretches = [_new_stretch(source, options, i, len(sources)) for i, source in enumerate(sources)]
        try:
            return _count_stretches(stretches, options, report)
        except InvalidDocumentError:
            pass  # which document it is will be known to who reads them all in order
    return _count_stretches([_new_stretch(open_source(0, size, BLOCK_NBYTES), options)], options, report)


def _new_stretch(source: _Source, options: Options, index: int = 0, n_stretches: int = 1) -> _Stretch:
    documents = _Lines(options) if options.documents == "lines" else _Whole(is_last=index == n_stretches - 1)
    return _Stretch(source, documents, options.errors, may_have_mark=index == 0 and not isinstance(source, _BufferSource))


def _cuts(open_source: OpenSource, size: int, options: Options) -> list[int]:
    """Return where the stretches begin: behind the first place to cut from each of equally distant ones on."""
    separator = _LINE_END if options.documents == "lines" else _ASCII_SPACE
    n_stretches = max(1, min(options.threads, size // _pieces.CHARACTERS_PER_THREAD))
    cuts = [0]
    for i in range(1, n_stretches):
        goal = size * i // n_stretches
        if goal < cuts[-1]:
            continue
        cut = _find_cut(open_source(goal, size, BLOCK_NBYTES), goal, separator)
        if cut is None or cut == size:
            break
        cuts.append(cut)
    return cuts


def _find_cut(source: _Source, goal: int, separator: re.Pattern[bytes]) -> int | None:
    place = goal
    while block := source.read(b""):
        if found := separator.search(block):
            return place + found.end()
        place += len(block)
    return None


# ---- With a callback -------------------------------------------------------------------------------------------------


class _Teller:
    """Counts a stretch document by document, and tells of each."""

    def __init__(self, stretch: _Stretch, tell: Tell, view: memoryview | None) -> None:
        self._stretch = stretch
        self._tell = tell
        self._view = view  # all of the input, where it is at hand
        self._open_text: bytearray | None = bytearray()  # the open document, unless it is too long to be kept
        self._open_words = 0  # counted in the blocks before

    def count(self, options: Options, report: Report) -> Counted:
        documents = self._stretch.documents
        for text in self._stretch.texts():
            self._count_block(text)
            report(self._stretch.source.n_read)
        if last := documents.last_piece():
            self._count_open(last)
            if self._open_words:
                self._tell(self._text_of_open(documents.start, documents.nbytes), self._open_words)
        return _checked(Counted(self._stretch.corpus, documents.n_documents), options)

    def _count_block(self, text: memoryview) -> None:
        documents = self._stretch.documents
        block_start, open_start = documents.nbytes, documents.start
        piece = documents.next_piece(text)
        closed = piece.ends[piece.n_ends - 1] + 1 if piece.n_ends else 0

        def tell(index: int, n_words: int) -> None:
            start = piece.ends[index - 1] + 1 if index else 0
            end = piece.ends[index]
            # Blank lines before the document belong to the piece, but not to the document.
            *_, newline, line = bytes(text[start:end]).rpartition(b"\n")
            if index or newline or open_start == block_start:
                self._tell(_decoded(line), n_words)
            else:
                self._keep(text[:end])
                self._tell(self._text_of_open(open_start, block_start + end), n_words + self._open_words)

        if piece.n_ends:
            self._count_closed(Piece(text[:closed], piece.ends, piece.n_ends), tell)
            self._open_words = 0
        self._count_open(_native.open_piece(text[closed : len(piece.text)]))
        if documents.start >= block_start:
            self._open_text = bytearray()
        self._keep(text[max(0, documents.start - block_start) :])

    def _count_closed(self, piece: Piece, tell: Callable[[int, int], None]) -> None:
        error = self._stretch.corpus.count_each(piece, tell)
        try:
            if error is not None:
                raise error
        finally:
            del error  # or the exception and this frame, which is in its traceback, would hold each other

    def _count_open(self, piece: Piece) -> None:
        if piece.text or piece.n_ends:
            corpus = self._stretch.corpus
            n_words = corpus.totals().words
            _native.count_pieces([corpus], [piece])
            self._open_words += corpus.totals().words - n_words

    def _keep(self, text: memoryview) -> None:
        """Add to the open document, as long as that is short or in one block."""
        if self._open_text and text and len(self._open_text) + len(text) > MOST_TOLD_NBYTES:
            self._open_text = None
        elif self._open_text is not None:
            self._open_text += text

    def _text_of_open(self, start: int, end: int) -> str | None:
        if self._view is not None:
            return _decoded(self._view[start:end])
        return None if self._open_text is None else _decoded(self._open_text)


def _decoded(text: bytes | bytearray | memoryview) -> str:
    """Return a text that has been counted, to be told of."""
    try:
        return str(text, "utf-8")
    except UnicodeDecodeError as error:
        raise _changed("the buffer") from error


# ---- The ways in -----------------------------------------------------------------------------------------------------


def count_buffer(data: Any, options: Options, progress: Progress | bool | None) -> Counted:
    """Count the documents of a buffer of UTF-8; without an ``encoding`` it is refused if it looks like something else."""
    view = byte_view(data, "data")
    if options.encoding is None:
        _text_input.check_buffer(view)

    def open_source(start: int, stop: int, block_nbytes: int) -> _Source:
        return _BufferSource(view, start, stop, block_nbytes)

    with reporting(progress, len(view)) as report:
        try:
            if options.tell is None:
                counted = _count_in_parallel(open_source, len(view), options, report)
            else:
                counted = _count_in_order(open_source(0, len(view), BLOCK_NBYTES), options, report, view)
        except InvalidArgumentError as error:  # the white space behind a document has gone since it was found
            raise _changed(f"the {type(data).__name__}") from error
        if type(data) is not bytes and not counted.corpus.has_valid_terms():
            raise _changed(f"the {type(data).__name__}")
    return counted


def count_stream(stream: Any, options: Options, progress: Progress | bool | None) -> Counted:
    """Count the documents of something that has a method ``read``."""
    if not callable(getattr(stream, "read", None)):
        raise TypeError(f"the stream must have a method read, which {type(stream).__name__} has not")
    with reporting(progress, None) as report:
        return _count_in_order(_StreamSource(stream, "the stream", _reading(options)), options, report)


def count_file(path: str | bytes | os.PathLike[Any], options: Options, progress: Progress | bool | None) -> Counted:
    """Count the documents of a file."""
    check_progress(progress)
    with io.FileIO(os.fspath(path)) as file:
        before = os.fstat(file.fileno())
        reading = _reading(options)._replace(suffix=_text_input.suffix_of(path))
        # A regular file without a size may be one that the system makes while it is read.
        is_sized = stat.S_ISREG(before.st_mode) and before.st_size > 0
        with reporting(progress, before.st_size if is_sized else None) as report:
            if not is_sized:
                return _count_in_order(_StreamSource(file, "the file", reading), options, report)
            counted = _count_sized_file(file, before.st_size, reading, options, report)
            after = os.fstat(file.fileno())
            if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
                raise _changed(repr(os.fsdecode(path)))
        return counted


def _reading(options: Options) -> Reading:
    return Reading(options.encoding, options.errors)


def _count_sized_file(file: io.FileIO, size: int, reading: Reading, options: Options, report: Report) -> Counted:
    if not _text_input.opened(file.read, _text_input.SAMPLE_NBYTES, reading).is_plain:
        file.seek(0)
        return _count_in_order(_StreamSource(file, "the file", reading), options, report)

    def open_source(start: int, stop: int, block_nbytes: int) -> _Source:
        return _FileSource(file, start, stop, block_nbytes)

    if options.tell is None:
        return _count_in_parallel(open_source, size, options, report)
    return _count_in_order(open_source(0, size, BLOCK_NBYTES), options, report)


def _count_in_order(source: _Source, options: Options, report: Report, view: memoryview | None = None) -> Counted:
    """Count all that comes, in the calling thread."""
    stretch = _new_stretch(source, options)
    if options.tell is None:
        return _count_stretches([stretch], options, report)
    return _Teller(stretch, options.tell, view).count(options, report)


def _changed(name: str) -> TextProcessorError:
    return TextProcessorError(f"{name} was changed while it was read; nothing of it was added")
