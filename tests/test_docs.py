"""What the documentation shows is what happens: its examples run, its commands exist, its links lead somewhere."""

from __future__ import annotations

import doctest
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import text_processor

ROOT = Path(__file__).resolve().parent.parent
README, CONTRIBUTING, CHANGELOG = (ROOT / f"{name}.md" for name in ("README", "CONTRIBUTING", "CHANGELOG"))
GUIDES = sorted((ROOT / "docs").glob("*.md"))
PAGES = [README, CONTRIBUTING, CHANGELOG, *GUIDES]

pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)

CODE = re.compile(r"^```.*?^```|`[^`\n]+`", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
MAKE = re.compile(r"\bmake ((?:[A-Z]+=\S+ )*)([a-z][a-z0-9-]*)")
FILE = re.compile(r"(?:csrc|text_processor|stubs|tests|tools|benchmarks|examples|docs|\.ci)/[\w./-]*")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def code_of(page: Path) -> str:
    return "\n".join(CODE.findall(read(page)))


def make_targets(*, listed: bool = False) -> set[str]:
    """The targets of the Makefile, or those that `make` lists."""
    rule = r"^([a-z][a-z0-9-]*):" + (".*## " if listed else "")
    return set(re.findall(rule, read(ROOT / "Makefile"), re.MULTILINE))


def anchor(heading: str) -> str:
    """The name under which a heading can be linked to."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


# ---- Python ----------------------------------------------------------------------------------------------------------


@pages
def test_examples_run(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if "import pyarrow" in read(page):
        pytest.importorskip("pyarrow")
    monkeypatch.chdir(ROOT)
    assert doctest.testfile(str(page), module_relative=False, encoding="utf-8").failed == 0


@pytest.mark.parametrize("page", [page for page in (README, *GUIDES) if ">>>" in read(page)], ids=lambda page: page.name)
def test_examples_show_an_exception(page: Path) -> None:
    assert any(example.exc_msg for example in doctest.DocTestParser().get_examples(read(page)))


# ---- The shell -------------------------------------------------------------------------------------------------------


@pages
def test_targets_of_make_exist(page: Path) -> None:
    assert {target for _, target in MAKE.findall(code_of(page))} <= make_targets()


def test_every_target_of_make_is_explained() -> None:
    assert {target for _, target in MAKE.findall(code_of(CONTRIBUTING))} >= make_targets(listed=True)


def commands_with_output() -> list[tuple[str, str]]:
    """The lines of `console` blocks that begin with `$`, and what stands below each."""
    blocks = re.findall(r"^```console\n(.*?)^```", read(README), re.DOTALL | re.MULTILINE)
    shown = [part.split("\n", 1) for block in blocks for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]]
    return [(command, output) for command, output in shown if output]


@pytest.mark.parametrize(("command", "output"), commands_with_output())
def test_commands_print_what_is_shown(command: str, output: str) -> None:
    program, *arguments = shlex.split(command)
    assert program == "text-processor"
    done = subprocess.run(
        [sys.executable, "-m", "text_processor", *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stdout == output


def test_some_command_is_shown_with_its_output() -> None:
    assert commands_with_output()


# ---- Links and names -------------------------------------------------------------------------------------------------


@pages
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(read(page)):
        if target.startswith(("https://", "http://")):
            continue
        path, _, fragment = target.partition("#")
        linked = page.parent / path if path else page
        assert linked.exists(), target
        if fragment:
            assert fragment in map(anchor, HEADING.findall(read(linked))), target


@pages
def test_named_files_exist(page: Path) -> None:
    named = [span for span in re.findall(r"`([^`\n]+)`", read(page)) if FILE.fullmatch(span)]
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_changelog_knows_this_version() -> None:
    assert f"## [{text_processor.__version__}]" in read(CHANGELOG)
