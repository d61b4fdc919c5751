"""Words in their context: where a word of an analyzer stands in the text that was counted."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain, islice, pairwise
from typing import Any, NamedTuple

from text_processor import segment
from text_processor._common.arguments import Document
from text_processor._native.corpus import Corpus
from text_processor._words import counting
from text_processor._words.options import CHANGES, SKLEARN_PATTERN, WordOptions, checked_number, without_accents
from text_processor._words.stop_words import ENGLISH
from text_processor.report._tables import is_analyzer
from text_processor.report._texts import LOOK_LENGTH, Kept, Part, Piece, Texts

_WHITE = re.compile(r"\s+")

# Between documents that are looked through together. They may have it, too: where they begin is known.
_BETWEEN = "\n"

# Two characters that no boundary of words parts.
_JOINED = re.compile("[0-9A-Za-z_]{2}")

# Characters around a place in which words are found anew: a longer word is not found.
_WINDOW = 256

# After so many places where a word may be, it is cheaper to ask the core whether it is there, and then to find all words.
MOST_SEEN = 16
MOST_SEEN_WITH_WORD = 256

MOST_WIDTH = 10_000


class Line(NamedTuple):
    """An occurrence of a word, with the text before and after it; line ends and runs of white space are blanks."""

    left: str
    word: str
    right: str


class _View:
    """A piece of text: as it is shown, and as its words are compared."""

    def __init__(self, piece: Piece, shown: Sequence[str]) -> None:
        self.piece = piece
        self.shown = self.compared = _BETWEEN.join(shown)
        self.shown_begins = self.begins = _begins(shown)
        """Where each document begins, and where one after the last would; in what is compared likewise."""
        self.n_before = 0
        """How much is shown before what is compared."""
        self.places_shown: list[int] | None = None
        """Where each shown character stands in what is compared; None if that is the same place for all."""
        self.table: Corpus | None = None
        self.places: _Places | None = None
        """Where each word is."""
        self.spans: list[_Spans] | None = None
        """Where all words of each document are, in its order."""

    def document_at(self, place: int) -> tuple[int, int]:
        """Return where the document at a place of what is compared begins and ends there."""
        i = bisect_right(self.begins, place) - 1
        return self.begins[i], self.begins[i + 1] - 1

    def context_at(self, place: int) -> tuple[int, int]:
        """Return where the text begins and ends, as it is shown, to which the context of a place belongs."""
        i = bisect_right(self.begins, place) - 1
        is_first, is_last = i == 0 or self.piece.of_lines, i == len(self.begins) - 2 or self.piece.of_lines
        return (
            0 if is_first else self.shown_begins[i] + self.n_before,
            len(self.shown) if is_last else self.shown_begins[i + 1] - 1 + self.n_before,
        )

    def as_shown(self, start: int, end: int) -> tuple[int, int]:
        """Return where what is compared between two places is shown."""
        if self.places_shown is not None:
            start = bisect_right(self.places_shown, start) - 1
            last = bisect_right(self.places_shown, end) - 1  # after the accents of the last letter, which are not compared
            end = last if self.places_shown[last] == end else last + 1
        return start + self.n_before, end + self.n_before


def _begins(texts: Sequence[str]) -> list[int]:
    return list(accumulate(map(len(_BETWEEN).__add__, map(len, texts)), initial=0))


def _decoded(text: Document, errors: str = "strict") -> str:
    return text if isinstance(text, str) else str(text, "utf-8", errors)


_Span = tuple[int, int]
_Spans = list[_Span]
_Places = dict[str, list[int]]


class Finder:
    """Finds words as an analyzer with these options counts them."""

    def __init__(self, options: WordOptions, width: int) -> None:
        self._options = options
        self._width = width
        self.margin = 2 * width
        """How much text around a place a context is made of: runs of white space are shortened."""
        self._finds_none = callable(options.words)  # a function does not tell where it has found a word
        self._change = CHANGES[options.case]
        stop_words = ENGLISH if options.stop_words == "english" else options.stop_words
        self._stop_words = frozenset(stop_words or ())
        self._pattern = {"space": re.compile(r"\S+"), "sklearn": re.compile(SKLEARN_PATTERN)}.get(
            options.words if isinstance(options.words, str) else ""
        )
        if isinstance(options.words, re.Pattern):
            self._pattern = options.words
        self._needs_all = isinstance(options.words, re.Pattern) and not options.rule.can_be_cut
        """Whether all words must be found to know one: a match may depend on those before it, and have blanks."""

    def view(self, piece: Piece) -> _View:
        """Return a piece as it is shown, and as its words are compared."""
        shown = [self._normalized(_decoded(text)) for text in piece.documents()]
        view = _View(piece, shown)
        if view.shown.isascii():  # each character has one in its place
            view.compared = self._change(view.shown)
        else:
            view.places_shown = self._places_shown(view.shown)
            compared = [self._changed(text) for text in shown]
            view.begins, view.compared = _begins(compared), _BETWEEN.join(compared)
        before, after = (self._normalized(_decoded(text, "ignore")) for text in (piece.before, piece.after))
        view.shown, view.n_before = f"{before}{view.shown}{after}", len(before)
        return view

    def _normalized(self, text: str) -> str:
        form = self._options.normalize
        return text if form is None else unicodedata.normalize(form, text)  # type: ignore[arg-type]

    def _changed(self, text: str) -> str:
        changed = self._change(text)
        return without_accents(changed) if self._options.accents == "strip" else changed

    def _places_shown(self, shown: str) -> list[int] | None:
        """Return where each character stands in the changed text, since one may become several or none.

        What a character becomes depends on those around it only for a final sigma, which is as long as any other.
        """
        lengths = {character: len(self._changed(character)) for character in set(shown)}
        if all(length == 1 for length in lengths.values()):
            return None
        return list(accumulate(map(lengths.__getitem__, shown), initial=0))

    def lines(self, view: _View, word: str) -> Iterator[Line]:
        """Give the occurrences of a word, or of an n-gram."""
        first = word if self._options.ngrams == (1, 1) else word.partition(" ")[0]
        if self._needs_all:
            if first in view.compared:
                yield from (self._line(view, start, end) for start, end in self._runs_of(view, word))
            return
        for place in self._places_of(view, word, first):
            end = self._end_of(view, place, word, first)
            if end is not None:
                yield self._line(view, place, end)

    def _places_of(self, view: _View, word: str, first: str) -> Iterator[int]:
        """Give the places where a word may begin."""
        text, place, n_seen = view.compared, -1, 0
        while view.places is None or self._finds_none:
            place = text.find(first, place + 1)
            if place < 0:
                return
            if not self._is_within(text, place, first):
                yield place
            n_seen += 1
            if n_seen == MOST_SEEN and not self._is_in(view, word):
                return
            if n_seen == MOST_SEEN_WITH_WORD:
                view.places = self._all_places(view)
        yield from (later for later in view.places.get(first, ()) if later > place)

    def _is_in(self, view: _View, word: str) -> bool:
        """Whether a piece has a word at all: the core's table tells."""
        if view.table is None:
            view.table = counting.count_documents(view.piece.documents(), 1, rule=self._options.rule)
        return view.table.count_of(word) > 0

    def _runs_of(self, view: _View, word: str) -> Iterator[_Span]:
        """Give where a word, or an n-gram, is, of all words of each document."""
        if view.spans is None:
            view.spans = list(self._spans_of_each(view))
        text, (low, high) = view.compared, self._options.ngrams
        for spans in view.spans:
            for i, (start, end) in enumerate(spans):
                if word.startswith(text[start:end]):
                    for last in range(i + low, min(i + high, len(spans)) + 1):
                        if " ".join(text[begin:stop] for begin, stop in spans[i:last]) == word:
                            yield start, spans[last - 1][1]

    def _spans_of_each(self, view: _View) -> Iterator[_Spans]:
        for begin, after in pairwise(view.begins):
            yield self._spans(view.compared[begin : after - len(_BETWEEN)], begin)

    def _all_places(self, view: _View) -> _Places:
        places: _Places = {}
        for spans in self._spans_of_each(view):
            for start, end in spans:
                places.setdefault(view.compared[start:end], []).append(start)
        return places

    def _end_of(self, view: _View, place: int, word: str, first: str) -> int | None:
        """Return where the word that begins at a place ends; None if it does not begin there."""
        text, (begin, end) = view.compared, view.document_at(place)
        if self._finds_none:
            return place + len(word) if text.startswith(word, place, end) else None
        before, after = _around(text, place, len(word), begin, end)
        n_words = 1 if word == first else word.count(" ") + 1
        while True:
            spans = self._spans(text[before:after], before)
            index = bisect_left(spans, (place, 0))
            found = spans[index : index + n_words]
            if not found or found[0][0] != place:
                return None
            if after == end or (len(found) == n_words and found[-1][1] < after):
                break
            after = min(end, 2 * after - before)  # much may stand between the words of an n-gram
        return found[-1][1] if " ".join(text[start:stop] for start, stop in found) == word else None

    def _is_within(self, text: str, place: int, first: str) -> bool:
        """Whether the place is surely within a longer word of UAX #29, so that words need not be found: most places are."""
        if self._pattern is not None:
            return False
        end = place + len(first)
        return (place > 0 and _JOINED.match(text, place - 1) is not None) or _JOINED.match(text, end - 1) is not None

    def _spans(self, text: str, offset: int) -> _Spans:
        if self._pattern is not None:
            group = 1 if self._pattern.groups else 0
            found: Iterable[_Span] = (match.span(group) for match in self._pattern.finditer(text))
        else:
            found = zip(*segment.words(text, offsets=True), strict=True)
        least = self._options.min_length
        return [
            (start + offset, end + offset)
            for start, end in found
            if end - start >= least and text[start:end] not in self._stop_words
        ]

    def _line(self, view: _View, start: int, end: int) -> Line:
        begin, stop = view.context_at(start)
        start, end = view.as_shown(start, end)
        left = view.shown[max(begin, start - self.margin) : start]
        right = view.shown[end : min(stop, end + self.margin)]
        return Line(
            _last(_WHITE.sub(" ", left), self._width),
            view.shown[start:end],
            _first(_WHITE.sub(" ", right), self._width),
        )


