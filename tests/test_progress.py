"""Hooks and bars: how often they are called, and what is left when the work ends, in whatever way."""

import io
import itertools
import os
import select
import sys
import termios
import threading
from inspect import isroutine, signature
from types import SimpleNamespace

import pytest
from bpe_texts import of_bytes

from text_processor import PieceCounts, TextAnalyzer, Tokenizer, numeric
from text_processor._common import progress as common_progress
from text_processor._common.progress import reporting
from text_processor.vader import SentimentIntensityAnalyzer


class Clock:
    """A clock that moves when it is told to."""

    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(common_progress, "monotonic", clock)
    return clock


# ---- Hooks -----------------------------------------------------------------------------------------------------------


def test_hook_is_called_at_most_20_times_a_second(clock):
    calls = []
    with reporting(lambda *call: calls.append((clock.now, *call)), 1000) as report:
        for done in range(1, 1001):
            clock.now += 1 / 256
            report(done)
    times = [time for time, _, _ in calls]
    assert all(later - earlier >= 0.05 for earlier, later in itertools.pairwise(times[:-1]))
    assert 70 <= len(calls) <= 1000 / 256 * 20 + 1
    assert [total for _, _, total in calls] == [1000] * len(calls)


def test_time_that_the_hook_takes_does_not_count(clock):
    calls = []

    def slow(done, total):
        calls.append(done)
        clock.now += 1

    with reporting(slow, None) as report:
        clock.now += 1
        for done in range(10):
            report(done)
    assert calls == [0, 9]


def test_last_call_has_the_final_number():
    calls = []
    with reporting(lambda *call: calls.append(call), None) as report:
        report(1)
        report(7)
    assert calls == [(7, None)]


def test_work_without_steps_reports_once():
    calls = []
    with reporting(lambda *call: calls.append(call), 0):
        pass
    assert calls == [(0, 0)]


def test_failed_work_reports_no_end():
    calls = []
    with pytest.raises(KeyboardInterrupt), reporting(lambda *call: calls.append(call), 3):
        raise KeyboardInterrupt
    assert calls == []


def test_exception_of_the_hook_stops_the_work(clock):
    def failing(done, total):
        raise LookupError(done)

    def work():
        with reporting(failing, 3) as report:
            for done in (1, 2, 3):
                steps.append(done)
                clock.now += 1
                report(done)

    steps = []
    with pytest.raises(LookupError, match="1"):
        work()
    assert steps == [1]


def test_exception_of_the_last_call_comes_out_too():
    def failing(done, total):
        raise LookupError

    with pytest.raises(LookupError), reporting(failing, 3):
        pass


@pytest.mark.parametrize("progress", [None, False])
def test_nothing_is_asked_for(progress, capsys):
    with reporting(progress, 3) as report:
        report(3)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("progress", ["yes", 1, 0, []])
def test_anything_else_is_refused(progress):
    with pytest.raises(TypeError, match=f"progress must be callable, a bool or None, not {type(progress).__name__}"):
        reporting(progress, 3)


# ---- Bars ------------------------------------------------------------------------------------------------------------


class Screen:
    """A terminal in the place of standard error, while it is entered."""

    def __init__(self):
        self.ours, theirs = os.openpty()
        termios.tcsetwinsize(theirs, (24, 80))
        self.file = os.fdopen(theirs, "w")

    def __enter__(self):
        self.before, sys.stderr = sys.stderr, self.file

    def __exit__(self, *_):
        sys.stderr = self.before

    def shown(self):
        shown = b""
        while select.select([self.ours], [], [], 0.1)[0]:  # the system may take a moment
            shown += os.read(self.ours, 1 << 16)
        return shown.decode()


