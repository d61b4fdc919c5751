"""The report as one page of HTML: what is computed of the corpora, and the template that shows it."""

from __future__ import annotations

import heapq
import sys
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from text_processor._common.messages import needs
from text_processor._common.progress import Report
from text_processor._common.visible import as_html, visible
from text_processor._native.corpus import Corpus
from text_processor._words.counting import Way
from text_processor._words.options import WordOptions
from text_processor._words.stop_words import ENGLISH
from text_processor.report import _charts
from text_processor.report._charts import Axis, Curve, Point
from text_processor.report._dispersion import dispersion_of
from text_processor.report._growth import expected_distinct, fit_heaps, spaced_ranks
from text_processor.report._keyness import Key, key_of, scored
from text_processor.report._kwic import Finder, lines_of
from text_processor.report._tables import Table
from text_processor.report._texts import Part, Texts, parts_of

# Lengths of the lists of a page.
KEYS = 20
POINTS = 300
RANKING = 15
CONTEXT_WORDS = 8
CONTEXT_LINES = 5
CONTEXT_WIDTH = 60
STRIPS = 10

# G² of p = 0.0001, which Rayson advises for corpora: thousands of words are compared at once.
LEAST_G2 = 15.13

# In corpora of so many words, words that occur less than five times in both cannot be told from chance anyway.
LARGE_CORPUS = 100_000
LEAST_COUNT = 5

# A difference that is sure may still be small, as that of "the" is between any two books: tables begin with twice as often.
LEAST_DOUBLINGS = 1
CANDIDATES = 2000

# The bar of a word that is so many times as frequent is full; each bar is cut off there.
MOST_DOUBLINGS = 8


