/* Text: UTF-8, lower case. A part of textproc.h, whose conventions hold. */
#ifndef TEXTPROC_TEXT_H
#define TEXTPROC_TEXT_H

#include "textproc/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* CFFI-BEGIN */

/* ---- Text -------------------------------------------------------------------------------------------------------- */

/* The version of the Unicode Standard that the tables were generated from. A static string. */
const char *tp_unicode_version(void);

/* TP_INVALID_UTF8, with the offset, unless `text` is well-formed UTF-8 (Unicode Standard, table 3-7: no surrogates). */
tp_status tp_utf8_validate(const uint8_t *text, size_t text_nbytes, tp_error *error);

/* Writes the lower-cased form of one word of valid UTF-8 to `lowered` and returns its length in bytes, as Python's str.lower
 * would: full mapping, final sigma by the word alone. `lowered` must hold 3/2 of word_nbytes and not overlap with `word`. */
size_t tp_lower_word(const uint8_t *word, size_t word_nbytes, uint8_t *lowered);

/* Stores where each of n texts ends that were joined with one byte between two of them, the last one at text_nbytes, from their
 * lengths: in bytes if these add up to the text, which is valid UTF-8, and otherwise in characters. TP_INVALID_ARGUMENT, with
 * the number of the text as offset, if a length leads beyond the end, with n if there is more. O(text_nbytes), O(n) from
 * bytes. */
tp_status tp_utf8_find_ends(const uint8_t *text, size_t text_nbytes, const uint64_t *lengths, uint64_t *ends, size_t n,
                            tp_error *error);

/* The length of `text` without the beginning of a character at its end, which what follows may complete. Bytes that no
 * character begins with are left for tp_utf8_validate to refuse. */
size_t tp_utf8_complete_nbytes(const uint8_t *text, size_t text_nbytes);

/* CFFI-END */

#ifdef __cplusplus
}
#endif

#endif
