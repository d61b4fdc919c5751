/* Rules for words, sentences and graphemes. Every rule has a scanner of one shape, which gives spans of a text in batches, so
 * that counting, n-grams, vectors and offsets can use any of them. */
#ifndef TEXTPROC_SEGMENT_SEGMENT_H
#define TEXTPROC_SEGMENT_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A word: text[start … end). */
typedef struct tp_span {
    size_t start, end;
} tp_span;

typedef struct tp_words_rule tp_words_rule;

/* Stores the spans of the next words that begin at or after *at, in ascending order without overlap, at most `capacity` > 0 of
 * them, and moves *at to where the next call continues. Returns how many there are; 0 means that there are no more.
 * `text` is a whole document of valid UTF-8; the scanner may look at all of it, also before *at. Other bytes are scanned safely,
 * but their words are unspecified. */
typedef size_t tp_next_words(const tp_words_rule *rule, const uint8_t *text, size_t nbytes, size_t *at, tp_span *spans,
                             size_t capacity);

/* Where a document may be cut, so that the words on either side are those of the whole. */
typedef enum tp_cuts {
    TP_CUTS_NOWHERE,
    TP_CUTS_BY_UAX29, /* where tp_next_cut says */
    TP_CUTS_AT_SPACE  /* behind any white-space character: no word holds one, and what stands on one side of it does not matter to
                       * the words on the other */
} tp_cuts;

/* A rule. One with data of its own has this as its first member. Immutable: any number of threads may use a rule. */
struct tp_words_rule {
    tp_next_words *next_words;
    tp_cuts cuts;
};

#endif
