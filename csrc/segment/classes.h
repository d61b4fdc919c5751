/* Words that are runs of characters of one class, as in the regular expressions \w+ or \b[a-z]{3,}\b; and words that stand on
 * lines of their own. */
#ifndef TEXTPROC_SEGMENT_CLASSES_H
#define TEXTPROC_SEGMENT_CLASSES_H

#include "segment/class_rule.h"
#include "textproc/text.h"

/* Fills a rule, whatever it held before. The ranges are within Unicode. */
void tp_class_rule_fill(tp_class_rule *rule, const tp_range *members, size_t n_members, const tp_range *letters,
                        size_t n_letters, size_t min_length, bool starts_at_boundary, bool ends_at_boundary);

/* Words are the stretches between line feeds that are not empty, whatever their bytes. */
extern const tp_words_rule tp_lines_rule;

#endif
