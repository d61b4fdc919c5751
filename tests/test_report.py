"""The statistics of `text_processor.report`, held against published examples, SciPy and plain Python."""

from __future__ import annotations

import gzip
import math
import re
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from text_processor import TextAnalyzer, segment
from text_processor._documents.sources import Options
from text_processor._words.counting import Way
from text_processor._words.options import WordOptions
from text_processor.report import dispersion, keyness, kwic, page
from text_processor.report._growth import expected_distinct, fit_heaps, spaced_ranks
from text_processor.report._keyness import scored
from text_processor.report._kwic import Finder, lines_of
from text_processor.report._tables import Table
from text_processor.report._texts import PARTS, Files, Kept, parts_of


def analyzed(*documents: str, **options: Any) -> TextAnalyzer:
    analyzer = TextAnalyzer(**options)
    analyzer.add_documents(documents)
    return analyzer


def of_sizes(a: int, n: int, b: int, m: int) -> tuple[dict[str, int], dict[str, int]]:
    """Two corpora of n and m words, in which a word occurs a and b times."""
    return {"word": a, "others": n - a}, {"word": b, "others": m - b}


# ---- Keyness ---------------------------------------------------------------------------------------------------------


def test_g2_is_that_of_the_example_of_lancaster_university() -> None:
    """From the university's course on corpora: 52 times in 50,000 words and 57 times in 75,000 give 2.65."""
    key = next(key for key in keyness(*of_sizes(52, 50_000, 57, 75_000)) if key.word == "word")
    assert round(key.g2, 2) == 2.65


@pytest.mark.parametrize(
    ("counts", "expected"),
    [((110, 2442, 111, 29114), 270.72), ((29, 13, 123, 31612), 263.90), ((31, 23, 139, 31584), 256.84)],
    ids=["the swiss", "can be", "previous year"],
)
def test_g2_of_four_cells_is_that_of_dunnings_table(counts: tuple[int, int, int, int], expected: float) -> None:
    a, rest, b, others = counts
    key = next(key for key in keyness(*of_sizes(a, a + rest, b, b + others), cells=4) if key.word == "word")
    assert round(key.g2, 2) == expected


def test_keys_have_the_order_of_quanteda() -> None:
    """The order that its tests expect for these documents, with ``measure="lr", correction="none"``: signed, highest first."""
    keys = keyness(Counter("aaabbccccccdefghh"), Counter("aabccddddefh"), cells=4)
    signed = sorted(keys, key=lambda key: (-math.copysign(key.g2, key.log_ratio), key.word))
    # log_ratio takes a count of 0 as 0.5, so that the word that one document lacks is on its side, too.
    assert "".join(key.word for key in signed) == "cgbhaefd"


counts = st.tuples(st.integers(0, 10**6), st.integers(0, 10**9)).map(lambda pair: (pair[0], pair[0] + pair[1] + 1))


@given(counts, counts)
def test_g2_is_scipys(ours: tuple[int, int], theirs: tuple[int, int]) -> None:
    (a, n), (b, m) = ours, theirs
    found = {cells: {key.word: key for key in keyness(*of_sizes(a, n, b, m), cells=cells)} for cells in (2, 4)}
    if not a + b:
        assert "word" not in found[2]
        return
    share = (a + b) / (n + m)
    expected = stats.power_divergence([a, b], [n * share, m * share], lambda_="log-likelihood")
    tolerance = 1e-9 + 1e-12 * (a + b)  # of the terms, which cancel
    assert found[2]["word"].g2 == pytest.approx(expected.statistic, rel=1e-6, abs=tolerance)
    if n - a + m - b:
        table = stats.chi2_contingency([[a, b], [n - a, m - b]], correction=False, lambda_="log-likelihood")
        assert found[4]["word"].g2 == pytest.approx(table.statistic, rel=1e-6, abs=1e-9 + 1e-12 * (n + m))
    key = found[2]["word"]
    assert key.p == pytest.approx(stats.chi2.sf(key.g2, 1), rel=1e-9)
    assert key.low <= key.log_ratio <= key.high
    if a and b:
        assert key.log_ratio == pytest.approx(math.log2((a / n) / (b / m)), abs=1e-9)
        interval = stats.contingency.relative_risk(a, n, b, m).confidence_interval(0.95)
        assert (key.low, key.high) == pytest.approx((math.log2(interval.low), math.log2(interval.high)), abs=1e-6)