def _first(text: str, width: int) -> str:
    """Return the beginning of a text without the part of a word at its end."""
    cut = text[:width]
    return (cut if len(text) <= width or text[width] == " " else cut.rpartition(" ")[0] or cut).rstrip()


def _last(text: str, width: int) -> str:
    """Return the end of a text without the part of a word at its beginning."""
    cut = text[-width:]
    return (cut if len(text) <= width or text[-width - 1] == " " else cut.partition(" ")[2] or cut).lstrip()


def _around(text: str, place: int, length: int, begin: int, end: int) -> tuple[int, int]:
    """Return where the text around a place begins and ends, within a document and at white space if there is some."""
    before, after = max(begin, place - _WINDOW), min(end, place + length + _WINDOW)
    if before > begin and (found := _WHITE.search(text, before, place)):
        before = found.start()
    return before, after


def kwic(analyzer: Any, word: str, *, n: int = 10, width: int = 40) -> list[Line]:
    """Return the first occurrences of a word in the documents of an analyzer: the key word in context.

    What a word is, and how it is compared, is as the analyzer counts: ``"love"`` finds *Love*, and not *lovely*.

    Args:
        analyzer: a `text_processor.TextAnalyzer` that has kept its documents.
        word: a word as it stands in ``analyzer.words``; an n-gram, if the analyzer counts these.
        n: how many occurrences at most.
        width: how many characters of text before and after the word.

    Returns:
        A list of `Line`, as the text stands there; in the normal form, if the analyzer has one.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: ``n`` or ``width`` is out of its range.
        TextProcessorError: the documents are not kept.

    It takes O(length) time up to the n-th occurrence.

    >>> from text_processor import TextAnalyzer
    >>> from text_processor.report import kwic
    >>> analyzer = TextAnalyzer(words="uax29")
    >>> analyzer.add_document("To be, or not to be, that is the question.")
    >>> kwic(analyzer, "be", n=1, width=12)
    [Line(left='To ', word='be', right=', or not to')]
    """
    if not is_analyzer(analyzer):
        raise TypeError(f"analyzer must be a TextAnalyzer, not {type(analyzer).__name__}")
    if not isinstance(word, str):
        raise TypeError(f"word must be str, not {type(word).__name__}")
    most = checked_number("n", n, 1 << 62)
    finder = Finder(analyzer._options, checked_number("width", width, MOST_WIDTH))
    if word not in analyzer.words:
        return []
    found: list[Line] = []
    texts = Kept(analyzer.get_documents(), can_be_cut=analyzer._options.rule.can_be_cut)
    for piece in texts.pieces(LOOK_LENGTH, finder.margin):
        found += islice(finder.lines(finder.view(piece), word), most - len(found))
        if len(found) == most:
            break
    return found


