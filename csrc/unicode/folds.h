/* Made by tools/generate_case_tables.py from the Unicode Character Database 17.0.0 and older ones. Do not edit.
 * Data (c) Unicode, Inc., under the Unicode License v3, https://www.unicode.org/license.txt */

#ifndef TEXTPROC_UNICODE_FOLDS_H
#define TEXTPROC_UNICODE_FOLDS_H

#include <stdint.h>

/* Full case folding. No character folded otherwise in an older version, except that it was not assigned. */
typedef struct tp_fold_record {
    int32_t delta;     /* what to add to the code point for what it folds to, unless that is several characters */
    uint16_t since;    /* the version, major << 8 | minor, from which on it folds; 0: always */
    uint8_t expansion; /* the number of these characters; 0: there are none */
} tp_fold_record;

/* What folds to several characters: the number of bytes, and UTF-8. */
extern const uint8_t tp_fold_expansions[74][7];

/* For each byte whether some character that begins with it folds to something else; of ASCII no letter does here. */
extern const uint8_t tp_fold_leads[256];

/* Code points from TP_FOLD_RECORD_LOW_END to TP_FOLD_RECORD_HIGH_START, and those from TP_FOLD_RECORD_HIGH_END on,
 * have no property and no mapping, and the tables leave them out. */
#define TP_FOLD_RECORD_SHIFT 6
#define TP_FOLD_RECORD_LOW_END 0x16EC0u
#define TP_FOLD_RECORD_HIGH_START 0x1E900u
#define TP_FOLD_RECORD_HIGH_END 0x1E940u

extern const uint16_t tp_fold_record_starts[1468];
extern const uint8_t tp_fold_record_numbers[2969];
extern const tp_fold_record tp_fold_record_records[176];

/* The record of any number whatever; what is no code point gets the record of plain characters. */
static inline tp_fold_record tp_fold_record_of(uint32_t code_point)
{
    uint32_t position = code_point;
    if (code_point >= TP_FOLD_RECORD_LOW_END) {
        if (code_point < TP_FOLD_RECORD_HIGH_START || code_point >= TP_FOLD_RECORD_HIGH_END) return tp_fold_record_records[0];
        position = code_point - TP_FOLD_RECORD_HIGH_START + TP_FOLD_RECORD_LOW_END;
    }
    uint32_t start = tp_fold_record_starts[position >> TP_FOLD_RECORD_SHIFT];
    uint32_t within = position & ((1u << TP_FOLD_RECORD_SHIFT) - 1);
    return tp_fold_record_records[tp_fold_record_numbers[start + within]];
}

#endif
