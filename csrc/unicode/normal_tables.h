/* Made by tools/generate_normal_tables.py from the Unicode Character Database 17.0.0. Do not edit.
 * Data (c) Unicode, Inc., under the Unicode License v3, https://www.unicode.org/license.txt */

#ifndef TEXTPROC_UNICODE_NORMAL_TABLES_H
#define TEXTPROC_UNICODE_NORMAL_TABLES_H

#include <stdint.h>

#define TP_NORMAL_UNICODE_VERSION "17.0.0"

/* ---- Ages: versions, major << 8 | minor, are numbered from 0, which is the oldest that can be asked for and all before it. */

#define TP_NORMAL_N_AGES 21
extern const uint16_t tp_normal_ages[TP_NORMAL_N_AGES];

/* ---- Quick check. Bit f of a set belongs to the form with the number f: 0 is NFC, 1 NFD, 2 NFKC, 3 NFKD. */

typedef struct tp_normal_class {
    uint8_t changes; /* the forms that the character is not in, or not in all surroundings */
    uint8_t joins;   /* those in which it may change, or change places, together with what stands before it */
    uint8_t combining_class;
    uint8_t age; /* of those that join; of others 0 */
} tp_normal_class;

/* Of each form: bit h of the item with the number n tells of the byte 0xC0 + 16 * h + n whether a character that may change or
 * has a combining class begins with it. No byte below 0xC0 begins such a character. */
extern const uint8_t tp_normal_leads[4][16];

#define TP_NORMAL_CLASS_SHIFT 5
#define TP_NORMAL_CLASS_LOW_END 0x1FC00u
#define TP_NORMAL_CLASS_HIGH_START 0x2F800u
#define TP_NORMAL_CLASS_HIGH_END 0x2FA20u

extern const uint16_t tp_normal_class_starts[4081];
extern const uint8_t tp_normal_class_numbers[7409];
extern const tp_normal_class tp_normal_classes[152];

/* The number of the class of any number whatever. 0 is the class of characters that nothing happens to. */
static inline uint8_t tp_normal_class_of(uint32_t code_point)
{
    uint32_t position = code_point;
    if (code_point >= TP_NORMAL_CLASS_LOW_END) {
        if (code_point < TP_NORMAL_CLASS_HIGH_START || code_point >= TP_NORMAL_CLASS_HIGH_END) return 0;
        position = code_point - TP_NORMAL_CLASS_HIGH_START + TP_NORMAL_CLASS_LOW_END;
    }
    uint32_t start = tp_normal_class_starts[position >> TP_NORMAL_CLASS_SHIFT];
    return tp_normal_class_numbers[start + (position & ((1u << TP_NORMAL_CLASS_SHIFT) - 1))];
}

/* ---- Decomposition and composition; Hangul syllables are not in these tables. */

typedef struct tp_normal_record {
    uint16_t canonical, compatible; /* where in tp_normal_parts the full decomposition begins */
    uint16_t row;                   /* as the first of two that compose; 0: it never is */
    uint8_t canonical_length, compatible_length; /* 0: it does not decompose */
    uint8_t combining_class;
    uint8_t age;
    uint8_t column; /* as the second of two that compose; 0: it never is */
} tp_normal_record;

/* Two that compose have a place: the row of the first plus the column of the second. */
typedef struct tp_normal_pair {
    uint32_t first;     /* 0: nobody's place */
    uint32_t composite; /* from the bit TP_NORMAL_AGE_BIT on its age */
} tp_normal_pair;

#define TP_NORMAL_AGE_BIT 24

/* A code point, from the bit TP_NORMAL_CLASS_BIT on its combining class. */
#define TP_NORMAL_CLASS_BIT 21
extern const uint32_t tp_normal_parts[5658];
extern const tp_normal_pair tp_normal_pairs[1013];

#define TP_NORMAL_RECORD_SHIFT 5
#define TP_NORMAL_RECORD_LOW_END 0x1FC00u
#define TP_NORMAL_RECORD_HIGH_START 0x2F800u
#define TP_NORMAL_RECORD_HIGH_END 0x2FA20u

extern const uint16_t tp_normal_record_starts[4081];
extern const uint16_t tp_normal_record_numbers[11326];
extern const tp_normal_record tp_normal_records[4376];

/* The record of any number whatever; the first one is that of characters that nothing happens to. */
static inline const tp_normal_record *tp_normal_record_of(uint32_t code_point)
{
    uint32_t position = code_point;
    if (code_point >= TP_NORMAL_RECORD_LOW_END) {
        if (code_point < TP_NORMAL_RECORD_HIGH_START || code_point >= TP_NORMAL_RECORD_HIGH_END) return tp_normal_records;
        position = code_point - TP_NORMAL_RECORD_HIGH_START + TP_NORMAL_RECORD_LOW_END;
    }
    uint32_t start = tp_normal_record_starts[position >> TP_NORMAL_RECORD_SHIFT];
    return &tp_normal_records[tp_normal_record_numbers[start + (position & ((1u << TP_NORMAL_RECORD_SHIFT) - 1))]];
}

#endif
