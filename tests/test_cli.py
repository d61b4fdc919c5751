"""The command ``text-processor``: what it counts, how it shows it, and how it ends."""

import bz2
import contextlib
import gzip
import io
import json
import lzma
import os
import signal
import subprocess
import sys
import tempfile
import threading
import tracemalloc
from importlib.metadata import entry_points
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_analyzer import PythonAnalyzer

import text_processor
from text_processor import TextAnalyzer, cli
from text_processor._common import progress as common_progress
from text_processor._documents import sources
from text_processor.cli import _shared

BOOK = Path(__file__).parent.parent / "examples" / "kjv.txt"

# Each kind of character and of line end: a byte-order mark, two to four bytes, what str.splitlines takes for a line end and
# the command does not, NUL, and a byte-order mark that is none.
ALL_KINDS = "\ufeffé Good\r\n\r\n \t\nbad\x00b\x0bc\x0cd\x1ce\x85f\u2028g\n中文\ufeff \U0001f600\rÉ\ngood end".encode()

# What the message of bytes that are not UTF-8 ends with.
WAY_ROUND = "; --errors replace reads it as U+FFFD, --encoding in another encoding"

# Faults of each kind that a decoder tells apart.
FAULTS = [b"\x80", b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xe4\xb8A", b"\xf0\x9f\x98\n", b"\xf5\x80\x80\x80"]


class Result(NamedTuple):
    status: int
    output: str
    errors: str


@pytest.fixture
def count(capsys):
    """Run the command within this process."""

    def run(*arguments):
        status = cli.main(["count", *map(str, arguments)])
        return Result(status, *capsys.readouterr())

    return run


@pytest.fixture
def file(tmp_path):
    """Write a file."""

    def write(content, name="file.txt"):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


def documents_of(data, kind, errors="strict"):
    text = data.decode("utf-8", errors).removeprefix("\ufeff")
    return [each for each in (text.split("\n") if kind == "lines" else [text]) if each.strip()]


def expected_answer(data, kind="lines", errors="strict"):
    """What ``--json`` is to say, from plain Python."""
    oracle = PythonAnalyzer()
    oracle.add_documents(documents_of(data, kind, errors))
    return {
        **oracle.get_statistics(),
        "sentiment": pytest.approx(oracle.analyze_sentiment(), rel=1e-12) if oracle.documents else None,
        "words": [{"word": word, "count": n} for word, n in oracle.most_common()],
    }


def all_block_sizes(data):
    return range(4, len(data) + 2)  # a character is never cut into more than two


# ---- The command as a process of its own -----------------------------------------------------------------------------

on_unix = pytest.mark.skipif(os.name != "posix", reason="this is about the shell of Unix and its pipes")


def clean_environment():
    """PATH and HOME, and what a sanitizer or the measuring of coverage cannot do without."""
    kept = ("LD_PRELOAD", "ASAN_", "UBSAN_", "COVERAGE_", "SYSTEMROOT")
    return {name: value for name, value in os.environ.items() if name in ("PATH", "HOME") or name.startswith(kept)}


def command_line(*arguments):
    return [sys.executable, "-m", "text_processor", *map(str, arguments)]


def run_process(command, *, environment=None, **options):
    # In the folder that has the package, where -m looks first: what is tested is what was imported here.
    return subprocess.run(
        command,
        env=clean_environment() | (environment or {}),
        cwd=Path(text_processor.__file__).parents[1],
        timeout=60,
        check=False,
        **{"capture_output": True, **options},
    )


def run_in_shell(script, *arguments):
    """Run ``"$@"``, the command, as the script says."""
    return run_process(["sh", "-c", script, "sh", *command_line(*arguments)])


def test_as_a_module(file):
    path = file(b"b a\na c")
    result = run_process(command_line("count", path))
    assert result.stdout.decode().splitlines() == ["a\t2", "b\t1", "c\t1"]
    assert result.stderr.decode().splitlines() == ["4 words, 3 distinct, in 2 documents; 6-word sentiment 0"]
    assert result.returncode == 0


def test_as_the_command_that_is_installed():
    commands = entry_points(group="console_scripts", name="text-processor")
    if not commands:
        pytest.skip("the package is not installed")
    assert {command.load() for command in commands} == {cli.main}


def test_standard_input(file):
    result = run_process(command_line("count", "-", "--json"), input=ALL_KINDS)
    assert json.loads(result.stdout) == expected_answer(ALL_KINDS)
    result = run_process(command_line("count", file(b"first"), "-", "--by", "seen"), input=b"second")
    assert result.stdout.split() == [b"first", b"1", b"second", b"1"]


def test_standard_input_is_read_where_no_file_is_named(file):
    for arguments in (["count"], ["count", "--by", "seen"]):
        result = run_process(command_line(*arguments), input=b"some text")
        assert (result.returncode, result.stdout.split()) == (0, [b"some", b"1", b"text", b"1"])


def test_standard_input_is_left_alone_where_counts_are_loaded(tmp_path):
    TextAnalyzer().save(tmp_path / "counts")
    result = run_process(command_line("count", "--load", tmp_path / "counts"), input=b"some text")
    assert (result.returncode, result.stdout) == (0, b"")


def test_standard_input_that_is_not_utf8():
    result = run_process(command_line("count", "-"), input=b"abc\xff")
    assert (result.returncode, result.stdout) == (1, b"")
    assert (
        result.stderr.decode()
        == "text-processor: standard input: not UTF-8: invalid start byte at byte 3, in line 1" + WAY_ROUND + "\n"
    )


@pytest.mark.skipif(not hasattr(os, "set_blocking"), reason="this system has no non-blocking pipes")
def test_standard_input_that_has_nothing_yet_and_does_not_wait():
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    with os.fdopen(reading), os.fdopen(writing):
        result = run_process(command_line("count", "-"), stdin=reading)
    assert (result.returncode, result.stdout) == (1, b"")
    assert b"text-processor: standard input: Resource temporarily unavailable" in result.stderr


@on_unix
@pytest.mark.parametrize("arguments", [["count", BOOK], ["count", BOOK, "--json"], ["count", "--help"], ["--version"]])
def test_a_closed_pipe_ends_quietly(arguments):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing):
        result = run_process(command_line(*arguments), capture_output=False, stdout=writing, stderr=subprocess.PIPE)
    assert result.returncode == 141
    assert result.stderr in (b"", b"789,634 words, 27,631 distinct, in 31,102 documents; 6-word sentiment 0.0438557\n")


