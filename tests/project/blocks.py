"""The fenced blocks of a page, and a follower that does in a folder what they say."""

from __future__ import annotations

import doctest
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]

# A comment of its own above a block says why it is not followed here.
_BLOCK = re.compile(
    r"""(?: ^[ ]*<!--[ ](?P<mark>not[ ]run|run[ ]by)[: ][ ]?(?P<reason>.+?)[ ]-->\n\n? )?
        ^(?P<indent>[ ]*)(?P<fence>`{3,})(?P<info>.*)\n
        (?P<text>[\s\S]*?)
        ^(?P=indent)(?P=fence)[ ]*$""",
    re.MULTILINE | re.VERBOSE,
)
_WHOLE_PAGE = re.compile(r"<!-- run by (\S+) -->\n")
_TARGET = re.compile(r"""make(?: [A-Z_]+=(?:"[^"]*"|\S+)| [a-z][a-z0-9-]*)* *(?:#.*)?""")

# What a page's folder has of the project; the rest belongs to it alone.
_LINKED = ("benchmarks", "csrc", "examples")

_SECONDS = 120


class Block(NamedTuple):
    """One block; `text` is without the indentation of its fence."""

    language: str
    file: str | None
    text: str
    line: int  # of the fence
    mark: str | None  # "not run" or "run by"
    reason: str | None


def blocks(page: str, first_line: int = 1) -> Iterator[Block]:
    """The blocks of a page's text, those within notes and other directives included.

    A page that begins with `<!-- run by … -->` says that of all its blocks.
    """
    whole = _WHOLE_PAGE.match(page)
    for match in _BLOCK.finditer(page):
        language, _, file = match["info"].strip().partition(" ")
        line = first_line + page.count("\n", 0, match.start("fence"))
        if language.startswith("{"):
            yield from blocks(match["text"], line + 1)
        else:
            mark, reason = ("run by", whole[1]) if whole else (match["mark"], match["reason"])
            yield Block(language, file.strip() or None, textwrap.dedent(match["text"]), line, mark, reason)


