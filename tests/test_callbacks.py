"""A callback is told of every document, as in a plain loop, and may do anything at all.

`Model` is that plain loop. What a callback may do to its own analyzer is done to a model as well, and both must have
told and answered the same.
"""

import copy
import gc
import os
import pickle
import signal
import subprocess
import sys
import threading
import traceback
import weakref

import pytest
from python_analyzer import PythonAnalyzer

from text_processor import EmptyAnalyzerError, InvalidDocumentError, TextAnalyzer
from text_processor._native import corpus as native_corpus

DOCUMENTS = ["first one", "second", "third of them all", "fourth"]

# Long enough for a busy machine, short enough for one who waits.
PATIENCE_SECONDS = 30

needs_timer = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no interval timer")


def assert_consistent(analyzer):
    """What was counted is what is there: no document is missing, none is counted twice."""
    expected = PythonAnalyzer()
    expected.add_documents(analyzer.get_documents())
    assert list(analyzer.word_frequency().items()) == list(expected.word_frequency().items())
    assert analyzer.get_statistics() == expected.get_statistics()
    assert analyzer.total_words() == expected.total_words()
    assert analyzer.document_count() == len(expected.documents)


class Model(PythonAnalyzer):
    """An analyzer in plain Python, with a callback."""

    def __init__(self):
        super().__init__()
        self.callback = None

    def add_document(self, text):
        super().add_document(text)
        if self.callback is not None:
            info = {"text": text, "word_count": len(text.split()), "total_documents": len(self.documents)}
            self.callback(info)

    def set_callback(self, callback):
        self.callback = callback

    def clear_callback(self):
        self.callback = None

    def get_documents(self):
        return list(self.documents)

    def document_count(self):
        return len(self.documents)

    def __len__(self):
        return len(self.documents)

    def __repr__(self):
        return f"TextAnalyzer(documents={len(self.documents)}, words={self.total_words()})"

    def __copy__(self):
        copied = Model()
        copied.merge(self)
        return copied

    def __deepcopy__(self, memo):
        return self.__copy__()

    def __getstate__(self):
        return {**self.__dict__, "callback": None}


# ---- What a callback is told -----------------------------------------------------------------------------------------


def test_callback_is_given_text_words_and_total():
    analyzer = TextAnalyzer()
    told = []
    analyzer.set_callback(told.append)
    analyzer.add_document("Three little words")
    analyzer.add_document("Two more")
    assert told == [
        {"text": "Three little words", "word_count": 3, "total_documents": 1},
        {"text": "Two more", "word_count": 2, "total_documents": 2},
    ]


def test_callback_is_given_a_new_dict_of_plain_types():
    analyzer = TextAnalyzer()
    told = []
    analyzer.set_callback(told.append)
    analyzer.add_documents(["one", "two"])
    assert [type(info) for info in told] == [dict, dict]
    assert list(told[0]) == ["text", "word_count", "total_documents"]
    assert [type(value) for value in told[0].values()] == [str, int, int]
    assert told[0] is not told[1]


def test_callback_is_given_the_very_object():
    text = "made at run time ".strip()
    analyzer = TextAnalyzer()
    told = []
    analyzer.set_callback(told.append)
    analyzer.add_document(text)
    assert told[0]["text"] is text


def test_callback_comes_after_storing_and_counting():
    analyzer = TextAnalyzer()
    seen = []
    analyzer.set_callback(lambda info: seen.append((analyzer.get_documents(), analyzer.word_frequency())))
    analyzer.add_documents(["a b", "b c"])
    assert seen == [(["a b"], {"a": 1, "b": 1}), (["a b", "b c"], {"a": 1, "b": 2, "c": 1})]


def test_callback_set_later_is_told_of_later_documents_only():
    analyzer = TextAnalyzer()
    told = []
    analyzer.add_documents(["before", "before"])
    analyzer.set_callback(told.append)
    analyzer.add_document("after")
    assert told == [{"text": "after", "word_count": 1, "total_documents": 3}]


