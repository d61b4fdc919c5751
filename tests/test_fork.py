"""A forked child can use every analyzer, whatever other threads were doing to it at that moment."""

import copy
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
import traceback

import pytest
from python_analyzer import PythonAnalyzer

from text_processor import TextAnalyzer, Tokenizer

pytestmark = [
    pytest.mark.alone,  # the children of a fork are to meet threads that are at work
    pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork"),
    # What Python 3.12 and later say of a fork amid threads is what these tests are about.
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded, use of fork:DeprecationWarning"),
]

PATIENCE_SECONDS = 30


def fork_and_run(function):
    """Run a function in a forked child; fail if it raises there or does not end."""
    child = os.fork()
    if child == 0:
        try:
            function()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            sys.stderr.flush()
        finally:
            os._exit(1)
    assert exit_status(child) == 0


def exit_status(child):
    """Wait for a child, but not for ever; -SIGABRT, at which `faulthandler` says where it was, if it had to be ended."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid == child:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.001)
    os.kill(child, signal.SIGABRT)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def assert_consistent(analyzer):
    expected = PythonAnalyzer()
    expected.add_documents(analyzer.get_documents())
    assert analyzer.get_statistics() == expected.get_statistics()
    assert list(analyzer.word_frequency().items()) == list(expected.word_frequency().items())
    assert analyzer.document_count() == len(expected.documents)


def use(analyzer):
    """Everything there is to do with an analyzer, each with the right answer."""
    assert_consistent(analyzer)
    analyzer.add_document("one more")
    analyzer.add_documents(["and two", "more"])
    assert analyzer.get_documents()[-3:] == ["one more", "and two", "more"]
    assert_consistent(analyzer)
    assert_consistent(copy.copy(analyzer))
    assert_consistent(pickle.loads(pickle.dumps(analyzer)))
    analyzer.merge(analyzer)
    assert_consistent(analyzer)
    told = []
    analyzer.set_callback(told.append)
    analyzer.add_documents(["told", "of"])
    assert len(told) == 2
    analyzer.clear()
    assert analyzer.get_statistics() == {"total_words": 0, "document_count": 0, "unique_words": 0}


@pytest.fixture
def busy_threads():
    """Have functions called again and again, each in a thread of its own, until the test is over.

    They hand the interpreter on after 0.1 ms, not 5: so a fork waits less, and meets them at more places.
    """
    interval = sys.getswitchinterval()
    sys.setswitchinterval(0.0001)
    is_over = threading.Event()
    threads, errors = [], []

    def start(*functions):
        def repeat(function):
            try:
                while not is_over.is_set():
                    function()
            except BaseException as error:
                errors.append(error)

        threads.extend(threading.Thread(target=repeat, args=(each,), daemon=True) for each in functions)
        for thread in threads:
            thread.start()

    yield start
    sys.setswitchinterval(interval)
    is_over.set()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive()
    assert errors == []


def test_child_can_use_what_its_parent_counted():
    analyzer = TextAnalyzer()
    analyzer.add_documents(["one two", "three"])
    analyzer.total_words()
    fork_and_run(lambda: use(analyzer))


def test_child_can_use_what_its_parent_has_not_counted_yet():
    analyzer = TextAnalyzer()
    analyzer.add_documents(["one two", "three"])
    fork_and_run(lambda: use(analyzer))


def test_parent_is_not_touched_by_its_child():
    analyzer = TextAnalyzer()
    analyzer.add_documents(["one two", "three"])
    fork_and_run(lambda: use(analyzer))
    assert analyzer.get_documents() == ["one two", "three"]
    assert_consistent(analyzer)


def test_grandchild_can_use_it_too():
    analyzer = TextAnalyzer()
    analyzer.add_document("one two")
    fork_and_run(lambda: fork_and_run(lambda: use(analyzer)))


def test_fork_while_other_threads_work(busy_threads):
    grown, counted, merged, part = (TextAnalyzer() for _ in range(4))
    large = " ".join(f"w{i}" for i in range(1_000))
    part.add_documents(["part one", "part two"])

    def keep_small(analyzer, most):
        if len(analyzer) > most:
            analyzer.clear()

    def add():
        grown.add_documents(["some", "documents more"] * 5)
        grown.add_document("and one")
        keep_small(grown, 500)

    def count():
        counted.add_document(large)
        counted.total_words()
        keep_small(counted, 5)

    def merge():
        merged.merge(part)
        merged.word_frequency()
        keep_small(merged, 100)

    def use_all():
        for analyzer in (grown, counted, merged, part):
            use(analyzer)

    busy_threads(add, count, merge)
    for _ in range(60):
        fork_and_run(use_all)
    assert_consistent(part)


def test_fork_while_another_thread_counts_one_large_text(busy_threads):
    """The child drops the count that was under way, and counts for itself."""
    analyzer = TextAnalyzer(threads=2)
    text = "The same words again and again. " * 100_000

    def count_all_anew():
        analyzer.clear()
        analyzer.add_document(text)
        analyzer.total_words()

    def count_in_child():
        assert analyzer.total_words() in (0, 600_000)
        analyzer.add_document("and one more")
        assert analyzer.total_words() in (3, 600_003)

    busy_threads(count_all_anew)
    for _ in range(30):
        fork_and_run(count_in_child)


def test_fork_while_another_thread_is_in_a_callback():
    analyzer = TextAnalyzer()
    in_callback, go_on = threading.Event(), threading.Event()

    def callback(info):
        in_callback.set()
        go_on.wait(PATIENCE_SECONDS)

    analyzer.set_callback(callback)
    adder = threading.Thread(target=analyzer.add_document, args=("text",), daemon=True)
    adder.start()
    assert in_callback.wait(PATIENCE_SECONDS)
    analyzer.clear_callback()
    try:
        fork_and_run(lambda: use(analyzer))
    finally:
        go_on.set()
        adder.join(PATIENCE_SECONDS)
    assert_consistent(analyzer)


def test_fork_within_a_callback():
    analyzer = TextAnalyzer()

    def callback(info):
        if info["text"] == "fork here":
            fork_and_run(lambda: use(analyzer))

    analyzer.set_callback(callback)
    analyzer.add_documents(["one", "fork here", "three"])
    assert analyzer.get_documents() == ["one", "fork here", "three"]
    assert_consistent(analyzer)


def test_child_forked_within_a_callback_goes_on_with_the_batch():
    analyzer = TextAnalyzer()
    children = []

    def callback(info):
        if info["text"] == "fork here":
            children.append(os.fork())

    analyzer.set_callback(callback)
    try:
        analyzer.add_documents(["one", "fork here", "three"])
        assert_consistent(analyzer)
    finally:
        if children == [0]:
            os._exit(int(sys.exc_info()[0] is not None))
    assert exit_status(children[0]) == 0


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no interval timer")
def test_fork_within_a_signal_handler_amid_a_count():
    analyzer = TextAnalyzer()
    n_forks = 0

    def handle(number, frame):
        nonlocal n_forks
        n_forks += 1
        fork_and_run(count_in_child)

    def count_in_child():
        assert analyzer.total_words() in (0, 1_002_000)
        analyzer.clear()
        use(analyzer)

    before = signal.signal(signal.SIGVTALRM, handle)
    try:
        while n_forks < 3:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0.001)
            analyzer.clear()
            analyzer.add_documents(["short one"] * 1_000 + ["word " * 1_000_000])
            assert analyzer.total_words() == 1_002_000
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def test_fork_while_other_threads_use_a_tokenizer(busy_threads):
    tokenizer = Tokenizer()
    text = "The same words again and again, and some others. " * 2_000
    tokenizer.train(text, 300)
    ids = tokenizer.encode(text)

    def train_anew():
        Tokenizer().train(text, 300, threads=2)

    def use_in_child():
        assert tokenizer.encode(text) == ids
        assert tokenizer.encode_batch([text, "some"], 2) == [ids, tokenizer.encode("some")]
        assert tokenizer.decode(ids) == text
        train_anew()

    busy_threads(lambda: tokenizer.encode_batch([text] * 3, 2), train_anew)
    for _ in range(10):
        fork_and_run(use_in_child)


# Hooks that were registered before the package's own run within them: with the core's gate to fork() closed.
HOOKED = """
import os

