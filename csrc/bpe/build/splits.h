/* The ways to split a token into two other tokens. */
#ifndef TEXTPROC_BPE_BUILD_SPLITS_H
#define TEXTPROC_BPE_BUILD_SPLITS_H

#include "bpe/vocabulary/vocabulary.h"

/* The data about all tokens, and the state of the search for the splits of one of them. */
typedef struct tp_splits {
    const tp_vocabulary *vocabulary;
    uint32_t *beginnings; /* for each token, the longest other token with which it begins; TP_NO_TOKEN: none */
    uint32_t *endings;    /* the longest other token with which it ends, likewise */
    uint32_t *of_length;  /* the tokens with which `token` begins, by length; TP_NO_TOKEN: none of that length */
    size_t longest;
    uint32_t token;
    uint32_t ending; /* the next token to try, among those with which `token` ends */
} tp_splits;

/* Finds the prefixes and suffixes of all tokens of a vocabulary. O(bytes of the tokens × log n_tokens). Returns false if memory
 * runs out; tp_splits_free frees what was allocated. */
bool tp_splits_make(const tp_vocabulary *v, tp_splits *splits);
void tp_splits_free(tp_splits *splits);

/* Begins the search for the splits of a token. O(its length) for all its splits together. */
void tp_splits_begin(tp_splits *splits, uint32_t token);

/* Stores the next split, the shortest left token first. Returns false if there are no more. */
bool tp_splits_next(tp_splits *splits, uint32_t *left, uint32_t *right);

#endif