@on_unix
def test_head():
    result = run_in_shell('"$@" | head -n 2', "count", BOOK)
    assert result.stdout == b"the\t63911\nand\t51313\n"
    assert result.stderr == b"789,634 words, 27,631 distinct, in 31,102 documents; 6-word sentiment 0.0438557\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk():
    result = run_in_shell('"$@" > /dev/full', "count", BOOK)
    assert result.returncode == 1
    assert result.stderr.decode().splitlines()[1:] == ["text-processor: standard output: No space left on device"]


@on_unix
def test_closed_standard_streams(file):
    path = file(b"word")
    result = run_in_shell('"$@" >&-', "count", path)
    assert result.returncode == 1
    assert result.stderr.decode() == "text-processor: standard output: Bad file descriptor\n"
    result = run_in_shell('"$@" 2>&-', "count", path)
    assert (result.returncode, result.stdout, result.stderr) == (0, b"word\t1\n", b"")
    result = run_in_shell('"$@" 2>&- >&-', "count", path)
    assert (result.returncode, result.stdout, result.stderr) == (1, b"", b"")
    result = run_in_shell('"$@" <&-', "count", "-")
    assert result.returncode == 1
    assert result.stderr.decode() == "text-processor: standard input: Bad file descriptor\n"


@on_unix
def test_standard_error_that_nobody_reads(file):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing):
        result = run_process(command_line("count", file(b"word")), capture_output=False, stdout=subprocess.PIPE, stderr=writing)
    assert result.stdout == b"word\t1\n"


@pytest.mark.parametrize(
    "environment",
    [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}],
    ids=["ascii", "C locale"],
)
def test_an_output_that_cannot_hold_every_character(environment):
    text = "中 é \U0001f600".encode()
    result = run_process(command_line("count", "-"), input=text, environment=environment)
    assert result.stdout.decode("ascii").split() == ["\\u4e2d", "1", "\\xe9", "1", "\\U0001f600", "1"]
    assert result.returncode == 0
    result = run_process(command_line("count", "-", "--json"), input=text, environment=environment)
    assert json.loads(result.stdout) == expected_answer(text)
    for arguments in (["--help"], ["count", "--help"], ["--version"]):
        result = run_process(command_line(*arguments), environment=environment)
        assert (result.returncode, result.stderr) == (0, b"")


