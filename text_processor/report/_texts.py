"""The text that a corpus was counted from, read again: in equal parts, and in pieces to look for words in.

A *piece* is text that is counted, or looked through, in one step: some documents, a slice of a long one, or lines of a file.
A *part* is consecutive pieces; there are at least `PARTS` of about the same length, and less than twice as many.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from text_processor._common.arguments import Document
from text_processor._documents import batches, sources
from text_processor._documents.sources import Options
from text_processor._native import corpus as native_corpus
from text_processor._native.corpus import Corpus
from text_processor._native.process import check_kept_nbytes
from text_processor._words import counting
from text_processor._words.counting import Way

# So many parts tell where a word is, and can be seen side by side on a phone.
PARTS = 20

# Parts begin with this length, and grow with the text: its whole length may not be known, as that of a compressed file.
FIRST_PART_LENGTH = 1 << 12

# No piece is longer, unless a single line, or a document that must not be cut, is.
MOST_PIECE_LENGTH = 1 << 22

# Pieces to look for a word in: a word of which some lines are wanted is found in the first ones.
LOOK_LENGTH = 1 << 15

_LINE_END = re.compile(rb"\n")

# As many bytes as a character of UTF-8 may have.
_MOST_OF_CHARACTER = 4


@dataclass(frozen=True)
class Piece:
    """Some text, and what stands around it in its document or file."""

    texts: Sequence[Document]
    before: Document = ""
    """What stands before the first text: it may begin within a character of UTF-8."""
    after: Document = ""
    """What stands after the last one."""
    of_lines: bool = False
    """Whether each line of the only text is a document that must not be cut."""

    @property
    def length(self) -> int:
        return sum(map(len, self.texts))

    def documents(self) -> Sequence[Document]:
        """Return the documents, or the slices of some."""
        text = self.texts[0]
        return (text.split("\n") if isinstance(text, str) else text.split(b"\n")) if self.of_lines else self.texts


class Texts(Protocol):
    """Text that can be read more than once."""

    length: int
    """About how long it is, in bytes or characters; 0 if that is not known."""
    tell: Callable[[int], object]
    """Is called with the length of each piece that has been dealt with."""

    def pieces(self, length: int, margin: int = 0) -> Iterator[Piece]:
        """Give the text in consecutive pieces that are about so long, and no empty one.

        Each comes with about ``margin`` characters before and after it, if they are of its document or file.
        """
        ...

    def count(self, piece: Piece, way: Way) -> Corpus:
        """Count a piece."""
        ...

    def count_beginning(self, way: Way, length: int) -> tuple[Corpus, bool]:
        """Count its beginning, without cutting a document or a line; return whether that is all of it."""
        ...


def _ignore(_length: int) -> None:
    pass


@dataclass
class Part:
    """A part of a corpus: its table, and where it ends."""

    corpus: Corpus
    end: int


# ---- Documents in memory ---------------------------------------------------------------------------------------------


class Kept:
    """The documents that an analyzer has kept."""

    def __init__(self, documents: Sequence[Document], *, can_be_cut: bool) -> None:
        self._documents = documents
        self._can_be_cut = can_be_cut
        self.length = batches.total_length(documents)
        self.tell: Callable[[int], object] = _ignore

    def pieces(self, length: int, margin: int = 0) -> Iterator[Piece]:
        some: list[Document] = []
        n = 0
        before: Document = ""
        for document in self._documents:
            for before_text, text, after in self._slices(document, length, margin):
                before = before if some else before_text
                some.append(text)
                n += len(text)
                if n >= length:  # as each slice is but the last: there is text after none but these
                    yield Piece(some, before, after)
                    self.tell(n)
                    some, n = [], 0
        if some:
            yield Piece(some, before)
            self.tell(n)

    def _slices(self, document: Document, length: int, margin: int) -> Iterable[tuple[Document, Document, Document]]:
        if not self._can_be_cut or len(document) <= 2 * length:
            return (("", document, ""),)
        n_margin = margin if isinstance(document, str) else margin * _MOST_OF_CHARACTER
        return _with_neighbours(_slices(document, length), n_margin)

    def count(self, piece: Piece, way: Way) -> Corpus:
        return counting.count_documents(piece.texts, way.threads, rule=way.rule)

    def count_beginning(self, way: Way, length: int) -> tuple[Corpus, bool]:
        n = total = 0
        while n < len(self._documents) and total < length:
            total += len(self._documents[n])
            n += 1
        counted = self.count(Piece(self._documents[:n]), way)
        self.tell(total)
        return counted, n == len(self._documents)


def _with_neighbours(texts: Iterable[Any], margin: int) -> Iterator[tuple[Any, Any, Any]]:
    """Give each of consecutive texts between the end of the text before it and the beginning of the one after it."""
    before: Any = ""
    last: Any = None
    for text in texts:
        if not margin:
            yield "", text, ""
        elif last is not None:
            yield before, last, text[:margin]
            before = (before + last if before else last)[-margin:]
        last = text
    if margin and last is not None:
        yield before, last, ""


def _slices(document: Document, length: int) -> Iterator[Document]:
    """Cut a long document where it may be."""
    start, n = 0, len(document)
    while n - start > 2 * length:
        cut = batches.next_cut(document, start + length)
        if cut == n:
            break
        yield document[start:cut]
        start = cut
    yield document[start:] if start else document


# ---- Files -----------------------------------------------------------------------------------------------------------


class Files:
    """Files that were counted."""

    def __init__(self, paths: Sequence[Any], options: Options, length: int, *, can_be_cut: bool) -> None:
        self._paths = paths
        self._options = options
        self.length = length
        self.tell: Callable[[int], object] = _ignore
        self._of_lines = not can_be_cut and options.documents == "lines"
        self._separator = batches.CUT_OF_BYTES if can_be_cut else _LINE_END if self._of_lines else None

    def pieces(self, length: int, margin: int = 0) -> Iterator[Piece]:
        for path in self._paths:
            texts = self._pieces_of(path, length, self._separator)
            for before, text, after in _with_neighbours(texts, margin * _MOST_OF_CHARACTER):
                yield Piece((text,), before, after, self._of_lines)
                self.tell(len(text))

    def _pieces_of(self, path: Any, length: int, separator: re.Pattern[bytes] | None) -> Iterator[bytes]:
        rest = bytearray()
        with sources.opened_file(path, self._options) as given:
            shard = given.shards(self._options, 1)[0]
            for text in shard.texts():
                shard.documents.next_batch(text)  # so that an error knows the number of its line
                looked_at = len(rest)
                rest += text
                start = 0
                while separator and (found := separator.search(rest, max(start + length, looked_at))):
                    # White space keeps the marks that follow it, so that it begins a piece; a line end ends one.
                    cut = found.end() if separator is _LINE_END else found.start()
                    with memoryview(rest) as view:
                        piece = bytes(view[start:cut])
                    yield piece
                    start = cut
                del rest[:start]
                if len(rest) > length:
                    check_kept_nbytes(len(rest))
        if rest:
            yield bytes(rest)

    def count(self, piece: Piece, way: Way) -> Corpus:
        options = self._options._replace(blank="skip", errors="strict", encoding="utf-8")
        return counting.count_buffer(piece.texts[0], options, way).corpus

    def count_beginning(self, way: Way, length: int) -> tuple[Corpus, bool]:
        corpus, n_done = Corpus(), 0
        separator = _LINE_END if self._options.documents == "lines" else batches.CUT_OF_BYTES
        for path in self._paths:
            for piece in self._pieces_of(path, length, separator):
                native_corpus.join([corpus, self.count(Piece((piece,)), way)])
                n_done += len(piece)
                self.tell(len(piece))
                if n_done >= length:
                    return corpus, False
        return corpus, True


# ---- Parts -----------------------------------------------------------------------------------------------------------


def parts_of(texts: Texts, way: Way, first_length: int = FIRST_PART_LENGTH) -> list[Part]:
    """Count a text in parts of about the same length, in its order; they begin with a length, and grow."""
    parts: list[Part] = []
    length = max(first_length, texts.length // PARTS)
    end = 0
    is_open = False
    for piece in texts.pieces(min(length, MOST_PIECE_LENGTH)):
        corpus = texts.count(piece, way)
        end += piece.length
        if is_open:
            native_corpus.join([parts[-1].corpus, corpus])
            parts[-1].end = end
        else:
            parts.append(Part(corpus, end))
        start = parts[-2].end if len(parts) > 1 else 0
        is_open = end - start < length
        if len(parts) == 2 * PARTS and not is_open:
            parts, length = _joined(parts), 2 * length
    if len(parts) > 1 and end - parts[-2].end < length / 2:  # a short rest
        parts = [*parts[:-2], *_joined(parts[-2:])]
    return parts


def _joined(parts: Sequence[Part]) -> list[Part]:
    """Join each two parts."""
    joined: list[Part] = []
    for one, other in zip(parts[::2], parts[1::2], strict=True):
        native_corpus.join([one.corpus, other.corpus])
        joined.append(Part(one.corpus, other.end))
    return joined
