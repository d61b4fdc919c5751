"""`TextAnalyzer`: word statistics over documents, the exact twin of ``Counter`` over ``str.split``."""

from __future__ import annotations

import math
import operator
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from itertools import islice
from typing import Any, Literal, Self, TypedDict, cast

from text_processor._common import arguments, files, many
from text_processor._common.arguments import Buffer, Document, Readable
from text_processor._common.messages import quoted
from text_processor._common.progress import Progress, Report, check_progress, reporting
from text_processor._common.subclasses import attributes_of, set_attributes
from text_processor._documents import batches, decoding, sources
from text_processor._native import corpus as native_corpus
from text_processor._native import status as native_status
from text_processor._native import text as native_text
from text_processor._native.corpus import Corpus
from text_processor._native.sentiment import Lexicon
from text_processor._native.status import InvalidArgumentError
from text_processor._words import counting, table
from text_processor._words import snapshot as words_snapshot
from text_processor._words.ledger import Ledger
from text_processor._words.telling import Tell
from text_processor.errors import EmptyAnalyzerError, InvalidDocumentError, InvalidSnapshotError
from text_processor.words import Words

__all__ = ["DocumentInfo", "Statistics", "TextAnalyzer", "word_count"]


def __dir__() -> list[str]:
    return sorted(__all__)


DEFAULT_LEXICON: dict[str, float] = {
    "good": 1.0,
    "great": 1.0,
    "excellent": 1.0,
    "bad": -1.0,
    "terrible": -1.0,
    "awful": -1.0,
}

# Characters of a list that are checked, counted and added in one step where progress is shown: few enough to be told of soon,
# enough for adding one table to another to cost little beside it.
CHARACTERS_AT_ONCE = 1 << 25

# The same where documents are added one by one.
BYTES_AT_ONCE = 1 << 22


class DocumentInfo(TypedDict):
    """What a callback is told of a document that was added: its text, how many words it has, and how many documents there are.

    The number of documents includes it, so it is 1 for the first one. The text is None only where a document of a file or
    stream came in several blocks and has more than 256 KB of UTF-8.
    """

    text: str | None
    word_count: int
    total_documents: int


class Statistics(TypedDict):
    """What `TextAnalyzer.get_statistics` returns: the number of words, of documents, and of words that are distinct."""

    total_words: int
    document_count: int
    unique_words: int


# The second is for functions whose parameter is annotated as a dict, which no TypedDict is.
Callback = Callable[[DocumentInfo], object] | Callable[[dict[str, Any]], object]


def word_count(text: str, *, threads: int | None = None) -> dict[str, int]:
    """Count the words of one text: ``Counter(w.lower() for w in text.split())`` as a dict, order included.

    Args:
        text: any text without lone surrogates; a blank one gives ``{}``.
        threads: how many threads may count; ``None``: as many as there are processors, 1: only the calling one. The
            result does not depend on it.

    Raises:
        TypeError: ``text`` is not a ``str``.
        InvalidDocumentError: ``text`` has a lone surrogate.

    O(length) time; memory for the distinct words.

    >>> from text_processor import word_count
    >>> word_count("The cat saw the dog")
    {'the': 2, 'cat': 1, 'saw': 1, 'dog': 1}
    """
    n_threads = arguments.checked_threads(threads) or arguments.available_threads()
    _check_type(text, None)
    _check_surrogates(text, None)
    return native_corpus.table_as_dict(counting.count_documents((text,), n_threads), native_corpus.COUNT)


class _Work:
    """How many bytes of the documents that are added have been counted."""

    __slots__ = ("_n_added", "_n_ahead", "_n_counted", "_report")

    def __init__(self, report: Report) -> None:
        self._report = report
        self._n_added = 0
        self._n_counted = 0
        self._n_ahead = 0  # counted, of documents that are not added yet

    def is_counting(self, nbytes: int) -> None:
        """Say that so many bytes have been counted by now of documents that are not added yet."""
        self._n_ahead = nbytes
        self._report(self._n_added + nbytes)

    def has_added(self, nbytes: int) -> bool:
        """Say that so many bytes more have been added; return whether it is time to count them."""
        self._n_added += nbytes
        self._report(self._n_counted)
        return self._n_added - self._n_counted > BYTES_AT_ONCE

    def has_counted(self) -> None:
        """Say that all that was added has been counted."""
        self._n_added += self._n_ahead
        self._n_ahead = 0
        self._n_counted = self._n_added
        self._report(self._n_counted)


class _ListHasChanged(Exception):  # noqa: N818 - it stops a batch, and is no error
    """A callback has changed the list whose documents are being added."""


