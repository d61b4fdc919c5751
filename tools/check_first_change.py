"""Usage: check_first_change.py FOLDER

Apply examples/first-change.patch to a copy of the sources in FOLDER, and follow the steps of CONTRIBUTING.md there: test the C
core alone, build, check the stubs, test from Python.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PATCH = ROOT / "examples" / "first-change.patch"
SOURCES = ["Makefile", "README.md", "LICENSE", "LICENSES", "build_ffi.py", "setup.py", "pyproject.toml"]
SOURCES += ["csrc", "make", "stubs", "tests", "text_processor", "tools"]


def copy_sources(folder: Path) -> None:
    """Copy what a change needs, without what was built."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(
                ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.so", "_textproc_cffi.pyi")
            )
        else:
            shutil.copy2(ROOT / name, folder)
    shutil.copy2(ROOT / "stubs" / "_textproc_cffi.pyi", folder / "stubs")


def run(folder: Path, *command: str, **variables: str) -> None:
    print(" ".join(["$", *command]), flush=True)
    if status := subprocess.run(command, cwd=folder, env=os.environ | variables, check=False).returncode:
        sys.exit(status)


def main() -> None:
    folder = Path(sys.argv[1]).resolve()
    copy_sources(folder)
    # -C1: the lines around the change may have changed. FOLDER may be inside a repository, so git must not search above it.
    run(folder, "git", "apply", "-C1", str(PATCH), GIT_CEILING_DIRECTORIES=str(folder.parent))
    run(folder, "make", "check", "ONE=tests/c/test_characters.c")
    run(folder, sys.executable, "-W", "ignore", "setup.py", "--quiet", "build_ext", "--inplace")
    run(folder, sys.executable, "tools/check_stubs.py", PYTHONPATH=str(folder))
    run(
        folder,
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "tests/test_characters.py",
        PYTHONPATH=str(folder),
        HYPOTHESIS_PROFILE="quick",
    )


if __name__ == "__main__":
    main()
