/* Counts words that a rule finds. */
#ifndef TEXTPROC_CORPUS_BY_RULE_H
#define TEXTPROC_CORPUS_BY_RULE_H

#include "corpus/reading.h"
#include "corpus/words.h"

/* Counts a batch, all of whose documents are then closed but for the text behind the last end. The scratch memory of the counts
 * is there. Returns false if memory runs out. */
bool tp_count_by_rule(reading *r, const tp_words *words);

#endif
