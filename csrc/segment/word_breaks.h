/* Word boundaries, one character after the other. */
#ifndef TEXTPROC_SEGMENT_WORD_BREAKS_H
#define TEXTPROC_SEGMENT_WORD_BREAKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Returns the next word boundary behind `start` < nbytes, which is one itself. What stands before `start` does not matter.
 * *is_word becomes whether a letter or a number stands between. The work is linear over all segments of a text: what is looked
 * at beyond the boundary lies in the next two segments. */
size_t tp_word_break(const uint8_t *text, size_t nbytes, size_t start, bool *is_word);

#endif
