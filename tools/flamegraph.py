"""Draw a flame graph of the time that a Python program spends in Python and in C, measured by Linux's perf.

    python tools/flamegraph.py --python PYTHON --output FOLDER PROGRAM [ARGUMENTS…]

It writes stacks.txt, with a line for each distinct stack, outermost function first, and its number of samples; other tools,
such as speedscope, read this format too. It also writes flamegraph.svg, in which the width of a function is its share of the
time, and each function stands on its caller. It prints the functions that took most of the time.

From CPython 3.13 on, a stack has the functions of Python and of C (`-X perf_jit`). CPython 3.12 (`-X perf`) must be compiled
with -fno-omit-frame-pointer for that, and 3.11 shows only functions of C. If perf is not allowed to measure, the script says
so and succeeds.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path
from typing import NamedTuple

Stack = tuple[str, ...]

SAMPLES_PER_SECOND = 999  # not a divisor of 100 or 1,000, because programs may do things that often in a second
STACK_NBYTES = 16384  # copied with each sample; enough for some hundred functions

# The prefix of a name says where it comes from.
PYTHON, CORE = "py::", "tp::"

# ---- Measuring -------------------------------------------------------------------------------------------------------


def version_of(python: str) -> tuple[int, int]:
    ask = "import sys; print(*sys.version_info[:2])"
    printed = subprocess.run([python, "-c", ask], capture_output=True, text=True, check=True).stdout
    major, minor = map(int, printed.split())
    return major, minor


def perf(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["perf", *arguments], capture_output=True, text=True, check=False)


def record(python: str, program: list[str], folder: Path) -> str:
    """Run a program and return its samples as `perf script` prints them."""
    version = version_of(python)
    data, whole = folder / "perf.data", folder / "perf.whole.data"
    names = ["-X", "perf_jit"] if version >= (3, 13) else ["-X", "perf"] if version == (3, 12) else []
    walk = "fp" if version == (3, 12) else f"dwarf,{STACK_NBYTES}"
    how = ["--quiet", "--clockid", "mono", "--freq", str(SAMPLES_PER_SECOND), "--event", "cpu-clock:u", "--call-graph", walk]
    subprocess.run(["perf", "record", *how, "--output", data, "--", python, *names, *program], check=True)
    if version >= (3, 13):
        done = perf("inject", "--jit", "--input", data, "--output", whole)
        if done.returncode != 0:
            sys.exit(f"perf inject failed:\n{done.stderr}")
        data = whole
    script = perf("script", "--no-inline", "--fields", "comm,pid,tid,ip,sym,dso", "--input", data).stdout
    for pid in {match[1] for match in re.finditer(r"^\S.*?\s(\d+)/\d+\s*$", script, re.MULTILINE)}:
        for left in [*Path("/tmp").glob(f"jit*-{pid}*"), *Path("/tmp").glob(f"perf-{pid}.map")]:
            left.unlink()
    return script


# ---- Folding ---------------------------------------------------------------------------------------------------------

FRAME = re.compile(r"^\s+[0-9a-f]+ (?P<name>.*) \((?P<library>[^()]*)\)$")


def stacks(script: str) -> Iterator[Stack]:
    """Return the stacks of `perf script`, each with the outermost function first."""
    for sample in re.split(r"\n\s*\n", script):
        frames = [FRAME.match(line) for line in sample.splitlines()]
        named = [readable(frame["name"], frame["library"]) for frame in frames if frame]
        stack = tuple(reversed([name for name in named if name]))
        if stack:
            yield without_interpreter(stack)


def readable(name: str, library: str) -> str | None:
    """Return the name of a function in the picture; None if the function is of no interest."""
    if name.startswith(PYTHON):
        function, _, path = name.removeprefix(PYTHON).rpartition(":")
        return f"{PYTHON}{function} ({Path(path).name})"
    if "_textproc_cffi" in library:
        return CORE + name
    return None if name == "[unknown]" else name


def without_interpreter(stack: Stack) -> Stack:
    """Return a stack without the interpreter's functions between those of Python and the core."""
    last = max((i for i, name in enumerate(stack) if name.startswith((PYTHON, CORE))), default=0)
    return (*(name for name in stack[:last] if name.startswith((PYTHON, CORE))), *stack[last:])


