/* Where words begin and end: the plain scanner, which every faster one must equal. */
#ifndef TEXTPROC_UNICODE_WORDS_H
#define TEXTPROC_UNICODE_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The first byte from `p` on that is not part of a white-space character, or `end`. */
const uint8_t *tp_skip_space(const uint8_t *p, const uint8_t *end);

/* The first white-space character from `p` on, or `end`. *is_ascii is set to false if a byte on the way there is not ASCII,
 * and left alone otherwise. */
const uint8_t *tp_skip_word(const uint8_t *p, const uint8_t *end, bool *is_ascii);

#endif
