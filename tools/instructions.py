"""Count the instructions that the core takes for a byte of text, under callgrind, and compare them with those that are kept.

    python tools/instructions.py COUNT ENCODE [--compiler CC] [--update]

COUNT and ENCODE are the programs made of benchmarks/c/count.c and encode.c. Times vary, instructions do not: with a fixed hash
key and fixed texts, the same program takes the same number in each run, on any machine with these instructions. The texts are
made here, from examples/kjv.txt and from a random sequence that never changes. valgrind does not know AVX-512, so only plain C
and AVX2 are measured.

The figures are kept in benchmarks/instructions/, in one file for each version of a compiler and kind of processor. An unknown
compiler is named and passes. More than 1 % above the kept figure is a failure; more than 1 % below asks for
`make instructions-update`, so that the next change is compared with what was reached.
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
from itertools import product
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "benchmarks" / "instructions"
VARIANTS = ("plain", "avx2")
SLACK = 0.01

# By variant, then by the name of the work and the text.
Figures = dict[str, dict[str, float]]


# ---- The texts -------------------------------------------------------------------------------------------------------


def book(n_characters: int) -> str:
    text = (ROOT / "examples" / "kjv.txt").read_text(encoding="utf-8")
    return text[: text.index("\n", n_characters) + 1]


def numbers(seed: int) -> Callable[[int], int]:
    """Return a function that gives the next number below a limit. Python promises that this sequence never changes."""
    draw = random.Random(seed).random
    return lambda limit: int(draw() * limit)


def english() -> str:
    return book(800_000)


def distinct() -> str:
    """Return 60,000 different words, each once, and then as many words drawn from them, the first ones more often."""
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
    """Return the book with ä, ö, ü and ß for a, o, u and s in a third of its words, and with more capital letters."""
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
    """Return runs of kana and kanji between ASCII and ideographic blanks and stops, and some Latin and full-width words."""
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
    """Return documents of one to eight words, one on each line."""
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


# What is measured of each text: the functions of the first and of the second program, and the names of their figures.
COUNTING = {"count_once": "{}"}
ENCODING = {"train_once": "train {}", "encode_once": "encode {}"}


def works_on(name: str) -> tuple[dict[str, str], ...]:
    """Return what each program does with a text; documents that are lines are only counted."""
    return (COUNTING,) if TEXTS[name].options else (COUNTING, ENCODING)


def figure_names() -> list[str]:
    """Return the names of all figures."""
    return [figure.format(name) for name in TEXTS for work in works_on(name) for figure in work.values()]


def instructions(command: list[str | Path], functions: list[str]) -> list[int] | None:
    """Return how many instructions each function takes, called in this order; None if the machine does not have the variant."""
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch, "callgrind.out")
        callgrind = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}"]
        callgrind += [f"--toggle-collect={function}" for function in functions]
        callgrind += [f"--dump-after={function}" for function in functions[:-1]]
        done = subprocess.run([*callgrind, *command], capture_output=True, text=True, check=False)
        if done.returncode == 1 and "no such instruction set" in done.stderr:
            return None
        if done.returncode != 0:
            sys.exit(f"{shlex.join(map(str, command))} failed under callgrind:\n{done.stderr}")
        dumps = [*(Path(f"{out}.{i}") for i in range(1, len(functions))), out]
        return [total_in(dump, function) for dump, function in zip(dumps, functions, strict=True)]


def total_in(dump: Path, function: str) -> int:
    """Return the number of instructions in a file that callgrind has written after a function."""
    total = re.search(r"^totals: (\d+)", dump.read_text(encoding="utf-8"), re.MULTILINE)
    if total is None or int(total[1]) == 0:
        sys.exit(f"callgrind has counted nothing: it looks for a function {function}")
    return int(total[1])


def measure(count: Path, encode: Path) -> tuple[Figures, dict[str, int]]:
    """Return the instructions per byte, and a checksum of each text, which says whether two figures can be compared."""
    figures: Figures = {}
    checksums = {}
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch, "text")
        for name, text in TEXTS.items():
            encoded = text.make().encode()
            path.write_bytes(encoded)
            checksums[name] = zlib.crc32(encoded)
            commands = ([count, path, "--rounds", "1", "--fixed-key", *text.options], [encode, path])
            for variant, (command, work) in product(VARIANTS, zip(commands, works_on(name), strict=False)):
                found = instructions([*command, "--simd", variant], list(work))
                for figure, n in zip(work.values(), found or (), strict=False):
                    figures.setdefault(variant, {})[figure.format(name)] = round(n / len(encoded), 4)
    return figures, checksums


def compiler_name(command: str) -> str:
    """Return the name and version of a compiler, and what it compiles for, as in ``gcc-12.2-x86_64``."""
    asked = [*shlex.split(command), "-dM", "-E", "-x", "c", "/dev/null"]
    printed = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    macros = dict(re.findall(r"^#define (\w+) (.*)$", printed, re.MULTILINE))
    prefix, name = ("__clang_", "clang") if "__clang__" in macros else ("__GNUC_", "gcc")
    major = macros["__clang_major__" if name == "clang" else "__GNUC__"]
    minor = macros["__clang_minor__" if name == "clang" else f"{prefix}MINOR__"]
    machine = next((kind for kind in ("x86_64", "aarch64") if f"__{kind}__" in macros), "other")
    return f"{name}-{major}.{minor}-{machine}"


def compare(kept: Figures, found: Figures) -> tuple[list[str], bool, bool]:
    """Return a line for each figure, and whether any is above, and any below, what is kept by more than the slack."""
    lines = []
    is_worse = is_better = False
    for variant, figures in found.items():
        for text, now in figures.items():
            before = kept.get(variant, {}).get(text)
            if before is None:
                lines.append(f"{variant:6} {text:22} {now:8.3f}")
                continue
            change = now / before - 1
            verdict = "  WORSE" if change > SLACK else "  better" if change < -SLACK else ""
            is_worse |= change > SLACK
            is_better |= change < -SLACK
            lines.append(f"{variant:6} {text:22} {now:8.3f} {before:8.3f} {change:+7.1%}{verdict}")
    return lines, is_worse, is_better


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=Path)
    parser.add_argument("encode", type=Path)
    parser.add_argument("--compiler", default="cc", help="the compiler of the programs (cc)")
    parser.add_argument("--update", action="store_true", help="keep the figures instead of comparing them")
    options = parser.parse_args(arguments)
    name = compiler_name(options.compiler)
    path = KEPT / f"{name}.json"
    if not options.update and not path.exists():
        known = ", ".join(sorted(kept.stem for kept in KEPT.glob("*.json"))) or "none"
        print(f"nothing is kept for {name} (known: {known}); `make instructions-update` would change that")
        return 0
    figures, checksums = measure(options.count, options.encode)
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
        print(f"not the texts that {path.name} was made with: {', '.join(changed)}; `make instructions-update` makes it again")
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
