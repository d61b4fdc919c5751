/* Made by tools/generate_unicode_tables.py from the Unicode Character Database 16.0.0. Do not edit.
 * Data (c) Unicode, Inc., under the Unicode License v3, https://www.unicode.org/license.txt */

#ifndef TEXTPROC_UNICODE_CLASSES_H
#define TEXTPROC_UNICODE_CLASSES_H

#include <stdint.h>

/* The classes of a character: bits. Control characters and what is not assigned have none. */
#define TP_CLASS_LETTER 1u  /* categories L: what \p{L} matches */
#define TP_CLASS_NUMBER 2u  /* categories N */
#define TP_CLASS_SPACE 4u   /* property White_Space: what \s matches, line feed and carriage return too */
#define TP_CLASS_NEWLINE 8u /* line feed and carriage return */
#define TP_CLASS_UPPER 16u  /* categories Lu, Lt, Lm, Lo, M: so a mark is upper and lower, and no letter */
#define TP_CLASS_LOWER 32u  /* categories Ll, Lm, Lo, M */
#define TP_CLASS_SIGN 64u   /* categories P and S */
#define TP_CLASS_HAN 128u   /* script Han, of any category */

/* Code points from TP_CLASSES_LOW_END to TP_CLASSES_HIGH_START, and those from TP_CLASSES_HIGH_END on, have no class. */
#define TP_CLASSES_SHIFT 7
#define TP_CLASSES_LOW_END 0x32400u
#define TP_CLASSES_HIGH_START 0xE0100u
#define TP_CLASSES_HIGH_END 0xE0200u

/* A block is no smaller than ASCII, and the first one lies at the start: the classes of ASCII are tp_classes_values[byte]. */
extern const uint16_t tp_classes_starts[1610];
extern const uint8_t tp_classes_values[28739];

/* The classes of any number whatever; what is no code point has none. */
static inline uint8_t tp_classes_of(uint32_t code_point)
{
    uint32_t position = code_point;
    if (code_point >= TP_CLASSES_LOW_END) {
        if (code_point < TP_CLASSES_HIGH_START || code_point >= TP_CLASSES_HIGH_END) return 0;
        position = code_point - TP_CLASSES_HIGH_START + TP_CLASSES_LOW_END;
    }
    uint32_t start = tp_classes_starts[position >> TP_CLASSES_SHIFT];
    return tp_classes_values[start + (position & ((1u << TP_CLASSES_SHIFT) - 1))];
}

#endif
