/* Keys in plain C. */
#include "corpus/simd/keys_single.h"

void tp_make_keys_plain(const tp_hash_key *hash_key, const uint8_t *text, const uint16_t *edges, size_t n, tp_keys *made);

void tp_make_keys_plain(const tp_hash_key *hash_key, const uint8_t *text, const uint16_t *edges, size_t n, tp_keys *made)
{
    const tp_hash_key key = *hash_key; /* kept in registers, whatever the loop writes to */
    size_t n_long = 0;
    for (size_t i = 0; i < n; i++) {
        if (edges[2 * i + 1] - edges[2 * i] <= TP_SHORT_KEY_NBYTES) tp_make_short_key(&key, text, edges, i, made);
        else made->long_words[n_long++] = (uint8_t)i;
    }
    made->n_long_words = n_long;
    tp_make_long_keys(&key, text, edges, made);
}
