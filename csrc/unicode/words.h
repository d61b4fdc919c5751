/* Where words begin and end, one at a time; the scanner does this for a whole chunk. */
#ifndef TEXTPROC_UNICODE_WORDS_H
#define TEXTPROC_UNICODE_WORDS_H

#include <stddef.h>
#include <stdint.h>

/* Returns the first white-space character from `p` on, or `end`. */
const uint8_t *tp_skip_word(const uint8_t *p, const uint8_t *end);

#endif