@pytest.mark.parametrize("arguments", [["--version"], ["count", os.devnull]])
def test_rich_is_not_loaded_where_there_is_no_table(arguments):
    result = run_process([sys.executable, "-X", "importtime", *command_line(*arguments)[1:]])
    assert b"text_processor" in result.stderr
    assert b"rich" not in result.stderr
    assert result.returncode == 0


# ---- Counting --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["lines", "whole"])
def test_a_book_counts_as_in_python(count, file, kind):
    with BOOK.open("rb") as book:
        data = book.read(200_000)
    result = count(file(data), "--documents", kind, "--json")
    assert json.loads(result.output) == expected_answer(data, kind)
    assert (result.status, result.errors) == (0, "")


@pytest.mark.parametrize("kind", ["lines", "whole"])
def test_blocks_may_cut_characters_and_lines_anywhere(count, file, kind, monkeypatch):
    path, expected = file(ALL_KINDS), expected_answer(ALL_KINDS, kind)
    for nbytes in all_block_sizes(ALL_KINDS):
        monkeypatch.setattr(sources, "BLOCK_NBYTES", nbytes)
        assert json.loads(count(path, "--documents", kind, "--json").output) == expected


def test_only_a_line_feed_ends_a_line(count, file):
    answer = json.loads(count(file(ALL_KINDS), "--json").output)
    assert answer["document_count"] == 4
    assert answer["words"][:3] == [
        {"word": "é", "count": 2},
        {"word": "good", "count": 2},
        {"word": "bad\x00b", "count": 1},
    ]


def test_only_the_first_byte_order_mark_is_dropped(count, file):
    result = count(file(b"\xef\xbb\xbf" * 2 + b"a"))
    assert result.output == "\ufeffa\t1\n"


def test_several_files_are_counted_together(count, file):
    one, other = file(b"\xef\xbb\xbfb a", "one"), file(b"\xef\xbb\xbfa c\n", "other")
    result = count(one, other, one, "--by", "seen")
    assert result.output == "b\t2\na\t3\nc\t1\n"
    assert result.errors == "6 words, 3 distinct, in 3 documents; 6-word sentiment 0\n"


@pytest.mark.parametrize("content", [b"", b" \t\r\n\n \xe2\x80\x83", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("kind", ["lines", "whole"])
def test_blank_files_add_nothing(count, file, kind, content):
    path = file(content)
    result = count(path, "--documents", kind)
    assert result == (0, "", "0 words, 0 distinct, in 0 documents; 6-word sentiment none\n")
    result = count(path, "--documents", kind, "--json")
    assert json.loads(result.output) == expected_answer(b"")
    assert json.loads(result.output)["sentiment"] is None


def test_sentiment_is_for_each_document(count, file):
    path = file(b"good good bad\ngreat\n\nnothing")
    assert count(path).errors.endswith("6-word sentiment 0.666667\n")
    assert count(path, "--documents", "whole").errors.endswith("6-word sentiment 2\n")


whole_characters = [b"\xef\xbb\xbf", b"a", b"B", b" ", b"\n", b"\r\n", b"\0", b"\xc3\xa9", b"\xe2\x80\xa8", b"\xf0\x9f\x98\x80"]
broken_characters = [b"\xff", b"\x80", b"\xe4\xb8", b"\xf0\x9f", b"\xed\xa0\x80"]
any_bytes = st.lists(st.sampled_from(whole_characters + broken_characters)).map(b"".join)


@given(any_bytes, st.integers(4, 40), st.sampled_from(["lines", "whole"]))
def test_any_bytes_are_replaced_as_by_pythons_decoder(data, block_nbytes, kind):
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources, "BLOCK_NBYTES", block_nbytes)
        path = Path(folder, "file")
        path.write_bytes(data)
        with contextlib.redirect_stdout(io.StringIO()) as output:
            assert cli.main(["count", str(path), "--json", "--documents", kind, "--errors", "replace"]) == 0
    assert json.loads(output.getvalue()) == expected_answer(data, kind, "replace")


def test_memory_does_not_grow_with_the_file(count, file):
    path = file((b"word " * 200 + b"\n") * 40_000)
    tracemalloc.start()
    try:
        assert count(path).output == "word\t8000000\n"
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < path.stat().st_size / 2


def test_many_small_files(count, file):
    paths = [file(f"word{i} the\nthe\n".encode(), f"file{i}") for i in range(300)]
    result = count(*paths, "--top", 1)
    assert result == (0, "the\t600\n", "900 words, 301 distinct, in 600 documents; 6-word sentiment 0\n")


def test_no_answer_depends_on_the_number_of_threads(count, file):
    path = file(BOOK.read_bytes() * 2)
    answers = {count(path, "--json", "--threads", n).output for n in (1, 2, 3)}
    assert len(answers) == 1
    assert json.loads(answers.pop())["words"][0] == {"word": "the", "count": 2 * 63911}


# ---- Compressed files ------------------------------------------------------------------------------------------------


COMPRESSORS = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}
FORMATS = {".gz": "gzip", ".bz2": "bzip2", ".xz": "xz"}


