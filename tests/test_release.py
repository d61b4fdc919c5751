"""What guards a release can fail: archives that differ, wheels that tell too much or lack a licence."""

from __future__ import annotations

import importlib.util
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent


def load(name: str) -> Any:
    """A program of tools/, which is no package."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


build_release = load("build_release")

# ---- Wheels ----------------------------------------------------------------------------------------------------------

LICENCES = {f"text_processor-1.dist-info/licenses/{name}": b"You may" for name in build_release.LICENCES}


def wheel_of(folder: Path, contents: dict[str, bytes]) -> Path:
    folder.mkdir(exist_ok=True)
    wheel = folder / "text_processor-1-cp311-abi3-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, data in contents.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return wheel


def test_equal_archives_pass(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = (wheel_of(tmp_path / name, {"a.py": b"1", "b.py": b"2"}) for name in ("first", "second"))
    build_release.expect_same(first, second)
    assert "the same twice: text_processor-1-cp311-abi3-any.whl" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("theirs", "named"),
    [
        ({"a.py": b"1", "b.py": b"3"}, r"\['b.py'\]"),
        ({"a.py": b"1"}, r"\['b.py'\]"),
        ({"b.py": b"2", "a.py": b"1"}, "what is said of the members"),
    ],
)
def test_members_that_differ_are_named(tmp_path: Path, theirs: dict[str, bytes], named: str) -> None:
    first = wheel_of(tmp_path / "first", {"a.py": b"1", "b.py": b"2"})
    with pytest.raises(SystemExit, match=named):
        build_release.expect_same(first, wheel_of(tmp_path / "second", theirs))


def test_a_clean_wheel_passes(tmp_path: Path) -> None:
    build_release.expect_clean(wheel_of(tmp_path, LICENCES | {"a.so": b"\0csrc/base/cpu.c\0"}))


def test_folders_of_the_builder_are_found(tmp_path: Path) -> None:
    folder = tempfile.gettempdir()
    with pytest.raises(SystemExit, match=f"a.so names the folder {folder} of this machine"):
        build_release.expect_clean(wheel_of(tmp_path, LICENCES | {"a.so": f"\0{folder}/build/a.c\0".encode()}))


@pytest.mark.parametrize("missing", LICENCES)
def test_a_licence_that_is_missing_is_named(tmp_path: Path, missing: str) -> None:
    with pytest.raises(SystemExit, match=Path(missing).name + " is missing"):
        build_release.expect_clean(wheel_of(tmp_path, {name: data for name, data in LICENCES.items() if name != missing}))
