"""Usage: nightly.py [--page PAGE] [STEP…]

Run what takes too long for every change, step by step. Each step is a command of make, and runs even if an earlier one failed.
Their output goes to build/nightly. With --page, the table of results is written between the marks of that page. With names of
steps, only these run, and the table is only shown.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
LOGS = ROOT / "build" / "nightly"
BEGIN, END = "<!-- begin nightly -->\n", "<!-- end nightly -->\n"

MACHINES = ["cross-aarch64", "cross-s390x", "cross-i686", "cross-musl", "cross-windows", "cross-macos", "cross-files"]
COMPILERS = ["compilers-gcc", "compilers-clang"]
# A name, and the arguments of make if they differ from it. All steps should take less than an hour on two cores.
STEPS: dict[str, str] = {
    **{name: name for name in (*MACHINES, *COMPILERS)},
    "fuzz": "fuzz FUZZ_SECONDS=120",
    "readers": "check HYPOTHESIS_PROFILE=thorough ONE=test_fuzz_readers",
    "first-change": "first-change",
    "manylinux": "manylinux",
    "workflows": "workflows",
    "newest-pythons": "newest-pythons",
    "free-threaded": "free-threaded",
    "docs-check": "docs-check",
    "real-tokenizers": "real-tokenizers",
    **{name: name for name in ("ubsan", "try-tools", "growth")},
}

# Tools that print their version in the first line.
TOOLS = {
    "GCC": ["gcc", "-dumpfullversion"],
    "Clang": ["clang", "--version"],
    "QEMU": ["qemu-s390x", "--version"],
    "Wine": ["wine", "--version"],
    "glibc": ["ldd", "--version"],
}


class Result(NamedTuple):
    """The result of a step."""

    step: str
    passed: bool
    seconds: float
    remarks: list[str]

    def row(self) -> str:
        told = "; ".join(["passed" if self.passed else "**failed**", *self.remarks])
        return f"| `make {STEPS.get(self.step, self.step)}` | {told} | {self.seconds:.0f} |\n"


def remarks_of(printed: str) -> list[str]:
    """Return what was skipped, and how much was tried."""
    remarks = sorted(set(re.findall(r"^skipped: .*$", printed, re.MULTILINE)))
    executions = [int(number) for number in re.findall(r"^\w+: (\d+) executions", printed, re.MULTILINE)]
    return [*remarks, *([f"{sum(executions):,} executions of {len(executions)} targets"] if executions else [])]


def run(step: str, arguments: str) -> Result:
    """Run a step with one job for each processor."""
    print(f"==== {step}", flush=True)
    start = time.monotonic()
    # Without the jobs of a make that runs this one. Long tests need more time before they are taken for a deadlock.
    environment = os.environ | {"MAKEFLAGS": "", "MFLAGS": "", "PYTEST_ADDOPTS": "--timeout=1500"}
    command = ["make", f"-j{os.cpu_count()}", *arguments.split()]
    LOGS.mkdir(parents=True, exist_ok=True)
    with (LOGS / f"{step}.log").open("w+", encoding="utf-8", errors="replace") as log:
        status = subprocess.run(
            command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT, check=False
        ).returncode
        log.seek(0)
        printed = log.read()
    result = Result(step, status == 0, time.monotonic() - start, remarks_of(printed))
    print(result.row(), end="", flush=True)
    if not result.passed:
        print(printed[-3000:], flush=True)
    return result


def first_line(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return (done.stdout or done.stderr).partition("\n")[0]


def versions() -> str:
    """Return the versions of the tools, in one line."""
    found = {name: re.search(r"\d+(?:\.\d+)+", first_line(command)) for name, command in TOOLS.items()}
    told = [f"{name} {version[0]}" for name, version in found.items() if version]
    told += [f"CPython {platform.python_version()}", f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors"]
    return ", ".join(told)


def table(results: list[Result], when: str, revision: str, told_versions: str) -> str:
    """Return the table of results for a page."""
    total = sum(result.seconds for result in results)
    head = f"Last run: {when}, revision {revision}, in {total / 60:.0f} minutes, with {told_versions}.\n\n"
    return head + "| step | result | seconds |\n|---|---|---|\n" + "".join(result.row() for result in results)


def with_table(page: str, made: str) -> str:
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError("the page has lost the marks between which the results stand")
    return f"{before}{begin}{made}{end}{after}"


def main() -> None:
    parser = argparse.ArgumentParser(description="Run what takes too long for every change.")
    parser.add_argument("--page", type=Path, help="where to write the results")
    parser.add_argument("steps", nargs="*", help=f"only these of {', '.join(STEPS)}")
    arguments = parser.parse_args()
    if unknown := set(arguments.steps) - STEPS.keys():
        parser.error(f"no such step: {', '.join(sorted(unknown))}")

    results = [run(name, command) for name, command in STEPS.items() if not arguments.steps or name in arguments.steps]
    revision = first_line(["git", "-C", str(ROOT), "describe", "--always", "--dirty"]) or "unknown"
    made = table(results, f"{datetime.now(UTC):%Y-%m-%d}", revision, versions())
    print(made)
    if arguments.page and not arguments.steps:
        arguments.page.write_text(with_table(arguments.page.read_text(encoding="utf-8"), made), encoding="utf-8")
    sys.exit(not all(result.passed for result in results))


if __name__ == "__main__":
    main()
