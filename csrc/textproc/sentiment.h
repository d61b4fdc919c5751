/* Words with weights. Part of textproc.h; its conventions apply. */
#ifndef TEXTPROC_SENTIMENT_H
#define TEXTPROC_SENTIMENT_H

#include "textproc/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* CFFI-BEGIN */

/* ---- Lexicon: words with weights --------------------------------------------------------------------------------- */

/* An immutable list of distinct words in lower case, each with a weight. */
typedef struct tp_lexicon tp_lexicon;

/* Lower-cases n_words words, laid out as in tp_corpus_look_up, as tp_lower_word does by this version of Unicode, and makes a
 * lexicon of them. TP_INVALID_ARGUMENT, with the index of the first bad word as offset, if a word is empty, contains white
 * space, is not valid UTF-8, equals an earlier word after lower-casing, or has a weight that is not finite. */
tp_status tp_lexicon_new(const uint8_t *words, size_t words_nbytes, const uint64_t *ends, const double *weights, size_t n_words,
                         uint32_t unicode_version, tp_lexicon **lexicon, tp_error *error);
void tp_lexicon_free(tp_lexicon *lexicon);
void tp_lexicon_free_at(tp_lexicon **lexicon); /* as tp_corpus_free_at */

/* The lower-cased words, laid out for tp_corpus_look_up, and their weights, in the order given. Valid until the lexicon is
 * freed. */
typedef struct tp_lexicon_entries {
    const uint8_t *words;
    size_t words_nbytes;
    const uint64_t *ends;
    const double *weights;
    size_t n_words;
} tp_lexicon_entries;

/* Stores pointers to the entries; nothing is copied. */
void tp_lexicon_get_entries(const tp_lexicon *lexicon, tp_lexicon_entries *entries);

/* CFFI-END */

#ifdef __cplusplus
}
#endif

#endif
