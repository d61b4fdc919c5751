/* tp_make_keys, written once for the x86 instruction sets. The file that includes this one defines
 *
 *     put_keys(text, edges, secret, keys, mixed)   stores the keys of four words of up to 15 bytes, and these keys XOR the
 *                                                  secret; returns a bit for each word that is longer
 *     MAKE_KEYS                                    the name of the function to define
 */
#include "corpus/simd/keys_single.h"

void MAKE_KEYS(const tp_hash_key *hash_key, const uint8_t *text, const uint16_t *edges, size_t n, tp_keys *made);

void MAKE_KEYS(const tp_hash_key *hash_key, const uint8_t *text, const uint16_t *edges, size_t n, tp_keys *made)
{
    const __m128i secret = _mm_set_epi64x((long long)hash_key->word[2], (long long)hash_key->word[1]);
    tp_key mixed[4];
    size_t i = 0, n_long = 0;
    for (; i + 4 <= n; i += 4) {
        unsigned are_long = put_keys(text, edges + 2 * i, secret, made->keys + i, mixed);
        for (size_t j = 0; j < 4; j++) made->hashes[i + j] = tp_hash_mix(mixed[j].low, mixed[j].high);
        if (are_long == 0) continue;
        for (unsigned j = 0; j < 4; j++) { /* without a branch, which could not be predicted */
            made->long_words[n_long] = (uint8_t)(i + j);
            n_long += are_long >> j & 1;
        }
    }
    for (; i < n; i++) {
        if (edges[2 * i + 1] - edges[2 * i] <= TP_SHORT_KEY_NBYTES) tp_make_short_key(hash_key, text, edges, i, made);
        else made->long_words[n_long++] = (uint8_t)i;
    }
    made->n_long_words = n_long;
    tp_make_long_keys(hash_key, text, edges, made);
}
