/* Text: UTF-8, lower case, normal forms. Part of textproc.h; its conventions apply. */
#ifndef TEXTPROC_TEXT_H
#define TEXTPROC_TEXT_H

#include "textproc/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* CFFI-BEGIN */

/* ---- Text -------------------------------------------------------------------------------------------------------- */

/* The version of the Unicode Standard from which the tables of letters and lower case were generated. A static string. */
const char *tp_unicode_version(void);

/* Returns TP_INVALID_UTF8, with the offset, unless `text` is well-formed UTF-8 (Unicode Standard, table 3-7: no surrogates). */
tp_status tp_utf8_validate(const uint8_t *text, size_t text_nbytes, tp_error *error);

/* Versions of Unicode are numbers, 256 * major + minor: 0x0F01 is 15.1. */
#define TP_UNICODE_NEWEST 0 /* the newest one that the tables have */

/* Writes the lower-cased form of one word of valid UTF-8 to `lowered` and returns its length in bytes. The result is that of
 * the str.lower of a Python that knows this version of Unicode: full case mapping, with the final sigma rule applied to the
 * word alone. Versions before 14.0 count as 14.0, those that are newer than the tables as the newest. `lowered` must have room
 * for 3/2 of word_nbytes and must not overlap `word`. */
size_t tp_lower_word(const uint8_t *word, size_t word_nbytes, uint32_t unicode_version, uint8_t *lowered);

/* Writes what full case folding makes of valid UTF-8 to `folded` and returns its length in bytes. The result is that of the
 * str.casefold of a Python that knows this version of Unicode; versions are as above. `folded` must have room for 3 times
 * text_nbytes and must not overlap `text`. O(text_nbytes). */
size_t tp_fold(const uint8_t *text, size_t text_nbytes, uint32_t unicode_version, uint8_t *folded);

/* Writes valid UTF-8 without its marks, the characters that this version of Unicode gives a combining class, and returns its
 * length in bytes. Text in the form NFKD has no accents then. `stripped` must have room for text_nbytes, and may be `text`.
 * O(text_nbytes). */
size_t tp_strip_marks(const uint8_t *text, size_t text_nbytes, uint32_t unicode_version, uint8_t *stripped);

/* Stores where each of n joined texts ends, computed from their lengths. `text` is valid UTF-8: the texts with one byte between
 * neighbours; the last one ends at text_nbytes. The lengths are taken as bytes if they and the n - 1 bytes between add up to
 * text_nbytes, otherwise as characters. TP_INVALID_ARGUMENT, with the index of the text as offset, if a length reaches beyond
 * the end; with n as offset if bytes are left over. O(text_nbytes); O(n) for lengths in bytes. */
tp_status tp_utf8_find_ends(const uint8_t *text, size_t text_nbytes, const uint64_t *lengths, uint64_t *ends, size_t n,
                            tp_error *error);

/* Returns the length of `text` without an incomplete character at its end, which the following bytes may complete. Bytes that
 * cannot begin a character are kept, so that tp_utf8_validate can refuse them. */
size_t tp_utf8_complete_nbytes(const uint8_t *text, size_t text_nbytes);

/* The first and the last code point of a range of characters. */
typedef struct tp_range {
    uint32_t first;
    uint32_t last;
} tp_range;

/* ---- Normal forms ------------------------------------------------------------------------------------------------ */

/* The normal forms of Unicode Standard Annex #15. */
typedef enum tp_normal_form {
    TP_NFC = 0,  /* composed */
    TP_NFD = 1,  /* decomposed */
    TP_NFKC = 2, /* composed, characters that are only compatible replaced */
    TP_NFKD = 3  /* decomposed, such characters replaced */
} tp_normal_form;

/* To these functions, characters that are newer than the version asked for are not assigned: they stay as they are, and nothing
 * moves over them. That is what normalization did in that version, because normal text stays normal in all later ones.
 * TP_INVALID_ARGUMENT if the version is older than TP_UNICODE_OLDEST or newer than tp_normal_unicode_version(). */
#define TP_UNICODE_OLDEST 0x0401 /* normalization has been stable from 4.1 on */

/* The version by which the library tokenizers normalizes, from 0.9 to 0.23 at least: found by comparing all code points. */
#define TP_UNICODE_OF_TOKENIZERS 0x0900

/* The newest version of Unicode that text can be normalized by, "17.0.0" for example. A static string. */
const char *tp_normal_unicode_version(void);

/* Stores where the first segment of `text` begins that is not in the normal form, a letter with its marks for example; it is
 * text_nbytes if there is none, so that the text is normal. Ill-formed UTF-8 stays as it is in every form, and nothing moves
 * over it. Text whose bytes begin no character that any form changes is passed faster than it could be copied. O(text_nbytes);
 * memory for the longest segment. */
tp_status tp_find_unnormalized(const uint8_t *text, size_t text_nbytes, tp_normal_form form, uint32_t unicode_version,
                               size_t *offset, tp_error *error);

/* Writes the normal form of `text`, which must not overlap `normalized`, and stores its length in *nbytes. TP_TOO_SMALL, with
 * *nbytes stored, if that is more than `capacity`. Unless `origins` is NULL, origins[i] becomes the offset in `text` of the
 * character from which byte i comes, by the rule of Hugging Face's tokenizers: the first part of a character takes the next
 * character of the text, the other parts take none, a composite takes as many as its parts, and each comes from the first that
 * it takes, or from the last that was taken. There must be room for `capacity` of them. Ill-formed UTF-8, time and memory are
 * as above. */
tp_status tp_normalize(const uint8_t *text, size_t text_nbytes, tp_normal_form form, uint32_t unicode_version,
                       uint8_t *normalized, uint64_t *origins, size_t capacity, size_t *nbytes, tp_error *error);

/* Stores the last offset at which `text` can be cut: what stands before it can be normalized now, and what stands behind it
 * together with what follows; both results, joined, are the normal form of all. 0 if there is none, so that more text is
 * needed. O(length of what stands behind it). */
tp_status tp_find_normal_cut(const uint8_t *text, size_t text_nbytes, tp_normal_form form, uint32_t unicode_version,
                             size_t *offset, tp_error *error);

/* CFFI-END */

#ifdef __cplusplus
}
#endif

#endif