@pytest.mark.parametrize("suffix", [*COMPRESSORS, ".GZ"])
@pytest.mark.parametrize("kind", ["lines", "whole"])
def test_a_compressed_file_is_its_text(count, file, suffix, kind):
    data = ALL_KINDS * 2000
    path = file(COMPRESSORS[suffix.lower()](data), f"file.txt{suffix}")
    assert json.loads(count(path, "--json", "--documents", kind).output) == expected_answer(data, kind)


def test_compressed_and_plain_files_are_counted_together(count, file):
    empty = gzip.compress(b"")
    paths = [file(b"b a", "one"), file(gzip.compress(b"a c\n") + gzip.compress(b"d"), "two.gz"), file(empty, "empty.gz")]
    assert count(*paths, "--by", "seen").output == "b\t1\na\t2\nc\t1\nd\t1\n"


@pytest.mark.parametrize("suffix", COMPRESSORS)
def test_damaged_compressed_data(count, file, suffix):
    good = COMPRESSORS[suffix](BOOK.read_bytes()[:500_000])
    middle = len(good) // 2
    damaged = good[:middle] + bytes(byte ^ 0x55 for byte in good[middle : middle + 100]) + good[middle + 100 :]
    for data in (good[:-3], good[:middle], b"no such data", damaged):
        path = file(data, f"bad{suffix}")
        status, output, errors = count(path)
        assert (status, output) == (1, "")
        assert errors.startswith(f"text-processor: {path}: damaged {FORMATS[suffix]} data: ")
        assert errors.count("\n") == 1


def test_compressed_data_that_is_not_utf8(count, file):
    path = file(gzip.compress(b"one\ntwo\xff"), "file.gz")
    assert count(path) == (1, "", f"text-processor: {path}: not UTF-8: invalid start byte at byte 7, in line 2{WAY_ROUND}\n")


def test_a_compressed_file_that_is_not_there(count, tmp_path):
    path = tmp_path / "file.gz"
    assert count(path) == (1, "", f"text-processor: {path}: No such file or directory\n")


def test_a_compression_that_this_python_does_not_know(count, file, monkeypatch):
    for module in ("compression.zstd", "backports.zstd", "zstandard"):
        monkeypatch.setitem(sys.modules, module, None)
    path = file(b"\x28\xb5\x2f\xfd", "file.zst")
    modules = "compression.zstd or backports.zstd or zstandard"
    message = f"zstd data cannot be read without the module {modules}; install it, or decompress the data first"
    assert count(path) == (1, "", f"text-processor: {path}: {message}\n")


# ---- Counts in files -------------------------------------------------------------------------------------------------


def test_saved_counts_are_loaded(count, file, tmp_path):
    one, two, three = file(b"b a\nb", "one"), file(b"c a", "two"), file(b"d", "three")
    saved = [tmp_path / "one.counts", tmp_path / "two.counts"]
    for path, counts in zip((one, two), saved, strict=True):
        assert count(path, "--save", counts) == count(path)
    for options in ([], ["--json"], ["--by", "seen"], ["--by", "word", "--top", "3"]):
        whole = count(one, two, three, *options)
        assert count("--load", saved[0], "--load", saved[1], three, *options) == whole
        assert whole.status == 0
    assert count("--load", saved[0]).output == "b\t2\na\t1\n"
    assert TextAnalyzer.load(saved[1]).word_frequency() == {"c": 1, "a": 1}


def test_counts_may_be_saved_where_they_were_loaded(count, file, tmp_path):
    path, counts = file(b"a b"), tmp_path / "counts"
    count(path, "--save", counts)
    for n in range(2, 5):
        assert count("--load", counts, path, "--save", counts, "--top", "1").output == f"a\t{n}\n"