@pytest.fixture
def screen(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    screen = Screen()
    yield screen
    screen.file.close()
    os.close(screen.ours)


@pytest.fixture(params=["rich", "tqdm"])
def library(request, monkeypatch):
    pytest.importorskip(request.param)
    if request.param == "tqdm":
        monkeypatch.setitem(sys.modules, "rich.console", None)
    return request.param


@pytest.mark.parametrize("total", [8_000_000, None])
def test_bar_shows_bytes_and_goes_away(screen, library, clock, total):
    n_threads = threading.active_count()
    with screen, reporting(True, total) as report:
        for done in range(0, 8_000_001, 2_000_000):
            clock.now += 1
            report(done)
        assert threading.active_count() == n_threads
    shown = screen.shown()
    assert {"rich": "4.0", "tqdm": "4.00M"}[library] in shown
    assert "B/s" in shown or library == "rich"  # which wants some samples before it tells the rate
    assert_clean(shown)


def assert_clean(shown):
    """The line of the bar is empty again, and the cursor can be seen."""
    assert shown.rfind("\x1b[?25h") >= shown.rfind("\x1b[?25l")
    assert shown.endswith(("\x1b[2K", "\r"))


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_bar_goes_away_when_the_work_fails(screen, library, clock, error):
    def fail():
        with screen, reporting(True, 8_000) as report:
            clock.now += 1
            report(4_000)
            raise error

    with pytest.raises(error):
        fail()
    assert_clean(screen.shown())


def test_interrupt_while_the_bar_is_made_leaves_no_trace(screen, monkeypatch, clock):
    rich = pytest.importorskip("rich.progress")
    start = rich.Progress.start

    def interrupted(self):
        start(self)
        raise KeyboardInterrupt

    monkeypatch.setattr(rich.Progress, "start", interrupted)
    with pytest.raises(KeyboardInterrupt), screen, reporting(True, 8_000):
        pass
    assert_clean(screen.shown())


def test_no_bar_where_no_library_is_installed(screen, monkeypatch, clock):
    monkeypatch.setitem(sys.modules, "rich.console", None)
    monkeypatch.setitem(sys.modules, "tqdm", None)
    with screen, reporting(True, 3) as report:
        clock.now += 1
        report(3)
    assert screen.shown() == ""


def closed_file():
    file = io.StringIO()
    file.close()
    return file


@pytest.mark.parametrize("stderr", [io.StringIO(), closed_file(), None], ids=["file", "closed", "none"])
def test_no_bar_where_there_is_no_terminal(monkeypatch, clock, stderr):
    monkeypatch.setattr(sys, "stderr", stderr)
    with reporting(True, 3) as report:
        clock.now += 1
        report(3)
    if stderr is not None and not stderr.closed:
        assert stderr.getvalue() == ""


# ---- Notebooks -------------------------------------------------------------------------------------------------------


class Cell:
    """What a notebook shows below a cell: outputs, by the id under which they are shown anew."""

    def __init__(self):
        self.outputs = {}
        self.texts = []

    def new_handle(self):
        """IPython's ``DisplayHandle``."""
        handle = SimpleNamespace(
            display=lambda shown: self.show(handle, shown), update=lambda *shown, **kw: self.show(handle, *shown, **kw)
        )
        return handle

    def show(self, handle, shown, *, raw=False):
        bundle = shown if raw else shown._repr_mimebundle_(include=None, exclude=None)
        self.outputs[id(handle)] = bundle["text/plain"]
        self.texts.append(bundle["text/plain"])


@pytest.fixture
def cell(monkeypatch):
    """A process that is the kernel of a notebook: a shell with a kernel, and no terminal."""
    cell = Cell()
    shell = SimpleNamespace(kernel=object(), config={"IPKernelApp": {}})
    display = SimpleNamespace(DisplayHandle=cell.new_handle)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell, display=display))
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    return cell


def test_a_notebook_shows_a_bar_below_the_cell(cell, clock, capsys):
    pytest.importorskip("rich")
    n_threads = threading.active_count()
    with reporting(True, 8_000_000) as report:
        for done in range(0, 8_000_001, 2_000_000):
            clock.now += 1
            report(done)
        assert threading.active_count() == n_threads
    assert any("4.0/8.0 MB" in text for text in cell.texts)
    assert list(cell.outputs.values()) == [""]
    assert capsys.readouterr() == ("", "")


