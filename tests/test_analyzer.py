"""`TextAnalyzer` says what `PythonAnalyzer` says, and what it does with what is not a document."""

from __future__ import annotations

import copy
import io
import math
import pickle
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_analyzer import PythonAnalyzer
from texts import any_texts, documents, texts

from text_processor import (
    EmptyAnalyzerError,
    InvalidDocumentError,
    TextAnalyzer,
    TextProcessorError,
    get_memory_stats,
    word_count,
)

BOOK = Path(__file__).parent.parent / "examples" / "kjv.txt"


def assert_same(analyzer: TextAnalyzer, oracle: PythonAnalyzer) -> None:
    """Every answer is equal, order included."""
    assert analyzer.get_statistics() == oracle.get_statistics()
    assert list(analyzer.word_frequency().items()) == list(oracle.word_frequency().items())
    assert list(analyzer.document_frequency().items()) == list(oracle.document_frequency().items())
    for n in (None, 0, 1, 3, 1000):
        assert analyzer.most_common(n) == oracle.most_common(n)
    assert len(analyzer) == analyzer.document_count() == len(oracle.documents)
    assert analyzer.total_words() == oracle.total_words()
    assert repr(analyzer) == f"TextAnalyzer(documents={len(oracle.documents)}, words={oracle.total_words()})"
    if oracle.documents:
        assert analyzer.analyze_sentiment() == pytest.approx(oracle.analyze_sentiment(), rel=1e-12, abs=1e-12)
    else:
        with pytest.raises(EmptyAnalyzerError):
            analyzer.analyze_sentiment()


def add_to_both(analyzer: TextAnalyzer, oracle: PythonAnalyzer, text: str) -> None:
    try:
        oracle.add_document(text)
    except InvalidDocumentError:
        with pytest.raises(InvalidDocumentError):
            analyzer.add_document(text)
    else:
        analyzer.add_document(text)


# ---- The same answers ------------------------------------------------------------------------------------------------


@given(st.lists(any_texts))
def test_any_documents_added_one_by_one(given_texts: list[str]) -> None:
    analyzer, oracle = TextAnalyzer(), PythonAnalyzer()
    for text in given_texts:
        add_to_both(analyzer, oracle, text)
    assert_same(analyzer, oracle)
    assert analyzer.get_documents() == oracle.documents


@given(st.lists(any_texts), st.sampled_from([list, tuple, iter]), st.booleans())
def test_any_documents_added_together(given_texts: list[str], kind: Any, keep: bool) -> None:
    analyzer, oracle = TextAnalyzer(keep_documents=keep), PythonAnalyzer()
    try:
        expected = oracle.add_documents(given_texts)
    except InvalidDocumentError:
        with pytest.raises(InvalidDocumentError) as caught:
            analyzer.add_documents(kind(given_texts))
        assert caught.value.index == caught.value.added == len(oracle.documents)
    else:
        assert analyzer.add_documents(kind(given_texts)) == expected
    assert_same(analyzer, oracle)


@given(texts)
def test_word_count_is_a_counter_over_split(text: str) -> None:
    assert list(word_count(text).items()) == list(Counter(word.lower() for word in text.split()).items())


@pytest.mark.parametrize("separator", ["\n", "\x00 ", "\u2028", " \r\n"])
def test_a_real_book(separator: str) -> None:
    verses = BOOK.read_text(encoding="utf-8").splitlines()[:6000]
    analyzer, oracle = TextAnalyzer(), PythonAnalyzer()
    analyzer.add_documents(verses)
    oracle.add_documents(verses)
    whole = separator.join(verses)
    analyzer.add_document(whole)
    oracle.add_document(whole)
    assert_same(analyzer, oracle)


@pytest.mark.parametrize(
    "word",
    ["x" * 100_000, "Σ" * 100_000, "aΣ" * 50_000, "İ" * 50_000, "a" + "'" * 100_000 + "Σ", "我" * 40_000, "\0" * 100_000],
)
def test_very_long_words(word: str) -> None:
    text = f"{word} b {word} {word}c"
    assert word_count(text) == Counter(w.lower() for w in text.split())


