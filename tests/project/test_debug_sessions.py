"""The sessions of docs/debugging.md, replayed: each debugger still prints what the page shows.

`make debug-sessions` builds what they look into and runs them; without it they are skipped.
"""

from __future__ import annotations

import functools
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "debugging.md"
resource = pytest.importorskip("resource")  # not on Windows
PYTHON = os.environ.get("TEXTPROC_TEST_DEBUG", "")

# What a debugger is given beside what the page shows: no settings of whoever runs this, and an end instead of a prompt.
IN_BATCH = {"gdb": ["--nx", "--batch"], "lldb": ["--no-lldbinit", "--batch"]}

# What they say in a container that does not let them.
FORBIDDEN = re.compile("ptrace: Operation not permitted|process launch failed|personality set failed")

SESSIONS = re.findall(r"^```console\n\$ (.*?)\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)

needs_debug_build = pytest.mark.skipif(not PYTHON, reason="make debug-sessions runs these")


def run(command: list[str], folder: Path = ROOT) -> str:
    environment = os.environ | {"PYTHONSAFEPATH": "1", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
        preexec_fn=limit_core_dumps if folder == ROOT else allow_core_dumps,
    )
    return done.stdout


def limit_core_dumps() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def allow_core_dumps() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (most, most))


@functools.cache
def output_of(command: str) -> str:
    """What a command of the page prints, run as the page says."""
    program, *arguments = shlex.split(command.replace("build/debug/bin/python", PYTHON))
    if program in IN_BATCH and shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    output = run([program, *IN_BATCH.get(program, []), *arguments])
    if FORBIDDEN.search(output):
        pytest.skip(f"this system does not let {program} look into another process")
    return output


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The core dump of the session that crashes."""
    folder = tmp_path_factory.mktemp("core")
    pattern = Path("/proc/sys/kernel/core_pattern")
    if not pattern.exists() or pattern.read_text(encoding="utf-8").startswith(("|", "/")):
        pytest.skip("this system does not write core dumps into the working folder")
    run([PYTHON, str(ROOT / "tools/debug/session.py"), "crash"], folder)
    written = list(folder.glob("core*"))
    if not written:
        pytest.skip("this system allows no core dumps")
    return written[0]


def as_pattern(line: str) -> str:
    return ".*".join(map(re.escape, line.rstrip().removesuffix("…").split("…")))


def assert_shows(output: str, shown: str) -> None:
    """Each shown line begins one of the output, in this order; … is anything."""
    left = iter(output.splitlines())
    for line in shown.splitlines():
        if line.strip("… "):
            assert any(re.search(as_pattern(line.strip()), each) for each in left), f"{line!r} does not follow, in\n{output}"


@needs_debug_build
@pytest.mark.parametrize(("command", "shown"), SESSIONS, ids=[command.partition(" -- ")[0][:50] for command, _ in SESSIONS])
def test_sessions_print_what_is_shown(command: str, shown: str, request: pytest.FixtureRequest) -> None:
    if re.search(r" core\b(?!\.)", command):
        command = re.sub(r" core\b(?!\.)", f" {request.getfixturevalue('core')}", command)
    output = output_of(command)
    if shown.startswith("Traceback (most recent call first)") and "came without its script for gdb" in output:
        pytest.skip("this interpreter came without its script for gdb")
    assert_shows(output, shown)


def test_every_script_is_shown() -> None:
    commands = " ".join(command for command, _ in SESSIONS)
    scripts = {path.name for path in (ROOT / "tools/debug").iterdir() if path.suffix in {".gdb", ".lldb"}} - {"settings.gdb"}
    assert {name for name in scripts if name not in commands} == set()


CRASHES = {
    # A read at address 0, from C, from a callback that C has called.
    "a fault": "ctypes.string_at(0)",
    "an abort": "os.abort()",
}


@pytest.mark.parametrize("crash", CRASHES.values(), ids=CRASHES)
def test_faulthandler_tells_where(crash: str, tmp_path: Path) -> None:
    program = tmp_path / "crashing.py"
    program.write_text(
        "import ctypes, os\n"
        "from text_processor import TextAnalyzer\n"
        "analyzer = TextAnalyzer()\n"
        f"analyzer.set_callback(lambda info: {crash})\n"
        "analyzer.add_document('a b')  # here\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        ["sh", "-c", 'ulimit -c 0; exec "$@"', "sh", sys.executable, "-X", "faulthandler", str(program)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "Fatal Python error: " in done.stderr
    stack = re.findall(r'^  File "(.*)", line (\d+) in (.*)$', done.stderr, re.MULTILINE)
    assert (str(program), "4", "<lambda>") in stack
    assert "textproc_on_document" in [name for _, _, name in stack]
    assert stack[-1] == (str(program), "5", "<module>")