def test_counts_that_cannot_be_loaded(count, file, tmp_path):
    path, missing = file(b"some text"), tmp_path / "missing"
    signature = rb"b'\x89TPA\r\n\x1a\n'".decode()
    assert count("--load", path, path) == (
        1,
        "",
        (
            f"text-processor: {path}: this is not a snapshot of a TextAnalyzer, which begins with {signature}, "
            "not b'some tex' (at byte 0)\n"
        ),
    )
    assert count("--load", missing) == (1, "", f"text-processor: {missing}: No such file or directory\n")


@pytest.mark.parametrize("options", [[], ["--errors", "replace"], ["--documents", "whole"]])
@pytest.mark.parametrize("name", ["own", "own.gz"])
def test_files_of_our_own_are_not_counted_as_text(count, tmp_path, options, name):
    snapshot, tokenizer = tmp_path / "snapshot", tmp_path / "tokenizer"
    TextAnalyzer().save(snapshot)
    text_processor.Tokenizer().save(tokenizer)
    for saved, message in [
        (snapshot, "a snapshot of a TextAnalyzer, not text; TextAnalyzer.load reads it, and on the command line count --load"),
        (tokenizer, "a tokenizer, not text; Tokenizer.load reads it, and on the command line bpe encode --model"),
    ]:
        data = saved.read_bytes()
        path = tmp_path / name
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        assert count("--load", snapshot, path, *options) == (1, "", f"text-processor: {path}: this is {message}\n")
        if not options:
            result = run_process(command_line("count", "-"), input=data)
            assert result.stderr.decode() == f"text-processor: standard input: this is {message}\n"


def test_counts_that_cannot_be_saved(count, file, tmp_path):
    target = tmp_path / "no" / "counts"
    assert count(file(b"word"), "--save", target) == (1, "", f"text-processor: {target}: No such file or directory\n")


def test_counts_are_not_saved_unless_all_files_are_counted(count, file, tmp_path):
    target = tmp_path / "counts"
    assert count(file(b"word"), file(b"\xff", "bad"), "--save", target).status == 1
    assert not target.exists()


# ---- Progress --------------------------------------------------------------------------------------------------------


@pytest.fixture
def told(monkeypatch):
    """What a bar is told of, as if standard error were a terminal and every bar due at once."""
    seen = []

    @contextlib.contextmanager
    def reporting(progress, total):
        assert progress is True
        seen.append(("total", total))
        try:
            yield seen.append
        finally:
            seen.append("end")

    monkeypatch.setattr(common_progress, "reporting", reporting)
    monkeypatch.setattr(_shared, "SECONDS_WITHOUT_BAR", 0)
    monkeypatch.setattr(common_progress, "INTERVAL_SECONDS", 0)
    monkeypatch.setattr(common_progress, "_is_terminal", lambda: True)
    return seen


def test_one_bar_shows_all_files(count, file, told):
    plain, packed = file(b"word\n" * 100_000, "one"), file(gzip.compress(b"word\n" * 1000), "two.gz")
    n_packed = packed.stat().st_size
    assert count(plain, packed, plain).output == "word\t201000\n"
    first, *done, last = told
    assert (first, last) == (("total", 1_000_000 + n_packed), "end")
    assert done == sorted(done)
    assert {500_000, 500_000 + n_packed, 1_000_000 + n_packed} <= set(done)


@on_unix
def test_the_end_is_not_known_where_a_file_has_no_size(count, file, told, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(b"word\n" * 10,))
    writer.start()
    count(pipe, file(b"more"))
    writer.join()
    assert told[0] == ("total", None)
    assert told[-2:] == [54, "end"]


def test_a_bar_ends_before_the_error_is_shown(count, file, told):
    assert count(file(b"word\n" * 100_000 + b"\xff")).status == 1
    assert told[-1] == "end"


def test_there_is_no_bar_without_a_terminal_or_in_the_first_second(count, file, told, monkeypatch):
    path = file(b"word\n" * 100_000)
    assert count(path, "--no-progress").status == 0
    monkeypatch.setattr(common_progress, "_is_terminal", lambda: False)
    assert count(path).status == 0
    monkeypatch.setattr(common_progress, "_is_terminal", lambda: True)
    monkeypatch.setattr(_shared, "SECONDS_WITHOUT_BAR", 60)
    assert count(path).status == 0
    assert told == []


