#!/usr/bin/env python3
"""Generate csrc/unicode/normal_tables.{h,c}: the normal forms of Unicode, with the age of each character that they touch.

The data are the files of the Unicode Character Database as Debian's package `unicode-data` has them:

    apt-get download unicode-data=17.0.0-2
    dpkg-deb -x unicode-data_17.0.0-2_all.deb unpacked
    python tools/generate_normal_tables.py unpacked/usr/share/unicode

With ``--check`` nothing is written; the exit status says whether the committed files are what this script makes (0) or not (1).

The tables serve for every version of Unicode from OLDEST on: what is normalized then stays normalized, so an older version is
the newest one in which younger characters are not assigned. What this rests on is checked here.
"""

from __future__ import annotations

import argparse
import itertools
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from generate_unicode_tables import CODE_POINT_COUNT, TARGET_FOLDER, rows, shape, smallest_tables, write_or_check

UNICODE_VERSION = "17.0.0"

# Normalization is stable from this version on (Unicode Standard Annex #15, section 3); before it, mappings were corrected.
OLDEST = (4, 1)

Version = tuple[int, int]
Mapping = dict[int, tuple[int, ...]]

FORMS = ("NFC", "NFD", "NFKC", "NFKD")

# Hangul syllables are computed (Unicode Standard, section 3.12). The numbers stand in normalize.c, too.
SYLLABLES = range(0xAC00, 0xAC00 + 11172)
VOWELS = range(0x1161, 0x1161 + 21)
TRAILING = range(0x11A8, 0x11A8 + 27)


