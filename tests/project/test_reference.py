"""The reference leaves nothing public out: neither of the Python modules nor of the C header."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import sys
from pathlib import Path
from typing import Any

import pytest

import text_processor
from text_processor import _textproc_cffi as compiled

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import header_reference  # noqa: E402

# ---- Python ----------------------------------------------------------------------------------------------------------


def documented() -> set[str]:
    """The full names that the pages of docs/reference show."""
    names = set()
    for page in (ROOT / "docs/reference").glob("*.md"):
        module = ""
        for directive, name in re.findall(r"^\.\. ([\w:]+):: (\S+?)(?:\(\))?$", page.read_text(encoding="utf-8"), re.MULTILINE):
            if directive == "currentmodule":
                module = name + "."
            elif directive.startswith(("auto", "py:")):
                names.add(name if name.startswith("text_processor") else module + name)
    return names


def public_modules() -> list[str]:
    found = pkgutil.walk_packages(text_processor.__path__, "text_processor.")
    return ["text_processor", *(module.name for module in found if "._" not in module.name)]


def value_of(name: str) -> Any:
    module, _, attribute = name.rpartition(".")
    return getattr(importlib.import_module(module), attribute)


@pytest.mark.parametrize("name", public_modules())
def test_every_public_name_is_documented(name: str) -> None:
    shown = [value_of(other) for other in documented() if other not in public_modules()]
    module = importlib.import_module(name)
    # Under one of its names: `text_processor.TextAnalyzer` is `text_processor.analyzer.TextAnalyzer`.
    assert [public for public in module.__all__ if not any(getattr(module, public) is value for value in shown)] == []


@pytest.mark.parametrize("name", sorted(documented() - set(public_modules())))
def test_what_is_documented_is_public_and_says_something(name: str) -> None:
    value = value_of(name)
    assert any(
        getattr(module, name.rpartition(".")[2], None) is value for module in map(importlib.import_module, public_modules())
    )
    if inspect.isclass(value) or inspect.isfunction(value):
        assert inspect.getdoc(value)
    if inspect.isclass(value) and not getattr(value, "_is_protocol", False):
        members = [member for member in vars(value) if not member.startswith("_")]
        assert [member for member in members if not inspect.getdoc(getattr(value, member))] == []


# ---- C ---------------------------------------------------------------------------------------------------------------

HEADER = header_reference.read_header()


def declared() -> list[header_reference.Declaration]:
    return [one for section in header_reference.sections(HEADER) for group in section.groups for one in group.declarations]


def test_everything_that_cffi_finds_in_the_header_is_documented() -> None:
    names = [one.name for one in declared()]
    constants = [member.text.split()[0] for one in declared() if one.directive == "enum" for member in one.members]
    typedefs, structs, _ = compiled.ffi.list_types()
    found = {name for name in [*dir(compiled.lib), *typedefs, *structs] if name.lower().startswith("tp_")}
    assert len({*names, *constants}) == len([*names, *constants])
    assert {*names, *constants} == found


def test_every_field_is_documented() -> None:
    for one in declared():
        if one.directive == "struct" and one.members:
            fields = [re.search(r"(\w+)(\[\w+\])?$", member.text)[1] for member in one.members]
            assert fields == [name for name, _ in compiled.ffi.typeof(one.name).fields]


def test_everything_in_the_header_has_a_comment() -> None:
    assert header_reference.without_comment(HEADER) == []


def test_what_has_no_comment_is_told() -> None:
    header = """/* CFFI-BEGIN */
/* ---- Section --- */

/* Says what it does. */
void tp_one(void);
void tp_two(void);

void tp_three(void); /* says it here */
void tp_four(void);

typedef enum tp_five {
    TP_A = 0, /* a */
    TP_B = 1
} tp_five;

#define TP_SIX 6
/* CFFI-END */"""
    assert header_reference.without_comment(header) == ["tp_four", "tp_five", "TP_SIX"]


def test_comments_become_links_and_code() -> None:
    roles = {"tp_one": "func"}
    text = "Stores *n, as tp_one does, in ends[0] … ends[n - 1], or `more` by 2*3_."
    marked = header_reference._marked_up(text, roles).replace("\\ ", "")
    assert marked == "Stores ``*n``, as :c:func:`tp_one` does, in ``ends[0]`` … ``ends[n - 1]``, or ``more`` by 2\\*3\\_."
