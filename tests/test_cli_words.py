"""The command ``text-processor count`` with options that say what a word is, where the text is, and how it is written."""

from __future__ import annotations

import csv
import gzip
import io
import json
import shutil
import subprocess
import sys
import weakref
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from word_oracle import terms

from text_processor import TextAnalyzer, cli
from text_processor._documents import tables

TEXT = "To be, or not to be:\nthat is the Question\n\n  Être,  to be\n"


class Result(NamedTuple):
    status: int
    output: str
    errors: str


@pytest.fixture
def count(capsys: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    def run(*arguments: Any) -> Result:
        try:
            status = cli.main(["count", *map(str, arguments)])
        except SystemExit as exit_:
            status = int(exit_.code or 0)
        return Result(status, *capsys.readouterr())

    return run


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "text.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def lines_of(counts: Counter[str]) -> str:
    return "".join(f"{word}\t{n}\n" for word, n in counts.most_common())


def counted(**options: Any) -> Counter[str]:
    return Counter(term for line in TEXT.split("\n") for term in terms(line, **options))


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        (["--words", "sklearn"], {"words": "sklearn"}),
        (["--words", r"[a-zê]+", "--case", "keep"], {"words": r"[a-zê]+", "case": "keep"}),
        (["--case", "fold", "--normalize", "NFD", "--accents", "strip"], {"accents": "strip", "case": "fold"}),
        (["--ngrams", "2"], {"ngrams": 2}),
        (["--ngrams", "1-3", "--min-length", "3"], {"ngrams": (1, 3), "min_length": 3}),
    ],
    ids=["rule", "pattern", "accents", "pairs", "range"],
)
def test_options_are_those_of_the_analyzer(
    count: Callable[..., Result], text: Path, arguments: list[str], options: dict[str, Any]
) -> None:
    assert count(text, *arguments).output == lines_of(counted(**options))


def test_stop_words_come_from_a_file_or_by_name(count: Callable[..., Result], text: Path, tmp_path: Path) -> None:
    listed = tmp_path / "stop.txt"
    named = "to\nbe être\n"
    for data in (named.encode("utf-8-sig"), named.encode("utf-16"), gzip.compress(named.encode())):
        listed.write_bytes(data)
        assert count(text, "--words", "sklearn", "--stop-words", listed).output == lines_of(
            counted(words="sklearn", stop_words=["to", "be", "être"])
        )
    assert count(text, "--words", "sklearn", "--stop-words", "english").output == "question\t1\nêtre\t1\n"
    missing = count(text, "--stop-words", tmp_path / "none")
    assert missing.status == 1
    assert "No such file" in missing.errors


def test_rare_words_are_left_out_and_saved_as_pruned(count: Callable[..., Result], text: Path, tmp_path: Path) -> None:
    result = count(text, "--words", "sklearn", "--min-count", "3", "--save", tmp_path / "counts", "--percent")
    assert result.output == "to\t3\t23.0769\nbe\t3\t23.0769\n"
    assert "13 words, 2 distinct, in 3 documents" in result.errors
    loaded = TextAnalyzer.load(tmp_path / "counts")
    assert loaded.is_pruned
    assert repr(loaded).startswith("TextAnalyzer(words='sklearn', documents=3")
    unlike = count("--load", tmp_path / "counts")
    assert unlike.status == 1
    assert "same options for words" in unlike.errors


# ---- Forms -----------------------------------------------------------------------------------------------------------


def test_every_form_has_the_same_counts(count: Callable[..., Result], text: Path) -> None:
    words = counted(ngrams=2).most_common()
    shares = [f"{100 * n / sum(n for _, n in words):.4f}" for _, n in words]
    wanted = ["--ngrams", "2", "--percent"]
    as_csv = list(csv.reader(io.StringIO(count(text, *wanted, "--format", "csv").output)))
    assert as_csv == [
        ["word", "count", "percent"],
        *([word, str(n), share] for (word, n), share in zip(words, shares, strict=True)),
    ]
    objects = [{"word": word, "count": n, "percent": float(share)} for (word, n), share in zip(words, shares, strict=True)]
    assert [json.loads(line) for line in count(text, *wanted, "--format", "jsonl").output.splitlines()] == objects
    as_json = json.loads(count(text, *wanted, "--json").output)
    assert as_json["words"] == objects
    assert as_json["unique_words"] == len(objects)
    table = count(text, *wanted, "--format", "table").output
    assert table.split()[:3] == ["count", "percent", "word"]
    assert all(f"{word}\n" in "".join(f"{line.rstrip()}\n" for line in table.splitlines()) for word, _ in words)


