"""In a real terminal: Ctrl-C stops everything at once and loses nothing, a table fits, and text may be typed."""

import json
import os
import re
import select
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

import text_processor

termios = pytest.importorskip("termios", reason="this system has no terminals as Unix has them")

BOOK = Path(__file__).parent.parent / "examples" / "kjv.txt"

CTRL_C = "\x03"
CTRL_D = "\x04"

PATIENCE_SECONDS = 120

pytestmark = pytest.mark.alone  # keys are pressed at moments

# Makes the terminal that is its standard input the one that Ctrl-C comes from, and becomes another program. Whoever started
# the tests may have them ignore SIGINT, as a shell does with what runs in the background.
TAKE_TERMINAL = """
import fcntl, os, signal, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""


def clean_environment(kept):
    """PATH and HOME, and what begins so."""
    return {name: value for name, value in os.environ.items() if name in ("PATH", "HOME") or name.startswith(kept)}


class Terminal:
    """A Python process in a terminal of 80 columns and 24 lines."""

    # What a sanitizer and the measuring of coverage cannot do without.
    kept = ("LD_PRELOAD", "ASAN_", "UBSAN_", "COVERAGE_")

    def __init__(self, *arguments, term="dumb"):
        self.ours, theirs = os.openpty()
        termios.tcsetwinsize(theirs, (24, 80))
        # In the folder that has the package, where Python looks first: what is tested is what was imported here.
        self.process = subprocess.Popen(
            [sys.executable, "-c", TAKE_TERMINAL, *map(str, arguments)],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=clean_environment(self.kept) | {"TERM": term, "PYTHON_BASIC_REPL": "1"},
            cwd=Path(text_processor.__file__).parents[1],
            start_new_session=True,
        )
        os.close(theirs)
        self.unread = ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        os.close(self.ours)

    def type(self, text):
        os.write(self.ours, text.encode())

    def read_until(self, what):
        """Return what is shown up to and with the given text."""
        while what not in self.unread:
            shown = self._read()
            assert shown, f"{what!r} was never shown, only {self.unread!r}"
            self.unread += shown
        before, self.unread = self.unread.split(what, 1)
        return before + what

    def read_to_end(self):
        while shown := self._read():
            self.unread += shown
        return self.unread

    def _read(self):
        ready, _, _ = select.select([self.ours], [], [], PATIENCE_SECONDS)
        assert ready, f"nothing more was shown than {self.unread!r}"
        try:
            return os.read(self.ours, 1 << 16).decode()
        except OSError:  # on Linux, the process that had the terminal has ended
            return ""

    def exit_status(self):
        return self.process.wait(PATIENCE_SECONDS)


# ---- The REPL --------------------------------------------------------------------------------------------------------


class Repl(Terminal):
    """Python's own prompt."""

    # Not measured: Ctrl-C within the tracer would leave a lock of its own locked, and the next statement wait for it.
    kept = ("LD_PRELOAD", "ASAN_", "UBSAN_")

    def __init__(self):
        super().__init__("-q")
        self.read_until(">>> ")

    def run(self, statement):
        """Return what the prompt answers."""
        self.type(f"{statement}\n")
        _, *answer, _ = self.read_until("\r\n>>> ").split("\r\n")
        return "\n".join(answer)

    def interrupt(self, statement, delay):
        """Let a statement run for a while, press Ctrl-C, and return after how many seconds the prompt was back.

        On a machine whose processors were never idle meanwhile, the seconds are those of work that the process did: it may have
        waited for its turn. Where a processor was idle, a process that waits has itself to blame.
        """
        self.type(f'print("be" "gun"); {statement}\n')
        self.read_until("\r\nbegun\r\n")
        time.sleep(delay)
        worked, idle, pressed = self.worked_seconds(), idle_seconds(), time.perf_counter()
        self.type(CTRL_C)
        answer = self.read_until("\r\n>>> ")
        seconds = time.perf_counter() - pressed
        assert answer.endswith("KeyboardInterrupt\r\n>>> "), answer
        was_busy = idle_seconds() - idle < seconds / 10
        return min(seconds, self.worked_seconds() - worked) if was_busy else seconds

    def worked_seconds(self):
        """The processor time of all threads, in steps of ten milliseconds; 0 where /proc does not tell."""
        try:
            _, _, fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="utf-8").rpartition(")")
        except OSError:
            return 0.0
        user, system = fields.split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def idle_seconds():
    """How long the processors had nothing to do, all together; where /proc does not tell, as if one always had nothing."""
    try:
        _, _, _, _, idle, waiting = Path("/proc/stat").read_text(encoding="utf-8").split()[:6]
    except OSError:
        return time.perf_counter()
    return (int(idle) + int(waiting)) / os.sysconf("SC_CLK_TCK")


