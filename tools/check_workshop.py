"""Follow examples/workshop/README.md in an empty folder, and fail if anything differs from what the page shows.

A block that names a file is appended to it, `console` blocks are run, `pycon` blocks and the rows of tables are examples for
doctest. At the end the files must equal those of examples/workshop. `--write` only writes these files again, from the blocks.
"""

from __future__ import annotations

import argparse
import difflib
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

WORKSHOP = Path(__file__).resolve().parent.parent / "examples" / "workshop"
README = WORKSHOP / "README.md"

BLOCK = re.compile(
    r"""^```(?P<language>\w+)(?:[ ](?P<file>\S+))?\n (?P<text>[\s\S]*?) ^```$
        | ^(?P<table>\|.*\n \|[-|]+\n (?:\|.*\n)+)""",
    re.MULTILINE | re.VERBOSE,
)
ROW = re.compile(r"\| `(?P<expression>[^`]+)` \| `(?P<result>[^`]+)`(?: \([^|]*\))? \|$")


class Block(NamedTuple):
    """One block of the page; a table has the language `table`."""

    language: str
    file: str | None
    text: str
    line: int


def blocks() -> Iterator[Block]:
    page = README.read_text(encoding="utf-8")
    for match in BLOCK.finditer(page):
        language = match["language"] or "table"
        before = page[: match.start()].rstrip().rsplit("\n\n", 1)[-1]
        if match["file"] and f"`{match['file']}`" not in before:
            sys.exit(f"{README}: the paragraph before a block of {match['file']} does not name that file")
        yield Block(language, match["file"], match["text"] or match["table"], page.count("\n", 0, match.start()) + 1)


def files() -> dict[str, str]:
    made: dict[str, str] = {}
    for block in blocks():
        if block.file:
            made[block.file] = appended(made.get(block.file, ""), block)
    return made


def appended(text: str, block: Block) -> str:
    """Return the text of a file with a block appended, after one empty line, or two in Python."""
    between = ("\n\n" if block.language == "python" else "\n") if text else ""
    return text + between + block.text


def examples(table: str) -> str:
    """Return the rows of a table as doctest reads them. A result that ends in Error is an exception with any message."""
    lines = []
    for row in table.splitlines()[2:]:
        match = ROW.search(row)
        if match is None:
            sys.exit(f"not a row of an expression and its result: {row}")
        expression, result = match.group("expression", "result")
        if result.endswith("Error"):
            lines += [f">>> {expression}  # doctest: +IGNORE_EXCEPTION_DETAIL", "Traceback (most recent call last):"]
            lines.append(f"{result}: whatever the message")
        else:
            lines.append(f">>> {expression}")
            lines += [] if result == "None" else [result]
    return "\n".join([*lines, "", ""])


def same_everywhere(text: str) -> str:
    """Return output without what differs between runs or machines."""
    text = re.sub(r" in \d+\.\d+s", " in 0.00s", text)
    return re.sub(r"-abi3-\w+\.whl", "-abi3-PLATFORM.whl", text)


class Follower:
    """Follows the page in a folder, and keeps what went wrong."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files: dict[str, str] = {}
        self.failed = False
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHON", "VIRTUAL_ENV"))}
        path = os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", os.defpath)])
        self.environment = kept | {"PATH": path, "COLUMNS": "80", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}

    def run(self, command: str) -> str:
        activate = "if [ -e .venv/bin/activate ]; then . .venv/bin/activate; fi\n"
        done = subprocess.run(
            ["bash", "-euc", activate + command],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        self.failed |= done.returncode != 0
        return done.stdout

    def compare(self, what: str, shown: str, happened: str) -> None:
        if shown != happened:
            self.failed = True
            names = f"{what}, as shown", "as it is"
            print(*difflib.unified_diff(shown.splitlines(), happened.splitlines(), *names, lineterm=""), sep="\n")

    def console(self, block: Block) -> None:
        for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
            command, shown = part.split("\n", 1)
            print(f"README.md:{block.line}: {command}", flush=True)
            self.compare(command, same_everywhere(shown), same_everywhere(self.run(command)))

    def doctest(self, session: list[str]) -> None:
        if not session:
            return
        page = self.folder / "session.txt"
        page.write_text("\n".join(session), encoding="utf-8")
        print(f"{sum(text.count('>>> ') for text in session)} examples", flush=True)
        self.compare("examples", "", self.run(f"python -X utf8 -m doctest -o ELLIPSIS {page.name}"))
        page.unlink()

    def follow(self) -> None:
        session: list[str] = []
        for block in blocks():
            if block.language in ("pycon", "table"):
                session.append(examples(block.text) if block.language == "table" else block.text)
                continue
            self.doctest(session)
            session = []
            if block.file:
                self.files[block.file] = appended(self.files.get(block.file, ""), block)
                (self.folder / block.file).write_text(self.files[block.file], encoding="utf-8")
            elif block.language == "console":
                self.console(block)
        self.doctest(session)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="write the files of examples/workshop and do nothing else")
    if parser.parse_args().write:
        for name, text in files().items():
            (WORKSHOP / name).write_text(text, encoding="utf-8")
        return

    with tempfile.TemporaryDirectory() as folder:
        follower = Follower(Path(folder))
        for name, text in files().items():
            follower.compare(name, text, (WORKSHOP / name).read_text(encoding="utf-8"))
        if follower.failed:
            sys.exit("the files of examples/workshop differ from its page: tools/check_workshop.py --write makes them anew")
        follower.follow()
    if follower.failed:
        sys.exit("examples/workshop/README.md does not show what happens")
    print("examples/workshop/README.md shows what happens")


if __name__ == "__main__":
    main()
