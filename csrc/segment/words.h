/* The words of UAX #29, 64 bytes at a time where their characters are of the common kinds. */
#ifndef TEXTPROC_SEGMENT_WORDS_H
#define TEXTPROC_SEGMENT_WORDS_H

#include "segment/segment.h"

size_t tp_find_words_plain(const uint8_t *text, size_t nbytes, size_t *at, tp_span *spans, size_t capacity);
size_t tp_find_words_neon(const uint8_t *text, size_t nbytes, size_t *at, tp_span *spans, size_t capacity);
size_t tp_find_words_avx2(const uint8_t *text, size_t nbytes, size_t *at, tp_span *spans, size_t capacity);
size_t tp_find_words_avx512(const uint8_t *text, size_t nbytes, size_t *at, tp_span *spans, size_t capacity);

#endif