def test_new_callback_replaces_the_old_one():
    analyzer = TextAnalyzer()
    old, new = [], []
    analyzer.set_callback(old.append)
    analyzer.set_callback(new.append)
    analyzer.add_document("text")
    assert (len(old), len(new)) == (0, 1)


def test_cleared_callback_is_not_called():
    analyzer = TextAnalyzer()
    told = []
    analyzer.set_callback(told.append)
    analyzer.clear_callback()
    analyzer.add_document("text")
    assert told == []


@pytest.mark.parametrize("nothing", [None, 1, "print", {}])
def test_callback_must_be_callable(nothing):
    analyzer = TextAnalyzer()
    with pytest.raises(TypeError, match=type(nothing).__name__):
        analyzer.set_callback(nothing)


def test_refused_callback_leaves_the_old_one():
    analyzer = TextAnalyzer()
    told = []
    analyzer.set_callback(told.append)
    with pytest.raises(TypeError):
        analyzer.set_callback(None)
    analyzer.add_document("text")
    assert len(told) == 1


def test_merge_calls_nobody():
    one, other = TextAnalyzer(), TextAnalyzer()
    other.add_document("text")
    told = []
    one.set_callback(told.append)
    other.set_callback(told.append)
    one.merge(other)
    assert told == []


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda each: pickle.loads(pickle.dumps(each))])
def test_copies_come_without_the_callback(again):
    analyzer = TextAnalyzer()
    told = []
    analyzer.set_callback(told.append)
    again(analyzer).add_document("text")
    assert told == []


def test_callback_is_told_where_documents_are_not_kept():
    analyzer = TextAnalyzer(keep_documents=False)
    told = []
    analyzer.set_callback(lambda info: told.append((info["total_documents"], analyzer.total_words())))
    analyzer.add_documents(["a b", "c"])
    analyzer.add_documents(iter(["d e f"]))
    assert told == [(1, 2), (2, 3), (3, 6)]
    assert analyzer.word_frequency() == dict.fromkeys("abcdef", 1)


def test_total_counts_merged_documents_where_none_are_kept():
    analyzer, other = TextAnalyzer(keep_documents=False), TextAnalyzer()
    other.add_documents(["x", "y", "z"])
    analyzer.merge(other)
    told = []
    analyzer.set_callback(told.append)
    analyzer.add_document("a")
    assert told[0]["total_documents"] == 4


# ---- How documents cross ---------------------------------------------------------------------------------------------


@pytest.fixture
def crossings(monkeypatch):
    """For each call of the core that tells of documents: how many it told of."""
    crossed = []
    count_each = native_corpus.Corpus.count_each

    def spy(self, piece, tell, *rule):
        crossed.append(0)

        def counting_tell(index, n_words):
            crossed[-1] += 1
            return tell(index, n_words)

        return count_each(self, piece, counting_tell, *rule)

    monkeypatch.setattr(native_corpus.Corpus, "count_each", spy)
    return crossed


@pytest.mark.parametrize("collect", [list, tuple])
def test_list_or_tuple_crosses_once_with_one_call_out_for_each(collect, crossings):
    analyzer = TextAnalyzer()
    analyzer.set_callback(lambda info: None)
    assert analyzer.add_documents(collect(DOCUMENTS)) == 4
    assert crossings == [4]


@pytest.mark.parametrize(
    "collect", [iter, lambda documents: dict.fromkeys(documents).keys(), lambda documents: (each for each in documents)]
)
def test_other_iterables_cross_one_by_one(collect, crossings):
    analyzer = TextAnalyzer()
    analyzer.set_callback(lambda info: None)
    assert analyzer.add_documents(collect(DOCUMENTS)) == 4
    assert crossings == [1, 1, 1, 1]


def test_iterator_is_drawn_from_as_in_a_loop():
    events = []

    def draw():
        for document in DOCUMENTS:
            events.append(f"drawn: {document}")
            yield document

    analyzer = TextAnalyzer()
    analyzer.set_callback(lambda info: events.append(f"told: {info['text']}"))
    analyzer.add_documents(draw())
    assert events == [f"{what}: {document}" for document in DOCUMENTS for what in ("drawn", "told")]