class TextAnalyzer:
    """Documents and the statistics of their words.

    A word is what ``str.split`` gives, lower-cased by ``str.lower``: the answers are those of ``collections.Counter``, in
    the order in which words were first seen. Adding a document only checks and keeps it; its words are counted, in
    native code and without the GIL, when an answer is first asked for. Any number of threads may use one analyzer. An
    analyzer can be copied, pickled and merged with others; copies and pickles do not carry the callback.

    Args:
        lexicon: word → weight for `analyze_sentiment`, instead of the default one (*good*, *great*, *excellent* +1;
            *bad*, *terrible*, *awful* −1). Words are lower-cased.
        keep_documents: False keeps only counts, and `get_documents` raises.
        threads: how many threads may count; ``None``: as many as there are processors, 1: only the calling one. No
            answer depends on it.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: a weight is not finite; a word is empty, holds white space, has a lone surrogate, or equals another
            one once lower-cased; ``threads`` is not from 1 to 1024. The message names the word or the value.

    >>> from text_processor import TextAnalyzer
    >>> analyzer = TextAnalyzer()
    >>> analyzer.add_document("A good day, a GOOD word")
    >>> analyzer
    TextAnalyzer(documents=1, words=6)
    >>> analyzer.word_frequency()
    {'a': 2, 'good': 2, 'day,': 1, 'word': 1}
    >>> analyzer.analyze_sentiment()
    2.0
    """

    __slots__ = ("__weakref__", "_callback", "_keep_documents", "_ledger", "_lexicon", "_threads")

    def __init__(
        self,
        *,
        lexicon: Mapping[str, float] | None = None,
        keep_documents: bool = True,
        threads: int | None = None,
    ) -> None:
        self._set_up(_make_lexicon(lexicon), bool(keep_documents), arguments.checked_threads(threads))

    def _set_up(self, lexicon: Lexicon, keep_documents: bool, threads: int | None) -> None:
        self._lexicon = lexicon
        self._keep_documents = keep_documents
        self._threads = threads
        self._callback: Callback | None = None
        self._ledger = self._new_ledger()

    def _new_ledger(self) -> Ledger:
        ledger = Ledger(threads=self._threads)
        if not self._keep_documents:
            ledger.stop_keeping()
        return ledger

    # ---- Adding ------------------------------------------------------------------------------------------------------

    def add_document(self, text: str | Buffer) -> None:
        """Add a document; a blank one is refused.

        Args:
            text: a ``str``, ``bytes`` of UTF-8, or another C-contiguous buffer of such bytes: ``bytearray``, ``memoryview``,
                ``mmap``, NumPy's ``uint8``. A ``str`` and ``bytes`` are kept as they are. Of other buffers, which may change, a
                copy is kept, as ``bytes``; a large one whose text is not to be kept is counted at once and not copied.

        Raises:
            TypeError: ``text`` is nothing of that kind.
            BufferError: the buffer is not C-contiguous.
            InvalidDocumentError: ``text`` is blank, has a lone surrogate or is not valid UTF-8; nothing is added.

        What the callback raises passes through; the document stays added.

        >>> from text_processor import TextAnalyzer
        >>> TextAnalyzer().add_document(" ")
        Traceback (most recent call last):
        text_processor.errors.InvalidDocumentError: Document cannot be empty
        """
        # The common case, with as little in its way as there can be. ASCII text has no surrogates.
        if type(text) is str and text.isascii() and not text.isspace() and text and self._callback is None:
            self._ledger.append(text)
        else:
            self._add_one(text, None, 0)

    def add_documents(
        self,
        documents: Iterable[str | Buffer],
        *,
        blank: Literal["raise", "skip"] = "raise",
        progress: Progress | bool | None = None,
    ) -> int:
        """Add many documents; a blank one is refused, those before it stay. Returns how many were added.

        It is the same as `add_document` for each one, but faster.

        Args:
            documents: the documents, as for `add_document`; they need not be of one type. For a column of a data frame there is
                `add_arrow`; of a mapping give the keys or the values.
            blank: what becomes of blank documents: ``"raise"`` refuses them, ``"skip"`` leaves them out.
            progress: called as ``progress(done, total)``, in bytes of UTF-8, up to 20 times a second. ``total`` is None unless
                ``documents`` is a list or tuple of ``bytes`` and ASCII ``str`` alone. True shows a bar. With it, documents are
                counted as they are added.

        Raises:
            TypeError: ``documents`` is one document, a mapping, a data frame, a set, whose order is not known, an array of
                Arrow, or not iterable; or a document has the wrong type, as None and NaN have.
            ValueError: ``blank`` is not one of these.
            BufferError: a buffer is not C-contiguous.
            InvalidDocumentError: a document is blank, has a lone surrogate or is not valid UTF-8. The exception's ``index``
                says which one, counted from 0, and ``added`` how many were added before it; those stay, so give only the rest
                once more. The message of a `TypeError` says how many, too.

        What the iterator, the callback or ``progress`` raises passes through; the documents added before stay.

        >>> from text_processor import TextAnalyzer
        >>> TextAnalyzer().add_documents(["one two", b"three"])
        2
        >>> TextAnalyzer().add_documents(["one two", ""])
        Traceback (most recent call last):
        text_processor.errors.InvalidDocumentError: Document 1 cannot be empty; blank="skip" leaves blank ones out (added ...
        """
        is_sequence = _is_sequence(documents)
        many.check(documents, "documents", many.DOCUMENTS)
        arguments.check_option("blank", blank, ("raise", "skip"))
        check_progress(progress)
        skips_blank = blank == "skip"
        if progress is not None and progress is not False:
            return self._add_and_report(documents, skips_blank, progress)
        if not is_sequence:
            return self._add_each(documents, skips_blank)
        sequence = cast(Sequence[Any], documents)
        return self._add_skipping(sequence) if skips_blank else self._add_sequence(sequence)

    def _add_one(self, given: Any, index: int | None, n_added: int, skips_blank: bool = False) -> Document | memoryview | None:
        """Add a document, the ``index``-th of those given, and return what it was taken as, or None if it was left out."""
        document = given if isinstance(given, (str, bytes)) else self._take(given, index, n_added)
        if skips_blank and batches.is_blank(document):
            return None
        if self._callback is None and isinstance(document, str) and self._add_counted(document):
            return document
        _check_document(document, index, n_added)
        if isinstance(document, memoryview):
            self._add_large(document)
        else:
            self._add_checked((document,))
        return document

    def _add_counted(self, text: str) -> bool:
        """Add and count a long text that is not ASCII: encoding it only to see whether it can be would take half as long.

        False, with nothing done, if it is not of that kind, or cannot be counted now.
        """
        if str.__len__(text) <= batches.BATCH_CHARACTERS or str.isascii(text) or str.isspace(text):
            return False
        self._ledger.settle()
        try:
            counted = counting.count_documents((text,), self._n_threads())
        except (UnicodeEncodeError, MemoryError):
            return False
        self._log_counted(counted, (text,))
        return True

    def _take(self, given: Any, index: int | None, n_added: int) -> bytes | memoryview:
        """Return a copy of a buffer, which cannot change; or a view of it, if it is large and will not be kept."""
        try:
            view = arguments.byte_view(given, _name(index), "str, bytes or another buffer of bytes")
        except (TypeError, BufferError) as error:
            if index is None:
                raise
            advice = many.advice(given, "leave it out, as add_arrow does by itself")
            raise type(error)(f"{error}{advice}{_stays(n_added)}") from error.__cause__
        is_worth_copying = self._ledger.keeps_documents or self._callback is not None or len(view) <= batches.BATCH_CHARACTERS
        return bytes(view) if is_worth_copying else view

    def _add_large(self, view: memoryview) -> None:
        """Count a document where it lies, before it can change."""
        counted = counting.count_buffer(view, sources.Options("whole", "raise", encoding="utf-8"), self._n_threads())
        self._ledger.add_part(counted.corpus, counted.n_documents, None)

    def _add_each(
        self, documents: Iterable[Any], skips_blank: bool, first: int = 0, n_added: int = 0, work: _Work | None = None
    ) -> int:
        """Add documents one by one; the first has the index ``first``. Return how many have been added with those before."""
        for index, given in enumerate(documents, first):
            added: Document | memoryview | None = given
            if type(given) is str and given.isascii() and not given.isspace() and given and self._callback is None:
                self._ledger.append(given)  # as in add_document
            else:
                added = self._add_one(given, index, n_added, skips_blank)
            n_added += added is not None
            if work is not None and work.has_added(0 if added is None else batches.utf8_nbytes(added)):
                self._ledger.settle()
                work.has_counted()
        return n_added

    def _add_sequence(self, documents: Sequence[Any]) -> int:
        """Add a list or tuple. What a callback does to the list meanwhile counts, as it does in a loop."""
        n_added = 0
        while rest := tuple(documents[n_added:] if n_added else documents):
            n_valid = _count_valid(rest)
            if n_valid == 0:  # a buffer, or what is no document
                return self._add_each(islice(documents, n_added, None), skips_blank=False, first=n_added, n_added=n_added)
            n_added += self._add_checked(rest[:n_valid], documents, n_added)
        return n_added

    def _add_skipping(self, documents: Sequence[Any]) -> int:
        """Add those of a list or tuple that are not blank."""
        if self._callback is not None:  # which may change the list
            return self._add_each(documents, skips_blank=True)
        n_added = 0
        for first, window in batches.windows(tuple(documents)):
            kept = batches.without_blank(window)
            if _count_valid(kept) == len(kept):
                n_added += self._add_checked(kept)
            else:
                n_added = self._add_each(window, skips_blank=True, first=first, n_added=n_added)
        return n_added

    def _add_and_report(self, documents: Iterable[Any], skips_blank: bool, progress: Progress | bool) -> int:
        """Add documents and count them at once."""
        is_sequence = _is_sequence(documents)
        total = batches.known_nbytes(cast(Sequence[Any], documents)) if is_sequence else None
        with reporting(progress, total) as report:
            work = _Work(report)
            if is_sequence and self._callback is None:
                n_added = self._add_counting(tuple(documents), skips_blank, work)
            else:
                n_added = self._add_each(documents, skips_blank, work=work)
            self._ledger.settle()
            work.has_counted()
        return n_added

    def _add_counting(self, documents: tuple[Any, ...], skips_blank: bool, work: _Work) -> int:
        n_added = 0
        for first, chunk in batches.chunks(documents, CHARACTERS_AT_ONCE):
            kept = batches.without_blank(chunk) if skips_blank else chunk
            if self._callback is None and kept and _count_valid(kept) == len(kept):
                self._ledger.settle()
                counted = counting.count_documents(kept, self._n_threads(), work.is_counting)
                self._log_counted(counted, kept)
                work.has_counted()
                n_added += len(kept)
            else:
                n_added = self._add_each(chunk, skips_blank, first, n_added, work)
        return n_added

    def _log_counted(self, counted: Corpus, documents: Sequence[Document]) -> None:
        ledger = self._ledger
        if ledger.keeps_documents:
            ledger.extend(documents)
            with suppress(MemoryError):  # they have been added, and will be counted when an answer is asked for
                ledger.offer(counted, documents)
        else:
            ledger.add_part(counted, len(documents), None)

    def _add_checked(self, documents: Sequence[Document], source: Sequence[Any] | None = None, start: int = 0) -> int:
        """Add valid documents and return how many.

        `clear`, or a new callback, set by a callback, acts before the next document. If they are what ``source`` has from
        ``start`` on, it ends where a callback has changed that.
        """
        if self._callback is None:
            self._ledger.extend(documents)
            return len(documents)
        n_added = 0
        for group in batches.groups(documents):
            n_told = self._add_and_tell(group, source, start + n_added)
            n_added += n_told
            if n_told < len(group):
                break
        return n_added

    def _add_and_tell(self, documents: Sequence[Document], source: Sequence[Any] | None, start: int) -> int:
        """Have the core count the documents and tell of each one, which is when it is logged; return how many were.

        The callback may do anything: what it adds comes before the next document, a new callback is told of that, after
        `clear` the next document is the first one, and the list that the documents are from may change.
        """
        ledger, told = self._ledger, 0

        def tell(index: int, n_words: int) -> None:
            nonlocal told
            current, callback, document = self._ledger, self._callback, documents[index]
            place = start + index
            if source is not None and (place >= len(source) or source[place] is not document):
                raise _ListHasChanged
            # Asked before the document is logged, since asking may count, and counting may want for memory.
            n_documents = 0 if callback is None else current.count_documents() + 1
            current.append(document)
            told += 1
            if callback is not None:
                text = bytes.decode(document) if isinstance(document, bytes) else document
                callback({"text": text, "word_count": n_words, "total_documents": n_documents})

        ledger.settle()
        counted = native_corpus.Corpus()
        error = counted.count_each(native_text.batch_of(documents), tell)
        try:
            # After an interrupt the core may have counted a document more than was logged.
            if self._ledger is ledger and counted.totals().documents == told:
                with suppress(MemoryError):  # they are logged and told of, and will be counted when an answer is asked for
                    ledger.offer(counted, documents[:told])
            if error is not None and not isinstance(error, _ListHasChanged):
                raise error
        finally:
            del error  # or the exception and this frame, which is in its traceback, would hold each other
        return told

    def add_buffer(
        self,
        data: Buffer,
        *,
        documents: Literal["lines", "whole"] = "lines",
        blank: Literal["skip", "raise"] = "skip",
        progress: Progress | bool | None = None,
    ) -> int:
        r"""Add the documents of a buffer, or none if it fails; blank ones are skipped. Returns how many they are.

        The text is counted at once and where it lies, nothing is copied or kept, so `get_documents` raises from then on. A
        large one is cut into a part for each thread. A callback is told of each document before any is added.

        Args:
            data: UTF-8, in any C-contiguous buffer of bytes: ``bytes``, ``bytearray``, ``memoryview``, ``mmap``, NumPy's
                ``uint8``. Nothing should write to it meanwhile. Where a file that is mapped shrinks, the system ends the
                process: for files there is `add_file`, which does not map them.
            documents: ``"lines"``: each line is a document; ``"whole"``: all of it is one. A line ends at ``\n`` only.
            blank: what becomes of blank documents: ``"skip"`` leaves them out, ``"raise"`` refuses them.
            progress: called as ``progress(done, total)``, in bytes, up to 20 times a second. True shows a bar.

        Raises:
            TypeError: ``data`` is no buffer of bytes.
            BufferError: it is not C-contiguous.
            ValueError: an option has a value that is not listed here.
            InvalidDocumentError: a document is not valid UTF-8, or is blank and refused. Its ``index`` is the number of the
                line, from 0, and its ``offset`` counts bytes from the start of that. Or the buffer is compressed, or looks
                like UTF-16 or UTF-32: `add_stream` reads those.
            TextProcessorError: something has written to the buffer meanwhile, as far as that shows.

        What the callback or ``progress`` raises passes through. O(length).

        >>> from text_processor import TextAnalyzer
        >>> TextAnalyzer().add_buffer(b"two words\n\nand three words\n")
        2
        """
        options = sources.Options(documents, blank).checked()
        return self._add_all(lambda tell: counting.count_buffer(data, options, self._n_threads(), progress, tell))

    def add_file(
        self,
        path: str | bytes | os.PathLike[Any],
        *,
        documents: Literal["lines", "whole"] = "lines",
        blank: Literal["skip", "raise"] = "skip",
        errors: Literal["strict", "replace"] = "strict",
        encoding: str | None = None,
        progress: Progress | bool | None = None,
    ) -> int:
        r"""Add the documents of a file, or none if it fails; blank ones are skipped. Returns how many they are.

        The documents are counted at once and not kept, so `get_documents` raises from then on. The file is read in blocks of
        256 KB, whatever the length of its lines. One of at least 4 MB is cut into a part for each thread; then each has a block
        of 1 MB, up to 4 MB for its line ends, and a table of its own. Pipes and special files, compressed files and those in
        another encoding than UTF-8 are read to their end by the calling thread alone. A callback is told of each document
        before any is added, in the calling thread, which then counts alone too; of a document that comes in several blocks and
        is longer than 256 KB, ``text`` is None.

        Args:
            path: the file. It may be compressed by gzip, bzip2, xz or zstd, which its first bytes tell; its name only says
                that it must be. All its members are read. A byte-order mark at the start of the text is dropped.
            documents: ``"lines"``: each line is a document; ``"whole"``: all of it is one. A line ends at ``\n`` only.
            blank: what becomes of blank documents: ``"skip"`` leaves them out, ``"raise"`` refuses them.
            errors: what becomes of bytes that are not UTF-8: ``"strict"`` refuses them, ``"replace"`` makes U+FFFD of them, as
                ``bytes.decode`` does.
            encoding: the encoding of the text, by any name that Python knows. None means UTF-8; text that looks like UTF-16 or
                UTF-32 is refused then. A byte-order mark of UTF-8, UTF-16 or UTF-32 wins over both.
            progress: called as ``progress(done, total)``, in bytes, up to 20 times a second; ``total`` is None for what has no
                size. True shows a bar.

        Raises:
            TypeError: ``path`` is no path.
            ValueError: an option has a value that is not listed here.
            OSError: the file cannot be read.
            InvalidDocumentError: a document is not valid UTF-8, or is blank and refused. Its ``index`` is the number of the
                line, from 0, and its ``offset`` counts bytes of UTF-8 from the start of that. Or the file is damaged, cut
                short, or not in its encoding; ``index`` is None then.
            TextProcessorError: the file was changed while it was read.

        What the callback or ``progress`` raises passes through. O(length) time.

        >>> from text_processor import TextAnalyzer
        >>> from tempfile import TemporaryDirectory
        >>> from pathlib import Path
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder, "poem.txt")
        ...     written = path.write_bytes(b"one line\n\nanother line\n")
        ...     TextAnalyzer().add_file(path)
        2
        """
        options = sources.Options(documents, blank, errors, encoding).checked()
        return self._add_all(lambda tell: counting.count_file(path, options, self._n_threads(), progress, tell))

    def add_stream(
        self,
        stream: Readable,
        *,
        documents: Literal["lines", "whole"] = "lines",
        blank: Literal["skip", "raise"] = "skip",
        errors: Literal["strict", "replace"] = "strict",
        encoding: str | None = None,
        progress: Progress | bool | None = None,
    ) -> int:
        r"""Add the documents of a stream, or none if it fails; blank ones are skipped. Returns how many they are.

        It may be anything with a method ``read(n)`` that returns bytes or text, cut anywhere, and something empty at its end: a
        binary or text file, a socket's ``makefile``. It is read to the end and not closed. The calling thread alone reads and
        counts. In all else this is `add_file`: bytes may be compressed, or in another encoding.

        Args:
            stream: where to read from: bytes, or ``str``. A byte-order mark at its start is dropped.
            documents: as for `add_file`, and so are the others.
            blank: the same.
            errors: the same; it does not concern ``str``.
            encoding: the same; it does not concern ``str``.
            progress: called as ``progress(done, None)``, in bytes of the stream, or of UTF-8 for ``str``.

        Raises:
            TypeError: the stream has no method ``read``, or that returns something else.
            ValueError: an option has a value that is not listed here.
            BlockingIOError: ``read`` returned None: a stream in non-blocking mode has nothing now.
            InvalidDocumentError: as by `add_file`; also for a lone surrogate in ``str``, with ``offset`` in bytes of UTF-8.

        What ``read``, the callback or ``progress`` raises passes through. O(length) time.

        >>> import io
        >>> from text_processor import TextAnalyzer
        >>> TextAnalyzer().add_stream(io.StringIO("one line\nand another"))
        2
        """
        options = sources.Options(documents, blank, errors, encoding).checked()
        return self._add_all(lambda tell: counting.count_stream(stream, options, progress, tell))

    def add_arrow(
        self,
        column: object,
        *,
        blank: Literal["skip", "raise"] = "skip",
        progress: Progress | bool | None = None,
    ) -> int:
        """Add the entries of a column of text, or none if it fails; blank ones and nulls are skipped. Returns how many.

        The column may be anything that speaks the Arrow PyCapsule protocol, such as an array, chunked array, table or reader of
        pyarrow, a polars or pandas Series, a DuckDB relation; of what has columns there must be one. Its type is string,
        large_string, string_view, a binary type that holds UTF-8, or a dictionary of one of these. Nulls are no documents. Text
        does not become Python strings, and a stream is read chunk by chunk. The documents are counted at once and not kept, so
        `get_documents` raises from then on. Needs the extra ``arrow``.

        Args:
            column: the column.
            blank: what becomes of blank documents: ``"skip"`` leaves them out, ``"raise"`` refuses them.
            progress: called as ``progress(done, total)``, in bytes of text, up to 20 times a second; ``total`` is None for a
                stream. True shows a bar.

        Raises:
            ImportError: pyarrow is not installed.
            TypeError: ``column`` is no Arrow data, or not of text.
            InvalidDocumentError: a document is not valid UTF-8, or blank where that is refused. The exception's ``index`` is
                its entry in the column, nulls included, and ``offset`` the byte in it.
            ValueError: there is not exactly one column, or its buffers are damaged; ``blank`` is neither of the two.
            OverflowError: there would be more than 2**48 - 1 words.

        What the callback or ``progress`` raises passes through; nothing is added then. The callback is told of each document
        before all are added. O(bytes of text + entries) time; memory for the distinct words, for each thread.

        >>> from text_processor import TextAnalyzer
        >>> import pyarrow
        >>> analyzer = TextAnalyzer()
        >>> analyzer.add_arrow(pyarrow.array(["one two", None, "two"]))
        2
        >>> analyzer.word_frequency()
        {'one': 1, 'two': 2}
        """
        arguments.check_option("blank", blank, ("skip", "raise"))
        check_progress(progress)

        refuse_blank = blank == "raise"
        return self._add_all(
            lambda tell: counting.count_column(
                column, self._n_threads(), refuse_blank=refuse_blank, progress=progress, tell=tell
            )
        )

    def _add_all(self, count: Callable[[Tell | None], counting.Counted]) -> int:
        """Count documents, tell the callback of them, and only then add them."""
        corpus, n_documents = count(None if self._callback is None else self._teller())
        self._ledger.add_part(corpus, n_documents, None)
        return n_documents

    def _teller(self) -> Tell:
        n_documents = self._ledger.count_documents()

        def tell(text: str | None, n_words: int) -> None:
            nonlocal n_documents
            n_documents += 1
            if (callback := self._callback) is not None:
                callback({"text": text, "word_count": n_words, "total_documents": n_documents})

        return tell

    def _n_threads(self) -> int:
        return self._threads or arguments.available_threads()

    def set_callback(self, callback: Callback) -> None:
        """Call ``callback`` with a dict for every document that is added from now on.

        The dict has ``text``, as a ``str``, ``word_count`` and ``total_documents``. There is one callback; another one replaces
        it. It is called after the document was added and may use the analyzer freely. What it raises comes out of the call that
        added the document. Only `add_file`, `add_stream`, `add_buffer` and `add_arrow` add their documents when it has been
        told of all.

        Raises:
            TypeError: ``callback`` cannot be called.

        >>> from text_processor import TextAnalyzer
        >>> analyzer = TextAnalyzer()
        >>> analyzer.set_callback(print)
        >>> analyzer.add_document("two words")
        {'text': 'two words', 'word_count': 2, 'total_documents': 1}
        """
        if not callable(callback):
            raise TypeError(f"callback must be callable, not {type(callback).__name__}")
        self._callback = callback

    def clear_callback(self) -> None:
        """Remove the callback."""
        self._callback = None

    def clear(self) -> None:
        """Forget all documents and counts; the lexicon, the options and the callback stay."""
        self._ledger = self._new_ledger()

    def merge(self, other: TextAnalyzer) -> None:
        """Add what ``other`` has, as if its documents had been added here after one's own; no callback is called.

        Nothing is counted again: merging is associative and costs O(distinct words of ``other``). What waits here is counted
        first, so memory follows the words of the result, however many are merged. If ``other`` did not keep its documents,
        `get_documents` raises here too from then on. The lexicon, options and callback of ``other`` do not come along.

        Raises:
            TypeError: ``other`` is not a `TextAnalyzer`.
            OverflowError: both together have more than 2**48 - 1 words.

        >>> from text_processor import TextAnalyzer
        >>> one, other = TextAnalyzer(), TextAnalyzer()
        >>> one.add_document("a b"), other.add_document("b c")
        (None, None)
        >>> one.merge(other)
        >>> one.word_frequency()
        {'a': 1, 'b': 2, 'c': 1}
        """
        if not isinstance(other, TextAnalyzer):
            raise TypeError(f"other must be a TextAnalyzer, not {type(other).__name__}")
        self._ledger.add_part(*other._ledger.snapshot())

    # ---- Asking ------------------------------------------------------------------------------------------------------

    def document_count(self) -> int:
        """Return the number of documents, as ``len`` does.

        >>> from text_processor import TextAnalyzer
        >>> analyzer = TextAnalyzer()
        >>> analyzer.add_documents(["one two", "three"])
        2
        >>> analyzer.document_count(), len(analyzer)
        (2, 2)
        """
        return self._ledger.count_documents()

    def __len__(self) -> int:
        return self._ledger.count_documents()

    def total_words(self) -> int:
        """Return the number of words of all documents, each as often as it occurs.

        >>> from text_processor import TextAnalyzer
        >>> analyzer = TextAnalyzer()
        >>> analyzer.add_document("to be or not to be")
        >>> analyzer.total_words(), len(analyzer.words)
        (6, 4)
        """
        return self._ledger.settle().totals().words

    def get_statistics(self) -> Statistics:
        """Return ``total_words``, ``document_count`` and ``unique_words``, all at one instant.

        >>> from text_processor import TextAnalyzer
        >>> analyzer = TextAnalyzer()
        >>> analyzer.add_document("to be or not to be")
        >>> analyzer.get_statistics()
        {'total_words': 6, 'document_count': 1, 'unique_words': 4}
        """
        totals = self._ledger.settle().totals()
        return {"total_words": totals.words, "document_count": totals.documents, "unique_words": totals.terms}

    def get_documents(self) -> list[str | bytes]:
        """Return the documents, in the order in which they were added: a new list of the very objects.

        Of buffers other than ``bytes`` there are copies, as ``bytes``.

        Raises:
            TextProcessorError: documents are not kept: with ``keep_documents=False``, and once some came in by `add_file`,
                `add_stream`, `add_buffer` or `add_arrow`, by `load`, or by `merge` from an analyzer without its own.

        >>> from text_processor import TextAnalyzer
        >>> analyzer = TextAnalyzer()
        >>> analyzer.add_documents(["one", b"two", bytearray(b"three")])
        3
        >>> analyzer.get_documents()
        ['one', b'two', b'three']
        """
        return self._ledger.documents()

    @property
    def words(self) -> Words:
        """A read-only live mapping of words to how often each occurs, which never builds a dict.

        It shows what the analyzer holds whenever it is asked, as the views of a dict do; see `Words`. Looking up a word costs
        O(1), and so does ``len``, once what was added has been counted.

        >>> from text_processor import TextAnalyzer
        >>> analyzer = TextAnalyzer()
        >>> analyzer.add_document("the cat and the dog")
        >>> analyzer.words["the"], "bird" in analyzer.words, len(analyzer.words)
        (2, False, 4)
        """
        return Words(self)

    def word_frequency(self) -> dict[str, int]:
        """Return how often each word occurs, in the order in which words were first seen.

        It is ``Counter(w.lower() for d in documents for w in d.split())``. O(distinct words).

        >>> from text_processor import TextAnalyzer
        >>> analyzer = TextAnalyzer()
        >>> analyzer.add_documents(["Hello world", "hello again"])
        2
        >>> analyzer.word_frequency()
        {'hello': 2, 'world': 1, 'again': 1}
        """
        return native_corpus.table_as_dict(self._ledger.settle(), native_corpus.COUNT)

    def document_frequency(self) -> dict[str, int]:
        """Return in how many documents each word occurs, in the order in which words were first seen.

        >>> from text_processor import TextAnalyzer
        >>> analyzer = TextAnalyzer()
        >>> analyzer.add_documents(["a a b", "a c"])
        2
        >>> analyzer.document_frequency()
        {'a': 2, 'b': 1, 'c': 1}
        """
        return native_corpus.table_as_dict(self._ledger.settle(), native_corpus.DOCUMENT_FREQUENCY)

    def most_common(self, n: int | None = None) -> list[tuple[str, int]]:
        """Return the ``n`` most frequent words with their counts (``None``: all), as ``Counter.most_common`` does.

        Of words with equal counts the one first seen comes first. O(distinct words + n log n).

        Raises:
            TypeError: ``n`` is not an integer.

        >>> from text_processor import TextAnalyzer
        >>> analyzer = TextAnalyzer()
        >>> analyzer.add_document("b a c a b d")
        >>> analyzer.most_common(3)
        [('b', 2), ('a', 2), ('c', 1)]
        """
        corpus = self._ledger.settle()
        ids, counts = corpus.top(None if n is None else max(operator.index(n), 0))
        ranking: list[tuple[str, int]] = []
        for first, end in native_status.slices(len(ids)):
            ranking.extend(zip(corpus.pick_terms(ids[first:end]), counts[first:end], strict=True))
        return ranking

    def word_table(self) -> Any:
        """Return a ``pyarrow.Table`` of all words, in the order in which they were first seen. Needs the extra ``arrow``.

        Its columns are ``term`` (string, or large_string where the words have more than 2**31 - 1 bytes), ``count`` and
        ``document_frequency`` (both int64), all as they were at one instant. No word becomes a Python string.
        O(distinct words).

        Raises:
            ImportError: pyarrow is not installed.

        >>> from text_processor import TextAnalyzer
        >>> analyzer = TextAnalyzer()
        >>> analyzer.add_documents(["a a b", "a c"])
        2
        >>> analyzer.word_table().to_pydict()
        {'term': ['a', 'b', 'c'], 'count': [3, 1, 1], 'document_frequency': [2, 1, 1]}
        """
        return table.word_table(self._ledger.settle())

    def analyze_sentiment(self) -> float:
        """Return the sum of count × weight over the words of the lexicon, divided by the number of documents.

        The sum is `math.fsum`'s, so it does not depend on any order.

        Raises:
            EmptyAnalyzerError: there are no documents.
            OverflowError: the sum is beyond the range of ``float``.

        >>> from text_processor import TextAnalyzer
        >>> analyzer = TextAnalyzer(lexicon={"sun": 2, "rain": -1})
        >>> analyzer.add_documents(["sun and rain", "sun"])
        2
        >>> analyzer.analyze_sentiment()
        1.5
        >>> TextAnalyzer().analyze_sentiment()
        Traceback (most recent call last):
        text_processor.errors.EmptyAnalyzerError: Cannot analyze sentiment of empty analyzer
        """
        counts, n_documents = self._ledger.settle().look_up(self._lexicon)
        if n_documents == 0:
            raise EmptyAnalyzerError("Cannot analyze sentiment of empty analyzer")
        try:
            total = math.fsum(map(operator.mul, counts, self._lexicon.weights))
        except (OverflowError, ValueError) as error:  # ValueError: two products overflowed, with opposite signs
            raise self._beyond_float(counts) from error
        if not math.isfinite(total):
            raise self._beyond_float(counts)
        return total / n_documents

    def _beyond_float(self, counts: Sequence[int]) -> OverflowError:
        """The error for a sum of count × weight that no float is."""
        words = zip(self._lexicon.words(), self._lexicon.weights, counts, strict=True)
        word, weight, count = max(words, key=lambda each: abs(each[1] * each[2]))
        return OverflowError(
            f"the sum of count × weight is beyond the range of float, ±{sys.float_info.max}: "
            f"{quoted(word)} alone has the count {count} and the weight {weight}"
        )

    def __repr__(self) -> str:
        totals = self._ledger.settle().totals()
        return f"{type(self).__name__}(documents={totals.documents}, words={totals.words})"

    # ---- Copies ------------------------------------------------------------------------------------------------------

    def __copy__(self) -> Self:
        """An independent analyzer with the same documents, lexicon and options, without the callback."""
        copy = type(self).__new__(type(self))
        copy._set_up(self._lexicon, self._keep_documents, self._threads)
        copy._ledger.add_part(*self._ledger.snapshot())
        set_attributes(copy, attributes_of(self, TextAnalyzer))
        return copy

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """As ``copy.copy``, since documents are immutable; only what a subclass has added is copied deeply."""
        copied = self.__copy__()
        memo[id(self)] = copied
        set_attributes(copied, deepcopy(attributes_of(self, TextAnalyzer), memo))
        return copied

    def save(self, path: str | bytes | os.PathLike[Any]) -> None:
        """Write the counts, the lexicon and the options to a file, which `load` reads; neither documents nor callback.

        The bytes are the same on every machine and carry a checksum. The file is written beside its place and then put there,
        so that whatever goes wrong, Ctrl-C included, leaves the one that was there as it was. A pipe, a device, or what is
        open already, such as ``/dev/stdout``, is written to as it is. It takes as much memory as the file is long.

        Raises:
            OSError: the file cannot be written.

        >>> import tempfile
        >>> from pathlib import Path
        >>> from text_processor import TextAnalyzer
        >>> analyzer = TextAnalyzer()
        >>> analyzer.add_document("the cat and the dog")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     analyzer.save(Path(folder, "counts"))
        ...     loaded = TextAnalyzer.load(Path(folder, "counts"))
        >>> loaded.add_document("the bird")
        >>> loaded.words["the"], len(loaded)
        (3, 2)
        """
        files.write_file(os.fsdecode(path), words_snapshot.chunks(self._as_snapshot(self._ledger.settle(), None)))

    @classmethod
    def load(cls, path: str | bytes | os.PathLike[Any]) -> Self:
        """Return an analyzer with the counts, the lexicon and the options that `save` has written to a file.

        It counts on from there. Since the documents are not in the file, `get_documents` raises. A subclass is called with the
        three options of `TextAnalyzer`, by name.

        Raises:
            InvalidSnapshotError: the file is not one that `save` has written, was damaged or cut short, or has a version that
                is not known here. The message names the file and the byte.
            OSError: the file cannot be read.
        """
        snapshot, lexicon, threads = words_snapshot.CONTAINER.read_file(os.fsdecode(path), _restored)
        weights = dict(zip(lexicon.words(), lexicon.weights, strict=True))
        analyzer = cls(lexicon=weights, keep_documents=snapshot.keep_documents, threads=threads)
        analyzer._ledger.add_part(snapshot.corpus, snapshot.corpus.totals().documents, snapshot.documents)
        return analyzer

    def _as_snapshot(self, corpus: Corpus, documents: list[Document] | None) -> words_snapshot.Snapshot:
        lexicon = dict(zip(self._lexicon.words(), self._lexicon.weights, strict=True))
        return words_snapshot.Snapshot(corpus, documents, lexicon, self._keep_documents, self._threads)

    def __getstate__(self) -> tuple[bytes, dict[str, Any]]:
        corpus, _, documents = self._ledger.snapshot()
        return words_snapshot.to_bytes(self._as_snapshot(corpus, documents)), attributes_of(self, TextAnalyzer)

    def __setstate__(self, state: tuple[bytes, dict[str, Any]]) -> None:
        match state:
            case (bytes(data), dict(attributes)):
                snapshot, lexicon, threads = _restored(data)
            case _:
                raise InvalidSnapshotError(f"the state of a TextAnalyzer must be bytes and a dict, not {quoted(state)}")
        self._set_up(lexicon, snapshot.keep_documents, threads)
        self._ledger.add_part(snapshot.corpus, snapshot.corpus.totals().documents, snapshot.documents)
        set_attributes(self, attributes)