def lines_of(texts: Texts, parts: Sequence[Part], words: Sequence[str], finder: Finder, n: int) -> dict[str, list[Line]]:
    """Find some occurrences of each word, in as many parts of the text as can be.

    Only those parts are looked through in which the table says that the word is.
    """
    wanted = _shared_out(parts, words, n)
    found: dict[str, list[Line]] = {word: [] for word in words}
    start = end = first = 0
    for piece in texts.pieces(LOOK_LENGTH, finder.margin):
        start, end = end, end + piece.length
        while first < len(parts) - 1 and parts[first].end <= start:
            first += 1
        last = first
        while last < len(parts) - 1 and parts[last].end < end:
            last += 1
        asked = wanted[first : last + 1]  # of the parts that the piece lies in
        if any(asked):
            view = finder.view(piece)
            for word in dict.fromkeys(chain.from_iterable(asked)):
                lines = list(islice(finder.lines(view, word), sum(each.get(word, 0) for each in asked)))
                found[word] += lines
                for each in asked:
                    _take(each, word, len(lines))
    return found


def _take(wanted: dict[str, int], word: str, n: int) -> None:
    """Ask for so many occurrences less."""
    if wanted.get(word, 0) <= n:
        wanted.pop(word, None)
    else:
        wanted[word] -= n


def _shared_out(parts: Sequence[Part], words: Sequence[str], n: int) -> list[dict[str, int]]:
    """Return how many occurrences of which word are wanted of each part."""
    wanted: list[dict[str, int]] = [{} for _ in parts]
    for word in words:
        having = [i for i, part in enumerate(parts) if part.corpus.count_of(word)]
        chosen = [having[i * len(having) // n] for i in range(n)] if having else []
        for i in chosen:
            wanted[i][word] = min(wanted[i].get(word, 0) + 1, parts[i].corpus.count_of(word))
    return wanted