def test_nothing_drawn_is_lost_when_the_callback_raises():
    analyzer = TextAnalyzer()
    analyzer.set_callback(raise_at("second", ValueError))
    rest = iter(DOCUMENTS)
    with pytest.raises(ValueError, match="second"):
        analyzer.add_documents(rest)
    assert analyzer.get_documents() + list(rest) == DOCUMENTS


def test_iterator_that_raises_leaves_what_was_told():
    def draw():
        yield "first"
        raise OSError("the source has run dry")

    analyzer = TextAnalyzer()
    told = []
    analyzer.set_callback(told.append)
    with pytest.raises(OSError, match="run dry"):
        analyzer.add_documents(draw())
    assert len(told) == 1
    assert_consistent(analyzer)


def test_bad_document_stops_after_those_before_it_were_told():
    analyzer = TextAnalyzer()
    told = []
    analyzer.set_callback(told.append)
    with pytest.raises(InvalidDocumentError) as caught:
        analyzer.add_documents(["one", "two", " ", "four"])
    assert (caught.value.index, caught.value.added) == (2, 2)
    assert [info["text"] for info in told] == analyzer.get_documents() == ["one", "two"]


def test_list_that_grows_meanwhile_is_followed_to_its_end():
    documents = ["first", "second"]

    def callback(info):
        if info["text"] == "first":
            documents.append("third")

    analyzer = TextAnalyzer()
    analyzer.set_callback(callback)
    assert analyzer.add_documents(documents) == 3
    assert analyzer.get_documents() == ["first", "second", "third"]


def test_many_documents_of_every_length_are_told_in_order():
    documents = ["word " * (i % 97) + "x" for i in range(20_000)]
    analyzer = TextAnalyzer()
    told = []
    analyzer.set_callback(lambda info: told.append((info["word_count"], info["total_documents"])))
    analyzer.add_documents(documents)
    assert told == [(i % 97 + 1, i + 1) for i in range(20_000)]
    assert_consistent(analyzer)


# ---- A callback that raises ------------------------------------------------------------------------------------------


def raise_at(text, error):
    def callback(info):
        if info["text"] == text:
            raise error(text)

    return callback


WAYS = {
    "add_document": lambda analyzer, documents: [analyzer.add_document(document) for document in documents],
    "list": lambda analyzer, documents: analyzer.add_documents(list(documents)),
    "tuple": lambda analyzer, documents: analyzer.add_documents(tuple(documents)),
    "iterator": lambda analyzer, documents: analyzer.add_documents(iter(documents)),
}

every_way = pytest.mark.parametrize("add", WAYS.values(), ids=WAYS.keys())


class TroubleError(Exception):
    """What a callback raises here."""


@every_way
@pytest.mark.parametrize("kind", [TroubleError, MemoryError, StopIteration, KeyboardInterrupt, SystemExit, GeneratorExit])
def test_exception_of_the_callback_reaches_the_caller(add, kind):
    raised = kind("trouble")

    def callback(info):
        if info["text"] == "second":
            raise raised

    analyzer = TextAnalyzer()
    analyzer.set_callback(callback)
    with pytest.raises(kind) as caught:
        add(analyzer, DOCUMENTS)
    assert caught.value is raised
    assert traceback.extract_tb(raised.__traceback__)[-1].name == "callback"


@every_way
@pytest.mark.parametrize("kind", [TroubleError, KeyboardInterrupt, SystemExit, GeneratorExit])
def test_document_stays_and_the_following_are_not_added(add, kind):
    analyzer = TextAnalyzer()
    analyzer.set_callback(raise_at("second", kind))
    with pytest.raises(kind):
        add(analyzer, DOCUMENTS)
    assert analyzer.get_documents() == ["first one", "second"]
    assert_consistent(analyzer)


