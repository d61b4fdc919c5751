/* Segments: words, sentences and graphemes by Unicode Standard Annex #29. Part of textproc.h; its conventions apply. */
#ifndef TEXTPROC_SEGMENT_H
#define TEXTPROC_SEGMENT_H

#include "textproc/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* CFFI-BEGIN */

/* ---- Segments ---------------------------------------------------------------------------------------------------- */

/* What a text is parted into. */
typedef enum tp_segments {
    TP_WORDS = 0,         /* the segments between word boundaries that hold a letter or a number: property Alphabetic or N */
    TP_WORD_SEGMENTS = 1, /* all segments between word boundaries: white space and punctuation, too */
    TP_SENTENCES = 2,     /* with the white space behind them */
    TP_GRAPHEMES = 3      /* extended grapheme clusters: what people take for one character */
} tp_segments;

/* The version of the Unicode Standard by whose rules and tables text is parted. A static string. */
const char *tp_segments_unicode_version(void);

/* How far a text has been parted. Zeros mean its start. */
typedef struct tp_segments_place {
    uint64_t nbytes;
    uint64_t n_characters;
} tp_segments_place;

/* Finds the next segments of `text` from *place on, at most `capacity`, stores where each begins and ends, 2 * *n_segments
 * numbers, and moves *place. The numbers are offsets in characters if `in_characters`, otherwise in bytes. No segments means
 * that there are no more. Ill-formed UTF-8 is taken for characters without properties. TP_INVALID_ARGUMENT if the place is not
 * within the text. O(bytes passed), however the text is built. */
tp_status tp_find_segments(const uint8_t *text, size_t text_nbytes, tp_segments kind, bool in_characters,
                           tp_segments_place *place, uint64_t *bounds, size_t capacity, size_t *n_segments, tp_error *error);

/* Counts the segments of each of n_texts texts, which are laid out as the documents of a batch: they end at `ends`, and one byte
 * is between neighbours. TP_INVALID_ARGUMENT, with the index of the text as offset, if the ends do not ascend within the text. */
tp_status tp_count_segments(const uint8_t *text, size_t text_nbytes, const uint64_t *ends, size_t n_texts, tp_segments kind,
                            uint64_t *counts, tp_error *error);

/* Finds the segments of several texts, laid out as above, in order, and stores how many there are. Unless `bounds` is NULL, there
 * is room for 2 * `capacity` numbers: where each begins and ends, from the start of its text, in characters or bytes. Unless
 * `copied` is NULL, there is room for text_nbytes bytes, and for `capacity` numbers in `copied_ends`: the segments one behind the
 * other, and where each ends. TP_TOO_SMALL if there are more than `capacity`; otherwise errors are as above. */
tp_status tp_find_segments_of_texts(const uint8_t *text, size_t text_nbytes, const uint64_t *ends, size_t n_texts,
                                    tp_segments kind, bool in_characters, uint64_t *bounds, uint8_t *copied,
                                    uint64_t *copied_ends, size_t capacity, size_t *n_segments, tp_error *error);

/* CFFI-END */

#ifdef __cplusplus
}
#endif

#endif
