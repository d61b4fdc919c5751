"""The house is as docs/architecture.md draws it: calls go down, and one module alone calls C."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CSRC = ROOT / "csrc"

# What each room stands on.
BELOW = {
    "base": set(),
    "unicode": {"base"},
    "documents": {"base", "unicode"},
    "corpus": {"base", "unicode"},
    "sentiment": {"base", "unicode"},
    "bpe": {"base", "unicode"},
    "numeric": {"base"},
}


def sources(room: str) -> list[Path]:
    return sorted(path for path in (CSRC / room).rglob("*.[ch]"))


def imported(module: Path) -> set[str]:
    """The last names of the modules of ours that a module imports, or imports from."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module.rpartition(".")[2], *(alias.name for alias in node.names)}
        elif isinstance(node, ast.Import):
            names |= {alias.name.rpartition(".")[2] for alias in node.names}
    return names


def test_all_rooms_are_known() -> None:
    assert {path.name for path in CSRC.iterdir() if path.is_dir()} == set(BELOW)


@pytest.mark.parametrize("room", BELOW)
def test_a_room_sees_only_what_it_stands_on(room: str) -> None:
    for source in sources(room):
        seen = set(re.findall(r'^#include "(\w+)/', source.read_text(encoding="utf-8"), re.MULTILINE))
        assert seen <= {room, *BELOW[room]}, source.name


def test_the_core_knows_nothing_of_python() -> None:
    assert [path.name for room in BELOW for path in sources(room) if "Python.h" in path.read_text(encoding="utf-8")] == []


def test_the_core_has_no_thread_local_variables() -> None:
    """The first use of one in a thread may take memory, and the system ends a process that has none to give."""
    kinds = re.compile(r"\b(_Thread_local|thread_local|__thread)\b|__declspec\(thread\)")
    assert [path.name for room in BELOW for path in sources(room) if kinds.search(path.read_text(encoding="utf-8"))] == []


def test_one_module_calls_c() -> None:
    modules = (ROOT / "text_processor").rglob("*.py")
    assert [path.name for path in modules if "_textproc_cffi" in imported(path)] == ["_native.py"]


def test_the_map_shows_every_room_and_every_public_module() -> None:
    drawing = (ROOT / "docs/architecture.svg").read_text(encoding="utf-8")
    shown = re.findall(r"[\w/]+", " ".join(re.findall(r"<text[^>]*>([^<]*)", drawing)))
    public = {path.stem for path in (ROOT / "text_processor").iterdir() if not path.name.startswith("_")} - {
        "py",
        "stubs",
        "errors",
    }
    assert {*BELOW, *public} <= set(shown)
    private = {name.rpartition("/")[2] for name in shown if re.match(r"_|numeric/_", name)}
    modules = {path.stem for path in (ROOT / "text_processor").rglob("*.py")}
    assert private <= modules
