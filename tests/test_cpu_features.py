"""Which variant of the fast paths is in use, and who may choose.

That all variants give the same answers is tested by running the other tests with each of them: `make test-simd`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from hypothesis import given
from texts import texts

from text_processor import cpu_features, word_count
from text_processor._native import process as native_process

AVAILABLE = cpu_features()["available"]


@pytest.fixture(autouse=True)
def _as_at_the_start() -> Iterator[None]:
    yield
    native_process.select_simd(None)


def in_use_with(environment: dict[str, str]) -> str:
    program = "import text_processor; print(text_processor.cpu_features()['in_use'])"
    variables = {name: value for name, value in os.environ.items() if name != "TEXTPROC_SIMD"} | environment
    return subprocess.run(
        [sys.executable, "-c", program], env=variables, check=True, capture_output=True, text=True
    ).stdout.strip()


def test_the_best_one_is_in_use() -> None:
    assert AVAILABLE[-1] == "plain"
    assert in_use_with({}) == AVAILABLE[0]


@pytest.mark.parametrize("name", AVAILABLE)
def test_the_environment_chooses(name: str) -> None:
    assert in_use_with({"TEXTPROC_SIMD": name}) == name


@pytest.mark.parametrize("name", ["", "AVX2", "sse9", "plain "])
def test_an_unknown_choice_is_none(name: str) -> None:
    assert in_use_with({"TEXTPROC_SIMD": name}) == AVAILABLE[0]


def test_what_is_not_there_cannot_be_selected() -> None:
    with pytest.raises(ValueError, match="no such instruction set"):
        native_process.select_simd("sse9")


@pytest.mark.parametrize("name", AVAILABLE)
def test_every_variant_counts_alike(name: str) -> None:
    @given(texts)
    def check(text: str) -> None:
        native_process.select_simd("plain")
        expected = list(word_count(text).items())
        native_process.select_simd(name)
        assert list(word_count(text).items()) == expected

    check()
