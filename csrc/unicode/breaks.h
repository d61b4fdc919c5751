/* Made by tools/generate_break_tables.py from the Unicode Character Database 17.0.0. Do not edit.
 * Data (c) Unicode, Inc., under the Unicode License v3, https://www.unicode.org/license.txt */

#ifndef TEXTPROC_UNICODE_BREAKS_H
#define TEXTPROC_UNICODE_BREAKS_H

#include <stdint.h>

#define TP_BREAKS_UNICODE_VERSION "17.0.0"

/* The properties Word_Break, Sentence_Break and Grapheme_Cluster_Break. */
enum {
    TP_WORD_OTHER, TP_WORD_CR, TP_WORD_LF, TP_WORD_NEWLINE, TP_WORD_EXTEND, TP_WORD_ZWJ, TP_WORD_FORMAT,
    TP_WORD_KATAKANA, TP_WORD_HEBREW_LETTER, TP_WORD_ALETTER, TP_WORD_SINGLE_QUOTE, TP_WORD_DOUBLE_QUOTE,
    TP_WORD_MIDNUMLET, TP_WORD_MIDLETTER, TP_WORD_MIDNUM, TP_WORD_NUMERIC, TP_WORD_EXTENDNUMLET,
    TP_WORD_REGIONAL_INDICATOR, TP_WORD_WSEGSPACE,
};

enum {
    TP_SENTENCE_OTHER, TP_SENTENCE_CR, TP_SENTENCE_LF, TP_SENTENCE_SEP, TP_SENTENCE_EXTEND,
    TP_SENTENCE_FORMAT, TP_SENTENCE_SP, TP_SENTENCE_LOWER, TP_SENTENCE_UPPER, TP_SENTENCE_OLETTER,
    TP_SENTENCE_NUMERIC, TP_SENTENCE_ATERM, TP_SENTENCE_SCONTINUE, TP_SENTENCE_STERM, TP_SENTENCE_CLOSE,
};

enum {
    TP_GRAPHEME_OTHER, TP_GRAPHEME_CR, TP_GRAPHEME_LF, TP_GRAPHEME_CONTROL, TP_GRAPHEME_EXTEND,
    TP_GRAPHEME_ZWJ, TP_GRAPHEME_REGIONAL_INDICATOR, TP_GRAPHEME_PREPEND, TP_GRAPHEME_SPACINGMARK,
    TP_GRAPHEME_L, TP_GRAPHEME_V, TP_GRAPHEME_T, TP_GRAPHEME_LV, TP_GRAPHEME_LVT,
};

/* Besides the class, a word's and a grapheme's number have bits. */
#define TP_BREAKS_CLASS 0x1Fu
#define TP_BREAKS_PICTOGRAPH 0x20u /* property Extended_Pictographic */
#define TP_BREAKS_WORD_LIKE 0x40u /* word: property Alphabetic, or general category N */

/* Grapheme: property Indic_Conjunct_Break. */
#define TP_BREAKS_CONJUNCT 0xC0u
#define TP_BREAKS_CONJUNCT_EXTEND 0x40u
#define TP_BREAKS_CONJUNCT_CONSONANT 0x80u
#define TP_BREAKS_CONJUNCT_LINKER 0xC0u

typedef struct tp_breaks {
    uint8_t word, sentence, grapheme;
} tp_breaks;

/* Code points from TP_BREAKS_LOW_END to TP_BREAKS_HIGH_START, and those from TP_BREAKS_HIGH_END on, have no class. */
#define TP_BREAKS_SHIFT 5
#define TP_BREAKS_LOW_END 0x33480u
#define TP_BREAKS_HIGH_START 0xE0000u
#define TP_BREAKS_HIGH_END 0xE1000u

extern const uint16_t tp_breaks_starts[6692];
extern const uint8_t tp_breaks_numbers[15637];
extern const tp_breaks tp_breaks_records[64];

/* What is known of any number whatever; what is no code point has no class. */
static inline tp_breaks tp_breaks_of(uint32_t code_point)
{
    uint32_t position = code_point;
    if (code_point >= TP_BREAKS_LOW_END) {
        if (code_point < TP_BREAKS_HIGH_START || code_point >= TP_BREAKS_HIGH_END) return tp_breaks_records[0];
        position = code_point - TP_BREAKS_HIGH_START + TP_BREAKS_LOW_END;
    }
    uint32_t start = tp_breaks_starts[position >> TP_BREAKS_SHIFT];
    return tp_breaks_records[tp_breaks_numbers[start + (position & ((1u << TP_BREAKS_SHIFT) - 1))]];
}

#endif
