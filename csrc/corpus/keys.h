/* From words to the keys under which the term table knows them, a batch at a time. */
#ifndef TEXTPROC_CORPUS_KEYS_H
#define TEXTPROC_CORPUS_KEYS_H

#include <stddef.h>
#include <stdint.h>

#include "corpus/table.h"

/* Words that keys are made of at once: enough to hide a miss of the cache behind the work on the others, few enough for all
 * that is known of them to stay in the first-level cache. */
enum { TP_BATCH = 64 };

typedef struct tp_keys {
    tp_key keys[TP_BATCH];
    uint64_t hashes[TP_BATCH];
    uint8_t long_words[TP_BATCH + 4]; /* ascending: which of them are long; what lies behind the last may be overwritten */
    size_t n_long_words;
} tp_keys;

/* Makes the keys of n words; word i is text[edges[2 * i] … edges[2 * i + 1]). Behind each word 16 bytes can be read. */
void tp_make_keys(const tp_hash_key *hash_key, const uint8_t *text, const uint16_t *edges, size_t n, tp_keys *made);

/* For one word of up to 15 bytes. */
static inline void tp_make_short_key(const tp_hash_key *hash_key, const uint8_t *text, const uint16_t *edges, size_t i,
                                     tp_keys *made)
{
    made->keys[i] = tp_short_key(text + edges[2 * i], (size_t)edges[2 * i + 1] - edges[2 * i]);
    made->hashes[i] = tp_short_key_hash(hash_key, made->keys[i]);
}

/* For the long words, once it is known which these are. */
static inline void tp_make_long_keys(const tp_hash_key *hash_key, const uint8_t *text, const uint16_t *edges, tp_keys *made)
{
    for (size_t j = 0; j < made->n_long_words; j++) {
        size_t i = made->long_words[j], start = edges[2 * i], end = edges[2 * i + 1];
        made->hashes[i] = tp_hash(hash_key, text + start, end - start);
        made->keys[i] = tp_long_key(made->hashes[i], TP_MAX_TEXT_START);
    }
}

#endif