@every_way
def test_analyzer_works_on_after_its_callback_raised(add):
    analyzer = TextAnalyzer()
    analyzer.set_callback(raise_at("second", TroubleError))
    with pytest.raises(TroubleError):
        add(analyzer, DOCUMENTS)
    add(analyzer, DOCUMENTS[2:])
    assert analyzer.get_documents() == DOCUMENTS
    assert_consistent(analyzer)


def test_exception_keeps_its_cause():
    def callback(info):
        try:
            int("no number")
        except ValueError as error:
            raise TroubleError from error

    analyzer = TextAnalyzer()
    analyzer.set_callback(callback)
    with pytest.raises(TroubleError) as caught:
        analyzer.add_document("text")
    assert isinstance(caught.value.__cause__, ValueError)


def test_nested_exceptions_each_reach_their_own_caller():
    analyzer = TextAnalyzer()

    def callback(info):
        if info["text"] == "outer":
            with pytest.raises(TroubleError, match="inner"):
                analyzer.add_documents(["inner", "never"])
            raise TroubleError("outer")
        raise TroubleError("inner")

    analyzer.set_callback(callback)
    with pytest.raises(TroubleError, match="outer"):
        analyzer.add_documents(["outer", "never"])
    assert analyzer.get_documents() == ["outer", "inner"]
    assert_consistent(analyzer)


def test_exception_dies_without_the_garbage_collector():
    def callback(info):
        raise TroubleError

    def add():
        try:
            analyzer.add_documents(["text", "more"])
        except TroubleError as error:
            return weakref.ref(error)

    analyzer = TextAnalyzer()
    analyzer.set_callback(callback)
    gc.disable()
    try:
        died = add()() is None
    finally:
        gc.enable()
    assert died


def test_exceptions_hold_on_to_nothing():
    error = TroubleError("always the same")
    text = "a text of its own ".strip()

    def callback(info):
        raise error

    def add():
        analyzer = TextAnalyzer()
        analyzer.set_callback(callback)
        try:
            analyzer.add_document(text)
        except TroubleError:
            error.__traceback__ = None

    def counts():
        gc.collect()
        return [sys.getrefcount(each) for each in (error, text, callback)]

    add()
    before = counts()
    for _ in range(100):
        add()
    assert counts() == before


# ---- A callback that uses its own analyzer ---------------------------------------------------------------------------


def answers(analyzer):
    return [
        analyzer.get_documents(),
        list(analyzer.word_frequency().items()),
        list(analyzer.document_frequency().items()),
        analyzer.most_common(2),
        analyzer.get_statistics(),
        analyzer.total_words(),
        analyzer.document_count(),
        len(analyzer),
        repr(analyzer),
    ]


def replace_callback(analyzer, seen):
    analyzer.set_callback(lambda info: seen.append(("new", info)))


def merge_another(analyzer, seen):
    other = type(analyzer)()
    other.add_documents(["merged good one", "merged two"])
    analyzer.merge(other)


def clear_and_add(analyzer, seen):
    analyzer.clear()
    analyzer.add_documents(["after clearing", "good"])


def replay_itself(analyzer, seen):
    """The documents that the loop adds anyway, in the middle of it."""
    analyzer.clear_callback()
    analyzer.add_documents(DOCUMENTS)


# What is done once, in the callback for "second".
ACTIONS = {
    "add_document": lambda analyzer, seen: analyzer.add_document("nested good"),
    "add_document twice": lambda analyzer, seen: [analyzer.add_document("nested") for _ in range(2)],
    "add a list": lambda analyzer, seen: seen.append(analyzer.add_documents(["nested one", "nested two"])),
    "add an iterator": lambda analyzer, seen: seen.append(analyzer.add_documents(iter(["nested one", "nested two"]))),
    "add what comes next": lambda analyzer, seen: analyzer.add_document(DOCUMENTS[2]),
    "add all again, told of nobody": replay_itself,
    "clear": lambda analyzer, seen: analyzer.clear(),
    "clear and add": clear_and_add,
    "merge itself": lambda analyzer, seen: analyzer.merge(analyzer),
    "merge another": merge_another,
    "merge a copy": lambda analyzer, seen: analyzer.merge(copy.copy(analyzer)),
    "set_callback": replace_callback,
    "clear_callback": lambda analyzer, seen: analyzer.clear_callback(),
    "ask everything": lambda analyzer, seen: seen.append(answers(analyzer)),
    "analyze_sentiment": lambda analyzer, seen: seen.append(analyzer.analyze_sentiment()),
    "copy": lambda analyzer, seen: seen.append(answers(copy.copy(analyzer))),
    "deepcopy": lambda analyzer, seen: seen.append(answers(copy.deepcopy(analyzer))),
    "pickle": lambda analyzer, seen: seen.append(answers(pickle.loads(pickle.dumps(analyzer)))),
}


