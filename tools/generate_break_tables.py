#!/usr/bin/env python3
"""Generate csrc/unicode/breaks.{h,c}: what Unicode Standard Annex #29 asks of a character to find words, sentences, graphemes.

Beside them the standard's own tests of these rules are put into tests/data, without the comments; with ``--older`` also
those of older versions.

The data are the files that tools/generate_normal_tables.py names, of the same version. With ``--check`` nothing is written; the
exit status says whether the committed files are what this script makes (0) or not (1).
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import NamedTuple

from generate_normal_tables import UNICODE_VERSION, Database
from generate_unicode_tables import CODE_POINT_COUNT, ROOT, TARGET_FOLDER, rows, shape, smallest_tables, write_or_check

OLDER_VERSIONS = ("15.0.0", "15.1.0", "16.0.0")
TESTS_FOLDER = ROOT / "tests" / "data"

# The values of each property, numbered in this order. What the files do not name is Other.
WORD = (
    *("Other", "CR", "LF", "Newline", "Extend", "ZWJ", "Format", "Katakana", "Hebrew_Letter", "ALetter", "Single_Quote"),
    *("Double_Quote", "MidNumLet", "MidLetter", "MidNum", "Numeric", "ExtendNumLet", "Regional_Indicator", "WSegSpace"),
)
SENTENCE = (
    *("Other", "CR", "LF", "Sep", "Extend", "Format", "Sp", "Lower", "Upper", "OLetter", "Numeric", "ATerm", "SContinue"),
    *("STerm", "Close"),
)
GRAPHEME = (
    *("Other", "CR", "LF", "Control", "Extend", "ZWJ", "Regional_Indicator", "Prepend", "SpacingMark", "L", "V", "T", "LV"),
    "LVT",
)

# Bits beside the number of a word's class and of a grapheme's.
PICTOGRAPH = 0x20
WORD_LIKE = 0x40
CONJUNCTS = {"Extend": 0x40, "Consonant": 0x80, "Linker": 0xC0}


class Breaks(NamedTuple):
    """All that the rules ask of one character; equal ones share a record."""

    word: int = 0
    sentence: int = 0
    grapheme: int = 0


def read_classes(data: Database, name: str, classes: tuple[str, ...]) -> list[int]:
    """The number of each character's class, by a file of the folder auxiliary."""
    numbers = [0] * CODE_POINT_COUNT
    for code_point, [value] in data.lines(f"auxiliary/{name}BreakProperty.txt"):
        numbers[code_point] = classes.index(value)
    return numbers


def read_breaks(data: Database) -> list[Breaks]:
    words, sentences = read_classes(data, "Word", WORD), read_classes(data, "Sentence", SENTENCE)
    graphemes = read_classes(data, "Grapheme", GRAPHEME)
    for code_point, fields in data.lines("emoji/emoji-data.txt"):
        if fields == ["Extended_Pictographic"]:
            words[code_point] |= PICTOGRAPH
            graphemes[code_point] |= PICTOGRAPH
    derived = [(code_point, fields) for code_point, fields in data.lines("DerivedCoreProperties.txt")]
    for code_point, fields in derived:
        if fields[0] == "InCB":
            graphemes[code_point] |= CONJUNCTS[fields[1]]
    numbers = {code_point for code_point, [value] in data.lines("extracted/DerivedGeneralCategory.txt") if value[0] == "N"}
    for code_point in numbers | {code_point for code_point, fields in derived if fields == ["Alphabetic"]}:
        words[code_point] |= WORD_LIKE
    return list(map(Breaks, words, sentences, graphemes))


NOTICE = f"""\
/* Made by tools/generate_break_tables.py from the Unicode Character Database {UNICODE_VERSION}. Do not edit.
 * Data (c) Unicode, Inc., under the Unicode License v3, https://www.unicode.org/license.txt */
"""

