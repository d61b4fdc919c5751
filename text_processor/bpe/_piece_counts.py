"""`PieceCounts`: what a training needs of texts, as a value that can be counted in parts and merged."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, Self, cast

from text_processor._common import arguments, container, many
from text_processor._common.arguments import Buffer, Readable, is_a
from text_processor._common.container import Container
from text_processor._common.messages import quoted
from text_processor._common.progress import Progress, check_progress
from text_processor._common.subclasses import attributes_of, set_attributes
from text_processor._documents.sources import Options
from text_processor._native.bpe import MOST_PARTS, Pieces
from text_processor.bpe import _training
from text_processor.bpe._split.splitter import Splitter, checked_pattern
from text_processor.bpe._stages import special_names, utf8
from text_processor.bpe._stages.special_names import Search
from text_processor.errors import InvalidSnapshotError

# The versions of a snapshot: an earlier release, which knows the first one only, refuses the other.
PLAIN, WITH_SPECIAL_TOKENS = 1, 2

CONTAINER = Container(
    container.PIECES,
    (PLAIN, WITH_SPECIAL_TOKENS),
    2,
    name="the snapshot",
    what="a snapshot of PieceCounts",
    error=InvalidSnapshotError,
)


class PieceCounts:
    """How often each piece occurs in texts: all that training a `Tokenizer` needs of them.

    A pattern splits texts into pieces, as it does in a tokenizer. Count parts of the texts anywhere, also on many machines,
    then `merge` the counts and give them to `Tokenizer.train_from_counts`. The result is exactly that of training on all the
    texts at once, since neither the order of texts nor that of merges matters. Cut texts only between documents: no piece
    crosses from one text into the next.

    Counts can be copied and pickled, and any number of threads may use them. ``len(counts)`` is the number of distinct pieces.

    Args:
        pattern: as for `Tokenizer`.
        special_tokens: names that are cut out of the texts, as ``allowed_special`` of `Tokenizer.train` does; for example the
            ``special_tokens`` of a tokenizer.
        threads: how many threads may count. ``None`` means one for each processor, 1 means only the calling thread.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: ``pattern`` or a special token is refused, as by `Tokenizer`; ``threads`` is not from 1 to 1024.
        ImportError: the pattern needs ``regex``, which is not installed.

    >>> from text_processor import PieceCounts
    >>> counts = PieceCounts()
    >>> counts.add("to be or not to be")
    >>> counts
    PieceCounts(pattern='gpt4', distinct=5, pieces=6)
    """

    __slots__ = ("__weakref__", "_cut", "_pieces", "_splitter", "_threads")

    def __init__(
        self, pattern: str = "gpt4", *, special_tokens: Iterable[str] | None = None, threads: int | None = None
    ) -> None:
        splitter = checked_pattern(pattern)
        self._set_up(splitter, _search(special_tokens), arguments.checked_threads(threads), Pieces())

    def _set_up(self, splitter: Splitter, cut: Search | None, threads: int | None, pieces: Pieces) -> None:
        self._splitter = splitter
        self._cut = cut
        self._threads = threads
        self._pieces = pieces

    def _twin(self, pieces: Pieces) -> Self:
        """Return an object like this one with other counts."""
        twin = type(self).__new__(type(self))
        twin._set_up(self._splitter, self._cut, self._threads, pieces)
        set_attributes(twin, attributes_of(self, PieceCounts))
        return twin

    @property
    def pattern(self) -> str:
        """The regular expression, as `Tokenizer.pattern` gives it."""
        return self._splitter.pattern

    @property
    def special_tokens(self) -> tuple[str, ...]:
        """The names that are cut out of the texts."""
        return () if self._cut is None else self._cut.names

    # ---- Adding ------------------------------------------------------------------------------------------------------

    def add(self, text: str | Buffer, *, progress: Progress | bool | None = None) -> None:
        """Count the pieces of one text.

        Args:
            text: a ``str``, or a buffer of UTF-8. Surrogates that make a pair are joined, others become U+FFFD.
            progress: called as ``progress(done, total)``, in bytes of UTF-8, up to 20 times a second. True shows a bar.

        Raises:
            TypeError: ``text`` is neither.
            InvalidDocumentError: a buffer is not UTF-8.

        After any exception nothing of the text is counted; so it is for all methods. It takes O(length) time.
        """
        check_progress(progress)
        checked = utf8.checked_text(text)
        self._add(lambda threads: _training.count_text(checked, self._splitter, threads, progress, cut=self._cut))

    def add_texts(self, texts: Iterable[str | Buffer], *, progress: Progress | bool | None = None) -> None:
        """Count the pieces of many texts, each one split separately.

        Args:
            texts: as for `add`. A list or tuple is faster than other iterables.
            progress: called as ``progress(done, None)``, in bytes of UTF-8.

        Raises:
            TypeError: ``texts`` is one text, a mapping or a column (see `add_arrow`), or a text has the wrong type.
            InvalidDocumentError: a buffer is not UTF-8. The exception's ``index`` is that of the text.

        >>> from text_processor import PieceCounts
        >>> counts = PieceCounts("gpt2")
        >>> counts.add_texts(["to be", "or not"])
        >>> len(counts), counts.total_pieces(), counts.total_bytes()
        (4, 4, 11)
        """
        check_progress(progress)
        many.check(texts, "texts", many.PIECE_TEXTS, in_order=False)
        self._add(lambda threads: _training.count_texts(texts, self._splitter, threads, progress, cut=self._cut))

    def add_counts(self, counts: Mapping[Any, int], *, progress: Progress | bool | None = None) -> None:
        """Count the pieces of texts that occur several times, each one split separately and once.

        Args:
            counts: a mapping of texts, as for `add`, to how often each one occurs, such as a ``Counter``.
            progress: called as ``progress(done, None)``, in bytes of UTF-8 of the distinct texts.

        Raises:
            TypeError: ``counts`` is not a mapping, or a text or a count has the wrong type.
            ValueError: a count is negative.
            InvalidDocumentError: a buffer is not UTF-8. The exception's ``index`` is that of the text.
            OverflowError: all texts together would have 2**48 bytes or more.

        >>> from text_processor import PieceCounts
        >>> counts = PieceCounts()
        >>> counts.add_counts({"to be": 3, "or": 2})
        >>> len(counts), counts.total_pieces(), counts.total_bytes()
        (3, 8, 19)
        """
        check_progress(progress)
        if not is_a(counts, Mapping):
            raise TypeError(f"counts must be a mapping of texts to their counts, not {type(counts).__name__}")
        self._add(lambda threads: _training.count_mapping(counts, self._splitter, threads, progress, cut=self._cut))

    def add_file(
        self,
        path: str | bytes | os.PathLike[Any],
        *,
        encoding: str | None = None,
        errors: Literal["strict", "replace"] = "strict",
        progress: Progress | bool | None = None,
    ) -> None:
        """Count the pieces of a file, which is one text; it may be compressed, as for `TextAnalyzer.add_file`.

        Memory does not grow with the length of the file, unless ``regex`` splits by the pattern.

        Args:
            path: the path of the file.
            encoding: the name of an encoding, if it is not UTF-8.
            errors: ``"strict"`` raises at bytes that are not in the encoding, ``"replace"`` replaces them by U+FFFD.
            progress: called as ``progress(done, total)``, in bytes of the file.

        Raises:
            OSError: the file cannot be read.
            InvalidDocumentError: the file is not text in that encoding, or its compressed data is damaged.
            ValueError: the encoding is not known.
        """
        check_progress(progress)
        options = Options("whole", "skip", errors, encoding).checked()
        self._add(lambda threads: _training.count_file(path, options, self._splitter, threads, progress, cut=self._cut))

    def add_stream(
        self,
        stream: Readable,
        *,
        encoding: str | None = None,
        errors: Literal["strict", "replace"] = "strict",
        progress: Progress | bool | None = None,
    ) -> None:
        """Count the pieces of a stream, which is one text, as `add_file` does; it is read to the end and not closed.

        Args:
            stream: as for `TextAnalyzer.add_stream`.
            encoding: the name of an encoding, if bytes are not UTF-8.
            errors: as for `add_file`.
            progress: called as ``progress(done, None)``, in bytes of the stream.

        Raises:
            TypeError: the stream has no method ``read``, or that method returns something else.
            InvalidDocumentError: the stream is not text in that encoding, or its compressed data is damaged.
            ValueError: the encoding is not known.

        >>> import io
        >>> from text_processor import PieceCounts
        >>> counts = PieceCounts()
        >>> counts.add_stream(io.BytesIO(b"to be or not to be"))
        >>> counts.total_bytes()
        18
        """
        check_progress(progress)
        options = Options("whole", "skip", errors, encoding).checked()
        self._add(lambda threads: _training.count_stream(stream, options, self._splitter, threads, progress, cut=self._cut))

    def add_arrow(self, column: object, *, progress: Progress | bool | None = None) -> None:
        """Count the pieces of the entries of a column, each one split separately; nulls are skipped. Needs the extra ``arrow``.

        Args:
            column: as for `TextAnalyzer.add_arrow`.
            progress: called as ``progress(done, total)``, in bytes of text; ``total`` is None for a stream.

        Raises:
            ImportError: pyarrow is not installed.
            TypeError: ``column`` is not Arrow data, or does not hold text.
            InvalidDocumentError: an entry is not valid UTF-8.
            ValueError: there is not exactly one column, or its buffers are damaged.

        >>> from text_processor import PieceCounts
        >>> import pyarrow
        >>> counts = PieceCounts()
        >>> counts.add_arrow(pyarrow.array(["to be", None, "or not"]))
        >>> counts.total_pieces()
        4
        """
        check_progress(progress)
        self._add(
            lambda threads: _training.count_column(column, self._splitter, threads, progress, cut=self._cut, method="add_arrow")
        )

    def _add(self, count: Callable[[int], Pieces]) -> None:
        """Count into a set of its own, so that a failure adds nothing."""
        self._pieces.merge(count(self._threads or arguments.available_threads()))

    # ---- In parts ----------------------------------------------------------------------------------------------------

    def merge(self, other: PieceCounts) -> None:
        """Add the counts of ``other``, as if its texts had been counted here. It takes O(distinct pieces of ``other``) time.

        Raises:
            TypeError: ``other`` is not a `PieceCounts`.
            ValueError: ``other`` has another pattern, or other special tokens.
            OverflowError: all texts together would have 2**48 bytes or more.

        >>> from text_processor import PieceCounts
        >>> one, other = PieceCounts(), PieceCounts()
        >>> one.add("to be"), other.add("or not to be")
        (None, None)
        >>> one.merge(other)
        >>> one
        PieceCounts(pattern='gpt4', distinct=5, pieces=6)
        """
        if not is_a(other, PieceCounts):
            raise TypeError(f"other must be a PieceCounts, not {type(other).__name__}")
        other._check_same(self._splitter, "these counts")
        if set(self.special_tokens) != set(other.special_tokens):
            raise ValueError(
                f"counts without the special tokens {quoted(other.special_tokens)} do not fit these, which are without "
                f"{quoted(self.special_tokens)}"
            )
        self._pieces.merge(other._copied())

    def _copied(self) -> Pieces:
        copied = Pieces()
        copied.merge(self._pieces)
        return copied

    def _check_same(self, splitter: Splitter, whose: str) -> None:
        if self._splitter != splitter:
            raise ValueError(
                f"counts of the pattern {quoted(self.pattern)} do not fit the pattern of {whose}, {quoted(splitter.pattern)}"
            )

    def split(self, n: int, salt: int = 0) -> list[Self]:
        """Return ``n`` objects that share out the pieces, by the same rule as `TextAnalyzer.split`.

        Parts with the same index can be merged wherever they were counted. Together all are the whole again; a training needs
        all of them.

        Args:
            n: the number of parts, from 1 to 65536.
            salt: from 0 to 2**64 - 1. Another salt gives other parts.

        Raises:
            TypeError: an argument is not an integer.
            ValueError: it is out of its range.
        """
        n = arguments.checked_whole("n", n, 1, MOST_PARTS)
        salt = arguments.checked_whole("salt", salt, 0, (1 << 64) - 1)
        return list(map(self._twin, self._pieces.split(n, salt)))

    # ---- Asking ------------------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return self._pieces.totals().pieces

    def total_pieces(self) -> int:
        """Return the number of pieces in all texts; repeated pieces count each time. It takes O(distinct pieces) time."""
        return self._pieces.totals().occurrences

    def total_bytes(self) -> int:
        """Return the number of bytes of UTF-8 in all pieces of all texts. It takes O(distinct pieces) time."""
        return self._pieces.totals().nbytes

    def __repr__(self) -> str:
        totals = self._pieces.totals()
        pattern = f"pattern={self._splitter.name!r}, distinct={totals.pieces}, pieces={totals.occurrences}"
        return f"{type(self).__name__}({pattern})"

    # ---- Copies ------------------------------------------------------------------------------------------------------

    def __copy__(self) -> Self:
        """Return independent counts with the same pattern."""
        return self._twin(self._copied())

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        copied = self.__copy__()
        memo[id(self)] = copied
        return copied

    def to_bytes(self) -> bytes:
        """Return the counts and the pattern as bytes, which are the same on every machine and have a checksum.

        >>> from text_processor import PieceCounts
        >>> counts = PieceCounts()
        >>> counts.add("to be or not to be")
        >>> PieceCounts.from_bytes(counts.to_bytes())
        PieceCounts(pattern='gpt4', distinct=5, pieces=6)
        """
        description: dict[str, Any] = {"pattern": self.pattern, "threads": self._threads}
        if self._cut is not None:
            description["special_tokens"] = self.special_tokens
        version = PLAIN if self._cut is None else WITH_SPECIAL_TOKENS
        return b"".join(CONTAINER.chunks(version, (json.dumps(description).encode(), self._pieces.snapshot())))

    @classmethod
    def from_bytes(cls, data: Buffer) -> Self:
        """Return the counts that `to_bytes` wrote; the bytes need not be trusted.

        Raises:
            TypeError: ``data`` is not a buffer of bytes.
            InvalidSnapshotError: the bytes were not written by `to_bytes`, are damaged or cut short, or have an unknown
                version. The message names the byte.
            ImportError: the pattern needs ``regex``, which is not installed.
        """
        counts = cls.__new__(cls)
        counts._set_up(*_restored(arguments.byte_view(data, "data")))
        return counts

    def __getstate__(self) -> tuple[bytes, dict[str, Any]]:
        return self.to_bytes(), attributes_of(self, PieceCounts)

    def __setstate__(self, state: tuple[bytes, dict[str, Any]]) -> None:
        match state:
            case (bytes(data), dict(attributes)):
                self._set_up(*_restored(memoryview(data)))
            case _:
                raise InvalidSnapshotError(f"the state of a PieceCounts must be bytes and a dict, not {quoted(state)}")
        set_attributes(self, attributes)


def _search(names: object) -> Search | None:
    """Return what finds names; None if there are none. A tokenizer has its names in a dict, with ids, which no count needs."""
    checked = special_names.checked_names(list(cast("Mapping[Any, Any]", names)) if is_a(names, Mapping) else names)
    return Search(checked) if checked else None


def _restored(data: memoryview) -> tuple[Splitter, Search | None, int | None, Pieces]:
    """Read a snapshot, and check all of it."""
    _, (described, counted) = CONTAINER.sections(data)
    splitter, cut, threads = CONTAINER.description(described, _checked)
    return splitter, cut, threads, Pieces.of_snapshot(counted, CONTAINER.head.size + len(described))


def _checked(description: Mapping[str, Any]) -> tuple[Splitter, Search | None, int | None]:
    cut = _search(description.get("special_tokens"))
    return checked_pattern(description["pattern"]), cut, arguments.checked_threads(description["threads"])