@given(st.lists(st.sampled_from("abcdef"), min_size=1), st.lists(st.sampled_from("defghi"), min_size=1), st.integers(1, 3))
def test_analyzers_and_mappings_have_the_same_keys(ours: list[str], theirs: list[str], least: int) -> None:
    one, other = analyzed(" ".join(ours)), analyzed(" ".join(theirs))
    expected = keyness(Counter(ours), Counter(theirs), min_count=least)
    assert keyness(one, other, min_count=least) == keyness(one.words, other.words, min_count=least) == expected
    frequent = {word for word in {*ours, *theirs} if max(ours.count(word), theirs.count(word)) >= least}
    assert {key.word for key in expected} == frequent
    assert all((key.target_count, key.reference_count) == (ours.count(key.word), theirs.count(key.word)) for key in expected)


def test_counts_may_be_numbers_of_numpy_and_others_are_refused() -> None:
    ours = {"a": np.uint8(200), "b": np.int64(100)}
    assert keyness(ours, {"a": 2}) == keyness({"a": 200, "b": 100}, {"a": 2})
    assert dispersion([ours, {"a": 2}], ["a"]) == dispersion([{"a": 200, "b": 100}, {"a": 2}], ["a"])
    for wrong in (True, 1.0, np.float64(1), "1", None):
        with pytest.raises(TypeError, match="the count of 'a' in target must be an int"):
            keyness({"a": wrong}, {"a": 2})
    for wrong in (-1, 1 << 64, 10**400):
        with pytest.raises(ValueError, match="the count of 'a' in part 1 must be from 0 to 18446744073709551615"):
            dispersion([{"a": 1}, {"a": wrong}], ["a"])
    assert keyness({"a": (1 << 64) - 1, "b": (1 << 64) - 1}, {"a": 1})[1].target_count == (1 << 64) - 1


def test_one_corpus_is_not_taken_for_parts() -> None:
    analyzer = analyzed("a b")
    for wrong in (analyzer, analyzer.words, {"a": 1}, 5):
        with pytest.raises(TypeError, match="parts must be an iterable of analyzers or mappings"):
            dispersion(wrong, ["a"])


# ---- Dispersion and growth -------------------------------------------------------------------------------------------


def test_dispersion_is_that_of_gries_examples() -> None:
    """From his papers: three equal parts with two thirds, one third and none; and five parts of 9 to 11 letters."""
    thirds = dispersion([{"a": 2, "x": 1}, {"a": 1, "x": 2}, {"x": 3}], ["a"])[0]
    assert (thirds.counts, thirds.range, thirds.dp) == ((2, 1, 0), 2, pytest.approx(1 / 3))
    letters = ["bamnibeup", "basatbewqn", "bcagabesta", "baghabeaat", "bahaabeaxat"]
    parts = [analyzed(" ".join(part)) for part in letters]
    found = dispersion(parts, ["a", "never"])
    assert (round(found[0].d, 3), round(found[0].dp, 2)) == (0.785, 0.18)
    assert (found[1].range, math.isnan(found[1].d), math.isnan(found[1].dp)) == (0, True, True)


def test_a_word_of_one_part_and_one_of_all() -> None:
    only, even = dispersion([{"only": 1, "even": 3}, {"even": 3, "x": 1}, {"even": 3, "y": 1}, {}], ["only", "even"])
    assert (only.d, even.d, even.dp) == (pytest.approx(0), 1, 0)
    assert only.dp == pytest.approx(2 / 3)


def test_expected_growth_is_the_mean_of_draws() -> None:
    """Of each word's occurrences none is among n with the probability that binomial interpolation says."""
    table = Counter({"a": 3, "b": 1, "c": 1})
    spectrum = Counter(table.values())
    expected = sum(1 - (1 - 2 / 5) ** count for count in table.values())
    assert expected_distinct(spectrum, 5, 2) == pytest.approx(expected)
    assert [expected_distinct(spectrum, 5, n) for n in (5, 9)] == [3, 3]