def use():
    if analyzers:
        analyzers[0].add_document("two words")
        seen.append(analyzers[0].total_words())

analyzers, seen = [], []
os.register_at_fork({when}=use)

from text_processor import TextAnalyzer

analyzers.append(TextAnalyzer())
if os.fork() == 0:
    analyzers[0].total_words()
    print("child", seen, flush=True)
    os._exit(0)
os.wait()
print("parent", seen)
"""


@pytest.mark.parametrize(
    ("when", "output"),
    [
        ("before", "child [2]\nparent [2]\n"),
        ("after_in_parent", "child []\nparent [2]\n"),
        ("after_in_child", "child [2]\nparent []\n"),
    ],
)
def test_fork_hooks_of_others_may_use_an_analyzer(when, output):
    """So may a signal handler or a finalizer that runs in them."""
    done = subprocess.run(
        [sys.executable, "-c", HOOKED.format(when=when)], capture_output=True, text=True, timeout=10, check=False
    )
    assert (done.stdout, done.stderr) == (output, "")


def test_child_of_multiprocessing_can_use_it(busy_threads):
    analyzer, busy = TextAnalyzer(), TextAnalyzer()
    analyzer.add_documents(["one two", "three"])

    def add_and_count():
        busy.add_document("some words")
        busy.total_words()

    busy_threads(add_and_count)
    child = multiprocessing.get_context("fork").Process(target=use, args=(analyzer,))
    child.start()
    child.join(PATIENCE_SECONDS)
    assert child.exitcode == 0
    assert_consistent(analyzer)


def test_analyzers_travel_to_a_pool_and_back():
    with multiprocessing.get_context("fork").Pool(2) as pool:
        parts = pool.map(analyze, [["a b", "c"], ["b c"], ["c"]])
    whole = TextAnalyzer()
    for part in parts:
        whole.merge(part)
    assert whole.get_documents() == ["a b", "c", "b c", "c"]
    assert_consistent(whole)


def analyze(documents):
    analyzer = TextAnalyzer()
    analyzer.add_documents(documents)
    return analyzer