# ---- Files that cannot be counted ------------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte-order mark"])
@pytest.mark.parametrize("fault", [*FAULTS, b"\xf0\x9f\x98"], ids=ascii)
def test_the_place_of_what_is_not_utf8(count, file, monkeypatch, mark, fault):
    data = mark + "aé\n中 ".encode() + fault + (b" rest\xff" if fault in FAULTS else b"")
    path = file(data)
    with pytest.raises(UnicodeDecodeError) as caught:
        data.decode()
    what = f"{caught.value.reason} at byte {caught.value.start}"
    for nbytes in all_block_sizes(data):
        monkeypatch.setattr(sources, "BLOCK_NBYTES", nbytes)
        for kind, line in [("lines", ", in line 2"), ("whole", "")]:
            expected = f"text-processor: {path}: not UTF-8: {what}{line}{WAY_ROUND}\n"
            assert count(path, "--documents", kind) == (1, "", expected)


def test_the_line_of_what_is_not_utf8(count, file):
    path = file(b"\n \none\n" * 1000 + b"two \xff")
    assert (
        count(path).errors == f"text-processor: {path}: not UTF-8: invalid start byte at byte 7004, in line 3001{WAY_ROUND}\n"
    )


def test_a_byte_order_mark_that_is_cut_short(count, file):
    path = file(b"\xef\xbb")
    assert count(path) == (
        1,
        "",
        f"text-processor: {path}: not UTF-8: unexpected end of data at byte 0, in line 1{WAY_ROUND}\n",
    )


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_no_answer_is_given_unless_all_files_are_counted(count, file, tmp_path, options):
    good, bad, missing = file(b"word", "good"), file(b"word\xff", "bad"), tmp_path / "missing"
    skip = "; --skip-errors leaves such files out"
    assert count(good, bad, good, *options) == (
        1,
        "",
        f"text-processor: {bad}: not UTF-8: invalid start byte at byte 4, in line 1{WAY_ROUND}{skip}\n",
    )
    assert count(good, missing, *options) == (1, "", f"text-processor: {missing}: No such file or directory{skip}\n")


@pytest.mark.parametrize("kind", ["lines", "whole"])
def test_files_with_faults_may_be_skipped(count, file, tmp_path, kind):
    good, bad, missing = file(b"good word", "good"), file(b"word\n" * 1000 + b"\xff", "bad"), tmp_path / "missing"
    damaged = file(gzip.compress(b"word")[:-6], "damaged.gz")
    result = count(missing, good, bad, damaged, good, "--skip-errors", "--documents", kind, "--save", tmp_path / "saved")
    assert (result.status, result.output) == (1, "good\t2\nword\t2\n")
    *faults, summary = result.errors.splitlines()
    assert faults[0] == f"text-processor: {missing}: No such file or directory"
    assert faults[1].startswith(f"text-processor: {bad}: not UTF-8: invalid start byte at byte 5000")
    assert faults[2].startswith(f"text-processor: {damaged}: ")
    assert (len(faults), summary) == (3, "4 words, 2 distinct, in 2 documents; 6-word sentiment 1")
    assert TextAnalyzer.load(tmp_path / "saved").word_frequency() == {"good": 2, "word": 2}
    assert count(good, good, "--skip-errors") == (0, *count(good, good)[1:])


def test_all_files_may_be_skipped(count, tmp_path):
    result = count(tmp_path / "a", tmp_path / "b", "--skip-errors")
    assert (result.status, result.output, len(result.errors.splitlines())) == (1, "", 3)


def test_counts_to_load_are_never_skipped(count, file, tmp_path):
    """They may be those that --save would replace."""
    counts = file(b"damaged", "counts")
    result = count("--load", counts, file(b"word"), "--skip-errors", "--save", counts)
    assert (result.status, result.output) == (1, "")
    assert counts.read_bytes() == b"damaged"


def test_one_bar_goes_on_behind_a_file_that_is_skipped(count, file, told):
    bad, good = file(b"word\n" * 100_000 + b"\xff", "bad"), file(b"word\n" * 100_000, "good")
    count(bad, good, "--skip-errors")
    assert told[0] == ("total", 1_000_001)
    assert told[-2:] == [1_000_001, "end"]


@pytest.mark.skipif(os.name != "posix", reason="other systems call it otherwise")
def test_a_folder(count, tmp_path):
    assert count(tmp_path) == (1, "", f"text-processor: {tmp_path}: Is a directory\n")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(count, file):
    path = file(b"word")
    path.chmod(0)
    assert count(path) == (1, "", f"text-processor: {path}: Permission denied\n")


