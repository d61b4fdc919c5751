/* Made by tools/generate_case_tables.py from the Unicode Character Database 17.0.0 and older ones. Do not edit.
 * Data (c) Unicode, Inc., under the Unicode License v3, https://www.unicode.org/license.txt */

#ifndef TEXTPROC_UNICODE_TABLES_H
#define TEXTPROC_UNICODE_TABLES_H

#include <stdint.h>

#define TP_UNICODE_VERSION "17.0.0"

/* Bits of tp_character.properties. */
#define TP_CASED 1u          /* property Cased */
#define TP_CASE_IGNORABLE 2u /* property Case_Ignorable */
#define TP_SPACE 4u          /* str.split parts words here */
#define TP_LOWER_SPECIAL 8u  /* lowering is more than adding lower_delta: U+0130 and U+03A3 */
#define TP_UPPERCASE 16u     /* property Uppercase; what is cased without it is lower case or title case */

typedef struct tp_character {
    int32_t lower_delta; /* what to add to the code point for its simple lower-case mapping */
    uint16_t properties;
    uint16_t since; /* the version, major << 8 | minor, from which on this is so; 0: always */
} tp_character;

/* Code points from TP_CHARACTER_LOW_END to TP_CHARACTER_HIGH_START, and those from TP_CHARACTER_HIGH_END on,
 * have no property and no mapping, and the tables leave them out. */
#define TP_CHARACTER_SHIFT 5
#define TP_CHARACTER_LOW_END 0x1F400u
#define TP_CHARACTER_HIGH_START 0xE0000u
#define TP_CHARACTER_HIGH_END 0xE0200u

extern const uint16_t tp_character_starts[4016];
extern const uint8_t tp_character_numbers[7635];
extern const tp_character tp_character_records[106];

/* The record of any number whatever; what is no code point gets the record of plain characters. */
static inline tp_character tp_character_of(uint32_t code_point)
{
    uint32_t position = code_point;
    if (code_point >= TP_CHARACTER_LOW_END) {
        if (code_point < TP_CHARACTER_HIGH_START || code_point >= TP_CHARACTER_HIGH_END) return tp_character_records[0];
        position = code_point - TP_CHARACTER_HIGH_START + TP_CHARACTER_LOW_END;
    }
    uint32_t start = tp_character_starts[position >> TP_CHARACTER_SHIFT];
    uint32_t within = position & ((1u << TP_CHARACTER_SHIFT) - 1);
    return tp_character_records[tp_character_numbers[start + within]];
}

/* What some characters were before the version that their record names; of each the newest first. Others were plain. */
typedef struct tp_older_character {
    uint32_t code_point;
    tp_character character;
} tp_older_character;

#define TP_N_OLDER_CHARACTERS 7
extern const tp_older_character tp_older_characters[TP_N_OLDER_CHARACTERS];

#endif