class Database:
    """What the files say."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        first = (folder / "DerivedAge.txt").read_text(encoding="utf-8").partition("\n")[0]
        if first != f"# DerivedAge-{UNICODE_VERSION}.txt":
            raise SystemExit(f"{folder} is not of Unicode {UNICODE_VERSION}: its ages begin with {first!r}")
        self.combining_class: dict[int, int] = {}
        self.canonical: Mapping = {}
        self.compatible: Mapping = {}
        for code_point, fields in self.lines("UnicodeData.txt"):
            if fields[2] != "0":
                self.combining_class[code_point] = int(fields[2])
            if mapping := re.sub("<.*> ", "", fields[4]):
                self.compatible[code_point] = tuple(int(part, 16) for part in mapping.split())
                if mapping == fields[4]:
                    self.canonical[code_point] = self.compatible[code_point]
        self.age: dict[int, Version] = {}
        for code_point, [age] in self.lines("DerivedAge.txt"):
            major, _, minor = age.partition(".")
            self.age[code_point] = int(major), int(minor)
        properties = list(self.lines("DerivedNormalizationProps.txt"))
        self.is_excluded = {code_point for code_point, fields in properties if fields == ["Full_Composition_Exclusion"]}
        self.may_change = {
            form: {code_point for code_point, fields in properties if fields[0] == f"{form}_QC"} for form in FORMS
        }

    def lines(self, name: str) -> Iterator[tuple[int, list[str]]]:
        """The fields that a file has for each code point."""
        for line in (self.folder / name).read_text(encoding="utf-8").splitlines():
            head, *fields = (field.strip() for field in line.partition("#")[0].split(";"))
            if head and not (fields and fields[0].startswith("<") and fields[0].endswith(("First>", "Last>"))):
                first, _, last = head.partition("..")
                for code_point in range(int(first, 16), int(last or first, 16) + 1):
                    yield code_point, fields

    def decomposed(self, code_point: int, mapping: Mapping) -> tuple[int, ...]:
        """The full decomposition, whose marks are in canonical order."""
        if code_point not in mapping:
            return (code_point,)
        found = tuple(each for part in mapping[code_point] for each in self.decomposed(part, mapping))
        classes = [self.combining_class.get(each, 0) for each in found]
        if any(later and earlier > later for earlier, later in itertools.pairwise(classes)):
            raise SystemExit(f"the decomposition of U+{code_point:04X} is not in canonical order")
        return found

    def composites(self) -> dict[tuple[int, int], int]:
        """What two characters become."""
        pairs: dict[tuple[int, int], int] = {}
        for code_point, parts in self.canonical.items():
            if code_point not in self.is_excluded:
                first, second = parts
                pairs[first, second] = code_point
        return pairs


def check_ages(data: Database) -> None:
    """An older version differs in what is not assigned, and in nothing else."""
    for code_point, parts in data.compatible.items():
        if max(data.age[part] for part in parts) > max(data.age[code_point], OLDEST):
            raise SystemExit(f"U+{code_point:04X} is older than what it decomposes to")
    for pair, composite in data.composites().items():
        if data.age[composite] > max(*(data.age[part] for part in pair), OLDEST):
            raise SystemExit(f"U+{composite:04X} is younger than what it is composed of")


class Class(NamedTuple):
    """What the quick check looks at: a bit for each form."""

    changes: int = 0  # the form has not this character, or not in all surroundings
    joins: int = 0  # it may change, or change places, together with what stands before it
    combining_class: int = 0
    age: int = 0  # of those that join


@dataclass(frozen=True)
class Record:
    """How a character decomposes and composes."""

    canonical: tuple[int, ...] = ()
    compatible: tuple[int, ...] = ()
    combining_class: int = 0
    age: int = 0
    row: int = 0
    column: int = 0


def age_number(data: Database, code_point: int, versions: list[Version]) -> int:
    return versions.index(max(data.age[code_point], OLDEST))


def read_classes(data: Database, versions: list[Version]) -> list[Class]:
    seconds = {second for _, second in data.composites()} | {*VOWELS, *TRAILING}
    classes = [Class()] * CODE_POINT_COUNT
    for code_point in range(CODE_POINT_COUNT):
        changes = joins = 0
        for bit, form in enumerate(FORMS):
            first = data.decomposed(code_point, data.compatible if "K" in form else data.canonical)[0]
            changes |= (code_point in data.may_change[form]) << bit
            joins |= (first in data.combining_class or (form.endswith("C") and first in seconds)) << bit
        combining_class = data.combining_class.get(code_point, 0)
        if not combining_class and joins & ~changes:
            raise SystemExit(f"U+{code_point:04X} joins what stands before it, and the quick check does not see it")
        age = age_number(data, code_point, versions) if joins else 0
        classes[code_point] = Class(changes, joins, combining_class, age)
    return classes


def place_pairs(pairs: dict[tuple[int, int], int]) -> tuple[dict[int, int], dict[int, int], list[tuple[int, int]]]:
    """A row for each first character and a column for each second: at the sum of both stand the first one and the composite.

    The rows lie on each other, shifted so that no two need the same place. Rows and columns begin with 1.
    """
    by_first: dict[int, dict[int, int]] = defaultdict(dict)
    n_firsts: dict[int, int] = defaultdict(int)
    for (first, second), composite in pairs.items():
        by_first[first][second] = composite
        n_firsts[second] += 1
    columns = {second: 1 + i for i, second in enumerate(sorted(n_firsts, key=lambda second: (-n_firsts[second], second)))}
    rows_of: dict[int, int] = {}
    placed: dict[int, tuple[int, int]] = {}
    for first in sorted(by_first, key=lambda first: (-len(by_first[first]), first)):
        row = 1
        while any(row + columns[second] in placed for second in by_first[first]):
            row += 1
        rows_of[first] = row
        placed |= {row + columns[second]: (first, composite) for second, composite in by_first[first].items()}
    # A first character may meet every second one.
    n_places = max(rows_of.values()) + max(columns.values()) + 1
    return rows_of, columns, [placed.get(place, (0, 0)) for place in range(n_places)]


def read_records(data: Database, versions: list[Version]) -> tuple[list[Record], list[tuple[int, int]]]:
    rows_of, columns, pairs = place_pairs(data.composites())
    records = [Record()] * CODE_POINT_COUNT
    for code_point in {*data.combining_class, *data.compatible, *rows_of, *columns}:
        records[code_point] = Record(
            data.decomposed(code_point, data.canonical) if code_point in data.canonical else (),
            data.decomposed(code_point, data.compatible) if code_point in data.compatible else (),
            data.combining_class.get(code_point, 0),
            age_number(data, code_point, versions),
            rows_of.get(code_point, 0),
            columns.get(code_point, 0),
        )
    aged = [(first, composite and age_number(data, composite, versions) << 24 | composite) for first, composite in pairs]
    return records, aged


def pack(decompositions: set[tuple[int, ...]]) -> str:
    """A text that contains each of these, the longest ones first."""
    packed = ""
    for each in sorted(decompositions, key=lambda each: (-len(each), each)):
        text = "".join(map(chr, each))
        if text not in packed:
            overlap = max(length for length in range(len(text)) if packed.endswith(text[:length]))
            packed += text[overlap:]
    return packed


def suspicious_leads(classes: list[Class]) -> list[list[int]]:
    """For each form and each low half of a byte: which of the bytes C, D, E, F begin characters that may change or move."""
    leads = [[0] * 16 for _ in FORMS]
    for code_point, each in enumerate(classes):
        if code_point >= 0x80 and code_point not in range(0xD800, 0xE000):
            lead = chr(code_point).encode()[0]
            for form, of_form in enumerate(leads):
                of_form[lead & 15] |= (each.changes >> form & 1 or each.combining_class > 0) << ((lead >> 4) - 12)
    if any(each != Class() for each in classes[:0x80]):
        raise SystemExit("a character of ASCII changes")
    return leads


NOTICE = f"""\
/* Made by tools/generate_normal_tables.py from the Unicode Character Database {UNICODE_VERSION}. Do not edit.
 * Data (c) Unicode, Inc., under the Unicode License v3, https://www.unicode.org/license.txt */
