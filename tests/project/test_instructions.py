"""The guard of instructions per byte: what it compares, what it says, and that its texts never change."""

from __future__ import annotations

import json
import re
import shutil
import zlib
from pathlib import Path

import pytest
from tool_files import load

ROOT = Path(__file__).resolve().parents[2]

tool = load("instructions")
PROGRAMS = ["count", "encode"]
KEPT = sorted(tool.KEPT.glob("*.json"))

needs_compiler = pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler")


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)
def test_texts_are_those_that_the_kept_figures_were_made_with(path: Path) -> None:
    kept = json.loads(path.read_text(encoding="utf-8"))
    assert kept["texts"] == {name: zlib.crc32(text.make().encode()) for name, text in tool.TEXTS.items()}
    assert kept["compiler"] == path.stem
    for figures in kept["instructions_per_byte"].values():
        assert set(figures) == set(tool.figure_names())


def test_texts_are_what_their_names_say() -> None:
    words = {name: text.make().split() for name, text in tool.TEXTS.items()}
    assert " ".join(words["english"] + words["short documents"]).isascii()
    assert len({word.lower() for word in words["distinct"]}) > 50_000
    assert {letter for word in words["german"] for letter in word if ord(letter) > 127} == set("äöüßÜ")
    assert "\u3000" in tool.japanese()
    assert sum(word[0] > "\u3000" for word in words["japanese"]) > len(words["japanese"]) * 0.8


@pytest.mark.parametrize(
    ("found", "is_worse", "is_better"),
    [(10.0, False, False), (10.09, False, False), (9.91, False, False), (10.11, True, False), (9.89, False, True)],
)
def test_one_percent_either_way_passes(found: float, is_worse: bool, is_better: bool) -> None:
    assert tool.compare({"plain": {"english": 10.0}}, {"plain": {"english": found}})[1:] == (is_worse, is_better)


def test_worse_in_one_text_is_not_made_up_for_by_another() -> None:
    lines, is_worse, is_better = tool.compare({"avx2": {"a": 10.0, "b": 10.0}}, {"avx2": {"a": 11.0, "b": 5.0}})
    assert (is_worse, is_better) == (True, True)
    assert ["WORSE" in line for line in lines] == [True, False]


def test_a_variant_that_nothing_is_kept_for_is_shown() -> None:
    assert tool.compare({}, {"plain": {"english": 10.0}}) == (["plain  english                  10.000"], False, False)


@needs_compiler
def test_what_is_found_decides(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = {"plain": {"english": 10.0}}
    checksums = {"english": 1}
    monkeypatch.setattr(tool, "KEPT", tmp_path)
    monkeypatch.setattr(tool, "ROOT", tmp_path)
    monkeypatch.setattr(tool, "measure", lambda *_: (found, checksums))

    assert tool.main(PROGRAMS) == 0  # an unknown compiler
    assert "nothing is kept for" in capsys.readouterr().out
    assert tool.main([*PROGRAMS, "--update"]) == 0
    assert tool.main(PROGRAMS) == 0
    found["plain"] = {"english": 10.5}
    assert tool.main(PROGRAMS) == 1
    assert "WORSE" in capsys.readouterr().out
    found["plain"] = {"english": 9.5}
    assert tool.main(PROGRAMS) == 0
    assert "make instructions-update" in capsys.readouterr().out
    checksums["english"] = 2
    assert tool.main(PROGRAMS) == 1
    assert "not the texts" in capsys.readouterr().out


def test_the_program_is_compiled_as_the_package_is() -> None:
    builder = flags_in(ROOT / "build_ffi.py", 'compile_args = ["-std')
    assert "-O3" in builder
    assert builder <= flags_in(ROOT / "make" / "core.mk", "OPTIMIZED :=")


def flags_in(path: Path, beginning: str) -> set[str]:
    """The flags for optimisation on the line that begins so."""
    line = next(line for line in path.read_text(encoding="utf-8").splitlines() if line.strip().startswith(beginning))
    return {flag for flag in re.findall(r"-[\w=-]+", line) if flag.startswith(("-O", "-f"))}
