"""Print `version<TAB>executable` for each CPython from 3.11 to 3.15 on this machine.

A name on PATH is not enough: a version manager leaves shims for inactive versions, and a distribution may leave out what `venv`
needs. So every candidate is run.
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
    """Return the commands that may start this version."""
    yield sys.executable
    for folder in os.get_exec_path():
        if command := shutil.which(f"python{version}", path=folder):
            yield command
    for installed in pyenv("versions", "--bare"):
        if installed.startswith(version + "."):
            yield from (f"{prefix}/bin/python3" for prefix in pyenv("prefix", installed))


def pyenv(*arguments: str) -> list[str]:
    """Return the lines that pyenv prints; none without pyenv."""
    if shutil.which("pyenv") is None:
        return []
    return subprocess.run(["pyenv", *arguments], capture_output=True, text=True, check=False).stdout.splitlines()


def ask(command: str) -> tuple[str, str] | None:
    """Return the version and the real executable of a command; None if it does not run, or is not CPython."""
    try:
        answer = subprocess.run([command, "-c", QUESTION], capture_output=True, text=True, timeout=60, check=True)
        version, executable, plain = json.loads(answer.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    return (version, executable) if plain else None


def find(version: str) -> tuple[str, str] | None:
    """Return the first command that starts this version."""
    answers = map(ask, candidates(version))
    return next((answer for answer in answers if answer and answer[0].startswith(version + ".")), None)


for wanted in WANTED:
    if found := find(wanted):
        print(*found, sep="\t")
