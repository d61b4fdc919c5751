"""``text-processor bpe``: train, encode, decode and count in the shell."""

from __future__ import annotations

import argparse
import gzip
import io
import struct
import subprocess
import sys
import tempfile
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from bpe_texts import BOOK

from text_processor import PieceCounts, TextAnalyzer, Tokenizer, cli
from text_processor._common import progress
from text_processor.bpe._split.splitter import PATTERNS
from text_processor.cli import _bpe, _shared

WAY_ROUND = "; --errors replace reads it as U+FFFD, --encoding in another encoding"
TEXT = BOOK[:30_000] + "<|end|> é☃\n"


class Result(NamedTuple):
    status: int
    output: bytes
    errors: str


Run = Callable[..., Result]


@pytest.fixture
def bpe(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command within this process."""

    def run(*arguments: object) -> Result:
        output = io.TextIOWrapper(io.BytesIO())
        monkeypatch.setattr(sys, "stdout", output)
        try:
            status = cli.main(["bpe", *map(str, arguments)])
        except SystemExit as error:
            status = int(error.code or 0)
        return Result(status, output.buffer.getvalue(), capsys.readouterr().err)  # type: ignore[attr-defined]

    return run


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "text.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.bpe"
    expected().save(path)
    return path


def expected(tie_break: str = "rustbpe") -> Tokenizer:
    tokenizer = Tokenizer("gpt2", special_tokens=["<|end|>"])
    tokenizer.train(TEXT, 400, tie_break=tie_break)  # type: ignore[arg-type]
    return tokenizer


@pytest.mark.parametrize("tie_break", ["rustbpe", "hf"])
def test_train_makes_the_tokenizer_of_python(bpe, text, tmp_path, tie_break):
    options = ["--vocab-size", 400, "--pattern", "gpt2", "--special", "<|end|>", "--tie-break", tie_break, "--threads", 2]
    for name in ("model", "model.json", "model.tiktoken"):
        result = bpe("train", text, *options, "-o", tmp_path / name)
        assert (result.status, result.output, result.errors) == (0, b"", f"401 tokens in {tmp_path / name}\n")
    special = expected().special_tokens
    assert Tokenizer.load(tmp_path / "model") == expected(tie_break)
    assert Tokenizer.from_huggingface(tmp_path / "model.json") == expected(tie_break)
    assert Tokenizer.from_tiktoken(tmp_path / "model.tiktoken", "gpt2", special) == expected(tie_break)


def test_train_has_the_options_of_python(bpe, text, tmp_path):
    limits = ["--min-frequency", 3, "--max-token-length", 4, "--cut-special", "--special", "the"]
    bpe("train", text, "--vocab-size", 400, *limits, "-o", tmp_path / "m")
    tokenizer = Tokenizer(special_tokens=["the"])
    tokenizer.train(TEXT, 400, min_frequency=3, max_token_length=4, allowed_special="all")
    assert Tokenizer.load(tmp_path / "m") == tokenizer
    bpe("train", text, "--vocab-size", 500, "--extend", tmp_path / "m", "-o", tmp_path / "more")
    tokenizer.extend(TEXT, 500)
    assert Tokenizer.load(tmp_path / "more") == tokenizer
    assert tokenizer.vocab_size > 400
    refused = bpe("train", text, "--vocab-size", 300, "--extend", tmp_path / "m", "-o", tmp_path / "none")
    assert "m: vocab_size must be at least" in refused.errors
    assert not (tmp_path / "none").exists()


def test_bytes_that_are_no_text_are_replaced_on_demand(bpe, model, tmp_path):
    """By Python's decoder, also in UTF-16 and where a block of the file ends within a character."""
    bad, tokenizer = b"the \xff\xe2\x82 Lord" + "é".encode() * 300_000 + b"\xc3", Tokenizer.load(model)
    (tmp_path / "bad").write_bytes(bad)
    ids = tokenizer.encode(bad.decode(errors="replace"))
    assert bpe("encode", "-m", model, tmp_path / "bad").status == 1
    result = bpe("encode", "-m", model, tmp_path / "bad", "--errors", "replace", "--binary", "-o", tmp_path / "ids")
    assert result.status == 0
    assert array("I", (tmp_path / "ids").read_bytes()).tolist() == ids
    counted = bpe("count", "-m", model, tmp_path / "bad", "--errors", "replace")
    assert counted.output.startswith(f"{len(ids)}\t".encode())
    assert tokenizer.encode_file(tmp_path / "bad", tmp_path / "same", errors="replace") == len(ids)
    assert (tmp_path / "same").read_bytes() == (tmp_path / "ids").read_bytes()
    bpe("train", tmp_path / "bad", "--errors", "replace", "--vocab-size", 300, "-o", tmp_path / "new")
    tokenizer.train(bad.decode(errors="replace"), 300)
    assert Tokenizer.load(tmp_path / "new").merges == tokenizer.merges
    (tmp_path / "wide").write_bytes("the".encode("utf-16-le") + b"\x00\xd8")
    counts, expected = PieceCounts(), PieceCounts()
    counts.add_file(tmp_path / "wide", encoding="utf-16-le", errors="replace")
    expected.add("the\ufffd")
    assert counts.to_bytes() == expected.to_bytes()


def test_train_takes_many_files_each_a_text(bpe, tmp_path, monkeypatch):
    monkeypatch.setattr("text_processor.bpe._stages.utf8.STEP_NBYTES", 1000)
    monkeypatch.setattr("text_processor._documents.sources.BLOCK_NBYTES", 1000)
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "b.txt.gz").write_bytes(gzip.compress(b"the lord"))
    bpe("train", tmp_path / "a.txt", tmp_path / "b.txt.gz", "--vocab-size", 500, "-o", tmp_path / "m")
    tokenizer = Tokenizer()
    tokenizer.train_from_iterator([TEXT, "the lord"], 500)
    assert Tokenizer.load(tmp_path / "m") == tokenizer
    bpe("train", tmp_path / "a.txt", "--pattern", "[a-z]+", "--vocab-size", 300, "-o", tmp_path / "m")
    tokenizer = Tokenizer("[a-z]+")
    tokenizer.train(TEXT, 300)
    assert Tokenizer.load(tmp_path / "m") == tokenizer


