"""`TextAnalyzer`: word statistics of documents, with the same answers as ``Counter`` over ``str.split``."""

from __future__ import annotations

import math
import operator
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from itertools import islice
from typing import Any, Literal, NamedTuple, Self, TypedDict, cast

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
from text_processor._words import counting, showing, table
from text_processor._words import snapshot as words_snapshot
from text_processor._words.converting import Sink
from text_processor._words.ledger import Ledger
from text_processor._words.options import REPORT_NGRAM_NBYTES, Split, WordOptions, WordsOption, checked_number
from text_processor._words.telling import Tell
from text_processor.errors import EmptyAnalyzerError, InvalidDocumentError, InvalidSnapshotError, TextProcessorError
from text_processor.words import Words

__all__ = ["DocumentInfo", "Pruned", "Statistics", "TextAnalyzer", "word_count"]


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

# Characters of a list that are checked, counted and added in one step if progress is shown: few enough for frequent reports,
# and enough that adding one table to another costs little in comparison.
CHARACTERS_AT_ONCE = 1 << 25

# The same limit, in bytes, if documents are added one by one.
BYTES_AT_ONCE = 1 << 22


class DocumentInfo(TypedDict):
    """The argument of a callback: the text of the added document, its number of words, and the number of documents so far.

    The number of documents includes the new one, so it is 1 for the first document. The text is None only if a document of a
    file or stream came in several blocks and has more than 256 KB of UTF-8.
    """

    text: str | None
    word_count: int
    total_documents: int


class Statistics(TypedDict):
    """The result of `TextAnalyzer.get_statistics`: the number of words, of documents, and of distinct words."""

    total_words: int
    document_count: int
    unique_words: int


class Pruned(NamedTuple):
    """The result of `TextAnalyzer.prune`: how many words went, and how many times they had occurred."""

    words: int
    occurrences: int


# The second type is for functions whose parameter is annotated as a dict: to type checkers a TypedDict is not a dict.
Callback = Callable[[DocumentInfo], object] | Callable[[dict[str, Any]], object]


def word_count(
    text: str | Buffer,
    *,
    words: WordsOption = "space",
    case: Literal["lower", "fold", "keep"] = "lower",
    normalize: Literal["NFC", "NFD", "NFKC", "NFKD"] | None = None,
    accents: Literal["keep", "strip"] = "keep",
    stop_words: Literal["english"] | Iterable[str] | None = None,
    min_length: int = 1,
    ngrams: int | tuple[int, int] = 1,
    encoding: str | None = None,
    errors: Literal["strict", "replace"] = "strict",
    threads: int | None = None,
) -> dict[str, int]:
    """Count the words of one text: ``Counter(w.lower() for w in text.split())`` as a dict, in the same order.

    Args:
        text: any text without lone surrogates, or a buffer of bytes; a blank text gives ``{}``.
        words: what a word is, as for `TextAnalyzer`; so are the next six.
        case: what becomes of capital letters.
        normalize: the normal form.
        accents: what becomes of accents.
        stop_words: words that are not counted.
        min_length: the least number of characters of a word.
        ngrams: how many words make one that is counted.
        encoding: the encoding of bytes; None means UTF-8. A byte-order mark has priority. It has no effect on ``str``.
        errors: ``"strict"`` raises at bytes that are not in the encoding, ``"replace"`` replaces them by U+FFFD.
        threads: how many threads may count. ``None`` means one for each processor, 1 means only the calling thread. The
            result does not depend on it.

    Raises:
        TypeError: ``text`` is neither ``str`` nor bytes, or an option has the wrong type.
        ValueError: an option has a value that `TextAnalyzer` does not allow.
        InvalidDocumentError: ``text`` has a lone surrogate, or is not in its encoding.

    It takes O(length) time, and memory for the distinct words.

    >>> from text_processor import word_count
    >>> word_count("The cat saw the dog")
    {'the': 2, 'cat': 1, 'saw': 1, 'dog': 1}
    >>> word_count("Don't stop, says the dog; the cat stops.", words="sklearn", stop_words="english")
    {'don': 1, 'stop': 1, 'says': 1, 'dog': 1, 'cat': 1, 'stops': 1}
    >>> word_count("to be or not to be", ngrams=(2, 3))["to be"]
    2
    """
    n_threads = arguments.threads_or_all(threads)
    options = sources.Options("whole", "skip", errors, encoding).checked()
    rule = WordOptions(words, case, normalize, accents, stop_words, min_length, ngrams).rule
    if not isinstance(text, str):
        view = arguments.byte_view(text, "Document", "str, bytes or another buffer of bytes")
        counted = counting.count_buffer(view, options, counting.Way(n_threads, rule)).corpus
    else:
        _check_surrogates(text, None)
        counted = counting.count_documents((text,), n_threads, rule=rule)
    return native_corpus.table_as_dict(counted, native_corpus.COUNT)


class _Work:
    """Tracks how many bytes of the added documents have been counted."""

    __slots__ = ("_n_added", "_n_ahead", "_n_counted", "_report")

    def __init__(self, report: Report) -> None:
        self._report = report
        self._n_added = 0
        self._n_counted = 0
        self._n_ahead = 0  # counted bytes of documents that are not added yet

    def is_counting(self, nbytes: int) -> None:
        """Report the number of bytes counted so far of documents that are not added yet."""
        self._n_ahead = nbytes
        self._report(self._n_added + nbytes)

    def has_added(self, nbytes: int) -> bool:
        """Report that this many more bytes were added; return whether it is time to count them."""
        self._n_added += nbytes
        self._report(self._n_counted)
        return self._n_added - self._n_counted > BYTES_AT_ONCE

    def has_counted(self) -> None:
        """Report that everything added has been counted."""
        self._n_added += self._n_ahead
        self._n_ahead = 0
        self._n_counted = self._n_added
        self._report(self._n_counted)


class _ListHasChanged(Exception):  # noqa: N818 - it stops a batch, and is not an error
    """A callback has changed the list whose documents are being added."""