def test_words_with_tabs_and_line_feeds_are_escaped_in_tsv_alone(count: Callable[..., Result], text: Path) -> None:
    text.write_text("a\tb\\ c\nd", encoding="utf-8")
    arguments = (text, "--words", "[^ ]+", "--documents", "whole")
    assert count(*arguments).output == "a\\tb\\\\\t1\nc\\nd\t1\n"
    assert list(csv.reader(io.StringIO(count(*arguments, "--format", "csv").output)))[1:] == [["a\tb\\", "1"], ["c\nd", "1"]]


def test_parquet_goes_to_a_file(text: Path, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    program = [sys.executable, "-m", "text_processor", "count"]
    with (tmp_path / "counts.parquet").open("wb") as output:
        subprocess.run([*program, text, "--format", "parquet"], stdout=output, stderr=subprocess.DEVNULL, check=True)
    assert parquet.read_table(tmp_path / "counts.parquet").to_pylist() == [
        {"word": word, "count": n} for word, n in counted().most_common()
    ]


# ---- Tables ----------------------------------------------------------------------------------------------------------

ROWS = ["A fine, fine day", 'say "hi"\nto all', "", "tab\there", "été"]


def as_table(delimiter: str) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerows([["id", "the text"], *([i, row] for i, row in enumerate(ROWS))])
    return text.getvalue().encode()


def as_json_lines() -> bytes:
    rows = [{"id": i, "a": {"the text": row, "c": [1]}} for i, row in enumerate(ROWS)]
    return "".join(f"{json.dumps(row)}\n" for row in [*rows, {"a": {}}]).encode()


def as_parquet() -> bytes:
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    output = pa.BufferOutputStream()
    parquet.write_table(pa.table({"id": list(range(len(ROWS))), "the text": ROWS}), output)
    return output.getvalue().to_pybytes()


@pytest.mark.parametrize(
    ("name", "content", "option"),
    [
        ("table.csv", lambda: as_table(","), ["--column", "the text"]),
        ("table.tsv", lambda: as_table("\t"), ["--column", "the text"]),
        ("table.dat", lambda: as_table("\t"), ["--column", "the text"]),
        ("table.csv.gz", lambda: gzip.compress(as_table(",")), ["--column", "the text"]),
        ("latin.csv", lambda: as_table(",").decode().encode("latin-1"), ["--column", "the text", "--encoding", "latin-1"]),
        ("wide.csv", lambda: as_table(",").decode().encode("utf-16"), ["--column", "the text"]),
        ("marked.csv", lambda: b"\xef\xbb\xbf" + as_table(","), ["--column", "the text"]),
        ("lines.jsonl", as_json_lines, ["--field", "a.the text"]),
        ("lines", lambda: gzip.compress(as_json_lines()), ["--field", "a.the text"]),
        ("table.parquet", as_parquet, ["--column", "the text"]),
    ],
    ids=["csv", "tsv", "tabs", "gzip", "latin-1", "utf-16", "mark", "json", "json in gzip", "parquet"],
)
def test_a_column_or_field_is_counted(
    count: Callable[..., Result], tmp_path: Path, name: str, content: Callable[[], bytes], option: list[str]
) -> None:
    pytest.importorskip("pyarrow")
    path = tmp_path / name
    path.write_bytes(content())
    wanted = Counter(term for row in ROWS for term in terms(row, words="sklearn"))
    result = count(path, "--words", "sklearn", *option)
    assert result.output == lines_of(wanted), result.errors
    assert "in 4 documents" in result.errors


@pytest.mark.parametrize(
    ("content", "column", "status"),
    [(as_table(","), "the text", 0), (b"id,x\n1,2\n", "y", 1), (b"id,x\n1\n", "x", 1)],
    ids=["read", "no column", "row"],
)
def test_threads_of_arrow_hold_nothing_when_a_table_is_read(  # noqa: PLR0917 - what a case has
    count: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, column: str, status: int
) -> None:
    """A thread that releases an object of Python while the interpreter ends aborts the process, after all was printed."""
    pytest.importorskip("pyarrow")
    lent = []
    remember = tables._Lent.remember

    def seen(self: tables._Lent, thing: object) -> object:
        lent.append(weakref.ref(thing))
        return remember(self, thing)

    monkeypatch.setattr(tables._Lent, "remember", seen)
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    for _ in range(20):
        assert count(path, "--column", column).status == status
        assert lent
        assert [thing() for thing in lent] == [None] * len(lent)


@pytest.mark.parametrize(
    ("name", "content", "option", "message"),
    [
        ("a.csv", b"id,x\n1,2\n", ["--column", "y"], "there is no column 'y'; the columns are 'id', 'x'"),
        ("a.csv", b"id,x\n1\n", ["--column", "x"], "Expected 2 columns, got 1"),
        ("a.jsonl", b'{"a": 1}\n', ["--field", "b"], "no line has the field 'b'"),
        ("a.jsonl", b'{"a": 1}\n', ["--field", "a"], "line 1: the field 'a' must be text, not 1"),
        ("a.jsonl", b"nonsense\n", ["--field", "a"], "line 1 is not JSON"),
        ("a.jsonl", b'null\n{"a": "b"}\n', ["--field", "a"], "line 1 must be a JSON object, not None"),
        ("a.csv", "id,x\n1,é\n".encode("latin-1"), ["--column", "x"], "invalid UTF8"),
    ],
    ids=["no column", "row", "no field", "number", "no JSON", "null", "encoding"],
)
def test_what_is_no_such_table_is_named(  # noqa: PLR0917 - what a case has
    count: Callable[..., Result], tmp_path: Path, name: str, content: bytes, option: list[str], message: str
) -> None:
    pytest.importorskip("pyarrow")
    path = tmp_path / name
    path.write_bytes(content)
    result = count(path, *option)
    assert result.status == 1
    assert not result.output
    assert str(path) in result.errors
    assert message in result.errors


def test_a_parquet_column_must_hold_text(count: Callable[..., Result], tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    path.write_bytes(as_parquet())
    assert "column must hold text" in count(path, "--column", "id").errors


def test_empty_tables_have_no_words(count: Callable[..., Result], tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    path = tmp_path / "empty"
    path.write_bytes(b"")
    for option in ("--column", "--field"):
        result = count(path, option, "x")
        assert (result.status, result.output) == (0, "")


# ---- Samples and wrong options ---------------------------------------------------------------------------------------


def test_a_sample_is_about_the_share_and_the_same_each_time(count: Callable[..., Result], tmp_path: Path) -> None:
    path = tmp_path / "many.txt"
    path.write_text("".join(f"word{i}\r\n" for i in range(2000)), encoding="utf-8")
    first, second, all_lines = (count(path, "--sample", share) for share in ("10%", "0.1", "1"))
    assert first == second
    assert 120 < len(first.output.splitlines()) < 290
    assert len(all_lines.output.splitlines()) == 2000
    pytest.importorskip("pyarrow")
    path.write_text("word\n" + "".join(f"word{i}\n" for i in range(2000)), encoding="utf-8")
    assert 120 < len(count(path, "--sample", "0.1", "--column", "word").output.splitlines()) < 290


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--words", "("], "words must be 'space', 'uax29', 'sklearn' or a regular expression"),
        (["--ngrams", "3-1"], "low <= high"),
        (["--ngrams", "two"], "is not a number such as 2 or a range such as 1-3"),
        (["--min-count", "0"], "is not a number from 1"),
        (["--sample", "2"], "is not a share such as 0.01 or 1%"),
        (["--sample", "half"], "is not a share such as 0.01 or 1%"),
        (["--column", "a", "--field", "b"], "not allowed with"),
    ],
    ids=["words", "range", "grams", "count", "share", "no number", "both"],
)
def test_wrong_options_end_with_status_2(count: Callable[..., Result], text: Path, arguments: list[str], message: str) -> None:
    result = count(text, *arguments)
    assert result.status == 2
    assert message in result.errors


# ---- Completion and the manual ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "tcsh"])
def test_completion_knows_every_option(capsys: pytest.CaptureFixture[str], shell: str) -> None:
    assert cli.main(["completion", shell]) == 0
    script = capsys.readouterr().out
    for name in ("ngrams", "column", "vocab-size", "format"):
        assert name in script
    assert "table tsv csv json jsonl parquet" in script


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_bash_completes_options_and_their_values(capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["completion", "bash"])
    script = capsys.readouterr().out
    for words, wanted in [
        (["text-processor", "co"], {"count", "completion"}),
        (["text-processor", "count", "--form"], {"--format"}),
        (["text-processor", "count", "--format", "j"], {"json", "jsonl"}),
        (["text-processor", "bpe", "train", "--vocab"], {"--vocab-size"}),
        (["text-processor", "count", "--top", "3", "bpe", "--form"], {"--format"}),  # a file that is named like a command
    ]:
        last = f"text-processor {words[-1]} {words[-2]}"
        asked = (
            f"COMP_WORDS=({' '.join(words)}); COMP_CWORD={len(words) - 1}; _shtab_text_processor {last}; echo ${{COMPREPLY[@]}}"
        )
        done = subprocess.run(["bash", "-c", f"{script}\n{asked}"], capture_output=True, text=True, check=True)
        assert set(done.stdout.split()) == wanted


def test_the_manual_has_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["manual"]) == 0
    page = capsys.readouterr().out.replace("\\-", "-")
    assert page.startswith(".TH TEXT-PROCESSOR 1")
    for name in ("--ngrams N", "--column NAME", "--vocab-size", ".SH COUNT", ".SH BPE TRAIN", "exit status:"):
        assert name in page