@pytest.mark.skipif(os.name != "posix", reason="only POSIX has names that are any bytes")
def test_any_name_of_a_file_is_one_harmless_line():
    result = run_process(command_line("count", os.fsdecode(b"a\x1b[31m\n\xff\xe2\x80\xae")))
    assert result.returncode == 1
    assert result.stderr == b"text-processor: a\\x1b[31m\\n\\udcff\\u202e: No such file or directory\n"


def test_ctrl_c(count, file, monkeypatch):
    monkeypatch.setattr(cli, "_show", lambda *_: signal.raise_signal(signal.SIGINT))
    assert count(file(b"word")) == (130, "", "")


def test_no_memory(count, file, monkeypatch):
    def refuse(*_):
        raise MemoryError

    monkeypatch.setattr(cli, "_show", refuse)
    assert count(file(b"word")) == (1, "", "text-processor: not enough memory\n")


# ---- Arguments -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "required: COMMAND"),
        (["nonsense"], "invalid choice: 'nonsense'"),
        (["count", "file", "--nonsense"], "unrecognized arguments: --nonsense"),
        (["count", "file", "--colour", "x"], "unrecognized arguments: --colour x"),
        (["bpe", "count", "-m", "model", "file", "--column", "x"], "unrecognized arguments: --column x"),
        (["count", "file", "--top", "-1"], "argument --top: '-1' is not a number of words"),
        (["count", "file", "--top=1.5"], "argument --top: '1.5' is not a number of words"),
        (["count", "file", "--top="], "argument --top: '' is not a number of words"),
        (["count", "file", "--top", "٣"], "argument --top: '٣' is not a number of words"),
        (["count", "file", "--by", "size"], "argument --by: invalid choice"),
        (["count", "file", "--documents", "words"], "argument --documents: invalid choice"),
        (["count", "file", "--errors", "ignore"], "argument --errors: invalid choice"),
        (["count", "file", "--threads", "0"], "argument --threads: '0' is not a number from 1 to 1024"),
        (["count", "file", "--threads", "1025"], "argument --threads: '1025' is not a number from 1 to 1024"),
        (["count", "file", "--threads", "9" * 5000], "is not a number from 1 to 1024"),
        (["count", "file", "--threads", "0000010240000"], "is not a number from 1 to 1024"),
        (["count", "file", "--threads", "two"], "argument --threads: 'two' is not a number from 1 to 1024"),
    ],
)
def test_wrong_arguments(capsys, arguments, message):
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    assert caught.value.code == 2
    output, errors = capsys.readouterr()
    assert output == ""
    assert errors.startswith("usage: text-processor ")
    assert message in errors


@pytest.mark.parametrize(
    ("arguments", "usage"),
    [
        (["count", "--colour", "x"], "usage: text-processor count [-h] [--top N]"),
        (["count", "--top"], "usage: text-processor count [-h] [--top N]"),
        (["bpe", "encode", "-m", "m", "--column", "x"], "usage: text-processor bpe encode [-h]"),
        (["bpe", "train"], "usage: text-processor bpe train [-h]"),
        (["--column", "x"], "usage: text-processor [-h] [--version] COMMAND"),
    ],
)
def test_the_usage_is_that_of_the_command(capsys, arguments, usage):
    with pytest.raises(SystemExit):
        cli.main(arguments)
    assert capsys.readouterr().err.startswith(usage)


@pytest.mark.parametrize(
    "command", ["count", "bpe encode -m m", "bpe decode -m m", "bpe count -m m", "bpe train -o m --vocab-size 256"]
)
def test_without_a_file_a_terminal_is_told_what_to_do(capsys, monkeypatch, command):
    monkeypatch.setattr(os, "isatty", lambda descriptor: descriptor == 0)
    with pytest.raises(SystemExit) as caught:
        cli.main(command.split())
    assert caught.value.code == 2
    assert "name a file, pipe one in, or type it behind -" in capsys.readouterr().err


def test_version(capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out == f"text-processor {text_processor.__version__} (Unicode 17.0.0)\n"


@pytest.mark.parametrize("arguments", [["--help"], ["count", "--help"]])
def test_help_fits_a_terminal(capsys, monkeypatch, arguments):
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit):
        cli.main(arguments)
    assert max(map(len, capsys.readouterr().out.splitlines())) < 80


