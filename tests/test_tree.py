"""``text-processor bpe count --tree``: the files of a checkout that git would take, with the counts of `Tokenizer.count`."""

from __future__ import annotations

import gzip
import io
import json
import lzma
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bpe_texts import BOOK, of_bytes, trained

from text_processor import cli

pytest.importorskip("pathspec")

IGNORED = {
    ".gitignore": "*.log\n/build/\n!keep.log\n# a comment\n\ndeep/**/x.txt\n",
    "sub/.gitignore": "!a.log\n*.txt\n",
    "sub/inner/.gitignore": "!c.txt\n",
}
TEXTS = {
    "a.txt": BOOK[:1000],
    "b.log": "left out",
    "keep.log": "kept",
    "empty": "",
    "build/made.txt": "left out",
    "x y é.md": "é ",
    "sub/a.log": "again",
    "sub/b.txt": "left out",
    "sub/inner/c.txt": "low",
    "sub/build/d.c": "int x;",
    "deep/1/2/x.txt": "left out",
    "deep/1/y.txt": "to be",
}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    root = tmp_path / "checkout"
    for name, text in (IGNORED | TEXTS).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    (root / "image").write_bytes(b"\x89PNG\0")
    (root / "latin-1").write_bytes(b"caf\xe9")
    (root / ".git").mkdir()
    (root / ".git" / "config").write_text("left out")
    (root / "link").symlink_to("a.txt")
    return root


@pytest.fixture
def models(tmp_path: Path) -> list[str]:
    trained("gpt2").save(tmp_path / "gpt2.bpe")
    of_bytes().save(tmp_path / "bytes.bpe")
    return ["-m", str(tmp_path / "gpt2.bpe"), "-m", str(tmp_path / "bytes.bpe")]


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> tuple[int, str]:
    output = io.TextIOWrapper(io.BytesIO())
    monkeypatch.setattr(sys, "stdout", output)
    try:
        status = cli.main(["bpe", "count", *map(str, arguments)])
    except SystemExit as error:
        status = int(error.code or 0)
    return status, output.buffer.getvalue().decode()  # type: ignore[attr-defined]


