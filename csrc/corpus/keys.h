/* Makes the keys of words in the term table, a batch at a time. */
#ifndef TEXTPROC_CORPUS_KEYS_H
#define TEXTPROC_CORPUS_KEYS_H

#include <stddef.h>
#include <stdint.h>

#include "corpus/table.h"

/* The number of words in a batch: enough to hide a cache miss behind the work on the others, few enough that all data about
 * them stays in the first-level cache. */
enum { TP_KEYS_AT_ONCE = 64 };

typedef struct tp_keys {
    tp_key keys[TP_KEYS_AT_ONCE];
    uint64_t hashes[TP_KEYS_AT_ONCE];
    uint8_t long_words[TP_KEYS_AT_ONCE + 4]; /* ascending: the indices of the long words; entries after the last one may be
                                              * overwritten */
    size_t n_long_words;
} tp_keys;

/* Makes the keys of n words; word i is text[edges[2 * i] … edges[2 * i + 1]). 16 bytes after each word must be readable. */
void tp_make_keys(const tp_hash_key *hash_key, const uint8_t *text, const uint16_t *edges, size_t n, tp_keys *made);

#endif
