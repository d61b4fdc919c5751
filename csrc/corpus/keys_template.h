/* tp_make_keys, written once for the x86 instruction sets. The file that includes this one defines
 *
 *     put_keys(text, edges, secret, keys, mixed)   stores the keys of four words of up to 15 bytes, and these keys XOR the
 *                                                  secret; returns a bit for each word that is longer
 *     MAKE_KEYS                                    the name of the function to define
 */
#include "base/bits.h"
#include "corpus/keys.h"

void MAKE_KEYS(const tp_hash_key *hash_key, const uint8_t *text, const uint16_t *edges, size_t n, tp_key *keys,
               uint64_t *hashes);

void MAKE_KEYS(const tp_hash_key *hash_key, const uint8_t *text, const uint16_t *edges, size_t n, tp_key *keys,
               uint64_t *hashes)
{
    const __m128i secret = _mm_set_epi64x((long long)hash_key->word[2], (long long)hash_key->word[1]);
    tp_key mixed[4];
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        unsigned are_long = put_keys(text, edges + 2 * i, secret, keys + i, mixed);
        for (size_t j = 0; j < 4; j++) hashes[i + j] = tp_hash_mix(mixed[j].low, mixed[j].high);
        for (; are_long != 0; are_long &= are_long - 1) {
            size_t k = i + tp_lowest_bit(are_long), start = edges[2 * k], end = edges[2 * k + 1];
            tp_make_key(hash_key, text + start, end - start, &keys[k], &hashes[k]);
        }
    }
    for (; i < n; i++) {
        size_t start = edges[2 * i], end = edges[2 * i + 1];
        tp_make_key(hash_key, text + start, end - start, &keys[i], &hashes[i]);
    }
}
