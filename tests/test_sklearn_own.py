"""scikit-learn's own tests of its vectorizers of text, run with ours in their place."""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("sklearn.feature_extraction.tests.test_text", reason="scikit-learn is installed without its tests")

from sklearn.feature_extraction import text as peer

import text_processor.sklearn as ours

# Warnings are theirs to judge.
pytestmark = pytest.mark.filterwarnings("default")


def peers_tests() -> ModuleType:
    """A copy of scikit-learn's module of tests that has imported our classes."""
    found = importlib.util.find_spec("sklearn.feature_extraction.tests.test_text")
    assert found is not None
    assert found.origin is not None
    spec = importlib.util.spec_from_file_location("peers_tests_of_text", found.origin)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        for name in set(ours.__all__) - {"Lines"}:
            patch.setattr(peer, name, getattr(ours, name))
        spec.loader.exec_module(module)
    return module


THEIRS = peers_tests()


def test_the_classes_are_ours() -> None:
    assert THEIRS.CountVectorizer is ours.CountVectorizer


def with_lists(test: Any) -> Any:
    """The test, with lists where its parameters are iterators, which pytest will refuse."""
    for mark in getattr(test, "pytestmark", []):
        if mark.name == "parametrize" and not isinstance(mark.args[1], (list, tuple)):
            object.__setattr__(mark, "args", (mark.args[0], list(mark.args[1]), *mark.args[2:]))
    return test


globals().update({name: with_lists(test) for name, test in vars(THEIRS).items() if name.startswith("test_")})
