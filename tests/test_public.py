"""What a user sees of the package in the REPL: `dir`, `help` and signatures."""

from __future__ import annotations

import inspect
import pydoc
import re
import typing
from collections.abc import Iterator
from importlib import import_module
from types import FunctionType, ModuleType
from typing import Any

import pytest

import text_processor

MODULES = ["analyzer", "bpe", "errors", "numeric", "segment", "words"]


@pytest.mark.parametrize("name", [*MODULES, "cli"])
def test_dir_of_a_module_is_what_it_offers(name: str) -> None:
    module = import_module(f"text_processor.{name}")
    assert dir(module) == sorted(module.__all__)


def test_dir_of_the_package_is_what_it_offers() -> None:
    assert dir(text_processor) == sorted([*text_processor.__all__, *MODULES])
    assert all(getattr(text_processor, name) is not None for name in dir(text_processor))


def public_modules() -> list[ModuleType]:
    return [text_processor, *(import_module(f"text_processor.{name}") for name in MODULES)]


def functions() -> Iterator[Any]:
    """Every public function and class, and what can be called of a class."""
    for module in public_modules():
        for name in module.__all__:
            thing = getattr(module, name)
            if isinstance(thing, FunctionType):
                yield thing
            elif isinstance(thing, type) and thing.__module__.startswith("text_processor"):
                members = [getattr(member, "fget", getattr(member, "__func__", member)) for member in vars(thing).values()]
                yield from (member for member in members if isinstance(member, FunctionType))


def test_signatures_show_types_without_quotes() -> None:
    shown = {f"{function.__qualname__}{inspect.signature(function)}" for function in functions()}
    assert len(shown) > 80
    assert [each for each in shown if re.search(r"(: |-> )['\"]", each)] == []


def test_signature_reads_as_it_is_written() -> None:
    assert str(inspect.signature(text_processor.TextAnalyzer.add_documents)) == (
        "(self, documents: Iterable[str | Buffer], *, blank: Literal['raise', 'skip'] = 'raise', "
        "progress: Progress | bool | None = None) -> int"
    )


def test_help_shows_types_without_quotes() -> None:
    assert "most_common(self, n: int | None = None) -> list[tuple[str, int]]" in pydoc.plain(
        pydoc.render_doc(text_processor.TextAnalyzer)
    )


def test_types_can_still_be_looked_up() -> None:
    types = typing.get_type_hints(text_processor.TextAnalyzer.most_common)
    assert types == {"n": int | None, "return": list[tuple[str, int]]}
    assert inspect.get_annotations(text_processor.hello, eval_str=True) == {"name": str, "return": str}