def test_encode_writes_ids_as_lines_or_numbers(bpe, text, model, tmp_path):
    ids = expected().encode(TEXT, disallowed_special=())
    assert bpe("encode", "-m", model, text) == (0, "".join(f"{each}\n" for each in ids).encode(), "")
    assert bpe("encode", "-m", model, text, "--binary").output == struct.pack(f"<{len(ids)}I", *ids)
    assert bpe("encode", "-m", model, text, text, "--binary", "-o", tmp_path / "ids") == (0, b"", "")
    assert (tmp_path / "ids").read_bytes() == struct.pack(f"<{len(ids)}I", *ids) * 2
    special = expected().encode(TEXT, allowed_special="all")
    assert bpe("encode", "-m", model, text, "--special").output.split() == [b"%d" % each for each in special]


@pytest.mark.parametrize("binary", [[], ["--binary"]])
def test_decode_gives_the_text_back(bpe, text, tmp_path, binary, monkeypatch):
    model = tmp_path / "model"
    expected().save(model)
    bpe("encode", "-m", model, text, *binary, "-o", tmp_path / "ids")
    monkeypatch.setattr(_bpe, "BLOCK_NBYTES", 3)
    (tmp_path / "ids").write_bytes((tmp_path / "ids").read_bytes()[:2000])
    shown = bpe("decode", "-m", model, tmp_path / "ids", *binary)
    assert shown.status == 0
    assert TEXT.encode().startswith(shown.output[:-3])
    assert len(shown.output) > 500
    assert bpe("decode", "-m", model, tmp_path / "ids", *binary, "-o", tmp_path / "out").output == b""
    assert (tmp_path / "out").read_bytes() == shown.output


def test_count_stands_before_names_as_in_wc(bpe, text, model):
    n = len(expected().encode(TEXT, disallowed_special=()))
    assert bpe("count", "-m", model, text).output == f"{n}\t{text}\n".encode()
    both = bpe("count", "-m", model, text, text).output
    assert both == f"{n}\t{text}\n{n}\t{text}\n{2 * n}\ttotal\n".encode()
    assert bpe("count", "-m", model, text, "--special").output < bpe("count", "-m", model, text).output


def test_models_of_every_kind_are_read(bpe, text, tmp_path):
    expected().save_huggingface(tmp_path / "m.json")
    expected().save_tiktoken(tmp_path / "m.tiktoken")
    ids = bpe("encode", "-m", tmp_path / "m.json", text).output
    assert bpe("encode", "-m", tmp_path / "m.tiktoken", "--pattern", "gpt2", text).output == ids
    refused = bpe("encode", "-m", tmp_path / "m.tiktoken", text)
    assert refused.status == 1
    assert "has no pattern: give the one of the model it belongs to" in refused.errors
    expected().save_pretrained(tmp_path / "folder")
    assert bpe("encode", "-m", tmp_path / "folder", text).output == ids


