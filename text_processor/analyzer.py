"""`TextAnalyzer`: word statistics over documents, the exact twin of ``Counter`` over ``str.split``."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from typing import Any, Literal, Self, TypedDict

from text_processor import _arrow, _native, _pieces, _snapshot
from text_processor._ledger import Ledger
from text_processor._native import InvalidArgumentError, Lexicon
from text_processor._progress import Progress, check_progress
from text_processor.errors import EmptyAnalyzerError, InvalidDocumentError, InvalidSnapshotError

__all__ = ["DocumentInfo", "Statistics", "TextAnalyzer", "word_count"]

DEFAULT_LEXICON: dict[str, float] = {
    "good": 1.0,
    "great": 1.0,
    "excellent": 1.0,
    "bad": -1.0,
    "terrible": -1.0,
    "awful": -1.0,
}

# More threads than this is a mistake rather than a machine.
MOST_THREADS = 1024


class DocumentInfo(TypedDict):
    """What a callback is told of a document that was added."""

    text: str
    word_count: int
    total_documents: int


class Statistics(TypedDict):
    """What `TextAnalyzer.get_statistics` returns."""

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
    n_threads = _checked_threads(threads) or _pieces.available_threads()
    _check_type(text, None)
    _check_surrogates(text, None)
    return _native.table_as_dict(_pieces.count_documents((text,), n_threads), _native.COUNT)


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
        self._set_up(_make_lexicon(lexicon), bool(keep_documents), _checked_threads(threads))

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

    def add_document(self, text: str) -> None:
        """Add a document.

        Raises:
            TypeError: ``text`` is not a ``str``.
            InvalidDocumentError: ``text`` is blank or has a lone surrogate; nothing is added.

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
            _check_document(text, None)
            self._add_checked((text,))

    def add_documents(self, documents: Iterable[str]) -> int:
        """Add many documents; the same as `add_document` for each one, but faster. Returns how many were added.

        Raises:
            TypeError: ``documents`` is a ``str`` (one document, not many) or not iterable, or a document is not a ``str``.
            InvalidDocumentError: a document is blank or has a lone surrogate. The exception's ``index`` says which one,
                counted from 0; those before it stay added.

        What the iterator or the callback raises passes through; the documents added before stay.

        >>> from text_processor import TextAnalyzer
        >>> TextAnalyzer().add_documents(["one two", "three"])
        2
        >>> TextAnalyzer().add_documents(["one two", ""])
        Traceback (most recent call last):
        text_processor.errors.InvalidDocumentError: Document 1 cannot be empty
        """
        if isinstance(documents, (str, bytes, bytearray, memoryview)):
            raise TypeError(
                f"documents must be an iterable of str, not one {type(documents).__name__}; "
                "for a single document there is add_document"
            )
        if type(documents) is list or type(documents) is tuple:
            return self._add_sequence(documents)  # pyright: ignore[reportUnknownArgumentType]
        index = -1
        for index, text in enumerate(documents):
            _check_document(text, index)
            self._add_checked((text,))
        return index + 1

    def _add_sequence(self, documents: list[str] | tuple[str, ...]) -> int:
        """Add a list or tuple. What a callback does to the list meanwhile counts, as it does in a loop."""
        n_added = 0
        while rest := tuple(documents[n_added:] if n_added else documents):
            n_valid = _count_valid(rest)
            if n_valid == 0:
                _check_document(rest[0], n_added)
            n_added += self._add_checked(rest[:n_valid], documents, n_added)
        return n_added

    def _add_checked(self, documents: tuple[str, ...], source: Sequence[str] | None = None, start: int = 0) -> int:
        """Add valid documents and return how many.

        `clear`, or a new callback, set by a callback, acts before the next document. If they are what ``source`` has from
        ``start`` on, it ends where a callback has changed that.
        """
        if self._callback is None:
            self._ledger.extend(documents)
            return len(documents)
        n_added = 0
        for group in _pieces.groups(documents):
            n_told = self._add_and_tell(group, source, start + n_added)
            n_added += n_told
            if n_told < len(group):
                break
        return n_added

    def _add_and_tell(self, documents: Sequence[str], source: Sequence[str] | None, start: int) -> int:
        """Have the core count the documents and tell of each one, which is when it is logged; return how many were.

        The callback may do anything: what it adds comes before the next document, a new callback is told of that, after
        `clear` the next document is the first one, and the list that the documents are from may change.
        """
        ledger, told = self._ledger, 0

        def tell(index: int, n_words: int) -> None:
            nonlocal told
            current, callback, text = self._ledger, self._callback, documents[index]
            place = start + index
            if source is not None and (place >= len(source) or source[place] is not text):
                raise _ListHasChanged
            # Asked before the document is logged, since asking may count, and counting may want for memory.
            n_documents = 0 if callback is None else current.count_documents() + 1
            current.append(text)
            told += 1
            if callback is not None:
                callback({"text": text, "word_count": n_words, "total_documents": n_documents})

        ledger.settle()
        counted = _native.Corpus()
        error = counted.count_each(_native.whole_piece(documents), tell)
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

    def set_callback(self, callback: Callback) -> None:
        """Call ``callback`` with a dict for every document that is added from now on.

        The dict has ``text``, ``word_count`` and ``total_documents``. There is one callback; another one replaces it. It is
        called after the document was added and may use the analyzer freely. What it raises comes out of the call that added the
        document.

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

        Nothing is counted again: merging is associative and costs O(distinct words). If ``other`` did not keep its documents,
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
        corpus, n_documents, documents = other._ledger.snapshot()
        # Far below the core's limit nothing need be counted to know that both fit.
        if (n_words := corpus.totals().words) > _native.MOST_WORDS // 2:
            n_words += self.total_words()
        if n_words > _native.MOST_WORDS:
            raise OverflowError(f"both analyzers together have {n_words} words; the limit is {_native.MOST_WORDS}")
        self._ledger.add_part(corpus, n_documents, documents)

    def add_arrow(
        self,
        column: object,
        *,
        blank: Literal["skip", "raise"] = "skip",
        progress: Progress | bool | None = None,
    ) -> int:
        """Add a document for each entry of an Arrow column of text: all of them, or none if it fails. Returns how many.

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
        if blank not in ("skip", "raise"):
            raise ValueError(f"blank must be 'skip' or 'raise', not {blank!r}")
        check_progress(progress)
        n_told = 0

        def tell(text: str, n_words: int) -> None:
            nonlocal n_told
            n_told += 1
            if (callback := self._callback) is not None:
                n_documents = self._ledger.count_documents() + n_told
                callback({"text": text, "word_count": n_words, "total_documents": n_documents})

        counted = _arrow.count(
            column,
            refuse_blank=blank == "raise",
            progress=progress,
            threads=self._threads or _pieces.available_threads(),
            tell=None if self._callback is None else tell,
        )
        totals = counted.totals()
        self._check_room(totals.words)
        self._ledger.add_part(counted, totals.documents, None)
        return totals.documents

    def _check_room(self, n_words: int) -> None:
        """Raise `OverflowError` if so many words more would be too many."""
        # Far below the core's limit nothing need be counted to know that they fit.
        if n_words > _native.MOST_WORDS // 2:
            n_words += self.total_words()
        if n_words > _native.MOST_WORDS:
            raise OverflowError(f"there would be {n_words} words; the limit is {_native.MOST_WORDS}")

    # ---- Asking ------------------------------------------------------------------------------------------------------

    def document_count(self) -> int:
        """Return the number of documents."""
        return self._ledger.count_documents()

    def __len__(self) -> int:
        return self._ledger.count_documents()

    def total_words(self) -> int:
        """Return the number of words of all documents."""
        return self._ledger.settle().totals().words

    def get_statistics(self) -> Statistics:
        """Return ``total_words``, ``document_count`` and ``unique_words``, all at one instant.

        >>> from text_processor import TextAnalyzer
        >>> TextAnalyzer().get_statistics()
        {'total_words': 0, 'document_count': 0, 'unique_words': 0}
        """
        totals = self._ledger.settle().totals()
        return {"total_words": totals.words, "document_count": totals.documents, "unique_words": totals.terms}

    def get_documents(self) -> list[str]:
        """Return the documents, in the order in which they were added: a new list of the very objects.

        Raises:
            TextProcessorError: documents are not kept.
        """
        return self._ledger.documents()

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
        return _native.table_as_dict(self._ledger.settle(), _native.COUNT)

    def document_frequency(self) -> dict[str, int]:
        """Return in how many documents each word occurs, in the order in which words were first seen.

        >>> from text_processor import TextAnalyzer
        >>> analyzer = TextAnalyzer()
        >>> analyzer.add_documents(["a a b", "a c"])
        2
        >>> analyzer.document_frequency()
        {'a': 2, 'b': 1, 'c': 1}
        """
        return _native.table_as_dict(self._ledger.settle(), _native.DOCUMENT_FREQUENCY)

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
        for first, end in _native.slices(len(ids)):
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
        return _arrow.word_table(self._ledger.settle())

    def analyze_sentiment(self) -> float:
        """Return the sum of count × weight over the words of the lexicon, divided by the number of documents.

        The sum is `math.fsum`'s, so it does not depend on any order.

        Raises:
            EmptyAnalyzerError: there are no documents.
            OverflowError: the sum is beyond the range of ``float``.

        >>> from text_processor import TextAnalyzer
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
            raise OverflowError("the sum of count × weight is beyond the range of float") from error
        if not math.isfinite(total):
            raise OverflowError("the sum of count × weight is beyond the range of float")
        return total / n_documents

    def __repr__(self) -> str:
        totals = self._ledger.settle().totals()
        return f"{type(self).__name__}(documents={totals.documents}, words={totals.words})"

    # ---- Copies ------------------------------------------------------------------------------------------------------

    def __copy__(self) -> Self:
        """An independent analyzer with the same documents, lexicon and options, without the callback."""
        copy = type(self).__new__(type(self))
        copy._set_up(self._lexicon, self._keep_documents, self._threads)
        copy._ledger.add_part(*self._ledger.snapshot())
        _set_attributes(copy, _attributes(self))
        return copy

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """As ``copy.copy``, since documents are immutable; only what a subclass has added is copied deeply."""
        copied = self.__copy__()
        memo[id(self)] = copied
        _set_attributes(copied, deepcopy(_attributes(self), memo))
        return copied

    def __getstate__(self) -> tuple[bytes, dict[str, Any]]:
        corpus, _, documents = self._ledger.snapshot()
        lexicon = dict(zip(self._lexicon.words(), self._lexicon.weights, strict=True))
        snapshot = _snapshot.Snapshot(corpus, documents, lexicon, self._keep_documents, self._threads)
        return _snapshot.to_bytes(snapshot), _attributes(self)

    def __setstate__(self, state: tuple[bytes, dict[str, Any]]) -> None:
        match state:
            case (bytes(data), dict(attributes)):
                snapshot = _snapshot.from_bytes(data)
            case _:
                raise InvalidSnapshotError("this is not the state of a TextAnalyzer")
        try:
            self._set_up(_make_lexicon(snapshot.lexicon), snapshot.keep_documents, _checked_threads(snapshot.threads))
        except (TypeError, ValueError) as error:
            raise InvalidSnapshotError(f"the snapshot's options are damaged: {error}") from error
        self._ledger.add_part(snapshot.corpus, snapshot.corpus.totals().documents, snapshot.documents)
        _set_attributes(self, attributes)


def _attributes(analyzer: TextAnalyzer) -> dict[str, Any]:
    """What a subclass has added, in a dict or in slots of its own."""
    own = set(TextAnalyzer.__slots__)
    slots = {name for kind in type(analyzer).__mro__ for name in vars(kind).get("__slots__", ())} - own - {"__dict__"}
    in_slots = {name: getattr(analyzer, name) for name in sorted(slots) if hasattr(analyzer, name)}
    return in_slots | getattr(analyzer, "__dict__", {})


def _set_attributes(analyzer: TextAnalyzer, attributes: Mapping[str, Any]) -> None:
    for name, value in attributes.items():
        object.__setattr__(analyzer, name, value)


# ---- Checks ----------------------------------------------------------------------------------------------------------


def _checked_threads(threads: int | None) -> int | None:
    if threads is None:
        return None
    if isinstance(threads, bool) or not hasattr(type(threads), "__index__"):
        raise TypeError(f"threads must be an int or None, not {type(threads).__name__}")
    threads = operator.index(threads)
    if not 1 <= threads <= MOST_THREADS:
        raise ValueError(f"threads must be from 1 to {MOST_THREADS}, or None for all processors, not {threads}")
    return threads


def _name(index: int | None) -> str:
    return "Document" if index is None else f"Document {index}"


def _check_document(text: str, index: int | None) -> None:
    """Raise what is wrong with a document; ``index`` is its place where many were given."""
    _check_type(text, index)
    if str.__len__(text) == 0 or str.isspace(text):
        raise InvalidDocumentError(f"{_name(index)} cannot be empty", index=index, added=index or 0)
    _check_surrogates(text, index)


def _check_type(text: object, index: int | None) -> None:
    if not isinstance(text, str):
        raise TypeError(f"{_name(index)} must be str, not {type(text).__name__}")


def _check_surrogates(text: str, index: int | None) -> None:
    offset = _pieces.find_surrogate(text)
    if offset is None:
        return
    raise InvalidDocumentError(
        f"{_name(index)} has a lone surrogate at character {offset}, {text[offset]!r}, which UTF-8 cannot hold",
        index=index,
        offset=offset,
        added=index or 0,
    )


def _count_valid(documents: tuple[str, ...]) -> int:
    """Return how many documents there are before the first invalid one, quickly where there is none."""
    try:
        if _pieces.are_documents(documents):
            return len(documents)
    except TypeError:
        pass
    for index, text in enumerate(documents):
        try:
            _check_document(text, index)
        except (TypeError, InvalidDocumentError):
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
        same = [other for other in words[: error.item] if _native.lower(other) == _native.lower(word)]
        what = f"equals {same[0]!r} once lower-cased" if same else f"is not one word: {error}"
        raise ValueError(f"the lexicon's word {word!r} {what}") from error


def _checked_word(word: object) -> str:
    if not isinstance(word, str):
        raise TypeError(f"the lexicon's word {word!r} must be str, not {type(word).__name__}")
    if _pieces.find_surrogate(word) is not None:
        raise ValueError(f"the lexicon's word {word!r} has a lone surrogate")
    return _pieces.plain(word)


def _checked_weight(word: str, weight: object) -> float:
    if not isinstance(weight, (int, float)) and not hasattr(type(weight), "__float__"):
        raise TypeError(f"the weight of {word!r} must be a number, not {type(weight).__name__}")
    try:
        value = float(weight)  # type: ignore[arg-type]
    except OverflowError:
        value = math.inf
    if not math.isfinite(value):
        raise ValueError(f"the weight of {word!r} must be finite, not {weight!r}")
    return value


_DEFAULT = Lexicon(list(DEFAULT_LEXICON), list(DEFAULT_LEXICON.values()))
