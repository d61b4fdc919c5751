"""A checkout whose C was changed says so when it is imported, until it is built again; an installed package says nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import text_processor
from text_processor._common import checkout as common_checkout

BUILT = 1_700_000_000


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The package with its compiled core, and a little C beside it, all made at one time."""
    package = Path(text_processor.__file__).parent
    shutil.copytree(package, tmp_path / "text_processor", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("build_ffi.py", "csrc/textproc.h", "csrc/base/cpu.c", "csrc/base/notes.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    for path in tmp_path.rglob("*"):
        os.utime(path, (BUILT, BUILT))
    return tmp_path


def imported(checkout: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """What an interpreter says that imports the package from there."""
    command = [sys.executable, *options, "-c", f"import sys; sys.path.insert(0, {str(checkout)!r}); import text_processor"]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=checkout.parent)


def test_a_core_that_fits_is_passed_in_silence(checkout: Path) -> None:
    done = imported(checkout)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("changed", ["csrc/base/cpu.c", "csrc/textproc.h", "build_ffi.py"])
def test_changed_sources_are_told_of(checkout: Path, changed: str) -> None:
    os.utime(checkout / changed, (BUILT + 1, BUILT + 1))
    done = imported(checkout)
    assert done.returncode == 0
    name = str(Path(changed))
    assert f"RuntimeWarning: {name} was changed after text_processor's C core was built" in done.stderr
    assert "run `make build`" in done.stderr


def test_a_change_is_an_error_where_warnings_are(checkout: Path) -> None:
    os.utime(checkout / "csrc/base/cpu.c", (BUILT + 1, BUILT + 1))
    assert imported(checkout, "-W", "error").returncode == 1


def test_what_is_not_compiled_may_change(checkout: Path) -> None:
    os.utime(checkout / "csrc/base/notes.txt", (BUILT + 1, BUILT + 1))
    assert common_checkout.newer_source(checkout / "text_processor") is None


def test_an_installed_package_is_not_looked_at(checkout: Path) -> None:
    os.utime(checkout / "build_ffi.py", (BUILT + 1, BUILT + 1))
    shutil.rmtree(checkout / "csrc")
    assert common_checkout.newer_source(checkout / "text_processor") is None