def everything_seen(analyzer, add, action, *, asks):
    """What can be seen from outside while a callback does something; ``asks``: it has all counted for each document."""
    seen = []
    acted = False

    def callback(info):
        nonlocal acted
        seen.append(dict(info))
        if asks:
            seen.append(answers(analyzer))
        if info["text"] == "second" and not acted:
            acted = True
            action(analyzer, seen)
            if asks:
                seen.append(answers(analyzer))

    analyzer.add_document("before good")
    analyzer.set_callback(callback)
    seen.append(add(analyzer, DOCUMENTS))
    seen.append(answers(analyzer))
    return seen


@every_way
@pytest.mark.parametrize("action", ACTIONS.values(), ids=ACTIONS.keys())
@pytest.mark.parametrize("asks", [False, True], ids=["", "asking meanwhile"])
def test_callback_acts_before_the_next_document(add, action, asks):
    seen = everything_seen(TextAnalyzer(), add, action, asks=asks)
    expected = everything_seen(Model(), add, action, asks=asks)
    assert seen == expected


def test_total_is_right_at_every_depth():
    analyzer = TextAnalyzer()
    told = []

    def callback(info):
        told.append((info["text"], info["total_documents"]))
        if len(info["text"]) < 4:
            analyzer.add_documents([info["text"] + "a", info["text"] + "b"])

    analyzer.set_callback(callback)
    analyzer.add_document("x")
    assert [total for _, total in told] == list(range(1, 16))
    assert [text for text, _ in told][:5] == ["x", "xa", "xaa", "xaaa", "xaab"]
    assert_consistent(analyzer)


def test_callback_may_ask_an_empty_analyzer_for_its_sentiment():
    analyzer = TextAnalyzer()

    def callback(info):
        analyzer.clear()
        with pytest.raises(EmptyAnalyzerError):
            analyzer.analyze_sentiment()

    analyzer.set_callback(callback)
    assert analyzer.add_documents(DOCUMENTS) == 4
    assert len(analyzer) == 0


def test_callback_without_end_ends_in_recursion_error():
    analyzer = TextAnalyzer()
    analyzer.set_callback(lambda info: analyzer.add_document("again"))
    with pytest.raises(RecursionError):
        analyzer.add_document("once")
    analyzer.clear_callback()
    assert_consistent(analyzer)


# ---- Whose analyzer goes away ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("add", [lambda each: each.add_document("text"), lambda each: each.add_documents(["a", "b"])])
def test_callback_may_drop_the_last_reference_to_its_analyzer(add):
    holder = [TextAnalyzer()]
    is_alive = weakref.ref(holder[0])
    told = []

    def callback(info):
        holder.clear()
        gc.collect()
        told.append(info["text"])

    holder[0].set_callback(callback)
    add(holder[0])
    gc.collect()
    assert told
    assert is_alive() is None


def test_analyzer_whose_callback_refers_to_it_is_collected():
    def make():
        analyzer = TextAnalyzer()
        analyzer.set_callback(lambda info: analyzer.total_words())
        analyzer.add_documents(DOCUMENTS)
        return weakref.ref(analyzer)

    made = make()
    gc.collect()
    assert made() is None


def test_analyzer_whose_callback_raised_is_collected():
    def make():
        analyzer = TextAnalyzer()

        def callback(info):
            raise TroubleError(analyzer)

        analyzer.set_callback(callback)
        with pytest.raises(TroubleError):
            analyzer.add_document("text")
        return weakref.ref(analyzer)

    made = make()
    gc.collect()
    assert made() is None


