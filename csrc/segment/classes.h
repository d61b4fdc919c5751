/* Words that are runs of characters of one class, as in the regular expressions \w+ or \b[a-z]{3,}\b; and words that stand on
 * lines of their own. */
#ifndef TEXTPROC_SEGMENT_CLASSES_H
#define TEXTPROC_SEGMENT_CLASSES_H

#include "segment/class_rule.h"
#include "textproc/text.h"

/* Fills a rule, whatever it held before. The ranges are within Unicode. */
void tp_class_rule_fill(tp_class_rule *rule, const tp_range *members, size_t n_members, const tp_range *letters,
                        size_t n_letters, size_t min_length, bool starts_at_boundary, bool ends_at_boundary);

/* Fills a rule whose words are what stands between white space. */
void tp_class_rule_fill_visible(tp_class_rule *rule);

/* Whether tp_class_edges finds the words of the rule: those of a rule with boundaries it does not. */
static inline bool tp_class_has_edges(const tp_class_rule *rule)
{
    return !rule->starts_at_boundary && !rule->ends_at_boundary;
}

/* Stores where all words of a short text begin and end, alternately, and returns their number. There must be room for nbytes + 64
 * edges, and 64 bytes more than nbytes, which is less than UINT16_MAX - 64, must be readable. */
size_t tp_class_edges(const tp_class_rule *rule, const uint8_t *text, size_t nbytes, uint16_t *edges);

/* Words are the stretches between line feeds that are not empty, whatever their bytes. */
extern const tp_words_rule tp_lines_rule;

#endif
