#include "vectors/few.h"

#include "base/variants.h"

tp_rank_few_fn tp_rank_few_plain, tp_rank_few_avx2, tp_rank_few_avx512;
tp_hash_words_fn tp_hash_words_plain, tp_hash_words_avx2, tp_hash_words_avx512;

void tp_rank_few(const uint32_t *numbers, size_t n, uint8_t *ranks) { TP_X86_VARIANT(tp_rank_few)(numbers, n, ranks); }

void tp_hash_words(const tp_keys *made, const uint8_t *text, const uint16_t *edges, size_t n, uint32_t *hashes)
{
    TP_X86_VARIANT(tp_hash_words)(made, text, edges, n, hashes);
}