def test_analyzer_without_cycle_goes_at_once():
    gc.disable()
    try:
        analyzer = TextAnalyzer()
        analyzer.set_callback(lambda info: None)
        analyzer.add_documents(DOCUMENTS)
        is_alive = weakref.ref(analyzer)
        del analyzer
        assert is_alive() is None
    finally:
        gc.enable()


# ---- Finalizers ------------------------------------------------------------------------------------------------------


def test_finalizer_in_a_callback_may_use_the_analyzer():
    class Cleanup:
        def __del__(self):
            analyzer.add_document("finalizer")
            seen.append(analyzer.total_words())

    def callback(info):
        if info["text"] != "finalizer":
            Cleanup()

    analyzer = TextAnalyzer()
    seen = []
    analyzer.set_callback(callback)
    analyzer.add_documents(["one", "two"])
    assert seen == [2, 4]
    assert analyzer.get_documents() == ["one", "finalizer", "two", "finalizer"]
    assert_consistent(analyzer)


def test_garbage_collected_amid_a_count_may_use_the_analyzer(monkeypatch):
    """Python may run the collector, and with it finalizers, wherever it makes an object."""

    class Cycle:
        def __init__(self):
            self.itself = self

        def __del__(self):
            analyzer.add_document("by a finalizer")
            seen.append(analyzer.total_words())

    def collect_and_count(corpora, pieces, *rule, count_batches=native_corpus.count_batches):
        if not seen:
            Cycle()
            gc.collect()
        count_batches(corpora, pieces, *rule)

    analyzer = TextAnalyzer()
    seen = []
    analyzer.add_document("one")
    monkeypatch.setattr(native_corpus, "count_batches", collect_and_count)
    analyzer.total_words()
    assert seen == [4]
    assert_consistent(analyzer)


def test_weakref_callback_may_use_the_analyzer():
    class Thing:
        pass

    def callback(info):
        thing = Thing()
        references.append(weakref.ref(thing, lambda _: seen.append(analyzer.total_words())))

    analyzer = TextAnalyzer()
    references, seen = [], []
    analyzer.set_callback(callback)
    analyzer.add_documents(["one", "two three"])
    assert seen == [1, 3]


# ---- Other threads ---------------------------------------------------------------------------------------------------


def test_reader_is_answered_while_a_callback_is_slow():
    analyzer = TextAnalyzer()
    in_callback, answered = threading.Event(), threading.Event()
    seen = []

    def callback(info):
        in_callback.set()
        seen.append(answered.wait(PATIENCE_SECONDS))

    def read():
        in_callback.wait(PATIENCE_SECONDS)
        seen.append((analyzer.get_documents(), analyzer.word_frequency(), analyzer.get_statistics()["total_words"]))
        answered.set()

    analyzer.set_callback(callback)
    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    analyzer.add_document("slow text")
    reader.join(PATIENCE_SECONDS)
    assert seen == [(["slow text"], {"slow": 1, "text": 1}, 2), True]


def test_callback_may_wait_for_a_thread_that_uses_the_analyzer():
    analyzer = TextAnalyzer()
    seen = []

    def use():
        analyzer.clear_callback()
        analyzer.add_document("by the thread")
        seen.append(analyzer.total_words())

    def callback(info):
        thread = threading.Thread(target=use, daemon=True)
        thread.start()
        thread.join(PATIENCE_SECONDS)
        seen.append(thread.is_alive())

    analyzer.set_callback(callback)
    analyzer.add_documents(["one", "two"])
    assert seen == [4, False]
    assert analyzer.get_documents() == ["one", "by the thread", "two"]
    assert_consistent(analyzer)