# ---- What is shown ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ([], "b2 a2 z1 é1"),
        (["--by", "count"], "b2 a2 z1 é1"),
        (["--by", "seen"], "z1 b2 é1 a2"),
        (["--by", "word"], "a2 b2 z1 é1"),
        (["--top", "2"], "b2 a2"),
        (["--top", "2", "--by", "seen"], "z1 b2"),
        (["--top", "2", "--by", "word"], "a2 b2"),
        (["--top", "0"], ""),
        (["--top", "0", "--by", "word"], ""),
        (["--top", "9" * 50], "b2 a2 z1 é1"),
        (["--top", "9" * 50, "--by", "seen"], "z1 b2 é1 a2"),
        (["--top", "9" * 50, "--by", "word"], "a2 b2 z1 é1"),
    ],
)
def test_order_and_number_of_words(count, file, options, words):
    path = file("z b é a a b".encode())
    expected = [(word[0], int(word[1:])) for word in words.split()]
    lines = count(path, *options).output.splitlines()
    assert [(word, int(n)) for word, n in (line.split("\t") for line in lines)] == expected
    answer = json.loads(count(path, "--json", *options).output)
    assert [(each["word"], each["count"]) for each in answer["words"]] == expected
    assert answer["unique_words"] == 4


def test_words_are_written_as_they_are_unless_to_a_terminal(count, file):
    word = "a\x1b[31m[bold]\x00\x7f\u202e"
    assert count(file(word.encode())).output == f"{word}\t1\n"
    output = count(file(word.encode()), "--json").output
    assert json.loads(output)["words"] == [{"word": word, "count": 1}]
    assert output.isascii()


def test_json_has_a_line_for_each_word(count, file):
    assert count(file(b"b a good b"), "--json").output == (
        '{"total_words": 4, "document_count": 1, "unique_words": 3, "sentiment": 1.0, "words": [\n'
        '{"word": "b", "count": 2},\n'
        '{"word": "a", "count": 1},\n'
        '{"word": "good", "count": 1}\n'
        "]}\n"
    )


@pytest.fixture(params=["rich", "plain"])
def table(request, count, monkeypatch):
    """Run the command as if in a terminal of 80 columns, and return the lines that it shows."""
    if request.param == "rich":
        pytest.importorskip("rich", reason="the extra [cli] is not installed")
    else:
        monkeypatch.setitem(sys.modules, "rich", None)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "dumb")

    def run(*arguments):
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
        status, output, errors = count(*arguments)
        assert (status, errors) == (0, "")
        return output.splitlines()

    return run


def test_a_table_has_twenty_words_and_the_totals(table):
    lines = table(BOOK)
    rows = [line.split() for line in lines if line.split()[-1] in ("the", "and", "thou", "him")]
    assert rows == [["63,911", "the"], ["51,313", "and"], ["5,202", "thou"]]
    assert lines[0].split() == ["count", "word"]
    assert lines[-1] == "789,634 words, 27,631 distinct, in 31,102 documents; 6-word sentiment 0.0438557"
    assert len(lines) < 24


def test_a_table_of_more_words(table):
    lines = table(BOOK, "--top", "1000")
    assert 1000 < len(lines) < 1004


def test_a_table_of_nothing(table, file):
    lines = table(file(b""))
    assert lines[0].split() == ["count", "word"]
    assert lines[-1] == "0 words, 0 distinct, in 0 documents; 6-word sentiment none"


def test_a_table_shows_what_a_terminal_would_obey(table, file):
    words = "\x1b]0;title\x07 a\x00\x7f\x9b31m \u202eabc\u2066"
    shown = [line.split()[-1] for line in table(file(words.encode()))]
    assert shown[-4:-1] == ["\\x1b]0;title\\x07", "a\\x00\\x7f\\x9b31m", "\\u202eabc\\u2066"]


def test_a_table_has_words_and_no_markup(table, file):
    words = "[bold]x[/bold] [/] [link=file:///]x :smile: \\[x] 中文字 می\u200cخواهم"
    assert [line.split()[-1] for line in table(file(words.encode()))][-8:-1] == words.split()


def test_a_table_cuts_words_that_are_too_long(table, file):
    lines = table(file(b"x" * 100_000 + b" short"))
    assert max(map(len, lines)) <= 80
    assert lines[-3].rstrip(" .…").endswith("xxx")
    assert lines[-2].split() == ["1", "short"]


def test_json_on_a_terminal_is_json(table, file):
    assert json.loads("".join(table(file(b"word"), "--json"))) == expected_answer(b"word")