def _restored(data: bytes | bytearray) -> tuple[words_snapshot.Snapshot, Lexicon, int | None]:
    """Read a snapshot, and make of its options what they are here."""
    snapshot = words_snapshot.from_bytes(data)
    try:
        return snapshot, _make_lexicon(snapshot.lexicon), arguments.checked_threads(snapshot.threads)
    except (TypeError, ValueError) as error:
        raise InvalidSnapshotError(f"the snapshot's options are damaged: {error}") from error


# ---- Checks ----------------------------------------------------------------------------------------------------------


def _is_sequence(documents: object) -> bool:
    """Whether these are documents that can be looked at before they are added: nothing happens on the way."""
    return type(documents) is list or type(documents) is tuple


def _name(index: int | None) -> str:
    return "Document" if index is None else f"Document {index}"


def _check_document(document: Document | memoryview, index: int | None, n_added: int = 0) -> None:
    """Raise what is wrong with a document; ``index`` is its place where many were given, ``n_added`` of which were added."""
    if batches.is_blank(document):
        raise _empty(index, n_added)
    if isinstance(document, str):
        _check_surrogates(document, index, n_added)
    elif (offset := batches.find_invalid(document)) is not None:
        message = f"{_name(index)} is not valid UTF-8 at byte {offset}{decoding.hint_at(document)}{_stays(n_added)}"
        raise InvalidDocumentError(message, index=index, offset=offset, added=n_added)