def test_callbacks_of_two_threads_keep_their_exceptions_apart():
    analyzer = TextAnalyzer()
    both = threading.Barrier(2, timeout=PATIENCE_SECONDS)
    caught = []

    def callback(info):
        both.wait()
        raise TroubleError(info["text"])

    def add(text):
        try:
            analyzer.add_document(text)
        except TroubleError as error:
            caught.append((text, str(error)))

    analyzer.set_callback(callback)
    threads = [threading.Thread(target=add, args=(text,), daemon=True) for text in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert sorted(caught) == [("one", "one"), ("two", "two")]
    assert_consistent(analyzer)


# ---- Signals ---------------------------------------------------------------------------------------------------------


def run_script(script):
    """Run Python in a process of its own; return what it printed and what it complained of."""
    # Without coverage: its tracer is where most interrupts would land.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    return done.stdout, done.stderr


def test_interrupt_raised_in_a_callback_is_the_callers():
    analyzer = TextAnalyzer()
    analyzer.set_callback(lambda info: signal.raise_signal(signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):
        analyzer.add_documents(DOCUMENTS)
    assert analyzer.get_documents() == DOCUMENTS[:1]
    assert_consistent(analyzer)


# Ctrl-C at random moments of making an analyzer, adding with a callback, asking, and dropping the analyzer before. Where no
# exception can leave, an interrupt shows as "Exception ignored" on standard error, and as one that never came.
INTERRUPTED = """
import gc, os, queue, random, signal, threading, time
from text_processor import TextAnalyzer, get_memory_stats
from text_processor._native import callbacks

documents = ["one two", "three", "four five six"]
{set_up}

def is_consistent(analyzer):
    documents = analyzer.get_documents()
    words = [word for document in documents for word in document.split()]
    return (
        sum(analyzer.word_frequency().values()) == analyzer.total_words() == len(words)
        and analyzer.get_statistics()["document_count"] == analyzer.document_count() == len(documents)
    )

analyzer = TextAnalyzer()
live = get_memory_stats()["live_allocations"]
lost = wrong = 0
for _ in range(1_500):
    try:
        interrupt_after(random.random() / 1000)
        for _ in range(3_000):
            analyzer = TextAnalyzer()
            analyzer.set_callback(lambda info: None)
            analyzer.add_documents(documents)
            analyzer.add_documents(iter(documents))
            analyzer.total_words()
        lost += 1
    except KeyboardInterrupt:
        pass
    wrong += not is_consistent(analyzer)
print("lost", lost, "wrong", wrong, "under way", len(callbacks.calls.stack))
analyzer = TextAnalyzer()
gc.collect()
print("leaked", get_memory_stats()["live_allocations"] - live)
"""

BY_TIMER = """
signal.signal(signal.SIGALRM, signal.default_int_handler)
interrupt_after = lambda seconds: signal.setitimer(signal.ITIMER_REAL, seconds + 1e-6)
"""

BY_THREAD = """
orders = queue.SimpleQueue()
interrupt_after = orders.put

def interrupt():
    while True:
        time.sleep(orders.get())
        os.kill(os.getpid(), signal.SIGINT)

threading.Thread(target=interrupt, daemon=True).start()
"""


@needs_timer
@pytest.mark.parametrize("set_up", [BY_TIMER, BY_THREAD], ids=["timer", "kill"])
def test_interrupt_at_any_moment_is_raised_and_leaves_all_consistent(set_up):
    output, complaints = run_script(INTERRUPTED.format(set_up=set_up))
    assert complaints == ""
    assert output == "lost 0 wrong 0 under way 0\nleaked 0\n"


UNREACHABLE = """
from text_processor import TextAnalyzer
from text_processor._native import corpus as native_corpus

@native_corpus.ffi.def_extern(name="textproc_on_document", error=0)
def unreachable(user, index, n_words):
    raise KeyboardInterrupt

analyzer = TextAnalyzer()
analyzer.set_callback(print)
try:
    print("added", analyzer.add_documents(["one", "two"]))
except BaseException:
    print("raised")
print(analyzer.get_documents(), analyzer.total_words())
"""


def test_callback_that_could_not_be_called_does_not_pass_for_one_that_was():
    """What stands between C and the callback can be interrupted, and what keeps that interrupt can be as well."""
    output, _ = run_script(UNREACHABLE)
    assert output == "raised\n[] 0\n"


@pytest.fixture
def handle_alarm():
    """Have a function called by signals, again and again, while the test runs."""
    before = signal.getsignal(signal.SIGVTALRM)

    def start(handler):
        signal.signal(signal.SIGVTALRM, lambda number, frame: handler())
        signal.setitimer(signal.ITIMER_VIRTUAL, 0.001, 0.001)

    yield start
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    signal.signal(signal.SIGVTALRM, before)


@needs_timer
@pytest.mark.parametrize("keep_documents", [True, False])
@pytest.mark.parametrize("callback", [None, len], ids=["", "callback"])
def test_signal_handler_may_use_the_analyzer_amid_a_count(handle_alarm, keep_documents, callback):
    analyzer = TextAnalyzer(keep_documents=keep_documents)
    if callback is not None:
        analyzer.set_callback(callback)
    n_handled = 0

    def handle():
        nonlocal n_handled
        analyzer.add_document("from the handler")
        analyzer.total_words()
        n_handled += 1

    handle_alarm(handle)
    n_rounds = 0
    while n_rounds < 30 or n_handled < 3:
        analyzer.add_documents(["main main"] * 500 + ["big " * 50_000])
        analyzer.total_words()
        n_rounds += 1
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    expected = {"main": 1000 * n_rounds, "big": 50_000 * n_rounds, "from": n_handled, "the": n_handled, "handler": n_handled}
    assert analyzer.word_frequency() == expected
    assert analyzer.document_count() == 501 * n_rounds + n_handled


@needs_timer
def test_signal_handler_may_clear_and_merge_amid_a_count(handle_alarm):
    analyzer, other = TextAnalyzer(), TextAnalyzer()
    other.add_documents(["merged text", "more of it"])
    analyzer.set_callback(lambda info: None)
    n_handled = 0

    def handle():
        nonlocal n_handled
        analyzer.clear()
        analyzer.merge(other)
        n_handled += 1

    handle_alarm(handle)
    while n_handled < 3:
        analyzer.add_documents(["main main"] * 500)
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    assert_consistent(analyzer)


# ---- A list that changes meanwhile -----------------------------------------------------------------------------------


def add_while(change):
    """What is added of a list when a callback changes it, natively and in a plain loop."""
    results = []
    for by_loop in (False, True):
        documents, analyzer = ["a", "b", "c", "d"], TextAnalyzer()

        def callback(info, documents=documents):
            change(documents, info["text"])

        analyzer.set_callback(callback)
        try:
            if by_loop:
                for document in documents:
                    analyzer.add_document(document)
            else:
                analyzer.add_documents(documents)
        except (TypeError, ValueError) as error:
            results.append((analyzer.get_documents(), type(error), analyzer.word_frequency()))
        else:
            results.append((analyzer.get_documents(), None, analyzer.word_frequency()))
    return results


def remove_the_next(documents, text):
    if text == "a":
        documents.remove("b")


def remove_the_last(documents, text):
    if text == "c":
        documents.pop()


def replace_the_next(documents, text):
    if text == "b":
        documents[2] = "replaced"


def spoil_the_last(documents, text):
    if text == "a":
        documents[3] = ""


def insert_before(documents, text):
    if len(documents) < 7:
        documents.insert(0, text)


def remove_all(documents, text):
    documents.clear()


@pytest.mark.parametrize(
    "change", [remove_the_next, remove_the_last, replace_the_next, spoil_the_last, insert_before, remove_all]
)
def test_list_changed_by_the_callback_is_followed_as_in_a_loop(change):
    natively, by_loop = add_while(change)
    assert natively == by_loop


def test_list_mended_by_the_callback_is_followed_as_in_a_loop():
    documents, analyzer = ["a", "", 3], TextAnalyzer()

    def mend(info):
        documents[1:] = ["b", "c"]
        analyzer.clear_callback()

    analyzer.set_callback(mend)
    assert analyzer.add_documents(documents) == 3
    assert analyzer.get_documents() == ["a", "b", "c"]
