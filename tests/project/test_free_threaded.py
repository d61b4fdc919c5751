"""What setup.py makes for a CPython without the GIL, as far as one that has it can tell."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("setuptools", minversion="77")

ROOT = Path(__file__).resolve().parent.parent.parent

# The build is asked what it would do; nothing is compiled.
QUESTION = """
import json, sys, sysconfig
asked, without_gil = sysconfig.get_config_var, int(sys.argv[1])
sysconfig.get_config_var = lambda name: without_gil if name == "Py_GIL_DISABLED" else asked(name)
import setuptools
from distutils.core import run_setup
distribution = run_setup("setup.py", ["bdist_wheel"], stop_after="commandline")
wheel = distribution.get_command_obj("bdist_wheel")
wheel.ensure_finalized()
(extension,) = distribution.ext_modules
print(json.dumps([wheel.get_tag()[:2], extension.py_limited_api]))
"""


def answer(*, without_gil: bool) -> tuple[list[str], bool]:
    command = [sys.executable, "-W", "ignore", "-c", QUESTION, str(int(without_gil))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    tag, is_limited = json.loads(done.stdout.splitlines()[-1])
    return tag, is_limited


def test_one_wheel_is_for_all_that_have_the_gil() -> None:
    assert answer(without_gil=False) == (["cp311", "abi3"], True)


def test_wheel_without_the_gil_is_for_one_version() -> None:
    (python, abi), is_limited = answer(without_gil=True)
    this = f"cp{sys.version_info[0]}{sys.version_info[1]}"
    assert python == this
    assert abi.startswith(this)
    assert is_limited == (sys.version_info >= (3, 15))  # the first whose limited API does without the GIL
