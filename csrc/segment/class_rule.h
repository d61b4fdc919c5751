/* What a rule for words of one class of characters holds. */
#ifndef TEXTPROC_SEGMENT_CLASS_RULE_H
#define TEXTPROC_SEGMENT_CLASS_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "segment/segment.h"

enum { TP_N_CODE_POINTS = 0x110000 };

/* A set of characters: one bit for each code point. */
typedef struct tp_character_set {
    uint32_t bits[TP_N_CODE_POINTS / 32];
} tp_character_set;

/* Whether a number is a code point of the set. */
static inline bool tp_character_set_has(const tp_character_set *set, uint32_t code_point)
{
    return code_point < TP_N_CODE_POINTS && (set->bits[code_point / 32] >> code_point % 32 & 1);
}

/* The rule for C{m,}, greedy, with or without \b on either side. A match is a maximal run of characters of the class, from the
 * first boundary in it or to the last one if the rule asks for boundaries. */
typedef struct tp_class_rule {
    tp_words_rule rule;
    size_t min_length; /* in characters, at least 1 */
    bool starts_at_boundary, ends_at_boundary;
    uint8_t ascii_rows[16]; /* bit h of row l: whether the ASCII character 16 * h + l is in the class */
    uint8_t ascii[256];     /* 1 for each ASCII character in the class */
    tp_character_set members;
    tp_character_set letters; /* what \b calls letters; unused without boundaries */
} tp_class_rule;

#endif