HEADER = """\
{notice}
#ifndef TEXTPROC_UNICODE_BREAKS_H
#define TEXTPROC_UNICODE_BREAKS_H

#include <stdint.h>

#define TP_BREAKS_UNICODE_VERSION "{version}"

/* The properties Word_Break, Sentence_Break and Grapheme_Cluster_Break. */
enum {{
{word}
}};

enum {{
{sentence}
}};

enum {{
{grapheme}
}};

/* Besides the class, a word's and a grapheme's number have bits. */
#define TP_BREAKS_CLASS 0x1Fu
#define TP_BREAKS_PICTOGRAPH 0x20u /* property Extended_Pictographic */
#define TP_BREAKS_WORD_LIKE 0x40u /* word: property Alphabetic, or general category N */

/* Grapheme: property Indic_Conjunct_Break. */
#define TP_BREAKS_CONJUNCT 0xC0u
#define TP_BREAKS_CONJUNCT_EXTEND 0x40u
#define TP_BREAKS_CONJUNCT_CONSONANT 0x80u
#define TP_BREAKS_CONJUNCT_LINKER 0xC0u

typedef struct tp_breaks {{
    uint8_t word, sentence, grapheme;
}} tp_breaks;

/* Code points from TP_BREAKS_LOW_END to TP_BREAKS_HIGH_START, and those from TP_BREAKS_HIGH_END on, have no class. */
#define TP_BREAKS_SHIFT {shift}
#define TP_BREAKS_LOW_END 0x{low_end:04X}u
#define TP_BREAKS_HIGH_START 0x{high_start:04X}u
#define TP_BREAKS_HIGH_END 0x{high_end:04X}u

extern const uint16_t tp_breaks_starts[{n_starts}];
extern const uint8_t tp_breaks_numbers[{n_values}];
extern const tp_breaks tp_breaks_records[{n_records}];

/* What is known of any number whatever; what is no code point has no class. */
static inline tp_breaks tp_breaks_of(uint32_t code_point)
{{
    uint32_t position = code_point;
    if (code_point >= TP_BREAKS_LOW_END) {{
        if (code_point < TP_BREAKS_HIGH_START || code_point >= TP_BREAKS_HIGH_END) return tp_breaks_records[0];
        position = code_point - TP_BREAKS_HIGH_START + TP_BREAKS_LOW_END;
    }}
    uint32_t start = tp_breaks_starts[position >> TP_BREAKS_SHIFT];
    return tp_breaks_records[tp_breaks_numbers[start + (position & ((1u << TP_BREAKS_SHIFT) - 1))]];
}}

#endif
"""


def enumerators(prefix: str, classes: tuple[str, ...]) -> str:
    return rows([f"TP_{prefix}_{name.upper()}" for name in classes], ", ")


def array(kind: str, name: str, items: list[str], separator: str = ",") -> str:
    return f"\nconst {kind} tp_breaks_{name}[{len(items)}] = {{\n{rows(items, separator)}\n}};\n"


def render(data: Database) -> dict[Path, str]:
    breaks = read_breaks(data)
    number = {each: i for i, each in enumerate(dict.fromkeys([Breaks(), *breaks]))}
    tables = smallest_tables([number[each] for each in breaks])
    header = HEADER.format(
        notice=NOTICE,
        version=UNICODE_VERSION,
        word=enumerators("WORD", WORD),
        sentence=enumerators("SENTENCE", SENTENCE),
        grapheme=enumerators("GRAPHEME", GRAPHEME),
        n_starts=len(tables.starts),
        n_values=len(tables.values),
        n_records=len(number),
        **shape(tables),
    )
    source = "".join(
        [
            f'{NOTICE}\n#include "unicode/breaks.h"\n',
            array("uint16_t", "starts", list(map(str, tables.starts))),
            array("uint8_t", "numbers", list(map(str, tables.values))),
            array("tp_breaks", "records", [f"{{{','.join(map(str, each))}}}" for each in number], ", "),
        ]
    )
    print(f"Unicode {UNICODE_VERSION}: {tables.nbytes} bytes and {len(number)} records")
    return {TARGET_FOLDER / "breaks.h": header, TARGET_FOLDER / "breaks.c": source}


TESTS_NOTICE = """\
# {name} of the Unicode Character Database {versions}, without its comments. Made by tools/generate_break_tables.py.
# Data (c) Unicode, Inc., under the Unicode License v3, https://www.unicode.org/license.txt
"""


# Unicode publishes its tests as text; they are also to be had as JSON.
TEST = re.compile(r"÷ [0-9A-F ×÷]+ ÷")


def read_tests(folder: Path, name: str) -> list[str]:
    [path] = (folder / "auxiliary").glob(f"{name}.*")
    return TEST.findall(path.read_text(encoding="utf-8"))


def tests(folder: Path, older: list[Path]) -> dict[Path, str]:
    found = {}
    for name in ("WordBreakTest", "SentenceBreakTest", "GraphemeBreakTest"):
        newest = read_tests(folder, name)
        found[TESTS_FOLDER / f"{name}.txt"] = TESTS_NOTICE.format(name=name, versions=UNICODE_VERSION) + _joined(newest)
        if older:
            versions = f"{', '.join(OLDER_VERSIONS)} (what that of {UNICODE_VERSION} has not)"
            lines = dict.fromkeys(line for each in older for line in read_tests(each, name))
            notice = TESTS_NOTICE.format(name=name, versions=versions)
            found[TESTS_FOLDER / f"{name}_older.txt"] = notice + _joined([line for line in lines if line not in {*newest}])
    return found


def _joined(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, help="the files of the Unicode Character Database")
    parser.add_argument(
        "--older", type=Path, nargs=len(OLDER_VERSIONS), default=[], metavar="FOLDER", help=f"of {', '.join(OLDER_VERSIONS)}"
    )
    parser.add_argument("--check", action="store_true", help="write nothing; fail if the committed files differ")
    arguments = parser.parse_args()
    return int(
        write_or_check({**render(Database(arguments.folder)), **tests(arguments.folder, arguments.older)}, arguments.check)
    )


if __name__ == "__main__":
    sys.exit(main())