# Seconds after which Ctrl-C is pressed. Of the delays that follow the middle one is looked at: it says whether calls can be
# stopped, and one press that meets a busy machine does not spoil it.
MOMENTS = [0.1, 0.2, 0.3, 0.4, 0.5]


@pytest.fixture
def repl():
    """A prompt with an analyzer ``a`` that got five times 63 MB in 80 documents: eight million words, each one another."""
    with Repl() as repl:
        repl.run("from text_processor import TextAnalyzer")
        repl.run('part = lambda i: " ".join(map(str, range(i, i + 100_000)))')
        repl.run("documents = [part(i) for i in range(0, 8_000_000, 100_000)] * 5")
        repl.run("a = TextAnalyzer()")
        assert repl.run("a.add_documents(documents)") == "400"
        yield repl


def assert_nothing_is_lost(repl):
    assert repl.run("a.get_documents() == documents") == "True"
    assert repl.run("a.get_statistics() == dict(total_words=40*10**6, document_count=400, unique_words=8*10**6)") == "True"
    assert repl.run("a.most_common(2)") == "[('0', 5), ('1', 5)]"


@pytest.mark.timing
@pytest.mark.parametrize("question", ["a.word_frequency()", "a.most_common(10)"])
def test_ctrl_c_stops_counting_at_once(repl, question):
    delays = [repl.interrupt(question, moment) for moment in MOMENTS]
    assert statistics.median(delays) <= 0.2, delays
    assert_nothing_is_lost(repl)


@pytest.mark.timing
def test_ctrl_c_stops_handing_out_at_once(repl):
    assert repl.run("a.total_words()") == "40000000"
    delays = [repl.interrupt("table = a.word_frequency()", moment) for moment in MOMENTS]
    assert statistics.median(delays) <= 0.2, delays
    assert_nothing_is_lost(repl)


@pytest.fixture(scope="module")
def tokenizers_repl():
    """A prompt with a tokenizer ``t``, a text of 180 MB and the same in pieces."""
    with Repl() as repl:
        repl.run("from text_processor import Tokenizer")
        repl.run('text = " ".join(map(str, range(1_000_000, 21_000_000)))')
        repl.run("texts = [text[i : i + 100] for i in range(0, len(text), 100)]")
        repl.run('t = Tokenizer("gpt2"); t.train(text[:1_000_000], 500)')
        repl.run("before = t.mergeable_ranks()")
        yield repl


@pytest.mark.timing
@pytest.mark.parametrize(
    "call",
    ["t.train(text, 50_000)", "t.encode_array(text)", "t.encode_batch(texts)", "t.encode_batch([text], 1)"],
)
def test_ctrl_c_stops_a_tokenizer_at_once(tokenizers_repl, call):
    delays = [tokenizers_repl.interrupt(call, moment) for moment in MOMENTS]
    assert statistics.median(delays) <= 0.2, delays
    assert tokenizers_repl.run("t.mergeable_ranks() == before") == "True"


# ---- The command -----------------------------------------------------------------------------------------------------


@pytest.fixture
def gate(tmp_path):
    """A named pipe as the first file of a command: it can be written to as soon as the command reads it."""
    path = tmp_path / "gate"
    os.mkfifo(path)
    return path


@pytest.fixture(scope="module")
def big_file(tmp_path_factory):
    """63 MB: eight million words, each one another."""
    path = tmp_path_factory.mktemp("big") / "big.txt"
    with path.open("w") as file:
        for first in range(0, 8_000_000, 100_000):
            print(*range(first, first + 100_000), file=file)
    return path


def test_ctrl_c_ends_counting_a_big_file(big_file, gate):
    with Terminal("-m", "text_processor", "count", gate, *[big_file] * 5) as terminal:
        gate.write_text("gate\n")
        time.sleep(0.3)
        terminal.type(CTRL_C)
        assert terminal.exit_status() == 130
        assert terminal.read_to_end() == "^C"