"""

HEADER = """\
{notice}
#ifndef TEXTPROC_UNICODE_NORMAL_TABLES_H
#define TEXTPROC_UNICODE_NORMAL_TABLES_H

#include <stdint.h>

#define TP_NORMAL_UNICODE_VERSION "{version}"

/* ---- Ages: versions, major << 8 | minor, are numbered from 0, which is the oldest that can be asked for and all before it. */

#define TP_NORMAL_N_AGES {n_ages}
extern const uint16_t tp_normal_ages[TP_NORMAL_N_AGES];

/* ---- Quick check. Bit f of a set belongs to the form with the number f: 0 is NFC, 1 NFD, 2 NFKC, 3 NFKD. */

typedef struct tp_normal_class {{
    uint8_t changes; /* the forms that the character is not in, or not in all surroundings */
    uint8_t joins;   /* those in which it may change, or change places, together with what stands before it */
    uint8_t combining_class;
    uint8_t age; /* of those that join; of others 0 */
}} tp_normal_class;

/* Of each form: bit h of the item with the number n tells of the byte 0xC0 + 16 * h + n whether a character that may change or
 * has a combining class begins with it. No byte below 0xC0 begins such a character. */
extern const uint8_t tp_normal_leads[4][16];

{class_shape}
extern const uint16_t tp_normal_class_starts[{class_starts_length}];
extern const uint8_t tp_normal_class_numbers[{class_values_length}];
extern const tp_normal_class tp_normal_classes[{n_classes}];

/* The number of the class of any number whatever. 0 is the class of characters that nothing happens to. */
static inline uint8_t tp_normal_class_of(uint32_t code_point)
{{
    uint32_t position = code_point;
    if (code_point >= TP_NORMAL_CLASS_LOW_END) {{
        if (code_point < TP_NORMAL_CLASS_HIGH_START || code_point >= TP_NORMAL_CLASS_HIGH_END) return 0;
        position = code_point - TP_NORMAL_CLASS_HIGH_START + TP_NORMAL_CLASS_LOW_END;
    }}
    uint32_t start = tp_normal_class_starts[position >> TP_NORMAL_CLASS_SHIFT];
    return tp_normal_class_numbers[start + (position & ((1u << TP_NORMAL_CLASS_SHIFT) - 1))];
}}

/* ---- Decomposition and composition; Hangul syllables are not in these tables. */

typedef struct tp_normal_record {{
    uint16_t canonical, compatible; /* where in tp_normal_parts the full decomposition begins */
    uint16_t row;                   /* as the first of two that compose; 0: it never is */
    uint8_t canonical_length, compatible_length; /* 0: it does not decompose */
    uint8_t combining_class;
    uint8_t age;
    uint8_t column; /* as the second of two that compose; 0: it never is */
}} tp_normal_record;

/* Two that compose have a place: the row of the first plus the column of the second. */
typedef struct tp_normal_pair {{
    uint32_t first;     /* 0: nobody's place */
    uint32_t composite; /* from the bit TP_NORMAL_AGE_BIT on its age */
}} tp_normal_pair;

#define TP_NORMAL_AGE_BIT 24

/* A code point, from the bit TP_NORMAL_CLASS_BIT on its combining class. */
#define TP_NORMAL_CLASS_BIT 21
extern const uint32_t tp_normal_parts[{n_parts}];
extern const tp_normal_pair tp_normal_pairs[{n_pairs}];

{record_shape}
extern const uint16_t tp_normal_record_starts[{record_starts_length}];
extern const uint16_t tp_normal_record_numbers[{record_values_length}];
extern const tp_normal_record tp_normal_records[{n_records}];

