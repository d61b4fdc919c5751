/* Few numbers in plain C. */
#include "vectors/few.h"
#include "vectors/murmur.h"

tp_rank_few_fn tp_rank_few_plain;

void tp_rank_few_plain(const uint32_t *numbers, size_t n, uint8_t *ranks)
{
    for (size_t i = 0; i < n; i++) {
        unsigned rank = 0;
        for (size_t j = 0; j < n; j++) rank += numbers[j] < numbers[i];
        ranks[i] = (uint8_t)rank;
    }
}

tp_hash_words_fn tp_hash_words_plain;

void tp_hash_words_plain(const tp_keys *made, const uint8_t *text, const uint16_t *edges, size_t n, uint32_t *hashes)
{
    (void)made;
    for (size_t i = 0; i < n; i++) hashes[i] = tp_murmur(text + edges[2 * i], (size_t)edges[2 * i + 1] - edges[2 * i]);
}
