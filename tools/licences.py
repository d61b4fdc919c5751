"""Usage: licences.py PAGE [--write]

Write the table of what a wheel contains and needs, with the licence of each, between the marks of a page. The licences are
read from the metadata of the packages, so these must be installed. Without --write, only check whether the page is up to date.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

BEGIN, END = "<!-- begin licences -->\n", "<!-- end licences -->\n"
NAME = re.compile(r"[\w.-]+")

# Parts of the wheel itself, which no package's metadata describes.
CONTAINED = [
    ("text_processor: Python, C, stubs", "MIT", "in the wheel"),
    ("the tables in the compiled core, made from the Unicode Character Database", "Unicode-3.0", "in the wheel"),
    ("the list of English stop words, from scikit-learn", "BSD-3-Clause", "in the wheel"),
    ("the lexicons of text_processor.vader, from vaderSentiment", "MIT", "in the wheel"),
    ("cffi's glue in the compiled core, from its headers", "MIT-0", "in the wheel"),
]


def licence_of(name: str) -> str:
    """Return the licence of an installed package, from the oldest field that has it."""
    metadata = distribution(name).metadata
    if expression := metadata["License-Expression"]:
        return str(expression)
    for classifier in metadata.get_all("Classifier") or []:
        if classifier.startswith("License :: OSI Approved :: "):
            return str(classifier.removeprefix("License :: OSI Approved :: "))
    return str(metadata["License"] or "unknown").partition("\n")[0]


def requirements(name: str) -> Iterator[tuple[str, str]]:
    """Return the packages that a package requires, each with its extra, if there is one."""
    for requirement in distribution(name).requires or []:
        needed, _, condition = requirement.partition(";")
        found = NAME.match(needed)
        extra = re.search(r"extra == ['\"](.+?)['\"]", condition)
        if found:
            yield found[0], extra[1] if extra else ""


def needed_by(name: str) -> Iterator[str]:
    """Return what is installed with a package, its direct requirements first."""
    for needed, extra in requirements(name):
        if not extra:
            yield needed
            yield from needed_by(needed)


def table(extras: list[str]) -> str:
    """Return the rows for what a wheel contains, what it requires, and what the extras add."""
    rows = [*CONTAINED]
    rows += [(name, licence_of(name), "required") for name in needed_by("text-processor")]
    optional = [(name, extra) for name, extra in requirements("text-processor") if extra in extras]
    rows += [(name, licence_of(name), f"the extra `{extra}`") for name, extra in optional]
    return "| part | licence | when |\n|---|---|---|\n" + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def with_table(page: str, extras: list[str]) -> str:
    """Return the page with the right table."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError("the page has lost the marks between which the licences stand")
    return before + begin + table(extras) + end + after


USERS_EXTRAS = ["arrow", "cli", "numpy", "regex", "tiktoken"]


def main() -> None:
    parser = argparse.ArgumentParser(description="Check or write the licences on a page.")
    parser.add_argument("page", type=Path)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    page = arguments.page.read_text(encoding="utf-8")
    expected = with_table(page, USERS_EXTRAS)
    if arguments.write:
        arguments.page.write_text(expected, encoding="utf-8")
    elif page != expected:
        sys.exit(f"{arguments.page} does not list the licences that the packages have; with --write it will")


if __name__ == "__main__":
    main()
