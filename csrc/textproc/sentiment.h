/* Words with weights. A part of textproc.h, whose conventions hold. */
#ifndef TEXTPROC_SENTIMENT_H
#define TEXTPROC_SENTIMENT_H

#include "textproc/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* CFFI-BEGIN */

/* ---- Lexicon: words with weights --------------------------------------------------------------------------------- */

/* An immutable list of distinct lower-cased words, each with a weight. */
typedef struct tp_lexicon tp_lexicon;

/* Makes a lexicon of n_words words, laid out as in tp_corpus_look_up, after lowering them. TP_INVALID_ARGUMENT, with the
 * number of the first bad word as offset, if a word is empty, holds white space, is not valid UTF-8, equals an earlier one
 * once lowered, or has a weight that is not finite. */
tp_status tp_lexicon_new(const uint8_t *words, size_t words_nbytes, const uint64_t *ends, const double *weights, size_t n_words,
                         tp_lexicon **lexicon, tp_error *error);
void tp_lexicon_free(tp_lexicon *lexicon);
void tp_lexicon_free_at(tp_lexicon **lexicon); /* as tp_corpus_free_at */

/* The lowered words, laid out for tp_corpus_look_up, and their weights, in the order given; valid until it is freed. */
typedef struct tp_lexicon_entries {
    const uint8_t *words;
    size_t words_nbytes;
    const uint64_t *ends;
    const double *weights;
    size_t n_words;
} tp_lexicon_entries;

/* Stores where the entries lie; nothing is copied. */
void tp_lexicon_get_entries(const tp_lexicon *lexicon, tp_lexicon_entries *entries);

/* CFFI-END */

#ifdef __cplusplus
}
#endif

#endif