@pytest.mark.parametrize(
    ("output", "options", "message"),
    [
        ("no/model", [], "no/model: No such file or directory"),
        (".", [], ".: Is a directory"),
        ("model.json", ["--pattern", "^a|."], "do not read alike"),
        ("model.json", ["--special", "a"], "'a' would be taken for a token of the vocabulary"),
    ],
)
def test_what_cannot_be_written_is_said_before_the_training(bpe, tmp_path, output, options, message):
    """The file of text is missing too, which would be told of first otherwise."""
    result = bpe("train", tmp_path / "none", "--vocab-size", 300, "-o", f"{tmp_path}/{output}", *options)
    assert result.status == 1
    assert message in result.errors


@pytest.mark.parametrize(
    ("content", "binary", "message"),
    [
        (b"97 x", [], "'x' is no id"),
        (b"97 -1", [], "'-1' is no id"),
        (b"9" * 50, [], "is no id"),
        (b"97 9999", [], "the id 9999, at index 1, does not exist"),
        (b"\0" * 7, ["--binary"], "it ends with 3 of the 4 bytes of an id"),
    ],
)
def test_wrong_ids_are_named(bpe, tmp_path, content, binary, message):
    model = tmp_path / "model"
    expected().save(model)
    (tmp_path / "ids").write_bytes(content)
    result = bpe("decode", "-m", model, tmp_path / "ids", *binary)
    assert result.status == 1
    assert result.errors.startswith(f"text-processor: {tmp_path / 'ids'}: ")
    assert message in result.errors


def test_wrong_files_are_named_in_one_line(bpe, text, model, tmp_path):
    (tmp_path / "bad").write_bytes(b"ab\xff")
    for action in ("encode", "count"):
        result = bpe(action, "-m", model, tmp_path / "bad")
        message = f"{tmp_path / 'bad'} is not valid UTF-8 at byte 2{WAY_ROUND}"
        assert (result.status, result.errors) == (1, f"text-processor: {message}\n")
    for name in ("bad", "bad.jsonl"):
        (tmp_path / name).write_bytes(b"{ab\xff")
        result = bpe("shards", model, tmp_path / name, "--format", "raw", "--out", tmp_path / f"shards of {name}")
        assert result.errors.endswith(f"at byte 3{WAY_ROUND}\n")
    assert bpe("encode", "-m", model, tmp_path / "none").errors.endswith("none: No such file or directory\n")
    assert "this is not a file that Tokenizer.save has written" in bpe("encode", "-m", text, text).errors
    assert bpe("train", tmp_path / "bad", "--vocab-size", 300, "-o", tmp_path / "m").status == 1
    assert not (tmp_path / "m").exists()
    assert bpe("encode", "-m", model, text, "-o", tmp_path / "no" / "folder").status == 1


def test_output_that_waits_leaves_memory_while_it_is_made(monkeypatch):
    made, real = [], tempfile.SpooledTemporaryFile
    monkeypatch.setattr(tempfile, "SpooledTemporaryFile", lambda n: made.append(real(n)) or made[-1])
    monkeypatch.setattr(_shared, "_MOST_KEPT_NBYTES", 1000)

    def chunks():
        yield b"a" * 600
        yield b"b" * 600
        assert made[0]._rolled
        yield b"c"

    faults = _shared.Faults(argparse.Namespace(skip_errors=True, files=[]))
    assert b"".join(faults.whole("a file", chunks())) == b"a" * 600 + b"b" * 600 + b"c"


@pytest.fixture
def faulty(tmp_path):
    """A file that is at fault behind some text, one that is damaged, and one that is not there."""
    bad, damaged = tmp_path / "bad", tmp_path / "damaged.gz"
    bad.write_bytes(b"text " * 1000 + b"\xff")
    damaged.write_bytes(gzip.compress(b"text")[:-6])
    return [bad, damaged, tmp_path / "missing"]


@pytest.fixture(params=[10, 1 << 20])
def kept(request, monkeypatch):
    """What a file becomes is kept on disk, or in memory; it comes in small pieces."""
    monkeypatch.setattr(_shared, "_MOST_KEPT_NBYTES", request.param)
    monkeypatch.setattr(_shared, "_KEPT_NBYTES", 7)
    monkeypatch.setattr("text_processor.bpe._stages.utf8.STEP_NBYTES", 1000)
    monkeypatch.setattr("text_processor._documents.sources.BLOCK_NBYTES", 1000)


@pytest.mark.usefixtures("kept")
def test_files_with_faults_may_be_skipped(bpe, text, model, faulty):
    files = [faulty[0], text, *faulty[1:], text]
    output = model.parent / "output"
    for action in (["encode", "-m", model, "-o", output], ["train", "--vocab-size", 400, "-o", output]):
        assert bpe(*action, text, text).status == 0
        expected_output = output.read_bytes()
        output.unlink()
        result = bpe(*action, *files, "--skip-errors")
        assert (result.status, output.read_bytes()) == (1, expected_output)
        faults = [line for line in result.errors.splitlines() if line.startswith("text-processor: ")]
        assert [str(file) in fault for file, fault in zip(faulty, faults, strict=True)] == [True] * 3
        output.unlink()
        result = bpe(*action, *files)
        assert result.status == 1
        assert result.errors.endswith("; --skip-errors leaves such files out\n")
        assert not output.exists()
    counted = bpe("count", "-m", model, *files, "--skip-errors")
    assert (counted.status, counted.output) == (1, bpe("count", "-m", model, text, text).output)