def commands(text: str) -> Iterator[tuple[str, str]]:
    """The commands of a `console` block, which begin with `$ `, and what stands below each."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        lines = part.splitlines(keepends=True)
        n = next((i for i, line in enumerate(lines, 1) if not line.endswith("\\\n")), len(lines))
        yield "".join(lines[:n]), "".join(lines[n:])


def is_for_make(text: str) -> bool:
    """Whether all lines call targets of the Makefile; that these exist is checked, but they are run elsewhere."""
    return all(_TARGET.fullmatch(line) for line in text.splitlines() if line and not line.startswith("#"))


class Follower:
    """Follows the blocks of one page, from top to bottom, in an empty folder."""

    def __init__(self, page: str, text: str, folder: Path) -> None:
        self.page = page
        self.blocks = list(blocks(text))
        self.folder = folder
        for name in _LINKED:
            (folder / name).symlink_to(ROOT / name)
        self.globals: dict[str, Any] = {"__name__": "__main__"}
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHON", "VIRTUAL_ENV"))}
        path = os.pathsep.join([str(self._own_programs()), str(Path(sys.executable).parent), kept.get("PATH", os.defpath)])
        self.environment = kept | {"PATH": path, "PYTHONUTF8": "1", "LC_ALL": "C.UTF-8", "COLUMNS": "80", "TERM": "dumb"}

    def _own_programs(self) -> Path:
        """A folder with the command: beside an interpreter that sees the package where it lies there is none."""
        programs = self.folder / ".bin"
        programs.mkdir()
        command = programs / "text-processor"
        command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m text_processor "$@"\n', encoding="utf-8")
        command.chmod(0o755)
        return programs

    def follow(self) -> None:
        for block in self.blocks:
            if block.mark:
                self._check_mark(block)
            elif block.file:
                self._keep(block)
            elif block.language in self.ways:
                self.ways[block.language](self, block)
            else:
                known = ", ".join(sorted(self.ways))
                self._fail(block, f"what is to be done with {block.language or 'a block of no language'}? Known are {known}")

    def _fail(self, block: Block, message: str) -> None:
        pytest.fail(f"{self.page}:{block.line}: {message}", pytrace=False)

    def _check_mark(self, block: Block) -> None:
        """A block that a test of its own runs must be known there."""
        if block.mark == "run by":
            test = ROOT / str(block.reason)
            if not test.is_file() or Path(self.page).name not in test.read_text(encoding="utf-8"):
                self._fail(block, f"{block.reason} does not say that it runs this page")

    def _keep(self, block: Block) -> None:
        """Write a block that names a file to it. Some command must use it; a Python file may also just be run."""
        name = str(block.file)
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, encoding="utf-8")
        later = [other.text for other in self.blocks if other.line > block.line and other.language in ("console", "sh")]
        if any(name in text for text in later):
            return
        if block.language != "python":
            self._fail(block, f"no command below uses {name}")
        self._run(block, f"python {name}")

    # ---- By language -------------------------------------------------------------------------------------------------

    def _pycon(self, block: Block) -> None:
        """Python's prompt: one session a page."""
        if ">>>" not in block.text:
            self._fail(block, "a session without >>>; a script is `python`")
        test = doctest.DocTestParser().get_doctest(block.text, self.globals, self.page, self.page, block.line)
        runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.ELLIPSIS)
        said: list[str] = []
        runner.run(test, out=said.append, clear_globs=False)
        self.globals = test.globs
        if said:
            pytest.fail("".join(said), pytrace=False)

    def _python(self, block: Block) -> None:
        """A script, in an interpreter of its own."""
        if ">>>" in block.text:
            self._fail(block, "a session with >>> is `pycon`, not `python`")
        (self.folder / "block.py").write_text(block.text, encoding="utf-8")
        self._run(block, "python block.py")

    def _console(self, block: Block) -> None:
        """Commands behind `$ `, each in a shell of its own. Output that stands below one is compared; `...` is anything."""
        if not block.text.startswith("$ "):
            self._fail(block, "commands begin with `$ `; a block of nothing but commands is `sh`")
        for command, shown in commands(block.text):
            if is_for_make(command):
                continue
            output = self._run(block, command, may_fail=bool(shown))
            if shown and not doctest.OutputChecker().check_output(shown, output, doctest.ELLIPSIS):
                self._fail(
                    block, f"$ {command}\nshown:\n{textwrap.indent(shown, '    ')}\nis:\n{textwrap.indent(output, '    ')}"
                )

    def _sh(self, block: Block) -> None:
        """Commands without output, in one shell."""
        if not is_for_make(block.text):
            self._run(block, block.text)

    def _c(self, block: Block) -> None:
        """Part of a program, which must compile below the header. A whole one needs a name, and a command that runs it."""
        if " main(" in block.text:
            self._fail(block, "a whole program needs the name of a file, as in ```c count.c, and a command that runs it")
        (self.folder / "block.c").write_text('#include "textproc.h"\n' + block.text, encoding="utf-8")
        self._run(block, "cc -std=c11 -Wall -Werror -Icsrc -fsyntax-only block.c")

    def _json(self, block: Block) -> None:
        json.loads(block.text)

    def _toml(self, block: Block) -> None:
        tomllib.loads(block.text)

    def _text(self, block: Block) -> None:
        """Whatever is only to be looked at."""

    ways: dict[str, Callable[[Follower, Block], None]] = {  # noqa: RUF012 - the methods above
        "pycon": _pycon,
        "python": _python,
        "console": _console,
        "sh": _sh,
        "c": _c,
        "json": _json,
        "toml": _toml,
        "text": _text,
    }

    def _run(self, block: Block, command: str, *, may_fail: bool = False) -> str:
        """What a command writes, to whichever of its two streams."""
        if re.search(r"\bcc ", command):
            self._need_compiler()
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
            timeout=_SECONDS,
        )
        if done.returncode and not may_fail:
            self._fail(block, f"status {done.returncode} after\n{textwrap.indent(command, '    ')}\n{done.stdout}")
        return done.stdout

    @staticmethod
    def _need_compiler() -> None:
        if "LD_PRELOAD" in os.environ:
            pytest.skip("the compiler is not to run with the sanitizer of these tests")
        if shutil.which("cc") is None:
            pytest.skip("cc is not installed")
