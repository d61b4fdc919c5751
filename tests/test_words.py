"""`TextAnalyzer.words` against the dict that it must look like, and against the views of a dict where these have opinions."""

from __future__ import annotations

import copy
import itertools
import pickle
import threading
from collections import Counter, UserDict
from collections.abc import ItemsView, KeysView, Mapping, ValuesView
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from texts import documents, lone_surrogates
from texts import words as some_words

from text_processor import TextAnalyzer, Words, words
from text_processor._native import corpus as native_corpus


def analyzer_of(*texts: str, **options: Any) -> TextAnalyzer:
    analyzer = TextAnalyzer(**options)
    analyzer.add_documents(texts)
    return analyzer


def counted(texts: list[str]) -> Counter[str]:
    return Counter(word.lower() for text in texts for word in text.split())


def many(first: int, end: int) -> str:
    return " ".join(f"word{i}" for i in range(first, end))


# ---- It is the dict --------------------------------------------------------------------------------------------------


@given(st.lists(documents, max_size=6), st.lists(some_words | lone_surrogates, max_size=6), st.booleans())
def test_it_answers_as_the_dict_does(texts: list[str], others: list[str], keep: bool) -> None:
    view, plain = analyzer_of(*texts, keep_documents=keep).words, dict(counted(texts))
    assert (list(view), len(view), bool(view)) == (list(plain), len(plain), bool(plain))
    assert list(view.keys()) == list(plain.keys())
    assert list(view.items()) == list(plain.items())
    assert list(view.values()) == list(plain.values())
    assert list(reversed(view)) == list(reversed(plain))
    assert list(reversed(view.keys())) == list(reversed(plain.keys()))
    assert list(reversed(view.items())) == list(reversed(plain.items()))
    assert list(reversed(view.values())) == list(reversed(plain.values()))
    for word in [*plain, *others]:
        assert (word in view) == (word in plain)
        assert view.get(word) == plain.get(word)
        assert view.get(word, -1) == plain.get(word, -1)
        assert ((word, 1) in view.items()) == ((word, 1) in plain.items())
        assert (word in view.keys()) == (word in plain)  # noqa: SIM118
    assert (1 in view.values(), 3 in view.values()) == (1 in plain.values(), 3 in plain.values())


