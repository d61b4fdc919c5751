/* Words that are runs of characters of one class, as in the regular expressions \w+ or \b[a-z]{3,}\b; and words that stand on
 * lines of their own. */
#ifndef TEXTPROC_SEGMENT_CLASSES_H
#define TEXTPROC_SEGMENT_CLASSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "segment/segment.h"
#include "textproc/text.h"

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

/* Fills a rule, whatever it held before. The ranges are within Unicode. */
void tp_class_rule_fill(tp_class_rule *rule, const tp_range *members, size_t n_members, const tp_range *letters,
                        size_t n_letters, size_t min_length, bool starts_at_boundary, bool ends_at_boundary);

/* Words are the stretches between line feeds that are not empty, whatever their bytes. */
extern const tp_words_rule tp_lines_rule;

#endif