def test_heaps_law_is_found_again() -> None:
    law = fit_heaps([(n, 10 * n**0.6) for n in (10, 100, 1000, 5000)])
    assert law == (pytest.approx(10), pytest.approx(0.6))
    assert fit_heaps([(10.0, 3.0)]) is None
    assert (spaced_ranks(0), spaced_ranks(1), spaced_ranks(3)) == ([], [1], [1, 2, 3])


# ---- Texts again -----------------------------------------------------------------------------------------------------

# Lines with blanks, some long, in several scripts.
lines = st.lists(st.text(st.sampled_from("ab é\u3000日.\t"), max_size=40), min_size=1, max_size=60)


@given(
    lines, st.sampled_from([{}, {"words": "uax29"}, {"words": r"\w+ ?\w*"}, {"ngrams": 2}]), st.sampled_from(["lines", "whole"])
)
def test_parts_of_documents_and_files_are_the_whole(
    tmp_path_factory: pytest.TempPathFactory, given_lines: list[str], options: dict[str, Any], documents: str
) -> None:
    rule = WordOptions(**options).rule
    path = tmp_path_factory.mktemp("texts") / "text.gz"
    path.write_bytes(gzip.compress("\n".join(given_lines * 9).encode()))
    whole = TextAnalyzer(**options)
    whole.add_file(path, documents=documents)
    kept = [line for line in given_lines * 9 if not line.isspace() and line]
    of_kept = analyzed(*kept, **options)
    for texts, expected in (
        (Files([path], Options(documents, "skip"), 0, can_be_cut=rule.can_be_cut), whole),
        (Kept(kept, can_be_cut=rule.can_be_cut), of_kept),
    ):
        parts = parts_of(texts, Way(1, rule), first_length=16)
        assert len(parts) < 2 * PARTS + 1
        assert sum(part.corpus.totals().words for part in parts) == expected.total_words()
        assert [part.end for part in parts] == sorted({part.end for part in parts})
        found: Counter[str] = Counter()
        for part in parts:
            found.update(
                dict(
                    zip(
                        part.corpus.terms(0, part.corpus.count_terms()),
                        part.corpus.counts(0, part.corpus.count_terms()),
                        strict=True,
                    )
                )
            )
        assert found == expected.word_frequency()


# ---- Words in context ------------------------------------------------------------------------------------------------

SPLITS = {
    "space": str.split,
    "uax29": lambda text: list(segment.words(text)),
    "sklearn": lambda text: re.findall(r"\b\w\w+\b", text),
    r"a+": lambda text: re.findall("a+", text),
}


@given(st.lists(st.text(st.sampled_from("aAbB01,.' éß_\n"), min_size=1), min_size=1), st.sampled_from([*SPLITS]))
def test_as_many_occurrences_are_found_as_were_counted(documents: list[str], words: str) -> None:
    documents = [document for document in documents if not document.isspace()]
    analyzer = analyzed(*documents, words=words)
    for word, count in analyzer.word_frequency().items():
        found = kwic(analyzer, word, n=1000, width=30)
        assert len(found) == count
        assert {line.word.lower() for line in found} == {word}
    expected = Counter(word for document in documents for word in SPLITS[words](document.lower()))
    assert analyzer.word_frequency() == expected


def test_context_ends_between_words_and_with_its_document() -> None:
    analyzer = analyzed("one two three KEY four\n five six seven", "another", words="uax29")
    assert kwic(analyzer, "key", width=9) == [("three ", "KEY", " four")]
    assert kwic(analyzer, "seven", width=40) == [("one two three KEY four five six ", "seven", "")]
    assert kwic(analyzer, "KEY") == []
    many = analyzed("x,y " * 500, words="space")
    assert len(kwic(many, "x,y", n=300)) == 300


def test_an_ngram_and_stripped_accents_are_found() -> None:
    analyzer = analyzed("Un CAFÉ, un\nthé", words="uax29", accents="strip", ngrams=2)
    assert [line.word for line in kwic(analyzer, "cafe un")] == ["CAFÉ, un"]
    folded = analyzed("Die Straße und STRASSE", case="fold")
    assert [line.word for line in kwic(folded, "strasse")] == ["Straße", "STRASSE"]