class TextAnalyzer:
    r"""Documents and the statistics of their words.

    Words are split as by ``str.split`` and lower-cased as by ``str.lower``, unless options say otherwise. The counts equal
    those of ``collections.Counter``, in the order in which words were first seen. Adding a document only checks and keeps it.
    Its words are counted later, in native code and without the GIL, when a method first needs the counts. Any number of threads
    may use one analyzer. An analyzer can be copied, pickled and merged with others; copies and pickles do not include the
    callback.

    Args:
        lexicon: a mapping of words to weights for `analyze_sentiment`, instead of the default one (*good*, *great*,
            *excellent* +1; *bad*, *terrible*, *awful* −1). Words are lower-cased.
        keep_documents: False keeps only the counts, and `get_documents` raises.
        words: what a word is. ``"space"``: what stands between white space, as by ``str.split``. ``"uax29"``: a segment of UAX
            #29, the Unicode standard, that holds a letter or a number. ``"sklearn"``: two or more letters, numbers or
            underscores, as in scikit-learn. A regular expression, as a pattern or ``str``: what its ``findall`` finds; one
            class of characters with a least length, such as ``r"\w+"`` or ``r"\b[a-z-]{3,}\b"``, is as fast as the names,
            others are searched for in Python. A function from ``str`` to words.
        case: ``"lower"``, ``"fold"`` (``str.casefold``) or ``"keep"``.
        normalize: None, ``"NFC"``, ``"NFD"``, ``"NFKC"`` or ``"NFKD"``, as `unicodedata.normalize`.
        accents: ``"keep"``, or ``"strip"`` as scikit-learn's ``strip_accents_unicode``.
        stop_words: None, ``"english"`` (the list of scikit-learn), or words, which are left out. They are compared as given,
            with words in their final form.
        min_length: the least number of characters of a word.
        ngrams: n, or (low, high): terms are runs of so many words of a document, joined by a blank.
        threads: how many threads may count. ``None`` means one for each processor, 1 means only the calling thread. No
            result depends on it.
        sentiment: ``"vader"`` makes `analyze_sentiment` return the mean of the compounds of the documents, by the rules of
            vaderSentiment; see `text_processor.vader`. The documents must be kept then.

    The steps have this order, whatever the options: a document is decoded; normalized; its case is changed; its accents are
    stripped; words are found; short words go; stop words go; the words that remain form n-grams, first all of ``low`` words,
    then those of one word more, and so on, as in scikit-learn. All characters are those of the running Python. The sentiment
    and all counts are of the words, or n-grams, that come out.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an option has a value that is not listed here; a weight is not finite; a word is empty, contains white
            space, has a lone surrogate, or equals another word after lower-casing; ``threads`` is not from 1 to 1024. The
            message names the word or the value.

    >>> from text_processor import TextAnalyzer
    >>> analyzer = TextAnalyzer()
    >>> analyzer.add_document("A good day, a GOOD word")
    >>> analyzer
    TextAnalyzer(documents=1, words=6)
    >>> analyzer.word_frequency()
    {'a': 2, 'good': 2, 'day,': 1, 'word': 1}
    >>> analyzer.analyze_sentiment()
    2.0
    >>> analyzer = TextAnalyzer(words="sklearn", ngrams=2)
    >>> analyzer.add_document("To be, or not to be.")
    >>> analyzer
    TextAnalyzer(words='sklearn', ngrams=2, documents=1, total_words=5)
    >>> analyzer.words["to be"]
    2
    """

    __slots__ = (
        "__weakref__",
        "_callback",
        "_keep_documents",
        "_ledger",
        "_lexicon",
        "_options",
        "_sentiment",
        "_threads",
    )

    def __init__(
        self,
        *,
        lexicon: Mapping[str, float] | None = None,
        keep_documents: bool = True,
        words: WordsOption = "space",
        case: Literal["lower", "fold", "keep"] = "lower",
        normalize: Literal["NFC", "NFD", "NFKC", "NFKD"] | None = None,
        accents: Literal["keep", "strip"] = "keep",
        stop_words: Literal["english"] | Iterable[str] | None = None,
        min_length: int = 1,
        ngrams: int | tuple[int, int] = 1,
        threads: int | None = None,
        sentiment: Literal["vader"] | None = None,
    ) -> None:
        if sentiment is not None:
            _check_sentiment(sentiment, lexicon, keep_documents=keep_documents)
        options = WordOptions(words, case, normalize, accents, stop_words, min_length, ngrams)
        self._set_up(_make_lexicon(lexicon), bool(keep_documents), arguments.checked_threads(threads), options, sentiment)

    def _set_up(
        self, lexicon: Lexicon, keep_documents: bool, threads: int | None, options: WordOptions, sentiment: str | None = None
    ) -> None:
        self._lexicon = lexicon
        self._options = options
        self._keep_documents = keep_documents
        self._threads = threads
        self._sentiment = sentiment
        self._callback: Callback | None = None
        self._ledger = self._new_ledger()

    def _new_ledger(self) -> Ledger:
        ledger = Ledger(threads=self._threads, rule=self._options.rule)
        if not self._keep_documents:
            ledger.stop_keeping()
        return ledger

    # ---- Adding ------------------------------------------------------------------------------------------------------

    def add_document(self, text: str | Buffer) -> None:
        """Add a document; a blank one is refused.

        Args:
            text: a ``str``, ``bytes`` of UTF-8, or another C-contiguous buffer of such bytes: ``bytearray``, ``memoryview``,
                ``mmap``, NumPy's ``uint8``. The analyzer keeps a ``str`` or ``bytes`` object itself. Other buffers may change,
                so it keeps a copy of them, as ``bytes``. If documents are not kept, it counts a large buffer at once and does
                not copy it.

        Raises:
            TypeError: ``text`` has none of these types.
            BufferError: the buffer is not C-contiguous.
            InvalidDocumentError: ``text`` is blank, has a lone surrogate or is not valid UTF-8; nothing is added.

        An exception of the callback passes through; the document stays added.

        >>> from text_processor import TextAnalyzer
        >>> TextAnalyzer().add_document(" ")
        Traceback (most recent call last):
        text_processor.errors.InvalidDocumentError: Document cannot be empty
        """
        # The fast path for the common case. ASCII text has no surrogates.
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
        """Add many documents; a blank one is refused, those before it stay added. Returns how many were added.

        The result is the same as calling `add_document` for each document, but it is faster.

        Args:
            documents: the documents, as for `add_document`; they may have different types. Use `add_arrow` for a column of a
                data frame. Of a mapping, pass the keys or the values.
            blank: ``"raise"`` raises at a blank document, ``"skip"`` leaves it out.
            progress: called as ``progress(done, total)``, in bytes of UTF-8, up to 20 times a second. ``total`` is None unless
                ``documents`` is a list or tuple that has only ``bytes`` and ASCII ``str``. True shows a bar. With it, documents
                are counted as they are added.

        Raises:
            TypeError: ``documents`` is one document, a mapping, a data frame, a set (its order is not known), an Arrow array,
                or not iterable; or a document has the wrong type, such as None or NaN.
            ValueError: ``blank`` is neither of the two.
            BufferError: a buffer is not C-contiguous.
            InvalidDocumentError: a document is blank, has a lone surrogate or is not valid UTF-8. The exception's ``index`` is
                the index of that document, counted from 0, and ``added`` is how many were added before it. These stay added,
                so pass only the rest again. The message of a `TypeError` gives that number too.

        An exception of the iterator, the callback or ``progress`` passes through; the documents added before it stay.

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
        """Add the document with this index; return the object that was added, or None if the document was left out."""
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
        """Add and count a long non-ASCII text in one step; encoding it only as a check would take half as long as counting.

        Return False, with nothing done, if the text is short, ASCII or blank, or cannot be counted now.
        """
        if str.__len__(text) <= batches.BATCH_CHARACTERS or str.isascii(text) or str.isspace(text):
            return False
        self._ledger.settle()
        try:
            counted = counting.count_documents((text,), self._n_threads(), rule=self._options.rule)
        except (UnicodeEncodeError, MemoryError):
            return False
        self._log_counted(counted, (text,))
        return True

    def _take(self, given: Any, index: int | None, n_added: int) -> bytes | memoryview:
        """Return an immutable copy of a buffer; or a view of it, if it is large and will not be kept."""
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
        """Count a document in place, before it can change."""
        counted = counting.count_buffer(view, sources.Options("whole", "raise", encoding="utf-8"), self._way())
        self._ledger.add_part(counted.corpus, counted.n_documents, None)

    def _add_each(
        self, documents: Iterable[Any], skips_blank: bool, first: int = 0, n_added: int = 0, work: _Work | None = None
    ) -> int:
        """Add documents one by one; the first has the index ``first``. Return ``n_added`` plus the number added here."""
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
        """Add a list or tuple. A callback may change the list meanwhile; the change takes effect, as in a ``for`` loop."""
        n_added = 0
        while rest := tuple(documents[n_added:] if n_added else documents):
            n_valid = _count_valid(rest)
            if n_valid == 0:  # the next one is a buffer, or not a document
                return self._add_each(islice(documents, n_added, None), skips_blank=False, first=n_added, n_added=n_added)
            n_added += self._add_checked(rest[:n_valid], documents, n_added)
        return n_added

    def _add_skipping(self, documents: Sequence[Any]) -> int:
        """Add the documents of a list or tuple that are not blank."""
        if self._callback is not None:  # the callback may change the list
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
                counted = counting.count_documents(kept, self._n_threads(), work.is_counting, rule=self._options.rule)
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
            with suppress(MemoryError):  # the documents are added, and are counted when the counts are needed
                ledger.offer(counted, documents)
        else:
            ledger.add_part(counted, len(documents), None)

    def _add_checked(self, documents: Sequence[Document], source: Sequence[Any] | None = None, start: int = 0) -> int:
        """Add valid documents and return how many.

        If a callback calls `clear` or sets a new callback, that takes effect before the next document. ``source`` is the list
        that has the documents from the index ``start`` on; adding ends early where a callback has changed that list.
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
        """Count the documents; log each one and call the callback with it as it is counted. Return how many were logged.

        The callback may do anything. Documents that it adds come before the next document. If it sets a new callback, that
        one gets the next document. After `clear` the next document is the first one. The source list may change.
        """
        ledger, told = self._ledger, 0

        def tell(index: int, n_words: int) -> None:
            nonlocal told
            current, callback, document = self._ledger, self._callback, documents[index]
            place = start + index
            if source is not None and (place >= len(source) or source[place] is not document):
                raise _ListHasChanged
            # Read before the document is logged: reading may count, and counting may run out of memory.
            n_documents = 0 if callback is None else current.count_documents() + 1
            current.append(document)
            told += 1
            if callback is not None:
                text = bytes.decode(document) if isinstance(document, bytes) else document
                callback({"text": text, "word_count": n_words, "total_documents": n_documents})

        ledger.settle()
        counted = native_corpus.Corpus()
        error = Sink(counted, self._options.rule).count_each(native_text.batch_of(documents), tell)
        try:
            # After an interrupt the core may have counted one document more than was logged.
            if self._ledger is ledger and counted.totals().documents == told:
                with suppress(MemoryError):  # the documents are logged, and are counted when the counts are needed
                    ledger.offer(counted, documents[:told])
            if error is not None and not isinstance(error, _ListHasChanged):
                raise error
        finally:
            del error  # otherwise the exception and this frame, which is in its traceback, would form a cycle
        return told

    def add_buffer(
        self,
        data: Buffer,
        *,
        documents: Literal["lines", "whole"] = "lines",
        blank: Literal["skip", "raise"] = "skip",
        errors: Literal["strict", "replace"] = "strict",
        encoding: str | None = None,
        progress: Progress | bool | None = None,
    ) -> int:
        r"""Add the documents of a buffer, or none if it fails; blank ones are skipped. Returns how many were added.

        The text is counted at once and in place. Nothing is copied or kept, so `get_documents` raises from then on. A large
        buffer is cut into one shard for each thread. The callback is called with each document before any is added.

        Args:
            data: UTF-8, in any C-contiguous buffer of bytes: ``bytes``, ``bytearray``, ``memoryview``, ``mmap``, NumPy's
                ``uint8``. Nothing should write to it meanwhile. If a mapped file shrinks, the operating system ends the
                process; use `add_file` for files, which does not map them.
            documents: ``"lines"``: each line is a document; ``"whole"``: the whole buffer is one. A line ends at ``\n`` only.
            blank: ``"skip"`` leaves blank documents out, ``"raise"`` raises at the first one.
            errors: as for `add_file`.
            encoding: as for `add_file`. A buffer in an encoding other than UTF-8 is read block by block, as a stream is.
            progress: called as ``progress(done, total)``, in bytes, up to 20 times a second. True shows a bar.

        Raises:
            TypeError: ``data`` is not a buffer of bytes.
            BufferError: the buffer is not C-contiguous.
            ValueError: an option has a value that is not listed here.
            InvalidDocumentError: a document is not valid UTF-8, or is blank with ``blank="raise"``. The exception's ``index``
                is the number of the line, from 0, and its ``offset`` counts bytes from the start of that line. Or the buffer
                is compressed, or looks like UTF-16 or UTF-32; `add_stream` reads those.
            TextProcessorError: something wrote to the buffer meanwhile. Not every such change is noticed.

        An exception of the callback or ``progress`` passes through. It takes O(length) time.

        >>> from text_processor import TextAnalyzer
        >>> TextAnalyzer().add_buffer(b"two words\n\nand three words\n")
        2
        """
        options = sources.Options(documents, blank, errors, encoding).checked()
        return self._add_all(lambda tell: counting.count_buffer(data, options, self._way(progress, tell)))

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
        r"""Add the documents of a file, or none if it fails; blank ones are skipped. Returns how many were added.

        The documents are counted at once and not kept, so `get_documents` raises from then on. The file is read in blocks of
        256 KB, however long its lines are. A file of at least 4 MB is cut into one shard for each thread; each thread then has
        a block of 1 MB, up to 4 MB for its line ends, and its own table. The calling thread alone reads pipes, special files,
        compressed files and files in an encoding other than UTF-8. The callback is called with each document, before any is
        added, in the calling thread; with a callback, that thread also counts alone. ``text`` is None for a document that
        comes in several blocks and is longer than 256 KB.

        Args:
            path: the file. It may be compressed by gzip, bzip2, xz or zstd; the first bytes tell the format. A name that ends
                like that of a compressed file only requires that the file is compressed. All members of the file are read. A
                byte-order mark at the start of the text is dropped.
            documents: ``"lines"``: each line is a document; ``"whole"``: the whole file is one. A line ends at ``\n`` only.
            blank: ``"skip"`` leaves blank documents out, ``"raise"`` raises at the first one.
            errors: ``"strict"`` raises at bytes that are not UTF-8, ``"replace"`` replaces them by U+FFFD, as ``bytes.decode``
                does.
            encoding: the encoding of the text, by any name that Python knows. None means UTF-8; text that looks like UTF-16 or
                UTF-32 then raises. A byte-order mark of UTF-8, UTF-16 or UTF-32 has priority over both.
            progress: called as ``progress(done, total)``, in bytes, up to 20 times a second; ``total`` is None if the file has
                no size. True shows a bar.

        Raises:
            TypeError: ``path`` is not a path.
            ValueError: an option has a value that is not listed here.
            OSError: the file cannot be read.
            InvalidDocumentError: a document is not valid UTF-8, or is blank with ``blank="raise"``. The exception's ``index``
                is the number of the line, from 0, and its ``offset`` counts bytes of UTF-8 from the start of that line. Or the
                file is damaged, cut short, or not in its encoding; ``index`` is None then.
            TextProcessorError: the file was changed while it was read.

        An exception of the callback or ``progress`` passes through. It takes O(length) time.

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
        return self._add_all(lambda tell: counting.count_file(path, options, self._way(progress, tell)))

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
        r"""Add the documents of a stream, or none if it fails; blank ones are skipped. Returns how many were added.

        A stream is any object with a method ``read(n)`` that returns bytes or ``str``, cut anywhere, and an empty one at the
        end: a binary or text file, a socket's ``makefile``. The stream is read to the end and not closed. The calling thread
        alone reads and counts. Otherwise this works as `add_file`: bytes may be compressed, or in another encoding.

        Args:
            stream: the stream, of bytes or ``str``. A byte-order mark at its start is dropped.
            documents: as for `add_file`.
            blank: as for `add_file`.
            errors: as for `add_file`; it has no effect on ``str``.
            encoding: as for `add_file`; it has no effect on ``str``.
            progress: called as ``progress(done, None)``, in bytes of the stream, or of UTF-8 for ``str``.

        Raises:
            TypeError: the stream has no method ``read``, or that method returns something else.
            ValueError: an option has a value that is not listed here.
            BlockingIOError: ``read`` returned None: a stream in non-blocking mode has no data now.
            InvalidDocumentError: as for `add_file`; also for a lone surrogate in ``str``, with ``offset`` in bytes of UTF-8.

        An exception of ``read``, the callback or ``progress`` passes through. It takes O(length) time.

        >>> import io
        >>> from text_processor import TextAnalyzer
        >>> TextAnalyzer().add_stream(io.StringIO("one line\nand another"))
        2
        """
        options = sources.Options(documents, blank, errors, encoding).checked()
        return self._add_all(lambda tell: counting.count_stream(stream, options, self._way(progress, tell)))

    def add_arrow(
        self,
        column: object,
        *,
        blank: Literal["skip", "raise"] = "skip",
        errors: Literal["strict", "replace"] = "strict",
        encoding: str | None = None,
        progress: Progress | bool | None = None,
    ) -> int:
        """Add the entries of a column of text, or none if it fails; blank ones and nulls are skipped. Returns how many.

        The column may be any object that supports the Arrow PyCapsule protocol, such as an array, chunked array, table or
        reader of pyarrow, a polars or pandas Series, or a DuckDB relation. A table or reader must have exactly one column. The
        type is string, large_string, string_view, a binary type that holds UTF-8, or a dictionary of one of these. Nulls are
        not documents. The text does not become Python strings, and a stream is read chunk by chunk. The documents are counted
        at once and not kept, so `get_documents` raises from then on. The method needs the extra ``arrow``.

        Args:
            column: the column.
            blank: ``"skip"`` leaves blank documents out, ``"raise"`` raises at the first one.
            errors: as for `add_file`, for a column of a binary type.
            encoding: the encoding of a column of a binary type, each entry by itself; None means UTF-8. With it, or with
                ``errors="replace"``, the entries are decoded in Python.
            progress: called as ``progress(done, total)``, in bytes of text, up to 20 times a second; ``total`` is None for a
                stream. True shows a bar.

        Raises:
            ImportError: pyarrow is not installed.
            TypeError: ``column`` is not Arrow data, or does not hold text.
            InvalidDocumentError: a document is not valid UTF-8, or is blank with ``blank="raise"``. The exception's ``index``
                is the entry in the column, nulls included, and ``offset`` is the byte within that entry.
            ValueError: there is not exactly one column, or its buffers are damaged; ``blank`` is neither of the two.
            OverflowError: there would be more than 2**48 - 1 words.

        An exception of the callback or ``progress`` passes through; nothing is added then. The callback is called with each
        document before any is added. It takes O(bytes of text + entries) time, and memory for the distinct words in each
        thread.

        >>> from text_processor import TextAnalyzer
        >>> import pyarrow
        >>> analyzer = TextAnalyzer()
        >>> analyzer.add_arrow(pyarrow.array(["one two", None, "two"]))
        2
        >>> analyzer.word_frequency()
        {'one': 1, 'two': 2}
        """
        options = sources.Options("lines", blank, errors, encoding).checked()
        check_progress(progress)
        return self._add_all(lambda tell: counting.count_column(column, options, self._way(progress, tell)))

    def _add_all(self, count: Callable[[Tell | None], counting.Counted]) -> int:
        """Count documents, call the callback with each, and only then add them."""
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

    def _way(self, progress: Progress | bool | None = None, tell: Tell | None = None) -> counting.Way:
        return counting.Way(self._n_threads(), self._options.rule, progress, tell)

    def set_callback(self, callback: Callback) -> None:
        """Call ``callback`` with a dict for every document that is added from now on.

        The dict has ``text``, as a ``str``, ``word_count`` and ``total_documents``. There is one callback; a new one replaces
        it. It is called after the document was added, and may use the analyzer freely. Its exceptions come out of the call
        that added the document. `add_file`, `add_stream`, `add_buffer` and `add_arrow` differ: they call it with all their
        documents first, and then add them.

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
        """Remove all documents and counts; the lexicon, the options and the callback stay."""
        self._ledger = self._new_ledger()

    def merge(self, other: TextAnalyzer) -> None:
        """Add the documents and counts of ``other``, as if they had been added here last; no callback is called.

        Nothing is counted again. Merging is associative and costs O(distinct words of ``other``). Documents that wait to be
        counted here are counted first, so memory depends on the words of the result, not on the number of merges. If ``other``
        did not keep its documents, `get_documents` raises here too from then on. The lexicon, options and callback of
        ``other`` are not taken over.

        Raises:
            TypeError: ``other`` is not a `TextAnalyzer`.
            ValueError: ``other`` has another option that says what a word is; the message names it.
            OverflowError: both together would have more than 2**48 - 1 words.

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
        if (name := self._options.differing(other._options)) is not None:
            raise ValueError(
                f"both analyzers must have the same options for words, but one has {self._options.shown(name)}, "
                f"the other has {other._options.shown(name)}"
            )
        self._ledger.add_part(*other._ledger.snapshot())

    def split(self, n: int, salt: int = 0) -> list[Self]:
        """Return ``n`` analyzers that share out the words of this one, each word with its counts, for as many machines.

        A word always belongs to the same part, on every machine and in every process, so parts with the same index can be
        merged wherever they were counted: then no machine ever needs the whole table. The part is ``n * h >> 32``, where ``h``
        is the high half of XXH64 of the word's UTF-8 with the salt as its seed. Within a part, words keep their order. `merge`
        of all parts gives the same counts as the whole, part by part in its order of words.

        Only the first part has the number of documents, so that merging gives the right one; the others have 0, though the
        document frequencies of their words are unchanged. Parts do not have the documents themselves. They have the lexicon and
        the options. This analyzer stays unchanged. It takes O(distinct words + n) time.

        Args:
            n: the number of parts, from 1 to 65536.
            salt: from 0 to 2**64 - 1. Another salt gives other parts: use one that is secret if others choose the words, or
                they can put them all into one part.

        Raises:
            TypeError: an argument is not an integer.
            ValueError: it is out of its range.

        >>> from text_processor import TextAnalyzer
        >>> analyzer = TextAnalyzer()
        >>> analyzer.add_documents(["to be or not", "to be"])
        2
        >>> parts = analyzer.split(2)
        >>> [part.word_frequency() for part in parts]
        [{'to': 2, 'or': 1, 'not': 1}, {'be': 2}]
        >>> parts[0].merge(parts[1])
        >>> parts[0]
        TextAnalyzer(documents=2, words=6)
        """
        n = arguments.checked_whole("n", n, 1, native_corpus.MOST_PARTS)
        salt = arguments.checked_whole("salt", salt, 0, (1 << 64) - 1)
        return [self._twin(corpus, corpus.totals().documents, None) for corpus in self._ledger.settle().split(n, salt)]

    def prune(self, min_count: int) -> Pruned:
        """Remove the words that occur less than ``min_count`` times; return how many words and how many occurrences went.

        The counts of the others, `total_words` and the number of documents stay as they are, so that shares of the total keep
        their meaning; `is_pruned` and ``repr`` tell that words are missing. A word that went and is seen again counts from 1,
        so that pruning in between makes counts of rare words too small. It takes O(distinct words) time.

        Raises:
            TypeError: ``min_count`` is not an integer.
            ValueError: it is less than 1.

        >>> from text_processor import TextAnalyzer
        >>> analyzer = TextAnalyzer()
        >>> analyzer.add_document("a b a c")
        >>> analyzer.prune(2)
        Pruned(words=2, occurrences=2)
        >>> analyzer.word_frequency(), analyzer.total_words(), analyzer
        ({'a': 2}, 4, TextAnalyzer(documents=1, words=4, is_pruned=True))
        """
        least = checked_number("min_count", min_count, native_corpus.MOST_WORDS)
        return Pruned(*self._ledger.prune(least))

    @property
    def is_pruned(self) -> bool:
        """Whether `prune` has removed words, here or in what was loaded or merged."""
        totals = self._ledger.settle().totals()
        return totals.words != totals.kept_words

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
        """Return the number of words in all documents; repeated words count each time.

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
        """Return the documents, in the order in which they were added, as a new list of the same objects.

        Buffers other than ``bytes`` were copied, so the list has their copies, as ``bytes``.

        Raises:
            TextProcessorError: the documents are not kept. This is so with ``keep_documents=False``, and once documents came
                from `add_file`, `add_stream`, `add_buffer`, `add_arrow`, `load`, or from `merge` with an analyzer that does
                not keep its documents.

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
        """A read-only live mapping of words to their counts, which never builds a dict.

        It always shows the current counts, as the views of a dict do; see `Words`. Looking up a word and ``len`` cost O(1) once
        the added documents have been counted.

        >>> from text_processor import TextAnalyzer
        >>> analyzer = TextAnalyzer()
        >>> analyzer.add_document("the cat and the dog")
        >>> analyzer.words["the"], "bird" in analyzer.words, len(analyzer.words)
        (2, False, 4)
        """
        return Words(self)

    def word_frequency(self) -> dict[str, int]:
        """Return how often each word occurs, in the order in which words were first seen.

        The result equals ``Counter(w.lower() for d in documents for w in d.split())``. It takes O(distinct words) time.

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

        Words with equal counts are in the order in which they were first seen. It takes O(distinct words + n log n) time.

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

        Its columns are ``term`` (string, or large_string if the words have more than 2**31 - 1 bytes), ``count`` and
        ``document_frequency`` (both int64), all as of one instant. No word becomes a Python string. After `prune` the metadata
        of its schema have ``is_pruned`` and ``total_words``. It takes O(distinct words) time.

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

    def word_batches(self, max_rows: int = 65_536) -> Iterator[Any]:
        """Return an iterator over the rows of `word_table` as ``pyarrow.RecordBatch`` objects. Needs the extra ``arrow``.

        The rows are all words as of the call, in the order in which they were first seen. Their terms are converted batch by
        batch, so that memory holds 16 bytes for each word and one batch.

        Args:
            max_rows: the most rows of a batch, from 1 on. A batch has fewer at the end, and where its words have more than
                2**31 - 1 bytes.

        Raises:
            ImportError: pyarrow is not installed.
            TypeError: ``max_rows`` is not an integer.
            ValueError: it is less than 1.

        >>> from text_processor import TextAnalyzer
        >>> analyzer = TextAnalyzer()
        >>> analyzer.add_documents(["a a b", "a c"])
        2
        >>> [batch.to_pydict() for batch in analyzer.word_batches(2)]  # doctest: +NORMALIZE_WHITESPACE
        [{'term': ['a', 'b'], 'count': [3, 1], 'document_frequency': [2, 1]},
         {'term': ['c'], 'count': [1], 'document_frequency': [1]}]
        """
        return table.word_batches(self._ledger.settle(), arguments.checked_whole("max_rows", max_rows, 1, sys.maxsize))

    @classmethod
    def from_word_batches(cls, batches: Any, *, documents: int = 0, **options: Any) -> Self:
        """Return an analyzer with the counts of rows as `word_batches` gives them. Needs the extra ``arrow``.

        The counts of equal terms are added up, so the rows may come from several analyzers, in any order and after any sorting.
        Terms are taken as they are, without lower-casing.

        Args:
            batches: an iterable of ``pyarrow.RecordBatch``, or a table or stream of any library that supports the Arrow
                PyCapsule protocol. Columns other than ``term``, ``count`` and ``document_frequency`` are ignored.
            documents: the number of documents, which rows do not tell. With 0, `analyze_sentiment` raises.
            options: the arguments of `TextAnalyzer`, by name.

        Raises:
            ImportError: pyarrow is not installed.
            TypeError: ``batches``, or what it gives, has the wrong type.
            ValueError: a column is missing, has nulls, or is not of text or whole numbers; a term is not one word; a count is
                less than 1; a document frequency is not from 1 to the count. The message names the row, counted from 0.
            OverflowError: there would be more than 2**48 - 1 words or documents.

        >>> from text_processor import TextAnalyzer
        >>> analyzer = TextAnalyzer()
        >>> analyzer.add_documents(["a a b", "a c"])
        2
        >>> by_term = analyzer.word_table().sort_by([("term", "descending")])
        >>> TextAnalyzer.from_word_batches(by_term, documents=len(analyzer)).word_frequency()
        {'c': 1, 'b': 1, 'a': 3}
        """
        documents = arguments.checked_whole("documents", documents, 0, native_corpus.MOST_WORDS)
        analyzer = cls(**options)
        of_any_rule = not analyzer._options.are_default
        analyzer._ledger.add_part(table.corpus_of_batches(batches, documents, of_any_rule=of_any_rule), documents, None)
        return analyzer

    def analyze_sentiment(self) -> float:
        """Return the sum of count × weight over the words of the lexicon, divided by the number of documents.

        The sum is computed as by `math.fsum`, so it does not depend on the order of the words. With ``sentiment="vader"`` it is
        the mean of the compounds of the documents, as `text_processor.vader.SentimentIntensityAnalyzer` scores them.

        Raises:
            EmptyAnalyzerError: there are no documents.
            TextProcessorError: with ``sentiment="vader"``, the documents are not kept (`get_documents` tells when).
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
        if self._sentiment is not None:
            return self._mean_compound()
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

    def _mean_compound(self) -> float:
        from text_processor.vader import SentimentIntensityAnalyzer, _many  # noqa: PLC0415 - not every analyzer needs it

        documents = self.get_documents()
        if not documents:
            raise EmptyAnalyzerError("Cannot analyze sentiment of empty analyzer")
        return _many.mean_compound(documents, SentimentIntensityAnalyzer()._vader(), self._n_threads())

    def _beyond_float(self, counts: Sequence[int]) -> OverflowError:
        """Return the error for a sum of count × weight that does not fit into a float."""
        words = zip(self._lexicon.words(), self._lexicon.weights, counts, strict=True)
        word, weight, count = max(words, key=lambda each: abs(each[1] * each[2]))
        return OverflowError(
            f"the sum of count × weight is beyond the range of float, ±{sys.float_info.max}: "
            f"{quoted(word)} alone has the count {count} and the weight {weight}"
        )

    def report(
        self,
        path: str | bytes | os.PathLike[Any],
        *,
        versus: TextAnalyzer | None = None,
        names: Sequence[str] | None = None,
        files: Iterable[str | bytes | os.PathLike[Any]] | None = None,
        versus_files: Iterable[str | bytes | os.PathLike[Any]] | None = None,
        documents: Literal["lines", "whole"] = "lines",
        errors: Literal["strict", "replace"] = "strict",
        encoding: str | None = None,
        title: str | None = None,
        ngram_bytes: int | None = REPORT_NGRAM_NBYTES,
        progress: Progress | bool | None = None,
    ) -> None:
        """Write a report on the words, or on what distinguishes them from those of another analyzer, as a page of HTML.

        The page shows totals, the most frequent words and runs of words, rank and frequency (Zipf), the growth of the
        vocabulary (Heaps), words that occur once, how evenly words are spread, and words in their context; of two analyzers
        first of all which words distinguish them (`text_processor.report.keyness`). It is one file that loads nothing and runs
        no script; all text in it is escaped. It needs the extra ``report``.

        Args:
            path: the file, which is written as a whole or not at all.
            versus: the other analyzer, with the same options for words.
            names: what the analyzers are called in the page, one name for each.
            files: the files that were counted, in this order, to be read again: runs of words, words in context, places and
                growth need the text. Without them it is the documents that the analyzer has kept, if it has.
            versus_files: the files of ``versus``.
            documents: as for `add_file`, for the files.
            errors: as for `add_file`.
            encoding: as for `add_file`.
            title: the title of the page.
            ngram_bytes: runs of two and three words are counted in so many bytes at the beginning of each corpus, or characters
                of documents in memory; the page says so if that is not all. None counts them in all of it, which takes
                about as long as the rest of the page, and memory for all different runs.
            progress: a hook ``progress(done, total)`` in bytes, as for `add_file`, or True for a bar. Texts are read several
                times, and each time counts; of a compressed file no more than its length.

        Raises:
            ImportError: jinja2 or vl-convert-python is not installed.
            TypeError: an argument has the wrong type.
            ValueError: the analyzers have different options for words; the files do not have as many words as the analyzer,
                or one of them is a pipe or a device; there are not as many names as analyzers.
            EmptyAnalyzerError: an analyzer has no words.
            OSError: a file cannot be read or written.

        It takes O(length + distinct words) time, and memory for the distinct words and for runs of two and three words.

        >>> import tempfile
        >>> from pathlib import Path
        >>> from text_processor import TextAnalyzer
        >>> one, other = TextAnalyzer(), TextAnalyzer()
        >>> one.add_document("the whale and the ship")
        >>> other.add_document("the road and the hill")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     one.report(Path(folder, "report.html"), versus=other, names=["sea", "land"])
        ...     "whale" in Path(folder, "report.html").read_text(encoding="utf-8")
        True
        """
        from text_processor import report  # noqa: PLC0415 - not every analyzer needs it

        report.write(
            path,
            self,
            versus=versus,
            names=names,
            files=files,
            versus_files=versus_files,
            documents=documents,
            errors=errors,
            encoding=encoding,
            title=title,
            ngram_bytes=ngram_bytes,
            progress=progress,
        )

    def _repr_html_(self) -> str:
        return showing.table(self._ledger.settle(), type(self).__name__)

    def __repr__(self) -> str:
        totals = self._ledger.settle().totals()
        pruned = "" if totals.words == totals.kept_words else ", is_pruned=True"
        if self._options.are_default:
            return f"{type(self).__name__}(documents={totals.documents}, words={totals.words}{pruned})"
        return f"{type(self).__name__}({self._options!r}, documents={totals.documents}, total_words={totals.words}{pruned})"

    # ---- Copies ------------------------------------------------------------------------------------------------------

    def __copy__(self) -> Self:
        """Return an independent analyzer with the same documents, lexicon and options, without the callback."""
        return self._twin(*self._ledger.snapshot())

    def _twin(self, corpus: Corpus, n_documents: int, documents: list[Document] | None) -> Self:
        """Return an analyzer with the same lexicon, options and attributes, and with these counts and documents."""
        twin = type(self).__new__(type(self))
        twin._set_up(self._lexicon, self._keep_documents, self._threads, self._options, self._sentiment)
        twin._ledger.add_part(corpus, n_documents, documents)
        set_attributes(twin, attributes_of(self, TextAnalyzer))
        return twin

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Copy as ``copy.copy`` does, since documents are immutable; only attributes of a subclass are copied deeply."""
        copied = self.__copy__()
        memo[id(self)] = copied
        set_attributes(copied, deepcopy(attributes_of(self, TextAnalyzer), memo))
        return copied

    def save(self, path: str | bytes | os.PathLike[Any]) -> None:
        """Write the counts, the lexicon and the options to a file for `load`; documents and callback are not written.

        The bytes are the same on every machine and have a checksum. The data is written to a temporary file in the same folder,
        which then replaces the old file. So after any failure, Ctrl-C included, the old file is unchanged. A pipe, a device or
        an open descriptor such as ``/dev/stdout`` is written to directly. It takes as much memory as the file is long.

        Raises:
            TypeError: a function finds the words, which a file cannot hold; a pickle can.
            OSError: the file cannot be written.
            TextProcessorError: the sentiment is that of ``"vader"``, which needs the documents; a pickle carries them.

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
        self._check_sentiment_is_kept()
        self._options.check_can_be_saved()
        files.write_file(os.fsdecode(path), words_snapshot.chunks(self._as_snapshot(self._ledger.settle(), None)))

    @classmethod
    def load(cls, path: str | bytes | os.PathLike[Any]) -> Self:
        """Return an analyzer with the counts, the lexicon and the options that `save` wrote to a file.

        You can add more documents to it. The file does not have the documents, so `get_documents` raises. A subclass is called
        with the options of `TextAnalyzer`, by name; those that say what a word is only if they are not the default.

        Raises:
            InvalidSnapshotError: the file was not written by `save`, is damaged or cut short, or has an unknown version. The
                message names the file and the byte.
            OSError: the file cannot be read.
        """
        return cls._of_snapshot(*words_snapshot.CONTAINER.read_file(os.fsdecode(path), _restored))

    def to_bytes(self) -> bytes:
        """Return what `save` writes to a file: the counts, the lexicon and the options, without documents and callback.

        They are the same on every machine and every version of Python, and have a checksum. Unlike a pickle they can be read
        from a source that is not trusted.

        >>> from text_processor import TextAnalyzer
        >>> analyzer = TextAnalyzer()
        >>> analyzer.add_document("the cat and the dog")
        >>> TextAnalyzer.from_bytes(analyzer.to_bytes())
        TextAnalyzer(documents=1, words=5)
        """
        self._check_sentiment_is_kept()
        return words_snapshot.to_bytes(self._as_snapshot(self._ledger.settle(), None))

    def _check_sentiment_is_kept(self) -> None:
        """Raise unless what has no documents answers with the same sentiment."""
        if self._sentiment is not None:
            raise TextProcessorError('what is saved has no documents, and sentiment="vader" needs them; a pickle has them')

    @classmethod
    def from_bytes(cls, data: Buffer) -> Self:
        """Return an analyzer with the counts, the lexicon and the options that `to_bytes` or `save` wrote, as `load` does.

        Args:
            data: ``bytes``, or another C-contiguous buffer of bytes.

        Raises:
            TypeError: ``data`` is not a buffer of bytes.
            InvalidSnapshotError: the bytes were not written by `to_bytes`, are damaged or cut short, or have an unknown
                version. The message names the byte.

        >>> from text_processor import TextAnalyzer
        >>> TextAnalyzer.from_bytes(b"some text")
        Traceback (most recent call last):
        text_processor.errors.InvalidSnapshotError: this is not a snapshot of a TextAnalyzer, which begins with ...
        """
        return cls._of_snapshot(*_restored(arguments.byte_view(data, "data")))

    @classmethod
    def _of_snapshot(cls, snapshot: words_snapshot.Snapshot, lexicon: Lexicon, threads: int | None) -> Self:
        weights = dict(zip(lexicon.words(), lexicon.weights, strict=True))
        options = snapshot.options.changed()
        analyzer = cls(lexicon=weights, keep_documents=snapshot.keep_documents, threads=threads, **options)
        analyzer._ledger.add_part(snapshot.corpus, snapshot.corpus.totals().documents, snapshot.documents)
        return analyzer

    def _as_snapshot(self, corpus: Corpus, documents: list[Document] | None) -> words_snapshot.Snapshot:
        lexicon = dict(zip(self._lexicon.words(), self._lexicon.weights, strict=True))
        return words_snapshot.Snapshot(corpus, documents, lexicon, self._keep_documents, self._threads, self._options)

    def __getstate__(self) -> tuple[Any, ...]:
        corpus, _, documents = self._ledger.snapshot()
        attributes = attributes_of(self, TextAnalyzer)
        if self._sentiment is not None:
            attributes["_sentiment"] = self._sentiment
        state = words_snapshot.to_bytes(self._as_snapshot(corpus, documents)), attributes
        return state if self._options.function is None else (*state, self._options.function)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        match state:
            case (bytes(data), dict()):
                snapshot, lexicon, threads = _restored(data)
            case (bytes(data), dict(), function) if callable(function):
                snapshot, lexicon, threads = _restored(data, cast(Split, function))
            case _:
                raise InvalidSnapshotError(f"the state of a TextAnalyzer must be bytes and a dict, not {quoted(state)}")
        self._set_up(lexicon, snapshot.keep_documents, threads, snapshot.options)
        self._ledger.add_part(snapshot.corpus, snapshot.corpus.totals().documents, snapshot.documents)
        set_attributes(self, cast(dict[str, Any], state[1]))


def _restored(
    data: bytes | bytearray | memoryview, function: Split | None = None
) -> tuple[words_snapshot.Snapshot, Lexicon, int | None]:
    """Read a snapshot, and check its options and make the lexicon."""
    snapshot = words_snapshot.from_bytes(data, function)
    try:
        return snapshot, _make_lexicon(snapshot.lexicon), arguments.checked_threads(snapshot.threads)
    except (TypeError, ValueError) as error:
        raise InvalidSnapshotError(f"the snapshot's options are damaged: {error}") from error


# ---- Checks ----------------------------------------------------------------------------------------------------------


def _is_sequence(documents: object) -> bool:
    """Whether the documents are a list or tuple, so that reading them in advance runs no code of the caller."""
    return type(documents) is list or type(documents) is tuple


def _name(index: int | None) -> str:
    return "Document" if index is None else f"Document {index}"


def _check_document(document: Document | memoryview, index: int | None, n_added: int = 0) -> None:
    """Raise if a document is not valid; ``index`` is its index if many were given, ``n_added`` of which were added."""
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
    """Return the end of a message: how many documents before the fault were added, so that they are not given twice."""
    return f" (added before it, and kept: {n_added})" if n_added else ""


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
    """Return how many documents precede the first one that cannot be kept as it is; fast if there is no such document."""
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


def _check_sentiment(sentiment: object, lexicon: object, *, keep_documents: bool) -> None:
    arguments.check_option("sentiment", sentiment, ("vader",))
    if lexicon is not None:
        raise ValueError('sentiment="vader" has its own lexicon; words of yours are for text_processor.vader')
    if not keep_documents:
        raise ValueError('sentiment="vader" needs the documents: leave keep_documents=True')


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
