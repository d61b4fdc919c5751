/* From words to the keys under which the term table knows them, a batch at a time. */
#ifndef TEXTPROC_CORPUS_KEYS_H
#define TEXTPROC_CORPUS_KEYS_H

#include <stddef.h>
#include <stdint.h>

#include "corpus/table.h"

/* Makes the keys of n words, of which word i is text[edges[2 * i] … edges[2 * i + 1]), and stores their
 * hashes. Behind each word 16 bytes can be read. */
void tp_make_keys(const tp_hash_key *hash_key, const uint8_t *text, const uint16_t *edges, size_t n, tp_key *keys,
                  uint64_t *hashes);

/* One word of any length. */
static inline void tp_make_key(const tp_hash_key *hash_key, const uint8_t *word, size_t nbytes, tp_key *key, uint64_t *hash)
{
    if (nbytes <= TP_SHORT_TERM_NBYTES) {
        *key = tp_short_key(word, nbytes);
        *hash = tp_short_key_hash(hash_key, *key);
    } else {
        *hash = tp_hash(hash_key, word, nbytes);
        *key = tp_long_key(*hash, TP_MAX_TEXT_START);
    }
}

#endif
