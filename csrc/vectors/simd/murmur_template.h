/* MurmurHash3 of many words, from their keys: a key of up to 15 bytes has them all, padded with zeros, as four blocks of 32 bits.
 * The file that includes this one defines HASH_WORDS, the name of the function; its compiler makes vector code of the loop. */
#include "vectors/murmur.h"

tp_hash_words_fn HASH_WORDS;

static inline uint32_t add_block(uint32_t state, uint32_t block) { return tp_rotate_left(state ^ tp_murmur_block(block), 13) * 5 + 0xE6546B64u; }

void HASH_WORDS(const tp_keys *made, const uint8_t *text, const uint16_t *edges, size_t n, uint32_t *hashes)
{
    uint32_t first[TP_KEYS_AT_ONCE], second[TP_KEYS_AT_ONCE], third[TP_KEYS_AT_ONCE], fourth[TP_KEYS_AT_ONCE];
    uint32_t lengths[TP_KEYS_AT_ONCE];
    for (size_t i = 0; i < n; i++) {
        tp_key key = made->keys[i];
        first[i] = (uint32_t)key.low;
        second[i] = (uint32_t)(key.low >> 32);
        third[i] = (uint32_t)key.high;
        fourth[i] = (uint32_t)(key.high >> 32) & 0xFFFFFF;
        lengths[i] = (uint32_t)(key.high >> 56);
    }
    for (size_t i = 0; i < n; i++) {
        /* The tail is what stands behind the whole blocks; an empty one changes nothing. */
        uint32_t n_blocks = lengths[i] / 4, state = 0, tail = first[i];
        state = n_blocks > 0 ? add_block(state, first[i]) : state;
        tail = n_blocks > 0 ? second[i] : tail;
        state = n_blocks > 1 ? add_block(state, second[i]) : state;
        tail = n_blocks > 1 ? third[i] : tail;
        state = n_blocks > 2 ? add_block(state, third[i]) : state;
        tail = n_blocks > 2 ? fourth[i] : tail;
        hashes[i] = tp_murmur_end(state ^ tp_murmur_block(tail), lengths[i]);
    }
    for (size_t j = 0; j < made->n_long_words; j++) {
        size_t i = made->long_words[j];
        hashes[i] = tp_murmur(text + edges[2 * i], (size_t)edges[2 * i + 1] - edges[2 * i]);
    }
}
