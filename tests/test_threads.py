"""One analyzer in the hands of many threads, and many threads at work on one text."""

import copy
import pickle
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager, suppress
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_analyzer import PythonAnalyzer

from text_processor import EmptyAnalyzerError, TextAnalyzer, word_count
from text_processor._documents import batches
from text_processor._native import corpus as native_corpus
from text_processor._native import status as native_status

pytestmark = pytest.mark.alone  # threads meet each other where all processors are theirs

# A deadlock is no slowness: whoever waits so long waits for ever.
PATIENCE_SECONDS = 60


@pytest.fixture(autouse=True)
def switch_often():
    """Python changes threads every 5 ms by itself, which leaves most of the code to a single one."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


def run_together(*functions):
    """Run each function in a thread of its own; raise what any of them raised, and see that all of them end."""
    errors = []
    start = threading.Barrier(len(functions))

    def run(function):
        try:
            start.wait(PATIENCE_SECONDS)
            function()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(function,), daemon=True) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    if errors:
        raise errors[0]
    assert [thread.name for thread in threads if thread.is_alive()] == []


# ---- Everything at once ----------------------------------------------------------------------------------------------

# Every document is this one, so that each answer must be a multiple of its answer.
TEXT = "Good beta BETA gamma"
TEXT_COUNTS = {"good": 1, "beta": 2, "gamma": 1}


def is_multiple(counts, of):
    n = counts.get("good", 0)
    return counts == ({word: n * count for word, count in of.items()} if n else {})


def check_statistics(analyzer):
    seen = analyzer.get_statistics()
    n = seen["document_count"]
    assert seen == {"document_count": n, "total_words": 4 * n, "unique_words": 3 if n else 0}


def check_frequencies(analyzer):
    assert is_multiple(analyzer.word_frequency(), TEXT_COUNTS)
    assert is_multiple(analyzer.document_frequency(), dict.fromkeys(TEXT_COUNTS, 1))


def check_ranking(analyzer):
    ranking = analyzer.most_common()
    assert not ranking or [word for word, _ in ranking] == ["beta", "good", "gamma"]
    assert is_multiple(dict(ranking), TEXT_COUNTS)


def check_documents(analyzer):
    if analyzer.keeps:
        assert set(analyzer.get_documents()) <= {TEXT}
    assert analyzer.total_words() % 4 == 0


def check_sentiment(analyzer):
    with suppress(EmptyAnalyzerError):
        assert analyzer.analyze_sentiment() == 1.0


def check_repr(analyzer):
    documents, words = repr(analyzer).removesuffix(")").split("=")[1:]
    assert int(words) == 4 * int(documents.split(",")[0])


def check_pickle(analyzer):
    again = pickle.loads(pickle.dumps(analyzer))
    check_statistics(again)
    check_frequencies(again)


def check_copy(analyzer):
    copied = copy.copy(analyzer)
    before = copied.document_count()
    copied.add_document(TEXT)
    assert copied.document_count() == before + 1
    check_statistics(copied)


class Analyzer(TextAnalyzer):
    def __init__(self, **options):
        super().__init__(**options)
        self.keeps = options["keep_documents"]


@pytest.mark.parametrize("keep_documents", [True, False])
def test_every_answer_is_of_a_state_that_existed(keep_documents):
    analyzer, other = Analyzer(keep_documents=keep_documents), TextAnalyzer()
    other.add_documents([TEXT, TEXT, TEXT])
    end = time.monotonic() + 1.5

    def callback(info):
        assert info["text"] == TEXT
        assert info["word_count"] == 4
        assert info["total_documents"] >= 1
        analyzer.total_words()

    def set_callback(analyzer):
        analyzer.set_callback(callback)
        time.sleep(0.001)
        analyzer.clear_callback()
        time.sleep(0.001)

    def add_some(analyzer):
        assert analyzer.add_documents([TEXT] * 5) == 5
        assert analyzer.add_documents(iter([TEXT] * 5)) == 5

    def clear(analyzer):
        time.sleep(0.002)
        analyzer.clear()

    def again_and_again(*actions):
        def work():
            while time.monotonic() < end:
                for act in actions:
                    act(analyzer)

        return work

    run_together(
        again_and_again(lambda analyzer: analyzer.add_document(TEXT)),
        again_and_again(add_some, check_statistics),
        again_and_again(check_frequencies, check_ranking),
        again_and_again(check_documents, check_sentiment, check_repr),
        again_and_again(check_pickle, check_copy),
        again_and_again(lambda analyzer: analyzer.merge(other), check_statistics),
        again_and_again(clear),
        again_and_again(set_callback),
    )
    check_statistics(analyzer)
    check_frequencies(analyzer)


@pytest.mark.parametrize("callback", [None, len], ids=["", "callback"])
def test_nothing_added_by_any_thread_is_lost(callback):
    analyzer = TextAnalyzer()
    if callback is not None:
        analyzer.set_callback(callback)

    def add(name):
        for i in range(200):
            analyzer.add_document(f"{name} {i}")
            analyzer.add_documents([f"{name} list {i}", f"{name} List again"])
            if i % 10 == 0:
                analyzer.total_words()

    run_together(*[lambda name=name: add(name) for name in "abcdefgh"])
    expected = PythonAnalyzer()
    expected.add_documents(analyzer.get_documents())
    assert len(expected.documents) == 8 * 600
    assert list(analyzer.word_frequency().items()) == list(expected.word_frequency().items())
    assert analyzer.document_frequency() == expected.document_frequency()
    for name in "abcdefgh":
        own = [document for document in expected.documents if document.startswith(name)]
        assert own[::3] == [f"{name} {i}" for i in range(200)]


def test_nothing_merged_by_any_thread_is_lost():
    analyzer, other = TextAnalyzer(), TextAnalyzer()
    other.add_documents(["one two", "three"])

    def merge():
        for _ in range(100):
            analyzer.merge(other)
            analyzer.add_document("four")

    run_together(merge, merge, merge, merge)
    assert analyzer.word_frequency() == dict.fromkeys(["one", "two", "three", "four"], 400)
    assert Counter(analyzer.get_documents()) == dict.fromkeys(["one two", "three", "four"], 400)


def test_total_never_takes_a_merged_analyzer_for_one_document():
    """The first merge of an analyzer without documents changes how they are counted."""
    other = TextAnalyzer(keep_documents=False)
    other.add_documents(["x"] * 1000)
    seen = set()

    def watch(analyzer, done):
        while not done.is_set():
            seen.add(analyzer.document_count())

    def merge(analyzer, done):
        analyzer.merge(other)
        done.set()

    for _ in range(200):
        analyzer, done = TextAnalyzer(), threading.Event()
        run_together(lambda: watch(analyzer, done), lambda: merge(analyzer, done))  # noqa: B023 - they end within the loop
    assert seen <= {0, 1000}


def test_merging_crosswise_ends():
    one, other = TextAnalyzer(), TextAnalyzer()
    one.add_documents(["a b", "c"])
    other.add_document("d")

    def merge_and_trim(receiver, giver):
        for _ in range(300):
            receiver.merge(giver)
            if len(receiver) > 1000:
                receiver.clear()
                receiver.add_document("e")

    run_together(lambda: merge_and_trim(one, other), lambda: merge_and_trim(other, one))
    for analyzer in (one, other):
        expected = PythonAnalyzer()
        expected.add_documents(analyzer.get_documents())
        assert analyzer.word_frequency() == expected.word_frequency()


def test_merging_itself_from_many_threads_ends():
    analyzer = TextAnalyzer()
    analyzer.add_document("a b")

    def merge():
        for _ in range(3):
            analyzer.merge(analyzer)

    run_together(merge, merge, merge)
    assert analyzer.word_frequency() == dict.fromkeys("ab", analyzer.document_count())
    assert len(analyzer.get_documents()) == analyzer.document_count()


def test_dict_is_whole_while_the_table_grows(monkeypatch):
    """Dicts are made in slices; what is added between two of them is not part of the answer."""
    monkeypatch.setattr(native_status, "SLICE_ENTRIES", 10)
    analyzer = TextAnalyzer()
    analyzer.add_document("w0")
    end = time.monotonic() + 0.3

    def grow():
        i = 1
        while time.monotonic() < end:
            analyzer.add_document(f"w{i} w0")
            analyzer.total_words()
            i += 1

    def read():
        while time.monotonic() < end:
            seen = analyzer.word_frequency()
            assert seen == {"w0": len(seen), **{f"w{i}": 1 for i in range(1, len(seen))}}

    run_together(grow, read, read)


# ---- Without the GIL -------------------------------------------------------------------------------------------------


@pytest.mark.timing
def test_python_goes_on_while_the_core_counts(monkeypatch):
    """In a single crossing of some 100 ms another thread gets to run again and again."""
    monkeypatch.setattr(batches, "BATCH_CHARACTERS", 1 << 40)
    crossings, ticks = [], []
    is_counted = threading.Event()

    def count_batches(corpora, pieces, rule, count_batches=native_corpus.count_batches):
        began = time.perf_counter()
        count_batches(corpora, pieces, rule)
        crossings.append((began, time.perf_counter()))

    def count():
        word_count("some words to count " * 1_000_000, threads=1)
        is_counted.set()

    def tick():
        while not is_counted.is_set():
            ticks.append(time.perf_counter())
            time.sleep(0.0005)

    monkeypatch.setattr(native_corpus, "count_batches", count_batches)
    run_together(count, tick)
    ((began, ended),) = crossings
    assert len([tick for tick in ticks if began < tick < ended]) >= 5


# ---- Any number of threads gives the same answer ---------------------------------------------------------------------

# White space of every width in UTF-8, the sigma that ends a word, letters that grow or shrink when lowered.
odd_texts = st.text(st.sampled_from("aB Σσ\u0301'İß\n\t\x1c\x85\u2003\u3000中\U00010400K\0"), max_size=60)
odd_documents = odd_texts.filter(str.strip)


@contextmanager
def cut_everywhere(characters_per_thread, piece_characters):
    with (
        mock.patch.object(batches, "CHARACTERS_PER_THREAD", characters_per_thread),
        mock.patch.object(batches, "BATCH_CHARACTERS", piece_characters),
    ):
        yield


cuts = {"characters_per_thread": st.integers(1, 20), "piece_characters": st.integers(1, 20)}


@given(text=odd_texts, threads=st.integers(1, 8), **cuts)
def test_one_text_counts_the_same_on_any_number_of_threads(text, threads, characters_per_thread, piece_characters):
    with cut_everywhere(characters_per_thread, piece_characters):
        counts = word_count(text, threads=threads)
    assert list(counts.items()) == list(Counter(word.lower() for word in text.split()).items())


@given(documents=st.lists(odd_documents, max_size=12), threads=st.integers(1, 8), are_many=st.booleans(), **cuts)
def test_documents_count_the_same_on_any_number_of_threads(
    documents, threads, are_many, characters_per_thread, piece_characters
):
    analyzer, expected = TextAnalyzer(threads=threads), PythonAnalyzer()
    analyzer.add_documents(documents)
    expected.add_documents(documents)
    sampled = {"MANY_DOCUMENTS": 3 if are_many else 100, "SAMPLED_DOCUMENTS": 2}
    with cut_everywhere(characters_per_thread, piece_characters), mock.patch.multiple(batches, **sampled):
        assert list(analyzer.word_frequency().items()) == list(expected.word_frequency().items())
        assert list(analyzer.document_frequency().items()) == list(expected.document_frequency().items())
        assert analyzer.get_statistics() == expected.get_statistics()
        assert analyzer.most_common() == expected.most_common()


@pytest.mark.parametrize("threads", range(1, 9))
def test_one_long_document_among_short_ones(threads, monkeypatch):
    monkeypatch.setattr(batches, "CHARACTERS_PER_THREAD", 1000)
    documents = ["short one", " ".join(f"w{i % 700}" for i in range(5000)), "short too", "w1 w1 SHORT"]
    analyzer, expected = TextAnalyzer(threads=threads), PythonAnalyzer()
    analyzer.add_documents(documents)
    expected.add_documents(documents)
    assert list(analyzer.word_frequency().items()) == list(expected.word_frequency().items())
    assert list(analyzer.document_frequency().items()) == list(expected.document_frequency().items())
    assert analyzer.document_count() == 4


@pytest.mark.parametrize("threads", range(1, 9))
def test_one_word_too_long_to_be_cut(threads, monkeypatch):
    monkeypatch.setattr(batches, "CHARACTERS_PER_THREAD", 100)
    monkeypatch.setattr(batches, "BATCH_CHARACTERS", 64)
    assert word_count("Σ" * 100_000, threads=threads) == {"σ" * 99_999 + "ς": 1}


def test_threads_are_started_only_where_they_pay(monkeypatch):
    n_pieces = []

    def count_batches(corpora, pieces, rule, count_batches=native_corpus.count_batches):
        n_pieces.append(len(pieces))
        count_batches(corpora, pieces, rule)

    monkeypatch.setattr(native_corpus, "count_batches", count_batches)
    word_count("a short text", threads=8)
    assert n_pieces == [1]
    n_pieces.clear()
    monkeypatch.setattr(batches, "CHARACTERS_PER_THREAD", 3)
    word_count("a short text", threads=2)
    assert n_pieces == [2, 1]  # the white space at which the text was cut comes last, by itself