# At each moment the work is somewhere else: reading, counting, merging or writing. A busy machine may shift that, but there is
# far more to do than it takes to get there. Here it is only the end that counts; how soon it comes the prompt above tells.
@pytest.mark.parametrize("moment", [0, 0.3, 1.5])
@pytest.mark.parametrize("command", ["train --vocab-size 60000", "encode --binary"])
def test_ctrl_c_ends_a_tokenizers_work(tmp_path, big_file, gate, command, moment):
    text_processor.Tokenizer("gpt2").save(tmp_path / "model")
    if command.startswith("encode"):
        command += f" -m {tmp_path / 'model'}"
    output = tmp_path / "output"
    output.write_bytes(b"from before")
    arguments = [*command.split(), "--no-progress", "-o", output, gate, *[big_file] * 40]
    with Terminal("-m", "text_processor", "bpe", *arguments) as terminal:
        gate.write_text("gate\n")
        time.sleep(moment)
        terminal.type(CTRL_C)
        assert terminal.exit_status() == 130
        assert terminal.read_to_end() == "^C"
    assert output.read_bytes() == b"from before"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["gate", "model", "output"]


def test_ctrl_c_ends_waiting_for_input(gate):
    with Terminal("-m", "text_processor", "count", gate, "-") as terminal:
        gate.write_text("gate\n")
        terminal.type("typed\n")
        terminal.read_until("typed\r\n")
        terminal.type(CTRL_C)
        assert terminal.exit_status() == 130
        assert terminal.read_to_end() == "^C"


def test_text_may_be_typed(gate):
    with Terminal("-m", "text_processor", "count", gate, "-") as terminal:
        gate.write_text("gate\n")
        terminal.type("b a\nb")
        terminal.type(CTRL_D * 2)  # the first one hands over a line that is not finished, the second one ends the input
        shown = terminal.read_to_end()
        assert terminal.exit_status() == 0
    rows = [line.split() for line in shown.splitlines()]
    assert [row for row in rows if row[:1] in (["1"], ["2"])] == [["2", "b"], ["1", "gate"], ["1", "a"]]


def feed_slowly(gate):
    """Write enough for a bar to be shown, and wait that long."""
    with gate.open("wb", buffering=0) as file:
        for _ in range(30):
            file.write(b"word\n" * 1000)
            time.sleep(0.05)


def test_long_work_shows_a_bar_that_goes_away(gate):
    with Terminal("-m", "text_processor", "count", gate, "--json", term="xterm-256color") as terminal:
        feed_slowly(gate)
        shown = terminal.read_to_end()
        assert terminal.exit_status() == 0
    bar, _, answer = shown.rpartition("\x1b[2K")  # which clears the bar's line
    assert re.search(r"1\d\d\.\d.* kB", STYLE.sub("", bar))
    assert json.loads(answer.partition("{")[1] + answer.partition("{")[2])["total_words"] == 30_000


def test_no_bar_where_none_is_wanted(gate):
    with Terminal("-m", "text_processor", "count", gate, "--json", "--no-progress", term="xterm-256color") as terminal:
        feed_slowly(gate)
        assert json.loads(terminal.read_to_end())["total_words"] == 30_000


STYLE = re.compile(r"\x1b\[[\d;]*m")


@pytest.mark.parametrize("term", ["dumb", "xterm-256color"])
def test_a_table_fits_the_terminal(term):
    with Terminal("-m", "text_processor", "count", BOOK, term=term) as terminal:
        shown = STYLE.sub("", terminal.read_to_end())
        assert terminal.exit_status() == 0
    lines = shown.splitlines()
    assert "\x1b" not in shown
    assert ["63,911", "the"] in [line.split() for line in lines]
    assert lines[-1] == "789,634 words, 27,631 distinct, in 31,102 documents; 6-word sentiment 0.0438557"
    assert max(map(len, lines)) <= 80
    assert len(lines) < 24


@pytest.mark.parametrize("term", ["dumb", "xterm-256color"])
def test_words_do_not_command_the_terminal(term, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"\x1b]0;title\x07 \x1b[2J \xc2\x9b31m [bold]x[/bold] " + "中文字 ".encode() + b"x" * 1000)
    with Terminal("-m", "text_processor", "count", path, term=term) as terminal:
        shown = STYLE.sub("", terminal.read_to_end())
        assert terminal.exit_status() == 0
    words = [line.split()[-1] for line in shown.splitlines() if line.split()[:1] == ["1"]]
    assert words[:5] == ["\\x1b]0;title\\x07", "\\x1b[2j", "\\x9b31m", "[bold]x[/bold]", "中文字"]
    assert words[5].rstrip("….") == "x" * len(words[5].rstrip("…."))
    assert not set(shown) & set("\x1b\x07\x9b")
    assert max(map(len, shown.splitlines())) <= 80
