"""docs/answers.md: every row of the tables of types is run, and every function that takes something is named there."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("numpy")
pytest.importorskip("pyarrow")
pytest.importorskip("tiktoken")

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "answers.md").read_text(encoding="utf-8").partition("## What each type becomes")[2]
PRELUDE = re.search(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
CELL = re.compile(r"(?<!\\)\|")
ROW = re.compile(r"^\| `.*\|$", re.MULTILINE)
RAISED = re.compile(r"\w*(?:Error|Exception): ")


def rows() -> list[tuple[str, str]]:
    """What is called and what that gives."""
    cells = [[cell.strip().replace("\\|", "|") for cell in CELL.split(row)[1:-1]] for row in ROW.findall(PAGE)]
    return [(call.strip("`"), result.strip("`")) for call, _, result in cells]


@pytest.fixture(scope="module")
def names() -> dict[str, Any]:
    assert PRELUDE
    namespace: dict[str, Any] = {}
    exec(PRELUDE[1], namespace)
    return namespace


def outcome(call: str, names: dict[str, Any]) -> str:
    try:
        return repr(eval(call, names))
    except Exception as error:
        return f"{type(error).__name__}: {error}"


@pytest.mark.parametrize(("call", "result"), rows(), ids=[call[:60] for call, _ in rows()])
def test_row_tells_what_happens(call: str, result: str, names: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    pattern = ".*".join(map(re.escape, result.split("…")))
    assert re.fullmatch(pattern, outcome(call, names), re.DOTALL)


def test_page_has_rows_that_raise_and_rows_that_do_not() -> None:
    n_raised = sum(bool(RAISED.match(result)) for _, result in rows())
    assert 100 < n_raised < len(rows()) - 80


# What only asks, or is called by the language; `Words` and its methods take what a dict takes.
WITHOUT_A_ROW = {"Buffer", "Readable", "TextProcessorError", "Words"}


def functions_that_take_something(stub: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.parse(stub.read_text(encoding="utf-8")).body:
        scope = node.body if isinstance(node, ast.ClassDef) else [node]
        if isinstance(node, ast.ClassDef) and (
            node.name in WITHOUT_A_ROW or node.name.startswith("_") or node.name.endswith("Error")
        ):
            continue
        for function in scope:
            if isinstance(function, ast.FunctionDef) and not function.name.startswith("_"):
                arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
                if {each.arg for each in arguments} - {"self", "cls"}:
                    found.add(function.name)
    return found


def numeric_functions() -> set[str]:
    return {
        name
        for path in (ROOT / "text_processor" / "numeric").glob("_[a-z]*.py")
        for name in functions_that_take_something(path)
        if name in (ROOT / "text_processor" / "numeric" / "__init__.py").read_text(encoding="utf-8")
    }


def test_every_function_that_takes_something_is_named() -> None:
    public = functions_that_take_something(ROOT / "stubs" / "text_processor.pyi") | numeric_functions()
    public |= functions_that_take_something(ROOT / "text_processor" / "segment.py")
    assert len(public) > 40
    assert {name for name in public if not re.search(rf"\b{name}\b", PAGE)} == set()