def test_no_ngram_goes_beyond_its_document(tmp_path: Path) -> None:
    analyzer = analyzed("x a", "b y", "a b", ngrams=(1, 2))
    assert kwic(analyzer, "a b") == [("", "a b", "")]
    far = "a" + " " * 1000 + "b"
    assert kwic(analyzed(far, ngrams=2), "a b") == [("", far, "")]
    path = tmp_path / "text.txt"
    path.write_text("x a\nb y\nlast a b\n", encoding="utf-8")
    texts, ngrams = Files([path], Options("lines", "skip"), 0, can_be_cut=False), WordOptions(ngrams=2)
    found = lines_of(texts, parts_of(texts, Way(1, ngrams.rule)), ["a b"], Finder(ngrams, 20), 5)
    assert found == {"a b": [("x a b y last ", "a b", "")]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("straße love cafe\u0301 love end", [("straße ", "love", " café love end"), ("straße love café ", "love", " end")]),
        ("ﬁne café, love", [("ﬁne café, ", "love", "")]),
        ("İİ love cafe\u0301\u0301", [("İİ ", "love", " cafe\u0301\u0301")]),
    ],
)
def test_changes_of_length_move_no_word(text: str, expected: list[tuple[str, str, str]]) -> None:
    analyzer = analyzed("ß", text, case="fold", accents="strip")
    assert kwic(analyzer, "love") == [tuple(each.replace("fé ", "fe\u0301 ") for each in line) for line in expected]


folding = st.text(st.sampled_from("aAßİΣσςé\u0301\u0345ﬁ한 ,."), min_size=1)


@given(
    st.lists(folding, min_size=1, max_size=8),
    st.sampled_from(["space", "uax29"]),
    st.sampled_from(["lower", "fold"]),
    st.sampled_from(["keep", "strip"]),
)
def test_what_is_shown_of_a_document_is_the_document(documents: list[str], words: str, case: str, accents: str) -> None:
    documents = [document for document in documents if not document.isspace()]
    analyzer = analyzed(*documents, words=words, case=case, accents=accents)
    finder = Finder(analyzer._options, 100)
    for word, count in analyzer.word_frequency().items():
        found = kwic(analyzer, word, n=1000, width=1000)
        assert len(found) == count
        for line in found:
            assert finder._changed(line.word).replace("ς", "σ") == word.replace("ς", "σ")
            assert "".join("".join(line).split()) in {"".join(document.split()) for document in documents}


@pytest.mark.parametrize("n_before", [16_383, 16_384, 16_385, 20_000])
def test_context_goes_beyond_a_piece(tmp_path: Path, n_before: int) -> None:
    text = "w " * n_before + "needle " + "é " * 40_000
    analyzer = analyzed(text)
    expected = [("w w w w ", "needle", " é é é é")]
    assert kwic(analyzer, "needle", width=8) == expected
    path = tmp_path / "text.txt"
    path.write_text(text, encoding="utf-8")
    rule = analyzer._options.rule
    for texts in (
        Kept([text.encode()], can_be_cut=True),
        Files([path], Options("whole", "skip"), 0, can_be_cut=True),
        Files([path, path], Options("lines", "skip"), 0, can_be_cut=True),
    ):
        found = lines_of(texts, parts_of(texts, Way(1, rule)), ["needle"], Finder(analyzer._options, 8), 1)
        assert found["needle"] == expected


@pytest.mark.parametrize(
    ("words", "ngrams"), [('"[^"]*"', 1), (r"(?<=b )a+", 1), (r"^\w+", 1), (r"\w+ ?\w*", (1, 2)), ("[^a]+", 3)]
)
def test_matches_that_depend_on_others_are_found(words: str, ngrams: Any) -> None:
    text = 'a b "b a" aab b ' * 40 + '"' + "b" * 300 + ' a" b a'
    analyzer = analyzed(text, text[1:], words=words, ngrams=ngrams)
    for word, count in analyzer.word_frequency().items():
        assert len(kwic(analyzer, word, n=10_000)) == count


def test_a_short_rest_of_a_document_has_context() -> None:
    rest = "w " * 20_000 + "x" * 40_000 + " needle"
    for others in ([], ["another"]):
        assert kwic(analyzed(rest, *others), "needle", width=5) == [("xxxx ", "needle", "")]


