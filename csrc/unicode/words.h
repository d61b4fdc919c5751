/* Where words begin and end, one at a time; the scanner does it for a whole chunk. */
#ifndef TEXTPROC_UNICODE_WORDS_H
#define TEXTPROC_UNICODE_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "unicode/space.h"

/* The first byte from `p` on that is not part of a white-space character, or `end`. */
static inline const uint8_t *tp_skip_space(const uint8_t *p, const uint8_t *end)
{
    while (p < end) {
        size_t nbytes = tp_space_nbytes(p, end);
        if (nbytes == 0) break;
        p += nbytes;
    }
    return p;
}

/* The first white-space character from `p` on, or `end`. */
const uint8_t *tp_skip_word(const uint8_t *p, const uint8_t *end);

#endif
