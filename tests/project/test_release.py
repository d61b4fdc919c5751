"""What guards a release can fail: archives that differ, wheels that tell too much or lack a licence, versions that disagree."""

from __future__ import annotations

import importlib.util
import os
import re
import runpy
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from importlib.metadata import metadata
from pathlib import Path
from typing import Any

import pytest

import text_processor

ROOT = Path(__file__).resolve().parents[2]


def load(name: str) -> Any:
    """A program of tools/, which is no package."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


build_release, licences, check_release = load("build_release"), load("licences"), load("check_release")
nightly = load("nightly")

# ---- Wheels ----------------------------------------------------------------------------------------------------------

LICENCES = {f"text_processor-1.dist-info/licenses/{name}": b"You may" for name in build_release.LICENCES}


# Where the date of archives stands, and how often.
DATED = {"setup.py": 1, "tools/build_release.py": 1, "pyproject.toml": 2}


def wheel_of(folder: Path, contents: dict[str, bytes]) -> Path:
    folder.mkdir(exist_ok=True)
    wheel = folder / "text_processor-1-cp311-abi3-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, data in contents.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return wheel


def test_all_archives_have_one_date() -> None:
    stated = re.compile(r'SOURCE_DATE_EPOCH"?,? (?:= )?"(\d+)"')
    dates = {name: stated.findall((ROOT / name).read_text(encoding="utf-8")) for name in DATED}
    assert {name: len(found) for name, found in dates.items()} == DATED
    assert len({date for found in dates.values() for date in found}) == 1, dates


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


def test_debug_information_is_found(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"a\.so has debug information"):
        build_release.expect_clean(wheel_of(tmp_path, LICENCES | {"a.so": b"\0.symtab\0.debug_info\0"}))


@pytest.mark.skipif(sys.platform == "win32", reason="debug information has a file of its own there")
def test_debug_information_is_made_only_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python's own flags ask for it; of several flags the last one counts."""
    monkeypatch.setenv("TEXTPROC_CFLAGS", "-O1 -g")
    builder = runpy.run_path(str(ROOT / "build_ffi.py"))["ffibuilder"]
    *_, options = builder._assigned_source
    assert [flag for flag in options["extra_compile_args"] if flag.startswith("-g")] == ["-g0", "-g"]


def test_an_index_shows_no_links_to_files_that_it_does_not_have() -> None:
    description = metadata("text-processor")["Description"]
    links = re.findall(r"\]\((.*?)\)", description)
    assert "# text_processor" in description
    assert links
    assert [link for link in links if not link.startswith(("https://", "http://"))] == []


def test_no_system_is_named_that_was_never_tried() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    systems = [each for each in project["classifiers"] if each.startswith("Operating System :: ")]
    assert systems == ["Operating System :: POSIX"]


@pytest.mark.parametrize("missing", LICENCES)
def test_a_licence_that_is_missing_is_named(tmp_path: Path, missing: str) -> None:
    with pytest.raises(SystemExit, match=Path(missing).name + " is missing"):
        build_release.expect_clean(wheel_of(tmp_path, {name: data for name, data in LICENCES.items() if name != missing}))


def test_make_builds_with_what_a_build_in_isolation_gets() -> None:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert pyproject["dependency-groups"]["build"] == pyproject["build-system"]["requires"]


# ---- Versions --------------------------------------------------------------------------------------------------------


def test_all_places_say_the_same_version() -> None:
    assert set(check_release.told_versions().values()) == {text_processor.__version__}
    assert list(check_release.version_complaints(check_release.told_versions())) == []


def test_versions_that_disagree_are_named() -> None:
    assert list(check_release.version_complaints({"a": "1.2", "b": "1.3.0"})) == [
        "b says 1.3.0, and a says 1.2",
        "a: 1.2 is no version of three numbers",
    ]


@pytest.mark.parametrize(
    ("changelog", "complaint"),
    [
        ("## [1.0.0] - 2026-11-21\n\n### Added\n", None),
        ("## [0.9.0] - 2026-11-21\n", "CHANGELOG.md begins with 0.9.0, not with 1.0.0"),
        ("## [1.0.0] - Unreleased\n", "CHANGELOG.md: 1.0.0 has no date, but Unreleased"),
        ("## [1.0.0] - 2026-11-21\n\n### Improved\n", "CHANGELOG.md: Improved is no kind of change"),
        ("", "CHANGELOG.md begins with nothing, not with 1.0.0"),
    ],
)
def test_the_changelog_has_a_dated_section_on_top(changelog: str, complaint: str | None) -> None:
    assert list(check_release.changelog_complaints(changelog, "1.0.0")) == ([complaint] if complaint else [])