WORK = {
    TextAnalyzer: {
        "add_documents": lambda new: new.add_documents(["some words"], progress=True),
        "add_buffer": lambda new: new.add_buffer(b"some words", progress=True),
        "add_file": lambda new: new.add_file(__file__, progress=True),
        "add_stream": lambda new: new.add_stream(io.BytesIO(b"some words"), progress=True),
        "add_arrow": lambda new: new.add_arrow(arrow(["some words"]), progress=True),
    },
    Tokenizer: {
        "train": lambda new: new.train("some words", 258, progress=True),
        "train_from_iterator": lambda new: new.train_from_iterator(["some words"], 258, progress=True),
        "train_from_counts": lambda new: new.train_from_counts({"some words": 2}, 258, progress=True),
        "extend": lambda _: of_bytes().extend("some words", 258, progress=True),
        "encode_batch": lambda _: of_bytes().encode_batch(["some words"], progress=True),
        "count_batch": lambda _: of_bytes().count_batch(["some words"], progress=True),
        "chunks_batch": lambda _: of_bytes().chunks_batch(["some words"], 5, progress=True),
        "decode_batch": lambda _: of_bytes().decode_batch([[97]], progress=True),
        "encode_arrow": lambda _: of_bytes().encode_arrow(arrow(["some words"]), progress=True),
        "count_arrow": lambda _: of_bytes().count_arrow(arrow(["some words"]), progress=True),
        "chunks_arrow": lambda _: of_bytes().chunks_arrow(arrow(["some words"]), 5, progress=True),
        "encode_file": lambda _: of_bytes().encode_file(__file__, os.devnull, progress=True),
        "encode_corpus": lambda _: of_bytes().encode_corpus(iter(["some words"]), "shards", format="raw", progress=True),
    },
    PieceCounts: {
        "add": lambda new: new.add("some words", progress=True),
        "add_texts": lambda new: new.add_texts(["some words"], progress=True),
        "add_counts": lambda new: new.add_counts({"some words": 2}, progress=True),
        "add_file": lambda new: new.add_file(__file__, progress=True),
        "add_stream": lambda new: new.add_stream(io.BytesIO(b"some words"), progress=True),
        "add_arrow": lambda new: new.add_arrow(arrow(["some words"]), progress=True),
    },
    SentimentIntensityAnalyzer: {
        "scores": lambda new: new.scores(["some words"], progress=True),
        "compound": lambda new: new.compound(["some words"], progress=True),
    },
    numeric: {
        "parallel_sum": lambda _: numeric.parallel_sum([1], progress=True),
        "process_numbers": lambda _: numeric.process_numbers([1], 0, progress=True),
        "array_multiply": lambda _: numeric.array_multiply([1], [2], progress=True),
        "matrix_multiply": lambda _: numeric.matrix_multiply([[1.0]], [[2.0]], progress=True),
        "compute_stats": lambda _: numeric.compute_stats([1], progress=True),
        "monte_carlo_pi": lambda _: numeric.monte_carlo_pi(10, progress=True),
        "sieve_of_eratosthenes": lambda _: numeric.sieve_of_eratosthenes(10, progress=True),
    },
}


def arrow(texts):
    return pytest.importorskip("pyarrow").array(texts)


@pytest.mark.parametrize(("owner", "name"), [(owner, name) for owner, work in WORK.items() for name in work])
def test_every_work_shows_its_bar_in_a_notebook(cell, owner, name, tmp_path, monkeypatch):
    pytest.importorskip("rich")
    monkeypatch.chdir(tmp_path)
    WORK[owner][name](owner() if isinstance(owner, type) else owner)
    assert cell.texts
    assert set(cell.outputs.values()) == {""}


def test_no_work_with_progress_is_left_out():
    for owner, work in WORK.items():
        public = [name for name in dir(owner) if not name.startswith("_") and isroutine(getattr(owner, name))]
        with_progress = {name for name in public if "progress" in signature(getattr(owner, name)).parameters}
        assert with_progress - {"report"} == work.keys()  # one on a report takes seconds


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_a_bar_in_a_notebook_goes_away_when_the_work_fails(cell, clock, error):
    pytest.importorskip("rich")

    def fail():
        with reporting(True, 8_000) as report:
            clock.now += 1
            report(4_000)
            raise error

    with pytest.raises(error):
        fail()
    assert list(cell.outputs.values()) == [""]


def test_a_notebook_without_rich_shows_the_bar_of_tqdm(cell, clock, monkeypatch, capsys):
    pytest.importorskip("tqdm")
    monkeypatch.setitem(sys.modules, "rich.progress", None)
    with reporting(True, 8_000_000) as report:
        clock.now += 1
        report(4_000_000)
    assert "4.00M/8.00M" in capsys.readouterr().err


def test_no_bar_in_a_notebook_where_no_library_is_installed(cell, clock, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "rich.progress", None)
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    with reporting(True, 3) as report:
        clock.now += 1
        report(3)
    assert (cell.texts, *capsys.readouterr()) == ([], "", "")


def test_ipython_in_a_terminal_is_no_notebook(screen, monkeypatch, clock):
    pytest.importorskip("rich")
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=SimpleNamespace))
    with screen, reporting(True, 8_000_000) as report:
        clock.now += 1
        report(4_000_000)
    assert "4.0" in screen.shown()
