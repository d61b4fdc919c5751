"""Counts the instructions that the core takes for a byte of text, under callgrind, and compares them with what is kept.

    python tools/instructions.py PROGRAM [--compiler CC] [--update]

PROGRAM is what benchmarks/c/count.c becomes. Time is noisy, instructions are not: with a fixed hash key and fixed texts, the
same program takes the same number each time, on any machine with these instructions. The texts are made here, of
examples/kjv.txt and of a random sequence that never changes. valgrind has no AVX-512, so it is plain C and AVX2 that are
looked at.

What is kept lies in benchmarks/instructions/, in a file for each version of a compiler and kind of processor; an unknown one
is named and passes. More than 3 % above is a failure, more than 3 % below asks for `make instructions-update`, so that the
next change is held against what was reached.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shlex
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "benchmarks" / "instructions"
VARIANTS = ("plain", "avx2")
SLACK = 0.03

# By variant and text.
Figures = dict[str, dict[str, float]]


# ---- The texts -------------------------------------------------------------------------------------------------------


def book(n_characters: int) -> str:
    text = (ROOT / "examples" / "kjv.txt").read_text(encoding="utf-8")
    return text[: text.index("\n", n_characters) + 1]


def numbers(seed: int) -> Callable[[int], int]:
    """A function that gives the next number below a limit. Python promises that `random` never changes its sequence."""
    draw = random.Random(seed).random
    return lambda limit: int(draw() * limit)


def english() -> str:
    return book(800_000)


def distinct() -> str:
    """Some 60,000 different words, each once, and as many more of them anew, the first ones oftener."""
    below = numbers(1)
    letters = "etaoinshrdlucmfwypvbgkjqxz"

    def word(i: int) -> str:
        spelled = ""
        for _ in range(2 + below(9)):
            spelled += letters[below(26)]
        return f"{spelled}{i}" if i % 5 == 0 else f"{spelled}{letters[i % 26]}{letters[i // 26 % 26]}{letters[i // 676 % 26]}"

    words = [word(i) for i in range(60_000)]
    again = [words[below(below(60_000) + 1)] for _ in range(60_000)]
    return " ".join(words + again)


def german() -> str:
    """The book with ä, ö, ü and ß for a, o, u and s in a third of its words, and more capital letters."""
    below = numbers(2)
    latin = {"a": "ä", "o": "ö", "u": "ü", "s": "ß"}
    words = []
    for word in book(500_000).split(" "):
        kind = below(6)
        if kind < 2:
            words.append("".join(latin.get(letter, letter) for letter in word))
        elif kind == 2:
            words.append(f"Ü{word}" if below(2) else word.capitalize())
        else:
            words.append(word)
    return " ".join(words)


def japanese() -> str:
    """Runs of kana and kanji between ASCII and ideographic blanks and stops, with Latin and full-width words among them."""
    below = numbers(3)
    words = []
    for _ in range(24_000):
        kind = below(10)
        if kind == 0:
            words.append(("Linux", "printf(3)", "GNU", "--help", "UTF-8", "and", "ＵＴＦ")[below(7)])
        else:
            length = 1 + below(4) if kind < 6 else 3 + below(20)
            first, size = (0x3042, 82) if kind % 3 else (0x4E00, 900)
            words.append("".join(chr(first + below(below(size) + 1)) for _ in range(length)) + "。" * (kind == 9))
        words.append("\u3000" if below(3) == 0 else "\n" if below(8) == 0 else " ")
    return "".join(words)


def short() -> str:
    """Documents of one to eight words, one a line."""
    below = numbers(4)
    words = book(400_000).split()
    lines, first = [], 0
    while first < len(words):
        n = 1 + below(8)
        lines.append(" ".join(words[first : first + n]))
        first += n
    return "\n".join(lines) + "\n"


class Text(NamedTuple):
    make: Callable[[], str]
    options: tuple[str, ...] = ()


TEXTS = {
    "english": Text(english),
    "distinct": Text(distinct),
    "german": Text(german),
    "japanese": Text(japanese),
    "short documents": Text(short, ("--lines",)),
}


# ---- Counting --------------------------------------------------------------------------------------------------------


def instructions(program: Path, text: Path, variant: str, options: tuple[str, ...]) -> int | None:
    """How many instructions one round takes; None if this machine does not have the variant."""
    count = [program, text, "--rounds", "1", "--fixed-key", "--simd", variant, *options]
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch, "callgrind.out")
        callgrind = ["valgrind", "--tool=callgrind", "--toggle-collect=count_once", f"--callgrind-out-file={out}"]
        done = subprocess.run([*callgrind, *count], capture_output=True, text=True, check=False)
        if done.returncode == 1 and "no such instruction set" in done.stderr:
            return None
        if done.returncode != 0:
            sys.exit(f"{shlex.join(map(str, count))} failed under callgrind:\n{done.stderr}")
        total = re.search(r"^totals: (\d+)", out.read_text(encoding="utf-8"), re.MULTILINE)
    if total is None or int(total[1]) == 0:
        sys.exit("callgrind has counted nothing: it looks for a function count_once")
    return int(total[1])


def measure(program: Path) -> tuple[Figures, dict[str, int]]:
    """Return the instructions per byte, and a checksum of each text, which says whether two figures can be compared."""
    figures: Figures = {}
    checksums = {}
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch, "text")
        for name, text in TEXTS.items():
            encoded = text.make().encode()
            path.write_bytes(encoded)
            checksums[name] = zlib.crc32(encoded)
            for variant in VARIANTS:
                found = instructions(program, path, variant, text.options)
                if found is not None:
                    figures.setdefault(variant, {})[name] = round(found / len(encoded), 4)
    return figures, checksums


def compiler_name(command: str) -> str:
    """Name and version of a compiler and what it compiles for, as in ``gcc-12.2-x86_64``."""
    asked = [*shlex.split(command), "-dM", "-E", "-x", "c", "/dev/null"]
    printed = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    macros = dict(re.findall(r"^#define (\w+) (.*)$", printed, re.MULTILINE))
    prefix, name = ("__clang_", "clang") if "__clang__" in macros else ("__GNUC_", "gcc")
    major = macros["__clang_major__" if name == "clang" else "__GNUC__"]
    minor = macros["__clang_minor__" if name == "clang" else f"{prefix}MINOR__"]
    machine = next((kind for kind in ("x86_64", "aarch64") if f"__{kind}__" in macros), "other")
    return f"{name}-{major}.{minor}-{machine}"


def compare(kept: Figures, found: Figures) -> tuple[list[str], bool, bool]:
    """A line for each figure, and whether any is more, or less, than kept by more than the slack."""
    lines = []
    is_worse = is_better = False
    for variant, figures in found.items():
        for text, now in figures.items():
            before = kept.get(variant, {}).get(text)
            if before is None:
                lines.append(f"{variant:6} {text:16} {now:8.3f}")
                continue
            change = now / before - 1
            verdict = "  WORSE" if change > SLACK else "  better" if change < -SLACK else ""
            is_worse |= change > SLACK
            is_better |= change < -SLACK
            lines.append(f"{variant:6} {text:16} {now:8.3f} {before:8.3f} {change:+7.1%}{verdict}")
    return lines, is_worse, is_better


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=Path)
    parser.add_argument("--compiler", default="cc", help="what the program was compiled with (cc)")
    parser.add_argument("--update", action="store_true", help="keep what is found instead of comparing it")
    options = parser.parse_args(arguments)
    name = compiler_name(options.compiler)
    path = KEPT / f"{name}.json"
    if not options.update and not path.exists():
        known = ", ".join(sorted(kept.stem for kept in KEPT.glob("*.json"))) or "none"
        print(f"nothing is kept for {name} (known: {known}); `make instructions-update` would change that")
        return 0
    figures, checksums = measure(options.program)
    if options.update:
        path.parent.mkdir(exist_ok=True)
        content = {"compiler": name, "texts": checksums, "instructions_per_byte": figures}
        path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        print("\n".join(compare({}, figures)[0]))
        print(f"kept in {path.relative_to(ROOT)}")
        return 0
    kept = json.loads(path.read_text(encoding="utf-8"))
    changed = [text for text in checksums if checksums[text] != kept["texts"].get(text)]
    if changed:
        print(f"not the texts that {path.name} was made with: {', '.join(changed)}; `make instructions-update` keeps anew")
        return 1
    lines, is_worse, is_better = compare(kept["instructions_per_byte"], figures)
    print(f"instructions per byte, {name}: found, kept, change")
    print("\n".join(lines))
    if is_worse:
        print(f"more than {SLACK:.0%} above what is kept: find out why, or keep it by `make instructions-update`, and say why")
    elif is_better:
        print(f"more than {SLACK:.0%} below what is kept: keep that by `make instructions-update`")
    return 1 if is_worse else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
