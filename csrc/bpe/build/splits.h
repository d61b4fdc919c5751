/* The ways in which a token is two others, one behind the other. */
#ifndef TEXTPROC_BPE_BUILD_SPLITS_H
#define TEXTPROC_BPE_BUILD_SPLITS_H

#include "bpe/vocabulary/vocabulary.h"

/* What is known of all tokens, and where the search for the ways to split one of them stands. */
typedef struct tp_splits {
    const tp_vocabulary *vocabulary;
    uint32_t *beginnings; /* of each token the longest other one that it begins with; TP_NO_TOKEN: there is none */
    uint32_t *endings;    /* the same that it ends with */
    uint32_t *of_length;  /* the tokens that `token` begins with, by their length; TP_NO_TOKEN: none has it */
    size_t longest;
    uint32_t token;
    uint32_t ending; /* the next one to look at, of those that `token` ends with */
} tp_splits;

/* Finds out what the tokens of a vocabulary begin and end with. O(bytes of the tokens × log n_tokens). False if there is no
 * memory; what was allocated is freed by tp_splits_free. */
bool tp_splits_make(const tp_vocabulary *v, tp_splits *splits);
void tp_splits_free(tp_splits *splits);

/* Begins with a token; O(its length) for all its splits together. */
void tp_splits_begin(tp_splits *splits, uint32_t token);

/* Stores the next two, the shortest left one first; false if there are no more. */
bool tp_splits_next(tp_splits *splits, uint32_t *left, uint32_t *right);

#endif