def test_final_sigma_in_every_position() -> None:
    for text in ("ΟΔΟΣ", "ΣΟΦΟΣ ΣΣ Σ", "ΑΣ' ΑΣ'Β 'Σ ΑΣ. ΑΣ.Β", "aΣ\u0301 aΣ\u0301b 1Σ Σ1 a1Σ", "İΣ iΣ̇Σ"):
        assert word_count(text) == Counter(w.lower() for w in text.split())


def test_there_is_no_joining_space() -> None:
    assert word_count("hello world" * 100_000) == {"hello": 1, "worldhello": 99_999, "world": 1}


def test_nul_is_an_ordinary_character() -> None:
    assert word_count("\0 a\0b \0") == {"\0": 2, "a\0b": 1}


@given(st.lists(documents, max_size=4), st.dictionaries(st.text("abAB", min_size=1), st.floats(-1e300, 1e300)))
def test_any_lexicon(given_texts: list[str], lexicon: dict[str, float]) -> None:
    lowered: dict[str, float] = {}
    for word, weight in lexicon.items():
        lowered.setdefault(word.lower(), weight)
    if len(lowered) < len(lexicon):
        with pytest.raises(ValueError, match="once lower-cased"):
            TextAnalyzer(lexicon=lexicon)
    analyzer, oracle = TextAnalyzer(lexicon=lowered), PythonAnalyzer(lowered)
    analyzer.add_documents(given_texts)
    oracle.add_documents(given_texts)
    if not given_texts:
        return
    try:
        expected = oracle.analyze_sentiment()
    except OverflowError:
        expected = math.inf
    if math.isinf(expected):
        with pytest.raises(OverflowError, match="beyond the range"):
            analyzer.analyze_sentiment()
    else:
        assert analyzer.analyze_sentiment() == expected


# ---- Documents -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("blank", ["", " ", "\n", "\x1c\x1d\x1e\x1f", "\u2028\u3000", " " * 100_000])
def test_a_blank_document_is_refused(blank: str) -> None:
    analyzer = TextAnalyzer()
    with pytest.raises(InvalidDocumentError, match=r"^Document cannot be empty$") as caught:
        analyzer.add_document(blank)
    assert caught.value.index is None
    assert len(analyzer) == 0


@pytest.mark.parametrize("surrogate", [chr(code) for code in (0xD800, 0xDBFF, 0xDC80, 0xDFFF)])
def test_a_lone_surrogate_is_refused_with_its_place(surrogate: str) -> None:
    analyzer = TextAnalyzer()
    text = "é" * 200_000 + surrogate
    with pytest.raises(InvalidDocumentError, match="a lone surrogate at character 200000,") as caught:
        analyzer.add_document(text)
    assert (caught.value.index, caught.value.offset) == (None, 200_000)
    with pytest.raises(InvalidDocumentError, match=r"^Document 2 has a lone surrogate") as caught:
        analyzer.add_documents(["a", "b", "c" + surrogate, "d"])
    assert (caught.value.index, caught.value.offset, caught.value.added) == (2, 1, 2)
    assert analyzer.get_documents() == ["a", "b"]
    with pytest.raises(InvalidDocumentError, match="lone surrogate"):
        word_count(text)


@pytest.mark.parametrize("thing", [3, None, ["a"], 1.5])
def test_what_is_no_document_is_named(thing: Any) -> None:
    analyzer = TextAnalyzer()
    name = type(thing).__name__
    with pytest.raises(TypeError, match=rf"Document must be str, bytes or another buffer of bytes, not {name}"):
        analyzer.add_document(thing)
    with pytest.raises(TypeError, match=rf"Document 1 must be str, bytes or .*, not {name}"):
        analyzer.add_documents(["good", thing])
    with pytest.raises(TypeError, match=rf"Document 1 must be str, bytes or .*, not {name}"):
        analyzer.add_documents(iter(["good", thing]))
    with pytest.raises(TypeError, match=name):
        word_count(thing)
    assert analyzer.get_documents() == ["good", "good"]