# ---- Drawing ---------------------------------------------------------------------------------------------------------

WIDTH, ROW, CHARACTER = 1200, 18, 6.6  # pixels; a character of 11-pixel monospace


class Box(NamedTuple):
    """A function, its depth, and its range of samples."""

    name: str
    depth: int
    first: int
    n: int


def boxes(folded: Counter[Stack]) -> list[Box]:
    """Return the boxes of all stacks; stacks with the same beginning are next to each other and share boxes."""
    found: list[Box] = []
    open_boxes: list[tuple[str, int]] = []  # name and first sample
    place = 0

    def close(depth: int) -> None:
        while len(open_boxes) > depth:
            name, first = open_boxes.pop()
            found.append(Box(name, len(open_boxes), first, place - first))

    for stack, n in sorted(folded.items()):
        common = 0
        while common < min(len(stack), len(open_boxes)) and stack[common] == open_boxes[common][0]:
            common += 1
        close(common)
        open_boxes.extend((name, place) for name in stack[common:])
        place += n
    close(0)
    return found


def colour(name: str) -> str:
    return "#8fbc8f" if name.startswith(PYTHON) else "#f4a460" if name.startswith(CORE) else "#d3d3d3"


def draw(folded: Counter[Stack], title: str) -> str:
    total = folded.total()
    drawn = [box for box in boxes(folded) if box.n * WIDTH >= total]  # at least one pixel
    height = (max((box.depth for box in drawn), default=0) + 3) * ROW
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="monospace" font-size="11">',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        f'<text x="4" y="13">{escape(title)}: {total} samples; green is Python, orange the C core, grey the rest</text>',
    ]
    for box in drawn:
        x, width, y = box.first * WIDTH / total, box.n * WIDTH / total, height - (box.depth + 1) * ROW
        name = box.name.removeprefix(PYTHON).removeprefix(CORE)
        room = int((width - 4) / CHARACTER)
        label = name if len(name) <= room else name[: room - 1] + "…" if room > 3 else ""
        lines.append(
            f'<g><title>{escape(name)}: {box.n / total:.1%}, {box.n} samples</title><rect x="{x:.1f}" y="{y}" '
            f'width="{width:.1f}" height="{ROW - 1}" fill="{colour(box.name)}" stroke="white" stroke-width="0.5"/>'
            f'<text x="{x + 2:.1f}" y="{y + 13}">{escape(label)}</text></g>'
        )
    return "\n".join([*lines, "</svg>\n"])


def summary(folded: Counter[Stack], n: int) -> Iterable[str]:
    """Return the functions that were running in most samples, with their shares."""
    running: Counter[str] = Counter()
    for stack, samples in folded.items():
        running[stack[-1]] += samples
    for name, samples in running.most_common(n):
        yield f"{samples / folded.total():6.1%}  {name.removeprefix(PYTHON).removeprefix(CORE)}"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", default=sys.executable, help="the interpreter (the one that runs this)")
    parser.add_argument("--output", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("program", nargs=argparse.REMAINDER)
    options = parser.parse_args(arguments)
    if shutil.which("perf") is None:
        print("skipped: perf is not installed")
        return 0
    options.output.mkdir(parents=True, exist_ok=True)
    tried = perf("record", "--quiet", "--event", "cpu-clock:u", "--output", options.output / "perf.data", "--", "true")
    if tried.returncode != 0:
        print(f"skipped: perf may not measure here:\n{tried.stderr.strip()}")
        return 0
    folded = Counter(stacks(record(options.python, options.program, options.output)))
    lines = "".join(f"{';'.join(stack)} {n}\n" for stack, n in sorted(folded.items()))
    (options.output / "stacks.txt").write_text(lines, encoding="utf-8")
    (options.output / "flamegraph.svg").write_text(draw(folded, " ".join(options.program)), encoding="utf-8")
    print(f"{folded.total()} samples, {SAMPLES_PER_SECOND} a second of a processor; most of them in")
    print("\n".join(summary(folded, 15)))
    print(f"drawn in {options.output / 'flamegraph.svg'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
