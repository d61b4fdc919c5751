"""The growth check in short, and that it finds what grows."""

from __future__ import annotations

import random
import subprocess
import sys
from typing import Any

import pytest
from tool_files import load

from text_processor import TextAnalyzer

# A sanitizer keeps what is freed.
pytestmark = pytest.mark.timing

growth = load("growth")


def test_lives_leave_nothing_behind() -> None:
    """In a process of its own: where other tests have left gaps in memory, some megabytes come and go by chance."""
    command = [sys.executable, str(growth.__file__), "--seconds", "3"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def grown(keep: Any) -> str:
    """What is said of lives that keep something for good."""
    kept: list[Any] = []
    said = growth.measure(1, (lambda draw, folder: kept.append(keep(draw)),))
    kept.clear()
    return "; ".join(said)


def counted(draw: random.Random) -> TextAnalyzer:
    analyzer = TextAnalyzer()
    analyzer.add_document("a b c")
    analyzer.total_words()
    return analyzer


def test_a_block_of_the_core_that_stays_is_found() -> None:
    assert "the core holds +" in grown(counted)


def test_objects_that_stay_are_found() -> None:
    assert "Python holds +" in grown(lambda draw: [draw.random()])


def test_memory_that_no_counter_knows_is_found() -> None:
    assert "the process holds +" in grown(lambda draw: draw.randbytes(1_000))


def test_a_life_that_fails_in_a_thread_is_no_success() -> None:
    with pytest.raises(growth.BrokenOffError):
        growth.live_in_threads((growth.break_off,), 0, growth.monotonic() + 0.1)