def test_a_str_is_not_an_iterable_of_documents() -> None:
    for one in ("one document", b"one document"):
        with pytest.raises(TypeError, match="there is add_document"):
            TextAnalyzer().add_documents(one)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="must be an iterable of documents, not int"):
        TextAnalyzer().add_documents(3)  # type: ignore[arg-type]


class Shouting(str):
    """A str that lies about itself; its text is what counts."""

    __slots__ = ()

    def lower(self) -> str:
        return self.upper()

    def split(self, *_: Any) -> list[str]:  # type: ignore[override]
        return []

    def isspace(self) -> bool:
        return True

    def __bool__(self) -> bool:
        return False

    def __len__(self) -> int:
        return 0


def test_subclasses_of_str_are_documents() -> None:
    analyzer = TextAnalyzer()
    loud = Shouting("Be quiet")
    analyzer.add_document(loud)
    analyzer.add_documents([loud, "please"])
    assert analyzer.word_frequency() == {"be": 2, "quiet": 2, "please": 1}
    assert analyzer.get_documents()[0] is loud


class Refusing(str):
    """A str whose methods raise or lie; only what it holds counts."""

    __slots__ = ()

    def __len__(self) -> int:
        raise OSError("no length")

    def encode(self, *_: Any) -> bytes:  # type: ignore[override]
        return b"something else"


def test_what_a_subclass_says_of_itself_does_not_matter() -> None:
    analyzer = TextAnalyzer(lexicon={Refusing("good"): 2.0}, threads=2)
    analyzer.add_document(Refusing("good one"))
    analyzer.add_documents([Refusing("one"), "two", Refusing("a\nb")])
    assert analyzer.word_frequency() == {"good": 1, "one": 2, "two": 1, "a": 1, "b": 1}
    assert analyzer.analyze_sentiment() == 0.5
    assert pickle.loads(pickle.dumps(analyzer)).get_documents() == ["good one", "one", "two", "a\nb"]
    unkept = TextAnalyzer(keep_documents=False)
    unkept.add_document(Refusing("good one"))
    assert unkept.total_words() == 2


class NoText:
    """Not a str, and its length cannot be had."""

    def __len__(self) -> int:
        raise OSError("no length")


def test_what_is_no_document_is_named_whatever_it_does() -> None:
    mixtures: list[Any] = [[NoText()], ["a", NoText()], (NoText(), "a")]
    for mixture in mixtures:
        with pytest.raises(TypeError, match=r"must be str, bytes or .*, not NoText"):
            TextAnalyzer().add_documents(mixture)


def test_documents_are_the_very_objects_in_a_new_list() -> None:
    analyzer = TextAnalyzer()
    text = "some text"
    analyzer.add_document(text)
    listed = analyzer.get_documents()
    assert listed[0] is text
    listed.clear()
    assert analyzer.get_documents() == [text]


def test_an_iterator_is_used_up_to_its_exception() -> None:
    def failing() -> Iterator[str]:
        yield "one"
        yield "two"
        raise RuntimeError("the source is broken")

    analyzer = TextAnalyzer()
    with pytest.raises(RuntimeError, match="the source is broken"):
        analyzer.add_documents(failing())
    assert analyzer.get_documents() == ["one", "two"]


def test_an_iterator_sees_what_it_has_given() -> None:
    analyzer = TextAnalyzer()

    def watching() -> Iterator[str]:
        for n in range(3):
            assert len(analyzer) == n
            assert analyzer.total_words() == n
            yield "word"

    assert analyzer.add_documents(watching()) == 3


def test_an_empty_iterable_adds_nothing() -> None:
    analyzer = TextAnalyzer()
    for nothing in ([], (), iter(()), {}.keys()):
        assert analyzer.add_documents(nothing) == 0
    assert len(analyzer) == 0