def test_the_changelog_of_this_version_is_well_formed() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").replace("Unreleased", "2026-11-21", 1)
    assert list(check_release.changelog_complaints(changelog, text_processor.__version__)) == []


def test_what_was_built_is_of_this_version(tmp_path: Path) -> None:
    for name in ("text_processor-1.0.0.tar.gz", "text_processor-1.0.0-cp311-abi3-manylinux_2_34_x86_64.whl"):
        (tmp_path / name).touch()
    assert list(check_release.package_complaints(tmp_path, "1.0.0")) == []
    assert len(list(check_release.package_complaints(tmp_path, "1.0.1"))) == 2
    (tmp_path / "more").touch()
    assert len(list(check_release.package_complaints(tmp_path, "1.0.0"))) == 1


def test_what_is_not_committed_is_not_handed_out() -> None:
    members = ["p-1/PKG-INFO", "p-1/setup.cfg", "p-1/p.egg-info/SOURCES.txt", "p-1/csrc/a.c", "p-1/docs/left-over"]
    assert list(check_release.sdist_complaints(members, {"csrc/a.c"})) == [
        "the sdist has docs/left-over, which is not committed"
    ]


# ---- Licences --------------------------------------------------------------------------------------------------------


def test_the_page_lists_the_licences_of_what_is_required() -> None:
    """Only of what comes with the package by itself: the extras need not be there."""
    page = (ROOT / "docs" / "releases.md").read_text(encoding="utf-8")
    required = [row for row in licences.table([]).splitlines() if row.endswith("| required |")]
    assert len(required) >= 2
    assert [row for row in required if row not in page] == []


def test_licences_are_put_between_the_marks_only() -> None:
    page = f"before\n{licences.BEGIN}old\n{licences.END}after\n"
    written = licences.with_table(page, [])
    assert written.startswith(f"before\n{licences.BEGIN}| part |")
    assert written.endswith(f"{licences.END}after\n")
    with pytest.raises(ValueError, match="marks"):
        licences.with_table("no marks", [])


# ---- Every night -----------------------------------------------------------------------------------------------------


def test_results_tell_what_was_skipped_and_how_much_was_tried() -> None:
    printed = ["skipped: cross-musl needs musl-gcc", "words: 1200 executions, all answers right", "utf8: 34 executions"]
    assert nightly.remarks_of("\n".join(printed)) == [printed[0], "1,234 executions of 2 targets"]


def test_a_failure_stands_out_in_the_table() -> None:
    results = [nightly.Result("fuzz", True, 61.2, []), nightly.Result("cross-s390x", False, 3.0, [])]
    made = nightly.table(results, "2026-11-21", "abc", "GCC 12.2.0")
    assert "Last run: 2026-11-21, revision abc, in 1 minutes, with GCC 12.2.0." in made
    assert "| `make fuzz FUZZ_SECONDS=120` | passed | 61 |" in made
    assert "| `make cross-s390x` | **failed** | 3 |" in made
    page = f"before\n{nightly.BEGIN}old\n{nightly.END}after\n"
    assert nightly.with_table(page, made) == f"before\n{nightly.BEGIN}{made}{nightly.END}after\n"


def test_every_step_is_a_target_of_make() -> None:
    makefiles = [ROOT / "Makefile", *(ROOT / "make").glob("*.mk")]
    targets = {word for path in makefiles for word in re.findall(r"[\w-]+", path.read_text(encoding="utf-8"))}
    assert {command.split()[0] for command in nightly.STEPS.values()} <= targets


# ---- The example of a change -----------------------------------------------------------------------------------------


@pytest.mark.skipif(shutil.which("git") is None, reason="git applies the patch")
def test_the_first_change_can_be_made() -> None:
    """`make first-change` also builds and tests it."""
    environment = os.environ | {"GIT_CEILING_DIRECTORIES": str(ROOT.parent)}
    apply = ["git", "apply", "--check", "--verbose", "-C1", "examples/first-change.patch"]
    done = subprocess.run(apply, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Checking patch csrc/textproc/text.h" in done.stderr
