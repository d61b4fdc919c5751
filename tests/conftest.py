"""Settings for all tests."""

from __future__ import annotations

import gc
import os
import re
import signal
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# "quick" for a look while working, "ci" before anything lands, "thorough" for a long night.
settings.register_profile("quick", max_examples=25, deadline=None)
settings.register_profile("ci", max_examples=150, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("thorough", max_examples=5000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

# A shell starts what it puts into the background with Ctrl-C ignored, and Python and its children leave it at that.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)  # before marks are asked for
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What measures time runs alone, unless it says that it need not. Examples that need a missing extra are skipped."""
    for item in items:
        timing = item.get_closest_marker("timing")
        if timing and timing.kwargs.get("alone", True):
            item.add_marker(pytest.mark.alone)
    if find_spec("pyarrow") is not None:
        return
    for item in items:
        if isinstance(item, pytest.DoctestItem) and "pyarrow" in (item.dtest.docstring or ""):
            item.add_marker(pytest.mark.skip(reason="pyarrow is not installed"))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Where only what runs alone is asked for, pass over files with none of it: to import them takes longer than such tests."""
    if collection_path.suffix != ".py" or not config.option.markexpr.startswith("alone"):
        return None
    return None if re.search(r"\bmark\.(alone|timing)\b", collection_path.read_text(encoding="utf-8")) else True


def pytest_collection_finish() -> None:
    """Spare the collector the half million objects that are thousands of tests."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few characters are many pieces, so that two threads have something to do."""
    monkeypatch.setattr("text_processor._documents.batches.CHARACTERS_PER_THREAD", 100)
    monkeypatch.setattr("text_processor._documents.batches.BATCH_CHARACTERS", 500)


@pytest.fixture(scope="module")
def quick_collections() -> None:
    """Spare it also what other tests have left, so that it can run after every test. What is frozen stays so."""
    gc.collect()
    gc.freeze()