def test_a_view_of_a_dict_or_a_file_is_an_iterable_too() -> None:
    analyzer = TextAnalyzer()
    assert analyzer.add_documents({"a b": 1, "c": 2}.keys()) == 2
    assert analyzer.add_documents(io.StringIO("d\ne f\n")) == 2
    assert analyzer.get_documents() == ["a b", "c", "d\n", "e f\n"]


# ---- Options ---------------------------------------------------------------------------------------------------------


def test_documents_that_are_not_kept() -> None:
    analyzer = TextAnalyzer(keep_documents=False)
    for _ in range(5):
        analyzer.add_document("a b")
    assert len(analyzer) == 5
    assert analyzer.word_frequency() == {"a": 5, "b": 5}
    with pytest.raises(TextProcessorError, match="keep_documents"):
        analyzer.get_documents()


def test_documents_that_are_not_kept_do_not_pile_up() -> None:
    analyzer = TextAnalyzer(keep_documents=False)
    for n in range(300):
        analyzer.add_document(f"{'word ' * 10_000}{n}")
    waiting = sum(map(len, analyzer._ledger[1:]))  # type: ignore[arg-type]
    assert waiting <= 4_000_000
    assert analyzer.total_words() == 300 * 10_001
    assert len(analyzer) == 300


@pytest.mark.parametrize("batch", [["a " * 3_000_000], ["a " * 100_000] * 30, ["a b"] * 2_000_000])
def test_a_large_batch_that_is_not_kept_does_not_stay(batch: list[str]) -> None:
    analyzer = TextAnalyzer(keep_documents=False)
    analyzer.add_documents(batch)
    assert sum(map(len, analyzer._ledger[1:])) <= 4_000_000  # type: ignore[arg-type]
    assert len(analyzer) == len(batch)
    assert analyzer.total_words() == sum(len(text.split()) for text in batch)


@pytest.mark.parametrize("threads", [0, -1, 1025, 10**30])
def test_threads_out_of_range(threads: int) -> None:
    with pytest.raises(ValueError, match=rf"from 1 to 1024.* not {threads}"):
        TextAnalyzer(threads=threads)
    with pytest.raises(ValueError, match=rf"from 1 to 1024.* not {threads}"):
        word_count("a", threads=threads)


@pytest.mark.parametrize("threads", ["2", 1.0, True])
def test_threads_of_the_wrong_type(threads: Any) -> None:
    with pytest.raises(TypeError, match=type(threads).__name__):
        TextAnalyzer(threads=threads)


@pytest.mark.parametrize("weight", [math.nan, math.inf, -math.inf, 10**400])
def test_a_weight_that_is_not_finite(weight: float) -> None:
    with pytest.raises(ValueError, match=r"weight of 'meh' must be finite"):
        TextAnalyzer(lexicon={"fine": 1, "meh": weight})


