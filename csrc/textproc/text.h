/* Text: UTF-8, lower case. Part of textproc.h; its conventions apply. */
#ifndef TEXTPROC_TEXT_H
#define TEXTPROC_TEXT_H

#include "textproc/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* CFFI-BEGIN */

/* ---- Text -------------------------------------------------------------------------------------------------------- */

/* The version of the Unicode Standard from which the tables were generated. A static string. */
const char *tp_unicode_version(void);

/* Returns TP_INVALID_UTF8, with the offset, unless `text` is well-formed UTF-8 (Unicode Standard, table 3-7: no surrogates). */
tp_status tp_utf8_validate(const uint8_t *text, size_t text_nbytes, tp_error *error);

/* Writes the lower-cased form of one word of valid UTF-8 to `lowered` and returns its length in bytes. The result is that of
 * Python's str.lower: full case mapping, with the final sigma rule applied to the word alone. `lowered` must have room for 3/2
 * of word_nbytes and must not overlap `word`. */
size_t tp_lower_word(const uint8_t *word, size_t word_nbytes, uint8_t *lowered);

/* Stores where each of n joined texts ends, computed from their lengths. `text` is valid UTF-8: the texts with one byte between
 * neighbours; the last one ends at text_nbytes. The lengths are taken as bytes if they and the n - 1 bytes between add up to
 * text_nbytes, otherwise as characters. TP_INVALID_ARGUMENT, with the index of the text as offset, if a length reaches beyond
 * the end; with n as offset if bytes are left over. O(text_nbytes); O(n) for lengths in bytes. */
tp_status tp_utf8_find_ends(const uint8_t *text, size_t text_nbytes, const uint64_t *lengths, uint64_t *ends, size_t n,
                            tp_error *error);

/* Returns the length of `text` without an incomplete character at its end, which the following bytes may complete. Bytes that
 * cannot begin a character are kept, so that tp_utf8_validate can refuse them. */
size_t tp_utf8_complete_nbytes(const uint8_t *text, size_t text_nbytes);

/* CFFI-END */

#ifdef __cplusplus
}
#endif

#endif