/* The record of any number whatever; the first one is that of characters that nothing happens to. */
static inline const tp_normal_record *tp_normal_record_of(uint32_t code_point)
{{
    uint32_t position = code_point;
    if (code_point >= TP_NORMAL_RECORD_LOW_END) {{
        if (code_point < TP_NORMAL_RECORD_HIGH_START || code_point >= TP_NORMAL_RECORD_HIGH_END) return tp_normal_records;
        position = code_point - TP_NORMAL_RECORD_HIGH_START + TP_NORMAL_RECORD_LOW_END;
    }}
    uint32_t start = tp_normal_record_starts[position >> TP_NORMAL_RECORD_SHIFT];
    return &tp_normal_records[tp_normal_record_numbers[start + (position & ((1u << TP_NORMAL_RECORD_SHIFT) - 1))]];
}}

#endif
"""

SHAPE = """\
#define TP_NORMAL_{name}_SHIFT {shift}
#define TP_NORMAL_{name}_LOW_END 0x{low_end:04X}u
#define TP_NORMAL_{name}_HIGH_START 0x{high_start:04X}u
#define TP_NORMAL_{name}_HIGH_END 0x{high_end:04X}u
"""


def array(kind: str, name: str, items: list[str], separator: str = ",") -> str:
    return f"\nconst {kind} tp_normal_{name}[{len(items)}] = {{\n{rows(items, separator)}\n}};\n"


def render(data: Database) -> dict[Path, str]:
    versions = sorted({version for version in data.age.values() if version >= OLDEST})
    classes, (records, pairs) = read_classes(data, versions), read_records(data, versions)
    class_number = {each: number for number, each in enumerate(dict.fromkeys([Class(), *classes]))}
    record_number = {each: number for number, each in enumerate(dict.fromkeys([Record(), *records]))}
    class_tables = smallest_tables([class_number[each] for each in classes])
    record_tables = smallest_tables([record_number[each] for each in records], 2)
    parts = pack({text for each in records for text in (each.canonical, each.compatible) if text})

    def place(decomposition: tuple[int, ...]) -> int:
        return parts.index("".join(map(chr, decomposition)))

    def record_row(each: Record) -> str:
        numbers = [place(each.canonical), place(each.compatible), each.row, len(each.canonical), len(each.compatible)]
        return "{" + ",".join(map(str, [*numbers, each.combining_class, each.age, each.column])) + "}"

    lengths = {
        "n_ages": len(versions),
        "n_classes": len(class_number),
        "n_records": len(record_number),
        "n_parts": len(parts),
        "n_pairs": len(pairs),
        "class_starts_length": len(class_tables.starts),
        "class_values_length": len(class_tables.values),
        "record_starts_length": len(record_tables.starts),
        "record_values_length": len(record_tables.values),
    }
    header = HEADER.format(
        notice=NOTICE,
        version=UNICODE_VERSION,
        class_shape=SHAPE.format(name="CLASS", **shape(class_tables)),
        record_shape=SHAPE.format(name="RECORD", **shape(record_tables)),
        **lengths,
    )
    packed = [str(data.combining_class.get(ord(part), 0) << 21 | ord(part)) for part in parts]
    source = "".join(
        [
            f'{NOTICE}\n#include "unicode/normal_tables.h"\n',
            array("uint16_t", "ages", [f"0x{major << 8 | minor:04X}" for major, minor in versions]),
            "\nconst uint8_t tp_normal_leads[4][16] = {\n",
            *(f"    {{{','.join(map(str, of_form))}}},\n" for of_form in suspicious_leads(classes)),
            "};\n",
            array("uint16_t", "class_starts", list(map(str, class_tables.starts))),
            array("uint8_t", "class_numbers", list(map(str, class_tables.values))),
            array("tp_normal_class", "classes", [f"{{{','.join(map(str, each))}}}" for each in class_number], ", "),
            array("uint32_t", "parts", packed),
            array("tp_normal_pair", "pairs", [f"{{{first},{composite}}}" for first, composite in pairs], ", "),
            array("uint16_t", "record_starts", list(map(str, record_tables.starts))),
            array("uint16_t", "record_numbers", list(map(str, record_tables.values))),
            array("tp_normal_record", "records", list(map(record_row, record_number)), ", "),
        ]
    )
    print(
        f"Unicode {UNICODE_VERSION}: {class_tables.nbytes} bytes and {len(class_number)} classes, {record_tables.nbytes} bytes "
        f"and {len(record_number)} records, {len(parts)} parts, {len(pairs)} places of pairs"
    )
    return {TARGET_FOLDER / "normal_tables.h": header, TARGET_FOLDER / "normal_tables.c": source}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, help="the files of the Unicode Character Database")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if the committed files differ")
    arguments = parser.parse_args()
    data = Database(arguments.folder)
    check_ages(data)
    return int(write_or_check(render(data), arguments.check))


if __name__ == "__main__":
    sys.exit(main())