@pytest.mark.parametrize("words", ["uax29", "space", r"\w+"])
def test_a_document_may_begin_with_what_belongs_to_the_character_before(words: str) -> None:
    analyzer = analyzed("\u0345", "a\x1eb", "\u0345\u200d x", "c\nd\u2028", words=words)
    for word, count in analyzer.word_frequency().items():
        assert len(kwic(analyzer, word)) == count


# ---- Pages -----------------------------------------------------------------------------------------------------------


def test_a_report_says_what_it_lacks(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_text("one two\ntwo three\n" * 50, encoding="utf-8")
    analyzer = TextAnalyzer()
    analyzer.add_file(path)
    alone, with_file = page(analyzer), page(analyzer, files=[path])
    lacking, context = "Only the counts were kept", '<section id="contexts">'
    assert (lacking in alone, context in alone) == (True, False)
    assert (lacking in with_file, context in with_file) == (False, True)
    with pytest.raises(ValueError, match=r"have 400 words, but its analyzer has 200"):
        page(analyzer, files=[path, path])


def test_the_same_corpus_is_not_distinguished() -> None:
    one = analyzed("to be or not to be")
    assert "No word is significantly more frequent" in page(one, versus=one.__copy__())


def test_the_report_is_written_by_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from text_processor.cli import main

    one, other, made = tmp_path / "sea.txt", tmp_path / "land.txt", tmp_path / "page.html"
    one.write_text("the whale and the ship, " * 100, encoding="utf-8")
    other.write_text("the road and the hill, " * 100, encoding="utf-8")
    assert main(["report", str(one), "--versus", str(other), "-o", str(made), "--title", "Sea & land"]) == 0
    text = made.read_text(encoding="utf-8")
    assert all(each in text for each in ("<title>Sea &amp; land</title>", "whale", "sea.txt"))
    assert len(text) < 1_500_000
    assert capsys.readouterr().err.startswith(f"{made}: ")
    assert main(["report", str(one), "--name", "A", "-o", str(made), "--no-progress"]) == 0


def test_progress_is_reported_and_ends_with_the_total(tmp_path: Path) -> None:
    text = ("one two three\n" * 50_000).encode()
    plain, packed = tmp_path / "text.txt", tmp_path / "text.txt.gz"
    plain.write_bytes(text)
    packed.write_bytes(gzip.compress(text))
    for path in (plain, packed):
        analyzer = TextAnalyzer(keep_documents=False)
        analyzer.add_file(path)
        told: list[tuple[int, int | None]] = []
        page(analyzer, files=[path], progress=lambda done, total, told=told: told.append((done, total)))  # type: ignore[misc]
        total = 4 * path.stat().st_size  # read for parts, for context, and for runs of two and of three words
        assert told[-1] == (total, total)
        assert told == sorted(told)
    with pytest.raises(InterruptedError):
        page(analyzer, files=[packed], progress=_interrupt)


def _interrupt(_done: int, _total: int | None) -> None:
    raise InterruptedError


def test_runs_of_words_are_counted_in_as_much_as_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_text("at first\n" * 100 + "in the end\n" * 300, encoding="utf-8")
    analyzer = TextAnalyzer()
    analyzer.add_file(path)
    beginning = page(analyzer, files=[path], ngram_bytes=500)
    assert "Runs of words were counted in the first 500 bytes of each text." in beginning
    for made, has_end in (
        (beginning, False),
        (page(analyzer, files=[path]), True),
        (page(analyzer, files=[path], ngram_bytes=None), True),
    ):
        runs = made[made.index("<h3>Runs of words") :]
        assert (">at first<" in runs, ">in the end<" in runs) == (True, has_end)
        assert ("Runs of words were counted in" in made) != has_end


def test_words_that_cannot_be_significant_are_not_looked_up() -> None:
    """The same keys as without leaving any out."""
    ours, theirs = (
        Table(analyzed("a b " * 300 + "c " * 40 + "d e f " * 6)._ledger.settle()),
        Table(analyzed("a " * 200 + "d " * 4 + "g " * 60)._ledger.settle()),
    )
    everything = {word: (score, a, b) for score, word, a, b in scored(ours, theirs, 5, 2)}
    some = {word: (score, a, b) for score, word, a, b in scored(ours, theirs, 5, 2, 15.13)}
    assert some == {word: everything[word] for word in some}
    assert {word for word, found in everything.items() if found[0] >= 15.13} <= {*some} < {*everything}
