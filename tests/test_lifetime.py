"""What an analyzer takes it gives back: no memory grows over many lives."""

import gc
import os
import pickle
from pathlib import Path

import pytest

from text_processor import TextAnalyzer, get_memory_stats, word_count

# The heap of Python and of the C library grows a little before it is used again.
SLACK_BYTES = 4 << 20

STATM = Path("/proc/self/statm")

needs_statm = pytest.mark.skipif(not STATM.exists(), reason="this system does not tell in /proc what is resident")


def settled_stats():
    gc.collect()
    return get_memory_stats()


def held():
    """What the core holds once all garbage is gone."""
    stats = settled_stats()
    return stats["current_bytes"], stats["live_allocations"]


def resident_bytes():
    gc.collect()
    return int(STATM.read_text().split()[1]) * os.sysconf("SC_PAGESIZE")


def live(i):
    """A whole life: added to, told of, asked, merged, pickled, and dropped in a cycle with its callback."""
    analyzer = TextAnalyzer(lexicon={"good": 1.0, f"word{i}": 0.5})
    analyzer.set_callback(lambda info: analyzer.total_words())
    analyzer.add_documents(["a good day", f"word{i} of many"])
    analyzer.add_document("one more")
    analyzer.clear_callback()
    analyzer.add_document("and one that nobody is told of")
    other = pickle.loads(pickle.dumps(analyzer))
    other.merge(analyzer)
    other.merge(other)
    assert other.word_frequency()["good"] == 4
    assert other.analyze_sentiment() == 6 / 16
    analyzer.set_callback(lambda info: (analyzer, other))


def test_peak_is_at_least_what_is_held():
    analyzer = TextAnalyzer()
    analyzer.add_document(" ".join(map(str, range(10_000))))
    analyzer.total_words()
    stats = get_memory_stats()
    assert stats["peak_bytes"] >= stats["current_bytes"] > 0


def test_peak_stays_when_memory_is_given_back():
    analyzer = TextAnalyzer()
    analyzer.add_document(" ".join(map(str, range(10_000))))
    analyzer.total_words()
    peak = get_memory_stats()["peak_bytes"]
    del analyzer
    stats = settled_stats()
    assert stats["peak_bytes"] == peak > stats["current_bytes"]


def test_counting_takes_memory_and_dropping_gives_it_back():
    before = held()
    analyzer = TextAnalyzer()
    analyzer.add_document(" ".join(map(str, range(10_000))))
    assert analyzer.total_words() == 10_000
    during = held()
    assert during[0] > before[0] + 10_000
    assert during[1] > before[1]
    del analyzer
    assert held() == before


def test_documents_are_no_part_of_the_cores_memory():
    analyzer = TextAnalyzer()
    analyzer.add_document("word")
    analyzer.total_words()
    before, _ = held()
    analyzer.add_document("word " * 100_000)
    analyzer.total_words()
    after, _ = held()
    assert after - before < 1_000


def test_clear_gives_memory_back():
    analyzer = TextAnalyzer()
    before = held()
    analyzer.add_document(" ".join(map(str, range(10_000))))
    analyzer.total_words()
    analyzer.clear()
    assert held() == before


def test_word_count_holds_on_to_nothing():
    before = held()
    word_count(" ".join(map(str, range(10_000))))
    assert held() == before


def test_merged_part_is_given_back_once_it_is_counted():
    analyzer, other = TextAnalyzer(), TextAnalyzer()
    other.add_document(" ".join(map(str, range(10_000))))
    analyzer.add_document("first")
    analyzer.merge(other)
    analyzer.total_words()
    before = held()
    analyzer.merge(other)
    analyzer.total_words()
    assert held() == before


def test_what_is_not_kept_is_given_back():
    class Document(str):
        """A text whose end can be seen."""

        __slots__ = ()

        def __del__(self):
            gone.append(str(self))

    gone = []
    analyzer = TextAnalyzer(keep_documents=False)
    analyzer.add_document(Document("first one"))
    assert analyzer.total_words() == 2
    assert gone == ["first one"]


def test_nothing_grows_over_thousands_of_lives():
    live(0)
    before = held()
    for i in range(2_000):
        live(i)
    assert held() == before


@needs_statm
@pytest.mark.timing(alone=False)  # and a sanitizer keeps what is freed
def test_the_process_does_not_grow_either():
    for i in range(1_000):
        live(i)
    before = resident_bytes()
    for i in range(4_000):
        live(i)
    assert resident_bytes() - before < SLACK_BYTES


@needs_statm
@pytest.mark.timing(alone=False)  # and a sanitizer keeps what is freed
def test_large_tables_do_not_pile_up():
    def live_large():
        analyzer = TextAnalyzer()
        analyzer.add_document(" ".join(map(str, range(50_000))))
        analyzer.total_words()

    for _ in range(5):
        live_large()
    before = resident_bytes()
    for _ in range(20):
        live_large()
    assert resident_bytes() - before < SLACK_BYTES


@pytest.mark.usefixtures("quick_collections")
def test_finalizer_in_the_same_garbage_may_use_the_analyzer():
    """The collector runs finalizers of a cycle in any order; the core's memory must outlive them all."""
    answers = []

    class Owner:
        def __init__(self, first):
            self.me = self
            if first:
                self.analyzer = TextAnalyzer()
            self.part = Part(self)
            if not first:
                self.analyzer = TextAnalyzer()
            self.analyzer.add_document("a b")
            self.analyzer.total_words()

    class Part:
        def __init__(self, owner):
            self.owner = owner

        def __del__(self):
            self.owner.analyzer.add_document("c")
            answers.append((self.owner.analyzer.total_words(), self.owner.analyzer.analyze_sentiment()))

    for first in (True, False) * 20:
        Owner(first)
        gc.collect()
    assert answers == [(3, 0.0)] * 40