@dataclass
class Side:
    """One of the corpora of a report."""

    name: str
    table: Table
    options: WordOptions
    threads: int
    texts: Texts | None
    parts: list[Part] = field(default_factory=list[Part])

    def count_parts(self) -> None:
        """Count the text again, in parts."""
        if self.texts is not None:
            self.parts = parts_of(self.texts, Way(self.threads, self.options.rule))
            n_words = sum(part.corpus.totals().words for part in self.parts)
            if n_words != self.table.total:
                raise ValueError(
                    f"the files of {self.name!r} have {n_words:,} words, but its analyzer has {self.table.total:,}: give the "
                    "files that were counted, with the same documents=, encoding= and errors="
                )

    @property
    def shown(self) -> Any:
        """The name for the page."""
        return _safe(self.name, 60)

    @property
    def label(self) -> str:
        """The name as text, which the template escapes."""
        return visible(self.name)

    @cached_property
    def spectrum(self) -> Mapping[int, int]:
        return self.table.spectrum()

    @cached_property
    def growth(self) -> list[tuple[float, float]]:
        """How many distinct words there are after so many words: in the order of the text, if that is known."""
        if len(self.parts) < 2:
            total = self.table.total
            return [(n := total * i // 40, expected_distinct(self.spectrum, total, n)) for i in range(1, 41) if total * i // 40]
        whole, points = Corpus(), list[tuple[float, float]]()
        for part in self.parts:
            whole.append(part.corpus, 0, 0)
            totals = whole.totals()
            points.append((totals.words, totals.terms))
        return points


def _safe(text: str, most: int = 40) -> Any:
    """Return text for the template as it may be shown: escaped, and isolated from its surroundings."""
    return import_module("markupsafe").Markup(as_html(text, most))


class Steps:
    """Reports how much of all texts has been read in all steps together."""

    def __init__(self, sides: Sequence[Side], ngram_nbytes: int | None) -> None:
        self.total = sum(2 * _length_of(side) for side in sides)  # for parts and for contexts
        if counts_runs(sides):
            self.total += sum(2 * _beginning_of(side, ngram_nbytes) for side in sides)
        self.report: Report = lambda _: None
        self._n_before = 0

    @contextmanager
    def step(self, side: Side, length: int) -> Generator[None, None, None]:
        """Report what is read of a text in one step, which is about so much: of a compressed file no more than its length."""
        texts, done = side.texts, 0

        def tell(n: int) -> None:
            nonlocal done
            done += n
            self.report(self._n_before + min(done, length))

        if texts is not None:
            texts.tell = tell
        yield
        self._n_before += length
        self.report(self._n_before)


def _length_of(side: Side) -> int:
    return 0 if side.texts is None else side.texts.length


def _beginning_of(side: Side, ngram_nbytes: int | None) -> int:
    length = _length_of(side)
    return length if ngram_nbytes is None else min(length, ngram_nbytes)


def counts_runs(sides: Sequence[Side]) -> bool:
    """Whether runs of words are counted: of single words, where there is text."""
    return tuple(sides[0].options.ngrams) == (1, 1) and all(side.texts is not None for side in sides)


def page_of(sides: Sequence[Side], title: str | None, version: str, ngram_nbytes: int | None, steps: Steps) -> str:
    """Return the page."""
    template, style = _template()
    for side in sides:
        with steps.step(side, _length_of(side)):
            side.count_parts()
    least = LEAST_COUNT if min(side.table.total for side in sides) >= LARGE_CORPUS else 1
    keys = _Keys(sides[0].table, sides[1].table, least) if len(sides) == 2 else None
    words = [
        [key.word for key in keys.of(i)] if keys is not None else _content_words(side.table, STRIPS)
        for i, side in enumerate(sides)
    ]
    contexts, spreads = _contexts(sides, words, steps), _spreads(sides, words)
    rankings, sample_note = _rankings(sides, ngram_nbytes, steps)
    contents = [
        ("keys", "Differences") if keys is not None else None,
        ("contexts", "In context") if contexts and keys is not None else None,
        ("words", "Most frequent"),
        ("contexts", "In context") if contexts and keys is None else None,
        ("vocabulary", "Vocabulary"),
        ("dispersion", "Where") if spreads else None,
        ("method", "Method"),
    ]
    names = [visible(side.name) for side in sides]
    return str(
        template.render(
            title=visible(title, 200) if title else " compared with ".join(names),
            style=style,
            sides=sides,
            contents=[each for each in contents if each is not None],
            keys=None if keys is None else [[_key_row(key, keys) for key in keys.of(i)] for i in range(2)],
            least_count=least,
            scatter=None if keys is None else _markup(_scatter(keys, sides)),
            contexts=contexts,
            rankings=rankings,
            sample_note=sample_note,
            figures=_figures(sides),
            charts=[_zipf(sides), _growth(sides)],
            spreads=spreads,
            rule=_rule(sides[0].options),
            missing=_missing(sides),
            version=version,
        )
    )


def check_packages() -> None:
    """Raise `ImportError` if a package that pages need is missing, before long work is done in vain."""
    _jinja2()
    _charts.converter()


def _jinja2() -> Any:
    try:
        return import_module("jinja2")
    except ImportError as error:
        raise ImportError(needs("report", "jinja2", "report")) from error


def _template() -> tuple[Any, Any]:
    jinja2 = _jinja2()
    folder = Path(__file__).parent
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined, loader=None
    )
    style = (folder / "page.css").read_text(encoding="utf-8")
    return environment.from_string((folder / "page.html").read_text(encoding="utf-8")), _markup(style)


def _markup(svg: str | None) -> Any:
    """Mark what is HTML already; the words in a chart were escaped when it was drawn."""
    return None if svg is None else import_module("markupsafe").Markup(svg)


# ---- Differences -----------------------------------------------------------------------------------------------------


class _Keys:
    """The words that distinguish two corpora."""

    def __init__(self, ours: Table, theirs: Table, least: int) -> None:
        self.sizes = ours.total, theirs.total
        best = heapq.nsmallest(CANDIDATES, self._significant(ours, theirs, least))
        self.all = [key_of(word, (a, b), self.sizes, -negative) for negative, word, a, b in best]

    def _significant(self, ours: Table, theirs: Table, least: int) -> Iterator[tuple[float, str, int, int]]:
        if all(self.sizes):
            for g2, word, a, b in scored(ours, theirs, least, 2, LEAST_G2):
                if g2 >= LEAST_G2:
                    yield -g2, word, a, b

    def side_of(self, key: Key) -> int:
        """Return where a word is more frequent."""
        return int(key.target_count * self.sizes[1] < key.reference_count * self.sizes[0])

    def of(self, side: int) -> list[Key]:
        """Return the words that are typical of one of the corpora: twice as frequent, unless there are no such words."""
        found = [key for key in self.all if self.side_of(key) == side]
        return ([key for key in found if abs(key.log_ratio) >= LEAST_DOUBLINGS] or found)[:KEYS]


def _key_row(key: Key, keys: _Keys) -> SimpleNamespace:
    side = keys.side_of(key)
    counts = (key.target_count, key.reference_count) if side == 0 else (key.reference_count, key.target_count)
    sizes = keys.sizes if side == 0 else keys.sizes[::-1]
    doublings = abs(key.log_ratio)
    times = 2**doublings
    return SimpleNamespace(
        shown=_safe(key.word),
        width=min(100 * doublings / MOST_DOUBLINGS, 100),
        times="only here" if not counts[1] else f"{times:,.0f}×" if times >= 9.95 else f"{times:.1f}×",
        rate=_rate(counts[0], sizes[0]),
        other_rate=_rate(counts[1], sizes[1]),
        g2=round(key.g2),
    )


def _rate(count: int, size: int) -> str:
    """Return how often something occurs in a million words."""
    rate = 1e6 * count / size
    return f"{rate:,.0f}" if rate >= 9.95 or not count else f"{rate:.1f}"


def _scatter(keys: _Keys, sides: Sequence[Side]) -> str | None:
    sizes = keys.sizes
    points = [
        Point(
            key.word,
            1e6 * (key.target_count or 0.5) / sizes[0],
            1e6 * (key.reference_count or 0.5) / sizes[1],
            keys.side_of(key),
        )
        for key in keys.all[:POINTS]
    ]
    names = [visible(side.name, 24) for side in sides]
    return _charts.words(points, *(Axis(f"in a million words of {name}", is_log=True) for name in names))


# ---- Words -----------------------------------------------------------------------------------------------------------


def _content_words(table: Table, n: int) -> list[str]:
    """Return the most frequent words that are not in the English list of stop words; of others, if there is no such word."""
    return [word for word, _ in _without_stop_words(table) or table.top(n)][:n]


def _without_stop_words(table: Table) -> list[tuple[str, int]]:
    return [(word, count) for word, count in table.top(len(ENGLISH) + 100) if word.lower() not in ENGLISH]


def _rankings(sides: Sequence[Side], ngram_nbytes: int | None, steps: Steps) -> tuple[list[SimpleNamespace], str | None]:
    single = [
        ("all words", [side.table.top(RANKING) for side in sides]),
        ("without English stop words", [_without_stop_words(side.table)[:RANKING] for side in sides]),
    ]
    low, high = sides[0].options.ngrams
    groups = [_group("Words" if high == 1 else f"Runs of {low} to {high} words", single, sides)]
    if not counts_runs(sides):
        return groups, None
    runs = [[_runs(side, n, ngram_nbytes, steps) for side in sides] for n in (2, 3)]
    lists = [
        (f"{name} words", [found.top(RANKING) for found, _ in each]) for name, each in zip(("two", "three"), runs, strict=True)
    ]
    groups.append(_group("Runs of words", lists, sides))
    is_sample = any(not is_whole for each in runs for _, is_whole in each)
    return groups, _sample_note(ngram_nbytes) if is_sample and ngram_nbytes is not None else None


def _sample_note(nbytes: int) -> str:
    size = f"{nbytes >> 20} MB" if nbytes % (1 << 20) == 0 else f"{nbytes:,} bytes"
    return (
        f"Runs of words were counted in the first {size} of each text. More are counted with ngram_bytes=, or --ngram-bytes "
        "of the command."
    )


def _runs(side: Side, n: int, nbytes: int | None, steps: Steps) -> tuple[Table, bool]:
    """Return the table of runs of n words, and whether it is of all of the text."""
    assert side.texts is not None
    options: dict[str, Any] = side.options.values() | {"ngrams": n}
    rule = WordOptions(**options).rule
    with steps.step(side, _beginning_of(side, nbytes)):
        corpus, is_whole = side.texts.count_beginning(Way(side.threads, rule), sys.maxsize if nbytes is None else nbytes)
    return Table(corpus), is_whole


def _group(
    title: str, lists: Sequence[tuple[str, Sequence[Sequence[tuple[str, int]]]]], sides: Sequence[Side]
) -> SimpleNamespace:
    columns: list[SimpleNamespace] = []
    for name, of_sides in lists:
        for i, rows in enumerate(of_sides):
            owner = f", {visible(sides[i].name, 30)}" if len(sides) == 2 else ""
            columns.append(
                SimpleNamespace(
                    title=f"{name[0].upper()}{name[1:]}{owner}",
                    side=i,
                    most=max((count for _, count in rows), default=1),
                    rows=[SimpleNamespace(word=word, shown=_safe(word), count=count) for word, count in rows],
                )
            )
    return SimpleNamespace(title=title, columns=columns)


# ---- Vocabulary ------------------------------------------------------------------------------------------------------


def _figures(sides: Sequence[Side]) -> list[tuple[str, str, list[str]]]:
    tables = [side.table for side in sides]
    once = [side.spectrum.get(1, 0) for side in sides]
    least = min(table.total for table in tables)
    rows = [
        ("Documents", "", [f"{table.n_documents:,}" for table in tables]),
        ("Words", "all of them, repeated ones each time", [f"{table.total:,}" for table in tables]),
        ("Distinct words", "", [f"{table.n_distinct:,}" for table in tables]),
        (
            "Words that occur once",
            "hapaxes, and their share of the distinct words",
            [f"{n:,} ({_percent(n, table.n_distinct)})" for n, table in zip(once, tables, strict=True)],
        ),
        (
            "Type–token ratio",
            "distinct words in all words; it falls with the length",
            [f"{table.n_distinct / table.total:.4f}" if table.total else "–" for table in tables],
        ),
        ("Words in a document", "the mean", [f"{table.total / (table.n_documents or 1):,.1f}" for table in tables]),
    ]
    if len(sides) == 2 and least:
        expected = [round(expected_distinct(side.spectrum, side.table.total, least)) for side in sides]
        hint = "what a random draw of so many words is expected to have: a fair comparison"
        rows.insert(5, (f"Distinct in {least:,} words", hint, [f"{n:,}" for n in expected]))
    laws = [fit_heaps(side.growth) for side in sides]
    shown = ["–" if law is None else f"{law.k:.2f} · n^{law.beta:.3f}" for law in laws]
    rows.append(("Heaps’ law", "distinct words in n words, fitted", shown))
    return rows


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "–"


def _zipf(sides: Sequence[Side]) -> SimpleNamespace:
    found: list[Curve] = []
    for side in sides:
        counts = side.table.ranked()
        total = side.table.total
        found.append(Curve(side.name, [(rank, 1e6 * counts[rank - 1] / total) for rank in spaced_ranks(len(counts))]))
    svg = _charts.curves(found, Axis("rank of the word", is_log=True), Axis("times in a million words", is_log=True))
    heads = ["rank", *(f"{visible(side.name, 24)}, in a million" for side in sides)]
    ranks = sorted({10**i * m for i in range(9) for m in (1, 2, 5)})
    tables = [(side.table.ranked(), side.table.total) for side in sides]
    rows = [
        [f"{rank:,}", *(f"{1e6 * counts[rank - 1] / total:,.1f}" if rank <= len(counts) else "–" for counts, total in tables)]
        for rank in ranks
        if any(rank <= len(counts) for counts, _ in tables)
    ]
    text = "By Zipf’s law, the second word is half as frequent as the first, the tenth a tenth: nearly a straight line."
    return SimpleNamespace(title="Rank and frequency.", text=text, svg=_markup(svg), heads=heads, rows=rows)


def _growth(sides: Sequence[Side]) -> SimpleNamespace:
    svg = _charts.curves(
        [Curve(side.name, [(0.0, 0.0), *side.growth], is_dashed=len(side.parts) < 2) for side in sides if side.growth],
        Axis("words"),
        Axis("distinct words"),
    )
    rows: list[list[str]] = []
    for side in sides:
        some = side.growth[:: max(1, len(side.growth) // 10)]
        owner = [visible(side.name, 24)] if len(sides) == 2 else []
        rows += [[*owner, f"{words:,.0f}", f"{distinct:,.0f}"] for words, distinct in some]
    heads = [*(["corpus"] if len(sides) == 2 else []), "words", "distinct"]
    is_expected = any(len(side.parts) < 2 for side in sides)
    text = "How many distinct words the text has used up to a place in it." + (
        " Dashed: expected of words in a random order, since the text itself was not kept." if is_expected else ""
    )
    return SimpleNamespace(title="Growth of the vocabulary.", text=text, svg=_markup(svg), heads=heads, rows=rows)


# ---- Places ----------------------------------------------------------------------------------------------------------


def _contexts(sides: Sequence[Side], words: Sequence[Sequence[str]], steps: Steps) -> list[SimpleNamespace]:
    found: list[list[SimpleNamespace]] = []
    for i, side in enumerate(sides):
        chosen = words[i][:CONTEXT_WORDS]
        if side.texts is None or not chosen:
            continue
        with steps.step(side, side.texts.length):
            lines = lines_of(side.texts, side.parts, chosen, Finder(side.options, CONTEXT_WIDTH), CONTEXT_LINES)
        found.append(
            [
                SimpleNamespace(
                    shown=_safe(word),
                    side=i,
                    is_first=word == chosen[0],
                    count=side.table.count_of(word),
                    lines=[
                        SimpleNamespace(left=visible(line.left, 200), word=_safe(line.word), right=visible(line.right, 200))
                        for line in lines[word]
                    ],
                )
                for word in chosen
                if lines[word]
            ]
        )
    return [each for some in found for each in some]


def _spreads(sides: Sequence[Side], words: Sequence[Sequence[str]]) -> list[SimpleNamespace]:
    found: list[SimpleNamespace] = []
    for i, side in enumerate(sides):
        tables = [Table(part.corpus) for part in side.parts]
        tables = [table for table in tables if table.total]
        if len(tables) < 2 or not words[i]:
            continue
        spreads = dispersion_of(tables, words[i][:STRIPS])
        rows = {each.word: [count / table.total for count, table in zip(each.counts, tables, strict=True)] for each in spreads}
        found.append(
            SimpleNamespace(
                side=i,
                n_parts=len(tables),
                svg=_markup(_charts.strips(rows, i)),
                rows=[
                    SimpleNamespace(shown=_safe(each.word), range=each.range, dp=f"{each.dp:.3f}", d=f"{each.d:.3f}")
                    for each in spreads
                ],
            )
        )
    return found


# ---- Method ----------------------------------------------------------------------------------------------------------

_RULES = {
    "space": "Words are what stands between white space",
    "uax29": "Words are those of the Unicode Standard, Annex #29",
    "sklearn": "Words are two or more letters, numbers or underscores, as in scikit-learn",
}
_CASES = {"lower": "in lower case", "fold": "case-folded", "keep": "with their case"}


def _rule(options: WordOptions) -> str:
    said = _RULES.get(options.words) if isinstance(options.words, str) else None
    rest = [options.shown(name) for name in options.changed() if name not in ("words", "case")]
    text = f"{said or visible('Words are found by ' + options.shown('words'), 200)}, {_CASES[options.case]}"
    return f"{text}; {visible(', '.join(rest), 200)}." if rest else f"{text}."


def _missing(sides: Sequence[Side]) -> str | None:
    if all(side.texts is not None for side in sides):
        return None
    return (
        "Only the counts were kept, so that there are no words in context, no runs of words and no places: an analyzer that "
        "keeps its documents has them, and so has one that is given its files."
    )
