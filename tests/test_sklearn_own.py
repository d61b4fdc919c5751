"""scikit-learn's own tests of its vectorizers of text, run with ours in their place."""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("sklearn.feature_extraction.tests.test_text", reason="scikit-learn is installed without its tests")

from sklearn import feature_extraction
from sklearn.feature_extraction import text as peer

import text_processor.sklearn as ours

# Warnings are theirs to judge.
pytestmark = pytest.mark.filterwarnings("default")


class FeatureHasher(feature_extraction.FeatureHasher):  # type: ignore[misc]
    """scikit-learn's, in which our vectorizer hashes what is text: lists of terms. Pairs and dicts are nothing of ours."""

    n_hashed = 0

    def transform(self, raw_X: Any) -> Any:  # noqa: N803 - scikit-learn's name
        rows = list(raw_X)
        if self.input_type != "string" or any(isinstance(row, str) for row in rows):
            return super().transform(rows)
        FeatureHasher.n_hashed += 1
        texts = ["\n".join(term if isinstance(term, str) else term.decode() for term in row) for row in rows]
        options = {"n_features": self.n_features, "alternate_sign": self.alternate_sign, "dtype": self.dtype}
        return ours.HashingVectorizer(token_pattern=r"[^\n]+", lowercase=False, norm=None, **options).transform(texts)


def peers_tests(name: str, package: Any, classes: dict[str, Any]) -> ModuleType:
    """A copy of a module of scikit-learn's tests that has imported our classes."""
    found = importlib.util.find_spec(f"sklearn.feature_extraction.tests.{name}")
    assert found is not None
    assert found.origin is not None
    spec = importlib.util.spec_from_file_location(f"peers_{name}", found.origin)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        for each, ours_of_it in classes.items():
            patch.setattr(package, each, ours_of_it)
        spec.loader.exec_module(module)
    return module


THEIRS = peers_tests("test_text", peer, {name: getattr(ours, name) for name in ours.__all__ if name != "Lines"})
OF_HASHER = peers_tests("test_feature_hasher", feature_extraction, {"FeatureHasher": FeatureHasher})


def test_the_classes_are_ours() -> None:
    assert THEIRS.CountVectorizer is ours.CountVectorizer
    before = FeatureHasher.n_hashed
    OF_HASHER.test_hash_collisions()
    assert FeatureHasher.n_hashed == before + 2


def with_lists(test: Any) -> Any:
    """The test, with lists where its parameters are iterators, which pytest will refuse."""
    for mark in getattr(test, "pytestmark", []):
        if mark.name == "parametrize" and not isinstance(mark.args[1], (list, tuple)):
            object.__setattr__(mark, "args", (mark.args[0], list(mark.args[1]), *mark.args[2:]))
    return test


globals().update(
    {name: with_lists(test) for of in (THEIRS, OF_HASHER) for name, test in vars(of).items() if name.startswith("test_")}
)
