/* Keys one by one: the plain variant makes all keys this way, the others make the remaining ones. */
#ifndef TEXTPROC_CORPUS_KEYS_SINGLE_H
#define TEXTPROC_CORPUS_KEYS_SINGLE_H

#include "corpus/keys.h"

/* Makes the key of one word of up to 15 bytes. */
static inline void tp_make_short_key(const tp_hash_key *hash_key, const uint8_t *text, const uint16_t *edges, size_t i,
                                     tp_keys *made)
{
    made->keys[i] = tp_short_key(text + edges[2 * i], (size_t)edges[2 * i + 1] - edges[2 * i]);
    made->hashes[i] = tp_short_key_hash(hash_key, made->keys[i]);
}

/* Makes the keys of the long words, once these are known. */
static inline void tp_make_long_keys(const tp_hash_key *hash_key, const uint8_t *text, const uint16_t *edges, tp_keys *made)
{
    for (size_t j = 0; j < made->n_long_words; j++) {
        size_t i = made->long_words[j], start = edges[2 * i], end = edges[2 * i + 1];
        made->hashes[i] = tp_hash(hash_key, text + start, end - start);
        made->keys[i] = tp_long_key(made->hashes[i], TP_MAX_TEXT_START);
    }
}

#endif