@pytest.mark.parametrize(
    ("lexicon", "message"),
    [
        ({"a": 1, "": 2}, "''.*empty"),
        ({"a b": 1}, "'a b'.*white space"),
        ({"a\u2028": 1}, "white space"),
        ({"Word": 1, "wORD": 1}, "'wORD' equals 'Word' once lower-cased"),
        ({"ΟΔΟΣ": 1, "οδος": 1}, "'οδος' equals 'ΟΔΟΣ'"),
        ({"\ud800": 1}, "surrogate"),
    ],
)
def test_words_that_no_lexicon_can_have(lexicon: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TextAnalyzer(lexicon=lexicon)


@pytest.mark.parametrize(
    ("lexicon", "message"),
    [([("a", 1)], "list"), ({3: 1}, "int"), ({"a": "1"}, "'a' must be a number, not str"), ({"a": None}, "NoneType")],
)
def test_a_lexicon_of_the_wrong_type(lexicon: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        TextAnalyzer(lexicon=lexicon)


def test_words_of_the_lexicon_are_lowered() -> None:
    analyzer = TextAnalyzer(lexicon={"FINE": 2, "ΟΔΟΣ": 0.5})
    analyzer.add_document("fine Fine οδος")
    assert analyzer.analyze_sentiment() == 4.5


def test_an_empty_lexicon_scores_zero() -> None:
    analyzer = TextAnalyzer(lexicon={})
    analyzer.add_document("good")
    assert analyzer.analyze_sentiment() == 0.0


@pytest.mark.parametrize("weights", [(1.7e308, 1.7e308), (-1.7e308, -1.7e308), (1.7e308, -1.7e308)])
def test_a_sentiment_beyond_the_range_of_float(weights: tuple[float, float]) -> None:
    analyzer = TextAnalyzer(lexicon={"a": weights[0], "b": weights[1]})
    analyzer.add_document("a a b b")
    with pytest.raises(OverflowError, match="beyond the range of float"):
        analyzer.analyze_sentiment()


def test_most_common_takes_what_counter_takes() -> None:
    analyzer = TextAnalyzer()
    analyzer.add_document("a b b c c c")
    counter = Counter("abbccc")
    for n in (None, -1, 0, 2, 3, 10**6, True):
        assert analyzer.most_common(n) == counter.most_common(n)
    for wrong in ("2", 2.0):
        with pytest.raises(TypeError):
            analyzer.most_common(wrong)  # type: ignore[arg-type]


def test_most_common_of_many_words() -> None:
    text = " ".join(f"w{n % 5000} w{n % 77}" for n in range(40_000))
    analyzer = TextAnalyzer()
    analyzer.add_document(text)
    counter = Counter(text.split())
    for n in (1, 10, 300, 312, 313, 4999, 5000, None):
        assert analyzer.most_common(n) == counter.most_common(n)


# ---- Analyzers together ----------------------------------------------------------------------------------------------


@given(st.lists(st.lists(documents, max_size=3), min_size=3, max_size=3), st.lists(st.booleans(), min_size=3, max_size=3))
def test_merging_is_adding_and_associative(parts: list[list[str]], keeps: list[bool]) -> None:
    def analyzers() -> list[TextAnalyzer]:
        made = [TextAnalyzer(keep_documents=keep) for keep in keeps]
        for analyzer, part in zip(made, parts, strict=True):
            analyzer.add_documents(part)
        return made

    oracle = PythonAnalyzer()
    oracle.add_documents(text for part in parts for text in part)
    left, middle, right = analyzers()
    left.merge(middle)
    left.merge(right)
    assert_same(left, oracle)
    first, second, third = analyzers()
    second.merge(third)
    first.merge(second)
    assert_same(first, oracle)
    assert_same(third, _oracle_of(parts[2]))
    if all(keeps):
        assert left.get_documents() == first.get_documents() == oracle.documents
    elif not keeps[0] or any(part and not keep for part, keep in zip(parts, keeps, strict=True)):
        with pytest.raises(TextProcessorError, match="not kept"):
            left.get_documents()


def _oracle_of(given_texts: list[str]) -> PythonAnalyzer:
    oracle = PythonAnalyzer()
    oracle.add_documents(given_texts)
    return oracle


def test_merging_with_itself_doubles() -> None:
    analyzer = TextAnalyzer()
    analyzer.add_documents(["a b", "c"])
    analyzer.merge(analyzer)
    analyzer.merge(analyzer)
    assert analyzer.get_documents() == ["a b", "c"] * 4
    assert analyzer.word_frequency() == {"a": 4, "b": 4, "c": 4}


def test_merging_keeps_the_receivers_own() -> None:
    told: list[Any] = []
    one, other = TextAnalyzer(lexicon={"x": 1}), TextAnalyzer(lexicon={"x": 100})
    one.set_callback(told.append)
    other.add_document("x x")
    assert one.merge(other) is None
    assert told == []
    assert one.analyze_sentiment() == 2.0
    assert other.get_documents() == ["x x"]


def test_merging_with_what_is_no_analyzer() -> None:
    with pytest.raises(TypeError, match="dict"):
        TextAnalyzer().merge({})  # type: ignore[arg-type]


@pytest.mark.parametrize("keep", [True, False])
def test_merging_more_words_than_can_be_counted(keep: bool) -> None:
    analyzer = TextAnalyzer(keep_documents=False)
    analyzer.add_document("a")
    for _ in range(47):
        analyzer.merge(analyzer)
    whole = TextAnalyzer(keep_documents=keep)
    whole.merge(analyzer)
    with pytest.raises(OverflowError, match="281474976710656 words; the limit is 281474976710655"):
        whole.merge(analyzer)
    assert whole.word_frequency() == whole.document_frequency() == {"a": 2**47}
    assert len(whole) == 2**47


# ---- As many words as can be counted ---------------------------------------------------------------------------------


def many_words(n: int) -> TextAnalyzer:
    """One word, so many times."""
    analyzer = TextAnalyzer(keep_documents=False)
    analyzer.add_document("spam")
    power = copy.copy(analyzer)
    analyzer.clear()
    while n:
        if n & 1:
            analyzer.merge(power)
        n >>= 1
        if n:
            power.merge(power)
    return analyzer


def answers(analyzer: TextAnalyzer) -> tuple[Any, ...]:
    return analyzer.get_statistics(), analyzer.word_frequency(), len(analyzer), pickle.dumps(analyzer)


@pytest.mark.parametrize("keep", [True, False])
def test_what_goes_over_the_most_words_is_refused_and_changes_nothing(keep: bool) -> None:
    service = TextAnalyzer(keep_documents=keep)
    service.add_documents(["precious counts", "of years"])
    part = many_words(2**46)
    for _ in range(3):
        service.merge(part)
    before = answers(service)
    for call in (
        lambda: service.merge(part),
        lambda: service.merge(service),
        lambda: service.merge(many_words(2**46 - 3)),
    ):
        with pytest.raises(OverflowError, match=r"all documents together have \d+ words; the limit is 281474976710655"):
            call()
        assert answers(service) == before
    service.merge(many_words(2**46 - 7))
    service.add_document("one")
    before = answers(service)
    for call in (
        lambda: service.add_document("two words"),
        lambda: service.add_document(b"two words"),
        lambda: service.add_documents(["two words"]),
        lambda: service.add_documents(["two words"], progress=lambda done, total: None),
        lambda: service.add_documents(iter(["two words"])),
        lambda: service.add_buffer(b"two words"),
        lambda: service.add_buffer(b"two\nwords"),
    ):
        with pytest.raises(OverflowError, match=r"281474976710656 words; the limit is 281474976710655"):
            call()
        assert answers(service) == before
    with pytest.raises(OverflowError, match=r"281474976710656 words; the limit is 281474976710655"):
        service.add_documents(["last", "word"])
    assert service.total_words() == 2**48 - 1
    assert (service.words["last"], service.words["precious"], "word" in service.words) == (1, 1, False)


@pytest.mark.parametrize("restored", [copy.copy, lambda analyzer: pickle.loads(pickle.dumps(analyzer))])
def test_nothing_can_be_added_to_what_holds_the_most_words(restored: Callable[[TextAnalyzer], TextAnalyzer]) -> None:
    full = restored(many_words(2**48 - 1))
    before = answers(full)
    full.set_callback(lambda info: None)
    for added in (["word"], ["two", "words"]):
        with pytest.raises(OverflowError, match="the limit is"):
            full.add_documents(added)
    assert answers(full) == before
    assert full.add_documents([]) == 0


# ---- Many parts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("keep", [True, False])
def test_memory_follows_the_words_of_the_result_not_those_of_the_parts(keep: bool) -> None:
    part = TextAnalyzer(keep_documents=keep)
    part.add_document(" ".join(f"word{i}" for i in range(5000)))
    part.total_words()
    whole = TextAnalyzer(keep_documents=keep)
    most = 4 * get_memory_stats()["kinds"]["word_tables"]["bytes"]
    for _ in range(100):
        whole.merge(part)
        assert get_memory_stats()["kinds"]["word_tables"]["bytes"] < most
    assert set(whole.word_frequency().values()) == {100}


def test_an_answer_after_many_merges_takes_linear_time() -> None:
    part = TextAnalyzer()
    part.add_documents(["a b"] * 10)
    analyzer = TextAnalyzer()
    for _ in range(20_000):
        analyzer.merge(part)
    assert analyzer.word_frequency() == {"a": 200_000, "b": 200_000}
    assert len(analyzer.get_documents()) == 200_000


def test_clear_keeps_lexicon_options_and_callback() -> None:
    told: list[Any] = []
    analyzer = TextAnalyzer(lexicon={"fine": 3}, keep_documents=False)
    analyzer.set_callback(told.append)
    analyzer.add_document("before")
    analyzer.clear()
    assert (len(analyzer), analyzer.word_frequency()) == (0, {})
    analyzer.add_document("fine")
    assert told[-1] == {"text": "fine", "word_count": 1, "total_documents": 1}
    assert analyzer.analyze_sentiment() == 3.0
    with pytest.raises(TextProcessorError):
        analyzer.get_documents()


def test_clear_forgets_that_a_part_had_no_documents() -> None:
    analyzer, part = TextAnalyzer(), TextAnalyzer(keep_documents=False)
    part.add_document("gone")
    analyzer.merge(part)
    analyzer.add_document("after")
    assert analyzer.word_frequency() == {"gone": 1, "after": 1}
    analyzer.clear()
    analyzer.add_document("new")
    assert analyzer.get_documents() == ["new"]


class Named(TextAnalyzer):
    """A subclass with something of its own."""

    def __init__(self, name: str) -> None:
        super().__init__(lexicon={"fine": 2})
        self.tags = [name]


@pytest.mark.parametrize("keep", [True, False])
@pytest.mark.parametrize("how", ["copy", "deepcopy", *range(2, pickle.HIGHEST_PROTOCOL + 1)])
def test_copies_are_equal_and_independent(how: Any, keep: bool) -> None:
    original, oracle = TextAnalyzer(keep_documents=keep), PythonAnalyzer()
    for text in ("a good b", "bad \0 ΑΣ 我"):
        original.add_document(text)
        oracle.add_document(text)
    original.set_callback(print)
    twin = _copied(original, how)
    assert_same(twin, oracle)
    twin.add_document("only here; nothing is printed")
    assert_same(original, oracle)
    if keep:
        assert twin.get_documents() == [*oracle.documents, "only here; nothing is printed"]


def _copied(original: Any, how: Any) -> Any:
    if isinstance(how, int):
        return pickle.loads(pickle.dumps(original, protocol=how))
    return getattr(copy, how)(original)


class Slotted(TextAnalyzer):
    """A subclass with slots of its own, one of which is empty."""

    __slots__ = ("missing", "tags")


@pytest.mark.parametrize("how", ["copy", "deepcopy", 2, 5])
def test_copies_of_a_subclass_with_slots(how: Any) -> None:
    original = Slotted()
    original.tags = ["first"]
    twin = _copied(original, how)
    assert twin.tags == ["first"]
    assert (twin.tags is original.tags) == (how == "copy")
    assert not hasattr(twin, "missing")


@pytest.mark.parametrize("how", ["copy", "deepcopy", 2, 5])
def test_copies_of_a_subclass(how: Any) -> None:
    original = Named("first")
    original.add_document("fine")
    twin = _copied(original, how)
    assert type(twin) is Named
    assert twin.tags == ["first"]
    assert (twin.tags is original.tags) == (how == "copy")
    assert twin.analyze_sentiment() == 2.0


def test_equality_is_identity() -> None:
    one, other = TextAnalyzer(), TextAnalyzer()
    assert one == one  # noqa: PLR0124
    assert one != other
    assert len({one, other}) == 2
