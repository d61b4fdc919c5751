/* The words of UAX #29, 64 bytes at a time where their characters are of the common kinds. */
#ifndef TEXTPROC_SEGMENT_WORDS_H
#define TEXTPROC_SEGMENT_WORDS_H

#include <stdbool.h>

#include "segment/segment.h"

size_t tp_find_words_plain(const uint8_t *text, size_t nbytes, size_t *at, tp_span *spans, size_t capacity);
size_t tp_find_words_neon(const uint8_t *text, size_t nbytes, size_t *at, tp_span *spans, size_t capacity);
size_t tp_find_words_avx2(const uint8_t *text, size_t nbytes, size_t *at, tp_span *spans, size_t capacity);
size_t tp_find_words_avx512(const uint8_t *text, size_t nbytes, size_t *at, tp_span *spans, size_t capacity);

/* Whether a document may be cut before white space of ASCII: if it is a line feed, or follows a visible character of ASCII. There is
 * a boundary then, in the document and in what any normal form, case or loss of accents makes of it: only blanks join with blanks
 * behind them. Behind white space there may be none, because marks belong to what they follow. */
static inline bool tp_is_cut(const uint8_t *text, size_t place)
{
    return text[place] == '\n' || (place > 0 && text[place - 1] > ' ' && text[place - 1] < 0x7F);
}

/* Returns the first place from `from` on where a document may be cut, or nbytes. */
size_t tp_next_cut(const uint8_t *text, size_t nbytes, size_t from);

#endif