def _empty(index: int | None, n_added: int) -> InvalidDocumentError:
    way = "" if index is None else '; blank="skip" leaves blank ones out'
    return InvalidDocumentError(f"{_name(index)} cannot be empty{way}{_stays(n_added)}", index=index, added=n_added)


def _stays(n_added: int) -> str:
    """What a message says of the documents before the one at fault: to give them again would count them twice."""
    return f" (added before it, and kept: {n_added})" if n_added else ""


def _check_type(text: object, index: int | None) -> None:
    if not isinstance(text, str):
        raise TypeError(f"{_name(index)} must be str, not {type(text).__name__}")


def _check_surrogates(text: str, index: int | None, n_added: int = 0) -> None:
    offset = batches.find_surrogate(text)
    if offset is None:
        return
    raise InvalidDocumentError(
        f"{_name(index)} has a lone surrogate at character {offset}, {text[offset]!r}, which UTF-8 cannot hold"
        f"{_stays(n_added)}",
        index=index,
        offset=offset,
        added=n_added,
    )


def _count_valid(documents: Sequence[Any]) -> int:
    """Return how many documents there are before the first one that cannot be kept as it is, quickly where there is none."""
    try:
        if batches.are_documents(documents):
            return len(documents)
    except TypeError:
        pass
    for index, document in enumerate(documents):
        if not isinstance(document, (str, bytes)):
            return index
        try:
            _check_document(document, index)
        except InvalidDocumentError:
            return index
    return len(documents)