@pytest.mark.parametrize("n", [1, 2, words.FIRST_SLICE, words.FIRST_SLICE + 1, 3000])
@pytest.mark.parametrize("most", [1, 7, 100_000])
def test_slices_meet_without_gap_or_overlap(monkeypatch: pytest.MonkeyPatch, n: int, most: int) -> None:
    monkeypatch.setattr(words, "SLICE_ENTRIES", most)
    texts = [many(0, n), many(0, n // 2 + 1)]
    view, plain = analyzer_of(*texts).words, dict(counted(texts))
    assert list(view.items()) == list(plain.items())
    assert list(reversed(view.items())) == list(reversed(plain.items()))
    assert (list(view), list(view.values())) == (list(plain), list(plain.values()))


def test_words_are_looked_up_as_they_are() -> None:
    view = analyzer_of("The ΟΔΟΣ").words
    assert (view["the"], view["οδος"]) == (1, 1)
    for word in ("The", "ΟΔΟΣ", "", "the ", "the οδος", "the\n"):
        assert word not in view
        with pytest.raises(KeyError) as caught:
            view[word]
        assert caught.value.args == (word,)


@pytest.mark.parametrize("key", [1, None, b"the", ("the",), [], {}, "\ud800", "the\udfff"], ids=ascii)
def test_what_no_word_can_be_is_unknown(key: Any) -> None:
    view = analyzer_of("the 1 None").words
    with pytest.raises(KeyError) as caught:
        view[key]
    assert caught.value.args == (key,)
    assert key not in view
    assert key not in view.keys()  # noqa: SIM118
    assert (key, 1) not in view.items()
    assert view.get(key) is None
    assert view.get(key, 7) == 7


@pytest.mark.parametrize("item", ["the", ("the",), ("the", 1, 1), None, ["the", 1], ("the", 2), ("The", 1)], ids=str)
def test_items_that_are_not_there(item: Any) -> None:
    assert item not in analyzer_of("the").words.items()
    assert item not in {"the": 1}.items()


def test_an_instance_of_a_subclass_is_a_word_too() -> None:
    class Loud(str):
        __slots__ = ()

        def encode(self, *_: Any) -> bytes:
            raise AssertionError

        def __len__(self) -> int:
            raise AssertionError

    assert analyzer_of("the").words[Loud("the")] == 1


def test_equality() -> None:
    view = analyzer_of("b a b").words
    same = {"a": 1, "b": 2}
    assert view == same
    assert same == view
    assert view == Counter(same)
    assert view == UserDict(same)
    assert view == analyzer_of("a b b", keep_documents=False).words
    for other in ({}, {"a": 1}, {"a": 1, "c": 2}, {"a": 1, "b": 3}, {**same, "c": 1}, {"a": 1, "b": None}, [("a", 1)], None, 3):
        assert view != other
        assert other != view
    assert analyzer_of().words == {}
    assert view.keys() == {"a", "b"}
    assert view.items() == {("a", 1), ("b", 2)}
    assert view.keys() & {"a", "z"} == {"a"}
    assert view.items() - {("a", 1)} == {("b", 2)}


def test_it_is_a_mapping() -> None:
    view = analyzer_of("b a b").words
    assert isinstance(view, Mapping)
    assert isinstance(view, Words)
    assert isinstance(view.keys(), KeysView)
    assert isinstance(view.items(), ItemsView)
    assert isinstance(view.values(), ValuesView)
    assert dict(view) == {**view} == {"b": 2, "a": 1}
    assert Counter(view).most_common(1) == [("b", 2)]
    match view:
        case {"b": n}:
            assert n == 2
        case _:
            pytest.fail("it does not match")


def test_it_is_read_only() -> None:
    analyzer: Any = analyzer_of("a")
    for change in (
        lambda: analyzer.words.__setitem__("a", 2),
        lambda: analyzer.words.__delitem__("a"),
        lambda: setattr(analyzer, "words", {}),
        lambda: setattr(analyzer.words, "more", 1),
    ):
        with pytest.raises(AttributeError):
            change()
    with pytest.raises(TypeError):
        hash(analyzer.words)


class Named(TextAnalyzer):
    pass


def test_its_repr_is_short_and_true() -> None:
    analyzer = Named()
    view = analyzer.words
    assert repr(view) == "<words of Named: 0 distinct>"
    analyzer.add_document(many(0, 5000))
    assert repr(view) == "<words of Named: 5000 distinct>"
    assert repr(view.items()) == "Items(<words of Named: 5000 distinct>)"


@pytest.mark.parametrize("duplicate", [pickle.dumps, copy.copy, copy.deepcopy])
@pytest.mark.parametrize("of", [lambda view: view, Words.keys, Words.items, Words.values])
def test_a_view_cannot_be_pickled_or_copied(duplicate: Any, of: Any) -> None:
    with pytest.raises(TypeError, match="cannot be pickled or copied"):
        duplicate(of(analyzer_of("a").words))


# ---- It is live ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("keep", [True, False])
def test_it_shows_what_is_there_when_it_is_asked(keep: bool) -> None:
    analyzer = TextAnalyzer(keep_documents=keep)
    view, items = analyzer.words, analyzer.words.items()
    assert (len(view), list(view), "a" in view) == (0, [], False)
    analyzer.add_document("a b")
    assert "a" in view
    analyzer.add_document("b")
    assert view["b"] == 2
    analyzer.add_document("c")
    assert len(view) == 3
    analyzer.add_document("d")
    assert repr(view) == "<words of TextAnalyzer: 4 distinct>"
    analyzer.merge(analyzer_of("e", keep_documents=False))
    assert list(items) == [("a", 1), ("b", 2), ("c", 1), ("d", 1), ("e", 1)]
    analyzer.add_document("e")
    assert ("e", 2) in items
    analyzer.clear()
    assert (len(view), list(items), view == {}) == (0, [], True)
    analyzer.add_document("new")
    assert list(items) == [("new", 1)]


def test_it_keeps_its_analyzer() -> None:
    assert list(analyzer_of("a b").words) == ["a", "b"]


@pytest.mark.parametrize("keep", [True, False])
@pytest.mark.parametrize("of", [iter, reversed, lambda view: iter(view.items()), lambda view: reversed(view.values())])
@pytest.mark.parametrize("n_taken", [0, 1, 40, 99, 100])
def test_words_added_while_iterating_are_an_error_at_the_next_step(of: Any, n_taken: int, keep: bool) -> None:
    analyzer = analyzer_of(many(0, 100), keep_documents=keep)
    plain = dict(analyzer.words)
    entries, same = of(analyzer.words), of(plain)
    assert list(itertools.islice(entries, n_taken)) == list(itertools.islice(same, n_taken))
    plain["another"] = 1
    analyzer.add_document("another")
    for iterator in (entries, same):
        with pytest.raises(RuntimeError, match="during iteration"):
            next(iterator)


@pytest.mark.parametrize("n_taken", [0, 1, 40, 99, 100])
def test_clear_while_iterating_is_an_error(n_taken: int) -> None:
    analyzer = analyzer_of(many(0, 100))
    entries = iter(analyzer.words.items())
    list(itertools.islice(entries, n_taken))
    analyzer.clear()
    with pytest.raises(RuntimeError, match="during iteration"):
        next(entries)


@pytest.mark.parametrize("keep", [True, False])
def test_known_words_may_be_added_while_iterating(keep: bool) -> None:
    analyzer = analyzer_of(many(0, 300), keep_documents=keep)
    plain = dict(analyzer.words)
    seen = []
    for (word, count), (plain_word, plain_count) in zip(analyzer.words.items(), plain.items(), strict=True):
        assert (word, count) == (plain_word, plain_count)
        seen.append(count)
        analyzer.add_document("WORD299 word150")
        plain["word299"] += 1
        plain["word150"] += 1
    assert seen[149:152] == [1, 151, 1]
    assert seen[299] == 300


def test_what_comes_while_another_thread_counts_is_an_error_or_whole() -> None:
    analyzer = analyzer_of("start", keep_documents=False)
    stop = threading.Event()

    def add() -> None:
        for i in itertools.count():
            analyzer.add_document(f"a{i} b{i}")
            if stop.wait(0.001):
                return

    thread = threading.Thread(target=add)
    thread.start()
    try:
        n_before = 0
        for _ in range(100):
            view = analyzer.words
            try:
                found = list(view.items())
            except RuntimeError:
                continue
            assert len(found) % 2 == 1  # never half of a document
            assert len(found) >= n_before
            n_before = len(found)
            assert view["start"] == 1
    finally:
        stop.set()
        thread.join()


def test_the_first_word_does_not_cost_the_whole_table(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = []
    terms = native_corpus.Corpus.terms

    def spy(corpus: native_corpus.Corpus, first: int, n: int) -> list[str]:
        sizes.append(n)
        return terms(corpus, first, n)

    monkeypatch.setattr(native_corpus.Corpus, "terms", spy)
    view = analyzer_of(many(0, 200_000)).words
    assert next(iter(view)) == "word0"
    assert sizes == [words.FIRST_SLICE]
    assert sum(1 for _ in view) == 200_000
    assert max(sizes) <= 100_000