def files_of(node: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    for child in node.get("children", []):
        name = f"{path}{child['name']}"
        if "children" in child:
            yield from files_of(child, f"{name}/")
        else:
            yield name, child


def taken_by_git(root: Path) -> set[str]:
    """What git lists that is text."""
    shutil.rmtree(root / ".git")
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    command = ["git", "ls-files", "-z", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, check=True, capture_output=True).stdout.decode().split("\0")
    return {*listed} - {"", "image", "latin-1", "link"}


def test_files_are_those_of_git_and_counts_those_of_the_tokenizer(
    checkout: Path, models: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, output = run(monkeypatch, *models, "--tree", checkout, "--json", "--threads", 2)
    tree = json.loads(output)
    found = dict(files_of(tree))
    expected = {name for name, text in TEXTS.items() if text != "left out"} | {*IGNORED}
    assert status == 0
    assert found.keys() == expected
    for name, node in found.items():
        text = (checkout / name).read_text(encoding="utf-8")
        assert node["tokens"] == {"gpt2.bpe": trained("gpt2").count(text), "bytes.bpe": len(text.encode())}
        assert node["bytes"] == len(text.encode())
    assert tree["files"] == len(expected)
    assert tree["tokens"]["bytes.bpe"] == tree["bytes"] == sum(node["bytes"] for node in found.values())
    assert tree["left_out"] == {"binary": 1, "not UTF-8": 1}
    expected_line = "2 files are left out: 1 binary, 1 not UTF-8; the first that is not binary is latin-1\n"
    assert capsys.readouterr().err == f"text-processor: {expected_line}"
    if shutil.which("git"):
        assert taken_by_git(checkout) == expected


def test_what_is_left_out_is_counted_by_what_it_is(
    tmp_path: Path, models: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "folder"
    root.mkdir()
    (root / "a.txt").write_text("low")
    (root / "b.gz").write_bytes(gzip.compress(b"low " * 9))
    (root / "c.xz").write_bytes(lzma.compress(b"low " * 9))
    for name, encoding in (("d", "utf-16"), ("e", "utf-16-le"), ("f", "utf-16-be"), ("g", "utf-32")):
        (root / name).write_bytes("lower and lowest\n".encode(encoding))
    (root / "h").write_bytes(b"a" * 9000 + b"\xff")
    (root / "i").write_bytes(b"\x7fELF\0\0")
    expected = {"gzip data": 1, "xz data": 1, "UTF-16-LE": 2, "UTF-16-BE": 1, "UTF-32-LE": 1, "not UTF-8": 1, "binary": 1}
    _, output = run(monkeypatch, *models[:2], "--tree", root, "--json", "--all")
    assert json.loads(output)["left_out"] == expected
    assert capsys.readouterr().err == (
        "text-processor: 8 files are left out: 1 gzip data, 1 xz data, 2 UTF-16-LE, 1 UTF-16-BE, 1 UTF-32-LE, 1 not UTF-8, "
        "1 binary; the first that is not binary is b.gz\n"
    )
    shutil.rmtree(root)
    root.mkdir()
    (root / "i").write_bytes(b"\0")
    assert run(monkeypatch, *models[:2], "--tree", root, "--all")[0] == 0
    assert capsys.readouterr().err == "text-processor: 1 file is left out: 1 binary\n"


def test_a_folder_within_a_checkout_obeys_what_is_above(
    checkout: Path, models: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, output = run(monkeypatch, *models[:2], "--tree", checkout / "deep", "--json")
    assert [name for name, _ in files_of(json.loads(output))] == ["1/y.txt"]
    _, output = run(monkeypatch, *models[:2], "--tree", checkout / "deep", "--json", "--all")
    assert {name for name, _ in files_of(json.loads(output))} == {"1/y.txt", "1/2/x.txt"}


def test_the_tree_shows_the_largest_first(checkout: Path, models: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    _, output = run(monkeypatch, *models[2:], "--tree", checkout / "sub", "--top", 2)
    head, *rows = output.splitlines()
    assert head.strip() == "tokens"
    assert [row.split(maxsplit=1) for row in rows] == [
        *(["34", str(checkout / "sub")], ["13", ".gitignore"], ["10", "inner/"], ["7", ".gitignore"], ["3", "c.txt"]),
        ["11", "… 2 more"],
    ]
    assert [len(row) - len(row.split(maxsplit=1)[1]) for row in rows] == [8, 10, 10, 12, 12, 10]
    heads, total, *_ = run(monkeypatch, *models, "--tree", checkout / "sub")[1].splitlines()
    assert heads.split() == ["gpt2.bpe", "bytes.bpe"]
    assert total.split()[1] == "34"


def test_names_cannot_steer_the_terminal(checkout: Path, models: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    (checkout / "sub" / "bad\x1b[31m\nname.c").write_text("x")
    _, output = run(monkeypatch, *models[:2], "--tree", checkout / "sub")
    assert "bad\\x1b[31m\\nname.c" in output
    assert "\x1b" not in output


def test_no_file_is_read_beyond_the_limit(
    checkout: Path, models: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (checkout / "large.txt").write_bytes(b"a " * (2 << 20))
    assert run(monkeypatch, *models[:2], "--tree", checkout, "--max-memory", "3M")[0] == 1
    assert "not enough memory within --max-memory, 3,145,728 bytes" in capsys.readouterr().err
    assert run(monkeypatch, *models[:2], "--tree", checkout, "--max-memory", "100M")[0] == 0


def test_what_cannot_be_read_is_an_error_or_left_out(
    checkout: Path, models: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, *models, "--tree", checkout / "nothing")[0] == 1
    assert "nothing: No such file or directory" in capsys.readouterr().err
    if os.geteuid() == 0:
        return
    (checkout / "a.txt").chmod(0)
    assert run(monkeypatch, *models, "--tree", checkout)[0] == 1
    assert "a.txt: Permission denied" in capsys.readouterr().err
    status, output = run(monkeypatch, *models, "--tree", checkout, "--skip-errors")
    assert status == 1
    assert "keep.log" in output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--tree", ".", "file"], "give no FILE"),
        (["--tree", ".", "--encoding", "latin-1"], "files are UTF-8"),
        (["--json"], "are for --tree"),
        (["--top", "0", "--tree", "."], "'0' is not a number from 1 on"),
    ],
)
def test_options_that_do_not_fit(
    arguments: list[str],
    message: str,
    models: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(monkeypatch, *models[:2], *arguments)[0] == 2
    assert message in capsys.readouterr().err


def test_without_pathspec_the_way_round_is_named(
    checkout: Path, models: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "pathspec", None)
    assert run(monkeypatch, *models, "--tree", checkout)[0] == 1
    assert "pip install '.[cli]'; or give --all" in capsys.readouterr().err
    assert run(monkeypatch, *models, "--tree", checkout, "--all")[0] == 0
