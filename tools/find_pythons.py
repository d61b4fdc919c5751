"""Prints `version<TAB>executable` for each CPython from 3.11 to 3.15 that is on the machine.

A name on PATH proves nothing (a version manager leaves shims for versions that are switched off, a distribution may
leave out what `venv` needs), so every candidate is run and asked.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

WANTED = ["3.11", "3.12", "3.13", "3.14", "3.15"]
QUESTION = """
import ensurepip, json, platform, sys, sysconfig, venv
plain = platform.python_implementation() == "CPython" and not sysconfig.get_config_var("Py_GIL_DISABLED")
print(json.dumps([platform.python_version(), sys.executable, plain]))
"""


def candidates(version: str) -> Iterator[str]:
    """Commands that may start this version."""
    yield sys.executable
    for folder in os.get_exec_path():
        if command := shutil.which(f"python{version}", path=folder):
            yield command
    for installed in pyenv("versions", "--bare"):
        if installed.startswith(version + "."):
            yield from (f"{prefix}/bin/python3" for prefix in pyenv("prefix", installed))


def pyenv(*arguments: str) -> list[str]:
    """The lines that pyenv answers; none where there is no pyenv."""
    if shutil.which("pyenv") is None:
        return []
    return subprocess.run(["pyenv", *arguments], capture_output=True, text=True, check=False).stdout.splitlines()


def ask(command: str) -> tuple[str, str] | None:
    """The version and the real executable behind a command, or None where it does not run or is no plain CPython."""
    try:
        answer = subprocess.run([command, "-c", QUESTION], capture_output=True, text=True, timeout=60, check=True)
        version, executable, plain = json.loads(answer.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    return (version, executable) if plain else None


def find(version: str) -> tuple[str, str] | None:
    """The first command that is this version."""
    answers = map(ask, candidates(version))
    return next((answer for answer in answers if answer and answer[0].startswith(version + ".")), None)


for wanted in WANTED:
    if found := find(wanted):
        print(*found, sep="\t")