def _make_lexicon(lexicon: Mapping[str, float] | None) -> Lexicon:
    if lexicon is None:
        return _DEFAULT
    if not isinstance(lexicon, Mapping):
        raise TypeError(f"lexicon must be a mapping of words to weights, not {type(lexicon).__name__}")
    entries = {_checked_word(word): _checked_weight(word, weight) for word, weight in lexicon.items()}
    words = list(entries)
    try:
        return Lexicon(words, list(entries.values()))
    except InvalidArgumentError as error:
        word = words[error.item]
        lowered = native_text.lower(word)
        same = next((other for other in words[: error.item] if native_text.lower(other) == lowered), None)
        what = f"is not one word: {error}" if same is None else f"equals {quoted(same)} once lower-cased"
        raise ValueError(f"the lexicon's word {quoted(word)} {what}") from error


def _checked_word(word: object) -> str:
    if not isinstance(word, str):
        raise TypeError(f"the lexicon's word {quoted(word)} must be str, not {type(word).__name__}")
    if batches.find_surrogate(word) is not None:
        raise ValueError(f"the lexicon's word {quoted(word)} has a lone surrogate, which UTF-8 cannot hold")
    return arguments.plain(word)


def _checked_weight(word: str, weight: object) -> float:
    if not isinstance(weight, (int, float)) and not hasattr(type(weight), "__float__"):
        raise TypeError(f"the weight of {quoted(word)} must be a number, not {type(weight).__name__}")
    try:
        value = float(weight)  # type: ignore[arg-type]
    except OverflowError:
        value = math.inf
    if not math.isfinite(value):
        raise ValueError(f"the weight of {quoted(word)} must be finite, not {quoted(weight)}")
    return value


_DEFAULT = Lexicon(list(DEFAULT_LEXICON), list(DEFAULT_LEXICON.values()))
