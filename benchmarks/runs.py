"""Part of words.py, bpe.py, pipelines.py and cluster.py: the options that they share, and what a run says about itself."""

from __future__ import annotations

import argparse
import os
import platform
import shlex
import subprocess
import sys
from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from contestants import ROOT

import text_processor


def options(description: str | None, benchmarks: Iterable[str], rounds: int) -> argparse.Namespace:
    """Return the options that the user has given; `rounds` is 1 with --quick."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    parser.add_argument(
        "--only", action="append", choices=list(benchmarks), help="measure this alone; may be given several times"
    )
    parser.add_argument("--rounds", type=int, default=rounds)
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "benchmarks", metavar="FOLDER")
    parser.add_argument("--quick", action="store_true", help="one round with small texts: whether it works, not how fast")
    given = parser.parse_args()
    if given.rounds < 1:
        parser.error("--rounds must be at least 1")
    if given.quick:
        given.rounds = 1
    return given


def about(packages: Sequence[str], files: Sequence[Path], rounds: int, *, is_quick: bool) -> dict[str, Any]:
    """Return what a run says about itself. Where files are is left out of the command."""
    program = Path(sys.argv[0]).name
    return {
        "command": shlex.join(["python", *sys.argv]) if not files else f"python benchmarks/{program} FILE …",
        "rounds": rounds,
        "is_quick": is_quick,
        "cpu": cpu_name(),
        "processors": os.cpu_count(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "simd": text_processor.cpu_features()["in_use"],
        "versions": {name: version_of(name) for name in packages},
        "revision": first_line(["git", "describe", "--always", "--dirty"]),
        "load_average": os.getloadavg() if hasattr(os, "getloadavg") else None,
    }


def cpu_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    found = dict(line.split("\t", 1) for line in lines if "\t" in line)
    fields = {key: value.lstrip("\t: ") for key, value in found.items()}
    return f"{fields.get('model name', '?')}, family {fields.get('cpu family', '?')}, model {fields.get('model', '?')}"


def version_of(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def first_line(command: list[str]) -> str | None:
    try:
        printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    return printed.splitlines()[0] if printed else None
