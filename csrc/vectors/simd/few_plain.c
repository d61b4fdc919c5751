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

/* Without branches: which terms are equal is what no processor predicts. */
static inline size_t count_equal(const uint32_t *sorted, size_t n, uint32_t *columns, int32_t *counts, bool is_hashed)
{
    const unsigned shift = is_hashed;
    size_t last = 0;
    uint32_t before = sorted[0] >> shift;
    int32_t count = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t column = sorted[i] >> shift;
        bool is_new = column != before;
        last += is_new;
        count = (is_new ? 0 : count) + 1 - (is_hashed ? 2 * (int32_t)(sorted[i] & 1) : 0);
        columns[last] = before = column;
        counts[last] = count;
    }
    return last + 1;
}

tp_count_equal_fn tp_count_equal_plain;

size_t tp_count_equal_plain(const uint32_t *sorted, size_t n, bool is_hashed, uint32_t *columns, int32_t *counts)
{
    return is_hashed ? count_equal(sorted, n, columns, counts, true) : count_equal(sorted, n, columns, counts, false);
}

tp_hash_words_fn tp_hash_words_plain;

void tp_hash_words_plain(const tp_keys *made, const uint8_t *text, const uint16_t *edges, size_t n, uint32_t *hashes)
{
    (void)made;
    for (size_t i = 0; i < n; i++) hashes[i] = tp_murmur(text + edges[2 * i], (size_t)edges[2 * i + 1] - edges[2 * i]);
}