@pytest.mark.parametrize("binary", [[], ["--binary"]])
def test_ids_with_faults_may_be_skipped(bpe, text, model, tmp_path, binary):
    good, bad = tmp_path / "good", tmp_path / "bad"
    bpe("encode", "-m", model, text, *binary, "-o", good)
    bad.write_bytes(good.read_bytes() + b"\xff")
    result = bpe("decode", "-m", model, bad, good, *binary, "--skip-errors")
    assert (result.status, result.output) == (1, TEXT.encode())
    assert result.errors.startswith(f"text-processor: {bad}: ")
    assert bpe("decode", "-m", model, good, *binary, "--skip-errors") == (0, TEXT.encode(), "")


def test_nothing_is_trained_where_no_file_is_left(bpe, faulty, tmp_path):
    output = tmp_path / "output"
    output.write_bytes(b"from before")
    result = bpe("train", *faulty, "--vocab-size", 300, "-o", output, "--skip-errors")
    assert result.status == 1
    assert result.errors.endswith("text-processor: no file is left to make a vocabulary of\n")
    assert output.read_bytes() == b"from before"


def test_files_of_our_own_are_not_read_as_text(bpe, model, tmp_path):
    snapshot = tmp_path / "counts"
    TextAnalyzer().save(snapshot)
    for action in (["encode", "-m", model], ["count", "-m", model], ["train", "--vocab-size", 300, "-o", tmp_path / "m"]):
        for path, what in ((snapshot, "a snapshot of a TextAnalyzer"), (model, "a tokenizer")):
            result = bpe(*action, path)
            assert (result.status, result.output) == (1, b"")
            assert result.errors.startswith(f"text-processor: {path} is {what}, not text; ")
    assert not (tmp_path / "m").exists()


@pytest.mark.parametrize(
    "arguments", [["--vocab-size", "255"], ["--vocab-size", "many"], ["--vocab-size", "300", "--pattern", "("], []]
)
def test_wrong_arguments_are_refused(bpe, text, tmp_path, arguments):
    assert bpe("train", text, "-o", tmp_path / "m", *arguments).status == 2


def test_standard_input_is_a_file(model):
    command = [sys.executable, "-m", "text_processor", "bpe"]
    encoded = subprocess.run(
        [*command, "encode", "-m", str(model), "-"], input=b"in the beginning", capture_output=True, check=True
    )
    decoded = subprocess.run([*command, "decode", "-m", str(model), "-"], input=encoded.stdout, capture_output=True, check=True)
    assert decoded.stdout == b"in the beginning"
    unnamed = subprocess.run([*command, "decode", "-m", str(model)], input=encoded.stdout, capture_output=True, check=True)
    assert unnamed.stdout == b"in the beginning"
    counted = subprocess.run([*command, "count", "-m", str(model)], input=b"in the beginning", capture_output=True, check=True)
    assert counted.stdout == b"%d\t-\n" % len(encoded.stdout.split())


def test_a_closed_standard_output_is_told_of(model, text, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdout", None)
    assert cli.main(["bpe", "encode", "-m", str(model), str(text)]) == 1
    assert "standard output" in capsys.readouterr().err


def test_bars_are_shown_where_it_takes_long(bpe, text, tmp_path, monkeypatch):
    units = []

    class Bar:
        def __init__(self, unit: str) -> None:
            units.append(unit)

        def start(self, total: int | None) -> None: ...

        def show(self, done: int) -> None: ...

        def stop(self) -> None: ...

    monkeypatch.setattr(progress, "_RichBar", Bar)
    monkeypatch.setattr(progress, "_is_terminal", lambda: True)
    monkeypatch.setattr(_shared, "SECONDS_WITHOUT_BAR", 0)
    bpe("train", text, "--vocab-size", 300, "-o", tmp_path / "m")
    assert units == ["B", "merges"]
    bpe("encode", "-m", tmp_path / "m", text)
    bpe("count", "-m", tmp_path / "m", text, "--no-progress")
    assert units == ["B", "merges", "B"]


def test_help_names_all_patterns(bpe: Run) -> None:
    listed = bpe("train", "--help").output.decode().partition("These patterns have names:")[2].partition(".")[0]
    assert listed.replace(",", " ").split() == list(PATTERNS)
